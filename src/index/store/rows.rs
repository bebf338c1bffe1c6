//! What searching needs of every row: an index has it on disk, an evaluation in memory.
//!
//! Rows of all segments are numbered through; those of removed articles keep their numbers and are never
//! found.

use std::borrow::Cow;

use bytemuck::{Pod, Zeroable};

use super::codes::CodeRows;
use super::key::Key;
use super::keyword::Keyword;
use super::row_reads::SpotReads;
use super::token_rows::TokenRows;
use crate::embed::Probe;
use crate::index::store::bits::Bits;
use crate::index::store::position::{LanguageNo, LocalRow, Row, Run};

/// A row besides its vector.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Pod, Zeroable)]
pub struct RowRecord {
    /// See [`crate::embed::Alignment::inverse_length`].
    pub inverse_length: f32,
    /// Terms of its text, repetitions counted.
    pub terms: u32,
    /// Number of the language of its article, in its segment.
    pub language: u32,
}

pub const ROW_BYTES: usize = size_of::<RowRecord>();

/// The rows of one segment.
#[derive(Clone)]
pub struct SegmentRows<'a> {
    /// `[rows, dimension]`, row-major, of length 1.
    pub vectors: &'a [f32],
    /// The vectors as questions are compared with them, in eight bits; see `codes.rs`. Empty where
    /// there are none.
    pub codes: &'a [i8],
    /// How far the codes are from the vectors, at most.
    pub code_error: f32,
    /// One for each row.
    pub records: &'a [RowRecord],
    /// Which rows a term occurs in.
    pub keyword: Keyword<'a>,
    /// Content keys.
    pub keys: &'a [Key],
    /// The rows in the order of their keys.
    pub order: &'a [u32],
    /// For each language of the segment its number among all.
    pub languages: Vec<LanguageNo>,
    /// Rows of removed articles; `None` where there are none.
    pub dead: Option<&'a Bits>,
    /// Where vectors and codes can be read one by one, in this order.
    pub files: Option<(&'a SpotReads, &'a SpotReads)>,
    /// The codes of the rows' tokens.
    pub tokens: TokenRows<'a>,
    /// Its first row.
    pub first: Row,
}

impl<'a> SegmentRows<'a> {
    /// Vectors without words or keys, one language, none removed.
    pub fn of_vectors(
        vectors: &'a [f32],
        codes: &'a [i8],
        code_error: f32,
        records: &'a [RowRecord],
    ) -> Self {
        Self {
            vectors,
            codes,
            code_error,
            records,
            keyword: Keyword::new(&[], &[], records.len()),
            keys: &[],
            order: &[],
            languages: vec![LanguageNo::new(0)],
            dead: None,
            files: None,
            tokens: TokenRows::default(),
            first: Row::new(0),
        }
    }

    /// The codes, and where single ones can be read.
    pub fn code_rows(&self) -> CodeRows<'a> {
        CodeRows {
            values: self.codes,
            file: self.files.map(|(_, codes)| codes),
        }
    }

    /// Its rows.
    pub fn run(&self) -> Run<LocalRow> {
        Run::first(self.records.len())
    }

    /// One of its rows as a row of the index.
    #[inline]
    pub fn row(&self, row: LocalRow) -> Row {
        self.first + row.get()
    }

    /// Whether a row can be found: its article is not removed.
    pub fn is_live(&self, row: LocalRow) -> bool {
        self.dead.is_none_or(|dead| !dead.get(row.get()))
    }

    /// How close one of its rows is to a question: for whoever goes through them in order.
    #[inline]
    pub fn score(&self, probe: &Probe, row: LocalRow, dimension: usize) -> f32 {
        let row = row.get();
        let vector = &self.vectors[row * dimension..(row + 1) * dimension];
        probe.score(vector, self.records[row].inverse_length)
    }

    /// Calls `see` with every row that a term occurs in, and its language.
    fn visit(&self, term: &str, mut see: impl FnMut(LocalRow, LanguageNo)) {
        let live = self.keyword.find(term).map(|(row, _)| row);
        let live = live.filter(|row| self.is_live(*row));
        match self.languages.as_slice() {
            [only] => live.for_each(|row| see(row, *only)),
            _ => live.for_each(|row| see(row, self.language(row))),
        }
    }

    /// The language of one of its rows. What a damaged file says is taken as the first.
    fn language(&self, row: LocalRow) -> LanguageNo {
        let language = self.records[row.get()].language as usize;
        self.languages.get(language).copied().unwrap_or_default()
    }
}

/// Rows of a language and what they hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LanguageRows {
    /// Rows that can be found.
    pub rows: usize,
    /// Terms of their texts, repetitions counted.
    pub terms: u64,
}

/// Vectors, records and words of all rows.
#[derive(Clone)]
pub struct Rows<'a> {
    dimension: usize,
    parts: Vec<SegmentRows<'a>>,
    len: usize,
    /// The codes are of aligned vectors.
    pub aligned: bool,
    /// By the number of the language, removed rows left out.
    pub languages: Vec<LanguageRows>,
}

impl<'a> Rows<'a> {
    /// Numbers the parts through.
    pub fn new(
        dimension: usize,
        mut parts: Vec<SegmentRows<'a>>,
        languages: Vec<LanguageRows>,
        aligned: bool,
    ) -> Self {
        let mut len = 0;
        for part in &mut parts {
            part.first = Row::new(len);
            len += part.records.len();
        }
        Self {
            dimension,
            parts,
            len,
            aligned,
            languages,
        }
    }

    /// All rows, those of removed articles too.
    pub fn run(&self) -> Run<Row> {
        Run::first(self.len)
    }

    /// The rows that can be found.
    pub fn live_rows(&self) -> impl Iterator<Item = Row> {
        self.run().iter().filter(|row| self.is_live(*row))
    }

    /// Numbers given to rows, those of removed articles counted.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no row at all, removed ones counted.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Rows that can be found.
    pub fn live(&self) -> usize {
        self.languages.iter().map(|language| language.rows).sum()
    }

    /// Numbers of a vector.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// The rows of each segment, oldest first.
    pub fn parts(&self) -> &[SegmentRows<'a>] {
        &self.parts
    }

    /// The same, to be changed.
    pub fn parts_mut(&mut self) -> &mut [SegmentRows<'a>] {
        &mut self.parts
    }

    /// The part of a row, and its number there.
    #[inline]
    fn at(&self, row: Row) -> (&SegmentRows<'a>, LocalRow) {
        let part = match self.parts.as_slice() {
            [only] => only,
            parts => &parts[parts.partition_point(|part| part.first <= row) - 1],
        };
        (part, LocalRow::new(row - part.first))
    }

    /// Whether a row can be found: its article is not removed.
    pub fn is_live(&self, row: Row) -> bool {
        let (part, row) = self.at(row);
        part.is_live(row)
    }

    /// The vector of a row.
    pub fn vector(&self, row: Row) -> &'a [f32] {
        let (part, row) = self.at(row);
        let row = row.get();
        &part.vectors[row * self.dimension..(row + 1) * self.dimension]
    }

    /// How close a row is to a question: for whoever picks rows here and there.
    #[inline]
    pub fn score(&self, probe: &Probe, row: Row) -> f32 {
        let (part, row) = self.at(row);
        if let Some((vectors, _)) = part.files
            && vectors.left() > 0
        {
            let mut vector = vec![0f32; self.dimension];
            if vectors.read(row.get(), &mut vector) {
                return probe.score(&vector, part.records[row.get()].inverse_length);
            }
        }
        part.score(probe, row, self.dimension)
    }

    /// The token codes of a row that were made with `id`; `None` where it has none of these.
    pub fn tokens(&self, row: Row, id: &str) -> Option<Cow<'a, [u8]>> {
        let (part, row) = self.at(row);
        let tokens = Some(&part.tokens).filter(|tokens| tokens.id == Some(id));
        tokens?.get(row)
    }

    /// The language of a row.
    pub fn language(&self, row: Row) -> LanguageNo {
        let (part, row) = self.at(row);
        part.language(row)
    }

    /// Terms of a row, repetitions counted.
    pub fn terms(&self, row: Row) -> u32 {
        let (part, row) = self.at(row);
        part.records[row.get()].terms
    }

    /// The rows a term occurs in, ascending, and how often.
    pub fn find(&self, term: &str) -> impl Iterator<Item = (Row, u32)> {
        self.parts.iter().flat_map(move |part| {
            let found = part.keyword.find(term);
            found
                .filter(|(row, _)| part.is_live(*row))
                .map(|(row, count)| (part.row(row), count))
        })
    }

    /// For each language the rows that a term occurs in.
    pub fn frequencies(&self, term: &str) -> Vec<usize> {
        let mut frequencies = vec![0; self.languages.len().max(1)];
        for part in &self.parts {
            match (part.languages.as_slice(), part.dead) {
                ([only], None) => {
                    frequencies[only.get()] += part.keyword.find(term).document_frequency();
                }
                _ => part.visit(term, |_, language| frequencies[language.get()] += 1),
            }
        }
        frequencies
    }

    /// Calls `see` with every row that a term occurs in, and its language.
    pub fn visit(&self, term: &str, mut see: impl FnMut(Row, LanguageNo)) {
        for part in &self.parts {
            part.visit(term, |row, language| see(part.row(row), language));
        }
    }

    /// Rows chosen by their content alone: the same ones however an index came about.
    pub fn sample(&self, count: usize) -> Vec<Row> {
        let mut sample: Vec<(Key, Row)> = Vec::new();
        for part in &self.parts {
            let rows = part.order.iter().map(|row| LocalRow::new(*row as usize));
            let live = rows.filter(|row| row.get() < part.keys.len() && part.is_live(*row));
            sample.extend(
                live.take(count)
                    .map(|row| (part.keys[row.get()], part.row(row))),
            );
        }
        sample.sort_unstable();
        sample.truncate(count);
        sample.into_iter().map(|(_, row)| row).collect()
    }
}
