//! What a cell of Excel shows: the section of its number format that its value takes, and the value in it.
//!
//! Source: ECMA-376, part 1, 18.8.31. Where it is silent (conditions in some of the sections) programs agree: the first
//! condition that holds, else the section behind the last condition.

use super::number_format::{NumberFormat, Section};

/// A number format.
#[derive(Debug)]
pub(super) struct CellFormat {
    /// At most three, for numbers.
    sections: Vec<(Option<Condition>, Section)>,
    /// What stands around a text.
    text: Option<(String, String)>,
}

/// `[>=100]`.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Condition {
    order: &'static str,
    bound: f64,
}

/// Longest first: `<` begins `<=`.
const ORDERS: [&str; 6] = ["<=", ">=", "<>", "<", ">", "="];

impl Condition {
    fn of_brackets(inside: &str) -> Option<Self> {
        let order = ORDERS.into_iter().find(|order| inside.starts_with(order))?;
        let bound = inside[order.len()..].trim().parse().ok()?;
        Some(Self { order, bound })
    }

    fn holds(self, number: f64) -> bool {
        match self.order {
            "<=" => number <= self.bound,
            ">=" => number >= self.bound,
            "<>" => number != self.bound,
            "<" => number < self.bound,
            ">" => number > self.bound,
            _ => number == self.bound,
        }
    }
}

impl CellFormat {
    /// Reads a code.
    pub fn new(code: &str) -> Self {
        let mut read: Vec<(Option<Condition>, Section)> =
            sections(code).take(4).map(section).collect();
        // The fourth is for texts, and so is one of the others that names the text.
        let last = read.last().map(|(_, section)| section);
        let text = match (last, read.len()) {
            (Some(Section::Text(..)), _) | (_, 4) => read.pop(),
            _ => None,
        };
        Self {
            sections: read,
            text: match text {
                Some((_, Section::Text(before, after))) => Some((before, after)),
                _ => None,
            },
        }
    }

    /// A number as the cell shows it; `plain` writes its figures. `None`: as it is.
    pub fn number(&self, number: f64, plain: impl Fn(f64) -> String) -> Option<String> {
        let (by_condition, at) = self.chosen(number)?;
        let first = &self.sections.first()?.1;
        match &self.sections[at].1 {
            // Words of many numbers would hide which it is.
            Section::Words(words) if words.contains(char::is_alphanumeric) => {
                let is_told = [-1.0, 0.0, 1.0].contains(&number)
                    || by_condition.is_some_and(|condition| condition.order == "=");
                Some(match is_told {
                    true => words.clone(),
                    false => format!("{words} ({})", plain(number)),
                })
            }
            Section::Number(format) if number == 0.0 && at == 2 => {
                let shows = format.shows_zero() && format.adds();
                shows.then(|| format.of_amount(number, plain))
            }
            Section::Number(format) if number < 0.0 && at == 1 && by_condition.is_none() => {
                let without = format.without_sign();
                let first = match first {
                    Section::Number(first) => Some(first),
                    _ => None,
                };
                if !format.adds() && !first.is_some_and(NumberFormat::adds) {
                    return None;
                }
                let same = first.is_some_and(|first| without.says(&first.without_sign()));
                Some(match format.is_signed() || same {
                    true => format!("-{}", without.of_amount(number, plain)),
                    // Other words stand in the place of the sign: `50 DR`.
                    false => format.of_amount(number, plain),
                })
            }
            Section::Number(format) if format.adds() => {
                let below = number < 0.0;
                let sign = if below { "-" } else { "" };
                let format = match below && format.is_signed() {
                    true => &format.without_sign(),
                    false => format,
                };
                Some(format!("{sign}{}", format.of_amount(number, plain)))
            }
            _ => None,
        }
    }

    /// A text as the cell shows it; `None`: as it is.
    pub fn text(&self, text: &str) -> Option<String> {
        let (before, after) = self.text.as_ref()?;
        let adds = [before, after].iter().any(|words| !words.trim().is_empty());
        adds.then(|| format!("{before}{text}{after}").trim().to_owned())
    }

    /// The section of a number, and the condition that chose it.
    fn chosen(&self, number: f64) -> Option<(Option<Condition>, usize)> {
        let conditions = self.sections.iter().map(|(condition, _)| *condition);
        if let Some(last) = conditions
            .clone()
            .rposition(|condition| condition.is_some())
        {
            let holding = conditions.enumerate().find_map(|(at, condition)| {
                let holds = condition.filter(|condition| condition.holds(number));
                holds.map(|condition| (Some(condition), at))
            });
            let behind = (last + 1 < self.sections.len()).then_some((None, last + 1));
            return holding.or(behind);
        }
        let at = match self.sections.len() {
            0 => return None,
            3 if number == 0.0 => 2,
            2.. if number < 0.0 => 1,
            _ => 0,
        };
        Some((None, at))
    }
}

/// The condition of a section, and the section without it.
fn section(code: &str) -> (Option<Condition>, Section) {
    let (mut before, mut rest) = (String::new(), code);
    while let Some((inside, behind)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']'))
    {
        if let Some(condition) = Condition::of_brackets(inside) {
            return (Some(condition), Section::new(&(before + behind)));
        }
        before.push_str(&rest[..rest.len() - behind.len()]);
        rest = behind;
    }
    (None, Section::new(code))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(code: &str, number: f64) -> String {
        let plain = |number: f64| number.to_string();
        CellFormat::new(code)
            .number(number, plain)
            .unwrap_or_else(|| plain(number))
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
            ("+0.0\"°C\";-0.0\"°C\";\"freezing\"", 0.0, "freezing"),
            ("0.0\"°N\";0.0\"°S\"", -33.9, "33.9°S"),
            ("0%;-0%;0%", 0.0, "0%"),
            (
                "_-* #,##0\"円\"_-;-* #,##0\"円\"_-;_-* \"-\"??_-;_-@_-",
                0.0,
                "0",
            ),
            ("\"Yes\";\"Yes\";\"No\"", 1.0, "Yes"),
            ("\"Yes\";\"Yes\";\"No\"", 0.0, "No"),
            ("\"gain\";\"loss\"", -250.0, "loss (-250)"),
            ("[=1]\"男\";[=2]\"女\"", 2.0, "女"),
            ("[=1]\"男\";[=2]\"女\"", 3.0, "3"),
            ("[=1]\"男\";[=2]\"女\";0\"番\"", 3.0, "3番"),
            ("[Red][<0]0\"°C\";0\"°C\"", -4.0, "-4°C"),
            (";;;", 5.0, "5"),
            ("0\" CR\";0\" DR\"", -50.0, "50 DR"),
            ("0\" CR\";[Red]0\" CR\"", -50.0, "-50 CR"),
            ("0\" CR\";\"none\"", -50.0, "none (-50)"),
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
            ("[>=100]0\" many\";0\" few\"", 7.0, "7 few"),
            ("[>=100]0\" many\";0\" few\"", 700.0, "700 many"),
            ("@", 7.0, "7"),
            ("0.0,,\"M\"", 1_200_000.0, "1200000"),
            ("0,\"K\"", 1200.0, "1200"),
            ("0,.0\"K\"", 1200.0, "1200"),
            (&"0".repeat(70_000), 7.0, "7"),
            ("\"x", 7.0, "x (7)"),
            ("\\", 7.0, "7"),
            ("", 7.0, "7"),
            ("第0回", 3.0, "第3回"),
        ] {
            assert_eq!(shown(code, number), expected, "{code}");
        }
    }

    #[test]
    fn a_text_has_what_its_section_adds() {
        for (code, expected) in [
            ("@\" 様\"", "佐藤 様"),
            ("\"Dr. \"@", "Dr. 佐藤"),
            ("0;-0;0;\"氏名 \"@", "氏名 佐藤"),
            ("@", "佐藤"),
            ("_(@_)", "佐藤"),
            ("0\"円\"", "佐藤"),
            ("0;0;0;\"text\"", "佐藤"),
        ] {
            let shown = CellFormat::new(code).text("佐藤");
            assert_eq!(shown.as_deref().unwrap_or("佐藤"), expected, "{code}");
        }
    }
}
