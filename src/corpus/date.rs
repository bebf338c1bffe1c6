//! Dates as people write them: ISO, Japanese with and without eras, Chinese, Vietnamese, English, and with the names of
//! months in some languages of Europe.

use std::sync::LazyLock;

use chrono::{DateTime, Datelike, NaiveDate};
use regex::{Captures, Regex};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::months;

/// Lines of an article, from its beginning and from its end, that may say when it was published.
const LINES: usize = 8;
/// Letters beside the date on such a line.
const BESIDE: usize = 24;

/// Words beside a date that is of something else than the text: what is due, valid, held or born then.
const OTHER_DAYS: &[&str] = &[
    "due",
    "deadline",
    "until",
    "expires",
    "valid",
    "starts",
    "ends",
    "born",
    "died",
    "birth",
    "birthday",
    "birthdate",
    "death",
    "event",
    "scheduled",
    "appointment",
    "geboren",
    "geburtsdatum",
    "geburtstag",
    "gestorben",
    "né",
    "née",
    "naissance",
    "nacimiento",
    "sinh",
    "fällig",
    "gültig",
    "bis",
    "hạn",
    "締切",
    "締め切り",
    "期限",
    "まで",
    "から",
    "開催",
    "予定",
    "生まれ",
    "生年月日",
    "誕生",
    "出生",
    "有効",
];

/// Years of dates that are written as one number, and of those that are counted from 1970.
const WRITTEN: std::ops::Range<i32> = 1900..2100;
const SINCE: std::ops::Range<i32> = 1973..2100;

/// Eras and the year before their first.
const ERAS: [(&str, i32); 5] = [
    ("令和", 2018),
    ("平成", 1988),
    ("昭和", 1925),
    ("大正", 1911),
    ("明治", 1867),
];

/// The first date in a text, and the bytes it takes of the text's NFKC form.
fn find(text: &str, lang: Option<&str>) -> Option<(NaiveDate, usize)> {
    type Read = fn(&Captures<'_>, Option<&str>) -> Option<NaiveDate>;
    static FORMS: LazyLock<Vec<(Regex, Read)>> = LazyLock::new(|| {
        let forms: [(&str, Read); 8] = [
            (
                r"\b((?:19|20)\d\d)[-/.](\d{1,2})[-/.](\d{1,2})(?:T\d\d|\b)",
                |c, _| date(number(c, 1)?, number(c, 2)?, number(c, 3)?),
            ),
            (
                r"((?:19|20)\d\d)\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]",
                |c, _| date(number(c, 1)?, number(c, 2)?, number(c, 3)?),
            ),
            (
                r"(令和|平成|昭和|大正|明治)\s*(元|\d{1,2})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日",
                |c, _| {
                    let (_, before) = ERAS.iter().find(|(era, _)| *era == &c[1])?;
                    let year = if &c[2] == "元" { 1 } else { number(c, 2)? };
                    date(before + year, number(c, 3)?, number(c, 4)?)
                },
            ),
            (
                r"(?i)\b(\d{1,2})\s+th[aá]ng\s+(\d{1,2})(?:\s+năm|,)?\s+((?:19|20)\d\d)\b",
                |c, _| date(number(c, 3)?, number(c, 2)?, number(c, 1)?),
            ),
            (
                r"(?i)\b(?:(\d{1,2})(?:st|nd|rd|th)?\s+)?(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s+(?:(\d{1,2})(?:st|nd|rd|th)?,?\s+)?((?:19|20)\d\d)\b",
                |c, _| date(number(c, 4)?, month(&c[2])?, number(c, 1).or(number(c, 3))?),
            ),
            (
                r"\b(\d{1,2})(?:er|[.oº])?\s+(?:(?:de|del|di|of)\s+)?([\p{L}\p{M}]{3,13})\.?,?\s+(?:(?:de|del|of)\s+)?((?:19|20)\d\d)\b",
                |c, _| date(number(c, 3)?, month(&c[2])?, number(c, 1)?),
            ),
            // As C writes it: `Wed Oct 10 20:19:24 +0000 2018`.
            (
                r"\b[A-Z][a-z]{2} ([A-Z][a-z]{2}) +(\d{1,2}) \d\d:\d\d:\d\d (?:\S{1,6} )?((?:19|20)\d\d)\b",
                |c, _| date(number(c, 3)?, month(&c[1])?, number(c, 2)?),
            ),
            (
                r"\b(\d{1,2})[/.-](\d{1,2})[/.-]((?:19|20)\d\d)\b",
                |c, lang| {
                    let (first, second) = (number(c, 1)?, number(c, 2)?);
                    // 3/5/2024 is two dates, unless the language or the numbers say which.
                    let (day, month) = match lang {
                        // With full stops the day is first everywhere.
                        _ if c[0].contains('.') => (first, second),
                        _ if first > 12 => (first, second),
                        _ if second > 12 => (second, first),
                        Some(
                            "vi" | "fr" | "de" | "es" | "it" | "pt" | "ru" | "pl" | "id" | "th",
                        ) => (first, second),
                        _ => return None,
                    };
                    date(number(c, 3)?, month, day)
                },
            ),
        ];
        let compiled = forms.into_iter();
        compiled
            .filter_map(|(form, read)| Some((Regex::new(form).ok()?, read)))
            .collect()
    });
    FORMS.iter().find_map(|(form, read)| {
        let captures = form.captures(text)?;
        Some((read(&captures, lang)?, captures[0].len()))
    })
}

/// The number of a month by its name.
fn month(name: &str) -> Option<i32> {
    let plain: String = name.nfkd().filter(|c| !is_combining_mark(*c)).collect();
    let plain = plain.to_lowercase();
    let mut months = (1..).zip(months::MONTHS);
    months.find_map(|(number, names)| names.contains(&plain.as_str()).then_some(number))
}

fn number(captures: &Captures<'_>, group: usize) -> Option<i32> {
    captures.get(group)?.as_str().parse().ok()
}

fn date(year: i32, month: i32, day: i32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(year, month.try_into().ok()?, day.try_into().ok()?)
}

/// A date that a field holds, as `YYYY-MM-DD`.
pub fn of_field(text: &str, lang: Option<&str>) -> Option<String> {
    let text: String = text.nfkc().collect();
    // The basic form of ISO 8601 has a time behind a T.
    let basic = text
        .trim()
        .split(['T', 'Z', '+'])
        .next()
        .unwrap_or_default();
    if let Some(date) = of_number(basic) {
        return Some(date.to_string());
    }
    let stamp = DateTime::parse_from_rfc3339(text.trim())
        .or_else(|_| DateTime::parse_from_rfc2822(text.trim()));
    let date = stamp.ok().map(|stamp| stamp.date_naive());
    let date = date.or_else(|| find(&text, lang).map(|(date, _)| date))?;
    Some(date.to_string())
}

/// A date that is only a number: `20240503` and more figures for the time, or what has passed since 1970 in seconds or
/// in thousandths, millionths or billionths of them.
fn of_number(text: &str) -> Option<NaiveDate> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let figures = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if !figures(whole) || !figures(fraction) {
        return None;
    }
    // `20240503`, `202405031030` and `20240503103000`.
    if matches!(whole.len(), 8 | 12 | 14) && fraction.is_empty() {
        let date = NaiveDate::parse_from_str(&whole[..8], "%Y%m%d").ok()?;
        return WRITTEN.contains(&date.year()).then_some(date);
    }
    let number: i64 = whole.parse().ok()?;
    let seconds = match whole.len() {
        9 | 10 => number,
        // Of twelve figures the year would be 1973 to 2001 in thousandths; they are a date and a time above.
        13 => number / 1_000,
        16 => number / 1_000_000,
        19 => number / 1_000_000_000,
        _ => return None,
    };
    let date = DateTime::from_timestamp(seconds, 0)?.date_naive();
    SINCE.contains(&date.year()).then_some(date)
}

/// When a plain text says it was published, as `YYYY-MM-DD`: a date near its beginning or end on a line that holds
/// little else.
pub fn published(text: &str, lang: Option<&str>) -> Option<String> {
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    let end = lines
        .len()
        .saturating_sub(LINES)
        .max(LINES.min(lines.len()));
    let candidates = lines.iter().take(LINES).chain(&lines[end..]);
    candidates.filter(|line| line.len() < 400).find_map(|line| {
        let line: String = line.nfkc().collect();
        let (date, length) = find(&line, lang)?;
        let letters = line.chars().filter(|c| c.is_alphanumeric()).count();
        if is_of_something_else(&line) {
            return None;
        }
        (letters <= BESIDE + length.min(12)).then(|| date.to_string())
    })
}

/// Whether a line with a date says that something is due then, or was born.
fn is_of_something_else(line: &str) -> bool {
    let line = line.to_lowercase();
    let words = |word: &str| {
        line.split(|c: char| !c.is_alphabetic())
            .any(|part| part == word)
    };
    let is_unspaced = |word: &str| word.chars().any(|c| c >= '\u{3000}');
    OTHER_DAYS.iter().any(|word| match is_unspaced(word) {
        true => line.contains(*word),
        false => words(word),
    })
}

/// A date that the user gives: `YYYY-MM-DD`, or another form that is clear.
pub fn parse(text: &str) -> Option<String> {
    of_field(text, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ways_dates_are_written() {
        for (text, expected) in [
            ("2024-05-03", Some("2024-05-03")),
            ("2024-05-03T10:00:00+09:00", Some("2024-05-03")),
            ("Fri, 03 May 2024 10:00:00 +0000", Some("2024-05-03")),
            ("2024/5/3 10:00", Some("2024-05-03")),
            ("２０２４年５月３日", Some("2024-05-03")),
            ("令和6年5月3日", Some("2024-05-03")),
            ("平成元年1月8日", Some("1989-01-08")),
            ("Thứ Sáu, ngày 3 tháng 5 năm 2024", Some("2024-05-03")),
            ("3 tháng 5, 2024", Some("2024-05-03")),
            ("May 3, 2024", Some("2024-05-03")),
            ("3rd May 2024", Some("2024-05-03")),
            ("13/5/2024", Some("2024-05-13")),
            ("3/5/2024", None),
            ("2024-13-45", None),
            ("2024-05-03T10:00:00", Some("2024-05-03")),
            ("2024-05-03T10:00:00.123456", Some("2024-05-03")),
            ("2024-05-03T10:00", Some("2024-05-03")),
            ("01.05.2024", Some("2024-05-01")),
            ("06. Mai 2024", Some("2024-05-06")),
            ("Montag, 6. März 2023", Some("2023-03-06")),
            ("1er août 2024", Some("2024-08-01")),
            ("3 de mayo de 2024", Some("2024-05-03")),
            ("3 мая 2024 г.", Some("2024-05-03")),
            ("Wed Oct 10 20:19:24 +0000 2018", Some("2018-10-10")),
            ("3 ducks 2024", None),
            ("May 2024", None),
            ("1234", None),
            ("1714694400", Some("2024-05-03")),
            ("1714694400.25", Some("2024-05-03")),
            ("1714694400000", Some("2024-05-03")),
            ("1714694400000000", Some("2024-05-03")),
            ("1714694400000000000", Some("2024-05-03")),
            ("999999999", Some("2001-09-09")),
            ("20240503", Some("2024-05-03")),
            ("20240503103000", Some("2024-05-03")),
            ("202405031030", Some("2024-05-03")),
            ("20241345", None),
            ("12345678", None),
            ("9999999999999", None),
            ("2024/05/03", Some("2024-05-03")),
            ("03 May 2024", Some("2024-05-03")),
            ("Fri, 3 May 2024 10:00:00 GMT", Some("2024-05-03")),
            ("2024-05-03T10:00:00Z", Some("2024-05-03")),
            ("2024-05-03 10:00:00", Some("2024-05-03")),
            ("20240503T100000Z", Some("2024-05-03")),
            ("2024年05月03日（金）", Some("2024-05-03")),
        ] {
            assert_eq!(of_field(text, None).as_deref(), expected, "{text}");
        }
        assert_eq!(
            of_field("3/5/2024", Some("vi")).as_deref(),
            Some("2024-05-03")
        );
    }

    #[test]
    fn a_line_that_says_when_and_little_else() {
        let body = "本文の文がここに続く。\n".repeat(30);
        let of = |head: &str, tail: &str| published(&format!("{head}\n{body}{tail}"), Some("ja"));
        assert_eq!(
            of("題\n公開日：2024年5月3日 10:00", "").as_deref(),
            Some("2024-05-03")
        );
        assert_eq!(of("題", "（令和6年5月3日）").as_deref(), Some("2024-05-03"));
        for other in [
            "Due 2024-08-01",
            "提出期限：2024年8月1日",
            "Born May 3, 1950",
            "hạn: 3/5/2024",
            "Date of birth: 1931-03-03",
            "生年月日：1931年3月3日",
            "SCHEDULED: <2024-05-10 Fri>",
        ] {
            assert_eq!(of(&format!("題\n{other}"), ""), None, "{other}");
        }
        let prose = "2024年5月3日に開かれた会議では、来年度の予算について長い議論が交わされ、結論は出なかった。";
        assert_eq!(of(prose, ""), None);
        assert_eq!(published("", None), None);
    }
}
