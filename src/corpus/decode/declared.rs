//! The encoding that a page or a feed declares, and whether its bytes are in it.

use encoding_rs::{Encoding, REPLACEMENT, UTF_16BE, UTF_16LE, X_USER_DEFINED};

use super::lines::is_nearly_utf8;
use crate::corpus::decode::decoded::{check, guess, is_stray};

/// Bytes at the beginning that may declare an encoding.
const HEAD: usize = 1024;

/// What an HTML or XML head says.
pub fn of(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(HEAD)]).to_ascii_lowercase();
    let head = head.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    if !head.starts_with('<') {
        return None;
    }
    let after = ["charset=", "encoding="]
        .iter()
        .find_map(|key| head.split_once(key))?
        .1;
    let label: String = after
        .trim_start_matches(['"', '\''])
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || "-_:.".contains(*c))
        .collect();
    let encoding = Encoding::for_label(label.as_bytes())?;
    // The declaration was readable as ASCII, so that the bytes are not UTF-16; the last two are no encodings of texts.
    let none = [UTF_16LE, UTF_16BE, REPLACEMENT, X_USER_DEFINED];
    (!none.contains(&encoding)).then_some(encoding)
}

/// Whether bytes that are not UTF-8 may be in the encoding that they declare.
pub fn fits(encoding: &'static Encoding, bytes: &[u8]) -> bool {
    let (text, _) = encoding.decode_without_bom_handling(bytes);
    if check(&text, encoding.name(), is_stray).is_err() {
        return false;
    }
    if !encoding.is_single_byte() {
        return true;
    }
    // Any bytes are text in most encodings of one byte: what is better for these is believed more.
    if is_nearly_utf8(bytes) {
        return false;
    }
    let guessed = guess(bytes);
    let (other, faults) = guessed.decode_without_bom_handling(bytes);
    if guessed == encoding || faults {
        return true;
    }
    // Accented letters stand among plain ones, letters of another script beside each other.
    let (accented, theirs) = (foreign(&text), foreign(&other));
    let of_another_script = theirs.0 > theirs.1 && !guessed.is_single_byte() || theirs.2 > theirs.1;
    !(of_another_script && accented.0 > accented.1 && accented.2 <= accented.1)
}

/// Letters that are not ASCII, those that are, and letters that are not Latin.
fn foreign(text: &str) -> (usize, usize, usize) {
    let mut count = (0, 0, 0);
    let mut tag = false;
    for c in text.chars() {
        // Names of elements are ASCII in every language.
        tag = (tag || c == '<') && c != '>';
        if c.is_alphabetic() && !tag {
            count.0 += usize::from(!c.is_ascii());
            count.1 += usize::from(c.is_ascii());
            count.2 += usize::from(c > '\u{24f}');
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_head_says() {
        for (head, label) in [
            ("<meta charset=\"Shift_JIS\">", Some("shift_jis")),
            (
                "\u{feff}<?xml version='1.0' encoding='EUC-JP'?>",
                Some("euc-jp"),
            ),
            ("<html><meta charset=utf-16>", None),
            ("<meta charset=iso-2022-kr>", None),
            ("charset=euc-jp", None),
        ] {
            let expected = label.and_then(|label| Encoding::for_label(label.as_bytes()));
            assert_eq!(of(head.as_bytes()), expected, "{head}");
        }
    }
}
