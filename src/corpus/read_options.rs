//! How files are read.

use encoding_rs::Encoding;
use serde::{Deserialize, Serialize};

use super::ocr::Ocr;
use super::readers::Readers;
use crate::error::Result;

/// How files are read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReadOptions {
    /// Label of the encoding, as in the WHATWG Encoding Standard; `None`: it is found.
    pub encoding: Option<String>,
    /// Fields of rows.
    pub fields: Fields,
    /// Larger files are not read, in bytes.
    pub max_bytes: u64,
    /// Files with more articles (rows, entries) are not read.
    pub max_articles: usize,
    /// Articles with more passages are not indexed.
    pub max_passages: usize,
    /// Files that take longer until they are cut are given up, in milliseconds.
    pub max_millis: u64,
    /// Symbolic links are followed, wherever they lead.
    pub follow: bool,
    /// What lies in archives (zip, tar, tar.gz) is read.
    pub archives: bool,
    /// Programs that read documents (PDF, mail, ...) in place of this one. With `None` they are read in this process, under the
    /// limits that the reader itself keeps: what a document takes is counted, but a library may take more before it is.
    #[serde(skip)]
    pub readers: Option<Readers>,
    /// The program that recognises letters on pages without text; `None`: such pages are not read.
    #[serde(skip)]
    pub ocr: Option<Ocr>,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self {
            encoding: None,
            fields: Fields::default(),
            max_bytes: 64 << 20,
            max_articles: 100_000,
            max_passages: 100_000,
            max_millis: 60_000,
            follow: false,
            archives: false,
            readers: None,
            ocr: None,
        }
    }
}

impl ReadOptions {
    /// # Errors
    /// The label, where it names no encoding.
    pub fn encoding(&self) -> Result<Option<&'static Encoding>, String> {
        let label = self.encoding.as_deref();
        label
            .map(|label| Encoding::for_label(label.as_bytes()).ok_or_else(|| label.to_owned()))
            .transpose()
    }
}

/// How rows are read: names of the fields that hold what (`None`: those that usually do), and where names are from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Fields {
    /// Field with the text.
    pub text: Option<String>,
    /// Field with the title.
    pub title: Option<String>,
    /// Field with the address of the source page.
    pub url: Option<String>,
    /// Field whose value tells the rows of a file apart; it becomes part of the article's id.
    pub id: Option<String>,
    /// Where the names of a table's columns are from.
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
    /// It does.
    Yes,
    /// It does not: the columns have no names.
    No,
}
