//! Layout of a segment file: sections of fixed-size little-endian records, and blobs.
//!
//! | section | record |
//! | --- | --- |
//! | vectors | `dimension` f32, of length 1, one row a passage |
//! | codes | `dimension` i8 a row, see [`super::codes`] |
//! | rows | [`RowRecord`](super::rows::RowRecord) |
//! | terms, postings | see [`super::keyword`] |
//! | keys | 16 bytes: content key of the row |
//! | order | u32: the rows in the order of their keys |
//! | passages | 8 u32: article, start, end, first line, last line, first sentence, sentences, tokens |
//! | sentences | 2 u32 (start, end), f32 scale, `dimension` i8: vector = scale * i8 |
//! | articles | 2 u64 and 4 u32: text offset, meta offset, text bytes, meta bytes, first passage, passages |
//! | meta | one JSON object an article ([`ArticleRecord`]) |
//! | texts | the articles' texts, UTF-8 |
//! | token_ends | u64 a row: where its token codes end in `tokens`; the highest bit is set where there are none |
//! | tokens | token codes, see [`super::token_codes`] |
//! | checks | u64: XXH3 of each [`BLOCK`] of the file before this section |

use std::ops::Range;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::corpus::{Article, Omission, Omitted, Repeated, Stretch, TextSource};

/// First bytes of a segment file.
pub const MAGIC: &[u8; 8] = b"TANESEG3";
/// What that begins with in every version.
pub const MAGIC_OF_ANY: &[u8] = b"TANESEG";
/// Bytes that have a checksum of their own.
pub const BLOCK: usize = 1 << 16;
/// Sections begin at multiples of this, so that mapped f32 rows are aligned.
pub const ALIGN: usize = 64;

pub const KEY_BYTES: usize = 16;
pub const PASSAGE_BYTES: usize = 32;
pub const ARTICLE_BYTES: usize = 32;

/// Bytes of a sentence record.
pub const fn sentence_bytes(dimension: usize) -> usize {
    12 + dimension
}

/// Set in a record of `token_ends` where a row has no token codes.
const NO_TOKENS: u64 = 1 << 63;

/// The record of a row whose token codes end at `end`.
pub const fn token_end(end: u64, any: bool) -> u64 {
    if any { end } else { end | NO_TOKENS }
}

/// Whether a row with this record has token codes.
pub const fn has_tokens(record: u64) -> bool {
    record & NO_TOKENS == 0
}

/// Where the token codes of a row with this record end.
pub const fn end_of_tokens(record: u64) -> u64 {
    record & !NO_TOKENS
}

/// Where the sections lie in the file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sections {
    pub vectors: Range<usize>,
    pub codes: Range<usize>,
    pub rows: Range<usize>,
    pub terms: Range<usize>,
    pub postings: Range<usize>,
    pub keys: Range<usize>,
    pub order: Range<usize>,
    pub passages: Range<usize>,
    pub sentences: Range<usize>,
    pub articles: Range<usize>,
    pub meta: Range<usize>,
    pub texts: Range<usize>,
    /// Empty where no passage has token codes, as in a segment of an older version.
    #[serde(default)]
    pub token_ends: Range<usize>,
    #[serde(default)]
    pub tokens: Range<usize>,
    pub checks: Range<usize>,
}

impl Sections {
    /// By name, in the order of the file.
    pub fn all(&self) -> [(&'static str, &Range<usize>); 15] {
        [
            ("vectors", &self.vectors),
            ("codes", &self.codes),
            ("rows", &self.rows),
            ("terms", &self.terms),
            ("postings", &self.postings),
            ("keys", &self.keys),
            ("order", &self.order),
            ("passages", &self.passages),
            ("sentences", &self.sentences),
            ("articles", &self.articles),
            ("meta", &self.meta),
            ("texts", &self.texts),
            ("token_ends", &self.token_ends),
            ("tokens", &self.tokens),
            ("checks", &self.checks),
        ]
    }
}

/// What a file says of an article: the same in the index and in every answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Metadata {
    /// Absent where none is known.
    pub title: Option<String>,
    /// Address of the web page that it came from, where the file names one.
    pub source_url: Option<String>,
    /// Who wrote it, where the file names them.
    pub author: Option<String>,
    /// `YYYY-MM-DD`
    pub published: Option<String>,
    /// ISO 639-1 where there is such a code, else 639-3; null where it could not be told.
    pub lang: Option<String>,
    /// Which of several articles of a file.
    pub row: Option<String>,
    /// Name of the file's encoding as in the WHATWG Encoding Standard, lower case.
    pub encoding: String,
    /// How the text came out of the file.
    pub text_source: TextSource,
    /// SHA-256 of the file's bytes, lower-case hex.
    pub sha256: String,
}

impl Metadata {
    fn of(article: &Article) -> Self {
        Self {
            title: article.title.clone(),
            source_url: article.source_url.clone(),
            author: article.author.clone(),
            published: article.published.clone(),
            lang: article.lang.clone(),
            row: article.row.clone(),
            encoding: article.encoding.clone(),
            text_source: article.text_source,
            sha256: article.sha256.clone(),
        }
    }

    /// Both are all of files with the same bytes.
    pub fn is_copy_of(&self, other: &Self) -> bool {
        self.sha256 == other.sha256 && self.row.is_none() && other.row.is_none()
    }
}

/// What is known about an article besides its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArticleRecord {
    /// Label of its root.
    pub root: String,
    /// Path below the root, `/` between its parts; empty where the root is the file.
    pub relative: String,
    /// What the file says of it.
    #[serde(flatten)]
    pub metadata: Metadata,
    /// Length and time of change (nanoseconds since 1970) of the file when it was read: while both are the
    /// same it is not read again. `None` where it may have changed in the same moment.
    pub stamp: Option<(u64, u64)>,
    /// When anything of it was changed last, its name and its times included, where the system tells that
    /// (nanoseconds since 1970): who gives a file its old time back cannot give it this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed: Option<u64>,
    /// Version of the chunker that cut it, where that is not the index's: its file could not be read any more when the
    /// index was renewed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipe: Option<u32>,
    /// What of the text is not read: start, end, reason.
    pub omitted: Vec<(usize, usize, Omission)>,
    /// From which byte on a passage stands where in the file, ascending.
    pub locators: Vec<(usize, String)>,
    /// What is read once more before passages elsewhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub repeated: Vec<Repeated>,
    /// Where the text stands that a program recognised in pictures of pages (OCR), ascending.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recognised: Vec<Stretch>,
}

impl ArticleRecord {
    /// Of an article as it was just read; times and version of the chunker are left open.
    pub fn new(root: &str, relative: &str, article: &Article) -> Self {
        Self {
            root: root.to_owned(),
            relative: relative.to_owned(),
            metadata: Metadata::of(article),
            stamp: None,
            changed: None,
            recipe: None,
            omitted: article
                .omitted
                .iter()
                .map(|o| (o.span.start, o.span.end, o.reason))
                .collect(),
            locators: article.locators.clone(),
            repeated: article.repeated.clone(),
            recognised: article.recognised.clone(),
        }
    }

    /// What of the text is not read.
    pub fn omitted(&self) -> Vec<Omitted> {
        let omitted = self.omitted.iter();
        let omitted = omitted.map(|&(start, end, reason)| Omitted {
            span: start..end,
            reason,
        });
        omitted.collect()
    }

    /// Root's label, relative path and, where a file holds several articles, `@` and the row: unique in the
    /// index.
    pub fn id(&self) -> String {
        let file = file_id(&self.root, &self.relative);
        match &self.metadata.row {
            Some(row) => format!("{file}@{row}"),
            None => file,
        }
    }
}

/// The id of a file: that of its article, where it holds one.
pub fn file_id(root: &str, relative: &str) -> String {
    if relative.is_empty() {
        root.to_owned()
    } else {
        format!("{root}/{relative}")
    }
}
