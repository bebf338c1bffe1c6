//! Names of months, told from other words by a number beside them.

use super::marks::bare;
use crate::corpus::MONTHS;

/// What joins a month to the numbers of its date.
const JOINTS: [&str; 6] = ["de", "del", "di", "of", "da", "do"];

/// What makes a number an ordinal; `1º` is `1o` after folding.
const ORDINALS: [&str; 9] = ["st", "nd", "rd", "th", "er", "e", "o", "a", "ª"];

/// The month that a word names, 1 to 12, where a number stands beside it: `July 10`, `24. Juni`,
/// `3 de mayo de 2024`.
pub fn named(chars: &[char], start: usize, end: usize) -> Option<usize> {
    if end - start > 13 || !(number_after(chars, end) || day_before(chars, start)) {
        return None;
    }
    let word = &chars[start..end];
    let without = bare(word);
    let is_it = |name: &&&str| match &without {
        Some(without) => without == **name,
        None => name.chars().eq(word.iter().copied()),
    };
    let month = MONTHS
        .iter()
        .position(|names| names.iter().any(|name| is_it(&name)))?;
    Some(month + 1)
}

/// `tháng 7`, with or without marks: the number of the month and where it ends.
pub fn vietnamese(chars: &[char], at: usize) -> Option<(usize, usize)> {
    if chars[at] != 't' {
        return None;
    }
    let stands = |name: &str| {
        let length = name.chars().count();
        let there = chars.get(at..at + length)?;
        there
            .iter()
            .copied()
            .eq(name.chars())
            .then_some(at + length)
    };
    let start = stands("tháng ").or_else(|| stands("thang "))?;
    let digits = chars[start..]
        .iter()
        .take_while(|c| c.is_ascii_digit())
        .count();
    let month: String = chars[start..start + digits.min(3)].iter().collect();
    let month = month
        .parse()
        .ok()
        .filter(|month| (1..=12).contains(month))?;
    Some((month, start + digits))
}

fn parts(c: char) -> bool {
    matches!(c, ' ' | '.' | ',' | '-' | '/' | '\n')
}

fn number_after(chars: &[char], end: usize) -> bool {
    let rest = chars.get(end..).unwrap_or_default();
    let gap = rest.iter().take(3).take_while(|c| parts(**c)).count();
    let rest = &rest[gap..];
    match rest.first() {
        Some(c) if c.is_ascii_digit() => gap > 0,
        Some('d' | 'o') if gap > 0 => {
            let word = rest
                .iter()
                .take(4)
                .take_while(|c| c.is_alphabetic())
                .count();
            let joint = JOINTS
                .iter()
                .any(|joint| joint.chars().eq(rest[..word].iter().copied()));
            joint
                && rest.get(word) == Some(&' ')
                && rest.get(word + 1).is_some_and(char::is_ascii_digit)
        }
        _ => false,
    }
}

/// A number of one or two digits stands before the word.
fn day_before(chars: &[char], start: usize) -> bool {
    let before = |end: usize| {
        let gap = chars[..end]
            .iter()
            .rev()
            .take(3)
            .take_while(|c| parts(**c))
            .count();
        end - gap
    };
    let word_before = |end: usize| {
        let word = chars[..end]
            .iter()
            .rev()
            .take(4)
            .take_while(|c| c.is_alphabetic())
            .count();
        &chars[end - word..end]
    };
    let is_one = |words: &[&str], word: &[char]| {
        words.iter().any(|one| one.chars().eq(word.iter().copied()))
    };
    let mut end = before(start);
    if end == start {
        return false;
    }
    let joint = word_before(end);
    if joint.len() > 3 {
        return false;
    }
    if is_one(&JOINTS, joint) {
        end = before(end - joint.len());
    }
    let ordinal = word_before(end);
    if is_one(&ORDINALS, ordinal) {
        end -= ordinal.len();
    }
    let digits = chars[..end]
        .iter()
        .rev()
        .take(3)
        .take_while(|c| c.is_ascii_digit())
        .count();
    (1..=2).contains(&digits)
}

#[cfg(test)]
mod tests {
    use super::{MONTHS, bare, named, vietnamese};
    use crate::words::fold;

    #[test]
    fn names_are_as_folding_leaves_them() {
        for name in MONTHS.iter().copied().flatten() {
            let folded: Vec<char> = fold(name).chars().collect();
            let plain = bare(&folded).unwrap_or_else(|| folded.iter().collect());
            assert_eq!(plain, *name);
        }
    }

    #[test]
    fn a_month_has_a_number_beside_it() {
        let month = |text: &str, word: &str| {
            let chars: Vec<char> = fold(text).chars().collect();
            let word: Vec<char> = fold(word).chars().collect();
            let start = chars
                .windows(word.len())
                .position(|there| there == word)
                .unwrap();
            named(&chars, start, start + word.len())
        };
        for (text, word, number) in [
            ("on 24 June", "june", Some(6)),
            ("am 24. Juni", "juni", Some(6)),
            ("July 2025", "july", Some(7)),
            ("Aug. 7, 2025", "aug", Some(8)),
            ("le 1er août", "août", Some(8)),
            ("el 3 de mayo de 2024", "mayo", Some(5)),
            ("en mayo de 2024", "mayo", Some(5)),
            ("the 3rd of May", "may", Some(5)),
            ("1º de março", "março", Some(3)),
            ("7 grudnia", "grudnia", Some(12)),
            ("7-Dec-2024", "dec", Some(12)),
            ("5 décembre", "décembre", Some(12)),
            ("you may go", "may", None),
            ("in 2010, may he", "may", None),
            ("mars is red", "mars", None),
        ] {
            assert_eq!(month(text, word), number, "{text}");
        }
        let chars: Vec<char> = fold("tháng 7 năm").chars().collect();
        assert_eq!(vietnamese(&chars, 0), Some((7, 7)));
    }
}
