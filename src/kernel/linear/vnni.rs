//! AVX-512 VNNI (`vpdpbusd`): four products of an unsigned and a signed byte, summed into 32 bits.
//! Activations are too large by their row's zero; the sums of the weights take that back.

use std::arch::x86_64::*;

use super::super::quantize::Quantized;
use super::{GROUP, Layer, PANEL};

/// Rows of a register tile, and its panels of 16 outputs: 24 of the 32 registers are sums.
const TILE: usize = 6;
const PANELS: usize = 4;

/// # Safety
/// The CPU must have AVX-512 F, BW, VL and VNNI; lengths as `super::linear` checks them.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
pub(super) unsafe fn linear<const ADD: bool>(rows: &Quantized, layer: &Layer<'_>, out: &mut [f32]) {
    let count = rows.scales.len();
    for column in (0..layer.outputs).step_by(PANELS * PANEL) {
        let mut first = 0;
        while first + TILE <= count {
            // SAFETY: TILE rows from `first` on and 64 outputs from `column` on exist.
            unsafe { tile::<TILE, ADD>(rows, layer, first, column, out) };
            first += TILE;
        }
        // SAFETY: so many rows are left.
        unsafe {
            match count - first {
                1 => tile::<1, ADD>(rows, layer, first, column, out),
                2 => tile::<2, ADD>(rows, layer, first, column, out),
                3 => tile::<3, ADD>(rows, layer, first, column, out),
                4 => tile::<4, ADD>(rows, layer, first, column, out),
                5 => tile::<5, ADD>(rows, layer, first, column, out),
                _ => {}
            }
        }
    }
}

/// # Safety
/// `ROWS` rows from `first` on and 64 outputs from `column` on must exist.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
unsafe fn tile<const ROWS: usize, const ADD: bool>(
    rows: &Quantized,
    layer: &Layer<'_>,
    first: usize,
    column: usize,
    out: &mut [f32],
) {
    let inputs = layer.inputs;
    let panel_bytes = PANEL * inputs;
    let activations = rows.values[first * inputs..][..ROWS * inputs].as_ptr();
    let weights = layer.weights[column * inputs..][..PANELS * panel_bytes].as_ptr();
    let mut sums = [[_mm512_setzero_si512(); PANELS]; ROWS];
    for group in 0..inputs / GROUP {
        // SAFETY: each panel holds inputs / 4 groups of 64 bytes, each row inputs / 4 groups of 4.
        unsafe {
            let mut columns = [_mm512_setzero_si512(); PANELS];
            for (panel, columns) in columns.iter_mut().enumerate() {
                *columns = _mm512_loadu_si512(weights.add(panel * panel_bytes + group * 64).cast());
            }
            for (row, sums) in sums.iter_mut().enumerate() {
                let four = activations
                    .add(row * inputs + group * GROUP)
                    .cast::<i32>()
                    .read_unaligned();
                let values = _mm512_set1_epi32(four);
                for (sum, columns) in sums.iter_mut().zip(columns) {
                    *sum = _mm512_dpbusd_epi32(*sum, values, columns);
                }
            }
        }
    }
    for panel in 0..PANELS {
        for (row, sums) in sums.iter().enumerate() {
            // SAFETY: 16 outputs from `column + 16 * panel` on exist, and this row does.
            unsafe {
                finish::<ADD>(
                    rows,
                    layer,
                    first + row,
                    column + panel * PANEL,
                    sums[panel],
                    out,
                );
            }
        }
    }
}

/// Scales the integer sums of one row and 16 outputs, adds the bias, and stores them.
///
/// # Safety
/// The row must exist, and 16 outputs from `at` on.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
#[inline]
pub(super) unsafe fn finish<const ADD: bool>(
    rows: &Quantized,
    layer: &Layer<'_>,
    row: usize,
    at: usize,
    sum: __m512i,
    out: &mut [f32],
) {
    // SAFETY: 16 outputs from `at` on exist in sums, scales, bias and every row of `out`.
    unsafe {
        let totals = _mm512_loadu_si512(layer.sums.as_ptr().add(at).cast());
        let zero = _mm512_set1_epi32(*rows.zeros.get_unchecked(row));
        let exact = _mm512_cvtepi32_ps(_mm512_sub_epi32(sum, _mm512_mullo_epi32(totals, zero)));
        let scales = _mm512_loadu_ps(layer.scales.as_ptr().add(at));
        let scale = _mm512_mul_ps(_mm512_set1_ps(*rows.scales.get_unchecked(row)), scales);
        let bias = _mm512_loadu_ps(layer.bias.as_ptr().add(at));
        let mut value = _mm512_fmadd_ps(exact, scale, bias);
        let place = out.as_mut_ptr().add(row * layer.outputs + at);
        if ADD {
            value = _mm512_add_ps(value, _mm512_loadu_ps(place));
        }
        _mm512_storeu_ps(place, value);
    }
}
