//! What the name of a file says of the text in it: words that find it, a title where the text has none, and a date.
//! People name their notes; programs number their files, and such names say nothing.

use std::borrow::Cow;

use encoding_rs::WINDOWS_1252;
use percent_encoding::percent_decode_str;

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
    words_of(&stem(name))
}

fn words_of(stem: &str) -> String {
    let mut words: Vec<&str> = Vec::new();
    let date = date_at_start(stem);
    words.extend(date.map(|length| &stem[..length]));
    words.extend(parts(&stem[date.unwrap_or(0)..]).filter(|word| says_something(word)));
    let is_generic = |word: &&str| GENERIC.contains(&word.to_lowercase().as_str());
    match words.iter().all(is_generic) {
        true => String::new(),
        false => words.join(" "),
    }
}

/// The words of a text: letters, figures and marks inside words. Full stops stand in versions (`v1.2`, `R6.5.1`), hyphens
/// in days (`2024-05-06`).
fn parts(text: &str) -> impl Iterator<Item = &str> {
    let is_inside = move |at: usize, c: char| {
        let mut before = text[..at].chars().rev();
        let (last, other) = (before.next(), before.next());
        let is_figure = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
        let lone = last.is_some_and(char::is_alphabetic) && !other.is_some_and(char::is_alphabetic);
        let after = text[at + c.len_utf8()..].chars().next();
        match c {
            '.' => is_figure(after) && (is_figure(last) || lone),
            '-' => [4, 7]
                .into_iter()
                .any(|place| is_day(text, at.checked_sub(place))),
            _ => false,
        }
    };
    let mut begin = 0;
    let cuts = text.char_indices().chain([(text.len(), ' ')]);
    cuts.filter_map(move |(at, c)| {
        if at < text.len() && (c.is_alphanumeric() || is_mark(c) || is_inside(at, c)) {
            return None;
        }
        let part = &text[begin..at];
        begin = at + c.len_utf8();
        (!part.is_empty()).then_some(part)
    })
}

/// Whether a day of the form `2024-05-06` begins at a byte.
fn is_day(text: &str, at: Option<usize>) -> bool {
    let day = at.and_then(|at| text.get(at..at + 10));
    day.is_some_and(|day| {
        let fits = |(place, b): (usize, u8)| match place {
            4 | 7 => b == b'-',
            _ => b.is_ascii_digit(),
        };
        day.bytes().enumerate().all(fits)
    })
}

/// The name as a title: two words of it or more, one of them no number, or letters of a script without blanks.
pub fn title(name: &str) -> Option<String> {
    let stem = stem(name);
    let words = words_of(&stem);
    let is_wide = |c: char| c.is_alphabetic() && !c.is_ascii();
    let is_named = words.contains(char::is_alphabetic);
    let wide = words.chars().filter(|c| is_wide(*c)).count();
    if !(is_named && words.contains(' ')) && wide < 2 {
        return None;
    }
    let shown = stem.replace(|c: char| c == '_' || c.is_control(), " ");
    let parts: Vec<&str> = shown.split_whitespace().collect();
    Some(match stem.trim().contains(char::is_whitespace) {
        true => parts.join(" "),
        false => words,
    })
}

/// The date that a name begins with, as `YYYY-MM-DD`: `2024-05-03-first-frost.md`, `20240503 日誌.txt`,
/// `令和6年5月3日_会議.txt`.
pub fn published(name: &str) -> Option<String> {
    let stem = stem(name);
    let length = date_at_start(&stem)?;
    date::of_field(&stem[..length].replace('_', "-"), None)
}

/// A name without its folders and its extension, and with the characters that an address encodes: `my%20trip`.
fn stem(name: &str) -> Cow<'_, str> {
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let stem = match name.rsplit_once('.') {
        Some((stem, extension))
            if !stem.is_empty()
                && extension.len() <= EXTENSION
                && extension.bytes().all(|b| b.is_ascii_alphanumeric())
                && !is_version(stem, extension) =>
        {
            stem
        }
        _ => name,
    };
    let bytes: Cow<'_, [u8]> = percent_decode_str(stem).into();
    if let Ok(decoded) = std::str::from_utf8(&bytes) {
        return Cow::Owned(decoded.to_owned());
    }
    // Old servers wrote names in the encoding of Windows; but a percent sign may be one.
    let (decoded, _) = WINDOWS_1252.decode_without_bom_handling(&bytes);
    let is_letter = |c: char| c.is_ascii() || c.is_alphabetic();
    match stem.is_ascii() && decoded.chars().all(is_letter) {
        true => Cow::Owned(decoded.into_owned()),
        false => Cow::Borrowed(stem),
    }
}

/// The last full stop of `v1.2` begins no extension.
fn is_version(stem: &str, extension: &str) -> bool {
    let figures = extension.bytes().all(|b| b.is_ascii_digit());
    figures && stem.ends_with(|c: char| c.is_ascii_digit())
}

/// The bytes of the day that a name begins with.
fn date_at_start(stem: &str) -> Option<usize> {
    /// `令和六年十二月三十一日` and shorter, in characters.
    const KANJI: usize = 12;
    let is_date = |length: usize| {
        let next = stem[length..].chars().next();
        let whole = !next.is_some_and(char::is_numeric);
        whole && date::of_field(&stem[..length].replace('_', "-"), None).is_some()
    };
    let day = stem.char_indices().take(KANJI).find(|(_, c)| *c == '日');
    let kanji = day.map(|(at, c)| at + c.len_utf8());
    // Eight figures, or three numbers with the same mark between them; behind them another day may stand, or a number.
    let bytes = stem.as_bytes();
    let figures = |from: usize| {
        bytes[from.min(bytes.len())..]
            .iter()
            .take_while(|b| b.is_ascii_digit())
            .count()
    };
    let first = figures(0);
    let parted = bytes
        .get(first)
        .filter(|mark| b"-_.".contains(mark))
        .and_then(|mark| {
            let second = first + 1 + figures(first + 1);
            let is_same = bytes.get(second) == Some(mark);
            is_same.then(|| second + 1 + figures(second + 1))
        });
    let lengths = [kanji, (first == 8).then_some(8), parted];
    lengths
        .into_iter()
        .flatten()
        .find(|length| is_date(*length))
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
    // A day; no number of a program begins with a year and a hyphen.
    let is_day =
        word.len() >= 8 && word.contains(['-', '.']) && date::of_field(word, None).is_some();
    is_year || is_day || (letters > 0 && !is_id && !is_initial)
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
                "v1.2 release notes",
                Some("v1.2 release notes"),
            ),
            (
                "my%20trip%20to%20Rome.md",
                "my trip to Rome",
                Some("my trip to Rome"),
            ),
            ("%E4%BC%9A%E8%AD%B0.md", "会議", Some("会議")),
            ("50% off.md", "off", None),
            (
                "100%beautiful songs.txt",
                "beautiful songs",
                Some("100%beautiful songs"),
            ),
            ("R6.5.1議事録.txt", "R6.5.1議事録", Some("R6.5.1議事録")),
            (
                "第3回_2024-05-06_会議.txt",
                "第3回 2024-05-06 会議",
                Some("第3回 2024-05-06 会議"),
            ),
            ("v1.2.3-notes.txt", "v1.2.3 notes", Some("v1.2.3 notes")),
            ("release v1.2.3", "release v1.2.3", Some("release v1.2.3")),
            (
                "Smith, J. - On mills.txt",
                "Smith On mills",
                Some("Smith, J. - On mills"),
            ),
            (
                "Rechnung Nr.4711.txt",
                "Rechnung Nr",
                Some("Rechnung Nr.4711"),
            ),
            (
                "2023-24 Haushalt.txt",
                "2023 Haushalt",
                Some("2023-24 Haushalt"),
            ),
            ("M%FCller%20Brief.txt", "Müller Brief", Some("Müller Brief")),
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
            ("2024-5-3.md", Some("2024-05-03")),
            ("2024年5月6日_会議.txt", Some("2024-05-06")),
            ("令和6年5月6日 会議.txt", Some("2024-05-06")),
            ("2024.05.06 minutes.md", Some("2024-05-06")),
            ("06.05.2024 Protokoll.md", Some("2024-05-06")),
            ("2024-05-03-2 notes.md", Some("2024-05-03")),
            ("10.05.2024-12.05.2024 Fahrt.txt", Some("2024-05-10")),
            ("20240503-0510 Reise.txt", Some("2024-05-03")),
            ("1.2.3 notes.md", None),
            ("日本.md", None),
        ] {
            assert_eq!(published(name).as_deref(), expected, "{name}");
        }
    }
}
