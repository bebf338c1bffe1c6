//! The manifest: the one file that says what an index holds. Replacing it is the commit.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::disk::{self, DiskFile};
use super::effort::Effort;
use super::format::{MAGIC_OF_ANY, Sections};
use super::journal;
use crate::corpus::{Globs, ReadOptions};
use crate::embed::{Canary, Precision, Space};
use crate::error::{Error, IndexError, Result};
use crate::index::store::names::{JOURNAL, LOCK, MANIFEST, UNFINISHED, is_segment_name};

/// Version of everything in the index folder.
pub const FORMAT: u32 = 3;

/// Version of the program.
pub const PROGRAM: &str = env!("CARGO_PKG_VERSION");

/// What an index holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of everything in the folder; read where it is `FORMAT`.
    pub format: u32,
    /// Version of the program that wrote it: one that surely reads it. Empty where it does not say.
    #[serde(default)]
    pub written_by: String,
    /// BLAKE3 of this file with zeros in the place of these digits.
    pub check: String,
    /// Counts commits.
    pub generation: u64,
    /// Where its vectors lie.
    pub space: Space,
    /// Version of the chunker ([`crate::passage::RECIPE`]).
    pub recipe: u32,
    /// Version of the words ([`crate::words::VERSION`]).
    pub words: u32,
    /// Test texts and the vectors that they had when the index was first built.
    pub canaries: Vec<Canary>,
    /// What was given to `tane index`.
    pub roots: Vec<Root>,
    /// Oldest first.
    pub segments: Vec<SegmentEntry>,
    /// New passages get no token codes: `tane index --no-late`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub no_late: bool,
    /// Articles of the segments that are gone; `None` where none is.
    pub dead: Option<FileEntry>,
    /// Which part of the files it holds; `None` where it holds all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<Shard>,
}

/// One of several indexes that share the files of the roots: `tane index --shard`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shard {
    /// Which one, from 1.
    pub number: u32,
    /// How many there are.
    pub of: u32,
    /// How many files they share.
    pub files: usize,
    /// BLAKE3 of the ids of these files, sorted.
    pub ids: String,
}

/// A file or folder that was given to `tane index`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Root {
    /// First part of its articles' ids; unique in the index.
    pub label: String,
    /// Absolute.
    pub path: PathBuf,
    /// Globs left out below it.
    pub exclude: Vec<String>,
    /// What the project leaves out that it was last refreshed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<Globs>,
    /// How its files are read.
    #[serde(default)]
    pub read: ReadOptions,
    /// Folders below it on which another disk was mounted, by their relative paths: one that is empty now is no
    /// deletion.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mounts: Vec<String>,
}

/// A segment file and its graph.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SegmentEntry {
    /// The segment file.
    pub file: FileEntry,
    /// In the file, removed ones counted.
    pub articles: usize,
    /// In the file, removed ones counted.
    pub passages: usize,
    /// The numbers its vectors were computed in; more than one where some were reused.
    pub precisions: BTreeSet<Precision>,
    /// Languages that the rows count, and what of them is not removed.
    pub languages: Vec<LanguageEntry>,
    /// How far its codes are from their vectors, at most.
    pub code_error: f32,
    /// What of its passages has token codes; `None` where none has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late: Option<LateEntry>,
    /// Where the sections lie in the file.
    pub sections: Sections,
    /// Absent where the scan is as fast.
    pub graph: Option<FileEntry>,
    /// How far searches of the graph go.
    #[serde(default)]
    pub effort: Effort,
}

/// The token codes of a segment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LateEntry {
    /// What they were made with: [`crate::embed::TokenCodes::id`].
    pub id: String,
    /// Passages that have them, removed ones counted.
    pub passages: usize,
}

/// Passages of a language that can be found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LanguageEntry {
    /// Empty where it could not be told.
    pub name: String,
    pub passages: usize,
    /// Repetitions counted.
    pub terms: u64,
}

impl SegmentEntry {
    /// Passages that have token codes made with `id`, removed ones counted.
    pub fn with_tokens(&self, id: &str) -> usize {
        let late = self.late.as_ref().filter(|late| late.id == id);
        late.map_or(0, |late| late.passages)
    }

    /// Passages that can be found.
    pub fn live(&self) -> usize {
        self.languages
            .iter()
            .map(|language| language.passages)
            .sum()
    }
}

/// A file of the index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Its name in the folder of the index.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// BLAKE3, hex.
    pub blake3: String,
}

impl Manifest {
    /// `None` where there is no manifest.
    ///
    /// # Errors
    /// [`IndexError::IndexFormat`] for another format, [`IndexError::Corrupt`] for no manifest at all.
    pub fn read(dir: &Path) -> Result<Option<Self>> {
        let path = dir.join(MANIFEST);
        let text = match std::fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Error::io("read", &path)(error)),
        };
        Self::parse(&text, &path).map(Some)
    }

    /// What the file system knows of the manifest: a commit puts a new file in its place.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn metadata(dir: &Path) -> Result<std::fs::Metadata> {
        let path = dir.join(MANIFEST);
        path.metadata().map_err(Error::io("open", &path))
    }

    /// A manifest of these bytes; errors name `path`.
    ///
    /// # Errors
    /// [`IndexError::IndexFormat`], [`IndexError::Corrupt`].
    pub(in crate::index) fn parse(text: &[u8], path: &Path) -> Result<Self> {
        let corrupt = |error: serde_json::Error| {
            Error::Index(IndexError::Corrupt {
                path: path.to_path_buf(),
                what: "manifest",
                expected: "a manifest of tane".to_owned(),
                received: error.to_string(),
            })
        };
        #[derive(Deserialize)]
        struct Format {
            format: u64,
            #[serde(default)]
            written_by: String,
        }
        let Format { format, written_by } = serde_json::from_slice(text).map_err(corrupt)?;
        if format != u64::from(FORMAT) {
            return Err(Error::Index(IndexError::IndexFormat {
                path: path.to_path_buf(),
                expected: FORMAT,
                received: format,
                written_by,
            }));
        }
        let manifest: Self = serde_json::from_slice(text).map_err(corrupt)?;
        let check = checked(text).map(|(_, check)| check).unwrap_or_default();
        if manifest.check != check {
            return Err(Error::Index(IndexError::Corrupt {
                path: path.to_path_buf(),
                what: "checksum of the manifest",
                expected: manifest.check,
                received: check,
            }));
        }
        Ok(manifest)
    }

    /// Every file of this generation besides the manifest.
    pub fn files(&self) -> impl Iterator<Item = &FileEntry> {
        let segments = self.segments.iter();
        segments
            .flat_map(|segment| std::iter::once(&segment.file).chain(&segment.graph))
            .chain(&self.dead)
    }

    /// The same, to give them other names.
    pub(in crate::index) fn files_mut(&mut self) -> impl Iterator<Item = &mut FileEntry> {
        let segments = self.segments.iter_mut();
        segments
            .flat_map(|segment| std::iter::once(&mut segment.file).chain(&mut segment.graph))
            .chain(&mut self.dead)
    }

    /// The roots of a manifest of any format, as far as they can be told.
    pub fn read_roots(dir: &Path) -> Vec<Root> {
        #[derive(Deserialize)]
        struct Roots {
            roots: Vec<Root>,
        }
        std::fs::read(dir.join(MANIFEST))
            .ok()
            .and_then(|text| serde_json::from_slice::<Roots>(&text).ok())
            .map(|found| found.roots)
            .unwrap_or_default()
    }

    /// Whether a folder is an index, of any version and however damaged: what is in it is no text of anybody's.
    pub fn is_of_index(dir: &Path) -> bool {
        #[derive(Deserialize)]
        struct AnyFormat {
            #[serde(rename = "format")]
            _format: u64,
            #[serde(rename = "generation")]
            _generation: u64,
            #[serde(rename = "space")]
            _space: serde_json::Map<String, serde_json::Value>,
            #[serde(rename = "roots")]
            _roots: Vec<serde::de::IgnoredAny>,
            #[serde(default)]
            segments: Vec<AnySegment>,
            /// In formats 1 and 2.
            segment: Option<AnySegment>,
        }
        #[derive(Deserialize)]
        struct AnySegment {
            file: AnyFile,
        }
        #[derive(Deserialize)]
        struct AnyFile {
            name: String,
        }
        // A pipe is never opened: it would keep us waiting.
        let is_there = |name: &str| dir.join(name).is_file();
        let begins = |name: &str, magic: &[u8]| {
            let mut head = vec![0; magic.len()];
            let file = is_there(name).then(|| std::fs::File::open(dir.join(name)));
            file.and_then(Result::ok)
                .is_some_and(|mut file| file.read_exact(&mut head).is_ok() && head == magic)
        };
        let text = is_there(MANIFEST).then(|| std::fs::read(dir.join(MANIFEST)));
        let Some(Ok(text)) = text else {
            // One that was never finished.
            return begins(JOURNAL, journal::MAGIC) || is_there(LOCK) && is_there(UNFINISHED);
        };
        let Ok(found) = serde_json::from_slice::<AnyFormat>(&text) else {
            return std::fs::read_dir(dir)
                .into_iter()
                .flatten()
                .flatten()
                .any(|entry| {
                    let name = entry.file_name();
                    let name = name.to_str().unwrap_or_default();
                    is_segment_name(name) && begins(name, MAGIC_OF_ANY)
                });
        };
        // A manifest that somebody keeps among other files is none of an index.
        let mut names = found
            .segments
            .iter()
            .chain(&found.segment)
            .map(|segment| &segment.file.name);
        is_there(LOCK) || names.any(|name| is_segment_name(name) && is_there(name))
    }

    /// The file, its check filled in.
    pub(in crate::index) fn to_bytes(&self) -> Vec<u8> {
        let zeros = "0".repeat(blake3::OUT_LEN * 2);
        let mut text = to_json(&Self {
            check: zeros,
            ..self.clone()
        });
        if let Some((place, check)) = checked(&text) {
            text[place].copy_from_slice(check.as_bytes());
        }
        text
    }

    /// Replaces the manifest: a reader sees the old one or the new one.
    ///
    /// # Errors
    /// [`Error::Io`]; the old manifest is then in place.
    pub fn commit(&self, dir: &Path) -> Result<()> {
        let path = dir.join(MANIFEST);
        let temporary = dir.join("manifest.json.tmp");
        let text = self.to_bytes();
        let write = || {
            let mut file = DiskFile::create(&temporary)?;
            file.write_all(&text)?;
            file.sync()?;
            disk::rename(&temporary, &path)?;
            disk::sync_dir(dir)
        };
        write().map_err(|error| {
            disk::remove(&temporary);
            Error::io("write", &path)(error)
        })
    }
}

/// JSON as it is written to files.
pub(in crate::index) fn to_json(value: &impl Serialize) -> Vec<u8> {
    // Only maps with keys that are no text fail, and there are none.
    let mut text = serde_json::to_vec_pretty(value).unwrap_or_default();
    text.push(b'\n');
    text
}

/// Where the digits of the check stand in a manifest, and what they should be.
fn checked(text: &[u8]) -> Option<(Range<usize>, String)> {
    const NAME: &[u8] = b"\"check\": \"";
    let start = text.windows(NAME.len()).position(|part| part == NAME)? + NAME.len();
    let place = start..start + blake3::OUT_LEN * 2;
    let mut zeroed = text.to_vec();
    zeroed.get_mut(place.clone())?.fill(b'0');
    Some((place, blake3::hash(&zeroed).to_hex().to_string()))
}
