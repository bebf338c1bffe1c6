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

pub use pack::pack;
pub use unpack::unpack;

use crate::embed::{Embedder, LEAST_COSINE, cosines, explain};
use crate::error::{Error, Result};
use crate::index::reader::check_space;
use crate::index::store::manifest::{FileEntry, Manifest};
use crate::index::store::segment_writer::{HashedFile, extension_of};

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
}

/// What was carried.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Carried {
    pub articles: usize,
    pub passages: usize,
    /// Files of the corpus.
    pub files: usize,
    pub bytes: u64,
    /// Whether the pack holds a corpus.
    pub corpus: bool,
}

/// Refuses vectors that are not of the embedder's space.
pub(in crate::index) fn check_canaries(
    dir: &Path,
    manifest: &Manifest,
    embedder: &Embedder,
) -> Result<()> {
    check_space(dir, &manifest.space, embedder.space())?;
    let least = cosines(embedder, &manifest.canaries)?;
    let least = least.into_iter().fold(1.0, f32::min);
    if least < LEAST_COSINE {
        return Err(Error::Canary {
            path: dir.to_path_buf(),
            expected: LEAST_COSINE,
            received: least,
            why: explain(embedder, &manifest.canaries)?,
        });
    }
    Ok(())
}

/// Writes a file of an index under a name that is free, `number`; it must be what its manifest says.
pub(in crate::index) fn copy(
    from: &mut impl Read,
    dir: &Path,
    number: u64,
    expected: &FileEntry,
) -> Result<FileEntry> {
    let name = format!("{number:08}{}", extension_of(&expected.name));
    let path = dir.join(format!("{name}.tmp"));
    let mut file = HashedFile::create(&path)?;
    let mut buffer = vec![0; 1 << 20];
    loop {
        match from.read(&mut buffer).map_err(Error::io("read", &path))? {
            0 => break,
            read => file.write(&buffer[..read])?,
        }
    }
    let written = file.finish(dir, &name)?;
    if written.blake3 == expected.blake3 {
        return Ok(written);
    }
    Err(Error::Corrupt {
        path: dir.join(&expected.name),
        what: "checksum",
        expected: expected.blake3.clone(),
        received: written.blake3,
    })
}
