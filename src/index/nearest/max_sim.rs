//! How well the tokens of a question meet those of a passage (MaxSim; see [`crate::embed::LateMap`]).

use crate::embed::{QuestionTokens, TokenCodes};
use crate::index::store::token_codes::{scale, token_bytes};
use crate::kernel::Isa;
use crate::kernel::dot_i2::{STEP, unpack};
use crate::kernel::dot_i8::dots_i8;

/// The tokens of a question in eight bits, ready to be compared with codes.
pub struct LateQuestion {
    isa: Isa,
    dimension: usize,
    /// What the codes must be made with.
    pub id: String,
    /// `[tokens, dimension]`, row-major.
    values: Vec<i8>,
    /// For each token what its products with a code are worth.
    scales: Vec<f32>,
    /// How much each tells; their sum is 1.
    weights: Vec<f32>,
}

/// Where a token of a question found its like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Met {
    /// Number of the passage's token.
    pub token: usize,
    /// Their cosine.
    pub cosine: f32,
}

/// Memory that the passages of a question share.
#[derive(Default)]
pub struct Unpacked {
    numbers: Vec<i8>,
    products: Vec<i32>,
}

impl LateQuestion {
    /// `codes` says how the passages' tokens are stored.
    pub fn new(tokens: &QuestionTokens, codes: &TokenCodes) -> Self {
        let dimension = codes.spreads.len();
        let (mut values, mut scales) = (Vec::with_capacity(tokens.vectors.len()), Vec::new());
        for vector in tokens.vectors.chunks_exact(dimension) {
            let numbers = vector.iter().zip(&codes.spreads);
            let numbers: Vec<f32> = numbers
                .map(|(value, spread)| value * spread * STEP)
                .collect();
            let largest = numbers
                .iter()
                .fold(f32::MIN_POSITIVE, |most, n| most.max(n.abs()));
            values.extend(numbers.iter().map(|n| (n / largest * 127.0).round() as i8));
            scales.push(largest / 127.0);
        }
        Self {
            isa: Isa::current(),
            dimension,
            id: codes.id.clone(),
            values,
            scales,
            weights: tokens.weights.clone(),
        }
    }

    /// How much each of its tokens tells; their sum is 1.
    pub fn weights(&self) -> &[f32] {
        &self.weights
    }

    /// How many tokens codes are of.
    pub fn tokens_of(&self, codes: &[u8]) -> usize {
        codes.len() / token_bytes(self.dimension)
    }

    /// For each token of the question the nearest one of a passage; nothing for a passage without tokens.
    pub fn meet(&self, codes: &[u8], memory: &mut Unpacked) -> Vec<Met> {
        let size = token_bytes(self.dimension);
        let tokens = codes.chunks_exact(size);
        if tokens.len() == 0 {
            return Vec::new();
        }
        memory.numbers.clear();
        for token in tokens.clone() {
            unpack(&token[..size - 1], &mut memory.numbers);
        }
        memory.products.resize(tokens.len(), 0);
        let question = self.values.chunks_exact(self.dimension).zip(&self.scales);
        let met = question.map(|(token, own)| {
            dots_i8(self.isa, token, &memory.numbers, &mut memory.products);
            let cosines = memory.products.iter().zip(tokens.clone());
            let cosines =
                cosines.map(|(product, code)| *product as f32 * own * scale(code[size - 1]));
            let first = Met {
                token: 0,
                cosine: f32::NEG_INFINITY,
            };
            cosines.enumerate().fold(first, |best, (token, cosine)| {
                if cosine > best.cosine {
                    Met { token, cosine }
                } else {
                    best
                }
            })
        });
        met.collect()
    }

    /// `M = sum_i w_i max_j t_i . t_j`, about 0 for texts that have nothing to do with each other and 1 for equal ones.
    pub fn score(&self, codes: &[u8], memory: &mut Unpacked) -> f32 {
        let met = self.meet(codes, memory);
        let weighted = met.iter().zip(&self.weights);
        weighted.map(|(met, weight)| weight * met.cosine).sum()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::index::store::token_codes::encode;
    use crate::kernel::dot::dot;

    const DIMENSION: usize = 64;

    fn units(numbers: &[f32]) -> Vec<f32> {
        let unit = |vector: &[f32]| {
            let length = dot(vector, vector).sqrt().max(1e-3);
            vector.iter().map(|n| n / length).collect::<Vec<f32>>()
        };
        numbers.chunks_exact(DIMENSION).flat_map(unit).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn scores_are_those_of_the_vectors_but_for_rounding(
            question in prop::collection::vec(-1f32..1.0, DIMENSION * 5),
            passage in prop::collection::vec(-1f32..1.0, DIMENSION * 12),
        ) {
            let (question, passage) = (units(&question), units(&passage));
            let format = TokenCodes { spreads: vec![1.0 / 8.0; DIMENSION], id: "a".to_owned() };
            let tokens = QuestionTokens { vectors: question.clone(), weights: vec![0.5, 0.2, 0.1, 0.1, 0.1] };
            let late = LateQuestion::new(&tokens, &format);
            let codes = encode(&passage, &format);
            let mut expected = 0.0;
            for (token, weight) in question.chunks_exact(DIMENSION).zip(&tokens.weights) {
                let cosines = passage.chunks_exact(DIMENSION).map(|other| dot(token, other));
                expected += weight * cosines.fold(f32::NEG_INFINITY, f32::max);
            }
            let received = late.score(&codes, &mut Unpacked::default());
            prop_assert!((expected - received).abs() < 0.12, "{} {}", expected, received);
            // A passage that has the question's own tokens meets each of them.
            let own = encode(&question, &format);
            let met = late.meet(&own, &mut Unpacked::default());
            let places: Vec<usize> = met.iter().map(|met| met.token).collect();
            prop_assert_eq!(places, [0, 1, 2, 3, 4]);
            prop_assert!(late.meet(&[], &mut Unpacked::default()).is_empty());
        }
    }
}
