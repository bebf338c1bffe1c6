//! Tables of documents by rows, with the names of their columns.

use std::borrow::Cow;

use super::content::{Item, Table, plain};
use crate::corpus::block::Omission;
use crate::corpus::format::blocks::Blocks;
use crate::corpus::format::column_names::ColumnNames;
use crate::corpus::format::rows::form::is_form;
use crate::corpus::format::rows::header::{Candidate, Head, LOOKED_AT};
use crate::corpus::format::table::Cell;
use crate::corpus::read_options::Header;

/// Columns that are told apart.
const MAX_COLUMNS: usize = 1000;
/// A table with a longer cell arranges a page, in characters.
const CELL_CHARS: usize = 2000;
/// A table in a cell is no part of that cell where it is longer, in characters.
const INNER_CHARS: usize = 200;
/// A longer cell belongs to its first row alone, and names no column, in characters.
const SHARED_CHARS: usize = 160;
/// What is said again in a table is at most so many times its own text.
const REPEATED: usize = 20;
const REPEATED_LEAST: usize = 1 << 16;

/// A cell in its place.
#[derive(Debug, Clone)]
struct Placed {
    column: usize,
    columns: usize,
    text: String,
}

/// The rows of a table of data.
pub(super) struct Rows {
    /// First the rows that name the columns.
    heads: usize,
    rows: Vec<Vec<Placed>>,
    letters: usize,
}

/// The rows of a table; `None` where it arranges a page: one row or column, or cells that are parts of one.
pub(super) fn rows(table: &Table) -> Option<Rows> {
    let mut rows: Vec<Vec<Placed>> = Vec::new();
    let (mut letters, mut heads, mut again) = (0, 0, 0);
    for row in &table.rows {
        let mut placed: Vec<Placed> = Vec::new();
        let mut column = 0;
        for cell in &row.cells {
            let columns = cell.columns.clamp(1, MAX_COLUMNS);
            if column >= MAX_COLUMNS {
                return None;
            }
            let text = plain(&cell.content);
            let length = text.chars().count();
            // A small table in a cell is what the cell says; a large one is a part of the page.
            let has_table = || {
                cell.content
                    .iter()
                    .any(|item| matches!(item, Item::Table(_)))
            };
            if length > CELL_CHARS || (length > INNER_CHARS && has_table()) {
                return None;
            }
            letters += text.len();
            let above = || {
                let above = rows.last()?.iter().find(|above| above.column == column)?;
                Some(above.text.clone()).filter(|text| text.chars().count() <= SHARED_CHARS)
            };
            let text = match cell.goes_on && text.is_empty() {
                true => above().unwrap_or_default(),
                false => text,
            };
            if cell.goes_on {
                again += text.len();
            }
            placed.push(Placed {
                column,
                columns,
                text,
            });
            column += columns;
        }
        if placed.iter().all(|cell| cell.text.is_empty()) {
            continue;
        }
        heads += usize::from(row.head && heads == rows.len());
        rows.push(placed);
    }
    let several = |row: &Vec<Placed>| row.iter().filter(|cell| !cell.text.is_empty()).count() > 1;
    if rows.len() < 2 || !rows.iter().any(several) || again > REPEATED * letters + REPEATED_LEAST {
        return None;
    }
    if heads == 0 || heads == rows.len() {
        heads = usize::from(first_names(&rows));
    }
    Some(Rows {
        heads,
        rows,
        letters,
    })
}

/// Whether the first row names the columns, as it differs from those below it.
fn first_names(rows: &[Vec<Placed>]) -> bool {
    let width = |row: &Vec<Placed>| row.last().map_or(0, |cell| cell.column + cell.columns);
    let usual = rows.iter().map(width).max().unwrap_or(0);
    let cells: Vec<Vec<Cow<'_, str>>> = rows
        .iter()
        .take(LOOKED_AT)
        .map(|row| {
            let mut cells = vec![Cow::Borrowed(""); usual];
            for cell in row {
                cells[cell.column] = Cow::Borrowed(cell.text.as_str());
            }
            cells
        })
        .collect();
    let candidates: Vec<Candidate<'_, '_>> = cells
        .iter()
        .zip(1..)
        .map(|(cells, row)| Candidate { cells, row })
        .collect();
    let whole = rows[0].iter().filter(|cell| !cell.text.is_empty()).count() > 1;
    // In a form each row has cells of its own widths.
    let unlike = |row: &&Vec<Placed>| !places(row).eq(places(&rows[0]));
    let unlike = rows[1..].iter().filter(unlike).count();
    whole
        && unlike * 2 < rows.len()
        && !is_form(&cells)
        && Head::find(&candidates, usual, Header::Auto).names == Some(0)
}

/// The columns in which the cells of a row begin.
fn places(row: &[Placed]) -> impl Iterator<Item = usize> {
    row.iter().map(|cell| cell.column)
}

impl Rows {
    /// Writes a block for each row.
    pub(super) fn write(self, blocks: &mut Blocks) {
        let mut names = ColumnNames::default();
        for cell in self.rows[..self.heads].iter().flatten() {
            for column in cell.column..cell.column + cell.columns {
                names.add(column, &cell.text);
            }
        }
        let first = if names.any_longer_than(2 * SHARED_CHARS) {
            names.clear();
            0
        } else {
            self.heads
        };
        let mut left = REPEATED * self.letters + REPEATED_LEAST;
        for row in &self.rows[first..] {
            let mut cells = Vec::with_capacity(row.len());
            for cell in row {
                let mut name = "";
                let length = names.of(cell.column).len();
                if !cell.text.is_empty() && length <= left {
                    name = names.say(cell.column);
                    left -= length;
                }
                cells.push((name.to_owned(), cell.text.as_str()));
            }
            let cells: Vec<Cell<'_>> = cells
                .iter()
                .map(|(name, value)| Cell { name, value })
                .collect();
            blocks.row(&cells);
        }
        for name in names.take_unsaid() {
            blocks.leave(Omission::Empty, &name);
        }
    }
}
