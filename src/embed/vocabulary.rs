//! A SentencePiece Unigram vocabulary as a GGUF file carries it (`tokenizer.ggml.*`).

use serde::{Deserialize, Serialize};

use super::gguf::Gguf;
use crate::error::Result;

/// llama.cpp's token types that matter here (`llama_token_type`).
const UNKNOWN: i32 = 2;
const CONTROL: i32 = 3;
const UNUSED: i32 = 5;

/// Ids of special tokens.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Specials {
    pub bos: u32,
    pub eos: u32,
    pub unknown: u32,
    pub mask: u32,
    /// Special pieces as they may stand in a text, with their ids.
    pub pieces: Vec<(String, u32)>,
}

/// Pieces with their scores, and the normaliser.
pub struct Vocabulary<'a> {
    /// By id; `None` is special: it is never found in a text.
    pub pieces: Vec<Option<&'a str>>,
    pub scores: Vec<f32>,
    pub charsmap: Vec<u8>,
    pub specials: Specials,
}

impl<'a> Vocabulary<'a> {
    /// # Errors
    /// [`crate::Error::BadModel`] where a key is absent or contradicts another.
    pub fn from_gguf(gguf: &'a Gguf) -> Result<Self> {
        let model = gguf.value("tokenizer.ggml.model", "string", |v| v.to_string())?;
        if model != "t5" {
            return Err(gguf.fault("tokenizer.ggml.model", "t5 (SentencePiece Unigram)", model));
        }
        let pieces = gguf.array("tokenizer.ggml.tokens", "strings", |v| v.to_string())?;
        let mut scores = gguf.array(
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
        // The table may have more rows than there are pieces.
        let used = kinds
            .iter()
            .rposition(|kind| *kind != UNUSED)
            .map_or(0, |last| last + 1);
        scores.truncate(used);
        let id = |key: &str| match gguf.number(key)? {
            id if id < used => Ok(id as u32),
            id => Err(gguf.fault(key, format!("under {used}"), id)),
        };
        let special = |id: usize| [UNKNOWN, CONTROL].contains(&kinds[id]);
        Ok(Self {
            specials: Specials {
                bos: id("tokenizer.ggml.bos_token_id")?,
                eos: id("tokenizer.ggml.eos_token_id")?,
                unknown: id("tokenizer.ggml.unknown_token_id")?,
                mask: id("tokenizer.ggml.mask_token_id")?,
                pieces: (0..used)
                    .filter(|id| special(*id))
                    .map(|id| (pieces[id].clone(), id as u32))
                    .collect(),
            },
            pieces: (0..used)
                .map(|id| (!special(id)).then_some(pieces[id].as_str()))
                .collect(),
            scores,
            charsmap: gguf.array(
                "tokenizer.ggml.precompiled_charsmap",
                "u8s",
                candle_core::quantized::gguf_file::Value::to_u8,
            )?,
        })
    }
}
