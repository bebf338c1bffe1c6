//! Products in bf16 with f32 sums, 16 query rows at a time; exp by AVX-512.
//!
//! Keys are held transposed and values interleaved, in tiles: pairs of numbers that are multiplied and
//! added lie side by side, as both `tdpbf16ps` (AMX) and `vdpbf16ps` (AVX-512 BF16) take them.

use std::arch::x86_64::*;

use super::super::amx::{TILE_ROWS, Tiles};
use super::tiles::{PAIRED, Scratch, TILE, WIDE};
use super::{Shape, dot_bf16, tile_bf16};

/// A multiple of head sizes that fit.
pub(super) const HEAD_MULTIPLE: usize = PAIRED;

/// As `super::attend`.
///
/// # Safety
/// The CPU must have AVX-512 BF16, and with `AMX` the process AMX (`amx::available`); lengths as
/// `super::attend` checks them, the head size a multiple of 32.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512bf16")]
pub(super) unsafe fn attend<const AMX: bool>(
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
    let padded = tokens.next_multiple_of(PAIRED);
    scratch.queries.resize(padded * head_size, 0);
    scratch.keys.resize(padded * head_size, 0);
    scratch.values.resize(padded * head_size, 0);
    scratch.scores.resize(TILE_ROWS * padded, 0.0);
    scratch.weights.resize(TILE_ROWS * padded, 0);
    scratch.mixed.resize(TILE_ROWS * head_size, 0.0);
    // Scores are exponents of two: e^(x / sqrt d) = 2^(x log2(e) / sqrt d).
    let factor = std::f32::consts::LOG2_E / (head_size as f32).sqrt();
    // SAFETY: AMX is there; the kernels configure tiles one after the other.
    let _tiles = AMX.then(|| unsafe { Tiles::configure() });
    for head in 0..heads {
        // SAFETY: head_size is a multiple of 32, every row of `qkv` holds it three times, and the
        // scratch holds `padded` rows.
        unsafe { convert(shape, head, qkv, scratch) };
        for first in (0..tokens).step_by(TILE_ROWS) {
            // SAFETY: the scratch holds `padded` tokens, which are whole tiles.
            unsafe {
                if AMX {
                    tile_bf16::score(scratch, first, padded, head_size);
                } else {
                    dot_bf16::score(scratch, first, padded, head_size);
                }
            }
            let mut inverse = [0f32; TILE_ROWS];
            for (row, inverse) in inverse.iter_mut().enumerate() {
                let scores = &scratch.scores[row * padded..][..padded];
                let weights = &mut scratch.weights[row * padded..][..padded];
                // SAFETY: both hold `padded` numbers, whole vectors.
                *inverse = 1.0 / unsafe { exponentiate(scores, tokens, factor, weights) };
            }
            // SAFETY: as above.
            unsafe {
                if AMX {
                    tile_bf16::mix(scratch, padded, head_size);
                } else {
                    dot_bf16::mix(scratch, padded, head_size);
                }
            }
            for (row, inverse) in inverse.iter().enumerate().take(tokens - first) {
                let start = (first + row) * hidden + head * head_size;
                let out = &mut out[start..start + head_size];
                for (tile, out) in out.chunks_exact_mut(WIDE).enumerate() {
                    let mixed = &scratch.mixed[(tile * TILE_ROWS + row) * WIDE..][..WIDE];
                    for (out, value) in out.iter_mut().zip(mixed) {
                        *out = value * inverse;
                    }
                }
            }
        }
    }
}

/// Queries, keys and values of one head, in bf16 and in the order the tiles want. Rows behind the last
/// token are zero.
///
/// # Safety
/// See `attend`, its only caller.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512bf16")]
unsafe fn convert(shape: Shape, head: usize, qkv: &[f32], scratch: &mut Scratch) {
    let Shape {
        tokens, head_size, ..
    } = shape;
    // SAFETY: `part` is below 3 and `component + 16 <= head_size`; only tokens that exist are read.
    let load = |token: usize, part: usize, component: usize| unsafe {
        if token < tokens {
            let at = shape.start(token, part, head) + component;
            _mm512_loadu_ps(qkv.as_ptr().add(at))
        } else {
            _mm512_setzero_ps()
        }
    };
    let padded = tokens.next_multiple_of(PAIRED);
    for token in (0..padded).step_by(TILE_ROWS) {
        for component in (0..head_size).step_by(PAIRED) {
            let mut rows = [_mm512_setzero_si512(); TILE_ROWS];
            for (row, pairs) in rows.iter_mut().enumerate() {
                let of = |part| {
                    let high = load(token + row, part, component + WIDE);
                    bits(_mm512_cvtne2ps_pbh(
                        high,
                        load(token + row, part, component),
                    ))
                };
                // SAFETY: row `token + row` of the queries holds head_size numbers.
                unsafe {
                    let at = (token + row) * head_size + component;
                    _mm512_storeu_si512(scratch.queries.as_mut_ptr().add(at).cast(), of(0));
                }
                *pairs = of(1);
            }
            let tile = token / TILE_ROWS * (head_size / PAIRED) + component / PAIRED;
            for (pair, keys) in transpose(rows).into_iter().enumerate() {
                // SAFETY: tile `tile` of the keys holds 16 rows of 32 numbers.
                unsafe {
                    let at = tile * TILE + pair * PAIRED;
                    _mm512_storeu_si512(scratch.keys.as_mut_ptr().add(at).cast(), keys);
                }
            }
        }
    }
    let interleave = interleaved();
    for token in (0..padded).step_by(2) {
        for component in (0..head_size).step_by(WIDE) {
            let (even, odd) = (load(token, 2, component), load(token + 1, 2, component));
            let both = bits(_mm512_cvtne2ps_pbh(odd, even));
            let tile = token / PAIRED * (head_size / WIDE) + component / WIDE;
            let at = tile * TILE + token % PAIRED / 2 * PAIRED;
            // SAFETY: tile `tile` of the values holds 16 rows of 32 numbers.
            unsafe {
                let both = _mm512_permutexvar_epi16(interleave, both);
                _mm512_storeu_si512(scratch.values.as_mut_ptr().add(at).cast(), both);
            }
        }
    }
}

/// The same bits as whole numbers.
#[target_feature(enable = "avx512f")]
#[inline]
fn bits(numbers: __m512bh) -> __m512i {
    // SAFETY: both are 64 bytes without invalid values.
    unsafe { std::mem::transmute(numbers) }
}

/// 0, 16, 1, 17, ...
#[target_feature(enable = "avx512f")]
#[inline]
fn interleaved() -> __m512i {
    let order: [u16; PAIRED] = std::array::from_fn(|i| (i / 2 + i % 2 * WIDE) as u16);
    // SAFETY: 64 bytes are read from 64 bytes.
    unsafe { _mm512_loadu_si512(order.as_ptr().cast()) }
}

/// Transposes 16 x 16 numbers of 32 bits.
#[target_feature(enable = "avx512f")]
#[inline]
fn transpose(rows: [__m512i; 16]) -> [__m512i; 16] {
    let mut a = [_mm512_setzero_si512(); 16];
    for i in 0..8 {
        a[2 * i] = _mm512_unpacklo_epi32(rows[2 * i], rows[2 * i + 1]);
        a[2 * i + 1] = _mm512_unpackhi_epi32(rows[2 * i], rows[2 * i + 1]);
    }
    let mut b = a;
    for i in 0..4 {
        for half in 0..2 {
            let (low, high) = (a[4 * i + half], a[4 * i + half + 2]);
            b[4 * i + 2 * half] = _mm512_unpacklo_epi64(low, high);
            b[4 * i + 2 * half + 1] = _mm512_unpackhi_epi64(low, high);
        }
    }
    // Now b[4 * i + c] holds, in each quarter q, column 4 * q + c of rows 4 * i to 4 * i + 3.
    let mut out = b;
    for c in 0..4 {
        let upper = _mm512_shuffle_i32x4::<0x88>(b[c], b[4 + c]);
        let upper_odd = _mm512_shuffle_i32x4::<0xdd>(b[c], b[4 + c]);
        let lower = _mm512_shuffle_i32x4::<0x88>(b[8 + c], b[12 + c]);
        let lower_odd = _mm512_shuffle_i32x4::<0xdd>(b[8 + c], b[12 + c]);
        out[c] = _mm512_shuffle_i32x4::<0x88>(upper, lower);
        out[8 + c] = _mm512_shuffle_i32x4::<0xdd>(upper, lower);
        out[4 + c] = _mm512_shuffle_i32x4::<0x88>(upper_odd, lower_odd);
        out[12 + c] = _mm512_shuffle_i32x4::<0xdd>(upper_odd, lower_odd);
    }
    out
}

/// `weights = 2^((scores - max) * factor)` in bf16, zero behind the last token; their sum.
///
/// # Safety
/// Both slices must be a multiple of 32 long, and as long as each other; `tokens` is 1 to that.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512bf16")]
unsafe fn exponentiate(scores: &[f32], tokens: usize, factor: f32, weights: &mut [u16]) -> f32 {
    let lowest = _mm512_set1_ps(f32::MIN);
    let valid = |at: usize| -> u16 {
        let left = tokens.saturating_sub(at).min(WIDE) as u32;
        ((1u32 << left) - 1) as u16
    };
    // SAFETY: `at` is below the length and both are multiples of 16.
    let load =
        |at: usize| unsafe { _mm512_mask_loadu_ps(lowest, valid(at), scores.as_ptr().add(at)) };
    let mut largest = [lowest; 2];
    for at in (0..scores.len()).step_by(PAIRED) {
        largest[0] = _mm512_max_ps(largest[0], load(at));
        largest[1] = _mm512_max_ps(largest[1], load(at + WIDE));
    }
    let largest = _mm512_reduce_max_ps(_mm512_max_ps(largest[0], largest[1]));
    let factors = _mm512_set1_ps(factor);
    let offset = _mm512_set1_ps(-largest * factor);
    let mut sums = [_mm512_setzero_ps(); 2];
    for at in (0..scores.len()).step_by(PAIRED) {
        let low = exp2(_mm512_fmadd_ps(load(at), factors, offset));
        let high = exp2(_mm512_fmadd_ps(load(at + WIDE), factors, offset));
        sums[0] = _mm512_add_ps(sums[0], low);
        sums[1] = _mm512_add_ps(sums[1], high);
        // SAFETY: as in `load`.
        unsafe {
            let both = bits(_mm512_cvtne2ps_pbh(high, low));
            _mm512_storeu_si512(weights.as_mut_ptr().add(at).cast(), both);
        }
    }
    _mm512_reduce_add_ps(_mm512_add_ps(sums[0], sums[1]))
}

/// 2^x within 3e-6 relatively, for x <= 0; 0 for very small x.
#[target_feature(enable = "avx512f,avx512dq")]
#[inline]
fn exp2(x: __m512) -> __m512 {
    // x - floor(x), and a polynomial fitted to 2^x on [0, 1] for the least relative error.
    let rest = _mm512_reduce_ps::<0x01>(x);
    let p = _mm512_set1_ps(1.353_416_7e-2);
    let p = _mm512_fmadd_ps(p, rest, _mm512_set1_ps(5.201_146_2e-2));
    let p = _mm512_fmadd_ps(p, rest, _mm512_set1_ps(2.414_427_6e-1));
    let p = _mm512_fmadd_ps(p, rest, _mm512_set1_ps(6.930_038_3e-1));
    let p = _mm512_fmadd_ps(p, rest, _mm512_set1_ps(1.000_002_6));
    _mm512_scalef_ps(p, x)
}
