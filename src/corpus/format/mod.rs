//! The forms that texts come in: what a file is, by its content first and its name second, and what is read of it.
//!
//! A reader takes decoded text and gives articles. Where the text of an article is the file's, its spans count the
//! file's bytes; else the text is what was extracted, and locators say where a passage stands in the file.

mod aozora;
mod feed;
mod foreign;
mod front_matter;
mod html;
mod markdown;
mod notebook;
mod plain;
mod rows;
mod table;
mod tree;
mod xml;

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::clutter::{Omission, Omitted};
use super::decode::Fault;
use super::layout::{Block, Repeated};
pub(super) use plain::plain;

/// Bytes at the beginning of a text that say what it is.
const HEAD: usize = 4096;
/// Elements, arrays or lists inside each other; deeper is no text that a person wrote.
const NESTING: usize = 256;

/// How rows are read: names of the fields that hold what (`None`: those that usually do), and where names are from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Fields {
    pub text: Option<String>,
    pub title: Option<String>,
    pub url: Option<String>,
    pub id: Option<String>,
    pub header: Header,
    /// Files with more rows are not read; 0: all are.
    #[serde(skip)]
    pub most: usize,
}

/// Whether the first row of a table names its columns.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Header {
    /// As its rows tell.
    #[default]
    Auto,
    Yes,
    No,
}

/// What a reader found.
#[derive(Debug, Default)]
pub(super) struct Parsed {
    /// `None`: the text that was given, byte for byte.
    pub text: Option<String>,
    pub blocks: Vec<Block>,
    pub omitted: Vec<Omitted>,
    /// What is read once more before passages elsewhere, by where they begin.
    pub repeated: Vec<Repeated>,
    /// Where the text ends and what was left out of it begins, see [`LeftOut`]; `None`: nothing was.
    pub listed_from: Option<usize>,
    /// From which byte on a passage stands where, ascending.
    pub locators: Vec<(usize, String)>,
    /// Which of several articles of a file.
    pub row: Option<String>,
    pub title: Option<String>,
    pub source_url: Option<String>,
    pub author: Option<String>,
    /// As it is written.
    pub published: Option<String>,
    pub lang: Option<String>,
    /// What was decided while reading, in a sentence each, where the user could think otherwise.
    pub notes: Vec<String>,
}

/// What a reader leaves out of the text that it extracts. It is listed behind that text, because everything that
/// is left out has a place in the article's text, and is no part of any sentence there.
#[derive(Debug, Default)]
pub(super) struct LeftOut(Vec<(Omission, String)>);

impl LeftOut {
    /// Notes a piece of text; white space alone is nothing.
    pub fn push(&mut self, reason: Omission, text: &str) {
        let text = text.trim();
        match self.0.last_mut() {
            _ if text.is_empty() => {}
            Some((last, all)) if *last == reason => {
                all.push('\n');
                all.push_str(text);
            }
            _ => self.0.push((reason, text.to_owned())),
        }
    }

    /// Lists it behind the text of an article that was extracted, and behind what is listed there already.
    pub fn list(self, parsed: &mut Parsed) {
        let text = parsed.text.get_or_insert_default();
        let end = parsed.listed_from.unwrap_or(text.len());
        for (reason, piece) in self.0 {
            text.push_str(if text.is_empty() { "" } else { "\n\n" });
            let start = text.len();
            text.push_str(&piece);
            let span = start..text.len();
            parsed.omitted.push(Omitted { span, reason });
        }
        parsed.listed_from = (text.len() > end).then_some(end);
    }
}

/// A form that texts come in.
pub(super) trait Format: Sync {
    fn name(&self) -> &'static str;

    /// Whether a file is of this form: the extension of its name, lower case, and the beginning of its text.
    fn accepts(&self, extension: &str, head: &str) -> bool;

    /// The articles of a text.
    ///
    /// # Errors
    /// Why it cannot be read.
    fn read(&self, text: &str, fields: &Fields) -> Result<Vec<Parsed>, Fault>;
}

/// All forms; the first that accepts a file reads it, and the last accepts every file.
const FORMATS: [&dyn Format; 12] = [
    &notebook::Notebook,
    &feed::Feed,
    &html::Html,
    &xml::Xml,
    &rows::JsonLines,
    &rows::Json,
    &rows::Csv { tabs: false },
    &rows::Csv { tabs: true },
    &markdown::Markdown { mdx: false },
    &markdown::Markdown { mdx: true },
    &aozora::Aozora,
    &plain::Plain,
];

/// The form of a file.
pub(super) fn of(path: &Path, text: &str) -> &'static dyn Format {
    let extension = path.extension().unwrap_or_default();
    let extension = extension.to_string_lossy().to_lowercase();
    if let Some(foreign) = foreign::of(&extension, text) {
        return foreign;
    }
    let mut end = text.len().min(HEAD);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let head = text[..end].trim_start_matches(|c: char| c == '\u{feff}' || c.is_whitespace());
    let found = FORMATS
        .iter()
        .find(|format| format.accepts(&extension, head));
    *found.unwrap_or(&FORMATS[FORMATS.len() - 1])
}

fn too_deep(most: usize, at: usize) -> Fault {
    Fault::Unreadable(format!(
        "nested too deeply: more than {most} elements inside each other at byte {at}"
    ))
}
