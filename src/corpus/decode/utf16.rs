//! UTF-16 that does not say so.

use encoding_rs::{UTF_16BE, UTF_16LE};

use crate::corpus::decode::decoded::{Decoded, KnownBy, is_stray, with};

/// Of so many characters one is a blank, a line end or another that every text has.
const COMMON: usize = 20;
/// Of so many characters one may be neither a letter nor a figure nor a usual mark.
const ODD: usize = 10;

/// The bytes as UTF-16 where they are so clearly.
pub fn without_mark(bytes: &[u8]) -> Option<Decoded> {
    // A file that was cut off may end within a character.
    let bytes = &bytes[..bytes.len() / 2 * 2];
    let readings = [UTF_16LE, UTF_16BE].into_iter().filter_map(|encoding| {
        let (text, faults) = encoding.decode_without_bom_handling(bytes);
        let count = text.chars().count();
        let common = text.chars().filter(is_common).count();
        let odd = text.chars().filter(|c| !is_usual(*c)).count();
        let clear = !faults && !text.chars().any(|c| is_stray(&c));
        let clear = clear && count > 1 && common * COMMON >= count && odd * ODD <= count;
        clear.then_some((common, encoding))
    });
    let (_, encoding) = readings.max_by_key(|(common, _)| *common)?;
    with(encoding, bytes, KnownBy::Guess).ok()
}

/// Characters that the same bytes in the other order are not.
fn is_common(c: &char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, ' ' | '\n' | '、' | '。' | '，' | '\u{3000}')
}

fn is_usual(c: char) -> bool {
    let mark =
        matches!(c, '\u{2000}'..='\u{206f}' | '\u{3000}'..='\u{303f}' | '\u{ff00}'..='\u{ffef}');
    c.is_alphanumeric() || c.is_whitespace() || c.is_ascii() || mark || c == '\u{feff}'
}
