//! Fonts that are pictures of letters, as TeX's programs embed them: each glyph is named `a` and its code, and nothing says
//! what the code means. Text fonts of TeX have one of two encodings (OT1, T1), which agree on most codes.

use hayro_syntax::object::{Array, Dict, Name, Object};

/// Whether a font is such a one, and one of text: most of its glyphs are at the places of letters. Those of signs are not.
pub(super) fn is_bitmap_text(font: &Dict<'_>) -> bool {
    let is_drawn = font
        .get::<Name<'_>>("Subtype")
        .is_some_and(|kind| kind.as_str() == "Type3");
    let encoding = font.get::<Dict<'_>>("Encoding").unwrap_or_default();
    let Some(names) = encoding.get::<Array<'_>>("Differences") else {
        return false;
    };
    let (mut code, mut all, mut letters) = (0, 0, 0);
    for object in names.iter::<Object<'_>>().take(1000) {
        match object {
            Object::Number(number) => code = number.as_i64(),
            Object::Name(name) => {
                if name.as_str() != ".notdef" {
                    if name.as_str().strip_prefix('a') != Some(code.to_string().as_str()) {
                        return false;
                    }
                    all += 1;
                    letters += usize::from(matches!(code, 65..=90 | 97..=122 | 192..=255));
                }
                code = code.saturating_add(1);
            }
            _ => return false,
        }
    }
    is_drawn && letters > 0 && letters * 2 >= all
}

/// What a code means in both encodings, or in the one that has it.
pub(super) fn text(code: u32) -> Option<&'static str> {
    const ASCII: &str =
        "!#$%&'()*+,-./0123456789:;=?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]abcdefghijklmnopqrstuvwxyz";
    const UPPER: &str = "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖŒØÙÚÛÜÝÞẞàáâãäåæçèéêëìíîïðñòóôõöœøùúûüýþß";
    let among = |all: &'static str, c: char| {
        let at = all.find(c)?;
        all.get(at..at + c.len_utf8())
    };
    Some(match code {
        0x0b | 0x1b => "ff",
        0x0c | 0x1c => "fi",
        0x0d | 0x1d => "fl",
        0x0e | 0x1e => "ffi",
        0x0f | 0x1f => "ffl",
        0x10 => "“",
        0x11 => "”",
        0x15 | 0x7b => "–",
        0x16 | 0x7c => "—",
        0x27 => "’",
        0x60 => "‘",
        0xc0..=0xff => {
            let (at, c) = UPPER.char_indices().nth(code as usize - 0xc0)?;
            UPPER.get(at..at + c.len_utf8())?
        }
        _ => among(ASCII, char::from_u32(code)?)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_both_encodings_are_letters() {
        for (code, expected) in [
            (65, Some("A")),
            (0x0c, Some("fi")),
            (0x1c, Some("fi")),
            (0xff, Some("ß")),
            (0xe4, Some("ä")),
            (0xd7, Some("Œ")),
            // An exclamation mark turned round in one, a sign in the other.
            (0x3c, None),
            (0x80, None),
        ] {
            assert_eq!(text(code), expected, "{code}");
        }
    }
}
