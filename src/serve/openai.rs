//! The interfaces that other programs already speak: OpenAI's embeddings and models, and rerank as Cohere and Jina
//! have it.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::de::{self, IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};

use super::api::plain;
use super::pool::Cancelled;
use super::problem::{Field, Problem};
use super::request::body;
use super::service::Open;
use crate::corpus::detect_language;
use crate::embed::Role;
use crate::error::Error;
use crate::passage::passages;
use crate::search::{Asked, Mode, PreferLanguage};
use crate::serve::answers::{json_of, json_response};
use crate::serve::doors::Doors;
use crate::serve::embed::{Texts, embed, embedded, tokenized};
use crate::serve::fields::{number, text};
use crate::serve::limits::{MOST_EMBED_BYTES, MOST_QUESTION, MOST_TEXTS};
use crate::serve::tools::called::shortened;

/// Bytes of the documents of one request: about as many tokens as a request may have.
const MOST_RERANKED_BYTES: usize = 1 << 20;

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

type Answer = Result<Response, OpenAiError>;

/// Which role a model's name or `input_type` asks for.
fn role_named(name: &str) -> Option<Role> {
    match name {
        "query" | "search_query" => Some(Role::Query),
        "passage" | "document" | "search_document" => Some(Role::Passage),
        _ => None,
    }
}

/// The names that a model goes by: as it is (texts are passages), and with the role of the texts.
fn names(model: &str) -> [(String, Role); 3] {
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
struct Text(String);

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

fn unknown_model(given: &str, model: &str) -> OpenAiError {
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
pub async fn get_model(State(doors): State<Arc<Doors>>, Path(id): Path<String>) -> Answer {
    let model = model_of(&doors).await?;
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

/// The body of a rerank request.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RerankRequest {
    #[serde(default)]
    model: Option<String>,
    query: String,
    documents: Vec<Document>,
    #[serde(default)]
    top_n: Option<usize>,
    #[serde(default)]
    return_documents: Option<bool>,
    // Of Cohere and Jina: how documents are cut, and in which order requests are answered. Here documents are cut as
    // everywhere.
    #[serde(default, rename = "max_tokens_per_doc")]
    _max_tokens: IgnoredAny,
    #[serde(default, rename = "max_chunks_per_doc")]
    _max_chunks: IgnoredAny,
    #[serde(default, rename = "truncation")]
    _truncation: IgnoredAny,
    #[serde(default, rename = "priority")]
    _priority: IgnoredAny,
}

/// A document of a rerank request.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Document {
    Text(String),
    Object { text: String },
}

impl Document {
    fn text(&self) -> &str {
        match self {
            Self::Text(text) | Self::Object { text } => text,
        }
    }
}

#[derive(Serialize)]
struct Reranked {
    index: usize,
    relevance_score: f32,
    /// How likely it answers, as tane says of its own results.
    confidence: f32,
    #[serde(skip_serializing_if = "Option::is_none")]
    document: Option<Value>,
}

/// `POST /v1/rerank`, `/v2/rerank`, `/rerank`
pub async fn post_rerank(State(doors): State<Arc<Doors>>, request: Request) -> Answer {
    let asked: RerankRequest = body(request, MOST_EMBED_BYTES).await?;
    text(Field::Body("/query"), &asked.query, MOST_QUESTION)?;
    number(
        Field::Body("/documents"),
        asked.documents.len(),
        1,
        MOST_TEXTS,
    )?;
    let texts = asked.documents.iter().map(|document| document.text().len());
    if texts.sum::<usize>() > MOST_RERANKED_BYTES {
        let detail = format!("documents have at most {MOST_RERANKED_BYTES} bytes together");
        return Err(Problem::bad(Field::Body("/documents"), detail).into());
    }
    let json = doors
        .library
        .ask(move |open, cancelled| Ok(rerank(open, &asked, cancelled)));
    Ok(json_response(json.await??))
}

fn rerank(
    open: &Open,
    asked: &RerankRequest,
    cancelled: &Cancelled,
) -> Result<Vec<u8>, OpenAiError> {
    let model = &open.embedder.space().model;
    if let Some(given) = &asked.model
        && !names(model).iter().any(|(name, _)| name == given)
    {
        return Err(unknown_model(given, model));
    }
    let (mut ranked, tokens) = scored(open, asked, cancelled)?;
    ranked.sort_by(|a, b| b.relevance_score.total_cmp(&a.relevance_score));
    ranked.truncate(asked.top_n.unwrap_or(usize::MAX));
    let answer = json!({
        "id": format!("rerank-{}", &blake3::hash(asked.query.as_bytes()).to_hex()[..16]),
        "model": model,
        "results": ranked,
        "usage": {"total_tokens": tokens, "prompt_tokens": tokens},
        "meta": {"score": "tane's own: the cosine of question and passage plus the weight of the words they share; \
                           a document has that of its best passage; not a cross-encoder"},
    });
    Ok(json_of(&answer)?)
}

/// Each document by its best passage, and the tokens of them all: cut, embedded and scored as those of the index are.
fn scored(
    open: &Open,
    asked: &RerankRequest,
    cancelled: &Cancelled,
) -> Result<(Vec<Reranked>, usize), Problem> {
    let field = Field::Body("/documents");
    let to_problem = |error: Error| Problem::of(&error, field);
    let (index, embedder) = (&open.index, &open.embedder);
    let vector = embedder.embed_one(asked.query.trim(), Role::Query);
    let probe = PreferLanguage::Any.probe(embedder, &vector.map_err(to_problem)?);
    let rows = index.rows();
    let question = Asked::new(&rows, Mode::Hybrid, asked.query.trim(), Some(probe.clone()));
    // The passages of all documents, so that they are embedded together.
    let mut texts: Vec<String> = Vec::new();
    let mut ends = Vec::with_capacity(asked.documents.len());
    for document in &asked.documents {
        if cancelled.is_set() {
            return Err(Problem::busy());
        }
        match plain(document.text()) {
            Ok(article) => {
                let cut = passages(&article, embedder.counter());
                let cut = cut.iter().map(|passage| passage.readable(&article.text).0);
                texts.extend(cut);
            }
            // What holds no text has no passage.
            Err(Error::NotText { .. }) => {}
            Err(error) => return Err(to_problem(error)),
        }
        ends.push(texts.len());
    }
    let inputs = texts.iter().map(String::as_str);
    let inputs = tokenized(open, inputs, Role::Passage, false, field)?;
    let embeddings = embedded(open, &inputs, cancelled, field)?;
    let tokens = inputs.iter().map(|input| input.ids.len()).sum();
    let mut start = 0;
    let ranked = |(number, (document, end)): (usize, (&Document, usize))| {
        let own = std::mem::replace(&mut start, end)..end;
        let text = document.text();
        let language = detect_language(text);
        let language = language.and_then(|name| index.language(&name)).unwrap_or(0);
        let passages = embeddings[own.clone()].iter().zip(&texts[own]);
        let scores = passages.map(|(embedding, text)| {
            let inverse_length = embedder.alignment().inverse_length(&embedding.vector);
            let dense = probe.score(&embedding.vector, inverse_length);
            question.score_of_text(&rows, dense, text, language)
        });
        let best = scores.max_by(|a, b| a.0.total_cmp(&b.0));
        // What holds no text answers nothing.
        let (relevance_score, confidence) = best.unwrap_or((-1.0, 0.0));
        let shown = asked.return_documents.unwrap_or_default();
        Reranked {
            index: number,
            relevance_score,
            confidence,
            document: shown.then(|| json!({"text": text})),
        }
    };
    let documents = asked.documents.iter().zip(ends).enumerate();
    Ok((documents.map(ranked).collect(), tokens))
}
