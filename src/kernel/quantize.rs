//! Rows of activations to eight bits.
#![allow(unsafe_code, reason = "calls code compiled for a detected instruction set")]

use super::multiversion::multiversion;

#[inline(always)]
fn quantize_body<const FMA: bool>(rows: &[f32], width: usize, values: &mut [u8], scales: &mut [f32]) {
    let rows = rows.chunks_exact(width);
    for ((row, values), scale) in rows.zip(values.chunks_exact_mut(width)).zip(scales) {
        let mut lanes = [0f32; 32];
        let (chunks, rest) = row.as_chunks::<32>();
        for chunk in chunks {
            for (lane, value) in lanes.iter_mut().zip(chunk) {
                *lane = lane.max(value.abs());
            }
        }
        let largest = rest.iter().chain(&lanes).fold(0f32, |m, value| m.max(value.abs()));
        *scale = largest / 127.0;
        let inverse = if largest > 0.0 { 127.0 / largest } else { 0.0 };
        for (out, value) in values.iter_mut().zip(row) {
            // Adding 1.5 * 2^23 + 128 rounds to the nearest whole number and leaves it, plus 128, in
            // the low byte.
            *out = (value * inverse + 12_583_040.0).to_bits() as u8;
        }
    }
}

multiversion! {
    /// Quantises each row (`[n, width]`, row-major) with a scale of its own: `values` holds
    /// `128 + round(x / scale)`, which is 1 to 255. A row of zeros has scale 0.
    pub fn quantize(rows: &[f32], width: usize, values: &mut [u8], scales: &mut [f32]) = quantize_body
}

#[cfg(test)]
mod tests {
    use super::super::Isa;
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn within_half_a_step(row in prop::collection::vec(-1e4f32..1e4, 1..300), factor in prop::sample::select(vec![0f32, 1e-20, 1.0, 1e20])) {
            let row: Vec<f32> = row.iter().map(|v| v * factor).collect();
            for isa in Isa::available() {
                let (mut values, mut scales) = (vec![0u8; row.len()], [0f32]);
                quantize(isa, &row, row.len(), &mut values, &mut scales);
                for (x, q) in row.iter().zip(&values) {
                    prop_assert!(*q >= 1);
                    let back = (f32::from(*q) - 128.0) * scales[0];
                    prop_assert!((back - x).abs() <= 0.5001 * scales[0] + 1e-30, "{isa:?} {x} {back}");
                }
            }
        }
    }
}
