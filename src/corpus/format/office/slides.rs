//! PPTX: the text of slides in their order, with their notes (ECMA-376, part 1, 19).

use super::content::{Item, Paragraph, Role, plain};
use super::drawing;
use super::properties;
use super::relations::{Relation, main_part, read, relations};
use super::story::Story;
use super::xml::{Ns, Piece, Tag, Xml};
use crate::corpus::block::Omission;
use crate::corpus::decode::decoded::Fault;
use crate::corpus::format::package::Package;
use crate::corpus::format::reader::Parsed;

/// Reads a presentation.
///
/// # Errors
/// Why it cannot be read.
pub(super) fn slides(package: &mut Package<'_>) -> Result<Vec<Parsed>, Fault> {
    let mut story = Story::new(properties::of_package(package), false);
    let part = main_part(package, "ppt/presentation.xml")?;
    let related = relations(package, &part)?;
    for (target, number) in order(package, &part, &related)?.iter().zip(1..) {
        let Some(text) = read(package, target)? else {
            story
                .blocks
                .note(format!("slide {number} is not in the file"));
            continue;
        };
        let mut slide = Slide::default();
        slide.read(target, &text)?;
        drop(text);
        let related = relations(package, target)?;
        slide.write(package, &related, number, &mut story)?;
    }
    story.finish("a presentation")
}

/// The parts of the slides, in the order in which they are shown.
fn order(
    package: &mut Package<'_>,
    part: &str,
    related: &[Relation],
) -> Result<Vec<String>, Fault> {
    let text = read(package, part)?.unwrap_or_default();
    let mut xml = Xml::new(part, &text);
    let mut order = Vec::new();
    while let Some(piece) = xml.next(0)? {
        let Piece::Start(tag) = piece else { continue };
        if !tag.is(Ns::Slides, "sldId") {
            continue;
        }
        let id = tag.prefixed("id").unwrap_or_default();
        let slide = related.iter().find(|relation| relation.id == id);
        order.extend(slide.map(|relation| relation.target.clone()));
    }
    Ok(order)
}

/// What a placeholder is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Place {
    #[default]
    Free,
    Title,
    Body,
    /// Date, number and foot of a slide.
    Edge,
}

/// What a slide, or a page of notes, says.
#[derive(Default)]
struct Slide {
    hidden: bool,
    title: Vec<Item>,
    items: Vec<Item>,
    edge: Vec<String>,
    described: Vec<String>,
    /// Relations to SmartArt and charts.
    shapes: Vec<String>,
}

impl Slide {
    fn read(&mut self, part: &str, text: &str) -> Result<(), Fault> {
        let mut xml = Xml::new(part, text);
        self.shape(&mut xml, 0, Place::Free)
    }

    /// Everything inside an element.
    fn shape(&mut self, xml: &mut Xml<'_>, depth: usize, place: Place) -> Result<(), Fault> {
        let mut place = place;
        let mut chosen = false;
        while let Some(piece) = xml.next(depth)? {
            let Piece::Start(tag) = piece else { continue };
            match (tag.ns, tag.name()) {
                (Ns::Slides, "sld") => {
                    self.hidden = tag
                        .attr("show")
                        .is_some_and(|show| show == "0" || show == "false");
                }
                // Shapes, each with its own placeholder; `shape` ends with it.
                (Ns::Slides, "sp" | "pic" | "graphicFrame" | "cxnSp") => {
                    let depth = xml.depth();
                    self.shape(xml, depth, Place::Free)?;
                }
                (Ns::Slides, "ph") => place = placeholder(&tag),
                (Ns::Slides, "cNvPr") => self.described.extend(tag.attr("descr")),
                (Ns::Drawing, "p") => self.paragraph(xml, place)?,
                (Ns::Drawing, "tbl") => self.items.push(Item::Table(drawing::table(xml)?)),
                (Ns::Chart, "chart") => self.shapes.extend(tag.prefixed("id")),
                (Ns::Diagram, "relIds") => self.shapes.extend(tag.prefixed("dm")),
                // Of alternatives the first one is read.
                (Ns::Compat, "AlternateContent") => chosen = false,
                (Ns::Compat, "Choice") => {
                    let before = self.length();
                    let depth = xml.depth();
                    self.shape(xml, depth, place)?;
                    chosen |= self.length() > before;
                }
                (Ns::Compat, "Fallback") if chosen => xml.skip()?,
                _ => {}
            }
        }
        Ok(())
    }

    fn length(&self) -> usize {
        self.title.len() + self.items.len() + self.shapes.len()
    }

    fn paragraph(&mut self, xml: &mut Xml<'_>, place: Place) -> Result<(), Fault> {
        let line = drawing::paragraph(xml)?;
        self.edge
            .extend(Some(line.number).filter(|number| !number.is_empty()));
        if line.text.trim().is_empty() {
            return Ok(());
        }
        let role = match place {
            Place::Edge => {
                self.edge.push(line.text);
                return Ok(());
            }
            Place::Title => Role::Heading(1),
            Place::Body => Role::Item,
            Place::Free => Role::Text,
        };
        let item = Item::Paragraph(Paragraph {
            role,
            text: line.text,
        });
        match place {
            Place::Title => self.title.push(item),
            _ => self.items.push(item),
        }
        Ok(())
    }

    /// Writes a slide and what belongs to it.
    fn write(
        mut self,
        package: &mut Package<'_>,
        related: &[Relation],
        number: usize,
        story: &mut Story,
    ) -> Result<(), Fault> {
        let mut items = std::mem::take(&mut self.title);
        items.append(&mut self.items);
        for id in &self.shapes {
            let shape = related.iter().find(|relation| relation.id == *id);
            items.append(&mut match shape {
                Some(shape) if shape.kind == "chart" => drawing::chart(package, &shape.target)?,
                Some(shape) => drawing::diagram(package, &shape.target)?,
                None => Vec::new(),
            });
        }
        let mut notes = Vec::new();
        let mut comments = Vec::new();
        for relation in related {
            match relation.kind.as_str() {
                "notesSlide" => notes.append(&mut self.notes(package, &relation.target)?),
                "comments" => {
                    if let Some(text) = read(package, &relation.target)? {
                        comments.push(texts(&mut Xml::new(&relation.target, &text))?);
                    }
                }
                _ => {}
            }
        }
        if self.hidden {
            story.leave(Omission::Hidden, &items);
            story.leave(Omission::Hidden, &notes);
        } else {
            story.blocks.begin_section();
            story.blocks.stand_at(format!("slide {number}"));
            story.write(&mut items)?;
            if !plain(&notes).is_empty() {
                story.blocks.begin_section();
                story.blocks.stand_at(format!("slide {number} notes"));
                story.write(&mut notes)?;
            }
        }
        for text in &self.edge {
            story.blocks.leave(Omission::RunningHead, text);
        }
        for text in &self.described {
            story.blocks.leave(Omission::ImageMarkup, text);
        }
        for text in comments {
            story.blocks.leave(Omission::Surroundings, &text);
        }
        Ok(())
    }

    /// The notes to a slide. What else stands on their page is listed.
    fn notes(&mut self, package: &mut Package<'_>, part: &str) -> Result<Vec<Item>, Fault> {
        let Some(text) = read(package, part)? else {
            return Ok(Vec::new());
        };
        let mut page = Slide::default();
        page.read(part, &text)?;
        self.edge.append(&mut page.edge);
        let mut items = page.title;
        items.append(&mut page.items);
        for item in &mut items {
            if let Item::Paragraph(paragraph) = item {
                paragraph.role = Role::Text;
            }
        }
        Ok(items)
    }
}

fn placeholder(tag: &Tag<'_>) -> Place {
    match tag.attr("type").as_deref() {
        Some("title" | "ctrTitle") => Place::Title,
        Some("dt" | "ftr" | "hdr" | "sldNum") => Place::Edge,
        Some("subTitle") => Place::Free,
        _ => Place::Body,
    }
}

/// The texts of comments, of both kinds that there are.
fn texts(xml: &mut Xml<'_>) -> Result<String, Fault> {
    let mut text = String::new();
    while let Some(piece) = xml.next(0)? {
        let Piece::Start(tag) = piece else { continue };
        if matches!(
            (tag.ns, tag.name()),
            (Ns::Slides, "text") | (Ns::Drawing, "t")
        ) {
            text.push_str(&xml.text()?);
            text.push('\n');
        }
    }
    Ok(text)
}
