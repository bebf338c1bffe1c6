//! What of a JSON text are rows: the objects of a list, wherever in objects the list is, the members of an object
//! that are objects of one kind, and the lists of a list. What stands beside them is an article of its own.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::fields::{self, Field, Names};
use super::header::{Candidate, Head, LOOKED_AT};
use super::json_text::{Value, elements, end_of, members, skip_blank, value};
use super::kind::{Says, says};
use super::{Articles, DATA_SHOWN, Fault, Fields, Parsed, Row, leave_out};
use crate::corpus::block::Omission;

/// Objects inside each other in which lists are looked for.
const DEPTH: usize = 16;
/// Of the rows of a list so many must say something, else those that do not are left out: one of three.
const SAYING: usize = 3;

/// A row before it is read.
struct Item<'a> {
    /// Where its value begins.
    at: usize,
    id: String,
    locator: String,
    /// What it is called by the object around it.
    key: Option<Cow<'a, str>>,
}

/// Reads a text that is JSON.
pub struct Walk<'a, 'f> {
    text: &'a str,
    articles: Articles<'f>,
    /// What stands beside rows.
    beside: Row<'a>,
    /// Rows that are only data, and where they are.
    data: Vec<(usize, String)>,
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
        }
    }

    /// Values after each other, as in JSON Lines: rows are numbered by their lines.
    pub fn stream(&mut self) -> Result<(), Fault> {
        let text = self.text;
        let items = move || {
            let (mut next, mut line, mut counted) = (skip_blank(text, 0), 1, 0);
            std::iter::from_fn(move || {
                let at = next;
                let end = (at < text.len()).then(|| end_of(text, at).ok())??;
                next = skip_blank(text, end);
                line += text[counted..at].matches('\n').count();
                counted = at;
                Some(Item {
                    at,
                    id: line.to_string(),
                    locator: format!("row {line}"),
                    key: None,
                })
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
        let items = move || {
            let (place, key) = (place.clone(), key.clone());
            let named = move |(at, number): (usize, usize)| Item {
                at,
                id: numbered(&place, number),
                locator: located(&place, number),
                key: key.clone().map(Cow::Owned),
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
        self.members(start, path, 0)
    }

    fn members(&mut self, start: usize, path: &str, depth: usize) -> Result<(), Fault> {
        let text = self.text;
        let alike = alike(text, start);
        let names = names_of_columns(text, start);
        for (name, at) in members(text, start) {
            let inner = joined(path, &name);
            match text.as_bytes()[at] {
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
            let note = format!("{} names the columns (--header)", located(path, at + 1));
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
        let reads = beside.is_text(!self.articles.found.is_empty(), self.articles.asked);
        for (rows, place) in &self.data {
            let note = format!("{rows} rows{place} are only data and left out");
            self.articles.notes.push(note);
        }
        if reads {
            self.articles.push(beside)?;
            self.articles.found.rotate_right(1);
        } else if let Some(first) = self.articles.found.first_mut() {
            let fields = beside.fields.iter().chain(beside.inner.iter().flatten());
            leave_out(first, Omission::Data, fields.chain(&beside.data));
        }
        self.articles.finish("JSON")
    }
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

/// What a list holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holds {
    Objects,
    Lists,
    Else,
}

fn holds(text: &str, start: usize) -> Holds {
    let bytes = text.as_bytes();
    let (mut lists, mut all) = (0, 0);
    for at in elements(text, start) {
        all += 1;
        match bytes[at] {
            b'{' => return Holds::Objects,
            b'[' => {
                let plain = |at: usize| !matches!(bytes[at], b'[' | b'{');
                lists += usize::from(elements(text, at).all(plain));
            }
            _ => {}
        }
    }
    // Coordinates are lists of lists too, and no rows.
    let end = end_of(text, start).unwrap_or(start);
    let has_text = memchr::memchr(b'"', &bytes[start..end]).is_some();
    if lists == all && lists > 1 && has_text {
        Holds::Lists
    } else {
        Holds::Else
    }
}

/// Whether there are rows somewhere in an object.
fn holds_rows(text: &str, start: usize, depth: usize) -> bool {
    depth < DEPTH
        && members(text, start).any(|(_, at)| match text.as_bytes()[at] {
            b'[' => holds(text, at) != Holds::Else,
            b'{' => is_map(text, at) || holds_rows(text, at, depth + 1),
            _ => false,
        })
}

/// Whether the members of an object are objects of one kind, as rows are: most have the same names in them.
fn is_map(text: &str, start: usize) -> bool {
    const LEAST: usize = 3;
    let mut counts: HashMap<Cow<'_, str>, usize> = HashMap::new();
    let mut all = 0;
    for (_, at) in members(text, start) {
        if text.as_bytes()[at] != b'{' {
            return false;
        }
        all += 1;
        for (name, _) in members(text, at) {
            *counts.entry(name).or_default() += 1;
        }
    }
    if all < LEAST {
        return false;
    }
    let common = |name: &Cow<'_, str>| counts.get(name).is_some_and(|count| 2 * count >= all);
    let alike = members(text, start).filter(|(_, at)| {
        let (mut names, mut known) = (0, 0);
        for (name, _) in members(text, *at) {
            names += 1;
            known += usize::from(common(&name));
        }
        known > 0 && 2 * known >= names
    });
    3 * alike.count() >= 2 * all
}

/// The columns of an object that has its rows in columns: the same running numbers in each.
fn columns(text: &str, start: usize) -> Option<Vec<(Cow<'_, str>, Vec<usize>)>> {
    let mut found: Vec<(Cow<'_, str>, Vec<usize>)> = Vec::new();
    for (name, at) in members(text, start) {
        let mut values = Vec::new();
        for (number, at) in members(text, at) {
            let expected = values.len();
            if number != expected.to_string() {
                return None;
            }
            values.push(at);
        }
        if found
            .first()
            .is_some_and(|(_, first)| first.len() != values.len())
        {
            return None;
        }
        found.push((name, values));
    }
    Some(found).filter(|found| found.first().is_some_and(|(_, values)| values.len() > 1))
}

/// Where the lists of objects begin in an object that are alike: their names say what parts the rows.
fn alike(text: &str, start: usize) -> Vec<usize> {
    let mut kinds: HashMap<String, Vec<usize>> = HashMap::new();
    for (_, at) in members(text, start) {
        let first = (text.as_bytes()[at] == b'[').then(|| elements(text, at).next());
        if let Some(first) = first
            .flatten()
            .filter(|first| text.as_bytes()[*first] == b'{')
        {
            let names: Vec<Cow<'_, str>> = members(text, first).map(|(name, _)| name).collect();
            kinds.entry(names.join("\n")).or_default().push(at);
        }
    }
    let several = kinds.into_values().filter(|lists| lists.len() > 1);
    several.flatten().collect()
}

/// The names of the columns of a list of lists beside it: `{"columns": ["a", "b"], "data": [[1, 2]]}`.
fn names_of_columns(text: &str, start: usize) -> Option<Vec<Cow<'_, str>>> {
    let mut lists = members(text, start).filter(|(name, _)| {
        let name = fields::plain_name(name);
        ["columns", "header", "headers", "fields", "cols", "names"].contains(&name.as_str())
    });
    let (_, at) = lists.find(|(_, at)| text.as_bytes()[*at] == b'[')?;
    let names = elements(text, at).map(|at| match value(text, at).0 {
        Value::Text(name) => Some(name),
        _ => None,
    });
    names.collect()
}

/// The elements of a list as cells.
fn cells(text: &str, start: usize) -> Vec<Cow<'_, str>> {
    let cell = |at: usize| match value(text, at).0 {
        Value::Text(text) => text,
        Value::Word(word) => Cow::Borrowed(word),
        Value::Figures(list) => Cow::Borrowed(list),
        Value::Null => Cow::Borrowed(""),
        Value::List(_) | Value::Object(_) => Cow::Borrowed("{}"),
    };
    elements(text, start).map(cell).collect()
}

/// Cells that most rows have.
fn usual(rows: &[Vec<Cow<'_, str>>]) -> usize {
    let mut counts: HashMap<usize, usize> = HashMap::new();
    for row in rows {
        *counts.entry(row.len()).or_default() += 1;
    }
    let most = counts
        .into_iter()
        .max_by_key(|(cells, rows)| (*rows, *cells));
    most.map_or(0, |(cells, _)| cells)
}

fn joined(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

fn numbered(path: &str, number: usize) -> String {
    if path.is_empty() {
        number.to_string()
    } else {
        format!("{path}[{number}]")
    }
}

fn located(path: &str, number: usize) -> String {
    if path.is_empty() {
        format!("row {number}")
    } else {
        format!("row {number} of {path}")
    }
}

/// Reads a row.
fn row<'a>(text: &'a str, item: Item<'a>) -> Row<'a> {
    let mut row = Row {
        id: item.id,
        locator: item.locator,
        ..Row::default()
    };
    if let Some(key) = item.key {
        row.push("", key);
    }
    match value(text, item.at).0 {
        // A text that is a row by itself.
        Value::Text(text) => row.push("text", text),
        other => flatten(other, "", &mut row),
    }
    row
}

/// Adds a value to a row: what is in objects by the names of both, a list of texts as one value, a list of objects
/// as rows inside the row.
fn flatten<'a>(value: Value<'a>, name: &str, row: &mut Row<'a>) {
    match value {
        Value::Null => {}
        Value::Word(word) => row.push(name.to_owned(), word),
        Value::Text(text) => row.push(name.to_owned(), text),
        Value::Figures(list) => {
            let says = |c: char| c.is_ascii_digit() || "tfNI".contains(c);
            if !list.contains(says) {
                return;
            }
            if list.len() > DATA_SHOWN {
                row.data.push(Field::new(name.to_owned(), list));
            } else {
                row.push(name.to_owned(), without_brackets(list));
            }
        }
        Value::Object(members) => {
            for (member, value) in members {
                flatten(value, &joined(name, &member), row);
            }
        }
        Value::List(list) => flatten_list(list, name, row),
    }
}

/// `[[1, 2], [3]]` as `1, 2; 3`.
fn without_brackets(list: &str) -> String {
    let mut plain = String::new();
    let mut closed = false;
    for c in list.chars().filter(|c| !c.is_whitespace()) {
        match c {
            '[' => {}
            ']' => closed = true,
            ',' => {
                plain.push_str(if closed { "; " } else { ", " });
                closed = false;
            }
            c => plain.push(c),
        }
    }
    plain
}

fn flatten_list<'a>(list: Vec<Value<'a>>, name: &str, row: &mut Row<'a>) {
    let mut texts: Vec<Cow<'a, str>> = Vec::new();
    for element in list {
        match element {
            Value::Null => {}
            Value::Word(word) => texts.push(Cow::Borrowed(word)),
            Value::Text(text) => texts.push(text),
            Value::Figures(list) => texts.push(Cow::Owned(without_brackets(list))),
            Value::List(_) | Value::Object(_) => {
                let mut inner = Row::default();
                flatten(element, name, &mut inner);
                row.inner
                    .extend(Some(inner.fields).filter(|fields| !fields.is_empty()));
                row.inner.append(&mut inner.inner);
                row.data.append(&mut inner.data);
            }
        }
    }
    let sentences = |text: &Cow<'_, str>| text.contains('\n') || says(text) == Says::Sentence;
    let between = if texts.iter().any(sentences) {
        "\n\n"
    } else {
        ", "
    };
    if let [only] = texts.as_slice() {
        row.push(name.to_owned(), only.clone());
    } else if !texts.is_empty() {
        row.push(name.to_owned(), texts.join(between));
    }
}
