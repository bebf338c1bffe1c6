//! Ranking metrics, and rank correlation.

use serde::Serialize;

/// Means over the queries of a retrieval set, as fractions of 1.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Ranking {
    /// Normalised discounted cumulative gain of the first ten results.
    #[serde(rename = "ndcg@10")]
    pub ndcg_10: f64,
    /// One over the rank of the first relevant result; 0 where none is among the first ten.
    #[serde(rename = "mrr@10")]
    pub mrr_10: f64,
    /// Share of what is relevant that is the first result.
    #[serde(rename = "recall@1")]
    pub recall_1: f64,
    /// Share of what is relevant that is among the first five results.
    #[serde(rename = "recall@5")]
    pub recall_5: f64,
    /// Share of what is relevant that is among the first ten results.
    #[serde(rename = "recall@10")]
    pub recall_10: f64,
}

impl Ranking {
    /// One query: for each of the first ten results its grade (0: not relevant), and the grades of
    /// everything relevant.
    pub fn of(found: &[f64], relevant: &[f64]) -> Self {
        let gain = |grades: &mut dyn Iterator<Item = f64>| -> f64 {
            grades
                .take(10)
                .zip(2..)
                .map(|(grade, rank)| grade / f64::from(rank).log2())
                .sum()
        };
        let mut ideal = relevant.to_vec();
        ideal.sort_by(|a, b| b.total_cmp(a));
        let best = gain(&mut ideal.into_iter());
        let recall = |count: usize| {
            let hits = found
                .iter()
                .take(count)
                .filter(|grade| **grade > 0.0)
                .count();
            hits as f64 / relevant.len().max(1) as f64
        };
        let first = found.iter().take(10).position(|grade| *grade > 0.0);
        Self {
            ndcg_10: if best > 0.0 {
                gain(&mut found.iter().copied()) / best
            } else {
                0.0
            },
            mrr_10: first.map_or(0.0, |position| 1.0 / (position + 1) as f64),
            recall_1: recall(1),
            recall_5: recall(5),
            recall_10: recall(10),
        }
    }

    /// The mean of many queries.
    pub fn mean(all: &[Self]) -> Self {
        let count = all.len().max(1) as f64;
        let mean = |part: fn(&Self) -> f64| all.iter().map(part).sum::<f64>() / count;
        Self {
            ndcg_10: mean(|r| r.ndcg_10),
            mrr_10: mean(|r| r.mrr_10),
            recall_1: mean(|r| r.recall_1),
            recall_5: mean(|r| r.recall_5),
            recall_10: mean(|r| r.recall_10),
        }
    }
}

/// Spearman's rank correlation; equal values share their mean rank.
pub fn spearman(a: &[f64], b: &[f64]) -> f64 {
    let (a, b) = (ranks(a), ranks(b));
    let mean = (a.len() as f64 + 1.0) / 2.0;
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for (x, y) in a.iter().zip(&b) {
        let (x, y) = (x - mean, y - mean);
        ab += x * y;
        aa += x * x;
        bb += y * y;
    }
    if aa == 0.0 || bb == 0.0 {
        0.0
    } else {
        ab / (aa * bb).sqrt()
    }
}

fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&i, &j| values[i].total_cmp(&values[j]));
    let mut ranks = vec![0.0; values.len()];
    let mut start = 0;
    for tied in order.chunk_by(|&i, &j| values[i] == values[j]) {
        let mean = start as f64 + (tied.len() as f64 + 1.0) / 2.0;
        tied.iter().for_each(|&i| ranks[i] = mean);
        start += tied.len();
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranking_of_known_lists() {
        let second = Ranking::of(&[0.0, 1.0], &[1.0]);
        assert!((second.ndcg_10 - 1.0 / 3f64.log2()).abs() < 1e-12);
        assert_eq!(
            (second.mrr_10, second.recall_1, second.recall_5),
            (0.5, 0.0, 1.0)
        );
        let half = Ranking::of(&[1.0], &[1.0, 1.0]);
        assert_eq!(
            (half.mrr_10, half.recall_1, half.recall_10),
            (1.0, 0.5, 0.5)
        );
        assert_eq!(Ranking::of(&[], &[1.0]), Ranking::default());
        assert_eq!(Ranking::mean(&[second, Ranking::default()]).mrr_10, 0.25);
    }

    #[test]
    fn spearman_with_ties() {
        assert!((spearman(&[1.0, 2.0, 3.0], &[10.0, 20.0, 30.0]) - 1.0).abs() < 1e-12);
        assert!((spearman(&[1.0, 2.0, 3.0], &[3.0, 2.0, 1.0]) + 1.0).abs() < 1e-12);
        // scipy.stats.spearmanr([1, 2, 2, 3], [1, 3, 2, 4]) = 0.9486832980505138
        assert!(
            (spearman(&[1.0, 2.0, 2.0, 3.0], &[1.0, 3.0, 2.0, 4.0]) - 0.948_683_298_050_513_8)
                .abs()
                < 1e-12
        );
    }
}
