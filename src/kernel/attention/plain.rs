//! Plain Rust in f32, compiled for each instruction set.
//!
//! A lane is a query: scores of one key with all queries of a block lie side by side, so that maximum,
//! exponent and sum need nothing from other lanes, and keys and values are used as they come.

use super::super::Isa;
use super::super::activation::exp;
use super::super::multiversion::fma;
use super::Shape;

/// Keys, or components of values, of a register tile; a last key block is filled up with zeros. More,
/// and the compiler no longer keeps the sums in registers.
const TILE: usize = 4;

/// Memory that calls share.
#[derive(Default)]
pub(super) struct Scratch {
    /// `[tokens, head_size]` of one head.
    keys: Vec<f32>,
    values: Vec<f32>,
    /// `[head_size, LANES]`, already divided by the root of the head size.
    queries: Vec<f32>,
    /// `[tokens, LANES]`: scores, then what they are exponents of.
    scores: Vec<f32>,
}

/// As `super::attend`.
pub(super) fn attend(isa: Isa, shape: Shape, qkv: &[f32], out: &mut [f32], scratch: &mut Scratch) {
    // Lanes: as many sums as fit the registers, and enough to hide the latency of the products.
    #[cfg(target_arch = "x86_64")]
    {
        #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
        fn avx512(shape: Shape, qkv: &[f32], out: &mut [f32], scratch: &mut Scratch) {
            body::<true, 32>(shape, qkv, out, scratch);
        }
        #[target_feature(enable = "avx2,fma")]
        fn avx2(shape: Shape, qkv: &[f32], out: &mut [f32], scratch: &mut Scratch) {
            body::<true, 16>(shape, qkv, out, scratch);
        }
        match isa {
            Isa::Portable => {}
            // SAFETY: `Isa` values beyond `Portable` come from run-time CPU detection.
            Isa::Avx2 => return unsafe { avx2(shape, qkv, out, scratch) },
            // SAFETY: as above.
            _ => return unsafe { avx512(shape, qkv, out, scratch) },
        }
    }
    let _ = isa;
    body::<false, 8>(shape, qkv, out, scratch);
}

#[inline(always)]
fn body<const FMA: bool, const LANES: usize>(
    shape: Shape,
    qkv: &[f32],
    out: &mut [f32],
    scratch: &mut Scratch,
) {
    let Shape {
        tokens,
        heads,
        head_size,
    } = shape;
    let hidden = shape.hidden();
    let padded = tokens.next_multiple_of(TILE);
    let scale = 1.0 / (head_size as f32).sqrt();
    for buffer in [&mut scratch.keys, &mut scratch.values] {
        buffer.clear();
        buffer.resize(padded * head_size, 0.0);
    }
    scratch.queries.resize(head_size * LANES, 0.0);
    scratch.scores.resize(padded * LANES, 0.0);
    for head in 0..heads {
        let column = head * head_size;
        let part = |token: usize, part: usize| &qkv[shape.start(token, part, head)..][..head_size];
        for token in 0..tokens {
            let row = token * head_size..(token + 1) * head_size;
            scratch.keys[row.clone()].copy_from_slice(part(token, 1));
            scratch.values[row].copy_from_slice(part(token, 2));
        }
        for first in (0..tokens).step_by(LANES) {
            for lane in 0..LANES {
                // Lanes without a query repeat the last one.
                let query = part((first + lane).min(tokens - 1), 0);
                for (i, value) in query.iter().enumerate() {
                    scratch.queries[i * LANES + lane] = value * scale;
                }
            }
            let (queries, _) = scratch.queries.as_chunks::<LANES>();
            let (scores, _) = scratch.scores.as_chunks_mut::<LANES>();
            let keys = scratch.keys.chunks_exact(TILE * head_size);
            for (keys, scores) in keys.zip(scores.chunks_exact_mut(TILE)) {
                scores.copy_from_slice(&score::<FMA, LANES>(queries, keys));
            }
            let inverse = exponentiate::<FMA, LANES>(&mut scores[..tokens]);
            for component in (0..head_size).step_by(TILE) {
                let mixed =
                    mix::<FMA, LANES>(&scores[..tokens], &scratch.values, head_size, component);
                for lane in 0..LANES.min(tokens - first) {
                    let out = &mut out[(first + lane) * hidden + column + component..];
                    for (out, mixed) in out.iter_mut().zip(&mixed) {
                        *out = mixed[lane] * inverse[lane];
                    }
                }
            }
        }
    }
}

/// Scores of `TILE` keys (`[TILE, head_size]`) with all queries.
#[inline(always)]
fn score<const FMA: bool, const LANES: usize>(
    queries: &[[f32; LANES]],
    keys: &[f32],
) -> [[f32; LANES]; TILE] {
    let mut rows = keys.chunks_exact(queries.len());
    let keys: [&[f32]; TILE] = std::array::from_fn(|_| rows.next().unwrap_or_default());
    let mut sums = [[0f32; LANES]; TILE];
    for (i, lanes) in queries.iter().enumerate() {
        for (sum, key) in sums.iter_mut().zip(keys) {
            let factor = key[i];
            for (sum, lane) in sum.iter_mut().zip(lanes) {
                *sum = fma::<FMA>(factor, *lane, *sum);
            }
        }
    }
    sums
}

/// `scores = e^(scores - max)`; one over their sum. Maximum and sum are over keys, lane by lane.
#[inline(always)]
fn exponentiate<const FMA: bool, const LANES: usize>(scores: &mut [[f32; LANES]]) -> [f32; LANES] {
    let mut largest = [f32::MIN; LANES];
    for lanes in scores.iter() {
        for (largest, value) in largest.iter_mut().zip(lanes) {
            *largest = largest.max(*value);
        }
    }
    let mut sums = [0f32; LANES];
    for lanes in scores {
        for ((value, largest), sum) in lanes.iter_mut().zip(&largest).zip(&mut sums) {
            *value = exp::<FMA>(*value - largest);
            *sum += *value;
        }
    }
    sums.map(|sum| 1.0 / sum)
}

/// `weights @ values` for `TILE` components from `component` on.
#[inline(always)]
fn mix<const FMA: bool, const LANES: usize>(
    weights: &[[f32; LANES]],
    values: &[f32],
    head_size: usize,
    component: usize,
) -> [[f32; LANES]; TILE] {
    let mut sums = [[0f32; LANES]; TILE];
    for (lanes, row) in weights.iter().zip(values.chunks_exact(head_size)) {
        let Some(factors) = row[component..].first_chunk::<TILE>() else {
            return sums;
        };
        for (sum, factor) in sums.iter_mut().zip(factors) {
            for (sum, lane) in sum.iter_mut().zip(lanes) {
                *sum = fma::<FMA>(*factor, *lane, *sum);
            }
        }
    }
    sums
}
