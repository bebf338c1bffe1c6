//! Pairs of texts: similarity judgements and translations.

use serde::Serialize;

use super::cache::VectorCache;
use super::metrics::spearman;
use super::set::PairSet;
use crate::embed::{Embedder, Role};
use crate::error::Result;
use crate::index::scan;
use crate::kernel::dot::dot;

/// What a set of pairs gave.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(untagged)]
pub enum PairScores {
    /// Correlation of cosines with judgements.
    Similarity {
        /// Spearman's rank correlation, -1 to 1.
        spearman: f64,
    },
    /// Share of texts whose translation is the nearest of all.
    Translation {
        /// Of the first texts, looked for among the second ones; 0 to 1.
        accuracy_forward: f64,
        /// Of the second texts, looked for among the first ones; 0 to 1.
        accuracy_backward: f64,
    },
}

/// Both sides are embedded as queries: neither answers the other.
pub fn run(set: &PairSet, embedder: &Embedder, cache: &mut VectorCache) -> Result<PairScores> {
    let side = |pick: fn(&(String, String)) -> &str| set.pairs.iter().map(pick).collect::<Vec<_>>();
    let a = cache.embed(embedder, &side(|p| &p.0), Role::Query)?;
    let b = cache.embed(embedder, &side(|p| &p.1), Role::Query)?;
    if let Some(scores) = &set.scores {
        let cosines: Vec<f64> = a
            .iter()
            .zip(&b)
            .map(|(a, b)| f64::from(dot(a, b)))
            .collect();
        return Ok(PairScores::Similarity {
            spearman: spearman(&cosines, scores),
        });
    }
    Ok(PairScores::Translation {
        accuracy_forward: nearest_is_own(&a, &b),
        accuracy_backward: nearest_is_own(&b, &a),
    })
}

fn nearest_is_own(from: &[Vec<f32>], to: &[Vec<f32>]) -> f64 {
    let own = from.iter().enumerate().filter(|(number, vector)| {
        scan(to.len(), 1, |other: usize| Some(dot(&to[other], vector)))
            .first()
            .is_some_and(|hit| hit.row == *number)
    });
    own.count() as f64 / from.len().max(1) as f64
}
