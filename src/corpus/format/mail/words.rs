//! Fields of a mail as text: encoded words (RFC 2047), and raw bytes of any encoding.

use encoding_rs::Encoding;

use super::charset::{base64, charset, plain};
use crate::corpus::decode::decode_declared;

/// A field on one line.
pub fn decoded(raw: &[u8]) -> String {
    let mut text = String::new();
    let mut rest = raw;
    // An encoded word before nothing but white space joins the next one.
    let mut after_word = false;
    while !rest.is_empty() {
        let start = memchr::memmem::find(rest, b"=?").unwrap_or(rest.len());
        let (before, from) = rest.split_at(start);
        if !(after_word && before.trim_ascii().is_empty() && !from.is_empty()) {
            text.push_str(&plain(before));
        }
        let Some((words, length)) = words(from) else {
            text.push_str(&String::from_utf8_lossy(&from[..from.len().min(2)]));
            rest = &from[from.len().min(2)..];
            after_word = false;
            continue;
        };
        text.push_str(&words);
        rest = &from[length..];
        after_word = true;
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Encoded words of one encoding behind each other, and their length: a letter may begin in one and end in the next.
fn words(from: &[u8]) -> Option<(String, usize)> {
    let (label, mut bytes, mut length) = word(from)?;
    let mut last = length;
    loop {
        let rest = &from[last..];
        let gap = rest.len() - rest.trim_ascii_start().len();
        let Some((next, more, one)) = word(&rest[gap..]) else {
            break;
        };
        if !next.eq_ignore_ascii_case(&label) {
            break;
        }
        bytes.extend(more);
        last += gap + one;
        length = last;
    }
    let encoding = charset(&label);
    let text = in_encoding(bytes, encoding);
    Some((text, length))
}

fn in_encoding(bytes: Vec<u8>, encoding: Option<&'static Encoding>) -> String {
    let lossy = String::from_utf8_lossy(&bytes).into_owned();
    decode_declared(bytes, None, encoding).map_or(lossy, |decoded| decoded.text)
}

/// `=?utf-8?B?44GC?=`: its encoding, its bytes and its length.
fn word(from: &[u8]) -> Option<(String, Vec<u8>, usize)> {
    let inner = from.strip_prefix(b"=?")?;
    let mut fields = inner.splitn(3, |b| *b == b'?');
    let (label, how, rest) = (fields.next()?, fields.next()?, fields.next()?);
    let end = memchr::memmem::find(rest, b"?=")?;
    let content = &rest[..end];
    let whole = label
        .iter()
        .chain(content)
        .all(|b| b.is_ascii_graphic() || *b == b' ');
    if label.is_empty() || !whole {
        return None;
    }
    let length = "=???".len() + label.len() + how.len() + end + "?=".len();
    // A language may stand behind the encoding (RFC 2231).
    let label = label.split(|b| *b == b'*').next().unwrap_or_default();
    let bytes = match how {
        b"B" | b"b" => base64(content),
        b"Q" | b"q" => quoted(content),
        _ => return None,
    };
    Some((String::from_utf8_lossy(label).into_owned(), bytes, length))
}

/// The `Q` encoding of RFC 2047: `_` is a space, `=C3` a byte.
fn quoted(content: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(content.len());
    let mut at = 0;
    while let Some(byte) = content.get(at) {
        let digits = content.get(at + 1..at + 3).filter(|_| *byte == b'=');
        let digits = digits.and_then(|digits| std::str::from_utf8(digits).ok());
        let escaped = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(escaped.unwrap_or(if *byte == b'_' { b' ' } else { *byte }));
        at += if escaped.is_some() { 3 } else { 1 };
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_decoded_and_joined() {
        for (raw, expected) in [
            (
                " =?ISO-2022-JP?B?GyRCMnE1RCRORnxEeCRLGyhC?=\r\n =?ISO-2022-JP?B?GyRCJEQkJCRGGyhC?=\r\n",
                "会議の日程について",
            ),
            (
                " Re: =?utf-8?q?G=C3=BCn_ter?= and =?utf-8*de?Q?=C3=A4?=",
                "Re: Gün ter and ä",
            ),
            // A letter in two words.
            ("=?UTF-8?B?44GC44E=?= =?UTF-8?B?gg==?=", "あ\u{3042}"),
            ("a =?x?= b =?", "a =?x?= b =?"),
            ("=?shift_jis?B?i8c=?= =?utf-8?B?44GC?=", "局あ"),
            ("plain\r\n folded", "plain folded"),
            ("=?utf-8?Q?a_?= =?utf-8?Q?b?=", "a b"),
        ] {
            assert_eq!(decoded(raw.as_bytes()), expected, "{raw}");
        }
        let raw = [&b" "[..], b"\x1b$B2q5D\x1b(B"].concat();
        assert_eq!(decoded(&raw), "会議");
    }
}
