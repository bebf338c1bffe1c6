//! The head of a Markdown file: YAML between two lines of `---`, TOML between `+++`, or a JSON object. Heads that do
//! not parse (a colon in a title, a tab, a key that stands twice) are read line by line: they are no text all the same.

mod by_line;

use serde_json::{Map, Value};

use self::by_line::{Fields, is_empty, key_of, line_by_line, unlinked};
use crate::corpus::format::reader::Parsed;
use crate::corpus::format::rows::{DATE, plain_name};
use crate::corpus::lines::lines;
use crate::corpus::{Span, date};

#[derive(Debug)]
pub(super) struct FrontMatter {
    fields: Fields,
    /// Both marks included.
    pub span: Span,
}

/// Names that only the head of a file has in such a place. One of them makes a head of what stands between two rules.
const USUAL: [&str; 87] = [
    "abstract",
    "alias",
    "aliases",
    "author",
    "authors",
    "bibliography",
    "byline",
    "canonical",
    "canonicalurl",
    "categories",
    "category",
    "comments",
    "contributors",
    "cover",
    "created",
    "createdat",
    "creator",
    "css",
    "cssclass",
    "cssclasses",
    "date",
    "datecreated",
    "datepublished",
    "description",
    "draft",
    "excerpt",
    "featured",
    "format",
    "haschildren",
    "head",
    "headline",
    "hidetitle",
    "icon",
    "id",
    "image",
    "jupyter",
    "kernelspec",
    "keywords",
    "kind",
    "lang",
    "language",
    "lastmod",
    "lastmodifiedat",
    "lastupdated",
    "layout",
    "license",
    "link",
    "locale",
    "marp",
    "math",
    "menu",
    "modified",
    "name",
    "navorder",
    "output",
    "paginate",
    "parent",
    "permalink",
    "pubdate",
    "publish",
    "publishdate",
    "published",
    "publishedat",
    "redirectfrom",
    "related",
    "series",
    "sidebar",
    "sidebarlabel",
    "sidebarposition",
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
const LANG: [&str; 3] = ["lang", "language", "locale"];
const URL: [&str; 6] = [
    "url",
    "source",
    "canonical",
    "canonicalurl",
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

impl FrontMatter {
    /// What holds something of a field, which is named without case, hyphens and underscores.
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
