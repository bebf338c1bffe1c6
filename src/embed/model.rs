//! What is known of a model: plain data.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Where the weights of a model are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// Inside the program.
    Bundled,
    /// Repository of the hub.
    Hub(String),
    /// Folder on this machine.
    Folder(PathBuf),
    /// GGUF file on this machine.
    Gguf(PathBuf),
}

/// The architecture of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Family {
    /// BERT, and what is built like it (multilingual-e5-small).
    Bert,
    /// XLM-RoBERTa: BERT whose positions begin after the id of the padding token.
    XlmRoberta,
    /// ModernBERT: rotary positions, and layers that look only at near tokens.
    Modernbert,
    /// Qwen3: a decoder; the last token's state is the vector where nothing else is said.
    Qwen3,
}

impl Family {
    /// Real weights of the family were run here and compared with what other programs compute; of others only small
    /// models with random weights were.
    pub fn proven(self) -> bool {
        self == Self::Bert
    }
}

/// How the hidden states of a text become one vector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pooling {
    /// Mean over all tokens.
    Mean,
    /// The first token.
    Cls,
    /// The last token.
    Last,
}

/// One entry of the registry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Model {
    /// What `--model` calls it; unique in the registry.
    pub name: String,
    /// Where its weights are.
    pub source: Source,
    /// Its architecture.
    pub family: Family,
    /// Numbers of a vector.
    pub dimension: usize,
    /// Longest input in tokens, special tokens included.
    pub max_tokens: usize,
    /// How its hidden states become one vector.
    pub pooling: Pooling,
    /// Put before a question; empty where the model wants none.
    pub query_prefix: String,
    /// Put before a passage; empty where the model wants none.
    pub passage_prefix: String,
    /// The model's own files bring its vectors to length 1; here all are brought to it.
    pub normalize: bool,
    /// Name of the licence of its weights, as the registry gives it.
    pub licence: String,
    /// SHA-256 of the weights, where they were seen.
    pub sha256: Option<String>,
    /// Revision of the hub's repository, where it was seen.
    pub revision: Option<String>,
    /// The file of the weights, or the first of several, where the entry names it.
    pub weights: Option<String>,
    /// Where the files of a model of the hub are on this machine.
    pub local: Option<PathBuf>,
    /// Layers after which the states of tokens serve late interaction; `None` where no layer is known to.
    pub late_layer: Option<usize>,
    /// The file that `models/late.py` learned of that layer; the bundled model's is inside the program.
    pub late_map: Option<PathBuf>,
}
