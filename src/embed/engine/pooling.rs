//! Hidden states to vectors.

use std::ops::Range;

use crate::embed::model::Pooling;

impl Pooling {
    /// The tokens of a range of which the mean is taken.
    pub(in crate::embed) fn rows(self, range: Range<usize>) -> Range<usize> {
        match self {
            Self::Mean => range,
            Self::Cls => range.start..range.start + 1,
            Self::Last => range.end - 1..range.end,
        }
    }
}

/// Pools rows `range` of `hidden` (`[tokens, dimension]`, row-major).
pub fn pool(kind: Pooling, hidden: &[f32], dimension: usize, range: Range<usize>) -> Vec<f32> {
    let rows = kind.rows(range);
    let count = rows.len().max(1) as f32;
    let mut sum = vec![0f32; dimension];
    for row in hidden[rows.start * dimension..rows.end * dimension].chunks_exact(dimension) {
        for (sum, value) in sum.iter_mut().zip(row) {
            *sum += value;
        }
    }
    sum.iter_mut().for_each(|value| *value /= count);
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mean_first_and_last() {
        let hidden = [1.0, 0.0, 3.0, 4.0, 5.0, 8.0];
        assert_eq!(pool(Pooling::Mean, &hidden, 2, 1..3), [4.0, 6.0]);
        assert_eq!(pool(Pooling::Cls, &hidden, 2, 1..3), [3.0, 4.0]);
        assert_eq!(pool(Pooling::Last, &hidden, 2, 0..2), [3.0, 4.0]);
    }
}
