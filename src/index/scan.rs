//! Exact search: every row is compared.

use std::cmp::Ordering;

use rayon::prelude::*;

use crate::kernel::dot::dot;

/// A row and its score, the cosine with the query.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    pub row: usize,
    pub score: f32,
}

impl Hit {
    /// Best first; equal scores in the order of the rows.
    pub fn order(&self, other: &Self) -> Ordering {
        other
            .score
            .total_cmp(&self.score)
            .then(self.row.cmp(&other.row))
    }
}

/// The best `count` rows among those that `keep` lets through, best first. `rows` is
/// `[n, query.len()]`, row-major.
pub fn scan_rows(
    rows: &[f32],
    query: &[f32],
    count: usize,
    keep: impl Fn(usize) -> bool + Sync,
) -> Vec<Hit> {
    const CHUNK: usize = 4096;
    let dimension = query.len().max(1);
    let mut hits: Vec<Hit> = rows
        .par_chunks(CHUNK * dimension)
        .enumerate()
        .flat_map_iter(|(chunk, rows)| {
            let first = chunk * CHUNK;
            let mut hits: Vec<Hit> = rows
                .chunks_exact(dimension)
                .enumerate()
                .filter(|(i, _)| keep(first + i))
                .map(|(i, row)| Hit {
                    row: first + i,
                    score: dot(row, query),
                })
                .collect();
            best(&mut hits, count);
            hits
        })
        .collect();
    best(&mut hits, count);
    hits.sort_by(Hit::order);
    hits
}

/// Keeps the best `count` hits, in any order.
fn best(hits: &mut Vec<Hit>, count: usize) {
    if hits.len() > count && count > 0 {
        hits.select_nth_unstable_by(count - 1, Hit::order);
    }
    hits.truncate(count);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn best_rows_in_order_ties_by_row() {
        let rows = [1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.6, 0.8];
        let found = |count, keep: fn(usize) -> bool| -> Vec<usize> {
            scan_rows(&rows, &[1.0, 0.0], count, keep)
                .iter()
                .map(|h| h.row)
                .collect()
        };
        assert_eq!(found(3, |_| true), [0, 2, 3]);
        assert_eq!(found(9, |row| row != 0), [2, 3, 1]);
        assert_eq!(found(0, |_| true), [0usize; 0]);
    }
}
