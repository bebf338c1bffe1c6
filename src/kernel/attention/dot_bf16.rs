//! The products of `bf16` on AVX-512 BF16 (`vdpbf16ps`): 16 sums of two products in one instruction.

use std::arch::x86_64::*;

use super::super::amx::TILE_ROWS;
use super::tiles::{PAIRED, Scratch, TILE, WIDE};

/// Rows of a register tile: 8 x 2 registers are sums.
const ROWS: usize = 8;

/// `scores[row][key] = queries[first + row] . keys[key]` for 16 rows and all keys.
///
/// # Safety
/// See `bf16::attend`, the only caller.
#[target_feature(enable = "avx512f,avx512bf16")]
pub(super) unsafe fn score(scratch: &mut Scratch, first: usize, padded: usize, head_size: usize) {
    let chunks = head_size / PAIRED;
    for block in (0..padded).step_by(PAIRED) {
        for upper in (0..TILE_ROWS).step_by(ROWS) {
            // SAFETY: two tiles of 16 keys with all their chunks, 8 rows of queries, and 8 rows of
            // scores with 32 numbers from `block` on.
            unsafe {
                let left = scratch.keys.as_ptr().add(block * head_size);
                let right = left.add(chunks * TILE);
                let queries = scratch.queries.as_ptr().add((first + upper) * head_size);
                let sums = multiply(queries, head_size, [left, right], TILE, chunks);
                for (row, sums) in sums.into_iter().enumerate() {
                    let at = (upper + row) * padded + block;
                    let scores = scratch.scores.as_mut_ptr().add(at);
                    _mm512_storeu_ps(scores, sums[0]);
                    _mm512_storeu_ps(scores.add(WIDE), sums[1]);
                }
            }
        }
    }
}

/// `mixed = weights @ values`, two tiles of 16 components at a time.
///
/// # Safety
/// See `bf16::attend`, the only caller.
#[target_feature(enable = "avx512f,avx512bf16")]
pub(super) unsafe fn mix(scratch: &mut Scratch, padded: usize, head_size: usize) {
    let tiles = head_size / WIDE;
    for tile in (0..tiles).step_by(2) {
        for upper in (0..TILE_ROWS).step_by(ROWS) {
            // SAFETY: all tiles of values of these components, 8 rows of weights, two tiles of results.
            unsafe {
                let weights = scratch.weights.as_ptr().add(upper * padded);
                let left = scratch.values.as_ptr().add(tile * TILE);
                let sums = multiply(
                    weights,
                    padded,
                    [left, left.add(TILE)],
                    tiles * TILE,
                    padded / PAIRED,
                );
                for (row, sums) in sums.into_iter().enumerate() {
                    let at = (tile * TILE_ROWS + upper + row) * WIDE;
                    let mixed = scratch.mixed.as_mut_ptr().add(at);
                    _mm512_storeu_ps(mixed, sums[0]);
                    _mm512_storeu_ps(mixed.add(TILE_ROWS * WIDE), sums[1]);
                }
            }
        }
    }
}

/// 8 rows of `blocks * 32` numbers, `stride` apart, times two columns of tiles, `step` apart.
///
/// # Safety
/// All of that must be readable.
#[target_feature(enable = "avx512f,avx512bf16")]
#[inline]
unsafe fn multiply(
    rows: *const u16,
    stride: usize,
    columns: [*const u16; 2],
    step: usize,
    blocks: usize,
) -> [[__m512; 2]; ROWS] {
    let mut sums = [[_mm512_setzero_ps(); 2]; ROWS];
    for block in 0..blocks {
        for pair in 0..TILE_ROWS {
            // SAFETY: a tile holds 16 rows of 32 numbers, a row of numbers 32 for each block.
            unsafe {
                let load = |column: *const u16| {
                    paired(_mm512_loadu_si512(
                        column.add(block * step + pair * PAIRED).cast(),
                    ))
                };
                let tiles = columns.map(load);
                for (row, sums) in sums.iter_mut().enumerate() {
                    let at = rows.add(row * stride + block * PAIRED + pair * 2);
                    let both = paired(_mm512_set1_epi32(at.cast::<i32>().read_unaligned()));
                    for (sum, tile) in sums.iter_mut().zip(tiles) {
                        *sum = _mm512_dpbf16_ps(*sum, both, tile);
                    }
                }
            }
        }
    }
    sums
}

/// The same bits as numbers.
#[target_feature(enable = "avx512f")]
#[inline]
fn paired(bits: __m512i) -> __m512bh {
    // SAFETY: both are 64 bytes without invalid values.
    unsafe { std::mem::transmute(bits) }
}
