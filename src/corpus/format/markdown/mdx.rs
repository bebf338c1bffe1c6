//! MDX: imports, exports, comments (`{/* ... */}`) and the tags of components are no text. Markdown's own rules know
//! none of them, so they are covered up before the parser sees the text, which keeps its length.
//!
//! Source: <https://mdxjs.com/docs/what-is-mdx/>.

use std::borrow::Cow;

use super::super::super::Span;
use super::super::super::lines::lines;
use super::fence::{Fence, after_code};
use crate::corpus::block::{Omission, Omitted};

/// A tag is at most so long, in bytes.
const TAG: usize = 16 << 10;
/// Of each byte so many may be looked at in vain while looking for the ends of tags.
const EFFORT: usize = 64;
/// Attributes whose value a component shows.
const SHOWN: [&str; 7] = [
    "title",
    "label",
    "heading",
    "question",
    "summary",
    "description",
    "caption",
];

/// Covers up in `shown` what is no text, and lists it by its places in `text`.
pub(super) fn mask(text: &str, shown: &mut Cow<'_, [u8]>) -> Vec<Omitted> {
    let mut scan = Scan {
        text,
        found: Vec::new(),
        effort: text.len().saturating_mul(EFFORT),
    };
    for span in scan.imports() {
        // Line ends stay, so that what follows begins on a line of its own.
        for byte in &mut shown.to_mut()[span.clone()] {
            *byte = if matches!(byte, b'\n' | b'\r') {
                *byte
            } else {
                b' '
            };
        }
        scan.found.push(span);
    }
    scan.found.sort_by_key(|span| span.start);
    let imports = scan.found.len();
    scan.components();
    for span in &scan.found[imports..] {
        // A letter: a mark or a blank would be Markdown.
        shown.to_mut()[span.clone()].fill(b'x');
    }
    let omitted = scan.found.into_iter().map(|span| Omitted {
        span,
        reason: Omission::Markup,
    });
    omitted.collect()
}

struct Scan<'a> {
    text: &'a str,
    found: Vec<Span>,
    effort: usize,
}

impl Scan<'_> {
    /// Statements at the beginning of a paragraph, up to the empty line behind them.
    fn imports(&self) -> Vec<Span> {
        let mut found: Vec<Span> = Vec::new();
        let mut fence = Fence::default();
        let mut after_blank = true;
        // Inside a statement: how many brackets are open.
        let mut open: Option<i64> = None;
        for line in lines(self.text) {
            let content = &self.text[line.clone()];
            let blank = content.trim().is_empty();
            let fenced = fence.passes(content);
            if let Some(depth) = &mut open {
                *depth += depth_of(content);
                let ends = blank && *depth <= 0;
                match found.last_mut() {
                    Some(last) if !ends => last.end = line.end,
                    _ => open = None,
                }
            } else if after_blank && !fenced && is_statement(content) {
                found.push(line.clone());
                open = Some(depth_of(content));
            }
            after_blank = blank;
        }
        // A bracket that is never closed ends with its paragraph.
        if open.is_some_and(|depth| depth > 0)
            && let Some(last) = found.last_mut()
        {
            let mut paragraph = lines(&self.text[last.clone()]);
            let end = paragraph.find(|line| {
                self.text[last.start + line.start..last.start + line.end]
                    .trim()
                    .is_empty()
            });
            last.end = end.map_or(last.end, |line| last.start + line.start);
        }
        found
    }

    /// Comments and tags of components outside of programs.
    fn components(&mut self) {
        let mut fence = Fence::default();
        let mut until = 0;
        let imports = self.found.clone();
        for line in lines(self.text) {
            let fenced = fence.passes(&self.text[line.clone()]);
            let import = imports.partition_point(|span| span.end <= line.start);
            let in_import = imports
                .get(import)
                .is_some_and(|span| span.start <= line.start);
            if fenced || in_import {
                continue;
            }
            let mut at = line.start.max(until);
            while at < line.end {
                let rest = &self.text[at..line.end];
                let Some(next) = rest.find(['<', '{', '`']) else {
                    break;
                };
                at += next;
                at = match self.text.as_bytes()[at] {
                    b'`' => {
                        after_code(&self.text[at..line.end]).map_or(line.end, |length| at + length)
                    }
                    b'{' => self.comment(at).unwrap_or(at + 1),
                    _ => self.tag(at).unwrap_or(at + 1),
                };
                until = at;
            }
        }
    }

    /// The end of the comment at a byte.
    fn comment(&mut self, at: usize) -> Option<usize> {
        let rest = &self.text[at..];
        let inner = rest.strip_prefix("{/*")?;
        if self.effort == 0 {
            return None;
        }
        let Some(length) = inner.find("*/}") else {
            self.effort = self.effort.saturating_sub(inner.len());
            return None;
        };
        let end = at + 3 + length + 3;
        self.found.push(at..end);
        Some(end)
    }

    /// The end of the tag of a component at a byte, or of an element with values in braces.
    fn tag(&mut self, at: usize) -> Option<usize> {
        let rest = &self.text.as_bytes()[at..];
        let closing = rest.get(1) == Some(&b'/');
        let begin = 1 + usize::from(closing);
        let letter =
            |b: &&u8| b.is_ascii_alphanumeric() || matches!(**b, b'.' | b'_' | b'-' | b':');
        let name: Vec<u8> = rest[begin..].iter().take_while(letter).copied().collect();
        let component = name.first().is_none_or(u8::is_ascii_uppercase) || name.contains(&b'.');
        if name.is_empty() {
            // `<>` and `</>` hold several elements together.
            let end = (rest.get(begin) == Some(&b'>')).then_some(at + begin + 1)?;
            self.found.push(at..end);
            return Some(end);
        }
        if !name[0].is_ascii_alphabetic() || self.effort == 0 {
            return None;
        }
        let from = begin + name.len();
        let attributes = attributes(&rest[..rest.len().min(TAG)], from);
        let (end, braces, shown) = match attributes {
            Ok(found) => found,
            Err(looked_at) => {
                self.effort = self.effort.saturating_sub(looked_at);
                return None;
            }
        };
        if !component && !braces {
            // An element of HTML, which the parser knows.
            return Some(at + end);
        }
        let mut start = at;
        for value in shown.into_iter().filter(|_| component) {
            self.found.push(start..at + value.start);
            start = at + value.end;
        }
        self.found.push(start..at + end);
        Some(at + end)
    }
}

/// The end of a tag whose attributes begin at a byte, whether braces stand among them, and the values that are shown;
/// else how many bytes were looked at.
fn attributes(tag: &[u8], from: usize) -> Result<(usize, bool, Vec<Span>), usize> {
    let (mut at, mut braces, mut shown) = (from, false, Vec::new());
    let mut depth = 0usize;
    while let Some(byte) = tag.get(at) {
        match byte {
            b'>' if depth == 0 => return Ok((at + 1, braces, shown)),
            b'<' if depth == 0 => return Err(at),
            b'{' => {
                depth += 1;
                braces = true;
            }
            b'}' => depth = depth.checked_sub(1).ok_or(at)?,
            quote @ (b'"' | b'\'' | b'`') if depth > 0 || tag[at - 1] == b'=' => {
                let length = tag[at + 1..].iter().position(|b| b == quote);
                let length = length.ok_or(tag.len())?;
                let name = tag[..at].strip_suffix(b"=").unwrap_or_default();
                let begin = name.iter().rposition(|b| !b.is_ascii_alphanumeric());
                let name = &name[begin.map_or(0, |begin| begin + 1)..];
                if depth == 0 && length > 0 && SHOWN.iter().any(|shown| shown.as_bytes() == name) {
                    shown.push(at + 1..at + 1 + length);
                }
                at += 1 + length;
            }
            _ => {}
        }
        at += 1;
    }
    Err(tag.len())
}

/// `import x from 'y'`, `export const x = 1`.
fn is_statement(line: &str) -> bool {
    const EXPORTED: [&str; 11] = [
        "const ",
        "let ",
        "var ",
        "function ",
        "function*",
        "async ",
        "class ",
        "default ",
        "type ",
        "interface ",
        "{",
    ];
    if let Some(rest) = line.strip_prefix("import ") {
        let rest = rest.trim_start();
        let quoted = rest.starts_with(['"', '\'']);
        return quoted
            || rest.starts_with(['{', '*'])
            || rest.contains(" from ") && rest.contains(['"', '\'']);
    }
    let exported = line.strip_prefix("export ").map(str::trim_start);
    exported.is_some_and(|rest| {
        rest.starts_with('*') || EXPORTED.iter().any(|word| rest.starts_with(word))
    })
}

/// Brackets that a line opens less those that it closes.
fn depth_of(line: &str) -> i64 {
    let of = |byte| match byte {
        b'{' | b'[' | b'(' => 1,
        b'}' | b']' | b')' => -1,
        _ => 0,
    };
    line.bytes().map(of).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rest(text: &str) -> String {
        let mut omitted = mask(text, &mut Cow::Borrowed(text.as_bytes()));
        omitted.sort_by_key(|o| o.span.start);
        crate::corpus::plain::clutter::without(text, &omitted)
    }

    #[test]
    fn what_is_no_text_is_covered_up() {
        for (text, expected) in [
            (
                "import A from './a'\nimport {B} from 'b'\n\nText.",
                "\n\nText.",
            ),
            (
                "export const meta = {\n  a: 1,\n\n  b: [2],\n}\n\nText.",
                "\n\nText.",
            ),
            (
                "import duties fell.\n\nexport figures rose.",
                "import duties fell.\n\nexport figures rose.",
            ),
            ("A {/* <b> */}b {c} {/* open", "A b {c} {/* open"),
            (
                "<Tabs values={[{a: 'x>'}]}>\nText <Icon name=\"i\"/> of.\n</Tabs>",
                "\nText  of.\n",
            ),
            (
                "<Card title=\"How > why?\" href='/x'>Text</Card>",
                "How > why?Text",
            ),
            (
                "<div style={{a: 1}}>x</div> <b>y</b> <>z</>",
                "x</div> <b>y</b> z",
            ),
            (
                "`<A>` and ``{/* ` */}``\n```\n<A>\n```\n<B/>",
                "`<A>` and ``{/* ` */}``\n```\n<A>\n```\n",
            ),
            ("1 <A and 2 < 3", "1 <A and 2 < 3"),
        ] {
            assert_eq!(rest(text), expected, "{text}");
        }
    }

    #[test]
    fn what_nobody_closes_takes_no_time() {
        for mark in [
            "<A {",
            "{/* ",
            "<A b=\"",
            "`",
            "export const a = {\n\n",
            "<A {'",
        ] {
            let text = mark.repeat(100_000);
            let before = std::time::Instant::now();
            mask(&text, &mut Cow::Borrowed(text.as_bytes()));
            assert!(before.elapsed().as_secs() < 5, "{mark}");
        }
    }
}
