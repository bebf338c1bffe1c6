//! The description of the API, and whether it is right.

use serde_json::{Value, json};

use super::server::{Server, encoded};

/// Each answer against the schema that OpenAPI gives for it: just what these schemas use.
fn check(schema: &Value, value: &Value, document: &Value, path: &str) {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = document.pointer(reference.trim_start_matches('#'));
        return check(target.expect("a definition"), value, document, path);
    }
    for kind in ["anyOf", "oneOf"] {
        if let Some(choices) = schema[kind].as_array() {
            let fits = |choice: &&Value| {
                std::panic::catch_unwind(|| check(choice, value, document, path)).is_ok()
            };
            assert!(
                choices.iter().any(|choice| fits(&choice)),
                "{path}: {value} fits no {kind}"
            );
        }
    }
    if let Some(constant) = schema.get("const") {
        assert_eq!(constant, value, "{path}");
    }
    if let Some(choices) = schema["enum"].as_array() {
        assert!(choices.contains(value), "{path}: {value}");
    }
    let is = |kind: &str| match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("{path}: {other}"),
    };
    match &schema["type"] {
        Value::String(kind) => assert!(is(kind), "{path}: {value} is no {kind}"),
        Value::Array(kinds) => {
            assert!(
                kinds.iter().any(|kind| is(kind.as_str().unwrap())),
                "{path}: {value}"
            );
        }
        _ => {}
    }
    if let Some(object) = value.as_object() {
        for name in schema["required"].as_array().into_iter().flatten() {
            assert!(
                object.contains_key(name.as_str().unwrap()),
                "{path}: no {name}"
            );
        }
        if let Some(properties) = schema["properties"].as_object() {
            for (name, value) in object {
                let property = properties.get(name);
                let property =
                    property.unwrap_or_else(|| panic!("{path}: {name} is not described"));
                check(property, value, document, &format!("{path}/{name}"));
            }
        }
    }
    for (at, item) in value.as_array().into_iter().flatten().enumerate() {
        if !schema["items"].is_null() {
            check(&schema["items"], item, document, &format!("{path}/{at}"));
        }
    }
}

#[test]
fn openapi_describes_what_is_answered() {
    let server = Server::on_seeds();
    let document = server.get("/api/v1/openapi.json").json();
    assert_eq!(document["openapi"], "3.1.0");
    let article = server.get("/api/v1/articles").json()["articles"][0]["id"].clone();
    let id = encoded(article.as_str().unwrap());
    let rerank =
        json!({"query": "猫", "documents": ["猫", {"text": "犬"}], "return_documents": true});
    let asked = [
        (
            "/api/v1/query",
            "post",
            json!({"query": "猫", "explain": true, "context": 1}),
        ),
        ("/api/v1/similar", "post", json!({"article": article})),
        (
            "/api/v1/embed",
            "post",
            json!({"texts": ["猫"], "ids": true}),
        ),
        ("/api/v1/articles", "get", json!("?limit=3")),
        ("/api/v1/article", "get", json!(format!("?id={id}"))),
        (
            "/api/v1/passage",
            "get",
            json!(format!("?id={id}%231&context=1")),
        ),
        ("/api/v1/map", "get", json!("?of=passages")),
        ("/api/v1/matrix", "get", json!("")),
        ("/api/v1/status", "get", json!("")),
        (
            "/v1/embeddings",
            "post",
            json!({"input": ["猫"], "model": "multilingual-e5-small"}),
        ),
        ("/v1/models", "get", json!("")),
        (
            "/v1/models/{id}",
            "get",
            json!("/v1/models/multilingual-e5-small"),
        ),
        ("/v1/rerank", "post", rerank.clone()),
        ("/v2/rerank", "post", rerank.clone()),
        ("/rerank", "post", rerank),
    ];
    let paths = document["paths"].as_object().unwrap();
    // tests/it/pages.rs asks for pages, of documents that have some.
    assert_eq!(
        paths.len(),
        asked.len() + 3,
        "and /healthz, pages, page.png"
    );
    for (path, method, given) in asked {
        let answer = match given.as_str() {
            Some(whole) if path.contains('{') => server.get(whole),
            Some(query) => server.get(&format!("{path}{query}")),
            None => server.post(path, &given),
        };
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        let schema =
            &paths[path][method]["responses"]["200"]["content"]["application/json"]["schema"];
        check(schema, &answer.json(), &document, path);
        let (wrong, status) = match method {
            "post" => (server.post(path, &json!({"none": 1})), 400),
            _ if path.contains('{') => (server.get("/v1/models/none"), 404),
            // Parameters that OpenAI's do not know are none of it.
            _ if path.starts_with("/v1/") => continue,
            _ => (server.get(&format!("{path}?none=1")), 400),
        };
        assert_eq!(wrong.status, status, "{path}");
        let response = &paths[path][method]["responses"][status.to_string()]["$ref"];
        let response = document.pointer(response.as_str().unwrap().trim_start_matches('#'));
        let kinds = response.unwrap()["content"].as_object().unwrap();
        let (kind, described) = kinds.iter().next().unwrap();
        assert_eq!(wrong.header("content-type"), Some(kind.as_str()), "{path}");
        let schema = &described["schema"];
        check(schema, &wrong.json(), &document, path);
    }
}
