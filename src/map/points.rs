//! What a map shows: passages or articles, as vectors.

use std::fmt;
use std::str::FromStr;

use rayon::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sample::{Sample, sample};
use crate::embed::{Alignment, Role};
use crate::error::Result;
use crate::index::{ArticleNo, Index, Row, encode};

/// What a point of a map is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Of {
    /// An article: the mean of its passages.
    #[default]
    Articles,
    /// A passage.
    Passages,
}

impl fmt::Display for Of {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Articles => "articles",
            Self::Passages => "passages",
        })
    }
}

impl FromStr for Of {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        match text {
            "articles" => Ok(Self::Articles),
            "passages" => Ok(Self::Passages),
            _ => Err(format!("expected articles or passages, received `{text}`")),
        }
    }
}

/// Points with their vectors, languages aligned.
pub struct Points {
    pub dimension: usize,
    /// `[points, dimension]`, row-major, each of length 1.
    pub vectors: Vec<f32>,
    /// The same in eight bits.
    pub codes: Vec<i8>,
    /// The article of each.
    pub articles: Vec<ArticleNo>,
    /// Number of the passage in its article, from 1; 0 for a whole article.
    pub passages: Vec<u32>,
    /// Points that there are, shown or not.
    pub total: usize,
}

impl Points {
    /// At most `most` points of an index.
    ///
    /// # Errors
    /// [`crate::IndexError::Corrupt`].
    pub fn new(index: &Index, alignment: &Alignment, of: Of, most: usize) -> Result<Self> {
        let mut all: Vec<(ArticleNo, u32)> = Vec::new();
        let mut keys = Vec::new();
        for article in index.articles() {
            match of {
                Of::Articles => {
                    all.push((article, 0));
                    keys.push(key(index.article(article)?.id().as_bytes()));
                }
                Of::Passages => {
                    let rows = index.rows_of(article);
                    all.extend((1..=rows.len() as u32).map(|number| (article, number)));
                    keys.extend(rows.iter().map(|row| key(&index.key(row))));
                }
            }
        }
        let Sample { points, .. } = sample(&keys, most);
        let dimension = index.manifest.space.dimension;
        let chosen: Vec<(ArticleNo, u32)> =
            points.iter().map(|point| all[*point as usize]).collect();
        let aligned = |row: Row| alignment.align(index.vector(row), Role::Passage);
        let vectors: Vec<Vec<f32>> = chosen
            .par_iter()
            .map(|(article, number)| match number.checked_sub(1) {
                Some(place) => aligned(index.rows_of(*article).start + place as usize),
                None => mean(index.rows_of(*article).iter().map(aligned), dimension),
            })
            .collect();
        let mut codes = Vec::with_capacity(vectors.len() * dimension);
        for vector in &vectors {
            encode(vector, &mut codes);
        }
        let (articles, passages) = chosen.into_iter().unzip();
        Ok(Self {
            dimension,
            vectors: vectors.concat(),
            codes,
            articles,
            passages,
            total: all.len(),
        })
    }

    /// How many are shown.
    pub fn len(&self) -> usize {
        self.articles.len()
    }

    /// A vector.
    pub fn vector(&self, point: usize) -> &[f32] {
        &self.vectors[point * self.dimension..(point + 1) * self.dimension]
    }
}

/// A number that stays the same while other points come and go.
fn key(bytes: &[u8]) -> u64 {
    xxhash_rust::xxh3::xxh3_64(bytes)
}

/// The mean of vectors, of length 1; zeros for none.
pub fn mean(vectors: impl Iterator<Item = Vec<f32>>, dimension: usize) -> Vec<f32> {
    let mut sum = vec![0.0f32; dimension];
    for vector in vectors {
        for (sum, value) in sum.iter_mut().zip(&vector) {
            *sum += value;
        }
    }
    let length = crate::kernel::dot::dot(&sum, &sum).sqrt();
    if length > 0.0 {
        sum.iter_mut().for_each(|value| *value /= length);
    }
    sum
}
