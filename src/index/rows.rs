//! What searching needs of every row: an index has it on disk, an evaluation in memory.

use bytemuck::{Pod, Zeroable};

use super::keyword::Keyword;
use crate::embed::Probe;

/// A row besides its vector.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Pod, Zeroable)]
pub struct RowRecord {
    /// See [`crate::embed::Alignment::inverse_length`].
    pub inverse_length: f32,
    /// Terms of its text, repetitions counted.
    pub terms: u32,
    /// Number of the language of its article.
    pub language: u32,
}

pub const ROW_BYTES: usize = size_of::<RowRecord>();

/// Vectors, records and words of all rows.
#[derive(Clone, Copy)]
pub struct Rows<'a> {
    pub dimension: usize,
    /// `[rows, dimension]`, row-major, of length 1.
    pub vectors: &'a [f32],
    pub records: &'a [RowRecord],
    pub keyword: Keyword<'a>,
    /// Languages that [`RowRecord::language`] counts.
    pub languages: usize,
}

impl<'a> Rows<'a> {
    pub fn len(&self) -> usize {
        self.records.len()
    }

    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// The vector of a row.
    pub fn vector(&self, row: usize) -> &'a [f32] {
        &self.vectors[row * self.dimension..(row + 1) * self.dimension]
    }

    /// How close a row is to a question.
    #[inline]
    pub fn score(&self, probe: &Probe, row: usize) -> f32 {
        probe.score(self.vector(row), self.records[row].inverse_length)
    }

    /// The language of a row. What a damaged file says is taken as the first.
    pub fn language(&self, row: usize) -> usize {
        let language = self.records[row].language as usize;
        if language < self.languages {
            language
        } else {
            0
        }
    }
}
