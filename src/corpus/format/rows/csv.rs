//! Tables as text: CSV and TSV.

use std::borrow::Cow;

use super::dialect::{Dialect, Record, Records};
use super::header::{Candidate, Head, LOOKED_AT};
use super::{Articles, Fault, Fields, Format, Parsed, Row, listed};
use crate::corpus::plain::layout::layout;
use crate::error::{Reason, Remedy};

pub struct Csv {
    /// Tabs part the cells, as the name of the file says.
    pub tabs: bool,
}

impl Format for Csv {
    fn name(&self) -> &'static str {
        if self.tabs { "tsv" } else { "csv" }
    }

    fn accepts(&self, extension: &str, _: &str) -> bool {
        extension == self.name()
    }

    fn read(&self, text: &str, fields: &Fields) -> Result<Vec<Parsed>, Fault> {
        let text = text.trim_start_matches('\u{feff}');
        let mut records = Records::new(text, self.tabs);
        let mut first: Vec<Record<'_>> = Vec::new();
        while first.len() < LOOKED_AT
            && let Some(record) = records.next()
        {
            first.extend(Some(record).filter(|record| !is_blank(record)));
        }
        let rows: Vec<Candidate<'_, '_>> = first
            .iter()
            .map(|record| Candidate {
                cells: &record.cells,
                row: record.row,
            })
            .collect();
        let head = Head::find(&rows, records.usual, fields.header);
        drop(rows);
        let mut table = Table {
            names: Vec::new(),
            used: Vec::new(),
            again: Vec::new(),
            stray: Vec::new(),
            articles: Articles::new(fields),
        };
        table
            .articles
            .notes
            .push(said(records.dialect, &head, &first));
        if let Some(at) = head.names {
            table.take_names(&first[at], head.comment);
            if table.names.len() + 1 == records.usual && are_numbered(&first[head.first..]) {
                // R names no column for the numbers of the rows.
                table.names.insert(0, String::new());
            }
            table.used = vec![false; table.names.len()];
        }
        let above = first[..head.first].iter().enumerate();
        let above = above.filter(|(at, _)| Some(*at) != head.names);
        table.above(above.map(|(_, record)| record))?;
        for record in first.into_iter().skip(head.first).chain(records) {
            table.push(record)?;
        }
        table.finish()
    }
}

/// A table as it is read.
struct Table<'f> {
    names: Vec<String>,
    /// Which of them have a value in some row.
    used: Vec<bool>,
    /// Rows that have the names again.
    again: Vec<String>,
    /// Rows with a quotation mark that is text.
    stray: Vec<String>,
    articles: Articles<'f>,
}

impl Table<'_> {
    fn take_names(&mut self, record: &Record<'_>, comment: bool) {
        let names = record.cells.iter().map(|name| name.trim().to_owned());
        self.names = names.collect();
        if let Some(first) = self.names.first_mut().filter(|_| comment) {
            *first = first.trim_start_matches(['#', ' ']).to_owned();
        }
    }

    /// What stands above a table is an article of its own.
    fn above<'r, 'a: 'r>(
        &mut self,
        records: impl Iterator<Item = &'r Record<'a>>,
    ) -> Result<(), Fault> {
        let (mut text, mut row) = (String::new(), None);
        for record in records {
            row.get_or_insert(record.row);
            let cells = record.cells.iter().map(|cell| cell.trim());
            let cells: Vec<&str> = cells.filter(|cell| !cell.is_empty()).collect();
            text.push_str(if text.is_empty() { "" } else { "\n" });
            text.push_str(&cells.join(", "));
        }
        let Some(row) = row else { return Ok(()) };
        let (blocks, omitted) = layout(&text);
        let parsed = Parsed {
            locators: vec![(0, format!("row {row}, above the table"))],
            row: Some(row.to_string()),
            text: Some(text),
            blocks,
            omitted,
            ..Parsed::default()
        };
        self.articles.add(parsed)
    }

    fn push(&mut self, record: Record<'_>) -> Result<(), Fault> {
        if is_blank(&record) {
            return Ok(());
        }
        if record.stray {
            self.stray.push(record.row.to_string());
        }
        if !self.names.is_empty() && self.is_names(&record) {
            self.again.push(record.row.to_string());
            return Ok(());
        }
        let mut row = Row {
            id: record.row.to_string(),
            locator: place(&record),
            ..Row::default()
        };
        // A note below a table is no value of its first column.
        let note = record.cells.len() == 1
            && self.names.len() > 2
            && record.cells[0].trim().contains(char::is_whitespace);
        for (at, cell) in record.cells.into_iter().enumerate() {
            if cell.trim().is_empty() {
                continue;
            }
            if let Some(used) = self.used.get_mut(at).filter(|_| !note) {
                *used = true;
            }
            let name = match self.names.get(at) {
                _ if note || self.names.is_empty() => Cow::Borrowed(""),
                Some(name) => Cow::Borrowed(name.as_str()),
                None => Cow::Owned(format!("column {}", at + 1)),
            };
            row.push(name, cell);
        }
        self.articles.push(row)
    }

    fn is_names(&self, record: &Record<'_>) -> bool {
        let cells = record.cells.iter().map(|cell| cell.trim());
        record.cells.len() > 1 && cells.eq(self.names.iter().map(String::as_str))
    }

    fn finish(mut self) -> Result<Vec<Parsed>, Fault> {
        let mut note = |rows: &[String], what: &str| {
            if !rows.is_empty() {
                let note = format!("{what} {}", listed(rows));
                self.articles.notes.push(note.into());
            }
        };
        note(&self.stray, "a quotation mark is text in");
        note(&self.again, "the names stand again in");
        let unused = self.names.iter().zip(self.used);
        let unused = unused
            .filter(|(_, used)| !used)
            .map(|(name, _)| name.as_str());
        self.articles.list_unused(unused);
        self.articles.finish("a table")
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

fn is_blank(record: &Record<'_>) -> bool {
    record.cells.len() == 1 && record.full() == 0
}

fn place(record: &Record<'_>) -> String {
    if record.row == record.line {
        format!("row {}", record.row)
    } else {
        format!("row {}, line {}", record.row, record.line)
    }
}

/// How a table was read, in a sentence.
fn said(dialect: Dialect, head: &Head, first: &[Record<'_>]) -> Reason {
    let mark = match dialect.mark {
        Some(b',') => "cells between commas",
        Some(b';') => "cells between semicolons",
        Some(b'\t') => "cells between tabs",
        Some(b'|') => "cells between bars",
        Some(_) => "cells as the first line says",
        None => "one cell a line",
    };
    let names = match head.names {
        Some(at) => format!("row {} names the columns", first[at].row),
        None => "no row names the columns".to_owned(),
    };
    Reason::with(Remedy::Header, format!("{mark}; {names}"))
}
