//! The index on disk: immutable segment files, graphs of the large ones, and a list of what is gone, named
//! by a manifest whose atomic rename is the commit. Readers and the writer are different types.

mod nearest;
mod reader;
mod sample;
mod store;
#[cfg(test)]
mod tests;
mod transfer;
mod verify;
mod write;

pub use nearest::graph::{Beam, MappedGraph};
pub use nearest::hnsw::build as build_graph;
pub use nearest::scan::{Hit, rescored, scan, scan_rows};
pub use nearest::{Keep, Work, through_graph};
pub use reader::{Index, MadeBy};
pub use store::codes::{CodeRows, encode};
pub use store::effort::Effort;
pub use store::format::ArticleRecord;
pub use store::journal::Journal;
pub use store::key::{Key, input_key};
pub use store::keyword::{Keyword, KeywordWriter};
pub use store::manifest::{FileEntry, Manifest, Root, SegmentEntry};
pub use store::rows::{LanguageRows, Part, RowRecord, Rows};
pub use store::segment::{StoredPassage, StoredSentence};
pub use transfer::merge::merge;
pub use transfer::{Carried, pack, unpack};
pub use verify::{Fault, Verified, verify};
pub use write::{Progress, Report, Stage, Unread, Update, update};

use crate::error::{Error, Result};
use std::path::Path;

/// Rows from which a graph is built; below, the exact scan is as fast and always right.
pub const GRAPH_ROWS: usize = 50_000;

/// Refuses a folder that holds something else than an index. Hidden files count as nothing.
///
/// # Errors
/// [`Error::NotAnIndex`] with one of the files found, [`Error::Io`].
fn check_is_index_or_empty(dir: &Path) -> Result<()> {
    if !dir.exists() || dir.join(store::manifest::FILE).exists() {
        return Ok(());
    }
    for entry in std::fs::read_dir(dir).map_err(Error::io("open", dir))? {
        let name = entry.map_err(Error::io("read", dir))?.file_name();
        let name = name.to_string_lossy().into_owned();
        let ours = [
            store::writer_lock::FILE,
            store::journal::FILE,
            write::stamp::FILE,
        ]
        .contains(&name.as_str())
            || name.ends_with(".tmp");
        if !name.starts_with('.') && !ours && !store::segment_writer::is_segment_name(&name) {
            return Err(Error::NotAnIndex {
                path: dir.to_path_buf(),
                found: name,
            });
        }
    }
    Ok(())
}
