//! Opens a generation of an index: its manifest, tombstones, segments and graphs.

use std::io::ErrorKind;
use std::path::Path;

use super::Index;
use crate::error::{Error, IndexError, Result};
use crate::index::nearest::graph::MappedGraph;
use crate::index::open_segment::OpenSegment;
use crate::index::store::manifest::{Manifest, SegmentEntry};
use crate::index::store::names::check_is_index_or_empty;
use crate::index::store::position::{ArticleNo, LanguageNo, Row};
use crate::index::store::rows::LanguageRows;
use crate::index::store::segment::Segment;
use crate::index::store::tombstones;
use crate::index::store::writer_lock::is_written;

impl Index {
    /// Opens the current generation.
    ///
    /// # Errors
    /// [`IndexError::NoIndex`], [`IndexError::BeingBuilt`], [`IndexError::NotAnIndex`], [`IndexError::IndexFormat`],
    /// [`IndexError::Corrupt`], [`Error::Io`].
    pub fn open(dir: &Path) -> Result<Self> {
        const TRIES: usize = 5;
        let mut tries = 0;
        loop {
            tries += 1;
            match Self::open_with(dir, &mut Err) {
                // A writer committed and removed the old files in between: read its manifest.
                Err(Error::Io { source, .. })
                    if source.kind() == ErrorKind::NotFound && tries < TRIES => {}
                result => {
                    let index = result?;
                    for part in &index.parts {
                        part.segment.check_small()?;
                    }
                    return Ok(index);
                }
            }
        }
    }

    /// Opens what can be opened of the current generation, for the writer, which makes the rest anew, and for
    /// `verify`; and what cannot. Segments without a file, or with one of another length, are left out of the
    /// manifest too. Where the list of removed articles is damaged, none counts as removed.
    ///
    /// # Errors
    /// As [`Index::open`].
    pub(in crate::index) fn open_damaged(dir: &Path) -> Result<(Self, Vec<Error>)> {
        loop {
            let mut faults = Vec::new();
            let index = Self::open_with(dir, &mut |fault| match fault {
                Error::Index(IndexError::Corrupt { .. }) => {
                    faults.push(fault);
                    Ok(())
                }
                Error::Io { ref source, .. } if source.kind() == ErrorKind::NotFound => {
                    faults.push(fault);
                    Ok(())
                }
                other => Err(other),
            })?;
            // As above: the files of an older generation may be gone.
            let now = Manifest::read(dir)?.map(|manifest| manifest.generation);
            if faults.is_empty() || now == Some(index.manifest.generation) {
                return Ok((index, faults));
            }
        }
    }

    /// `fault` decides whether the rest is opened all the same.
    fn open_with(dir: &Path, fault: &mut dyn FnMut(Error) -> Result<()>) -> Result<Self> {
        check_is_index_or_empty(dir)?;
        let mut manifest = Manifest::read(dir)?.ok_or_else(|| {
            let path = dir.to_path_buf();
            match is_written(dir) {
                true => Error::Index(IndexError::BeingBuilt { path }),
                false => Error::Index(IndexError::NoIndex { path }),
            }
        })?;
        let counts: Vec<usize> = manifest.segments.iter().map(|s| s.articles).collect();
        let mut dead = vec![Vec::new(); counts.len()];
        if let Some(entry) = &manifest.dead {
            match tombstones::read(dir, entry, &counts) {
                Ok(read) => dead = read,
                Err(error) => fault(error)?,
            }
        }
        let mut opened = Vec::with_capacity(counts.len());
        for (entry, dead) in std::mem::take(&mut manifest.segments).into_iter().zip(dead) {
            match Segment::open(dir, &entry, manifest.space.dimension) {
                Ok(segment) => opened.push((entry, segment, dead)),
                Err(error) => fault(error)?,
            }
        }
        let mut index = Self {
            dir: dir.to_path_buf(),
            parts: Vec::with_capacity(opened.len()),
            languages: Vec::new(),
            graph_fault: None,
            manifest,
        };
        let mut names: Vec<String> = Vec::new();
        for (entry, segment, dead) in opened {
            index.push(entry, segment, dead, &mut names);
        }
        Ok(index)
    }

    /// Numbers the articles, rows and languages of a segment after those before it. `names` are the languages
    /// known so far.
    fn push(
        &mut self,
        entry: SegmentEntry,
        segment: Segment,
        dead: Vec<u32>,
        names: &mut Vec<String>,
    ) {
        let mut languages = Vec::with_capacity(entry.languages.len());
        for language in &entry.languages {
            let known = names.iter().position(|name| *name == language.name);
            let number = known.unwrap_or(names.len());
            if known.is_none() {
                names.push(language.name.clone());
                self.languages.push(LanguageRows::default());
            }
            self.languages[number].rows += language.passages;
            self.languages[number].terms += language.terms;
            languages.push(LanguageNo::new(number));
        }
        let graph = entry.graph.as_ref();
        let open = |graph| MappedGraph::open(&self.dir, graph, entry.passages, entry.effort);
        let graph = graph.map(open);
        let graph = graph.transpose().unwrap_or_else(|fault| {
            self.graph_fault = Some(fault);
            None
        });
        let last = self.parts.last();
        let mut part = OpenSegment {
            graph,
            graph_entry: entry.graph.clone(),
            dead_articles: Vec::new(),
            dead_rows: None,
            languages,
            first_article: last.map_or(ArticleNo::new(0), |last| {
                last.first_article + last.segment.articles
            }),
            first_row: last.map_or(Row::new(0), |last| last.first_row + last.segment.passages),
            segment,
        };
        part.bury(dead);
        self.parts.push(part);
        self.manifest.segments.push(entry);
    }
}
