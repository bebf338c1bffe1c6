//! Numbers, however they are written: `1,000`, `14.3 billion`, `143億`, `2兆1,200億`, `二〇二五`, `百四十`.

/// A number in a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Number {
    /// Without separators and multipliers: `14300000000`, `4.5`; the parts of `2025.7.10` or `1.2.3`.
    pub terms: Vec<String>,
    /// First character after it.
    pub end: usize,
}

/// Characters after a number by which a single numeral of Chinese is surely one: `三月`, `五円`.
const COUNTERS: [char; 4] = ['年', '月', '日', '円'];

/// Words that multiply the number before them, in lower case.
const MULTIPLIERS: [(&str, f64); 40] = [
    ("thousand", 1e3),
    ("million", 1e6),
    ("millions", 1e6),
    ("mn", 1e6),
    ("billion", 1e9),
    ("billions", 1e9),
    ("bn", 1e9),
    ("trillion", 1e12),
    ("trillions", 1e12),
    ("tn", 1e12),
    ("tausend", 1e3),
    ("millionen", 1e6),
    ("mio", 1e6),
    ("milliarde", 1e9),
    ("milliarden", 1e9),
    ("mrd", 1e9),
    ("billionen", 1e12),
    ("mille", 1e3),
    ("milliard", 1e9),
    ("milliards", 1e9),
    ("mil millones", 1e9),
    ("mil", 1e3),
    ("millón", 1e6),
    ("millones", 1e6),
    ("billones", 1e12),
    ("milhão", 1e6),
    ("milhões", 1e6),
    ("bilhão", 1e9),
    ("bilhões", 1e9),
    ("nghìn tỷ", 1e12),
    ("nghìn", 1e3),
    ("ngàn", 1e3),
    ("triệu", 1e6),
    ("tỷ", 1e9),
    ("tỉ", 1e9),
    ("тысяч", 1e3),
    ("тысячи", 1e3),
    ("миллиона", 1e6),
    ("миллионов", 1e6),
    ("миллиардов", 1e9),
];

/// The number that begins at `at`, if one does.
pub fn parse(chars: &[char], at: usize) -> Option<Number> {
    let first = *chars.get(at)?;
    if first.is_ascii_digit() {
        let (terms, end) = digits(chars, at);
        let [only] = terms.as_slice() else {
            return Some(Number { terms, end });
        };
        // Long ids and codes with leading zeros are no amounts.
        let code =
            only.len() > 15 || (only.len() > 1 && only.starts_with('0') && !only.contains('.'));
        let Some(value) = only.parse::<f64>().ok().filter(|_| !code) else {
            return Some(Number { terms, end });
        };
        let (value, end) = multiplied(chars, value, end);
        return Some(Number {
            terms: vec![shown(value)],
            end,
        });
    }
    let (value, end, count) = numerals(chars, at)?;
    let counted = chars.get(end).is_some_and(|next| COUNTERS.contains(next));
    (count > 1 || counted).then(|| Number {
        terms: vec![shown(value)],
        end,
    })
}

/// A value in the one way that it is compared.
pub fn shown(value: f64) -> String {
    // Multiplying a fraction leaves noise in the last places: 14.3e9 is 14300000000.000002.
    let rounded = value.round();
    if (value - rounded).abs() < 1e-6 * value.abs().max(1e-6) {
        format!("{rounded:.0}")
    } else {
        format!("{value}")
    }
}

/// Digits with separators of thousands and a decimal point; several terms where points separate parts.
fn digits(chars: &[char], at: usize) -> (Vec<String>, usize) {
    let run = |from: usize| {
        let length = chars[from..]
            .iter()
            .take_while(|c| c.is_ascii_digit())
            .count();
        from + length
    };
    let text = |from: usize, to: usize| chars[from..to].iter().collect::<String>();
    let mut end = run(at);
    let mut whole = text(at, end);
    while chars.get(end) == Some(&',') && whole.len() <= 15 && run(end + 1) == end + 4 {
        whole += &text(end + 1, end + 4);
        end += 4;
    }
    let mut parts = vec![whole];
    while chars.get(end) == Some(&'.') && run(end + 1) > end + 1 {
        let next = run(end + 1);
        parts.push(text(end + 1, next));
        end = next;
    }
    match parts.as_slice() {
        [whole, fraction] => (vec![format!("{whole}.{fraction}")], end),
        [_] => (parts, end),
        // 1.234.567 as most of Europe and Vietnam write it; else a date or a version.
        [first, rest @ ..] if first.len() <= 3 && rest.iter().all(|part| part.len() == 3) => {
            (vec![parts.concat()], end)
        }
        _ => (parts, end),
    }
}

/// Applies what multiplies a number: characters (`143億`, `2兆1,200億`) or one word (`14 billion`).
fn multiplied(chars: &[char], value: f64, end: usize) -> (f64, usize) {
    let (mut total, mut section, mut value, mut end) = (0.0, 0.0, value, end);
    let (start, mut last) = (end, f64::INFINITY);
    while let Some(by) = chars
        .get(end)
        .and_then(|c| unit(*c))
        .filter(|by| *by < last)
    {
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
        if chars.get(end).is_some_and(char::is_ascii_digit) {
            let (terms, next) = digits(chars, end);
            let goes_on = next - end > 2 || chars.get(next).is_some_and(|c| unit(*c).is_some());
            if let (true, Some(Ok(more))) = (goes_on, terms.first().map(|term| term.parse())) {
                (value, end) = (more, next);
            }
        }
    }
    if end > start {
        return (total + section + value, end);
    }
    let spaces = chars[end..].iter().take_while(|c| **c == ' ').count();
    let matching = |(word, _): &&(&str, f64)| {
        let start = end + spaces;
        let length = word.chars().count();
        let there = chars.get(start..start + length);
        let ends = chars
            .get(start + length)
            .is_none_or(|c| !c.is_alphanumeric());
        ends && there.is_some_and(|there| there.iter().copied().eq(word.chars()))
    };
    match MULTIPLIERS.iter().find(matching) {
        Some((word, by)) if spaces <= 1 => (value * by, end + spaces + word.chars().count()),
        _ => (value, end),
    }
}

/// Chinese, Japanese and Korean characters that multiply.
fn unit(c: char) -> Option<f64> {
    Some(match c {
        '十' | '拾' | '십' => 1e1,
        '百' | '백' => 1e2,
        '千' | '천' => 1e3,
        '万' | '萬' | '만' => 1e4,
        '億' | '亿' | '억' => 1e8,
        '兆' | '조' => 1e12,
        _ => return None,
    })
}

fn numeral(c: char) -> Option<u32> {
    "〇一二三四五六七八九"
        .chars()
        .position(|n| n == c)
        .map(|n| n as u32)
}

/// Numerals from `at`: value, end, how many characters.
fn numerals(chars: &[char], at: usize) -> Option<(f64, usize, usize)> {
    let small = |c: char| unit(c).filter(|unit| *unit < 1e4 && c != '십' && c != '백' && c != '천');
    let first = *chars.get(at)?;
    if numeral(first).is_none() && small(first).is_none() {
        return None;
    }
    let (mut total, mut section, mut digits) = (0.0, 0.0, None::<f64>);
    let mut end = at;
    while let Some(c) = chars.get(end) {
        if let Some(n) = numeral(*c) {
            // Positional: 二〇二五.
            digits = Some(digits.unwrap_or(0.0) * 10.0 + f64::from(n));
        } else if let Some(unit) = small(*c) {
            section += digits.take().unwrap_or(1.0) * unit;
        } else if let Some(unit) = unit(*c).filter(|_| digits.is_some() || section > 0.0) {
            total += (section + digits.take().unwrap_or(0.0)) * unit;
            section = 0.0;
        } else {
            break;
        }
        end += 1;
    }
    Some((total + section + digits.unwrap_or(0.0), end, end - at))
}

#[cfg(test)]
mod tests {
    use super::parse;

    fn read(text: &str) -> (Vec<String>, String) {
        let chars: Vec<char> = text.chars().collect();
        let number = parse(&chars, 0).unwrap();
        (number.terms, chars[number.end..].iter().collect())
    }

    #[test]
    fn one_value_however_written() {
        for (text, value, rest) in [
            ("140億ドル", "14000000000", "ドル"),
            ("14 billion dollars", "14000000000", " dollars"),
            ("14.3 billion", "14300000000", ""),
            ("143億", "14300000000", ""),
            ("14,3", "14", ",3"),
            ("2兆1,200億円", "2120000000000", "円"),
            ("1億2345", "100002345", ""),
            ("3千5百万", "35000000", ""),
            ("二〇二五年", "2025", "年"),
            ("百四十億", "14000000000", ""),
            ("二千二十五", "2025", ""),
            ("七月", "7", "月"),
            ("1,000", "1000", ""),
            ("1.234.567", "1234567", ""),
            ("4.5", "4.5", ""),
            ("1 tỷ usd", "1000000000", " usd"),
            ("20 tỷ", "20000000000", ""),
            ("10억 달러", "1000000000", " 달러"),
            ("12 millionen", "12000000", ""),
            ("090", "090", ""),
            ("5 millimetres", "5", " millimetres"),
        ] {
            assert_eq!(
                read(text),
                (vec![value.to_owned()], rest.to_owned()),
                "{text}"
            );
        }
        assert_eq!(read("2025.7.10").0, ["2025", "7", "10"]);
        let single: Vec<char> = "三菱".chars().collect();
        assert_eq!(parse(&single, 0), None);
        assert_eq!(parse(&['億'], 0), None);
    }
}
