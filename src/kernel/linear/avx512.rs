//! AVX-512: four products of an unsigned and a signed byte (`vpdpbusd`), or two of bf16 numbers
//! (`vdpbf16ps`), summed into each of 16 lanes.

use std::arch::x86_64::*;

use super::{PANEL, Product};

/// Rows of a register tile, and its panels of 16 outputs: 24 of the 32 registers are sums.
const TILE: usize = 6;
const PANELS: usize = 4;
/// Bytes of a group of inputs.
const GROUP: usize = 4;

/// Multiplies, and calls `finish(row, output, sums)` for every row and 16 outputs. Sums are 32-bit
/// integers, or with `BF16` f32.
///
/// # Safety
/// The CPU must have AVX-512 F, BW, VL and VNNI, with `BF16` AVX-512 BF16 as well.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
#[inline]
pub(super) unsafe fn multiply<const BF16: bool>(
    product: Product<'_>,
    mut finish: impl FnMut(usize, usize, __m512i),
) {
    for column in (0..product.outputs).step_by(PANELS * PANEL) {
        let mut first = 0;
        while first < product.count {
            let rows = TILE.min(product.count - first);
            // SAFETY: so many rows from `first` on and 64 outputs from `column` on exist.
            unsafe {
                match rows {
                    1 => tile::<1, BF16>(product, first, column, &mut finish),
                    2 => tile::<2, BF16>(product, first, column, &mut finish),
                    3 => tile::<3, BF16>(product, first, column, &mut finish),
                    4 => tile::<4, BF16>(product, first, column, &mut finish),
                    5 => tile::<5, BF16>(product, first, column, &mut finish),
                    _ => tile::<TILE, BF16>(product, first, column, &mut finish),
                }
            }
            first += rows;
        }
    }
}

/// # Safety
/// `ROWS` rows from `first` on and 64 outputs from `column` on must exist; instructions as above.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
#[inline]
unsafe fn tile<const ROWS: usize, const BF16: bool>(
    product: Product<'_>,
    first: usize,
    column: usize,
    finish: &mut impl FnMut(usize, usize, __m512i),
) {
    let row_bytes = product.row_bytes;
    let panel_bytes = PANEL * row_bytes;
    let inputs = product.rows[first * row_bytes..][..ROWS * row_bytes].as_ptr();
    let weights = product.weights[column * row_bytes..][..PANELS * panel_bytes].as_ptr();
    let mut sums = [[_mm512_setzero_si512(); PANELS]; ROWS];
    for group in 0..row_bytes / GROUP {
        // SAFETY: each panel holds row_bytes / 4 groups of 64 bytes, each row row_bytes / 4 of 4.
        unsafe {
            let mut columns = [_mm512_setzero_si512(); PANELS];
            for (panel, columns) in columns.iter_mut().enumerate() {
                *columns = _mm512_loadu_si512(weights.add(panel * panel_bytes + group * 64).cast());
            }
            for (row, sums) in sums.iter_mut().enumerate() {
                let four = inputs.add(row * row_bytes + group * GROUP).cast::<i32>();
                let values = _mm512_set1_epi32(four.read_unaligned());
                for (sum, columns) in sums.iter_mut().zip(columns) {
                    *sum = if BF16 {
                        dot_bf16(*sum, values, columns)
                    } else {
                        _mm512_dpbusd_epi32(*sum, values, columns)
                    };
                }
            }
        }
    }
    for panel in 0..PANELS {
        for (row, sums) in sums.iter().enumerate() {
            finish(first + row, column + panel * PANEL, sums[panel]);
        }
    }
}

/// # Safety
/// The CPU must have AVX-512 BF16.
#[target_feature(enable = "avx512f,avx512bf16")]
#[inline]
unsafe fn dot_bf16(sum: __m512i, values: __m512i, columns: __m512i) -> __m512i {
    // SAFETY: all are 64 bytes without invalid values.
    unsafe {
        let values = std::mem::transmute::<__m512i, __m512bh>(values);
        let columns = std::mem::transmute::<__m512i, __m512bh>(columns);
        _mm512_castps_si512(_mm512_dpbf16_ps(_mm512_castsi512_ps(sum), values, columns))
    }
}
