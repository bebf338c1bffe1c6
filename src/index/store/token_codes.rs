//! The vectors of a passage's tokens in two bits a number, and what that loses.
//!
//! A token takes `dimension / 4` bytes of codes ([`crate::kernel::dot_i2`]) and one byte more. A rounded vector points a
//! little aside, so a product with it is too small; the last byte is what makes up for that:
//! `t . q = scale * (rounded t) . q` where `scale = 1 / (t . rounded t)`, as RaBitQ does it (Gao and Long, SIGMOD 2024).

use crate::embed::TokenCodes;
use crate::kernel::dot_i2::{LEVELS, STEP, code, pack};

/// Bytes of the codes of one passage. The tokens of a longer one, a line of a million letters, are not all compared.
pub const MOST_BYTES: usize = 4 << 20;
/// Steps of a scale in one.
const SCALE_STEPS: f32 = 100.0;

/// Bytes of a token's code.
pub const fn token_bytes(dimension: usize) -> usize {
    dimension / 4 + 1
}

/// The codes of token vectors, `[tokens, dimension]` row-major, up to [`MOST_BYTES`].
pub fn encode(vectors: &[f32], format: &TokenCodes) -> Vec<u8> {
    let dimension = format.spreads.len();
    let tokens = vectors.chunks_exact(dimension);
    let most = tokens.len().min(MOST_BYTES / token_bytes(dimension));
    let mut encoded = Vec::with_capacity(most * token_bytes(dimension));
    for vector in tokens.take(most) {
        let numbers = vector.iter().zip(&format.spreads);
        let codes: Vec<u8> = numbers
            .clone()
            .map(|(value, spread)| code(value / spread))
            .collect();
        let rounded = numbers.zip(&codes).map(|((value, spread), code)| {
            value * spread * STEP * f32::from(LEVELS[usize::from(*code)])
        });
        let product: f32 = rounded.sum();
        // A vector of zeros points nowhere: its products are 0.
        let scale = if product > 0.0 {
            SCALE_STEPS / product
        } else {
            0.0
        };
        encoded.extend(pack(codes));
        encoded.push(scale.round().clamp(0.0, 255.0) as u8);
    }
    encoded
}

/// What the products with a token's rounded vector are multiplied by.
pub fn scale(byte: u8) -> f32 {
    f32::from(byte) / SCALE_STEPS
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kernel::dot::dot;
    use crate::kernel::dot_i2::unpack;

    proptest! {
        #[test]
        fn a_code_points_where_its_vector_does(
            numbers in prop::collection::vec(-1f32..1.0, 64), spreads in prop::collection::vec(0.05f32..0.2, 64)
        ) {
            let length = dot(&numbers, &numbers).sqrt().max(0.1);
            let vector: Vec<f32> = numbers.iter().map(|n| n / length).collect();
            let format = TokenCodes { spreads, id: String::new() };
            let encoded = encode(&vector, &format);
            prop_assert_eq!(encoded.len(), token_bytes(64));
            let mut levels = Vec::new();
            unpack(&encoded[..16], &mut levels);
            let scale = scale(encoded[16]);
            let read: Vec<f32> = levels
                .iter()
                .zip(&format.spreads)
                .map(|(level, spread)| scale * spread * STEP * f32::from(*level))
                .collect();
            // Its product with the vector itself is right, but for the rounding of the scale.
            prop_assert!((dot(&read, &vector) - 1.0).abs() < 0.02 || scale >= 2.5);
        }
    }
}
