//! Articles that were read, on the way to their segment: on disk, so that a run over any number of files needs memory
//! for a few at a time.

use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::{Error, IndexError, Result};
use crate::index::store::disk::DiskFile;
use crate::index::store::format::ArticleRecord;
use crate::index::store::key::Key;
use crate::passage::Passage;

/// An article that was read now; its content is staged.
pub(in crate::index) struct Planned {
    pub(in crate::index) id: String,
    pub(in crate::index) passages: usize,
    /// Of all passages.
    pub(in crate::index) tokens: usize,
    /// One a passage, once they are known.
    pub(in crate::index) keys: Vec<Key>,
    at: u64,
    bytes: usize,
}

/// What an article holds.
#[derive(Serialize, Deserialize)]
pub(in crate::index) struct Content {
    pub(in crate::index) record: ArticleRecord,
    pub(in crate::index) text: String,
    pub(in crate::index) passages: Vec<Passage>,
}

/// A file without a name, gone with the run.
pub(in crate::index) struct Staged {
    dir: PathBuf,
    file: DiskFile,
    end: u64,
}

impl Staged {
    /// In the folder of the index, or where that may not be written to, among the temporary files.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub(in crate::index) fn new(dir: Option<&Path>) -> Result<Self> {
        let dir = dir.map_or_else(std::env::temp_dir, Path::to_path_buf);
        let file = DiskFile::unnamed(&dir).map_err(Error::io("write a file in", &dir))?;
        Ok(Self { dir, file, end: 0 })
    }

    /// Takes an article in.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub(in crate::index) fn add(&mut self, content: &Content) -> Result<Planned> {
        let bytes = serde_json::to_vec(content).map_err(|error| self.corrupt(&error))?;
        let failed = Error::io("write a file in", &self.dir);
        self.file.write_all(&bytes).map_err(failed)?;
        let at = self.end;
        self.end += bytes.len() as u64;
        Ok(Planned {
            id: content.record.id(),
            passages: content.passages.len(),
            tokens: content.passages.iter().map(|passage| passage.tokens).sum(),
            keys: Vec::with_capacity(content.passages.len()),
            at,
            bytes: bytes.len(),
        })
    }

    /// Gives an article back.
    ///
    /// # Errors
    /// [`Error::Io`], [`IndexError::Corrupt`].
    pub(in crate::index) fn get(&mut self, planned: &Planned) -> Result<Content> {
        let mut bytes = vec![0; planned.bytes];
        let read = self.file.seek(SeekFrom::Start(planned.at));
        read.and_then(|_| self.file.read_exact(&mut bytes))
            .map_err(Error::io("read a file in", &self.dir))?;
        serde_json::from_slice(&bytes).map_err(|error| self.corrupt(&error))
    }

    fn corrupt(&self, error: &serde_json::Error) -> Error {
        Error::Index(IndexError::Corrupt {
            path: self.dir.clone(),
            what: "articles on their way to the index",
            expected: "what was written a moment ago".to_owned(),
            received: error.to_string(),
        })
    }
}
