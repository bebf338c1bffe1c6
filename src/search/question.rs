//! What is asked.

use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::embed::{Alignment, Embedder, Probe, Role};
use crate::search::filter::Filter;

/// How passages are found.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// By vectors and words.
    #[default]
    Hybrid,
    /// By vectors.
    Dense,
    /// By words.
    Keyword,
}

impl Mode {
    /// Every mode.
    pub const ALL: [Self; 3] = [Self::Dense, Self::Keyword, Self::Hybrid];

    /// What JSON and the command line call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hybrid => "hybrid",
            Self::Dense => "dense",
            Self::Keyword => "keyword",
        }
    }
}

/// Which of two passages that say the same comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PreferLanguage {
    /// The one in the language of the question.
    Same,
    /// The one that says it best, whatever its language.
    #[default]
    Any,
}

impl PreferLanguage {
    /// What compares a question's vector with passages.
    pub fn probe(self, embedder: &Embedder, vector: &[f32]) -> Probe {
        match self {
            Self::Any => embedder.alignment().probe(vector, Role::Query),
            Self::Same => Alignment::plain_probe(vector),
        }
    }
}

/// How many of the best passages get a second look, which compares them with the question token by token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Late {
    /// As many as were found to be worth it.
    #[default]
    Auto,
    /// None.
    Off,
    /// So many.
    Best(usize),
}

impl Late {
    /// Fewer lose answers, more gain next to nothing (`docs/QUALITY.md`).
    const WORTH_IT: usize = 50;

    /// How many at most; none where only vectors or only words are searched.
    pub fn rows(self, mode: Mode) -> usize {
        match (mode, self) {
            (Mode::Dense | Mode::Keyword, _) | (_, Self::Off) => 0,
            (Mode::Hybrid, Self::Auto) => Self::WORTH_IT,
            (Mode::Hybrid, Self::Best(rows)) => rows,
        }
    }
}

impl FromStr for Late {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match (text, text.parse()) {
            ("auto", _) => Ok(Self::Auto),
            ("off", _) | (_, Ok(0)) => Ok(Self::Off),
            (_, Ok(rows)) => Ok(Self::Best(rows)),
            _ => Err(format!(
                "expected auto, off or a number of passages, received `{text}`"
            )),
        }
    }
}

/// A question and what may answer it.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// Strings in double quotes must occur.
    pub text: String,
    /// How passages are found.
    pub mode: Mode,
    /// Answers at most.
    pub limit: usize,
    /// Answers of one article at most.
    pub per_article: Option<usize>,
    /// Answers less likely to be right than this are left out.
    pub min_confidence: Option<f32>,
    /// Which of two passages that say the same comes first.
    pub prefer_language: PreferLanguage,
    /// How many passages get a second look, where questions are answered by vectors and words.
    pub late: Late,
    /// Words that answers do not have.
    pub not: Vec<String>,
    /// Sentences shown around an answer.
    pub context: usize,
    /// Say what every score is made of.
    pub explain: bool,
    /// Which articles may answer.
    pub filter: Filter,
}
