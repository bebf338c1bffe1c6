//! What reading gives.

use super::geometry::Area;
use super::ruby::Reading;

/// What a document holds.
#[derive(Debug, Default)]
pub struct Document {
    /// From the document's information, else the largest line of the first page.
    pub title: Option<String>,
    /// From the document's information.
    pub author: Option<String>,
    /// Year, month and day of making, with hyphens.
    pub published: Option<String>,
    /// The language that the document declares.
    pub lang: Option<String>,
    /// Number of pages.
    pub pages: usize,
    /// Width and height of each page as it is shown, in points.
    pub sizes: Vec<(f32, f32)>,
    /// Pages, from 1, that hold no letter that can be read.
    pub pages_without_text: Vec<usize>,
    /// Pages of these that show something all the same: a picture, or letters that nobody can read.
    pub unread: Vec<usize>,
    /// Pages whose text a program recognised in their picture.
    pub recognised: Vec<usize>,
    /// The text, in the order of reading.
    pub pieces: Vec<Piece>,
    /// What is no part of the text.
    pub left_out: Vec<LeftOut>,
    /// How words are read, where ruby says it.
    pub readings: Vec<Reading>,
    /// What was not read, or was decided, in a sentence each.
    pub notes: Vec<String>,
}

/// What a piece of the text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Running text.
    Paragraph,
    /// Larger or bolder than the text that follows.
    Heading,
    /// An item of a list, with its mark.
    ListItem,
    /// The text below or above a figure or a table.
    Caption,
    /// A note at the foot of a page.
    Footnote,
    /// A row of a table with all its cells.
    Row,
    /// Lines of a program or of what one printed.
    Code,
}

/// A piece of the text.
#[derive(Debug, Clone, PartialEq)]
pub struct Piece {
    /// What it is.
    pub kind: Kind,
    /// Without line breaks, but for a listing.
    pub text: String,
    /// From which byte on the text stands where: a line each, ascending.
    pub marks: Vec<Mark>,
}

/// Where a stretch of text stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mark {
    /// The first byte in the piece's text. The stretch goes on to the next mark.
    pub at: usize,
    /// The page, from 1.
    pub page: usize,
    /// The place on it.
    pub area: Area,
}

/// Why something is no part of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Recurs at the edge of the pages.
    RunningHead,
    /// The number of the page.
    PageNumber,
    /// Small kana that say how a word is read.
    Ruby,
    /// Stands askew over the page.
    Watermark,
    /// Stands where the page does not show it.
    OutsidePage,
}

/// Something that is no part of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// The page, from 1.
    pub page: usize,
    /// Why.
    pub reason: Reason,
    /// What.
    pub text: String,
}

/// Why a document cannot be read.
#[derive(Debug, Clone, PartialEq)]
pub enum Fault {
    /// It needs a password.
    Password,
    /// Its encryption is not known.
    Encryption,
    /// It is no PDF file, or too damaged.
    Damaged,
    /// It has pages, but none with letters: their number, and how many hold pictures.
    NoText {
        /// All pages.
        pages: usize,
        /// Pages with pictures.
        pictures: usize,
        /// Letters whose font does not say what they mean.
        unknown: usize,
        /// Why not everything was read.
        cut: Option<&'static str>,
        /// Pages that show something: a picture, or letters that nobody can read.
        unread: Vec<usize>,
        /// Width and height of each page as it is shown, in points.
        sizes: Vec<(f32, f32)>,
    },
}

impl std::error::Error for Fault {}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Password => f.write_str("protected by a password: save a copy without it"),
            Self::Encryption => f.write_str("encrypted in a way that is not known"),
            Self::Damaged => {
                f.write_str("no PDF file, or a damaged one: it has no page that can be found")
            }
            Self::NoText { cut: Some(cut), .. } => write!(f, "no text could be read: {cut}"),
            Self::NoText { unknown, .. } if *unknown > 0 => {
                write!(
                    f,
                    "no text: the fonts do not say what their {unknown} letters mean"
                )
            }
            Self::NoText {
                pages: 1,
                pictures: 1,
                ..
            } => f.write_str("no text layer: the page is a picture"),
            Self::NoText {
                pages, pictures, ..
            } if pages == pictures => {
                write!(f, "no text layer: pages 1-{pages} are pictures")
            }
            Self::NoText { pages: 1, .. } => f.write_str("no text: the page is empty"),
            Self::NoText {
                pages, pictures: 0, ..
            } => write!(f, "no text: {pages} pages are empty"),
            Self::NoText {
                pages, pictures, ..
            } => {
                write!(
                    f,
                    "no text layer: {pictures} of {pages} pages are pictures, the others empty"
                )
            }
        }
    }
}
