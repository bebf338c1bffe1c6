//! A row before it is an article: its fields, and what in it is no text.

use std::borrow::Cow;

use super::fields::{self, Field, plain_name};
use super::kind::{Says, is_encoded, says};
use super::marked_up::read_value;
use crate::corpus::block::Omission;

/// A row of a table, or an object.
#[derive(Debug, Default)]
pub(super) struct Row<'a> {
    /// What it is called where it has no id.
    pub(super) id: String,
    pub(super) locator: String,
    pub(super) fields: Vec<Field<'a>>,
    /// Rows inside it: objects in a list.
    pub(super) inner: Vec<Vec<Field<'a>>>,
    /// Names and values that are only data.
    pub(super) data: Vec<Field<'a>>,
    /// What was left out of values that are HTML.
    pub(super) left: Vec<(Omission, String)>,
    /// The name of what it is a part of.
    pub(super) record: Option<Cow<'a, str>>,
    /// No row of a table: all of a file, or what stands beside the rows of one.
    pub(super) alone: bool,
}

impl<'a> Row<'a> {
    /// Adds a value: to be read, or as one that is only data.
    pub(super) fn push(&mut self, name: impl Into<Cow<'a, str>>, value: impl Into<Cow<'a, str>>) {
        let field = Field::new(name, value);
        if is_encoded(&field.value) {
            self.data.push(field);
        } else if !field.value.is_empty() {
            self.fields.push(field);
        }
    }

    /// Reads the text of values that are HTML.
    pub(super) fn read_markup(&mut self) {
        let inner = self.inner.iter_mut().flatten();
        for field in self.fields.iter_mut().chain(inner) {
            read_value(field, &mut self.left);
        }
        // A picture has no text.
        let has_text = |field: &Field<'_>| !field.value.is_empty();
        self.fields.retain(has_text);
        for inner in &mut self.inner {
            inner.retain(has_text);
        }
        self.inner.retain(|inner| !inner.is_empty());
    }

    /// What the fields say that hold more than a type.
    pub(super) fn says(&self) -> Says {
        let all = self.fields.iter().chain(self.inner.iter().flatten());
        // The name of an object with checksums in it is that of a file or a package.
        let is_key = |field: &Field<'_>| field.name.is_empty() && !self.data.is_empty();
        let all = all.filter(|field| !is_type(&field.name) && !is_key(field));
        // What calls itself a text is one, however short it is.
        let is_text = |field: &Field<'_>| {
            let name = plain_name(&field.name);
            fields::TEXT.contains(&name.as_str()) && field.value.contains(char::is_alphabetic)
        };
        let said = all.map(|field| match says(&field.value) {
            Says::Nothing if is_text(field) => Says::Word,
            said => said,
        });
        said.max().unwrap_or(Says::Nothing)
    }

    /// Whether it has a title, and a text of sentences.
    pub(super) fn is_article(&self) -> bool {
        let has = |names: &[&str], least: Says| {
            self.fields.iter().any(|field| {
                names.contains(&plain_name(&field.name).as_str()) && says(&field.value) >= least
            })
        };
        has(&fields::TITLE, Says::Word) && has(&fields::TEXT, Says::Sentence)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.fields.is_empty()
            && self.inner.is_empty()
            && self.data.is_empty()
            && self.left.is_empty()
    }
}

/// Names of fields that say what kind of thing an object is.
pub(super) fn is_type(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or_default();
    [
        "type", "kind", "@type", "$schema", "class", "encoding", "format",
    ]
    .contains(&last)
}
