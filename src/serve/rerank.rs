//! Documents in order of how well they answer, as Cohere and Jina answer.

use std::sync::Arc;

use axum::extract::{Request, State};
use schemars::JsonSchema;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::corpus::detect_language;
use crate::embed::Role;
use crate::error::Error;
use crate::index::Vectors;
use crate::passage::passages;
use crate::search::{Asked, Late, Mode, Outside, PreferLanguage};
use crate::serve::answers::{json_of, json_response};
use crate::serve::api::plain;
use crate::serve::doors::Doors;
use crate::serve::embed::{embedded, tokenized};
use crate::serve::fields::{number, text, whole};
use crate::serve::limits::{MOST_EMBED_BYTES, MOST_OFFSET, MOST_QUESTION, MOST_TEXTS};
use crate::serve::openai::{Answer, OpenAiError, Usage, names, unknown_model};
use crate::serve::pool::Cancelled;
use crate::serve::problem::{Field, Problem};
use crate::serve::request::body;
use crate::serve::service::Open;

/// Bytes of the documents of one request: about as many tokens as a request may have.
const MOST_RERANKED_BYTES: usize = 1 << 20;

/// What a score is.
const SCORE: &str = "tane's own: the cosine of question and passage plus the weight of the words they share and of the \
                     tokens that meet; a document has that of its best passage; not a cross-encoder";

/// The body of a rerank request.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RerankRequest {
    /// A name of the model, as `/v1/models` lists them.
    #[serde(default)]
    model: Option<String>,
    /// The question.
    #[schemars(length(max = MOST_QUESTION), regex(pattern = r"\S"))]
    query: String,
    /// At most 1 MiB together.
    #[schemars(length(min = 1, max = MOST_TEXTS))]
    documents: Vec<Document>,
    /// Documents at most.
    #[schemars(range(max = MOST_OFFSET))]
    #[serde(default, deserialize_with = "whole")]
    top_n: Option<usize>,
    /// Give their texts, too.
    #[serde(default)]
    return_documents: Option<bool>,
    // Of Cohere and Jina: how documents are cut, and in which order requests are answered. Here documents are cut as
    // everywhere.
    #[schemars(with = "Value")]
    #[serde(default, rename = "max_tokens_per_doc")]
    _max_tokens: IgnoredAny,
    #[schemars(with = "Value")]
    #[serde(default, rename = "max_chunks_per_doc")]
    _max_chunks: IgnoredAny,
    #[schemars(with = "Value")]
    #[serde(default, rename = "truncation")]
    _truncation: IgnoredAny,
    #[schemars(with = "Value")]
    #[serde(default, rename = "priority")]
    _priority: IgnoredAny,
}

/// A document of a rerank request.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Document {
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

/// Documents in the order of their scores.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Reranking<'a> {
    id: String,
    model: &'a str,
    results: Vec<Reranked<'a>>,
    usage: Usage,
    meta: Meta,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Meta {
    /// What the score is.
    score: &'static str,
}

/// A document and its score.
#[derive(Debug, Serialize, JsonSchema)]
struct Reranked<'a> {
    /// Which one it is in the request, from 0.
    index: usize,
    relevance_score: f32,
    /// How likely it answers, as tane says of its own results.
    confidence: f32,
    /// Where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    document: Option<TextOnly<'a>>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct TextOnly<'a> {
    text: &'a str,
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
    number(
        Field::Body("/top_n"),
        asked.top_n.unwrap_or_default(),
        0,
        MOST_OFFSET,
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
    Ok(json_of(&Reranking {
        id: format!(
            "rerank-{}",
            &blake3::hash(asked.query.as_bytes()).to_hex()[..16]
        ),
        model,
        results: ranked,
        usage: Usage::of(tokens),
        meta: Meta { score: SCORE },
    })?)
}

/// Each document by its best passage, and the tokens of them all: cut, embedded and scored as those of the index are.
fn scored<'a>(
    open: &Open,
    asked: &'a RerankRequest,
    cancelled: &Cancelled,
) -> Result<(Vec<Reranked<'a>>, usize), Problem> {
    let field = Field::Body("/documents");
    let to_problem = |error: Error| Problem::of(&error, field);
    let (index, embedder) = (&open.index, &open.embedder);
    let (vector, tokens) = embedder.question(asked.query.trim()).map_err(to_problem)?;
    let probe = PreferLanguage::Any.probe(embedder, &vector);
    let rows = index.rows();
    let question = Asked::new(&rows, Mode::Hybrid, asked.query.trim(), Some(probe.clone()));
    let question = question.looking_again(Late::Auto, tokens, embedder);
    // The passages of all documents, so that they are embedded together.
    let mut texts: Vec<String> = Vec::new();
    let mut ends = Vec::with_capacity(asked.documents.len());
    for document in &asked.documents {
        if cancelled.is_set() {
            return Err(Problem::busy());
        }
        let article = plain(document.text());
        let cut = passages(&article, embedder.counter());
        let cut = cut.iter().map(|passage| passage.readable(&article.text).0);
        texts.extend(cut);
        ends.push(texts.len());
    }
    let inputs = texts.iter().map(String::as_str);
    let mut inputs = tokenized(open, inputs, Role::Passage, false, field)?;
    inputs
        .iter_mut()
        .for_each(|input| embedder.keep_tokens(input));
    let embeddings = embedded(open, &inputs, cancelled, field)?;
    let tokens = inputs.iter().map(|input| input.ids.len()).sum();
    let stored = embeddings
        .iter()
        .map(|embedding| Vectors::of(embedding, embedder.token_codes()));
    let stored: Vec<Vectors> = stored.collect();
    let mut languages = Vec::with_capacity(texts.len());
    for (document, end) in asked.documents.iter().zip(&ends) {
        let language = detect_language(document.text());
        let language = language.and_then(|name| index.language(&name));
        languages.resize(*end, language.unwrap_or_default());
    }
    let outside = stored.iter().zip(&texts).zip(languages);
    let outside = outside.map(|((vectors, text), language)| {
        let inverse_length = embedder.alignment().inverse_length(&vectors.vector);
        Outside {
            text,
            language,
            dense: probe.score(&vectors.vector, inverse_length),
            tokens: vectors.tokens.as_deref(),
        }
    });
    let scores = question.scores_of_texts(&outside.collect::<Vec<_>>());
    let mut start = 0;
    let ranked = |(number, (document, end)): (usize, (&'a Document, usize))| {
        let own = std::mem::replace(&mut start, end)..end;
        let text = document.text();
        let best = scores[own]
            .iter()
            .copied()
            .max_by(|a, b| a.0.total_cmp(&b.0));
        // What holds no text answers nothing.
        let (relevance_score, confidence) = best.unwrap_or((-1.0, 0.0));
        let shown = asked.return_documents.unwrap_or_default();
        Reranked {
            index: number,
            relevance_score,
            confidence,
            document: shown.then_some(TextOnly { text }),
        }
    };
    let documents = asked.documents.iter().zip(ends).enumerate();
    Ok((documents.map(ranked).collect(), tokens))
}
