//! Exact search: every row is compared.

use std::cmp::Ordering;

use rayon::prelude::*;

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

/// The best `count` of `rows` rows, best first. `score` gives `None` for rows that are left out.
pub fn scan(rows: usize, count: usize, score: impl Fn(usize) -> Option<f32> + Sync) -> Vec<Hit> {
    const CHUNK: usize = 4096;
    let mut hits: Vec<Hit> = (0..rows.div_ceil(CHUNK))
        .into_par_iter()
        .flat_map_iter(|chunk| {
            let chunk = chunk * CHUNK..rows.min((chunk + 1) * CHUNK);
            let mut hits: Vec<Hit> = chunk
                .filter_map(|row| {
                    Some(Hit {
                        row,
                        score: score(row)?,
                    })
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
        let scores = [1.0f32, 0.0, 1.0, 0.6];
        let found = |count, keep: fn(usize) -> bool| -> Vec<usize> {
            let score = |row: usize| keep(row).then(|| scores[row]);
            scan(4, count, score).iter().map(|h| h.row).collect()
        };
        assert_eq!(found(3, |_| true), [0, 2, 3]);
        assert_eq!(found(9, |row| row != 0), [2, 3, 1]);
        assert_eq!(found(0, |_| true), [0usize; 0]);
    }
}
