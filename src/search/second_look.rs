//! What the second look adds to the scores of the best rows, and what it would add by chance.

/// What a full meeting of all tokens is worth, in spreads of the background, where no passage has any word of the question.
const LATE_WEIGHT: f32 = 16.0;
/// What the best of the passages that are looked at again reaches by chance, by the mean of all of them:
/// `1.71 * mean - 0.2`. What it reaches beyond that tells of an answer.
const LATE_CHANCE: (f32, f32) = (1.71, -0.2);
/// That mean before any row is looked at, as the development sets have it; it counts as so many rows, because few rows may
/// all answer.
const LATE_PRIOR_MEAN: f32 = 0.39;
const LATE_PRIOR_ROWS: f32 = 10.0;
/// Below this the second look adds next to nothing: some passage has nearly every word of the question.
pub const LEAST_GATE: f32 = 0.02;

/// What a second look is worth for the rows that it looked at.
#[derive(Clone, Copy)]
pub struct Look {
    gate: f32,
    /// Mean of how well their tokens met those of the question.
    mean: f32,
    /// What that is taken for where it says what chance gives.
    typical: f32,
}

impl Look {
    /// `None` where no row has token codes.
    pub fn new(met: &[Option<f32>], gate: f32) -> Option<Self> {
        let known = met.iter().flatten();
        let count = known.clone().count();
        let (sum, count) = (known.sum::<f32>(), count as f32);
        let prior = LATE_PRIOR_ROWS * LATE_PRIOR_MEAN;
        (count > 0.0).then_some(Self {
            gate,
            mean: sum / count,
            typical: (sum + prior) / (count + LATE_PRIOR_ROWS),
        })
    }

    /// What it adds to a score.
    pub fn part(self, met: Option<f32>, spread: f32) -> f32 {
        LATE_WEIGHT * spread * self.gate * met.unwrap_or(self.mean)
    }

    /// How many spreads of that the best row gets by chance.
    pub fn chance(self) -> f32 {
        let chance = LATE_CHANCE.0 * self.typical + LATE_CHANCE.1;
        LATE_WEIGHT * self.gate * chance.max(0.0)
    }
}
