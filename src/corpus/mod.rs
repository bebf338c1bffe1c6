//! From files to articles: walk, decode, lay out in blocks, and find title, source and language.

mod article;
mod clutter;
mod data;
mod date;
mod decode;
mod format;
mod language;
mod layout;
mod left_out;
mod lines;
mod source;
mod time_limit;
mod title;
mod walk;

pub use article::{Article, READING_THREAD, ReadOptions, TextSource, locator};
pub use clutter::{Omission, Omitted, without};
pub use date::parse as parse_date;
pub use decode::KnownBy;
pub use format::{Fields, Header};
pub use language::detect_language;
pub use layout::{Block, BlockKind, Repeated};
pub use time_limit::TimeLimit;
pub use walk::{FileEntry, Skipped, WalkOptions, Walked, walk};

/// A byte range of an article's text.
pub type Span = std::ops::Range<usize>;
