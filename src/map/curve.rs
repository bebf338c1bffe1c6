//! The curve that turns a distance on the map into a likeness, and powers that every machine computes alike.
//!
//! McInnes, Healy, Melville, "UMAP: Uniform Manifold Approximation and Projection for Dimension Reduction", 2018,
//! section 3.2: `1 / (1 + a * distance^(2b))`.

use std::f32::consts::LOG2_E;

/// `a` and `b` of the curve `1 / (1 + a * distance^(2b))`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Curve {
    pub a: f32,
    pub b: f32,
}

impl Curve {
    /// Fits the curve to one that is 1 up to `minimum` and then falls as `exp(-(distance - minimum) / spread)`, at 300
    /// distances up to three spreads, by Gauss-Newton steps that are halved until they help.
    pub fn fitted(minimum: f32, spread: f32) -> Self {
        let spread = if spread.is_finite() && spread > 1e-3 {
            f64::from(spread.min(1e3))
        } else {
            1.0
        };
        let minimum = if minimum.is_finite() {
            f64::from(minimum.max(0.0)).min(2.0 * spread)
        } else {
            0.1
        };
        let samples: Vec<(f64, f64)> = (0..300)
            .map(|step| {
                let distance = 3.0 * spread * f64::from(step) / 299.0;
                (
                    distance,
                    if distance < minimum {
                        1.0
                    } else {
                        (-(distance - minimum) / spread).exp()
                    },
                )
            })
            .collect();
        let error = |a: f64, b: f64| -> f64 {
            samples
                .iter()
                .map(|&(x, y)| (1.0 / (1.0 + a * x.powf(2.0 * b)) - y).powi(2))
                .sum()
        };
        let (mut a, mut b) = (1.0, 1.0);
        for _ in 0..100 {
            let (step_a, step_b) = step(&samples, a, b);
            let before = error(a, b);
            let shorter = (0..20)
                .map(|halvings| 0.5f64.powi(halvings))
                .find_map(|part| {
                    let next = (a + part * step_a, b + part * step_b);
                    (next.0 > 1e-6 && next.1 > 0.05 && error(next.0, next.1) < before)
                        .then_some(next)
                });
            match shorter {
                Some(next) => (a, b) = next,
                None => break,
            }
        }
        Self {
            a: a as f32,
            b: b as f32,
        }
    }
}

/// The Gauss-Newton step of `a` and `b`.
fn step(samples: &[(f64, f64)], a: f64, b: f64) -> (f64, f64) {
    let (mut aa, mut ab, mut bb, mut ra, mut rb) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for &(x, y) in samples {
        if x == 0.0 {
            continue;
        }
        let power = x.powf(2.0 * b);
        let value = 1.0 / (1.0 + a * power);
        let by_a = -power * value * value;
        let by_b = a * by_a * 2.0 * x.ln();
        let rest = y - value;
        aa += by_a * by_a;
        ab += by_a * by_b;
        bb += by_b * by_b;
        ra += by_a * rest;
        rb += by_b * rest;
    }
    let determinant = aa * bb - ab * ab;
    if determinant.abs() < 1e-30 {
        return (0.0, 0.0);
    }
    (
        (ra * bb - rb * ab) / determinant,
        (aa * rb - ab * ra) / determinant,
    )
}

/// `base` to the power `exponent`, to six digits, for a positive normal `base`.
///
/// The system's `powf` differs between machines in the last bit, is slow, and keeps the compiler from computing four
/// powers at once.
#[inline]
pub fn power(base: f32, exponent: f32) -> f32 {
    exp2(exponent * log2(base))
}

/// `e` to the power `exponent`, to six digits.
#[inline]
pub fn exp(exponent: f32) -> f32 {
    exp2(exponent * LOG2_E)
}

/// The logarithm to base 2 of a positive normal number, by the series of the inverse hyperbolic tangent.
#[inline]
pub fn log2(number: f32) -> f32 {
    const SQRT_HALF: u32 = 0x3f35_04f3;
    let bits = number.to_bits().wrapping_sub(SQRT_HALF);
    let exponent = (bits as i32) >> 23;
    // In [sqrt(1/2), sqrt(2)).
    let mantissa = f32::from_bits((bits & 0x007f_ffff) + SQRT_HALF);
    let part = (mantissa - 1.0) / (mantissa + 1.0);
    let square = part * part;
    let series = 1.0 + square * (1.0 / 3.0 + square * (0.2 + square * (1.0 / 7.0)));
    exponent as f32 + 2.0 * LOG2_E * part * series
}

/// 2 to the power `exponent`, clamped to [2^-126, 2^126].
#[inline]
pub fn exp2(exponent: f32) -> f32 {
    // Adding and taking away 1.5 * 2^23 rounds to the nearest whole number, without a call.
    const ROUND: f32 = 12_582_912.0;
    let exponent = if exponent > -126.0 { exponent } else { -126.0 };
    let exponent = if exponent < 126.0 { exponent } else { 126.0 };
    let rounded = exponent + ROUND;
    let rest = (exponent - (rounded - ROUND)) * std::f32::consts::LN_2;
    let series = 1.0
        + rest
            * (1.0
                + rest
                    * (0.5
                        + rest
                            * (1.0 / 6.0
                                + rest
                                    * (1.0 / 24.0 + rest * (1.0 / 120.0 + rest * (1.0 / 720.0))))));
    // The whole number is in the low bits of `rounded`.
    let whole = rounded.to_bits().wrapping_sub(ROUND.to_bits());
    f32::from_bits(whole.wrapping_add(127) << 23) * series
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_of_the_defaults_is_that_of_umap_learn() {
        let curve = Curve::fitted(0.1, 1.0);
        assert!((curve.a - 1.576_943).abs() < 2e-3, "{curve:?}");
        assert!((curve.b - 0.895_061).abs() < 1e-3, "{curve:?}");
    }

    #[test]
    fn any_curve_is_finite() {
        for minimum in [-1.0, 0.0, 0.5, 9.0, f32::NAN, f32::INFINITY] {
            for spread in [-1.0, 0.0, 0.25, 1.0, 50.0, f32::NAN, f32::INFINITY] {
                let curve = Curve::fitted(minimum, spread);
                assert!(
                    curve.a.is_finite() && curve.a > 0.0 && curve.b.is_finite() && curve.b > 0.0,
                    "{curve:?}"
                );
            }
        }
    }

    #[test]
    fn powers_are_close_to_the_systems() {
        for step in 1..2000 {
            let base = (step as f32 * 0.01).exp() * 1e-6;
            for exponent in [-1.0, -0.1, 0.5, 0.895] {
                let (ours, exact) = (
                    f64::from(power(base, exponent)),
                    f64::from(base).powf(f64::from(exponent)),
                );
                assert!(
                    (ours / exact - 1.0).abs() < 4e-6,
                    "{base} to {exponent}: {ours} {exact}"
                );
            }
        }
        assert!(exp(f32::NEG_INFINITY) < 1e-37 && exp(f32::INFINITY).is_finite());
    }
}
