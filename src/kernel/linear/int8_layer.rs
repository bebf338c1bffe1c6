//! A layer in eight bits as its kernels read it.

/// Inputs whose weights lie side by side.
pub const GROUP: usize = 4;

/// A layer with `outputs x inputs` weights, packed.
#[derive(Clone, Copy)]
pub struct Layer<'a> {
    pub inputs: usize,
    pub outputs: usize,
    /// `[outputs / 16][inputs / 4][16][4]`
    pub weights: &'a [i8],
    /// For each output `[scale, bias]` and, as an integer, the sum of its weights; see [`pack`].
    pub scales: &'a [f32],
    pub sums: &'a [i32],
    pub bias: &'a [f32],
}
