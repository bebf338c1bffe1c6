//! The shape of a ModernBERT.

use crate::embed::config::activation::Activation;

/// The numbers of a ModernBERT.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    pub vocabulary: usize,
    pub hidden: usize,
    pub heads: usize,
    pub ffn: usize,
    pub positions: usize,
    /// For each layer, whether a token sees only so many as `window` on either side.
    pub slides: Vec<bool>,
    pub window: usize,
    pub rope: Rope,
    pub epsilon: f64,
    pub activation: Activation,
    pub norm_bias: bool,
    pub attention_bias: bool,
    pub mlp_bias: bool,
}

/// Bases of the rotary positions.
#[derive(Debug, Clone, PartialEq)]
pub struct Rope {
    pub full: f64,
    pub sliding: f64,
}
