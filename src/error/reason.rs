//! Why something is not done, in words, and what would help.

use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize, Serializer};

/// Why something is not done: a file is not read, a model not run, shards not joined. Also what is to be said of how a
/// file was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// The reason in words, without the path or name that it is about.
    pub text: String,
    /// What the caller can do about it.
    pub remedy: Option<Remedy>,
}

/// What a caller can do. The words for it are those of whoever asks: the command line names its flags.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Remedy {
    /// Set `archives` of [`ReadOptions`](crate::corpus::ReadOptions).
    Archives,
    /// Set `encoding` of [`ReadOptions`](crate::corpus::ReadOptions).
    Encoding,
    /// Add this pattern to `exclude` of the [`Root`](crate::index::Root).
    Exclude(String),
    /// Set `follow` of [`ReadOptions`](crate::corpus::ReadOptions).
    Follow,
    /// Set `header` of [`Fields`](crate::corpus::Fields).
    Header,
    /// Raise `max_articles` of [`ReadOptions`](crate::corpus::ReadOptions).
    MaxArticles,
    /// Raise `max_bytes` of [`ReadOptions`](crate::corpus::ReadOptions).
    MaxBytes,
    /// Raise `max_millis` of [`ReadOptions`](crate::corpus::ReadOptions).
    MaxMillis,
    /// Raise `max_passages` of [`ReadOptions`](crate::corpus::ReadOptions).
    MaxPassages,
    /// Choose a folder that holds no index.
    NewFolder,
    /// Give `ocr` of an [`Update`](crate::index::Update).
    Ocr,
    /// Download the model of this name.
    Pull(String),
    /// Update the index in this folder.
    Refresh(PathBuf),
    /// Remove the root of this label by an [`Update`](crate::index::Update).
    Remove(String),
    /// Build or update an index on the same files, with the same options, as the other shards.
    Shard {
        /// The index, where it is there.
        index: Option<PathBuf>,
        /// Which shard it is to be, as `2/3`.
        shard: String,
    },
    /// Build all indexes as shards of one set of files: of so many, where that is known.
    Shards(Option<u32>),
    /// Set `text` of [`Fields`](crate::corpus::Fields).
    Text,
}

impl Reason {
    /// A reason with what would help.
    pub fn with(remedy: Remedy, text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            remedy: Some(remedy),
        }
    }

    /// The same reason with more words.
    pub fn and(mut self, more: &str) -> Self {
        self.text.push_str("; ");
        self.text.push_str(more);
        self
    }

    /// Writes the words alone.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn as_text<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl From<String> for Reason {
    fn from(text: String) -> Self {
        Self { text, remedy: None }
    }
}

impl From<&str> for Reason {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
