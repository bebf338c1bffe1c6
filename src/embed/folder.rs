//! A model in a folder, as Hugging Face's libraries write it: `config.json`, `tokenizer.json`, `model.safetensors`,
//! and where sentence-transformers wrote it `modules.json`, `1_Pooling/config.json`, `sentence_bert_config.json` and
//! `config_sentence_transformers.json`.

use std::path::Path;

use candle_core::Device;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::reference::Whole;
use super::registry::{Family, Model, Pooling, Source};
use super::stock::Stock;
use super::tokenizer::Tokenizer;
use crate::error::{Error, Result};

/// Tokens of an input where no file says how many.
const MAX_TOKENS: usize = 512;

/// The files of a folder, read.
pub struct Folder {
    config: Value,
    tokenizer: Vec<u8>,
    weights: Vec<u8>,
}

impl Folder {
    /// # Errors
    /// [`Error::Io`] for a file that is missing, [`Error::Config`] for one that is not JSON.
    pub fn read(path: &Path) -> Result<Self> {
        let read = |name: &str| {
            let file = path.join(name);
            std::fs::read(&file).map_err(Error::io("read", &file))
        };
        Ok(Self {
            config: json(&path.join("config.json"))?,
            tokenizer: read("tokenizer.json")?,
            weights: read("model.safetensors")?,
        })
    }

    /// SHA-256 of weights and tokenizer, lower-case hex.
    pub fn checksum(&self) -> String {
        let mut hasher = Sha256::new();
        hasher.update(&self.weights);
        hasher.update(&self.tokenizer);
        let digest = hasher.finalize();
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// # Errors
    /// [`Error::Tokenizer`].
    pub fn tokenizer(&self) -> Result<Tokenizer> {
        let (whole, specials) = Whole::new(&self.tokenizer)?;
        Ok(Tokenizer::new(Box::new(whole), specials))
    }

    /// # Errors
    /// [`Error::BadModel`], [`Error::Compute`].
    pub fn encoder(self, model: &Model, device: &Device) -> Result<Stock> {
        Stock::load(model, &self.config, self.weights, device)
    }
}

/// What the files of a folder say of its model; the model is called `name`.
///
/// # Errors
/// [`Error::Io`], [`Error::Config`], [`Error::BadModel`] for a family or a pooling that cannot be run.
pub fn describe(name: &str, path: &Path) -> Result<Model> {
    let config = json(&path.join("config.json"))?;
    let optional = |file: &str| {
        let file = path.join(file);
        file.is_file().then(|| json(&file)).transpose()
    };
    let bad = |what: &str, expected: &str, received: &Value| Error::BadModel {
        model: name.to_owned(),
        what: what.to_owned(),
        expected: expected.to_owned(),
        received: received.to_string(),
    };
    let family = match config["model_type"].as_str() {
        Some("bert") => Family::Bert,
        Some("xlm-roberta") => Family::XlmRoberta,
        Some("modernbert") => Family::Modernbert,
        _ => {
            let known = "bert, xlm-roberta or modernbert";
            return Err(bad(
                "model_type in config.json",
                known,
                &config["model_type"],
            ));
        }
    };
    let number = |value: &Value| value.as_u64().map(|n| n as usize);
    let size = &config["hidden_size"];
    let dimension =
        number(size).ok_or_else(|| bad("hidden_size in config.json", "a number", size))?;
    let pooling = match optional("1_Pooling/config.json")? {
        None => Pooling::Mean,
        Some(pooling) => {
            let is = |kind: &str| pooling[format!("pooling_mode_{kind}")] == true;
            match (is("mean_tokens"), is("cls_token")) {
                (true, false) => Pooling::Mean,
                (false, true) => Pooling::Cls,
                _ => {
                    return Err(bad(
                        "1_Pooling/config.json",
                        "mean or cls pooling",
                        &pooling,
                    ));
                }
            }
        }
    };
    let modules = optional("modules.json")?.unwrap_or_default();
    let modules = modules.as_array().cloned().unwrap_or_default();
    let kinds = modules.iter().filter_map(|module| module["type"].as_str());
    // Without modules.json a folder is a bare transformer, whose users normalise.
    let normalize = modules.is_empty() || kinds.clone().any(|kind| kind.ends_with("Normalize"));
    if let Some(dense) = kinds.clone().find(|kind| kind.ends_with("Dense")) {
        let expected = "transformer, pooling and normalisation";
        return Err(bad("modules.json", expected, &dense.into()));
    }
    // XLM-R counts positions from two on.
    let positions = number(&config["max_position_embeddings"]).unwrap_or(MAX_TOKENS);
    let positions = match family {
        Family::XlmRoberta => positions.saturating_sub(2),
        Family::Bert | Family::Modernbert => positions,
    };
    let sentence = optional("sentence_bert_config.json")?.unwrap_or_default();
    let longest = number(&sentence["max_seq_length"]).map_or(positions, |n| n.min(positions));
    let prompts = optional("config_sentence_transformers.json")?.unwrap_or_default();
    let prompt = |names: [&str; 2]| {
        let found = names
            .iter()
            .find_map(|name| prompts["prompts"][name].as_str());
        found.unwrap_or_default().to_owned()
    };
    Ok(Model {
        name: name.to_owned(),
        source: Source::Folder(path.to_path_buf()),
        family,
        dimension,
        max_tokens: longest,
        pooling,
        query_prefix: prompt(["query", "search_query"]),
        passage_prefix: prompt(["passage", "document"]),
        normalize,
        licence: "unknown".to_owned(),
        sha256: None,
        revision: None,
    })
}

/// Refuses an entry of `models.toml` that contradicts the files of its folder. Prefixes are the entry's: few folders
/// name them. Fewer tokens than the model takes are no contradiction.
///
/// # Errors
/// [`Error::BadModel`] with both values.
pub fn check(entry: &Model, found: &Model) -> Result<()> {
    let shown = |value: &dyn std::fmt::Debug| format!("{value:?}").to_lowercase();
    for (what, entry_value, found_value) in [
        ("family", shown(&entry.family), shown(&found.family)),
        (
            "dimension",
            shown(&entry.dimension),
            shown(&found.dimension),
        ),
        ("pooling", shown(&entry.pooling), shown(&found.pooling)),
        (
            "normalize",
            shown(&entry.normalize),
            shown(&found.normalize),
        ),
    ] {
        if entry_value != found_value {
            return Err(contradiction(entry, what, &entry_value, &found_value));
        }
    }
    if entry.max_tokens > found.max_tokens {
        let most = format!("at most {}", found.max_tokens);
        return Err(contradiction(
            entry,
            "max_tokens",
            &entry.max_tokens.to_string(),
            &most,
        ));
    }
    Ok(())
}

fn contradiction(entry: &Model, what: &str, said: &str, found: &str) -> Error {
    Error::BadModel {
        model: entry.name.clone(),
        what: format!("{what} in models.toml and in the model's folder"),
        expected: found.to_owned(),
        received: said.to_owned(),
    }
}

fn json(path: &Path) -> Result<Value> {
    let text = std::fs::read(path).map_err(Error::io("read", path))?;
    serde_json::from_slice(&text).map_err(|error| Error::Config {
        path: path.to_path_buf(),
        message: error.to_string(),
    })
}
