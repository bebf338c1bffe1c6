//! What a mail is told by: the lines before its text, whatever the name of the file.

/// Lines that mails have before their text, lower case.
const KNOWN: [&[u8]; 18] = [
    b"from",
    b"to",
    b"cc",
    b"subject",
    b"date",
    b"message-id",
    b"received",
    b"return-path",
    b"reply-to",
    b"sender",
    b"mime-version",
    b"content-type",
    b"content-transfer-encoding",
    b"delivered-to",
    b"content-disposition",
    b"in-reply-to",
    b"references",
    b"snapshot-content-location",
];
/// Those that nothing but mails has.
const STRONG: [&[u8]; 6] = [
    b"message-id",
    b"received",
    b"return-path",
    b"mime-version",
    b"delivered-to",
    b"snapshot-content-location",
];
/// More lines are no head.
const LINES: usize = 2000;
/// A longer line is none of a head.
const LINE: usize = 16 << 10;

/// What the lines before the text of a mail say.
#[derive(Debug, Default)]
pub struct Head {
    /// How many names mails have.
    known: usize,
    strong: bool,
    /// It is not read as it is written: encoded, or of several parts.
    encoded: bool,
    related: bool,
    saved: bool,
}

impl Head {
    /// A mail under any name.
    fn is_mail(&self) -> bool {
        self.known >= 2 && (self.strong || self.encoded)
    }
}

/// The head that bytes begin with; `None` where a line is none of a head.
fn head(bytes: &[u8]) -> Option<Head> {
    let mut head = Head::default();
    let mut last = Vec::new();
    for (number, line) in bytes.split_inclusive(|b| *b == b'\n').enumerate() {
        let line = line.trim_ascii_end();
        if line.is_empty() {
            return (number > 0).then_some(head);
        }
        if number > LINES || line.len() > LINE {
            return None;
        }
        let folded = line[0] == b' ' || line[0] == b'\t';
        let value = if folded {
            line
        } else {
            let colon = memchr::memchr(b':', line)?;
            let name = line[..colon].trim_ascii_end().to_ascii_lowercase();
            let token = |b: &u8| b.is_ascii_alphanumeric() || b"-_".contains(b);
            if name.is_empty() || !name.iter().all(token) {
                return None;
            }
            head.known += usize::from(KNOWN.contains(&name.as_slice()));
            head.strong |= STRONG.contains(&name.as_slice());
            head.saved |= name == b"snapshot-content-location";
            last = name;
            &line[colon + 1..]
        };
        let value = value.trim_ascii().to_ascii_lowercase();
        match last.as_slice() {
            b"content-type" => {
                head.encoded |= value.starts_with(b"multipart/");
                head.related |= value.starts_with(b"multipart/related");
            }
            b"content-transfer-encoding" => {
                head.encoded |= [&b"base64"[..], b"quoted-printable"].contains(&value.as_slice());
            }
            b"from" => head.saved |= value.starts_with(b"<saved by "),
            _ => {}
        }
    }
    (head.known > 0).then_some(head)
}

/// The bytes from the first letter on.
pub fn without_mark(bytes: &[u8]) -> &[u8] {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    bytes.trim_ascii_start()
}

/// A mail.
pub fn is_mail(extension: &str, bytes: &[u8]) -> bool {
    let named = extension == "eml";
    head(without_mark(bytes)).is_some_and(|head| head.is_mail() || (named && head.known > 0))
}

/// A web page that a browser saved with its pictures.
pub fn is_saved_page(extension: &str, bytes: &[u8]) -> bool {
    let named = matches!(extension, "mht" | "mhtml");
    head(without_mark(bytes))
        .is_some_and(|head| head.known > 0 && (named || (head.saved && head.is_mail())))
}

/// Mails behind each other.
pub fn is_mailbox(extension: &str, bytes: &[u8]) -> bool {
    let bytes = without_mark(bytes);
    let named = matches!(extension, "mbox" | "mbx");
    let Some(after) = after_separator(bytes) else {
        return false;
    };
    let line = &bytes[..bytes.len() - after.len()];
    head(after.trim_ascii_start())
        .is_some_and(|head| (named && head.known > 0) || (head.known >= 2 && is_postmark(line)))
}

/// The parts of a mailbox, each with its first line.
pub fn mails(bytes: &[u8]) -> Vec<&[u8]> {
    let bytes = without_mark(bytes);
    let mut starts = Vec::new();
    if bytes.starts_with(SEPARATOR) {
        starts.push(0);
    }
    let found = memchr::memmem::find_iter(bytes, b"\nFrom ").map(|at| at + 1);
    starts.extend(found.filter(|start| begins(&bytes[..*start], &bytes[*start..])));
    let ends = starts.iter().skip(1).copied().chain([bytes.len()]);
    let spans = starts.iter().copied().zip(ends);
    spans.map(|(start, end)| &bytes[start..end]).collect()
}

/// What a mail of a mailbox begins with.
const SEPARATOR: &[u8] = b"From ";

/// What stands behind the line that begins a mail of a mailbox.
pub fn after_separator(bytes: &[u8]) -> Option<&[u8]> {
    if !bytes.starts_with(SEPARATOR) {
        return None;
    }
    let end = memchr::memchr(b'\n', bytes)?;
    Some(&bytes[end + 1..])
}

/// Whether a mail begins at a line `From `: a blank line stands before it and a head behind it. Programs that quote no
/// such line in a text leave it to whoever reads.
fn begins(before: &[u8], from: &[u8]) -> bool {
    let Some(after) = after_separator(from) else {
        return false;
    };
    let line = &from[..from.len() - after.len()];
    let lines = before.strip_suffix(b"\n").unwrap_or(before);
    let lines = lines.strip_suffix(b"\r").unwrap_or(lines);
    let blank = lines.is_empty() || lines.ends_with(b"\n");
    let known = head(after.trim_ascii_start()).map_or(0, |head| head.known);
    (blank && known >= 1) || (is_postmark(line) && known >= 2)
}

/// Who sent a mail and when, as mailboxes have it: `From a@example.org Sat Oct 31 10:00:00 2026`.
fn is_postmark(line: &[u8]) -> bool {
    let words = line.split(u8::is_ascii_whitespace);
    let time = |word: &[u8]| word.len() >= 5 && word[0].is_ascii_digit() && word[2] == b':';
    words.skip(1).any(|word| word.contains(&b'@') || time(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mails_are_told_by_what_they_begin_with() {
        for (extension, text) in [
            ("eml", "From: a@example.org\nTo: b\nSubject: x\n\nText.\n"),
            (
                "txt",
                "Subject: x\r\nTo: b\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nG=C3=BC\r\n",
            ),
            (
                "",
                "\u{feff}Message-ID: <a@b>\nDate: x\nX-Folded: a\n b: c\n\nText",
            ),
            ("txt", "Received: from a\nFrom: b"),
            (
                "bin",
                "Subject: x\nTo: b\nContent-Type: multipart/alternative; boundary=\"=_B1\"\n\n--=_B1\n",
            ),
        ] {
            assert!(is_mail(extension, text.as_bytes()), "{text}");
            assert!(!is_mailbox(extension, text.as_bytes()), "{text}");
        }
        for (extension, text) in [
            (
                "txt",
                "Content-Transfer-Encoding: base64\n\nis a header of mails.",
            ),
            ("txt", "Subject: x\nTo: b\n\nA memo."),
            ("md", "Title: x\nDate: 2024-01-02\n\nText."),
            ("eml", "Only the name says so."),
            ("eml", ""),
            ("txt", "From here on it is text.\nSubject: x\n\nMore."),
            ("vcf", "BEGIN:VCARD\nVERSION:3.0\nFN:Ann\nEND:VCARD\n"),
        ] {
            assert!(!is_mail(extension, text.as_bytes()), "{text}");
            assert!(!is_mailbox(extension, text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn saved_pages_are_told() {
        let page = "From: <Saved by Blink>\nSubject: x\nMIME-Version: 1.0\nContent-Type: multipart/related;\n\ttype=\"text/html\";\n\tboundary=\"b\"\n\n--b\n";
        assert!(is_saved_page("txt", page.as_bytes()));
        let plain = "Content-Type: text/html\n\n<p>x";
        assert!(is_saved_page("mht", plain.as_bytes()) && !is_saved_page("eml", plain.as_bytes()));
        let mail = "From: a@b\nSubject: x\nMIME-Version: 1.0\nContent-Type: multipart/related; boundary=b\n\n";
        assert!(!is_saved_page("eml", mail.as_bytes()));
    }

    #[test]
    fn mailboxes_are_cut_where_mails_begin() {
        let mailbox = "From a@b Sat Oct 31 10:00:00 2026\nSubject: one\nTo: x\n\nBody.\nFrom here on\nTo: be\n\n\
                       From Monday on it is text.\n\nFrom c\nSubject: two\nTo: y\n\nEnd\nFrom d@e\r\nSubject: three\r\nTo: z\r\n\r\n";
        assert!(is_mailbox("txt", mailbox.as_bytes()));
        let mails = mails(mailbox.as_bytes());
        let first: Vec<&str> = mails
            .iter()
            .map(|mail| std::str::from_utf8(mail).unwrap().lines().nth(1).unwrap())
            .collect();
        assert_eq!(first, ["Subject: one", "Subject: two", "Subject: three"]);
        assert!(!is_mailbox("txt", b"From here on\nSubject: x\nTo: y\n\nz"));
        assert!(is_mailbox("mbox", b"From x\nSubject: y\n\nz"));
    }
}
