//! Articles and passages as they are printed and serialized; citations.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Serialize;

use crate::corpus::{Omission, Span, end_locator, locator, shown_locators};
use crate::error::Result;
use crate::index::{ArticleNo, ArticleRecord, Index, Metadata, Row, Run, StoredSentence};
use crate::passage::Repeats;

/// An article in JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ArticleView {
    /// Unique in the index: label of the root, path below it and, in a file of several articles, `@` and the row.
    pub id: String,
    /// Relative to the working folder where the source exists below it, absolute where it exists
    /// elsewhere, the id where it does not exist.
    pub path: String,
    /// What the file says of it.
    #[serde(flatten)]
    pub metadata: Metadata,
    /// Pages, from 1, whose text a program recognised in their picture (OCR).
    pub recognised_pages: Vec<usize>,
}

impl ArticleView {
    /// `path` is its file as it is shown, where there is one.
    pub fn new(record: ArticleRecord, path: Option<String>) -> Self {
        let id = record.id();
        let mut recognised_pages: Vec<usize> =
            record.recognised.iter().map(|one| one.page).collect();
        recognised_pages.sort_unstable();
        recognised_pages.dedup();
        Self {
            path: path.unwrap_or_else(|| id.clone()),
            id,
            metadata: record.metadata,
            recognised_pages,
        }
    }
}

/// A passage in JSON. `text` is bytes `start_byte..end_byte` of the article's text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PassageView {
    /// `article#3`, or `article#3-4` for several together; passages of an article are counted from 1.
    pub id: String,
    /// As it stands in the article, with what is not read.
    pub text: String,
    /// First byte in the article's text, counted from 0.
    pub start_byte: usize,
    /// Byte after the last one.
    pub end_byte: usize,
    /// Line of the first byte in the article's text, counted from 1.
    pub start_line: usize,
    /// Line of the last byte.
    pub end_line: usize,
    /// Page, row or heading path where it begins, where lines mean nothing.
    pub locator: Option<String>,
    /// Page, row or heading path where it ends, if that is another one.
    pub end_locator: Option<String>,
    /// Stretches of the passage that are not read, in the order of the text.
    pub omitted: Vec<OmittedView>,
    /// What is read once more before the passage and stands elsewhere: names of columns, the key of a long row.
    pub repeated: Vec<RepeatedView>,
    /// The sentence that answers most.
    pub best: Option<Best>,
}

/// What is not read inside a passage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OmittedView {
    /// First byte in the article's text, counted from 0.
    pub start_byte: usize,
    /// Byte after the last one.
    pub end_byte: usize,
    /// Why it is not read.
    pub reason: Omission,
}

impl OmittedView {
    /// As an article's record has it.
    pub fn of(&(start_byte, end_byte, reason): &(usize, usize, Omission)) -> Self {
        Self {
            start_byte,
            end_byte,
            reason,
        }
    }
}

/// Text of the article that is read once more before a passage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RepeatedView {
    /// First byte in the article's text, counted from 0.
    pub start_byte: usize,
    /// Byte after the last one.
    pub end_byte: usize,
    /// What stands there.
    pub text: String,
}

impl RepeatedView {
    /// The spans of a text that can be cut out of it.
    pub fn of(text: &str, spans: Vec<Span>) -> Vec<Self> {
        let view = |span: Span| {
            Some(Self {
                start_byte: span.start,
                end_byte: span.end,
                text: text.get(span)?.to_owned(),
            })
        };
        spans.into_iter().filter_map(view).collect()
    }
}

/// A sentence of a passage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Best {
    /// First byte in the article's text, counted from 0.
    pub start_byte: usize,
    /// Byte after the last one.
    pub end_byte: usize,
    /// What stands there.
    pub text: String,
}

/// Sentences before and after a passage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Context {
    /// What stands before it, from the first of the sentences to the end of the last; empty at the beginning.
    pub before: String,
    /// What stands after it, likewise; empty at the end.
    pub after: String,
}

impl PassageView {
    /// `path:7` or `path:7-9`; of one of several articles of a file `path@row:7`.
    pub fn citation(&self, article: &ArticleView) -> String {
        cite(article, self.start_line, self.end_line)
    }

    /// Its locators as they are shown.
    pub fn shown_locators(&self) -> Option<String> {
        let begins = self.locator.as_deref()?;
        Some(shown_locators(begins, self.end_locator.as_deref()))
    }
}

/// Where the sentences of an article stand, in their order.
pub(super) fn sentences_of(index: &Index, article: ArticleNo) -> Result<Vec<Span>> {
    let mut sentences: Vec<Span> = Vec::new();
    for row in index.rows_of(article) {
        let own = index.sentences(&index.passage(row)?)?;
        sentences.extend(own.into_iter().map(|sentence| sentence.span));
    }
    sentences.sort_by_key(|span| span.start);
    sentences.dedup();
    Ok(sentences)
}

/// Lines of an article's text, both counted, as a citation.
pub(super) fn cite(article: &ArticleView, first: usize, last: usize) -> String {
    let row = article
        .metadata
        .row
        .as_ref()
        .filter(|_| article.path != article.id);
    let row = row.map_or_else(String::new, |row| format!("@{row}"));
    let path = &article.path;
    if first == last {
        format!("{path}{row}:{first}")
    } else {
        format!("{path}{row}:{first}-{last}")
    }
}

/// How well a sentence of a passage answers: its vector, its text.
pub type Judge<'a> = dyn Fn(&StoredSentence, &str) -> f32 + 'a;

/// Makes views of what an index holds.
pub struct Viewer<'a> {
    index: &'a Index,
    /// The working folder, canonical.
    here: Option<PathBuf>,
}

impl<'a> Viewer<'a> {
    /// Shows paths from the working folder as it is now.
    pub fn new(index: &'a Index) -> Self {
        let here = std::env::current_dir().and_then(dunce::canonicalize).ok();
        Self { index, here }
    }

    /// What is viewed.
    pub fn index(&self) -> &'a Index {
        self.index
    }

    /// An article by its number.
    ///
    /// # Errors
    /// [`crate::IndexError::Corrupt`].
    pub fn article(&self, number: ArticleNo) -> Result<ArticleView> {
        Ok(self.article_of(self.index.article(number)?))
    }

    /// The citation of each row. The record of a large article takes milliseconds to read: each is read once.
    ///
    /// # Errors
    /// [`crate::IndexError::Corrupt`].
    pub fn citations(&self, rows: &[Row]) -> Result<Vec<String>> {
        let mut articles: HashMap<ArticleNo, ArticleView> = HashMap::new();
        let citation = |row: &Row| {
            let passage = self.index.passage(*row)?;
            let article = match articles.entry(passage.article) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(new) => new.insert(self.article(passage.article)?),
            };
            Ok(cite(article, passage.lines.0, passage.lines.1))
        };
        rows.iter().map(citation).collect()
    }

    fn article_of(&self, record: ArticleRecord) -> ArticleView {
        let source = self.index.source_path(&record).filter(|path| path.exists());
        let path = source.map(|path| self.shown(&path));
        ArticleView::new(record, path)
    }

    fn shown(&self, path: &Path) -> String {
        let relative = self
            .here
            .as_deref()
            .and_then(|here| path.strip_prefix(here).ok());
        relative.unwrap_or(path).to_string_lossy().into_owned()
    }

    /// What consecutive rows of an article hold, as one passage: `article#3`, or `article#3-4`; without the best sentence.
    ///
    /// # Errors
    /// [`crate::IndexError::Corrupt`].
    pub fn passage(&self, rows: Run<Row>) -> Result<PassageView> {
        let record = self
            .index
            .article(self.index.passage(rows.start)?.article)?;
        let mut repeats = Repeats::new(&record.repeated);
        self.passage_of(&record, &mut repeats, rows)
    }

    /// All passages of an article, in their order.
    ///
    /// # Errors
    /// [`crate::IndexError::Corrupt`].
    pub fn passages(&self, number: ArticleNo) -> Result<Vec<PassageView>> {
        // An article of a megabyte has thousands of passages, and a record that takes milliseconds to read.
        let record = self.index.article(number)?;
        let mut repeats = Repeats::new(&record.repeated);
        let rows = self.index.rows_of(number);
        rows.iter()
            .map(|row| self.passage_of(&record, &mut repeats, Run::one(row)))
            .collect()
    }

    /// `repeats` is asked for passages in their order.
    fn passage_of(
        &self,
        record: &ArticleRecord,
        repeats: &mut Repeats<'_>,
        rows: Run<Row>,
    ) -> Result<PassageView> {
        let index = self.index;
        let (first, last) = (index.passage(rows.start)?, index.passage(rows.last())?);
        let span = first.span.start..last.span.end;
        let number = rows.start - index.rows_of(first.article).start + 1;
        let id = format!("{}#{number}", record.id());
        let omitted = &record.omitted;
        let omitted = &omitted[omitted.partition_point(|(start, ..)| *start < span.start)..];
        let text = index.text(first.article)?;
        // What cannot be cut out of the text, or overlaps, is not shown as left out: who can write an index can say anything.
        let mut end = span.start;
        let in_order = move |omitted: &&(usize, usize, Omission)| {
            let (from, to, _) = **omitted;
            let fits = from >= end && text.get(from..to).is_some();
            end = if fits { to } else { end };
            fits
        };
        Ok(PassageView {
            id: match rows.len() {
                1 => id,
                count => format!("{id}-{}", number + count - 1),
            },
            text: index.span_text(first.article, &span)?.to_owned(),
            start_byte: span.start,
            end_byte: span.end,
            start_line: first.lines.0,
            end_line: last.lines.1,
            locator: locator(&record.locators, span.start).map(str::to_owned),
            end_locator: end_locator(&record.locators, &span).map(str::to_owned),
            omitted: omitted
                .iter()
                .take_while(|(start, ..)| *start < span.end)
                .filter(|(_, end, _)| *end <= span.end)
                .filter(in_order)
                .map(OmittedView::of)
                .collect(),
            repeated: RepeatedView::of(text, repeats.before(span.start)),
            best: None,
        })
    }

    /// The best sentence of consecutive rows, the first of equal ones.
    ///
    /// # Errors
    /// [`crate::IndexError::Corrupt`].
    pub fn best(&self, rows: Run<Row>, judge: &Judge<'_>) -> Result<Option<Best>> {
        let index = self.index;
        let mut best: Option<(f32, Best)> = None;
        for row in rows {
            let passage = index.passage(row)?;
            let text = index.text(passage.article)?;
            for sentence in index.sentences(&passage)? {
                let Some(text) = text.get(sentence.span.clone()) else {
                    continue;
                };
                let score = judge(&sentence, text);
                if best.as_ref().is_none_or(|(most, _)| score > *most) {
                    let found = Best {
                        start_byte: sentence.span.start,
                        end_byte: sentence.span.end,
                        text: text.to_owned(),
                    };
                    best = Some((score, found));
                }
            }
        }
        Ok(best.map(|(_, best)| best))
    }

    /// Up to `count` sentences on either side of consecutive rows of an article.
    ///
    /// # Errors
    /// [`crate::IndexError::Corrupt`].
    pub fn context(&self, rows: Run<Row>, count: usize) -> Result<Context> {
        let index = self.index;
        let (first, last) = (index.passage(rows.start)?, index.passage(rows.last())?);
        let text = index.text(first.article)?;
        let sentences = sentences_of(index, first.article)?;
        let before: Vec<&Span> = sentences
            .iter()
            .filter(|s| s.end <= first.span.start)
            .collect();
        let after: Vec<&Span> = sentences
            .iter()
            .filter(|s| s.start >= last.span.end)
            .collect();
        let between = |spans: &[&Span]| match (spans.first(), spans.last()) {
            (Some(first), Some(last)) => text
                .get(first.start..last.end)
                .unwrap_or_default()
                .to_owned(),
            _ => String::new(),
        };
        Ok(Context {
            before: between(&before[before.len().saturating_sub(count)..]),
            after: between(&after[..count.min(after.len())]),
        })
    }
}
