//! JSON, JSON Lines, CSV and TSV: every row is an article.
//!
//! The text of a row is the field that usually holds one, or that the user names, laid out as plain text; its other
//! fields stand below it as a row of a table. A row without such a field is a row of a table as a whole. What a row
//! has is in its text, in what is known of it (title, address, date, author, language, id), or listed as left out.

mod csv;
mod csv_parts;
mod dialect;
mod fields;
pub(super) mod form;
pub(super) mod header;
mod json;
mod json_rich;
mod json_rich_nodes;
mod json_rows;
mod json_text;
mod json_values;
mod json_walk;
pub(super) mod kind;
mod marked_up;
mod row;

pub use csv::Csv;
pub use fields::{DATE, plain_name};
pub use json::{Json, JsonLines};

/// Of a value that is left out so many characters are listed.
const DATA_SHOWN: usize = 200;
/// Longer values are no ids, in characters.
const ID_CHARS: usize = 200;
/// The text of all rows of a file with the names of their columns, in bytes; more is not held in memory.
const MOST_TEXT: usize = 256 << 20;

/// What is known of a row, and which fields are shown by that in full.
#[derive(Default)]
struct Known {
    text: Option<usize>,
    title: Option<usize>,
    id: Option<usize>,
    url: Option<usize>,
    shown: Vec<usize>,
}

/// A row as an article.
fn article(row: Row<'_>, asked: &Fields) -> Parsed {
    let mut parsed = Parsed::default();
    let names = Names::new(&row.fields);
    let known = about(&row, &names, asked, &mut parsed);
    parsed.locators = vec![(0, row.locator.clone())];
    let mut text = String::new();
    let all: Vec<usize> = (0..row.fields.len()).collect();
    let others = |also: &[usize]| -> Vec<usize> {
        let hidden = |at: &usize| known.shown.contains(at) || also.contains(at);
        all.iter().copied().filter(|at| !hidden(at)).collect()
    };
    let key = known.title.or(known.id);
    let main = match known.text {
        Some(at) => Some((at, others(&[at]))),
        // A title alone is a text.
        None => known.title.map(|at| (at, others(&[at]))).filter(|(at, _)| {
            let names_it =
                |other: &usize| [known.title, known.id, known.url].contains(&Some(*other));
            let alone = row.inner.is_empty() && all.iter().all(names_it);
            alone && (all.len() == 1 || says(&row.fields[*at].value) == Says::Sentence)
        }),
    };
    match main {
        Some((at, mut others)) => {
            let value = &row.fields[at].value;
            (parsed.blocks, parsed.omitted) = layout(value);
            text.push_str(value);
            if parsed.blocks.is_empty() {
                // Nothing of the text is read: then what else there is.
                others = all.iter().copied().filter(|other| *other != at).collect();
            }
            if !others.is_empty() || !row.inner.is_empty() {
                text.push_str("\n\n");
            }
            write_fields(&mut text, &mut parsed, &row, key, &others, true);
        }
        None => write_fields(&mut text, &mut parsed, &row, key, &all, false),
    }
    for inner in &row.inner {
        let key = key.map_or_else(|| row.fields.first(), |at| row.fields.get(at));
        let key = key.filter(|_| !row.alone || known.title.is_some());
        let loose = row.alone && key.is_none();
        write_cells(&mut text, &mut parsed, key.into_iter().chain(inner), loose);
    }
    text.truncate(text.trim_end_matches('\n').len());
    parsed.text = Some(text);
    list_values(&mut parsed, row.left);
    leave_out(&mut parsed, Omission::Data, &row.data);
    parsed
}

/// Lists what was left out of values behind the text of an article.
fn list_values(parsed: &mut Parsed, left: Vec<(Omission, String)>) {
    let mut left_out = LeftOut::default();
    for (reason, text) in left {
        left_out.push(reason, &text);
    }
    left_out.list(parsed);
}

/// Lists what is left out behind the text of an article.
fn leave_out<'f, 'a: 'f>(
    parsed: &mut Parsed,
    reason: Omission,
    fields: impl IntoIterator<Item = &'f Field<'a>>,
) {
    let mut left_out = LeftOut::default();
    for field in fields {
        left_out.push(reason, &shortened(field));
    }
    // Something may be listed there already.
    let listed_from = parsed.listed_from;
    left_out.list(parsed);
    parsed.listed_from = listed_from.or(parsed.listed_from);
}

/// Reads what is known of a row.
fn about(row: &Row<'_>, names: &Names<'_>, asked: &Fields, parsed: &mut Parsed) -> Known {
    let mut known = Known::default();
    let any = |_: &str| true;
    let find = |named: &Option<String>, usual: &[&str], fits: &dyn Fn(&str) -> bool| {
        let named = named.as_deref().and_then(|name| names.named(name));
        named.or_else(|| names.usual(usual, fits))
    };
    let value = |at: Option<usize>| at.map(|at| row.fields[at].value.clone().into_owned());
    known.text = find(&asked.text, &fields::TEXT, &any);
    let id = find(&asked.id, &fields::ID, &any);
    let as_id = |value: &str| value.chars().count() <= ID_CHARS && !value.contains('\n');
    known.id = id.filter(|at| !row.alone && as_id(&row.fields[*at].value));
    known.title = find(&asked.title, &fields::TITLE, &any).filter(|at| known.text != Some(*at));
    let web = |value: &str| value.starts_with("http") && !value.contains(char::is_whitespace);
    let url = find(&asked.url, &fields::URL, &web).filter(|at| web(&row.fields[*at].value));
    known.url = url;
    let author = names.usual(&fields::AUTHOR, |value| value.contains(char::is_alphabetic));
    let lang = names.usual(&fields::LANG, |value| language::of_tag(value).is_some());
    parsed.lang = value(lang);
    // `3/5/2024` is a date where the language of the text says which number is the day.
    let is_date = |value: &str, lang: Option<&str>| date::of_field(value, lang).is_some();
    let published = names.usual(&DATE, |value| is_date(value, Some("fr")));
    parsed.published = value(published);
    let plain = published.filter(|at| {
        let value = &row.fields[*at].value;
        is_date(value, parsed.lang.as_deref()) && says_when_alone(value)
    });
    parsed.row =
        Some(value(known.id).unwrap_or_else(|| row.id.clone())).filter(|id| !id.is_empty());
    parsed.title = value(known.title);
    parsed.source_url = value(url);
    parsed.author = value(author);
    let shown = [known.id, known.title, url, author, lang, plain];
    known.shown = shown.into_iter().flatten().collect();
    known
}

/// Whether a date has nothing beside it that would be lost with it: `Fri, 03 May 2024 10:00:00 GMT` has not.
fn says_when_alone(value: &str) -> bool {
    let words = value.split(|c: char| !c.is_alphabetic());
    words.filter(|word| !word.is_empty()).all(|word| {
        let short = word.len() == 3 && word.is_ascii();
        short || ["T", "Z"].contains(&word) || word.chars().all(|c| "年月日時分秒".contains(c))
    })
}

/// Writes fields as a row. Below a text they begin with the key of the row; in a row that must be cut the key comes
/// first.
fn write_fields(
    text: &mut String,
    parsed: &mut Parsed,
    row: &Row<'_>,
    key: Option<usize>,
    chosen: &[usize],
    below: bool,
) {
    if chosen.is_empty() {
        return;
    }
    let length: usize = chosen
        .iter()
        .map(|at| row.fields[*at].value.len() + row.fields[*at].name.len())
        .sum();
    let first = key.filter(|_| below || length > ROW_CHARS / 2);
    let rest = chosen.iter().copied().filter(|at| Some(*at) != first);
    let order = first.into_iter().chain(rest);
    let loose = row.alone && key.is_none();
    write_cells(text, parsed, order.map(|at| &row.fields[at]), loose);
}

/// `loose`: the first cell says nothing of the others, so that it need not be said again.
fn write_cells<'f, 'a: 'f>(
    text: &mut String,
    parsed: &mut Parsed,
    fields: impl Iterator<Item = &'f Field<'a>>,
    loose: bool,
) {
    let cell = |field: &'f Field<'a>| Cell {
        name: &field.name,
        value: &field.value,
    };
    let cells: Vec<Cell<'_>> = fields.map(cell).collect();
    if !loose {
        return write_row(text, parsed, &cells);
    }
    let length = |cell: &Cell<'_>| cell.name.chars().count() + cell.value.chars().count() + 5;
    let (mut begin, mut chars) = (0, 0);
    for (at, cell) in cells.iter().enumerate() {
        chars += length(cell);
        // A sentence under a name is a statement of its own.
        let alone = at > 0
            && [&cells[at - 1], cell]
                .iter()
                .any(|cell| says(cell.value) == Says::Sentence);
        if (chars > ROW_CHARS || alone) && at > begin {
            write_row(text, parsed, &cells[begin..at]);
            (begin, chars) = (at, length(cell));
        }
    }
    write_row(text, parsed, &cells[begin..]);
}

/// The beginning of a value that is left out.
fn shortened(field: &Field<'_>) -> String {
    let shown: String = field.value.chars().take(DATA_SHOWN).collect();
    let rest = field.value[shown.len()..].chars().count();
    let mut line = match field.name.as_ref() {
        "" => shown,
        name => format!("{name}: {shown}"),
    };
    if rest > 0 {
        line.push_str(&format!("… and {rest} more characters"));
    }
    line
}

/// The articles of a file, as they come.
struct Articles<'f> {
    asked: &'f Fields,
    found: Vec<Parsed>,
    bytes: usize,
    /// Some row has the field that the user says is the text.
    has_text_field: bool,
    /// Names of the first fields, for an error.
    names: Vec<String>,
    /// Rows in which there is nothing.
    empty: Vec<String>,
    notes: Vec<Reason>,
}

impl<'f> Articles<'f> {
    fn new(asked: &'f Fields) -> Self {
        Self {
            asked,
            found: Vec::new(),
            bytes: 0,
            has_text_field: false,
            names: Vec::new(),
            empty: Vec::new(),
            notes: Vec::new(),
        }
    }

    fn push(&mut self, mut row: Row<'_>) -> Result<(), Fault> {
        row.read_markup();
        if row.is_empty() {
            self.empty.push(row.id);
            return Ok(());
        }
        // An article stands for itself, also in a record.
        if let Some(record) = row.record.take().filter(|_| !row.is_article()) {
            row.fields.insert(0, Field::new("", record));
        }
        if let Some(name) = &self.asked.text {
            self.has_text_field |= Names::new(&row.fields).named(name).is_some();
        }
        if self.names.is_empty() {
            let names = row.fields.iter().map(|field| field.name.to_string());
            self.names = names.filter(|name| !name.is_empty()).collect();
        }
        let parsed = article(row, self.asked);
        self.add(parsed)
    }

    fn add(&mut self, parsed: Parsed) -> Result<(), Fault> {
        self.bytes += parsed.text.as_ref().map_or(0, String::len);
        if self.asked.most > 0 && self.found.len() >= self.asked.most {
            let reason = format!("more than {} rows, no more are read", self.found.len());
            let reason = Reason::with(Remedy::MaxArticles, reason);
            return Err(Fault::unreadable(reason));
        }
        if self.bytes > MOST_TEXT {
            return Err(Fault::unreadable(format!(
                "its rows with the names of their columns are over {} MB; split the file",
                MOST_TEXT >> 20
            )));
        }
        self.found.push(parsed);
        Ok(())
    }

    /// Lists names of columns that no row fills, because they are read nowhere else; those that are usual say
    /// nothing.
    fn list_unused<'n>(&mut self, names: impl Iterator<Item = &'n str>) {
        let mut seen = HashSet::new();
        let names = names.filter(|name| !is_usual(name) && seen.insert(*name));
        let names: Vec<Field<'_>> = names.map(|name| Field::new("", name)).collect();
        if let Some(first) = self.found.first_mut() {
            leave_out(first, Omission::Empty, &names);
        }
    }

    /// All of them, with what was decided at the first.
    fn finish(mut self, what: &str) -> Result<Vec<Parsed>, Fault> {
        if let Some(wanted) = &self.asked.text
            && !self.has_text_field
            && !self.found.is_empty()
        {
            let there = self.names.join(", ");
            let reason = format!("no row has a field `{wanted}` (there are: {there})");
            let reason = Reason::with(Remedy::Text, reason);
            return Err(Fault::unreadable(reason));
        }
        if !self.empty.is_empty() {
            self.notes
                .push(format!("nothing in {}", listed(&self.empty)).into());
        }
        match self.found.first_mut() {
            Some(first) => first.notes.append(&mut self.notes),
            None if self.notes.is_empty() => {
                return Err(Fault::not_text(format!("{what} without text")));
            }
            None => {
                let notes: Vec<&str> = self.notes.iter().map(|note| &*note.text).collect();
                let notes = notes.join("; ");
                let remedy = self.notes.iter().find_map(|note| note.remedy.clone());
                return Err(Fault::not_text(Reason {
                    text: format!("{what} without text: {notes}"),
                    remedy,
                }));
            }
        }
        Ok(self.found)
    }
}

/// `row 3`, `5 rows (3, 4, 7, ...)`.
fn listed(rows: &[String]) -> String {
    const SHOWN: usize = 10;
    match rows {
        [only] => format!("row {only}"),
        _ => {
            let shown = rows[..rows.len().min(SHOWN)].join(", ");
            let more = if rows.len() > SHOWN { ", ..." } else { "" };
            format!("{} rows ({shown}{more})", rows.len())
        }
    }
}

#[cfg(test)]
mod tests;

use std::collections::HashSet;

use fields::{Field, Names, is_usual};
use kind::{Says, says};
use row::{Row, is_type};

use super::super::{date, language};
use super::table::{Cell, write_row};

use crate::corpus::block::Omission;
use crate::corpus::decode::decoded::Fault;
use crate::corpus::format::reader::{Format, LeftOut, Parsed};
use crate::corpus::plain::layout::{ROW_CHARS, layout};
use crate::corpus::read_options::Fields;
use crate::error::{Reason, Remedy};
