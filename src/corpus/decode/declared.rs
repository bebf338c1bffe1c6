//! The encoding that a page or a feed declares, and whether its bytes are in it.

use encoding_rs::{Encoding, ISO_2022_JP, REPLACEMENT, UTF_16BE, UTF_16LE, X_USER_DEFINED};

use super::{guess, is_stray};

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
    todo!()
}
