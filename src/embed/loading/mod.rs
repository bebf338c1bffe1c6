//! From an entry of the registry to a tokenizer and an encoder: which engine runs what.

pub(super) mod folder;

use std::borrow::Cow;
use std::path::Path;

use self::folder::Folder;
use crate::embed::compute::{Compute, Engine, Precision};
use crate::embed::config::network::Network;
use crate::embed::device::Opened;
use crate::embed::engine::Encoder;
use crate::embed::engine::candle_bert::Bert;
use crate::embed::engine::fused::Fused;
use crate::embed::engine::prepared::{self, BertSource, PackedBert};
use crate::embed::late;
use crate::embed::model::{Family, Model, Source};
use crate::embed::models::bundled;
use crate::embed::models::files::USUAL_WEIGHTS;
use crate::embed::models::registry::LEAST_TOKENS;
use crate::embed::space::Checksums;
use crate::embed::tokenizer::Tokenizer;
use crate::embed::tokenizer::hugging_face::{HfTokenizer, Reference};
use crate::embed::tokenizer::vocabulary::{self, WordPieces};
use crate::embed::weights::bytes::Bytes;
use crate::embed::weights::gguf::Gguf;
use crate::error::{EmbedError, Error, Result};
use crate::sha256;

/// What an embedder is made of.
pub struct Loaded {
    pub tokenizer: Tokenizer,
    pub encoder: Box<dyn Encoder>,
    pub precision: Precision,
    pub checksums: Checksums,
    /// The bytes of its alignment, where it has one.
    pub alignment: Option<&'static [u8]>,
    /// The bytes of its map of late interaction, where it has one.
    pub late: Option<Cow<'static, [u8]>>,
    pub device: String,
    /// Why the device is not the GPU that this program was built for.
    pub instead: Option<String>,
}

/// How a model is to be computed.
struct Way<'a> {
    model: &'a Model,
    compute: Compute,
    device: Opened,
    cache: Option<&'a Path>,
}

impl Loaded {
    /// # Errors
    /// [`EmbedError::ModelNotRunnable`], [`EmbedError::BadModel`], [`EmbedError::NotComputed`],
    /// [`EmbedError::Precision`], [`EmbedError::Device`], [`EmbedError::Compute`], [`EmbedError::Tokenizer`].
    pub fn of(model: &Model, compute: Compute, cache: Option<&Path>) -> Result<Self> {
        let not_runnable = |reason| {
            Error::Embed(EmbedError::ModelNotRunnable {
                name: model.name.clone(),
                reason,
            })
        };
        if let Some(reason) = model.not_runnable() {
            return Err(not_runnable(reason));
        }
        let way = Way {
            model,
            compute,
            device: compute.device.open()?,
            cache,
        };
        let late = model.late_map.as_ref().map(|path| {
            let bytes = std::fs::read(path).map_err(Error::io("read", path))?;
            Ok(Cow::Owned(bytes))
        });
        let late = late.transpose()?;
        let loaded = match &model.source {
            Source::Bundled => {
                let (Some(bytes), Some(sha256)) = (bundled::GGUF, &model.sha256) else {
                    let reason = "its weights have no recorded checksum";
                    return Err(not_runnable(reason.into()));
                };
                let checksums = of_file(sha256.clone());
                let mut loaded = way.of_gguf(Bytes::Static(bytes), checksums, true)?;
                loaded.alignment = Some(bundled::ALIGNMENT);
                loaded.late = Some(Cow::Borrowed(bundled::LATE));
                Ok(loaded)
            }
            Source::Gguf(path) => {
                let bytes = Bytes::map(path)?;
                let checksums = of_file(sha256::of(&[&bytes]));
                way.check_sha256("the GGUF file", &checksums.weights)?;
                // By its path, because metadata are mended in the file.
                let name = path.display().to_string();
                Gguf::open(&name, bytes.clone())?.check(model)?;
                way.of_gguf(bytes, checksums, false)
            }
            Source::Folder(path) => way.of_folder(path),
            Source::Hub(id) => match &model.local {
                Some(path) => way.of_folder(path),
                None => Err(not_runnable(format!("{id} is not on this machine").into())),
            },
        };
        loaded.map(|loaded| Self {
            late: late.or(loaded.late),
            ..loaded
        })
    }
}

/// What token codes of a model are made with ([`crate::embed::TokenCodes::id`]), without loading the model; `None`
/// where it has none, or its map cannot be read.
pub fn late_id(model: &Model) -> Option<String> {
    let layer = model.late_layer?;
    match (&model.late_map, &model.source) {
        (Some(path), _) => Some(late::id(layer, &std::fs::read(path).ok()?)),
        (None, Source::Bundled) => Some(late::id(layer, bundled::LATE)),
        (None, _) => None,
    }
}

/// The layer of late interaction, if the network has it.
fn inner_layer(model: &Model, layers: usize) -> Result<Option<usize>> {
    match model.late_layer {
        Some(received) if received == 0 || received > layers => {
            Err(Error::Embed(EmbedError::BadModel {
                model: model.name.clone(),
                what: "late_layer".to_owned(),
                expected: format!("1 to {layers}"),
                received: received.to_string(),
            }))
        }
        layer => Ok(layer),
    }
}

/// The checksums of a GGUF file.
fn of_file(weights: String) -> Checksums {
    Checksums {
        weights,
        tokenizer: None,
    }
}

/// What a folder or a GGUF file says of its model; the model is called `name`.
///
/// # Errors
/// [`Error::Io`], [`Error::Config`], [`EmbedError::BadModel`], [`EmbedError::NotComputed`], [`EmbedError::Compute`].
pub fn describe(name: &str, path: &Path) -> Result<Model> {
    let model = match path.is_dir() {
        true => folder::describe(name, path)?.model,
        false => Gguf::open(name, Bytes::map(path)?)?.describe(path)?,
    };
    match model.max_tokens {
        LEAST_TOKENS.. => Ok(model),
        received => Err(Error::Embed(EmbedError::BadModel {
            model: model.name,
            what: "longest input in tokens".to_owned(),
            expected: format!("at least {LEAST_TOKENS}"),
            received: received.to_string(),
        })),
    }
}

impl Way<'_> {
    /// Nothing of the bundled file need be read where it has been prepared.
    fn of_gguf(self, bytes: Bytes, checksums: Checksums, bundled: bool) -> Result<Loaded> {
        let model = self.model;
        let source = || BertSource::of_gguf(model, bytes.clone());
        let (mut fits, mut word_pieces) = (true, None);
        if !bundled {
            let gguf = Gguf::open(&model.name, bytes.clone())?;
            fits = prepared::fits(&gguf.shape(model)?);
            if vocabulary::is_word_piece(&gguf)? {
                word_pieces = Some(HfTokenizer::word_pieces(WordPieces::from_gguf(&gguf)?)?);
            }
        }
        let by_words =
            word_pieces.map(|(whole, specials)| Tokenizer::new(Box::new(whole), specials));
        let none = || {
            Error::Embed(EmbedError::Tokenizer {
                action: "build the tokenizer",
                message: "the GGUF file has no vocabulary".to_owned(),
            })
        };
        if self.is_fused(fits) {
            let precision = self.compute.fused(bundled)?;
            let packed = PackedBert::open(&checksums.together(), precision, self.cache, source)?;
            let unigram = packed.unigram()?;
            let by_pieces =
                unigram.map(|(unigram, specials)| Tokenizer::new(Box::new(unigram), specials));
            let tokenizer = by_words.or(by_pieces).ok_or_else(none)?;
            let inner = inner_layer(model, packed.layers.len())?;
            let encoder = Box::new(Fused::new(packed, bytes, model.pooling, inner));
            return Ok(self.loaded(tokenizer, encoder, precision, checksums));
        }
        let source = source()?;
        let tokenizer = match (&source.vocabulary, by_words) {
            (Some(vocabulary), _) => {
                let specials = vocabulary.specials.clone();
                Tokenizer::new(Box::new(Reference::new(vocabulary)?), specials)
            }
            (None, Some(tokenizer)) => tokenizer,
            (None, None) => return Err(none()),
        };
        self.stock_bert(source, tokenizer, checksums)
    }

    fn of_folder(self, path: &Path) -> Result<Loaded> {
        let model = self.model;
        let found = folder::describe(&model.name, path)?;
        folder::check(model, &found.model)?;
        let folder = Folder::read(path, model.weights.as_deref())?;
        let mut checksums = folder.checksums();
        let weights = model.weights.as_deref().unwrap_or(USUAL_WEIGHTS);
        self.check_sha256(weights, &checksums.weights)?;
        let (tokenizer, changed) = folder.tokenizer(&found)?;
        if let (Some(own), Some(changed)) = (&checksums.tokenizer, changed) {
            checksums.tokenizer = Some(sha256::of(&[own.as_bytes(), changed.as_bytes()]));
        }
        let shape = match found.network {
            Network::Bert(shape) => shape,
            network => {
                let on_gpu: &[Precision] = match model.family {
                    Family::Qwen3 => &[Precision::Bf16, Precision::F16, Precision::F32],
                    // In half floats nobody has compared it.
                    _ => &[Precision::F32],
                };
                let (precision, dtype) = self.compute.stock(self.device.is_gpu(), on_gpu)?;
                let encoder = folder.stock(model, network, dtype, &self.device.device)?;
                return Ok(self.loaded(tokenizer, Box::new(encoder), precision, checksums));
            }
        };
        if !self.is_fused(prepared::fits(&shape)) {
            return self.stock_bert(folder.bert(model, &shape)?, tokenizer, checksums);
        }
        let precision = self.compute.fused(false)?;
        let source = || folder.bert(model, &shape);
        // The same weights are another model where the configuration says so.
        let numbers = serde_json::to_vec(&shape).unwrap_or_default();
        let name = sha256::of(&[checksums.together().as_bytes(), &numbers]);
        let packed = PackedBert::open(&name, precision, self.cache, source)?;
        let file = folder.first_weights().clone();
        let inner = inner_layer(model, packed.layers.len())?;
        let encoder = Box::new(Fused::new(packed, file, model.pooling, inner));
        Ok(self.loaded(tokenizer, encoder, precision, checksums))
    }

    /// Whether kernels of our own compute it.
    fn is_fused(&self, fits: bool) -> bool {
        self.compute.engine == Engine::Auto && !self.device.is_gpu() && fits
    }

    /// A BERT in candle's stock ops.
    fn stock_bert(
        self,
        source: BertSource,
        tokenizer: Tokenizer,
        checksums: Checksums,
    ) -> Result<Loaded> {
        let on_gpu = [Precision::F16, Precision::Bf16, Precision::F32];
        let (precision, dtype) = self.compute.stock(self.device.is_gpu(), &on_gpu)?;
        let inner = inner_layer(self.model, source.shape.layers)?;
        let bert = Bert::load(
            source,
            self.model.pooling,
            inner,
            dtype,
            &self.device.device,
        )?;
        Ok(self.loaded(tokenizer, Box::new(bert), precision, checksums))
    }

    fn loaded(
        self,
        tokenizer: Tokenizer,
        encoder: Box<dyn Encoder>,
        precision: Precision,
        checksums: Checksums,
    ) -> Loaded {
        Loaded {
            tokenizer,
            encoder,
            precision,
            checksums,
            alignment: None,
            late: None,
            device: self.device.name,
            instead: self.device.instead,
        }
    }

    /// The checksum of the registry, where it has one, is that of the files.
    fn check_sha256(&self, of: &str, received: &str) -> Result<()> {
        match &self.model.sha256 {
            Some(expected) if expected != received => Err(Error::Embed(EmbedError::BadModel {
                model: self.model.name.clone(),
                what: format!("SHA-256 of {of}"),
                expected: expected.clone(),
                received: received.to_owned(),
            })),
            _ => Ok(()),
        }
    }
}
