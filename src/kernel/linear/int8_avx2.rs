//! AVX2: products of 16-bit numbers (`vpmaddwd`), because those of eight-bit ones (`vpmaddubsw`)
//! saturate: 2 * 255 * 127 does not fit 16 bits.

use std::arch::x86_64::*;

use super::super::quantize::Quantized;
use super::PANEL;
use super::int8_layer::{GROUP, Layer};

/// Rows that share the weights they load.
const TILE: usize = 2;

/// # Safety
/// The CPU must have AVX2; lengths as `super::linear` checks them.
#[target_feature(enable = "avx2,fma")]
pub(super) unsafe fn linear<const ADD: bool>(rows: &Quantized, layer: &Layer<'_>, out: &mut [f32]) {
    let Layer {
        inputs, outputs, ..
    } = *layer;
    let count = rows.scales.len();
    // Activations as signed 16-bit numbers, for one tile of rows.
    let mut wide = vec![0i16; TILE * inputs];
    for first in (0..count).step_by(TILE) {
        let tile = TILE.min(count - first);
        for row in 0..tile {
            let zero = rows.zeros[first + row] as i16;
            let bytes = &rows.values[(first + row) * inputs..][..inputs];
            for (wide, byte) in wide[row * inputs..].iter_mut().zip(bytes) {
                *wide = i16::from(*byte) - zero;
            }
        }
        for panel in 0..outputs / PANEL {
            let weights = layer.weights[panel * PANEL * inputs..][..PANEL * inputs].as_ptr();
            let mut sums = [[_mm256_setzero_si256(); 4]; TILE];
            for group in 0..inputs / GROUP {
                // SAFETY: the panel holds inputs / 4 groups of 64 bytes.
                let at = unsafe { weights.add(group * PANEL * GROUP) };
                let mut columns = [_mm256_setzero_si256(); 4];
                for (quarter, columns) in columns.iter_mut().enumerate() {
                    // SAFETY: four times 16 of the 64 bytes of the group.
                    let bytes = unsafe { _mm_loadu_si128(at.add(quarter * 16).cast()) };
                    *columns = _mm256_cvtepi8_epi16(bytes);
                }
                for (row, sums) in sums.iter_mut().enumerate() {
                    // SAFETY: `wide` holds TILE rows of `inputs` numbers, four of them a group.
                    let four = unsafe {
                        wide.as_ptr()
                            .add(row * inputs + group * GROUP)
                            .cast::<i64>()
                            .read_unaligned()
                    };
                    let values = _mm256_set1_epi64x(four);
                    for (sum, columns) in sums.iter_mut().zip(columns) {
                        *sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(values, columns));
                    }
                }
            }
            for (row, sums) in sums.iter().enumerate().take(tile) {
                let scale = _mm256_set1_ps(rows.scales[first + row]);
                for half in 0..2 {
                    // Each output has two neighbouring partial sums: add them, undo the interleaving.
                    let pairs = _mm256_hadd_epi32(sums[2 * half], sums[2 * half + 1]);
                    let ordered = _mm256_permute4x64_epi64::<0b11_01_10_00>(pairs);
                    let column = panel * PANEL + half * 8;
                    let place = &mut out[(first + row) * outputs + column..][..8];
                    // SAFETY: eight outputs from `column` on exist in scales, bias and `place`.
                    unsafe {
                        let scales = _mm256_mul_ps(
                            scale,
                            _mm256_loadu_ps(layer.scales.as_ptr().add(column)),
                        );
                        let bias = _mm256_loadu_ps(layer.bias.as_ptr().add(column));
                        let mut value = _mm256_fmadd_ps(_mm256_cvtepi32_ps(ordered), scales, bias);
                        if ADD {
                            value = _mm256_add_ps(value, _mm256_loadu_ps(place.as_ptr()));
                        }
                        _mm256_storeu_ps(place.as_mut_ptr(), value);
                    }
                }
            }
        }
    }
}
