//! Scaled dot-product attention of one sequence, head by head, in f32.
//!
//! Scores of a few query rows against all keys are computed, made probabilities and applied to the
//! values before the next rows follow: they never leave the first-level cache.
//!
//! Source: Vaswani et al. 2017, <https://arxiv.org/abs/1706.03762>.
#![allow(
    unsafe_code,
    reason = "calls code compiled for a detected instruction set"
)]

#[cfg(target_arch = "x86_64")]
mod amx;

use super::Isa;
use super::activation::exp;
use super::multiversion::{fma, multiversion};

/// Query rows handled together.
const ROWS: usize = 4;
/// Keys, or value components, handled together.
const LANES: usize = 32;

/// Memory that calls share.
#[derive(Default)]
pub struct Scratch {
    /// `[head_size, keys]`, keys padded to a multiple of [`LANES`].
    keys: Vec<f32>,
    /// `[keys, head_size]`, head size padded to a multiple of [`LANES`].
    values: Vec<f32>,
    /// `[ROWS, keys]`
    scores: Vec<f32>,
    #[cfg(target_arch = "x86_64")]
    amx: amx::Scratch,
}

/// Shape of the attention.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    pub tokens: usize,
    pub heads: usize,
    pub head_size: usize,
}

#[inline(always)]
fn attend_body<const FMA: bool>(shape: Shape, qkv: &[f32], out: &mut [f32], scratch: &mut Scratch) {
    let Shape {
        tokens,
        heads,
        head_size,
    } = shape;
    let hidden = heads * head_size;
    let keys = tokens.next_multiple_of(LANES);
    let width = head_size.next_multiple_of(LANES);
    let scale = 1.0 / (head_size as f32).sqrt();
    scratch.keys.clear();
    scratch.keys.resize(head_size * keys, 0.0);
    scratch.values.clear();
    scratch.values.resize(tokens * width, 0.0);
    scratch.scores.clear();
    scratch.scores.resize(ROWS * keys, 0.0);
    for head in 0..heads {
        let column = head * head_size;
        for token in 0..tokens {
            let row = &qkv[token * 3 * hidden..][..3 * hidden];
            for (i, key) in row[hidden + column..][..head_size].iter().enumerate() {
                scratch.keys[i * keys + token] = key * scale;
            }
            scratch.values[token * width..][..head_size]
                .copy_from_slice(&row[2 * hidden + column..][..head_size]);
        }
        for first in (0..tokens).step_by(ROWS) {
            // The last rows may be fewer: the last one then stands in for those missing.
            let query = |row: usize| {
                let token = (first + row).min(tokens - 1);
                &qkv[token * 3 * hidden + column..][..head_size]
            };
            let queries: [&[f32]; ROWS] = std::array::from_fn(query);
            score::<FMA>(queries, &scratch.keys, keys, &mut scratch.scores);
            let mut sums = [0f32; ROWS];
            for (row, sum) in scratch.scores.chunks_exact_mut(keys).zip(&mut sums) {
                *sum = exponentiate::<FMA>(&mut row[..tokens]);
            }
            for block in (0..width).step_by(LANES) {
                let mixed = mix::<FMA>(
                    &scratch.scores,
                    keys,
                    &scratch.values[block..],
                    width,
                    tokens,
                );
                for row in 0..ROWS.min(tokens - first) {
                    let start = (first + row) * hidden + column + block;
                    let count = LANES.min(head_size - block);
                    for (out, value) in out[start..start + count].iter_mut().zip(mixed[row]) {
                        *out = value / sums[row];
                    }
                }
            }
        }
    }
}

/// `scores[row][key] = queries[row] . key`, for all keys.
#[inline(always)]
fn score<const FMA: bool>(queries: [&[f32]; ROWS], keys: &[f32], count: usize, scores: &mut [f32]) {
    for block in (0..count).step_by(LANES) {
        let mut sums = [[0f32; LANES]; ROWS];
        for (i, row) in keys.chunks_exact(count).enumerate() {
            let Some(lanes) = row[block..].first_chunk::<LANES>() else {
                return;
            };
            for (sum, query) in sums.iter_mut().zip(queries) {
                let factor = query[i];
                for (sum, lane) in sum.iter_mut().zip(lanes) {
                    *sum = fma::<FMA>(factor, *lane, *sum);
                }
            }
        }
        for (row, sum) in sums.iter().enumerate() {
            scores[row * count + block..][..LANES].copy_from_slice(sum);
        }
    }
}

/// `row = e^(row - max)`; the sum.
#[inline(always)]
fn exponentiate<const FMA: bool>(row: &mut [f32]) -> f32 {
    let mut largest = [f32::MIN; LANES];
    let (chunks, rest) = row.as_chunks::<LANES>();
    for chunk in chunks {
        for (largest, value) in largest.iter_mut().zip(chunk) {
            *largest = largest.max(*value);
        }
    }
    let largest = rest
        .iter()
        .chain(&largest)
        .fold(f32::MIN, |m, value| m.max(*value));
    let mut sums = [0f32; LANES];
    let (chunks, rest) = row.as_chunks_mut::<LANES>();
    for chunk in chunks {
        for (sum, value) in sums.iter_mut().zip(chunk) {
            *value = exp::<FMA>(*value - largest);
            *sum += *value;
        }
    }
    let mut total = sums.iter().sum::<f32>();
    for value in rest {
        *value = exp::<FMA>(*value - largest);
        total += *value;
    }
    total
}

/// `probabilities @ values` for [`LANES`] components; `values` begins at the first of them.
#[inline(always)]
fn mix<const FMA: bool>(
    probabilities: &[f32],
    count: usize,
    values: &[f32],
    width: usize,
    tokens: usize,
) -> [[f32; LANES]; ROWS] {
    let mut sums = [[0f32; LANES]; ROWS];
    for (token, row) in values.chunks(width).take(tokens).enumerate() {
        let Some(lanes) = row.first_chunk::<LANES>() else {
            break;
        };
        for (row, sum) in sums.iter_mut().enumerate() {
            let factor = probabilities[row * count + token];
            for (sum, lane) in sum.iter_mut().zip(lanes) {
                *sum = fma::<FMA>(factor, *lane, *sum);
            }
        }
    }
    sums
}

multiversion! {
    /// In f32.
    fn attend_f32(shape: Shape, qkv: &[f32], out: &mut [f32], scratch: &mut Scratch) = attend_body
}

/// Attention over one sequence. `qkv` is `[tokens, 3 * heads * head_size]` (queries, keys, values of all
/// heads side by side), `out` is `[tokens, heads * head_size]`, both row-major. Products are f32, or
/// bf16 where the CPU has matrix units for it.
///
/// # Panics
/// Where the lengths do not fit the shape, or there are no tokens.
pub fn attend(isa: Isa, shape: Shape, qkv: &[f32], out: &mut [f32], scratch: &mut Scratch) {
    let size = shape.tokens * shape.heads * shape.head_size;
    assert!(shape.tokens > 0, "tokens of a sequence");
    assert_eq!((qkv.len(), out.len()), (3 * size, size), "qkv and out");
    match isa {
        // SAFETY: the process may use AMX (`Isa` comes from detection), and the lengths were checked.
        #[cfg(target_arch = "x86_64")]
        Isa::Amx if shape.head_size.is_multiple_of(amx::HEAD_MULTIPLE) => unsafe {
            amx::attend(shape, qkv, out, &mut scratch.amx);
        },
        _ => attend_f32(isa, shape, qkv, out, scratch),
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
            for isa in Isa::available() {
                let mut out = vec![f32::NAN; tokens * hidden];
                attend(isa, shape, &qkv, &mut out, &mut scratch);
                let bf16 = isa == Isa::Amx && head_size % 32 == 0;
                let (exact, allowed) = if bf16 { (&exact_bf16, 4e-3) } else { (&exact, 1e-4) };
                for (value, exact) in out.iter().zip(exact) {
                    prop_assert!((f64::from(*value) - exact).abs() <= allowed * f64::from(magnitude) + 1e-30, "{isa:?} {value} {exact}");
                }
            }
        }
    }
}
