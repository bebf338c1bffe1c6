//! What stands with a number: money, percent, months, years of Japanese eras.

use super::number::{self, Number};

/// Signs of money, wherever they stand.
const SIGNS: [(char, &str); 7] = [
    ('$', "usd"),
    ('€', "eur"),
    ('£', "gbp"),
    ('¥', "jpy"),
    ('₩', "krw"),
    ('₫', "vnd"),
    ('₹', "inr"),
];

/// What may follow a number, as it is after folding, and its term.
const UNITS: [(&str, &str); 32] = [
    ("米ドル", "¤usd"),
    ("ドル", "¤usd"),
    ("us dollars", "¤usd"),
    ("dollars", "¤usd"),
    ("dollar", "¤usd"),
    ("usd", "¤usd"),
    ("đô la mỹ", "¤usd"),
    ("đô la", "¤usd"),
    ("đô", "¤usd"),
    ("달러", "¤usd"),
    ("美元", "¤usd"),
    ("dólares", "¤usd"),
    ("долларов", "¤usd"),
    ("ユロ", "¤eur"),
    ("euros", "¤eur"),
    ("euro", "¤eur"),
    ("eur", "¤eur"),
    ("円", "¤jpy"),
    ("yen", "¤jpy"),
    ("jpy", "¤jpy"),
    ("日元", "¤jpy"),
    ("엔", "¤jpy"),
    ("人民元", "¤cny"),
    ("元", "¤cny"),
    ("yuan", "¤cny"),
    ("ウオン", "¤krw"),
    ("원", "¤krw"),
    ("đồng", "¤vnd"),
    ("%", "%"),
    ("パセント", "%"),
    ("percent", "%"),
    ("phần trăm", "%"),
];

/// Names of months by number, in lower case; months are told from other words by a number beside them.
const MONTHS: [&[&str]; 12] = [
    &["january", "jan", "januar", "janvier", "enero", "janeiro"],
    &[
        "february",
        "feb",
        "februar",
        "février",
        "febrero",
        "fevereiro",
    ],
    &["march", "mar", "märz", "mars", "marzo", "março"],
    &["april", "apr", "avril", "abril"],
    &["may", "mai", "mayo", "maio"],
    &["june", "jun", "juni", "juin", "junio", "junho"],
    &["july", "jul", "juli", "juillet", "julio", "julho"],
    &["august", "aug", "août", "agosto"],
    &[
        "september",
        "sep",
        "sept",
        "septembre",
        "septiembre",
        "setembro",
    ],
    &["october", "oct", "oktober", "octobre", "octubre", "outubro"],
    &["november", "nov", "novembre", "noviembre", "novembro"],
    &[
        "december",
        "dec",
        "dezember",
        "décembre",
        "diciembre",
        "dezembro",
    ],
];

/// Japanese eras and the year before their first.
const ERAS: [(&str, f64); 5] = [
    ("明治", 1867.0),
    ("大正", 1911.0),
    ("昭和", 1925.0),
    ("平成", 1988.0),
    ("令和", 2018.0),
];

/// A quantity that begins at `at`; `run` are the characters just before it that are written without
/// spaces.
pub fn read(chars: &[char], at: usize, run: &[char]) -> Option<Number> {
    let c = chars[at];
    if let Some((_, code)) = SIGNS.iter().find(|(sign, _)| *sign == c) {
        return Some(term(format!("¤{code}"), at + 1));
    }
    let starts = at == 0 || !chars[at - 1].is_alphanumeric();
    if c == '元' && chars.get(at + 1) == Some(&'年') {
        let year = number::shown(era(run)? + 1.0);
        return Some(term(year, at + 1));
    }
    if starts && let Some(found) = us_dollar(chars, at).or_else(|| month_by_name(chars, at)) {
        return Some(found);
    }
    let mut found = number::parse(chars, at)?;
    if chars.get(found.end) == Some(&'年')
        && let Some(before) = era(run)
        && let [only] = found.terms.as_mut_slice()
        && let Ok(year) = only.parse::<f64>()
    {
        *only = number::shown(before + year);
        return Some(found);
    }
    if matches!(chars.get(found.end), Some('月' | '월'))
        && let [only] = found.terms.as_mut_slice()
        && only
            .parse()
            .is_ok_and(|month: u32| (1..=12).contains(&month))
    {
        *only = format!("month{only}");
        found.end += 1;
        return Some(found);
    }
    let spaces = usize::from(chars.get(found.end) == Some(&' '));
    if let Some((word, unit)) = UNITS
        .iter()
        .find(|(word, _)| stands(chars, found.end + spaces, word))
    {
        found.terms.push((*unit).to_owned());
        found.end += spaces + word.chars().count();
    }
    Some(found)
}

fn term(term: String, end: usize) -> Number {
    Number {
        terms: vec![term],
        end,
    }
}

/// The year before the first of the era that a run ends with.
fn era(run: &[char]) -> Option<f64> {
    let ends = |name: &str| run.len() >= 2 && run[run.len() - 2..].iter().copied().eq(name.chars());
    ERAS.iter()
        .find(|(name, _)| ends(name))
        .map(|(_, before)| *before)
}

/// `us$`.
fn us_dollar(chars: &[char], at: usize) -> Option<Number> {
    (chars[at..].starts_with(&['u', 's', '$'])).then(|| term("¤usd".to_owned(), at + 3))
}

/// `July 10`, `10 July`, `July 2025`, `tháng 7`.
fn month_by_name(chars: &[char], at: usize) -> Option<Number> {
    const VIETNAMESE: &str = "tháng ";
    let start = at + VIETNAMESE.chars().count();
    if chars[at..].starts_with(&VIETNAMESE.chars().collect::<Vec<_>>())
        && let Some(Number { terms, end }) = number::parse(chars, start)
        && let [month] = terms.as_slice()
    {
        return Some(term(format!("month{month}"), end));
    }
    let length = chars[at..].iter().take_while(|c| c.is_alphabetic()).count();
    let word: String = chars[at..at + length].iter().collect();
    let month = MONTHS
        .iter()
        .position(|names| names.contains(&word.as_str()))?
        + 1;
    let is_digit = |c: &&char| c.is_ascii_digit();
    let skipped = |c: &&char| matches!(c, ' ' | '.' | ',');
    let after = chars[at + length..]
        .iter()
        .find(|c| !skipped(c))
        .filter(is_digit);
    let before = chars[..at]
        .iter()
        .rev()
        .find(|c| !skipped(c))
        .filter(is_digit);
    after.or(before)?;
    Some(term(format!("month{month}"), at + length))
}

/// A word stands at a place and, where its script has spaces, ends there.
fn stands(chars: &[char], at: usize, word: &str) -> bool {
    let length = word.chars().count();
    let there = chars.get(at..at + length);
    let ends = word
        .chars()
        .next_back()
        .is_none_or(|last| !last.is_ascii_alphabetic())
        || chars
            .get(at + length)
            .is_none_or(|next| !next.is_alphanumeric());
    ends && there.is_some_and(|there| there.iter().copied().eq(word.chars()))
}
