//! From files to articles: walk, decode, lay out in blocks, and find title, source and language.

mod article;
mod block;
mod data;
mod date;
mod decode;
mod format;
mod language;
mod left_out;
mod lines;
mod plain;
mod read_options;
mod time_limit;
mod walk;

pub use crate::corpus::block::Block;
pub use crate::corpus::block::BlockKind;
pub use crate::corpus::block::Omission;
pub use crate::corpus::block::Omitted;
pub use crate::corpus::block::Repeated;
pub use crate::corpus::decode::decoded::KnownBy;
pub use crate::corpus::decode::decoded::TextSource;
pub use crate::corpus::read_options::Fields;
pub use crate::corpus::read_options::Header;
pub use crate::corpus::read_options::ReadOptions;
pub use article::Article;
pub use article::READING_THREAD;
pub use article::locator;
pub use date::parse as parse_date;
pub use language::detect_language;
pub use plain::clutter::without;
pub use time_limit::TimeLimit;
pub use walk::{FileEntry, Skipped, WalkOptions, Walked, walk};

/// A byte range of an article's text.
pub type Span = std::ops::Range<usize>;
