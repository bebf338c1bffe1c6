//! The index on disk: none there, another one, a damaged one; its roots.

use std::path::PathBuf;

use super::reason::Reason;

/// What can be wrong with an index.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IndexError {
    /// There is no index where one is needed.
    #[error("no index at {}", path.display())]
    NoIndex {
        /// The folder where one was looked for.
        path: PathBuf,
    },
    /// There is no index yet, because another process builds it.
    #[error(
        "{}: another process is building this index",
        path.display()
    )]
    BeingBuilt {
        /// The folder of the index.
        path: PathBuf,
    },
    /// The folder for the index holds something else.
    #[error(
        "{} is neither empty nor an index (found `{found}`)",
        path.display()
    )]
    NotAnIndex {
        /// The folder that was given as an index.
        path: PathBuf,
        /// Name of one file or folder in it that is no part of an index.
        found: String,
    },
    /// The index was written by a program whose format this one does not read.
    #[error(
        "{}: index format {received}; this is tane {}, which reads format {expected}",
        path.display(),
        env!("CARGO_PKG_VERSION")
    )]
    IndexFormat {
        /// The manifest of the index, on disk or in a pack.
        path: PathBuf,
        /// The format that this program reads.
        expected: u32,
        /// The format of the manifest.
        received: u64,
        /// Version of the program that wrote it; empty where the manifest does not say.
        written_by: String,
    },
    /// A newer program cut the articles of the index and made its words; this one does not write to it.
    #[error(
        "{}: a newer tane made this index ({received}; this is tane {}: {expected})",
        path.display(),
        env!("CARGO_PKG_VERSION")
    )]
    IndexNewer {
        /// The folder of the index.
        path: PathBuf,
        /// This program's versions of cuts and words.
        expected: String,
        /// The versions that the index was made with.
        received: String,
        /// Version of the program that wrote it; empty where the manifest does not say.
        written_by: String,
    },
    /// The index holds vectors of another space.
    #[error(
        "{}: the index was built with model `{received}`, and you asked with `{expected}`: {differences}",
        path.display()
    )]
    SpaceMismatch {
        /// The folder of the index.
        path: PathBuf,
        /// Name of the model that was asked with; in a merge the first index's.
        expected: String,
        /// Name of the model that the index was built with.
        received: String,
        /// In words, with both values.
        differences: String,
    },
    /// The index was made with another alignment of the languages.
    #[error(
        "{}: the index was made with language alignment {received}; this tane has {expected}",
        path.display()
    )]
    AlignmentMismatch {
        /// The folder of the index.
        path: PathBuf,
        /// Id of the alignment that this program has for the model; `none` where it has none.
        expected: String,
        /// Id of the alignment that the index was made with; `none` where there was none.
        received: String,
    },
    /// The index was computed in another space, though its name is the same.
    #[error(
        "{}: this machine computes other vectors for the test texts of the index (cosine {received:.4}; at least \
         {expected} is needed): {why}",
        path.display()
    )]
    Canary {
        /// The folder of the index.
        path: PathBuf,
        /// The least cosine that is accepted, [`LEAST_COSINE`](crate::embed::LEAST_COSINE).
        expected: f32,
        /// The least cosine of all test texts, stored vector against computed one.
        received: f32,
        /// What is different.
        why: String,
    },
    /// A file of the index is not what the manifest says.
    #[error(
        "{}: {what}: expected {expected}, received {received}",
        path.display()
    )]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// What was checked: a length, a checksum, a section.
        what: &'static str,
        /// What it should be.
        expected: String,
        /// What was found.
        received: String,
    },
    /// A file that should be a pack is none, is damaged, or cannot be put where it was asked for.
    #[error("{}: {what}", path.display())]
    BadPack {
        /// The file.
        path: PathBuf,
        /// Why it cannot be unpacked.
        what: String,
    },
    /// Indexes cannot be joined, or not into that folder.
    #[error("{}: {reason}", path.display())]
    Merge {
        /// The index that does not fit, or the folder for the new one.
        path: PathBuf,
        /// Why they cannot be joined.
        reason: Reason,
    },
    /// Another process writes to the index.
    #[error(
        "{}: another tane is writing to this index; wait until it ends",
        path.display()
    )]
    Locked {
        /// The folder of the index.
        path: PathBuf,
    },
    /// A recorded root is gone; its articles stay.
    #[error(
        "root `{label}` is missing: {} does not exist; nothing was changed",
        path.display()
    )]
    RootMissing {
        /// Label of the root.
        label: String,
        /// Where it was.
        path: PathBuf,
    },
    /// A recorded root had articles and has none now; its articles stay.
    #[error(
        "root `{label}` is suddenly empty: {} held {articles} articles and holds none now; nothing was changed",
        path.display()
    )]
    RootEmpty {
        /// Label of the root.
        label: String,
        /// The file or folder.
        path: PathBuf,
        /// How many articles the index holds of it.
        articles: usize,
    },
    /// No root of the index has the label or path that was to be removed.
    #[error("no root `{given}` in this index; its roots are {known}")]
    UnknownRoot {
        /// The label or path that was to be removed.
        given: String,
        /// Labels of the roots that there are, separated by commas; `none` where there is none.
        known: String,
    },
    /// There is nothing to index: no root was given, and the index has none.
    #[error("nothing to index")]
    NoRoots,
    /// There are roots, and not one text could be taken from them.
    #[error("nothing indexed: {reason}")]
    NothingIndexed {
        /// Where text was looked for, and why the first of the files that were not read was not.
        reason: Reason,
    },
}
