//! DOCX: the text of a document of WordprocessingML (ECMA-376, part 1, 17).

use std::collections::{HashMap, HashSet};

use super::content::{Item, Paragraph, Role, plain};
use super::drawing;
use super::properties;
use super::relations::{main_part, read, relations};
use super::story::Story;
use super::word_numbers::{Numbering, Numbers};
use super::word_styles::Styles;
use super::xml::{Ns, Piece, Tag, Xml};
use crate::corpus::block::Omission;
use crate::corpus::decode::decoded::Fault;
use crate::corpus::format::package::Package;
use crate::corpus::format::reader::Parsed;
use crate::corpus::readings::listed;

/// Reads a document.
///
/// # Errors
/// Why it cannot be read.
pub(super) fn word(package: &mut Package<'_>) -> Result<Vec<Parsed>, Fault> {
    let mut story = Story::new(properties::of_package(package), true);
    let part = main_part(package, "word/document.xml")?;
    let related = relations(package, &part)?;
    let styles = related.iter().find(|relation| relation.kind == "styles");
    let styles = match styles {
        Some(relation) => Styles::read(package, &relation.target)?,
        None => Styles::default(),
    };
    let numbers = related.iter().find(|relation| relation.kind == "numbering");
    let numbers = match numbers {
        Some(relation) => Numbers::read(package, &relation.target)?,
        None => Numbers::default(),
    };
    let mut reader = Reader::new(styles, numbers);
    reader.shapes(package, &related)?;
    reader.all_notes(package, &related)?;
    let Some(text) = read(package, &part)? else {
        return Err(Fault::unreadable(format!(
            "a damaged document: its part `{part}` is missing"
        )));
    };
    reader.body(&part, &text, &mut story)?;
    drop(text);
    // A note that nothing refers to is text, too.
    let mut left: Vec<(String, Vec<Item>)> = reader.notes.drain().collect();
    left.sort_by(|a, b| a.0.cmp(&b.0));
    for (_, mut note) in left {
        story.write(&mut note)?;
    }
    reader.beside(package, &related, &mut story)?;
    story.finish("a document")
}

pub(super) struct Reader {
    styles: Styles,
    numbers: Numbers,
    /// Footnotes and endnotes that no text has referred to yet.
    pub(super) notes: HashMap<String, Vec<Item>>,
    /// What pictures of other parts say: SmartArt and charts, by the id of their relation.
    pub(super) shapes: HashMap<String, Vec<Item>>,
    left: Vec<(Omission, String)>,
    remarks: Vec<String>,
    /// Fonts of which a letter has no meaning in Unicode.
    symbol_fonts: HashSet<String>,
}

/// A paragraph while it is read.
#[derive(Default)]
struct Inline {
    text: String,
    /// Notes and boxes, which stand behind it.
    after: Vec<Item>,
}

impl Reader {
    fn new(styles: Styles, numbers: Numbers) -> Self {
        Self {
            styles,
            numbers,
            notes: HashMap::new(),
            shapes: HashMap::new(),
            left: Vec::new(),
            remarks: Vec::new(),
            symbol_fonts: HashSet::new(),
        }
    }

    pub(super) fn leave(&mut self, reason: Omission, text: &str) {
        if !text.trim().is_empty() {
            self.left.push((reason, text.to_owned()));
        }
    }

    /// Reads the text, block by block.
    fn body(&mut self, part: &str, text: &str, story: &mut Story) -> Result<(), Fault> {
        let mut xml = Xml::new(part, text);
        while let Some(piece) = xml.next(0)? {
            let Piece::Start(tag) = piece else { continue };
            if tag.is(Ns::Word, "body") {
                let depth = xml.depth();
                let mut items = Vec::new();
                while let Some(piece) = xml.next(depth)? {
                    if let Piece::Start(tag) = piece {
                        self.block(&mut xml, &tag, &mut items)?;
                        self.hand_over(&mut items, story)?;
                    }
                }
            }
        }
        Ok(())
    }

    pub(super) fn hand_over(
        &mut self,
        items: &mut Vec<Item>,
        story: &mut Story,
    ) -> Result<(), Fault> {
        for (reason, text) in self.left.drain(..) {
            story.blocks.leave(reason, &text);
        }
        for remark in self.remarks.drain(..) {
            story.blocks.note(remark);
        }
        story.write(items)
    }

    /// The blocks inside the element that was begun last.
    pub(super) fn blocks(&mut self, xml: &mut Xml<'_>, items: &mut Vec<Item>) -> Result<(), Fault> {
        let depth = xml.depth();
        while let Some(piece) = xml.next(depth)? {
            if let Piece::Start(tag) = piece {
                self.block(xml, &tag, items)?;
            }
        }
        Ok(())
    }

    pub(super) fn block(
        &mut self,
        xml: &mut Xml<'_>,
        tag: &Tag<'_>,
        items: &mut Vec<Item>,
    ) -> Result<(), Fault> {
        match (tag.ns, tag.name()) {
            (Ns::Word, "p") => self.paragraph(xml, items),
            (Ns::Word, "tbl") => self.table(xml, items),
            (Ns::Word, "del" | "moveFrom") => self.deleted(xml),
            (Ns::Word, "altChunk") => {
                self.remarks
                    .push("a document that is embedded in this one is not read".to_owned());
                xml.skip()
            }
            (Ns::Word, name) if name.ends_with("Pr") => xml.skip(),
            (Ns::Compat, "AlternateContent") => {
                let mut inline = Inline::default();
                self.alternatives(xml, &mut inline)?;
                items.extend(Some(Item::text(inline.text)));
                items.append(&mut inline.after);
                Ok(())
            }
            (Ns::Word, "r" | "hyperlink") | (Ns::Math, _) => {
                // Text in no paragraph.
                let mut inline = Inline::default();
                self.inline(xml, &mut inline, false)?;
                items.push(Item::text(inline.text));
                items.append(&mut inline.after);
                Ok(())
            }
            _ => self.blocks(xml, items),
        }
    }

    /// Reads `w:p`, which was begun.
    pub(super) fn paragraph(
        &mut self,
        xml: &mut Xml<'_>,
        items: &mut Vec<Item>,
    ) -> Result<(), Fault> {
        let depth = xml.depth();
        let mut inline = Inline::default();
        let (mut role, mut label) = (Role::Text, String::new());
        while let Some(piece) = xml.next(depth)? {
            let Piece::Start(tag) = piece else { continue };
            if tag.is(Ns::Word, "pPr") {
                (role, label) = self.role(xml)?;
            } else {
                self.piece(xml, &tag, &mut inline, false)?;
            }
        }
        if !label.is_empty() && !inline.text.trim().is_empty() {
            inline.text = format!("{label} {}", inline.text.trim_start());
        }
        items.push(Item::Paragraph(Paragraph {
            role,
            text: inline.text,
        }));
        items.append(&mut inline.after);
        Ok(())
    }

    /// Reads `w:pPr`, which was begun: what the paragraph is, and the number that stands before it.
    fn role(&mut self, xml: &mut Xml<'_>) -> Result<(Role, String), Fault> {
        let depth = xml.depth();
        let (mut style, mut outline) = (String::new(), None);
        let mut numbering = Numbering::default();
        while let Some(piece) = xml.next(depth)? {
            let Piece::Start(tag) = piece else { continue };
            match (tag.ns, tag.name()) {
                (Ns::Word, "pStyle") => style = tag.attr("val").unwrap_or_default(),
                (Ns::Word, "outlineLvl") => outline = tag.number("val"),
                (Ns::Word, "numId") => numbering.list = tag.number("val"),
                (Ns::Word, "ilvl") => numbering.level = tag.number("val"),
                // What it was before a change.
                (Ns::Word, "pPrChange" | "rPr" | "sectPr") => xml.skip()?,
                _ => {}
            }
        }
        let numbering = self.styles.numbering(&style, numbering);
        let label = self.numbers.label(numbering, &style);
        let numbered = numbering.list.is_some_and(|list| list > 0);
        Ok((self.styles.role(&style, outline, numbered), label))
    }

    /// Everything inside the element that was begun last, as text of a paragraph.
    fn inline(&mut self, xml: &mut Xml<'_>, out: &mut Inline, hidden: bool) -> Result<(), Fault> {
        let depth = xml.depth();
        while let Some(piece) = xml.next(depth)? {
            if let Piece::Start(tag) = piece {
                self.piece(xml, &tag, out, hidden)?;
            }
        }
        Ok(())
    }

    fn piece(
        &mut self,
        xml: &mut Xml<'_>,
        tag: &Tag<'_>,
        out: &mut Inline,
        hidden: bool,
    ) -> Result<(), Fault> {
        match (tag.ns, tag.name()) {
            (Ns::Word | Ns::Math, "t") => {
                let text = xml.text()?;
                match hidden {
                    true => self.leave(Omission::Hidden, &text),
                    false => out.text.push_str(&text),
                }
            }
            (Ns::Word, "r") => return self.run(xml, out, hidden),
            (Ns::Word, "tab" | "ptab") => out.text.push('\t'),
            (Ns::Word, "br" | "cr") => out.text.push('\n'),
            (Ns::Word, "noBreakHyphen") => out.text.push('\u{2011}'),
            (Ns::Word, "sym") => match symbol(tag) {
                Some(symbol) => out.text.push(symbol),
                None => self.unknown_symbol(tag),
            },
            (Ns::Word, "del" | "moveFrom") => return self.deleted(xml),
            // Commands of fields. What they gave stands behind them.
            (Ns::Word, "instrText" | "delInstrText") => return xml.skip(),
            (Ns::Word, "delText") => return self.deleted(xml),
            (Ns::Word, "ruby") => return self.ruby(xml, out, hidden),
            (Ns::Word, "footnoteReference" | "endnoteReference") => {
                let kind = tag.name().trim_end_matches("Reference");
                let name = format!("{kind} {}", tag.attr("id").unwrap_or_default());
                out.after
                    .extend(self.notes.remove(&name).unwrap_or_default());
            }
            (Ns::Word, "p") => return self.paragraph(xml, &mut out.after),
            (Ns::Word, "tbl") => return self.table(xml, &mut out.after),
            (Ns::Word, name) if name.ends_with("Pr") => return xml.skip(),
            (Ns::Compat, "AlternateContent") => return self.alternatives(xml, out),
            (Ns::Drawing, "p") => out.after.push(Item::text(drawing::paragraph(xml)?.text)),
            (Ns::Drawing, "tbl") => out.after.push(Item::Table(drawing::table(xml)?)),
            (Ns::Chart, "chart") => self.shape(tag.prefixed("id"), out),
            (Ns::Diagram, "relIds") => self.shape(tag.prefixed("dm"), out),
            (_, "docPr") => {
                let described = tag.attr("descr").unwrap_or_default();
                self.leave(Omission::ImageMarkup, &described);
            }
            _ => return self.inline(xml, out, hidden),
        }
        Ok(())
    }

    /// Says once for each font that a letter of it is missing.
    fn unknown_symbol(&mut self, tag: &Tag<'_>) {
        let font = tag.attr("font").unwrap_or_default();
        let remark =
            format!("letters of the font `{font}` are left out: it does not say what they mean");
        if self.symbol_fonts.insert(font) {
            self.remarks.push(remark);
        }
    }

    fn shape(&mut self, id: Option<String>, out: &mut Inline) {
        let items = id.and_then(|id| self.shapes.remove(&id));
        out.after.extend(items.unwrap_or_default());
    }

    /// Reads `w:r`, which was begun.
    fn run(&mut self, xml: &mut Xml<'_>, out: &mut Inline, hidden: bool) -> Result<(), Fault> {
        let depth = xml.depth();
        let mut hidden = hidden;
        while let Some(piece) = xml.next(depth)? {
            let Piece::Start(tag) = piece else { continue };
            if tag.is(Ns::Word, "rPr") {
                hidden |= self.hides(xml)?;
            } else {
                self.piece(xml, &tag, out, hidden)?;
            }
        }
        Ok(())
    }

    /// Reads `w:rPr`, which was begun: whether its text is hidden.
    fn hides(&mut self, xml: &mut Xml<'_>) -> Result<bool, Fault> {
        let depth = xml.depth();
        let (mut own, mut of_style) = (None, false);
        while let Some(piece) = xml.next(depth)? {
            let Piece::Start(tag) = piece else { continue };
            match (tag.ns, tag.name()) {
                (Ns::Word, "vanish") => own = Some(tag.is_on()),
                (Ns::Word, "rStyle") => {
                    of_style = self.styles.is_hidden(&tag.attr("val").unwrap_or_default());
                }
                (Ns::Word, "rPrChange") => xml.skip()?,
                _ => {}
            }
        }
        Ok(own.unwrap_or(of_style))
    }

    /// Reads `w:ruby`, which was begun: the text without its reading.
    fn ruby(&mut self, xml: &mut Xml<'_>, out: &mut Inline, hidden: bool) -> Result<(), Fault> {
        let depth = xml.depth();
        let start = out.text.len();
        let mut reading = Inline::default();
        while let Some(piece) = xml.next(depth)? {
            let Piece::Start(tag) = piece else { continue };
            match (tag.ns, tag.name()) {
                (Ns::Word, "rt") => self.inline(xml, &mut reading, false)?,
                (Ns::Word, "rubyBase") => self.inline(xml, out, hidden)?,
                _ => xml.skip()?,
            }
        }
        let word = out.text.get(start..).unwrap_or_default();
        self.leave(Omission::Ruby, &listed(word, &reading.text));
        Ok(())
    }

    /// Text that was taken out, and is kept until somebody agrees.
    fn deleted(&mut self, xml: &mut Xml<'_>) -> Result<(), Fault> {
        let depth = xml.depth();
        let mut text = String::new();
        while let Some(piece) = xml.next(depth)? {
            match piece {
                Piece::Start(tag) if matches!(tag.name(), "instrText" | "delInstrText") => {
                    xml.skip()?;
                }
                Piece::Start(tag) if tag.is(Ns::Word, "p") => text.push('\n'),
                Piece::Start(_) => {}
                Piece::Text(piece) => text.push_str(&piece),
            }
        }
        self.leave(Omission::Hidden, &text);
        Ok(())
    }

    /// Reads `mc:AlternateContent`, which was begun: the first alternative that has text.
    fn alternatives(&mut self, xml: &mut Xml<'_>, out: &mut Inline) -> Result<(), Fault> {
        let depth = xml.depth();
        let mut found = false;
        while let Some(piece) = xml.next(depth)? {
            let Piece::Start(tag) = piece else { continue };
            if found || tag.ns != Ns::Compat {
                xml.skip()?;
                continue;
            }
            let mut inline = Inline::default();
            self.inline(xml, &mut inline, false)?;
            found = !inline.text.trim().is_empty() || !plain(&inline.after).is_empty();
            out.text.push_str(&inline.text);
            out.after.append(&mut inline.after);
        }
        Ok(())
    }
}

/// A letter of a font of symbols, if it has a meaning in Unicode.
fn symbol(tag: &Tag<'_>) -> Option<char> {
    let code = u32::from_str_radix(&tag.attr("char")?, 16).ok()?;
    let private = (0xe000..=0xf8ff).contains(&code);
    char::from_u32(code).filter(|_| !private)
}
