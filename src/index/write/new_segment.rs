//! Writes the segment of a generation: articles read now, and stored ones that are written again.

use std::collections::BTreeSet;
use std::path::Path;

use super::previous::Previous;
use super::spill::{Planned, Staged};
use crate::corpus::{Readings, words_of_name};
use crate::embed::{Embedder, Precision, Role, TokenCodes};
use crate::error::{Error, IndexError, Result};
use crate::index::nearest::graph::MappedGraph;
use crate::index::nearest::hnsw;
use crate::index::reader::{Index, stored_passages};
use crate::index::store::effort::Effort;
use crate::index::store::format::ArticleRecord;
use crate::index::store::journal::JournalReader;
use crate::index::store::key::Key;
use crate::index::store::manifest::SegmentEntry;
use crate::index::store::names::JOURNAL;
use crate::index::store::position::{ArticleNo, Row};
use crate::index::store::segment::Segment;
use crate::index::store::segment_writer::{NewPassage, SegmentWriter};
use crate::index::write::report::{Progress, Stage};
use crate::passage::{Passage, RECIPE};

/// What a segment is written from.
pub(in crate::index) struct Writing<'a> {
    pub(in crate::index) dir: &'a Path,
    pub(in crate::index) generation: u64,
    pub(in crate::index) old: &'a Previous,
    pub(in crate::index) journal: JournalReader<'a>,
    pub(in crate::index) embedder: &'a Embedder,
    /// How token codes are stored; `None` where passages get none.
    pub(in crate::index) late: Option<&'a TokenCodes>,
    pub(in crate::index) graph_rows: usize,
    pub(in crate::index) progress: &'a dyn Progress,
}

/// Where an article comes from.
enum ArticleSource<'a> {
    Read(&'a Planned),
    Stored(ArticleNo),
}

impl Writing<'_> {
    /// Writes the segment, articles in the order of their ids, and for a large one its graph; `None` where
    /// there is nothing to write.
    pub(in crate::index) fn segment(
        &self,
        read: &[Planned],
        staged: &mut Staged,
        stored: &[ArticleNo],
    ) -> Result<Option<SegmentEntry>> {
        let mut sources: Vec<(String, ArticleSource<'_>)> = read
            .iter()
            .map(|article| (article.id.clone(), ArticleSource::Read(article)))
            .collect();
        if let Some(index) = &self.old.index {
            for number in stored {
                sources.push((index.article(*number)?.id(), ArticleSource::Stored(*number)));
            }
        }
        if sources.is_empty() {
            return Ok(None);
        }
        sources.sort_by(|a, b| a.0.cmp(&b.0));
        let mut writer = SegmentWriter::create(self.dir, self.generation)?;
        let mut precisions = BTreeSet::new();
        for (_, source) in sources {
            match (source, &self.old.index) {
                (ArticleSource::Read(article), _) => {
                    let content = staged.get(article)?;
                    let passages = content.passages.iter().zip(article.keys.iter().copied());
                    let (record, text) = (&content.record, content.text.as_str());
                    self.article(&mut writer, record, text, passages, &mut precisions)?;
                }
                (ArticleSource::Stored(number), Some(index)) => {
                    let passages = stored_passages(index, number)?;
                    let passages = passages.iter().map(|(passage, key)| (passage, *key));
                    let (mut record, text) = (index.article(number)?, index.text(number)?);
                    let recipe = record.recipe.unwrap_or(index.manifest.recipe);
                    record.recipe = (recipe != RECIPE).then_some(recipe);
                    self.article(&mut writer, &record, text, passages, &mut precisions)?;
                }
                (ArticleSource::Stored(_), None) => {
                    unreachable!("only an old index stores articles")
                }
            }
        }
        let mut entry = writer.finish(precisions, self.late.map(|late| late.id.clone()))?;
        if entry.passages >= self.graph_rows {
            self.progress.at(Stage::BuildingGraph);
            let dimension = self.embedder.space().dimension;
            let segment = Segment::open(self.dir, &entry, dimension)?;
            let graph = hnsw::build(segment.codes(), dimension);
            let file = graph.write(self.dir, self.generation)?;
            let graph = MappedGraph::open(self.dir, &file, entry.passages, entry.effort)?;
            entry.effort = Effort::of(&segment, &graph, self.embedder)?;
            entry.graph = Some(file);
        }
        Ok(Some(entry))
    }

    fn article<'p>(
        &self,
        writer: &mut SegmentWriter,
        record: &ArticleRecord,
        text: &str,
        passages: impl ExactSizeIterator<Item = (&'p Passage, Key)>,
        precisions: &mut BTreeSet<Precision>,
    ) -> Result<()> {
        writer.article(record, text, passages.len())?;
        let readings = Readings::of(text, &record.omitted());
        for (passage, key) in passages {
            let stored = self.old.index.as_ref().zip(self.old.find_key(&key));
            let vectors = match stored {
                Some((index, row)) => {
                    precisions.extend(&self.old.precisions);
                    let mut vectors = index.stored_vectors(row)?;
                    vectors.tokens = self.tokens(index, row, &key, vectors.tokens);
                    Some(vectors)
                }
                None => {
                    precisions.insert(self.embedder.precision());
                    self.journal.get(&key)
                }
            };
            let vectors = vectors.ok_or_else(|| {
                Error::Index(IndexError::Corrupt {
                    path: self.dir.join(JOURNAL),
                    what: "vectors of a passage",
                    expected: "written a moment ago".to_owned(),
                    received: "nothing".to_owned(),
                })
            })?;
            let alignment = self.embedder.alignment();
            writer.passage(&NewPassage {
                passage,
                key,
                compared: &alignment.align(&vectors.vector, Role::Passage),
                inverse_length: alignment.inverse_length(&vectors.vector),
                vectors: &vectors,
                words: &words_of(record, text, passage, &readings),
            })?;
        }
        Ok(())
    }

    /// The token codes of a row whose vectors are known: its own, or those that were computed now.
    fn tokens(&self, index: &Index, row: Row, key: &Key, own: Option<Vec<u8>>) -> Option<Vec<u8>> {
        let late = self.late?;
        let own = own.filter(|_| index.has_tokens(row, &late.id));
        own.or_else(|| self.journal.get(key)?.tokens)
    }
}

/// The text whose words find a passage: its article's title and the name of its file, what is repeated before it, what is read of its span, and
/// how the words in that are read.
fn words_of(record: &ArticleRecord, text: &str, passage: &Passage, readings: &Readings) -> String {
    let mut words = record.metadata.title.clone().unwrap_or_default();
    words.push_str(&name_beside_title(record));
    let title = words.len();
    for span in &passage.repeated {
        words.push('\n');
        words.push_str(text.get(span.clone()).unwrap_or_default());
    }
    let mut start = passage.span.start;
    for omitted in &passage.omitted {
        words.push('\n');
        words.push_str(text.get(start..omitted.span.start).unwrap_or_default());
        start = omitted.span.end;
    }
    words.push('\n');
    words.push_str(text.get(start..passage.span.end).unwrap_or_default());
    let readings = readings.within(&words[title..]);
    words.push_str(&readings);
    words
}

/// What the name of an article's file says and its title does not, on a line of its own.
fn name_beside_title(record: &ArticleRecord) -> String {
    let name = match &record.metadata.row {
        // A file inside a file is called by its row; other rows are numbers, and are in the text.
        Some(_) => return String::new(),
        None if record.relative.is_empty() => &record.root,
        None => &record.relative,
    };
    let title = record.metadata.title.as_deref().unwrap_or_default();
    let title = title.to_lowercase();
    let said = words_of_name(name);
    let new = said
        .split(' ')
        .filter(|word| !title.contains(&word.to_lowercase()));
    let line: Vec<&str> = new.filter(|word| !word.is_empty()).collect();
    match line.is_empty() {
        true => String::new(),
        false => format!("\n{}", line.join(" ")),
    }
}
