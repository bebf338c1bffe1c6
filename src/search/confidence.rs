//! How likely a row answers, by how far its score lies above what chance reaches.

/// What a score says of how likely a row answers; fitted on the development halves, with and without their answers
/// (`docs/QUALITY.md`).
pub const CONFIDENCE: Curve = Curve {
    steep: 2.2,
    flat: 0.38,
    at_chance: -1.4,
};
/// The same after a second look.
pub const LATE_CONFIDENCE: Curve = Curve {
    steep: 2.15,
    flat: 0.5,
    at_chance: -1.55,
};
/// The same where the score is the cosine alone.
pub const DENSE_CONFIDENCE: Curve = Curve {
    steep: 2.6,
    flat: 0.62,
    at_chance: -1.7,
};

/// Log odds that a row answers, by the spreads that its score lies above what chance reaches. The first spread says most;
/// far above chance the question is about the row's subject, and one spread more says little of whether it answers.
pub struct Curve {
    steep: f64,
    /// From one spread on.
    flat: f64,
    at_chance: f64,
}

impl Curve {
    /// Never smaller for a higher score: what is shown with an answer agrees with its place.
    pub fn probability(&self, spreads: f64) -> f64 {
        let log_odds =
            self.at_chance + self.steep * spreads.min(1.0) + self.flat * (spreads - 1.0).max(0.0);
        1.0 / (1.0 + (-log_odds).exp())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_higher_score_is_never_less_likely() {
        for curve in [CONFIDENCE, LATE_CONFIDENCE, DENSE_CONFIDENCE] {
            let spreads = (-4000..12_000).map(|step| f64::from(step) / 400.0);
            let likely: Vec<f32> = spreads.map(|at| curve.probability(at) as f32).collect();
            assert!(likely.is_sorted());
            assert!(likely[0] < 0.001 && likely[likely.len() - 1] > 0.99);
        }
    }
}
