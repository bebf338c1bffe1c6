//! ODT, ODP and ODS, as packages and as single files (OpenDocument 1.3, part 3).

use super::content::plain;
use super::open_document_blocks::{Around, Reader};
use super::open_document_cells::Cells;
use super::properties;
use super::relations::read;
use super::xml::{Ns, Piece, Tag, Xml, decoded};
use crate::corpus::block::Omission;
use crate::corpus::decode::decoded::Fault;
use crate::corpus::format::package::Package;
use crate::corpus::format::reader::Parsed;

/// Reads a package.
///
/// # Errors
/// Why it cannot be read.
pub(super) fn package(package: &mut Package<'_>) -> Result<Vec<Parsed>, Fault> {
    let manifest = read(package, "META-INF/manifest.xml")?.unwrap_or_default();
    if manifest.contains("encryption-data") {
        return Err(Fault::unreadable(
            "locked by a password; open it in the program that made it and save it without one"
                .to_owned(),
        ));
    }
    let known = match read(package, "meta.xml")? {
        Some(meta) => properties::of_part("meta.xml", &meta)?,
        None => Parsed::default(),
    };
    let mut reader = Reader::new(known);
    if let Some(styles) = read(package, "styles.xml")? {
        reader.part("styles.xml", &styles)?;
    }
    let Some(content) = read(package, "content.xml")? else {
        return Err(Fault::unreadable(
            "a damaged document: its part `content.xml` is missing".to_owned(),
        ));
    };
    reader.objects(package)?;
    reader.part("content.xml", &content)?;
    reader.story.finish("a document")
}

/// Reads a document in one XML file.
///
/// # Errors
/// Why it cannot be read.
pub(super) fn flat(bytes: Vec<u8>) -> Result<Vec<Parsed>, Fault> {
    let text = decoded("the file", bytes)?;
    let mut reader = Reader::new(properties::of_part("the file", &text)?);
    reader.part("the file", &text)?;
    reader.story.finish("a document")
}

impl Reader {
    fn objects(&mut self, package: &mut Package<'_>) -> Result<(), Fault> {
        for name in package.names().to_vec() {
            let folder = name.strip_suffix("/content.xml");
            if let Some(folder) = folder
                && let Some(text) = read(package, &name)?
            {
                self.objects.insert(folder.to_owned(), text);
            }
        }
        Ok(())
    }

    /// Reads a part: its styles, the heads and feet of its pages, and its text.
    fn part(&mut self, part: &str, text: &str) -> Result<(), Fault> {
        let mut xml = Xml::new(part, text);
        while let Some(piece) = xml.next(0)? {
            let Piece::Start(tag) = piece else { continue };
            match (tag.ns, tag.name()) {
                (Ns::Office, "meta" | "settings" | "scripts" | "font-face-decls") => xml.skip()?,
                (Ns::Style, "style") => self.styles.add(&tag, &mut xml)?,
                (Ns::Style, name)
                    if (name.starts_with("header") || name.starts_with("footer"))
                        && !name.ends_with("style") =>
                {
                    self.running_head(&mut xml)?;
                }
                // Patterns of pages and slides, which say what to fill in.
                (Ns::Draw | Ns::Presentation, _) => xml.skip()?,
                (Ns::Office, "body") => self.body(&mut xml)?,
                _ => {}
            }
        }
        self.hand_over(&mut Vec::new())
    }

    fn running_head(&mut self, xml: &mut Xml<'_>) -> Result<(), Fault> {
        let mut items = Vec::new();
        self.blocks(xml, Around::default(), &mut items)?;
        self.leave(Omission::RunningHead, &plain(&items));
        Ok(())
    }

    fn body(&mut self, xml: &mut Xml<'_>) -> Result<(), Fault> {
        let depth = xml.depth();
        let mut cells = Cells::new();
        while let Some(piece) = xml.next(depth)? {
            let Piece::Start(tag) = piece else { continue };
            match (tag.ns, tag.name()) {
                (Ns::Office, "spreadsheet") => cells.sheets(self, xml)?,
                (Ns::Office, "presentation" | "drawing") => self.pages(xml)?,
                _ => self.text(xml)?,
            }
        }
        Ok(())
    }

    fn text(&mut self, xml: &mut Xml<'_>) -> Result<(), Fault> {
        let depth = xml.depth();
        let mut items = Vec::new();
        while let Some(piece) = xml.next(depth)? {
            if let Piece::Start(tag) = piece {
                self.block(xml, &tag, Around::default(), &mut items)?;
                self.hand_over(&mut items)?;
            }
        }
        Ok(())
    }

    fn pages(&mut self, xml: &mut Xml<'_>) -> Result<(), Fault> {
        self.story.by_headings = false;
        let depth = xml.depth();
        let mut number = 0;
        while let Some(piece) = xml.next(depth)? {
            let Piece::Start(tag) = piece else { continue };
            if tag.is(Ns::Draw, "page") {
                number += 1;
                let hidden = self.styles.hides("drawing-page", tag.attr("style-name"));
                self.page(xml, number, hidden)?;
            } else {
                // What stands at the head and the foot of slides.
                let text = xml.text()?;
                self.leave(Omission::RunningHead, &text);
            }
        }
        self.hand_over(&mut Vec::new())
    }

    /// A slide: its title first, then the rest, then its notes.
    fn page(&mut self, xml: &mut Xml<'_>, number: usize, hidden: bool) -> Result<(), Fault> {
        let depth = xml.depth();
        let (mut title, mut items, mut notes) = (Vec::new(), Vec::new(), Vec::new());
        while let Some(piece) = xml.next(depth)? {
            let Piece::Start(tag) = piece else { continue };
            if tag.is(Ns::Presentation, "notes") {
                self.blocks(xml, Around::default(), &mut notes)?;
            } else if is_title(&tag) {
                self.block(xml, &tag, Around::default(), &mut title)?;
            } else {
                self.block(xml, &tag, Around::default(), &mut items)?;
            }
        }
        title.append(&mut items);
        if hidden {
            self.story.leave(Omission::Hidden, &title);
            self.story.leave(Omission::Hidden, &notes);
            return Ok(());
        }
        self.story.blocks.begin_section();
        self.story.blocks.stand_at(format!("slide {number}"));
        self.hand_over(&mut title)?;
        if !plain(&notes).is_empty() {
            self.story.blocks.begin_section();
            self.story.blocks.stand_at(format!("slide {number} notes"));
            self.story.write(&mut notes)?;
        }
        Ok(())
    }
}

fn is_title(tag: &Tag<'_>) -> bool {
    tag.prefixed("class").as_deref() == Some("title")
}
