//! Compares a question with the codes of rows.

use crate::index::store::codes::{CodeRows, step};
use crate::kernel::Isa;
use crate::kernel::dot::dot;
use crate::kernel::dot_i8::{dots_i8, dots_i8_of};

/// Rows that a search of a graph still compares for each that it will go on from, measured on a million rows: half of the
/// time between 20 and 50.
const ROWS_PER_OPEN: usize = 30;

/// Compares a question's code with those of rows, as a search of a graph comes to them.
pub struct Comparison<'a> {
    codes: CodeRows<'a>,
    query: &'a [i8],
    isa: Isa,
    /// What rows are read into.
    read: Vec<i8>,
    /// Rows compared so far.
    pub compared: usize,
    /// After so many the search is asked how far it is.
    next_check: usize,
}

impl<'a> Comparison<'a> {
    pub fn new(mut codes: CodeRows<'a>, query: &'a [i8]) -> Self {
        codes.file = codes.file.filter(|file| file.left() > 0);
        Self {
            codes,
            query,
            isa: Isa::current(),
            read: Vec::new(),
            compared: 0,
            next_check: codes.file.map_or(usize::MAX, |file| file.left() / 16),
        }
    }

    /// Dot products with some rows.
    pub fn scores(&mut self, picked: &[u32], out: &mut Vec<i32>) {
        self.compared += picked.len();
        out.resize(picked.len(), 0);
        let dimension = self.query.len();
        if let Some(file) = self.codes.file {
            self.read.resize(picked.len() * dimension, 0);
            let mut rows = picked.iter().zip(self.read.chunks_exact_mut(dimension));
            if rows.all(|(row, code)| file.read(*row as usize, code)) {
                dots_i8(self.isa, self.query, &self.read, out);
                return;
            }
            // The mapping makes up for nothing that was read: what is begun is ended in it.
            self.codes.file = None;
        }
        dots_i8_of(self.isa, self.query, self.codes.values, picked, out);
    }

    /// Whether to go on: while rows are read one by one, not if more will come than may be read. `open` says how many
    /// rows will be gone on from as things stand.
    pub fn still_worth_it(&mut self, open: impl FnOnce() -> usize) -> bool {
        if self.compared < self.next_check {
            return true;
        }
        self.next_check = 2 * self.compared;
        let file = self.codes.file;
        file.is_none_or(|file| open() * ROWS_PER_OPEN <= file.left())
    }
}

/// A question's vector in eight bits, with a step of its own.
pub struct CodedQuery {
    pub values: Vec<i8>,
    /// What a dot product with a row's code is multiplied by.
    pub factor: f32,
    /// Length of what the code leaves out, and length of the vector.
    rest: f32,
    length: f32,
}

impl CodedQuery {
    pub fn new(vector: &[f32]) -> Self {
        let largest = vector.iter().fold(f32::MIN_POSITIVE, |m, v| m.max(v.abs()));
        let own = largest / 127.0;
        let values: Vec<i8> = vector.iter().map(|v| (v / own).round() as i8).collect();
        let rest: Vec<f32> = vector
            .iter()
            .zip(&values)
            .map(|(value, code)| value - own * f32::from(*code))
            .collect();
        Self {
            values,
            factor: own * step(vector.len()),
            rest: dot(&rest, &rest).sqrt(),
            length: dot(vector, vector).sqrt(),
        }
    }

    /// How far a score by codes can be from the score by vectors (Cauchy and Schwarz), where codes are off
    /// by at most `code_error` from vectors of length 1; and a little for rounding.
    pub fn error(&self, code_error: f32) -> f32 {
        self.rest * (1.0 + code_error) + self.row_error(code_error)
    }

    /// The same, where the question is compared by its vector.
    pub fn row_error(&self, code_error: f32) -> f32 {
        self.length * code_error + 1e-5
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::store::codes::encode;
    use crate::kernel::dot_i8::dot_i8;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn scores_are_off_by_no_more_than_said(
            pairs in prop::collection::vec((-1f32..1.0, -1f32..1.0), 1..500),
            spike in 0f32..100.0,
        ) {
            let (mut query, mut row): (Vec<f32>, Vec<f32>) = pairs.into_iter().unzip();
            row[0] += spike;
            for vector in [&mut query, &mut row] {
                let length = dot(vector, vector).sqrt().max(1e-9);
                vector.iter_mut().for_each(|v| *v /= length);
            }
            let mut code = Vec::new();
            let error = encode(&row, &mut code);
            let coded = CodedQuery::new(&query);
            let score = coded.factor * dot_i8(&coded.values, &code) as f32;
            prop_assert!((score - dot(&query, &row)).abs() <= coded.error(error));
        }
    }
}
