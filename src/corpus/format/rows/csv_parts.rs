//! The parts of a table as text, between blank rows: what goes on with the table before, and what begins another.

use std::borrow::Cow;

use super::dialect::{Record, Records};
use super::header::{Candidate, Head, LOOKED_AT, column, grouped, is_data, likely, names_plainly};
use super::kind::Kind;
use crate::corpus::read_options::Header;

/// Rows without a blank one between them, or some of these where they are many.
pub(super) struct Part<'a> {
    pub rows: Vec<Record<'a>>,
    /// A blank row stands before them.
    after_blank: bool,
}

impl Part<'_> {
    /// Cells that most of its rows have; empty ones at the end, with which programs fill rows, are none.
    pub fn usual(&self) -> usize {
        let mut widths: Vec<usize> = self.rows.iter().map(|row| width(&row.cells)).collect();
        widths.sort_unstable();
        widths.get(widths.len() / 2).copied().unwrap_or(1)
    }
}

/// Cells up to the last one that holds something.
fn width(cells: &[Cow<'_, str>]) -> usize {
    let last = cells.iter().rposition(|cell| !cell.trim().is_empty());
    last.map_or(0, |last| last + 1)
}

/// Cuts rows into parts.
pub(super) struct Parts<'a> {
    pub records: Records<'a>,
    /// Rows of marks between which nothing stands.
    pub empty: Vec<String>,
    after_blank: bool,
}

impl<'a> Parts<'a> {
    pub fn new(records: Records<'a>) -> Self {
        Self {
            records,
            empty: Vec::new(),
            after_blank: false,
        }
    }

    /// The rows that tell which of them names the columns: what stands above a table too, if blank rows part it from
    /// the table.
    pub fn first(&mut self) -> Vec<Record<'a>> {
        let mut rows = Vec::new();
        let mut wide = 0;
        while rows.len() < LOOKED_AT
            && let Some(record) = self.record()
        {
            if record.full() > 0 {
                wide += usize::from(record.cells.len() >= self.records.usual && record.full() > 1);
                rows.push(record);
            } else if wide > 1 {
                self.after_blank = true;
                break;
            } else {
                wide = 0;
            }
        }
        rows
    }

    fn record(&mut self) -> Option<Record<'a>> {
        let record = self.records.next()?;
        if record.full() == 0 && record.cells.len() > 1 {
            self.empty.push(record.row.to_string());
        }
        Some(record)
    }

    pub fn next(&mut self) -> Option<Part<'a>> {
        let mut rows = Vec::new();
        let mut after_blank = self.after_blank;
        self.after_blank = false;
        while rows.len() < LOOKED_AT
            && let Some(record) = self.record()
        {
            match (record.full() == 0, rows.is_empty()) {
                (false, _) => rows.push(record),
                (true, true) => after_blank = true,
                (true, false) => {
                    self.after_blank = true;
                    break;
                }
            }
        }
        (!rows.is_empty()).then_some(Part { rows, after_blank })
    }
}

/// What a part is to the table above it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Follows {
    /// Rows of it.
    More,
    /// Text below it.
    Text,
    /// Another table.
    Table,
}

/// What is known of the columns of a table.
#[derive(Default)]
pub(super) struct Columns {
    /// Empty where no row names them.
    pub names: Vec<String>,
    kinds: Vec<Option<Kind>>,
}

/// Where a table begins.
pub(super) struct Begin {
    /// The row of the file that has the names.
    pub names: Option<usize>,
    /// So many rows stand above it.
    pub above: usize,
    /// The first row with values.
    pub first: usize,
}

impl Columns {
    /// The columns of a table with these first rows; `usual`: the cells that most rows have.
    pub fn of(rows: &[Record<'_>], usual: usize, header: Header) -> (Self, Begin) {
        let head = Head::find(&candidates(rows), usual, header);
        let mut begin = Begin {
            names: head.names.map(|at| rows[at].row),
            above: head.names.unwrap_or(head.first),
            first: head.first,
        };
        let mut columns = Self::default();
        if let Some(at) = head.names {
            columns.take_names(&rows[at], head.comment);
            columns.take_groups(rows, at, &mut begin);
            if columns.names.len() + 1 == usual && are_numbered(&rows[begin.first..]) {
                // R names no column for the numbers of the rows.
                columns.names.insert(0, String::new());
            }
        }
        let values = candidates(&rows[begin.first..]);
        let width = values.iter().map(|row| row.cells.len()).max().unwrap_or(0);
        let kinds = (0..width).map(|at| likely(&column(&values, at)));
        columns.kinds = kinds.collect();
        (columns, begin)
    }

    fn take_names(&mut self, record: &Record<'_>, comment: bool) {
        let names = record.cells.iter().map(|name| name.trim().to_owned());
        self.names = names.collect();
        if let Some(first) = self.names.first_mut().filter(|_| comment) {
            *first = first.trim_start_matches(['#', ' ']).to_owned();
        }
    }

    /// Joins names of groups of columns, above the names or below them, to those of the columns.
    fn take_groups(&mut self, rows: &[Record<'_>], at: usize, begin: &mut Begin) {
        let rows = candidates(rows);
        let above = at.checked_sub(1).and_then(|above| grouped(&rows[above..]));
        if let Some(names) = above {
            self.names = names;
            begin.above = at - 1;
            return;
        }
        // The first column has one name, in the upper row.
        let is_open = |row: &Candidate<'_, '_>| row.cells[0].trim().is_empty();
        if rows.get(at + 1).is_some_and(is_open)
            && !is_data(&rows[at + 1..])
            && let Some(names) = grouped(&rows[at..])
        {
            self.names = names;
            begin.first = at + 2;
        }
    }

    /// What rows below those of a table are to it.
    pub fn follow(&self, part: &Part<'_>, header: Header) -> Follows {
        let rows = candidates(&part.rows);
        let width = self.names.len().max(self.kinds.len());
        if !part.after_blank || width < 2 {
            return Follows::More;
        }
        let is_line = |row: &Candidate<'_, '_>| {
            let first = row.cells[0].trim();
            !first.is_empty() && row.cells[1..].iter().all(|cell| cell.trim().is_empty())
        };
        let is_said =
            |row: &Candidate<'_, '_>| row.cells[0].trim().contains([' ', ':', '：', '。', '、']);
        if rows.iter().all(is_line) && rows.iter().any(is_said) {
            return Follows::Text;
        }
        // One row is one more of the table; the user knows of one row of names at most.
        if rows.len() < 2 || header != Header::Auto {
            return Follows::More;
        }
        let begin = rows.iter().position(|row| !is_line(row)).unwrap_or(0);
        let again = rows[begin].cells.iter().map(|cell| cell.trim());
        if again.eq(self.names.iter().map(String::as_str)) {
            return Follows::More;
        }
        match names_plainly(&rows[begin..]) || !self.fit(&rows[begin..]) {
            true => Follows::Table,
            false => Follows::More,
        }
    }

    /// Whether rows have no more columns than the table, and no words where it has numbers, dates or codes.
    fn fit(&self, rows: &[Candidate<'_, '_>]) -> bool {
        let most = self.names.len().max(self.kinds.len());
        let alike = |(at, own): (usize, &Option<Kind>)| {
            let column = column(rows, at);
            let others = own.as_ref().is_some_and(|own| *own != Kind::Words);
            let words = |value: &&str| super::kind::kind(value) == Some(Kind::Words);
            !others || column.is_empty() || !column.iter().all(words)
        };
        rows.iter().all(|row| width(row.cells) <= most) && self.kinds.iter().enumerate().all(alike)
    }
}

fn candidates<'r, 'a>(rows: &'r [Record<'a>]) -> Vec<Candidate<'r, 'a>> {
    let candidate = |record: &'r Record<'a>| Candidate {
        cells: &record.cells,
        row: record.row,
    };
    rows.iter().map(candidate).collect()
}

/// The first cells are 1, 2, 3, or 0, 1, 2.
fn are_numbered(rows: &[Record<'_>]) -> bool {
    let number = |row: &Record<'_>| row.cells[0].trim().parse::<usize>().ok();
    let first = rows.first().and_then(number);
    first.is_some_and(|first| {
        let expected = (first..).map(Some);
        first < 2 && rows.len() > 1 && rows.iter().map(number).zip(expected).all(|(a, b)| a == b)
    })
}
