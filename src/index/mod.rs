//! The index on disk: immutable segment files, graphs of the large ones, and a list of what is gone, named
//! by a manifest whose atomic rename is the commit. Readers and the writer are different types.

mod carry;
mod codes;
mod damage;
mod dead;
mod disk;
mod effort;
mod flat_graph;
mod format;
mod graph;
mod hnsw;
mod journal;
mod key;
mod keyword;
mod layout;
mod lock;
mod manifest;
mod merge;
mod missing;
mod nearest;
mod old;
mod plan;
mod reader;
mod roots;
mod rows;
mod sample;
mod scan;
mod segment;
mod segment_writer;
mod spot;
mod staged;
mod stamp;
#[cfg(test)]
mod tests;
mod unseen;
mod update;
mod verify;
mod writing;

pub use carry::{Carried, pack, unpack};
pub use codes::{CodeRows, encode};
pub use effort::Effort;
pub use format::ArticleRecord;
pub use graph::{Beam, MappedGraph};
pub use hnsw::build as build_graph;
pub use journal::Journal;
pub use key::{Key, input_key};
pub use keyword::{Keyword, KeywordWriter};
pub use manifest::{FileEntry, Manifest, Root, SegmentEntry};
pub use merge::merge;
pub use nearest::{Keep, Work, through_graph};
pub use reader::{Index, MadeBy};
pub use rows::{LanguageRows, Part, RowRecord, Rows};
pub use scan::{Hit, rescored, scan, scan_rows};
pub use segment::{StoredPassage, StoredSentence};
pub use update::{Progress, Report, Stage, Unread, Update, update};
pub use verify::{Fault, Verified, verify};

use crate::error::{Error, Result};
use std::path::Path;

/// Rows from which a graph is built; below, the exact scan is as fast and always right.
pub const GRAPH_ROWS: usize = 50_000;

/// Refuses a folder that holds something else than an index. Hidden files count as nothing.
///
/// # Errors
/// [`Error::NotAnIndex`] with one of the files found, [`Error::Io`].
fn check_is_index_or_empty(dir: &Path) -> Result<()> {
    if !dir.exists() || dir.join(manifest::FILE).exists() {
        return Ok(());
    }
    for entry in std::fs::read_dir(dir).map_err(Error::io("open", dir))? {
        let name = entry.map_err(Error::io("read", dir))?.file_name();
        let name = name.to_string_lossy().into_owned();
        let ours = [lock::FILE, journal::FILE, stamp::FILE].contains(&name.as_str())
            || name.ends_with(".tmp");
        if !name.starts_with('.') && !ours && !segment_writer::is_segment_name(&name) {
            return Err(Error::NotAnIndex {
                path: dir.to_path_buf(),
                found: name,
            });
        }
    }
    Ok(())
}
