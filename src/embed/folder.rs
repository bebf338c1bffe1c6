//! A model in a folder, as Hugging Face's libraries write it: `config.json`, `tokenizer.json`, weights, and where
//! sentence-transformers wrote it `modules.json`, `1_Pooling/config.json`, `sentence_bert_config.json` and
//! `config_sentence_transformers.json`.

use std::path::Path;

use candle_core::{DType, Device};
use serde_json::Value;

use super::bytes::Bytes;
use super::checkpoint::{BERT_PREFIXES, Checkpoint};
use super::packed::BertSource;
use super::reference::Whole;
use super::registry::{Family, Model, Pooling, Source};
use super::space::Checksums;
use super::stock::Stock;
use super::tokenizer::Tokenizer;
use super::weights::Shape;
use crate::error::{Error, Result};
use crate::sha256;

/// Tokens of an input where no file says how many.
const MAX_TOKENS: usize = 512;

/// The files beside the weights: those without which a folder holds no model, and those that are read where they are
/// there.
pub const REQUIRED: [&str; 2] = ["config.json", "tokenizer.json"];
pub const OPTIONAL: [&str; 4] = [
    "modules.json",
    "1_Pooling/config.json",
    "sentence_bert_config.json",
    "config_sentence_transformers.json",
];

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

/// The files of a folder, read.
pub struct Folder {
    config: Value,
    tokenizer: Vec<u8>,
    weights: Vec<Bytes>,
}

impl Folder {
    /// Reads a folder; `weights` names the (first) file of its weights where it is not to be looked for.
    ///
    /// # Errors
    /// [`Error::Io`] for a file that is missing, [`Error::Config`] for one that is not JSON.
    pub fn read(path: &Path, weights: Option<&str>) -> Result<Self> {
        let tokenizer = path.join("tokenizer.json");
        let found = || {
            let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
            let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
            first_weights(names.collect())
        };
        let first = weights.map(str::to_owned).or_else(found);
        let weights = parts(first.as_deref().unwrap_or(USUAL_WEIGHTS));
        Ok(Self {
            config: json(&path.join("config.json"))?,
            tokenizer: std::fs::read(&tokenizer).map_err(Error::io("read", &tokenizer))?,
            weights: weights
                .iter()
                .map(|file| Bytes::map(&path.join(file)))
                .collect::<Result<_>>()?,
        })
    }

    pub fn checksums(&self) -> Checksums {
        let parts: Vec<String> = self
            .weights
            .iter()
            .map(|file| sha256::of(&[file]))
            .collect();
        Checksums {
            weights: checksum_of_parts(&parts),
            tokenizer: Some(sha256::of(&[&self.tokenizer])),
        }
    }

    /// # Errors
    /// [`Error::Tokenizer`].
    pub fn tokenizer(&self) -> Result<Tokenizer> {
        let (whole, specials) = Whole::new(&self.tokenizer)?;
        Ok(Tokenizer::new(Box::new(whole), specials))
    }

    /// The file in which token embeddings may be left.
    pub fn first_weights(&self) -> &Bytes {
        &self.weights[0]
    }

    fn checkpoint(&self, model: &Model, prefixes: &[&str]) -> Result<Checkpoint> {
        Checkpoint::open(&model.name, self.weights.clone(), prefixes)
    }

    /// The shape of a BERT or XLM-R.
    ///
    /// # Errors
    /// [`Error::BadModel`].
    pub fn shape(&self, model: &Model) -> Result<Shape> {
        let config = &self.config;
        let bad = |key: &str, expected: &str| Error::BadModel {
            model: model.name.clone(),
            what: format!("{key} in config.json"),
            expected: expected.to_owned(),
            received: config[key].to_string(),
        };
        let number = |key: &str| {
            let number = config[key].as_u64().filter(|n| (1..1 << 24).contains(n));
            number
                .map(|n| n as usize)
                .ok_or_else(|| bad(key, "a number"))
        };
        if config["hidden_act"] != "gelu" {
            return Err(bad("hidden_act", "\"gelu\""));
        }
        let kind = &config["position_embedding_type"];
        if !kind.is_null() && kind != "absolute" {
            return Err(bad("position_embedding_type", "\"absolute\""));
        }
        // XLM-R's padding token takes the first positions.
        let first_position = match model.family {
            Family::XlmRoberta => config["pad_token_id"].as_u64().unwrap_or(1) as usize + 1,
            Family::Bert | Family::Modernbert | Family::Qwen3 => 0,
        };
        let rows = number("max_position_embeddings")?;
        let positions = rows
            .checked_sub(first_position)
            .filter(|n| *n >= model.max_tokens);
        let least = first_position + model.max_tokens;
        let positions = positions
            .ok_or_else(|| bad("max_position_embeddings", &format!("at least {least}")))?;
        let (hidden, heads) = (number("hidden_size")?, number("num_attention_heads")?);
        if !hidden.is_multiple_of(heads) {
            return Err(bad(
                "num_attention_heads",
                &format!("a divisor of {hidden}"),
            ));
        }
        Ok(Shape {
            layers: number("num_hidden_layers")?,
            hidden,
            heads,
            ffn: number("intermediate_size")?,
            epsilon: config["layer_norm_eps"].as_f64().unwrap_or(1e-12) as f32,
            positions,
            first_position,
            types: number("type_vocab_size")?,
        })
    }

    /// What a BERT or XLM-R is made of; its tokenizer is `tokenizer.json`.
    ///
    /// # Errors
    /// [`Error::BadModel`], [`Error::Compute`].
    pub fn bert(&self, model: &Model) -> Result<BertSource> {
        Ok(BertSource {
            weights: Box::new(self.checkpoint(model, &BERT_PREFIXES)?),
            shape: self.shape(model)?,
            vocabulary: None,
        })
    }

    /// A network of another family, in candle's stock ops.
    ///
    /// # Errors
    /// [`Error::BadModel`], [`Error::Compute`].
    pub fn stock(&self, model: &Model, dtype: DType, device: &Device) -> Result<Stock> {
        // candle looks below `model`, where a bare network has none.
        let weights = self.checkpoint(model, &["model."])?;
        Stock::load(model, &self.config, &weights, dtype, device)
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
        Some("qwen3") => Family::Qwen3,
        _ => {
            let known = "bert, xlm-roberta, modernbert or qwen3";
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
        None if family == Family::Qwen3 => Pooling::Last,
        None => Pooling::Mean,
        Some(pooling) => {
            let is = |kind: &str| pooling[format!("pooling_mode_{kind}")] == true;
            match (is("mean_tokens"), is("cls_token"), is("lasttoken")) {
                (true, false, false) => Pooling::Mean,
                (false, true, false) => Pooling::Cls,
                (false, false, true) => Pooling::Last,
                _ => {
                    return Err(bad(
                        "1_Pooling/config.json",
                        "mean, cls or lasttoken pooling",
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
        Family::Bert | Family::Modernbert | Family::Qwen3 => positions,
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
        weights: None,
        local: None,
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
