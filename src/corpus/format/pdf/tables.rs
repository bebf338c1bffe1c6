//! Tables: rows of cells, by their ruled lines or by columns of short pieces that share baselines.

use super::bands::{Band, LONG, baselines};
use super::characters::is_ideographic;
use super::geometry::{Area, Frame};
use super::grids;
use super::joining::{Words, join};
use super::lines::Line;
use super::walls::Walls;

/// A table.
#[derive(Debug, Clone)]
pub(super) struct Table {
    pub(super) rows: Vec<Row>,
    /// The names of the columns, where the first row is clearly a header.
    pub(super) names: Option<Vec<String>>,
    pub(super) columns: Vec<(f32, f32)>,
    pub(super) frame: Frame,
    pub(super) size: f32,
    /// Number of its first letter in the content.
    pub(super) order: usize,
}

/// A row of a table: one cell a column, many of them empty perhaps.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) cells: Vec<Cell>,
    pub(super) area: Area,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Cell {
    pub(super) text: String,
    pub(super) bold: bool,
    pub(super) size: f32,
}

impl Row {
    pub(super) fn new(columns: usize, area: Area) -> Self {
        Self {
            cells: vec![Cell::default(); columns],
            area,
        }
    }

    /// Adds a line to the cell of a column.
    pub(super) fn add(&mut self, column: usize, line: &Line) {
        self.area = self.area.with(line.area());
        if let Some(cell) = self.cells.get_mut(column) {
            cell.bold = line.bold && (cell.bold || cell.text.is_empty());
            cell.size = line.size;
            if cell.text.is_empty() {
                cell.text.push_str(&line.text);
            } else {
                join(&mut cell.text, &line.text, &Words::default());
            }
        }
    }

    fn filled(&self) -> usize {
        self.cells
            .iter()
            .filter(|cell| !cell.text.is_empty())
            .count()
    }
}

impl Table {
    /// The text of each row and its place: `name: value | name: value`, or the cells alone.
    pub(super) fn texts(&self) -> Vec<(String, Area)> {
        let text = |row: &Row, names: Option<&Vec<String>>| {
            let cells = row
                .cells
                .iter()
                .enumerate()
                .filter(|(_, cell)| !cell.text.is_empty());
            let named = cells.map(|(at, cell)| {
                match names
                    .and_then(|names| names.get(at))
                    .filter(|name| !name.is_empty())
                {
                    Some(name) => format!("{name}: {}", cell.text),
                    None => cell.text.clone(),
                }
            });
            named.collect::<Vec<_>>().join(" | ")
        };
        let own = self.names.is_some() && self.first_is_header();
        let rows = self.rows.iter().enumerate();
        rows.map(|(at, row)| {
            (
                text(row, self.names.as_ref().filter(|_| !(own && at == 0))),
                row.area,
            )
        })
        .filter(|(text, _)| !text.is_empty())
        .collect()
    }

    fn first_is_header(&self) -> bool {
        let first = self
            .rows
            .first()
            .map(|row| row.cells.iter().map(|cell| cell.text.as_str()));
        first
            .zip(self.names.as_ref())
            .is_some_and(|(first, names)| first.eq(names.iter().map(String::as_str)))
    }

    /// Whether another table goes on with this one's columns on the next page.
    pub(super) fn continues(&self, next: &Self) -> bool {
        self.columns.len() == next.columns.len()
            && self.columns.iter().zip(&next.columns).all(|(a, b)| {
                (a.0 - b.0).abs() < 2.0 * self.size || (a.1 - b.1).abs() < 2.0 * self.size
            })
    }

    /// Takes the first row as names if it is clearly a header: bold where others are not, or set off by a rule, or
    /// words over columns of numbers.
    pub(super) fn name_columns(&mut self, walls: &Walls) {
        let Some((first, rest)) = self.rows.split_first() else {
            return;
        };
        let used = self.rows.iter().map(Row::filled).max().unwrap_or(0);
        if rest.is_empty() || first.filled() < 2 || first.filled() * 3 < used * 2 {
            return;
        }
        let cells = |row: &Row| {
            row.cells
                .iter()
                .filter(|cell| !cell.text.is_empty())
                .cloned()
                .collect::<Vec<_>>()
        };
        let bold = cells(first).iter().all(|cell| cell.bold)
            && rest
                .iter()
                .any(|row| cells(row).iter().any(|cell| !cell.bold));
        let short = cells(first).iter().all(|cell| weight(&cell.text) <= 40);
        let number = |text: &str| is_number(text);
        let words = cells(first).iter().all(|cell| !number(&cell.text));
        let numbers = (0..self.columns.len()).any(|at| {
            let column: Vec<_> = rest
                .iter()
                .filter_map(|row| row.cells.get(at))
                .filter(|cell| !cell.text.is_empty())
                .collect();
            let named = first
                .cells
                .get(at)
                .is_some_and(|cell| !cell.text.is_empty());
            named
                && column.len() >= 2
                && column.iter().filter(|cell| number(&cell.text)).count() * 10 >= column.len() * 7
        });
        if short && words && (bold || self.ruled_header(walls) || numbers) {
            self.names = Some(first.cells.iter().map(|cell| cell.text.clone()).collect());
        }
    }

    /// Whether a rule stands below the first row and none between the others.
    fn ruled_header(&self, walls: &Walls) -> bool {
        let [first, second, .., last] = self.rows.as_slice() else {
            return false;
        };
        let (top, end) = (
            f32::midpoint(first.area.y0, first.area.y1),
            f32::midpoint(last.area.y0, last.area.y1),
        );
        let inside = |wall: &&super::walls::Wall| {
            wall.at > top
                && wall.at < end
                && wall.to - wall.from > 0.6 * (self.frame.a1 - self.frame.a0)
        };
        let inner: Vec<_> = walls.along.iter().filter(inside).collect();
        matches!(inner.as_slice(), [one] if one.at < f32::midpoint(second.area.y0, second.area.y1))
    }
}

pub(super) fn weight(text: &str) -> usize {
    text.chars()
        .map(|c| if is_ideographic(c) { 2 } else { 1 })
        .sum()
}

/// Whether a cell holds a number, with a unit perhaps.
fn is_number(text: &str) -> bool {
    let digits = text.chars().filter(|c| c.is_numeric()).count();
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    digits > 0 && digits >= letters
}

/// Takes the tables out of a page's lines. All lines are of one course, and the walls are turned to it.
pub(super) fn take(lines: &mut Vec<Line>, walls: &Walls) -> Vec<Table> {
    let mut tables = grids::take(lines, walls);
    let mut taken = vec![false; lines.len()];
    for flow in flows(lines) {
        in_flow(lines, &flow, walls, &mut taken, &mut tables);
    }
    remove(lines, &taken);
    for table in &mut tables {
        table.name_columns(walls);
    }
    tables
}

/// Takes the tables of a flow.
fn in_flow(
    lines: &[Line],
    flow: &[usize],
    walls: &Walls,
    taken: &mut [bool],
    tables: &mut Vec<Table>,
) {
    let rows = baselines(lines, flow);
    let mut at = 0;
    while at < rows.len() {
        let band = Band::grow(lines, &rows[at..], walls);
        let end = at + band.rows;
        let several = band.rows >= 2;
        if several && band.is_table(lines, &rows[at..end], walls) {
            let table = band.table(lines, &rows[at..end], walls);
            rows[at..end]
                .iter()
                .flatten()
                .for_each(|&n| taken[n] = true);
            tables.push(table);
            at = end;
        } else {
            // What follows columns of text is text, as long as its pieces are long.
            let long = |row: &Vec<usize>| row.iter().any(|&n| weight(&lines[n].text) >= LONG);
            at += if several {
                1 + rows[at + 1..end].iter().take_while(|row| long(row)).count()
            } else {
                1
            };
        }
    }
}

/// The lines of a page by columns of text: a table in one column has no rows with the lines of the other. A column
/// begins where the content goes up, to the right of all before it.
fn flows(lines: &[Line]) -> Vec<Vec<usize>> {
    const UP: f32 = 8.0;
    let mut sorted: Vec<usize> = (0..lines.len()).collect();
    sorted.sort_by_key(|&n| lines[n].order);
    let mut flows: Vec<Vec<usize>> = Vec::new();
    let (mut right, mut long, mut last) = (f32::MIN, 0, f32::MIN);
    for n in sorted {
        let line = &lines[n];
        let up = last - line.base > UP * line.size;
        if flows.is_empty() || up && long >= 3 && line.frame.a0 > right - 0.5 * line.size {
            flows.push(Vec::new());
            (right, long) = (f32::MIN, 0);
        }
        right = right.max(line.frame.a1);
        long += usize::from(weight(&line.text) >= LONG);
        last = line.base;
        if let Some(flow) = flows.last_mut() {
            flow.push(n);
        }
    }
    flows
}

pub(super) fn remove(lines: &mut Vec<Line>, taken: &[bool]) {
    let mut at = 0;
    lines.retain(|_| {
        at += 1;
        !taken[at - 1]
    });
}

#[cfg(test)]
mod tests {
    use super::super::geometry::Course;
    use super::super::glyphs::Origin;
    use super::*;

    fn cell(text: &str, a0: f32, c: f32, order: usize) -> Line {
        Line {
            text: text.into(),
            course: Course::Right,
            frame: Frame {
                a0,
                a1: a0 + 5.0 * text.chars().count() as f32,
                c0: c - 8.8,
                c1: c + 1.2,
            },
            base: c,
            size: 10.0,
            bold: false,
            origin: Origin::Content,
            order,
            marked: false,
            closed: false,
        }
    }

    fn table(rows: &[&[(&str, f32)]]) -> Vec<Line> {
        let mut lines = Vec::new();
        for (n, row) in rows.iter().enumerate() {
            for &(text, a0) in *row {
                lines.push(cell(text, a0, 20.0 + 14.0 * n as f32, lines.len()));
            }
        }
        lines
    }

    #[test]
    fn cells_on_baselines_make_rows_with_names() {
        let mut lines = table(&[
            &[("City", 10.0), ("People", 100.0)],
            &[("Kyoto", 10.0), ("1460000", 100.0)],
            &[("Nara", 10.0), ("350000", 100.0)],
        ]);
        let tables = take(&mut lines, &Walls::default());
        assert!(lines.is_empty());
        let texts: Vec<String> = tables[0]
            .texts()
            .into_iter()
            .map(|(text, _)| text)
            .collect();
        assert_eq!(
            texts,
            [
                "City | People",
                "City: Kyoto | People: 1460000",
                "City: Nara | People: 350000"
            ]
        );
    }

    #[test]
    fn a_wrapped_cell_stays_in_its_row() {
        let mut lines = table(&[
            &[("one", 10.0), ("a long text that goes", 100.0)],
            &[("on here", 100.0)],
            &[("two", 10.0), ("short", 100.0)],
            &[("three", 10.0), ("short", 100.0)],
        ]);
        for line in &mut lines {
            line.base -= if line.base > 30.0 { 2.0 } else { 0.0 };
        }
        let tables = take(&mut lines, &Walls::default());
        assert_eq!(
            tables[0].texts()[0].0,
            "one | a long text that goes on here"
        );
    }

    #[test]
    fn two_columns_of_text_are_no_table() {
        let long = "some words of a text that are set";
        let mut lines = Vec::new();
        for column in 0..2 {
            for n in 0..6 {
                lines.push(cell(
                    long,
                    10.0 + 200.0 * column as f32,
                    20.0 + 12.0 * n as f32,
                    lines.len(),
                ));
            }
        }
        assert!(take(&mut lines, &Walls::default()).is_empty());
    }

    #[test]
    fn marks_of_items_make_no_table() {
        let mut lines = table(&[
            &[("1.", 10.0), ("one", 40.0)],
            &[("2.", 10.0), ("two", 40.0)],
            &[("3.", 10.0), ("three", 40.0)],
        ]);
        assert!(take(&mut lines, &Walls::default()).is_empty());
    }
}
