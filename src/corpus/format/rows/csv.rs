//! Tables as text: CSV and TSV.

use std::borrow::Cow;

use super::csv_parts::{Columns, Follows, Part, Parts, candidates};
use super::dialect::{Dialect, Record, Records};
use super::header::Head;
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
        let mut parts = Parts::new(Records::new(text, self.tabs));
        let mut table = Table {
            columns: Columns::default(),
            used: Vec::new(),
            again: Vec::new(),
            stray: Vec::new(),
            more: Vec::new(),
            articles: Articles::new(fields),
        };
        let (first, head) = parts.first(fields.header);
        let names = table.begin(first, head, parts.records.usual)?;
        let said = said(parts.records.dialect, names);
        table.articles.notes.insert(0, said);
        while let Some(part) = parts.next() {
            let follows = table.columns.follow(&part, fields.header);
            // A line between the rows of a table is one of them.
            let is_between =
                |next: &Part<'_>| table.columns.follow(next, fields.header) == Follows::More;
            match follows {
                Follows::Text if !parts.peek().is_some_and(is_between) => {
                    table.beside(part.rows.iter(), "below the table")?;
                }
                Follows::Table => {
                    table.list_unused();
                    let usual = part.usual();
                    let head = Head::find(&candidates(&part.rows), usual, fields.header);
                    let names = table.begin(part.rows, head, usual)?;
                    table.more.extend(names.map(|row| row.to_string()));
                }
                follows => {
                    if follows == Follows::More {
                        table.columns.learn(&part.rows);
                    }
                    for record in part.rows {
                        table.push(record)?;
                    }
                }
            }
        }
        table.articles.empty.append(&mut parts.empty);
        table.finish()
    }
}

/// A table as it is read.
struct Table<'f> {
    columns: Columns,
    /// Which of them have a value in some row.
    used: Vec<bool>,
    /// Rows that have the names again.
    again: Vec<String>,
    /// Rows with a quotation mark that is text.
    stray: Vec<String>,
    /// Rows with the names of further tables.
    more: Vec<String>,
    articles: Articles<'f>,
}

impl Table<'_> {
    /// Begins a table with its first rows. Returns the row that has its names.
    fn begin(
        &mut self,
        rows: Vec<Record<'_>>,
        head: Head,
        usual: usize,
    ) -> Result<Option<usize>, Fault> {
        let (columns, head) = Columns::of(&rows, head, usual);
        self.used = vec![false; columns.names.len()];
        self.columns = columns;
        let above = rows[..head.above].iter();
        self.beside(above, "above the table")?;
        for record in rows.into_iter().skip(head.first) {
            self.push(record)?;
        }
        Ok(head.names)
    }

    /// What stands beside a table is an article of its own.
    fn beside<'r, 'a: 'r>(
        &mut self,
        records: impl Iterator<Item = &'r Record<'a>>,
        place: &str,
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
            locators: vec![(0, format!("row {row}, {place}"))],
            row: Some(row.to_string()),
            text: Some(text),
            blocks,
            omitted,
            ..Parsed::default()
        };
        self.articles.add(parsed)
    }

    fn push(&mut self, record: Record<'_>) -> Result<(), Fault> {
        if record.stray {
            self.stray.push(record.row.to_string());
        }
        if !self.columns.names.is_empty() && self.is_names(&record) {
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
            && self.columns.names.len() > 2
            && record.cells[0].trim().contains(char::is_whitespace);
        for (at, cell) in record.cells.into_iter().enumerate() {
            if cell.trim().is_empty() {
                continue;
            }
            if let Some(used) = self.used.get_mut(at).filter(|_| !note) {
                *used = true;
            }
            let name = match self.columns.names.get(at) {
                _ if note || self.columns.names.is_empty() => Cow::Borrowed(""),
                Some(name) => Cow::Borrowed(name.as_str()),
                None => Cow::Owned(format!("column {}", at + 1)),
            };
            row.push(name, cell);
        }
        self.articles.push(row)
    }

    fn is_names(&self, record: &Record<'_>) -> bool {
        let cells = record.cells.iter().map(|cell| cell.trim());
        record.cells.len() > 1 && cells.eq(self.columns.names.iter().map(String::as_str))
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
        note(&self.more, "further tables have their names in");
        self.list_unused();
        self.articles.finish("a table")
    }

    fn list_unused(&mut self) {
        let unused = self.columns.names.iter().zip(&self.used);
        let unused = unused.filter(|(_, used)| !**used);
        self.articles
            .list_unused(unused.map(|(name, _)| name.as_str()));
    }
}

fn place(record: &Record<'_>) -> String {
    if record.row == record.line {
        format!("row {}", record.row)
    } else {
        format!("row {}, line {}", record.row, record.line)
    }
}

/// How a table was read, in a sentence.
fn said(dialect: Dialect, names: Option<usize>) -> Reason {
    let mark = match dialect.mark {
        Some(b',') => "cells between commas",
        Some(b';') => "cells between semicolons",
        Some(b'\t') => "cells between tabs",
        Some(b'|') => "cells between bars",
        Some(_) => "cells as the first line says",
        None => "one cell a line",
    };
    let names = match names {
        Some(row) => format!("row {row} names the columns"),
        None => "no row names the columns".to_owned(),
    };
    Reason::with(Remedy::Header, format!("{mark}; {names}"))
}
