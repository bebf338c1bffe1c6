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
    let answer = server.request("GET", "/v1/models", &[("Host", "evil.example")], b"");
    assert_eq!(answer.json()["error"]["type"], "permission_error");
    let answer = server.get("/v1/models/multilingual-e5-small:query").json();
    assert_eq!(answer["object"], "model");
}
