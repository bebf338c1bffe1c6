//! What an update is asked, and what it says of itself.

use std::path::{Path, PathBuf};

use crate::corpus::{Ocr, ReadOptions, Readers};
use crate::error::{Reason, Result};

/// What to do.
#[derive(Debug, Clone, Default)]
pub struct Update {
    /// Files and folders to index beside the recorded roots, or again.
    pub add: Vec<PathBuf>,
    /// Labels or paths of roots.
    pub remove: Vec<String>,
    /// Globs for the roots in `add`.
    pub exclude: Vec<String>,
    /// The project that it is run in; `None`: what projects leave out stays as recorded.
    pub project: Option<ProjectGlobs>,
    /// How the files of the roots in `add` are read; `None`: as before.
    pub read: Option<ReadOptions>,
    /// Programs that read documents, see [`ReadOptions::readers`].
    pub readers: Option<Readers>,
    /// What recognises letters on pages without text, see [`ReadOptions::ocr`]. It is never recorded.
    pub ocr: Option<Ocr>,
    /// Cut every article anew; vectors of unchanged windows are still reused.
    pub rebuild: bool,
    /// Compare the contents of every file, not its length and times.
    pub check: bool,
    /// Write everything into one segment.
    pub compact: bool,
    /// Passages from which a segment gets a graph; `None`: [`crate::index::GRAPH_ROWS`].
    pub graph_rows: Option<usize>,
    /// Only the files of shard `.0` of `.1`, counted from 1.
    pub shard: Option<(u32, u32)>,
    /// Change nothing, only say what would be done.
    pub dry_run: bool,
    /// Language of articles whose language cannot be told.
    pub language: Option<String>,
    /// Whether passages get token codes: `Some(true)` gives them to those that lack them too, `Some(false)` takes them
    /// away; `None`: as before, new passages only.
    pub late: Option<bool>,
}

/// What a project leaves out of its files: of those below its folder, and of its corpus wherever that lies.
#[derive(Debug, Clone, Default)]
pub struct ProjectGlobs {
    /// The folder of the project.
    pub base: PathBuf,
    /// Files and folders that it names.
    pub corpus: Vec<PathBuf>,
    /// In gitignore syntax, relative to the folder; for a corpus elsewhere, to that.
    pub globs: Vec<String>,
}

/// What was done.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Report {
    /// Articles of the index afterwards.
    pub articles: usize,
    /// Passages of the index afterwards.
    pub passages: usize,
    /// Passages whose vectors were computed.
    pub embedded: usize,
    /// Passages whose vectors were known.
    pub reused: usize,
    /// Articles that are gone.
    pub removed: usize,
    /// Articles that the index held damaged, and that were read anew.
    pub repaired: usize,
    /// Articles that stay because their file, or the folder or disk it lies on, could not be read.
    pub kept: usize,
    /// Articles of an older version's index that were brought up to date from their stored text.
    pub renewed: usize,
    /// Passages that lack the token codes of late interaction although they are wanted.
    pub without_tokens: usize,
    /// Labels of roots that are missing, where that did not stop the run.
    pub missing_roots: Vec<String>,
    /// Files that hold no text, and links, devices and other indexes, which are left out on purpose.
    pub skipped: Vec<Unread>,
    /// Files and folders that could not be read; what was indexed of them before is kept.
    pub failed: Vec<Unread>,
    /// What was decided while files were read that were new or changed, where the user could think otherwise.
    pub notes: Vec<Unread>,
}

/// A file that was not read, or what is to be said of it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Unread {
    /// The file or folder.
    #[serde(serialize_with = "as_shown")]
    pub path: PathBuf,
    /// Why it was not read, or the remark, in words.
    #[serde(serialize_with = "Reason::as_text")]
    pub reason: Reason,
}

/// A path in JSON, which has no other text than UTF-8.
fn as_shown<S: serde::Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&path.to_string_lossy())
}

/// What the writer is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// So many files of so many are read.
    Reading {
        /// Files that are read.
        done: usize,
        /// Files to look at.
        total: usize,
    },
    /// So many of so many are embedded.
    Embedding {
        /// Tokens that are embedded, and all that are to be.
        tokens: (usize, usize),
        /// Passages that are embedded or were known, and all of new and changed articles.
        passages: (usize, usize),
        /// Articles whose passages are all done, and all new and changed ones.
        articles: (usize, usize),
    },
    /// The segment is written.
    Writing,
    /// The graph takes its time on large indexes.
    BuildingGraph,
}

/// Told how far the writer is, and asked whether to stop.
pub trait Progress: Sync {
    /// Called again and again while the work goes on.
    fn at(&self, stage: Stage);
    /// Whether to stop; the update then ends with [`Error::Interrupted`](crate::Error::Interrupted).
    fn interrupted(&self) -> bool;
}

/// Nobody is told, and nobody interrupts.
impl Progress for () {
    fn at(&self, _: Stage) {}

    fn interrupted(&self) -> bool {
        false
    }
}
