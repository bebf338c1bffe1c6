//! A tolerant parser of XML.

use std::collections::HashMap;

use crate::corpus::decode::decoded::Fault;
use crate::corpus::format::html;
use crate::corpus::format::reader::{NESTING, too_deep};
use crate::corpus::format::tree::{Builder, Tree};

/// Names of references are no longer than this.
const LONGEST_NAME: usize = 32;

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
