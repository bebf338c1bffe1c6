//! A layer in eight bits as its kernels read it.

/// Inputs whose weights lie side by side.
pub const GROUP: usize = 4;

/// A layer with `outputs x inputs` weights, packed.
#[derive(Clone, Copy)]
pub struct Layer<'a> {
    /// Numbers of a row that goes in, a multiple of 64.
    pub inputs: usize,
    /// Numbers of a row that comes out, a multiple of 64.
    pub outputs: usize,
    /// `[outputs / 16][inputs / 4][16][4]`
    pub weights: &'a [i8],
    /// `[outputs]`: what one step of an output's weights is worth.
    pub scales: &'a [f32],
    /// `[outputs]`: the sum of an output's eight-bit weights.
    pub sums: &'a [i32],
    /// `[outputs]`, f32, added to every row.
    pub bias: &'a [f32],
}
