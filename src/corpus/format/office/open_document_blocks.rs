//! Paragraphs, lists and tables of OpenDocument (OpenDocument 1.3, part 3, 5 and 9).

use std::collections::HashMap;

use super::content::{Item, Paragraph, Role, Row, Table, TableCell, plain};
use super::open_document_styles::Styles;
use super::story::Story;
use super::xml::{Ns, Piece, Tag, Xml};
use crate::corpus::block::Omission;
use crate::corpus::decode::decoded::Fault;
use crate::corpus::format::reader::Parsed;
use crate::corpus::readings::listed;

/// Spaces in a row, and columns that a cell spans, are no more than these.
const MOST_SPACES: usize = 1000;
const MOST_COLUMNS: usize = 1000;

pub(super) struct Reader {
    pub(super) story: Story,
    pub(super) styles: Styles,
    left: Vec<(Omission, String)>,
    /// Charts and formulas, which are documents inside this one, by the names of their folders.
    pub(super) objects: HashMap<String, String>,
}

/// What the blocks around a paragraph say of it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Around {
    role: Option<Role>,
}

/// A paragraph while it is read.
#[derive(Default)]
struct Inline {
    text: String,
    /// Where the word begins whose reading comes next.
    word: usize,
    /// Notes and boxes, which stand behind it.
    after: Vec<Item>,
}

impl Inline {
    /// White space in a row counts as one space.
    fn push(&mut self, text: &str) {
        for c in text.chars() {
            if !" \t\r\n".contains(c) {
                self.text.push(c);
            } else if !self.text.is_empty() && !self.text.ends_with([' ', '\n', '\t']) {
                self.text.push(' ');
            }
        }
    }
}

impl Reader {
    pub(super) fn new(known: Parsed) -> Self {
        Self {
            story: Story::new(known, true),
            styles: Styles::default(),
            left: Vec::new(),
            objects: HashMap::new(),
        }
    }

    pub(super) fn leave(&mut self, reason: Omission, text: &str) {
        if !text.trim().is_empty() {
            self.left.push((reason, text.to_owned()));
        }
    }

    pub(super) fn hand_over(&mut self, items: &mut Vec<Item>) -> Result<(), Fault> {
        for (reason, text) in self.left.drain(..) {
            self.story.blocks.leave(reason, &text);
        }
        self.story.write(items)
    }

    /// The text of a document inside this one, once.
    fn object(&mut self, href: &str, items: &mut Vec<Item>) -> Result<(), Fault> {
        let folder = href.trim_start_matches("./").trim_end_matches('/');
        let Some(text) = self.objects.remove(folder) else {
            return Ok(());
        };
        let mut xml = Xml::new(folder, &text);
        while let Some(piece) = xml.next(0)? {
            let Piece::Start(tag) = piece else { continue };
            match (tag.ns, tag.name()) {
                (Ns::Office, "body") => self.blocks(&mut xml, Around::default(), items)?,
                // A formula, whose letters are elements of MathML.
                (_, "math") => items.push(Item::text(words(&xml.text()?))),
                _ => {}
            }
        }
        Ok(())
    }

    /// The blocks inside the element that was begun last.
    pub(super) fn blocks(
        &mut self,
        xml: &mut Xml<'_>,
        around: Around,
        items: &mut Vec<Item>,
    ) -> Result<(), Fault> {
        let depth = xml.depth();
        while let Some(piece) = xml.next(depth)? {
            if let Piece::Start(tag) = piece {
                self.block(xml, &tag, around, items)?;
            }
        }
        Ok(())
    }

    pub(super) fn block(
        &mut self,
        xml: &mut Xml<'_>,
        tag: &Tag<'_>,
        around: Around,
        items: &mut Vec<Item>,
    ) -> Result<(), Fault> {
        let with = |role| Around { role: Some(role) };
        match (tag.ns, tag.name()) {
            (Ns::Text, "p" | "h") => self.paragraph(xml, tag, around, items),
            (Ns::Text, "list") if around.role.is_none() => {
                self.blocks(xml, with(Role::Item), items)
            }
            (Ns::Text, "tracked-changes") => self.list(xml, Omission::Hidden),
            (Ns::Text, "section") if tag.attr("display").as_deref() == Some("none") => {
                self.list(xml, Omission::Hidden)
            }
            (Ns::Text, name) if name.ends_with("-source") => xml.skip(),
            (Ns::Text, "table-of-content" | "illustration-index" | "table-index") => {
                self.blocks(xml, with(Role::Contents), items)
            }
            (Ns::Table, "table") => self.table(xml, items),
            (Ns::Office, "annotation") => self.list(xml, Omission::Surroundings),
            (Ns::Office, "forms" | "event-listeners") => xml.skip(),
            (Ns::Svg, "title" | "desc") => {
                let text = xml.text()?;
                self.leave(Omission::ImageMarkup, &text);
                Ok(())
            }
            (Ns::Draw, "object") => {
                let href = tag.attr("href").unwrap_or_default();
                self.object(&href, items)?;
                self.blocks(xml, around, items)
            }
            (Ns::Draw, _) => match tag.prefixed("class").as_deref() {
                Some("title") => self.blocks(xml, with(Role::Heading(1)), items),
                Some("header" | "footer" | "date-time" | "page-number") => {
                    self.list(xml, Omission::RunningHead)
                }
                _ => self.blocks(xml, around, items),
            },
            _ => self.blocks(xml, around, items),
        }
    }

    /// Lists everything inside the element that was begun last as left out.
    pub(super) fn list(&mut self, xml: &mut Xml<'_>, reason: Omission) -> Result<(), Fault> {
        let depth = xml.depth();
        let mut text = String::new();
        while let Some(piece) = xml.next(depth)? {
            match piece {
                // Who changed or said something, and when, is no text.
                Piece::Start(tag)
                    if matches!(
                        tag.name(),
                        "change-info" | "creator" | "date" | "creator-initials"
                    ) =>
                {
                    xml.skip()?;
                }
                Piece::Start(tag) if matches!(tag.name(), "p" | "h" | "tab" | "s") => {
                    text.push(' ');
                }
                Piece::Start(_) => {}
                Piece::Text(piece) => text.push_str(&piece),
            }
        }
        self.leave(reason, &words(&text));
        Ok(())
    }

    fn paragraph(
        &mut self,
        xml: &mut Xml<'_>,
        tag: &Tag<'_>,
        around: Around,
        items: &mut Vec<Item>,
    ) -> Result<(), Fault> {
        let style = tag.attr("style-name");
        let heading = match tag.name() {
            "h" => Some(Role::Heading(tag.number("outline-level").unwrap_or(1))),
            _ => None,
        };
        let outer = around.role.filter(|role| *role != Role::Item);
        let hidden = self.styles.hides("paragraph", style.clone());
        let role = outer
            .or(heading)
            .or_else(|| self.styles.role(style))
            .or(around.role)
            .unwrap_or_default();
        let mut inline = Inline::default();
        self.inline(xml, &mut inline)?;
        if hidden {
            self.leave(Omission::Hidden, &inline.text);
        } else {
            items.push(Item::Paragraph(Paragraph {
                role,
                text: inline.text,
            }));
        }
        items.append(&mut inline.after);
        Ok(())
    }

    /// Everything inside the element that was begun last, as text of a paragraph.
    fn inline(&mut self, xml: &mut Xml<'_>, out: &mut Inline) -> Result<(), Fault> {
        let depth = xml.depth();
        while let Some(piece) = xml.next(depth)? {
            let tag = match piece {
                Piece::Text(text) => {
                    out.push(&text);
                    continue;
                }
                Piece::Start(tag) => tag,
            };
            match (tag.ns, tag.name()) {
                (Ns::Text, "s") => {
                    let count = tag.number("c").unwrap_or(1).min(MOST_SPACES);
                    out.text.extend(std::iter::repeat_n(' ', count));
                }
                (Ns::Text, "tab") => out.text.push('\t'),
                (Ns::Text, "line-break") => out.text.push('\n'),
                (Ns::Text, "ruby-base") => out.word = out.text.len(),
                (Ns::Text, "ruby-text") => {
                    let reading = xml.text()?;
                    let word = out.text.get(out.word..).unwrap_or_default();
                    self.leave(Omission::Ruby, &listed(word, &reading));
                    out.word = out.text.len();
                }
                (Ns::Text, "note") => self.note(xml, out)?,
                (Ns::Text, "page-number" | "page-count") => {
                    let text = xml.text()?;
                    self.leave(Omission::RunningHead, &text);
                }
                (Ns::Text, "hidden-text" | "hidden-paragraph") => {
                    let text = tag.attr("string-value").unwrap_or_default();
                    self.leave(Omission::Hidden, &text);
                    self.list(xml, Omission::Hidden)?;
                }
                (Ns::Text, "span") if self.styles.hides("text", tag.attr("style-name")) => {
                    self.list(xml, Omission::Hidden)?;
                }
                (Ns::Text, "p" | "h" | "list") | (Ns::Draw | Ns::Svg | Ns::Table, _) => {
                    self.block(xml, &tag, Around::default(), &mut out.after)?;
                }
                (Ns::Office, "annotation") => self.list(xml, Omission::Surroundings)?,
                _ => self.inline(xml, out)?,
            }
        }
        Ok(())
    }

    /// A footnote or an endnote: its number is none of the text.
    fn note(&mut self, xml: &mut Xml<'_>, out: &mut Inline) -> Result<(), Fault> {
        let depth = xml.depth();
        while let Some(piece) = xml.next(depth)? {
            let Piece::Start(tag) = piece else { continue };
            if tag.is(Ns::Text, "note-citation") {
                let text = xml.text()?;
                self.leave(Omission::Note, &text);
            } else {
                self.blocks(xml, Around::default(), &mut out.after)?;
            }
        }
        Ok(())
    }

    fn table(&mut self, xml: &mut Xml<'_>, items: &mut Vec<Item>) -> Result<(), Fault> {
        let mut table = Table::default();
        self.rows(xml, false, &mut table, items)?;
        items.push(Item::Table(table));
        Ok(())
    }

    fn rows(
        &mut self,
        xml: &mut Xml<'_>,
        head: bool,
        table: &mut Table,
        items: &mut Vec<Item>,
    ) -> Result<(), Fault> {
        let depth = xml.depth();
        while let Some(piece) = xml.next(depth)? {
            let Piece::Start(tag) = piece else { continue };
            match (tag.ns, tag.name()) {
                (Ns::Table, "table-header-rows") => self.rows(xml, true, table, items)?,
                (Ns::Table, "table-row") => {
                    let cells = self.cells(xml)?;
                    table.rows.push(Row { head, cells });
                }
                (Ns::Text | Ns::Svg | Ns::Draw, _) => {
                    self.block(xml, &tag, Around::default(), items)?;
                }
                _ => self.rows(xml, head, table, items)?,
            }
        }
        Ok(())
    }

    fn cells(&mut self, xml: &mut Xml<'_>) -> Result<Vec<TableCell>, Fault> {
        let depth = xml.depth();
        let mut cells: Vec<TableCell> = Vec::new();
        // Cells that the last one covers stand in the file, too.
        let mut covered = 0;
        while let Some(piece) = xml.next(depth)? {
            let Piece::Start(tag) = piece else { continue };
            let below = tag.is(Ns::Table, "covered-table-cell");
            let columns = tag.number("number-columns-spanned").unwrap_or(1);
            let repeated = tag.number("number-columns-repeated").unwrap_or(1);
            let mut cell = TableCell {
                columns: columns.clamp(1, MOST_COLUMNS),
                goes_on: below,
                ..TableCell::default()
            };
            self.blocks(xml, Around::default(), &mut cell.content)?;
            let empty = plain(&cell.content).is_empty();
            for _ in 0..repeated.min(MOST_COLUMNS) {
                if below && covered > 0 {
                    covered -= 1;
                    if empty {
                        continue;
                    }
                }
                covered = covered.max(cell.columns.saturating_sub(1));
                cells.push(cell.clone());
                if cells.len() > MOST_COLUMNS {
                    break;
                }
            }
        }
        Ok(cells)
    }
}

/// One line.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
