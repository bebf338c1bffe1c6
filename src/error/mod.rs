//! What can go wrong in the library: an error for each area, composed into one. Every variant says what, where and with
//! which values. What to do next is a matter of the command line: `crate::advice` says it, with its flags.

mod corpus;
mod embed;
mod index;
mod reason;
mod search;

use std::io;
use std::path::{Path, PathBuf};

pub use self::corpus::CorpusError;
pub use self::embed::EmbedError;
pub use self::index::IndexError;
pub use self::reason::{Reason, Remedy};
pub use self::search::{Named, SearchError};

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
    /// A configuration file (`models.toml`, `tane.toml`, `config.toml`) cannot be used.
    #[error("{}: {message}", path.display())]
    Config {
        /// The file.
        path: PathBuf,
        /// What is wrong in it, with the place where the parser tells one.
        message: String,
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

    /// A file, or what says which files are read, cannot be used.
    #[error(transparent)]
    Corpus(CorpusError),
    /// A model cannot be used.
    #[error(transparent)]
    Embed(EmbedError),
    /// An index cannot be used.
    #[error(transparent)]
    Index(IndexError),
    /// A question cannot be answered.
    #[error(transparent)]
    Search(SearchError),
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
        move |source| Self::Embed(EmbedError::Compute { what, source })
    }
}
