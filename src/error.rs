//! The one error type of the library. Every variant says what, where and with which values; the
//! message ends with what to do next where something can be done.

use std::io;
use std::path::{Path, PathBuf};

/// What every fallible function of the library returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Everything that can go wrong in the library.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file operation failed.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        action: &'static str,
        path: PathBuf,
        source: io::Error,
    },
    /// A file holds no text.
    #[error("{}: {reason}", path.display())]
    NotText { path: PathBuf, reason: String },
    /// A file holds text that cannot be read.
    #[error("{}: {reason}", path.display())]
    Unreadable { path: PathBuf, reason: String },

    /// The name is in no registry.
    #[error("unknown model `{name}`; known: {known}")]
    UnknownModel { name: String, known: String },
    /// The model is known, but this program cannot run it.
    #[error("model `{name}` cannot be run: {reason}")]
    ModelNotRunnable { name: String, reason: String },
    /// The model's file contradicts itself or the registry.
    #[error("model `{model}`: {what}: expected {expected}, received {received}")]
    BadModel {
        model: String,
        what: String,
        expected: String,
        received: String,
    },
    /// A file of a model asks for what this program does not compute.
    #[error(
        "model `{model}`: {}: `{key}` is {value}, which is not computed here; possible: {possible}",
        path.display()
    )]
    NotComputed {
        model: String,
        path: PathBuf,
        key: String,
        value: String,
        possible: String,
    },
    /// A model could not be downloaded from the hub.
    #[error("model `{model}`: {what}")]
    Hub { model: String, what: String },
    /// candle failed.
    #[error("{what}: {source}")]
    Compute {
        what: &'static str,
        source: candle_core::Error,
    },
    /// The tokenizer failed.
    #[error("cannot {action}: {message}")]
    Tokenizer {
        action: &'static str,
        message: String,
    },
    /// The engine does not compute in such numbers.
    #[error("engine `{engine}` does not compute in {precision}; possible: {possible}")]
    Precision {
        engine: &'static str,
        precision: String,
        possible: String,
    },
    /// `TANE_KERNEL` names no instruction set.
    #[error("TANE_KERNEL: unknown kernels `{name}`; known: {known}")]
    Kernels { name: String, known: String },
    /// The device asked for is not there.
    #[error("device `{device}` is not available: {reason}; use `--device cpu`")]
    Device { device: String, reason: String },
    /// A configuration file (`models.toml`, `tane.toml`, `config.toml`) cannot be used.
    #[error("{}: {message}", path.display())]
    Config { path: PathBuf, message: String },

    /// There is no index where one is needed.
    #[error("no index at {}; build one with `tane index PATH`", path.display())]
    NoIndex { path: PathBuf },
    /// The folder holds something else.
    #[error(
        "{} is neither empty nor an index (found `{found}`); choose another folder with --index",
        path.display()
    )]
    NotAnIndex { path: PathBuf, found: String },
    /// Written by a program whose format this one does not read.
    #[error(
        "{}: index format {received}; this tane reads format {expected}; {}\
         rebuild it with `tane index --rebuild`",
        path.display(),
        if *received > u64::from(*expected) { "use the newer tane that made it, or " } else { "" }
    )]
    IndexFormat {
        path: PathBuf,
        expected: u32,
        received: u64,
    },
    /// A newer program cut its articles and made its words.
    #[error(
        "{}: a newer tane made this index ({received}; this tane has {expected}); refresh it with the newer tane, \
         or rebuild it with `tane index --rebuild`",
        path.display()
    )]
    IndexNewer {
        path: PathBuf,
        expected: String,
        received: String,
    },
    /// The index holds vectors of another space.
    #[error(
        "{}: the index was built with model `{received}`, and you asked with `{expected}`: {differences}; \
         name its model with `--model {received}`, or rebuild the index with `tane index --rebuild`",
        path.display()
    )]
    SpaceMismatch {
        path: PathBuf,
        expected: String,
        received: String,
        /// In words, with both values.
        differences: String,
    },
    /// The index was made with another alignment of the languages.
    #[error(
        "{}: the index was made with language alignment {received}; this tane has {expected}; \
         refresh it with `tane index` (that embeds nothing again)",
        path.display()
    )]
    AlignmentMismatch {
        path: PathBuf,
        expected: String,
        received: String,
    },
    /// The index was computed in another space, though its name is the same.
    #[error(
        "{}: this machine computes other vectors for the test texts of the index (cosine {received:.4}; at least \
         {expected} is needed): {why}; rebuild the index with `tane index --rebuild`",
        path.display()
    )]
    Canary {
        path: PathBuf,
        expected: f32,
        received: f32,
        /// What is different.
        why: String,
    },
    /// A file of the index is not what the manifest says.
    #[error(
        "{}: {what}: expected {expected}, received {received}; `tane verify` lists what is affected, \
         `tane index` repairs it, `tane index --rebuild` builds a new index",
        path.display()
    )]
    Corrupt {
        path: PathBuf,
        what: &'static str,
        expected: String,
        received: String,
    },
    /// A file that should be a pack.
    #[error("{}: {what}", path.display())]
    BadPack { path: PathBuf, what: String },
    /// Indexes that cannot be joined.
    #[error("{}: {what}", path.display())]
    Merge { path: PathBuf, what: String },
    /// Another process writes to the index.
    #[error(
        "{}: another `tane index` is writing to this index; wait until it ends",
        path.display()
    )]
    Locked { path: PathBuf },
    /// A recorded root is gone; its articles stay.
    #[error(
        "root `{label}` is missing: {} does not exist; nothing was changed; bring it back, \
         or forget it with `tane index --remove {label}`",
        path.display()
    )]
    RootMissing { label: String, path: PathBuf },
    /// A recorded root had articles and has none now; its articles stay.
    #[error(
        "root `{label}` is suddenly empty: {} held {articles} articles and holds none now; nothing was changed; \
         if that is right, forget it with `tane index --remove {label}`",
        path.display()
    )]
    RootEmpty {
        label: String,
        path: PathBuf,
        articles: usize,
    },
    /// No root of that name.
    #[error("no root `{given}` in this index; its roots are {known}")]
    UnknownRoot { given: String, known: String },
    /// No root at all.
    #[error(
        "nothing to index: give a file or folder (`tane index PATH`), \
         or name a corpus in tane.toml"
    )]
    NoRoots,
    /// Not one text could be taken.
    #[error("nothing indexed: {reason}")]
    NothingIndexed { reason: String },
    /// Ctrl-C; what was embedded is kept.
    #[error(
        "interrupted; {done} of {total} passages are embedded and kept; run it again to continue"
    )]
    Interrupted { done: usize, total: usize },

    /// A question without words.
    #[error("the question is empty; write one, or `-` to read it from standard input")]
    EmptyQuestion,
    /// A name that fits no article or passage.
    #[error("no {kind} `{given}` in this index{hint}")]
    Unknown {
        kind: &'static str,
        given: String,
        hint: String,
    },
    /// The file of an article is elsewhere, or gone.
    #[error("{} is not on this machine; {instead}", path.display())]
    FileNotHere { path: PathBuf, instead: String },
    /// An article without a page that can be opened.
    #[error("`{id}` has no source page that can be opened: {reason}")]
    NoSourcePage { id: String, reason: String },
    /// A pattern that is none.
    #[error("bad pattern `{pattern}`: {message}")]
    Pattern { pattern: String, message: String },
    /// A labelled set cannot be read.
    #[error("{}:{line}: {message}", path.display())]
    EvalSet {
        path: PathBuf,
        line: usize,
        message: String,
    },
    /// The user has no folder for something.
    #[error("no folder for {what}: {instead}")]
    NoPlace {
        what: &'static str,
        instead: &'static str,
    },
}

impl Error {
    /// For `map_err`: an I/O error with the operation and the path it happened at.
    pub fn io(action: &'static str, path: impl AsRef<Path>) -> impl FnOnce(io::Error) -> Self {
        let path = path.as_ref().to_path_buf();
        move |source| Self::Io {
            action,
            path,
            source,
        }
    }

    /// For `map_err`: a candle error with what was being computed.
    pub fn compute(what: &'static str) -> impl FnOnce(candle_core::Error) -> Self {
        move |source| Self::Compute { what, source }
    }
}
