//! Plain Rust.

use super::super::quantize::Quantized;
use super::PANEL;
use super::int8_layer::{GROUP, Layer};

pub(super) fn linear<const ADD: bool>(rows: &Quantized, layer: &Layer<'_>, out: &mut [f32]) {
    let Layer {
        inputs, outputs, ..
    } = *layer;
    let per_row = rows
        .values
        .chunks_exact(inputs)
        .zip(rows.scales.iter().zip(&rows.zeros));
    for ((values, (scale, zero)), out) in per_row.zip(out.chunks_exact_mut(outputs)) {
        let (groups, _) = values.as_chunks::<GROUP>();
        let panels = layer.weights.chunks_exact(PANEL * inputs);
        for (panel, (weights, out)) in panels.zip(out.chunks_exact_mut(PANEL)).enumerate() {
            let mut sums = [0i32; PANEL];
            let (columns, _) = weights.as_chunks::<{ PANEL * GROUP }>();
            for (group, columns) in groups.iter().zip(columns) {
                for (sum, weights) in sums.iter_mut().zip(columns.as_chunks::<GROUP>().0) {
                    for (value, weight) in group.iter().zip(weights) {
                        *sum += (i32::from(*value) - zero) * i32::from(*weight);
                    }
                }
            }
            let first = panel * PANEL;
            for (lane, (out, sum)) in out.iter_mut().zip(sums).enumerate() {
                let value =
                    sum as f32 * (scale * layer.scales[first + lane]) + layer.bias[first + lane];
                *out = if ADD { *out + value } else { value };
            }
        }
    }
}
