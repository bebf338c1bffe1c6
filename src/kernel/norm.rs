//! Layer normalisation.
#![allow(
    unsafe_code,
    reason = "calls code compiled for a detected instruction set"
)]

use super::multiversion::{fma, multiversion, reduce};

/// Sum over eight or more independent lanes.
#[inline(always)]
fn sum<const FMA: bool>(row: &[f32], of: impl Fn(f32) -> f32) -> f32 {
    let mut lanes = [0f32; 32];
    let (chunks, rest) = row.as_chunks::<32>();
    for chunk in chunks {
        for (lane, value) in lanes.iter_mut().zip(chunk) {
            *lane += of(*value);
        }
    }
    reduce(lanes, |a, b| a + b) + rest.iter().map(|value| of(*value)).sum::<f32>()
}

#[inline(always)]
fn layer_norm_body<const FMA: bool>(rows: &mut [f32], weight: &[f32], bias: &[f32], epsilon: f32) {
    let width = weight.len();
    for row in rows.chunks_exact_mut(width) {
        let mean = sum::<FMA>(row, |value| value) / width as f32;
        let variance = sum::<FMA>(row, |value| (value - mean) * (value - mean)) / width as f32;
        let scale = 1.0 / (variance + epsilon).sqrt();
        for ((value, weight), bias) in row.iter_mut().zip(weight).zip(bias) {
            *value = fma::<FMA>((*value - mean) * scale, *weight, *bias);
        }
    }
}

multiversion! {
    /// Normalises each row of `rows` (`[n, weight.len()]`, row-major) in place.
    ///
    /// Source: Ba et al. 2016, <https://arxiv.org/abs/1607.06450>.
    pub fn layer_norm(rows: &mut [f32], weight: &[f32], bias: &[f32], epsilon: f32) = layer_norm_body
}

#[cfg(test)]
mod tests {
    use super::super::Isa;
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn agrees_with_f64(
            row in prop::collection::vec(-1e3f32..1e3, 1..600), weight in -2f32..2.0, bias in -2f32..2.0
        ) {
            let n = row.len();
            let exact: Vec<f64> = row.iter().map(|v| f64::from(*v)).collect();
            let mean = exact.iter().sum::<f64>() / n as f64;
            let variance = exact.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n as f64;
            for isa in Isa::available() {
                let mut two = [row.clone(), row.clone()].concat();
                layer_norm(isa, &mut two, &vec![weight; n], &vec![bias; n], 1e-5);
                for (i, value) in two.iter().enumerate() {
                    let oracle = (exact[i % n] - mean) / (variance + 1e-5).sqrt() * f64::from(weight) + f64::from(bias);
                    let allowed = 1e-3 + 1e-4 * oracle.abs();
                    prop_assert!((f64::from(*value) - oracle).abs() <= allowed, "{isa:?}: {value} {oracle}");
                }
            }
        }
    }
}
