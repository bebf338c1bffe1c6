//! What a text is made of: blocks, and what is left out between and in them.

use serde::{Deserialize, Serialize};

use crate::corpus::Span;

/// Why a stretch of text is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Omission {
    ImageMarkup,
    TableFragment,
    FileName,
    CommentForm,
    SourceLine,
    Rule,
    FrontMatter,
    Markup,
    Ruby,
    Note,
    Navigation,
    Hidden,
    Form,
    Surroundings,
    Fallback,
    Data,
    Empty,
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
            Self::Data => "data without a sentence",
            Self::Empty => "nothing to read",
        }
    }
}

/// A stretch of text that is not read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Omitted {
    pub span: Span,
    pub reason: Omission,
}

/// What a block is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockKind {
    Paragraph,
    /// Belongs to the block after it.
    Heading,
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Without surrounding white space, list marks and heading marks.
    pub span: Span,
    pub kind: BlockKind,
}

/// Text that is read once more before passages elsewhere: the names of a table's columns before each of its rows,
/// the key of a row before its later cells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repeated {
    pub text: Span,
    /// It is read before every passage that begins in here.
    pub before: Span,
}
