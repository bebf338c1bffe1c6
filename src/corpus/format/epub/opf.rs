//! What a book says of itself: its package document (OPF).

use std::collections::{HashMap, HashSet};

use super::super::package::Package;
use super::super::tree::Tree;
use super::file::xml_of;
use super::paths::beside;
use crate::corpus::decode::decoded::Fault;
use crate::corpus::format::xml_tree::local;

/// Ways to make fonts useless elsewhere; they lock no text.
const OF_FONTS: [&str; 2] = [
    "http://www.idpf.org/2008/embedding",
    "http://ns.adobe.com/pdf/enc#RC",
];

/// A file of a book.
#[derive(Debug, Clone, Default)]
pub struct Item {
    pub path: String,
    /// Media type.
    pub kind: String,
    /// It is the table of contents.
    pub is_contents: bool,
}

#[derive(Debug, Default)]
pub struct Book {
    pub title: Option<String>,
    pub author: Option<String>,
    pub date: Option<String>,
    pub lang: Option<String>,
    /// What else is said of the book.
    pub about: String,
    /// In the order of reading.
    pub spine: Vec<Item>,
    /// Files that list the chapters: of EPUB 3, of EPUB 2.
    pub contents: Vec<String>,
}

/// # Errors
/// Where the archive is no book, or its package document cannot be read.
pub fn book(package: &mut Package<'_>) -> Result<Book, Fault> {
    let none = || Fault::unreadable("a book without a package document (OPF)");
    let container = xml_of(package, "META-INF/container.xml")?;
    let named = container.and_then(|tree| {
        let at = elements(&tree, "rootfile").next()?;
        tree.attr(at, "full-path").map(str::to_owned)
    });
    let found = || {
        let mut names = package.names().iter();
        names
            .find(|name| name.to_ascii_lowercase().ends_with(".opf"))
            .cloned()
    };
    let path = named
        .filter(|path| package.has(path))
        .or_else(found)
        .ok_or_else(none)?;
    let tree = xml_of(package, &path)?.ok_or_else(none)?;
    Ok(described(&tree, &path))
}

fn described(tree: &Tree, path: &str) -> Book {
    let mut book = Book::default();
    let mut items = HashMap::new();
    for at in elements(tree, "item") {
        let (Some(id), Some(href)) = (tree.attr(at, "id"), tree.attr(at, "href")) else {
            continue;
        };
        let kind = tree.attr(at, "media-type").unwrap_or_default();
        let has = |property: &str| {
            let properties = tree.attr(at, "properties").unwrap_or_default();
            properties.split_whitespace().any(|found| found == property)
        };
        let item = Item {
            path: beside(path, href),
            kind: kind.to_ascii_lowercase(),
            is_contents: has("nav"),
        };
        if item.is_contents || kind == "application/x-dtbncx+xml" {
            book.contents.push(item.path.clone());
        }
        items.insert(id.to_owned(), item);
    }
    let spine = elements(tree, "itemref").filter_map(|at| items.get(tree.attr(at, "idref")?));
    book.spine = spine.cloned().collect();
    let metadata = elements(tree, "metadata").next();
    let mut authors = Vec::new();
    for at in metadata.into_iter().flat_map(|at| tree.inside(at)) {
        let text = tree.raw(at);
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if tree.node(at).is_text() || text.is_empty() {
            continue;
        }
        match local(tree.name(at)) {
            "title" if book.title.is_none() => book.title = Some(text),
            "creator" => authors.push(text),
            "language" if book.lang.is_none() => book.lang = Some(text),
            "date" if book.date.is_none() => book.date = Some(text),
            "title" | "description" | "publisher" | "subject" | "contributor" | "rights"
            | "date" | "source" => {
                book.about
                    .push_str(&format!("{}: {text}\n", local(tree.name(at))));
            }
            _ => {}
        }
    }
    book.author = (!authors.is_empty()).then(|| authors.join(", "));
    book
}

/// The files whose text is encrypted.
///
/// # Errors
/// Where the list cannot be read.
pub fn locked(package: &mut Package<'_>) -> Result<HashSet<String>, Fault> {
    let Some(tree) = xml_of(package, "META-INF/encryption.xml")? else {
        return Ok(HashSet::new());
    };
    let found = elements(&tree, "encrypteddata").filter_map(|data| {
        let inner = |name: &'static str| tree.inside(data).find(|at| local(tree.name(*at)) == name);
        let method = inner("encryptionmethod").and_then(|at| tree.attr(at, "algorithm"));
        let uri = tree.attr(inner("cipherreference")?, "uri")?;
        let of_text = !method.is_some_and(|method| OF_FONTS.contains(&method));
        of_text.then(|| beside("", uri))
    });
    Ok(found.collect())
}

/// Elements of a name, without its prefix.
pub fn elements<'a>(tree: &'a Tree, name: &'a str) -> impl Iterator<Item = usize> + 'a {
    (1..tree.len()).filter(move |at| local(tree.name(*at)) == name)
}
