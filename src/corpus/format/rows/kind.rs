//! What a value is: a number, a date, an address, a code or words, and whether it says anything.

use crate::corpus::date;

/// What one value of a column looks like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    Number,
    Date,
    Address,
    /// Letters and digits of one pattern: `A-12` and `B-7` are `A-9`.
    Code(String),
    Words,
}

/// Longer values are no numbers, dates or codes, in bytes.
const SHORT: usize = 64;
/// Letters that a date may have: a weekday and a month.
const DATE_LETTERS: usize = 24;

/// `None` for a value that is empty or stands for a missing one.
pub fn kind(value: &str) -> Option<Kind> {
    let value = value.trim();
    if is_missing(value) {
        return None;
    }
    if is_address(value) {
        return Some(Kind::Address);
    }
    if value.len() > SHORT || !value.chars().any(char::is_numeric) {
        return Some(Kind::Words);
    }
    Some(if is_number(value) {
        Kind::Number
    } else if is_date(value) {
        Kind::Date
    } else {
        pattern(value).map_or(Kind::Words, Kind::Code)
    })
}

/// Nothing, or a sign for it.
pub fn is_missing(value: &str) -> bool {
    const SIGNS: [&str; 13] = [
        "", "-", "--", "–", "—", "?", "n/a", "na", "nan", "null", "none", "nil", "#n/a",
    ];
    value.len() <= 4 && SIGNS.contains(&value.to_ascii_lowercase().as_str())
}

/// The name of a day of the week.
pub fn is_day(value: &str) -> bool {
    const DAYS: [&str; 70] = [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "mon",
        "tue",
        "wed",
        "thu",
        "fri",
        "sat",
        "sun",
        "montag",
        "dienstag",
        "mittwoch",
        "donnerstag",
        "freitag",
        "samstag",
        "sonnabend",
        "sonntag",
        "mo",
        "di",
        "mi",
        "do",
        "fr",
        "sa",
        "so",
        "lundi",
        "mardi",
        "mercredi",
        "jeudi",
        "vendredi",
        "samedi",
        "dimanche",
        "thứ hai",
        "thứ ba",
        "thứ tư",
        "thứ năm",
        "thứ sáu",
        "thứ bảy",
        "chủ nhật",
        "thứ 2",
        "thứ 3",
        "thứ 4",
        "thứ 5",
        "thứ 6",
        "thứ 7",
        "t2",
        "t3",
        "t4",
        "t5",
        "t6",
        "t7",
        "cn",
        "月",
        "火",
        "水",
        "木",
        "金",
        "土",
        "日",
        "周一",
        "周二",
        "周三",
        "周四",
        "周五",
        "周六",
        "周日",
    ];
    let value = value.trim().trim_end_matches('.').to_lowercase();
    let japanese = value.trim_end_matches("曜日").trim_end_matches('曜');
    DAYS.contains(&japanese)
}

fn is_address(value: &str) -> bool {
    let spaced = value.contains(char::is_whitespace);
    let web = ["http://", "https://", "ftp://", "www.", "mailto:"];
    let mail = value
        .split_once('@')
        .is_some_and(|(user, host)| !user.is_empty() && host.contains('.') && !host.contains('@'));
    !spaced && (web.iter().any(|start| value.starts_with(start)) || mail)
}

/// An amount, grouped, with a sign, a currency or a percent sign.
fn is_number(value: &str) -> bool {
    let rest = value
        .strip_prefix(['+', '-', '−', '±', '('])
        .unwrap_or(value);
    let exponent = |c: char| matches!(c, 'e' | 'E');
    let mut last = ' ';
    rest.chars().all(|c| {
        let fits = c.is_numeric()
            || matches!(
                c,
                '.' | ',' | '\'' | '’' | ' ' | '\u{a0}' | '\u{202f}' | ')'
            )
            || matches!(
                c,
                '%' | '‰' | '$' | '€' | '£' | '¥' | '₫' | '₩' | '₹' | '￥'
            )
            || (exponent(c) && last.is_ascii_digit())
            || (matches!(c, '+' | '-') && exponent(last));
        last = c;
        fits
    }) && !exponent(last)
}

fn is_date(value: &str) -> bool {
    let letters = value.chars().filter(|c| c.is_alphabetic()).count();
    let time = |part: &str| {
        let parts: Vec<&str> = part.split(':').collect();
        (2..=3).contains(&parts.len())
            && parts.iter().all(|part| {
                (1..=6).contains(&part.len()) && part.starts_with(|c: char| c.is_ascii_digit())
            })
    };
    // Days whose order is unclear are dates too, and so are months of a year.
    let numbers = |mark: char| {
        let parts: Vec<&str> = value.split(mark).collect();
        let digits = |part: &&str| part.len() <= 4 && part.bytes().all(|b| b.is_ascii_digit());
        let year = parts.iter().any(|part| part.len() == 4);
        (2..=3).contains(&parts.len())
            && parts.iter().all(|part| !part.is_empty() && digits(part))
            && (year || parts.len() == 3)
    };
    letters <= DATE_LETTERS
        && (time(value)
            || ['-', '/', '.'].into_iter().any(numbers)
            || date::of_field(value, None).is_some())
}

/// The pattern of a code; `None` for words with a digit between them.
fn pattern(value: &str) -> Option<String> {
    let mut pattern = String::new();
    let mut letters = 0;
    for c in value.chars() {
        let (class, letter) = match c {
            c if c.is_numeric() => ('9', false),
            c if c.is_lowercase() => ('a', true),
            c if c.is_alphabetic() => ('A', true),
            c => (c, false),
        };
        letters += usize::from(letter);
        if !pattern.ends_with(class) {
            pattern.push(class);
        }
    }
    let digits = value.chars().filter(|c| c.is_numeric()).count();
    // A code in which letters and digits alternate (a hash) has no pattern of its own.
    if pattern.chars().count() > 12 && !value.contains(' ') {
        pattern = "code".to_owned();
    }
    (letters <= 4 * digits).then_some(pattern)
}

/// How much a value says to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Says {
    /// Digits, addresses, codes, hashes.
    Nothing,
    /// A word, or a name.
    Word,
    Sentence,
}

/// What a value says.
pub fn says(value: &str) -> Says {
    let value = value.trim();
    let letters = value.chars().filter(|c| c.is_alphabetic()).count();
    if letters == 0 || is_address(value) || is_encoded(value) {
        return Says::Nothing;
    }
    // Scripts without spaces between words, and all others but the Latin of codes.
    let others = value.chars().filter(|c| c.is_alphabetic() && !c.is_ascii());
    match others.count() {
        0 => {}
        1..8 => return says_words(value).max(Says::Word),
        _ => return Says::Sentence,
    }
    says_words(value)
}

fn says_words(value: &str) -> Says {
    let inner = |word: &str| {
        let marks = |c: char| c.is_ascii_punctuation();
        let word = word.trim_matches(marks).to_owned();
        let plain = word.chars().all(|c| c.is_alphabetic() || "'’-".contains(c));
        (plain && word.chars().count() >= 2).then_some(word)
    };
    let words: Vec<String> = value.split_whitespace().filter_map(inner).take(4).collect();
    if words.len() == 4 {
        return Says::Sentence;
    }
    // `MIT`, `GET`, `compileOnSave` and `node-gyp` are no words, `rice`, `Oslo` and `Anna-Maria` are.
    let word = |word: &String| {
        let rest = word.chars().skip(1);
        let upper = word.starts_with(char::is_uppercase);
        let alone = words.len() == 1;
        rest.clone().any(char::is_lowercase)
            && !(alone && word.contains('-') && !upper)
            && !(alone && rest.clone().any(char::is_uppercase) && !word.contains('-'))
    };
    if words.iter().any(word) {
        Says::Word
    } else {
        Says::Nothing
    }
}

/// Letters that stand for bytes: base64, hexadecimal, `data:` addresses, percent-encoding.
pub fn is_encoded(value: &str) -> bool {
    /// Shorter runs may be words or names.
    const LEAST: usize = 40;
    if value.starts_with("data:") && value.contains(',') && !value.contains(' ') {
        return true;
    }
    let bytes = value.as_bytes();
    let code = |b: &u8| b.is_ascii_alphanumeric() || b"+/=_-\r\n".contains(b);
    let has = |class: fn(&u8) -> bool| bytes.iter().any(class);
    let mixed = has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic);
    bytes.len() >= LEAST && mixed && bytes.iter().all(code) && !is_hyphenated(value)
}

/// Words with hyphens, underscores or slashes between them, as in the address of a page.
fn is_hyphenated(value: &str) -> bool {
    let parts = value.split(['-', '_', '/', '=', '\n', '\r']);
    let lengths = parts.map(str::len);
    lengths.max().unwrap_or(0) < 16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_values() {
        let code = |pattern: &str| Some(Kind::Code(pattern.to_owned()));
        for (value, expected) in [
            ("", None),
            (" n/a ", None),
            ("12", Some(Kind::Number)),
            ("-1.234,50 €", Some(Kind::Number)),
            ("1e-5", Some(Kind::Number)),
            ("060  ", Some(Kind::Number)),
            ("４５", Some(Kind::Number)),
            ("2024-05-01", Some(Kind::Date)),
            ("3/5/2024", Some(Kind::Date)),
            ("2024-05", Some(Kind::Date)),
            ("12:30", Some(Kind::Date)),
            ("3 May 2024", Some(Kind::Date)),
            ("令和6年5月3日", Some(Kind::Date)),
            ("a@b.org", Some(Kind::Address)),
            ("https://example.com/1", Some(Kind::Address)),
            ("A-12", code("A-9")),
            ("12 kg", code("9 a")),
            ("Berlin", Some(Kind::Words)),
            ("The pump of 1971 was replaced", Some(Kind::Words)),
        ] {
            assert_eq!(kind(value), expected, "{value}");
        }
    }

    #[test]
    fn what_says_something() {
        for value in [
            "12.5",
            "MIT",
            "node-gyp",
            "compileOnSave",
            ">= 10.0",
            "https://example.com/The-mill",
            "sha512-9mWfzC0z3vYh1xk0qVQ2Xk3Jc8d7Lr5t6u7v8w9x0y1z2A3B4C==",
            "data:image/png;base64,iVBORw0KGgo",
            "2024-05-03T10:00:00Z",
        ] {
            assert_eq!(says(value), Says::Nothing, "{value}");
        }
        for value in ["rice", "Oslo", "Anna-Maria", "New York", "灯台"] {
            assert_eq!(says(value), Says::Word, "{value}");
        }
        for value in [
            "The mill grinds rye.",
            "渡し船は一時間に二本出る。",
            "Мельница мелет рожь",
        ] {
            assert_eq!(says(value), Says::Sentence, "{value}");
        }
    }
}
