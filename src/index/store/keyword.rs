//! The keyword index: which rows a term occurs in, and how often.
//!
//! Terms are known by their XXH3 hash: 64 bits do not collide among millions of terms, records have one
//! size, and looking one up is a binary search in the mapped file.
//!
//! | section | record |
//! | --- | --- |
//! | terms | u64 hash (ascending), u64 where its postings begin |
//! | postings | for each term: rows it occurs in, then for each row the step from the row before it, doubled, plus one where a number follows that says how often (else once); all LEB128 |

use std::collections::HashMap;

use xxhash_rust::xxh3::xxh3_64;

use crate::index::store::position::LocalRow;
use crate::words::{counts, is_aside};

pub const TERM_BYTES: usize = 16;

/// Collects the terms of rows.
#[derive(Default)]
pub struct KeywordWriter {
    postings: HashMap<u64, Posting>,
    rows: u32,
}

#[derive(Default)]
struct Posting {
    bytes: Vec<u8>,
    rows: u32,
    /// One more than the last row.
    next: u32,
}

impl KeywordWriter {
    /// Adds the next row; returns how many terms it has.
    pub fn row(&mut self, text: &str) -> u32 {
        let mut total = 0;
        for (term, count) in counts(text) {
            if !is_aside(&term) {
                total += count;
            }
            let posting = self.postings.entry(xxh3_64(term.as_bytes())).or_default();
            let step = u64::from(self.rows - posting.next) << 1;
            leb128(&mut posting.bytes, step | u64::from(count > 1));
            if count > 1 {
                leb128(&mut posting.bytes, u64::from(count));
            }
            posting.rows += 1;
            posting.next = self.rows + 1;
        }
        self.rows += 1;
        total
    }

    /// The sections `terms` and `postings`.
    pub fn finish(self) -> (Vec<u8>, Vec<u8>) {
        let mut all: Vec<(u64, Posting)> = self.postings.into_iter().collect();
        all.sort_unstable_by_key(|(hash, _)| *hash);
        let (mut terms, mut postings) = (Vec::with_capacity(all.len() * TERM_BYTES), Vec::new());
        for (hash, posting) in all {
            terms.extend(hash.to_le_bytes());
            terms.extend((postings.len() as u64).to_le_bytes());
            leb128(&mut postings, u64::from(posting.rows));
            postings.extend(posting.bytes);
        }
        (terms, postings)
    }
}

fn leb128(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

/// A keyword index, open for reading. Whatever its bytes are, reading them ends and stays inside.
#[derive(Clone, Copy)]
pub struct Keyword<'a> {
    terms: &'a [u8],
    postings: &'a [u8],
    rows: usize,
}

impl<'a> Keyword<'a> {
    /// Opens the two sections of `rows` rows.
    pub fn new(terms: &'a [u8], postings: &'a [u8], rows: usize) -> Self {
        Self {
            terms,
            postings,
            rows,
        }
    }

    /// The rows a term occurs in, ascending.
    pub fn find(&self, term: &str) -> Postings<'a> {
        let hash = xxh3_64(term.as_bytes());
        let number = |at: usize| {
            let mut bytes = [0; 8];
            bytes.copy_from_slice(&self.terms[at..at + 8]);
            u64::from_le_bytes(bytes)
        };
        let (mut low, mut high) = (0, self.terms.len() / TERM_BYTES);
        while low < high {
            let middle = usize::midpoint(low, high);
            if number(middle * TERM_BYTES) < hash {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        let found = low < self.terms.len() / TERM_BYTES && number(low * TERM_BYTES) == hash;
        let start = found.then(|| number(low * TERM_BYTES + 8) as usize);
        let mut postings = Postings {
            bytes: start
                .and_then(|start| self.postings.get(start..))
                .unwrap_or_default(),
            left: 0,
            next: 0,
            rows: self.rows,
        };
        postings.left = (postings.number().unwrap_or(0) as usize).min(self.rows);
        postings
    }
}

/// The rows of a term and how often it occurs in each.
#[derive(Debug, Clone)]
pub struct Postings<'a> {
    bytes: &'a [u8],
    left: usize,
    next: usize,
    rows: usize,
}

impl Postings<'_> {
    fn number(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..63).step_by(7) {
            let (byte, rest) = self.bytes.split_first()?;
            self.bytes = rest;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }
}

impl Iterator for Postings<'_> {
    type Item = (LocalRow, u32);

    fn next(&mut self) -> Option<(LocalRow, u32)> {
        self.left = self.left.checked_sub(1)?;
        let step = self.number()?;
        let row = self.next.checked_add((step >> 1) as usize)?;
        let count = if step & 1 == 1 { self.number()? } else { 1 };
        self.next = row + 1;
        (row < self.rows).then_some((LocalRow::new(row), count as u32))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.left))
    }
}

impl Postings<'_> {
    /// Rows the term occurs in.
    pub fn document_frequency(&self) -> usize {
        self.left
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_found_where_they_occur() {
        let mut writer = KeywordWriter::default();
        assert_eq!(writer.row("cats and cats"), 3);
        assert_eq!(writer.row(""), 0);
        for _ in 0..300 {
            writer.row("dogs");
        }
        writer.row("Cats");
        let (terms, postings) = writer.finish();
        let index = Keyword::new(&terms, &postings, 303);
        let cats = [(LocalRow::new(0), 2), (LocalRow::new(302), 1)];
        assert_eq!(index.find("cats").collect::<Vec<_>>(), cats);
        assert_eq!(index.find("dogs").document_frequency(), 300);
        assert_eq!(index.find("dogs").last(), Some((LocalRow::new(301), 1)));
        assert_eq!(index.find("birds").next(), None);
    }

    #[test]
    fn damaged_bytes_end_inside() {
        let mut writer = KeywordWriter::default();
        for i in 0..50 {
            writer.row(&format!("a b{i} b{i}"));
        }
        let (mut terms, mut postings) = writer.finish();
        for i in 0..postings.len() {
            postings[i] ^= 0xff;
            let index = Keyword::new(&terms, &postings, 50);
            assert!(index.find("a").all(|(row, _)| row.get() < 50));
        }
        for i in 0..terms.len() {
            terms[i] ^= 0xff;
            let index = Keyword::new(&terms, &postings[..7], 50);
            assert!(index.find("b7").all(|(row, _)| row.get() < 50));
        }
    }
}
