//! Carrying an index, or a corpus with what is known of it, to another machine in one file, and back.
//!
//! A pack is a tar archive: `pack.json` ([`Header`]), the index's `manifest.json` and its files below `index/`, and,
//! in a pack of a corpus, the files of every root below `corpus/N/` (a root that is a file is `corpus/N`). Nothing in
//! it is trusted: names are checked before anything is written, files against the checksums of the manifest, vectors
//! against the canaries.

pub(super) mod merge;
pub(super) mod pack;
pub(super) mod unpack;

use std::io::Read;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::{Error, IndexError, Result};
use crate::index::store::hashed_file::HashedFile;
use crate::index::store::manifest::{FileEntry, Root};
use crate::index::store::names::extension_of;

pub use pack::pack;
pub use unpack::unpack;

/// Version of the pack.
const VERSION: u32 = 1;
const HEADER: &str = "pack.json";
const INDEX: &str = "index/";
const CORPUS: &str = "corpus/";

/// What a pack begins with.
#[derive(Debug, Serialize, Deserialize)]
struct Header {
    tane_pack: u32,
    /// The files of the roots are in it.
    corpus: bool,
    model: String,
    space: String,
    /// What the project says that the corpus is from; absent in packs of other folders, and in older ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    project: Option<ProjectSettings>,
}

/// What a project says besides its corpus. It goes with the corpus: `tane.toml` there says the same.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectSettings {
    /// Globs in gitignore syntax.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<String>,
    /// Results shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
    /// How to search.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
    /// Language of articles whose language cannot be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
}

/// The files to pack besides the index.
#[derive(Debug, Clone, Default)]
pub struct Corpus {
    /// Its roots where there is no index yet.
    pub roots: Vec<Root>,
    /// The project that it is from.
    pub project: Option<ProjectSettings>,
}

/// What was carried.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Carried {
    /// Articles of the index, removed ones left out.
    pub articles: usize,
    /// Passages of the index, removed ones left out.
    pub passages: usize,
    /// Files of the corpus.
    pub files: usize,
    /// Length of the pack.
    pub bytes: u64,
    /// Whether the pack holds a corpus.
    pub corpus: bool,
}

/// Writes a file of an index under a name that is free, `number`; it must be what its manifest says. `source` is what
/// errors name.
pub(in crate::index) fn copy(
    from: &mut impl Read,
    source: &Path,
    dir: &Path,
    number: u64,
    expected: &FileEntry,
) -> Result<FileEntry> {
    let name = format!("{number:08}{}", extension_of(&expected.name));
    let path = dir.join(format!("{name}.tmp"));
    let mut file = HashedFile::create(&path)?;
    let mut buffer = vec![0; 1 << 20];
    loop {
        match from.read(&mut buffer).map_err(Error::io("read", source))? {
            0 => break,
            read => file.write(&buffer[..read])?,
        }
    }
    let written = file.finish(dir, &name)?;
    if written.blake3 == expected.blake3 {
        return Ok(written);
    }
    Err(Error::Index(IndexError::Corrupt {
        path: source.to_path_buf(),
        what: "checksum",
        expected: expected.blake3.clone(),
        received: written.blake3,
    }))
}
