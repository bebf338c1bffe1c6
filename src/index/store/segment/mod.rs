//! Reads a segment file, mapped into memory. Every number in it is checked before it is followed, and whatever
//! is shown or cited comes from blocks whose checksums were compared, once each.

mod checks;
mod stored;

use std::borrow::Cow;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use memmap2::Mmap;

use crate::corpus::Span;
use crate::error::Result;
use crate::index::store::bits::Bits;
use crate::index::store::format::{
    ARTICLE_BYTES, ArticleRecord, BLOCK, KEY_BYTES, MAGIC, PASSAGE_BYTES, Sections, sentence_bytes,
};
use crate::index::store::key::Key;
use crate::index::store::keyword::Keyword;
use crate::index::store::manifest::SegmentEntry;
use crate::index::store::position::{LanguageNo, LocalArticle, LocalRow, Row, Run};
use crate::index::store::row_reads::SpotReads;
use crate::index::store::rows::{ROW_BYTES, SegmentRows};
use crate::index::store::token_rows::TokenRows;
use crate::index::store::vectors::Vectors;
use crate::mmap;

pub use self::stored::{StoredPassage, StoredSentence};

/// Bytes of a file that is checked whole when it is opened: a millisecond or two.
const SMALL: usize = 16 << 20;

/// A segment, open for reading.
pub struct Segment {
    path: PathBuf,
    bytes: Mmap,
    vector_reads: SpotReads,
    code_reads: SpotReads,
    token_reads: SpotReads,
    /// What its token codes were made with.
    late: Option<String>,
    sections: Sections,
    dimension: usize,
    code_error: f32,
    /// Blocks whose checksums were found right.
    sound: Vec<AtomicBool>,
    /// In the file, removed ones counted.
    pub articles: usize,
    /// In the file, removed ones counted.
    pub passages: usize,
}

impl Segment {
    /// Opens a segment; checks its length and the sizes of its sections.
    ///
    /// # Errors
    /// [`crate::Error::Io`], [`crate::IndexError::Corrupt`].
    pub fn open(dir: &Path, entry: &SegmentEntry, dimension: usize) -> Result<Self> {
        let path = dir.join(&entry.file.name);
        let (file, bytes) = mmap::open(&path)?;
        let file = Arc::new(file);
        let mut segment = Self {
            vector_reads: SpotReads::new(file.clone(), entry.sections.vectors.clone()),
            code_reads: SpotReads::new(file.clone(), entry.sections.codes.clone()),
            token_reads: SpotReads::new(file, entry.sections.tokens.clone()),
            late: entry.late.as_ref().map(|late| late.id.clone()),
            path,
            sections: entry.sections.clone(),
            dimension,
            code_error: entry.code_error,
            sound: Vec::new(),
            articles: entry.articles,
            passages: entry.passages,
            bytes,
        };
        segment.check("length", entry.file.bytes, segment.bytes.len() as u64)?;
        segment.check(
            "first bytes",
            MAGIC.as_slice(),
            segment.bytes.get(..8).unwrap_or_default(),
        )?;
        let sections = &segment.sections;
        for (what, section, records, size) in [
            (
                "vectors",
                &sections.vectors,
                segment.passages,
                dimension * 4,
            ),
            ("codes", &sections.codes, segment.passages, dimension),
            ("rows", &sections.rows, segment.passages, ROW_BYTES),
            ("keys", &sections.keys, segment.passages, KEY_BYTES),
            ("order", &sections.order, segment.passages, 4),
            (
                "passages",
                &sections.passages,
                segment.passages,
                PASSAGE_BYTES,
            ),
            (
                "articles",
                &sections.articles,
                segment.articles,
                ARTICLE_BYTES,
            ),
            (
                "token_ends",
                &sections.token_ends,
                segment.late.as_ref().map_or(0, |_| segment.passages),
                8,
            ),
        ] {
            segment.check(what, records.saturating_mul(size), section.len())?;
        }
        for (_, section) in sections.all() {
            let behind = section.end > sections.checks.start && *section != sections.checks;
            if behind || segment.bytes.get(section.clone()).is_none() {
                return Err(segment.corrupt("section", "inside the file", format!("{section:?}")));
            }
        }
        let blocks = sections.checks.start.div_ceil(BLOCK);
        segment.check("checks", blocks * 8, sections.checks.len())?;
        segment.sound = (0..blocks).map(|_| AtomicBool::new(false)).collect();
        Ok(segment)
    }

    /// All vectors, `[passages, dimension]` row-major f32.
    pub fn vectors(&self) -> &[f32] {
        let bytes = self.section(&self.sections.vectors);
        // Sections are aligned and mappings begin at a page; were it otherwise, nothing is found.
        bytemuck::try_cast_slice(bytes).unwrap_or_default()
    }

    /// What searching needs of every row. `languages` are the numbers of its languages among all.
    pub fn part<'a>(
        &'a self,
        languages: Vec<LanguageNo>,
        dead: Option<&'a Bits>,
    ) -> SegmentRows<'a> {
        // As with the vectors: sections are aligned.
        let records = bytemuck::try_cast_slice(self.section(&self.sections.rows));
        let order = bytemuck::try_cast_slice(self.section(&self.sections.order));
        let terms = self.section(&self.sections.terms);
        let postings = self.section(&self.sections.postings);
        SegmentRows {
            vectors: self.vectors(),
            codes: self.codes(),
            code_error: self.code_error,
            records: records.unwrap_or_default(),
            keyword: Keyword::new(terms, postings, self.passages),
            keys: self.keys(),
            order: order.unwrap_or_default(),
            languages,
            dead,
            files: Some((&self.vector_reads, &self.code_reads)),
            tokens: self.tokens(),
            first: Row::new(0),
        }
    }

    /// Everything will be read through the mapping.
    pub fn read_mapped(&self) {
        self.vector_reads.end();
        self.code_reads.end();
        self.token_reads.end();
    }

    /// The token codes of all rows.
    pub fn tokens(&self) -> TokenRows<'_> {
        let ends = bytemuck::try_cast_slice(self.section(&self.sections.token_ends));
        TokenRows {
            id: self.late.as_deref(),
            ends: ends.unwrap_or_default(),
            bytes: self.section(&self.sections.tokens),
            file: Some(&self.token_reads),
        }
    }

    /// Compares the checksums of a row's token codes.
    ///
    /// # Errors
    /// [`crate::IndexError::Corrupt`].
    pub fn check_tokens(&self, row: LocalRow) -> Result<()> {
        if self.late.is_some() {
            let number = row.get();
            let ends = number.saturating_sub(1) * 8..(number + 1) * 8;
            self.sound("token_ends", &self.sections.token_ends, ends)?;
        }
        if let Some(place) = self.tokens().place(row) {
            self.sound("tokens", &self.sections.tokens, place)?;
        }
        Ok(())
    }

    /// All vectors in eight bits, `[passages, dimension]` row-major; see [`crate::index::store::codes`].
    pub fn codes(&self) -> &[i8] {
        bytemuck::cast_slice(self.section(&self.sections.codes))
    }

    /// The content keys of all rows.
    pub fn keys(&self) -> &[Key] {
        bytemuck::try_cast_slice(self.section(&self.sections.keys)).unwrap_or_default()
    }

    /// The row of a content key.
    pub fn find_key(&self, key: &Key) -> Option<LocalRow> {
        let keys = self.keys();
        let order: &[u32] =
            bytemuck::try_cast_slice(self.section(&self.sections.order)).unwrap_or_default();
        let key_at = |row: &u32| keys.get(*row as usize);
        let at = order.partition_point(|row| key_at(row).is_some_and(|other| other < key));
        let row = order.get(at)?;
        (key_at(row) == Some(key)).then_some(LocalRow::new(*row as usize))
    }

    /// The vector of a row.
    pub fn vector(&self, row: LocalRow) -> &[f32] {
        let row = row.get();
        &self.vectors()[row * self.dimension..(row + 1) * self.dimension]
    }

    /// The passage of a row.
    ///
    /// # Errors
    /// [`crate::IndexError::Corrupt`].
    pub fn passage(&self, row: LocalRow) -> Result<StoredPassage<LocalArticle>> {
        let at = row.get() * PASSAGE_BYTES..(row.get() + 1) * PASSAGE_BYTES;
        let record = self.sound("passages", &self.sections.passages, at)?;
        let [
            article,
            start,
            end,
            first_line,
            last_line,
            first_sentence,
            sentence_count,
            tokens,
        ] = u32s(record);
        let passage = StoredPassage {
            article: LocalArticle::new(article),
            span: start..end,
            lines: (first_line, last_line),
            tokens,
            first_sentence,
            sentence_count,
        };
        if article >= self.articles {
            return Err(self.corrupt(
                "article of a passage",
                format!("under {}", self.articles),
                article.to_string(),
            ));
        }
        Ok(passage)
    }

    /// The sentences of a passage with their vectors.
    ///
    /// # Errors
    /// [`crate::IndexError::Corrupt`].
    pub fn sentences<A>(&self, passage: &StoredPassage<A>) -> Result<Vec<StoredSentence>> {
        let size = sentence_bytes(self.dimension);
        let start = passage.first_sentence * size;
        let at = start..start + passage.sentence_count * size;
        let records = self.sound("sentences", &self.sections.sentences, at)?;
        let sentence = |record: &[u8]| {
            let [start, end] = u32s(record);
            let scale = f32::from_bits(u32s::<1>(&record[8..])[0] as u32);
            let values: Vec<i8> = record[12..].iter().map(|v| v.cast_signed()).collect();
            StoredSentence {
                span: start..end,
                vector: values.iter().map(|v| scale * f32::from(*v)).collect(),
                scale,
                values,
            }
        };
        Ok(records.chunks_exact(size).map(sentence).collect())
    }

    /// Numbers of a passage's sentences in the section, whatever its checksum says.
    pub(in crate::index) fn sentence_numbers(&self, row: LocalRow) -> Range<usize> {
        let record = &self.section(&self.sections.passages)[row.get() * PASSAGE_BYTES..];
        let [_, _, _, _, _, first, count, _] = u32s(record);
        first..first + count
    }

    /// Compares the checksums of what a row is scored by.
    ///
    /// # Errors
    /// [`crate::IndexError::Corrupt`].
    pub fn check_row(&self, row: LocalRow) -> Result<()> {
        let row = row.get();
        let of_row = |size: usize| row * size..(row + 1) * size;
        let vector = of_row(self.dimension * 4);
        self.sound("vectors", &self.sections.vectors, vector)?;
        self.sound("rows", &self.sections.rows, of_row(ROW_BYTES))?;
        Ok(())
    }

    /// Everything that was computed for a row; no token codes where these are damaged.
    ///
    /// # Errors
    /// [`crate::IndexError::Corrupt`].
    pub fn stored_vectors(&self, row: LocalRow) -> Result<Vectors> {
        self.check_row(row)?;
        let sentences = self.sentences(&self.passage(row)?)?;
        let tokens = self.check_tokens(row).ok();
        Ok(Vectors {
            tokens: tokens.and_then(|()| self.tokens().get(row).map(Cow::into_owned)),
            vector: self.vector(row).to_vec(),
            parts: sentences.into_iter().map(|s| (s.scale, s.values)).collect(),
        })
    }

    /// What is known about an article.
    ///
    /// # Errors
    /// [`crate::IndexError::Corrupt`].
    pub fn article(&self, number: LocalArticle) -> Result<ArticleRecord> {
        let row = self.sound_article_row(number)?;
        let bytes = self.sound("meta", &self.sections.meta, row.meta)?;
        serde_json::from_slice(bytes)
            .map_err(|error| self.corrupt("article", "a JSON object", error.to_string()))
    }

    /// An article's text.
    ///
    /// # Errors
    /// [`crate::IndexError::Corrupt`].
    pub fn text(&self, number: LocalArticle) -> Result<&str> {
        let row = self.sound_article_row(number)?;
        let bytes = self.sound("texts", &self.sections.texts, row.text)?;
        std::str::from_utf8(bytes)
            .map_err(|error| self.corrupt("text of an article", "UTF-8", error.to_string()))
    }

    /// A span of an article's text.
    ///
    /// # Errors
    /// [`crate::IndexError::Corrupt`].
    pub fn span_text(&self, article: LocalArticle, span: &Span) -> Result<&str> {
        let row = self.sound_article_row(article)?;
        let bytes = self.sound("texts", &self.sections.texts, row.text)?;
        // Only the span is looked at: an article may have megabytes.
        let text = bytes.get(span.clone());
        text.and_then(|text| std::str::from_utf8(text).ok())
            .ok_or_else(|| {
                self.corrupt(
                    "span of a passage",
                    format!("text inside 0..{}", bytes.len()),
                    format!("{span:?}"),
                )
            })
    }

    /// Where the sections lie.
    pub fn sections(&self) -> &Sections {
        &self.sections
    }

    /// Its articles, removed ones too.
    pub fn article_run(&self) -> Run<LocalArticle> {
        Run::first(self.articles)
    }

    /// Its rows, those of removed articles too.
    pub fn row_run(&self) -> Run<LocalRow> {
        Run::first(self.passages)
    }

    /// Name of the file.
    pub fn name(&self) -> String {
        let name = self.path.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// The rows of an article's passages.
    pub fn rows_of(&self, article: LocalArticle) -> Run<LocalRow> {
        let rows = self.article_row(article).rows;
        let inside = |row: usize| LocalRow::new(row.min(self.passages));
        Run::new(inside(rows.start), inside(rows.end))
    }

    fn sound_article_row(&self, number: LocalArticle) -> Result<ArticleRow> {
        let at = number.get() * ARTICLE_BYTES..(number.get() + 1) * ARTICLE_BYTES;
        self.sound("articles", &self.sections.articles, at)?;
        Ok(self.article_row(number))
    }

    pub(in crate::index) fn article_row(&self, number: LocalArticle) -> ArticleRow {
        let record =
            &self.section(&self.sections.articles)[number.get() * ARTICLE_BYTES..][..ARTICLE_BYTES];
        let (offsets, rest) = record.split_at(16);
        let u64_at = |at: usize| {
            let mut bytes = [0; 8];
            bytes.copy_from_slice(&offsets[at..at + 8]);
            usize::try_from(u64::from_le_bytes(bytes)).unwrap_or(usize::MAX)
        };
        let [text_bytes, meta_bytes, first, count] = u32s(rest);
        let range = |start: usize, length: usize| start..start.saturating_add(length);
        ArticleRow {
            text: range(u64_at(0), text_bytes),
            meta: range(u64_at(8), meta_bytes),
            rows: first..first + count,
        }
    }

    fn section(&self, section: &Range<usize>) -> &[u8] {
        &self.bytes[section.clone()]
    }
}

/// An article's place in the sections.
pub(in crate::index) struct ArticleRow {
    pub(in crate::index) text: Range<usize>,
    pub(in crate::index) meta: Range<usize>,
    pub(in crate::index) rows: Range<usize>,
}

/// The first `N` little-endian u32 of a record.
fn u32s<const N: usize>(record: &[u8]) -> [usize; N] {
    let (numbers, _) = record.as_chunks::<4>();
    std::array::from_fn(|i| u32::from_le_bytes(numbers[i]) as usize)
}
