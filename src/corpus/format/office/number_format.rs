//! What a number format of Excel adds to a value: `25%` for 0.25, `¥1200`, `12 kg`, `007`.
//!
//! The figures stay those of the value: what is rounded or grouped on the screen is whole here, because a question may
//! ask for it.
//!
//! Source: ECMA-376, part 1, 18.8.31.

use std::borrow::Cow;

/// What stands around a number, and what is done to it.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct NumberFormat {
    before: String,
    after: String,
    /// Marks for percent: a hundredfold each.
    percent: u32,
    /// Figures of a number that is filled up with zeros, and what stands between them from behind: (figures to the
    /// right, mark).
    filled: usize,
    between: Vec<(usize, char)>,
    /// What is shown of a number below zero that has a section of its own; `None` in it: that section is not understood.
    negative: Option<Option<Box<Self>>>,
    /// Zero has a section of its own.
    own_zero: bool,
}

/// Signs of a number below zero: brackets and the triangle of Japanese accounts are among them.
const SIGNS: [char; 6] = ['-', '\u{2212}', '(', ')', '▲', '△'];

/// Excel knows fifteen figures of a number.
const MOST_FIGURES: usize = 32;

impl NumberFormat {
    /// Reads a code; `None` where it adds nothing to the figures, or what it adds is not understood (fractions,
    /// conditions).
    pub fn of_code(code: &str) -> Option<Self> {
        let mut sections = sections(code);
        let mut format = Self::of_section(sections.next()?)?;
        let adds = format.filled > 1
            || !(format.before.trim().is_empty() && format.after.trim().is_empty());
        let negative = sections.next();
        format.negative = negative.map(|section| Self::of_section(section).map(Box::new));
        format.own_zero = sections.next().is_some();
        adds.then_some(format)
    }

    /// Reads the code of one section.
    fn of_section(code: &str) -> Option<Self> {
        let mut format = Self::default();
        // Places of figures so far, whether some may be missing, and what stands behind how many of them.
        let (mut figures, mut optional, mut inside) = (0, false, Vec::new());
        // A comma behind the last figure divides by a thousand, which is not done here.
        let mut divides = false;
        let mut chars = code.chars();
        while let Some(c) = chars.next() {
            let literal = match c {
                '0' => {
                    figures += 1;
                    divides = false;
                    continue;
                }
                '.' if divides => return None,
                '#' | '?' | '.' | ',' => {
                    optional = true;
                    figures += usize::from(c == '#' || c == '?');
                    divides = c == ',';
                    continue;
                }
                '%' => {
                    format.percent += 1;
                    '%'.to_string()
                }
                '"' => chars.by_ref().take_while(|c| *c != '"').collect(),
                '\\' => chars.next()?.to_string(),
                // A blank of another width, and a character that fills the cell.
                '_' | '*' => {
                    chars.next();
                    continue;
                }
                '[' => currency(&chars.by_ref().take_while(|c| *c != ']').collect::<String>())?,
                'G' if chars.as_str().starts_with("eneral") => {
                    chars = chars.as_str()["eneral".len()..].chars();
                    optional = true;
                    figures += 1;
                    continue;
                }
                '/' | '@' | 'E' | 'e' => return None,
                c => c.to_string(),
            };
            match figures {
                0 => format.before.push_str(&literal),
                _ => inside.push((figures, literal)),
            }
        }
        for (at, literal) in inside {
            match figures - at {
                0 => format.after.push_str(&literal),
                right if !optional && literal.chars().count() == 1 => {
                    format.between.extend(literal.chars().map(|c| (right, c)));
                }
                _ => return None,
            }
        }
        format.filled = if optional { 0 } else { figures };
        let is_known = (1..=MOST_FIGURES).contains(&figures) && !divides && format.percent < 3;
        is_known.then_some(format)
    }

    /// A number as it is read; `plain` writes its figures.
    pub fn shown(&self, number: f64, plain: impl Fn(f64) -> String) -> String {
        if number == 0.0 && self.own_zero {
            return plain(number);
        }
        let (sign, format) = match &self.negative {
            Some(Some(negative)) if number < 0.0 => {
                let without = negative.without_sign();
                match negative.is_signed() || without.says(&self.without_sign()) {
                    true => ("-", Cow::Owned(without)),
                    // Other words stand in the place of the sign: `50 DR`.
                    false => ("", Cow::Borrowed(&**negative)),
                }
            }
            Some(None) if number < 0.0 => return plain(number),
            _ if number < 0.0 => ("-", Cow::Borrowed(self)),
            _ => ("", Cow::Borrowed(self)),
        };
        format!("{sign}{}", format.of_amount(number, plain))
    }

    fn is_signed(&self) -> bool {
        self.before.contains(SIGNS) || self.after.contains(SIGNS)
    }

    fn without_sign(&self) -> Self {
        Self {
            before: self.before.replace(SIGNS, "").replace('+', ""),
            after: self.after.replace(SIGNS, ""),
            ..self.clone()
        }
    }

    /// Whether the same words stand around a number.
    fn says(&self, other: &Self) -> bool {
        let words = |one: &Self| (one.before.trim().to_owned(), one.after.trim().to_owned());
        words(self) == words(other)
    }

    /// A number without its sign.
    fn of_amount(&self, number: f64, plain: impl Fn(f64) -> String) -> String {
        let scaled = number * 100_f64.powi(self.percent.try_into().unwrap_or(0));
        let figures = plain(scaled.abs());
        let is_whole = figures.bytes().all(|b| b.is_ascii_digit());
        let figures = match self.filled {
            2.. if is_whole => self.filled_up(&figures),
            _ => figures,
        };
        format!("{}{figures}{}", self.before, self.after)
            .trim()
            .to_owned()
    }

    fn filled_up(&self, figures: &str) -> String {
        let figures = format!("{figures:0>width$}", width = self.filled);
        let mut shown = String::new();
        for (at, figure) in figures.char_indices() {
            let right = figures.len() - at;
            let marks = self.between.iter().filter(|(behind, _)| *behind == right);
            shown.extend(marks.map(|(_, mark)| mark));
            shown.push(figure);
        }
        shown
    }
}

/// The sections of a code: for numbers above zero, below zero, zero and texts.
fn sections(code: &str) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped, mut bracketed) = (false, false, false);
    code.split(move |c: char| {
        let taken = std::mem::take(&mut escaped) || (quoted && c != '"');
        match c {
            _ if taken => {}
            '"' => quoted = !quoted,
            '\\' | '_' | '*' => escaped = true,
            '[' => bracketed = true,
            ']' => bracketed = false,
            ';' => return !bracketed,
            _ => {}
        }
        false
    })
}

/// What brackets hold: `[$¥-411]` is a currency, a colour is nothing; `None`: a condition, or a time.
fn currency(inside: &str) -> Option<String> {
    if let Some(currency) = inside.strip_prefix('$') {
        let sign = currency.rsplit_once('-').map_or(currency, |(sign, _)| sign);
        return Some(sign.to_owned());
    }
    let is_name = inside.len() > 2 && inside.bytes().all(|b| b.is_ascii_alphanumeric());
    (is_name || inside.starts_with("DBNum")).then(String::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(code: &str, number: f64) -> String {
        let plain = |number: f64| number.to_string();
        NumberFormat::of_code(code)
            .map_or_else(|| plain(number), |format| format.shown(number, plain))
    }

    #[test]
    fn what_a_format_adds_is_read() {
        for (code, number, expected) in [
            ("0%", 0.25, "25%"),
            ("0.00%", 0.125, "12.5%"),
            ("0%", -0.5, "-50%"),
            ("\"¥\"#,##0", 1200.0, "¥1200"),
            ("[$¥-411]#,##0;[Red]\\-[$¥-411]#,##0", -1200.5, "-¥1200.5"),
            ("[$-409]#,##0.00\\ [$€-407]", 3.5, "3.5 €"),
            ("#,##0\"円\"", 980.0, "980円"),
            (
                "_(* #,##0.00_);_(* \\(#,##0.00\\);_(* \"-\"??_);_(@_)",
                7.25,
                "7.25",
            ),
            ("0.0\" kg\"", 12.0, "12 kg"),
            ("[Red]0\"点\"", 80.0, "80点"),
            ("$#,##0.00", 12.5, "$12.5"),
            ("000", 7.0, "007"),
            ("+0%;-0%", -0.5, "-50%"),
            ("+0%;-0%", 0.5, "+50%"),
            ("+#,##0\"点\";▲#,##0\"点\"", -500.0, "-500点"),
            ("+0.0\"°C\";-0.0\"°C\";\"freezing\"", -3.5, "-3.5°C"),
            ("+0.0\"°C\";-0.0\"°C\";\"freezing\"", 0.0, "0"),
            ("0\" CR\";0\" DR\"", -50.0, "50 DR"),
            ("0\" CR\";[Red]0\" CR\"", -50.0, "-50 CR"),
            ("0\" CR\";\"none\"", -50.0, "-50"),
            ("\"a;b\"0\\;;0", 5.0, "a;b5;"),
            ("000\\-0000", 1_234_567.0, "123-4567"),
            ("000\"-\"0000", 600_001.0, "060-0001"),
            ("000", 1234.0, "1234"),
            ("000", 1.5, "1.5"),
            ("General", 0.25, "0.25"),
            ("General\"kg\"", 0.25, "0.25kg"),
            ("0.00", 0.25, "0.25"),
            ("#,##0", 1234.0, "1234"),
            ("# ?/?", 0.25, "0.25"),
            ("0.00E+00", 1234.0, "1234"),
            ("[>=100]0\" many\";0\" few\"", 7.0, "7"),
            ("@", 7.0, "7"),
            ("0.0,,\"M\"", 1_200_000.0, "1200000"),
            ("0,\"K\"", 1200.0, "1200"),
            ("0,.0\"K\"", 1200.0, "1200"),
            (&"0".repeat(70_000), 7.0, "7"),
            ("\"x", 7.0, "7"),
            ("\\", 7.0, "7"),
            ("", 7.0, "7"),
            ("第0回", 3.0, "第3回"),
        ] {
            assert_eq!(shown(code, number), expected, "{code}");
        }
    }
}
