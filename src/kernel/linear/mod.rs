//! Linear layers: `out = inputs @ weights^T + bias`, in three precisions.
//!
//! Weights are packed in panels of 16 outputs, so that one instruction multiplies an input, or a group
//! of four bytes of inputs, with the weights of 16 outputs.
#![allow(unsafe_code, reason = "SIMD intrinsics; each use says why it is sound")]

#[cfg(target_arch = "x86_64")]
mod amx;
#[cfg(target_arch = "x86_64")]
mod avx512;
pub mod bf16;
pub mod f32;
pub mod int8;
#[cfg(target_arch = "x86_64")]
mod int8_avx2;
mod int8_layer;
mod int8_portable;

/// Outputs whose weights lie side by side.
const PANEL: usize = 16;
/// Inputs and outputs are multiples of this.
pub const MULTIPLE: usize = 64;
/// Rows of bytes and of bf16 come in such blocks; what is missing of the last one is there, with any
/// values.
pub const ROW_BLOCK: usize = 32;

/// What the kernels with products of four-byte groups take: rows of inputs and panels of weights.
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy)]
struct Product<'a> {
    /// Rows that count; there are more, up to a multiple of [`ROW_BLOCK`].
    count: usize,
    /// A multiple of 64.
    row_bytes: usize,
    rows: &'a [u8],
    /// `[outputs / 16][row_bytes / 4][16][4]`
    weights: &'a [u8],
    outputs: usize,
}

#[cfg(target_arch = "x86_64")]
impl<'a> Product<'a> {
    /// # Panics
    /// Where the lengths do not fit each other.
    fn new(
        count: usize,
        row_bytes: usize,
        rows: &'a [u8],
        weights: &'a [u8],
        outputs: usize,
    ) -> Self {
        assert!(
            row_bytes.is_multiple_of(64) && outputs.is_multiple_of(MULTIPLE),
            "shape"
        );
        assert_eq!(
            rows.len(),
            count.next_multiple_of(ROW_BLOCK) * row_bytes,
            "rows"
        );
        assert_eq!(weights.len(), outputs * row_bytes, "weights");
        Self {
            count,
            row_bytes,
            rows,
            weights,
            outputs,
        }
    }
}

/// Values and layer shapes fit each other.
fn check(count: usize, inputs: usize, outputs: usize, bias: usize, out: usize) {
    assert!(
        inputs.is_multiple_of(MULTIPLE) && outputs.is_multiple_of(MULTIPLE),
        "shape of a layer"
    );
    assert_eq!(bias, outputs, "bias");
    assert_eq!(out, count * outputs, "out");
}
