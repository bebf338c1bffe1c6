//! Lines of scripts that run from right to left, as they are read: a page shows them from left to right.
//!
//! The order of reading follows from what is seen by the rules of UAX #9 the other way round, with two levels: letters
//! of one direction stand together, and numbers run to the right everywhere.

use unicode_normalization::UnicodeNormalization;

/// Brackets that are drawn the other way round in text that runs to the left.
const BRACKETS: [(char, char); 5] = [('(', ')'), ('[', ']'), ('{', '}'), ('«', '»'), ('‹', '›')];

/// What a piece of a line does to its neighbours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Left,
    Right,
    Number,
    /// Stands between two numbers that are one: `1.5`.
    Separator,
    Neutral,
}

/// Whether a letter belongs to a script that runs from right to left.
pub(super) fn is_leftward(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}')
        && !is_number(c)
        || matches!(c, '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

fn is_number(c: char) -> bool {
    c.is_ascii_digit() || matches!(c, '\u{660}'..='\u{669}' | '\u{6f0}'..='\u{6f9}')
}

/// Whether most letters of a text run to the left.
pub(super) fn runs_left(text: &str) -> bool {
    let left = text.chars().filter(|&c| is_leftward(c)).count();
    left > 0 && left * 2 > text.chars().filter(|c| c.is_alphabetic()).count()
}

/// The text of a line, given the texts of its glyphs as they stand from left to right.
pub(super) fn as_read(parts: &[&str]) -> String {
    let classes: Vec<Class> = parts.iter().map(|part| class(part)).collect();
    let count = |class| classes.iter().filter(|one| **one == class).count();
    let leftward = count(Class::Right) > count(Class::Left);
    let mut parts: Vec<(u8, &str)> = levels(classes, leftward)
        .into_iter()
        .zip(parts.iter().copied())
        .collect();
    for level in 1..=2 {
        for stretch in parts.chunk_by_mut(|a, b| (a.0 >= level) == (b.0 >= level)) {
            if stretch[0].0 >= level {
                stretch.reverse();
            }
        }
    }
    let text: String = parts
        .iter()
        .flat_map(|(_, part)| part.chars())
        .flat_map(plain)
        .collect();
    if leftward { open_first(text) } else { text }
}

/// How often each piece is turned round: odd, it runs to the left.
fn levels(mut classes: Vec<Class>, leftward: bool) -> Vec<u8> {
    for at in 1..classes.len().saturating_sub(1) {
        let between = classes[at - 1] == Class::Number && classes[at + 1] == Class::Number;
        if classes[at] == Class::Separator && between {
            classes[at] = Class::Number;
        }
    }
    // A number behind a letter that runs to the right goes with it.
    let mut strong = if leftward { Class::Right } else { Class::Left };
    for class in &mut classes {
        match *class {
            Class::Left | Class::Right => strong = *class,
            Class::Number if strong == Class::Left => *class = Class::Left,
            _ => {}
        }
    }
    let (base, right, left) = if leftward { (1, 1, 2) } else { (0, 1, 0) };
    let level = |class| match class {
        Class::Left => Some(left),
        Class::Right => Some(right),
        Class::Number => Some(2),
        Class::Separator | Class::Neutral => None,
    };
    // What stands between two of one direction has theirs; numbers count as running to the left.
    let side = |class| if class == Class::Left { left } else { 1 };
    let mut levels: Vec<Option<u8>> = classes.iter().map(|&class| level(class)).collect();
    let (mut at, mut before) = (0, base);
    while at < levels.len() {
        if levels[at].is_some() {
            before = side(classes[at]);
            at += 1;
            continue;
        }
        let length = levels[at..]
            .iter()
            .take_while(|level| level.is_none())
            .count();
        let behind = classes.get(at + length).map_or(base, |&class| side(class));
        let between = if before == behind { before } else { base };
        levels[at..at + length].fill(Some(between));
        at += length;
    }
    levels
        .into_iter()
        .map(|level| level.unwrap_or(base))
        .collect()
}

fn class(part: &str) -> Class {
    let mut class = Class::Neutral;
    for c in part.chars() {
        if is_leftward(c) {
            return Class::Right;
        }
        if is_number(c) {
            return Class::Number;
        }
        if c.is_alphabetic() {
            return Class::Left;
        }
        if matches!(c, '.' | ',' | ':' | '/' | '٫' | '٬') {
            class = Class::Separator;
        }
    }
    class
}

/// Shapes of Arabic and Hebrew letters as the letters that they are.
fn plain(c: char) -> impl Iterator<Item = char> {
    let shaped = matches!(c, '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}');
    let letters: Vec<char> = if shaped {
        std::iter::once(c).nfkc().collect()
    } else {
        vec![c]
    };
    // An isolated mark decomposes to a space and the mark.
    let marks = letters.len() > 1;
    letters.into_iter().filter(move |&c| !(marks && c == ' '))
}

/// Brackets by what they mean: some writers give the shape that is seen. What opens comes first.
fn open_first(text: String) -> String {
    let mut depth = 0i32;
    let mut closes_first = 0i32;
    let mut opens_first = 0i32;
    for c in text.chars() {
        let (mut open, mut close) = (false, false);
        for (a, b) in BRACKETS {
            open |= c == a;
            close |= c == b;
        }
        depth += i32::from(open) - i32::from(close);
        closes_first += i32::from(close && depth < 0);
        opens_first += i32::from(open && depth <= 0);
    }
    if closes_first == 0 || opens_first == 0 && depth == 0 {
        return text;
    }
    let turned = |c: char| {
        BRACKETS.iter().find_map(|&(a, b)| match c {
            _ if c == a => Some(b),
            _ if c == b => Some(a),
            _ => None,
        })
    };
    text.chars().map(|c| turned(c).unwrap_or(c)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(seen: &str) -> String {
        let parts: Vec<String> = seen.chars().map(String::from).collect();
        as_read(&parts.iter().map(String::as_str).collect::<Vec<_>>())
    }

    #[test]
    fn letters_run_to_the_left_and_numbers_to_the_right() {
        for (seen, expected) in [
            ("םולש", "שלום"),
            ("1987 תנש", "שנת 1987"),
            ("3.5 רפסמ", "מספר 3.5"),
            ("PDF קורא", "ארוק PDF"),
            ("a word םולש ירע here", "a word ערי שלום here"),
            ("no letters (1.5)", "no letters (1.5)"),
        ] {
            assert_eq!(read(seen), expected, "{seen}");
        }
    }

    #[test]
    fn shapes_become_letters_and_brackets_open_first() {
        assert_eq!(read("ﺮﻬﺸﻟا"), "الشهر");
        assert_eq!(read("ﻼﺑ"), "بلا");
        assert_eq!(read("(ב) א"), "א (ב)");
        assert_eq!(read(")ב( א"), "א (ב)");
        assert_eq!(read(".השדחה GNU Linux תכרעמ"), "מערכת GNU Linux החדשה.");
    }
}
