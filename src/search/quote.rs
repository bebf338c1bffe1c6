//! Strings in quotation marks.

use super::phrase::Phrase;

/// Takes the double-quoted strings of a question: its text without the marks, and the strings.
/// A mark without its partner quotes nothing.
pub fn quoted(question: &str) -> (String, Vec<Phrase>) {
    let is_mark = |c: char| matches!(c, '"' | '“' | '”' | '„' | '＂');
    let parts: Vec<&str> = question.split(is_mark).collect();
    let whole = parts.len() - usize::from(parts.len().is_multiple_of(2));
    let phrases = parts[..whole].iter().skip(1).step_by(2);
    let phrases = phrases
        .filter(|part| !part.trim().is_empty())
        .map(|part| Phrase::new(part));
    (parts.concat(), phrases.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_strings_are_taken() {
        let (text, phrases) = quoted("who is \"Andrew Tulloch\" at “Meta”?");
        assert_eq!(text, "who is Andrew Tulloch at Meta?");
        assert_eq!(
            phrases,
            [Phrase::new("Andrew Tulloch"), Phrase::new("Meta")]
        );
        assert_eq!(quoted("a 5\" screen").1, []);
        assert_eq!(quoted("\"\"").1, []);
    }
}
