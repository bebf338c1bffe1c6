//! A reader of a form, and what it gives.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::corpus::block::{Block, Omission, Omitted, Repeated};
use crate::corpus::decode::decoded::{Fault, KnownBy};
use crate::corpus::format::places::{Picture, Places, Stretch};
use crate::corpus::read_options::{Fields, ReadOptions};
use crate::error::Reason;

/// Bytes at the beginning of a text that say what it is.
pub const HEAD: usize = 4096;

/// Elements, arrays or lists inside each other; deeper is no text that a person wrote.
pub const NESTING: usize = 256;

/// What a reader found.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Parsed {
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
    /// Where a slide, a sheet, a chapter or a cell begins, ascending: no passage holds text from both sides of it.
    #[serde(default)]
    pub sections: Vec<usize>,
    /// Which of several articles of a file.
    pub row: Option<String>,
    pub title: Option<String>,
    pub source_url: Option<String>,
    pub author: Option<String>,
    /// As it is written.
    pub published: Option<String>,
    pub lang: Option<String>,
    /// What was decided while reading, in a sentence each, where the user could think otherwise.
    pub notes: Vec<Reason>,
    /// What a file inside a file was read as; `None`: as the file around it.
    pub origin: Option<Origin>,
    /// Where the text stands that a program recognised in pictures of pages.
    pub recognised: Vec<Stretch>,
}

/// What an article was read as, where that is not what its file was read as.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// Name of its form.
    pub format: String,
    /// Name of its encoding in the WHATWG Encoding Standard, lower case.
    pub encoding: String,
    pub known_by: KnownBy,
}

impl Origin {
    /// Of a form that is told by bytes: it says itself what each letter is.
    pub fn of_bytes(format: &str) -> Self {
        Self {
            format: format.to_owned(),
            encoding: "utf-8".to_owned(),
            known_by: KnownBy::Form,
        }
    }
}

/// What a reader leaves out of the text that it extracts. It is listed behind that text, because everything that
/// is left out has a place in the article's text, and is no part of any sentence there.
#[derive(Debug, Default)]
pub struct LeftOut(Vec<(Omission, String)>);

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
pub trait Format: Sync {
    fn name(&self) -> &'static str;

    /// Whether a file is of this form: the extension of its name, lower case, and the beginning of its text.
    fn accepts(&self, extension: &str, head: &str) -> bool;

    /// The articles of a text.
    ///
    /// # Errors
    /// Why it cannot be read.
    fn read(&self, text: &str, fields: &Fields) -> Result<Vec<Parsed>, Fault>;
}

/// The bytes of a document, for everybody who works on it.
pub type Bytes = Arc<Vec<u8>>;

/// What was found in a document.
#[derive(Debug, Serialize, Deserialize)]
pub struct Found {
    /// The articles, each with its own [`Parsed::text`]; `Err`: why it cannot be read.
    pub articles: Result<Vec<Parsed>, Fault>,
    /// Pages, from 1, that show something and have no text: a program could recognise letters on them.
    pub pictures: Vec<usize>,
}

/// What a program recognised on the picture of a page.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Recognised {
    /// The page, from 1.
    pub page: usize,
    /// What it printed: text or hOCR.
    pub text: String,
}

/// A form of files whose bytes are no text before a reader has taken them apart.
pub trait FormatOfBytes: Sync {
    fn name(&self) -> &'static str;

    /// Whether a file is of this form: the extension of its name, lower case, and its bytes.
    fn accepts(&self, extension: &str, bytes: &[u8]) -> bool;

    /// The articles of a file, each with its own [`Parsed::text`].
    ///
    /// # Errors
    /// Why it cannot be read.
    fn read(&self, bytes: Bytes) -> Result<Vec<Parsed>, Fault>;

    /// The same form as one that has pages; `None`: it has none.
    fn paged(&self) -> Option<&dyn Paged> {
        None
    }
}

/// A form of documents that are made of pages.
pub trait Paged: Sync {
    /// What a document holds, with what was recognised on pages without text.
    fn find(&self, bytes: Bytes, recognised: &[Recognised]) -> Found;

    /// Where its text stands.
    ///
    /// # Errors
    /// Why it cannot be read.
    fn places(&self, bytes: Bytes) -> Result<Places, Fault>;

    /// The picture of a page, from 1, so many pixels wide.
    ///
    /// # Errors
    /// Why it cannot be drawn.
    fn draw(&self, bytes: Bytes, page: usize, width: u32) -> Result<Picture, Fault>;
}

/// A form of files that hold other files: a mail with what is attached to it, an archive.
pub trait Container: Sync {
    fn name(&self) -> &'static str;

    /// Whether a file is of this form: the extension of its name, lower case, and its bytes.
    fn accepts(&self, extension: &str, bytes: &[u8]) -> bool;

    /// Whether it is opened only where the user asks for it.
    fn is_archive(&self) -> bool {
        false
    }

    /// The articles of a file and of the files inside it, each with its own [`Parsed::text`].
    ///
    /// # Errors
    /// Why it cannot be read.
    fn read(&self, bytes: &[u8], inside: &dyn Inside) -> Result<Vec<Parsed>, Fault>;
}

/// What reads the files inside a file, whatever their form.
pub trait Inside {
    /// How files are read.
    fn options(&self) -> &ReadOptions;

    /// Whether an archive may be opened here.
    fn archives(&self) -> Archives;

    /// The articles of a file inside: `name` tells its form where its bytes do not. The row of each begins with the
    /// name.
    ///
    /// # Errors
    /// Why it is not read.
    fn read(&self, name: &str, bytes: Vec<u8>) -> Result<Vec<Parsed>, Fault>;
}

/// Whether an archive is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Archives {
    /// The user did not ask for it.
    Unasked,
    Opened,
    /// It lies in too many others.
    TooDeep,
}

pub fn too_deep(most: usize, at: usize) -> Fault {
    Fault::unreadable(format!(
        "nested too deeply: more than {most} elements inside each other at byte {at}"
    ))
}
