//! Speed of the kernels alone, on one thread: `cargo bench --bench kernels`.
//!
//! Shapes are those of multilingual-e5-small: a chunk of 480 rows, hidden 384, feed-forward 1536.
#![allow(clippy::print_stdout, reason = "a benchmark prints its results")]

use std::hint::black_box;
use std::time::Instant;

use tane::kernel::attention::{self, Shape};
use tane::kernel::linear::{bf16, f32, int8};
use tane::kernel::quantize::{Quantized, quantize};
use tane::kernel::{Isa, activation, norm};

/// Best of several runs, in nanoseconds.
fn best(mut run: impl FnMut()) -> f64 {
    let once = |run: &mut dyn FnMut()| {
        let start = Instant::now();
        run();
        start.elapsed().as_nanos() as f64
    };
    let repeats = (20e6 / once(&mut run).max(1.0)).clamp(5.0, 500.0) as usize;
    (0..repeats)
        .map(|_| once(&mut run))
        .fold(f64::MAX, f64::min)
}

fn numbers(count: usize) -> Vec<f32> {
    let mut state = 1u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 24) as f32 - 0.5
    };
    (0..count).map(|_| next()).collect()
}

fn main() {
    for isa in Isa::available() {
        println!("{isa:?}");
        for rows in [24, 96, 480] {
            for (inputs, outputs) in [(384, 1152), (384, 384), (384, 1536), (1536, 384)] {
                linear(isa, rows, inputs, outputs);
            }
        }
        for tokens in [24, 240, 480] {
            attend(isa, tokens);
        }
        elementwise(isa);
    }
}

fn linear(isa: Isa, rows: usize, inputs: usize, outputs: usize) {
    let operations = (2 * rows * inputs * outputs) as f64;
    let (values, weights, bias) = (
        numbers(rows * inputs),
        numbers(inputs * outputs),
        numbers(outputs),
    );
    let mut out = vec![0.0; rows * outputs];
    let mut quantized = Quantized::default();
    quantize(isa, &values, inputs, &mut quantized);
    let packed = int8::pack(&weights, inputs);
    let layer = int8::Layer {
        inputs,
        outputs,
        weights: &packed.weights,
        scales: &packed.scales,
        sums: &packed.sums,
        bias: &bias,
    };
    let int8 = best(|| int8::linear::<false>(isa, &quantized, &layer, black_box(&mut out)));
    let mut memory = Vec::new();
    let packed = f32::pack(&weights, inputs);
    let layer = f32::Layer {
        inputs,
        outputs,
        weights: &packed,
        bias: &bias,
    };
    let f32 = best(|| f32::linear::<false>(isa, &values, &layer, black_box(&mut out), &mut memory));
    print!(
        "  linear {rows:3} x {inputs:4} -> {outputs:4}: int8 {:6.0}, f32 {:5.0}",
        operations / int8,
        operations / f32
    );
    if bf16::supported(isa) {
        let mut rounded = bf16::Rounded::default();
        bf16::round_rows(isa, &values, inputs, &mut rounded);
        let packed = bf16::pack(&weights, inputs);
        let layer = bf16::Layer {
            inputs,
            outputs,
            weights: &packed,
            bias: &bias,
        };
        let bf16 = best(|| bf16::linear::<false>(isa, &rounded, &layer, black_box(&mut out)));
        print!(", bf16 {:5.0}", operations / bf16);
    }
    println!(" GOP/s");
}

fn attend(isa: Isa, tokens: usize) {
    let shape = Shape {
        tokens,
        heads: 12,
        head_size: 32,
    };
    let qkv = numbers(tokens * 3 * 384);
    let mut out = vec![0.0; tokens * 384];
    let mut scratch = attention::Scratch::default();
    let f32 =
        best(|| attention::attend::<false>(isa, shape, &qkv, black_box(&mut out), &mut scratch));
    let bf16 =
        best(|| attention::attend::<true>(isa, shape, &qkv, black_box(&mut out), &mut scratch));
    println!(
        "  attention {tokens:3} tokens: f32 {:6.0}, bf16 {:6.0} ns a token",
        f32 / tokens as f64,
        bf16 / tokens as f64
    );
}

fn elementwise(isa: Isa) {
    let mut values = numbers(96 * 1536);
    let per = |nanoseconds: f64| nanoseconds / (96 * 1536) as f64;
    let mut quantized = Quantized::default();
    let quantize = best(|| quantize(isa, &values, 1536, black_box(&mut quantized)));
    let gelu = best(|| activation::gelu(isa, black_box(&mut values)));
    let (weight, bias) = (numbers(384), numbers(384));
    let norm = best(|| norm::layer_norm(isa, black_box(&mut values), &weight, &bias, 1e-12));
    println!(
        "  quantise {:.2}, gelu {:.2}, norm {:.2} ns a number",
        per(quantize),
        per(gelu),
        per(norm)
    );
}
