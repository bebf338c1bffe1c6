//! Books (EPUB 2 and 3): one article each, its chapters in the order of the spine. A citation names the chapter.
//!
//! A book is one article, as a PDF document is: title, author and date belong to all of it, and an id stays what it is
//! when chapters are added. Specification: <https://www.w3.org/TR/epub-33/>.

mod contents;
mod file;
mod opf;
mod paths;

use contents::titles;
use opf::{Book, Item};

use super::html;
use super::joined::Joined;
use super::package::{Limits, Package, names};
use super::unread::Unread;
use crate::corpus::block::Omission;
use crate::corpus::decode::decode;
use crate::corpus::decode::decoded::Fault;
use crate::corpus::format::reader::{Bytes, FormatOfBytes, Parsed};
use crate::error::Reason;

/// Where the name of the first file stands in an archive, and how far its content reaches that tells a book.
const HEAD: std::ops::Range<usize> = 30..150;

pub struct Epub;

impl FormatOfBytes for Epub {
    fn name(&self) -> &'static str {
        "EPUB"
    }

    fn accepts(&self, extension: &str, bytes: &[u8]) -> bool {
        if !bytes.starts_with(b"PK\x03\x04") {
            return false;
        }
        let stored = bytes
            .get(HEAD.start..HEAD.end.min(bytes.len()))
            .unwrap_or_default();
        let is_named = stored.starts_with(b"mimetype")
            && memchr::memmem::find(stored, b"application/epub+zip").is_some();
        let has = |name: &[u8]| names(bytes).take(1000).any(|found| found == name);
        is_named || extension == "epub" || has(b"META-INF/container.xml") && has(b"mimetype")
    }

    fn read(&self, bytes: Bytes) -> Result<Vec<Parsed>, Fault> {
        let mut package = Package::open(&bytes, Limits::default())?;
        let book = opf::book(&mut package)?;
        let locked = opf::locked(&mut package)?;
        if let Some(item) = book.spine.iter().find(|item| locked.contains(&item.path)) {
            let name = &item.path;
            return Err(Fault::unreadable(format!(
                "locked: its chapters are encrypted (`{name}` is), as shops do"
            )));
        }
        read(&book, &mut package)
    }
}

fn read(book: &Book, package: &mut Package<'_>) -> Result<Vec<Parsed>, Fault> {
    let titles = titles(book, package);
    let mut unread = Unread::default();
    let mut joined = Joined::default();
    for item in &book.spine {
        match chapter(item, package) {
            Ok(None) => unread.push(&item.path, "it is missing"),
            Ok(Some(parsed)) if item.is_contents => {
                // Its entries are the titles of the chapters.
                joined.left().push(
                    Omission::Navigation,
                    parsed.text.as_deref().unwrap_or_default(),
                );
            }
            Ok(Some(parsed)) => {
                joined.add(placed(parsed, titles.get(&item.path).map(String::as_str)));
            }
            Err(fault) => unread.fault(&item.path, fault),
        }
    }
    let note = unread.note();
    if joined.is_empty() {
        let note = note.unwrap_or_else(|| "its pages are pictures or empty".into());
        return Err(Fault::not_text(format!("a book without text: {note}")));
    }
    joined.left().push(Omission::FrontMatter, &book.about);
    let mut parsed = joined.finish();
    parsed.title = book.title.clone();
    parsed.author = book.author.clone();
    parsed.published = book.date.clone();
    parsed.lang = book.lang.clone();
    parsed.notes.extend(note);
    Ok(vec![parsed])
}

/// A file of the spine as an article; `None` where the archive has no such file.
fn chapter(item: &Item, package: &mut Package<'_>) -> Result<Option<Parsed>, Fault> {
    let Some(bytes) = package.read(&item.path)? else {
        return Ok(None);
    };
    let is_page =
        item.kind.ends_with("html") || item.kind.ends_with("html+xml") || item.kind.is_empty();
    if !is_page && item.kind != "application/x-dtbook+xml" && item.kind != "text/x-oeb1-document" {
        return Err(Fault::not_text(item.kind.clone()));
    }
    let decoded = decode(bytes, None)?;
    let mut parsed = html::fragment(&decoded.text)?;
    parsed.notes.extend(decoded.note.map(Reason::from));
    Ok(Some(parsed))
}

/// A chapter whose passages say which one they are in.
fn placed(mut parsed: Parsed, title: Option<&str>) -> Parsed {
    let Some(title) = title else {
        return parsed;
    };
    // A file without an entry continues the chapter before it.
    parsed.sections.insert(0, 0);
    for (_, locator) in &mut parsed.locators {
        let repeats = locator.as_str() == title || locator.starts_with(&format!("{title} > "));
        *locator = match locator.as_str() {
            "" => title.to_owned(),
            _ if repeats => std::mem::take(locator),
            inner => format!("{title} > {inner}"),
        };
    }
    if parsed.locators.first().is_none_or(|(at, _)| *at > 0) {
        parsed.locators.insert(0, (0, title.to_owned()));
    }
    parsed
}

#[cfg(test)]
mod tests;
