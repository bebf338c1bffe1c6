//! bf16: products of rounded numbers, summed in f32. Only where the CPU has instructions for it.

use super::super::Isa;
use super::{PANEL, ROW_BLOCK, check};

/// Inputs whose weights lie side by side.
const GROUP: usize = 2;

/// A layer with `outputs x inputs` weights, packed.
#[derive(Clone, Copy)]
pub struct Layer<'a> {
    pub inputs: usize,
    pub outputs: usize,
    /// `[outputs / 16][inputs / 2][16][2]`; see [`pack`].
    pub weights: &'a [u16],
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

/// Computes a layer into `out` (`[rows, outputs]`, row-major f32); with `ADD` onto what is there.
/// `rounded` is memory to work with.
///
/// # Panics
/// Where the lengths do not fit each other, or the CPU has no bf16 ([`supported`]).
pub fn linear<const ADD: bool>(
    isa: Isa,
    rows: &[f32],
    layer: &Layer<'_>,
    out: &mut [f32],
    rounded: &mut Vec<u16>,
) {
    let count = rows.len() / layer.inputs;
    check(
        count,
        layer.inputs,
        layer.outputs,
        layer.bias.len(),
        out.len(),
    );
    assert!(supported(isa), "bf16 without instructions for it");
    rounded.resize(count.next_multiple_of(ROW_BLOCK) * layer.inputs, 0);
    // SAFETY: the CPU has the instructions, and the lengths were checked.
    #[cfg(target_arch = "x86_64")]
    unsafe {
        x86::linear::<ADD>(isa, count, rows, layer, out, rounded);
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use super::super::{Product, dot, tile};
    use super::{Isa, Layer};

    /// # Safety
    /// The CPU must have what `isa` says, which is AVX-512 BF16 or more; lengths as `super::linear`
    /// checks them.
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,avx512bf16")]
    pub(super) unsafe fn linear<const ADD: bool>(
        isa: Isa,
        count: usize,
        rows: &[f32],
        layer: &Layer<'_>,
        out: &mut [f32],
        rounded: &mut [u16],
    ) {
        let (chunks, _) = rows.as_chunks::<32>();
        let (targets, _) = rounded.as_chunks_mut::<32>();
        for (chunk, target) in chunks.iter().zip(targets) {
            // SAFETY: 32 numbers are read and 32 written.
            unsafe {
                let low = _mm512_loadu_ps(chunk.as_ptr());
                let high = _mm512_loadu_ps(chunk.as_ptr().add(16));
                let both: __m512i = std::mem::transmute(_mm512_cvtne2ps_pbh(high, low));
                _mm512_storeu_si512(target.as_mut_ptr().cast(), both);
            }
        }
        let product = Product::new(
            count,
            layer.inputs * 2,
            bytemuck::cast_slice(rounded),
            bytemuck::cast_slice(layer.weights),
            layer.outputs,
        );
        let finish = |row: usize, at: usize, sum: __m512i| {
            // SAFETY: row `row` and 16 outputs from `at` on exist in everything read and written.
            unsafe {
                let bias = _mm512_loadu_ps(layer.bias.as_ptr().add(at));
                let mut value = _mm512_add_ps(_mm512_castsi512_ps(sum), bias);
                let place = out.as_mut_ptr().add(row * layer.outputs + at);
                if ADD {
                    value = _mm512_add_ps(value, _mm512_loadu_ps(place));
                }
                _mm512_storeu_ps(place, value);
            }
        };
        // SAFETY: the instructions are there, says the caller.
        unsafe {
            if isa == Isa::Amx {
                tile::multiply::<true>(product, finish);
            } else {
                dot::multiply::<true>(product, finish);
            }
        }
    }
}
