//! The JSON API described as OpenAPI 3.1, generated from the types that it takes and gives.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::api::{QueryRequest, SimilarRequest};
use super::problem::Problem;
use crate::map::{CorpusMap, Similarities};
use crate::search::{Answers, Shown, SimilarArticles, Status};
use crate::serve::articles::{ArticleAnswer, Articles};
use crate::serve::embed::{EmbedRequest, Embedded};
use crate::serve::limits::{
    LEAST_WIDTH, MOST_CONTEXT, MOST_LISTED, MOST_NAME, MOST_OFFSET, MOST_PAGES, MOST_WIDTH,
};
use crate::serve::pages::Pages;

/// Where schemas of answers stand.
const SCHEMAS: &str = "/components/schemas";

/// The description of `/api/v1` and `/healthz`.
pub fn document() -> Value {
    let mut answers = SchemaSettings::draft2020_12()
        .with(|settings| {
            settings.definitions_path = SCHEMAS.into();
            settings.meta_schema = None;
        })
        .for_serialize()
        .into_generator();
    let paths = json!({
        "/api/v1/query": {"post": operation(
            "query", "Ask a question", "What `tane query --json` prints.",
            Some(request::<QueryRequest>()), &[], answer::<Answers>(&mut answers))},
        "/api/v1/similar": {"post": operation(
            "similar", "Find similar articles", "What `tane similar --json` prints.",
            Some(request::<SimilarRequest>()), &[], answer::<SimilarArticles>(&mut answers))},
        "/api/v1/embed": {"post": operation(
            "embed", "Embed texts", "The vectors of texts, in their order.",
            Some(request::<EmbedRequest>()), &[], answer::<Embedded>(&mut answers))},
        "/api/v1/articles": {"get": operation(
            "articles", "List the articles", "In the order of their ids, a page at a time.",
            None, &[
                parameter("limit", "Articles at most; 50 where it is not given.", false,
                    json!({"type": "integer", "minimum": 1, "maximum": MOST_LISTED})),
                parameter("offset", "Articles to skip.", false,
                    json!({"type": "integer", "minimum": 0, "maximum": MOST_OFFSET})),
                parameter("article", "Only articles whose id or file name matches this name or glob.", false, name()),
                parameter("lang", "Only articles in these languages (ISO 639-1), separated by commas.", false, name()),
                parameter("source", "Only articles whose source URL contains this.", false, name()),
                parameter("since", "Only articles published on this day or later.", false, date()),
                parameter("until", "Only articles published on this day or earlier.", false, date()),
            ], answer::<Articles>(&mut answers))},
        "/api/v1/article": {"get": operation(
            "article", "Read an article", "Its text and how it was cut.",
            None, &[parameter("id", "Its id, or a part of it that no other id has.", true, name())],
            answer::<ArticleAnswer>(&mut answers))},
        "/api/v1/passage": {"get": operation(
            "passage", "Read a passage", "What `tane show --json` prints.",
            None, &[
                parameter("id", "`article#3`, `article#3-4`, or a citation.", true, name()),
                parameter("context", "Sentences before and after.", false,
                    json!({"type": "integer", "minimum": 0, "maximum": MOST_CONTEXT})),
            ], answer::<Shown>(&mut answers))},
        "/api/v1/pages": {"get": or_unprocessable(operation(
            "pages", "See the pages of a document", "How many pages a document (PDF) has, how large they are, and where a \
             passage stands on them. Only while its file is the one that was indexed.",
            None, &[parameter("id", "The article, or a passage as for `/api/v1/passage`.", true, name())],
            answer::<Pages>(&mut answers)))},
        "/api/v1/page.png": {"get": or_unprocessable(operation(
            "picture", "See a page as a picture", "Drawn from the file, while it is the one that was indexed. The header \
             `Tane-Letters-Missing` says that letters are not drawn because their fonts are not in the file.",
            None, &[
                parameter("id", "The article, or a passage of it.", true, name()),
                parameter("page", "Its number, from 1.", true,
                    json!({"type": "integer", "minimum": 1, "maximum": MOST_PAGES})),
                parameter("width", "Pixels across; 1000 where it is not given.", false,
                    json!({"type": "integer", "minimum": LEAST_WIDTH, "maximum": MOST_WIDTH})),
            ],
            json!({"description": "Drawn.", "content": {"image/png": {"schema": {}}}})))},
        "/api/v1/map": {"get": operation(
            "map", "See the corpus as a map", "What `tane map --json` prints. Computed once for each generation of the \
             index, which may take minutes for 100,000 points.",
            None, &[parameter("of", "What a point is: articles (the default) or passages.", false,
                json!({"type": "string", "enum": ["articles", "passages"]}))],
            answer::<CorpusMap>(&mut answers))},
        "/api/v1/matrix": {"get": operation(
            "matrix", "How much all articles resemble each other", "By cluster, as a picture of bytes.",
            None, &[], answer::<Similarities>(&mut answers))},
        "/api/v1/status": {"get": operation(
            "status", "What the index holds", "What `tane status --json` prints.",
            None, &[], answer::<Status>(&mut answers))},
        "/healthz": {"get": {
            "operationId": "health",
            "summary": "The server answers",
            "security": [],
            "responses": {"200": {
                "description": "It does.",
                "content": {"text/plain": {"schema": {"type": "string"}}},
            }},
        }},
    });
    let problem = answers.subschema_for::<Problem>();
    let schemas: Map<String, Value> = answers.take_definitions(true);
    let problem = json!({
        "description": "What is wrong, and where (RFC 9457).",
        "content": {"application/problem+json": {"schema": problem}},
    });
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
            "responses": {"Problem": problem},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        // A server without a token asks for none.
        "security": [{}, {"token": []}],
    })
}

fn operation(
    id: &str,
    summary: &str,
    description: &str,
    body: Option<Value>,
    parameters: &[Value],
    answer: Value,
) -> Value {
    let problem = json!({"$ref": "#/components/responses/Problem"});
    let mut responses = Map::new();
    responses.insert("200".to_owned(), answer);
    let mut codes = vec!["400", "401", "403", "404", "500", "503"];
    if body.is_some() {
        codes.extend(["408", "413", "415"]);
    }
    codes.sort_unstable();
    for code in codes {
        responses.insert(code.to_owned(), problem.clone());
    }
    let mut operation = json!({
        "operationId": id,
        "summary": summary,
        "description": description,
        "responses": responses,
    });
    if let Some(body) = body {
        operation["requestBody"] = body;
    }
    if !parameters.is_empty() {
        operation["parameters"] = json!(parameters);
    }
    operation
}

/// An operation on a document that may be too broken or too large.
fn or_unprocessable(mut operation: Value) -> Value {
    operation["responses"]["422"] = json!({"$ref": "#/components/responses/Problem"});
    operation
}

/// Schemas without references.
pub fn inlined() -> SchemaSettings {
    SchemaSettings::draft2020_12().with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    })
}

/// A body, its schema inline: requests are read otherwise than answers are written.
fn request<T: JsonSchema>() -> Value {
    let schema = inlined()
        .for_deserialize()
        .into_generator()
        .into_root_schema_for::<T>();
    json!({"required": true, "content": {"application/json": {"schema": schema}}})
}

fn answer<T: JsonSchema>(generator: &mut SchemaGenerator) -> Value {
    let schema = generator.subschema_for::<T>();
    json!({"description": "Found.", "content": {"application/json": {"schema": schema}}})
}

fn parameter(name: &str, description: &str, required: bool, schema: Value) -> Value {
    json!({
        "name": name,
        "in": "query",
        "description": description,
        "required": required,
        "schema": schema,
    })
}

fn name() -> Value {
    json!({"type": "string", "maxLength": MOST_NAME})
}

fn date() -> Value {
    json!({"type": "string", "format": "date"})
}
