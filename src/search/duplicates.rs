//! Articles that hold the same text: identical, near (syndicated, lightly edited, cut, re-ordered), or
//! neither, however much alike they are in meaning.

use std::collections::HashMap;

use rayon::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::shingles::Shingles;
use crate::error::Result;
use crate::index::{ArticleNo, Index};

/// Share of the shorter text's shingles from which two articles are near duplicates.
const NEAR: f32 = 0.5;
/// Fewer shingles say nothing.
const LEAST_SHINGLES: usize = 64;
/// One shingle of so many is looked up to find the articles worth comparing.
const SAMPLE: u64 = 16;
/// A shingle of more articles than this is a phrase of the trade, and finds nothing.
const COMMON: usize = 64;

/// How much two articles are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Duplicate {
    /// The same bytes, or the same letters and digits, whatever their case, width, spacing and punctuation.
    Identical,
    /// At least half of the shorter text stands in the other; very short texts never count.
    Near,
}

impl std::fmt::Display for Duplicate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Identical => "identical",
            Self::Near => "near",
        })
    }
}

impl Duplicate {
    /// `same_bytes`: both are all of files with the same bytes. `None` where they are no duplicates.
    pub fn of(same_bytes: bool, a: &Shingles, b: &Shingles) -> Option<Self> {
        if same_bytes || a == b {
            return Some(Self::Identical);
        }
        let near = a.count().min(b.count()) >= LEAST_SHINGLES && a.containment(b) >= NEAR;
        near.then_some(Self::Near)
    }
}

/// All pairs of duplicates of an index, by article number.
///
/// # Errors
/// [`crate::IndexError::Corrupt`].
pub fn duplicates(index: &Index) -> Result<Vec<(ArticleNo, ArticleNo, Duplicate)>> {
    let numbers: Vec<ArticleNo> = index.articles().collect();
    // Rows of one file have its checksum, all of them.
    let articles: Vec<(Option<String>, Shingles)> = numbers
        .par_iter()
        .map(|number| {
            let record = index.article(*number)?;
            let whole = record
                .metadata
                .row
                .is_none()
                .then_some(record.metadata.sha256);
            Ok((whole, Shingles::new(&index.read_text(*number)?)))
        })
        .collect::<Result<_>>()?;
    let mut places: HashMap<u64, Vec<usize>> = HashMap::new();
    for (number, (_, shingles)) in articles.iter().enumerate() {
        for shingle in shingles.sample(SAMPLE) {
            places.entry(shingle).or_default().push(number);
        }
    }
    let mut shared: HashMap<(usize, usize), usize> = HashMap::new();
    for numbers in places.values().filter(|numbers| numbers.len() <= COMMON) {
        for (i, a) in numbers.iter().enumerate() {
            for b in &numbers[i + 1..] {
                *shared.entry((*a, *b)).or_default() += 1;
            }
        }
    }
    // Half of the threshold leaves room for chance in the sample and for common phrases.
    let worth = |((a, b), shared): &((usize, usize), usize)| {
        let shorter = articles[*a].1.count().min(articles[*b].1.count());
        *shared as f32 * SAMPLE as f32 >= NEAR / 2.0 * shorter as f32
    };
    let mut found: Vec<(ArticleNo, ArticleNo, Duplicate)> = shared
        .into_iter()
        .filter(worth)
        .filter_map(|((a, b), _)| {
            let ((sha_a, text_a), (sha_b, text_b)) = (&articles[a], &articles[b]);
            let duplicate = Duplicate::of(sha_a.is_some() && sha_a == sha_b, text_a, text_b)?;
            Some((numbers[a], numbers[b], duplicate))
        })
        .collect();
    found.sort_by_key(|(a, b, _)| (*a, *b));
    Ok(found)
}
