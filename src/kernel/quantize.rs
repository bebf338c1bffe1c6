//! Rows of activations to eight bits.
#![allow(
    unsafe_code,
    reason = "calls code compiled for a detected instruction set"
)]

use super::linear::ROW_BLOCK;
use super::multiversion::{fma, multiversion, reduce};

/// Rows of bytes: `[n, width]`, row-major; number `i` of row `r` stands for
/// `scales[r] * (values[i] - zeros[r])`.
#[derive(Default)]
pub struct Quantized {
    /// `n` rounded up to whole blocks of [`ROW_BLOCK`] rows.
    pub values: Vec<u8>,
    /// One for each row: what a step is worth.
    pub scales: Vec<f32>,
    /// One for each row: the byte that stands for 0.
    pub zeros: Vec<i32>,
}

#[inline(always)]
fn quantize_body<const FMA: bool>(rows: &[f32], width: usize, out: &mut Quantized) {
    let count = rows.len() / width;
    out.values
        .resize(count.next_multiple_of(ROW_BLOCK) * width, 0);
    out.scales.resize(count, 0.0);
    out.zeros.resize(count, 0);
    let per_row = out.scales.iter_mut().zip(&mut out.zeros);
    let rows = rows
        .chunks_exact(width)
        .zip(out.values.chunks_exact_mut(width));
    for ((row, values), (scale, zero)) in rows.zip(per_row) {
        let (mut low, mut high) = ([0f32; 32], [0f32; 32]);
        let (chunks, rest) = row.as_chunks::<32>();
        for chunk in chunks {
            for ((low, high), value) in low.iter_mut().zip(&mut high).zip(chunk) {
                *low = low.min(*value);
                *high = high.max(*value);
            }
        }
        let low = rest.iter().fold(reduce(low, f32::min), |m, v| m.min(*v));
        let high = rest.iter().fold(reduce(high, f32::max), |m, v| m.max(*v));
        let range = high - low;
        *scale = range / 255.0;
        let inverse = if range > f32::MIN_POSITIVE {
            255.0 / range
        } else {
            0.0
        };
        let offset = (-low * inverse).round();
        *zero = offset as i32;
        for (out, value) in values.iter_mut().zip(row) {
            // Adding 1.5 * 2^23 rounds to the nearest whole number and leaves it in the low byte.
            let shifted = fma::<FMA>(*value, inverse, offset).min(255.0);
            *out = (shifted + 12_582_912.0).to_bits() as u8;
        }
    }
}

multiversion! {
    /// Quantises each row of `rows` (`[n, width]`, row-major) by its own range, zero included, so
    /// that one-sided rows (after GELU) use all 256 levels.
    pub fn quantize(rows: &[f32], width: usize, out: &mut Quantized) = quantize_body
}

#[cfg(test)]
mod tests {
    use super::super::Isa;
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn within_a_step(row in prop::collection::vec(-1e4f32..1e4, 1..300), factor in prop::sample::select(vec![0f32, 1e-20, 1.0, 1e20])) {
            let row: Vec<f32> = row.iter().map(|v| v * factor).collect();
            for isa in Isa::available() {
                let mut out = Quantized::default();
                quantize(isa, &row, row.len(), &mut out);
                for (x, q) in row.iter().zip(&out.values) {
                    let back = (i32::from(*q) - out.zeros[0]) as f32 * out.scales[0];
                    let step = out.scales[0] + row.iter().fold(0f32, |m, v| m.max(v.abs())) * 1e-6;
                    prop_assert!((back - x).abs() <= step + 1e-30, "{isa:?} {x} {back}");
                }
            }
        }
    }
}
