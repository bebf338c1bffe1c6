//! Web pages: the main content, without navigation, forms and comments.
//!
//! A page is parsed into a tree (`page`), each element of it is read or left out for a reason (`fate`, with `hidden` and
//! `controls`), Readability says which of what may be read is the main content (`content`), and one walk makes text and
//! blocks of it (`walk`, with `rows` for tables and `lines` for broken lines). All that is left out is listed.

mod content;
mod context;
mod controls;
mod fate;
mod grid;
mod hidden;
mod lines;
mod open;
mod page;
mod raised;
mod rows;
#[cfg(test)]
mod tests;
mod text;
mod walk;

use std::borrow::Cow;
use std::sync::LazyLock;

use content::{Content, ask};
use dom_query::Document;
use fate::{Fates, Strictness};
use page::Page;
use regex::{Captures, Regex};
use walk::{Reading, Walk};

use super::markdown::begins_with_tag;
use super::plain as plain_text;
use super::tree::Tree;
use crate::corpus::block::Omission;
use crate::corpus::decode::decoded::Fault;
use crate::corpus::format::reader::{Format, LeftOut, Parsed};
use crate::corpus::read_options::Fields;

/// A page says in so many bytes that it is XHTML.
const XHTML_HEAD: usize = 2048;
/// Elements without content.
const EMPTY: [&str; 14] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr",
];

pub struct Html;

impl Format for Html {
    fn name(&self) -> &'static str {
        "html"
    }

    fn accepts(&self, extension: &str, head: &str) -> bool {
        let begins = |start: &str| {
            head.get(..start.len())
                .is_some_and(|h| h.eq_ignore_ascii_case(start))
        };
        matches!(extension, "html" | "htm" | "xhtml" | "xht" | "shtml")
            || begins("<!doctype html")
            || begins("<html")
            || (begins("<?xml") && head.contains("<html"))
            || is_exported(extension, head)
    }

    fn read(&self, text: &str, _: &Fields) -> Result<Vec<Parsed>, Fault> {
        if !has_tags(text) {
            return Ok(vec![plain_text(text)]);
        }
        let (matter, text) = front_matter(text);
        let (before, html) = before_page(text);
        let document = document(html)?;
        let address = address(&document);
        let lang = document.select("html").attr("lang");
        let lang = lang.map(|lang| lang.to_string());
        let page = Page::new(before, &document);
        let fates = Fates::new(&page.tree, Strictness::Usual);
        let kept = ask(document, &page, &fates);
        let content = Content::main(&page.tree, &fates, kept.texts);
        let mut left = LeftOut::default();
        left.push(Omission::FrontMatter, matter);
        let mut parsed = read_page(&page.tree, fates, content, left);
        let title = Some(kept.about.title).filter(|title| !title.trim().is_empty());
        let titles = page
            .titles
            .into_iter()
            .filter(|title| !title.trim().is_empty());
        parsed.title = title.or_else(|| titles.into_iter().next());
        parsed.author = kept.about.byline;
        parsed.published = kept.about.published_time;
        let url = kept.about.url.filter(|url| url.starts_with("http"));
        parsed.source_url = address.or(url);
        parsed.lang = lang;
        take_front_matter(&mut parsed, matter);
        Ok(vec![parsed])
    }
}

/// A table that a program gave the name of a workbook, or a page with that of a document. A Markdown file may begin so
/// too, and XML has tables of its own.
fn is_exported(extension: &str, head: &str) -> bool {
    const OFFICE: [&str; 9] = [
        "xls", "xlt", "xlsx", "doc", "dot", "docx", "ppt", "et", "wps",
    ];
    const OTHERS: [&str; 7] = ["md", "markdown", "mdown", "mkd", "qmd", "mdx", "xml"];
    if !head.starts_with('<') || OTHERS.contains(&extension) {
        return false;
    }
    let head = head.to_ascii_lowercase();
    let named = OFFICE.contains(&extension) && (begins_with_tag(&head) || head.starts_with("<!--"));
    let rest = head.strip_prefix("<table");
    let is_table =
        rest.is_some_and(|rest| rest.starts_with(|c: char| c == '>' || c.is_whitespace()));
    named || is_table && head.contains("<tr")
}

/// Something that a page may have and a text has not: `<p>`, `</a>`, `<!--`.
pub(super) fn has_tags(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b'<', bytes).any(|at| {
        let rest = &bytes[at + 1..];
        let rest = rest.strip_prefix(b"/").unwrap_or(rest);
        if rest.starts_with(b"!--")
            || rest
                .get(..8)
                .is_some_and(|r| r.eq_ignore_ascii_case(b"!doctype"))
        {
            return true;
        }
        let name = rest
            .iter()
            .take(32)
            .take_while(|b| b.is_ascii_alphanumeric() || **b == b'-')
            .count();
        rest.first().is_some_and(u8::is_ascii_alphabetic)
            && rest
                .get(name)
                .is_some_and(|b| b.is_ascii_whitespace() || b"/>".contains(b))
    })
}

/// The head that generators of pages take before a page, and the rest.
fn front_matter(text: &str) -> (&str, &str) {
    let text = text.trim_start_matches('\u{feff}');
    let body = text.trim_start();
    let rule = ["---", "+++"].into_iter().find(|rule| {
        body.strip_prefix(rule)
            .is_some_and(|rest| rest.trim_start_matches([' ', '\t', '\r']).starts_with('\n'))
    });
    let Some(rule) = rule else {
        return ("", text);
    };
    let mut end = 0;
    for (number, line) in body.split_inclusive('\n').enumerate() {
        end += line.len();
        if number > 0 && line.trim_end() == rule {
            return body.split_at(end);
        }
        if line.trim_start().starts_with('<') {
            break;
        }
    }
    ("", text)
}

/// What stands before a whole page in its file, and the page: the parser would take the head of the page for its body.
fn before_page(text: &str) -> (&str, &str) {
    let first = memchr::memchr_iter(b'<', text.as_bytes()).find(|at| {
        let next = text.as_bytes().get(at + 1);
        next.is_some_and(|next| next.is_ascii_alphabetic() || *next == b'!')
            && !text[*at..].starts_with("<!--")
    });
    let begins = |at: &usize| {
        let head = &text.as_bytes()[*at..];
        ["<!doctype", "<html", "<head"].iter().any(|start| {
            head.get(..start.len())
                .is_some_and(|head| head.eq_ignore_ascii_case(start.as_bytes()))
        })
    };
    match first.filter(begins) {
        // Comments before it are no text.
        Some(at) if !text[..at].contains("<!--") && !text[..at].contains("<?") => text.split_at(at),
        _ => ("", text),
    }
}

/// Takes from the head of a file what the page does not say itself.
fn take_front_matter(parsed: &mut Parsed, matter: &str) {
    let field = |name: &str| {
        let line = matter.lines().find_map(|line| {
            line.strip_prefix(name)?
                .trim_start()
                .strip_prefix([':', '='])
        })?;
        Some(line.trim().trim_matches(['"', '\'']).to_owned()).filter(|value| !value.is_empty())
    };
    parsed.title = parsed.title.take().or_else(|| field("title"));
    parsed.author = parsed.author.take().or_else(|| field("author"));
    parsed.published = parsed.published.take().or_else(|| field("date"));
}

fn document(html: &str) -> Result<Document, Fault> {
    let html = written_out(html);
    open::check(&html)?;
    Ok(Document::from(html.as_ref()))
}

/// XHTML may end an element in the tag that begins it, and HTML would then lose all that follows: `<script src="a"/>`.
fn written_out(html: &str) -> Cow<'_, str> {
    static ENDED: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"<([A-Za-z][A-Za-z0-9:-]*)(\s[^<>]*)?/>").ok());
    let mut end = html.len().min(XHTML_HEAD);
    while !html.is_char_boundary(end) {
        end -= 1;
    }
    let is_xhtml =
        html.starts_with("<?xml") || html[..end].contains("http://www.w3.org/1999/xhtml");
    let Some(ended) = ENDED.as_ref().filter(|_| is_xhtml) else {
        return Cow::Borrowed(html);
    };
    ended.replace_all(html, |tag: &Captures<'_>| {
        let name = tag[1].to_ascii_lowercase();
        let attrs = tag.get(2).map_or("", |attrs| attrs.as_str());
        if EMPTY.contains(&name.as_str()) {
            tag[0].to_owned()
        } else {
            format!("<{0}{attrs}></{0}>", &tag[1])
        }
    })
}

/// Reads what is the main content of a page, and whatever there is where it has none.
fn read_page(tree: &Tree, mut fates: Fates, mut content: Content, left: LeftOut) -> Parsed {
    for strictness in [Strictness::Instead, Strictness::Anything] {
        if content.letters(0..tree.len()) > 0 {
            break;
        }
        fates = Fates::new(tree, strictness);
        content = Content::all(tree, &fates);
    }
    content.read_labels(tree, &mut fates);
    let reading = Reading {
        tree,
        fates: &fates,
        content: &content,
    };
    Walk::read(&reading, left)
}

/// The page's own address.
fn address(page: &Document) -> Option<String> {
    let found = [
        ("link[rel=canonical]", "href"),
        ("meta[property='og:url']", "content"),
    ];
    let found = found
        .into_iter()
        .find_map(|(place, name)| page.select(place).attr(name));
    found
        .map(|url| url.to_string())
        .filter(|url| url.starts_with("http"))
}

/// A piece of HTML as an article, all of it.
pub(super) fn fragment(html: &str) -> Result<Parsed, Fault> {
    let document = document(html)?;
    Ok(tree(&Page::new("", &document).tree))
}

/// Elements of HTML as an article, all of it.
pub(super) fn tree(tree: &Tree) -> Parsed {
    let fates = Fates::new(tree, Strictness::Usual);
    let content = Content::all(tree, &fates);
    read_page(tree, fates, content, LeftOut::default())
}

/// A piece of HTML without its tags.
pub(super) fn text_of(html: &str) -> String {
    Document::fragment(html).text().to_string()
}

/// A piece of HTML as one line.
pub(super) fn plain(html: &str) -> String {
    if !html.contains(['<', '&']) {
        return html.split_whitespace().collect::<Vec<_>>().join(" ");
    }
    let parsed = fragment(html).unwrap_or_default();
    let text = parsed.text.unwrap_or_default();
    let text = &text[..parsed.listed_from.unwrap_or(text.len())];
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
