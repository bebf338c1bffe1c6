//! The index on disk: immutable segment files, graphs of the large ones, and a list of what is gone, named
//! by a manifest whose atomic rename is the commit. Readers and the writer are different types.

mod nearest;
mod open_segment;
mod reader;
mod same_space;
mod sample;
mod store;
#[cfg(test)]
mod tests;
mod transfer;
mod verify;
mod write;

pub use nearest::graph::{Beam, MappedGraph, ScanIsLess};
pub use nearest::hnsw::build as build_graph;
pub use nearest::max_sim::{LateQuestion, Met, Unpacked};
pub use nearest::scan::{Hit, rescored, scan, scan_rows};
pub use nearest::{RowFilter, Work, through_graph};
pub use reader::{Index, MadeBy};
pub use store::codes::{CodeRows, encode};
pub use store::effort::Effort;
pub use store::format::{ArticleRecord, Metadata, token_end};
pub use store::journal::Journal;
pub use store::key::{Key, input_key};
pub use store::keyword::{Keyword, KeywordWriter};
pub use store::manifest::{FORMAT, FileEntry, LateEntry, Manifest, Root, SegmentEntry, Shard};
pub use store::position::{ArticleNo, LanguageNo, LocalArticle, LocalRow, Position, Row, Run};
pub use store::rows::{LanguageRows, RowRecord, Rows, SegmentRows};
pub use store::segment::{StoredPassage, StoredSentence};
pub use store::token_rows::TokenRows;
pub use store::unfinished::Unfinished;
pub use store::vectors::{Vectors, quantize};
pub use store::writer_lock::is_written;
pub use transfer::merge::merge;
pub use transfer::{Carried, Corpus, ProjectSettings, pack, unpack};
pub use verify::{Fault, Verified, verify};
pub use write::report::{Progress, ProjectGlobs, Report, Stage, Unread, Update};
pub use write::roots::leave_out;
pub use write::update;

/// Rows from which a graph is built; below, the exact scan is as fast and always right.
pub const GRAPH_ROWS: usize = 50_000;
