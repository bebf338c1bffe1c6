//! Lines of a paragraph that end with `<br>`: verse, addresses and lines that were broken for the eye.

use textwrap::core::display_width;

use crate::corpus::Span;

/// Lines that are read together hold at most so many characters, unless they are the lines of one sentence.
const TOGETHER: usize = 300;
/// A line of a broken paragraph is at least this wide, in columns.
const BROKEN_COLUMNS: usize = 40;

/// A paragraph in blocks: a block goes on over a line end where a sentence does.
pub(super) fn groups(text: &str, paragraph: Span) -> Vec<Span> {
    let mut groups: Vec<Span> = Vec::new();
    let mut last = "";
    let mut start = paragraph.start;
    for line in text[paragraph].split_inclusive('\n') {
        let content = line.trim();
        let begin = start + line.len() - line.trim_start().len();
        start += line.len();
        if content.is_empty() {
            continue;
        }
        let end = begin + content.len();
        match groups.last_mut() {
            // A paragraph of Japanese begins with a wide blank.
            Some(group)
                if !line.starts_with('\u{3000}')
                    && goes_on(last, content, &text[group.start..end]) =>
            {
                group.end = end;
            }
            _ => groups.push(begin..end),
        }
        last = content;
    }
    groups
}

/// Whether a line belongs to the one before it; `both` is what they and the lines before them are.
fn goes_on(last: &str, line: &str, both: &str) -> bool {
    if ends_sentence(last) || is_item(line) {
        return false;
    }
    display_width(last) >= BROKEN_COLUMNS || both.chars().nth(TOGETHER).is_none()
}

fn ends_sentence(line: &str) -> bool {
    line.ends_with(|c| "。．.!！?？…」』｡।؟:：".contains(c))
}

/// A line that begins with the mark of a list.
fn is_item(line: &str) -> bool {
    let mark = |c: char| "・•●○■□▪◦‣▶►★☆◆◇※".contains(c);
    let spaced = |rest: &str| rest.starts_with(char::is_whitespace);
    let number = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let numbered = (1..=3).contains(&(line.len() - number.len()))
        && number
            .strip_prefix(['.', ')', '．', '）'])
            .is_some_and(spaced);
    let dashed = line.strip_prefix(['-', '*', '–', '—']).is_some_and(spaced);
    line.starts_with(mark) || numbered || dashed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grouped(text: &str) -> Vec<&str> {
        groups(text, 0..text.len())
            .into_iter()
            .map(|span| &text[span])
            .collect()
    }

    #[test]
    fn a_sentence_goes_on_over_the_end_of_a_line() {
        assert_eq!(
            grouped("The pond froze\nin December.\nIt thawed."),
            ["The pond froze\nin December.", "It thawed."]
        );
        assert_eq!(
            grouped("Town hall\nMain street 5\nTel. 0155 2"),
            ["Town hall\nMain street 5\nTel. 0155 2"]
        );
        assert_eq!(
            grouped("- rye\n- oats\n2. wheat"),
            ["- rye", "- oats", "2. wheat"]
        );
        let list = "a short line\n".repeat(60);
        assert!(
            grouped(&list)
                .iter()
                .all(|group| group.chars().count() <= TOGETHER)
        );
    }
}
