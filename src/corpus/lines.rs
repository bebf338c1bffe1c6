//! The lines of a text, whatever ends them.

use super::Span;

/// Byte ranges of the lines, without their ends.
///
/// A line ends where Unicode says it must (UAX 14, class BK and its kin): LF, CR, both, NEL, LS, PS, and the form feed
/// and vertical tab of old printers. A form feed right beside another line end is part of that end, and a paragraph
/// separator leaves an empty line behind it.
pub(super) fn lines(text: &str) -> impl Iterator<Item = Span> + '_ {
    let mut at = 0;
    let mut separated = false;
    std::iter::from_fn(move || {
        if std::mem::take(&mut separated) {
            return Some(at..at);
        }
        let rest = text.get(at..).filter(|rest| !rest.is_empty())?;
        let length = rest.find(is_line_end).unwrap_or(rest.len());
        let span = at..at + length;
        let end = end_length(&rest[length..]);
        separated = rest[length..].starts_with('\u{2029}');
        at = span.end + end;
        Some(span)
    })
}

fn is_line_end(c: char) -> bool {
    matches!(
        c,
        '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}'
    )
}

fn is_feed(c: char) -> bool {
    matches!(c, '\u{b}' | '\u{c}')
}

/// Bytes of the line end that a text begins with.
fn end_length(text: &str) -> usize {
    let after_feeds = text.trim_start_matches(is_feed);
    let first = if after_feeds.starts_with("\r\n") {
        2
    } else {
        let end = after_feeds.chars().next().filter(|c| is_line_end(*c));
        end.map_or(0, char::len_utf8)
    };
    let rest = after_feeds[first..].trim_start_matches(is_feed);
    text.len() - rest.len()
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn every_kind_of_line_end() {
        let read = |text: &'static str| -> Vec<&str> { lines(text).map(|l| &text[l]).collect() };
        assert_eq!(
            read("a\nb\r\nc\rd\u{85}e\u{2028}f"),
            ["a", "b", "c", "d", "e", "f"]
        );
        assert_eq!(read("a\r\r\nb\n"), ["a", "", "b"]);
        assert_eq!(
            read("page\n\u{c}next\u{c}\nmore\u{c}end"),
            ["page", "next", "more", "end"]
        );
        assert_eq!(read("one\u{2029}two"), ["one", "", "two"]);
        assert_eq!(read("").len(), 0);
    }
}
