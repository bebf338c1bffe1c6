//! An index open for reading: no lock, no write access.

use std::path::{Path, PathBuf};

use super::format::ArticleRecord;
use super::graph::MappedGraph;
use super::manifest::Manifest;
use super::scan::Hit;
use super::segment::Segment;
use crate::embed::{Probe, Space};
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
    /// [`Error::SpaceMismatch`], [`Error::AlignmentMismatch`] with both.
    pub fn check_space(&self, space: &Space) -> Result<()> {
        check_space(&self.dir, &self.manifest.space, space)?;
        if self.manifest.space.alignment != space.alignment {
            let shown = |alignment: &Option<String>| alignment.clone().unwrap_or("none".to_owned());
            return Err(Error::AlignmentMismatch {
                path: self.dir.clone(),
                expected: shown(&space.alignment),
                received: shown(&self.manifest.space.alignment),
            });
        }
        Ok(())
    }

    /// The graph is open.
    pub fn has_graph(&self) -> bool {
        self.graph.is_some()
    }

    /// The graph, where it leads through the space that a question is compared in.
    fn graph_of(&self, probe: &Probe) -> Option<&MappedGraph> {
        let aligned = self.manifest.space.alignment.is_some();
        self.graph.as_ref().filter(|_| probe.aligned == aligned)
    }

    /// Questions of this kind are answered through the graph.
    pub fn has_graph_for(&self, probe: &Probe) -> bool {
        self.graph_of(probe).is_some()
    }

    /// About the `count` rows nearest to a question, found through the graph; `None` where there is none
    /// for this kind of question.
    pub fn nearest(&self, probe: &Probe, count: usize) -> Option<Vec<Hit>> {
        let rows = self.segment.rows();
        let graph = self.graph_of(probe)?;
        Some(graph.search(|row| rows.score(probe, row), count, EF_SEARCH))
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
