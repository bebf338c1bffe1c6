//! What an index holds.

use std::collections::{BTreeSet, HashMap};

use serde::Serialize;

use super::JSON_VERSION;
use super::view::{ArticleView, Viewer};
use crate::embed::Precision;
use crate::error::Result;
use crate::index::{Index, Manifest, Root, SegmentEntry};

/// What `tane status --json` prints.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Status {
    /// Version of the JSON, the same for every kind of answer.
    pub version: u32,
    /// Folder of the index.
    pub index: String,
    /// Version of the files in that folder.
    pub format: u32,
    /// How many commits the index has had.
    pub generation: u64,
    /// Name of the model that it was built with.
    pub model: String,
    /// Id of the vector space, 16 hex digits: vectors of one space may be compared.
    pub space: String,
    /// Numbers of a vector.
    pub dimension: usize,
    /// The numbers its vectors were computed in.
    pub precisions: BTreeSet<Precision>,
    /// Articles that can be found.
    pub articles: usize,
    /// Passages that can be found.
    pub passages: usize,
    /// Length of all files of the index but the manifest.
    pub bytes: u64,
    /// `graph` where one leads through a segment, else `scan`.
    pub search: &'static str,
    /// Oldest first.
    pub segments: Vec<SegmentStatus>,
    /// Passages with token codes, so that a question can look at them a second time.
    pub late_passages: usize,
    /// Files and folders that were added.
    pub roots: Vec<RootStatus>,
    /// Which part of their files it holds, as `1/3` (`tane index --shard`); `None` where it holds all.
    pub shard: Option<String>,
    /// In the order of their ids, where a list was asked for (`tane status --articles`).
    pub article_list: Option<Vec<ArticleStatus>>,
}

/// A file or folder that was added.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct RootStatus {
    /// First part of the ids of its articles; unique in the index.
    pub label: String,
    /// Where it is, absolute.
    pub path: String,
    /// Globs of what is left out below it.
    pub exclude: Vec<String>,
    /// Articles of it that can be found.
    pub articles: usize,
    /// Its file or folder exists on this machine.
    pub present: bool,
}

/// A segment of the index.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct SegmentStatus {
    /// Name of its file in the folder of the index.
    pub file: String,
    /// Articles of it that can be found.
    pub articles: usize,
    /// Passages of it that can be found.
    pub passages: usize,
    /// Still in the file, never found.
    pub removed_passages: usize,
    /// Length of its file and of its graph.
    pub bytes: u64,
    /// `graph` where it has one that can be used, else `scan`.
    pub search: &'static str,
}

/// An article, and how it was cut.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct ArticleStatus {
    /// The article.
    #[serde(flatten)]
    pub article: ArticleView,
    /// How many passages it was cut in.
    pub passages: usize,
}

/// Describes an index; with `list` each of its articles too. `late` is what token codes must be made with to count, where
/// that is known.
///
/// # Errors
/// [`crate::IndexError::Corrupt`].
pub fn status(index: &Index, list: bool, late: Option<&str>) -> Result<Status> {
    let viewer = Viewer::new(index);
    let mut by_root: HashMap<String, usize> = HashMap::new();
    let mut articles = Vec::new();
    for number in index.articles() {
        *by_root.entry(index.article(number)?.root).or_default() += 1;
        if list {
            articles.push(ArticleStatus {
                article: viewer.article(number)?,
                passages: index.rows_of(number).len(),
            });
        }
    }
    articles.sort_by(|a, b| a.article.id.cmp(&b.article.id));
    let segment = |(entry, removed, graph): (&SegmentEntry, usize, bool)| SegmentStatus {
        file: entry.file.name.clone(),
        articles: entry.articles - removed,
        passages: entry.live(),
        removed_passages: entry.passages - entry.live(),
        bytes: entry.file.bytes + entry.graph.as_ref().map_or(0, |graph| graph.bytes),
        search: if graph { "graph" } else { "scan" },
    };
    let Manifest {
        format,
        generation,
        space,
        roots,
        segments,
        shard,
        ..
    } = &index.manifest;
    Ok(Status {
        version: JSON_VERSION,
        index: index.dir().display().to_string(),
        format: *format,
        generation: *generation,
        model: space.model.clone(),
        space: space.id.clone(),
        dimension: space.dimension,
        precisions: segments.iter().flat_map(|s| s.precisions.clone()).collect(),
        articles: index.articles().count(),
        passages: index.rows().live(),
        bytes: index.manifest.files().map(|file| file.bytes).sum(),
        search: if index.has_graph() { "graph" } else { "scan" },
        segments: index.segments().map(segment).collect(),
        late_passages: index.with_tokens(late),
        roots: roots
            .iter()
            .map(|root| RootStatus {
                label: root.label.clone(),
                path: root.path.display().to_string(),
                exclude: excluded(root),
                articles: by_root.get(&root.label).copied().unwrap_or(0),
                present: root.path.exists(),
            })
            .collect(),
        shard: shard
            .as_ref()
            .map(|shard| format!("{}/{}", shard.number, shard.of)),
        article_list: list.then_some(articles),
    })
}

/// What is left out below a root: as it was added, and by the project.
fn excluded(root: &Root) -> Vec<String> {
    let of_project = root.project.iter().flat_map(|project| &project.globs);
    root.exclude.iter().chain(of_project).cloned().collect()
}
