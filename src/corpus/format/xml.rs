//! XML: a tolerant parser for feeds, and files of XML that are neither feeds nor pages, whose elements' text is read.

use std::collections::HashMap;

use super::feed::Feed;
use super::html::{self, Html};
use super::table::{Cell, write_row};
use super::tree::{Builder, Tree};
use crate::corpus::block::Block;
use crate::corpus::block::BlockKind;
use crate::corpus::block::Omission;
use crate::corpus::decode::decoded::Fault;
use crate::corpus::format::reader::Format;
use crate::corpus::format::reader::LeftOut;
use crate::corpus::format::reader::NESTING;
use crate::corpus::format::reader::Parsed;
use crate::corpus::format::reader::too_deep;
use crate::corpus::read_options::Fields;

/// Longer text of an element is no heading, in letters.
const HEADING_LETTERS: usize = 200;
/// So many bytes without white space are no word.
const LONGEST_WORD: usize = 1000;

/// Names of references are no longer than this.
const LONGEST_NAME: usize = 32;

pub struct Xml;

impl Format for Xml {
    fn name(&self) -> &'static str {
        "xml"
    }

    fn accepts(&self, extension: &str, head: &str) -> bool {
        let named = matches!(extension, "xml" | "svg" | "rdf" | "atom" | "rss");
        let begins = head.starts_with("<?xml") && !extension.ends_with("html");
        begins || (named && head.starts_with('<')) || root_name(head) == Some("svg")
    }

    fn read(&self, text: &str, fields: &Fields) -> Result<Vec<Parsed>, Fault> {
        match root_name(text) {
            Some("svg") => return Err(Fault::NotText("an SVG image".to_owned())),
            Some("html") => return Html.read(text, fields),
            Some("rss" | "feed") => return Feed.read(text, fields),
            _ => {}
        }
        Ok(vec![elements(&parse(text)?)])
    }
}

/// Elements as an article.
pub(super) fn elements(tree: &Tree) -> Parsed {
    Reader::read(tree)
}

/// The name of the first element, without its prefix.
pub(super) fn root_name(text: &str) -> Option<&str> {
    let mut rest = text.trim_start_matches(|c: char| c == '\u{feff}' || c.is_whitespace());
    loop {
        let end = match rest {
            _ if rest.starts_with("<?") => rest.find("?>")? + 2,
            _ if rest.starts_with("<!--") => rest.find("-->")? + 3,
            _ if rest.starts_with("<!") => declaration(rest)?,
            _ => break,
        };
        rest = rest[end..].trim_start();
    }
    let name = name_of(rest.strip_prefix('<')?);
    Some(local(name)).filter(|name| !name.is_empty())
}

/// The part of a name behind its prefix.
pub(super) fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

fn name_of(tag: &str) -> &str {
    let end = tag.find(|c: char| c.is_whitespace() || "/><=\"'".contains(c));
    &tag[..end.unwrap_or(tag.len())]
}

/// How long a `<!…>` is, with what it declares in brackets.
fn declaration(text: &str) -> Option<usize> {
    let mut depth = 0usize;
    for (at, c) in text.char_indices() {
        match c {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            '>' if depth == 0 => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// Elements and their text. What is not well-formed is read as far as it can be told what it is; entities that a
/// document declares stay as they are written.
pub(super) fn parse(text: &str) -> Result<Tree, Fault> {
    let mut builder = Builder::new();
    let mut entities = HashMap::new();
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'<', rest.as_bytes()) {
        add_text(&mut builder, &rest[..at], &mut entities);
        rest = &rest[at..];
        let until = |end: &str| rest.find(end).map_or(rest.len(), |at| at + end.len());
        let length = if let Some(data) = rest.strip_prefix("<![CDATA[") {
            let length = data.find("]]>").unwrap_or(data.len());
            builder.text(&data[..length]);
            (length + "<![CDATA[]]>".len()).min(rest.len())
        } else if rest.starts_with("<!--") {
            until("-->")
        } else if rest.starts_with("<?") {
            until("?>")
        } else if rest.starts_with("<!") {
            declaration(rest).unwrap_or(rest.len())
        } else if let Some(tag) = rest.strip_prefix("</") {
            finish(&mut builder, name_of(tag));
            until(">")
        } else if rest[1..].starts_with(|c: char| c.is_alphabetic() || c == '_') {
            let length = begin(&mut builder, rest, &mut entities);
            if builder.depth() > NESTING {
                return Err(too_deep(NESTING, text.len() - rest.len()));
            }
            length
        } else {
            builder.text("<");
            1
        };
        rest = &rest[length..];
    }
    add_text(&mut builder, rest, &mut entities);
    Ok(builder.tree())
}

/// Ends the innermost element of a name, with all that was not ended in it.
fn finish(builder: &mut Builder, name: &str) {
    let name = name.to_lowercase();
    let open = builder.open_names().position(|open| open == name);
    for _ in 0..open.map_or(0, |open| open + 1) {
        builder.finish();
    }
}

/// Begins an element, and gives the length of its tag.
fn begin(builder: &mut Builder, text: &str, entities: &mut Entities) -> usize {
    let name = name_of(&text[1..]);
    let mut attrs = Vec::new();
    let mut at = 1 + name.len();
    loop {
        let rest = &text[at..];
        at += rest.len()
            - rest
                .trim_start_matches(|c: char| c.is_whitespace() || c == '/')
                .len();
        let rest = &text[at..];
        if rest.is_empty() || rest.starts_with(['>', '<']) {
            break;
        }
        let attr = name_of(rest);
        at += attr.len();
        let value = text[at..].trim_start();
        let Some(value) = value.strip_prefix('=') else {
            at += usize::from(attr.is_empty()) * rest.chars().next().map_or(0, char::len_utf8);
            continue;
        };
        let value = value.trim_start();
        at = text.len() - value.len();
        let (value, length) = match value.chars().next() {
            Some(quote @ ('"' | '\'')) => {
                let inner = &value[1..];
                let end = inner.find(quote).unwrap_or(inner.len());
                (&inner[..end], (end + 2).min(value.len()))
            }
            _ => {
                let value = name_of(value);
                (value, value.len())
            }
        };
        attrs.push((attr.to_lowercase(), decoded(value, entities)));
        at += length;
    }
    builder.begin(name, attrs);
    if text[..at].ends_with('/') {
        builder.finish();
    }
    at + usize::from(text[at..].starts_with('>'))
}

type Entities = HashMap<String, String>;

fn add_text(builder: &mut Builder, text: &str, entities: &mut Entities) {
    if !text.is_empty() {
        builder.text(&decoded(text, entities));
    }
}

/// A text with its references resolved: those of XML, numbers, and the names that HTML has.
fn decoded(text: &str, entities: &mut Entities) -> String {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        decoded.push_str(&rest[..at]);
        rest = &rest[at..];
        let length = rest
            .bytes()
            .skip(1)
            .take(LONGEST_NAME)
            .take_while(|b| b.is_ascii_alphanumeric() || *b == b'#')
            .count();
        let name = Some(&rest[1..=length]).filter(|_| rest[1 + length..].starts_with(';'));
        let Some(name) = name else {
            decoded.push('&');
            rest = &rest[1..];
            continue;
        };
        let reference = &rest[..name.len() + 2];
        let value = entities
            .entry(name.to_owned())
            .or_insert_with(|| reference_of(reference));
        decoded.push_str(value);
        rest = &rest[reference.len()..];
    }
    decoded + rest
}

fn reference_of(reference: &str) -> String {
    match reference {
        "&lt;" => "<".to_owned(),
        "&gt;" => ">".to_owned(),
        "&amp;" => "&".to_owned(),
        _ => html::text_of(reference),
    }
}

/// Reads what lies in elements. An element with text of its own is a paragraph, one of several short fields a row.
struct Reader<'a> {
    tree: &'a Tree,
    text: String,
    parsed: Parsed,
    left: LeftOut,
    /// Headings, and how deep they stand.
    path: Vec<(usize, String)>,
}

impl<'a> Reader<'a> {
    fn read(tree: &'a Tree) -> Parsed {
        let mut reader = Self {
            tree,
            text: String::new(),
            parsed: Parsed::default(),
            left: LeftOut::default(),
            path: Vec::new(),
        };
        let own_letters = own_letters(tree);
        let mut ends: Vec<usize> = Vec::new();
        let mut at = 1;
        while at < tree.len() {
            while ends.pop_if(|end| *end <= at).is_some() {}
            let end = tree.node(at).end;
            if tree.letters(at..end) == 0 {
                at = end;
            } else if own_letters[at] || tree.node(at).is_text() {
                reader.paragraph(at, ends.len());
                at = end;
            } else if reader.row(at, &own_letters) {
                at = end;
            } else {
                ends.push(end);
                at += 1;
            }
        }
        let lang = (0..tree.len().min(4)).find_map(|at| tree.attr(at, "xml:lang"));
        reader.parsed.lang = lang.map(str::to_owned);
        reader.text.truncate(reader.text.trim_end().len());
        reader.parsed.text = Some(reader.text);
        reader.left.list(&mut reader.parsed);
        reader.parsed
    }

    fn paragraph(&mut self, at: usize, depth: usize) {
        let tree = self.tree;
        let Some(line) = self.line(at) else {
            return;
        };
        let heading = ["title", "head", "heading", "subtitle"].contains(&local(tree.name(at)))
            && tree.letters(tree.whole(at)) <= HEADING_LETTERS;
        let start = self.text.len();
        self.text.push_str(&line);
        let span = start..self.text.len();
        let kind = if heading {
            BlockKind::Heading
        } else {
            BlockKind::Paragraph
        };
        self.parsed.blocks.push(Block { span, kind });
        self.text.push('\n');
        if heading {
            self.parsed.title.get_or_insert_with(|| line.clone());
            self.path.retain(|(above, _)| *above < depth);
            self.path.push((depth, line));
            let path: Vec<&str> = self.path.iter().map(|(_, title)| title.as_str()).collect();
            self.parsed.locators.push((start, path.join(" > ")));
        }
    }

    /// An element of several fields, each with text alone.
    fn row(&mut self, at: usize, own_letters: &[bool]) -> bool {
        const PROSE: [&str; 11] = [
            "p", "para", "simpara", "l", "line", "verse", "s", "seg", "item", "listitem", "li",
        ];
        let tree = self.tree;
        let fields: Vec<usize> = tree
            .children(at)
            .filter(|child| !tree.node(*child).is_text())
            .collect();
        let prose = |field: &usize| PROSE.contains(&local(tree.name(*field)));
        let full = |field: &usize| own_letters[*field] || tree.letters(tree.whole(*field)) == 0;
        let differ = fields
            .iter()
            .any(|field| tree.name(*field) != tree.name(fields[0]));
        if !differ || fields.iter().any(prose) || !fields.iter().all(full) {
            return false;
        }
        let cells: Vec<(String, String)> = fields
            .iter()
            .filter_map(|field| Some((local(tree.name(*field)).to_owned(), self.line(*field)?)))
            .collect();
        let cells: Vec<Cell<'_>> = cells
            .iter()
            .map(|(name, value)| Cell { name, value })
            .collect();
        write_row(&mut self.text, &mut self.parsed, &cells);
        true
    }

    /// All text of an element as one line; what is no text in it is listed.
    fn line(&mut self, at: usize) -> Option<String> {
        let tree = self.tree;
        let mut words: Vec<&str> = Vec::new();
        let text = joined(tree, at);
        for word in text.split_whitespace() {
            if word.len() > LONGEST_WORD && word.is_ascii() {
                self.left.push(Omission::Data, word);
            } else {
                words.push(word);
            }
        }
        let line = words.join(" ");
        (!line.is_empty()).then_some(line)
    }
}

/// The text inside an element; texts of neighbouring elements are not one word.
fn joined(tree: &Tree, at: usize) -> String {
    let mut text = String::new();
    let mut last = at;
    for inner in tree.whole(at).filter(|inner| tree.node(*inner).is_text()) {
        let parent = tree.node(inner).parent;
        let nested = tree.whole(last).contains(&parent) || tree.whole(parent).contains(&last);
        text.push_str(if nested { "" } else { " " });
        text.push_str(&tree.node(inner).text);
        last = parent;
    }
    text
}

/// Which elements have text of their own, beside that of elements inside them.
fn own_letters(tree: &Tree) -> Vec<bool> {
    let mut own = vec![false; tree.len()];
    for at in 0..tree.len() {
        if tree.node(at).is_text() && tree.letters(at..at + 1) > 0 {
            own[tree.node(at).parent] = true;
        }
    }
    own
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Parsed {
        Xml.read(text, &Fields::default()).unwrap().remove(0)
    }

    #[test]
    fn elements_are_paragraphs_and_fields_are_rows() {
        let parsed = read(
            "<?xml version='1.0'?><!DOCTYPE book [<!ENTITY a \"b>\">]><!-- no --><book xml:lang='en'><title>Mills</title>\
             <para>They grind <em>rye</em> &amp; oats &#8212; &eacute;t&a;.</para><mill><name>North</name><built>1872</built></mill><![CDATA[a < b]]>",
        );
        let text = parsed.text.unwrap();
        let blocks: Vec<(BlockKind, &str)> = parsed
            .blocks
            .iter()
            .map(|b| (b.kind, &text[b.span.clone()]))
            .collect();
        // The text at the end is that of the book itself, so that all of it is one paragraph.
        assert_eq!(blocks.len(), 1);
        assert!(text.contains("They grind rye & oats — ét&a;."), "{text}");

        let parsed = read(
            "<book><title>Mills</title><para>They grind <em>rye</em>.</para><mill><name>North</name><built>1872</built></mill></book>",
        );
        let text = parsed.text.unwrap();
        let blocks: Vec<(BlockKind, &str)> = parsed
            .blocks
            .iter()
            .map(|b| (b.kind, &text[b.span.clone()]))
            .collect();
        assert_eq!(
            blocks,
            [
                (BlockKind::Heading, "Mills"),
                (BlockKind::Paragraph, "They grind rye."),
                (BlockKind::Row, "name: North | built: 1872"),
            ]
        );
        assert_eq!(parsed.locators, [(0, "Mills".to_owned())]);
    }

    #[test]
    fn images_are_named_and_depth_is_refused() {
        let image = "<?xml version='1.0'?><!-- made by hand --><svg xmlns='http://www.w3.org/2000/svg'><text>12</text></svg>";
        assert!(Xml.accepts("svg", image));
        let named = |read| matches!(read, Err(Fault::NotText(reason)) if reason.contains("SVG"));
        assert!(named(Xml.read(image, &Fields::default()).map(|_| ())));
        assert!(
            Xml.read(&"<a>".repeat(100_000), &Fields::default())
                .is_err()
        );
        assert_eq!(
            root_name("\u{feff}<?xml?> <!DOCTYPE a [<!ENTITY b '>'>]><rdf:RDF x>"),
            Some("RDF")
        );
        for odd in [
            "<",
            "<a",
            "<a b",
            "<a b=",
            "<a b='",
            "</",
            "</a",
            "<!",
            "<?",
            "<![CDATA[",
            "<a b=c/",
            "<a/",
            "&",
            "&;",
            "<é ü='1'>ß",
            "<a 'x'>y",
        ] {
            assert!(parse(odd).is_ok(), "{odd}");
        }
    }
}
