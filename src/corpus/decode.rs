//! Bytes to text: UTF-8, with or without a byte order mark.

/// Larger files are not read. Spans and offsets on disk are 32 bits wide.
pub const MAX_BYTES: u64 = 256 << 20;

/// Why bytes could not be taken as text.
#[derive(Debug, PartialEq, Eq)]
pub enum Fault {
    /// They are no text.
    NotText(String),
    /// They are text, but too long or in an encoding that is not read.
    Unreadable(String),
}

/// Why a file over [`MAX_BYTES`] is not read.
pub fn too_large(length: u64) -> String {
    format!("too large: {length} bytes, at most {MAX_BYTES} are read")
}

/// The bytes as text. A byte order mark stays where it is: spans count it.
///
/// # Errors
/// Why the bytes are no text.
pub fn decode(bytes: Vec<u8>) -> Result<String, Fault> {
    if bytes.len() as u64 > MAX_BYTES {
        return Err(Fault::Unreadable(too_large(bytes.len() as u64)));
    }
    let utf16 = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
    if utf16 {
        return Err(Fault::Unreadable(
            "not UTF-8: it begins with a UTF-16 byte order mark; \
             other encodings are not read yet, convert it to UTF-8"
                .to_owned(),
        ));
    }
    if let Some(at) = bytes.iter().position(|&b| b == 0) {
        return Err(Fault::NotText(format!(
            "not text: a NUL byte at offset {at}"
        )));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Fault::Unreadable(format!(
            "not UTF-8: byte 0x{:02x} at offset {at}; \
             other encodings are not read yet, convert it to UTF-8",
            error.as_bytes()[at]
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::{Fault, decode};

    #[test]
    fn utf8_is_kept_byte_for_byte_with_its_mark() {
        let bytes = "\u{feff}種をまく\r\n".as_bytes().to_vec();
        assert_eq!(decode(bytes.clone()).unwrap().into_bytes(), bytes);
    }

    #[test]
    fn other_bytes_are_refused_with_their_place() {
        let unreadable = |bytes: &[u8]| match decode(bytes.to_vec()) {
            Err(Fault::Unreadable(reason)) => reason,
            other => panic!("{other:?}"),
        };
        assert!(unreadable(b"abc\x93\xfa\x96\x7b").contains("0x93 at offset 3"));
        assert!(unreadable(b"\xff\xfea\0").contains("UTF-16"));
        let binary = Fault::NotText("not text: a NUL byte at offset 4".to_owned());
        assert_eq!(decode(b"PK\x03\x04\0".to_vec()), Err(binary));
    }
}
