//! The parts of a table as text, between blank rows: what goes on with the table before, and what begins another.

use std::borrow::Cow;
use std::collections::{BTreeSet, VecDeque};

use super::dialect::{Record, Records};
use super::header::{
    Candidate, Head, LOOKED_AT, column, differ, grouped, is_data, is_name, likely,
};
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
    /// Parts that were read ahead.
    ahead: VecDeque<Part<'a>>,
    after_blank: bool,
}

impl<'a> Parts<'a> {
    pub fn new(records: Records<'a>) -> Self {
        Self {
            records,
            empty: Vec::new(),
            ahead: VecDeque::new(),
            after_blank: false,
        }
    }

    /// The first table: its rows up to a blank one, with what stands above it, and where it begins. More rows than these
    /// tell which one has the names.
    pub fn first(&mut self, header: Header) -> (Vec<Record<'a>>, Head) {
        let mut parts: Vec<Part<'a>> = Vec::new();
        let count = |parts: &[Part<'_>]| parts.iter().map(|part| part.rows.len()).sum::<usize>();
        while count(&parts) < LOOKED_AT
            && let Some(part) = self.read()
        {
            parts.push(part);
        }
        let usual = self.records.usual;
        let head = |parts: &[Part<'_>]| {
            let rows = parts.iter().flat_map(|part| &part.rows).take(LOOKED_AT);
            let rows: Vec<Candidate<'_, '_>> = rows.map(candidate).collect();
            let head = Head::find(&rows, usual, header);
            let is_plain = head.names.is_some_and(|at| differ(&rows[at..]));
            (head, is_plain)
        };
        // Names that are plain above the first rows are those of their table, whatever stands in a later one.
        let is_wide = |record: &&Record<'_>| record.cells.len() >= usual && record.full() > 1;
        let is_table = |part: &Part<'_>| part.rows.iter().filter(is_wide).count() > 1;
        let near = parts.iter().position(is_table);
        let near = near.map_or(parts.len(), |at| at + 1);
        let head = match head(&parts[..near]) {
            (near, true) => near,
            _ => head(&parts).0,
        };
        let mut rows = Vec::new();
        let mut parts = parts.into_iter();
        // The part in which it begins is the last of its first rows.
        let begins = head.names.unwrap_or(head.first);
        for part in parts.by_ref() {
            rows.extend(part.rows);
            if rows.len() > begins {
                break;
            }
        }
        self.ahead.extend(parts);
        (rows, head)
    }

    pub fn next(&mut self) -> Option<Part<'a>> {
        self.ahead.pop_front().or_else(|| self.read())
    }

    /// The part that comes next.
    pub fn peek(&mut self) -> Option<&Part<'a>> {
        if self.ahead.is_empty() {
            let part = self.read();
            self.ahead.extend(part);
        }
        self.ahead.front()
    }

    fn read(&mut self) -> Option<Part<'a>> {
        let mut rows = Vec::new();
        let mut after_blank = std::mem::take(&mut self.after_blank);
        while rows.len() < LOOKED_AT
            && let Some(record) = self.records.next()
        {
            if record.full() > 0 {
                rows.push(record);
                continue;
            }
            if record.cells.len() > 1 {
                self.empty.push(record.row.to_string());
            }
            if !rows.is_empty() {
                self.after_blank = true;
                break;
            }
            after_blank = true;
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
    /// What stands in the first of them, in some rows.
    firsts: BTreeSet<String>,
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
    pub fn of(rows: &[Record<'_>], head: Head, usual: usize) -> (Self, Begin) {
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
        columns.learn(&rows[begin.first..]);
        (columns, begin)
    }

    /// Takes in what the values of the columns are: their kinds from the first rows, and what the first column holds.
    /// Later rows change no kinds.
    pub fn learn(&mut self, rows: &[Record<'_>]) {
        let firsts = rows.iter().map(|row| row.cells[0].trim());
        let room = LOOKED_AT.saturating_sub(self.firsts.len());
        self.firsts.extend(firsts.take(room).map(str::to_owned));
        if self.kinds.is_empty() {
            let values = candidates(rows);
            let width = values.iter().map(|row| row.cells.len()).max().unwrap_or(0);
            let kinds = (0..width).map(|at| likely(&column(&values, at)));
            self.kinds = kinds.collect();
        }
    }

    /// Columns that hold something.
    fn width(&self) -> usize {
        let named = self.names.iter().rposition(|name| !name.is_empty());
        let filled = self.kinds.iter().rposition(Option::is_some);
        named.max(filled).map_or(0, |last| last + 1)
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
        if !is_data(&rows[at + 1..])
            && let Some(names) = grouped(&rows[at..])
        {
            self.names = names;
            begin.first = at + 2;
        }
    }

    /// What rows below those of a table are to it.
    pub fn follow(&self, part: &Part<'_>, header: Header) -> Follows {
        let rows = candidates(&part.rows);
        if !part.after_blank || self.width() < 2 {
            return Follows::More;
        }
        let is_said =
            |row: &Candidate<'_, '_>| row.cells[0].trim().contains([' ', ':', '：', '。', '、']);
        if rows.iter().all(is_line) && rows.iter().any(is_said) {
            return Follows::Text;
        }
        let begin = rows.iter().position(|row| !is_line(row)).unwrap_or(0);
        match header == Header::Auto && self.is_another(&rows[begin..], part.usual()) {
            true => Follows::Table,
            false => Follows::More,
        }
    }

    /// Whether rows are a table with names of its own: a full row of them, above rows that are other than those of this
    /// table. Where they are like them, a first row of words has values too: `closed`, `sold out`.
    fn is_another(&self, rows: &[Candidate<'_, '_>], usual: usize) -> bool {
        let [first, below @ ..] = rows else {
            return false;
        };
        let again = first.cells.iter().map(|cell| cell.trim());
        if below.is_empty()
            || usual < 2
            || width(first.cells) > usual
            || again.eq(self.names.iter().map(String::as_str))
            || usual == self.width() && self.fit(below) && !self.is_about_the_same(first, below)
        {
            return false;
        }
        let named = first.cells.iter().take(usual);
        let named = named.filter(|cell| is_name(cell)).count();
        // Words alone are names only where words cannot be values of this table, and several rows of them are there.
        let by_default = || {
            let head = Head::find(rows, usual, Header::Auto);
            below.len() > 1 && !self.fit(below) && !is_data(rows) && head.names == Some(0)
        };
        named == usual && differ(rows) || by_default()
    }

    /// Whether rows of the same columns are a table of its own about the same things: its first column holds what
    /// that of this table does, and different words stand above its numbers.
    fn is_about_the_same(&self, first: &Candidate<'_, '_>, below: &[Candidate<'_, '_>]) -> bool {
        let cells: Vec<&str> = first.cells.iter().map(|cell| cell.trim()).collect();
        let own = self.kinds.iter().zip(&cells);
        let above_numbers =
            own.filter(|(kind, _)| kind.as_ref().is_some_and(|kind| *kind != Kind::Words));
        let mut words: Vec<&str> = above_numbers.map(|(_, cell)| *cell).collect();
        let columns = words.len();
        words.sort_unstable();
        words.dedup();
        let is_known = |cell: &str| self.firsts.contains(cell);
        below.len() > 1
            && columns > 1
            && words.len() == columns
            && cells.iter().all(|cell| is_name(cell))
            && !is_known(cells[0])
            && below.len() == self.firsts.len()
            && below.iter().all(|row| is_known(row.cells[0].trim()))
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

/// Whether a row has its first cell only.
fn is_line(row: &Candidate<'_, '_>) -> bool {
    width(row.cells) == 1
}

pub(super) fn candidates<'r, 'a>(rows: &'r [Record<'a>]) -> Vec<Candidate<'r, 'a>> {
    rows.iter().map(candidate).collect()
}

fn candidate<'r, 'a>(record: &'r Record<'a>) -> Candidate<'r, 'a> {
    Candidate {
        cells: &record.cells,
        row: record.row,
    }
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
