//! Writes a segment file: streamed under a temporary name, then renamed.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::codes;
use super::effort::Effort;
use super::format::{ALIGN, ArticleRecord, MAGIC, Sections, has_tokens, token_end};
use super::key::Key;
use super::keyword::KeywordWriter;
use super::manifest::{LanguageEntry, LateEntry, SegmentEntry};
use super::rows::RowRecord;
use crate::embed::Precision;
use crate::error::Result;
use crate::index::store::hashed_file::{HashedFile, Spool};
use crate::index::store::names::SEGMENT;
use crate::index::store::vectors::Vectors;
use crate::passage::Passage;

/// Collects articles and writes them.
///
/// Vectors, by far the largest part, go to the file as they come, and what else grows with the text to files
/// beside it; a few dozen bytes a passage and the words wait in memory.
pub struct SegmentWriter {
    dir: PathBuf,
    name: String,
    file: HashedFile,
    codes: Spool,
    code_error: f32,
    rows: Vec<RowRecord>,
    keyword: KeywordWriter,
    languages: Vec<LanguageEntry>,
    /// Of the last article.
    language: usize,
    keys: Vec<Key>,
    passages: Vec<u8>,
    sentences: Spool,
    sentence_count: usize,
    articles: Vec<u8>,
    article_count: usize,
    meta: Spool,
    texts: Spool,
    tokens: Spool,
    /// As they are stored.
    token_ends: Vec<u64>,
}

/// A passage with everything that is stored of it.
pub struct NewPassage<'a> {
    pub passage: &'a Passage,
    pub key: Key,
    pub vectors: &'a Vectors,
    /// The vector as questions are compared with it ([`crate::embed::Alignment::align`]).
    pub compared: &'a [f32],
    /// What [`crate::embed::Alignment::inverse_length`] gives for the vector.
    pub inverse_length: f32,
    /// The text whose words find it.
    pub words: &'a str,
}

impl SegmentWriter {
    /// Begins the segment of a generation.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn create(dir: &Path, generation: u64) -> Result<Self> {
        let name = format!("{generation:08}{SEGMENT}");
        let mut file = HashedFile::create(&dir.join(format!("{name}.tmp")))?;
        file.write(MAGIC)?;
        file.align()?;
        let spool = |part: &str| Spool::create(&dir.join(format!("{name}.{part}.tmp")));
        Ok(Self {
            dir: dir.to_path_buf(),
            file,
            codes: spool("codes")?,
            code_error: 0.0,
            rows: Vec::new(),
            keyword: KeywordWriter::default(),
            languages: Vec::new(),
            language: 0,
            keys: Vec::new(),
            passages: Vec::new(),
            sentences: spool("sentences")?,
            sentence_count: 0,
            articles: Vec::new(),
            article_count: 0,
            meta: spool("meta")?,
            texts: spool("texts")?,
            tokens: spool("tokens")?,
            token_ends: Vec::new(),
            name,
        })
    }

    /// Adds an article; its passages follow.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn article(&mut self, record: &ArticleRecord, text: &str, passages: usize) -> Result<()> {
        let meta = serde_json::to_vec(record).unwrap_or_default();
        let language = record.metadata.lang.as_deref().unwrap_or_default();
        let known = self
            .languages
            .iter()
            .position(|known| known.name == language);
        self.language = known.unwrap_or_else(|| {
            self.languages.push(LanguageEntry {
                name: language.to_owned(),
                passages: 0,
                terms: 0,
            });
            self.languages.len() - 1
        });
        let row = &mut self.articles;
        row.extend(self.texts.length.to_le_bytes());
        row.extend(self.meta.length.to_le_bytes());
        for number in [text.len(), meta.len(), self.rows.len(), passages] {
            row.extend((number as u32).to_le_bytes());
        }
        self.article_count += 1;
        self.texts.write(text.as_bytes())?;
        self.meta.write(&meta)
    }

    /// Adds a passage of the last article.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn passage(&mut self, new: &NewPassage<'_>) -> Result<()> {
        let passage = new.passage;
        let terms = self.keyword.row(new.words);
        let language = &mut self.languages[self.language];
        language.passages += 1;
        language.terms += u64::from(terms);
        self.rows.push(RowRecord {
            inverse_length: new.inverse_length,
            terms,
            language: self.language as u32,
        });
        self.file.write(bytemuck::cast_slice(&new.vectors.vector))?;
        let mut code = Vec::with_capacity(new.compared.len());
        self.code_error = self.code_error.max(codes::encode(new.compared, &mut code));
        self.codes.write(bytemuck::cast_slice(&code))?;
        self.keys.push(new.key);
        let numbers = [
            self.article_count - 1,
            passage.span.start,
            passage.span.end,
            passage.lines.0,
            passage.lines.1,
            self.sentence_count,
            passage.sentences.len(),
            passage.tokens,
        ];
        for number in numbers {
            self.passages.extend((number as u32).to_le_bytes());
        }
        for (span, (scale, values)) in passage.sentences.iter().zip(&new.vectors.parts) {
            let mut row = Vec::with_capacity(super::format::sentence_bytes(values.len()));
            row.extend((span.start as u32).to_le_bytes());
            row.extend((span.end as u32).to_le_bytes());
            row.extend(scale.to_le_bytes());
            row.extend(values.iter().map(|v| v.cast_unsigned()));
            self.sentences.write(&row)?;
            self.sentence_count += 1;
        }
        let tokens = &new.vectors.tokens;
        self.tokens.write(tokens.as_deref().unwrap_or_default())?;
        self.token_ends
            .push(token_end(self.tokens.length, tokens.is_some()));
        Ok(())
    }

    /// Writes what waits, makes it last, and gives the file its name. Nothing refers to it yet.
    /// `precisions` are those of the vectors, `late` is the id of the token codes.
    ///
    /// # Errors
    /// [`Error::Io`]; the temporary files are removed.
    pub fn finish(
        mut self,
        precisions: BTreeSet<Precision>,
        late: Option<String>,
    ) -> Result<SegmentEntry> {
        let mut order: Vec<u32> = (0..self.keys.len() as u32).collect();
        order.sort_unstable_by_key(|row| (self.keys[*row as usize], *row));
        let (terms, postings) = self.keyword.finish();
        let with_tokens = self.token_ends.iter().filter(|end| has_tokens(**end));
        let with_tokens = late.as_ref().map_or(0, |_| with_tokens.count());
        if with_tokens == 0 {
            self.token_ends.clear();
        }
        let file = &mut self.file;
        let mut sections = Sections {
            vectors: ALIGN..file.length,
            codes: file.spooled(self.codes)?,
            rows: file.section(bytemuck::cast_slice(&self.rows))?,
            terms: file.section(&terms)?,
            postings: file.section(&postings)?,
            keys: file.section(bytemuck::cast_slice(&self.keys))?,
            order: file.section(bytemuck::cast_slice(&order))?,
            passages: file.section(&self.passages)?,
            sentences: file.spooled(self.sentences)?,
            articles: file.section(&self.articles)?,
            meta: file.spooled(self.meta)?,
            texts: file.spooled(self.texts)?,
            token_ends: file.section(bytemuck::cast_slice(&self.token_ends))?,
            tokens: file.spooled(self.tokens)?,
            checks: 0..0,
        };
        file.align()?;
        let checks = file.checks();
        sections.checks = file.section(&checks)?;
        Ok(SegmentEntry {
            file: self.file.finish(&self.dir, &self.name)?,
            articles: self.article_count,
            passages: self.rows.len(),
            precisions,
            languages: self.languages,
            code_error: self.code_error,
            late: late.filter(|_| with_tokens > 0).map(|id| LateEntry {
                id,
                passages: with_tokens,
            }),
            sections,
            graph: None,
            effort: Effort::default(),
        })
    }
}
