//! Eight bits: inputs are unsigned (a scale and a zero a row), weights signed (a scale an output).
//! Products are summed exactly in 32 bits on every path, so all paths give the same integers.

use super::super::Isa;
use super::super::quantize::Quantized;
use super::int8_layer::GROUP;
pub use super::int8_layer::Layer;
use super::{PANEL, ROW_BLOCK, check, int8_portable};
#[cfg(target_arch = "x86_64")]
use super::{Product, amx, avx512, int8_avx2};

/// A packed layer, owned.
pub struct Packed {
    /// `[outputs / 16][inputs / 4][16][4]`
    pub weights: Vec<i8>,
    /// `[outputs]`: what one step of an output's weights is worth.
    pub scales: Vec<f32>,
    /// `[outputs]`: the sum of an output's eight-bit weights.
    pub sums: Vec<i32>,
}

/// Quantises and packs weights, `[outputs, inputs]` row-major.
pub fn pack(weights: &[f32], inputs: usize) -> Packed {
    let outputs = weights.len() / inputs;
    let mut packed = Packed {
        weights: vec![0; weights.len()],
        scales: Vec::with_capacity(outputs),
        sums: Vec::with_capacity(outputs),
    };
    for (output, row) in weights.chunks_exact(inputs).enumerate() {
        let largest = row.iter().fold(0f32, |m, w| m.max(w.abs()));
        let scale = if largest > 0.0 { largest / 127.0 } else { 1.0 };
        let (panel, lane) = (output / PANEL, output % PANEL);
        let base = panel * PANEL * inputs + lane * GROUP;
        let mut sum = 0i32;
        for (input, weight) in row.iter().enumerate() {
            let value = (weight / scale).round() as i8;
            sum += i32::from(value);
            packed.weights[base + input / GROUP * PANEL * GROUP + input % GROUP] = value;
        }
        packed.scales.push(scale);
        packed.sums.push(sum);
    }
    packed
}

/// Computes a layer into `out` (`[rows, outputs]`, row-major f32); with `ADD` onto what is there.
///
/// # Panics
/// Where the lengths do not fit each other.
pub fn linear<const ADD: bool>(isa: Isa, rows: &Quantized, layer: &Layer<'_>, out: &mut [f32]) {
    let count = rows.scales.len();
    let Layer {
        inputs, outputs, ..
    } = *layer;
    check(count, inputs, outputs, layer.bias.len(), out.len());
    assert_eq!(
        (rows.values.len(), rows.zeros.len()),
        (count.next_multiple_of(ROW_BLOCK) * inputs, count),
        "inputs"
    );
    assert_eq!(layer.weights.len(), outputs * inputs, "weights");
    assert_eq!(
        (layer.scales.len(), layer.sums.len()),
        (outputs, outputs),
        "scales and sums"
    );
    match isa {
        Isa::Portable => int8_portable::linear::<ADD>(rows, layer, out),
        // SAFETY: the CPU has the instructions (`Isa` comes from detection), and every length was
        // checked above.
        #[cfg(target_arch = "x86_64")]
        Isa::Avx2 => unsafe { int8_avx2::linear::<ADD>(rows, layer, out) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        _ => unsafe { linear_avx512::<ADD>(isa, rows, layer, out) },
        #[cfg(not(target_arch = "x86_64"))]
        _ => int8_portable::linear::<ADD>(rows, layer, out),
    }
}

/// # Safety
/// The CPU must have what `isa` says, which is AVX-512 VNNI or more; lengths as `linear` checks them.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
unsafe fn linear_avx512<const ADD: bool>(
    isa: Isa,
    rows: &Quantized,
    layer: &Layer<'_>,
    out: &mut [f32],
) {
    use std::arch::x86_64::*;
    let product = Product::new(
        rows.scales.len(),
        layer.inputs,
        &rows.values,
        bytemuck::cast_slice(layer.weights),
        layer.outputs,
    );
    // Scales the sums of one row and 16 outputs, adds the bias, and stores them. Inputs are too large by
    // their row's zero; the sums of the weights take that back.
    let finish = |row: usize, at: usize, sum: __m512i| {
        // SAFETY: row `row` and 16 outputs from `at` on exist in everything that is read and written.
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
    };
    // SAFETY: the instructions are there, says the caller.
    unsafe {
        if isa == Isa::Amx {
            amx::multiply::<false>(product, finish);
        } else {
            avx512::multiply::<false>(product, finish);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Numbers whose sums test the extremes: all largest, all smallest, or anything.
    fn byte(kind: u8, state: &mut u32) -> u8 {
        *state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        match kind {
            0 => 255,
            1 => 1,
            2 => 128,
            _ => (*state >> 24) as u8,
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]
        #[test]
        fn every_path_gives_the_oracles_integers(
            count in prop::sample::select(vec![0usize, 1, 2, 3, 5, 6, 7, 12, 13, 16, 17, 31, 96, 97, 600]),
            inputs in prop::sample::select(vec![64usize, 128, 192, 384, 1024]),
            outputs in prop::sample::select(vec![64usize, 128, 192]),
            kinds in (0u8..4, 0u8..4), seed in any::<u32>(), add in any::<bool>()
        ) {
            let mut state = seed;
            let rows = Quantized {
                values: (0..count.next_multiple_of(ROW_BLOCK) * inputs).map(|_| byte(kinds.0, &mut state)).collect(),
                // Powers of two, so that the only rounding is the last.
                scales: (0..count).map(|i| 0.25f32.powi(i as i32 % 3)).collect(),
                zeros: (0..count).map(|i| [128, 0, 255, 77][i % 4]).collect(),
            };
            let plain: Vec<i8> = (0..outputs * inputs)
                .map(|_| (i16::from(byte(kinds.1, &mut state)) - 128).max(-127) as i8)
                .collect();
            let floats: Vec<f32> = plain.iter().map(|w| f32::from(*w)).collect();
            let mut packed = pack(&floats, inputs);
            let bias: Vec<f32> = (0..outputs).map(|i| i as f32).collect();
            let exact: Vec<i8> = floats.chunks_exact(inputs).flat_map(|row| {
                let largest = row.iter().fold(0f32, |m, w| m.max(w.abs()));
                let scale = if largest > 0.0 { largest / 127.0 } else { 1.0 };
                row.iter().map(move |w| (w / scale).round() as i8).collect::<Vec<_>>()
            }).collect();
            packed.scales.iter_mut().for_each(|scale| *scale = 0.5);
            let layer = Layer { inputs, outputs, weights: &packed.weights, scales: &packed.scales, sums: &packed.sums, bias: &bias };
            let before = if add { 3.0 } else { 0.0 };
            let oracle: Vec<f32> = (0..count * outputs).map(|i| {
                let (row, output) = (i / outputs, i % outputs);
                let sum: i64 = (0..inputs)
                    .map(|k| (i64::from(rows.values[row * inputs + k]) - i64::from(rows.zeros[row])) * i64::from(exact[output * inputs + k]))
                    .sum();
                sum as f32 * (rows.scales[row] * 0.5) + bias[output] + before
            }).collect();
            for isa in Isa::available() {
                let mut out = vec![3.0f32; count * outputs];
                if add { linear::<true>(isa, &rows, &layer, &mut out) } else { linear::<false>(isa, &rows, &layer, &mut out) }
                for (value, exact) in out.iter().zip(&oracle) {
                    prop_assert!((value - exact).abs() <= 1e-5 * exact.abs().max(1.0), "{isa:?} {value} {exact}");
                }
            }
        }
    }
}
