//! The products of `bf16` on AMX (`tdpbf16ps`): 16 x 16 sums of 32 products in one instruction.

use std::arch::asm;

use super::super::amx::TILE_ROWS;
use super::tiles::{PAIRED, Scratch, TILE, WIDE};

/// `scores[row][key] = queries[first + row] . keys[key]` for 16 rows and all keys.
///
/// # Safety
/// Tiles must be configured; see `bf16::attend`, the only caller.
pub(super) unsafe fn score(scratch: &mut Scratch, first: usize, padded: usize, head_size: usize) {
    let chunks = head_size / PAIRED;
    for block in (0..padded).step_by(PAIRED) {
        // SAFETY: two tiles of 16 keys with all their chunks, 16 rows of queries, and 16 rows of scores
        // with 32 numbers from `block` on.
        unsafe {
            let keys = scratch.keys.as_ptr().add(block * head_size);
            asm!(
                "tilezero tmm0",
                "tilezero tmm1",
                "2:",
                "tileloadd tmm4, [{queries} + {query_stride}]",
                "tileloadd tmm6, [{left} + {line}]",
                "tileloadd tmm7, [{right} + {line}]",
                "tdpbf16ps tmm0, tmm4, tmm6",
                "tdpbf16ps tmm1, tmm4, tmm7",
                "add {queries}, 64",
                "add {left}, 1024",
                "add {right}, 1024",
                "dec {chunks}",
                "jnz 2b",
                "tilestored [{scores} + {score_stride}], tmm0",
                "tilestored [{scores} + {score_stride} + 64], tmm1",
                queries = inout(reg) scratch.queries.as_ptr().add(first * head_size) => _,
                left = inout(reg) keys => _,
                right = inout(reg) keys.add(chunks * TILE) => _,
                chunks = inout(reg) chunks => _,
                query_stride = in(reg) head_size * 2,
                line = in(reg) 64usize,
                scores = in(reg) scratch.scores.as_mut_ptr().add(block),
                score_stride = in(reg) padded * 4,
                out("tmm0") _, out("tmm1") _, out("tmm4") _, out("tmm6") _, out("tmm7") _,
                options(nostack),
            );
        }
    }
}

/// `mixed = weights @ values`, two tiles of 16 components at a time.
///
/// # Safety
/// Tiles must be configured; see `bf16::attend`, the only caller.
pub(super) unsafe fn mix(scratch: &mut Scratch, padded: usize, head_size: usize) {
    let tiles = head_size / WIDE;
    for tile in (0..tiles).step_by(2) {
        // SAFETY: `padded / 32` blocks of keys, each with two tiles of values from `tile` on; 16 rows
        // of weights; two tiles of results.
        unsafe {
            asm!(
                "tilezero tmm0",
                "tilezero tmm1",
                "2:",
                "tileloadd tmm4, [{weights} + {weight_stride}]",
                "tileloadd tmm6, [{values} + {line}]",
                "tileloadd tmm7, [{values} + {line} + 1024]",
                "tdpbf16ps tmm0, tmm4, tmm6",
                "tdpbf16ps tmm1, tmm4, tmm7",
                "add {weights}, 64",
                "add {values}, {value_step}",
                "dec {blocks}",
                "jnz 2b",
                "tilestored [{mixed} + {line}], tmm0",
                "tilestored [{mixed} + {line} + 1024], tmm1",
                weights = inout(reg) scratch.weights.as_ptr() => _,
                values = inout(reg) scratch.values.as_ptr().add(tile * TILE) => _,
                blocks = inout(reg) padded / PAIRED => _,
                weight_stride = in(reg) padded * 2,
                value_step = in(reg) tiles * TILE * 2,
                line = in(reg) 64usize,
                mixed = in(reg) scratch.mixed.as_mut_ptr().add(tile * TILE_ROWS * WIDE),
                out("tmm0") _, out("tmm1") _, out("tmm4") _, out("tmm6") _, out("tmm7") _,
                options(nostack),
            );
        }
    }
}
