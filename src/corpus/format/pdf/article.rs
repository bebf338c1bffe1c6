//! A document as an article: its pieces as blocks, and what is no part of the text behind them.

use super::document::{Document, Fault, Kind, Piece, Reason};
use super::limits::Limits;
use super::reading::read;
use crate::corpus::block::{BlockKind, Omission};
use crate::corpus::decode::decoded;
use crate::corpus::format::blocks::Blocks;
use crate::corpus::format::reader::{FormatOfBytes, Parsed};
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

    fn read(&self, bytes: Vec<u8>) -> Result<Vec<Parsed>, decoded::Fault> {
        match read(bytes, &Limits::default()) {
            Ok(document) => Ok(vec![parsed(document)]),
            Err(fault) => Err(match &fault {
                Fault::NoText { cut: None, .. } => decoded::Fault::NotText(fault.to_string()),
                fault => decoded::Fault::Unreadable(fault.to_string()),
            }),
        }
    }
}

fn parsed(document: Document) -> Parsed {
    let mut blocks = Blocks::new(Parsed {
        title: document.title,
        author: document.author,
        published: document.published,
        lang: document.lang,
        notes: document.notes,
        ..Parsed::default()
    });
    for piece in &document.pieces {
        write(&mut blocks, piece);
    }
    if let Some(note) = without_text(&document.pages_without_text) {
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
    blocks.finish()
}

/// Writes a piece, and notes where a page begins in it.
fn write(blocks: &mut Blocks, piece: &Piece) {
    let content = piece.text.trim();
    if content.is_empty() {
        return;
    }
    let kind = match piece.kind {
        Kind::Paragraph | Kind::Footnote => BlockKind::Paragraph,
        Kind::Heading => BlockKind::Heading,
        Kind::ListItem => BlockKind::ListItem,
        Kind::Caption => BlockKind::Caption,
        Kind::Row => BlockKind::Row,
    };
    let start = blocks.begin(kind);
    let cut = piece.text.len() - piece.text.trim_start().len();
    for mark in &piece.marks {
        let at = start + mark.at.saturating_sub(cut).min(content.len());
        blocks.place(at, format!("page {}", mark.page));
    }
    if kind == BlockKind::Row {
        // The cells have their names already.
        let cell = |value| Cell { name: "", value };
        let cells: Vec<Cell<'_>> = content.split(" | ").map(cell).collect();
        blocks.add_row(&cells);
    } else {
        blocks.add(kind, content);
    }
}

/// Which pages have no letters, in a sentence.
fn without_text(pages: &[usize]) -> Option<String> {
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
    match pages {
        [] => None,
        [_] => Some(format!(
            "page {} has no text layer: it is a picture or empty",
            shown.join(", ")
        )),
        _ => Some(format!(
            "pages {} have no text layer: they are pictures or empty",
            shown.join(", ")
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::super::document::{LeftOut as Left, Mark};
    use super::super::geometry::Area;
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
        let parsed = parsed(document);
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
            parsed.notes,
            ["pages 3-4 have no text layer: they are pictures or empty"]
        );
    }
}
