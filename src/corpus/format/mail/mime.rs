//! The parts of a mail, as RFC 2045 and 2046 nest them. Every byte of a mail is in a field, in the body of a part, or
//! before, between or behind parts.

use std::borrow::Cow;

use encoding_rs::Encoding;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::parsers::MessageStream;
use mail_parser::{ContentType, HeaderValue};

use crate::corpus::decode::decode;
use crate::corpus::decode::decoded::Fault;
use crate::corpus::format::mail::charset::{base64, plain};

/// Parts inside each other; what lies deeper is a file that is not read.
const NESTING: usize = 32;
/// A mail of more parts is none that a person wrote.
const PARTS: usize = 10_000;

/// A field of a head: its name, lower case, and its value as it is written.
pub type Field<'x> = (String, &'x [u8]);

/// A part of a mail, or the whole mail.
#[derive(Debug, Default)]
pub struct Part<'x> {
    pub fields: Vec<Field<'x>>,
    /// `text/plain`, lower case.
    pub kind: String,
    /// What `Content-Type` says beside the kind, and `Content-Disposition`.
    about: Vec<ContentType<'static>>,
    /// As it is written.
    pub body: &'x [u8],
    pub inside: Vec<Part<'x>>,
    /// Lines of the body that belong to no part inside.
    pub between: Vec<&'x [u8]>,
}

impl<'x> Part<'x> {
    /// # Errors
    /// Where it has too many parts.
    pub fn of(bytes: &'x [u8]) -> Result<Self, Fault> {
        Self::nested(bytes, "text/plain", 0, &mut 0)
    }

    fn nested(
        bytes: &'x [u8],
        usual: &str,
        depth: usize,
        count: &mut usize,
    ) -> Result<Self, Fault> {
        *count += 1;
        if *count > PARTS {
            return Err(Fault::unreadable(format!(
                "a mail of more than {PARTS} parts"
            )));
        }
        let (fields, body) = fields(bytes);
        let mut part = Self {
            fields,
            kind: usual.to_owned(),
            body,
            ..Self::default()
        };
        for name in ["content-type", "content-disposition"] {
            let value = part.field(name).map(|value| {
                let value = format!("{}\n", plain(value).trim_end());
                let parsed = MessageStream::new(value.as_bytes()).parse_content_type();
                parsed.into_owned()
            });
            if let Some(HeaderValue::ContentType(found)) = value {
                if let ("content-type", Some(subtype)) = (name, found.subtype()) {
                    part.kind = format!("{}/{subtype}", found.ctype()).to_ascii_lowercase();
                }
                part.about.push(found);
            }
        }
        let boundary = part.attribute("boundary").map(str::to_owned);
        if let Some(boundary) = boundary.filter(|_| part.is_multipart() && depth < NESTING) {
            let usual = match part.kind.as_str() {
                "multipart/digest" => "message/rfc822",
                _ => "text/plain",
            };
            let (parts, between) = split(body, boundary.trim_end().as_bytes());
            for bytes in parts {
                let inner = Self::nested(bytes, usual, depth + 1, count)?;
                part.inside.push(inner);
            }
            part.between = between;
        }
        Ok(part)
    }

    pub fn field(&self, name: &str) -> Option<&'x [u8]> {
        let mut fields = self.fields.iter();
        fields
            .find(|(found, _)| found == name)
            .map(|(_, value)| *value)
    }

    /// An attribute of `Content-Type` or `Content-Disposition`.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.about
            .iter()
            .rev()
            .find_map(|about| about.attribute(name))
    }

    pub fn is_multipart(&self) -> bool {
        self.kind.starts_with("multipart/")
    }

    /// The sender says that it is no part of the text.
    pub fn is_attached(&self) -> bool {
        self.field("content-disposition").is_some_and(|value| {
            let value = value.trim_ascii_start();
            value
                .get(..10)
                .is_some_and(|start| start.eq_ignore_ascii_case(b"attachment"))
        })
    }

    /// What the body holds, decoded from the letters that it is sent in.
    pub fn content(&self) -> Cow<'x, [u8]> {
        let encoding = self.field("content-transfer-encoding").unwrap_or_default();
        let encoding = encoding.trim_ascii().to_ascii_lowercase();
        match encoding.as_slice() {
            b"base64" => Cow::Owned(base64(self.body)),
            b"quoted-printable" => {
                let decoded = quoted_printable_decode(self.body);
                decoded.map_or(Cow::Borrowed(self.body), Cow::Owned)
            }
            _ => Cow::Borrowed(self.body),
        }
    }
}

/// A mail whose head is readable. A head of raw bytes is mostly too short to tell its encoding: the whole mail tells it.
pub fn readable(bytes: &[u8]) -> Cow<'_, [u8]> {
    let (_, body) = fields(bytes);
    let head = &bytes[..bytes.len() - body.len()];
    if std::str::from_utf8(head).is_ok() {
        return Cow::Borrowed(bytes);
    }
    let decoded = decode(bytes.to_vec(), None).ok();
    let encoding = decoded.and_then(|decoded| Encoding::for_label(decoded.encoding.as_bytes()));
    let head = encoding.map(|encoding| encoding.decode_without_bom_handling(head));
    match head {
        Some((head, false)) => Cow::Owned([head.as_bytes(), body].concat()),
        _ => Cow::Borrowed(bytes),
    }
}

/// The fields before a blank line, and what stands behind it.
fn fields(bytes: &[u8]) -> (Vec<Field<'_>>, &[u8]) {
    let mut fields: Vec<(String, usize, usize)> = Vec::new();
    let mut at = 0;
    for line in bytes.split_inclusive(|b| *b == b'\n') {
        let content = line.trim_ascii_end();
        let start = at;
        if content.is_empty() {
            at += line.len();
            break;
        }
        let folded = matches!(content[0], b' ' | b'\t');
        let name = memchr::memchr(b':', content).map(|colon| &content[..colon]);
        let name = name.filter(|name| name.iter().all(u8::is_ascii_graphic) && !name.is_empty());
        match (name, fields.last_mut()) {
            (_, Some(last)) if folded => last.2 = at + line.len(),
            (Some(name), _) if !folded => {
                let text = String::from_utf8_lossy(name).to_ascii_lowercase();
                fields.push((text, start + name.len() + 1, at + line.len()));
            }
            // A line that is no field begins the text, whatever is missing between them.
            _ => break,
        }
        at += line.len();
    }
    let fields = fields.into_iter();
    let fields = fields.map(|(name, start, end)| (name, &bytes[start..end]));
    (fields.collect(), &bytes[at..])
}

/// The parts between the lines of a boundary, and what stands before the first and behind the last.
fn split<'x>(body: &'x [u8], boundary: &[u8]) -> (Vec<&'x [u8]>, Vec<&'x [u8]>) {
    let (mut parts, mut between) = (Vec::new(), Vec::new());
    // Where a part or what lies between them began, and which of them it is.
    let (mut start, mut is_part) = (0, false);
    let mut at = 0;
    let mut take = |start: usize, end: usize, is_part: bool| {
        let piece = &body[start..end.max(start)];
        match is_part {
            true => parts.push(piece),
            false => between.push(piece),
        }
    };
    for line in body.split_inclusive(|b| *b == b'\n') {
        let mark = line.trim_ascii_end().strip_prefix(b"--");
        let mark = mark.and_then(|mark| mark.strip_prefix(boundary));
        if let Some(rest @ (b"" | b"--")) = mark
            && !boundary.is_empty()
        {
            // The line end before a boundary belongs to it.
            let piece = &body[start..at];
            let piece = piece.strip_suffix(b"\n").unwrap_or(piece);
            let piece = piece.strip_suffix(b"\r").unwrap_or(piece);
            take(start, start + piece.len(), is_part);
            (start, is_part) = (at + line.len(), rest.is_empty());
        }
        at += line.len();
    }
    take(start, body.len(), is_part);
    (parts, between)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_lie_between_whole_lines_of_their_boundary() {
        let mail = b"Subject: a\r\n b\r\nContent-Type: multipart/mixed; boundary=\"B\"\r\n\r\nbefore\r\n--B\r\n\
                     Content-Type: multipart/alternative; boundary=B-2\r\n\r\n--B-2\r\n\r\nfoo --B bar\r\n--B-2x\r\n\r\n--B-2--\r\n\
                     --B\r\nContent-Type: TEXT/HTML\r\n\r\n<p>x\r\n--B--\r\nbehind\r\n";
        let part = Part::of(mail).unwrap();
        assert_eq!(part.kind, "multipart/mixed");
        assert_eq!(part.field("subject"), Some(&b" a\r\n b\r\n"[..]));
        assert_eq!(part.between, [&b"before"[..], b"behind\r\n"]);
        let inner = &part.inside[0].inside[0];
        assert_eq!(inner.body, b"foo --B bar\r\n--B-2x\r\n");
        assert_eq!(
            (part.inside[1].kind.as_str(), part.inside[1].body),
            ("text/html", &b"<p>x"[..])
        );
        let cut = Part::of(b"Content-Type: multipart/mixed; boundary=B\n\n--B\n\ntext").unwrap();
        assert_eq!(cut.inside[0].body, b"text");
    }

    #[test]
    fn a_raw_head_is_in_the_encoding_of_its_mail() {
        let text = "Subject: 会議\n\nお世話になっております。来週の会議は午後三時からです。\n";
        let (raw, _, _) = encoding_rs::SHIFT_JIS.encode(text);
        let readable = readable(&raw);
        assert!(readable.starts_with("Subject: 会議\n\n".as_bytes()));
        assert!(readable.ends_with(&raw[raw.len() - 20..]));
        assert!(matches!(super::readable(text.as_bytes()), Cow::Borrowed(_)));
    }

    #[test]
    fn nesting_and_numbers_have_an_end() {
        let mut mail = String::new();
        for number in 0..50 {
            mail += &format!("Content-Type: multipart/mixed; boundary=b{number}\n\n--b{number}\n");
        }
        let mut part = &Part::of(mail.as_bytes()).unwrap();
        let mut depth = 0;
        while let Some(inner) = part.inside.first() {
            part = inner;
            depth += 1;
        }
        assert_eq!(depth, NESTING);
        let mail = format!(
            "Content-Type: multipart/mixed; boundary=b\n\n{}",
            "--b\n".repeat(PARTS + 1)
        );
        assert!(Part::of(mail.as_bytes()).is_err());
    }

    #[test]
    fn letters_become_bytes() {
        for (encoding, body, expected) in [
            ("base64", "44GC\r\n44GC", "ああ"),
            ("BASE64", "44GC!!44GCbroken", "ああn\u{ba27}\u{1e}"),
            ("base64", "44GC4=", "あ"),
            ("base64", "YQ==Yg==", "ab"),
            ("quoted-printable", "G=C3=BC=\r\nn", "Gün"),
            ("8bit", "G\u{fc}n", "G\u{fc}n"),
        ] {
            let mail = format!("Content-Transfer-Encoding: {encoding}\n\n{body}");
            let part = Part::of(mail.as_bytes()).unwrap();
            let text = part.content();
            if body.contains("broken") {
                assert!(text.starts_with("ああ".as_bytes()));
            } else {
                assert_eq!(String::from_utf8_lossy(&text), expected, "{body}");
            }
        }
    }
}
