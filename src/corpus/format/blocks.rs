//! Builds the text of an article that is extracted, block by block, with their places and what is left out.

use crate::corpus::block::{Block, BlockKind, Omission};
use crate::corpus::format::places::Stretch;
use crate::corpus::format::reader::{LeftOut, Parsed};
use crate::corpus::format::table::{Cell, write_row};
use crate::error::Reason;

/// An article that grows.
#[derive(Default)]
pub(super) struct Blocks {
    text: String,
    parsed: Parsed,
    left: LeftOut,
    last: Option<BlockKind>,
    /// Where the next block stands.
    locator: Option<String>,
    /// No passage holds the next block together with what is there.
    apart: bool,
}

impl Blocks {
    /// Begins with what is known of the article.
    pub(super) fn new(parsed: Parsed) -> Self {
        Self {
            parsed,
            ..Self::default()
        }
    }

    /// Bytes of the text so far.
    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    /// Says where the next block, and what follows it, stands.
    pub(super) fn stand_at(&mut self, locator: String) {
        self.locator = Some(locator);
    }

    /// Says that the next block begins a slide, a sheet or another part that shares no passage with the one before.
    pub(super) fn begin_section(&mut self) {
        self.apart = true;
    }

    /// Notes that the text from a byte on stands somewhere. Bytes ascend from call to call.
    pub(super) fn place(&mut self, at: usize, locator: String) {
        match self.parsed.locators.last_mut() {
            Some((_, last)) if *last == locator => {}
            Some((last, old)) if *last >= at => *old = locator,
            _ => self.parsed.locators.push((at, locator)),
        }
    }

    /// Ends the block before, so that one of this kind can begin, and gives the byte where it will. Rows and items of
    /// one table or list stand close.
    pub(super) fn begin(&mut self, kind: BlockKind) -> usize {
        let close = self.last == Some(kind) && matches!(kind, BlockKind::Row | BlockKind::ListItem);
        if !self.text.is_empty() && !close {
            self.text.push('\n');
        }
        self.last = Some(kind);
        let start = self.text.len();
        if std::mem::take(&mut self.apart) && start > 0 {
            self.parsed.sections.push(start);
        }
        if let Some(locator) = self.locator.take() {
            self.place(start, locator);
        }
        start
    }

    /// Writes a block on lines of its own; white space alone is none.
    pub(super) fn write(&mut self, kind: BlockKind, content: &str) {
        let content = content.trim();
        if content.is_empty() {
            return;
        }
        self.begin(kind);
        self.add(kind, content);
    }

    /// Writes a block that was begun.
    pub(super) fn add(&mut self, kind: BlockKind, content: &str) {
        let start = self.text.len();
        self.text.push_str(content);
        let span = start..self.text.len();
        self.parsed.blocks.push(Block { span, kind });
        self.text.push('\n');
    }

    /// Writes a row of a table.
    pub(super) fn row(&mut self, cells: &[Cell<'_>]) {
        if cells.iter().all(|cell| cell.value.trim().is_empty()) {
            return;
        }
        self.begin(BlockKind::Row);
        self.add_row(cells);
    }

    /// Writes a row that was begun.
    pub(super) fn add_row(&mut self, cells: &[Cell<'_>]) {
        write_row(&mut self.text, &mut self.parsed, cells);
    }

    /// Notes what is no part of the text.
    pub(super) fn leave(&mut self, reason: Omission, text: &str) {
        self.left.push(reason, text);
    }

    /// Says what was decided, once.
    pub(super) fn note(&mut self, note: impl Into<Reason>) {
        let note = note.into();
        if !self.parsed.notes.contains(&note) {
            self.parsed.notes.push(note);
        }
    }

    /// Notes where text stands that was recognised in pictures of pages.
    pub(super) fn recognise(&mut self, stretches: &[Stretch]) {
        self.parsed.recognised.extend(stretches);
    }

    /// The article, with what is left out behind its text.
    pub(super) fn finish(mut self) -> Parsed {
        self.parsed.text = Some(self.text);
        self.left.list(&mut self.parsed);
        self.parsed
    }
}
