//! Rows of a sheet, and the names of its columns.

use crate::corpus::block::Omission;
use crate::corpus::format::blocks::Blocks;
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
}

/// Names of columns, by column, and whether some row said them.
#[derive(Default)]
pub(super) struct Names {
    all: Vec<(u32, String, bool)>,
    /// Some name stands over several columns.
    pub(super) groups: bool,
}

impl Names {
    pub(super) fn set(&mut self, column: u32, name: String) {
        if let Err(at) = self.find(column) {
            self.all.insert(at, (column, name, false));
        }
    }

    fn find(&self, column: u32) -> Result<usize, usize> {
        self.all.binary_search_by_key(&column, |name| name.0)
    }

    /// Adds names below these: `2024 > Q1`.
    pub(super) fn join(&mut self, below: Self) {
        for (column, name, _) in below.all {
            match self.find(column) {
                Ok(at) if self.all[at].1 == name => {}
                Ok(at) => self.all[at].1 = format!("{} > {name}", self.all[at].1),
                Err(_) => self.set(column, name),
            }
        }
    }

    /// Whether rows below a blank one go on with the table: they have no cells beside its columns, and several in them.
    pub(super) fn fit(&self, rows: &[SheetRow]) -> bool {
        let mut cells = rows.iter().flat_map(|row| &row.cells);
        rows.iter().any(|row| row.cells.len() > 1) && cells.all(|cell| self.find(cell.0).is_ok())
    }

    pub(super) fn write(&mut self, row: &SheetRow, blocks: &mut Blocks) {
        let mut cells = Vec::with_capacity(row.cells.len());
        for (column, value) in &row.cells {
            let found = self.find(*column).ok();
            if let Some(at) = found {
                self.all[at].2 = true;
            }
            cells.push((found, value));
        }
        let cell = |(found, value): (Option<usize>, _)| Cell {
            name: found.map_or("", |at| self.all[at].1.as_str()),
            value,
        };
        let cells: Vec<Cell<'_>> = cells
            .into_iter()
            .map(|(found, value)| cell((found, value.as_str())))
            .collect();
        blocks.row(&cells);
    }

    /// Names that no row said are listed: their columns are empty.
    pub(super) fn list(&self, blocks: &mut Blocks) {
        let mut last = "";
        for (_, name, used) in &self.all {
            if !used && name != last {
                blocks.leave(Omission::Empty, name);
            }
            last = name;
        }
    }
}
