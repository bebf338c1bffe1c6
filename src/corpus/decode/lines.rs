//! UTF-8 with damaged places, and files whose lines are in two encodings.

use encoding_rs::UTF_8;

use crate::corpus::decode::decoded::{Decoded, FEW, KnownBy, STRAY, TextSource, guess, is_stray};

/// Of the lines that are not ASCII so many are UTF-8, one in, where each of them may be so by chance.
const BY_CHANCE: usize = 5;

/// UTF-8 with a few damaged places.
pub fn is_nearly_utf8(bytes: &[u8]) -> bool {
    let (good, bad) = places(bytes);
    good >= 2 * bad
}

/// Characters of UTF-8 that are not ASCII, and places that are no UTF-8.
fn places(bytes: &[u8]) -> (usize, usize) {
    let (mut good, mut bad) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    (good, bad)
}

/// A file whose lines are UTF-8 but for some, which another encoding fits: what several programs wrote. `None` where
/// the bytes are nothing of the kind.
pub fn mixed(bytes: &[u8]) -> Option<Decoded> {
    let lines: Vec<&[u8]> = bytes
        .split_inclusive(|b| matches!(b, b'\n' | b'\r'))
        .collect();
    let mut other = Vec::new();
    let (mut others, mut utf8, mut long) = (0, 0, 0);
    for line in &lines {
        match str::from_utf8(line) {
            Ok(line) if line.is_ascii() => {}
            Ok(line) => {
                utf8 += 1;
                long += line.chars().filter(|c| c.len_utf8() > 2).count();
            }
            Err(_) => {
                others += 1;
                other.extend_from_slice(line);
            }
        }
    }
    if others == 0 || utf8 == 0 || is_nearly_utf8(&other) {
        return None;
    }
    let encoding = guess(&other);
    // Two bytes of a double-byte encoding may look like a character of UTF-8, a line of many hardly.
    let by_chance = long < 2 && !encoding.is_single_byte() && utf8 * BY_CHANCE < utf8 + others;
    if by_chance || !is_plausible(&encoding.decode_without_bom_handling(&other).0) {
        return None;
    }
    let mut text = String::with_capacity(bytes.len() * 3 / 2);
    let mut first = None;
    for (line, number) in lines.iter().zip(1..) {
        match str::from_utf8(line) {
            Ok(line) => text.push_str(line),
            Err(_) => {
                first.get_or_insert(number);
                text.push_str(&encoding.decode_without_bom_handling(line).0);
            }
        }
    }
    let name = encoding.name().to_ascii_lowercase();
    Some(Decoded {
        text,
        source: TextSource::Decoded,
        encoding: UTF_8.name().to_ascii_lowercase(),
        known_by: KnownBy::Guess,
        note: Some(format!(
            "{others} of its {} lines are {name} (the first is line {}), the others utf-8",
            lines.len(),
            first.unwrap_or(1)
        )),
    })
}

/// Whether letters stand among letters, and nothing is left over.
fn is_plausible(text: &str) -> bool {
    let (mut count, mut alone, mut strays) = (0, 0, 0);
    let mut before = ' ';
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if !c.is_ascii() {
            count += 1;
            strays += usize::from(is_stray(&c));
            let after = chars.peek().copied().unwrap_or(' ');
            alone +=
                usize::from(c.is_alphabetic() && !before.is_alphabetic() && !after.is_alphabetic());
        }
        before = c;
    }
    // A word of one letter is rare.
    strays <= FEW.min(count / STRAY) && alone * 2 <= count
}
