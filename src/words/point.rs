//! Whether a text writes `1.5` or `1,5`: what a single separator before three digits means in it.

use super::fold::{is_hangul, is_unspaced};

/// What parts the whole from its fraction; the other of the two then parts thousands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Point {
    /// English, Chinese, Japanese, Korean, Thai, Hindi, Hebrew.
    Stop,
    /// Most of Europe, Latin America, Vietnam, Indonesia.
    Comma,
    /// Nothing in the text says which.
    Unknown,
}

/// Common words of languages that write a comma, as they are after folding.
const COMMA_WORDS: &[&str] = &[
    // German, Dutch, Scandinavian languages
    "der", "die", "das", "und", "ist", "mit", "von", "den", "dem", "für", "ein", "eine", "auf",
    "im", "zu", "am", "wie", "sich", "auch", "nach", "bei", "wird", "het", "een", "van", "voor",
    "och", "att", "som", "og", "av", "på", "ei", // Romance languages
    "le", "la", "les", "des", "du", "est", "une", "el", "los", "las", "que", "del", "una", "por",
    "il", "che", "per", "di", "della", "um", "uma", "não", "do", "da", "os", "și", "este", "pe",
    "con", "com", // Polish, Czech, Turkish, Indonesian, Vietnamese words without marks
    "nie", "jest", "się", "je", "ve", "bir", "bu", "dan", "yang", "dari", "cho", "trong",
];

/// Common words of English that other languages do not have.
const STOP_WORDS: &[&str] = &[
    "the", "of", "and", "to", "for", "with", "that", "it", "by", "from", "has", "at", "how",
    "what", "which", "many", "much", "were",
];

/// Looks at the letters, the common words and the plain decimals of a folded text.
pub fn of_text(chars: &[char]) -> Point {
    let (mut stop, mut comma) = (0usize, 0usize);
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        let rest = &chars[at..];
        let length = if c.is_ascii_digit() {
            let number = rest
                .iter()
                .take_while(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | '\''))
                .count();
            match fraction(&rest[..number]) {
                Some('.') => stop += 2,
                Some(_) => comma += 2,
                None => {}
            }
            number
        } else if c.is_alphabetic() {
            let word = rest.iter().take_while(|c| c.is_alphabetic()).count();
            match sign_of(&rest[..word]) {
                Point::Stop => stop += 1,
                Point::Comma => comma += 1,
                Point::Unknown => {}
            }
            word
        } else {
            1
        };
        at += length;
    }
    match stop.cmp(&comma) {
        std::cmp::Ordering::Greater => Point::Stop,
        std::cmp::Ordering::Less => Point::Comma,
        std::cmp::Ordering::Equal => Point::Unknown,
    }
}

/// What a word says.
fn sign_of(word: &[char]) -> Point {
    let is = |known: &&str| known.len() >= word.len() && known.chars().eq(word.iter().copied());
    match word[0] {
        c if is_unspaced(c) || is_hangul(c) => Point::Stop,
        '\u{590}'..='\u{5ff}' | '\u{900}'..='\u{dff}' => Point::Stop,
        // Greek and Cyrillic.
        '\u{370}'..='\u{52f}' => Point::Comma,
        _ if word
            .iter()
            .any(|c| matches!(c, 'ơ' | 'ư' | 'đ' | 'ă' | '\u{1ea0}'..='\u{1ef9}')) =>
        {
            Point::Comma
        }
        _ if word.len() > 7 => Point::Unknown,
        _ if STOP_WORDS.iter().any(&is) => Point::Stop,
        _ if COMMA_WORDS.iter().any(is) => Point::Comma,
        _ => Point::Unknown,
    }
}

/// The sign before one or two last digits, where it is the only one of its kind: `2.5`, `12,50`,
/// `1.234,5`.
fn fraction(number: &[char]) -> Option<char> {
    let at = number.iter().rposition(|c| !c.is_ascii_digit())?;
    let sign = number[at];
    let alone = number.iter().filter(|c| **c == sign).count() == 1;
    let digits = number.len() - at - 1;
    (alone && sign != '\'' && (1..=2).contains(&digits)).then_some(sign)
}

#[cfg(test)]
mod tests {
    use super::{Point, of_text};

    #[test]
    fn texts_say_what_their_points_mean() {
        let of = |text: &str| of_text(&crate::words::fold(text).chars().collect::<Vec<_>>());
        for (text, point) in [
            ("The river is 1.250 miles long.", Point::Stop),
            ("Der Fluss ist 1.250 km lang.", Point::Comma),
            ("El puente mide 1.250 metros", Point::Comma),
            ("Cây cầu dài 1.250 mét", Point::Comma),
            ("橋の長さは1.250km", Point::Stop),
            ("река 1.250", Point::Comma),
            ("1.250 kg, 2,5 kg", Point::Comma),
            ("1,250 kg, 2.5 kg", Point::Stop),
            ("1.250", Point::Unknown),
            ("24.12.2024, 1,2,3", Point::Unknown),
        ] {
            assert_eq!(of(text), point, "{text}");
        }
    }
}
