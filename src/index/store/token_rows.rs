//! The token codes of rows, and where they can be read one by one.

use std::borrow::Cow;
use std::ops::Range;

use super::format::{end_of_tokens, has_tokens};
use super::position::LocalRow;
use super::row_reads::SpotReads;
use super::token_codes::MOST_BYTES;

/// The token codes of the rows of one segment; none by default.
#[derive(Clone, Copy, Default)]
pub struct TokenRows<'a> {
    /// What they were made with: [`crate::embed::TokenCodes::id`]; `None` where no row has any.
    pub id: Option<&'a str>,
    /// One record a row, see `format.rs`.
    pub ends: &'a [u64],
    /// The codes of all rows, one after the other.
    pub bytes: &'a [u8],
    /// Where those of single rows can be read; `None` where they lie in memory.
    pub file: Option<&'a SpotReads>,
}

impl<'a> TokenRows<'a> {
    /// Where the codes of a row lie in `bytes`; `None` where it has none.
    pub fn place(&self, row: LocalRow) -> Option<Range<usize>> {
        let row = row.get();
        let record = *self.ends.get(row)?;
        let before = row.checked_sub(1).and_then(|row| self.ends.get(row));
        let start = before.map_or(0, |record| end_of_tokens(*record));
        let end = end_of_tokens(record);
        // What a damaged file says is taken as nothing.
        let inside =
            start <= end && end <= self.bytes.len() as u64 && end - start <= MOST_BYTES as u64;
        (has_tokens(record) && inside).then_some(start as usize..end as usize)
    }

    /// The codes of a row; `None` where it has none.
    pub fn get(&self, row: LocalRow) -> Option<Cow<'a, [u8]>> {
        let place = self.place(row)?;
        if let Some(file) = self.file
            && file.left() > 0
        {
            let mut codes = vec![0; place.len()];
            if file.read_bytes(place.start, &mut codes) {
                return Some(Cow::Owned(codes));
            }
        }
        Some(Cow::Borrowed(&self.bytes[place]))
    }
}
