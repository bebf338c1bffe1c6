//! Dot product of two f32 vectors; the cosine of two L2-normalised ones.
#![allow(unsafe_code, reason = "SIMD intrinsics; each use says why it is sound")]

use super::Isa;

/// Dot product with the current instruction set.
///
/// # Panics
/// Where the lengths differ.
#[inline]
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    dot_with(Isa::current(), a, b)
}

/// Dot product with a chosen instruction set (which [`Isa::available`] must name).
///
/// # Panics
/// Where the lengths differ.
#[inline]
pub fn dot_with(isa: Isa, a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len(), "dot of vectors of different lengths");
    match isa {
        // SAFETY: `Isa` values beyond `Portable` come from run-time CPU detection (`Isa::available`,
        // `Isa::current`), and the lengths are equal.
        #[cfg(target_arch = "x86_64")]
        Isa::Avx2 => unsafe { x86::dot_avx2(a, b) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        isa if isa >= Isa::Avx512 => unsafe { x86::dot_avx512(a, b) },
        _ => dot_portable(a, b),
    }
}

/// Sixteen independent sums, so that the compiler may use whatever vectors the target has.
fn dot_portable(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0f32; 16];
    let (a_chunks, a_rest) = a.as_chunks::<16>();
    let (b_chunks, b_rest) = b.as_chunks::<16>();
    for (x, y) in a_chunks.iter().zip(b_chunks) {
        for i in 0..16 {
            sums[i] += x[i] * y[i];
        }
    }
    let rest: f32 = a_rest.iter().zip(b_rest).map(|(x, y)| x * y).sum();
    sums.iter().sum::<f32>() + rest
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    /// # Safety
    /// The CPU must have AVX-512 F; `b` must be as long as `a`.
    #[target_feature(enable = "avx512f")]
    pub unsafe fn dot_avx512(a: &[f32], b: &[f32]) -> f32 {
        let n = a.len();
        let (pa, pb) = (a.as_ptr(), b.as_ptr());
        let mut sums = [_mm512_setzero_ps(); 2];
        let mut i = 0;
        while i + 32 <= n {
            for (k, sum) in sums.iter_mut().enumerate() {
                // SAFETY: i + 16 k + 16 <= n, the length of both slices.
                let (x, y) = unsafe {
                    (
                        _mm512_loadu_ps(pa.add(i + 16 * k)),
                        _mm512_loadu_ps(pb.add(i + 16 * k)),
                    )
                };
                *sum = _mm512_fmadd_ps(x, y, *sum);
            }
            i += 32;
        }
        while i < n {
            let mask = if n - i >= 16 {
                0xffff
            } else {
                (1u16 << (n - i)) - 1
            };
            // SAFETY: the mask keeps every lane at or past n from being read.
            let (x, y) = unsafe {
                (
                    _mm512_maskz_loadu_ps(mask, pa.add(i)),
                    _mm512_maskz_loadu_ps(mask, pb.add(i)),
                )
            };
            sums[0] = _mm512_fmadd_ps(x, y, sums[0]);
            i += 16;
        }
        _mm512_reduce_add_ps(_mm512_add_ps(sums[0], sums[1]))
    }

    /// # Safety
    /// The CPU must have AVX2 and FMA; `b` must be as long as `a`.
    #[target_feature(enable = "avx2,fma")]
    pub unsafe fn dot_avx2(a: &[f32], b: &[f32]) -> f32 {
        let n = a.len();
        let (pa, pb) = (a.as_ptr(), b.as_ptr());
        let mut sums = [_mm256_setzero_ps(); 4];
        let mut i = 0;
        while i + 32 <= n {
            for (k, sum) in sums.iter_mut().enumerate() {
                // SAFETY: i + 8 k + 8 <= n, the length of both slices.
                let (x, y) = unsafe {
                    (
                        _mm256_loadu_ps(pa.add(i + 8 * k)),
                        _mm256_loadu_ps(pb.add(i + 8 * k)),
                    )
                };
                *sum = _mm256_fmadd_ps(x, y, *sum);
            }
            i += 32;
        }
        let pairs = [
            _mm256_add_ps(sums[0], sums[1]),
            _mm256_add_ps(sums[2], sums[3]),
        ];
        let mut lanes = [0f32; 8];
        // SAFETY: `lanes` holds eight f32.
        unsafe { _mm256_storeu_ps(lanes.as_mut_ptr(), _mm256_add_ps(pairs[0], pairs[1])) };
        let rest: f32 = a[i..].iter().zip(&b[i..]).map(|(x, y)| x * y).sum();
        lanes.iter().sum::<f32>() + rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn oracle(a: &[f32], b: &[f32]) -> f64 {
        a.iter()
            .zip(b)
            .map(|(&x, &y)| f64::from(x) * f64::from(y))
            .sum()
    }

    proptest! {
        #[test]
        fn every_path_agrees_with_the_oracle(
            pairs in prop::collection::vec((-1e3f32..1e3, -1e3f32..1e3), 0..600)
        ) {
            let (a, b): (Vec<f32>, Vec<f32>) = pairs.into_iter().unzip();
            let magnitude: f64 = a.iter().zip(&b).map(|(x, y)| f64::from(x * y).abs()).sum();
            for isa in Isa::available() {
                let error = (f64::from(dot_with(isa, &a, &b)) - oracle(&a, &b)).abs();
                prop_assert!(error <= 1e-5 * magnitude + 1e-30, "{isa:?}: {error}");
            }
        }
    }

    #[test]
    #[should_panic(expected = "different lengths")]
    fn different_lengths_are_refused() {
        dot(&[1.0], &[1.0, 2.0]);
    }
}
