//! Sheets of OpenDocument: the cells of a table as rows of a sheet.

use super::content::{Item, plain};
use super::open_document_blocks::{Around, Reader};
use super::sheet::{Budget, Sheet};
use super::sheet_names::{MOST_COLUMNS, MOST_ROWS};
use super::xml::{Ns, Piece, Tag, Xml};
use crate::corpus::block::{BlockKind, Omission};
use crate::corpus::decode::decoded::Fault;

/// Cells that are read, and where the next one is.
pub(super) struct Cells {
    budget: Budget,
    row: u32,
    column: u32,
}

impl Cells {
    pub(super) fn new() -> Self {
        Self {
            budget: Budget::new(),
            row: 0,
            column: 0,
        }
    }

    /// The sheets inside the element that was begun last.
    ///
    /// # Errors
    /// Where they cannot be read, or there are too many cells.
    pub(super) fn sheets(&mut self, reader: &mut Reader, xml: &mut Xml<'_>) -> Result<(), Fault> {
        let depth = xml.depth();
        while let Some(piece) = xml.next(depth)? {
            let Piece::Start(tag) = piece else { continue };
            match (tag.ns, tag.name()) {
                (Ns::Table, "table") => self.sheet(reader, xml, &tag)?,
                (Ns::Table, "tracked-changes") => reader.list(xml, Omission::Hidden)?,
                // Conditions and names of ranges.
                _ => xml.skip()?,
            }
        }
        Ok(())
    }

    fn sheet(
        &mut self,
        reader: &mut Reader,
        xml: &mut Xml<'_>,
        tag: &Tag<'_>,
    ) -> Result<(), Fault> {
        let mut sheet = Sheet {
            name: tag.attr("name").unwrap_or_default(),
            hidden: reader.styles.hides("table", tag.attr("style-name")),
            ..Sheet::default()
        };
        let mut beside = Vec::new();
        self.row = 0;
        self.rows(reader, xml, &mut sheet, &mut beside)?;
        let hidden = sheet.hidden;
        reader.hand_over(&mut Vec::new())?;
        sheet.write(&mut reader.story.blocks)?;
        // Boxes on the sheet.
        let text = plain(&beside);
        reader.story.blocks.begin_section();
        reader.story.blocks.stand_at("text boxes".to_owned());
        for line in text.lines() {
            match hidden {
                true => reader.story.blocks.leave(Omission::Hidden, line),
                false => reader.story.blocks.write(BlockKind::Paragraph, line),
            }
        }
        Ok(())
    }

    fn rows(
        &mut self,
        reader: &mut Reader,
        xml: &mut Xml<'_>,
        sheet: &mut Sheet,
        beside: &mut Vec<Item>,
    ) -> Result<(), Fault> {
        let depth = xml.depth();
        while let Some(piece) = xml.next(depth)? {
            let Piece::Start(tag) = piece else { continue };
            match (tag.ns, tag.name()) {
                (Ns::Table, "table-row") => {
                    let repeated = repeated(&tag, "number-rows-repeated");
                    let before = sheet.rows.len();
                    self.column = 0;
                    self.cells(reader, xml, sheet, beside)?;
                    let written = sheet.rows.get(before).cloned();
                    for again in 1..repeated {
                        let Some(mut row) = written.clone() else {
                            break;
                        };
                        let bytes = row.cells.iter().map(|(_, value)| value.len()).sum();
                        self.budget.take(row.cells.len(), 0)?;
                        self.budget.take(1, bytes)?;
                        row.row = self.row.saturating_add(again);
                        sheet.rows.push(row);
                    }
                    self.row = self.row.saturating_add(repeated).min(MOST_ROWS);
                }
                (Ns::Table, "shapes") => reader.blocks(xml, Around::default(), beside)?,
                (Ns::Table, "table-header-rows" | "table-rows" | "table-row-group") => {
                    self.rows(reader, xml, sheet, beside)?;
                }
                _ => xml.skip()?,
            }
        }
        Ok(())
    }

    fn cells(
        &mut self,
        reader: &mut Reader,
        xml: &mut Xml<'_>,
        sheet: &mut Sheet,
        beside: &mut Vec<Item>,
    ) -> Result<(), Fault> {
        let depth = xml.depth();
        while let Some(piece) = xml.next(depth)? {
            let Piece::Start(tag) = piece else { continue };
            let repeated = repeated(&tag, "number-columns-repeated");
            let value = self.value(reader, xml, &tag, beside)?;
            if !value.trim().is_empty() {
                self.budget.take(repeated as usize, value.len())?;
                for again in 0..repeated {
                    let column = self.column.saturating_add(again);
                    if column < MOST_COLUMNS {
                        sheet.push((self.row, column), value.clone());
                    }
                }
            }
            let wide = repeated_or(&tag, "number-columns-spanned");
            let high = repeated_or(&tag, "number-rows-spanned");
            if wide > 1 || high > 1 {
                let first = (self.row, self.column);
                let last = (
                    first.0.saturating_add(high - 1),
                    first.1.saturating_add(wide - 1),
                );
                sheet.merged.push((first, last));
            }
            self.column = self.column.saturating_add(repeated).min(MOST_COLUMNS);
        }
        Ok(())
    }

    /// What a cell shows; a date as ISO 8601 writes it.
    fn value(
        &mut self,
        reader: &mut Reader,
        xml: &mut Xml<'_>,
        tag: &Tag<'_>,
        beside: &mut Vec<Item>,
    ) -> Result<String, Fault> {
        let depth = xml.depth();
        let mut items = Vec::new();
        while let Some(piece) = xml.next(depth)? {
            let Piece::Start(inner) = piece else { continue };
            match (inner.ns, inner.name()) {
                (Ns::Draw, _) => reader.blocks(xml, Around::default(), beside)?,
                _ => reader.block(xml, &inner, Around::default(), &mut items)?,
            }
        }
        let shown = plain(&items);
        let date = tag.attr("date-value");
        let value = match tag.attr("value-type").as_deref() {
            Some("date") => date.map(|date| {
                let date = date.trim_end_matches("T00:00:00").replace('T', " ");
                let minutes = date.strip_suffix(":00").filter(|rest| rest.contains(':'));
                minutes.unwrap_or(&date).to_owned()
            }),
            _ if shown.is_empty() => tag
                .attr("string-value")
                .or_else(|| tag.attr("boolean-value"))
                .or_else(|| tag.attr("value")),
            _ => None,
        };
        Ok(value.unwrap_or(shown))
    }
}

fn repeated_or(tag: &Tag<'_>, name: &str) -> u32 {
    let number = tag.attr(name).and_then(|value| value.trim().parse().ok());
    number.unwrap_or(1_u32).max(1)
}

/// How often a row or a cell stands there.
fn repeated(tag: &Tag<'_>, name: &str) -> u32 {
    repeated_or(tag, name).min(MOST_ROWS)
}
