//! What of a JSON text are rows: the objects of a list, wherever in objects the list is, the members of an object
//! that are objects of one kind, and the lists of a list. What stands beside them is an article of its own.

use std::borrow::Cow;
use std::collections::HashSet;

use super::fields::{self, Field, Names};
use super::header::{Candidate, Head, LOOKED_AT};
use super::json_rich::{may_be_rich, rich_text};
use super::json_text::{Value, elements, members, value};
use super::json_values::{Part, values};
use super::kind::{Says, says};
use super::{Articles, Fault, Fields, Parsed, Row, leave_out, list_values};
use crate::corpus::block::Omission;
use crate::corpus::format::rows::json_rows::{
    DEPTH, Holds, Item, Record, alike, cells, columns, flatten, holds, holds_rows, is_map, joined,
    located, names_of_columns, numbered, row, usual,
};
use crate::error::{Reason, Remedy};

/// Of the rows of a list so many must say something, else those that do not are left out: one of three.
const SAYING: usize = 3;

/// Reads a text that is JSON.
pub struct Walk<'a, 'f> {
    text: &'a str,
    articles: Articles<'f>,
    /// What stands beside rows.
    beside: Row<'a>,
    /// Rows that are only data, and where they are.
    data: Vec<(usize, String)>,
    /// What the rows of a file that is one object belong to.
    record: Record<'a>,
    /// Lines that are no JSON.
    broken: Vec<Field<'a>>,
}

impl<'a, 'f> Walk<'a, 'f> {
    pub fn new(text: &'a str, asked: &'f Fields) -> Self {
        Self {
            text,
            articles: Articles::new(asked),
            beside: Row {
                alone: true,
                ..Row::default()
            },
            data: Vec::new(),
            record: Record::default(),
            broken: Vec::new(),
        }
    }

    /// Lists lines that are no JSON.
    pub fn leave_broken(&mut self, lines: Vec<&'a str>, first: &str) {
        let note = match lines.iter().map(|part| part.lines().count()).sum() {
            0 => return,
            1_usize => format!("a line is no JSON and left out ({first})"),
            several => format!("{several} lines are no JSON and left out ({first})"),
        };
        self.articles.notes.push(note.into());
        let fields = lines.into_iter().map(|line| Field::new("", line));
        self.broken = fields.collect();
    }

    /// Values after each other, as in JSON Lines: rows are numbered by their lines.
    pub fn stream(&mut self) -> Result<(), Fault> {
        let text = self.text;
        let items = move || {
            let (mut line, mut counted) = (1, 0);
            let whole = values(text).filter(|part| part.broken.is_none());
            whole.map(move |Part { at, .. }| {
                line += text[counted..at].matches('\n').count();
                counted = at;
                Item {
                    at,
                    id: line.to_string(),
                    locator: format!("row {line}"),
                    key: None,
                    record: None,
                }
            })
        };
        self.table("", items)
    }

    /// A list: its elements are rows.
    pub fn list(&mut self, start: usize, path: &str, key: Option<&str>) -> Result<(), Fault> {
        let text = self.text;
        if matches!(holds(text, start), Holds::Lists) {
            return self.grid(start, path, None);
        }
        let (place, key) = (path.to_owned(), key.map(str::to_owned));
        // A list right below the record.
        let record = self.record.name.clone().filter(|_| !path.contains('.'));
        let items = move || {
            let (place, key, record) = (place.clone(), key.clone(), record.clone());
            let named = move |(at, number): (usize, usize)| Item {
                at,
                id: numbered(&place, number),
                locator: located(&place, number),
                key: key.clone().map(Cow::Owned),
                record: record.clone(),
            };
            elements(text, start).zip(1..).map(named)
        };
        self.table(path, items)
    }

    /// An object: lists and objects in it may be rows, everything else stands beside them.
    pub fn object(&mut self, start: usize, path: &str) -> Result<(), Fault> {
        if is_map(self.text, start) {
            return self.map(start, path);
        }
        self.record = Record::of(self.text, start);
        self.members(start, path, 0)
    }

    fn members(&mut self, start: usize, path: &str, depth: usize) -> Result<(), Fault> {
        let text = self.text;
        let alike = alike(text, start);
        let names = names_of_columns(text, start);
        for (name, at) in members(text, start) {
            let inner = joined(path, &name);
            match text.as_bytes()[at] {
                b'[' if may_be_rich(text, at) && is_rich(text, at) => {
                    flatten(value(text, at).0, &inner, &mut self.beside);
                }
                b'[' if holds(text, at) == Holds::Objects => {
                    let key = alike.contains(&at).then_some(name.as_ref());
                    self.list(at, &inner, key)?;
                }
                b'[' if holds(text, at) == Holds::Lists => {
                    self.grid(at, &inner, names.as_ref())?;
                }
                b'{' if is_map(text, at) => self.map(at, &inner)?,
                b'{' if depth < DEPTH && holds_rows(text, at, depth) => {
                    self.members(at, &inner, depth + 1)?;
                }
                _ => {
                    let (value, _) = value(text, at);
                    flatten(value, &inner, &mut self.beside);
                }
            }
        }
        Ok(())
    }

    /// An object whose members are rows with names.
    fn map(&mut self, start: usize, path: &str) -> Result<(), Fault> {
        let text = self.text;
        if let Some(columns) = columns(text, start) {
            return self.columns(&columns, path);
        }
        let place = path.to_owned();
        let items = move || {
            let place = place.clone();
            members(text, start).map(move |(key, at)| Item {
                at,
                id: key.trim().to_owned(),
                locator: joined(&place, key.trim()),
                key: Some(key),
                record: None,
            })
        };
        self.table(path, items)
    }

    /// Rows that lie in columns: `{"name": {"0": ..., "1": ...}, "age": {"0": ...}}`.
    fn columns(&mut self, columns: &[(Cow<'a, str>, Vec<usize>)], path: &str) -> Result<(), Fault> {
        let rows = columns.first().map_or(0, |(_, values)| values.len());
        let row = |at: usize| {
            let mut row = Row {
                id: numbered(path, at + 1),
                locator: located(path, at + 1),
                ..Row::default()
            };
            for (name, values) in columns {
                flatten(value(self.text, values[at]).0, name, &mut row);
            }
            row
        };
        let saying = Counted::of((0..rows).map(&row));
        let rows: Vec<Row<'a>> = (0..rows).map(row).collect();
        rows.into_iter()
            .try_for_each(|row| self.take(row, &saying))?;
        self.end_table(path, &saying);
        Ok(())
    }

    /// Lists of a list: rows of a table, whose first may have the names.
    fn grid(
        &mut self,
        start: usize,
        path: &str,
        names: Option<&Vec<Cow<'a, str>>>,
    ) -> Result<(), Fault> {
        let text = self.text;
        let first: Vec<Vec<Cow<'_, str>>> = elements(text, start)
            .take(LOOKED_AT)
            .map(|at| cells(text, at))
            .collect();
        let usual = usual(&first);
        let names = names.filter(|names| names.len() == usual);
        let candidates: Vec<Candidate<'_, '_>> = first
            .iter()
            .zip(1..)
            .map(|(cells, row)| Candidate { cells, row })
            .collect();
        let header = self.articles.asked.header;
        let head = names.map_or_else(|| Head::find(&candidates, usual, header).names, |_| None);
        let names: Vec<Cow<'_, str>> = match (names, head) {
            (Some(names), _) => names.clone(),
            (None, Some(at)) => first[at].clone(),
            (None, None) => Vec::new(),
        };
        let rows = || {
            let rows = elements(text, start).zip(0..);
            rows.filter(|(_, at)| Some(*at) != head)
                .map(|(at, number)| {
                    let mut row = Row {
                        id: numbered(path, number + 1),
                        locator: located(path, number + 1),
                        ..Row::default()
                    };
                    for (element, column) in elements(text, at).zip(0..) {
                        let name = match names.get(column) {
                            Some(name) => name.clone(),
                            None if names.is_empty() => Cow::Borrowed(""),
                            None => Cow::Owned(format!("column {}", column + 1)),
                        };
                        flatten(value(text, element).0, &name, &mut row);
                    }
                    row
                })
        };
        if let Some(at) = head {
            let note = format!("{} names the columns", located(path, at + 1));
            let note = Reason::with(Remedy::Header, note);
            self.articles.notes.push(note);
        }
        let mut saying = Counted::of(rows());
        // Figures below names that are in the list itself are a table.
        if head.is_some() && names.iter().any(|name| says(name) > Says::Nothing) {
            saying.saying = saying.all;
        }
        let mut used: HashSet<Cow<'_, str>> = HashSet::new();
        for row in rows() {
            used.extend(row.fields.iter().map(|field| field.name.clone()));
            self.take(row, &saying)?;
        }
        self.end_table(path, &saying);
        let unused = names.iter().filter(|name| !used.contains(*name));
        self.articles.list_unused(unused.map(|name| name.trim()));
        Ok(())
    }

    fn table<I: Iterator<Item = Item<'a>>>(
        &mut self,
        path: &str,
        items: impl Fn() -> I,
    ) -> Result<(), Fault> {
        let text = self.text;
        let saying = Counted::of(items().map(|item| row(text, item)));
        for item in items() {
            self.take(row(text, item), &saying)?;
        }
        self.end_table(path, &saying);
        Ok(())
    }

    /// Takes a row in, or counts it where it is only data.
    fn take(&mut self, row: Row<'_>, table: &Counted) -> Result<(), Fault> {
        let reads = self.articles.asked.text.is_some() || !table.is_data();
        if row.is_empty() || reads || row.says() > Says::Nothing {
            return self.articles.push(row);
        }
        Ok(())
    }

    fn end_table(&mut self, path: &str, table: &Counted) {
        if table.is_data() && self.articles.asked.text.is_none() {
            let place = match path {
                "" => String::new(),
                path => format!(" of {path}"),
            };
            self.data.push((table.all - table.saying, place));
        }
    }

    /// All articles, that of what stands beside the rows first.
    pub fn finish(mut self) -> Result<Vec<Parsed>, Fault> {
        let mut beside = std::mem::take(&mut self.beside);
        beside.alone = true;
        let has_rows = !self.articles.found.is_empty() && !self.record.is_one;
        let reads = beside.is_text(has_rows, self.articles.asked);
        for (rows, place) in &self.data {
            let note = format!("{rows} rows{place} are only data and left out");
            self.articles.notes.push(note.into());
        }
        if reads {
            self.articles.push(beside)?;
            self.articles.found.rotate_right(1);
        } else if let Some(first) = self.articles.found.first_mut() {
            let fields = beside.fields.iter().chain(beside.inner.iter().flatten());
            leave_out(first, Omission::Data, fields.chain(&beside.data));
            let listed_from = first.listed_from;
            list_values(first, beside.left);
            first.listed_from = listed_from.or(first.listed_from);
        }
        if let Some(first) = self.articles.found.first_mut() {
            leave_out(first, Omission::Data, &self.broken);
        }
        self.articles.finish("JSON")
    }
}

fn is_rich(text: &str, at: usize) -> bool {
    matches!(value(text, at).0, Value::List(list) if rich_text(&list).is_some())
}

/// What the rows of a list say.
struct Counted {
    all: usize,
    saying: usize,
}

impl Counted {
    fn of<'a>(rows: impl Iterator<Item = Row<'a>>) -> Self {
        let mut counted = Self { all: 0, saying: 0 };
        for row in rows.filter(|row| !row.is_empty()) {
            counted.all += 1;
            counted.saying += usize::from(row.says() > Says::Nothing);
        }
        counted
    }

    fn is_data(&self) -> bool {
        self.saying * SAYING < self.all
    }
}

impl Row<'_> {
    /// Whether what stands beside rows, or is all of a file, is text.
    fn is_text(&self, has_rows: bool, asked: &Fields) -> bool {
        let named = asked.text.as_deref();
        let names = Names::new(&self.fields);
        let has_title = || {
            let title = names.usual(&fields::TITLE, |title| says(title) > Says::Nothing);
            title.is_some()
        };
        named.is_some_and(|name| names.named(name).is_some())
            || match self.says() {
                Says::Sentence => true,
                Says::Word => !has_rows || has_title(),
                Says::Nothing => false,
            }
    }
}
