//! A document as an article: its pieces as blocks, and what is no part of the text behind them.

use super::document::{Document, Fault, Kind, Piece, Reason};
use super::drawing::draw;
use super::geometry::Area;
use super::limits::Limits;
use super::reading::{open, read};
use crate::corpus::block::{BlockKind, Omission};
use crate::corpus::decode::decoded;
use crate::corpus::format::blocks::Blocks;
use crate::corpus::format::places::{Picture, Places, Stretch};
use crate::corpus::format::reader::{Bytes, FormatOfBytes, Found, Paged, Parsed, Recognised};
use crate::corpus::format::table::Cell;

/// The specification allows other bytes before the mark, but no more than so many.
const HEAD: usize = 1024;

/// The mark at the end is in the last bytes.
const TAIL: usize = 2048;

/// The form.
pub struct PdfFile;

impl FormatOfBytes for PdfFile {
    fn name(&self) -> &'static str {
        "PDF"
    }

    fn accepts(&self, extension: &str, bytes: &[u8]) -> bool {
        let head = &bytes[..bytes.len().min(HEAD)];
        let Some(at) = memchr::memmem::find_iter(head, b"%PDF-")
            .find(|at| bytes.get(at + 5).is_some_and(u8::is_ascii_digit))
        else {
            return false;
        };
        if extension == "pdf" {
            return true;
        }
        // Under another name it may be a text about PDF. That has no objects, or none behind the mark alone.
        let begins = bytes[..at].trim_ascii().is_empty();
        let tail = &bytes[bytes.len().saturating_sub(TAIL)..];
        memchr::memmem::find(bytes, b" obj").is_some()
            && (begins || memchr::memmem::find(tail, b"%%EOF").is_some())
    }

    fn read(&self, bytes: Bytes) -> Result<Vec<Parsed>, decoded::Fault> {
        self.find(bytes, &[]).articles
    }

    fn paged(&self) -> Option<&dyn Paged> {
        Some(self)
    }
}

impl Paged for PdfFile {
    fn find(&self, bytes: Bytes, recognised: &[Recognised]) -> Found {
        match read(bytes, recognised, &Limits::default()) {
            Ok(document) => Found {
                articles: Ok(vec![parsed(&document).0]),
                pictures: document.unread,
            },
            Err(fault) => Found {
                articles: Err(told(&fault)),
                pictures: match fault {
                    Fault::NoText { unread, .. } => unread,
                    _ => Vec::new(),
                },
            },
        }
    }

    fn places(&self, bytes: Bytes) -> Result<Places, decoded::Fault> {
        let document = match read(bytes, &[], &Limits::default()) {
            // Its pages can be shown all the same.
            Err(Fault::NoText { sizes, .. }) => Document {
                sizes,
                ..Document::default()
            },
            document => document.map_err(|fault| told(&fault))?,
        };
        let (parsed, stretches) = parsed(&document);
        Ok(Places {
            text: parsed.text.unwrap_or_default(),
            sizes: document.sizes,
            stretches,
        })
    }

    fn draw(&self, bytes: Bytes, page: usize, width: u32) -> Result<Picture, decoded::Fault> {
        let pdf = open(bytes).map_err(|fault| told(&fault))?;
        draw(&pdf, page, width).map_err(decoded::Fault::unreadable)
    }
}

fn told(fault: &Fault) -> decoded::Fault {
    match fault {
        Fault::NoText { cut: None, .. } => decoded::Fault::not_text(fault.to_string()),
        fault => decoded::Fault::unreadable(fault.to_string()),
    }
}

/// A document as an article, and where its text stands.
fn parsed(document: &Document) -> (Parsed, Vec<Stretch>) {
    let mut stretches = Vec::new();
    let mut blocks = Blocks::new(Parsed {
        title: document.title.clone(),
        author: document.author.clone(),
        published: document.published.clone(),
        lang: document.lang.clone(),
        notes: document
            .notes
            .iter()
            .map(|note| note.as_str().into())
            .collect(),
        ..Parsed::default()
    });
    for piece in &document.pieces {
        let new = write(&mut blocks, piece, &document.sizes);
        // Of a piece that was recognised nothing else will tell where it stands.
        let is_recognised = |page: usize| document.recognised.contains(&page);
        if new.first().is_some_and(|one| is_recognised(one.page)) {
            blocks.recognise(&new);
        }
        stretches.extend(new);
    }
    let notes = [
        without_text(&document.pages_without_text),
        by_recognition(&document.recognised),
    ];
    for note in notes.into_iter().flatten() {
        blocks.note(note);
    }
    for left in &document.left_out {
        let reason = match left.reason {
            Reason::RunningHead | Reason::PageNumber => Omission::RunningHead,
            Reason::Ruby => Omission::Ruby,
            Reason::Watermark => Omission::Surroundings,
            Reason::OutsidePage => Omission::Hidden,
        };
        blocks.leave(reason, &left.text);
    }
    (blocks.finish(), stretches)
}

/// Writes a piece, notes where a page begins in it, and gives where its lines stand.
fn write(blocks: &mut Blocks, piece: &Piece, sizes: &[(f32, f32)]) -> Vec<Stretch> {
    let content = piece.text.trim();
    if content.is_empty() {
        return Vec::new();
    }
    let kind = match piece.kind {
        Kind::Paragraph | Kind::Footnote => BlockKind::Paragraph,
        Kind::Heading => BlockKind::Heading,
        Kind::ListItem => BlockKind::ListItem,
        Kind::Caption => BlockKind::Caption,
        Kind::Row => BlockKind::Row,
        Kind::Code => BlockKind::Code,
    };
    let start = blocks.begin(kind);
    let cut = piece.text.len() - piece.text.trim_start().len();
    let mut stretches = Vec::with_capacity(piece.marks.len());
    for mark in &piece.marks {
        let at = start + mark.at.saturating_sub(cut).min(content.len());
        blocks.place(at, format!("page {}", mark.page));
        let Area { x0, y0, x1, y1 } = mark.area;
        let size = mark.page.checked_sub(1).and_then(|page| sizes.get(page));
        let size = size.copied().unwrap_or_default();
        stretches.push(Stretch::new(at, mark.page, [x0, y0, x1, y1], size));
    }
    if kind == BlockKind::Row {
        // The cells have their names already.
        let cell = |value| Cell { name: "", value };
        let cells: Vec<Cell<'_>> = content.split(" | ").map(cell).collect();
        blocks.add_row(&cells);
    } else {
        blocks.add(kind, content);
    }
    stretches
}

/// Which pages have no letters, in a sentence.
fn without_text(pages: &[usize]) -> Option<String> {
    let shown = listed(pages);
    match pages {
        [] => None,
        [_] => Some(format!(
            "page {shown} has no text layer: it is a picture or empty"
        )),
        _ => Some(format!(
            "pages {shown} have no text layer: they are pictures or empty"
        )),
    }
}

/// Which pages were recognised, in a sentence.
fn by_recognition(pages: &[usize]) -> Option<String> {
    let shown = listed(pages);
    match pages {
        [] => None,
        [_] => Some(format!(
            "the text of page {shown} is recognised (OCR): it may hold mistakes"
        )),
        _ => Some(format!(
            "the text of pages {shown} is recognised (OCR): it may hold mistakes"
        )),
    }
}

/// Numbers of pages in ascending order, as few words as they need: `1, 3-5`.
fn listed(pages: &[usize]) -> String {
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for &page in pages {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == page => *last = page,
            _ => ranges.push((page, page)),
        }
    }
    let shown: Vec<String> = ranges
        .iter()
        .map(|(first, last)| match first == last {
            true => first.to_string(),
            false => format!("{first}-{last}"),
        })
        .collect();
    shown.join(", ")
}

#[cfg(test)]
mod tests {
    use super::super::document::{LeftOut as Left, Mark};
    use super::*;

    #[test]
    fn a_file_is_known_by_its_mark_and_not_by_its_name() {
        for (extension, bytes, expected) in [
            ("pdf", "%PDF-1.4\n", true),
            ("pdf", "HTTP/1.1 200 OK\r\n\r\n%PDF-1.7\n1 0 obj\n", true),
            ("bin", "\n%PDF-1.7\n1 0 obj\n<<>>\nendobj\n", true),
            ("bin", "junk\n%PDF-1.7\n1 0 obj\nendobj\n%%EOF\n", true),
            ("txt", "%PDF-1.4 is how a document begins.", false),
            ("md", "# PDF\n\n%PDF-1.4\n1 0 obj\n", false),
            ("pdf", "Only the name says so.", false),
            ("pdf", "%PDF-x", false),
            ("pdf", "", false),
        ] {
            let accepted = PdfFile.accepts(extension, bytes.as_bytes());
            assert_eq!(accepted, expected, "{extension}: {bytes}");
        }
        let late = [vec![b' '; HEAD], b"%PDF-1.7\n1 0 obj\n".to_vec()].concat();
        assert!(!PdfFile.accepts("pdf", &late));
    }

    fn piece(kind: Kind, text: &str, marks: &[(usize, usize)]) -> Piece {
        let marks = marks.iter().map(|&(at, page)| Mark {
            at,
            page,
            area: Area::default(),
        });
        Piece {
            kind,
            text: text.to_owned(),
            marks: marks.collect(),
        }
    }

    #[test]
    fn pages_begin_where_their_first_letter_stands() {
        let cell = "word ".repeat(40);
        let row = format!("Key: a | Text: {} | More: {}", cell.trim(), cell.trim());
        let document = Document {
            pages: 4,
            pages_without_text: vec![3, 4],
            pieces: vec![
                piece(Kind::Heading, "Head", &[(0, 1)]),
                piece(Kind::Paragraph, " One two.", &[(0, 1), (5, 2)]),
                piece(Kind::Footnote, "A note.", &[(0, 2)]),
                piece(Kind::Row, &row, &[(0, 2)]),
                piece(Kind::Row, "Key: b", &[(0, 2)]),
            ],
            left_out: vec![Left {
                page: 1,
                reason: Reason::PageNumber,
                text: "1".to_owned(),
            }],
            ..Document::default()
        };
        let (parsed, stretches) = parsed(&document);
        let text = parsed.text.unwrap();
        assert!(
            text.starts_with("Head\n\nOne two.\n\nA note.\n\nKey: a | "),
            "{text}"
        );
        let pages: Vec<_> = parsed
            .locators
            .iter()
            .map(|(at, page)| (&text[*at..*at + 3], page.as_str()))
            .collect();
        assert_eq!(pages, [("Hea", "page 1"), ("two", "page 2")]);
        let stretches: Vec<_> = stretches
            .iter()
            .map(|one| (&text[one.at..one.at + 3], one.page))
            .collect();
        assert_eq!(
            stretches,
            [
                ("Hea", 1),
                ("One", 1),
                ("two", 2),
                ("A n", 2),
                ("Key", 2),
                ("Key", 2)
            ]
        );
        let kinds: Vec<BlockKind> = parsed.blocks.iter().map(|block| block.kind).collect();
        assert_eq!(
            kinds[..3],
            [
                BlockKind::Heading,
                BlockKind::Paragraph,
                BlockKind::Paragraph
            ]
        );
        // A row that is too long for a passage is cut between its cells.
        assert!(kinds.contains(&BlockKind::RowPart) && kinds.ends_with(&[BlockKind::Row]));
        let omitted = &parsed.omitted[0];
        assert_eq!(
            (omitted.reason, &text[omitted.span.clone()]),
            (Omission::RunningHead, "1")
        );
        assert_eq!(
            parsed.notes[0].text,
            "pages 3-4 have no text layer: they are pictures or empty"
        );
    }
}
