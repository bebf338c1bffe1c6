//! Quality on labelled sets. Uses the same public interface as the command line.

mod cache;
mod metrics;
mod pairs;
mod questions;
mod retrieval;
mod set;

pub use cache::VectorCache;
pub use metrics::Ranking;
pub use pairs::PairScores;
pub use questions::QuestionScores;
pub use retrieval::RetrievalOptions;
pub use set::Set;

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use crate::embed::Embedder;
use crate::error::Result;
use crate::index::Index;
use crate::search::JSON_VERSION;

/// What one set gave.
#[derive(Debug, Clone, Serialize)]
pub struct Evaluation {
    pub version: u32,
    pub set: String,
    pub model: String,
    pub passages: usize,
    pub queries: usize,
    #[serde(flatten)]
    pub scores: Scores,
}

/// Scores by the kind of the set.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub enum Scores {
    /// By mode.
    Retrieval {
        modes: BTreeMap<&'static str, Ranking>,
    },
    /// By mode.
    Questions {
        modes: BTreeMap<&'static str, QuestionScores>,
    },
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
    let (passages, queries, scores) = match Set::load(path, options)? {
        Set::Retrieval(set) => {
            let (passages, ranking) = retrieval::run(&set, embedder, cache, options)?;
            let modes = BTreeMap::from([("dense", ranking)]);
            (passages, set.queries.len(), Scores::Retrieval { modes })
        }
        Set::Pairs(set) => (
            0,
            set.pairs.len(),
            Scores::Pairs(pairs::run(&set, embedder, cache)?),
        ),
        Set::Questions(questions) => {
            let index = index()?;
            let scores = questions::run(&questions, &index, embedder)?;
            let modes = BTreeMap::from([("dense", scores)]);
            (
                index.segment.passages,
                questions.len(),
                Scores::Questions { modes },
            )
        }
    };
    let model = embedder.space().model.clone();
    Ok(Evaluation {
        version: JSON_VERSION,
        set: name,
        model,
        passages,
        queries,
        scores,
    })
}
