//! Vocabularies as GGUF files carry them (`tokenizer.ggml.*`): SentencePiece Unigram, and WordPiece.

use candle_core::quantized::gguf_file::Value;
use serde::{Deserialize, Serialize};

use crate::embed::weights::Weights;
use crate::embed::weights::gguf::Gguf;
use crate::error::Result;

/// llama.cpp's token types that matter here (`llama_token_type`).
const SPECIAL: [i32; 2] = [2, 3]; // unknown, control
const UNUSED: i32 = 5;

/// Ids of special tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Specials {
    /// What goes before every input, and after it.
    pub before: Vec<u32>,
    pub after: Vec<u32>,
    pub unknown: u32,
    pub mask: u32,
    /// Special pieces as they may stand in a text, with their ids.
    pub pieces: Vec<(String, u32)>,
}

/// Pieces of SentencePiece Unigram with their scores, and the normaliser.
pub struct Vocabulary {
    /// By id; `None` is special: it is never found in a text.
    pub pieces: Vec<Option<String>>,
    pub scores: Vec<f32>,
    pub charsmap: Vec<u8>,
    pub specials: Specials,
}

/// WordPiece: what tokenizers needs for it.
pub struct WordPieces {
    /// By id; inside words with `##` before them.
    pub pieces: Vec<String>,
    pub specials: Specials,
}

/// Which tokenizer a GGUF file names.
///
/// # Errors
/// [`crate::EmbedError::BadModel`] for one that is not read.
pub fn is_word_piece(gguf: &Gguf) -> Result<bool> {
    const KEY: &str = "tokenizer.ggml.model";
    match gguf.value(KEY, "string", |v| v.to_string())?.as_str() {
        "t5" => Ok(false),
        "bert" => Ok(true),
        other => {
            let known = "t5 (SentencePiece Unigram) or bert (WordPiece)";
            Err(gguf.fault(KEY.to_owned(), &known, &other))
        }
    }
}

impl WordPieces {
    /// # Errors
    /// [`crate::EmbedError::BadModel`] where a key is absent or contradicts another.
    pub fn from_gguf(gguf: &Gguf) -> Result<Self> {
        let (tokens, kinds) = tokens(gguf)?;
        // llama.cpp marks the beginning of a word, WordPiece what does not begin one.
        let piece = |(token, kind): (&String, &i32)| match token.strip_prefix('▁') {
            Some(begins) => begins.to_owned(),
            None if SPECIAL.contains(kind) || *kind == UNUSED => token.clone(),
            None => format!("##{token}"),
        };
        let id = |keys: &[&str]| id_of(gguf, keys, tokens.len());
        Ok(Self {
            specials: Specials {
                before: vec![id(&["cls_token_id", "bos_token_id"])?],
                after: vec![id(&["seperator_token_id", "eos_token_id"])?],
                unknown: id(&["unknown_token_id"])?,
                mask: id(&["mask_token_id", "unknown_token_id"])?,
                pieces: special_pieces(&tokens, &kinds),
            },
            pieces: tokens.iter().zip(&kinds).map(piece).collect(),
        })
    }
}

/// Tokens and their types.
fn tokens(gguf: &Gguf) -> Result<(Vec<String>, Vec<i32>)> {
    let tokens = gguf.array("tokenizer.ggml.tokens", "strings", |v| {
        v.to_string().cloned()
    })?;
    let kinds = gguf.array("tokenizer.ggml.token_type", "i32s", Value::to_i32)?;
    if kinds.len() != tokens.len() {
        let what = "tokenizer.ggml.token_type".to_owned();
        return Err(gguf.fault(what, &tokens.len(), &kinds.len()));
    }
    Ok((tokens, kinds))
}

/// The first of the ids that is given, under `count`. llama.cpp has changed some of these keys.
fn id_of(gguf: &Gguf, keys: &[&str], count: usize) -> Result<u32> {
    let full = |key: &str| format!("tokenizer.ggml.{key}");
    let found = keys.iter().find_map(|key| {
        let id = gguf.number(&full(key)).ok()?;
        Some((full(key), id))
    });
    match found {
        Some((_, id)) if id < count => Ok(id as u32),
        Some((key, id)) => Err(gguf.fault(key, &format!("under {count}"), &id)),
        None => gguf.number(&full(keys[0])).map(|id| id as u32),
    }
}

fn special_pieces(tokens: &[String], kinds: &[i32]) -> Vec<(String, u32)> {
    let all = tokens.iter().zip(kinds).zip(0..);
    let special = all.filter(|((_, kind), _)| SPECIAL.contains(kind));
    special
        .map(|((token, _), id)| (token.clone(), id))
        .collect()
}

/// Whether a piece has something that a text can be about.
pub fn tells(piece: &str) -> bool {
    piece.chars().any(char::is_alphanumeric)
}

impl Vocabulary {
    /// How much each piece tells, by its id: what its score says of how rare it is, and never nothing.
    pub fn weights(&self) -> Vec<f32> {
        /// The scores are natural logarithms of probabilities; the most frequent words lie above this.
        const FREQUENT: f32 = -6.0;
        const LEAST: f32 = 0.5;
        let weight = |(piece, score): (&Option<String>, &f32)| match piece {
            Some(piece) if tells(piece) => (FREQUENT - score).max(LEAST),
            _ => 0.0,
        };
        self.pieces.iter().zip(&self.scores).map(weight).collect()
    }

    /// # Errors
    /// [`crate::EmbedError::BadModel`] where a key is absent or contradicts another.
    pub fn from_gguf(gguf: &Gguf) -> Result<Self> {
        let (mut tokens, mut kinds) = tokens(gguf)?;
        let mut scores = gguf.array("tokenizer.ggml.scores", "f32s", Value::to_f32)?;
        if scores.len() != tokens.len() {
            let what = "tokenizer.ggml.scores".to_owned();
            return Err(gguf.fault(what, &tokens.len(), &scores.len()));
        }
        // The table may have more rows than there are pieces.
        let used = kinds.iter().rposition(|kind| *kind != UNUSED);
        let used = used.map_or(0, |last| last + 1);
        scores.truncate(used);
        tokens.truncate(used);
        kinds.truncate(used);
        let id = |key: &str| id_of(gguf, &[key], used);
        Ok(Self {
            specials: Specials {
                before: vec![id("bos_token_id")?],
                after: vec![id("eos_token_id")?],
                unknown: id("unknown_token_id")?,
                mask: id("mask_token_id")?,
                pieces: special_pieces(&tokens, &kinds),
            },
            pieces: tokens
                .into_iter()
                .zip(&kinds)
                .map(|(token, kind)| (!SPECIAL.contains(kind)).then_some(token))
                .collect(),
            scores,
            charsmap: gguf.array("tokenizer.ggml.precompiled_charsmap", "u8s", Value::to_u8)?,
        })
    }
}
