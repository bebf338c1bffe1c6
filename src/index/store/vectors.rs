//! The vectors of a passage and its sentences, as they are stored.

use crate::embed::Embedding;

/// The vectors of one input, as they are stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Vectors {
    pub vector: Vec<f32>,
    /// Parts: scale and values.
    pub parts: Vec<(f32, Vec<i8>)>,
}

impl From<&Embedding> for Vectors {
    fn from(embedding: &Embedding) -> Self {
        Self {
            vector: embedding.vector.clone(),
            parts: embedding.parts.iter().map(|part| quantize(part)).collect(),
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
