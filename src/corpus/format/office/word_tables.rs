//! Tables of WordprocessingML (ECMA-376, part 1, 17.4).

use super::content::{Item, Row, Table, TableCell};
use super::word::Reader;
use super::xml::{Ns, Piece, Xml};
use crate::corpus::decode::decoded::Fault;

impl Reader {
    /// Reads `w:tbl`, which was begun.
    pub(super) fn table(&mut self, xml: &mut Xml<'_>, items: &mut Vec<Item>) -> Result<(), Fault> {
        let mut table = Table::default();
        self.rows(xml, &mut table)?;
        items.push(Item::Table(table));
        Ok(())
    }

    fn rows(&mut self, xml: &mut Xml<'_>, table: &mut Table) -> Result<(), Fault> {
        let depth = xml.depth();
        while let Some(piece) = xml.next(depth)? {
            let Piece::Start(tag) = piece else { continue };
            match (tag.ns, tag.name()) {
                (Ns::Word, "tr") => {
                    let mut row = Row::default();
                    self.cells(xml, &mut row)?;
                    table.rows.push(row);
                }
                (Ns::Word, name) if name.ends_with("Pr") || name == "tblGrid" => xml.skip()?,
                (Ns::Word, "p") => self.paragraph_as_row(xml, table)?,
                _ => self.rows(xml, table)?,
            }
        }
        Ok(())
    }

    /// A paragraph between rows, where a document is broken.
    fn paragraph_as_row(&mut self, xml: &mut Xml<'_>, table: &mut Table) -> Result<(), Fault> {
        let mut cell = TableCell::default();
        self.paragraph(xml, &mut cell.content)?;
        table.rows.push(Row {
            head: false,
            cells: vec![cell],
        });
        Ok(())
    }

    fn cells(&mut self, xml: &mut Xml<'_>, row: &mut Row) -> Result<(), Fault> {
        let depth = xml.depth();
        while let Some(piece) = xml.next(depth)? {
            let Piece::Start(tag) = piece else { continue };
            match (tag.ns, tag.name()) {
                (Ns::Word, "trPr") => self.row_properties(xml, row)?,
                (Ns::Word, "tc") => {
                    let cell = self.cell(xml)?;
                    row.cells.push(cell);
                }
                (Ns::Word, "p") => {
                    let mut cell = TableCell::default();
                    self.paragraph(xml, &mut cell.content)?;
                    row.cells.push(cell);
                }
                (Ns::Word, "tblPrEx") => xml.skip()?,
                _ => self.cells(xml, row)?,
            }
        }
        Ok(())
    }

    fn row_properties(&mut self, xml: &mut Xml<'_>, row: &mut Row) -> Result<(), Fault> {
        let depth = xml.depth();
        while let Some(piece) = xml.next(depth)? {
            let Piece::Start(tag) = piece else { continue };
            match (tag.ns, tag.name()) {
                (Ns::Word, "tblHeader") => row.head = tag.is_on(),
                (Ns::Word, "gridBefore") => {
                    row.cells.push(TableCell {
                        columns: tag.number("val").unwrap_or(1),
                        ..TableCell::default()
                    });
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Reads `w:tc`, which was begun.
    fn cell(&mut self, xml: &mut Xml<'_>) -> Result<TableCell, Fault> {
        let depth = xml.depth();
        let mut cell = TableCell::default();
        while let Some(piece) = xml.next(depth)? {
            let Piece::Start(tag) = piece else { continue };
            if !tag.is(Ns::Word, "tcPr") {
                self.block(xml, &tag, &mut cell.content)?;
                continue;
            }
            let depth = xml.depth();
            while let Some(piece) = xml.next(depth)? {
                let Piece::Start(tag) = piece else { continue };
                match (tag.ns, tag.name()) {
                    (Ns::Word, "gridSpan") => cell.columns = tag.number("val").unwrap_or(1),
                    (Ns::Word, "vMerge") => {
                        cell.goes_on = tag.attr("val").is_none_or(|value| value != "restart");
                    }
                    _ => {}
                }
            }
        }
        Ok(cell)
    }
}
