//! What the name of a file says of the text in it: words that find it, a title where the text has none, and a date.
//! People name their notes; programs number their files, and such names say nothing.

use std::borrow::Cow;

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

/// The words of a text: letters, figures and marks inside words. A full stop or a hyphen beside a figure is such: `v1.2`,
/// `2024-05-06`.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    let is_inside = move |at: usize, c: char| {
        let before = text[..at].chars().next_back();
        let after = text[at + c.len_utf8()..].chars().next();
        let (Some(before), Some(after)) = (before, after) else {
            return false;
        };
        let figures = [before, after].map(|c| c.is_ascii_digit());
        match c {
            '.' => figures[1] && (figures[0] || before.is_alphabetic()),
            '-' => figures == [true, true],
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
    percent_decode_str(stem)
        .decode_utf8()
        .unwrap_or(Cow::Borrowed(stem))
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
    let in_date = |c: char| c.is_ascii_digit() || ".-_".contains(c);
    let run = &stem[..stem.find(|c| !in_date(c)).unwrap_or(stem.len())];
    let run = run.trim_end_matches(|c: char| !c.is_ascii_digit());
    // Behind the date another number may stand: `2024-05-03-2 notes`.
    let parted = |at: usize| matches!(run.as_bytes().get(at), Some(b'-' | b'_' | b'.'));
    let is_parted = parted(4) && parted(7) && run.len() > 10;
    let lengths = [
        kanji,
        (run.contains(['.', '-', '_']) || run.len() == 8).then_some(run.len()),
        is_parted.then_some(10),
    ];
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
            ("1.2.3 notes.md", None),
            ("日本.md", None),
        ] {
            assert_eq!(published(name).as_deref(), expected, "{name}");
        }
    }
}
