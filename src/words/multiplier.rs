//! Words that multiply the number before them.

use super::point::Point::{self, Comma, Stop, Unknown};

/// What a word multiplies by, and how the languages that have it write a fraction. Folded.
pub const MULTIPLIERS: &[(&str, f64, Point)] = &[
    ("thousand", 1e3, Stop),
    ("lakh", 1e5, Stop),
    ("lakhs", 1e5, Stop),
    ("million", 1e6, Unknown),
    ("millions", 1e6, Unknown),
    ("mn", 1e6, Unknown),
    ("crore", 1e7, Stop),
    ("crores", 1e7, Stop),
    ("billion", 1e9, Stop),
    ("billions", 1e9, Stop),
    ("bn", 1e9, Unknown),
    ("trillion", 1e12, Stop),
    ("trillions", 1e12, Stop),
    ("tn", 1e12, Unknown),
    // German, Dutch, Scandinavian languages
    ("tausend", 1e3, Comma),
    ("tsd", 1e3, Comma),
    ("millionen", 1e6, Comma),
    ("mio", 1e6, Comma),
    ("milliarde", 1e9, Comma),
    ("milliarden", 1e9, Comma),
    ("mrd", 1e9, Comma),
    ("billionen", 1e12, Comma),
    ("duizend", 1e3, Comma),
    ("miljoen", 1e6, Comma),
    ("miljard", 1e9, Comma),
    ("miljoner", 1e6, Comma),
    ("miljarder", 1e9, Comma),
    ("millioner", 1e6, Comma),
    ("milliarder", 1e9, Comma),
    // French
    ("mille", 1e3, Comma),
    ("milliard", 1e9, Comma),
    ("milliards", 1e9, Comma),
    // Spanish, where `billón` has twelve zeros and `mil millones` nine
    ("mil millones", 1e9, Unknown),
    ("millón", 1e6, Unknown),
    ("millones", 1e6, Unknown),
    ("billón", 1e12, Unknown),
    ("billones", 1e12, Unknown),
    // Portuguese
    ("mil milhões", 1e9, Comma),
    ("milhão", 1e6, Comma),
    ("milhões", 1e6, Comma),
    ("bilhão", 1e9, Comma),
    ("bilhões", 1e9, Comma),
    ("trilhões", 1e12, Comma),
    ("mil", 1e3, Unknown),
    // Italian, Romanian
    ("mila", 1e3, Comma),
    ("milione", 1e6, Comma),
    ("milioni", 1e6, Comma),
    ("miliardo", 1e9, Comma),
    ("miliardi", 1e9, Comma),
    ("mii", 1e3, Comma),
    ("milioane", 1e6, Comma),
    ("miliarde", 1e9, Comma),
    // Polish, Turkish, Indonesian
    ("tys", 1e3, Comma),
    ("tysięcy", 1e3, Comma),
    ("mln", 1e6, Comma),
    ("milionów", 1e6, Comma),
    ("mld", 1e9, Comma),
    ("miliardów", 1e9, Comma),
    ("milyon", 1e6, Comma),
    ("milyar", 1e9, Comma),
    ("ribu", 1e3, Comma),
    ("juta", 1e6, Comma),
    ("miliar", 1e9, Comma),
    // Vietnamese
    ("nghìn tỷ", 1e12, Comma),
    ("nghìn tỉ", 1e12, Comma),
    ("nghìn", 1e3, Comma),
    ("ngàn", 1e3, Comma),
    ("triệu", 1e6, Comma),
    ("tỷ", 1e9, Comma),
    ("tỉ", 1e9, Comma),
    // Russian
    ("тыс", 1e3, Comma),
    ("тысяч", 1e3, Comma),
    ("тысячи", 1e3, Comma),
    ("млн", 1e6, Comma),
    ("миллион", 1e6, Comma),
    ("миллиона", 1e6, Comma),
    ("миллионов", 1e6, Comma),
    ("млрд", 1e9, Comma),
    ("миллиард", 1e9, Comma),
    ("миллиарда", 1e9, Comma),
    ("миллиардов", 1e9, Comma),
    ("трлн", 1e12, Comma),
    ("триллионов", 1e12, Comma),
    // Greek, Arabic, Hindi, Hebrew
    ("εκατομμύρια", 1e6, Comma),
    ("δισεκατομμύρια", 1e9, Comma),
    ("الف", 1e3, Unknown),
    ("مليون", 1e6, Unknown),
    ("مليار", 1e9, Unknown),
    ("हजार", 1e3, Stop),
    ("लाख", 1e5, Stop),
    ("करोड़", 1e7, Stop),
    ("אלף", 1e3, Stop),
    ("מיליון", 1e6, Stop),
    ("מיליארד", 1e9, Stop),
];

/// Letters that multiply an amount of money: `$14B`, `5 M€`, `2,3 Md€`.
pub const LETTERS: &[(&str, f64)] = &[
    ("k", 1e3),
    ("m", 1e6),
    ("mm", 1e6),
    ("b", 1e9),
    ("bn", 1e9),
    ("md", 1e9),
    ("mds", 1e9),
    ("t", 1e12),
    ("tn", 1e12),
];

/// Characters of Chinese, Japanese and Korean that multiply.
pub fn character(c: char) -> Option<f64> {
    Some(match c {
        '十' | '拾' | '십' => 1e1,
        '百' | '백' => 1e2,
        '千' | '천' => 1e3,
        '万' | '만' => 1e4,
        '億' | '亿' | '억' => 1e8,
        '兆' | '조' => 1e12,
        _ => return None,
    })
}

/// The word at a place that multiplies: how long it is, by what, and how its languages write a fraction.
pub fn word(chars: &[char], at: usize) -> Option<(usize, f64, Point)> {
    let found = MULTIPLIERS
        .iter()
        .find(|(word, ..)| is_word(chars, at, word));
    found.map(|(word, by, point)| (word.chars().count(), *by, *point))
}

/// Whether a word stands at a place and ends there.
pub fn is_word(chars: &[char], at: usize, word: &str) -> bool {
    let mut there = chars.get(at..).unwrap_or_default().iter();
    word.chars().all(|c| there.next() == Some(&c))
        && there.next().is_none_or(|c| !c.is_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::MULTIPLIERS;
    use crate::words::fold;

    #[test]
    fn words_are_as_folding_leaves_them() {
        for (word, ..) in MULTIPLIERS {
            assert_eq!(fold(word), *word);
        }
    }
}
