//! The interfaces that other programs already speak: OpenAI's embeddings and models, and rerank as Cohere and Jina
//! have it.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::de::{self, IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use super::pool::Cancelled;
use super::problem::{Field, Problem};
use super::request::body;
use super::service::Open;
use crate::embed::Role;
use crate::serve::answers::{json_of, json_response};
use crate::serve::doors::Doors;
use crate::serve::embed::{Texts, embed};
use crate::serve::fields::number;
use crate::serve::limits::{MOST_EMBED_BYTES, MOST_TEXTS};
use crate::serve::tools::called::shortened;

/// What OpenAI's interface answers where something is wrong.
#[derive(Debug)]
pub struct OpenAiError {
    problem: Problem,
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
        let error = json!({"error": {
            "message": problem.detail,
            "type": kind,
            "param": param,
            "code": code,
        }});
        let mut response = json_response(error.to_string().into_bytes());
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
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct EmbeddingsRequest {
    input: Input,
    model: String,
    #[serde(default)]
    input_type: Option<String>,
    #[serde(default)]
    encoding_format: Option<String>,
    #[serde(default)]
    dimensions: Option<u64>,
    /// Who asks is nothing to this server.
    #[serde(default, rename = "user")]
    _user: IgnoredAny,
}

/// A text or a list of texts.
#[derive(Debug)]
struct Input(Vec<String>);

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
        && dimensions != space.dimension as u64
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
    let data = vectors.iter().enumerate().map(|(index, text)| {
        let embedding = if asked.encoding_format.as_deref() == Some("base64") {
            let bytes: Vec<u8> = text
                .embedding
                .iter()
                .flat_map(|x| x.to_le_bytes())
                .collect();
            Value::String(BASE64_STANDARD.encode(bytes))
        } else {
            json!(text.embedding)
        };
        json!({"object": "embedding", "index": index, "embedding": embedding})
    });
    let answer = json!({
        "object": "list",
        "model": asked.model,
        "data": data.collect::<Vec<_>>(),
        "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
    });
    Ok(json_of(&answer)?)
}

fn model_object(name: &str, role: Role) -> Value {
    let described = match role {
        Role::Query => "texts are questions",
        Role::Passage | Role::Raw => "texts are passages",
    };
    json!({"id": name, "object": "model", "created": 0, "owned_by": "tane", "description": described})
}

/// `GET /v1/models`
pub async fn get_models(State(doors): State<Arc<Doors>>) -> Answer {
    let model = model_of(&doors).await?;
    let data = names(&model).map(|(name, role)| model_object(&name, role));
    let list = json!({"object": "list", "data": data});
    Ok(json_response(json_of(&list)?))
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
    let (name, role) = named.ok_or_else(|| unknown_model(&id, &model))?;
    Ok(json_response(json_of(&model_object(&name, role))?))
}

async fn model_of(doors: &Doors) -> Result<String, Problem> {
    let model = doors
        .library
        .ask(|open, _| Ok(open.embedder.space().model.clone()));
    model.await
}
