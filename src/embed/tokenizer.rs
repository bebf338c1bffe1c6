//! SentencePiece Unigram as Hugging Face's XLM-R does it, built from a GGUF file's vocabulary.
//!
//! Source: Kudo 2018, <https://arxiv.org/abs/1804.10959>. Normaliser: the `nmt_nfkc` charsmap, then
//! runs of spaces to one, then `▁` for spaces and before the first word.

use tokenizers::models::unigram::Unigram;
use tokenizers::normalizers::{Precompiled, Replace, Sequence, replace::ReplacePattern};
use tokenizers::pre_tokenizers::metaspace::{Metaspace, PrependScheme};
use unicode_normalization::{UnicodeNormalization, is_nfc};

use super::gguf::Gguf;
use crate::error::{Error, Result};
use crate::passage::TokenCount;

/// llama.cpp's token types that matter here (`llama_token_type`).
const CONTROL: i32 = 3;
const UNUSED: i32 = 5;

/// Text to token ids.
pub struct Tokenizer {
    inner: tokenizers::Tokenizer,
    pub bos: u32,
    pub eos: u32,
    /// Special pieces as they may stand in a text, with their ids.
    controls: Vec<(String, u32)>,
    mask: u32,
}

impl Tokenizer {
    /// Builds the tokenizer from `tokenizer.ggml.*`.
    ///
    /// # Errors
    /// [`Error::BadModel`] where a key is absent or contradicts another, [`Error::Tokenizer`] where
    /// the vocabulary is refused.
    pub fn from_gguf(gguf: &Gguf) -> Result<Self> {
        let model = gguf.value("tokenizer.ggml.model", "string", |v| v.to_string())?;
        if model != "t5" {
            return Err(gguf.fault("tokenizer.ggml.model", "t5 (SentencePiece Unigram)", model));
        }
        let pieces = gguf.array("tokenizer.ggml.tokens", "strings", |v| v.to_string())?;
        let scores = gguf.array(
            "tokenizer.ggml.scores",
            "f32s",
            candle_core::quantized::gguf_file::Value::to_f32,
        )?;
        let kinds = gguf.array(
            "tokenizer.ggml.token_type",
            "i32s",
            candle_core::quantized::gguf_file::Value::to_i32,
        )?;
        if scores.len() != pieces.len() || kinds.len() != pieces.len() {
            let received = format!("{} scores and {} types", scores.len(), kinds.len());
            return Err(gguf.fault("tokenizer.ggml.tokens", pieces.len(), received));
        }
        let used = kinds
            .iter()
            .rposition(|&kind| kind != UNUSED)
            .map_or(0, |last| last + 1);
        let mut vocabulary = Vec::with_capacity(used);
        let mut controls = Vec::new();
        for (id, piece) in pieces.iter().take(used).enumerate() {
            // A special piece must not be found in a text. Its stand-in cannot be: the charsmap
            // deletes control characters.
            let special = kinds[id] == CONTROL;
            if special {
                controls.push(((*piece).clone(), id as u32));
            }
            let piece = if special {
                format!("\u{1}{piece}")
            } else {
                (*piece).clone()
            };
            vocabulary.push((piece, f64::from(scores[id])));
        }
        let id = |key: &str| {
            let id = gguf.number(key)?;
            if id < used {
                Ok(id as u32)
            } else {
                Err(gguf.fault(key, format!("under {used}"), id))
            }
        };
        let unknown = id("tokenizer.ggml.unknown_token_id")?;
        let charsmap = gguf.array(
            "tokenizer.ggml.precompiled_charsmap",
            "u8s",
            candle_core::quantized::gguf_file::Value::to_u8,
        )?;
        Ok(Self {
            inner: build(vocabulary, unknown, &charsmap)?,
            bos: id("tokenizer.ggml.bos_token_id")?,
            eos: id("tokenizer.ggml.eos_token_id")?,
            mask: id("tokenizer.ggml.mask_token_id")?,
            controls,
        })
    }

    /// Ids of a text, without special tokens. The text is composed (NFC) first, and what looks like
    /// a special token in it stays text.
    ///
    /// # Errors
    /// [`Error::Tokenizer`].
    pub fn encode(&self, text: &str) -> Result<Vec<u32>> {
        if is_nfc(text) {
            self.pieces(text)
        } else {
            self.pieces(&text.nfc().collect::<String>())
        }
    }

    /// Ids of a text exactly as the reference implementation gives them: not composed, and
    /// special tokens in the text are special (`<mask>` takes the white space before it along).
    ///
    /// # Errors
    /// [`Error::Tokenizer`].
    pub fn encode_raw(&self, text: &str) -> Result<Vec<u32>> {
        let mut ids = Vec::new();
        let mut rest = text;
        loop {
            let found = self
                .controls
                .iter()
                .filter_map(|(piece, id)| Some((rest.find(piece.as_str())?, piece, *id)))
                .min_by_key(|(at, ..)| *at);
            let Some((at, piece, id)) = found else {
                ids.extend(self.pieces(rest)?);
                return Ok(ids);
            };
            let before = if id == self.mask {
                rest[..at].trim_end()
            } else {
                &rest[..at]
            };
            ids.extend(self.pieces(before)?);
            ids.push(id);
            rest = &rest[at + piece.len()..];
        }
    }

    fn pieces(&self, text: &str) -> Result<Vec<u32>> {
        let encoding = self
            .inner
            .encode_fast(text, false)
            .map_err(|error| failure("tokenize a text", &error))?;
        Ok(encoding.get_ids().to_vec())
    }
}

impl TokenCount for Tokenizer {
    fn count(&self, text: &str) -> usize {
        // A text that cannot be tokenized is refused when it is embedded; until then it is short.
        self.encode(text).map_or(0, |ids| ids.len())
    }
}

fn build(
    vocabulary: Vec<(String, f64)>,
    unknown: u32,
    charsmap: &[u8],
) -> Result<tokenizers::Tokenizer> {
    let unigram = Unigram::from(vocabulary, Some(unknown as usize), false)
        .map_err(|error| failure("build the vocabulary", &error))?;
    let charsmap =
        Precompiled::from(charsmap).map_err(|error| failure("read the charsmap", &error))?;
    let spaces = Replace::new(ReplacePattern::Regex(" {2,}".to_owned()), " ")
        .map_err(|error| failure("build the normaliser", &error))?;
    let mut tokenizer = tokenizers::Tokenizer::new(unigram);
    let normalizer = Sequence::new(vec![charsmap.into(), spaces.into()]);
    tokenizer
        .with_normalizer(Some(normalizer))
        .map_err(|error| failure("build the tokenizer", &error))?
        .with_pre_tokenizer(Some(Metaspace::new('▁', PrependScheme::Always, true)));
    Ok(tokenizer)
}

fn failure(action: &'static str, error: &dyn std::fmt::Display) -> Error {
    Error::Tokenizer {
        action,
        message: error.to_string(),
    }
}
