//! An index open for reading: no lock, no write access.

use std::path::{Path, PathBuf};

use super::format::ArticleRecord;
use super::graph::MappedGraph;
use super::manifest::Manifest;
use super::scan::{Hit, scan_rows};
use super::segment::Segment;
use crate::embed::Space;
use crate::error::{Error, Result};

/// Candidates the graph keeps beyond those asked for.
const EF_SEARCH: usize = 96;

/// One generation of an index.
pub struct Index {
    pub manifest: Manifest,
    pub segment: Segment,
    dir: PathBuf,
    graph: Option<MappedGraph>,
    /// Why the graph that the manifest names is not used.
    pub graph_fault: Option<Error>,
}

impl Index {
    /// Opens the current generation.
    ///
    /// # Errors
    /// [`Error::NoIndex`], [`Error::NotAnIndex`], [`Error::IndexFormat`], [`Error::Corrupt`],
    /// [`Error::Io`].
    pub fn open(dir: &Path) -> Result<Self> {
        const TRIES: usize = 5;
        let mut tries = 0;
        loop {
            tries += 1;
            match Self::open_once(dir) {
                // A writer committed and removed the old files in between: read its manifest.
                Err(Error::Io { source, .. })
                    if source.kind() == std::io::ErrorKind::NotFound && tries < TRIES => {}
                result => return result,
            }
        }
    }

    fn open_once(dir: &Path) -> Result<Self> {
        super::check_is_index_or_empty(dir)?;
        let manifest = Manifest::read(dir)?.ok_or_else(|| Error::NoIndex {
            path: dir.to_path_buf(),
        })?;
        let entry = &manifest.segment;
        let segment = Segment::open(dir, entry, manifest.space.dimension)?;
        let graph = entry
            .graph
            .as_ref()
            .map(|graph| MappedGraph::open(dir, graph, entry.passages))
            .transpose();
        let (graph, graph_fault) = match graph {
            Ok(graph) => (graph, None),
            Err(error) => (None, Some(error)),
        };
        Ok(Self {
            manifest,
            segment,
            dir: dir.to_path_buf(),
            graph,
            graph_fault,
        })
    }

    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Refuses vectors of another space.
    ///
    /// # Errors
    /// [`Error::SpaceMismatch`] with both.
    pub fn check_space(&self, space: &Space) -> Result<()> {
        check_space(&self.dir, &self.manifest.space, space)
    }

    /// The graph is open.
    pub fn has_graph(&self) -> bool {
        self.graph.is_some()
    }

    /// The best `count` rows, best first. With a filter every row is compared.
    pub fn search(
        &self,
        query: &[f32],
        count: usize,
        keep: Option<&(dyn Fn(usize) -> bool + Sync)>,
    ) -> Vec<Hit> {
        let rows = self.segment.vectors();
        match (&self.graph, keep) {
            (Some(graph), None) => graph.search(rows, query, count, EF_SEARCH),
            (_, Some(keep)) => scan_rows(rows, query, count, keep),
            (None, None) => scan_rows(rows, query, count, |_| true),
        }
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

/// Refuses vectors of another space.
pub(super) fn check_space(dir: &Path, received: &Space, expected: &Space) -> Result<()> {
    if received.id == expected.id {
        return Ok(());
    }
    Err(Error::SpaceMismatch {
        path: dir.to_path_buf(),
        expected: expected.model.clone(),
        expected_space: expected.id.clone(),
        received: received.model.clone(),
        received_space: received.id.clone(),
    })
}
