//! The generation before an update.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::Path;

use super::format::ArticleRecord;
use super::key::Key;
use super::manifest::{Manifest, Root};
use super::reader::{Index, check_space};
use crate::embed::{Embedder, Precision};
use crate::error::{Error, Result};
use crate::passage::{Passage, RECIPE};
use crate::words;

/// The generation before this update; empty where there is none.
pub(super) struct Old {
    pub(super) index: Option<Index>,
    pub(super) roots: Vec<Root>,
    pub(super) generation: u64,
    /// By id: number and record.
    pub(super) articles: HashMap<String, (usize, ArticleRecord)>,
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
                precisions: BTreeSet::new(),
                same_recipe: false,
                same_rows: false,
            });
        };
        if !rebuild {
            check_space(dir, &index.manifest.space, embedder.space())?;
        }
        let mut articles = HashMap::new();
        for number in index.articles() {
            let record = index.article(number)?;
            articles.insert(record.id(), (number, record));
        }
        let manifest = &index.manifest;
        let precisions = manifest.segments.iter().flat_map(|s| &s.precisions);
        Ok(Self {
            roots: manifest.roots.clone(),
            generation: manifest.generation,
            precisions: precisions.copied().collect(),
            same_recipe: manifest.recipe == RECIPE && !rebuild,
            same_rows: manifest.words == words::VERSION
                && manifest.space.alignment == embedder.space().alignment
                && !rebuild,
            articles,
            index: Some(index),
        })
    }

    /// The row of a content key.
    pub(super) fn find_key(&self, key: &Key) -> Option<usize> {
        self.index.as_ref()?.find_key(key)
    }

    /// How many of its articles have none of these ids.
    pub(super) fn missing_from(&self, now: &HashSet<&str>) -> usize {
        self.articles
            .keys()
            .filter(|id| !now.contains(id.as_str()))
            .count()
    }
}

/// The passages of a stored article with their keys, as far as they are needed to write them again.
pub(super) fn stored_passages(index: &Index, article: usize) -> Result<Vec<(Passage, Key)>> {
    let passage = |row: usize| {
        let stored = index.passage(row)?;
        let sentences = index.sentences(&stored)?;
        let passage = Passage {
            sentences: sentences.into_iter().map(|s| s.span).collect(),
            span: stored.span,
            lines: stored.lines,
            tokens: stored.tokens,
            headings: Vec::new(),
            omitted: Vec::new(),
        };
        Ok((passage, index.key(row)))
    };
    index.rows_of(article).map(passage).collect()
}

/// A generation above every file that lies in the folder.
fn next_free_generation(dir: &Path) -> u64 {
    let names = std::fs::read_dir(dir).into_iter().flatten().flatten();
    names
        .filter_map(|entry| entry.file_name().to_str()?.split('.').next()?.parse().ok())
        .max()
        .unwrap_or(0)
}
