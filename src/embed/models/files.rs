//! The files of a model: what they are called, and which belong together.

use crate::sha256;

/// The files beside the weights: those without which a folder holds no model, and those that are read where they are
/// there.
pub const REQUIRED: [&str; 2] = ["config.json", "tokenizer.json"];

pub const OPTIONAL: [&str; 6] = [
    "modules.json",
    POOLING,
    "sentence_bert_config.json",
    "config_sentence_transformers.json",
    "tokenizer_config.json",
    ADAPTER,
];

/// What another library would put on top of the weights.
pub const ADAPTER: &str = "adapter_config.json";

/// Where weights are looked for, the best first: in one file, or in several from this one on.
const WEIGHTS: [&str; 2] = ["model.safetensors", "pytorch_model.bin"];

/// How a model's weights are called where nothing names them.
pub const USUAL_WEIGHTS: &str = WEIGHTS[0];

/// The files of weights of which `first` is the first: `model-00001-of-00003.safetensors` has two more.
pub fn parts(first: &str) -> Vec<String> {
    let split = || {
        let (stem, rest) = first.split_once("-00001-of-")?;
        let (count, kind) = rest.split_once('.')?;
        let is_count = count.len() == 5 && count.bytes().all(|digit| digit.is_ascii_digit());
        let numbers = 1..=count.parse::<u32>().ok().filter(|_| is_count)?;
        let name = |number| format!("{stem}-{number:05}-of-{count}.{kind}");
        Some(numbers.map(name).collect())
    };
    split().unwrap_or_else(|| vec![first.to_owned()])
}

/// The checksum of weights, of those of their files: that of a single one is its own.
pub fn checksum_of_parts(parts: &[String]) -> String {
    match parts {
        [only] => only.clone(),
        _ => sha256::of(&[parts.concat().as_bytes()]),
    }
}

/// The first file of the weights among `names`.
pub fn first_weights(mut names: Vec<String>) -> Option<String> {
    names.sort_unstable();
    WEIGHTS.iter().find_map(|whole| {
        let (stem, kind) = whole.split_once('.')?;
        let first = format!("{stem}-00001-of-");
        let is_first = |name: &&String| name.starts_with(&first) && name.ends_with(kind);
        let one = names.iter().find(|name| name == whole);
        one.or_else(|| names.iter().find(is_first)).cloned()
    })
}

/// Where the pooling is described in a folder without `modules.json`.
pub const POOLING: &str = "1_Pooling/config.json";
