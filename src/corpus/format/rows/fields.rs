//! Which fields of a row usually hold what.

use std::borrow::Cow;

pub const TEXT: [&str; 7] = [
    "text",
    "body",
    "content",
    "article",
    "description",
    "summary",
    "本文",
];
pub const TITLE: [&str; 5] = ["title", "headline", "name", "subject", "タイトル"];
pub const URL: [&str; 4] = ["url", "link", "sourceurl", "href"];
pub const ID: [&str; 4] = ["id", "_id", "guid", "key"];
/// Of a row, and of the head of a text.
pub const DATE: [&str; 13] = [
    "date",
    "published",
    "publishedat",
    "publishdate",
    "datepublished",
    "pubdate",
    "created",
    "createdat",
    "datecreated",
    "createtime",
    "creationdate",
    "timestamp",
    "日付",
];
pub const AUTHOR: [&str; 3] = ["author", "creator", "著者"];
pub const LANG: [&str; 2] = ["lang", "language"];

/// Objects that hold the fields of a row, in the exports of several programs.
const WRAPPERS: [&str; 6] = [
    "data",
    "attributes",
    "fields",
    "properties",
    "_source",
    "item",
];

/// A value of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field<'a> {
    /// Empty where it has none; `a.b` inside objects.
    pub name: Cow<'a, str>,
    /// Without white space around it.
    pub value: Cow<'a, str>,
}

impl<'a> Field<'a> {
    pub fn new(name: impl Into<Cow<'a, str>>, value: impl Into<Cow<'a, str>>) -> Self {
        let value = match value.into() {
            Cow::Borrowed(value) => Cow::Borrowed(value.trim()),
            Cow::Owned(value) => Cow::Owned(value.trim().to_owned()),
        };
        Self {
            name: name.into(),
            value,
        }
    }
}

/// A name without case, spaces, hyphens and underscores; an underscore at its beginning stays.
pub fn plain_name(name: &str) -> String {
    let name = name.trim();
    let letters = name.char_indices().filter(|&(at, c)| {
        !(c.is_whitespace() || c == '-' || (c == '_' && at > 0) || c == '\u{feff}')
    });
    letters.flat_map(|(_, c)| c.to_lowercase()).collect()
}

/// Whether a name is one of those that fields usually have.
pub fn is_usual(name: &str) -> bool {
    let name = plain_name(name);
    let lists: [&[&str]; 7] = [&TEXT, &TITLE, &URL, &ID, &DATE, &AUTHOR, &LANG];
    lists.iter().any(|list| list.contains(&name.as_str()))
}

/// The fields of a row by their names.
pub struct Names<'a> {
    fields: &'a [Field<'a>],
    /// Plain, with the objects around them.
    plain: Vec<String>,
}

impl<'a> Names<'a> {
    pub fn new(fields: &'a [Field<'a>]) -> Self {
        let plain = fields.iter().map(|field| plain_name(&field.name));
        Self {
            plain: plain.collect(),
            fields,
        }
    }

    /// Where the field is that the user named; one that holds nothing is not there.
    pub fn named(&self, name: &str) -> Option<usize> {
        let exact = |at: &usize| self.fields[*at].name.trim() == name.trim();
        let plain = plain_name(name);
        let same = |at: &usize| self.plain[*at] == plain;
        self.full().find(exact).or_else(|| self.full().find(same))
    }

    /// Where the first usual field is that holds something and fits: by itself, inside an object of that name, or
    /// in an object around the fields of the row.
    pub fn usual(&self, usual: &[&str], fits: impl Fn(&str) -> bool) -> Option<usize> {
        let fits = |at: &usize| fits(&self.fields[*at].value);
        let by_itself = usual.iter().find_map(|name| {
            let same = |at: &usize| self.plain[*at] == *name;
            self.full().filter(same).find(fits)
        });
        let wrapped = || {
            usual.iter().find_map(|name| {
                let same = |at: &usize| {
                    let parts = self.plain[*at].rsplit_once('.');
                    parts.is_some_and(|(path, last)| {
                        last == *name && path.split('.').all(|part| WRAPPERS.contains(&part))
                    })
                };
                self.full().filter(same).find(fits)
            })
        };
        let inside = || {
            usual.iter().find_map(|name| {
                let within = |at: &usize| {
                    let rest = self.plain[*at].strip_prefix(name);
                    rest.is_some_and(|rest| rest.starts_with('.'))
                };
                let all: Vec<usize> = self.full().filter(within).filter(fits).collect();
                let says = |at: &&usize| {
                    let last = self.plain[**at].rsplit('.').next().unwrap_or_default();
                    ["name", "rendered", "text", "value"].contains(&last)
                };
                match all.as_slice() {
                    [only] => Some(*only),
                    // A title in several languages.
                    several if usual == TITLE => several.first().copied(),
                    several => several.iter().find(says).copied(),
                }
            })
        };
        by_itself.or_else(wrapped).or_else(inside)
    }

    fn full(&self) -> impl Iterator<Item = usize> {
        (0..self.fields.len()).filter(|at| !self.fields[*at].value.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(fields: &[(&'static str, &'static str)], usual: &[&str]) -> Option<String> {
        let fields: Vec<Field<'_>> = fields.iter().map(|&(n, v)| Field::new(n, v)).collect();
        let names = Names::new(&fields);
        let at = names.usual(usual, |_| true)?;
        Some(fields[at].value.clone().into_owned())
    }

    #[test]
    fn names_in_any_writing_and_the_first_that_holds_something() {
        let is = |fields: &[(&'static str, &'static str)], usual: &[&str], expected: &str| {
            assert_eq!(
                found(fields, usual).as_deref(),
                Some(expected),
                "{fields:?}"
            );
        };
        is(&[("Published At", "2024")], &DATE, "2024");
        is(&[("publishedAt", "2024")], &DATE, "2024");
        is(&[("PUBLISHED-AT", "2024")], &DATE, "2024");
        is(&[("Title", " "), ("Headline", "A")], &TITLE, "A");
        is(&[("title", ""), ("title", "B")], &TITLE, "B");
        is(&[("_id", "7")], &ID, "7");
        is(&[("data.text", "In it.")], &TEXT, "In it.");
        is(
            &[("author.id", "3"), ("author.name", "Anna")],
            &AUTHOR,
            "Anna",
        );
        is(&[("content.rendered", "x"), ("text", "")], &TEXT, "x");
        // The name of the author is no title.
        assert_eq!(found(&[("author.name", "Anna")], &TITLE), None);
        assert_eq!(found(&[("text.en", "a"), ("text.ja", "b")], &TEXT), None);
    }
}
