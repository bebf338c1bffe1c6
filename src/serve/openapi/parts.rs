//! What the description of every route is made of.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

use crate::serve::limits::MOST_NAME;

/// Names of the answers to a request that is wrong, in `components/responses`.
#[derive(Debug, Clone, Copy)]
pub enum Wrong {
    /// RFC 9457.
    Problem,
    /// As OpenAI's interface tells errors.
    OpenAi,
}

impl Wrong {
    pub fn name(self) -> &'static str {
        match self {
            Self::Problem => "Problem",
            Self::OpenAi => "OpenAiError",
        }
    }
}

/// A route as it is described.
pub struct Route<'a> {
    /// Unique in the document.
    pub id: &'a str,
    pub summary: &'a str,
    pub description: &'a str,
    /// What [`request`] gives; `None` where there is no body.
    pub body: Option<Value>,
    /// What [`parameter`] gives.
    pub parameters: &'a [Value],
    /// What [`answer`] gives.
    pub answer: Value,
    pub wrong: Wrong,
}

impl Route<'_> {
    pub fn described(self) -> Value {
        let reference = format!("#/components/responses/{}", self.wrong.name());
        let wrong = json!({"$ref": reference});
        let mut responses = Map::new();
        responses.insert("200".to_owned(), self.answer);
        let mut codes = vec!["400", "401", "403", "404", "500", "503"];
        if self.body.is_some() {
            codes.extend(["408", "413", "415"]);
        }
        codes.sort_unstable();
        for code in codes {
            responses.insert(code.to_owned(), wrong.clone());
        }
        let mut operation = json!({
            "operationId": self.id,
            "summary": self.summary,
            "description": self.description,
            "responses": responses,
        });
        if let Some(body) = self.body {
            operation["requestBody"] = body;
        }
        if !self.parameters.is_empty() {
            operation["parameters"] = json!(self.parameters);
        }
        operation
    }
}

/// A route about a document that may be too broken or too large.
pub fn or_unprocessable(mut described: Value) -> Value {
    described["responses"]["422"] = json!({"$ref": "#/components/responses/Problem"});
    described
}

/// Schemas without references.
pub fn inlined() -> SchemaSettings {
    SchemaSettings::draft2020_12().with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    })
}

/// A body, its schema inline: requests are read otherwise than answers are written.
pub fn request<T: JsonSchema>() -> Value {
    let schema = inlined()
        .for_deserialize()
        .into_generator()
        .into_root_schema_for::<T>();
    json!({"required": true, "content": {"application/json": {"schema": schema}}})
}

pub fn answer<T: JsonSchema>(generator: &mut SchemaGenerator) -> Value {
    let schema = generator.subschema_for::<T>();
    json!({"description": "Found.", "content": {"application/json": {"schema": schema}}})
}

/// A parameter of the query string.
pub fn parameter(name: &str, description: &str, required: bool, schema: Value) -> Value {
    json!({
        "name": name,
        "in": "query",
        "description": description,
        "required": required,
        "schema": schema,
    })
}

/// An id, a pattern, a word.
pub fn name() -> Value {
    json!({"type": "string", "maxLength": MOST_NAME})
}

/// A day.
pub fn date() -> Value {
    json!({"type": "string", "format": "date"})
}
