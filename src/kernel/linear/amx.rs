//! AMX (`tdpbusd`): 16 x 16 sums of 64 products of an unsigned and a signed byte in one instruction.

use std::arch::asm;
use std::arch::x86_64::*;

use super::super::amx::{TILE_ROWS, Tiles};
use super::super::quantize::{Quantized, ROW_BLOCK};
use super::vnni::finish;
use super::{Layer, PANEL};

/// Sums of two tiles of rows and two panels of outputs: tile, row, output.
#[repr(C, align(64))]
struct Sums([[[i32; PANEL]; TILE_ROWS]; 4]);

/// # Safety
/// The process must have AMX (`amx::available`) and AVX-512; lengths as `super::linear` checks them.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
pub(super) unsafe fn linear<const ADD: bool>(rows: &Quantized, layer: &Layer<'_>, out: &mut [f32]) {
    let inputs = layer.inputs;
    let count = rows.scales.len();
    let mut sums = Sums([[[0; PANEL]; TILE_ROWS]; 4]);
    // SAFETY: AMX is there; the kernels configure tiles one after the other.
    let _tiles = unsafe { Tiles::configure() };
    for column in (0..layer.outputs).step_by(2 * PANEL) {
        let weights = layer.weights[column * inputs..][..2 * PANEL * inputs].as_ptr();
        for first in (0..count).step_by(ROW_BLOCK) {
            let activations = rows.values[first * inputs..][..ROW_BLOCK * inputs].as_ptr();
            let left = count - first;
            // SAFETY: 32 rows of activations (padded) and two panels of weights, `inputs` bytes each.
            unsafe {
                if left > TILE_ROWS {
                    multiply_two(activations, weights, inputs, &mut sums);
                } else {
                    multiply_one(activations, weights, inputs, &mut sums);
                }
            }
            for (tile, sums) in sums.0.iter().enumerate() {
                let at = column + tile % 2 * PANEL;
                let start = tile / 2 * TILE_ROWS;
                for (row, sum) in sums.iter().enumerate().take(left.saturating_sub(start)) {
                    // SAFETY: 16 outputs from `at` on exist, and this row does.
                    unsafe {
                        let sum = _mm512_load_si512(sum.as_ptr().cast());
                        finish::<ADD>(rows, layer, first + start + row, at, sum, out);
                    }
                }
            }
        }
    }
}

/// 32 rows by 32 outputs.
///
/// # Safety
/// Tiles are configured; 32 rows of `inputs` bytes and two panels of `16 * inputs` are readable.
unsafe fn multiply_two(activations: *const u8, weights: *const i8, inputs: usize, sums: &mut Sums) {
    // SAFETY: the loop reads 64 bytes of each row and 1024 of each panel at a time, `inputs / 64` times.
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
            "tdpbusd tmm0, tmm4, tmm6",
            "tileloadd tmm5, [{lower} + {stride}]",
            "tdpbusd tmm1, tmm4, tmm7",
            "tdpbusd tmm2, tmm5, tmm6",
            "tdpbusd tmm3, tmm5, tmm7",
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
            upper = inout(reg) activations => _,
            lower = inout(reg) activations.add(TILE_ROWS * inputs) => _,
            left = inout(reg) weights => _,
            right = inout(reg) weights.add(PANEL * inputs) => _,
            steps = inout(reg) inputs / 64 => _,
            stride = in(reg) inputs,
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
/// Tiles are configured; 16 rows of `inputs` bytes and two panels of `16 * inputs` are readable.
unsafe fn multiply_one(activations: *const u8, weights: *const i8, inputs: usize, sums: &mut Sums) {
    // SAFETY: as in `multiply_two`.
    unsafe {
        asm!(
            "tilezero tmm0",
            "tilezero tmm1",
            "2:",
            "tileloadd tmm4, [{upper} + {stride}]",
            "tileloadd tmm6, [{left} + {line}]",
            "tileloadd tmm7, [{right} + {line}]",
            "tdpbusd tmm0, tmm4, tmm6",
            "tdpbusd tmm1, tmm4, tmm7",
            "add {upper}, 64",
            "add {left}, 1024",
            "add {right}, 1024",
            "dec {steps}",
            "jnz 2b",
            "tilestored [{sums} + {line}], tmm0",
            "tilestored [{sums} + {line} + 1024], tmm1",
            upper = inout(reg) activations => _,
            left = inout(reg) weights => _,
            right = inout(reg) weights.add(PANEL * inputs) => _,
            steps = inout(reg) inputs / 64 => _,
            stride = in(reg) inputs,
            line = in(reg) 64usize,
            sums = in(reg) sums,
            out("tmm0") _, out("tmm1") _,
            out("tmm4") _, out("tmm6") _, out("tmm7") _,
            options(nostack),
        );
    }
}
