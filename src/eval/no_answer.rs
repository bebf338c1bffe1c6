//! Whether confidence tells questions that are answered from those that are not.

use serde::Serialize;

/// The first answer to a question.
#[derive(Debug, Clone, Copy)]
pub struct Attempt {
    /// What answers it was there.
    pub answerable: bool,
    pub confidence: f64,
    /// It answers.
    pub right: bool,
}

/// What a set gave with and without its answers.
#[derive(Debug, Clone, Serialize)]
pub struct NoAnswer {
    /// How often an answerable question's confidence is above an unanswerable one's.
    pub auroc: f64,
    /// Answers by confidence, in tenths.
    pub reliability: Vec<Reliability>,
    /// For pooling sets.
    #[serde(skip)]
    pub attempts: Vec<Attempt>,
}

/// Answers of about one confidence.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Reliability {
    /// Where this tenth of confidence begins: 0, 0.1 and so on to 0.9; the last one includes 1.
    pub from: f64,
    /// How many there are.
    pub answers: usize,
    /// Their mean confidence, 0 to 1.
    pub confidence: f64,
    /// Share that is right.
    pub right: f64,
}

impl NoAnswer {
    /// Measures first answers, in any order.
    pub fn new(attempts: Vec<Attempt>) -> Self {
        let bin = |attempt: &Attempt| ((attempt.confidence * 10.0) as usize).min(9);
        let reliability = (0..10).filter_map(|tenth| {
            let inside: Vec<&Attempt> = attempts.iter().filter(|a| bin(a) == tenth).collect();
            let count = inside.len() as f64;
            (!inside.is_empty()).then(|| Reliability {
                from: tenth as f64 / 10.0,
                answers: inside.len(),
                confidence: inside.iter().map(|a| a.confidence).sum::<f64>() / count,
                right: inside.iter().filter(|a| a.right).count() as f64 / count,
            })
        });
        Self {
            auroc: auroc(&attempts),
            reliability: reliability.collect(),
            attempts,
        }
    }
}

/// Area under the ROC curve: the Mann-Whitney statistic, ties as halves.
fn auroc(attempts: &[Attempt]) -> f64 {
    let mut sorted = attempts.to_vec();
    sorted.sort_by(|a, b| a.confidence.total_cmp(&b.confidence));
    let (mut below, mut wins) = (0.0, 0.0);
    for tied in sorted.chunk_by(|a, b| a.confidence == b.confidence) {
        let answerable = tied.iter().filter(|a| a.answerable).count() as f64;
        let others = tied.len() as f64 - answerable;
        wins += answerable * (below + others / 2.0);
        below += others;
    }
    let answerable = attempts.len() as f64 - below;
    if answerable * below == 0.0 {
        0.5
    } else {
        wins / (answerable * below)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn auroc_and_reliability_of_known_answers() {
        let attempt = |answerable, confidence, right| Attempt {
            answerable,
            confidence,
            right,
        };
        let no_answer = NoAnswer::new(vec![
            attempt(true, 0.9, true),
            attempt(true, 0.5, false),
            attempt(false, 0.5, false),
            attempt(false, 0.1, false),
        ]);
        assert!((no_answer.auroc - 0.875).abs() < 1e-12);
        let right: Vec<f64> = no_answer.reliability.iter().map(|r| r.right).collect();
        assert_eq!(right, [0.0, 0.0, 1.0]);
        assert!((NoAnswer::new(Vec::new()).auroc - 0.5).abs() < 1e-12);
    }
}
