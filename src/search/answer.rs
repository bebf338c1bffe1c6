//! What is answered: the shapes of `tane query --json`.

use schemars::JsonSchema;
use serde::Serialize;

use super::met::MetView;
use super::rank::ScoreTerms;
use super::view::{ArticleView, Context, PassageView};
use crate::index::Work;
use crate::search::question::Mode;

/// Below this confidence no answer convinces.
pub const CONVINCING: f32 = 0.1;

/// What was found.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Answers {
    /// Version of the JSON, the same for every kind of answer.
    pub version: u32,
    /// The question, without white space around it.
    pub query: String,
    /// How passages were searched.
    pub mode: Mode,
    /// Name of the model that the index was built with.
    pub model: String,
    /// Milliseconds from when the question came to when the answers were there.
    pub took_ms: f64,
    /// For people: why nothing was found, or which condition was left out because nothing fulfils it.
    pub notes: Vec<String>,
    /// Best first.
    pub results: Vec<Answer>,
}

/// A passage that answers.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Answer {
    /// Place among the results, counted from 1.
    pub rank: usize,
    /// Results are ordered by it. It means nothing beside another question's: the cosine, with what the words add;
    /// BM25 where only words were searched.
    pub score: f32,
    /// How likely it is right; `None` where only words were searched.
    pub confidence: Option<f32>,
    /// What vectors and words say, each by itself.
    pub scores: Scores,
    /// `path:7`, or `path:7-9` for several lines; in a file of several articles `path@row:7`.
    pub citation: String,
    /// What answers, with neighbouring passages that answer too.
    pub passage: PassageView,
    /// Where the passage stands.
    pub article: ArticleView,
    /// Words of the passage that met words of the question in the second look, in the order of the question.
    pub met: Vec<MetView>,
    /// Citations of the same text elsewhere.
    pub duplicates: Vec<String>,
    /// Sentences around the passage, where they were asked for.
    pub context: Option<Context>,
    /// Where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Explanation>,
}

/// The parts of a score.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct Scores {
    /// Cosine of question and passage, their languages aligned.
    pub dense: Option<f32>,
    /// Share of the question's words that occur, weighted; in keyword mode BM25.
    pub keyword: Option<f32>,
    /// How well the passage's tokens meet those of the question, each with its best counterpart, about 0 to 1; null where
    /// there was no second look.
    pub late: Option<f32>,
}

/// What a score is made of.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Explanation {
    /// What score and confidence are made of.
    #[serde(flatten)]
    pub parts: ScoreTerms,
    /// What the second look adds to the score; 0 without one.
    pub late_part: f32,
    /// How passages were found: `scan` compared every one, `graph` those that graph and words proposed.
    pub search: &'static str,
    /// Why: the one that is less work was taken, but for a question near so many passages that graphs were given up.
    /// Absent where only words were searched.
    pub work: Option<Work>,
    /// Passages that the index holds.
    pub passages: usize,
    /// What was asked for, term by term, and what may stand in its place.
    pub terms: Vec<TermView>,
}

/// A term of the question.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct TermView {
    /// A word, a pair of characters or a number, as it is looked up.
    pub term: String,
    /// Passages of the index that have it.
    pub passages: usize,
    /// Its share of the question's weight in the language of the answer.
    pub weight: f32,
    /// The answer has it.
    pub occurs: bool,
}
