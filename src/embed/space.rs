//! A vector space: vectors of one space may be compared, whatever computed them.

use serde::{Deserialize, Serialize};

use crate::embed::model::{Model, Pooling};
use crate::sha256;

/// Everything that decides where a text lies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Space {
    /// Hash of what is below but `model` and `alignment`, 16 hex digits.
    pub id: String,
    /// Name of the model; no part of `id`.
    pub model: String,
    /// SHA-256 of the weights; of a GGUF file as a whole, its tokenizer among them.
    pub weights: String,
    /// SHA-256 of the tokenizer, where it has a file of its own.
    #[serde(default)]
    pub tokenizer: Option<String>,
    /// Numbers of a vector.
    pub dimension: usize,
    /// How hidden states become one vector.
    pub pooling: Pooling,
    /// Put before a question.
    pub query_prefix: String,
    /// Put before a passage.
    pub passage_prefix: String,
    /// The model's own files bring its vectors to length 1; here all are brought to it.
    pub normalize: bool,
    /// How languages are brought together when vectors are compared; no part of `id`, because vectors
    /// are stored as the model made them.
    pub alignment: Option<String>,
}

impl Space {
    pub(super) fn new(model: &Model, files: &Checksums, alignment: Option<String>) -> Self {
        let mut space = Self {
            id: String::new(),
            model: model.name.clone(),
            weights: files.weights.clone(),
            tokenizer: files.tokenizer.clone(),
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
        let mut hasher = blake3::Hasher::new();
        hasher.update(&serde_json::to_vec(&parts).unwrap_or_default());
        if let Some(tokenizer) = &space.tokenizer {
            hasher.update(tokenizer.as_bytes());
        }
        space.id = hasher.finalize().to_hex()[..16].to_owned();
        space
    }

    /// What is different in another space, in words with both values, its own first.
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let short = |hash: &str| hash[..12.min(hash.len())].to_owned();
        let file = |hash: &Option<String>| hash.as_deref().map_or("none".to_owned(), short);
        let shown = |value: &dyn std::fmt::Debug| format!("{value:?}").to_lowercase();
        let both = [
            ("space", self.id.clone(), other.id.clone()),
            ("weights", short(&self.weights), short(&other.weights)),
            ("tokenizer", file(&self.tokenizer), file(&other.tokenizer)),
            (
                "dimension",
                self.dimension.to_string(),
                other.dimension.to_string(),
            ),
            ("pooling", shown(&self.pooling), shown(&other.pooling)),
            (
                "query prefix",
                format!("{:?}", self.query_prefix),
                format!("{:?}", other.query_prefix),
            ),
            (
                "passage prefix",
                format!("{:?}", self.passage_prefix),
                format!("{:?}", other.passage_prefix),
            ),
            (
                "normalized",
                self.normalize.to_string(),
                other.normalize.to_string(),
            ),
        ];
        let differ = both.iter().filter(|(_, own, others)| own != others);
        differ
            .map(|(what, own, others)| format!("{what} {own} and {others}"))
            .collect()
    }
}

/// SHA-256 of what decides the vectors of a model, lower-case hex.
pub struct Checksums {
    pub weights: String,
    /// Where the tokenizer has a file of its own.
    pub tokenizer: Option<String>,
}

impl Checksums {
    /// One name for all of it.
    pub fn together(&self) -> String {
        match &self.tokenizer {
            Some(tokenizer) => sha256::of(&[self.weights.as_bytes(), tokenizer.as_bytes()]),
            None => self.weights.clone(),
        }
    }
}
