//! A question to passages.

use std::collections::HashMap;
use std::time::Instant;

use serde::{Deserialize, Serialize};

use super::JSON_VERSION;
use super::filter::Filter;
use super::view::{ArticleView, Context, PassageView, Viewer};
use crate::corpus::Span;
use crate::embed::{Embedder, Role};
use crate::error::{Error, Result};
use crate::index::{Hit, Index};

/// How passages are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// By vectors and words.
    Hybrid,
    /// By vectors.
    #[default]
    Dense,
    /// By words.
    Keyword,
}

impl Mode {
    /// # Errors
    /// [`Error::NotBuilt`] for modes that come later.
    pub fn check_built(self) -> Result<()> {
        if self == Self::Dense {
            return Ok(());
        }
        Err(Error::NotBuilt {
            what: "search by words (modes hybrid and keyword)",
            instead: "it comes with the keyword index; use `--mode dense`",
        })
    }
}

/// A question and what may answer it.
#[derive(Debug, Clone)]
pub struct Query {
    pub text: String,
    pub mode: Mode,
    /// Answers at most.
    pub limit: usize,
    /// Answers of one article at most.
    pub per_article: Option<usize>,
    /// Sentences shown around an answer.
    pub context: usize,
    pub filter: Filter,
}

/// What was found.
#[derive(Debug, Clone, Serialize)]
pub struct Answers {
    pub version: u32,
    pub query: String,
    pub mode: Mode,
    pub model: String,
    pub took_ms: f64,
    pub results: Vec<Answer>,
}

/// A passage that answers.
#[derive(Debug, Clone, Serialize)]
pub struct Answer {
    pub rank: usize,
    pub score: f32,
    /// How likely it is right; not known yet.
    pub confidence: Option<f32>,
    pub scores: Scores,
    pub citation: String,
    pub passage: PassageView,
    pub article: ArticleView,
    /// The same text elsewhere; not looked for yet.
    pub duplicates: Vec<String>,
    /// Sentences around the passage, where they were asked for.
    pub context: Option<Context>,
}

/// The parts of a score.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Scores {
    /// Cosine of question and passage.
    pub dense: Option<f32>,
    pub keyword: Option<f32>,
}

/// Finds the passages closest to a question. `started` is when the user began to wait.
///
/// # Errors
/// [`Error::EmptyQuestion`], [`Error::NotBuilt`] for other modes than dense,
/// [`Error::SpaceMismatch`], [`Error::Corrupt`] and what the embedder returns.
pub fn query(
    index: &Index,
    embedder: &Embedder,
    query: &Query,
    started: Instant,
) -> Result<Answers> {
    let text = query.text.trim();
    if text.is_empty() {
        return Err(Error::EmptyQuestion);
    }
    query.mode.check_built()?;
    index.check_space(embedder.space())?;
    let vector = embedder.embed_one(text, Role::Query)?;
    let viewer = Viewer::new(index);
    let results = closest(index, query, &vector)?
        .into_iter()
        .zip(1..)
        .map(|(hit, rank)| answer(&viewer, hit, rank, &vector, query.context))
        .collect::<Result<_>>()?;
    Ok(Answers {
        version: JSON_VERSION,
        query: text.to_owned(),
        mode: query.mode,
        model: index.manifest.space.model.clone(),
        took_ms: started.elapsed().as_secs_f64() * 1000.0,
        results,
    })
}

fn answer(
    viewer: &Viewer<'_>,
    hit: Hit,
    rank: usize,
    vector: &[f32],
    context: usize,
) -> Result<Answer> {
    let passage = viewer.passage(hit.row, Some(vector))?;
    let article = viewer.article(viewer.index().segment.passage(hit.row)?.article)?;
    Ok(Answer {
        rank,
        score: hit.score,
        confidence: None,
        scores: Scores {
            dense: Some(hit.score),
            keyword: None,
        },
        citation: passage.citation(&article),
        passage,
        article,
        duplicates: Vec::new(),
        context: (context > 0)
            .then(|| viewer.context(hit.row, context))
            .transpose()?,
    })
}

/// The best rows of which none overlaps a better one: neighbouring passages share a sentence, and
/// the same sentence twice is one answer.
fn closest(index: &Index, query: &Query, vector: &[f32]) -> Result<Vec<Hit>> {
    let segment = &index.segment;
    let accepted = query.filter.accepted(index)?;
    let keep = accepted
        .map(|accepted| move |row: usize| segment.passage(row).is_ok_and(|p| accepted[p.article]));
    let keep: Option<&(dyn Fn(usize) -> bool + Sync)> = keep.as_ref().map(|keep| keep as _);
    // An answer can hide its two neighbours; more are needed only with a limit per article.
    let mut candidates = query.limit.saturating_mul(3).saturating_add(8);
    loop {
        let hits = index.search(vector, candidates, keep);
        let exhausted = hits.len() < candidates;
        let chosen = choose(index, query, hits)?;
        if chosen.len() >= query.limit || exhausted {
            return Ok(chosen);
        }
        candidates = candidates.saturating_mul(4);
    }
}

fn choose(index: &Index, query: &Query, hits: Vec<Hit>) -> Result<Vec<Hit>> {
    let mut shown: HashMap<usize, Vec<Span>> = HashMap::new();
    let mut chosen = Vec::new();
    for hit in hits {
        if chosen.len() == query.limit {
            break;
        }
        let passage = index.segment.passage(hit.row)?;
        let spans = shown.entry(passage.article).or_default();
        let overlaps = |span: &Span| span.start < passage.span.end && passage.span.start < span.end;
        let full = query.per_article.is_some_and(|most| spans.len() >= most);
        if !full && !spans.iter().any(overlaps) {
            spans.push(passage.span);
            chosen.push(hit);
        }
    }
    Ok(chosen)
}
