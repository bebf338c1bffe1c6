//! Documents that look like text and are none: what a program wrote for programs (RTF, a drawing of OpenDocument in one
//! XML file, ...), and mails and saved pages whose text is encoded. They are named and left out.
//!
//! What they hold tells them, not their names: a text about RTF is read.

use super::super::lines::lines;
use crate::corpus::decode::decoded::Fault;
use crate::corpus::format::reader::{Format, Parsed};
use crate::corpus::read_options::Fields;

/// What is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Foreign {
    Rtf,
    PdfAsText,
    FormData,
    PostScript,
    OpenDocument,
    OfficeXml,
    SavedPage,
    EncodedMail,
    Uuencoded,
    BinHex,
    Sylk,
}

impl Foreign {
    /// What it is, and what its owner can do.
    fn reason(self) -> &'static str {
        match self {
            Self::Rtf => "an RTF document; save it as text or HTML",
            Self::PdfAsText => "a PDF document; give the file itself",
            Self::FormData => "form data of a PDF document (FDF); export it as text",
            Self::PostScript => "a PostScript document; save its text",
            Self::OpenDocument => "an OpenDocument file in XML; save it as text, HTML or CSV",
            Self::OfficeXml => "a Microsoft Office file in XML; save it as text, HTML or CSV",
            Self::SavedPage => "a saved web page (MHTML); save it as HTML alone",
            Self::EncodedMail => {
                "a mail whose text is encoded (base64 or quoted-printable); save it as text"
            }
            Self::Uuencoded => "a uuencoded file; decode it",
            Self::BinHex => "a BinHex file; decode it",
            Self::Sylk => "a table in SYLK; save it as CSV",
        }
    }
}

impl Format for Foreign {
    fn name(&self) -> &'static str {
        "foreign"
    }

    fn accepts(&self, extension: &str, head: &str) -> bool {
        of(extension, head) == Some(self)
    }

    fn read(&self, _: &str, _: &Fields) -> Result<Vec<Parsed>, Fault> {
        Err(Fault::NotText(self.reason().to_owned()))
    }
}

/// What a text is that is none.
pub(super) fn of(extension: &str, text: &str) -> Option<&'static Foreign> {
    let text = text.trim_start_matches(|c: char| c == '\u{feff}' || c.is_whitespace());
    if is_rtf(text) {
        return Some(&Foreign::Rtf);
    }
    // Files that begin so are read before they are taken for text.
    if is_marked("%PDF-", extension, text) {
        return Some(&Foreign::PdfAsText);
    }
    if is_marked("%FDF-", extension, text) {
        return Some(&Foreign::FormData);
    }
    if text.starts_with("%!PS") {
        return Some(&Foreign::PostScript);
    }
    if text.starts_with("(This file must be converted with BinHex") {
        return Some(&Foreign::BinHex);
    }
    if text.starts_with("ID;P") && text[..head(text, 400)].lines().skip(1).take(5).all(is_sylk) {
        return Some(&Foreign::Sylk);
    }
    if is_uuencoded(text) {
        return Some(&Foreign::Uuencoded);
    }
    xml(text).or_else(|| mail(text))
}

/// A byte near `most` where a text may be cut.
fn head(text: &str, most: usize) -> usize {
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    end
}

/// Begins with its mark and goes on in control words.
fn is_rtf(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("{\\rtf") else {
        return false;
    };
    let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    let beginning = &rest[..head(rest, 400)];
    let words = beginning.match_indices('\\').filter(|(at, _)| {
        let after = &beginning[at + 1..];
        after.starts_with(|c: char| c.is_ascii_lowercase() || c == '*' || c == '\'')
    });
    rest.trim_start().starts_with(['\\', '{']) && words.count() >= 2
}

/// Its mark at the beginning of a line, and objects behind it.
fn is_marked(mark: &str, extension: &str, text: &str) -> bool {
    let near = &text[..head(text, 1024)];
    let begins_line = |at: &usize| *at == 0 || near[..*at].ends_with(['\n', '\r']);
    let found = near.match_indices(mark).map(|(at, _)| at).find(begins_line);
    found.is_some_and(|at| {
        let version = text[at + 5..].starts_with(|c: char| c.is_ascii_digit());
        let objects = text[..head(text, 64 << 10)].contains(" obj");
        // Behind other lines it may be an example in a text.
        version && objects && (at == 0 || ["pdf", "fdf"].contains(&extension))
    })
}

/// Records of a SYLK table.
fn is_sylk(line: &str) -> bool {
    let (kind, _) = line.split_once(';').unwrap_or((line, ""));
    line.trim().is_empty() || (kind.len() <= 2 && kind.bytes().all(|b| b.is_ascii_uppercase()))
}

/// `begin 644 name`, and lines whose first letter says how long they are.
fn is_uuencoded(text: &str) -> bool {
    let mut lines = lines(text).map(|line| &text[line]);
    let Some(rest) = lines.next().and_then(|line| line.strip_prefix("begin ")) else {
        return false;
    };
    let Some((mode, name)) = rest.split_once(' ') else {
        return false;
    };
    let octal = matches!(mode.len(), 3 | 4) && mode.bytes().all(|b| (b'0'..=b'7').contains(&b));
    let first = lines.next().unwrap_or_default().as_bytes();
    let length = first
        .first()
        .map_or(0, |byte| usize::from(byte.wrapping_sub(b' ') & 63));
    let letters = length.div_ceil(3) * 4;
    octal
        && !name.trim().is_empty()
        && length > 0
        && (letters..=letters + 2).contains(&(first.len() - 1))
}

/// XML by its first element.
fn xml(text: &str) -> Option<&'static Foreign> {
    let near = &text[..head(text, 16 << 10)];
    let mut rest = near;
    let mut office = false;
    let element = loop {
        rest = rest.trim_start();
        let inner = rest.strip_prefix('<')?;
        let skipped = if inner.starts_with('?') {
            office |= inner.starts_with("?mso-application");
            rest.split_once("?>")
        } else if inner.starts_with("!--") {
            rest.split_once("-->")
        } else if inner.starts_with('!') {
            rest.split_once('>')
        } else {
            break inner;
        };
        rest = skipped?.1;
    };
    let name = element
        .split(|c: char| c.is_whitespace() || c == '>' || c == '/')
        .next()?;
    let tag = &element[..element.find('>').unwrap_or(element.len())];
    let is_office = office
        || matches!(name, "w:wordDocument" | "pkg:package" | "VisioDocument")
        || (matches!(name, "Workbook" | "ss:Workbook")
            && tag.contains("schemas-microsoft-com:office"))
        || tag.contains("schemas.openxmlformats.org/");
    if name == "office:document"
        || (name.starts_with("office:document-") && tag.contains("opendocument"))
    {
        Some(&Foreign::OpenDocument)
    } else if is_office {
        Some(&Foreign::OfficeXml)
    } else {
        None
    }
}

/// The lines of a mail (or a part of one) before its text.
#[derive(Default)]
struct Headers {
    /// Names that mails have.
    known: usize,
    kind: String,
    encoding: String,
}

impl Headers {
    /// Is not read as it is written.
    fn is_encoded(&self) -> bool {
        ["base64", "quoted-printable", "x-uuencode"].contains(&self.encoding.as_str())
    }

    fn is_text(&self) -> bool {
        self.kind.is_empty() || self.kind.starts_with("text/")
    }
}

/// The headers that a text begins with, and where they end; `None` where a line is none.
fn headers(text: &str) -> Option<(Headers, usize)> {
    const KNOWN: [&str; 16] = [
        "from",
        "to",
        "cc",
        "subject",
        "date",
        "message-id",
        "received",
        "return-path",
        "reply-to",
        "sender",
        "mime-version",
        "content-type",
        "content-transfer-encoding",
        "delivered-to",
        "content-disposition",
        "snapshot-content-location",
    ];
    let mut found = Headers::default();
    let mut last = String::new();
    for (number, line) in lines(text).enumerate() {
        let content = &text[line.clone()];
        if content.trim().is_empty() {
            return (number > 0).then_some((found, line.end));
        }
        if number > 2000 {
            return None;
        }
        let folded = content.starts_with([' ', '\t']);
        let (name, value) = if folded {
            (last.as_str(), content)
        } else {
            content.split_once(':')?
        };
        let token = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        if name.is_empty() || !name.bytes().all(token) {
            return None;
        }
        let name = name.to_ascii_lowercase();
        found.known += usize::from(!folded && KNOWN.contains(&name.as_str()));
        let value = value.trim().to_ascii_lowercase();
        match name.as_str() {
            "content-type" => found.kind.push_str(&value),
            "content-transfer-encoding" => found.encoding.push_str(&value),
            _ => {}
        }
        last = name;
    }
    Some((found, text.len()))
}

/// A saved page, or a mail whose text is encoded. One that is readable as it stands goes on being read.
fn mail(text: &str) -> Option<&'static Foreign> {
    if text.starts_with("From ") {
        return mailbox(text);
    }
    let (headers, end) = headers(text)?;
    if headers.known < 2 {
        return None;
    }
    if headers.kind.starts_with("multipart/related") {
        return Some(&Foreign::SavedPage);
    }
    is_encoded(&headers, &text[end..]).then_some(&Foreign::EncodedMail)
}

/// Several mails, each behind a line `From ...`: left out where most are encoded.
fn mailbox(text: &str) -> Option<&'static Foreign> {
    let mut starts: Vec<usize> = vec![0];
    starts.extend(memchr::memmem::find_iter(text.as_bytes(), b"\nFrom ").map(|at| at + 1));
    let (mut mails, mut encoded) = (0usize, 0usize);
    for (number, start) in starts.iter().enumerate() {
        let end = starts.get(number + 1).copied().unwrap_or(text.len());
        let mail = &text[*start..end];
        let first = lines(mail).next().map_or(0, |line| line.end);
        let after = mail[first..].trim_start_matches(['\r', '\n']);
        if let Some((headers, end)) = headers(after).filter(|(headers, _)| headers.known >= 2) {
            mails += 1;
            encoded += usize::from(is_encoded(&headers, &after[end..]));
        }
    }
    (encoded * 2 > mails).then_some(&Foreign::EncodedMail)
}

/// The text of a mail, or that of one of its parts, is encoded.
fn is_encoded(headers: &Headers, body: &str) -> bool {
    if headers.is_text() {
        return headers.is_encoded();
    }
    let Some((_, boundary)) = headers.kind.split_once("boundary=") else {
        // Nothing but a file.
        return headers.is_encoded();
    };
    let boundary = boundary.trim_start_matches('"');
    let boundary = boundary.split(['"', ';', ' ']).next().unwrap_or_default();
    // Names of boundaries are compared in lower case, as they were kept; parts inside parts have their own.
    let mut after_mark = false;
    let mut at = 0;
    for line in lines(body) {
        let content = body[line.clone()].trim_end();
        if after_mark
            && let Some((part, _)) = self::headers(&body[line.start..])
            && part.is_text()
            && !part.kind.is_empty()
            && part.is_encoded()
        {
            return true;
        }
        let mark = content.strip_prefix("--").is_some_and(|mark| {
            mark.eq_ignore_ascii_case(boundary) || (mark.len() >= 16 && !mark.contains(' '))
        });
        after_mark = mark && !boundary.is_empty();
        at += usize::from(mark);
        if at > 1000 {
            break;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_known_by_what_they_hold() {
        for (name, text, expected) in [
            (
                "doc",
                "{\\rtf1\\ansi\\deff0{\\fonttbl{\\f0 Arial;}}Text\\par}",
                Foreign::Rtf,
            ),
            (
                "txt",
                "\u{feff}{\\rtf1{\\*\\generator x;}\\pard Text\\par}",
                Foreign::Rtf,
            ),
            (
                "txt",
                "%PDF-1.4\n1 0 obj\n<<>>\nendobj\n",
                Foreign::PdfAsText,
            ),
            (
                "fdf",
                "%FDF-1.2\n1 0 obj\n<<>>\nendobj\n",
                Foreign::FormData,
            ),
            ("pdf", "junk\n%PDF-1.7\n1 0 obj\n", Foreign::PdfAsText),
            (
                "eps",
                "%!PS-Adobe-3.0 EPSF-3.0\n%%Title: x\n",
                Foreign::PostScript,
            ),
            (
                "xml",
                "<?xml version='1.0'?>\n<!-- c -->\n<office:document xmlns:office='u'>",
                Foreign::OpenDocument,
            ),
            (
                "xml",
                "<?xml version='1.0'?><?mso-application progid=\"Word.Document\"?><w:wordDocument>",
                Foreign::OfficeXml,
            ),
            (
                "xls",
                "<?xml version='1.0'?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\">",
                Foreign::OfficeXml,
            ),
            (
                "txt",
                "begin 644 a.bin\n#0V%T\n`\nend\n",
                Foreign::Uuencoded,
            ),
            ("slk", "ID;PWXL;N;E\nP;PGeneral\nB;Y2;X2\n", Foreign::Sylk),
            (
                "mht",
                "From: <Saved by Blink>\nSubject: x\nMIME-Version: 1.0\nContent-Type: multipart/related;\n\ttype=\"text/html\";\n\tboundary=\"b\"\n\n--b\n",
                Foreign::SavedPage,
            ),
            (
                "eml",
                "From: a@example.org\nSubject: x\nContent-Transfer-Encoding: BASE64\n\n5qyh\n",
                Foreign::EncodedMail,
            ),
            (
                "txt",
                "Subject: x\r\nTo: b\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nG=C3=BC\r\n",
                Foreign::EncodedMail,
            ),
            (
                "eml",
                "Subject: x\nTo: b\nContent-Type: multipart/alternative; boundary=\"=_B1\"\n\n--=_B1\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\nAAAA\n--=_B1--\n",
                Foreign::EncodedMail,
            ),
            (
                "mbox",
                "From a@b Thu May  3\nSubject: x\nTo: b\nContent-Transfer-Encoding: base64\n\nAAAA\n\nFrom a@b Fri\nSubject: y\nTo: b\nContent-Transfer-Encoding: base64\n\nAAAA\n",
                Foreign::EncodedMail,
            ),
        ] {
            assert_eq!(of(name, text), Some(&expected), "{text}");
        }
    }

    #[test]
    fn texts_are_read() {
        for (name, text) in [
            (
                "rtf",
                "An RTF file begins with {\\rtf1\\ansi and ends with a brace.",
            ),
            ("txt", "{\\rtf is how it begins."),
            (
                "txt",
                "A PDF begins with %PDF-1.4 and has objects such as 1 0 obj.",
            ),
            ("md", "# PDF\n\n%PDF-1.4\n1 0 obj\n"),
            ("pdf", "Only the name says so."),
            (
                "xml",
                "<?xml version='1.0'?><note>about <office:document></note>",
            ),
            ("txt", "begin 10 minutes early.\nWe meet at noon."),
            ("txt", "ID;P is a mark.\nIt begins a table."),
            (
                "eml",
                "From: a@example.org\nTo: b\nSubject: x\nContent-Transfer-Encoding: 8bit\n\nText.\n",
            ),
            (
                "eml",
                "From: a\nTo: b\nContent-Type: multipart/mixed; boundary=B\n\n--B\nContent-Type: text/plain\n\nText.\n--B\nContent-Type: image/png\nContent-Transfer-Encoding: base64\n\nAAAA\n--B--\n",
            ),
            (
                "txt",
                "Content-Transfer-Encoding: base64\n\nis a header of mails.",
            ),
            ("txt", "From here on it is text.\nSubject: x\n\nMore."),
            ("txt", "Note: base64\nMore: text\n\nText."),
            ("vcf", "BEGIN:VCARD\nVERSION:3.0\nFN:Ann\nEND:VCARD\n"),
            ("txt", ""),
        ] {
            assert_eq!(of(name, text), None, "{text}");
        }
    }
}
