//! Documents that look like text and are none: what a program wrote for programs (PostScript, a drawing of OpenDocument
//! in one XML file, ...). They are named and left out.
//!
//! What they hold tells them, not their names: a text about PostScript is read.

use super::super::lines::lines;
use crate::corpus::decode::decoded::Fault;
use crate::corpus::format::reader::{Format, Parsed};
use crate::corpus::read_options::Fields;

/// What is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Foreign {
    PdfAsText,
    FormData,
    PostScript,
    OpenDocument,
    OfficeXml,
    Uuencoded,
    BinHex,
    Sylk,
}

impl Foreign {
    /// What it is, and what its owner can do.
    fn reason(self) -> &'static str {
        match self {
            Self::PdfAsText => "a PDF document; give the file itself",
            Self::FormData => "form data of a PDF document (FDF); export it as text",
            Self::PostScript => "a PostScript document; save its text",
            Self::OpenDocument => "an OpenDocument file in XML; save it as text, HTML or CSV",
            Self::OfficeXml => "a Microsoft Office file in XML; save it as text, HTML or CSV",
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
        Err(Fault::not_text(self.reason()))
    }
}

/// What a text is that is none.
pub(super) fn of(extension: &str, text: &str) -> Option<&'static Foreign> {
    let text = text.trim_start_matches(|c: char| c == '\u{feff}' || c.is_whitespace());
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
    xml(text)
}

/// A byte near `most` where a text may be cut.
fn head(text: &str, most: usize) -> usize {
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    end
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_known_by_what_they_hold() {
        for (name, text, expected) in [
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
