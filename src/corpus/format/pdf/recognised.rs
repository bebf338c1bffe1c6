//! What a program recognised on the pictures of pages without text (OCR): plain text or hOCR, as pieces of the document.
//!
//! hOCR is HTML whose elements say in `class` what they are and in `title` where they stand (hOCR Workflow and
//! Specification 1.2). Of it the paragraphs, the lines and their boxes are used.

use dom_query::{Document as Html, Selection};

use super::document::{Document, Kind, Mark, Piece};
use super::geometry::Area;
use super::joining::{Words, is_unspaced, join};
use crate::corpus::format::reader::Recognised;

/// Elements of hOCR that are a line of text.
const LINES: &str = ".ocr_line, .ocr_header, .ocr_caption, .ocr_textfloat";

/// Adds what was recognised behind the text of the pages before.
pub(super) fn insert(recognised: &[Recognised], document: &mut Document) {
    for page in recognised {
        // Only what has no text of its own.
        if !document.pages_without_text.contains(&page.page) {
            continue;
        }
        let size = page.page.checked_sub(1);
        let size = size.and_then(|at| document.sizes.get(at).copied());
        let found = pieces(page, size.unwrap_or_default());
        if found.is_empty() {
            continue;
        }
        let begins = |piece: &Piece| piece.marks.first().map_or(0, |mark| mark.page);
        let at = document
            .pieces
            .iter()
            .position(|piece| begins(piece) > page.page);
        let at = at.unwrap_or(document.pieces.len());
        document.pieces.splice(at..at, found);
        document.recognised.push(page.page);
    }
    let recognised = &document.recognised;
    document
        .pages_without_text
        .retain(|page| !recognised.contains(page));
    document.unread.retain(|page| !recognised.contains(page));
    document.recognised.sort_unstable();
}

/// The paragraphs of a page of this size.
fn pieces(page: &Recognised, size: (f32, f32)) -> Vec<Piece> {
    let text = page.text.as_str();
    let is_hocr = text.trim_start().starts_with('<')
        && (text.contains("ocr_page") || text.contains("ocr_line") || text.contains("ocrx_word"));
    let paragraphs = match is_hocr {
        true => of_hocr(text, size),
        false => of_text(text),
    };
    let mut words = Words::default();
    for line in paragraphs.iter().flatten() {
        words.add(&line.text);
    }
    let pieces = paragraphs
        .into_iter()
        .map(|lines| piece(lines, page.page, &words));
    pieces.filter(|piece| !piece.text.is_empty()).collect()
}

/// A line and where it stands, if that is known.
struct Line {
    text: String,
    area: Area,
}

fn piece(lines: Vec<Line>, page: usize, words: &Words) -> Piece {
    let mut piece = Piece {
        kind: Kind::Paragraph,
        text: String::new(),
        marks: Vec::new(),
    };
    for line in lines {
        join(&mut piece.text, &line.text, words);
        piece.marks.push(Mark {
            at: piece.text.len() - line.text.len().min(piece.text.len()),
            page,
            area: line.area,
        });
    }
    piece
}

/// Paragraphs with an empty line between them.
fn of_text(text: &str) -> Vec<Vec<Line>> {
    let mut paragraphs = vec![Vec::new()];
    // Programs end a page by a form feed.
    for line in text.split(['\n', '\u{c}']) {
        let text = spaced(line);
        match (text.is_empty(), paragraphs.last_mut()) {
            (false, Some(paragraph)) => paragraph.push(Line {
                text,
                area: Area::default(),
            }),
            (true, Some(paragraph)) if !paragraph.is_empty() => paragraphs.push(Vec::new()),
            _ => {}
        }
    }
    paragraphs
}

fn of_hocr(text: &str, size: (f32, f32)) -> Vec<Vec<Line>> {
    let html = Html::from(text);
    let picture = bbox(&html.select_single(".ocr_page")).unwrap_or_default();
    let line = |line: &Selection<'_>| Line {
        text: spaced(&line.text()),
        area: bbox(line).map_or_else(Area::default, |area| scaled(area, picture, size)),
    };
    let lines_of = |part: &Selection<'_>| -> Vec<Line> {
        let lines = part.select(LINES);
        let lines = lines.iter().map(|one| line(&one));
        lines.filter(|line| !line.text.is_empty()).collect()
    };
    let paragraphs = html.select(".ocr_par");
    let mut found: Vec<Vec<Line>> = paragraphs.iter().map(|one| lines_of(&one)).collect();
    if found.iter().all(Vec::is_empty) {
        // A program that knows no paragraphs: the page is one.
        found = vec![lines_of(&html.select("body"))];
    }
    if found.iter().all(Vec::is_empty) {
        found = of_text(&html.select("body").text());
    }
    found
}

/// The box that an element names: left, upper, right and lower edge in pixels.
fn bbox(element: &Selection<'_>) -> Option<[f32; 4]> {
    let title = element.attr("title")?;
    let properties = title.split(';').map(str::trim);
    let mut boxes = properties.filter_map(|property| property.strip_prefix("bbox "));
    let mut numbers = boxes.next()?.split_whitespace().map(str::parse::<f32>);
    let mut next = || numbers.next()?.ok().filter(|number| number.is_finite());
    Some([next()?, next()?, next()?, next()?])
}

/// A box on the picture as one on the page.
fn scaled([x0, y0, x1, y1]: [f32; 4], picture: [f32; 4], (width, height): (f32, f32)) -> Area {
    let [left, top, right, bottom] = picture;
    let (wide, tall) = (right - left, bottom - top);
    if !(wide > 0.0 && tall > 0.0) {
        return Area::default();
    }
    Area {
        x0: (x0 - left) / wide * width,
        y0: (y0 - top) / tall * height,
        x1: (x1 - left) / wide * width,
        y1: (y1 - top) / tall * height,
    }
}

/// A line with its spaces as they are written: programs put one between all words that they see, also between those
/// of scripts that have none.
fn spaced(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    for word in line.split(|c: char| c.is_whitespace() || c.is_control()) {
        let Some(first) = word.chars().next() else {
            continue;
        };
        let last = out.chars().next_back();
        if last.is_some_and(|last| !(is_unspaced(last) && is_unspaced(first))) {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recognised(page: usize, text: &str) -> Recognised {
        Recognised {
            page,
            text: text.to_owned(),
        }
    }

    fn texts(pieces: &[Piece]) -> Vec<&str> {
        pieces.iter().map(|piece| piece.text.as_str()).collect()
    }

    #[test]
    fn lines_of_plain_text_are_joined_to_paragraphs() {
        let text = "吾輩 は 猫 で ある 。 名前 は\nまだ 無い 。\n\n \nThe ferry leaves the nor-\nthern pier at 7.\n\u{c}";
        let found = pieces(&recognised(3, text), (100.0, 100.0));
        assert_eq!(
            texts(&found),
            [
                "吾輩は猫である。名前はまだ無い。",
                "The ferry leaves the northern pier at 7."
            ]
        );
        assert_eq!(found[0].marks[1].at, "吾輩は猫である。名前は".len());
        assert!(found[0].marks.iter().all(|mark| mark.page == 3));
        assert!(pieces(&recognised(3, " \n\u{c}"), (1.0, 1.0)).is_empty());
    }

    #[test]
    fn hocr_gives_paragraphs_lines_and_boxes() {
        let html = "<?xml version='1.0'?><html><head><title>x</title></head><body>\
            <div class='ocr_page' title='image \"-\"; bbox 0 0 1000 2000; ppageno 0'><div class='ocr_carea'>\
            <p class='ocr_par' title='bbox 100 200 900 300'>\
            <span class='ocr_line' title='bbox 100 200 900 240; baseline 0 0'><span class='ocrx_word'>Two</span>\n\
            <span class='ocrx_word'>&lt;words&gt;</span></span>\
            <span class='ocr_line' title='bbox 100 260 500 300'><span class='ocrx_word'>more</span></span></p>\
            <p class='ocr_par'><span class='ocr_header' title='bbox bad'><span class='ocrx_word'>猫</span> \
            <span class='ocrx_word'>犬</span></span></p></div></div></body></html>";
        let found = pieces(&recognised(1, html), (500.0, 1000.0));
        assert_eq!(texts(&found), ["Two <words> more", "猫犬"]);
        let areas: Vec<[f32; 4]> = found
            .iter()
            .flat_map(|piece| &piece.marks)
            .map(|mark| [mark.area.x0, mark.area.y0, mark.area.x1, mark.area.y1])
            .collect();
        assert_eq!(
            areas,
            [
                [50.0, 100.0, 450.0, 120.0],
                [50.0, 130.0, 250.0, 150.0],
                [0.0; 4]
            ]
        );
        // Text that only begins like it.
        let text = texts(&pieces(&recognised(1, "<b>"), (1.0, 1.0))).join("");
        assert_eq!(text, "<b>");
    }

    #[test]
    fn pages_are_put_in_their_place() {
        let own = |page| Piece {
            kind: Kind::Paragraph,
            text: format!("own {page}"),
            marks: vec![Mark {
                at: 0,
                page,
                area: Area::default(),
            }],
        };
        let mut document = Document {
            pieces: vec![own(1), own(4)],
            pages_without_text: vec![2, 3, 5],
            unread: vec![2, 3],
            ..Document::default()
        };
        let all = [
            recognised(3, "three\n\nand more"),
            recognised(2, ""),
            recognised(5, "five"),
            recognised(1, "twice"),
        ];
        insert(&all, &mut document);
        assert_eq!(
            texts(&document.pieces),
            ["own 1", "three", "and more", "own 4", "five"]
        );
        assert_eq!(document.recognised, [3, 5]);
        assert_eq!(document.pages_without_text, [2]);
        assert_eq!(document.unread, [2]);
    }
}
