//! Sheets of cells as rows with the names of their columns.
//!
//! A sheet may have several tables, one below the other, and titles above them. Blank rows part them. Whether a row
//! names the columns is told as for CSV.

use std::borrow::Cow;

use super::sheet_names::{MOST_COLUMNS, Names, Place, SheetRow};
use super::story::{MOST_TEXT, too_long};
use crate::corpus::block::{BlockKind, Omission};
use crate::corpus::decode::decoded::Fault;
use crate::corpus::format::blocks::Blocks;
use crate::corpus::format::rows::form::is_form;
use crate::corpus::format::rows::header::{Candidate, Head, LOOKED_AT, grouped, is_roster};
use crate::corpus::format::rows::kind::{Kind, kind};
use crate::corpus::format::table::Cell;
use crate::corpus::read_options::Header;

/// Cells with something in them that are read of a workbook.
const MOST_CELLS: usize = 2_000_000;
/// Columns in which names are looked for.
const NAMED_COLUMNS: u32 = 1000;
/// A longer cell belongs to its first row alone, in characters.
const SHARED_CHARS: usize = 160;
/// So many tables stand beside each other at most.
const MOST_TABLES: usize = 8;
/// Cells that are merged are filled in so many rows.
const FILLED: usize = 100_000;
/// A sheet as it is read.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    pub(super) name: String,
    /// Nobody sees it.
    pub(super) hidden: bool,
    /// Rows that are not blank, ascending.
    pub(super) rows: Vec<SheetRow>,
    /// First and last places of cells that are one.
    pub(super) merged: Vec<(Place, Place)>,
}

/// How many cells, and bytes in them, may still be read.
pub(super) struct Budget {
    cells: usize,
    bytes: usize,
}

impl Budget {
    pub(super) fn new() -> Self {
        Self {
            cells: MOST_CELLS,
            bytes: MOST_TEXT,
        }
    }

    /// Counts cells with a text of so many bytes each.
    ///
    /// # Errors
    /// Where there are too many.
    pub(super) fn take(&mut self, cells: usize, bytes: usize) -> Result<(), Fault> {
        self.cells = self.cells.checked_sub(cells).ok_or_else(|| {
            Fault::unreadable(format!(
                "more than {MOST_CELLS} cells with something in them; divide the workbook"
            ))
        })?;
        let bytes = cells.saturating_mul(bytes);
        self.bytes = self.bytes.checked_sub(bytes).ok_or_else(too_long)?;
        Ok(())
    }
}

impl Sheet {
    /// Adds a cell; in any order.
    pub(super) fn push(&mut self, (row, column): Place, value: String) {
        if value.trim().is_empty() {
            return;
        }
        match self.rows.last_mut() {
            Some(last) if last.row == row => last.cells.push((column, value)),
            _ => self.rows.push(SheetRow {
                row,
                cells: vec![(column, value)],
                ..SheetRow::default()
            }),
        }
    }

    /// Puts cells that came in another order in theirs.
    fn sort(&mut self) {
        self.merged.sort_unstable();
        if !self.rows.is_sorted_by(|a, b| a.row < b.row) {
            self.rows.sort_by_key(|row| row.row);
            let all = std::mem::take(&mut self.rows);
            for row in all {
                match self.rows.last_mut() {
                    Some(last) if last.row == row.row => last.cells.extend(row.cells),
                    _ => self.rows.push(row),
                }
            }
        }
        for row in &mut self.rows {
            if !row.cells.is_sorted_by_key(|(column, _)| *column) {
                row.cells.sort_by_key(|(column, _)| *column);
            }
        }
    }

    /// What a cell over several rows says, it says of each of them.
    fn fill(&mut self) {
        let mut left = FILLED;
        for (first, last) in &self.merged {
            let Ok(at) = self.rows.binary_search_by_key(&first.0, |row| row.row) else {
                continue;
            };
            let value = self.rows[at].cells.iter().find(|cell| cell.0 == first.1);
            let Some((_, value)) = value.filter(|(_, value)| value.chars().count() <= SHARED_CHARS)
            else {
                continue;
            };
            let value = value.clone();
            let below = self.rows[at + 1..].iter_mut();
            for row in below.take_while(|row| row.row <= last.0).take(left) {
                left -= 1;
                if let Err(place) = row.cells.binary_search_by_key(&first.1, |cell| cell.0) {
                    row.cells.insert(place, (first.1, value.clone()));
                    row.from_above.push(first.1);
                }
            }
        }
    }

    /// Writes the rows of a sheet under its name, or lists them where it is hidden.
    ///
    /// # Errors
    /// Where the text becomes too long.
    pub(super) fn write(mut self, blocks: &mut Blocks) -> Result<(), Fault> {
        self.sort();
        if self.hidden {
            for row in &self.rows {
                let cells: Vec<&str> = row.cells.iter().map(|(_, value)| value.as_str()).collect();
                blocks.leave(Omission::Hidden, &cells.join(" | "));
            }
            return Ok(());
        }
        self.fill();
        blocks.begin_section();
        let mut heading = (!is_default(&self.name)).then_some(self.name.as_str());
        let mut names = Names::default();
        let mut rest = self.rows.as_slice();
        while !rest.is_empty() {
            let close = rest
                .windows(2)
                .take_while(|pair| pair[0].row + 1 == pair[1].row);
            let (region, after) = rest.split_at(close.count() + 1);
            rest = after;
            let tables = side_by_side(region);
            if tables.is_empty() {
                self.region(region, &mut heading, &mut names, blocks)?;
            }
            for table in tables {
                names.list(blocks);
                names = Names::default();
                self.region(&table, &mut heading, &mut names, blocks)?;
            }
        }
        names.list(blocks);
        Ok(())
    }

    /// Writes rows without a blank one between them.
    fn region(
        &self,
        rows: &[SheetRow],
        heading: &mut Option<&str>,
        names: &mut Names,
        blocks: &mut Blocks,
    ) -> Result<(), Fault> {
        // The name of the sheet stands before the first row that is written.
        let mut stand_at = |row: &SheetRow, blocks: &mut Blocks| {
            blocks.stand_at(self.locator(row));
            if let Some(name) = heading.take() {
                blocks.write(BlockKind::Heading, name);
            }
            blocks.stand_at(self.locator(row));
        };
        if let [row] = rows
            && let [(_, text)] = row.cells.as_slice()
        {
            stand_at(row, blocks);
            blocks.write(BlockKind::Paragraph, text);
            return Ok(());
        }
        let head = head(rows);
        let (mut above, mut first) = (head.first, head.first);
        if let Some(at) = head.names {
            names.list(blocks);
            (above, first) = (at, at + 1);
            *names = match at.checked_sub(1).map(|up| self.groups(&rows[up..])) {
                Some(Some(groups)) => {
                    above = at - 1;
                    groups
                }
                _ => self.names(&rows[at]),
            };
            // Groups of columns stand above the names of the columns.
            if above == at
                && rows.len() > first + 1
                && self::head(&rows[first..]).names == Some(0)
                && let Some(groups) = self.groups(&rows[at..])
            {
                *names = groups;
                first += 1;
            }
        } else if !names.fit(rows) {
            names.list(blocks);
            *names = Names::default();
        }
        for row in &rows[..above] {
            stand_at(row, blocks);
            match row.cells.as_slice() {
                [(_, title)] => blocks.write(BlockKind::Paragraph, title),
                cells => blocks.row(&cells.iter().map(nameless).collect::<Vec<_>>()),
            }
        }
        for text in std::mem::take(&mut names.long) {
            stand_at(&rows[head.names.unwrap_or(0)], blocks);
            blocks.write(BlockKind::Paragraph, &text);
        }
        for row in &rows[first..] {
            stand_at(row, blocks);
            names.write(row, blocks);
            if blocks.len() > MOST_TEXT {
                return Err(too_long());
            }
        }
        Ok(())
    }

    /// The names of columns under the first two rows, if the first names groups of columns, by cells over several columns
    /// or by blank ones behind a name.
    fn groups(&self, rows: &[SheetRow]) -> Option<Names> {
        let [upper, lower, ..] = rows else {
            return None;
        };
        if upper.row + 1 != lower.row {
            return None;
        }
        let (from, dense) = dense(rows);
        let mut names = self.names(upper);
        // One cell over the table is its title.
        if names.groups && (upper.cells.len() > 1 || upper.cells[0].0 > lower.cells[0].0) {
            // A roster looks the same, but for a cell over both rows.
            if lower.from_above.is_empty() && is_roster(&candidates(&dense, rows)) {
                return None;
            }
            names.join(self.names(lower));
            return Some(names);
        }
        let mut names = Names::default();
        for (column, name) in (from..).zip(grouped(&candidates(&dense, rows))?) {
            names.set(column, &name);
        }
        Some(names)
    }

    /// The names that a row gives to columns; a cell over several columns names each of them.
    fn names(&self, row: &SheetRow) -> Names {
        let mut names = Names::default();
        for (column, value) in row.cells.iter().filter(|cell| cell.0 < MOST_COLUMNS) {
            let name = value.split_whitespace().collect::<Vec<_>>().join(" ");
            if name.chars().count() > SHARED_CHARS {
                names.long.push(name);
                continue;
            }
            let merged = self
                .merged
                .binary_search_by_key(&(row.row, *column), |cells| cells.0);
            let merged = merged.ok().map(|at| self.merged[at].1);
            let last = merged
                .filter(|last| last.0 == row.row)
                .map_or(*column, |last| last.1.min(MOST_COLUMNS));
            names.groups |= last > *column;
            for column in *column..=last {
                names.set(column, &name);
            }
        }
        names
    }

    /// `Sheet!A12`, the first cell of a row as formulas write it.
    fn locator(&self, row: &SheetRow) -> String {
        let column = row.cells.first().map_or(0, |(column, _)| *column);
        let plain = self
            .name
            .chars()
            .all(|c| c.is_alphanumeric() || c == '_' || c == '.');
        let cell = format!("{}{}", letters(column), u64::from(row.row) + 1);
        match plain && !self.name.is_empty() {
            true => format!("{}!{cell}", self.name),
            false => format!("'{}'!{cell}", self.name.replace('\'', "''")),
        }
    }
}

/// Tables beside each other, with a blank column between them; empty where there is one table. Each has two columns or
/// more, and words in its first: a blank column inside a table has numbers behind it, or one column before it.
fn side_by_side(rows: &[SheetRow]) -> Vec<Vec<SheetRow>> {
    let mut used: Vec<u32> = rows
        .iter()
        .flat_map(|row| row.cells.iter().map(|cell| cell.0))
        .collect();
    used.sort_unstable();
    used.dedup();
    let parts: Vec<(u32, u32)> = used
        .chunk_by(|a, b| a + 1 == *b)
        .filter_map(|part| Some((*part.first()?, *part.last()?)))
        .collect();
    if parts.len() < 2 || parts.len() > MOST_TABLES {
        return Vec::new();
    }
    let table = |&(first, last): &(u32, u32)| -> Vec<SheetRow> {
        let inside = |row: &SheetRow| -> SheetRow {
            let cells = row
                .cells
                .iter()
                .filter(|cell| (first..=last).contains(&cell.0));
            SheetRow {
                row: row.row,
                cells: cells.cloned().collect(),
                from_above: row.from_above.clone(),
            }
        };
        rows.iter()
            .map(inside)
            .filter(|row| !row.cells.is_empty())
            .collect()
    };
    let tables: Vec<Vec<SheetRow>> = parts.iter().map(table).collect();
    let has_keys = |(table, (first, last)): (&Vec<SheetRow>, &(u32, u32))| {
        let keys = table
            .iter()
            .filter_map(|row| row.cells.first().filter(|cell| cell.0 == *first));
        let words = keys
            .filter(|(_, key)| kind(key) == Some(Kind::Words))
            .count();
        let full = table.iter().filter(|row| row.cells.len() > 1).count();
        first < last && full > 1 && words * 5 >= table.len() * 4
    };
    match tables.iter().zip(&parts).all(has_keys) {
        true => tables,
        false => Vec::new(),
    }
}

fn nameless((_, value): &(u32, String)) -> Cell<'_> {
    Cell { name: "", value }
}

fn candidates<'d, 'r>(dense: &'d [Vec<Cow<'r, str>>], rows: &[SheetRow]) -> Vec<Candidate<'d, 'r>> {
    let rows = dense.iter().zip(rows);
    let candidate = rows.map(|(cells, row)| Candidate {
        cells,
        row: row.row as usize,
    });
    candidate.collect()
}

/// The first rows with their blank cells, and their first column. A cell over several rows is in its first only.
fn dense(rows: &[SheetRow]) -> (u32, Vec<Vec<Cow<'_, str>>>) {
    let cells = rows
        .iter()
        .flat_map(|row| row.cells.iter().map(|cell| cell.0));
    let from = cells.clone().min().unwrap_or(0);
    let to = cells.filter(|column| *column < from + NAMED_COLUMNS).max();
    let width = (to.unwrap_or(from) - from + 1) as usize;
    let dense = rows
        .iter()
        .take(LOOKED_AT)
        .map(|row| {
            let mut dense = vec![Cow::Borrowed(""); width];
            let own = row.cells.iter();
            for (column, value) in own.filter(|(column, _)| !row.from_above.contains(column)) {
                if let Some(cell) = dense.get_mut((column - from) as usize) {
                    *cell = Cow::Borrowed(value.as_str());
                }
            }
            dense
        })
        .collect();
    (from, dense)
}

/// Where the table of some rows begins, and which row names its columns.
fn head(rows: &[SheetRow]) -> Head {
    let (_, dense) = dense(rows);
    let width = dense.first().map_or(1, Vec::len);
    let mut head = Head::find(&candidates(&dense, rows), width, Header::Auto);
    // One column has no names; a line above others is a title of theirs.
    if width == 1 || is_form(&dense[head.names.unwrap_or(0)..]) {
        head.names = None;
        head.first = 0;
    }
    head
}

/// Letters of a column: A, B, ..., Z, AA.
fn letters(column: u32) -> String {
    let mut rest = u64::from(column) + 1;
    let mut letters = Vec::new();
    while rest > 0 {
        letters.push(char::from(b'A' + ((rest - 1) % 26) as u8));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}

/// Names that programs give to sheets say nothing.
fn is_default(name: &str) -> bool {
    let lower = name.trim().to_lowercase();
    let stem = lower.trim_end_matches(|c: char| c.is_ascii_digit() || ('０'..='９').contains(&c));
    [
        "sheet",
        "シート",
        "工作表",
        "table",
        "tabelle",
        "feuil",
        "feuille",
        "hoja",
        "trang tính",
    ]
    .contains(&stem.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::format::reader::Parsed;

    fn sheet(rows: &[(u32, &[(u32, &str)])]) -> Sheet {
        let mut sheet = Sheet {
            name: "売上".to_owned(),
            ..Sheet::default()
        };
        for (row, cells) in rows {
            for (column, value) in *cells {
                sheet.push((*row, *column), (*value).to_owned());
            }
        }
        sheet
    }

    fn written(sheet: Sheet) -> (String, Vec<String>) {
        let mut blocks = Blocks::default();
        sheet.write(&mut blocks).unwrap();
        let Parsed { text, locators, .. } = blocks.finish();
        (
            text.unwrap(),
            locators.into_iter().map(|(_, at)| at).collect(),
        )
    }

    #[test]
    fn rows_have_the_names_of_their_columns() {
        let (text, locators) = written(sheet(&[
            (0, &[(0, "四半期の売上")]),
            (2, &[(1, "品名"), (2, "価格")]),
            (3, &[(1, "りんご"), (2, "120")]),
            (4, &[(1, "みかん"), (2, "80")]),
            (6, &[(1, "なし"), (2, "95")]),
        ]));
        assert_eq!(
            text,
            "売上\n\n四半期の売上\n\n品名: りんご | 価格: 120\n品名: みかん | 価格: 80\n品名: なし | 価格: 95\n"
        );
        assert_eq!(locators, ["売上!A1", "売上!B4", "売上!B5", "売上!B7"]);
    }

    #[test]
    fn tables_beside_each_other_are_not_joined() {
        let (text, _) = written(sheet(&[
            (
                0,
                &[(0, "Month"), (1, "Lamps"), (3, "Employee"), (4, "Shop")],
            ),
            (1, &[(0, "January"), (1, "12"), (3, "Ito"), (4, "North")]),
            (2, &[(0, "February"), (1, "15"), (3, "Braun"), (4, "South")]),
            (3, &[(0, "March"), (1, "9")]),
        ]));
        assert!(
            text.ends_with(
                "Month: January | Lamps: 12\nMonth: February | Lamps: 15\nMonth: March | Lamps: 9\n\
                 Employee: Ito | Shop: North\nEmployee: Braun | Shop: South\n"
            ),
            "{text}"
        );
        // A blank column inside a table.
        let (text, _) = written(sheet(&[
            (0, &[(0, "Name"), (1, "Shop"), (3, "Jan"), (4, "Feb")]),
            (1, &[(0, "Ito"), (1, "North"), (3, "3"), (4, "5")]),
            (2, &[(0, "Braun"), (1, "South"), (3, "4"), (4, "6")]),
        ]));
        assert!(
            text.ends_with("Name: Braun | Shop: South | Jan: 4 | Feb: 6\n"),
            "{text}"
        );
    }

    #[test]
    fn merged_cells_are_said_in_each_row_and_name_each_column() {
        let mut merged = sheet(&[
            (0, &[(0, "支店"), (1, "2024"), (3, "2025")]),
            (1, &[(1, "前期"), (2, "後期"), (3, "前期"), (4, "後期")]),
            (2, &[(0, "東京"), (1, "5"), (2, "6"), (3, "7"), (4, "8")]),
            (3, &[(1, "1"), (2, "2"), (3, "3"), (4, "4")]),
        ]);
        merged.merged = vec![
            ((0, 0), (1, 0)),
            ((0, 1), (0, 2)),
            ((0, 3), (0, 4)),
            ((2, 0), (3, 0)),
        ];
        let (text, locators) = written(merged);
        assert!(
            text.ends_with(
                "支店: 東京 | 2024 > 前期: 1 | 2024 > 後期: 2 | 2025 > 前期: 3 | 2025 > 後期: 4\n"
            ),
            "{text}"
        );
        assert_eq!(locators, ["売上!A3", "売上!A4"]);
    }

    #[test]
    fn groups_of_columns_without_merged_cells_and_a_title_over_two_columns() {
        let head: [&[(u32, &str)]; 2] = [
            &[(1, "2024"), (3, "2025")],
            &[
                (0, "支店"),
                (1, "前期"),
                (2, "後期"),
                (3, "前期"),
                (4, "後期"),
            ],
        ];
        let (text, _) = written(sheet(&[
            (0, head[0]),
            (1, head[1]),
            (2, &[(0, "東京"), (1, "5"), (2, "6"), (3, "7"), (4, "8")]),
            (3, &[(0, "大阪"), (1, "1"), (2, "2"), (3, "3"), (4, "4")]),
        ]));
        assert!(
            text.ends_with(
                "支店: 大阪 | 2024 > 前期: 1 | 2024 > 後期: 2 | 2025 > 前期: 3 | 2025 > 後期: 4\n"
            ),
            "{text}"
        );
        let (text, _) = written(sheet(&[
            (0, &[(0, "Cities of 2024")]),
            (1, &[(0, "Name"), (1, "Pop")]),
            (2, &[(0, "Bern"), (1, "133000")]),
            (3, &[(0, "Graz"), (1, "291000")]),
        ]));
        assert_eq!(
            text,
            "売上\n\nCities of 2024\n\nName: Bern | Pop: 133000\nName: Graz | Pop: 291000\n"
        );
    }

    #[test]
    fn columns_have_letters_and_names_are_quoted() {
        for (column, expected) in [(0, "A"), (25, "Z"), (26, "AA"), (16_383, "XFD")] {
            assert_eq!(letters(column), expected);
        }
        let mut odd = sheet(&[(11, &[(0, "x")])]);
        odd.name = "It's Q1".to_owned();
        assert_eq!(odd.locator(&odd.rows[0]), "'It''s Q1'!A12");
        assert!(is_default("Sheet1") && is_default("シート２") && !is_default("売上"));
    }
}
