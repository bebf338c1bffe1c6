//! Rows of a sheet, and the names of its columns.

use crate::corpus::block::Omission;
use crate::corpus::format::blocks::Blocks;
use crate::corpus::format::column_names::ColumnNames;
use crate::corpus::format::table::Cell;

/// Rows and columns beyond these are in no sheet.
pub(super) const MOST_ROWS: u32 = 1 << 24;
pub(super) const MOST_COLUMNS: u32 = 1 << 14;

/// Where a cell is: row and column, from 0.
pub(super) type Place = (u32, u32);

/// A row with its cells that hold something, by column.
#[derive(Debug, Default, Clone)]
pub(super) struct SheetRow {
    pub(super) row: u32,
    pub(super) cells: Vec<(u32, String)>,
    /// Columns whose cells begin in a row above.
    pub(super) from_above: Vec<u32>,
}

/// The names of a sheet's columns.
#[derive(Default)]
pub(super) struct Names {
    pub(super) all: ColumnNames,
    /// Some name stands over several columns.
    pub(super) groups: bool,
    /// Cells of the head that are too long to be said again with each row.
    pub(super) long: Vec<String>,
}

impl Names {
    pub(super) fn set(&mut self, column: u32, name: &str) {
        if self.all.of(column as usize).is_empty() {
            self.all.add(column as usize, name);
        }
    }

    /// Adds names below these: `2024 > Q1`.
    pub(super) fn join(&mut self, below: Self) {
        for (column, name) in below.all.all() {
            self.all.add(column, name);
        }
        self.long.extend(below.long);
    }

    /// Whether rows below a blank one go on with the table: they have no cells beside its columns, and several in them.
    pub(super) fn fit(&self, rows: &[SheetRow]) -> bool {
        let mut cells = rows.iter().flat_map(|row| &row.cells);
        let is_named = |cell: &(u32, String)| !self.all.of(cell.0 as usize).is_empty();
        rows.iter().any(|row| row.cells.len() > 1) && cells.all(is_named)
    }

    pub(super) fn write(&mut self, row: &SheetRow, blocks: &mut Blocks) {
        for (column, _) in &row.cells {
            self.all.say(*column as usize);
        }
        let cells = row.cells.iter().map(|(column, value)| Cell {
            name: self.all.of(*column as usize),
            value,
        });
        let cells: Vec<Cell<'_>> = cells.collect();
        blocks.row(&cells);
    }

    /// Forgets the names. Those that no row said are listed: their columns are empty.
    pub(super) fn list(&mut self, blocks: &mut Blocks) {
        for name in self.all.take_unsaid() {
            blocks.leave(Omission::Empty, &name);
        }
    }
}
