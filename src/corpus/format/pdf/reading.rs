//! Reads a document: pages to lines, and lines to pieces.

use hayro_syntax::object::Dict;
use hayro_syntax::{DecryptionError, LoadPdfError, Pdf};

use super::content::Interpreter;
use super::document::{Document, Fault, LeftOut, Reason};
use super::fonts::Fonts;
use super::glyphs::PageContent;
use super::layers::Layers;
use super::limits::Limits;
use super::lines::Line;
use crate::corpus::format::reader::{Bytes, Recognised};
use crate::corpus::readings::listed;

/// Reads a document.
///
/// # Errors
/// Why it cannot be read, or that no page has text.
pub(super) fn read(
    bytes: Bytes,
    recognised: &[Recognised],
    limits: &Limits,
) -> Result<Document, Fault> {
    let pdf = open(bytes)?;
    let catalog = pdf
        .xref()
        .get::<Dict<'_>>(pdf.xref().root_id())
        .unwrap_or_default();
    let info = super::info::read(&pdf, &catalog);
    let mut document = Document {
        title: info.title,
        author: info.author,
        published: info.published,
        lang: info.lang,
        pages: pdf.pages().len(),
        ..Document::default()
    };
    if document.pages == 0 {
        return Err(Fault::Damaged);
    }
    let pages = contents(&pdf, &catalog, recognised, limits, &mut document)?;
    finish(pages, &mut document);
    super::recognised::insert(recognised, &mut document);
    Ok(document)
}

/// A document, if no password is needed for it.
///
/// # Errors
/// Why it cannot be read.
pub(super) fn open(bytes: Bytes) -> Result<Pdf, Fault> {
    Pdf::new_with_password(bytes, "").map_err(|error| match error {
        LoadPdfError::Decryption(DecryptionError::PasswordProtected) => Fault::Password,
        LoadPdfError::Decryption(_) => Fault::Encryption,
        LoadPdfError::Invalid => Fault::Damaged,
    })
}

/// A page whose lines are found.
struct Page {
    lines: Vec<Line>,
    rules: Vec<super::glyphs::Rule>,
}

/// The lines of all pages.
fn contents(
    pdf: &Pdf,
    catalog: &Dict<'_>,
    recognised: &[Recognised],
    limits: &Limits,
    document: &mut Document,
) -> Result<Vec<Page>, Fault> {
    let layers = Layers::new(catalog);
    let mut fonts = Fonts::new(limits.stream_bytes);
    let mut bytes_left = limits.content_bytes;
    let (mut glyphs, mut pictures, mut unknown, mut cut) = (0, 0, 0, None);
    let mut pages = Vec::new();
    for (at, page) in pdf.pages().iter().enumerate() {
        if at >= limits.pages || glyphs >= limits.glyphs || bytes_left == 0 {
            document.notes.push(format!(
                "read to page {at} of {}: the document is too large",
                document.pages
            ));
            break;
        }
        let mut interpreter = Interpreter::new(page, &mut fonts, &layers, limits, &mut bytes_left);
        interpreter.page(page);
        super::annotations::read(&mut interpreter, page);
        let content = interpreter.out;
        glyphs += content.glyphs.len();
        unknown += content.unknown;
        document.sizes.push((content.width, content.height));
        cut = cut.or(content.cut);
        if let Some(cut) = content.cut {
            document
                .notes
                .push(format!("page {}: not all of it is read: {cut}", at + 1));
        }
        let (has_images, shows_something) = (
            content.images > 0,
            content.images > 0 || content.unknown > 0,
        );
        let page = lines_of(content, at + 1, document);
        if page.lines.is_empty() {
            pictures += usize::from(has_images);
            document.pages_without_text.push(at + 1);
            if shows_something {
                document.unread.push(at + 1);
            }
        }
        pages.push(page);
    }
    let is_recognised = recognised.iter().any(|page| !page.text.trim().is_empty());
    if !is_recognised && pages.iter().all(|page| page.lines.is_empty()) {
        return Err(Fault::NoText {
            pages: document.pages,
            pictures,
            unknown,
            cut,
            unread: std::mem::take(&mut document.unread),
            sizes: std::mem::take(&mut document.sizes),
        });
    }
    if unknown > 0 {
        document.notes.push(format!(
            "{unknown} letters are left out: their fonts do not say what they mean"
        ));
    }
    Ok(pages)
}

fn lines_of(content: PageContent, page: usize, document: &mut Document) -> Page {
    let PageContent {
        glyphs,
        drawn,
        outside,
        ..
    } = content;
    let glyphs = super::page::without_doubles(glyphs);
    let rules = super::filled_heads::with_rules(drawn, &glyphs);
    let (runs, askew) = super::runs::runs(&glyphs, &rules);
    let mut runs = super::interleaved::fill_gaps(runs);
    drop(glyphs);
    let readings = super::ruby::take(&mut runs, page);
    let mut leave = |reason, text: &str| {
        if !text.trim().is_empty() {
            document.left_out.push(LeftOut {
                page,
                reason,
                text: text.trim().to_owned(),
            });
        }
    };
    leave(Reason::Watermark, &askew);
    leave(Reason::OutsidePage, &outside);
    for reading in &readings {
        leave(Reason::Ruby, &listed(&reading.base, &reading.reading));
    }
    document.readings.extend(readings);
    Page {
        lines: super::lines::lines(runs, &rules),
        rules,
    }
}

/// From the lines of all pages to pieces.
fn finish(pages: Vec<Page>, document: &mut Document) {
    let (mut lines, rules): (Vec<Vec<Line>>, Vec<_>) = pages
        .into_iter()
        .map(|page| (page.lines, page.rules))
        .unzip();
    let body = super::page::body_size(&lines);
    let heads = super::heads::take(&mut lines, body);
    document.left_out.extend(heads);
    document.left_out.sort_by_key(|left| left.page);
    let body = super::page::body_size(&lines);
    if document.title.is_none() {
        document.title = super::page::title(lines.first().map_or(&[], Vec::as_slice), body);
    }
    let ordered = lines
        .into_iter()
        .zip(rules)
        .map(|(lines, rules)| super::page::ordered(lines, &rules, body))
        .collect();
    document.pieces = super::pieces::pieces(ordered, body);
}
