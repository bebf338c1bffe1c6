//! The forms that texts come in: what a file is, by its content first and its name second, and what is read of it.
//!
//! Most readers take decoded text and give articles. The readers of documents take bytes; they may run in a process of
//! their own, because such a document can take more memory than its reader counts. Where the text of an article is the file's, its spans count the
//! file's bytes; else the text is what was extracted, and locators say where a passage stands in the file.

mod aozora;
mod blocks;
mod feed;
mod foreign;
mod front_matter;
mod html;
mod markdown;
mod notebook;
mod office;
mod package;
mod pdf;
mod plain;
mod properties;
pub(super) mod reader;
mod rows;
mod table;
mod tree;
mod xml;
pub(super) mod xml_elements;
pub(super) mod xml_tree;

use std::path::Path;

use crate::corpus::decode::decoded::Fault;
use crate::corpus::format::reader::{Format, FormatOfBytes, HEAD, Parsed};
use crate::corpus::readers::{Readers, serve};

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
const FORMATS_OF_BYTES: [&dyn FormatOfBytes; 16] = [
    &pdf::PdfFile,
    &office::Kind::Docx,
    &office::Kind::Pptx,
    &office::Kind::Xlsx,
    &office::Kind::Xlsb,
    &office::Kind::Xls,
    &office::Kind::Odt,
    &office::Kind::Odp,
    &office::Kind::Ods,
    &office::Kind::Fodt,
    &office::Kind::Fodp,
    &office::Kind::Fods,
    &office::Kind::Locked,
    &office::Kind::OldWord,
    &office::Kind::OldSlides,
    &office::Kind::Damaged,
];

/// The form of a file that is no text; `None`: it may be text.
pub(super) fn of_bytes(path: &Path, bytes: &[u8]) -> Option<&'static dyn FormatOfBytes> {
    let extension = extension(path);
    let mut formats = FORMATS_OF_BYTES.into_iter();
    formats.find(|format| format.accepts(&extension, bytes))
}

/// The articles of a file that is no text, read by one of `readers` or here.
///
/// # Errors
/// Why it cannot be read.
pub(super) fn read_bytes(
    format: &dyn FormatOfBytes,
    bytes: Vec<u8>,
    readers: Option<&Readers>,
    stop: &dyn Fn() -> bool,
) -> Result<Vec<Parsed>, Fault> {
    let Some(readers) = readers else {
        return format.read(bytes);
    };
    let answer = readers.ask(format.name(), &bytes, stop);
    let answer = answer.map_err(Fault::Unreadable)?;
    serde_json::from_slice(&answer).unwrap_or_else(|error| {
        let reason = format!("its reader gave an answer that makes no sense: {error}");
        Err(Fault::Unreadable(reason))
    })
}

/// Reads documents that another program sends over standard input, and answers over standard output; see
/// [`Readers`]. It opens no file and no connection. It ends with the other program.
///
/// # Errors
/// Where the memory of the process cannot be limited, or nobody takes the answers.
pub fn serve_reader() -> std::io::Result<()> {
    serve(|name, bytes| {
        let mut formats = FORMATS_OF_BYTES.into_iter();
        let format = formats.find(|format| format.name() == name);
        let unknown = || {
            Err(Fault::Unreadable(format!(
                "`{name}` is no form of documents"
            )))
        };
        let read = || format.map_or_else(unknown, |format| format.read(bytes));
        // The next document does not depend on what this one broke.
        let parsed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(read));
        let failed = |_| Err(Fault::Unreadable(READER_FAILED.to_owned()));
        let answer = serde_json::to_vec(&parsed.unwrap_or_else(failed));
        answer.unwrap_or_default()
    })
}

/// What is said of a file whose reader panicked.
pub(super) const READER_FAILED: &str = "its reader failed: the file is broken or the program is";

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
