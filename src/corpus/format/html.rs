//! Web pages: the main content by a port of Mozilla's Readability, without navigation, forms and comments.

use dom_query::{Document, NodeRef};
use dom_smoothie::{Config, Readability};

use super::super::decode::Fault;
use super::super::layout::{Block, BlockKind};
use super::{Fields, Format, NESTING, Parsed, check_nesting, too_deep};

/// Elements of a page that are looked at.
const MAX_ELEMENTS: usize = 200_000;
/// What Readability leaves of a page must be at least this long, in characters, else the whole page is read.
const LEAST_CONTENT: usize = 80;

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
        let named = matches!(extension, "html" | "htm" | "xhtml") && head.starts_with('<');
        named
            || begins("<!doctype html")
            || begins("<html")
            || (begins("<?xml") && head.contains("<html"))
    }

    fn read(&self, text: &str, _: &Fields) -> Result<Vec<Parsed>, Fault> {
        let page = document(text)?;
        let config = Config {
            max_elements_to_parse: MAX_ELEMENTS,
            ..Config::default()
        };
        let unreadable = |error: dom_smoothie::ReadabilityError| {
            Fault::Unreadable(format!("not a web page that can be read: {error}"))
        };
        let mut page = Readability::with_document(page, None, Some(config)).map_err(unreadable)?;
        let address = address(&page.doc);
        let lang = page
            .doc
            .select("html")
            .attr("lang")
            .map(|lang| lang.to_string());
        let whole = Walk::read(&page.doc.root());
        let found = page.parse();
        let (mut parsed, about) = match found {
            Ok(article) => (
                Walk::read(&Document::from(article.content.clone()).root()),
                Some(article),
            ),
            Err(_) => (Parsed::default(), None),
        };
        let length = |parsed: &Parsed| {
            parsed
                .text
                .as_deref()
                .map_or(0, |text| text.chars().count())
        };
        if length(&parsed) < LEAST_CONTENT {
            parsed = whole;
        }
        if let Some(about) = about {
            parsed.title = Some(about.title).filter(|title| !title.trim().is_empty());
            parsed.author = about.byline;
            parsed.published = about.published_time;
            parsed.source_url = about.url.filter(|url| url.starts_with("http"));
        }
        parsed.source_url = address.or(parsed.source_url);
        parsed.lang = lang;
        Ok(vec![parsed])
    }
}

/// A page as a tree that is no deeper than those who follow it can go.
fn document(html: &str) -> Result<Document, Fault> {
    // Elements that need no end (`<br>`, `<li>`) count here too, and a page may have thousands of them.
    check_nesting(html, 64 * NESTING)?;
    let page = Document::from(html);
    let mut stack = vec![(page.root(), 0)];
    while let Some((node, depth)) = stack.pop() {
        if depth > NESTING {
            return Err(too_deep(NESTING, 0));
        }
        stack.extend(node.children().into_iter().map(|child| (child, depth + 1)));
    }
    drop(stack);
    Ok(page)
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
    Ok(Walk::read(&document(html)?.root()))
}

/// A piece of HTML as one line.
pub(super) fn plain(html: &str) -> String {
    let text = fragment(html)
        .ok()
        .and_then(|parsed| parsed.text)
        .unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Elements whose text is not the page's.
const SKIPPED: [&str; 16] = [
    "script", "style", "noscript", "template", "head", "nav", "form", "button", "select",
    "textarea", "svg", "iframe", "rt", "rp", "object", "audio",
];

/// Elements that end the line before them.
const BLOCKS: [&str; 33] = [
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
    "tr",
    "td",
    "th",
    "blockquote",
    "pre",
    "figure",
    "figcaption",
    "hr",
    "address",
    "details",
    "summary",
    "br",
];

/// Elements to text and blocks.
struct Walk {
    text: String,
    parsed: Parsed,
    /// Where the open block begins, and what it is.
    start: usize,
    kind: BlockKind,
    level: Option<usize>,
    path: Vec<(usize, String)>,
    preformatted: usize,
}

impl Walk {
    fn read(root: &NodeRef<'_>) -> Parsed {
        let mut walk = Self {
            text: String::new(),
            parsed: Parsed::default(),
            start: 0,
            kind: BlockKind::Paragraph,
            level: None,
            path: Vec::new(),
            preformatted: 0,
        };
        // A stack of our own: pages nest deeper than a thread's.
        let mut stack = vec![(*root, false)];
        while let Some((node, leaving)) = stack.pop() {
            if node.is_text() {
                walk.words(&node.text());
                continue;
            }
            let name = node.node_name().unwrap_or_default().to_string();
            if leaving {
                walk.leave(&name);
            } else if !SKIPPED.contains(&name.as_str()) {
                walk.enter(&name);
                stack.push((node, true));
                let children: Vec<NodeRef<'_>> = node.children();
                stack.extend(children.into_iter().rev().map(|child| (child, false)));
            }
        }
        walk.close();
        walk.text.truncate(walk.text.trim_end().len());
        walk.parsed.text = Some(walk.text);
        walk.parsed
    }

    fn enter(&mut self, name: &str) {
        if !BLOCKS.contains(&name) {
            return;
        }
        self.close();
        self.level = name.strip_prefix('h').and_then(|level| level.parse().ok());
        match name {
            "li" | "dt" | "dd" | "td" | "th" => self.kind = BlockKind::ListItem,
            "figcaption" => self.kind = BlockKind::Caption,
            "pre" => {
                self.kind = BlockKind::Code;
                self.preformatted += 1;
            }
            _ if self.level.is_some() => self.kind = BlockKind::Heading,
            _ => {}
        }
    }

    fn leave(&mut self, name: &str) {
        if BLOCKS.contains(&name) {
            self.close();
        }
        if name == "pre" {
            self.preformatted = self.preformatted.saturating_sub(1);
        }
    }

    /// Adds text to the open block; white space as a browser shows it.
    fn words(&mut self, text: &str) {
        if self.preformatted > 0 {
            self.text.push_str(text);
            return;
        }
        for (at, word) in text.split(|c: char| c.is_ascii_whitespace()).enumerate() {
            if at > 0 && self.text.len() > self.start && !self.text.ends_with(' ') {
                self.text.push(' ');
            }
            self.text.push_str(word);
        }
    }

    /// Ends the open block, where it has text.
    fn close(&mut self) {
        let kind = std::mem::replace(&mut self.kind, BlockKind::Paragraph);
        let level = self.level.take();
        let content = &self.text[self.start..];
        let begin = self.start + content.len() - content.trim_start().len();
        let end = self.start + content.trim_end().len();
        if begin >= end {
            self.text.truncate(self.start);
            return;
        }
        if let Some(level) = level {
            let heading = self.text[begin..end]
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ");
            self.path.retain(|(above, _)| *above < level);
            self.path.push((level, heading));
            let path: Vec<&str> = self
                .path
                .iter()
                .map(|(_, heading)| heading.as_str())
                .collect();
            self.parsed.locators.push((begin, path.join(" > ")));
        }
        self.parsed.blocks.push(Block {
            span: begin..end,
            kind,
        });
        self.text.truncate(end);
        self.text.push('\n');
        self.start = self.text.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn main_content_without_what_surrounds_it() {
        let paragraph = "The mill by the river grinds rye for the whole valley, and it has done so since 1872. ".repeat(6);
        let page = format!(
            "<!DOCTYPE html><html lang='ja-JP'><head><title>The mill</title><link rel=canonical href='https://example.com/mill'>\
             <meta property='article:published_time' content='2024-05-03T00:00:00Z'></head><body><nav><a href=/>Home</a></nav>\
             <article><h1>The mill</h1><p>{paragraph}</p><h2>Its <ruby>名<rt>な</rt></ruby></h2><p>{paragraph}</p><pre>a\n  b</pre></article>\
             <footer>Copyright</footer><script>alert(1)</script></body></html>"
        );
        assert!(Html.accepts("txt", &page));
        let parsed = Html.read(&page, &Fields::default()).unwrap().remove(0);
        let text = parsed.text.unwrap();
        assert!(text.contains("grinds rye") && text.contains("a\n  b"));
        for outside in ["Home", "alert", "Copyright", "な"] {
            assert!(!text.contains(outside), "{outside} in {text}");
        }
        assert_eq!(parsed.title.as_deref(), Some("The mill"));
        assert_eq!(
            parsed.source_url.as_deref(),
            Some("https://example.com/mill")
        );
        assert_eq!(parsed.lang.as_deref(), Some("ja-JP"));
        assert!(
            parsed
                .locators
                .iter()
                .any(|(_, path)| path.ends_with("Its 名")),
            "{:?}",
            parsed.locators
        );
        assert!(
            parsed
                .blocks
                .iter()
                .all(|b| text[b.span.clone()].trim() == &text[b.span.clone()])
        );
    }

    #[test]
    fn a_page_of_nothing_but_depth_is_refused() {
        let page = format!("<html>{}", "<div>".repeat(100_000));
        assert!(matches!(
            Html.read(&page, &Fields::default()),
            Err(Fault::Unreadable(_))
        ));
        assert_eq!(plain("<b>A</b> &amp; B"), "A & B");
    }
}
