//! JSON Lines and CSV: every row is an article.

use serde_json::{Map, Value};

use super::super::decode::Fault;
use super::super::layout::layout;
use super::{Fields, Format, Parsed};

pub struct JsonLines;
pub struct Csv;

const TEXT: [&str; 7] = [
    "text",
    "body",
    "content",
    "article",
    "description",
    "summary",
    "本文",
];
const TITLE: [&str; 5] = ["title", "headline", "name", "subject", "タイトル"];
const URL: [&str; 4] = ["url", "link", "source_url", "href"];
const ID: [&str; 4] = ["id", "_id", "guid", "key"];
const DATE: [&str; 7] = [
    "date",
    "published",
    "published_at",
    "pubdate",
    "created_at",
    "timestamp",
    "日付",
];
const AUTHOR: [&str; 3] = ["author", "creator", "著者"];
const LANG: [&str; 2] = ["lang", "language"];

/// The value of a field: the one that is named, else the first that usually holds it.
fn field<'a>(
    get: &impl Fn(&str) -> Option<&'a str>,
    named: Option<&str>,
    usual: &[&str],
) -> Option<String> {
    let found = named.map_or_else(|| usual.iter().find_map(|name| get(name)), get);
    found
        .map(str::trim)
        .filter(|value| !value.is_empty())
        .map(str::to_owned)
}

/// A row as an article; `None` where it has no text.
fn article<'a>(
    get: &impl Fn(&str) -> Option<&'a str>,
    fields: &Fields,
    text: Option<String>,
    number: usize,
) -> Option<Parsed> {
    let text = text.or_else(|| field(get, fields.text.as_deref(), &TEXT))?;
    let (blocks, omitted) = layout(&text);
    Some(Parsed {
        locators: vec![(0, format!("row {number}"))],
        row: Some(field(get, fields.id.as_deref(), &ID).unwrap_or_else(|| number.to_string())),
        title: field(get, fields.title.as_deref(), &TITLE),
        source_url: field(get, fields.url.as_deref(), &URL).filter(|url| url.starts_with("http")),
        author: field(get, None, &AUTHOR),
        published: field(get, None, &DATE),
        lang: field(get, None, &LANG),
        blocks,
        omitted,
        text: Some(text),
        ..Parsed::default()
    })
}

/// Why no row has a text.
fn no_text(fields: &Fields, names: &str) -> Fault {
    let wanted = fields.text.as_deref().unwrap_or("text, body, content, ...");
    Fault::Unreadable(format!(
        "no row has a field `{wanted}`; name the one with the text by --text-field (there are: {names})"
    ))
}

impl Format for JsonLines {
    fn name(&self) -> &'static str {
        "jsonl"
    }

    fn accepts(&self, extension: &str, head: &str) -> bool {
        let object = |line: &str| serde_json::from_str::<Map<String, Value>>(line).is_ok();
        let mut lines = head.lines().filter(|line| !line.trim().is_empty());
        match (lines.next(), lines.next()) {
            // The last line of the head may be cut off.
            (Some(first), Some(_)) => object(first),
            (Some(only), None) => matches!(extension, "jsonl" | "ndjson") && only.starts_with('{'),
            _ => false,
        }
    }

    fn read(&self, text: &str, fields: &Fields) -> Result<Vec<Parsed>, Fault> {
        let mut articles = Vec::new();
        let mut names = String::new();
        for (line, number) in text.lines().zip(1..) {
            let line = line.trim_start_matches('\u{feff}').trim();
            if line.is_empty() {
                continue;
            }
            let object: Map<String, Value> = serde_json::from_str(line).map_err(|error| {
                Fault::Unreadable(format!("line {number} is no JSON object: {error}"))
            })?;
            if names.is_empty() {
                names = object.keys().cloned().collect::<Vec<_>>().join(", ");
            }
            // Numbers as ids are taken as they are written.
            let written: Vec<(&String, String)> = object
                .iter()
                .filter(|(_, value)| value.is_number())
                .map(|(name, value)| (name, value.to_string()))
                .collect();
            let get = |name: &str| match object.get(name) {
                Some(Value::String(text)) => Some(text.as_str()),
                Some(Value::Number(_)) => {
                    let found = written.iter().find(|(known, _)| *known == name);
                    found.map(|(_, text)| text.as_str())
                }
                _ => None,
            };
            articles.extend(article(&get, fields, None, number));
        }
        if articles.is_empty() {
            return Err(no_text(fields, &names));
        }
        Ok(articles)
    }
}

impl Format for Csv {
    fn name(&self) -> &'static str {
        "csv"
    }

    fn accepts(&self, extension: &str, _: &str) -> bool {
        matches!(extension, "csv" | "tsv")
    }

    fn read(&self, text: &str, fields: &Fields) -> Result<Vec<Parsed>, Fault> {
        let text = text.trim_start_matches('\u{feff}');
        let head = text.lines().next().unwrap_or_default();
        let count = |mark: char| head.matches(mark).count();
        let mark = [',', '\t', ';']
            .into_iter()
            .max_by_key(|mark| (count(*mark), *mark == ','));
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(mark.unwrap_or(',') as u8)
            .flexible(true)
            .from_reader(text.as_bytes());
        let fault = |error: csv::Error| Fault::Unreadable(format!("not a table: {error}"));
        let names: Vec<String> = reader
            .headers()
            .map_err(fault)?
            .iter()
            .map(str::to_owned)
            .collect();
        let lower: Vec<String> = names
            .iter()
            .map(|name| name.trim().to_lowercase())
            .collect();
        let has_text = fields.text.is_some()
            || TEXT
                .iter()
                .any(|usual| lower.iter().any(|name| name == usual));
        let mut articles = Vec::new();
        for (record, number) in reader.records().zip(2..) {
            let record = record.map_err(fault)?;
            let get = |name: &str| {
                let exact = names.iter().position(|known| known.trim() == name);
                record.get(exact.or_else(|| lower.iter().position(|known| known == name))?)
            };
            // A table without a column of text is read as what it says: `name: value`.
            let cells = (!has_text).then(|| {
                let cells = names
                    .iter()
                    .zip(&record)
                    .filter(|(_, value)| !value.trim().is_empty());
                let cells = cells.map(|(name, value)| format!("{}: {}", name.trim(), value.trim()));
                cells.collect::<Vec<_>>().join("\n")
            });
            articles.extend(article(
                &get,
                fields,
                cells.filter(|cells| !cells.is_empty()),
                number,
            ));
        }
        if articles.is_empty() {
            return Err(no_text(fields, &names.join(", ")));
        }
        Ok(articles)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_articles_with_named_or_usual_fields() {
        let text = "{\"id\":7,\"title\":\"A\",\"text\":\"One.\",\"url\":\"https://example.com/a\"}\n\n{\"text\":\"Two.\"}\n{\"x\":1}\n";
        assert!(JsonLines.accepts("txt", text));
        let rows = JsonLines.read(text, &Fields::default()).unwrap();
        let found: Vec<_> = rows
            .iter()
            .map(|r| (r.row.as_deref().unwrap(), r.text.as_deref().unwrap()))
            .collect();
        assert_eq!(found, [("7", "One."), ("3", "Two.")]);
        assert_eq!(rows[0].source_url.as_deref(), Some("https://example.com/a"));
        let named = Fields {
            text: Some("title".to_owned()),
            ..Fields::default()
        };
        assert_eq!(JsonLines.read(text, &named).unwrap().len(), 1);
        let missing = Fields {
            text: Some("nope".to_owned()),
            ..Fields::default()
        };
        let Err(Fault::Unreadable(reason)) = JsonLines.read(text, &missing) else {
            panic!()
        };
        assert!(
            reason.contains("nope") && reason.contains("title"),
            "{reason}"
        );
        assert!(
            JsonLines
                .read("{\"text\":\"a\"}\n{bad\n", &Fields::default())
                .is_err()
        );

        let table = "\u{feff}Title;Body\nA;\"One; with\na line\"\nB;Two.\n";
        let rows = Csv.read(table, &Fields::default()).unwrap();
        assert_eq!(rows[0].text.as_deref(), Some("One; with\na line"));
        assert_eq!(rows[1].title.as_deref(), Some("B"));
        let cells = Csv
            .read("name,price\nrice,3\n", &Fields::default())
            .unwrap();
        assert_eq!(cells[0].text.as_deref(), Some("name: rice\nprice: 3"));
    }
}
