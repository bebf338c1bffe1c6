//! `/v1`: the interfaces that other programs already speak.

use schemars::SchemaGenerator;
use serde_json::{Value, json};

use super::parts::{Route, Wrong, answer, name, request};
use crate::serve::openai::{Embeddings, EmbeddingsRequest, Model, Models};
use crate::serve::rerank::{RerankRequest, Reranking};

/// Its routes, each with its method; schemas of answers go to `answers`.
pub fn routes(
    dimension: Option<usize>,
    answers: &mut SchemaGenerator,
) -> [(&'static str, Value); 6] {
    [
        (
            "/v1/embeddings",
            json!({"post": embeddings(dimension, answers)}),
        ),
        ("/v1/models", json!({"get": models(answers)})),
        ("/v1/models/{id}", json!({"get": model(answers)})),
        ("/v1/rerank", json!({"post": rerank("rerank", answers)})),
        (
            "/v2/rerank",
            json!({"post": rerank("rerankOfVersion2", answers)}),
        ),
        (
            "/rerank",
            json!({"post": rerank("rerankOfNoVersion", answers)}),
        ),
    ]
}

fn embeddings(dimension: Option<usize>, answers: &mut SchemaGenerator) -> Value {
    let mut body = request::<EmbeddingsRequest>();
    if let Some(dimension) = dimension {
        let schema = &mut body["content"]["application/json"]["schema"];
        schema["properties"]["dimensions"]["enum"] = json!([dimension, null]);
    }
    Route {
        id: "embeddings",
        summary: "Embed texts, as OpenAI does",
        description: "The model `NAME` embeds passages, `NAME:query` questions. Token ids are refused.",
        body: Some(body),
        parameters: &[],
        answer: answer::<Embeddings>(answers),
        wrong: Wrong::OpenAi,
    }
    .described()
}

fn models(answers: &mut SchemaGenerator) -> Value {
    Route {
        id: "models",
        summary: "List the model, under each of its names",
        description: "As OpenAI lists models.",
        body: None,
        parameters: &[],
        answer: answer::<Models>(answers),
        wrong: Wrong::OpenAi,
    }
    .described()
}

fn model(answers: &mut SchemaGenerator) -> Value {
    let id = json!({
        "name": "id",
        "in": "path",
        "description": "A name of the model.",
        "required": true,
        "schema": name(),
    });
    Route {
        id: "model",
        summary: "Describe the model",
        description: "As OpenAI describes one.",
        body: None,
        parameters: &[id],
        answer: answer::<Model>(answers),
        wrong: Wrong::OpenAi,
    }
    .described()
}

fn rerank(id: &str, answers: &mut SchemaGenerator) -> Value {
    Route {
        id,
        summary: "Order documents by how well they answer",
        description: "As Cohere and Jina do. The score is tane's own, not a cross-encoder's.",
        body: Some(request::<RerankRequest>()),
        parameters: &[],
        answer: answer::<Reranking>(answers),
        wrong: Wrong::OpenAi,
    }
    .described()
}
