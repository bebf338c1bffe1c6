//! The forms that texts come in: what a file is, by its content first and its name second, and what is read of it.
//!
//! Most readers take decoded text and give articles. The readers of documents take bytes; they may run in a process of
//! their own (`documents.rs`), because such a document can take more memory than its reader counts. Where the text of an
//! article is the file's, its spans count the file's bytes; else the text is what was extracted, and locators say where a passage stands in the file.

mod aozora;
pub(super) mod documents;
mod feed;
mod foreign;
mod front_matter;
mod html;
mod markdown;
mod notebook;
mod pdf;
pub(super) mod places;
mod plain;
pub(super) mod reader;
mod rows;
mod table;
mod tree;
mod xml;
pub(super) mod xml_elements;
pub(super) mod xml_tree;

use std::path::Path;

use crate::corpus::format::reader::{Format, FormatOfBytes, HEAD};

pub(super) use plain::plain;

/// All forms; the first that accepts a file reads it, and the last accepts every file.
const FORMATS: [&dyn Format; 12] = [
    &notebook::Notebook,
    &feed::Feed,
    &html::Html,
    &xml::Xml,
    &rows::JsonLines,
    &rows::Json,
    &rows::Csv { tabs: false },
    &rows::Csv { tabs: true },
    &markdown::Markdown { mdx: false },
    &markdown::Markdown { mdx: true },
    &aozora::Aozora,
    &plain::Plain,
];

/// The forms that are told by bytes.
const FORMATS_OF_BYTES: [&dyn FormatOfBytes; 1] = [&pdf::PdfFile];

/// The form of a file that is no text; `None`: it may be text.
pub(super) fn of_bytes(path: &Path, bytes: &[u8]) -> Option<&'static dyn FormatOfBytes> {
    let extension = extension(path);
    let mut formats = FORMATS_OF_BYTES.into_iter();
    formats.find(|format| format.accepts(&extension, bytes))
}

fn extension(path: &Path) -> String {
    let extension = path.extension().unwrap_or_default();
    extension.to_string_lossy().to_lowercase()
}

/// The form of a file.
pub(super) fn of(path: &Path, text: &str) -> &'static dyn Format {
    let extension = extension(path);
    if let Some(foreign) = foreign::of(&extension, text) {
        return foreign;
    }
    let mut end = text.len().min(HEAD);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let head = text[..end].trim_start_matches(|c: char| c == '\u{feff}' || c.is_whitespace());
    let found = FORMATS
        .iter()
        .find(|format| format.accepts(&extension, head));
    *found.unwrap_or(&FORMATS[FORMATS.len() - 1])
}
