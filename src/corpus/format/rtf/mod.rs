//! Rich Text Format (specification 1.9.1): text in the order of the file, with headings, lists, tables and notes.
//!
//! Bytes are letters of the code page of their font, or of the document; `\u` has precedence, and what stands for it in
//! programs that do not know it is passed over. Of a destination that is not known and may be passed over (`\*`), nothing
//! is read.

mod destination;
mod letters;
mod page;
mod reading;
mod tokens;

use crate::corpus::decode::decoded::Fault;
use crate::corpus::format::reader::{Bytes, FormatOfBytes, Parsed};

/// So much of a file says what it is.
const HEAD: usize = 400;

pub struct Rtf;

impl FormatOfBytes for Rtf {
    fn name(&self) -> &'static str {
        "RTF"
    }

    fn accepts(&self, extension: &str, bytes: &[u8]) -> bool {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let bytes = bytes.trim_ascii();
        let Some(rest) = bytes.strip_prefix(b"{\\rtf") else {
            return false;
        };
        if extension == "rtf" {
            return true;
        }
        // Under another name it may be a text about RTF.
        let numbered = rest.first().is_some_and(u8::is_ascii_digit);
        let rest = rest.trim_ascii_start();
        let rest = &rest[rest.iter().take_while(|b| b.is_ascii_digit()).count()..];
        let near = &rest[..rest.len().min(HEAD)];
        let is_control = |pair: &[u8]| {
            pair[0] == b'\\' && (pair[1].is_ascii_lowercase() || b"*'".contains(&pair[1]))
        };
        let controls = near.windows(2).filter(|pair| is_control(pair)).count();
        let goes_on =
            rest.trim_ascii_start().starts_with(b"\\") || rest.trim_ascii_start().starts_with(b"{");
        (goes_on && controls >= 2) || (numbered && bytes.ends_with(b"}"))
    }

    fn read(&self, bytes: Bytes) -> Result<Vec<Parsed>, Fault> {
        let parsed = reading::read(&bytes);
        match parsed.blocks.is_empty() {
            true => Err(Fault::not_text("an RTF document without text")),
            false => Ok(vec![parsed]),
        }
    }
}

#[cfg(test)]
mod tests;
