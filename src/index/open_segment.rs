//! A segment that is open, with what is gone of it and its graph.

use std::io::ErrorKind;
use std::path::Path;

use crate::error::{Error, Result};
use crate::index::nearest::graph::MappedGraph;
use crate::index::store::bits::Bits;
use crate::index::store::manifest::FileEntry;
use crate::index::store::position::{ArticleNo, LanguageNo, LocalArticle, LocalRow, Row};
use crate::index::store::segment::Segment;
use crate::mmap;

/// A segment with what belongs to it.
pub struct OpenSegment {
    pub(super) segment: Segment,
    pub(super) graph: Option<MappedGraph>,
    pub(super) graph_entry: Option<FileEntry>,
    /// Removed articles, ascending.
    pub(super) dead_articles: Vec<u32>,
    /// Their rows; `None` where there are none.
    pub(super) dead_rows: Option<Bits>,
    /// For each of its languages the number among all.
    pub(super) languages: Vec<LanguageNo>,
    pub(super) first_article: ArticleNo,
    pub(super) first_row: Row,
}

impl OpenSegment {
    /// One of its articles as an article of the index.
    pub(super) fn article(&self, article: LocalArticle) -> ArticleNo {
        self.first_article + article.get()
    }

    /// One of its rows as a row of the index.
    pub(super) fn row(&self, row: LocalRow) -> Row {
        self.first_row + row.get()
    }

    pub(super) fn is_live(&self, article: LocalArticle) -> bool {
        let article = article.get() as u32;
        self.dead_articles.binary_search(&article).is_err()
    }

    pub(super) fn row_is_live(&self, row: LocalRow) -> bool {
        let dead = self.dead_rows.as_ref();
        dead.is_none_or(|dead| !dead.get(row.get()))
    }

    /// The file of its graph, whether it can be used or not.
    pub(super) fn graph_name(&self) -> Option<&str> {
        self.graph_entry.as_ref().map(|entry| entry.name.as_str())
    }

    /// Whether the file of its graph is what was written; so where it has none.
    pub(super) fn graph_is_sound(&self, dir: &Path) -> Result<bool> {
        let Some(entry) = &self.graph_entry else {
            return Ok(true);
        };
        match mmap::map(&dir.join(&entry.name)) {
            Ok(bytes) => Ok(blake3::Hasher::new()
                .update_rayon(&bytes)
                .finalize()
                .to_hex()
                .as_str()
                == entry.blake3),
            Err(Error::Io { source, .. }) if source.kind() == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    pub(super) fn bury(&mut self, articles: Vec<u32>) {
        if articles.is_empty() {
            return;
        }
        let mut rows = Bits::none(self.segment.passages);
        for article in &articles {
            for row in self.segment.rows_of(LocalArticle::new(*article as usize)) {
                rows.insert(row.get());
            }
        }
        self.dead_articles = articles;
        self.dead_rows = Some(rows);
    }
}
