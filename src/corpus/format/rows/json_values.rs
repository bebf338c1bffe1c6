//! The values of JSON Lines: those that are whole, and the lines of those that are broken.

use super::json_text::{Broken, end_of, skip_blank};

/// A value among others, or lines that are none.
pub struct Part {
    pub at: usize,
    /// Behind it.
    pub end: usize,
    pub broken: Option<Broken>,
}

/// Values that stand after each other, with commas at the ends of lines perhaps. Behind one that is broken they go on in
/// the next line, or below what is indented under it.
pub fn values(text: &str) -> impl Iterator<Item = Part> {
    let mut next = skip_blank(text, 0);
    std::iter::from_fn(move || {
        let at = next;
        (at < text.len()).then(|| {
            let (end, broken) = match end_of(text, at).and_then(|end| alone(text, at, end)) {
                Ok(end) => (end, None),
                Err(broken) => (end_of_lines(text, at), Some(broken)),
            };
            next = skip_blank(text, end);
            if text[next..].starts_with(',') && ends_line(text, next + 1) {
                next = skip_blank(text, next + 1);
            }
            Part { at, end, broken }
        })
    })
}

/// The end of a value, unless it is a word or a number before what is none in its line (`12 Nov: late`).
fn alone(text: &str, at: usize, end: usize) -> Result<usize, Broken> {
    let is_long = text[at..].starts_with(['{', '[']);
    let next = skip_blank(text, end);
    let comma = text[next..].starts_with(',') && ends_line(text, next + 1);
    match is_long || comma || ends_line(text, end) {
        true => Ok(end),
        false => end_of(text, next).map(|_| end),
    }
}

/// Whether nothing more stands in the line.
fn ends_line(text: &str, at: usize) -> bool {
    let rest = text[at..].trim_start_matches([' ', '\t', '\r']);
    rest.is_empty() || rest.starts_with('\n')
}

/// Where the lines end that belong to a broken value: its own, and, where a bracket stands alone in that, those up to its
/// end: indented ones, members, a closing bracket.
fn end_of_lines(text: &str, at: usize) -> usize {
    let begin_of = |at: usize| text[..at].rfind('\n').map_or(0, |end| end + 1);
    let indent = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let own = indent(&text[begin_of(at)..]);
    let mut end = at + line_at(text, at).len();
    let (list, open) = (text[at..].starts_with('['), line_at(text, at).trim_end());
    if !matches!(open, "{" | "[") {
        return end;
    }
    loop {
        let next = skip_blank(text, end);
        let begin = begin_of(next);
        let line = line_at(text, begin);
        let is_member = !list && line.trim_start().starts_with('"');
        let closes = line.trim_start().starts_with(['}', ']']);
        if next >= text.len() || begin <= at || !(indent(line) > own || is_member || closes) {
            return end;
        }
        end = begin + line.len();
        if closes && indent(line) <= own {
            return end;
        }
    }
}

/// The rest of the line from a byte on.
fn line_at(text: &str, at: usize) -> &str {
    let rest = &text[at..];
    rest.lines().next().unwrap_or(rest)
}
