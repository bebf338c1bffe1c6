//! Text to token ids, as XLM-R models take it.

use unicode_normalization::{UnicodeNormalization, is_nfc};

use super::vocabulary::Specials;
use crate::error::Result;
use crate::passage::TokenCount;

/// Segments a text into pieces of a vocabulary; knows nothing of special tokens.
pub trait Pieces: Send + Sync {
    /// Appends the ids of a text.
    ///
    /// # Errors
    /// [`crate::Error::Tokenizer`].
    fn encode(&self, text: &str, ids: &mut Vec<u32>) -> Result<()>;
}

/// Pieces and special tokens.
pub struct Tokenizer {
    pieces: Box<dyn Pieces>,
    specials: Specials,
}

impl Tokenizer {
    pub fn new(pieces: Box<dyn Pieces>, specials: Specials) -> Self {
        Self { pieces, specials }
    }

    /// Goes before every input.
    pub fn bos(&self) -> u32 {
        self.specials.bos
    }

    /// Goes after every input.
    pub fn eos(&self) -> u32 {
        self.specials.eos
    }

    /// Ids of a text, without special tokens. The text is composed (NFC) first, and what looks like
    /// a special token in it stays text.
    ///
    /// # Errors
    /// [`crate::Error::Tokenizer`].
    pub fn encode(&self, text: &str) -> Result<Vec<u32>> {
        let mut ids = Vec::new();
        if is_nfc(text) {
            self.pieces.encode(text, &mut ids)?;
        } else {
            self.pieces
                .encode(&text.nfc().collect::<String>(), &mut ids)?;
        }
        Ok(ids)
    }

    /// Ids of a text exactly as the reference implementation gives them: not composed, and special
    /// tokens in the text are special (`<mask>` takes the white space before it along).
    ///
    /// # Errors
    /// [`crate::Error::Tokenizer`].
    pub fn encode_raw(&self, text: &str) -> Result<Vec<u32>> {
        let mut ids = Vec::new();
        let mut rest = text;
        loop {
            let special = self.specials.pieces.iter();
            let found = special
                .filter_map(|(piece, id)| Some((rest.find(piece.as_str())?, piece, *id)))
                .min_by_key(|(at, ..)| *at);
            let Some((at, piece, id)) = found else {
                self.pieces.encode(rest, &mut ids)?;
                return Ok(ids);
            };
            let before = &rest[..at];
            let before = if id == self.specials.mask {
                before.trim_end()
            } else {
                before
            };
            self.pieces.encode(before, &mut ids)?;
            ids.push(id);
            rest = &rest[at + piece.len()..];
        }
    }
}

impl TokenCount for Tokenizer {
    fn count(&self, text: &str) -> usize {
        // A text that cannot be tokenized is refused when it is embedded; until then it is short.
        self.encode(text).map_or(0, |ids| ids.len())
    }
}
