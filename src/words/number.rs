//! Numbers, however they are written: `1,000`, `1.234,5`, `1 500 000`, `14.3 billion`, `143億`,
//! `2兆1,200億`, `二〇二五`, `百四十`.

use std::cell::OnceCell;

use super::multiplier::{self, character, is_word};
use super::point::{self, Point};
use crate::words::numerals::{Beside, compound, multiplier_after, numerals};

/// What one number may be.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Value {
    /// What it is.
    pub sure: Option<String>,
    /// What else it may be, likeliest first: `1.500` with nothing that says which.
    pub maybe: Vec<String>,
    /// Numbers that it is made of: the 14 of `14 billion`.
    pub parts: Vec<String>,
    /// How it is written, where neither says it.
    pub written: Option<String>,
}

impl Value {
    pub fn of(sure: impl Into<String>) -> Self {
        Self {
            sure: Some(sure.into()),
            ..Self::default()
        }
    }

    /// What somebody who writes it asks for.
    pub fn wanted(&self) -> &[String] {
        self.sure.as_ref().map_or(&self.maybe, std::slice::from_ref)
    }

    /// Whether it may be what is asked for.
    pub fn answers(&self, asked: &Self) -> bool {
        let may_be = |value: &String| {
            self.sure.as_ref() == Some(value)
                || self.maybe.contains(value)
                || self.parts.contains(value)
        };
        asked.wanted().iter().any(may_be)
            || (self.written.is_some() && self.written == asked.written)
    }
}

/// Numbers and what stands with them.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundNumber {
    /// Of `2025.7.10` or `1,2,3` several.
    pub values: Vec<Value>,
    /// First character after it.
    pub end: usize,
    /// Where words begin that were read as a part of it and are words all the same: `dollars`.
    pub again: usize,
}

impl FoundNumber {
    pub fn of(value: Value, end: usize) -> Self {
        Self {
            values: vec![value],
            end,
            again: end,
        }
    }
}

/// A folded text and what its points mean, once somebody asks.
pub struct Chars<'a> {
    pub chars: &'a [char],
    point: OnceCell<Point>,
}

impl<'a> Chars<'a> {
    pub fn new(chars: &'a [char]) -> Self {
        Self {
            chars,
            point: OnceCell::new(),
        }
    }

    fn point(&self) -> Point {
        *self.point.get_or_init(|| point::of_text(self.chars))
    }
}

/// What tells amounts of money and units after a number.
pub type IsUnit = fn(&[char], usize) -> bool;

/// The number that begins at `at`, if one does.
pub fn parse(text: &Chars<'_>, at: usize, beside: Beside, is_unit: IsUnit) -> Option<FoundNumber> {
    let chars = text.chars;
    if chars.get(at)?.is_ascii_digit() {
        return Some(of_digits(text, at, beside, is_unit));
    }
    let (value, end, count) = numerals(chars, at)?;
    let counted = match chars.get(end) {
        Some('年' | '月' | '日' | '円') => true,
        Some('か') => matches!(chars.get(end + 1), Some('月' | '所' | '国' | '年' | '条')),
        _ => false,
    };
    (count > 1 || counted).then(|| FoundNumber::of(Value::of(shown(value)), end))
}

/// A value in the one way that it is compared.
pub fn shown(value: f64) -> String {
    // Multiplying a fraction leaves noise in the last places: 14.3e9 is 14300000000.000002.
    let rounded = value.round();
    if (value - rounded).abs() < 1e-11 * value.abs() || value == rounded {
        format!("{rounded:.0}")
    } else {
        format!("{value}")
    }
}

/// Readings of digits before anything multiplies them.
struct Digits {
    sure: Option<String>,
    maybe: Vec<String>,
    parts: Vec<String>,
    /// Numbers that follow it in a list or a date.
    more: Vec<String>,
    end: usize,
}

impl Digits {
    fn sure(digits: String, end: usize) -> Self {
        Self {
            sure: Some(digits),
            maybe: Vec::new(),
            parts: Vec::new(),
            more: Vec::new(),
            end,
        }
    }
}

fn of_digits(text: &Chars<'_>, at: usize, beside: Beside, is_unit: IsUnit) -> FoundNumber {
    let chars = text.chars;
    let groups = Groups::scan(chars, at);
    let read = groups.read(text, beside, is_unit);
    let written = || chars[at..read.end].iter().collect();
    let mut value = Value {
        written: read.sure.is_none().then(written),
        ..Value::default()
    };
    let mut found = FoundNumber::of(Value::default(), read.end);
    let is_code = |digits: &String| {
        digits.len() > 15 || (digits.len() > 1 && digits.starts_with('0') && !digits.contains('.'))
    };
    // Long ids and codes with leading zeros are no amounts.
    if !read.more.is_empty() || read.sure.as_ref().is_some_and(is_code) {
        value.sure = read.sure.map(|digits| plain(&digits));
        value.maybe = read.maybe.iter().map(|digits| plain(digits)).collect();
        value.parts = read.parts;
        found.values = vec![value];
        let more = read.more.iter().map(|digits| Value::of(plain(digits)));
        found.values.extend(more);
        return found;
    }
    let amount = |digits: &String| digits.parse::<f64>().unwrap_or(0.0);
    if let Some(sure) = read.sure.as_ref().map(amount)
        && let Some((many, end, single)) = compound(chars, sure, read.end)
    {
        value.sure = Some(shown(many));
        value.parts = single.then(|| shown(sure)).into_iter().collect();
        (found.values, found.end, found.again) = (vec![value], end, end);
        return found;
    }
    let (by, again, end) =
        multiplier_after(chars, read.end, beside).unwrap_or((1.0, read.end, read.end));
    value.sure = read.sure.as_ref().map(|digits| shown(amount(digits) * by));
    value.maybe = read
        .maybe
        .iter()
        .map(|digits| shown(amount(digits) * by))
        .collect();
    if end > read.end {
        let alone = read.sure.iter().chain(&read.maybe);
        value.parts = alone.map(|digits| shown(amount(digits))).collect();
    } else if chars.get(end) == Some(&'k') && is_word(chars, end, "k") {
        // 10k is ten thousand of something, or 10 kelvin.
        let many = value.sure.iter().flat_map(|value| value.parse::<f64>());
        value
            .maybe
            .extend(many.map(|value| shown(value * 1e3)).collect::<Vec<_>>());
    }
    value.parts.extend(read.parts);
    (found.values, found.end, found.again) = (vec![value], end, again);
    found
}

/// Digits in the one way that they are compared.
fn plain(digits: &str) -> String {
    if digits.contains('.') {
        digits.parse().map_or_else(|_| digits.to_owned(), shown)
    } else {
        digits.to_owned()
    }
}

/// Groups of digits with one separator between any two.
struct Groups<'a> {
    chars: &'a [char],
    /// Where they begin and end, as far as one number goes.
    spans: Vec<(usize, usize)>,
}

/// Groups that one number is read from.
const MOST_GROUPS: usize = 9;

impl<'a> Groups<'a> {
    fn scan(chars: &'a [char], at: usize) -> Self {
        let run = |from: usize| {
            let digits = chars[from..].iter().take_while(|c| c.is_ascii_digit());
            from + digits.count()
        };
        let mut groups = Self {
            chars,
            spans: vec![(at, run(at))],
        };
        while groups.spans.len() < MOST_GROUPS {
            let (_, end) = groups.spans[groups.spans.len() - 1];
            let Some(&sign) = chars
                .get(end)
                .filter(|c| matches!(c, ',' | '.' | '\'' | ' '))
            else {
                break;
            };
            let next = run(end + 1);
            // Blanks and apostrophes part thousands or nothing.
            let strict = matches!(sign, '\'' | ' ');
            let first =
                groups.len(0) <= 3 && (0..groups.spans.len() - 1).all(|i| groups.sign(i) == sign);
            if next == end + 1 || (strict && !(first && next == end + 4)) {
                break;
            }
            groups.spans.push((end + 1, next));
        }
        groups
    }

    fn len(&self, group: usize) -> usize {
        self.spans[group].1 - self.spans[group].0
    }

    fn text(&self, group: usize) -> String {
        let (start, end) = self.spans[group];
        self.chars[start..end].iter().collect()
    }

    /// Groups up to one, as one number.
    fn joined(&self, last: usize) -> String {
        (0..=last).map(|group| self.text(group)).collect()
    }

    fn end(&self, group: usize) -> usize {
        self.spans[group].1
    }

    /// What stands behind a group and before the next.
    fn sign(&self, group: usize) -> char {
        self.chars[self.end(group)]
    }

    fn read(&self, text: &Chars<'_>, beside: Beside, is_unit: IsUnit) -> Digits {
        let last = self.spans.len() - 1;
        if last == 0 {
            return Digits::sure(self.text(0), self.end(0));
        }
        let sign = self.sign(0);
        self.thousands(text, beside, is_unit)
            .or_else(|| self.indian())
            .unwrap_or_else(|| {
                let same = 1
                    + (1..last)
                        .take_while(|group| self.sign(*group) == sign)
                        .count();
                match (sign, same) {
                    ('.', 1) => {
                        Digits::sure(format!("{}.{}", self.text(0), self.text(1)), self.end(1))
                    }
                    (',', 1) => self.comma(text),
                    // A date, a version, a list.
                    ('.' | ',', _) => Digits {
                        more: (1..=same).map(|group| self.text(group)).collect(),
                        ..Digits::sure(self.text(0), self.end(same))
                    },
                    _ => Digits::sure(self.text(0), self.end(0)),
                }
            })
    }

    /// Groups of three: `1,234,567`, `1.234,5`, `1 500 000`; where it is only one, what it may be.
    fn thousands(&self, text: &Chars<'_>, beside: Beside, is_unit: IsUnit) -> Option<Digits> {
        let last = self.spans.len() - 1;
        let sign = self.sign(0);
        let threes =
            (0..last).take_while(|group| self.sign(*group) == sign && self.len(group + 1) == 3);
        let threes = threes.count();
        if threes == 0 || self.len(0) > 3 || self.chars[self.spans[0].0] == '0' {
            return None;
        }
        let end = self.end(threes);
        if threes < last && self.sign(threes) == sign {
            return None;
        }
        let fraction = threes < last && !(threes + 1 < last && self.sign(threes + 1) == sign);
        if fraction && matches!(self.sign(threes), '.' | ',') {
            let digits = format!("{}.{}", self.joined(threes), self.text(threes + 1));
            return Some(Digits::sure(digits, self.end(threes + 1)));
        }
        let parts = |from: usize| {
            (from..=threes)
                .map(|group| self.text(group))
                .collect::<Vec<_>>()
        };
        let joined = self.joined(threes);
        Some(match (sign, threes) {
            (' ', 1) if !(beside.money || is_unit(self.chars, end)) => Digits {
                maybe: vec![joined],
                more: parts(1),
                ..Digits::sure(self.text(0), end)
            },
            (' ', _) => Digits {
                parts: parts(0),
                ..Digits::sure(joined, end)
            },
            ('.' | ',', 1) => self.either(text, joined),
            _ => Digits::sure(joined, end),
        })
    }

    /// `1.500` and `1,500`: by the word that multiplies it, or else by the text.
    fn either(&self, text: &Chars<'_>, thousands: String) -> Digits {
        let end = self.end(1);
        let fraction = format!("{}.{}", self.text(0), self.text(1));
        let next = end + usize::from(self.chars.get(end) == Some(&' '));
        let point = match multiplier::word(self.chars, next) {
            _ if self.chars.get(end).is_some_and(|c| character(*c).is_some()) => Point::Stop,
            Some((_, _, point)) if point != Point::Unknown => point,
            _ => text.point(),
        };
        match (self.sign(0), point) {
            ('.', Point::Stop) => Digits::sure(fraction, end),
            ('.', Point::Comma) | (',', Point::Stop) => Digits::sure(thousands, end),
            // Who writes a nought in the last place seldom means a fraction.
            _ => Digits {
                sure: None,
                maybe: if thousands.ends_with('0') {
                    vec![thousands, fraction]
                } else {
                    vec![fraction, thousands]
                },
                parts: Vec::new(),
                more: Vec::new(),
                end,
            },
        }
    }

    /// `1,00,000`.
    fn indian(&self) -> Option<Digits> {
        let last = self.spans.len() - 1;
        let commas = (0..last)
            .take_while(|group| self.sign(*group) == ',')
            .count();
        let pairs = (1..commas).all(|group| self.len(group) == 2);
        if commas < 2 || !pairs || self.len(0) > 2 || self.len(commas) != 3 {
            return None;
        }
        let fraction = commas < last && self.sign(commas) == '.';
        let digits = self.joined(commas);
        Some(if fraction {
            let digits = format!("{digits}.{}", self.text(commas + 1));
            Digits::sure(digits, self.end(commas + 1))
        } else {
            Digits::sure(digits, self.end(commas))
        })
    }

    /// One comma that parts no thousands: a fraction, or two numbers of a list.
    fn comma(&self, text: &Chars<'_>) -> Digits {
        let parts = [self.text(0), self.text(1)];
        let fraction = format!("{}.{}", parts[0], parts[1]);
        let years = self.len(0) == 4 && self.len(1) >= 3;
        if years || text.point() == Point::Stop {
            Digits {
                maybe: if years { Vec::new() } else { vec![fraction] },
                more: vec![parts[1].clone()],
                ..Digits::sure(parts[0].clone(), self.end(1))
            }
        } else {
            Digits {
                parts: parts.to_vec(),
                ..Digits::sure(fraction, self.end(1))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Chars;
    use super::Value;
    use super::parse;
    use crate::words::numerals::Beside;

    fn read(text: &str) -> (Vec<Value>, String) {
        let folded: Vec<char> = crate::words::fold(text).chars().collect();
        let money = folded[0] == '$';
        let is_unit =
            |chars: &[char], at: usize| chars[at..].starts_with(&[' ', 'e', 'u', 'r', 'o']);
        let found = parse(
            &Chars::new(&folded),
            usize::from(money),
            Beside { money },
            is_unit,
        )
        .unwrap();
        (found.values, folded[found.end..].iter().collect())
    }

    #[test]
    fn one_value_however_written() {
        for (text, value, rest) in [
            ("140億ドル", "14000000000", "ドル"),
            ("14 billion dollars", "14000000000", " dollars"),
            ("14.3 billion", "14300000000", ""),
            ("143億", "14300000000", ""),
            ("14,3 Mio", "14300000", ""),
            ("2兆1,200億円", "2120000000000", "円"),
            ("¥1.2兆".trim_start_matches('¥'), "1200000000000", ""),
            ("1億2345", "100002345", ""),
            ("3千5百万", "35000000", ""),
            ("二〇二五年", "2025", "年"),
            ("一九○五年", "1905", "年"),
            ("百四十億", "14000000000", ""),
            ("二千二十五", "2025", ""),
            ("七月", "7", "月"),
            ("三ヵ月", "3", "か月"),
            ("1,000,000", "1000000", ""),
            ("1.234.567", "1234567", ""),
            ("1.234.567,8", "1234567.8", ""),
            ("98.765,43", "98765.43", ""),
            ("98,765.43", "98765.43", ""),
            ("98 765,43", "98765.43", ""),
            ("98’765.43", "98765.43", ""),
            ("7 654 321", "7654321", ""),
            ("2\u{202f}750\u{202f}000", "2750000", ""),
            ("2'750 m", "2750", " m"),
            ("12,34,567", "1234567", ""),
            ("5,00,000.50", "500000.5", ""),
            ("0.125", "0.125", ""),
            ("0,125", "0.125", ""),
            ("4.5", "4.5", ""),
            ("2,75", "2.75", ""),
            ("1 tỷ usd", "1000000000", " usd"),
            ("2.300 tỷ", "2300000000000", ""),
            ("2,3 tỷ", "2300000000", ""),
            ("2.300 billion", "2300000000", ""),
            ("2,300 billion", "2300000000000", ""),
            ("2,300億", "230000000000", ""),
            ("2.345億", "234500000", ""),
            ("10억 달러", "1000000000", " 달러"),
            ("12 millionen", "12000000", ""),
            ("2 750 euro", "2750", " euro"),
            ("$14B", "14000000000", ""),
            ("$2.5m,", "2500000", ","),
            ("7 M€", "7000000", "€"),
            ("7 m", "7", " m"),
            ("14b", "14", "b"),
            ("$5 b", "5", " b"),
            ("090", "090", ""),
            ("5 millimetres", "5", " millimetres"),
            ("5'11", "5", "'11"),
            ("2024 500", "2024", " 500"),
        ] {
            let (values, after) = read(text);
            assert_eq!(values[0].sure.as_deref(), Some(value), "{text} {values:?}");
            assert_eq!(
                (values.len(), after.as_str()),
                (1, rest),
                "{text} {values:?}"
            );
        }
        let single: Vec<char> = "三菱".chars().collect();
        let parse = |chars: &[char]| parse(&Chars::new(chars), 0, Beside::default(), |_, _| false);
        assert_eq!(parse(&single), None);
        assert_eq!(parse(&['億']), None);
    }

    #[test]
    fn several_numbers_and_what_else_one_may_be() {
        let of = |text: &str| {
            let all = read(text).0.into_iter();
            let all = all.map(|value| (value.sure, value.maybe, value.parts));
            all.collect::<Vec<_>>()
        };
        let sure = |text: &str| Some(text.to_owned());
        let many = |texts: &[&str]| {
            texts
                .iter()
                .map(|text| (*text).to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(of("2.750"), [(None, many(&["2750", "2.75"]), vec![])]);
        assert_eq!(of("3.125"), [(None, many(&["3.125", "3125"]), vec![])]);
        assert_eq!(
            of("2.750 km weit bis in die Stadt"),
            [(sure("2750"), vec![], vec![])]
        );
        assert_eq!(of("2.750 km to the town"), [(sure("2.75"), vec![], vec![])]);
        assert_eq!(
            of("2,750 people in the town"),
            [(sure("2750"), vec![], vec![])]
        );
        assert_eq!(
            of("14 billion"),
            [(sure("14000000000"), vec![], many(&["14"]))]
        );
        assert_eq!(
            of("2 750 m"),
            [
                (sure("2"), many(&["2750"]), vec![]),
                (sure("750"), vec![], vec![])
            ]
        );
        assert_eq!(of("7,5"), [(sure("7.5"), vec![], many(&["7", "5"]))]);
        let dated = [
            (sure("2025"), vec![], vec![]),
            (sure("7"), vec![], vec![]),
            (sure("10"), vec![], vec![]),
        ];
        assert_eq!(of("2025.7.10"), dated);
        assert_eq!(of("1,2,3").len(), 3);
        assert_eq!(of("10k users"), [(sure("10"), many(&["10000"]), vec![])]);
    }
}
