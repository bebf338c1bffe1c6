//! Text strings of a PDF file: titles, names, replaced text.

use encoding_rs::{SHIFT_JIS, UTF_16BE, UTF_16LE};

/// What the bytes from 0x80 mean in `PDFDocEncoding`; `·`: nothing.
const DOC_ENCODING: &str = "•†‡…—–ƒ⁄‹›−‰„“”‘’‚™ﬁﬂŁŒŠŸŽıłœšž·€";

/// The text of a string: UTF-16 or UTF-8 if it says so. Else what it is by its bytes, because programs also write
/// plain UTF-8 and Shift_JIS, which the standard does not know.
pub(super) fn text(bytes: &[u8]) -> String {
    let text = match bytes {
        [0xfe, 0xff, rest @ ..] => UTF_16BE.decode_without_bom_handling(rest).0.into_owned(),
        [0xff, 0xfe, rest @ ..] => UTF_16LE.decode_without_bom_handling(rest).0.into_owned(),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        _ => plain(bytes),
    };
    // A language may stand between escapes.
    let mut inside = false;
    text.chars()
        .filter(|&c| {
            inside ^= c == '\u{1b}';
            !inside && c != '\u{1b}'
        })
        .collect()
}

fn plain(bytes: &[u8]) -> String {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.to_owned();
    }
    let (japanese, damaged) = SHIFT_JIS.decode_without_bom_handling(bytes);
    // Half-width kana are what Latin letters with accents look like in Shift_JIS.
    let real = |c: char| matches!(c, '\u{3040}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}');
    let half = |c: char| matches!(c, '\u{ff61}'..='\u{ff9f}');
    if !damaged
        && japanese.chars().filter(|&c| real(c)).count()
            > japanese.chars().filter(|&c| half(c)).count()
    {
        return japanese.into_owned();
    }
    bytes.iter().map(|&byte| doc_character(byte)).collect()
}

fn doc_character(byte: u8) -> char {
    match byte {
        0x80..=0xa0 => DOC_ENCODING
            .chars()
            .nth(usize::from(byte) - 0x80)
            .unwrap_or('\u{fffd}'),
        _ => char::from(byte),
    }
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn encodings_are_told_apart() {
        assert_eq!(text(b"\xfe\xff\x30\x42"), "あ");
        assert_eq!(text("報告".as_bytes()), "報告");
        assert_eq!(text(b"\x95\xf1\x8d\x90\x8f\x91"), "報告書");
        assert_eq!(text(b"caf\xe9 \x84 x"), "café — x");
    }

    #[test]
    fn a_language_between_escapes_is_no_text() {
        assert_eq!(text(b"\xfe\xff\x00\x1b\x00j\x00a\x00\x1b\x30\x42"), "あ");
    }
}
