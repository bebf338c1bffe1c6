//! The vectors of a passage, its sentences and its tokens, as they are stored.

use crate::embed::{Embedding, TokenCodes};
use crate::index::store::token_codes;

/// The vectors of one input, as they are stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Vectors {
    /// `[dimension]`, of length 1.
    pub vector: Vec<f32>,
    /// Parts: scale and values.
    pub parts: Vec<(f32, Vec<i8>)>,
    /// Codes of its tokens; `None` where there are none of the model's.
    pub tokens: Option<Vec<u8>>,
}

impl Vectors {
    /// `format` is that of the model that embedded, where it has one.
    pub fn of(embedding: &Embedding, format: Option<&TokenCodes>) -> Self {
        let tokens = embedding.tokens.as_ref().zip(format);
        Self {
            vector: embedding.vector.clone(),
            parts: embedding.parts.iter().map(|part| quantize(part)).collect(),
            tokens: tokens.map(|(vectors, format)| token_codes::encode(vectors, format)),
        }
    }
}

/// A vector in eight bits: `scale * values`. Good to 1/254 of its largest component.
pub fn quantize(vector: &[f32]) -> (f32, Vec<i8>) {
    let largest = vector.iter().fold(0f32, |m, v| m.max(v.abs()));
    let scale = if largest > 0.0 { largest / 127.0 } else { 1.0 };
    let values = vector.iter().map(|v| (v / scale).round() as i8).collect();
    (scale, values)
}
