//! Numbers that Word writes before paragraphs by itself: `Article 5`, `1.2`, `(a)`, `第三条` (ECMA-376, part 1, 17.9).

use std::collections::HashMap;

use super::relations::read;
use super::xml::{Ns, Piece, Xml};
use crate::corpus::decode::decoded::Fault;
use crate::corpus::format::package::Package;

/// Levels of a list.
const LEVELS: usize = 9;
/// A longer text around numbers is none.
const LABEL_BYTES: usize = 200;

/// Which list a paragraph is numbered by, and on which level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Numbering {
    /// 0: by none.
    pub(super) list: Option<usize>,
    pub(super) level: Option<usize>,
}

/// How a level is numbered.
#[derive(Debug, Clone, Default)]
struct Level {
    start: usize,
    format: String,
    /// `%1.%2`
    text: String,
    /// Levels above are written in figures, whatever their own form is.
    in_figures: bool,
    /// The style whose paragraphs are on this level.
    style: String,
}

/// A list: a form that it shares with others, and where it begins anew.
#[derive(Debug, Clone, Default)]
struct List {
    form: usize,
    begins: Vec<(usize, usize)>,
    used: bool,
}

/// The lists of a document, and how far each is counted.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    forms: HashMap<usize, Vec<Level>>,
    lists: HashMap<usize, List>,
    counts: HashMap<usize, [Option<usize>; LEVELS]>,
}

impl Numbers {
    /// Reads the part that has them.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub(super) fn read(package: &mut Package<'_>, part: &str) -> Result<Self, Fault> {
        let mut numbers = Self::default();
        let Some(text) = read(package, part)? else {
            return Ok(numbers);
        };
        let mut xml = Xml::new(part, &text);
        while let Some(piece) = xml.next(0)? {
            let Piece::Start(tag) = piece else { continue };
            if tag.is(Ns::Word, "abstractNum") {
                let id = tag.number("abstractNumId").unwrap_or_default();
                let form = levels(&mut xml)?;
                numbers.forms.insert(id, form);
            } else if tag.is(Ns::Word, "num") {
                let id = tag.number("numId").unwrap_or_default();
                let list = list(&mut xml)?;
                numbers.lists.insert(id, list);
            }
        }
        Ok(numbers)
    }

    /// What stands before the next paragraph of a list; empty where that is a mark, or nothing.
    pub(super) fn label(&mut self, numbering: Numbering, style: &str) -> String {
        let list = numbering.list.and_then(|id| self.lists.get_mut(&id));
        let Some(list) = list else {
            return String::new();
        };
        let Some(form) = self.forms.get(&list.form) else {
            return String::new();
        };
        let of_style = || {
            form.iter()
                .position(|level| !style.is_empty() && level.style == style)
        };
        let level = numbering.level.or_else(of_style).unwrap_or(0);
        let Some(own) = form.get(level) else {
            return String::new();
        };
        let counts = self.counts.entry(list.form).or_default();
        if !std::mem::replace(&mut list.used, true) {
            for (level, start) in &list.begins {
                if let Some(count) = counts.get_mut(*level) {
                    *count = start.checked_sub(1);
                }
            }
        }
        for (above, count) in counts.iter_mut().enumerate().take(level) {
            count.get_or_insert(form.get(above).map_or(1, |level| level.start));
        }
        counts[level] = Some(counts[level].map_or(own.start, |count| count.saturating_add(1)));
        counts[level + 1..].fill(None);
        if own.format == "bullet" {
            return String::new();
        }
        let mut label = String::new();
        let mut rest = own.text.as_str();
        while let Some((before, after)) = rest.split_once('%') {
            label.push_str(before);
            let number = after.chars().next().and_then(|c| c.to_digit(10));
            let number = number.filter(|number| (1..=LEVELS as u32).contains(number));
            let Some(at) = number.map(|number| number as usize - 1) else {
                label.push('%');
                rest = after;
                continue;
            };
            let format = match own.in_figures {
                true => "decimal",
                false => form
                    .get(at)
                    .map_or("decimal", |level| level.format.as_str()),
            };
            label.push_str(&written(counts[at].unwrap_or(1), format));
            rest = &after[1..];
        }
        label.push_str(rest);
        label.trim().to_owned()
    }
}

/// Reads `w:abstractNum`, which was begun.
fn levels(xml: &mut Xml<'_>) -> Result<Vec<Level>, Fault> {
    let depth = xml.depth();
    let mut levels = vec![Level::default(); LEVELS];
    while let Some(piece) = xml.next(depth)? {
        let Piece::Start(tag) = piece else { continue };
        if tag.is(Ns::Word, "lvl") {
            let at = tag.number("ilvl").unwrap_or_default();
            let level = level(xml)?;
            if let Some(there) = levels.get_mut(at) {
                *there = level;
            }
        }
    }
    Ok(levels)
}

/// Reads `w:lvl`, which was begun.
fn level(xml: &mut Xml<'_>) -> Result<Level, Fault> {
    let depth = xml.depth();
    let mut level = Level {
        format: "decimal".to_owned(),
        ..Level::default()
    };
    while let Some(piece) = xml.next(depth)? {
        let Piece::Start(tag) = piece else { continue };
        let value = || tag.attr("val").unwrap_or_default();
        match (tag.ns, tag.name()) {
            (Ns::Word, "start") => level.start = tag.number("val").unwrap_or_default(),
            (Ns::Word, "numFmt") => level.format = value(),
            (Ns::Word, "lvlText") => level.text = value(),
            (Ns::Word, "isLgl") => level.in_figures = tag.is_on(),
            (Ns::Word, "pStyle") => level.style = value(),
            _ => {}
        }
    }
    if level.text.len() > LABEL_BYTES {
        level.text.clear();
    }
    Ok(level)
}

/// Reads `w:num`, which was begun.
fn list(xml: &mut Xml<'_>) -> Result<List, Fault> {
    let depth = xml.depth();
    let mut list = List::default();
    let mut at = 0;
    while let Some(piece) = xml.next(depth)? {
        let Piece::Start(tag) = piece else { continue };
        match (tag.ns, tag.name()) {
            (Ns::Word, "abstractNumId") => list.form = tag.number("val").unwrap_or_default(),
            (Ns::Word, "lvlOverride") => at = tag.number("ilvl").unwrap_or_default(),
            (Ns::Word, "startOverride") => {
                list.begins.push((at, tag.number("val").unwrap_or(1)));
            }
            _ => {}
        }
    }
    Ok(list)
}

/// A number in one of the forms of `ST_NumberFormat`; in figures where the form is another.
fn written(number: usize, format: &str) -> String {
    let letter = |first: char| match number {
        // After z come aa, bb and so on.
        1..=260 => {
            let letter = char::from_u32(first as u32 + (number as u32 - 1) % 26).unwrap_or(first);
            letter.to_string().repeat((number - 1) / 26 + 1)
        }
        _ => number.to_string(),
    };
    let one_of = |letters: &str| {
        let letter = number.checked_sub(1).and_then(|at| letters.chars().nth(at));
        letter.map_or_else(|| number.to_string(), String::from)
    };
    match format {
        "none" => String::new(),
        "lowerLetter" => letter('a'),
        "upperLetter" => letter('A'),
        "lowerRoman" => roman(number).to_lowercase(),
        "upperRoman" => roman(number),
        "decimalZero" => format!("{number:02}"),
        "decimalFullWidth" | "decimalFullWidth2" => {
            let wide = |c: char| char::from_u32(c as u32 + 0xfee0).unwrap_or(c);
            number.to_string().chars().map(wide).collect()
        }
        "decimalEnclosedCircle" | "decimalEnclosedCircleChinese" => one_of("①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"),
        "aiueoFullWidth" | "aiueo" => one_of(
            "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン",
        ),
        "irohaFullWidth" | "iroha" => one_of(
            "イロハニホヘトチリヌルヲワカヨタレソツネナラムウヰノオクヤマケフコエテアサキユメミシヱヒモセス",
        ),
        "japaneseCounting"
        | "japaneseDigitalTenThousand"
        | "ideographDigital"
        | "chineseCounting"
        | "chineseCountingThousand"
        | "taiwaneseCounting"
        | "taiwaneseCountingThousand" => kanji(number),
        _ => number.to_string(),
    }
}

/// Roman figures, up to 3999.
fn roman(number: usize) -> String {
    const FIGURES: [(usize, &str); 13] = [
        (1000, "M"),
        (900, "CM"),
        (500, "D"),
        (400, "CD"),
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ];
    if !(1..4000).contains(&number) {
        return number.to_string();
    }
    let mut rest = number;
    let mut roman = String::new();
    for (value, figure) in FIGURES {
        while rest >= value {
            roman.push_str(figure);
            rest -= value;
        }
    }
    roman
}

/// Chinese figures as they are counted: 一, 十, 二十一, 百三.
fn kanji(number: usize) -> String {
    const FIGURES: [&str; 10] = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    if !(1..1000).contains(&number) {
        return number.to_string();
    }
    let places = [
        (number / 100, "百"),
        (number / 10 % 10, "十"),
        (number % 10, ""),
    ];
    let mut kanji = String::new();
    for (figure, place) in places.into_iter().filter(|(figure, _)| *figure > 0) {
        if figure > 1 || place.is_empty() {
            kanji.push_str(FIGURES[figure]);
        }
        kanji.push_str(place);
    }
    kanji
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_in_many_ways() {
        for (number, format, expected) in [
            (5, "decimal", "5"),
            (5, "decimalZero", "05"),
            (28, "lowerLetter", "bb"),
            (3, "upperLetter", "C"),
            (1994, "upperRoman", "MCMXCIV"),
            (4, "lowerRoman", "iv"),
            (12, "decimalFullWidth", "１２"),
            (3, "decimalEnclosedCircle", "③"),
            (3, "aiueoFullWidth", "ウ"),
            (21, "japaneseCounting", "二十一"),
            (110, "japaneseCounting", "百十"),
            (10, "chineseCounting", "十"),
            (0, "upperRoman", "0"),
            (usize::MAX, "upperLetter", "18446744073709551615"),
            (7, "hebrew1", "7"),
        ] {
            assert_eq!(written(number, format), expected);
        }
    }
}
