//! What the files of an index are called.

use std::path::Path;

use crate::error::{Error, IndexError, Result};

/// Its atomic rename is the commit.
pub const MANIFEST: &str = "manifest.json";
/// Held by the one writer.
pub const LOCK: &str = "lock";
/// Vectors that were computed and are in no segment yet.
pub const JOURNAL: &str = "embedding.journal";
/// Files that were found unchanged although the system says otherwise.
pub const STAMPS: &str = "stamps.json";

/// What a run was asked that has not committed yet.
pub const UNFINISHED: &str = "unfinished.json";

/// Endings of the files of a segment, behind its number.
pub const SEGMENT: &str = ".segment";
pub const GRAPH: &str = ".graph";
pub const TOMBSTONES: &str = ".dead";

/// A name that this program gives to the files of a segment.
pub fn is_segment_name(name: &str) -> bool {
    [SEGMENT, GRAPH, TOMBSTONES].iter().any(|extension| {
        name.strip_suffix(extension)
            .is_some_and(|stem| stem.len() == 8 && stem.bytes().all(|b| b.is_ascii_digit()))
    })
}

/// The ending of such a name.
pub fn extension_of(name: &str) -> &str {
    name.find('.').map_or("", |at| &name[at..])
}

/// Refuses a folder that holds something else than an index. Hidden files count as nothing.
///
/// # Errors
/// [`IndexError::NotAnIndex`] with one of the files found, [`Error::Io`].
pub fn check_is_index_or_empty(dir: &Path) -> Result<()> {
    if !dir.exists() || dir.join(MANIFEST).exists() {
        return Ok(());
    }
    for entry in std::fs::read_dir(dir).map_err(Error::io("open", dir))? {
        let name = entry.map_err(Error::io("read", dir))?.file_name();
        let name = name.to_string_lossy().into_owned();
        let ours =
            [LOCK, JOURNAL, STAMPS, UNFINISHED].contains(&name.as_str()) || name.ends_with(".tmp");
        if !name.starts_with('.') && !ours && !is_segment_name(&name) {
            return Err(Error::Index(IndexError::NotAnIndex {
                path: dir.to_path_buf(),
                found: name,
            }));
        }
    }
    Ok(())
}
