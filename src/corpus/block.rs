//! What a text is made of: blocks, and what is left out between and in them.

use serde::{Deserialize, Serialize};

use crate::corpus::Span;

/// Why a stretch of text is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Omission {
    /// A Markdown or HTML image, or an SVG drawing.
    ImageMarkup,
    /// A line of a table's marks without a letter or digit, or a tag of a table.
    TableFragment,
    /// A line that is nothing but the name of an image, a film or another media file.
    FileName,
    /// A line of the form in which readers leave a comment.
    CommentForm,
    /// A line that says which web page the text is from.
    SourceLine,
    /// A line drawn with marks such as `---` or `* * *`.
    Rule,
    /// Fields about the text (title, date, author) at its beginning, between the marks of front matter.
    FrontMatter,
    /// Tags, marks of Markdown, scripts and the like.
    Markup,
    /// Letters beside or behind a word that say how it is read. Behind a text that was extracted they are listed with
    /// their word: `舞姫《まいひめ》`.
    Ruby,
    /// A note on the form of the text, as Aozora Bunko's.
    Note,
    /// A menu, a toolbar or a link past the menu.
    Navigation,
    /// What a page does not show, or shows only as a notice or a dialogue.
    Hidden,
    /// Fields and buttons of a form, and what they are called.
    Form,
    /// Text beside the main content: the rest of a page, teasers, what a program printed.
    Surroundings,
    /// What is shown only where a picture, a film or a script cannot be.
    Fallback,
    /// Values and encoded bytes that make no sentence.
    Data,
    /// A line that stands at the edge of every page of a document, or the number of the page.
    RunningHead,
    /// An entry without text, or a column that no row fills.
    Empty,
    /// What another version of the same text says beside the one that is read: the page beside the plain text of a mail.
    Version,
}

impl Omission {
    /// For people.
    pub fn reason(self) -> &'static str {
        match self {
            Self::ImageMarkup => "image mark-up",
            Self::TableFragment => "table fragment",
            Self::FileName => "lone file name",
            Self::CommentForm => "comment form",
            Self::SourceLine => "source line",
            Self::Rule => "ruled line",
            Self::FrontMatter => "front matter",
            Self::Markup => "mark-up",
            Self::Ruby => "reading aid (ruby)",
            Self::Note => "note on the form of the text",
            Self::Navigation => "navigation",
            Self::Hidden => "hidden on the page",
            Self::Form => "form to fill in",
            Self::Surroundings => "beside the main content",
            Self::Fallback => "shown where media cannot be",
            Self::RunningHead => "running head or page number",
            Self::Data => "data without a sentence",
            Self::Empty => "nothing to read",
            Self::Version => "another version of the text",
        }
    }
}

/// A stretch of text that is not read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Omitted {
    /// Bytes of the article's text, the end exclusive.
    pub span: Span,
    /// Why it is not read.
    pub reason: Omission,
}

/// A heading with more letters is none: its end was forgotten, or a program wrote it.
pub(super) const HEADING_LETTERS: usize = 300;

/// What a block is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum BlockKind {
    /// Running text.
    Paragraph,
    /// Belongs to the block after it.
    Heading,
    /// An item of a list; on an HTML page also a definition, or a cell of a table that is read cell by cell.
    ListItem,
    /// Describes an image that was left out.
    Caption,
    /// Lines of a program; never in one passage with prose.
    Code,
    /// A row of a table with all its cells, or a term and its meaning: never cut, and never in one passage with
    /// a part of another row.
    Row,
    /// Some cells of a row that is too long for a passage; a passage of its own.
    RowPart,
}

/// A stretch of text that is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// Without surrounding white space, list marks and heading marks.
    pub span: Span,
    /// How it is cut and put together with its neighbours.
    pub kind: BlockKind,
}

/// Text that is read once more before passages elsewhere: the names of a table's columns before each of its rows,
/// the key of a row before its later cells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repeated {
    /// Bytes of the article's text that are read once more, the end exclusive.
    pub text: Span,
    /// It is read before every passage that begins in here.
    pub before: Span,
}
