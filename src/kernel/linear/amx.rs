//! AMX: 16 x 16 sums of 64 products of an unsigned and a signed byte (`tdpbusd`), or of 32 products of
//! bf16 numbers (`tdpbf16ps`), in one instruction.

use std::arch::asm;
use std::arch::x86_64::*;

use super::super::amx::{TILE_ROWS, Tiles};
use super::{PANEL, Product, ROW_BLOCK};

/// Sums of two tiles of rows and two panels of outputs: tile, row, output. Integers or f32.
#[repr(C, align(64))]
struct Sums([[[i32; PANEL]; TILE_ROWS]; 4]);

/// Multiplies, and calls `finish(row, output, sums)` for every row and 16 outputs. Sums are 32-bit
/// integers, or with `BF16` f32.
///
/// # Safety
/// The process must have AMX (`amx::available`) and AVX-512.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
#[inline]
pub(super) unsafe fn multiply<const BF16: bool>(
    product: Product<'_>,
    mut finish: impl FnMut(usize, usize, __m512i),
) {
    let row_bytes = product.row_bytes;
    let mut buffers = [const { Sums([[[0; PANEL]; TILE_ROWS]; 4]) }; 2];
    // SAFETY: AMX is there; the kernels configure tiles one after the other.
    let _tiles = unsafe { Tiles::configure() };
    let mut finish_block = |sums: &Sums, column: usize, first: usize| {
        for (tile, sums) in sums.0.iter().enumerate() {
            let at = column + tile % 2 * PANEL;
            let start = first + tile / 2 * TILE_ROWS;
            let rows = product.count.saturating_sub(start);
            for (row, sum) in sums.iter().enumerate().take(rows) {
                // SAFETY: 64 bytes, aligned.
                let sum = unsafe { _mm512_load_si512(sum.as_ptr().cast()) };
                finish(start + row, at, sum);
            }
        }
    };
    // A block is finished while the next one is multiplied: loads would wait for the stores of tiles.
    let (mut before, mut turn) = (None, false);
    for column in (0..product.outputs).step_by(2 * PANEL) {
        let weights = product.weights[column * row_bytes..][..2 * PANEL * row_bytes].as_ptr();
        for first in (0..product.count).step_by(ROW_BLOCK) {
            let rows = product.rows[first * row_bytes..][..ROW_BLOCK * row_bytes].as_ptr();
            let [even, odd] = &mut buffers;
            let (sums, sums_before) = if turn { (odd, even) } else { (even, odd) };
            // SAFETY: 32 rows (padded) and two panels of weights are there.
            unsafe {
                match (BF16, product.count - first > TILE_ROWS) {
                    (false, true) => two_int8(rows, weights, row_bytes, sums),
                    (false, false) => one_int8(rows, weights, row_bytes, sums),
                    (true, true) => two_bf16(rows, weights, row_bytes, sums),
                    (true, false) => one_bf16(rows, weights, row_bytes, sums),
                }
            }
            if let Some((column, first)) = before {
                finish_block(sums_before, column, first);
            }
            before = Some((column, first));
            turn = !turn;
        }
    }
    if let Some((column, first)) = before {
        finish_block(&buffers[usize::from(!turn)], column, first);
    }
}

/// The loops over a row, with the instruction that multiplies.
macro_rules! kernels {
    ($two:ident, $one:ident, $instruction:literal) => {
/// 32 rows by 32 outputs.
///
/// # Safety
/// Tiles are configured; 32 rows of `row_bytes` and two panels of 16 times that are readable.
unsafe fn $two(rows: *const u8, weights: *const u8, row_bytes: usize, sums: &mut Sums) {
    // SAFETY: the loop reads 64 bytes of each row and 1024 of each panel at a time, `row_bytes / 64` times.
    unsafe {
        asm!(
            "tilezero tmm0",
            "tilezero tmm1",
            "tilezero tmm2",
            "tilezero tmm3",
            "2:",
            "tileloadd tmm4, [{upper} + {stride}]",
            "tileloadd tmm6, [{left} + {line}]",
            "tileloadd tmm7, [{right} + {line}]",
            concat!($instruction, " tmm0, tmm4, tmm6"),
            "tileloadd tmm5, [{lower} + {stride}]",
            concat!($instruction, " tmm1, tmm4, tmm7"),
            concat!($instruction, " tmm2, tmm5, tmm6"),
            concat!($instruction, " tmm3, tmm5, tmm7"),
            "add {upper}, 64",
            "add {lower}, 64",
            "add {left}, 1024",
            "add {right}, 1024",
            "dec {steps}",
            "jnz 2b",
            "tilestored [{sums} + {line}], tmm0",
            "tilestored [{sums} + {line} + 1024], tmm1",
            "tilestored [{sums} + {line} + 2048], tmm2",
            "tilestored [{sums} + {line} + 3072], tmm3",
            upper = inout(reg) rows => _,
            lower = inout(reg) rows.add(TILE_ROWS * row_bytes) => _,
            left = inout(reg) weights => _,
            right = inout(reg) weights.add(PANEL * row_bytes) => _,
            steps = inout(reg) row_bytes / 64 => _,
            stride = in(reg) row_bytes,
            line = in(reg) 64usize,
            sums = in(reg) sums,
            out("tmm0") _, out("tmm1") _, out("tmm2") _, out("tmm3") _,
            out("tmm4") _, out("tmm5") _, out("tmm6") _, out("tmm7") _,
            options(nostack),
        );
    }
}

/// 16 rows by 32 outputs.
///
/// # Safety
/// Tiles are configured; 16 rows of `row_bytes` and two panels of 16 times that are readable.
unsafe fn $one(rows: *const u8, weights: *const u8, row_bytes: usize, sums: &mut Sums) {
    // SAFETY: as in the other.
    unsafe {
        asm!(
            "tilezero tmm0",
            "tilezero tmm1",
            "2:",
            "tileloadd tmm4, [{upper} + {stride}]",
            "tileloadd tmm6, [{left} + {line}]",
            "tileloadd tmm7, [{right} + {line}]",
            concat!($instruction, " tmm0, tmm4, tmm6"),
            concat!($instruction, " tmm1, tmm4, tmm7"),
            "add {upper}, 64",
            "add {left}, 1024",
            "add {right}, 1024",
            "dec {steps}",
            "jnz 2b",
            "tilestored [{sums} + {line}], tmm0",
            "tilestored [{sums} + {line} + 1024], tmm1",
            upper = inout(reg) rows => _,
            left = inout(reg) weights => _,
            right = inout(reg) weights.add(PANEL * row_bytes) => _,
            steps = inout(reg) row_bytes / 64 => _,
            stride = in(reg) row_bytes,
            line = in(reg) 64usize,
            sums = in(reg) sums,
            out("tmm0") _, out("tmm1") _,
            out("tmm4") _, out("tmm6") _, out("tmm7") _,
            options(nostack),
        );
    }
}
    };
}

kernels!(two_int8, one_int8, "tdpbusd");
kernels!(two_bf16, one_bf16, "tdpbf16ps");
