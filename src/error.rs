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
        /// What was tried, as a verb: `open`, `read`, `write`.
        action: &'static str,
        /// The file or folder it was tried on.
        path: PathBuf,
        /// What the operating system answered.
        source: io::Error,
    },
    /// A file holds no text, or is none: an image, a feed without entries, a pipe.
    #[error("{}: {reason}", path.display())]
    NotText {
        /// The file; a name made up for bytes that came without one.
        path: PathBuf,
        /// What was found in the place of text.
        reason: String,
    },
    /// A file holds text that cannot be read: too much of it, damaged, or too slow to read.
    #[error("{}: {reason}", path.display())]
    Unreadable {
        /// The file; a name made up for bytes that came without one.
        path: PathBuf,
        /// Why not: too large, too slow, damaged, or in a form that is not read.
        reason: String,
    },

    /// The name is in no registry.
    #[error("unknown model `{name}`; known: {known}")]
    UnknownModel {
        /// The name that was asked for.
        name: String,
        /// All names of the registry, separated by commas.
        known: String,
    },
    /// The model is known, but this program cannot run it.
    #[error("model `{name}` cannot be run: {reason}")]
    ModelNotRunnable {
        /// Name of the model in the registry.
        name: String,
        /// What is missing, and how to get it where that is possible.
        reason: String,
    },
    /// The model has no second look, and something was asked for that needs it.
    #[error("model `{model}` has no second look: its entry in models.toml names no `late_layer`")]
    NoLateLayer {
        /// Name of the model.
        model: String,
    },
    /// The model's file contradicts itself or the registry.
    #[error("model `{model}`: {what}: expected {expected}, received {received}")]
    BadModel {
        /// Name of the model.
        model: String,
        /// What was compared: a tensor, a checksum, a setting.
        what: String,
        /// What it should be.
        expected: String,
        /// What it is.
        received: String,
    },
    /// A file of a model asks for what this program does not compute.
    #[error(
        "model `{model}`: {}: `{key}` is {value}, which is not computed here; possible: {possible}",
        path.display()
    )]
    NotComputed {
        /// Name of the model.
        model: String,
        /// The file that asks for it: `config.json` or another one of the model's folder.
        path: PathBuf,
        /// The key in that file, with the keys above it.
        key: String,
        /// What stands there; `absent` where nothing does.
        value: String,
        /// The values that are computed here, separated by commas.
        possible: String,
    },
    /// A model could not be downloaded from the hub.
    #[error("model `{model}`: {what}")]
    Hub {
        /// Name of the model.
        model: String,
        /// What went wrong, and what can be done about it.
        what: String,
    },
    /// candle failed to load or compute something.
    #[error("{what}: {source}")]
    Compute {
        /// What was being done: `cannot load the model`, `the model failed`.
        what: &'static str,
        /// What candle says.
        source: candle_core::Error,
    },
    /// The tokenizer of a model cannot be built, or failed.
    #[error("cannot {action}: {message}")]
    Tokenizer {
        /// What was tried, as a verb: `read the vocabulary`.
        action: &'static str,
        /// Why it failed.
        message: String,
    },
    /// The engine does not compute in such numbers.
    #[error("engine `{engine}` does not compute in {precision}; possible: {possible}")]
    Precision {
        /// The engine, and where it computes if that matters: `auto on a CPU`, `candle`.
        engine: &'static str,
        /// The precision that was asked for; empty where none was.
        precision: String,
        /// The precisions that it has there, separated by commas.
        possible: String,
    },
    /// `TANE_KERNEL` names no instruction set.
    #[error("TANE_KERNEL: unknown kernels `{name}`; known: {known}")]
    Kernels {
        /// The value of the variable.
        name: String,
        /// The names it may have, separated by commas.
        known: String,
    },
    /// The device asked for is not there, or does not compute.
    #[error("device `{device}` is not available: {reason}; use `--device cpu`")]
    Device {
        /// The device as it was asked for: `cuda:0`, `metal`.
        device: String,
        /// Why it cannot be used.
        reason: String,
    },
    /// A configuration file (`models.toml`, `tane.toml`, `config.toml`) cannot be used.
    #[error("{}: {message}", path.display())]
    Config {
        /// The file.
        path: PathBuf,
        /// What is wrong in it, with the place where the parser tells one.
        message: String,
    },

    /// There is no index where one is needed.
    #[error("no index at {}; build one with `tane index PATH`", path.display())]
    NoIndex {
        /// The folder where one was looked for.
        path: PathBuf,
    },
    /// There is no index yet, because another process builds it.
    #[error(
        "{}: another `tane index` is building this index; wait until it ends, then run this again",
        path.display()
    )]
    BeingBuilt {
        /// The folder of the index.
        path: PathBuf,
    },
    /// The folder for the index holds something else.
    #[error(
        "{} is neither empty nor an index (found `{found}`); choose another folder with --index",
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
        "{}: index format {received}; this is tane {}, which reads format {expected}; {}rebuild it with \
         `tane index --rebuild`",
        path.display(),
        env!("CARGO_PKG_VERSION"),
        if *received > u64::from(*expected) { format!("use {}, or ", newer(written_by)) } else { String::new() }
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
        "{}: a newer tane made this index ({received}; this is tane {}: {expected}); refresh it with {}, \
         or rebuild it with `tane index --rebuild`",
        path.display(),
        env!("CARGO_PKG_VERSION"),
        newer(written_by)
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
        "{}: the index was built with model `{received}`, and you asked with `{expected}`: {differences}; \
         name its model with `--model {received}`, or rebuild the index with `tane index --rebuild`",
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
        "{}: the index was made with language alignment {received}; this tane has {expected}; \
         refresh it with `tane index` (that embeds nothing again)",
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
         {expected} is needed): {why}; rebuild the index with `tane index --rebuild`",
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
        "{}: {what}: expected {expected}, received {received}; `tane verify` lists what is affected, \
         `tane index` repairs it, `tane index --rebuild` builds a new index",
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
    #[error("{}: {what}", path.display())]
    Merge {
        /// The index that does not fit, or the folder for the new one.
        path: PathBuf,
        /// Why they cannot be joined.
        what: String,
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
        "root `{label}` is missing: {} does not exist; nothing was changed; bring it back, \
         or forget it with `tane index --remove {label}`",
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
        "root `{label}` is suddenly empty: {} held {articles} articles and holds none now; nothing was changed; \
         if that is right, forget it with `tane index --remove {label}`",
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
        /// The label or path that was given to `--remove`.
        given: String,
        /// Labels of the roots that there are, separated by commas; `none` where there is none.
        known: String,
    },
    /// There is nothing to index: no root was given, and the index has none.
    #[error(
        "nothing to index: give a file or folder (`tane index PATH`), \
         or name a corpus in tane.toml"
    )]
    NoRoots,
    /// There are roots, and not one text could be taken from them.
    #[error("nothing indexed: {reason}")]
    NothingIndexed {
        /// Where text was looked for, and why the first of the files that were not read was not.
        reason: String,
    },
    /// The work was interrupted (Ctrl-C); what was embedded is kept.
    #[error("interrupted; {}", match total {
        0 => "nothing was embedded yet".to_owned(),
        _ => format!("{done} of {total} passages are embedded and kept"),
    })]
    Interrupted {
        /// Passages that are embedded; 0 where it stopped while files were read.
        done: usize,
        /// Passages that were to be embedded; 0 where that was not known yet.
        total: usize,
    },

    /// A question, or a quote to look for, holds nothing but white space.
    #[error("the question is empty; write one, or `-` to read it from standard input")]
    EmptyQuestion,
    /// A name fits no article or passage, or is no language that the index has.
    #[error("no {kind} `{given}` in this index{hint}")]
    Unknown {
        /// What the name is one of: `article`, `passage` or `language`.
        kind: &'static str,
        /// The name as it was given.
        given: String,
        /// What comes near or is possible, to follow the name in the message: `; ...`.
        hint: String,
    },
    /// The file of an article is elsewhere, or gone.
    #[error("{} is not on this machine; {instead}", path.display())]
    FileNotHere {
        /// Where the file should be; empty where the index does not tell.
        path: PathBuf,
        /// What to do in place of opening it.
        instead: String,
    },
    /// An article has no page that can be opened.
    #[error("`{id}` has no source page that can be opened: {reason}")]
    NoSourcePage {
        /// Id of the article.
        id: String,
        /// Why: it names none, or one that is no web address.
        reason: String,
    },
    /// A glob cannot be read, or is too long.
    #[error("bad pattern `{pattern}`: {message}")]
    Pattern {
        /// The pattern as it was given; the beginning of one that is too long.
        pattern: String,
        /// What is wrong with it.
        message: String,
    },
    /// A labelled set, or an earlier run to compare with, cannot be used.
    #[error("{}{}: {message}", path.display(), match line {
        0 => String::new(),
        line => format!(":{line}"),
    })]
    EvalSet {
        /// The file, or the folder of the set.
        path: PathBuf,
        /// Line of the file, counted from 1; 0 where the fault is of no one line.
        line: usize,
        /// What is wrong there.
        message: String,
    },
    /// The user has no folder for something.
    #[error("no folder for {what}: {instead}")]
    NoPlace {
        /// What has no folder: `models.lock`, models of the hub.
        what: &'static str,
        /// What to set or give.
        instead: &'static str,
    },
}

/// A tane that reads an index which this one does not: by its version, where the index names one.
pub fn newer(written_by: &str) -> String {
    let is_version = |text: &str| {
        let known = |c: char| c.is_ascii_alphanumeric() || ".-+".contains(c);
        text.starts_with(|c: char| c.is_ascii_digit())
            && text.len() <= 32
            && text.chars().all(known)
    };
    match is_version(written_by) && written_by != env!("CARGO_PKG_VERSION") {
        true => format!("tane {written_by} or newer"),
        false => "the newer tane that made it".to_owned(),
    }
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
