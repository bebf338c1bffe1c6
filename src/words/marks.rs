//! Words without their accents, as they are typed where a keyboard has none.

use unicode_normalization::char::{decompose_canonical, is_combining_mark};

/// A folded word of Latin or Greek letters without accents and strokes (`đường` is `duong`); `None` where
/// it has none. Other scripts keep their marks: there they are letters, or [`super::fold()`] took them off.
pub fn bare(word: &[char]) -> Option<String> {
    if word.iter().all(|c| *c < '\u{c0}') || !word.iter().any(|c| is_marked(*c)) {
        return None;
    }
    let mut bare = String::with_capacity(word.len());
    let mut takes_marks = false;
    for c in word {
        match c {
            'đ' | 'ð' => bare.push('d'),
            'ø' => bare.push('o'),
            'ł' => bare.push('l'),
            'ħ' => bare.push('h'),
            'ŧ' => bare.push('t'),
            'þ' => bare.push_str("th"),
            'æ' | 'ǽ' => bare.push_str("ae"),
            'œ' => bare.push_str("oe"),
            c if has_accents(*c) => decompose_canonical(*c, |part| {
                if !is_combining_mark(part) {
                    bare.push(part);
                }
            }),
            c if is_accent(*c) && takes_marks => continue,
            c => bare.push(*c),
        }
        takes_marks = c.is_ascii_alphabetic() || has_accents(*c) || matches!(c, 'α'..='ω');
    }
    Some(bare)
}

/// A letter or a mark that [`bare`] changes.
fn is_marked(c: char) -> bool {
    match c {
        'đ' | 'ð' | 'ø' | 'ł' | 'ħ' | 'ŧ' | 'þ' | 'æ' | 'œ' => true,
        'ΐ' | 'ά'..='ΰ' | 'ϊ'..='ώ' => true,
        '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1fff}' => {
            let mut parts = 0;
            decompose_canonical(c, |_| parts += 1);
            parts > 1
        }
        c => is_accent(c),
    }
}

/// Letters of Latin and Greek that may be written with accents as one character.
fn has_accents(c: char) -> bool {
    matches!(c, '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1fff}' | '\u{386}'..='\u{3ce}')
}

/// Accents that stand alone because no letter is encoded with them.
fn is_accent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}')
}

#[cfg(test)]
mod tests {
    use super::bare;
    use crate::words::fold;

    #[test]
    fn accents_go_and_letters_stay() {
        let bare = |word: &str| bare(&fold(word).chars().collect::<Vec<_>>());
        for (word, without) in [
            ("Phở", "pho"),
            ("Đắk", "dak"),
            ("Ñandú", "nandu"),
            ("ação", "acao"),
            ("Łódź", "lodz"),
            ("smørrebrød", "smorrebrod"),
            ("œuvre", "oeuvre"),
            ("Ἀθῆναι", "αθηναι"),
            ("ΐ", "ι"),
            ("m̄ạ", "ma"),
        ] {
            assert_eq!(bare(word).as_deref(), Some(without), "{word}");
        }
        for word in [
            "plain",
            "ось",
            "йод",
            "हिन्दी",
            "ไทย",
            "がぎ",
            "한글",
            "ъ\u{300}",
            "ŋ",
        ] {
            assert_eq!(bare(word), None, "{word}");
        }
    }
}
