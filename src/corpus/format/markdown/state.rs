//! What is known while a Markdown text is read.

use std::collections::HashSet;
use std::ops::Range;

use crate::corpus::Span;
use crate::corpus::block::{BlockKind, Omitted};
use crate::corpus::format::reader::Parsed;

pub struct Walk<'a> {
    pub text: &'a str,
    pub parsed: Parsed,
    /// What is left out wherever it stands, in the order of the text: data, components.
    pub beside: &'a [Omitted],
    /// The headings that the next block stands under, and their levels.
    pub path: Vec<(usize, String)>,
    /// The block that is being read: what of it was seen so far.
    pub open: Option<(BlockKind, Span)>,
    /// What the text is part of.
    pub leaf: Option<Leaf>,
    /// Of each list that is open whether its items are numbered.
    pub lists: Vec<bool>,
    /// Where the number of an item, or the label of a note, stands whose text has not begun.
    pub mark: Option<usize>,
    /// Nothing is read before this byte.
    pub skip_until: usize,
    /// Where the paragraph (or what else holds the text) ends.
    pub leaf_end: usize,
    pub table: Table,
    pub html: Html,
    /// Quotations that are open inside each other.
    pub quotations: usize,
    /// Up to where marks of quotations were looked for.
    pub seen: usize,
}

/// A heading or another element that says what its text is.
pub struct Leaf {
    pub kind: BlockKind,
    /// Of a heading.
    pub level: Option<usize>,
    /// Where an HTML element ends; `None`: the parser says.
    pub until: Option<usize>,
    pub begins: Option<usize>,
    pub words: String,
}

impl Leaf {
    pub fn new(kind: BlockKind, level: Option<usize>, until: Option<usize>) -> Self {
        Self {
            kind,
            level,
            until,
            begins: None,
            words: String::new(),
        }
    }
}

/// The HTML block that is being read.
#[derive(Default)]
pub struct Html {
    /// Its lines, without the marks of quotations and lists before them.
    pub lines: Vec<Span>,
    /// Inside an item of a list.
    pub item: bool,
    /// No end of a heading lies between here and there.
    pub no_end: Range<usize>,
    /// Elements that are closed nowhere in the paragraph that ends here.
    pub unclosed: (usize, HashSet<String>),
}

#[derive(Default)]
pub struct Table {
    /// The rows with the names of the columns.
    pub heads: Vec<Row>,
    /// From the first row of the others to the last.
    pub body: Option<Span>,
    pub row: Option<Row>,
    /// Among the names of the columns.
    pub in_head: bool,
}

/// A row, or a term with its meanings.
pub struct Row {
    /// Where it stands with its bars, in Markdown.
    pub whole: Option<Span>,
    /// What of each cell was seen; `None`: nothing.
    pub cells: Vec<Option<Span>>,
    /// Every cell is a heading, or the row stands among headings.
    pub head: bool,
    /// A meaning of a term was seen.
    pub meaning: bool,
}
