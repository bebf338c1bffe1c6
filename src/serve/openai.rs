//! The interfaces that other programs already speak: OpenAI's embeddings and models, and rerank as Cohere and Jina
//! have it.

use std::borrow::Cow;
use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};

use super::pool::Cancelled;
use super::problem::{Field, Problem};
use super::request::body;
use super::service::Open;
use crate::embed::Role;
use crate::serve::answers::{json_of, json_response};
use crate::serve::doors::Doors;
use crate::serve::embed::{Texts, embed};
use crate::serve::fields::{number, whole};
use crate::serve::limits::{MOST_EMBED_BYTES, MOST_TEXTS};
use crate::serve::tools::called::shortened;

/// What OpenAI's interface answers where something is wrong.
#[derive(Debug)]
pub struct OpenAiError {
    problem: Problem,
    code: Option<&'static str>,
}

/// An error as OpenAI's interface tells it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ErrorAnswer<'a> {
    error: ErrorTold<'a>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct ErrorTold<'a> {
    message: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    /// The field that is wrong, where that can be told.
    param: Option<String>,
    code: Option<&'static str>,
}

impl From<Problem> for OpenAiError {
    fn from(problem: Problem) -> Self {
        Self {
            problem,
            code: None,
        }
    }
}

impl IntoResponse for OpenAiError {
    fn into_response(self) -> Response {
        let Self { problem, code } = self;
        let status = problem.status();
        let field = problem.errors.first();
        let param = field.and_then(|field| {
            let pointer = field.pointer.as_deref()?.trim_start_matches('/');
            let name = pointer.split('/').next().unwrap_or_default();
            (!name.is_empty()).then(|| name.to_owned())
        });
        let kind = match status.as_u16() {
            401 => "authentication_error",
            403 => "permission_error",
            503 if problem.is_busy() => "overloaded_error",
            400..=499 => "invalid_request_error",
            _ => "server_error",
        };
        let error = ErrorAnswer {
            error: ErrorTold {
                message: &problem.detail,
                kind,
                param,
                code,
            },
        };
        let mut response = json_response(serde_json::to_vec(&error).unwrap_or_default());
        *response.status_mut() = status;
        problem.add_headers(&mut response);
        response
    }
}

pub(super) type Answer = Result<Response, OpenAiError>;

/// Which role a model's name or `input_type` asks for.
fn role_named(name: &str) -> Option<Role> {
    match name {
        "query" | "search_query" => Some(Role::Query),
        "passage" | "document" | "search_document" => Some(Role::Passage),
        _ => None,
    }
}

/// The names that a model goes by: as it is (texts are passages), and with the role of the texts.
pub(super) fn names(model: &str) -> [(String, Role); 3] {
    [
        (model.to_owned(), Role::Passage),
        (format!("{model}:query"), Role::Query),
        (format!("{model}:passage"), Role::Passage),
    ]
}

/// The body of `POST /v1/embeddings`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EmbeddingsRequest {
    input: Input,
    /// A name of the model, as `/v1/models` lists them.
    model: String,
    /// Whether the texts are questions or passages; the name of the model may say so, too.
    #[schemars(extend("enum" = ["query", "passage", "document", "search_query", "search_document", null]))]
    #[serde(default)]
    input_type: Option<String>,
    #[schemars(extend("enum" = ["float", "base64", null]))]
    #[serde(default)]
    encoding_format: Option<String>,
    /// Those that the model has; others are refused.
    #[serde(default, deserialize_with = "whole")]
    dimensions: Option<usize>,
    /// Who asks is nothing to this server.
    #[schemars(with = "Value")]
    #[serde(default, rename = "user")]
    _user: IgnoredAny,
}

/// Vectors of texts, in the order of the texts.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Embeddings {
    object: &'static str,
    model: String,
    data: Vec<EmbeddingObject>,
    usage: Usage,
}

/// The vector of a text.
#[derive(Debug, Serialize, JsonSchema)]
struct EmbeddingObject {
    object: &'static str,
    index: usize,
    embedding: Numbers,
}

/// A vector, as `encoding_format` asks for it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
enum Numbers {
    /// With the digits of 64 bits, because clients read them so: they are the same numbers as in base64.
    Float(Vec<f64>),
    /// Base64 of its floats of 32 bits, little-endian.
    Base64(String),
}

/// What a request took.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Usage {
    prompt_tokens: usize,
    total_tokens: usize,
}

impl Usage {
    pub(super) fn of(tokens: usize) -> Self {
        Self {
            prompt_tokens: tokens,
            total_tokens: tokens,
        }
    }
}

/// A text or a list of texts.
#[derive(Debug)]
struct Input(Vec<String>);

impl JsonSchema for Input {
    fn schema_name() -> Cow<'static, str> {
        "Input".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let text = json!({"type": "string", "pattern": r"\S"});
        json_schema!({
            "description": "A text, or a list of texts; at most 300,000 tokens together.",
            "anyOf": [text, {"type": "array", "items": text, "minItems": 1, "maxItems": MOST_TEXTS}],
        })
    }
}

impl<'de> Deserialize<'de> for Input {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Texts;
        impl<'de> Visitor<'de> for Texts {
            type Value = Input;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a string or a list of strings")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Input, E> {
                Ok(Input(vec![text.to_owned()]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Input, A::Error> {
                let mut texts = Vec::new();
                while let Some(Text(text)) = items.next_element()? {
                    if texts.len() == MOST_TEXTS {
                        let detail = format!("expected at most {MOST_TEXTS} texts, received more");
                        return Err(de::Error::custom(detail));
                    }
                    texts.push(text);
                }
                Ok(Input(texts))
            }
        }
        deserializer.deserialize_any(Texts)
    }
}

/// A text of the list; token ids are told apart from what is merely wrong.
pub(super) struct Text(String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneText;
        const IDS: &str =
            "token ids are refused: this model's vocabulary is not OpenAI's; send the text";
        impl<'de> Visitor<'de> for OneText {
            type Value = Text;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a string")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Text, E> {
                Ok(Text(text.to_owned()))
            }

            fn visit_u64<E: de::Error>(self, _: u64) -> Result<Text, E> {
                Err(E::custom(IDS))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<Text, A::Error> {
                Err(de::Error::custom(IDS))
            }
        }
        deserializer.deserialize_any(OneText)
    }
}

impl EmbeddingsRequest {
    /// Refuses what a type cannot.
    fn checked(self) -> Result<Self, Problem> {
        let Input(texts) = &self.input;
        number(Field::Body("/input"), texts.len(), 1, MOST_TEXTS)?;
        if let Some(at) = texts.iter().position(|text| text.trim().is_empty()) {
            let detail = format!("input {at} is an empty string");
            return Err(Problem::bad(Field::Body("/input"), detail));
        }
        if let Some(format) = &self.encoding_format
            && !["float", "base64"].contains(&format.as_str())
        {
            let detail = format!(
                "expected float or base64, received `{}`",
                shortened(format, 40)
            );
            return Err(Problem::bad(Field::Body("/encoding_format"), detail));
        }
        if let Some(given) = &self.input_type
            && role_named(given).is_none()
        {
            let detail = format!(
                "expected query, passage, search_query or search_document, received `{}`",
                shortened(given, 40)
            );
            return Err(Problem::bad(Field::Body("/input_type"), detail));
        }
        Ok(self)
    }

    /// The role of its texts with this model.
    fn role(&self, model: &str) -> Result<Role, OpenAiError> {
        let named = names(model)
            .into_iter()
            .find(|(name, _)| *name == self.model);
        let Some((name, role)) = named else {
            return Err(unknown_model(&self.model, model));
        };
        match self.input_type.as_deref().and_then(role_named) {
            Some(asked) if name != model && asked != role => {
                let detail =
                    format!("`input_type` says something else than the model's name `{name}`");
                Err(Problem::bad(Field::Body("/input_type"), detail).into())
            }
            Some(asked) => Ok(asked),
            None => Ok(role),
        }
    }
}

pub(super) fn unknown_model(given: &str, model: &str) -> OpenAiError {
    let known = names(model).map(|(name, _)| name).join(", ");
    let detail = format!("no model `{}` here; known: {known}", shortened(given, 200));
    OpenAiError {
        problem: Problem::new(StatusCode::NOT_FOUND, detail).at(Field::Body("/model")),
        code: Some("model_not_found"),
    }
}

/// `POST /v1/embeddings`
pub async fn post_embeddings(State(doors): State<Arc<Doors>>, request: Request) -> Answer {
    let asked: EmbeddingsRequest = body(request, MOST_EMBED_BYTES).await?;
    let asked = asked.checked()?;
    // An error of OpenAI's has more to say than a problem.
    let json = doors
        .library
        .ask(move |open, cancelled| Ok(embeddings(open, &asked, cancelled)));
    Ok(json_response(json.await??))
}

fn embeddings(
    open: &Open,
    asked: &EmbeddingsRequest,
    cancelled: &Cancelled,
) -> Result<Vec<u8>, OpenAiError> {
    let space = open.embedder.space();
    let role = asked.role(&space.model)?;
    if let Some(dimensions) = asked.dimensions
        && dimensions != space.dimension
    {
        let detail = format!(
            "`{}` makes vectors of {} dimensions, not {dimensions}",
            space.model, space.dimension
        );
        return Err(Problem::bad(Field::Body("/dimensions"), detail).into());
    }
    let texts = Texts {
        texts: &asked.input.0,
        role,
        truncate: false,
        ids: false,
    };
    let vectors = embed(open, &texts, cancelled, Field::Body("/input"))?;
    let tokens: usize = vectors.iter().map(|text| text.tokens).sum();
    let as_base64 = asked.encoding_format.as_deref() == Some("base64");
    let data = vectors.into_iter().enumerate().map(|(index, text)| {
        let numbers = text.embedding;
        let embedding = if as_base64 {
            let bytes: Vec<u8> = numbers.iter().flat_map(|x| x.to_le_bytes()).collect();
            Numbers::Base64(BASE64_STANDARD.encode(bytes))
        } else {
            Numbers::Float(numbers.into_iter().map(f64::from).collect())
        };
        EmbeddingObject {
            object: "embedding",
            index,
            embedding,
        }
    });
    Ok(json_of(&Embeddings {
        object: "list",
        model: asked.model.clone(),
        data: data.collect(),
        usage: Usage::of(tokens),
    })?)
}

/// The names of the model.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Models {
    object: &'static str,
    data: Vec<Model>,
}

/// A name of the model.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Model {
    id: String,
    object: &'static str,
    /// Nobody knows; 0.
    created: u64,
    owned_by: &'static str,
    /// What its texts are.
    description: &'static str,
}

impl Model {
    fn new((id, role): (String, Role)) -> Self {
        Self {
            id,
            object: "model",
            created: 0,
            owned_by: "tane",
            description: match role {
                Role::Query => "texts are questions",
                Role::Passage | Role::Raw => "texts are passages",
            },
        }
    }
}

/// `GET /v1/models`
pub async fn get_models(State(doors): State<Arc<Doors>>) -> Answer {
    let model = model_of(&doors).await?;
    let data = names(&model).map(Model::new).into();
    let object = "list";
    Ok(json_response(json_of(&Models { object, data })?))
}

/// `GET /v1/models/{id}`
pub async fn get_model(
    State(doors): State<Arc<Doors>>,
    id: Result<Path<String>, PathRejection>,
) -> Answer {
    let model = model_of(&doors).await?;
    let Ok(Path(id)) = id else {
        return Err(unknown_model("\u{fffd}", &model));
    };
    let named = names(&model).into_iter().find(|(name, _)| *name == id);
    let named = named.ok_or_else(|| unknown_model(&id, &model))?;
    Ok(json_response(json_of(&Model::new(named))?))
}

async fn model_of(doors: &Doors) -> Result<String, Problem> {
    let model = doors
        .library
        .ask(|open, _| Ok(open.embedder.space().model.clone()));
    model.await
}
