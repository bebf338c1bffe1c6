//! Quality on labelled sets, and of an index without labels. Uses the same public interface as the
//! command line.

mod against;
mod bootstrap;
mod cache;
mod collection;
mod metrics;
mod no_answer;
mod options;
mod pairs;
mod questions;
mod retrieval;
mod self_check;
mod set;

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use crate::embed::Embedder;
use crate::error::{Error, Result};
use crate::index::Index;
use crate::search::{JSON_VERSION, Mode};

pub use against::{Comparison, OldEvaluation, against, load_old};
pub use cache::VectorCache;
pub use metrics::Ranking;
pub use no_answer::{NoAnswer, Reliability};
pub use options::RetrievalOptions;
pub use pairs::PairScores;
pub use questions::QuestionScores;
pub use retrieval::{ModeScores, QueryResult};
pub use self_check::{SelfCheck, self_check};
pub use set::Set;

/// What one set gave.
#[derive(Debug, Clone, Serialize)]
pub struct Evaluation {
    /// Version of the JSON: [`JSON_VERSION`].
    pub version: u32,
    /// Name of the set: the last part of its path.
    pub set: String,
    /// Name of the model that embedded.
    pub model: String,
    /// Passages that were searched; 0 for pairs, which search none.
    pub passages: usize,
    /// Queries, questions or pairs of the set.
    pub queries: usize,
    /// What was measured.
    #[serde(flatten)]
    pub scores: Scores,
    /// Where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_answer: Option<NoAnswer>,
    /// Where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_query: Option<Vec<QueryResult>>,
    /// With another run, where one was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub against: Option<Vec<Comparison>>,
}

/// Scores by the kind of the set.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub enum Scores {
    /// By mode.
    Retrieval {
        /// By the name of the mode.
        modes: BTreeMap<&'static str, ModeScores>,
    },
    /// By mode.
    Questions {
        /// By the name of the mode.
        modes: BTreeMap<&'static str, QuestionScores>,
    },
    /// Of a set of pairs, which has no modes.
    Pairs(PairScores),
}

/// Evaluates one set. Sets of questions are asked of `index`, which is opened only for them.
///
/// # Errors
/// [`crate::Error::EvalSet`] where the set cannot be read, and what search and embedding return.
pub fn evaluate(
    path: &Path,
    embedder: &Embedder,
    cache: &mut VectorCache,
    options: &RetrievalOptions,
    index: impl FnOnce() -> Result<Index>,
) -> Result<Evaluation> {
    let name = path
        .file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned();
    let evaluation = |passages, queries, scores| Evaluation {
        version: JSON_VERSION,
        set: name,
        model: embedder.space().model.clone(),
        passages,
        queries,
        scores,
        no_answer: None,
        per_query: None,
        against: None,
    };
    Ok(match Set::load(path, options)? {
        Set::Retrieval(set) => {
            let result = retrieval::run(&set, embedder, cache, options)?;
            let modes = result.modes;
            Evaluation {
                no_answer: result.no_answer,
                per_query: result.per_query,
                ..evaluation(
                    result.passages,
                    set.queries.len(),
                    Scores::Retrieval { modes },
                )
            }
        }
        Set::Pairs(set) => {
            let scores = Scores::Pairs(pairs::run(&set, embedder, cache)?);
            evaluation(0, set.pairs.len(), scores)
        }
        Set::Questions(questions) => {
            let index = index()?;
            if let Some(name) = questions::unknown(&questions, &index)? {
                return Err(Error::EvalSet {
                    path: path.to_path_buf(),
                    line: 0,
                    message: format!(
                        "no article that it names is in the index at {} (the first is `{name}`)",
                        index.dir().display()
                    ),
                });
            }
            let modes: &[Mode] = if options.modes.is_empty() {
                &Mode::ALL
            } else {
                &options.modes
            };
            let modes = questions::run(&questions, &index, embedder, modes, options.late)?;
            evaluation(
                index.rows().live(),
                questions.len(),
                Scores::Questions { modes },
            )
        }
    })
}
