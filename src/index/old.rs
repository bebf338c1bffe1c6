//! The generation before an update.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::Path;

use super::format::ArticleRecord;
use super::key::Key;
use super::manifest::{Manifest, Root};
use super::plan::{Body, Planned};
use super::reader::{Index, check_space};
use super::segment::Segment;
use crate::embed::{Embedder, Precision};
use crate::error::{Error, Result};
use crate::passage::{Passage, RECIPE};
use crate::words;

/// The generation before this update; empty where there is none.
pub(super) struct Old {
    pub(super) index: Option<Index>,
    pub(super) roots: Vec<Root>,
    pub(super) generation: u64,
    pub(super) articles: HashMap<String, (usize, ArticleRecord)>,
    pub(super) rows: HashMap<Key, usize>,
    pub(super) precisions: BTreeSet<Precision>,
    /// Its articles are cut as they would be now.
    pub(super) same_recipe: bool,
    /// Its rows are what they would be now: aligned the same way, with the same words.
    pub(super) same_rows: bool,
}

impl Old {
    pub(super) fn open(dir: &Path, embedder: &Embedder, rebuild: bool) -> Result<Self> {
        let index = match Index::open(dir) {
            Ok(index) => Some(index),
            Err(Error::NoIndex { .. }) => None,
            // What cannot be opened can still be built anew from its roots.
            Err(Error::IndexFormat { .. } | Error::Corrupt { .. } | Error::Io { .. })
                if rebuild =>
            {
                None
            }
            Err(error) => return Err(error),
        };
        let Some(index) = index else {
            return Ok(Self {
                index: None,
                roots: Manifest::read_roots(dir),
                generation: next_free_generation(dir),
                articles: HashMap::new(),
                rows: HashMap::new(),
                precisions: BTreeSet::new(),
                same_recipe: false,
                same_rows: false,
            });
        };
        if !rebuild {
            check_space(dir, &index.manifest.space, embedder.space())?;
        }
        let mut articles = HashMap::new();
        for number in 0..index.segment.articles {
            let record = index.segment.article(number)?;
            articles.insert(record.id(), (number, record));
        }
        Ok(Self {
            roots: index.manifest.roots.clone(),
            generation: index.manifest.generation,
            rows: (0..index.segment.passages)
                .map(|row| (index.segment.key(row), row))
                .collect(),
            precisions: index.manifest.segment.precisions.clone(),
            same_recipe: index.manifest.recipe == RECIPE && !rebuild,
            same_rows: index.manifest.words == words::VERSION
                && index.manifest.space.alignment == embedder.space().alignment,
            articles,
            index: Some(index),
        })
    }

    pub(super) fn segment(&self) -> Option<&Segment> {
        self.index.as_ref().map(|index| &index.segment)
    }

    /// The article as it was, where it is to stay so.
    pub(super) fn keep(&self, id: &str) -> Result<Option<Planned>> {
        let (Some(segment), Some((number, record))) = (self.segment(), self.articles.get(id))
        else {
            return Ok(None);
        };
        let mut planned = Planned {
            id: id.to_owned(),
            record: record.clone(),
            body: Body::Stored(*number),
            passages: Vec::new(),
            keys: Vec::new(),
        };
        for row in segment.rows_of(*number) {
            let stored = segment.passage(row)?;
            planned.passages.push(Passage {
                sentences: segment
                    .sentences(&stored)?
                    .into_iter()
                    .map(|s| s.span)
                    .collect(),
                span: stored.span,
                lines: stored.lines,
                tokens: stored.tokens,
                // Only what is written again is needed.
                headings: Vec::new(),
                omitted: Vec::new(),
            });
            planned.keys.push(segment.key(row));
        }
        Ok(Some(planned))
    }

    pub(super) fn missing_from(&self, planned: &[Planned]) -> usize {
        let now: HashSet<&str> = planned.iter().map(|p| p.id.as_str()).collect();
        self.articles
            .keys()
            .filter(|id| !now.contains(id.as_str()))
            .count()
    }

    pub(super) fn is_same(&self, planned: &[Planned], roots: &[Root]) -> bool {
        self.same_recipe
            && self.same_rows
            && self.roots == roots
            && planned.len() == self.articles.len()
            && planned
                .iter()
                .all(|article| matches!(article.body, Body::Stored(_)))
    }
}

/// A generation above every file that lies in the folder.
fn next_free_generation(dir: &Path) -> u64 {
    let names = std::fs::read_dir(dir).into_iter().flatten().flatten();
    names
        .filter_map(|entry| entry.file_name().to_str()?.split('.').next()?.parse().ok())
        .max()
        .unwrap_or(0)
}
