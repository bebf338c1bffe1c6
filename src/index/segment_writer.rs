//! Writes a segment file: streamed under a temporary name, then renamed.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::format::{ALIGN, ArticleRecord, MAGIC, Sections};
use super::journal::Vectors;
use super::key::Key;
use super::keyword::KeywordWriter;
use super::manifest::{FileEntry, SegmentEntry};
use super::rows::RowRecord;
use crate::embed::Precision;
use crate::error::{Error, Result};
use crate::passage::Passage;

const EXTENSION: &str = ".segment";

/// A name that this program gives to the files of a segment.
pub fn is_segment_name(name: &str) -> bool {
    [EXTENSION, super::graph::EXTENSION]
        .iter()
        .any(|extension| {
            name.strip_suffix(extension)
                .is_some_and(|stem| stem.len() == 8 && stem.bytes().all(|b| b.is_ascii_digit()))
        })
}

/// Collects articles and writes them.
///
/// Vectors, by far the largest part, go to disk as they come; the other sections wait in memory.
pub struct SegmentWriter {
    dir: PathBuf,
    name: String,
    file: HashedFile,
    rows: Vec<RowRecord>,
    keyword: KeywordWriter,
    languages: Vec<String>,
    /// Of the last article.
    language: usize,
    keys: Vec<u8>,
    passages: Vec<u8>,
    sentences: Vec<u8>,
    articles: Vec<u8>,
    meta: Vec<u8>,
    texts: Vec<u8>,
    counts: (usize, usize),
}

impl SegmentWriter {
    /// Begins the segment of a generation.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn create(dir: &Path, generation: u64) -> Result<Self> {
        let name = format!("{generation:08}{EXTENSION}");
        let mut file = HashedFile::create(&dir.join(format!("{name}.tmp")))?;
        file.write(MAGIC)?;
        file.align()?;
        Ok(Self {
            dir: dir.to_path_buf(),
            name,
            file,
            rows: Vec::new(),
            keyword: KeywordWriter::default(),
            languages: Vec::new(),
            language: 0,
            keys: Vec::new(),
            passages: Vec::new(),
            sentences: Vec::new(),
            articles: Vec::new(),
            meta: Vec::new(),
            texts: Vec::new(),
            counts: (0, 0),
        })
    }

    /// Adds an article; its passages follow.
    pub fn article(&mut self, record: &ArticleRecord, text: &str, passages: usize) {
        let meta = serde_json::to_vec(record).unwrap_or_default();
        let language = record.lang.clone().unwrap_or_default();
        let known = self.languages.iter().position(|known| *known == language);
        self.language = known.unwrap_or_else(|| {
            self.languages.push(language);
            self.languages.len() - 1
        });
        let row = &mut self.articles;
        row.extend((self.texts.len() as u64).to_le_bytes());
        row.extend((self.meta.len() as u64).to_le_bytes());
        for number in [text.len(), meta.len(), self.counts.1, passages] {
            row.extend((number as u32).to_le_bytes());
        }
        self.texts.extend(text.as_bytes());
        self.meta.extend(meta);
        self.counts.0 += 1;
    }

    /// Adds a passage of the last article. `words` is the text whose words find it, `inverse_length` what
    /// [`crate::embed::Alignment::inverse_length`] gives for its vector.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn passage(
        &mut self,
        passage: &Passage,
        key: &Key,
        vectors: &Vectors,
        words: &str,
        inverse_length: f32,
    ) -> Result<()> {
        self.rows.push(RowRecord {
            inverse_length,
            terms: self.keyword.row(words),
            language: self.language as u32,
        });
        let bytes: Vec<u8> = vectors
            .vector
            .iter()
            .flat_map(|v| v.to_le_bytes())
            .collect();
        self.file.write(&bytes)?;
        self.keys.extend(key);
        let sentence_bytes = super::format::sentence_bytes(vectors.vector.len());
        let numbers = [
            self.counts.0 - 1,
            passage.span.start,
            passage.span.end,
            passage.lines.0,
            passage.lines.1,
            self.sentences.len() / sentence_bytes,
            passage.sentences.len(),
            passage.tokens,
        ];
        for number in numbers {
            self.passages.extend((number as u32).to_le_bytes());
        }
        for (span, (scale, values)) in passage.sentences.iter().zip(&vectors.parts) {
            let row = &mut self.sentences;
            row.extend((span.start as u32).to_le_bytes());
            row.extend((span.end as u32).to_le_bytes());
            row.extend(scale.to_le_bytes());
            row.extend(values.iter().map(|v| v.cast_unsigned()));
        }
        self.counts.1 += 1;
        Ok(())
    }

    /// Writes what waits, makes it last, and gives the file its name. Nothing refers to it yet.
    /// `precisions` are those of the vectors.
    ///
    /// # Errors
    /// [`Error::Io`]; the temporary file is removed.
    pub fn finish(mut self, precisions: BTreeSet<Precision>) -> Result<SegmentEntry> {
        let start = ALIGN;
        let mut sections = Sections {
            vectors: start..self.file.length,
            ..Sections::default()
        };
        sections.rows = self.file.section(bytemuck::cast_slice(&self.rows))?;
        let (terms, postings) = self.keyword.finish();
        sections.terms = self.file.section(&terms)?;
        sections.postings = self.file.section(&postings)?;
        sections.keys = self.file.section(&self.keys)?;
        sections.passages = self.file.section(&self.passages)?;
        sections.sentences = self.file.section(&self.sentences)?;
        sections.articles = self.file.section(&self.articles)?;
        sections.meta = self.file.section(&self.meta)?;
        sections.texts = self.file.section(&self.texts)?;
        Ok(SegmentEntry {
            file: self.file.finish(&self.dir, &self.name)?,
            articles: self.counts.0,
            passages: self.counts.1,
            precisions,
            languages: self.languages,
            sections,
            graph: None,
        })
    }
}

/// A file under a temporary name that knows its length and checksum, and is gone if it is dropped.
pub struct HashedFile {
    path: PathBuf,
    file: Option<BufWriter<File>>,
    hasher: blake3::Hasher,
    length: usize,
}

impl HashedFile {
    pub fn create(path: &Path) -> Result<Self> {
        let file = File::create(path).map_err(Error::io("create", path))?;
        Ok(Self {
            path: path.to_path_buf(),
            file: Some(BufWriter::with_capacity(1 << 20, file)),
            hasher: blake3::Hasher::new(),
            length: 0,
        })
    }

    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        if let Some(file) = &mut self.file {
            file.write_all(bytes)
                .map_err(Error::io("write", &self.path))?;
        }
        self.hasher.update(bytes);
        self.length += bytes.len();
        Ok(())
    }

    fn align(&mut self) -> Result<()> {
        let padding = self.length.next_multiple_of(ALIGN) - self.length;
        self.write(&vec![0; padding])
    }

    fn section(&mut self, bytes: &[u8]) -> Result<Range<usize>> {
        self.align()?;
        let start = self.length;
        self.write(bytes)?;
        Ok(start..self.length)
    }

    pub fn finish(mut self, dir: &Path, name: &str) -> Result<FileEntry> {
        if let Some(file) = self.file.take() {
            let finish = || {
                file.into_inner()?.sync_all()?;
                std::fs::rename(&self.path, dir.join(name))
            };
            finish().map_err(|error| {
                let _ = std::fs::remove_file(&self.path);
                Error::io("write", &self.path)(error)
            })?;
        }
        Ok(FileEntry {
            name: name.to_owned(),
            bytes: self.length as u64,
            blake3: self.hasher.finalize().to_hex().to_string(),
        })
    }
}

impl Drop for HashedFile {
    fn drop(&mut self) {
        // Still open: it was not finished.
        if self.file.take().is_some() {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}
