//! exp and GELU over slices.
#![allow(
    unsafe_code,
    reason = "calls code compiled for a detected instruction set"
)]

use super::multiversion::{fma, multiversion};

/// e^x for x <= 0, within 2e-7 of it relatively; below -87 it is 0 to f32's smallest normal numbers.
///
/// Range reduction to a power of two and a polynomial (Cephes' `expf`).
#[inline(always)]
pub(super) fn exp<const FMA: bool>(x: f32) -> f32 {
    const ROUND: f32 = 12_582_912.0; // 1.5 * 2^23: adding it rounds to a whole number
    let x = x.max(-87.0);
    let shifted = fma::<FMA>(x, std::f32::consts::LOG2_E, ROUND);
    let whole = shifted - ROUND;
    let rest = fma::<FMA>(whole, -0.693_359_4, x);
    let rest = fma::<FMA>(whole, 2.121_944_4e-4, rest);
    let p = fma::<FMA>(1.987_569_1e-4, rest, 1.398_199_9e-3);
    let p = fma::<FMA>(p, rest, 8.333_452e-3);
    let p = fma::<FMA>(p, rest, 4.166_579_6e-2);
    let p = fma::<FMA>(p, rest, 1.666_666_5e-1);
    let p = fma::<FMA>(p, rest, 0.5);
    let p = fma::<FMA>(p, rest * rest, rest) + 1.0;
    let power = shifted.to_bits().wrapping_sub(ROUND.to_bits()) << 23;
    f32::from_bits(p.to_bits().wrapping_add(power))
}

/// The rational approximation of erf on [-4, 4] that Eigen and XLA use, in x^2, highest power first.
const ERF_P: [f32; 7] = [
    -2.726_142_3e-10,
    2.770_681_4e-8,
    -2.101_024e-6,
    -5.692_506_4e-5,
    -7.349_906_3e-4,
    -2.954_6e-3,
    -1.609_603_3e-2,
];
const ERF_Q: [f32; 5] = [
    -1.456_607_2e-5,
    -2.133_740_6e-4,
    -1.682_827e-3,
    -7.373_329e-3,
    -1.426_473_9e-2,
];

/// erf, within 5e-7 absolutely.
#[inline(always)]
fn erf<const FMA: bool>(x: f32) -> f32 {
    let x = x.clamp(-4.0, 4.0);
    let s = x * x;
    let horner = |all: &[f32]| all.iter().fold(0.0, |sum, c| fma::<FMA>(sum, s, *c));
    x * horner(&ERF_P) / horner(&ERF_Q)
}

#[inline(always)]
fn gelu_body<const FMA: bool>(values: &mut [f32]) {
    for value in values {
        let half = 0.5 * *value;
        *value = fma::<FMA>(
            half,
            erf::<FMA>(*value * std::f32::consts::FRAC_1_SQRT_2),
            half,
        );
    }
}

/// [`gelu`] of 16 values in a register.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
#[inline]
pub(super) fn gelu_avx512(value: std::arch::x86_64::__m512) -> std::arch::x86_64::__m512 {
    use std::arch::x86_64::*;
    let x = _mm512_mul_ps(value, _mm512_set1_ps(std::f32::consts::FRAC_1_SQRT_2));
    let x = _mm512_min_ps(_mm512_max_ps(x, _mm512_set1_ps(-4.0)), _mm512_set1_ps(4.0));
    let s = _mm512_mul_ps(x, x);
    let mut p = _mm512_set1_ps(ERF_P[0]);
    for c in &ERF_P[1..] {
        p = _mm512_fmadd_ps(p, s, _mm512_set1_ps(*c));
    }
    let mut q = _mm512_set1_ps(ERF_Q[0]);
    for c in &ERF_Q[1..] {
        q = _mm512_fmadd_ps(q, s, _mm512_set1_ps(*c));
    }
    let erf = _mm512_div_ps(_mm512_mul_ps(x, p), q);
    let half = _mm512_mul_ps(value, _mm512_set1_ps(0.5));
    _mm512_fmadd_ps(half, erf, half)
}

multiversion! {
    /// GELU by erf, in place: `x/2 (1 + erf(x/sqrt 2))`.
    ///
    /// Source: Hendrycks and Gimpel 2016, <https://arxiv.org/abs/1606.08415>.
    pub fn gelu(values: &mut [f32]) = gelu_body
}

#[cfg(test)]
mod tests {
    use super::super::Isa;
    use super::*;

    /// erf by its Taylor series (|x| < 3) in f64.
    fn erf_oracle(x: f64) -> f64 {
        let (mut sum, mut term) = (0.0, x);
        for n in 0..200 {
            sum += term / f64::from(2 * n + 1);
            term *= -x * x / f64::from(n + 1);
        }
        sum * 2.0 / std::f64::consts::PI.sqrt()
    }

    #[test]
    fn exp_and_gelu_agree_with_f64() {
        for i in 0..=87_000 {
            let x = -(i as f32) / 1000.0;
            let exact = f64::from(x).exp();
            for value in [exp::<true>(x), exp::<false>(x)] {
                assert!(
                    (f64::from(value) - exact).abs() <= 2e-7 * exact,
                    "exp({x}) = {value}"
                );
            }
        }
        assert!(exp::<true>(-1e30) < 1e-37);
        let inputs: Vec<f32> = (-4000..=4000).map(|i| i as f32 / 1000.0).collect();
        for isa in Isa::available() {
            let mut values = inputs.clone();
            gelu(isa, &mut values);
            for (x, value) in inputs.iter().zip(values) {
                let x = f64::from(*x);
                let exact = 0.5 * x * (1.0 + erf_oracle(x / 2f64.sqrt()));
                assert!(
                    (f64::from(value) - exact).abs() <= 1e-6,
                    "{isa:?} gelu({x}) = {value}, {exact}"
                );
            }
            let mut ends = [1e30, 50.0, 0.0, -50.0, -1e30];
            gelu(isa, &mut ends);
            for (value, x) in ends.iter().zip([1e30f32, 50.0, 0.0, -50.0, -1e30]) {
                let error = (value - x.max(0.0)).abs();
                assert!(error <= 1e-6 * x.abs(), "{isa:?} gelu({x}) = {value}");
            }
        }
    }
}
