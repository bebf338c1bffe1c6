//! SentencePiece's normaliser: a double-array trie of replacements (`precompiled_charsmap`).
//!
//! Layout: u32 size of the trie in bytes, the trie (little-endian u32 units as in Darts-clone), then the
//! replacements, each ended by NUL; a trie value is an offset into them. Applied as Hugging Face
//! tokenizers does: a whole grapheme under six bytes takes the replacement of its shortest known
//! beginning; otherwise each of its characters is looked up alone.

use std::ops::Deref;

use unicode_segmentation::UnicodeSegmentation;

use crate::error::{EmbedError, Error, Result};

/// A normaliser over bytes that lie elsewhere.
pub struct Charsmap<T> {
    bytes: T,
    /// Bytes of the trie, which begins at byte 4.
    trie: usize,
}

impl<T: Deref<Target = [u8]>> Charsmap<T> {
    /// # Errors
    /// [`EmbedError::Tokenizer`] where the bytes are no charsmap.
    pub fn new(bytes: T) -> Result<Self> {
        let trie = bytes
            .first_chunk::<4>()
            .map(|size| u32::from_le_bytes(*size) as usize);
        let fits = |size: &usize| *size > 0 && size.is_multiple_of(4) && *size <= bytes.len() - 4;
        let trie = trie.filter(fits).ok_or_else(|| {
            Error::Embed(EmbedError::Tokenizer {
                action: "read the charsmap",
                message: format!("{} bytes are no precompiled_charsmap", bytes.len()),
            })
        })?;
        Ok(Self { bytes, trie })
    }

    /// Appends the normalised text to `out`.
    pub fn normalize(&self, text: &str, out: &mut String) {
        for grapheme in text.graphemes(true) {
            if grapheme.len() < 6
                && let Some(replacement) = self.replacement(grapheme)
            {
                out.push_str(replacement);
                continue;
            }
            let mut buffer = [0; 4];
            for c in grapheme.chars() {
                match self.replacement(c.encode_utf8(&mut buffer)) {
                    Some(replacement) => out.push_str(replacement),
                    None => out.push(c),
                }
            }
        }
    }

    /// The replacement of the shortest beginning of `chunk` that has one.
    fn replacement(&self, chunk: &str) -> Option<&str> {
        let (units, replacements) = self.bytes[4..].split_at(self.trie);
        let (units, _) = units.as_chunks::<4>();
        let unit = |at: usize| units.get(at).map(|bytes| u32::from_le_bytes(*bytes));
        let offset = |unit: u32| ((unit >> 10) << ((unit & (1 << 9)) >> 6)) as usize;
        let mut at = offset(unit(0)?);
        for &byte in chunk.as_bytes() {
            if byte == 0 {
                return None;
            }
            at ^= usize::from(byte);
            let here = unit(at)?;
            // The label, and the bit that only leaves have.
            if here & (1 << 31 | 0xff) != u32::from(byte) {
                return None;
            }
            at ^= offset(here);
            if here & (1 << 8) != 0 {
                let start = (unit(at)? & !(1 << 31)) as usize;
                let rest = replacements.get(start..)?;
                let end = rest
                    .iter()
                    .position(|byte| *byte == 0)
                    .unwrap_or(rest.len());
                return std::str::from_utf8(&rest[..end]).ok();
            }
        }
        None
    }
}
