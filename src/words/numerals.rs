//! Number words and multipliers: 億, million, 十二.

use super::money::is_money;
use crate::words::multiplier::{self, character, is_word};

/// Applies the characters that multiply a number (`143億`, `2兆1,200億`): the value, where it ends, and
/// whether it was one character.
pub fn compound(chars: &[char], value: f64, end: usize) -> Option<(f64, usize, bool)> {
    let (mut total, mut section, mut value, mut end) = (0.0, 0.0, value, end);
    let (start, mut last) = (end, f64::INFINITY);
    let unit = |at: usize| chars.get(at).and_then(|c| character(*c));
    while let Some(by) = unit(end).filter(|by| *by < last) {
        end += 1;
        // What is below 万 belongs to the unit after it: 3千5百万.
        if by < 1e4 {
            section += value * by;
        } else {
            total += (section + value) * by;
            (section, last) = (0.0, by);
        }
        value = 0.0;
        // 2兆1,200億 and 1万2000 go on; in 1億3月 a number of its own follows.
        if let Some((more, next)) = simple(chars, end)
            && (next - end > 2 || unit(next).is_some())
        {
            (value, end) = (more, next);
        }
    }
    (end > start).then(|| (total + section + value, end, end == start + 1))
}

/// Digits as Japanese has them inside a number: commas part thousands, a point begins the fraction.
fn simple(chars: &[char], at: usize) -> Option<(f64, usize)> {
    let mut end = at;
    let mut digits = String::new();
    while let Some(c) = chars.get(end).filter(|_| digits.len() <= 15) {
        let digit = |at: usize| chars.get(at).is_some_and(char::is_ascii_digit);
        match c {
            '0'..='9' => digits.push(*c),
            ',' if (1..=3).all(|i| digit(end + i)) && !digit(end + 4) => {}
            '.' if digit(end + 1) && !digits.contains('.') && !digits.is_empty() => {
                digits.push('.');
            }
            _ => break,
        }
        end += 1;
    }
    digits.parse().ok().map(|value| (value, end))
}

/// The word or, beside money, the letter that multiplies a number which ends at `end`: by what, where it
/// begins and where it ends.
pub fn multiplier_after(chars: &[char], end: usize, beside: Beside) -> Option<(f64, usize, usize)> {
    let at = end + usize::from(chars.get(end) == Some(&' '));
    if let Some((length, by, _)) = multiplier::word(chars, at) {
        return Some((by, at, at + length));
    }
    let letters = chars
        .get(at..)?
        .iter()
        .take_while(|c| c.is_alphabetic())
        .count();
    let found = multiplier::LETTERS
        .iter()
        .find(|(word, _)| is_word(chars, at, word));
    let (_, by) = found?;
    let after = at + letters;
    let after = after + usize::from(chars.get(after) == Some(&' '));
    let money = chars.get(after).is_some_and(|c| is_money(*c))
        || (chars.get(after..after + 3)).is_some_and(|word| {
            word.iter().copied().eq("usd".chars()) || word.iter().copied().eq("eur".chars())
        });
    // Behind a blank only what stands before the sign: 5 M€, but not "$5 a day".
    ((beside.money && at == end) || money).then_some((*by, at + letters, at + letters))
}

fn numeral(c: char) -> Option<u32> {
    let numeral = "〇一二三四五六七八九".chars().position(|n| n == c);
    numeral.map(|n| n as u32)
}

/// Numerals from `at`: value, end, how many characters.
pub fn numerals(chars: &[char], at: usize) -> Option<(f64, usize, usize)> {
    let small = |c: char| character(c).filter(|by| *by < 1e4 && !matches!(c, '십' | '백' | '천'));
    let first = *chars.get(at)?;
    if numeral(first).is_none() && small(first).is_none() {
        return None;
    }
    let (mut total, mut section, mut digits) = (0.0, 0.0, None::<f64>);
    let mut end = at;
    while let Some(c) = chars.get(end) {
        // A circle that is typed for a nought.
        let nought = digits.is_some() && matches!(c, '○' | '◯' | '零');
        if let Some(n) = numeral(*c).or(nought.then_some(0)) {
            // Positional: 二〇二五.
            digits = Some(digits.unwrap_or(0.0) * 10.0 + f64::from(n));
        } else if let Some(unit) = small(*c) {
            section += digits.take().unwrap_or(1.0) * unit;
        } else if let Some(unit) = character(*c).filter(|_| digits.is_some() || section > 0.0) {
            total += (section + digits.take().unwrap_or(0.0)) * unit;
            section = 0.0;
        } else {
            break;
        }
        end += 1;
    }
    Some((total + section + digits.unwrap_or(0.0), end, end - at))
}

/// Where a number stands: beside money `1 500` is one number, and `14B` is multiplied.
#[derive(Debug, Clone, Copy, Default)]
pub struct Beside {
    /// A sign of money stands before it.
    pub money: bool,
}
