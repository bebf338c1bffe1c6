//! Vectors of texts.

use std::sync::Arc;

use axum::extract::{Request, State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::embed::{Embedding, Input, Role};
use crate::search::JSON_VERSION;
use crate::serve::answers::Answer;
use crate::serve::doors::Doors;
use crate::serve::fields::number;
use crate::serve::limits::{MOST_EMBED_BYTES, MOST_TEXTS, MOST_TOKENS};
use crate::serve::pool::Cancelled;
use crate::serve::problem::{Field, Problem};
use crate::serve::request::body;
use crate::serve::service::Open;

/// Texts that are embedded before it is asked whether anybody still waits.
pub const TOGETHER: usize = 64;

/// What a text is to the model.
#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RoleName {
    #[default]
    Passage,
    Query,
    /// As the reference implementation takes it: no prefix, not composed, special tokens recognised.
    Raw,
}

/// Texts to embed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EmbedRequest {
    /// The texts; at most 300,000 tokens together.
    #[schemars(length(min = 1, max = MOST_TEXTS))]
    pub texts: Vec<String>,
    /// What they are to the model.
    #[serde(default, rename = "as")]
    pub role: RoleName,
    /// Give the token ids, too.
    #[serde(default)]
    pub ids: bool,
    /// Embed only the first window of a text over the model's limit.
    #[serde(default)]
    pub truncate: bool,
}

/// Vectors of texts, in the order of the texts.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Embedded {
    pub version: u32,
    pub model: String,
    pub dimension: usize,
    pub embeddings: Vec<EmbeddedText>,
}

/// A text's vector.
#[derive(Debug, Serialize, JsonSchema)]
pub struct EmbeddedText {
    pub tokens: usize,
    /// A text over the model's limit has several; its vector is their mean, weighted by tokens.
    pub windows: usize,
    /// Where they were asked for.
    pub ids: Option<Vec<u32>>,
    /// Of length 1.
    pub embedding: Vec<f32>,
}

/// `POST /api/v1/embed`
pub async fn post_embed(State(doors): State<Arc<Doors>>, request: Request) -> Answer {
    let asked: EmbedRequest = body(request, MOST_EMBED_BYTES).await?;
    number(Field::Body("/texts"), asked.texts.len(), 1, MOST_TEXTS)?;
    let role = match asked.role {
        RoleName::Passage => Role::Passage,
        RoleName::Query => Role::Query,
        RoleName::Raw => Role::Raw,
    };
    doors
        .answer(move |open, cancelled| {
            let texts = Texts {
                texts: &asked.texts,
                role,
                truncate: asked.truncate,
                ids: asked.ids,
            };
            let space = open.embedder.space();
            Ok(Embedded {
                version: JSON_VERSION,
                model: space.model.clone(),
                dimension: space.dimension,
                embeddings: embed(open, &texts, cancelled, Field::Body("/texts"))?,
            })
        })
        .await
}

/// Texts to embed, and how.
pub struct Texts<'a> {
    pub texts: &'a [String],
    pub role: Role,
    /// Only the first window.
    pub truncate: bool,
    /// With token ids.
    pub ids: bool,
}

/// Embeds texts.
///
/// # Errors
/// As [`tokenized`] and [`embedded`].
pub fn embed(
    open: &Open,
    given: &Texts<'_>,
    cancelled: &Cancelled,
    field: Field<'_>,
) -> Result<Vec<EmbeddedText>, Problem> {
    let texts = given.texts.iter().map(String::as_str);
    let inputs = tokenized(open, texts, given.role, given.truncate, field)?;
    let embeddings = embedded(open, &inputs, cancelled, field)?;
    let text = |(input, embedding): (Input, Embedding)| EmbeddedText {
        tokens: input.ids.len(),
        windows: embedding.windows,
        ids: given.ids.then_some(input.ids),
        embedding: embedding.vector,
    };
    Ok(inputs.into_iter().zip(embeddings).map(text).collect())
}

/// Tokenizes the texts of one request; with `truncate` only the first window of each.
///
/// # Errors
/// 400 where they have too many tokens, and what the tokenizer returns.
pub fn tokenized<'a>(
    open: &Open,
    texts: impl Iterator<Item = &'a str>,
    role: Role,
    truncate: bool,
    field: Field<'_>,
) -> Result<Vec<Input>, Problem> {
    let mut inputs = Vec::new();
    let mut tokens = 0;
    for text in texts {
        let input = open.embedder.input(text, role);
        let mut input = input.map_err(|error| Problem::of(&error, field))?;
        if truncate {
            input.truncate();
        }
        tokens += input.ids.len();
        if tokens > MOST_TOKENS {
            let detail = format!(
                "one request has at most {MOST_TOKENS} tokens, and this one has more; send several"
            );
            return Err(Problem::bad(field, detail));
        }
        inputs.push(input);
    }
    Ok(inputs)
}

/// Embeds tokenized texts, some at a time; ends early where nobody waits any more.
///
/// # Errors
/// What the embedder returns.
pub fn embedded(
    open: &Open,
    inputs: &[Input],
    cancelled: &Cancelled,
    field: Field<'_>,
) -> Result<Vec<Embedding>, Problem> {
    let mut embeddings = Vec::with_capacity(inputs.len());
    for inputs in inputs.chunks(TOGETHER) {
        if cancelled.is_set() {
            return Err(Problem::busy());
        }
        let some = open.embedder.embed(inputs);
        embeddings.extend(some.map_err(|error| Problem::of(&error, field))?);
    }
    Ok(embeddings)
}
