//! Text of a page as it is written out.

use std::borrow::Cow;

use crate::corpus::block::Omission;
use crate::corpus::format::html::context::heading_level;
use crate::corpus::format::reader::LeftOut;
use crate::corpus::format::tree::Tree;

/// A longer heading is shortened where it says where a passage stands, in characters.
const PATH_CHARS: usize = 100;
/// Elements that end the line before them.
pub const BLOCKS: [&str; 54] = [
    "p",
    "div",
    "section",
    "article",
    "main",
    "header",
    "footer",
    "aside",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "ul",
    "ol",
    "li",
    "dl",
    "dt",
    "dd",
    "table",
    "thead",
    "tbody",
    "tfoot",
    "tr",
    "td",
    "th",
    "caption",
    "blockquote",
    "pre",
    "figure",
    "figcaption",
    "hr",
    "address",
    "details",
    "summary",
    "form",
    "fieldset",
    "legend",
    "hgroup",
    "center",
    "dir",
    "menu",
    "nav",
    "search",
    "dialog",
    "option",
    "listing",
    "xmp",
    "plaintext",
    "noframes",
    "noscript",
    "body",
    "select",
];

/// An element of a name of its own is a block where it does not stand between words.
pub fn is_block(tree: &Tree, at: usize) -> bool {
    let name = tree.name(at);
    if !name.contains('-') {
        return BLOCKS.contains(&name) || heading_level(tree, at).is_some();
    }
    let parent = tree.node(at).parent;
    let next = tree.node(at).end;
    let text = |at: usize| tree.node(at).is_text() && tree.letters(at..at + 1) > 0;
    let beside = (at > parent + 1 && text(at - 1)) || (next < tree.node(parent).end && text(next));
    !beside
}

/// Adds words to a text in which a line or a block begins at `start`; white space as a browser shows it.
pub fn push_words(text: &mut String, start: usize, words: &str) {
    for (at, word) in words.split(|c: char| c.is_ascii_whitespace()).enumerate() {
        if at > 0 && text.len() > start && !text.ends_with([' ', '\n']) {
            text.push(' ');
        }
        text.push_str(word);
    }
}

pub fn end_line(code: &mut String) {
    if !code.is_empty() && !code.ends_with('\n') {
        code.push('\n');
    }
}

pub fn shown_chars(text: &str) -> usize {
    text.split_whitespace()
        .map(|word| word.chars().count() + 1)
        .sum()
}

pub fn shortened(title: &str) -> String {
    match title.char_indices().nth(PATH_CHARS) {
        Some((end, _)) => format!("{}…", title[..end].trim_end()),
        None => title.to_owned(),
    }
}

/// A text without the pictures that are written into it as letters.
pub fn without_data<'t>(text: &'t str, left: &mut LeftOut) -> Cow<'t, str> {
    let mut kept = String::new();
    let mut end = 0;
    for (start, _) in text.match_indices("data:") {
        let length = data_address(&text[start..]);
        if start >= end && length > 0 {
            kept.push_str(&text[end..start]);
            end = start + length;
            left.push(Omission::ImageMarkup, &text[start..end]);
        }
    }
    if end == 0 {
        return Cow::Borrowed(text);
    }
    kept.push_str(&text[end..]);
    Cow::Owned(kept)
}

/// How long an address is that holds what it leads to, in bytes; 0: there is none.
fn data_address(text: &str) -> usize {
    const LEAST: usize = 32;
    let kind = |c: char| c.is_ascii_alphanumeric() || "/+.-;=_".contains(c);
    let head = "data:".len();
    let comma = head + text[head..].find(|c| !kind(c)).unwrap_or(0);
    let named = text[head..comma].contains('/') || text[head..comma].contains(';');
    if !text[comma..].starts_with(',') || !named {
        return 0;
    }
    let data = |c: char| c.is_ascii_alphanumeric() || "+/=%_-.~!*'()".contains(c);
    let rest = &text[comma + 1..];
    let length = rest.find(|c| !data(c)).unwrap_or(rest.len());
    if length < LEAST {
        0
    } else {
        comma + 1 + length
    }
}
