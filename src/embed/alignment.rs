//! Takes half of the language out of a vector, so that a question finds what answers it in any language.
//!
//! `aligned = normalize(v - basis^T (basis v) - offset)`, the offset by role. `models/align.py` learns it
//! and says from what (Xie et al., "Discovering Low-rank Subspaces for Language-agnostic Multilingual
//! Representations", EMNLP 2022). Vectors are stored as the model made them; only the length of what
//! remains is stored beside them, so another alignment needs no embedding.

use candle_core::safetensors::SliceSafetensors;

use crate::embed::device::cpu;
use crate::embed::input::Role;
use crate::embed::unit::normalize;
use crate::error::{EmbedError, Error, Result};
use crate::kernel::dot::dot;

/// An affine map of a space.
pub struct Alignment {
    dimension: usize,
    /// `[directions, dimension]`, row-major; empty where vectors are compared as they are.
    basis: Vec<f32>,
    query_offset: Vec<f32>,
    passage_offset: Vec<f32>,
    /// Hash of all that, 16 hex digits; `None` for no alignment.
    pub id: Option<String>,
}

/// A question, ready to be compared with stored vectors.
#[derive(Debug, Clone)]
pub struct Probe {
    /// `[dimension]`
    pub weights: Vec<f32>,
    /// What is taken from the product of `weights` and a stored vector; 0 without alignment.
    pub offset: f32,
    /// The vector that is compared: the question's, aligned where `aligned` says so; `[dimension]`, of
    /// length 1.
    pub vector: Vec<f32>,
    /// The score is divided by the length of the passage's aligned vector.
    pub aligned: bool,
}

impl Probe {
    /// Cosine with a stored vector; `inverse_length` is what [`Alignment::inverse_length`] gave for it.
    #[inline]
    pub fn score(&self, vector: &[f32], inverse_length: f32) -> f32 {
        let score = dot(&self.weights, vector) - self.offset;
        if self.aligned {
            score * inverse_length
        } else {
            score
        }
    }
}

impl Alignment {
    /// Vectors are compared as they are.
    pub fn none(dimension: usize) -> Self {
        Self {
            dimension,
            basis: Vec::new(),
            query_offset: vec![0.0; dimension],
            passage_offset: vec![0.0; dimension],
            id: None,
        }
    }

    /// Reads `basis`, `query_offset` and `passage_offset` of a safetensors file.
    ///
    /// # Errors
    /// [`EmbedError::Compute`] for no such file, [`EmbedError::BadModel`] where it is of another dimension.
    pub fn read(model: &str, bytes: &[u8], dimension: usize) -> Result<Self> {
        let read = |name: &str| {
            SliceSafetensors::new(bytes)?
                .load(name, &cpu())?
                .flatten_all()?
                .to_vec1::<f32>()
        };
        let tensor = |name: &str, rows: usize| {
            let values = read(name).map_err(Error::compute("cannot read the alignment"))?;
            if values.len() % dimension != 0 || (rows > 0 && values.len() != rows * dimension) {
                return Err(Error::Embed(EmbedError::BadModel {
                    model: model.to_owned(),
                    what: format!("numbers in tensor `{name}` of its alignment"),
                    expected: format!("a multiple of {dimension}"),
                    received: values.len().to_string(),
                }));
            }
            Ok(values)
        };
        Ok(Self {
            dimension,
            basis: tensor("basis", 0)?,
            query_offset: tensor("query_offset", 1)?,
            passage_offset: tensor("passage_offset", 1)?,
            id: Some(blake3::hash(bytes).to_hex()[..16].to_owned()),
        })
    }

    /// `v - basis^T (basis v)`
    fn reduce(&self, vector: &[f32]) -> Vec<f32> {
        let mut reduced = vector.to_vec();
        for direction in self.basis.chunks_exact(self.dimension) {
            let part = dot(direction, vector);
            for (value, direction) in reduced.iter_mut().zip(direction) {
                *value -= part * direction;
            }
        }
        reduced
    }

    /// The aligned vector of a text, of length 1.
    pub fn align(&self, vector: &[f32], role: Role) -> Vec<f32> {
        let offset = match role {
            Role::Query => &self.query_offset,
            Role::Passage | Role::Raw => &self.passage_offset,
        };
        let mut aligned = self.reduce(vector);
        for (value, offset) in aligned.iter_mut().zip(offset) {
            *value -= offset;
        }
        normalize(&mut aligned);
        aligned
    }

    /// One over the length that a passage's vector has after alignment, before it is normalised.
    pub fn inverse_length(&self, vector: &[f32]) -> f32 {
        let mut rest = self.reduce(vector);
        for (value, offset) in rest.iter_mut().zip(&self.passage_offset) {
            *value -= offset;
        }
        1.0 / dot(&rest, &rest).sqrt().max(f32::MIN_POSITIVE)
    }

    /// Compares a text with passages in the aligned space: the map is symmetric, so it is applied to the
    /// question alone.
    pub fn probe(&self, vector: &[f32], role: Role) -> Probe {
        if self.id.is_none() {
            return Self::plain_probe(vector);
        }
        let aligned = self.align(vector, role);
        Probe {
            offset: dot(&aligned, &self.passage_offset),
            weights: self.reduce(&aligned),
            vector: aligned,
            aligned: true,
        }
    }

    /// Compares a text with passages in the model's own space, where texts of one language are closer.
    pub fn plain_probe(vector: &[f32]) -> Probe {
        Probe {
            weights: vector.to_vec(),
            vector: vector.to_vec(),
            offset: 0.0,
            aligned: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_probe_scores_as_the_aligned_vectors_do() {
        let mut alignment = Alignment::none(3);
        alignment.id = Some("test".to_owned());
        alignment.basis = vec![0.5, 0.5, 0.0, 0.0, 0.1, 0.4];
        alignment.query_offset = vec![0.1, -0.2, 0.3];
        alignment.passage_offset = vec![-0.3, 0.2, 0.1];
        let (query, passage) = ([0.6, 0.0, 0.8], [0.0, 0.8, 0.6]);
        let expected = dot(
            &alignment.align(&query, Role::Query),
            &alignment.align(&passage, Role::Passage),
        );
        let probe = alignment.probe(&query, Role::Query);
        let received = probe.score(&passage, alignment.inverse_length(&passage));
        assert!((expected - received).abs() < 1e-6, "{expected} {received}");
        let plain = Alignment::plain_probe(&query).score(&passage, 9.0);
        assert!((plain - dot(&query, &passage)).abs() < 1e-6);
        let none = Alignment::none(3);
        let same = none
            .probe(&query, Role::Query)
            .score(&passage, none.inverse_length(&passage));
        assert!((same - plain).abs() < 1e-6);
    }
}
