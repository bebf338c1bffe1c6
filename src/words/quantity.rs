//! What stands with a number: money, percent, months, years of Japanese eras.

use super::fold::{is_hangul, is_unspaced};
use super::number::{self, Chars, FoundNumber, Value};
use super::{korean, month};
use crate::words::money::{SIGNS, is_money};
use crate::words::numerals::Beside;

/// What may follow a number, as it is after folding, and its term.
const UNITS: [(&str, &str); 45] = [
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
    ("евро", "¤eur"),
    ("유로", "¤eur"),
    ("欧元", "¤eur"),
    ("pounds", "¤gbp"),
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
    ("vnđ", "¤vnd"),
    ("vnd", "¤vnd"),
    ("rupees", "¤inr"),
    ("रुपये", "¤inr"),
    ("рублей", "¤rub"),
    ("%", "%"),
    ("パセント", "%"),
    ("percent", "%"),
    ("per cent", "%"),
    ("prozent", "%"),
    ("퍼센트", "%"),
    ("процентов", "%"),
    ("phần trăm", "%"),
];

/// Japanese eras and the year before their first.
const ERAS: [(&str, f64); 5] = [
    ("明治", 1867.0),
    ("大正", 1911.0),
    ("昭和", 1925.0),
    ("平成", 1988.0),
    ("令和", 2018.0),
];

/// Whether a quantity may begin with a character: what is cheap to know of the many that none does.
#[inline]
pub fn may_begin(c: char) -> bool {
    match c {
        '\0'..='\x7f' => c.is_ascii_digit() || c == '$',
        '〇' | '一' | '二' | '三' | '四' | '五' | '六' | '七' | '八' | '九' => true,
        '十' | '百' | '千' | '拾' | '元' => true,
        _ => is_money(c),
    }
}

/// A quantity that begins at `at`; `run` are the characters just before it that are written without
/// spaces.
pub fn read(text: &Chars<'_>, at: usize, run: &[char]) -> Option<FoundNumber> {
    let chars = text.chars;
    let c = chars[at];
    if let Some((_, unit)) = SIGNS.iter().find(|(sign, _)| *sign == c) {
        return Some(FoundNumber::of(Value::of(*unit), at + 1));
    }
    if c == '元' {
        let first = chars.get(at + 1) == Some(&'年');
        let year = number::shown(era(run).filter(|_| first)? + 1.0);
        return Some(FoundNumber::of(Value::of(year), at + 1));
    }
    let before = |back: usize| at.checked_sub(back).map(|at| chars[at]);
    let money = match before(1) {
        Some(' ') => before(2).is_some_and(is_money),
        c => c.is_some_and(is_money),
    };
    let mut found = number::parse(text, at, Beside { money }, |chars, at| {
        unit(chars, at).is_some()
    })?;
    let next = chars.get(found.end);
    if let [value] = found.values.as_mut_slice()
        && let Some(number) = value.sure.clone()
    {
        match next {
            Some('年') => {
                if let (Some(before), Ok(year)) = (era(run), number.parse::<f64>()) {
                    *value = Value::of(number::shown(before + year));
                    value.parts.push(number);
                    return Some(found);
                }
            }
            Some('月' | '월')
                if number
                    .parse()
                    .is_ok_and(|month: u32| (1..=12).contains(&month)) =>
            {
                *value = Value::of(format!("month{number}"));
                value.parts.push(number);
                found.again = found.end;
                found.end += 1;
                return Some(found);
            }
            _ => {}
        }
    }
    if let Some((unit, start, end)) = unit(chars, found.end) {
        found.values.push(Value::of(unit));
        // What multiplies the number is read again too; a sign is no word.
        if found.again == found.end {
            found.again = if chars[start].is_alphabetic() {
                start
            } else {
                end
            };
        }
        found.end = end;
    }
    Some(found)
}

/// What a word of a script with spaces says beside a number: `us$`, a month.
pub fn read_word(chars: &[char], start: usize, end: usize) -> Option<FoundNumber> {
    if end - start == 2 && chars.get(start..=end) == Some(&['u', 's', '$']) {
        return Some(FoundNumber::of(Value::of("¤usd"), end + 1));
    }
    let month = |month: usize, end: usize| {
        let written = chars[start..end].iter().collect();
        let value = Value {
            written: Some(written),
            ..Value::of(format!("month{month}"))
        };
        Some(FoundNumber::of(value, end))
    };
    if let Some((number, end)) = month::vietnamese(chars, start) {
        return month(number, end);
    }
    month(month::named(chars, start, end)?, end)
}

/// The year before the first of the era that a run ends with.
fn era(run: &[char]) -> Option<f64> {
    let ends = |name: &str| run.len() >= 2 && run[run.len() - 2..].iter().copied().eq(name.chars());
    let era = ERAS.iter().find(|(name, _)| ends(name));
    era.map(|(_, before)| *before)
}

/// The unit behind a number that ends at `end`: its term, where it begins and where it ends.
fn unit(chars: &[char], end: usize) -> Option<(&'static str, usize, usize)> {
    let start = end + usize::from(chars.get(end) == Some(&' '));
    if let Some((_, unit)) = SIGNS
        .iter()
        .find(|(sign, _)| chars.get(start) == Some(sign))
    {
        return Some((unit, start, start + 1));
    }
    let (word, unit) = UNITS.iter().find(|(word, _)| stands(chars, start, word))?;
    Some((unit, start, start + word.chars().count()))
}

/// A word stands at a place and, where its script has spaces, ends there.
fn stands(chars: &[char], at: usize, word: &str) -> bool {
    let mut there = chars.get(at..).unwrap_or_default().iter();
    let mut last = '\0';
    for c in word.chars() {
        if there.next() != Some(&c) {
            return false;
        }
        last = c;
    }
    let rest = there.as_slice();
    if is_hangul(last) {
        let tail = rest.iter().take_while(|c| is_hangul(**c)).count();
        return korean::is_tail(&rest[..tail]);
    }
    let ends = !last.is_alphabetic() || is_unspaced(last);
    ends || rest.first().is_none_or(|next| !next.is_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::UNITS;
    use crate::words::fold;

    #[test]
    fn units_are_as_folding_leaves_them() {
        for (word, _) in UNITS {
            assert_eq!(fold(word), word);
        }
    }
}
