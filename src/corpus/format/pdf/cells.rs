//! Rows and cells of a table.

use std::borrow::Cow;

use super::characters::{YEARS, is_ideographic};
use super::edge_rows::roman;
use super::geometry::{Area, Frame};
use super::joining::{Words, join};
use super::lines::Line;
use super::walls::Walls;
use crate::corpus::format::column_names::BELOW;
use crate::corpus::format::rows::form::is_form;
use crate::corpus::format::rows::header::LOOKED_AT;

/// A table.
#[derive(Debug, Clone)]
pub(super) struct Table {
    pub(super) rows: Vec<Row>,
    /// The names of the columns, where a row is clearly a header.
    pub(super) names: Option<Vec<String>>,
    /// The row that may have them: the first, or the one below a title over the whole table.
    pub(super) head: usize,
    /// Names of groups of columns stood above those of the columns.
    pub(super) grouped: bool,
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
    /// How many columns it goes over, as far as rules say; 0: it is empty.
    pub(super) columns: usize,
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

    /// Whether a cell is not bold.
    fn has_plain(&self) -> bool {
        let mut filled = self.cells.iter().filter(|cell| !cell.text.is_empty());
        filled.any(|cell| !cell.bold)
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
                    // A cell over several columns (`Total`) is no value of one of them.
                    .filter(|name| !name.is_empty() && cell.columns < 2)
                {
                    Some(name) => format!("{name}: {}", cell.text),
                    None => cell.text.clone(),
                }
            });
            named.collect::<Vec<_>>().join(" | ")
        };
        let own = self.names.is_some() && self.has_header();
        let rows = self.rows.iter().enumerate();
        rows.map(|(at, row)| {
            (
                text(
                    row,
                    self.names
                        .as_ref()
                        .filter(|_| at >= self.head && !(own && at == self.head)),
                ),
                row.area,
            )
        })
        .filter(|(text, _)| !text.is_empty())
        .collect()
    }

    /// How many letters are bold, in bytes, and how many there are.
    pub(super) fn bold_letters(&self) -> (usize, usize) {
        let cells = self.rows.iter().flat_map(|row| &row.cells);
        cells.fold((0, 0), |(bold, all), cell| {
            let letters = cell.text.len();
            (bold + usize::from(cell.bold) * letters, all + letters)
        })
    }

    fn has_header(&self) -> bool {
        let first = self
            .rows
            .get(self.head)
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

    /// Makes one column of two where the first row has only one of them and the others only the other one: a name at the
    /// left of a column stands beside values at its right.
    pub(super) fn put_heads_over_values(&mut self) {
        let Some((head, rest)) = self.rows.split_first() else {
            return;
        };
        let usual = rest
            .iter()
            .filter(|row| row.filled() == head.filled())
            .count();
        let beside = usual * 5 < rest.len() * 4;
        if rest.len() < 2 || beside && !self.has_heads_beside_values() {
            return;
        }
        let is_filled = |row: &Row, at: usize| !row.cells[at].text.is_empty();
        // The names of rows have none above them.
        let first_name = (0..self.columns.len()).find(|&at| is_filled(head, at));
        let mut at = first_name.filter(|_| beside).unwrap_or(0);
        while at + 1 < self.columns.len() {
            let (head, rest) = (&self.rows[0], &self.rows[1..]);
            let in_rest = |at: usize| rest.iter().any(|row| is_filled(row, at));
            let apart = |name: usize, values: usize| {
                is_filled(head, name)
                    && !is_filled(head, values)
                    && in_rest(values)
                    && !in_rest(name)
            };
            if apart(at, at + 1) || apart(at + 1, at) {
                let (first, second) = (self.columns[at], self.columns.remove(at + 1));
                self.columns[at] = (first.0.min(second.0), first.1.max(second.1));
                for row in &mut self.rows {
                    let other = row.cells.remove(at + 1);
                    if row.cells[at].text.is_empty() {
                        row.cells[at] = other;
                    }
                }
            }
            at += 1;
        }
    }

    /// Whether each name without values stands left of a column of numbers without a name. One such pair may be a column
    /// that is empty, and a number behind it.
    fn has_heads_beside_values(&self) -> bool {
        let (head, rest) = (&self.rows[0], &self.rows[1..]);
        let values = |at: usize| {
            let cells = rest.iter().map(move |row| row.cells[at].text.as_str());
            cells.filter(|text| !text.is_empty())
        };
        let is_named = |at: &usize| !head.cells[*at].text.is_empty();
        let columns = || 0..self.columns.len();
        let names = columns().filter(|at| is_named(at) && values(*at).next().is_none());
        let names: Vec<usize> = names.collect();
        // The names of rows have none above them.
        let nameless = columns().filter(|at| !is_named(at));
        let nameless: Vec<usize> = nameless
            .skip_while(|&at| names.first().is_some_and(|name| at < *name))
            .collect();
        let mut pairs = names.iter().zip(&nameless);
        names.len() == nameless.len()
            && names.len() > 1
            && pairs.all(|(name, &at)| name + 1 == at && values(at).all(is_number))
    }

    /// Joins two rows of heads, of which the upper has cells over several columns: `2024 > Q1`. Steps over a title.
    pub(super) fn join_heads(&mut self) {
        let filled = |row: &Row, at: usize| !row.cells[at].text.is_empty();
        let all = self.columns.len();
        if let [first, _, _, ..] = self.rows.as_slice()
            && first.filled() == 1
            && first.cells[0].columns == all
        {
            self.head = 1;
        }
        let [upper, lower, _, ..] = &self.rows[self.head..] else {
            return;
        };
        // For each column the cell above it.
        let mut above: Vec<usize> = (0..all).collect();
        for (at, cell) in upper.cells.iter().enumerate() {
            let last = (at + cell.columns).min(all);
            above[at..last.max(at)].fill(at);
        }
        let mut below = (0..all)
            .filter(|&at| above[at] != at || upper.cells[at].columns > 1)
            .peekable();
        if below.peek().is_none() || lower.cells.iter().any(|cell| cell.columns > 1) {
            return;
        }
        // Years and their parts are names over other numbers.
        let below_lower = &self.rows[self.head + 2..];
        let is_period = |at: usize| {
            let mut values = below_lower.iter().map(|row| row.cells[at].text.as_str());
            has_year(&lower.cells[at].text) && !values.any(has_year)
        };
        let is_name = |at: usize| {
            let text = lower.cells[at].text.as_str();
            (!is_number(text) || is_period(at)) && weight(text) <= NAME
        };
        let under_groups = below.all(|at| filled(lower, at) && is_name(at));
        // A column in no group has one head, in one of the rows.
        let alone = |at: usize| above[at] == at && upper.cells[at].columns <= 1;
        let one_head = (0..all)
            .filter(|&at| alone(at))
            .all(|at| !(filled(upper, at) && filled(lower, at)));
        // What stands in the lower row must be names: again in each group, in bold, or over numbers.
        let texts = |at: usize| lower.cells[at].text.as_str();
        let grouped = || (0..all).filter(|&at| !alone(at));
        let again = grouped().any(|at| {
            grouped().any(|other| above[other] != above[at] && texts(other) == texts(at))
        });
        let bold =
            grouped().all(|at| lower.cells[at].bold) && below_lower.iter().any(Row::has_plain);
        let over_numbers =
            grouped().any(|at| below_lower.iter().all(|row| is_number(&row.cells[at].text)));
        if !(again || bold || over_numbers) {
            return;
        }
        if !under_groups || !one_head || upper.cells.iter().any(|cell| weight(&cell.text) > NAME) {
            return;
        }
        let mut joined = Row::new(all, upper.area.with(lower.area));
        for (at, cell) in joined.cells.iter_mut().enumerate() {
            let (group, own) = (&upper.cells[above[at]], &lower.cells[at]);
            *cell = match (alone(at), own.text.is_empty()) {
                (true, false) => own.clone(),
                (true, true) => group.clone(),
                (false, _) => Cell {
                    text: format!("{}{BELOW}{}", group.text, own.text),
                    ..own.clone()
                },
            };
        }
        let head = self.head;
        self.rows[head] = joined;
        self.rows.remove(head + 1);
        self.grouped = true;
    }

    /// Takes the first row as names if it is clearly a header: bold where others are not, or set off by a rule, or
    /// words over columns of numbers.
    pub(super) fn name_columns(&mut self, walls: &Walls) {
        let Some((first, rest)) = self.rows.get(self.head..).and_then(<[Row]>::split_first) else {
            return;
        };
        let used = self.rows.iter().map(Row::filled).max().unwrap_or(0);
        if rest.is_empty() || first.filled() < 2 || first.filled() * 3 < used * 2 {
            return;
        }
        // Labels stand before their values: `Date: | 14 March`.
        let is_label = |cell: &Cell| cell.text.trim_end().ends_with([':', '：']);
        if first.cells.iter().any(is_label) {
            return;
        }
        let cells = |row: &Row| {
            row.cells
                .iter()
                .filter(|cell| !cell.text.is_empty())
                .cloned()
                .collect::<Vec<_>>()
        };
        let bold = cells(first).iter().all(|cell| cell.bold) && rest.iter().any(Row::has_plain);
        let short = self.grouped || cells(first).iter().all(|cell| weight(&cell.text) <= NAME);
        let number = |text: &str| is_number(text);
        // The pages of a preface are numbers as those below them are.
        let paged = |at: usize, cell: &Cell| {
            roman(cell.text.trim()).is_some()
                && rest
                    .iter()
                    .any(|row| row.cells.get(at).is_some_and(|cell| number(&cell.text)))
        };
        // Years are names over other numbers.
        let is_year = |text: &str| {
            let digits = text.trim().trim_end_matches(['年', '년']);
            is_year_number(digits)
        };
        let over_others = |at: usize, cell: &Cell| {
            let mut below = rest.iter().filter_map(|row| row.cells.get(at));
            is_year(&cell.text) && !below.any(|cell| is_year(&cell.text))
        };
        let is_word = |(at, cell): (usize, &Cell)| {
            (!number(&cell.text) || over_others(at, cell)) && !paged(at, cell)
        };
        let words = self.grouped || first.cells.iter().enumerate().all(is_word);
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
        if short
            && words
            && (bold || self.grouped || self.ruled_header(walls) || (numbers && !self.is_form()))
        {
            self.names = Some(first.cells.iter().map(|cell| cell.text.clone()).collect());
        }
    }

    fn is_form(&self) -> bool {
        let rows = self.rows.iter().take(LOOKED_AT).map(|row| {
            let texts = row
                .cells
                .iter()
                .map(|cell| Cow::Borrowed(cell.text.as_str()));
            texts.collect()
        });
        is_form(&rows.collect::<Vec<_>>())
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

/// Names of columns are mostly shorter, in half widths.
const NAME: usize = 40;

pub(super) fn weight(text: &str) -> usize {
    text.chars()
        .map(|c| if is_ideographic(c) { 2 } else { 1 })
        .sum()
}

pub(super) fn remove(lines: &mut Vec<Line>, taken: &[bool]) {
    let mut at = 0;
    lines.retain(|_| {
        at += 1;
        !taken[at - 1]
    });
}

/// Whether a text has a year in it: `2023`, `Q1/2023`, `2023年度`.
fn has_year(text: &str) -> bool {
    let mut numbers = text.split(|c: char| !c.is_ascii_digit());
    numbers.any(is_year_number) && !text.contains([',', '.'])
}

fn is_year_number(digits: &str) -> bool {
    digits.len() == 4 && digits.parse().is_ok_and(|year| YEARS.contains(&year))
}

/// Whether a cell holds a number, with a unit perhaps.
pub(super) fn is_number(text: &str) -> bool {
    let digits = text.chars().filter(|c| c.is_numeric()).count();
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    digits > 0 && digits >= letters
}
