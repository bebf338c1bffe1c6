//! The shape of a BERT.

use serde::{Deserialize, Serialize};

use crate::embed::config::activation::Activation;

/// The numbers of a BERT.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Shape {
    pub layers: usize,
    pub hidden: usize,
    pub heads: usize,
    pub ffn: usize,
    pub epsilon: f32,
    /// Rows of the position table, and the one of the first token (XLM-R leaves some out).
    pub positions: usize,
    pub first_position: usize,
    /// Rows of the token type table.
    pub types: usize,
    /// Of the feed-forward. No part of what is prepared: the CPU engine has one of them.
    #[serde(skip)]
    pub activation: Activation,
}
