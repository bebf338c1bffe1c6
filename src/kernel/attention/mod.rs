//! Scaled dot-product attention of one sequence, head by head.
//!
//! Scores of a few queries against all keys are computed, made probabilities and applied to the values
//! before the next queries follow: they never leave the caches next to the core.
//!
//! Source: Vaswani et al. 2017, <https://arxiv.org/abs/1706.03762>.
#![allow(
    unsafe_code,
    reason = "calls code compiled for a detected instruction set"
)]

#[cfg(target_arch = "x86_64")]
mod bf16;
#[cfg(target_arch = "x86_64")]
mod dot_bf16;
mod plain;
mod shape;
#[cfg(target_arch = "x86_64")]
mod tile_bf16;
#[cfg(target_arch = "x86_64")]
mod tiles;

use super::Isa;
pub use shape::Shape;

/// Memory that calls share.
#[derive(Default)]
pub struct Scratch {
    plain: plain::Scratch,
    #[cfg(target_arch = "x86_64")]
    bf16: tiles::Scratch,
}

/// Attention over one sequence. `qkv` is `[tokens, 3 * heads * head_size]` (queries, keys, values of all
/// heads side by side), `out` is `[tokens, heads * head_size]`, both row-major. Products are f32, or
/// with `BF16` bf16 where the CPU has instructions for it.
///
/// # Panics
/// Where the lengths do not fit the shape, or there are no tokens.
pub fn attend<const BF16: bool>(
    isa: Isa,
    shape: Shape,
    qkv: &[f32],
    out: &mut [f32],
    scratch: &mut Scratch,
) {
    let size = shape.tokens * shape.hidden();
    assert!(shape.tokens > 0, "tokens of a sequence");
    assert_eq!((qkv.len(), out.len()), (3 * size, size), "qkv and out");
    match isa {
        // SAFETY: the process may use AMX (`Isa` comes from detection), and the lengths were checked.
        #[cfg(target_arch = "x86_64")]
        Isa::Amx if BF16 && shape.head_size.is_multiple_of(bf16::HEAD_MULTIPLE) => unsafe {
            bf16::attend::<true>(shape, qkv, out, &mut scratch.bf16);
        },
        // SAFETY: the CPU has AVX-512 BF16, and the lengths were checked.
        #[cfg(target_arch = "x86_64")]
        Isa::Avx512Bf16 if BF16 && shape.head_size.is_multiple_of(bf16::HEAD_MULTIPLE) => unsafe {
            bf16::attend::<false>(shape, qkv, out, &mut scratch.bf16);
        },
        _ => plain::attend(isa, shape, qkv, out, &mut scratch.plain),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn oracle(shape: Shape, qkv: &[f32]) -> Vec<f64> {
        let Shape {
            tokens,
            heads,
            head_size,
        } = shape;
        let hidden = heads * head_size;
        let at = |token: usize, part: usize, head: usize, i: usize| {
            f64::from(qkv[token * 3 * hidden + part * hidden + head * head_size + i])
        };
        let mut out = vec![0f64; tokens * hidden];
        for head in 0..heads {
            for query in 0..tokens {
                let scores: Vec<f64> = (0..tokens)
                    .map(|key| {
                        (0..head_size)
                            .map(|i| at(query, 0, head, i) * at(key, 1, head, i))
                            .sum::<f64>()
                            / (head_size as f64).sqrt()
                    })
                    .collect();
                let largest = scores.iter().fold(f64::MIN, |m, s| m.max(*s));
                let weights: Vec<f64> = scores.iter().map(|s| (s - largest).exp()).collect();
                let total: f64 = weights.iter().sum();
                for i in 0..head_size {
                    let mixed: f64 = (0..tokens)
                        .map(|key| weights[key] * at(key, 2, head, i))
                        .sum();
                    out[query * hidden + head * head_size + i] = mixed / total;
                }
            }
        }
        out
    }

    /// Rounded to bf16, to even.
    fn bf16(x: f32) -> f32 {
        let bits = x.to_bits();
        f32::from_bits((bits + 0x7fff + (bits >> 16 & 1)) & 0xffff_0000)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn agrees_with_f64(
            tokens in 1usize..70, heads in 1usize..4, head_size in prop::sample::select(vec![16usize, 32, 64]),
            seed in any::<u32>(), magnitude in prop::sample::select(vec![0f32, 1.0, 30.0])
        ) {
            let shape = Shape { tokens, heads, head_size };
            let hidden = heads * head_size;
            let mut state = seed;
            let qkv: Vec<f32> = (0..tokens * 3 * hidden).map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                ((state >> 8) as f32 / (1 << 24) as f32 - 0.5) * magnitude
            }).collect();
            let exact = oracle(shape, &qkv);
            // The difference that is left on AMX is that of the probabilities.
            let rounded: Vec<f32> = qkv.iter().map(|x| bf16(*x)).collect();
            let exact_bf16 = oracle(shape, &rounded);
            let mut scratch = Scratch::default();
            let runs = Isa::available().into_iter().flat_map(|isa| [(isa, false), (isa, true)]);
            for (isa, bf16) in runs {
                let mut out = vec![f32::NAN; tokens * hidden];
                if bf16 {
                    attend::<true>(isa, shape, &qkv, &mut out, &mut scratch);
                } else {
                    attend::<false>(isa, shape, &qkv, &mut out, &mut scratch);
                }
                let bf16 = bf16 && isa >= Isa::Avx512Bf16 && head_size % 32 == 0;
                let (exact, allowed) = if bf16 { (&exact_bf16, 4e-3) } else { (&exact, 1e-4) };
                for (value, exact) in out.iter().zip(exact) {
                    prop_assert!((f64::from(*value) - exact).abs() <= allowed * f64::from(magnitude) + 1e-30, "{isa:?} {value} {exact}");
                }
            }
        }
    }
}
