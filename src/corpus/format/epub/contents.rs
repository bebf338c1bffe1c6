//! The titles of chapters, as the table of contents has them.

use std::collections::HashMap;

use super::super::package::Package;
use super::super::tree::Tree;
use super::file::xml_of;
use super::opf::Book;
use super::paths::beside;
use crate::corpus::format::xml_tree::local;

/// What the files of a book are called, by their paths: the first entry for each. Without a table of contents there are
/// none, and headings tell where a passage is.
pub fn titles(book: &Book, package: &mut Package<'_>) -> HashMap<String, String> {
    let mut titles = HashMap::new();
    for path in &book.contents {
        let Ok(Some(tree)) = xml_of(package, path) else {
            continue;
        };
        for (href, title) in entries(&tree) {
            let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
            if !title.is_empty() {
                titles.entry(beside(path, &href)).or_insert(title);
            }
        }
    }
    titles
}

/// `<a href>` of the navigation document, `<navPoint>` of the NCX.
fn entries(tree: &Tree) -> Vec<(String, String)> {
    let entry = |at: usize| match local(tree.name(at)) {
        "a" => Some((tree.attr(at, "href")?.to_owned(), tree.raw(at))),
        "navpoint" => {
            let child = |name: &str| {
                tree.children(at)
                    .find(|child| local(tree.name(*child)) == name)
            };
            let place = tree.attr(child("content")?, "src")?;
            Some((place.to_owned(), tree.raw(child("navlabel")?)))
        }
        _ => None,
    };
    (1..tree.len()).filter_map(entry).collect()
}
