//! A vector space: vectors of one space may be compared, whatever computed them.

use serde::{Deserialize, Serialize};

use super::registry::{Model, Pooling};

/// Everything that decides where a text lies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Space {
    /// Hash of everything below, 16 hex digits.
    pub id: String,
    pub model: String,
    /// SHA-256 of the weights, the tokenizer among them.
    pub weights: String,
    pub dimension: usize,
    pub pooling: Pooling,
    pub query_prefix: String,
    pub passage_prefix: String,
    pub normalize: bool,
    /// How languages are brought together when vectors are compared; no part of `id`, because vectors
    /// are stored as the model made them.
    pub alignment: Option<String>,
}

impl Space {
    pub(super) fn new(model: &Model, weights: &str, alignment: Option<String>) -> Self {
        let mut space = Self {
            id: String::new(),
            model: model.name.clone(),
            weights: weights.to_owned(),
            dimension: model.dimension,
            pooling: model.pooling,
            query_prefix: model.query_prefix.clone(),
            passage_prefix: model.passage_prefix.clone(),
            normalize: model.normalize,
            alignment,
        };
        // The model's name is only a name: two names of one space are one space.
        let parts = (
            &space.weights,
            space.dimension,
            space.pooling,
            &space.query_prefix,
            &space.passage_prefix,
            space.normalize,
        );
        let canonical = serde_json::to_vec(&parts).unwrap_or_default();
        space.id = blake3::hash(&canonical).to_hex()[..16].to_owned();
        space
    }
}
