//! bf16: products of rounded numbers, summed in f32. Only where the CPU has instructions for it.

use super::super::Isa;
use super::{PANEL, ROW_BLOCK, check};

/// Inputs whose weights lie side by side.
const GROUP: usize = 2;

/// A layer with `outputs x inputs` weights, packed.
#[derive(Clone, Copy)]
pub struct Layer<'a> {
    /// Numbers of a row that goes in, a multiple of 64.
    pub inputs: usize,
    /// Numbers of a row that comes out, a multiple of 64.
    pub outputs: usize,
    /// `[outputs / 16][inputs / 2][16][2]`; see [`pack`].
    pub weights: &'a [u16],
    /// `[outputs]`, added to every row.
    pub bias: &'a [f32],
}

/// Whether [`linear`] can run.
pub fn supported(isa: Isa) -> bool {
    isa >= Isa::Avx512Bf16
}

/// Rounds to the nearest bf16, ties to even. Not for NaN.
pub fn round(value: f32) -> u16 {
    let bits = value.to_bits();
    ((bits + 0x7fff + (bits >> 16 & 1)) >> 16) as u16
}

/// Rounds and packs weights, `[outputs, inputs]` row-major.
pub fn pack(weights: &[f32], inputs: usize) -> Vec<u16> {
    let mut packed = vec![0; weights.len()];
    for (output, row) in weights.chunks_exact(inputs).enumerate() {
        let base = output / PANEL * PANEL * inputs + output % PANEL * GROUP;
        for (input, weight) in row.iter().enumerate() {
            packed[base + input / GROUP * PANEL * GROUP + input % GROUP] = round(*weight);
        }
    }
    packed
}

/// Rows of bf16: `[n, width]`, row-major, `n` rounded up to whole blocks of [`ROW_BLOCK`] rows.
#[derive(Default)]
pub struct Rounded {
    count: usize,
    values: Vec<u16>,
}

impl Rounded {
    fn resize(&mut self, count: usize, width: usize) {
        self.count = count;
        self.values
            .resize(count.next_multiple_of(ROW_BLOCK) * width, 0);
    }
}

/// Rounds rows (`[n, width]`, row-major; `width` a multiple of 32).
///
/// # Panics
/// Where the CPU has no bf16 ([`supported`]), or the width is none.
pub fn round_rows(isa: Isa, rows: &[f32], width: usize, out: &mut Rounded) {
    assert!(supported(isa) && width.is_multiple_of(32), "bf16 rows");
    out.resize(rows.len() / width, width);
    // SAFETY: the CPU has the instructions.
    #[cfg(target_arch = "x86_64")]
    unsafe {
        x86::round_rows(rows, &mut out.values);
    }
}

/// Computes a layer into `out` (`[rows, outputs]`, row-major f32); with `ADD` onto what is there.
///
/// # Panics
/// Where the lengths do not fit each other, or the CPU has no bf16 ([`supported`]).
pub fn linear<const ADD: bool>(isa: Isa, rows: &Rounded, layer: &Layer<'_>, out: &mut [f32]) {
    check(
        rows.count,
        layer.inputs,
        layer.outputs,
        layer.bias.len(),
        out.len(),
    );
    assert!(supported(isa), "bf16 without instructions for it");
    // SAFETY: the CPU has the instructions, and the lengths were checked.
    #[cfg(target_arch = "x86_64")]
    unsafe {
        x86::linear::<ADD>(isa, rows, layer, out);
    }
}

/// Computes a layer and GELU, and rounds the result.
///
/// # Panics
/// As [`linear`].
pub fn linear_gelu(isa: Isa, rows: &Rounded, layer: &Layer<'_>, out: &mut Rounded) {
    let (count, outputs) = (rows.count, layer.outputs);
    check(
        count,
        layer.inputs,
        outputs,
        layer.bias.len(),
        count * outputs,
    );
    assert!(supported(isa), "bf16 without instructions for it");
    out.resize(count, outputs);
    // SAFETY: the CPU has the instructions, and the lengths were checked.
    #[cfg(target_arch = "x86_64")]
    unsafe {
        x86::linear_gelu(isa, rows, layer, &mut out.values);
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use super::super::super::activation::gelu_avx512;
    use super::super::{Product, amx, avx512};
    use super::{Isa, Layer, Rounded};

    /// # Safety
    /// The CPU must have AVX-512 BF16.
    #[target_feature(enable = "avx512f,avx512bf16")]
    pub(super) unsafe fn round_rows(rows: &[f32], out: &mut [u16]) {
        let (chunks, _) = rows.as_chunks::<32>();
        let (targets, _) = out.as_chunks_mut::<32>();
        for (chunk, target) in chunks.iter().zip(targets) {
            // SAFETY: 32 numbers are read and 32 written.
            unsafe {
                let low = _mm512_loadu_ps(chunk.as_ptr());
                let high = _mm512_loadu_ps(chunk.as_ptr().add(16));
                let both: __m512i = std::mem::transmute(_mm512_cvtne2ps_pbh(high, low));
                _mm512_storeu_si512(target.as_mut_ptr().cast(), both);
            }
        }
    }

    /// # Safety
    /// The CPU must have what `isa` says, which is AVX-512 BF16 or more; lengths as `super::linear`
    /// checks them.
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,avx512bf16")]
    pub(super) unsafe fn linear<const ADD: bool>(
        isa: Isa,
        rows: &Rounded,
        layer: &Layer<'_>,
        out: &mut [f32],
    ) {
        let finish = |row: usize, at: usize, sum: __m512i| {
            // SAFETY: row `row` and 16 outputs from `at` on exist in everything read and written.
            unsafe {
                let mut value = biased(layer, at, sum);
                let place = out.as_mut_ptr().add(row * layer.outputs + at);
                if ADD {
                    value = _mm512_add_ps(value, _mm512_loadu_ps(place));
                }
                _mm512_storeu_ps(place, value);
            }
        };
        // SAFETY: the instructions are there, says the caller.
        unsafe { multiply(isa, rows, layer, finish) };
    }

    /// # Safety
    /// As `linear`; `out` holds a row for each of `rows`.
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,avx512bf16")]
    pub(super) unsafe fn linear_gelu(isa: Isa, rows: &Rounded, layer: &Layer<'_>, out: &mut [u16]) {
        let finish = |row: usize, at: usize, sum: __m512i| {
            // SAFETY: as in `linear`.
            unsafe {
                let value = _mm512_cvtneps_pbh(gelu_avx512(biased(layer, at, sum)));
                let place = out.as_mut_ptr().add(row * layer.outputs + at);
                _mm256_storeu_si256(
                    place.cast(),
                    std::mem::transmute::<__m256bh, __m256i>(value),
                );
            }
        };
        // SAFETY: the instructions are there, says the caller.
        unsafe { multiply(isa, rows, layer, finish) };
    }

    /// # Safety
    /// 16 outputs from `at` on must exist.
    #[target_feature(enable = "avx512f")]
    #[inline]
    unsafe fn biased(layer: &Layer<'_>, at: usize, sum: __m512i) -> __m512 {
        // SAFETY: says the caller.
        let bias = unsafe { _mm512_loadu_ps(layer.bias.as_ptr().add(at)) };
        _mm512_add_ps(_mm512_castsi512_ps(sum), bias)
    }

    /// # Safety
    /// The CPU must have what `isa` says, which is AVX-512 BF16 or more.
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,avx512bf16")]
    #[inline]
    unsafe fn multiply(
        isa: Isa,
        rows: &Rounded,
        layer: &Layer<'_>,
        finish: impl FnMut(usize, usize, __m512i),
    ) {
        let product = Product::new(
            rows.count,
            layer.inputs * 2,
            bytemuck::cast_slice(&rows.values),
            bytemuck::cast_slice(layer.weights),
            layer.outputs,
        );
        // SAFETY: the instructions are there, says the caller.
        unsafe {
            if isa == Isa::Amx {
                amx::multiply::<true>(product, finish);
            } else {
                avx512::multiply::<true>(product, finish);
            }
        }
    }
}
