//! From files to articles: walk, decode, lay out in blocks, and find title, source and language.

mod article;
mod block;
mod data;
mod date;
mod decode;
mod file_name;
mod format;
mod gaps;
mod globs;
mod language;
mod left_out;
mod lines;
mod locator;
mod months;
mod ocr;
mod page_view;
mod plain;
mod read_options;
mod readers;
mod readings;
mod recognition;
mod time_limit;
mod walk;

pub use article::{Article, READING_THREAD};
pub use block::{Block, BlockKind, Omission, Omitted, Repeated};
pub use date::parse as parse_date;
pub use decode::decoded::{KnownBy, TextSource};
pub use file_name::words as words_of_name;
pub use format::documents::serve_reader;
pub use format::places::{PageBox, Picture, Places, Stretch, boxes};
pub use globs::Globs;
pub use language::detect_language;
pub use locator::{end_locator, locator, shown_locators};
pub(crate) use months::MONTHS;
pub use ocr::Ocr;
pub use page_view::PagedFile;
pub use plain::clutter::without;
pub use read_options::{Fields, Header, ReadOptions};
pub use readers::Readers;
pub use readings::Readings;
pub use time_limit::TimeLimit;
pub use walk::{Skipped, WalkOptions, Walked, WalkedFile, walk};

/// A byte range of an article's text.
pub type Span = std::ops::Range<usize>;
