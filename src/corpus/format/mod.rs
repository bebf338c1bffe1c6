//! The forms that texts come in: what a file is, by its content first and its name second, and what is read of it.
//!
//! Most readers take decoded text and give articles. The readers of documents take bytes; they may run in a process of
//! their own (`documents.rs`), because such a document can take more memory than its reader counts. Where the text of an
//! article is the file's, its spans count the file's bytes; else the text is what was extracted, and locators say where a passage stands in the file.

mod aozora;
mod archive;
mod blocks;
mod column_names;
pub(super) mod documents;
mod epub;
mod feed;
mod foreign;
mod front_matter;
pub(super) mod guarded;
mod html;
mod joined;
mod mail;
mod markdown;
mod notebook;
mod office;
mod package;
mod parts;
mod pdf;
pub(super) mod places;
mod plain;
mod properties;
pub(super) mod reader;
mod rows;
mod rtf;
mod subtitles;
mod table;
mod tree;
mod unread;
mod xml;
pub(super) mod xml_elements;
pub(super) mod xml_tree;

use std::path::Path;

use crate::corpus::format::reader::{Container, Format, FormatOfBytes, HEAD, Paged};

pub(super) use plain::plain;

/// All forms; the first that accepts a file reads it, and the last accepts every file.
const FORMATS: [&dyn Format; 13] = [
    &notebook::Notebook,
    &feed::Feed,
    &html::Html,
    &xml::Xml,
    &subtitles::Subtitles,
    &rows::JsonLines,
    &rows::Json,
    &rows::Csv { tabs: false },
    &rows::Csv { tabs: true },
    &markdown::Markdown { mdx: false },
    &markdown::Markdown { mdx: true },
    &aozora::Aozora,
    &plain::Plain,
];

/// The documents that are told by bytes before those of office programs, and after them.
const BEFORE_OFFICE: [&dyn FormatOfBytes; 1] = [&pdf::PdfFile];
const AFTER_OFFICE: [&dyn FormatOfBytes; 2] = [&rtf::Rtf, &epub::Epub];

/// The forms of files that hold other files. Archives are asked last, because many documents are archives.
const CONTAINERS: [&dyn Container; 6] = [
    &mail::Mhtml,
    &mail::Mbox,
    &mail::Mail,
    &archive::Zip,
    &archive::Tar { packed: true },
    &archive::Tar { packed: false },
];

/// A form that is told by bytes.
#[derive(Clone, Copy)]
pub(super) enum OfBytes {
    Document(&'static dyn FormatOfBytes),
    Container(&'static dyn Container),
}

impl OfBytes {
    pub fn name(self) -> &'static str {
        match self {
            Self::Document(form) => form.name(),
            Self::Container(form) => form.name(),
        }
    }

    /// As one that has pages.
    pub fn paged(self) -> Option<&'static dyn Paged> {
        match self {
            Self::Document(form) => form.paged(),
            Self::Container(_) => None,
        }
    }
}

fn all_of_bytes() -> impl Iterator<Item = OfBytes> {
    let office = office::KINDS.iter().map(|kind| kind as &dyn FormatOfBytes);
    let documents = BEFORE_OFFICE.into_iter().chain(office).chain(AFTER_OFFICE);
    let documents = documents.map(OfBytes::Document);
    documents.chain(CONTAINERS.into_iter().map(OfBytes::Container))
}

/// The form of a file that is no text; `None`: it may be text.
pub(super) fn of_bytes(path: &Path, bytes: &[u8]) -> Option<OfBytes> {
    let extension = extension(path);
    let one_of = |forms: &[&'static dyn FormatOfBytes]| {
        let mut forms = forms.iter().copied();
        forms.find(|form| form.accepts(&extension, bytes))
    };
    // Those of office programs are told together: asked one by one, each would look through the file again.
    let document = one_of(&BEFORE_OFFICE)
        .or_else(|| office::form(&extension, bytes))
        .or_else(|| one_of(&AFTER_OFFICE));
    let mut containers = CONTAINERS.into_iter();
    document.map(OfBytes::Document).or_else(|| {
        let found = containers.find(|form| form.accepts(&extension, bytes));
        found.map(OfBytes::Container)
    })
}

/// The form of this name that is told by bytes.
fn named(name: &str) -> Option<OfBytes> {
    all_of_bytes().find(|form| form.name() == name)
}

/// The name of a form, where there is such a form.
pub(super) fn name_of(name: &str) -> Option<&'static str> {
    let texts = FORMATS.iter().map(|format| format.name());
    let mut names = texts.chain(all_of_bytes().map(OfBytes::name));
    names.find(|known| *known == name)
}

/// Whether a form is one that its reader gets as text.
pub(super) fn is_of_text(name: &str) -> bool {
    FORMATS.iter().any(|format| format.name() == name)
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
