//! Two runs of one set, query by query.

use std::collections::HashMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::bootstrap::interval;
use super::retrieval::QueryResult;
use crate::error::{Error, Result};

/// An earlier run: what `tane eval --json --per-query` printed for one set.
#[derive(Debug, Deserialize)]
pub struct OldEvaluation {
    /// Name of the set, as in [`Evaluation::set`](super::Evaluation::set).
    pub set: String,
    /// What each query gave; `None` where the run did not keep it.
    pub per_query: Option<Vec<QueryResult>>,
}

/// How one mode changed.
#[derive(Debug, Clone, Serialize)]
pub struct Comparison {
    /// How passages were searched: `dense`, `keyword` or `hybrid`.
    pub mode: String,
    /// Queries that both runs asked.
    pub queries: usize,
    /// Mean difference of the reciprocal ranks, this run less the old one.
    #[serde(rename = "mrr@10_difference")]
    pub difference: f64,
    /// 95 % of bootstrap samples over articles lie between.
    pub interval: [f64; 2],
    /// Queries whose reciprocal rank is higher in this run.
    pub better: Vec<Change>,
    /// Queries whose reciprocal rank is lower in this run.
    pub worse: Vec<Change>,
}

/// A query whose first relevant row moved.
#[derive(Debug, Clone, Serialize)]
pub struct Change {
    pub query: String,
    pub old_rank: Option<usize>,
    pub rank: Option<usize>,
}

/// Reads an earlier run: one JSON object a set, one after the other.
///
/// # Errors
/// [`Error::Io`], [`Error::EvalSet`].
pub fn load_old(path: &Path) -> Result<Vec<OldEvaluation>> {
    let text = std::fs::read_to_string(path).map_err(Error::io("read", path))?;
    let sets = serde_json::Deserializer::from_str(&text).into_iter();
    sets.map(|set| set.map_err(|error| fault(path, error.line(), error.to_string())))
        .collect()
}

/// Compares a run with an earlier one of the same set.
///
/// # Errors
/// [`Error::EvalSet`] where the earlier run lacks the set or its queries.
pub fn against(
    path: &Path,
    old: &[OldEvaluation],
    set: &str,
    results: &[QueryResult],
) -> Result<Vec<Comparison>> {
    let old = old.iter().find(|old| old.set == set);
    let old = old.and_then(|old| old.per_query.as_ref()).ok_or_else(|| {
        let message = format!(
            "no queries of set `{set}`; the earlier run must have been written with its queries"
        );
        fault(path, 0, message)
    })?;
    let old: HashMap<(&str, &str), &QueryResult> = old
        .iter()
        .map(|result| ((result.mode.as_str(), result.query.as_str()), result))
        .collect();
    let mut modes: Vec<&str> = results.iter().map(|result| result.mode.as_str()).collect();
    modes.dedup();
    let comparison = |mode: &str| {
        let pairs: Vec<(&QueryResult, &QueryResult)> = results
            .iter()
            .filter(|result| result.mode == mode)
            .filter_map(|result| Some((result, *old.get(&(mode, result.query.as_str()))?)))
            .collect();
        let difference = |(new, old): &(&QueryResult, &QueryResult)| {
            new.reciprocal_rank() - old.reciprocal_rank()
        };
        let changes = |sign: f64| {
            let changed = pairs.iter().filter(|pair| difference(pair) * sign > 0.0);
            changed
                .map(|(new, old)| Change {
                    query: new.query.clone(),
                    old_rank: old.rank,
                    rank: new.rank,
                })
                .collect()
        };
        Comparison {
            mode: mode.to_owned(),
            queries: pairs.len(),
            difference: pairs.iter().map(difference).sum::<f64>() / pairs.len().max(1) as f64,
            interval: interval(
                pairs
                    .iter()
                    .map(|pair| (pair.0.article.as_str(), difference(pair))),
            ),
            better: changes(1.0),
            worse: changes(-1.0),
        }
    };
    Ok(modes.into_iter().map(comparison).collect())
}

fn fault(path: &Path, line: usize, message: String) -> Error {
    Error::EvalSet {
        path: path.to_path_buf(),
        line,
        message,
    }
}
