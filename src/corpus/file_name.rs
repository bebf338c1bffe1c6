//! What the name of a file says of the text in it: words that find it, a title where the text has none, and a date.
//! People name their notes; programs number their files, and such names say nothing.

use super::date;

/// Names that say only what kind of thing a file is.
const GENERIC: [&str; 14] = [
    "readme", "index", "untitled", "document", "note", "notes", "text", "file", "page", "data",
    "main", "default", "new", "copy",
];
/// A word with so many letters and figures, and so many figures among them, is a number of a program.
const ID_CHARS: usize = 6;
const ID_FIGURES: usize = 2;
/// An extension is at most so long, in letters.
const EXTENSION: usize = 8;

/// The words of a name that say something, with blanks between them; empty where none does.
pub fn words(name: &str) -> String {
    let stem = stem(name);
    let mut words: Vec<&str> = Vec::new();
    let date = date_at_start(stem);
    words.extend(date.map(|length| &stem[..length]));
    let rest = &stem[date.unwrap_or(0)..];
    let parts = rest.split(|c: char| !c.is_alphanumeric() && !is_mark(c));
    words.extend(parts.filter(|word| says_something(word)));
    let is_generic = |word: &&str| GENERIC.contains(&word.to_lowercase().as_str());
    match words.iter().all(is_generic) {
        true => String::new(),
        false => words.join(" "),
    }
}

/// The name as a title: two words of it or more, one of them no number, or letters of a script without blanks.
pub fn title(name: &str) -> Option<String> {
    let words = words(name);
    let is_wide = |c: char| c.is_alphabetic() && !c.is_ascii();
    let is_named = words.contains(char::is_alphabetic);
    let wide = words.chars().filter(|c| is_wide(*c)).count();
    if !(is_named && words.contains(' ')) && wide < 2 {
        return None;
    }
    let shown = stem(name).replace(|c: char| c == '_' || c.is_control(), " ");
    let parts: Vec<&str> = shown.split_whitespace().collect();
    Some(match stem(name).trim().contains(char::is_whitespace) {
        true => parts.join(" "),
        false => words,
    })
}

/// The date that a name begins with, as `YYYY-MM-DD`: `2024-05-03-first-frost.md`, `20240503 日誌.txt`.
pub fn published(name: &str) -> Option<String> {
    let stem = stem(name);
    let length = date_at_start(stem)?;
    date::of_field(&stem[..length].replace('_', "-"), None)
}

/// A name without its folders and its extension.
fn stem(name: &str) -> &str {
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
    match name.rsplit_once('.') {
        Some((stem, extension))
            if !stem.is_empty()
                && extension.len() <= EXTENSION
                && extension.bytes().all(|b| b.is_ascii_alphanumeric()) =>
        {
            stem
        }
        _ => name,
    }
}

/// The bytes of the day that a name begins with.
fn date_at_start(stem: &str) -> Option<usize> {
    let figures = |range: std::ops::Range<usize>| {
        let part = stem.get(range)?;
        part.bytes().all(|b| b.is_ascii_digit()).then_some(part)
    };
    let whole = |length: usize| {
        let next = stem[length..].chars().next();
        !next.is_some_and(char::is_numeric)
    };
    let parted = |at: usize| matches!(stem.as_bytes().get(at), Some(b'-' | b'_'));
    let length = if figures(0..4).is_some()
        && parted(4)
        && figures(5..7).is_some()
        && parted(7)
        && figures(8..10).is_some()
    {
        10
    } else {
        figures(0..8).map(str::len)?
    };
    let date = date::of_field(&stem[..length].replace('_', "-"), None);
    (whole(length) && date.is_some()).then_some(length)
}

/// Marks that stand inside words.
fn is_mark(c: char) -> bool {
    matches!(c, '\'' | '’' | '・' | 'ー')
}

fn says_something(word: &str) -> bool {
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    let figures = word.chars().filter(|c| c.is_numeric()).count();
    let is_year =
        word.len() == 4 && figures == 4 && (word.starts_with("19") || word.starts_with("20"));
    let is_id = figures >= ID_FIGURES && letters + figures >= ID_CHARS && word.is_ascii();
    let is_initial = letters == 1 && figures == 0 && word.is_ascii();
    is_year || (letters > 0 && !is_id && !is_initial)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_people_give_say_something() {
        for (name, said, titled) in [
            (
                "notes/Kaffeemaschine entkalken.md",
                "Kaffeemaschine entkalken",
                Some("Kaffeemaschine entkalken"),
            ),
            (
                "meeting-notes_april.txt",
                "meeting notes april",
                Some("meeting notes april"),
            ),
            (
                "2024-05-03-first-frost.md",
                "2024-05-03 first frost",
                Some("2024-05-03 first frost"),
            ),
            (
                "2024-05-03 Standup.md",
                "2024-05-03 Standup",
                Some("2024-05-03 Standup"),
            ),
            (
                "20240503 畑の日誌.txt",
                "20240503 畑の日誌",
                Some("20240503 畑の日誌"),
            ),
            ("会議メモ.md", "会議メモ", Some("会議メモ")),
            ("Sales 2023.txt", "Sales 2023", Some("Sales 2023")),
            ("2024-05-03.md", "2024-05-03", None),
            ("Don't panic.md", "Don't panic", Some("Don't panic")),
            ("001_89299e0010fc7634.txt", "", None),
            ("a.txt", "", None),
            ("畑.md", "畑", None),
            ("README.md", "", None),
            ("index.html", "", None),
            ("IMG_20240503.txt", "IMG", None),
            (".bashrc", "bashrc", None),
            (
                "v1.2 release notes",
                "v1 release notes",
                Some("v1.2 release notes"),
            ),
            (
                "new\nline of\u{1b}[31m.txt",
                "new line of 31m",
                Some("new line of [31m"),
            ),
            ("-", "", None),
            ("", "", None),
            ("20241345.txt", "", None),
        ] {
            assert_eq!(words(name), said, "{name}");
            assert_eq!(title(name).as_deref(), titled, "{name}");
        }
    }

    #[test]
    fn a_date_stands_first() {
        for (name, expected) in [
            ("posts/2024-05-03-first-frost.md", Some("2024-05-03")),
            ("2024_05_03.md", Some("2024-05-03")),
            ("20240503.md", Some("2024-05-03")),
            ("202405031030.md", None),
            ("2024-13-03.md", None),
            ("2024-05-03T10.md", Some("2024-05-03")),
            ("report-2024-05-03.md", None),
            ("2024-5-3.md", None),
        ] {
            assert_eq!(published(name).as_deref(), expected, "{name}");
        }
    }
}
