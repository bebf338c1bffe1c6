//! The largest requests that are answered.

/// Bytes of a body that holds a question or an article.
pub const MOST_BYTES: usize = 1 << 20;

/// Bytes of a body that holds texts to embed.
pub const MOST_EMBED_BYTES: usize = 8 << 20;

/// Characters of a question.
pub const MOST_QUESTION: usize = 4096;

/// Characters of a text that is compared with the articles.
pub const MOST_SUBJECT: usize = 20_000;

/// Passages of an article that is compared with the others: more would take minutes.
pub const MOST_COMPARED: usize = 2000;

/// Characters of an id, a pattern, a word.
pub const MOST_NAME: usize = 1024;

/// Results of one request.
pub const MOST_RESULTS: usize = 100;
/// Passages of a question that get a second look.
pub const MOST_LATE: usize = 1000;

/// Articles of one page of a list.
pub const MOST_LISTED: usize = 1000;

/// Articles that can be skipped.
pub const MOST_OFFSET: usize = 1_000_000_000;

/// Sentences around a passage.
pub const MOST_CONTEXT: usize = 100;

/// Pixels across the picture of a page.
pub const LEAST_WIDTH: usize = 100;
pub const MOST_WIDTH: usize = 2400;

/// Pages of a document.
pub const MOST_PAGES: usize = 1_000_000;

/// Languages, or words that must not occur.
pub const MOST_ITEMS: usize = 16;

/// Texts of one request to embed.
pub const MOST_TEXTS: usize = 2048;

/// Tokens of one request to embed.
pub const MOST_TOKENS: usize = 300_000;
