//! f32, in plain Rust compiled for each instruction set.

use super::super::Isa;
use super::super::multiversion::fma;
use super::check;

/// Outputs whose weights lie side by side.
const WIDE_PANEL: usize = 32;
/// Rows that share the weights they load.
const ROWS: usize = 4;

/// A layer with `outputs x inputs` weights, packed.
#[derive(Clone, Copy)]
pub struct Layer<'a> {
    /// Numbers of a row that goes in, a multiple of 64.
    pub inputs: usize,
    /// Numbers of a row that comes out, a multiple of 64.
    pub outputs: usize,
    /// `[outputs / 32][inputs][32]`; see [`pack`].
    pub weights: &'a [f32],
    /// `[outputs]`, added to every row.
    pub bias: &'a [f32],
}

/// Packs weights, `[outputs, inputs]` row-major.
pub fn pack(weights: &[f32], inputs: usize) -> Vec<f32> {
    let mut packed = vec![0.0; weights.len()];
    for (output, row) in weights.chunks_exact(inputs).enumerate() {
        let base = output / WIDE_PANEL * WIDE_PANEL * inputs + output % WIDE_PANEL;
        for (input, weight) in row.iter().enumerate() {
            packed[base + input * WIDE_PANEL] = *weight;
        }
    }
    packed
}

/// Computes a layer into `out` (`[rows, outputs]`, row-major); with `ADD` onto what is there. `turned`
/// is memory to work with.
///
/// # Panics
/// Where the lengths do not fit each other.
pub fn linear<const ADD: bool>(
    isa: Isa,
    rows: &[f32],
    layer: &Layer<'_>,
    out: &mut [f32],
    turned: &mut Vec<f32>,
) {
    let count = rows.len() / layer.inputs;
    check(
        count,
        layer.inputs,
        layer.outputs,
        layer.bias.len(),
        out.len(),
    );
    assert_eq!(layer.weights.len(), layer.outputs * layer.inputs, "weights");
    turn(rows, layer.inputs, turned);
    #[cfg(target_arch = "x86_64")]
    {
        #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
        fn avx512<const ADD: bool>(turned: &[f32], layer: &Layer<'_>, out: &mut [f32]) {
            body::<ADD, true, 32>(turned, layer, out);
        }
        #[target_feature(enable = "avx2,fma")]
        fn avx2<const ADD: bool>(turned: &[f32], layer: &Layer<'_>, out: &mut [f32]) {
            body::<ADD, true, 16>(turned, layer, out);
        }
        match isa {
            Isa::Portable => {}
            // SAFETY: `Isa` values beyond `Portable` come from run-time CPU detection.
            Isa::Avx2 => return unsafe { avx2::<ADD>(turned, layer, out) },
            // SAFETY: as above.
            _ => return unsafe { avx512::<ADD>(turned, layer, out) },
        }
    }
    let _ = isa;
    body::<ADD, false, 8>(turned, layer, out);
}

/// Rows in blocks of four, `[count / 4][inputs][4]`; the last one repeated for those missing.
fn turn(rows: &[f32], inputs: usize, turned: &mut Vec<f32>) {
    let count = rows.len() / inputs;
    turned.resize(count.next_multiple_of(ROWS) * inputs, 0.0);
    for (block, turned) in turned.chunks_exact_mut(ROWS * inputs).enumerate() {
        let (turned, _) = turned.as_chunks_mut::<ROWS>();
        for row in 0..ROWS {
            let row_values = &rows[(block * ROWS + row).min(count - 1) * inputs..][..inputs];
            for (turned, value) in turned.iter_mut().zip(row_values) {
                turned[row] = *value;
            }
        }
    }
}

#[inline(always)]
fn body<const ADD: bool, const FMA: bool, const LANES: usize>(
    turned: &[f32],
    layer: &Layer<'_>,
    out: &mut [f32],
) {
    let Layer {
        inputs, outputs, ..
    } = *layer;
    let panels = layer.weights.chunks_exact(WIDE_PANEL * inputs).enumerate();
    for (panel, weights) in panels {
        let (weights, _) = weights.as_chunks::<WIDE_PANEL>();
        for part in (0..WIDE_PANEL).step_by(LANES) {
            let column = panel * WIDE_PANEL + part;
            let bias = &layer.bias[column..][..LANES];
            let blocks = turned
                .chunks_exact(ROWS * inputs)
                .zip(out.chunks_mut(ROWS * outputs));
            for (block, out) in blocks {
                let (block, _) = block.as_chunks::<ROWS>();
                let sums = products::<FMA, LANES>(weights, part, block);
                for (sum, out) in sums.iter().zip(out.chunks_mut(outputs)) {
                    let out = &mut out[column..][..LANES];
                    for ((out, sum), bias) in out.iter_mut().zip(sum).zip(bias) {
                        *out = sum + bias + if ADD { *out } else { 0.0 };
                    }
                }
            }
        }
    }
}

/// Sums of four rows and `LANES` outputs of a panel, from output `part` on. A function of its own,
/// whose result is copied: the compiler then keeps the sums in registers.
#[inline(always)]
fn products<const FMA: bool, const LANES: usize>(
    weights: &[[f32; WIDE_PANEL]],
    part: usize,
    block: &[[f32; ROWS]],
) -> [[f32; LANES]; ROWS] {
    let mut sums = [[0f32; LANES]; ROWS];
    for (lanes, factors) in weights.iter().zip(block) {
        let Some(lanes) = lanes[part..].first_chunk::<LANES>() else {
            return sums;
        };
        for (sum, factor) in sums.iter_mut().zip(factors) {
            for (sum, lane) in sum.iter_mut().zip(lanes) {
                *sum = fma::<FMA>(*factor, *lane, *sum);
            }
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::super::super::activation;
    use super::super::bf16;
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]
        #[test]
        fn f32_and_bf16_agree_with_f64(
            count in prop::sample::select(vec![0usize, 1, 2, 3, 4, 5, 7, 16, 17, 31, 33, 96, 300]),
            inputs in prop::sample::select(vec![64usize, 128, 384, 1024]),
            outputs in prop::sample::select(vec![64usize, 128, 192]),
            seed in any::<u32>(), magnitude in prop::sample::select(vec![0f32, 1.0, 1e15]), add in any::<bool>()
        ) {
            let mut state = seed;
            let mut number = || {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 8) as f32 / (1 << 24) as f32 - 0.5
            };
            let rows: Vec<f32> = (0..count * inputs).map(|_| number() * magnitude).collect();
            let weights: Vec<f32> = (0..outputs * inputs).map(|_| number()).collect();
            let bias: Vec<f32> = (0..outputs).map(|_| number()).collect();
            let start = if add { 3.0f32 } else { 0.0 };
            let oracle = |round: fn(f32) -> f32| -> Vec<f64> {
                let product = |row: usize, output: usize| -> f64 {
                    let pairs = rows[row * inputs..][..inputs].iter().zip(&weights[output * inputs..]);
                    pairs.map(|(x, w)| f64::from(round(*x)) * f64::from(round(*w))).sum()
                };
                (0..count * outputs)
                    .map(|i| product(i / outputs, i % outputs) + f64::from(bias[i % outputs] + start))
                    .collect()
            };
            let exact = oracle(|x| x);
            let exact_bf16 = oracle(|x| f32::from_bits(u32::from(bf16::round(x)) << 16));
            let close = |values: &[f32], exact: &[f64]| {
                let allowed = 1e-4 * f64::from(magnitude.max(1.0));
                values.iter().zip(exact).all(|(value, exact)| (f64::from(*value) - exact).abs() <= allowed)
            };
            let packed = pack(&weights, inputs);
            let packed_bf16 = bf16::pack(&weights, inputs);
            for isa in Isa::available() {
                let layer = Layer { inputs, outputs, weights: &packed, bias: &bias };
                let mut out = vec![3.0f32; count * outputs];
                let mut turned = Vec::new();
                if add { linear::<true>(isa, &rows, &layer, &mut out, &mut turned) } else { linear::<false>(isa, &rows, &layer, &mut out, &mut turned) }
                prop_assert!(close(&out, &exact), "{isa:?} f32");
                if bf16::supported(isa) {
                    let layer = bf16::Layer { inputs, outputs, weights: &packed_bf16, bias: &bias };
                    let mut out = vec![3.0f32; count * outputs];
                    let mut rounded = bf16::Rounded::default();
                    bf16::round_rows(isa, &rows, inputs, &mut rounded);
                    if add { bf16::linear::<true>(isa, &rounded, &layer, &mut out) } else { bf16::linear::<false>(isa, &rounded, &layer, &mut out) }
                    prop_assert!(close(&out, &exact_bf16), "{isa:?} bf16");
                    // With the identity behind it, what GELU and rounding gave is seen.
                    let mut inner = bf16::Rounded::default();
                    bf16::linear_gelu(isa, &rounded, &layer, &mut inner);
                    let identity: Vec<f32> = (0..outputs * outputs).map(|i| f32::from(i % outputs == i / outputs)).collect();
                    let packed = bf16::pack(&identity, outputs);
                    let zeros = vec![0.0; outputs];
                    let layer = bf16::Layer { inputs: outputs, outputs, weights: &packed, bias: &zeros };
                    bf16::linear::<false>(isa, &inner, &layer, &mut out);
                    let mut plain: Vec<f32> = exact_bf16.iter().map(|x| (*x - f64::from(start)) as f32).collect();
                    activation::gelu(Isa::Portable, &mut plain);
                    for (value, plain) in out.iter().zip(plain) {
                        prop_assert!((value - plain).abs() <= 4e-3 * plain.abs() + 1e-4 * magnitude.max(1.0), "{isa:?} {value} {plain}");
                    }
                }
            }
        }
    }
}
