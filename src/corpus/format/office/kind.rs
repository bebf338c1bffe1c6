//! Which form a file has, by what it holds first and by its name second.

use crate::corpus::format::package::names;

/// The forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Docx,
    Pptx,
    Xlsx,
    Xlsb,
    Xls,
    Odt,
    Odp,
    Ods,
    Fodt,
    Fodp,
    Fods,
    /// A document that is encrypted.
    Locked,
    /// Word before 2007.
    OldWord,
    /// PowerPoint before 2007.
    OldSlides,
    /// Named as a document of these, and no archive.
    Damaged,
}

/// All of them.
pub static KINDS: [Kind; 15] = [
    Kind::Docx,
    Kind::Pptx,
    Kind::Xlsx,
    Kind::Xlsb,
    Kind::Xls,
    Kind::Odt,
    Kind::Odp,
    Kind::Ods,
    Kind::Fodt,
    Kind::Fodp,
    Kind::Fods,
    Kind::Locked,
    Kind::OldWord,
    Kind::OldSlides,
    Kind::Damaged,
];

/// What a compound file begins with (MS-CFB).
const COMPOUND: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

/// A form of documents in one XML file is found this near to the beginning.
const HEAD: usize = 16 << 10;

/// The form of a file; `None`: it is none of these.
pub(super) fn kind(extension: &str, bytes: &[u8]) -> Option<Kind> {
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return of_archive(bytes).or_else(|| of_extension(extension));
    }
    if bytes.starts_with(COMPOUND) {
        // One whose directory is damaged is told by its name.
        return of_compound(bytes).or_else(|| match extension {
            "doc" | "dot" => Some(Kind::OldWord),
            "xls" | "xlt" => Some(Kind::Xls),
            "ppt" | "pps" | "pot" => Some(Kind::OldSlides),
            _ => of_extension(extension).map(|_| Kind::Damaged),
        });
    }
    if of_extension(extension).is_some() && !is_text(bytes) {
        return Some(Kind::Damaged);
    }
    flat(bytes)
}

/// Any text is read as what it is, whatever its name says: a table of HTML is often named as a workbook.
fn is_text(bytes: &[u8]) -> bool {
    let marked = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
    let control = |c: char| c.is_control() && !"\t\n\r\u{c}".contains(c);
    marked
        || std::str::from_utf8(bytes)
            .is_ok_and(|text| !text.trim().is_empty() && !text.contains(control))
}

/// The forms of archives by their names.
fn of_extension(extension: &str) -> Option<Kind> {
    Some(match extension {
        "docx" | "docm" | "dotx" | "dotm" => Kind::Docx,
        "pptx" | "pptm" | "ppsx" | "ppsm" | "potx" | "potm" => Kind::Pptx,
        "xlsx" | "xlsm" | "xltx" | "xltm" => Kind::Xlsx,
        "xlsb" => Kind::Xlsb,
        "odt" | "ott" | "odm" => Kind::Odt,
        "odp" | "otp" => Kind::Odp,
        "ods" | "ots" => Kind::Ods,
        _ => return None,
    })
}

/// By the names of the files in an archive.
fn of_archive(bytes: &[u8]) -> Option<Kind> {
    if let Some(kind) = open_document(bytes) {
        return Some(kind);
    }
    let mut types = false;
    let mut found = None;
    for name in names(bytes) {
        let name = String::from_utf8_lossy(name)
            .replace('\\', "/")
            .to_ascii_lowercase();
        let name = name.trim_start_matches('/');
        types |= name == "[content_types].xml";
        let kind = match name {
            "xl/workbook.bin" => Some(Kind::Xlsb),
            _ if name.starts_with("xl/") => Some(Kind::Xlsx),
            _ if name.starts_with("word/") => Some(Kind::Docx),
            _ if name.starts_with("ppt/") => Some(Kind::Pptx),
            _ => None,
        };
        found = match (found, kind) {
            // Parts of other forms are embedded.
            (Some(Kind::Xlsx), Some(Kind::Xlsb)) => kind,
            (found, kind) => found.or(kind),
        };
    }
    found.filter(|_| types)
}

/// By the first file of an archive, which OpenDocument neither names otherwise nor packs (OpenDocument 1.3, part 2, 3.3).
fn open_document(bytes: &[u8]) -> Option<Kind> {
    let header = bytes.get(..30)?;
    let number = |at: usize| usize::from(u16::from_le_bytes([header[at], header[at + 1]]));
    let begin = 30 + number(26);
    if bytes.get(30..begin)? != b"mimetype" {
        return None;
    }
    let content = bytes.get(begin + number(28)..)?;
    let kind = content.strip_prefix(b"application/vnd.oasis.opendocument.")?;
    Some(if kind.starts_with(b"text") {
        Kind::Odt
    } else if kind.starts_with(b"presentation") {
        Kind::Odp
    } else if kind.starts_with(b"spreadsheet") {
        Kind::Ods
    } else {
        return None;
    })
}

/// By the streams of a compound file. The one that is named first is the document's own; others are embedded.
fn of_compound(bytes: &[u8]) -> Option<Kind> {
    const STREAMS: [(&str, Kind); 5] = [
        ("EncryptedPackage", Kind::Locked),
        ("WordDocument", Kind::OldWord),
        ("PowerPoint Document", Kind::OldSlides),
        ("Workbook", Kind::Xls),
        ("Book", Kind::Xls),
    ];
    let places = STREAMS.iter().filter_map(|(name, kind)| {
        // Entries have 128 bytes, and their names in UTF-16 with two zeros behind them.
        let name: Vec<u8> = name
            .encode_utf16()
            .chain([0])
            .flat_map(u16::to_le_bytes)
            .collect();
        let at = memchr::memmem::find_iter(bytes, &name).find(|at| at % 128 == 0)?;
        Some((at, *kind))
    });
    places.min_by_key(|(at, _)| *at).map(|(_, kind)| kind)
}

/// An OpenDocument file in one XML file.
fn flat(bytes: &[u8]) -> Option<Kind> {
    let near = &bytes[..bytes.len().min(HEAD)];
    let wide = near.starts_with(b"\xff\xfe") || near.starts_with(b"\xfe\xff");
    if !wide && memchr::memmem::find(near, b"opendocument:xmlns:office").is_none() {
        return None;
    }
    // Letters of ASCII are enough.
    let narrow: Vec<u8> = match wide {
        true => near.iter().copied().filter(|byte| *byte != 0).collect(),
        false => near.to_vec(),
    };
    let text = String::from_utf8_lossy(&narrow);
    let begins =
        text.trim_start_matches(|c: char| c == '\u{feff}' || c == '\u{fffd}' || c.is_whitespace());
    if !begins.starts_with('<') {
        return None;
    }
    let mut tags = text.split('<').skip(1);
    let first = tags.find(|tag| !tag.starts_with(['?', '!']))?;
    let name = first
        .split(|c: char| c.is_whitespace() || c == '>')
        .next()?;
    let is_document = name.rsplit(':').next() == Some("document")
        && first.contains("urn:oasis:names:tc:opendocument:xmlns:office:1.0");
    let kind = first.split_once("application/vnd.oasis.opendocument.")?.1;
    let kind = kind.split(['"', '\'', '-']).next()?;
    match (is_document, kind) {
        (true, "text") => Some(Kind::Fodt),
        (true, "presentation") => Some(Kind::Fodp),
        (true, "spreadsheet") => Some(Kind::Fods),
        _ => None,
    }
}
