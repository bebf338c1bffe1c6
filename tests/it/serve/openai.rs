//! OpenAI's interface.

use serde_json::json;

use super::server::Server;

#[test]
fn an_error_of_openai_has_its_form() {
    let server = Server::on_seeds();
    let answer = server.post("/v1/embeddings", &json!({"model": "other", "input": "a"}));
    assert_eq!(answer.status, 404);
    let error = &answer.json()["error"];
    assert_eq!(error["code"], "model_not_found");
    assert_eq!(error["param"], "model");
    let answer = server.post(
        "/v1/embeddings",
        &json!({"model": "multilingual-e5-small", "input": [1, 2]}),
    );
    let error = &answer.json()["error"];
    assert!(
        error["message"]
            .as_str()
            .unwrap()
            .starts_with("token ids are refused"),
        "{error}"
    );
    // JSON knows one kind of number.
    for (dimensions, status) in [
        (json!(384), 200),
        (json!(384.0), 200),
        (json!(null), 200),
        (json!(383), 400),
        (json!(384.5), 400),
        (json!("384"), 400),
    ] {
        let asked =
            json!({"model": "multilingual-e5-small", "input": "a", "dimensions": dimensions});
        let answer = server.post("/v1/embeddings", &asked);
        assert_eq!(answer.status, status, "{answer:?}");
        if status == 200 {
            let vector = answer.json()["data"][0]["embedding"].clone();
            assert_eq!(vector.as_array().unwrap().len(), 384);
        }
    }
    let rerank = |top_n: f64| {
        let asked = json!({"query": "a", "documents": ["a", "b"], "top_n": top_n});
        server.post("/rerank", &asked)
    };
    assert_eq!(rerank(1.0).json()["results"].as_array().unwrap().len(), 1);
    assert_eq!(rerank(-1.0).status, 400);
    let answer = server.request("GET", "/v1/models", &[("Host", "evil.example")], b"");
    assert_eq!(answer.json()["error"]["type"], "permission_error");
    let answer = server.get("/v1/models/multilingual-e5-small:query").json();
    assert_eq!(answer["object"], "model");
}
