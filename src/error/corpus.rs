//! Files that cannot be read, and patterns that say which files are read.

use std::path::PathBuf;

use super::reason::Reason;

/// What can be wrong with a file of a corpus. Inside `corpus`, a fault has no path yet; the file that is read gives it one.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CorpusError {
    /// A file holds no text, or is none: an image, a feed without entries, a pipe.
    #[error("{}: {reason}", path.display())]
    NotText {
        /// The file; a name made up for bytes that came without one.
        path: PathBuf,
        /// What was found in the place of text.
        reason: Reason,
    },
    /// A file holds text that cannot be read: too much of it, damaged, or too slow to read.
    #[error("{}: {reason}", path.display())]
    Unreadable {
        /// The file; a name made up for bytes that came without one.
        path: PathBuf,
        /// Why not: too large, too slow, damaged, or in a form that is not read.
        reason: Reason,
    },
    /// A glob cannot be read, or is too long.
    #[error("bad pattern `{pattern}`: {message}")]
    Pattern {
        /// The pattern as it was given; the beginning of one that is too long.
        pattern: String,
        /// What is wrong with it.
        message: String,
    },
}
