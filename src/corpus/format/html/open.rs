//! What a page must not do to its parser: elements inside each other without end, which the parser looks through again
//! and again, and marks of type that are never ended, which it begins again in every paragraph.

use std::collections::HashMap;

use crate::corpus::decode::decoded::Fault;
use crate::corpus::format::reader::{NESTING, too_deep};

/// Elements that may be open at once.
const OPEN: usize = 8 * NESTING;
/// So many elements may be begun again by the parser.
const AGAIN: usize = 4_000_000;
/// Names of elements are no longer than this, in bytes.
const LONGEST_NAME: usize = 64;
/// The parser keeps so many open marks of type that are written alike.
const ALIKE: usize = 3;

/// Elements that have no end, or end where the next of them begins.
const ENDLESS: [&str; 33] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr", "frame", "p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot",
    "option", "optgroup", "rt", "rp", "colgroup", "caption", "a", "button",
];
/// Marks of type, which go on from paragraph to paragraph until they are ended.
const TYPE: [&str; 13] = [
    "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u",
];
/// Elements that end a drawing or formula in which they stand.
const BREAK_OUT: [&str; 26] = [
    "blockquote",
    "body",
    "center",
    "div",
    "dl",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "listing",
    "menu",
    "ol",
    "pre",
    "ruby",
    "span",
    "sub",
    "sup",
    "table",
    "ul",
    "var",
    "section",
    "article",
    "main",
];
/// Elements of drawings and formulas with a page inside.
const PAGES: [&str; 8] = [
    "foreignobject",
    "desc",
    "title",
    "annotation-xml",
    "mi",
    "mo",
    "mtext",
    "ms",
];

/// # Errors
/// What a page does that is no page any more.
pub(super) fn check(html: &str) -> Result<(), Fault> {
    let mut counts = Counts::default();
    let mut at = 0;
    while let Some(found) = memchr::memchr(b'<', &html.as_bytes()[at..]) {
        let place = at + found;
        let rest = &html[place..];
        if rest.starts_with("<!--") {
            at = place + rest.find("-->").map_or(rest.len(), |end| end + 3);
            continue;
        }
        let ends = rest[1..].starts_with('/');
        let start = if ends { 2 } else { 1 };
        at = place + start;
        let name = rest.bytes().skip(start).take(LONGEST_NAME);
        let name: String = name
            .take_while(|b| b.is_ascii_alphanumeric() || *b == b'-')
            .map(|b| char::from(b.to_ascii_lowercase()))
            .collect();
        if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
            continue;
        }
        let Some(close) = memchr::memchr(b'>', rest.as_bytes()) else {
            return Ok(());
        };
        at = place + close;
        if ends {
            counts.end(&name);
            continue;
        }
        counts.begin(&name, &rest[..close]);
        if counts.open > OPEN {
            return Err(too_deep(OPEN, place));
        }
        if counts.again > AGAIN {
            return Err(Fault::unreadable(format!(
                "more than {AGAIN} elements, because marks of type are begun and not ended, at byte {place}"
            )));
        }
        if ["script", "style", "textarea", "xmp"].contains(&name.as_str()) {
            // What looks like tags in there is text.
            at += end_of(&html[at..], &name);
        }
    }
    Ok(())
}

#[derive(Default)]
struct Counts {
    open: usize,
    /// Marks of type that are open: all, by name, and by how they are written.
    marks: usize,
    marks_of: HashMap<String, usize>,
    alike: HashMap<String, usize>,
    /// Elements that the parser begins again.
    again: usize,
    /// Drawings and formulas that are open, in which elements may end at once, and in which of them pages lie.
    foreign: usize,
    outside: Vec<usize>,
}

impl Counts {
    fn begin(&mut self, name: &str, tag: &str) {
        if TYPE.contains(&name) {
            let alike = self.alike.entry(tag.to_owned()).or_default();
            *alike += 1;
            if *alike <= ALIKE {
                *self.marks_of.entry(name.to_owned()).or_default() += 1;
                self.marks += 1;
                self.open += 1;
            }
            return;
        }
        self.again += self.marks;
        let at_once = tag.ends_with('/') && self.foreign > 0 && !BREAK_OUT.contains(&name);
        let drawing = matches!(name, "svg" | "math");
        if at_once || ENDLESS.contains(&name) || (drawing && tag.ends_with('/')) {
            return;
        }
        self.open += 1;
        if drawing {
            self.foreign += 1;
        } else if self.foreign > 0 && PAGES.contains(&name) {
            self.outside.push(std::mem::take(&mut self.foreign));
        }
    }

    fn end(&mut self, name: &str) {
        if TYPE.contains(&name) {
            if let Some(count) = self.marks_of.get_mut(name).filter(|count| **count > 0) {
                *count -= 1;
                self.marks -= 1;
                self.open = self.open.saturating_sub(1);
            }
            return;
        }
        if ENDLESS.contains(&name) {
            return;
        }
        self.open = self.open.saturating_sub(1);
        if matches!(name, "svg" | "math") {
            self.foreign = self.foreign.saturating_sub(1);
        } else if PAGES.contains(&name)
            && let Some(foreign) = self.outside.pop()
        {
            self.foreign = foreign;
        }
    }
}

/// Where the end tag of an element with this name begins; the end of the text where there is none.
fn end_of(html: &str, name: &str) -> usize {
    let bytes = html.as_bytes();
    let mut at = 0;
    while let Some(found) = memchr::memmem::find(&bytes[at..], b"</") {
        let place = at + found;
        let end = bytes.get(place + 2..place + 2 + name.len());
        if end.is_some_and(|end| end.eq_ignore_ascii_case(name.as_bytes())) {
            return place;
        }
        at = place + 2;
    }
    html.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_that_are_none_are_refused_and_old_ones_are_not() {
        for page in [
            "<div>".repeat(10_000),
            "<div/>".repeat(10_000),
            format!("<svg>{}", "<div/>".repeat(10_000)),
            format!("<svg><desc>{}", "<x/>".repeat(10_000)),
            (0..3000).map(|n| format!("<font size={n}>")).collect(),
            (0..1000)
                .map(|n| format!("<font size={n}>"))
                .collect::<String>()
                + &"<p>x".repeat(10_000),
        ] {
            assert!(check(&page).is_err(), "{}", &page[..40]);
        }
        for page in [
            "<p><font size=2>old<br><a name=x><li>".repeat(10_000),
            format!(
                "<svg><title>map</title>{}</svg>",
                "<path d='M0'/>".repeat(10_000)
            ),
            format!("<script>{}</script>", "a<b;".repeat(10_000)),
            "<p>a < b</p><div><b>c</b></div>".repeat(10_000),
            "<a<".repeat(100_000),
        ] {
            assert!(check(&page).is_ok(), "{}", &page[..40]);
        }
    }
}
