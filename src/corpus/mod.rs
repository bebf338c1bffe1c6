//! From files to articles: walk, decode, lay out in blocks, and find title, source and language.

mod article;
mod decode;
mod language;
mod layout;
mod source;
mod title;
mod walk;

pub use article::{Article, TextSource, sha256_of_file};
pub use language::detect_language;
pub use layout::{Block, BlockKind, Omission, Omitted};
pub use walk::{FileEntry, Skipped, WalkOptions, walk};

/// A byte range of an article's text.
pub type Span = std::ops::Range<usize>;
