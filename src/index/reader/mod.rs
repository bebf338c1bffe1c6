//! An index open for reading: no lock, no write access.
//!
//! Articles and rows of all segments are numbered through.

mod opening;

use std::path::{Path, PathBuf};

use crate::corpus::{Span, without};
use crate::embed::{Probe, Space};
use crate::error::{Error, IndexError, Result};
use crate::index::nearest::graph::{MappedGraph, ScanIsLess};
use crate::index::nearest::scan::Hit;
use crate::index::nearest::{RowFilter, Work, nearest};
use crate::index::open_segment::OpenSegment;
use crate::index::same_space::check_space;
use crate::index::store::format::ArticleRecord;
use crate::index::store::key::Key;
use crate::index::store::manifest::{Manifest, SegmentEntry};
use crate::index::store::position::{ArticleNo, LanguageNo, LocalArticle, LocalRow, Row, Run};
use crate::index::store::rows::{LanguageRows, Rows};
use crate::index::store::segment::{StoredPassage, StoredSentence};
use crate::index::store::vectors::Vectors;
use crate::passage::{Passage, RECIPE, Repeats, inside};
use crate::words;

/// One generation of an index.
pub struct Index {
    /// What it was opened from: its files, roots and space.
    pub manifest: Manifest,
    dir: PathBuf,
    parts: Vec<OpenSegment>,
    languages: Vec<LanguageRows>,
    /// Why a graph that the manifest names is not used.
    pub graph_fault: Option<Error>,
}

/// Which program made an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MadeBy {
    /// One that cuts articles and makes words of them as this one.
    This,
    /// One whose cuts or words are of an older version: answers are worse than they could be.
    Older,
    /// One whose cuts or words are of a newer version: the index is read, not written to.
    Newer,
}

impl Index {
    /// The folder that it lies in.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Refuses vectors of another space.
    ///
    /// # Errors
    /// [`IndexError::SpaceMismatch`], [`IndexError::AlignmentMismatch`] with both.
    pub fn check_space(&self, space: &Space) -> Result<()> {
        check_space(&self.dir, &self.manifest.space, space)?;
        if self.manifest.space.alignment != space.alignment {
            let shown = |alignment: &Option<String>| alignment.clone().unwrap_or("none".to_owned());
            return Err(Error::Index(IndexError::AlignmentMismatch {
                path: self.dir.clone(),
                expected: shown(&space.alignment),
                received: shown(&self.manifest.space.alignment),
            }));
        }
        Ok(())
    }

    /// Which program made it, by the versions of cuts and words.
    pub fn made_by(&self) -> MadeBy {
        let here = (RECIPE, words::VERSION);
        let there = (self.manifest.recipe, self.manifest.words);
        match there {
            _ if there == here => MadeBy::This,
            (recipe, words) if recipe > here.0 || words > here.1 => MadeBy::Newer,
            _ => MadeBy::Older,
        }
    }

    /// Refuses to write to an index that a newer program made: it would be cut as an older one did.
    pub(super) fn check_is_not_newer(&self) -> Result<()> {
        if self.made_by() != MadeBy::Newer {
            return Ok(());
        }
        Err(Error::Index(IndexError::IndexNewer {
            path: self.dir.clone(),
            expected: format!("cuts {RECIPE}, words {}", words::VERSION),
            received: format!(
                "cuts {}, words {}",
                self.manifest.recipe, self.manifest.words
            ),
            written_by: self.manifest.written_by.clone(),
        }))
    }

    pub(super) fn parts(&self) -> &[OpenSegment] {
        &self.parts
    }

    /// Each segment's entry in the manifest, its removed articles, and whether a graph leads through it.
    pub fn segments(&self) -> impl Iterator<Item = (&SegmentEntry, usize, bool)> {
        let entries = self.manifest.segments.iter();
        entries
            .zip(&self.parts)
            .map(|(entry, part)| (entry, part.dead_articles.len(), part.graph.is_some()))
    }

    /// Some of the passages are reached through a graph.
    pub fn has_graph(&self) -> bool {
        self.parts.iter().any(|part| part.graph.is_some())
    }

    /// The articles that are not removed, segment by segment.
    pub fn articles(&self) -> impl Iterator<Item = ArticleNo> {
        self.parts.iter().flat_map(|part| {
            let own = part.segment.article_run().iter();
            own.filter(|article| part.is_live(*article))
                .map(|article| part.article(article))
        })
    }

    /// Numbers given to articles, removed ones counted.
    pub fn article_numbers(&self) -> usize {
        self.parts
            .last()
            .map_or(0, |part| part.first_article.get() + part.segment.articles)
    }

    /// The segment of an article, and its number there.
    pub(super) fn part_of_article(&self, article: ArticleNo) -> (&OpenSegment, LocalArticle) {
        let after = self.parts.partition_point(|p| p.first_article <= article);
        let part = &self.parts[after - 1];
        (part, LocalArticle::new(article - part.first_article))
    }

    /// The segment of a row, and its number there.
    pub(super) fn part_of_row(&self, row: Row) -> (&OpenSegment, LocalRow) {
        let after = self.parts.partition_point(|p| p.first_row <= row);
        let part = &self.parts[after - 1];
        (part, LocalRow::new(row - part.first_row))
    }

    /// What is known about an article.
    ///
    /// # Errors
    /// [`IndexError::Corrupt`].
    pub fn article(&self, number: ArticleNo) -> Result<ArticleRecord> {
        let (part, number) = self.part_of_article(number);
        part.segment.article(number)
    }

    /// An article's text.
    ///
    /// # Errors
    /// [`IndexError::Corrupt`].
    pub fn text(&self, article: ArticleNo) -> Result<&str> {
        let (part, article) = self.part_of_article(article);
        part.segment.text(article)
    }

    /// What is read of an article's text.
    ///
    /// # Errors
    /// [`IndexError::Corrupt`].
    pub fn read_text(&self, article: ArticleNo) -> Result<String> {
        let omitted = self.article(article)?.omitted();
        Ok(without(self.text(article)?, &omitted))
    }

    /// The rows of an article's passages.
    pub fn rows_of(&self, article: ArticleNo) -> Run<Row> {
        let (part, article) = self.part_of_article(article);
        let rows = part.segment.rows_of(article);
        Run::new(part.row(rows.start), part.row(rows.end))
    }

    /// The passage of a row.
    ///
    /// # Errors
    /// [`IndexError::Corrupt`].
    pub fn passage(&self, row: Row) -> Result<StoredPassage> {
        let (part, row) = self.part_of_row(row);
        let passage = part.segment.passage(row)?;
        let article = part.article(passage.article);
        Ok(passage.of_index(article))
    }

    /// From the start of the first to the end of the last of consecutive rows of an article.
    ///
    /// # Errors
    /// [`IndexError::Corrupt`].
    pub fn span(&self, rows: Run<Row>) -> Result<Span> {
        Ok(self.passage(rows.start)?.span.start..self.passage(rows.last())?.span.end)
    }

    /// A span of an article's text.
    ///
    /// # Errors
    /// [`IndexError::Corrupt`].
    pub fn span_text(&self, article: ArticleNo, span: &Span) -> Result<&str> {
        let (part, article) = self.part_of_article(article);
        part.segment.span_text(article, span)
    }

    /// The text of a passage.
    ///
    /// # Errors
    /// [`IndexError::Corrupt`].
    pub fn passage_text(&self, passage: &StoredPassage) -> Result<&str> {
        self.span_text(passage.article, &passage.span)
    }

    /// The sentences of a passage with their vectors.
    ///
    /// # Errors
    /// [`IndexError::Corrupt`].
    pub fn sentences(&self, passage: &StoredPassage) -> Result<Vec<StoredSentence>> {
        self.part_of_article(passage.article)
            .0
            .segment
            .sentences(passage)
    }

    /// The vector of a row.
    pub fn vector(&self, row: Row) -> &[f32] {
        let (part, row) = self.part_of_row(row);
        part.segment.vector(row)
    }

    /// Everything that was computed for a row; no token codes where these are damaged.
    ///
    /// # Errors
    /// [`IndexError::Corrupt`].
    pub fn stored_vectors(&self, row: Row) -> Result<Vectors> {
        let (part, row) = self.part_of_row(row);
        part.segment.stored_vectors(row)
    }

    /// Passages that can be found and have token codes, those made with `id` where one is given.
    pub fn with_tokens(&self, id: Option<&str>) -> usize {
        let parts = self.parts.iter().map(|part| {
            let tokens = part.segment.tokens();
            if id.is_some() && tokens.id != id {
                return 0;
            }
            let rows = part.segment.row_run().iter();
            let found = rows.filter(|row| part.row_is_live(*row) && tokens.place(*row).is_some());
            found.count()
        });
        parts.sum()
    }

    /// Whether a row has token codes that were made with `id`.
    pub(super) fn has_tokens(&self, row: Row, id: &str) -> bool {
        let (part, row) = self.part_of_row(row);
        let tokens = part.segment.tokens();
        tokens.id == Some(id) && tokens.place(row).is_some()
    }

    /// Compares the checksums of a row's token codes.
    ///
    /// # Errors
    /// [`IndexError::Corrupt`].
    pub fn check_tokens(&self, row: Row) -> Result<()> {
        let (part, row) = self.part_of_row(row);
        part.segment.check_tokens(row)
    }

    /// Compares the checksums of what a row is scored by.
    ///
    /// # Errors
    /// [`IndexError::Corrupt`].
    pub fn check_row(&self, row: Row) -> Result<()> {
        let (part, row) = self.part_of_row(row);
        part.segment.check_row(row)
    }

    /// A row with this content key, be its article removed or not.
    pub fn find_key(&self, key: &Key) -> Option<Row> {
        let found = |part: &OpenSegment| Some(part.row(part.segment.find_key(key)?));
        self.parts.iter().find_map(found)
    }

    /// The content key of a row.
    pub fn key(&self, row: Row) -> Key {
        let (part, row) = self.part_of_row(row);
        part.segment
            .keys()
            .get(row.get())
            .copied()
            .unwrap_or_default()
    }

    /// What searching needs of every row.
    pub fn rows(&self) -> Rows<'_> {
        let parts = self.parts.iter();
        let parts = parts.map(|part| {
            part.segment
                .part(part.languages.clone(), part.dead_rows.as_ref())
        });
        Rows::new(
            self.manifest.space.dimension,
            parts.collect(),
            self.languages.clone(),
            self.manifest.space.alignment.is_some(),
        )
    }

    /// The number of a language among those of the index, by its tag.
    pub fn language(&self, name: &str) -> Option<LanguageNo> {
        let mut all = self.manifest.segments.iter().zip(&self.parts);
        all.find_map(|(entry, part)| {
            let known = entry.languages.iter().position(|l| l.name == name)?;
            part.languages.get(known).copied()
        })
    }

    /// Prepares for many questions: their answers then do not depend on which came before.
    pub fn expect_many_questions(&self) {
        self.parts
            .iter()
            .for_each(|part| part.segment.read_mapped());
    }

    /// The `best` rows nearest to a question, and about as many more as make `count`, found through graphs and, in
    /// segments without one, by comparing every row. `keep` says of how many rows which may be found.
    ///
    /// # Errors
    /// [`ScanIsLess`] where no graph helps, or the question comes near so many rows that comparing every one is less work.
    pub fn nearest(
        &self,
        rows: &Rows<'_>,
        probe: &Probe,
        best: usize,
        count: usize,
        keep: Option<RowFilter<'_>>,
    ) -> Result<Vec<Hit>, ScanIsLess> {
        nearest(rows, &self.graphs(rows, probe), probe, best, count, keep)
    }

    /// What decides whether [`Index::nearest`] takes the graphs: the work with and without, where a filter accepts a
    /// share of the rows.
    pub fn work(&self, rows: &Rows<'_>, probe: &Probe, share: f32) -> Work {
        Work::of_all(rows, &self.graphs(rows, probe), share)
    }

    /// The graphs of the segments; none where a question is not compared as their codes are.
    fn graphs(&self, rows: &Rows<'_>, probe: &Probe) -> Vec<Option<&MappedGraph>> {
        let fit = probe.aligned == rows.aligned;
        let parts = self.parts.iter();
        parts
            .map(|part| part.graph.as_ref().filter(|_| fit))
            .collect()
    }

    /// Where an article's file should be on this machine.
    pub fn source_path(&self, article: &ArticleRecord) -> Option<PathBuf> {
        let root = self
            .manifest
            .roots
            .iter()
            .find(|root| root.label == article.root)?;
        Some(if article.relative.is_empty() {
            root.path.clone()
        } else {
            root.path.join(&article.relative)
        })
    }
}

/// The passages of a stored article with their keys, as far as they are needed to write them again.
pub fn stored_passages(index: &Index, article: ArticleNo) -> Result<Vec<(Passage, Key)>> {
    let record = index.article(article)?;
    let all_omitted = record.omitted();
    let mut repeats = Repeats::new(&record.repeated);
    let passage = |row: Row| {
        let stored = index.passage(row)?;
        let sentences = index.sentences(&stored)?;
        let passage = Passage {
            sentences: sentences.into_iter().map(|s| s.span).collect(),
            lines: stored.lines,
            tokens: stored.tokens,
            repeated: repeats.before(stored.span.start),
            omitted: inside(&all_omitted, &stored.span),
            span: stored.span,
            headings: Vec::new(),
        };
        Ok((passage, index.key(row)))
    };
    index.rows_of(article).iter().map(passage).collect()
}
