//! The head of a Markdown file: YAML between two lines of `---`, TOML between `+++`, or a JSON object. Heads that do
//! not parse (a colon in a title, a tab, a key that stands twice) are read line by line: they are no text all the same.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::super::lines::lines;
use super::super::{Span, date};
use crate::corpus::format::reader::Parsed;

/// Fields by their names, lower case with `_` between words.
type Fields = HashMap<String, Vec<String>>;

#[derive(Debug)]
pub(super) struct FrontMatter {
    fields: Fields,
    /// Both marks included.
    pub span: Span,
}

/// Names that only the head of a file has in such a place. One of them makes a head of what stands between two rules.
const USUAL: [&str; 88] = [
    "abstract",
    "alias",
    "aliases",
    "author",
    "authors",
    "bibliography",
    "byline",
    "canonical",
    "canonical_url",
    "categories",
    "category",
    "comments",
    "contributors",
    "cover",
    "created",
    "created_at",
    "creator",
    "css",
    "cssclass",
    "cssclasses",
    "date",
    "date_created",
    "date_published",
    "description",
    "draft",
    "excerpt",
    "featured",
    "format",
    "has_children",
    "head",
    "headline",
    "hide_title",
    "icon",
    "id",
    "image",
    "jupyter",
    "kernelspec",
    "keywords",
    "kind",
    "lang",
    "language",
    "last_modified_at",
    "last_updated",
    "lastmod",
    "layout",
    "license",
    "link",
    "locale",
    "marp",
    "math",
    "menu",
    "modified",
    "name",
    "nav_order",
    "output",
    "paginate",
    "parent",
    "permalink",
    "pubdate",
    "publish",
    "publish_date",
    "publishdate",
    "published",
    "published_at",
    "redirect_from",
    "related",
    "series",
    "sidebar",
    "sidebar_label",
    "sidebar_position",
    "slug",
    "source",
    "sources",
    "status",
    "subtitle",
    "summary",
    "tag",
    "tags",
    "template",
    "theme",
    "thumbnail",
    "title",
    "toc",
    "topics",
    "type",
    "uid",
    "updated",
    "url",
];
const TITLE: [&str; 2] = ["title", "headline"];
const AUTHOR: [&str; 6] = [
    "author", "authors", "creator", "creators", "byline", "writer",
];
const DATE: [&str; 11] = [
    "date",
    "published",
    "published_at",
    "publish_date",
    "publishdate",
    "pubdate",
    "date_published",
    "created",
    "created_at",
    "date_created",
    "creation_date",
];
const LANG: [&str; 3] = ["lang", "language", "locale"];
const URL: [&str; 6] = [
    "url",
    "source",
    "canonical",
    "canonical_url",
    "link",
    "permalink",
];

/// The head of a text, where it has one; a byte order mark and empty lines may stand before it.
pub(super) fn front_matter(text: &str) -> Option<FrontMatter> {
    let blank = |c: char| c == '\u{feff}' || c.is_whitespace();
    let start = text.len() - text.trim_start_matches(blank).len();
    if text[start..].starts_with('{') {
        return json(text, start);
    }
    let mut all = lines(&text[start..]).map(|line| start + line.start..start + line.end);
    let first = all.next()?;
    let mark = text[first].trim_end();
    let (toml, at_margin) = match mark {
        "---" => (false, true),
        "+++" => (true, true),
        _ => (false, false),
    };
    // An indented rule is one of the text.
    let begins_line = text[..start]
        .chars()
        .next_back()
        .is_none_or(|c| c != ' ' && c != '\t');
    if !at_margin || !begins_line {
        return None;
    }
    let mut inner: Vec<&str> = Vec::new();
    let end = all.find_map(|line| {
        let content = &text[line.clone()];
        let ends = content.trim_end() == mark || (!toml && content.trim_end() == "...");
        inner.push(content);
        ends.then_some(line.end)
    })?;
    inner.pop();
    let whole = inner.join("\n");
    let parsed: Option<Map<String, Value>> = if toml {
        toml::from_str(&whole).ok()
    } else {
        serde_saphyr::from_str(&whole).ok()
    };
    let parsed = parsed.filter(|fields| !fields.is_empty());
    let keys = Keys::of(&inner, toml);
    if !keys.are_a_head(parsed.is_some()) {
        return None;
    }
    let fields = match parsed {
        Some(fields) => of_values(fields),
        None => line_by_line(&inner, toml),
    };
    Some(FrontMatter {
        fields,
        span: start..end,
    })
}

/// A JSON object with a line end and a text behind it.
fn json(text: &str, start: usize) -> Option<FrontMatter> {
    let mut objects =
        serde_json::Deserializer::from_str(&text[start..]).into_iter::<Map<String, Value>>();
    let object = objects.next()?.ok()?;
    let end = start + objects.byte_offset();
    let rest = &text[end..];
    let apart = rest
        .trim_start_matches([' ', '\t'])
        .starts_with(['\n', '\r']);
    let usual = object
        .keys()
        .any(|key| USUAL.contains(&plain_name(key).as_str()));
    (apart && usual && !rest.trim().is_empty()).then(|| FrontMatter {
        fields: of_values(object),
        span: start..end,
    })
}

/// What the lines of a head begin with.
#[derive(Default)]
struct Keys<'a> {
    names: Vec<&'a str>,
    /// Values that are prose.
    prose: usize,
    /// Lines that no head has: neither a field nor a part of one.
    others: usize,
    /// The first line with something in it is a field.
    first: bool,
}

impl<'a> Keys<'a> {
    fn of(lines: &[&'a str], toml: bool) -> Self {
        let mut keys = Self::default();
        // A value that was opened with a bracket or a quotation mark goes on.
        let mut open = false;
        let mut seen = false;
        for line in lines {
            let inner = line.trim();
            let inside = line.starts_with([' ', '\t', '#', '-', '}', ']'])
                || (toml && line.starts_with('['));
            if inner.is_empty() {
                continue;
            }
            match key_of(line, toml) {
                Some((name, value)) => {
                    keys.first |= !seen;
                    keys.names.push(name);
                    keys.prose += usize::from(is_prose(value));
                    open = opens(value);
                }
                None if inside => open &= !closes(inner),
                None if open => open = !closes(inner),
                None => keys.others += 1,
            }
            seen |= !(inner.starts_with('#') || toml && inner.starts_with('['));
        }
        keys
    }

    fn are_a_head(&self, parses: bool) -> bool {
        let usual = |name: &&str| USUAL.contains(&plain_name(name).as_str());
        let known = self.names.iter().filter(|name| usual(name)).count();
        // Other names are those of a head where they are written as programs write them, and nothing there is prose.
        let programs = |name: &&str| {
            let letter =
                |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-.".contains(c);
            name.chars().all(letter)
        };
        match known {
            0 => parses && self.first && self.prose == 0 && self.names.iter().all(programs),
            1 => self.first && (parses || self.others == 0),
            _ => self.first && (parses || self.others * 4 <= self.names.len()),
        }
    }
}

/// Ends like a sentence of several words.
fn is_prose(value: &str) -> bool {
    let value = value.trim();
    value.ends_with(['.', '!', '?', '。', '！', '？'])
        && (value.split_whitespace().count() > 3
            || value.chars().filter(|c| !c.is_ascii()).count() > 10)
}

fn opens(value: &str) -> bool {
    let value = value.trim();
    value.starts_with(['[', '{', '"', '\'']) && (value.len() == 1 || !closes(value))
}

fn closes(value: &str) -> bool {
    value.trim_end_matches(',').ends_with([']', '}', '"', '\''])
}

/// The name and the value of a line `name: value`, in TOML `name = value`.
fn key_of(line: &str, toml: bool) -> Option<(&str, &str)> {
    let (name, value) = if toml {
        line.split_once('=')?
    } else {
        let colon = line
            .match_indices(':')
            .map(|(at, _)| at)
            .find(|at| line[at + 1..].is_empty() || line[at + 1..].starts_with([' ', '\t']))?;
        (&line[..colon], &line[colon + 1..])
    };
    let name = unquoted(name.trim_end());
    let letters = |c: char| c.is_alphanumeric() || "_-. /".contains(c);
    let short = name.len() <= 60 && name.split(' ').count() <= 3;
    let begins = name.starts_with(char::is_alphabetic) && !line.starts_with([' ', '\t']);
    (begins && short && name.chars().all(letters)).then_some((name, value))
}

fn plain_name(name: &str) -> String {
    name.trim().to_lowercase().replace(['-', ' '], "_")
}

fn of_values(object: Map<String, Value>) -> Fields {
    let mut fields = Fields::new();
    for (name, value) in object {
        let mut found = Vec::new();
        texts(value, &mut found);
        fields.entry(plain_name(&name)).or_insert(found);
    }
    fields
}

/// The texts of a value, the name of somebody who has several fields.
fn texts(value: Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => found.push(text),
        Value::Array(all) => all.into_iter().for_each(|value| texts(value, found)),
        // A date of TOML is a table with one text.
        Value::Object(mut all) => {
            let named = ["name", "title", "label", "text", "literal"]
                .iter()
                .find_map(|name| all.remove(*name));
            let first = named.or_else(|| all.into_iter().next().map(|(_, value)| value));
            if let Some(value) = first {
                texts(value, found);
            }
        }
        Value::Null => {}
        other => found.push(other.to_string()),
    }
}

/// The fields of a head that does not parse.
fn line_by_line(lines: &[&str], toml: bool) -> Fields {
    let mut fields = Fields::new();
    let mut current: Option<(String, Vec<String>)> = None;
    // `key: |` and `key: >`: the lines below are one text.
    let mut folded = false;
    let mut keep = |field: Option<(String, Vec<String>)>| {
        if let Some((name, values)) = field {
            let known: &mut Vec<String> = fields.entry(name).or_default();
            if known.iter().all(|value| is_empty(value)) {
                *known = values;
            }
        }
    };
    for line in lines {
        let inner = line.trim();
        if inner.is_empty() || inner.starts_with('#') {
            continue;
        }
        if let Some((name, value)) = key_of(line, toml) {
            keep(current.take());
            let value = without_comment(value.trim());
            folded = value.starts_with(['|', '>']) && value.len() <= 3;
            let values = if folded { Vec::new() } else { listed(value) };
            current = Some((plain_name(name), values));
            continue;
        }
        let Some((_, values)) = &mut current else {
            continue;
        };
        let item = inner
            .strip_prefix('-')
            .filter(|item| item.is_empty() || item.starts_with([' ', '\t']));
        match (item, values.last_mut()) {
            (Some(item), _) if !folded => {
                values.push(of_item(without_comment(item.trim())).to_owned());
            }
            (_, Some(last)) => {
                last.push(' ');
                last.push_str(inner);
            }
            (_, None) => values.push(inner.to_owned()),
        }
    }
    keep(current);
    fields
}

/// The values of `[a, b]`, else the one value.
fn listed(value: &str) -> Vec<String> {
    let inner = value
        .strip_prefix('[')
        .and_then(|value| value.strip_suffix(']'));
    // `[[Name]]` is a link.
    let list = inner.filter(|inner| !inner.starts_with('[') && !inner.contains(['"', '\'']));
    match list {
        Some(list) => list
            .split(',')
            .map(|item| unquoted(item.trim()).to_owned())
            .collect(),
        None => vec![unquoted(value).to_owned()],
    }
}

/// An item of a list: `Ann`, `"Ann"`, `name: Ann`.
fn of_item(item: &str) -> &str {
    let name = item.strip_prefix("name:").map_or(item, str::trim);
    unquoted(name)
}

/// A value up to ` # ...`.
fn without_comment(value: &str) -> &str {
    if value.starts_with('#') {
        return "";
    }
    if value.starts_with(['"', '\'']) {
        return value;
    }
    value
        .split_once(" #")
        .map_or(value, |(value, _)| value.trim_end())
}

fn unquoted(value: &str) -> &str {
    ['"', '\'']
        .iter()
        .find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote))
        .unwrap_or(value)
}

fn is_empty(value: &str) -> bool {
    matches!(
        value.trim(),
        "" | "~" | "null" | "Null" | "NULL" | "[]" | "{}" | "\"\"" | "''"
    )
}

/// A value without the marks of links around names: `[[Name]]`, `[[Name|Alias]]`, `[Name](address)`.
fn unlinked(value: &str) -> String {
    let mut read = String::with_capacity(value.len());
    let mut rest = value.trim();
    while let Some(at) = rest.find('[') {
        read.push_str(&rest[..at]);
        rest = &rest[at..];
        let wiki = rest
            .strip_prefix("[[")
            .and_then(|inner| inner.split_once("]]"));
        let link = || {
            let (name, after) = rest[1..].split_once("](")?;
            let (_, after) = after.split_once(')')?;
            Some((name, after))
        };
        if let Some((name, after)) = wiki {
            // A note may be named by its folder and a heading in it.
            let (page, alias) = name.split_once('|').unwrap_or((name, ""));
            let page = page.rsplit('/').next().unwrap_or(page);
            let page = page.split('#').next().unwrap_or(page);
            read.push_str(if alias.is_empty() { page } else { alias });
            rest = after;
        } else if let Some((name, after)) = link() {
            read.push_str(name);
            rest = after;
        } else {
            read.push('[');
            rest = &rest[1..];
        }
    }
    read.push_str(rest);
    read.trim().to_owned()
}

impl FrontMatter {
    /// What holds something of a field.
    fn values(&self, name: &str) -> impl Iterator<Item = String> + '_ {
        let values = self.fields.get(name).into_iter().flatten();
        values
            .filter(|value| !is_empty(value))
            .map(|value| unlinked(value))
            .filter(|value| !value.is_empty())
    }

    /// The first value of the first of these fields that has one which fits.
    fn first(&self, names: &[&str], fits: impl Fn(&str) -> bool) -> Option<String> {
        let fits = &fits;
        let mut values = names.iter().flat_map(|name| self.values(name));
        values.find(|value| fits(value))
    }

    /// Tells an article what its head says of it.
    pub fn about(&self, parsed: &mut Parsed) {
        parsed.title = self.first(&TITLE, |_| true);
        parsed.author = AUTHOR.iter().find_map(|name| {
            let all: Vec<String> = self.values(name).collect();
            (!all.is_empty()).then(|| all.join(", "))
        });
        // `published: true` says whether, not when.
        let known = self.first(&DATE, |value| date::of_field(value, None).is_some());
        let figures = |value: &str| value.contains(|c: char| c.is_ascii_digit());
        parsed.published = known.or_else(|| self.first(&DATE, figures));
        parsed.lang = self.first(&LANG, |_| true);
        parsed.source_url = self.first(&URL, |value| value.starts_with("http"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn about(text: &str) -> Option<(Parsed, &str)> {
        let matter = front_matter(text)?;
        let mut parsed = Parsed::default();
        matter.about(&mut parsed);
        Some((parsed, &text[matter.span.end..]))
    }

    fn title(head: &str) -> Option<String> {
        let text = format!("---\n{head}\n---\nText.");
        about(&text)?.0.title
    }

    #[test]
    fn what_yaml_refuses_is_read_line_by_line() {
        for (head, expected) in [
            ("title: Bread: a log\ndate: 2024-02-11", "Bread: a log"),
            ("title: @home\ntags:\n\t- tea", "@home"),
            ("title: [wip] Notes\ndate: 2024-02-11", "[wip] Notes"),
            ("title: *starred*", "*starred*"),
            ("title: %done", "%done"),
            ("title: `code`", "`code`"),
            ("title: \"One\" and two", "\"One\" and two"),
            ("title: 'it's'", "it's"),
            ("title: Pond\ndate: 2024-02-14\ndate: 2024-02-15", "Pond"),
            ("title: >\n\tA long\n\tone\ndate: x: y", "A long one"),
            ("Title: Big: one # hush\nAuthor: me", "Big: one"),
            ("title:\ttab: here", "tab: here"),
        ] {
            assert_eq!(title(head).as_deref(), Some(expected), "{head}");
        }
    }

    #[test]
    fn marks_of_every_kind() {
        for text in [
            "---\ntitle: T\n---\nText.",
            "\u{feff}---  \r\ntitle: T\r\n---\t\r\nText.",
            "---\rtitle: T\r...\rText.",
            "\n\n---\ntitle: T\n---\nText.",
            "+++\ntitle = \"T\"\n[menu]\nmain = 1\n+++\nText.",
            "+++\ntitle = \"T\"\ndate = maybe\n+++\nText.",
            "{\n  \"title\": \"T\",\n  \"tags\": [\"a\"]\n}\n\nText.",
        ] {
            let (parsed, rest) = about(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(
                (parsed.title.as_deref(), rest.trim()),
                (Some("T"), "Text."),
                "{text}"
            );
        }
    }

    #[test]
    fn empty_is_absent_and_the_next_field_is_taken() {
        for empty in ["", "~", "null", "\"\"", "''", "[]", "[\"\"]", "# nothing"] {
            let text = format!(
                "---\ntitle: {empty}\nheadline: T\nauthor: {empty}\ncreator: A\ndate: {empty}\ncreated: 2025-01-07\nurl: {empty}\nsource: https://example.org/a\n---\n"
            );
            let (parsed, _) = about(&text).unwrap();
            assert_eq!(
                (
                    parsed.title.as_deref(),
                    parsed.author.as_deref(),
                    parsed.published.as_deref()
                ),
                (Some("T"), Some("A"), Some("2025-01-07")),
                "{empty}"
            );
            assert_eq!(parsed.source_url.as_deref(), Some("https://example.org/a"));
        }
        let (parsed, _) =
            about("---\ntitle:\npublished: true\ncreated: 2024-01-02\n---\n").unwrap();
        assert_eq!(
            (parsed.title, parsed.published.as_deref()),
            (None, Some("2024-01-02"))
        );
    }

    #[test]
    fn lists_and_links_of_names() {
        for (author, expected) in [
            ("\n  - \"[[Ann Example]]\"\n  - Bo", "Ann Example, Bo"),
            (" [[Ann]]", "Ann"),
            (" \"[[People/Ann#top|A. E.]]\"", "A. E."),
            (" [Ann, \"Bo\"]", "Ann, Bo"),
            (
                "\n  - name: Ann\n    url: https://example.org\n  - name: Bo",
                "Ann, Bo",
            ),
            (" \"[Ann](https://example.org)\"", "Ann"),
            ("\n\t- [[Ann]]\n\t- 'Bo'", "Ann, Bo"),
            (" {name: Ann}", "Ann"),
        ] {
            let text = format!("---\nauthor:{author}\n---\n");
            let (parsed, _) = about(&text).unwrap();
            assert_eq!(parsed.author.as_deref(), Some(expected), "{author}");
        }
    }

    #[test]
    fn text_between_rules_is_text() {
        for text in [
            "---\nWelcome to the letter.\nMore of it.\n---\nText.",
            "---\nNote: the shop is closed on Monday.\n---\nText.",
            "---\nNote: bring cake\nWe meet at noon.\n---\n",
            "---\n\n---\nText.",
            "---\ntitle: T\n\nno end",
            "----\ntitle: T\n----\n",
            "  ---\ntitle: T\n---\n",
            "{not json}\n\nText.",
            "{\"x\": 1}\n\nText.",
            "---\n- one\n- two\n---\n",
        ] {
            assert!(front_matter(text).is_none(), "{text}");
        }
    }
}
