//! What is answered in JSON, described as OpenAPI 3.1, generated from the types that it takes and gives.

mod api;
mod parts;
mod v1;

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use self::parts::Wrong;
use super::problem::Problem;
use crate::serve::openai::ErrorAnswer;

pub use parts::inlined;

/// Where schemas of answers stand.
const SCHEMAS: &str = "/components/schemas";

/// The description of `/api/v1`, `/v1` and `/healthz`. `dimension` is that of the model, where it is known.
pub fn document(dimension: Option<usize>) -> Value {
    let mut answers = SchemaSettings::draft2020_12()
        .with(|settings| {
            settings.definitions_path = SCHEMAS.into();
            settings.meta_schema = None;
        })
        .for_serialize()
        .into_generator();
    let routes = api::routes(&mut answers).into_iter();
    let routes = routes.chain(v1::routes(dimension, &mut answers));
    let mut paths: Map<String, Value> = routes
        .map(|(path, route)| (path.to_owned(), route))
        .collect();
    paths.insert("/healthz".to_owned(), health());
    let problem = json!({
        "description": "What is wrong, and where (RFC 9457).",
        "content": {"application/problem+json": {"schema": answers.subschema_for::<Problem>()}},
    });
    let openai = json!({
        "description": "What is wrong, as OpenAI tells it.",
        "content": {"application/json": {"schema": answers.subschema_for::<ErrorAnswer>()}},
    });
    let schemas: Map<String, Value> = answers.take_definitions(true);
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "tane",
            "summary": "Local semantic search with citations",
            "version": env!("CARGO_PKG_VERSION"),
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": {Wrong::Problem.name(): problem, Wrong::OpenAi.name(): openai},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        // A server without a token asks for none.
        "security": [{}, {"token": []}],
    })
}

fn health() -> Value {
    json!({"get": {
        "operationId": "health",
        "summary": "The server answers",
        "security": [],
        "responses": {"200": {
            "description": "It does.",
            "content": {"text/plain": {"schema": {"type": "string"}}},
        }},
    }})
}
