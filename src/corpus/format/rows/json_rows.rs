//! What a value of JSON holds, and its rows.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use crate::corpus::block::Omission;
use crate::corpus::format::rows::fields::{self, Field};
use crate::corpus::format::rows::json_rich::rich_text;
use crate::corpus::format::rows::json_text::{Value, elements, end_of, members, value};
use crate::corpus::format::rows::kind::{Says, says};
use crate::corpus::format::rows::{DATA_SHOWN, Row, is_type};

/// Objects inside each other in which lists are looked for.
pub const DEPTH: usize = 16;

/// A row before it is read.
pub struct Item<'a> {
    /// Where its value begins.
    pub at: usize,
    pub id: String,
    pub locator: String,
    /// What it is called by the object around it.
    pub key: Option<Cow<'a, str>>,
    /// The name of the record that it is a part of.
    pub record: Option<Cow<'a, str>>,
}

/// What a list holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    Objects,
    Lists,
    Else,
}

pub fn holds(text: &str, start: usize) -> Holds {
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
pub fn holds_rows(text: &str, start: usize, depth: usize) -> bool {
    depth < DEPTH
        && members(text, start).any(|(_, at)| match text.as_bytes()[at] {
            b'[' => holds(text, at) != Holds::Else,
            b'{' => is_map(text, at) || holds_rows(text, at, depth + 1),
            _ => false,
        })
}

/// Whether the members of an object are objects of one kind, as rows are: most have the same names in them.
pub fn is_map(text: &str, start: usize) -> bool {
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

/// What an object is that has lists in it.
#[derive(Default)]
pub struct Record<'a> {
    /// It says something itself, and not only how an answer was made.
    pub is_one: bool,
    /// What its rows belong to: its title.
    pub name: Option<Cow<'a, str>>,
}

impl<'a> Record<'a> {
    pub fn of(text: &'a str, start: usize) -> Self {
        const ANSWER: [&str; 14] = [
            "status",
            "state",
            "message",
            "code",
            "result",
            "error",
            "version",
            "lang",
            "language",
            "locale",
            "encoding",
            "generator",
            "query",
            "next",
        ];
        const NAME_CHARS: usize = 80;
        let bytes = text.as_bytes();
        let is_name = |said: &str| said.chars().count() <= NAME_CHARS && says(said) > Says::Nothing;
        let (mut texts, mut ids, mut nested, mut name) = (0, 0, 0, None);
        for (member, at) in members(text, start) {
            let plain = fields::plain_name(&member);
            ids += usize::from(plain.ends_with("id") && matches!(bytes[at], b'"' | b'0'..=b'9'));
            // Who an order is for stands in an object of its own.
            nested += usize::from(bytes[at] == b'{' && has_title(text, at));
            let Value::Text(said) = shallow(text, at) else {
                continue;
            };
            if is_name(&said) && !is_type(&member) && !ANSWER.contains(&plain.as_str()) {
                texts += 1;
                let is_title = fields::TITLE.contains(&plain.as_str());
                name = name.or(Some(said).filter(|_| is_title));
            }
        }
        let one = texts + usize::from(nested == 1);
        Self {
            is_one: name.is_some() || one > 0 && one + ids > 1,
            name,
        }
    }
}

fn has_title(text: &str, start: usize) -> bool {
    let mut members = members(text, start);
    members.any(|(name, at)| {
        fields::TITLE.contains(&fields::plain_name(&name).as_str())
            && matches!(shallow(text, at), Value::Text(said) if says(&said) > Says::Nothing)
    })
}

/// A value that is a text; lists and objects are not read.
fn shallow(text: &str, at: usize) -> Value<'_> {
    match text.as_bytes()[at] {
        b'"' => value(text, at).0,
        _ => Value::Null,
    }
}

/// The columns of an object that has its rows in columns: the same running numbers in each.
pub fn columns(text: &str, start: usize) -> Option<Vec<(Cow<'_, str>, Vec<usize>)>> {
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
pub fn alike(text: &str, start: usize) -> Vec<usize> {
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
pub fn names_of_columns(text: &str, start: usize) -> Option<Vec<Cow<'_, str>>> {
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
pub fn cells(text: &str, start: usize) -> Vec<Cow<'_, str>> {
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
pub fn usual(rows: &[Vec<Cow<'_, str>>]) -> usize {
    let mut counts: HashMap<usize, usize> = HashMap::new();
    for row in rows {
        *counts.entry(row.len()).or_default() += 1;
    }
    let most = counts
        .into_iter()
        .max_by_key(|(cells, rows)| (*rows, *cells));
    most.map_or(0, |(cells, _)| cells)
}

pub fn joined(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

pub fn numbered(path: &str, number: usize) -> String {
    if path.is_empty() {
        number.to_string()
    } else {
        format!("{path}[{number}]")
    }
}

pub fn located(path: &str, number: usize) -> String {
    if path.is_empty() {
        format!("row {number}")
    } else {
        format!("row {number} of {path}")
    }
}

/// Reads a row.
pub fn row<'a>(text: &'a str, item: Item<'a>) -> Row<'a> {
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
    row.record = item.record;
    row
}

/// Adds a value to a row: what is in objects by the names of both, a list of texts as one value, a list of objects
/// as rows inside the row.
pub fn flatten<'a>(value: Value<'a>, name: &str, row: &mut Row<'a>) {
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
    if let Some(rich) = rich_text(&list) {
        // Telegram writes a text with its runs, and the runs alone.
        if !row.fields.iter().any(|field| field.value == rich.text) {
            row.push(name.to_owned(), rich.text);
        }
        let known: HashSet<&String> = row.left.iter().map(|(_, left)| left).collect();
        let new = rich.left.into_iter();
        let new: Vec<String> = new.filter(|left| !known.contains(left)).collect();
        let left = new.into_iter().map(|left| (Omission::Markup, left));
        row.left.extend(left);
        return;
    }
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
                row.left.append(&mut inner.left);
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
