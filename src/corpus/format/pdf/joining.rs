//! How the end of one line and the beginning of the next are put together: hyphens and spaces.

use std::collections::HashSet;

use super::characters::{SOFT_HYPHEN, is_ideographic};

/// Words that are kept to decide about hyphens.
const WORDS: usize = 200_000;

/// The words of a document, as they stand inside lines: a hyphen there is the writer's own.
#[derive(Debug, Default)]
pub(super) struct Words(HashSet<String>);

impl Words {
    /// Adds the words of a line but the last, which may go on in the next line.
    pub(super) fn add(&mut self, line: &str) {
        let mut words = line.split_whitespace().peekable();
        while let Some(word) = words.next() {
            if words.peek().is_some()
                && self.0.len() < WORDS
                && word.len() > 2
                && !word.starts_with(is_ideographic)
            {
                self.0.insert(bare(word));
            }
        }
    }

    fn has(&self, word: &str) -> bool {
        self.0.contains(&bare(word))
    }
}

/// What French puts behind a hyphen, and divides no word before: `dit-elle`.
const AFTER_HYPHENS: [&str; 7] = ["elle", "elles", "il", "ils", "même", "mêmes", "là"];

fn bare(word: &str) -> String {
    word.trim_matches(|c: char| !c.is_alphanumeric())
        .to_lowercase()
}

/// Adds a line to a text that goes on in it.
pub(super) fn join(text: &mut String, line: &str, words: &Words) {
    if text.ends_with(SOFT_HYPHEN) {
        text.pop();
        text.push_str(line);
        return;
    }
    let mut ends = text.chars().rev();
    let (last, before) = (ends.next(), ends.next());
    let first = line.chars().next();
    if let (Some('-' | '‐'), Some(before), Some(first)) = (last, before, first)
        && before.is_alphabetic()
        && first.is_alphanumeric()
    {
        if first.is_lowercase() && before.is_lowercase() && !is_compound(text, line, words) {
            text.pop();
        }
        text.push_str(line);
        return;
    }
    // An address on the web breaks after its marks.
    let address = last == Some('/')
        && text
            .rsplit(char::is_whitespace)
            .next()
            .is_some_and(|word| word.contains("://"));
    if !(address
        || last.is_some_and(is_unspaced)
        || first.is_some_and(is_unspaced)
        || text.is_empty())
    {
        text.push(' ');
    }
    text.push_str(line);
}

/// Whether the hyphen between two lines belongs to the word: `well-known`.
fn is_compound(text: &str, line: &str, words: &Words) -> bool {
    let head = text.rsplit(char::is_whitespace).next().unwrap_or_default();
    let tail = line.split(char::is_whitespace).next().unwrap_or_default();
    if AFTER_HYPHENS.contains(&bare(tail).as_str()) {
        return true;
    }
    let whole = format!("{}{tail}", head.trim_end_matches(['-', '‐']));
    let compound = format!("{}-{tail}", head.trim_end_matches(['-', '‐']));
    words.has(&compound) && !words.has(&whole)
}

/// Whether a script sets no spaces between words.
pub(super) fn is_unspaced(c: char) -> bool {
    is_ideographic(c)
        || matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}')
}

/// A text without the soft hyphens that stand inside lines.
pub(super) fn without_soft_hyphens(text: &str) -> String {
    text.chars().filter(|&c| c != SOFT_HYPHEN).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(first: &str, second: &str) -> String {
        let mut words = Words::default();
        words.add("a well-known word here");
        let mut text = first.to_owned();
        join(&mut text, second, &words);
        text
    }

    #[test]
    fn hyphens_of_lines_go_and_those_of_words_stay() {
        assert_eq!(joined("some infor-", "mation"), "some information");
        assert_eq!(joined("some infor\u{ad}", "mation"), "some information");
        assert_eq!(joined("a well-", "known man"), "a well-known man");
        assert_eq!(
            joined("the Franco-", "Prussian war"),
            "the Franco-Prussian war"
        );
        assert_eq!(joined("in 1914-", "18"), "in 1914- 18");
    }

    #[test]
    fn scripts_have_spaces_or_none() {
        assert_eq!(joined("吾輩は", "猫である"), "吾輩は猫である");
        assert_eq!(joined("one", "two"), "one two");
        assert_eq!(
            joined("https://example.org/", "page"),
            "https://example.org/page"
        );
    }
}
