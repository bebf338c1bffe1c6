//! A model in a folder, as Hugging Face's libraries write it: `config.json`, `tokenizer.json`, weights, and where
//! sentence-transformers wrote it what `sentence.rs` reads.

use std::path::{Path, PathBuf};

use candle_core::{DType, Device};

use crate::embed::config::Config;
use crate::embed::config::network::Network;
use crate::embed::config::sentence_transformers::Sentence;
use crate::embed::config::shape::Shape;
use crate::embed::engine::candle_models::Stock;
use crate::embed::engine::prepared::BertSource;
use crate::embed::model::{Model, Source};
use crate::embed::models::files::{
    ADAPTER, USUAL_WEIGHTS, checksum_of_parts, first_weights, parts,
};
use crate::embed::space::Checksums;
use crate::embed::tokenizer::hugging_face::HfTokenizer;
use crate::embed::tokenizer::{Tokenizer, tokenizer_config};
use crate::embed::weights::bytes::Bytes;
use crate::embed::weights::checkpoint::{BERT_PREFIXES, Checkpoint};
use crate::error::{EmbedError, Error, Result};
use crate::sha256;

/// The files of a folder, read.
pub struct Folder {
    path: PathBuf,
    tokenizer: Vec<u8>,
    weights: Vec<Bytes>,
}

impl Folder {
    /// Reads a folder; `weights` names the (first) file of its weights where it is not to be looked for.
    ///
    /// # Errors
    /// [`Error::Io`] for a file that is missing.
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
            path: path.to_path_buf(),
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

    /// The tokenizer of a model whose files were `described`, and what other files than its own have changed of it.
    ///
    /// # Errors
    /// [`EmbedError::Tokenizer`], [`EmbedError::NotComputed`] where other files ask for what is not computed.
    pub fn tokenizer(&self, described: &Described) -> Result<(Tokenizer, Option<String>)> {
        let (mut whole, specials) = HfTokenizer::new(&self.tokenizer)?;
        let changed = tokenizer_config::settle(
            &described.model,
            &self.path,
            &mut whole,
            &specials,
            described.lower_case,
        )?;
        Ok((Tokenizer::new(Box::new(whole), specials), changed))
    }

    /// The file in which token embeddings may be left.
    pub fn first_weights(&self) -> &Bytes {
        &self.weights[0]
    }

    fn checkpoint(&self, model: &Model, prefixes: &[&str]) -> Result<Checkpoint> {
        Checkpoint::open(&model.name, self.weights.clone(), prefixes)
    }

    /// What a BERT or XLM-R of this shape is made of; its tokenizer is `tokenizer.json`.
    ///
    /// # Errors
    /// [`EmbedError::Compute`].
    pub fn bert(&self, model: &Model, shape: &Shape) -> Result<BertSource> {
        Ok(BertSource {
            weights: Box::new(self.checkpoint(model, &BERT_PREFIXES)?),
            shape: shape.clone(),
            vocabulary: None,
        })
    }

    /// A network of another family, in candle's stock ops.
    ///
    /// # Errors
    /// [`EmbedError::Compute`].
    pub fn stock(
        &self,
        model: &Model,
        network: Network,
        dtype: DType,
        device: &Device,
    ) -> Result<Stock> {
        // A network with a head has its name before its tensors.
        let weights = self.checkpoint(model, &["model."])?;
        Stock::load(model, network, &weights, dtype, device)
    }
}

/// What the files of a folder say.
pub struct Described {
    pub model: Model,
    pub network: Network,
    /// Texts are folded to small letters before they are tokenized.
    lower_case: bool,
}

/// What the files of a folder say of its model; the model is called `name`.
///
/// # Errors
/// [`Error::Io`], [`Error::Config`], [`EmbedError::NotComputed`] for what cannot be run, with the key that asks for it.
pub fn describe(name: &str, path: &Path) -> Result<Described> {
    let config = Config::read(name, &path.join("config.json"))?;
    let family = config.family()?;
    let network = Network::of(&config, family)?;
    if let Some(adapter) = Config::read_optional(name, &path.join(ADAPTER))? {
        let possible = "no such file: merge the adapter into the weights and remove it";
        return Err(adapter.refuse("peft_type", possible));
    }
    let sentence = Sentence::read(name, path, family)?;
    let positions = network.positions();
    let model = Model {
        name: name.to_owned(),
        source: Source::Folder(path.to_path_buf()),
        family,
        dimension: network.dimension(),
        max_tokens: sentence.longest.map_or(positions, |n| n.min(positions)),
        pooling: sentence.pooling,
        query_prefix: sentence.query_prefix,
        passage_prefix: sentence.passage_prefix,
        normalize: sentence.normalize,
        licence: "unknown".to_owned(),
        sha256: None,
        revision: None,
        weights: None,
        local: None,
        late_layer: None,
        late_map: None,
    };
    Ok(Described {
        model,
        network,
        lower_case: sentence.lower_case,
    })
}

/// Refuses an entry of `models.toml` that contradicts the files of its folder. Prefixes are the entry's: few folders
/// name them. Fewer tokens than the model takes are no contradiction.
///
/// # Errors
/// [`EmbedError::BadModel`] with both values.
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
    Error::Embed(EmbedError::BadModel {
        model: entry.name.clone(),
        what: format!("{what} in models.toml and in the model's folder"),
        expected: found.to_owned(),
        received: said.to_owned(),
    })
}
