//! Writes what a document says as blocks, under its headings.

use super::content::{Item, Paragraph, Role, plain};
use super::tables;
use crate::corpus::block::{BlockKind, Omission};
use crate::corpus::decode::decoded::Fault;
use crate::corpus::format::blocks::Blocks;
use crate::corpus::format::reader::Parsed;

/// A longer heading is text that someone marked as one, in characters.
const HEADING_CHARS: usize = 200;

/// Bytes of text that are extracted of a document; more is not held in memory.
pub(super) const MOST_TEXT: usize = 64 << 20;

/// The text of a document, and where its parts stand.
pub(super) struct Story {
    pub(super) blocks: Blocks,
    /// Headings above, and their levels.
    path: Vec<(usize, String)>,
    /// Headings say where text stands; elsewhere it is slides that do.
    pub(super) by_headings: bool,
}

impl Story {
    pub(super) fn new(parsed: Parsed, by_headings: bool) -> Self {
        Self {
            blocks: Blocks::new(parsed),
            path: Vec::new(),
            by_headings,
        }
    }

    /// Writes items, and empties them.
    ///
    /// # Errors
    /// Where the text becomes too long.
    pub(super) fn write(&mut self, items: &mut Vec<Item>) -> Result<(), Fault> {
        for item in items.drain(..) {
            match item {
                Item::Paragraph(paragraph) => self.paragraph(&paragraph),
                Item::Table(table) => match tables::rows(&table) {
                    Some(rows) => rows.write(&mut self.blocks),
                    // It arranges a page: what stands in it is read as it stands.
                    None => {
                        for row in table.rows {
                            for cell in row.cells {
                                let mut content = cell.content;
                                self.write(&mut content)?;
                            }
                        }
                    }
                },
            }
            if self.blocks.len() > MOST_TEXT {
                return Err(too_long());
            }
        }
        Ok(())
    }

    fn paragraph(&mut self, paragraph: &Paragraph) {
        let text = paragraph.text.trim();
        if text.is_empty() {
            return;
        }
        let kind = match paragraph.role {
            Role::Heading(level) if text.chars().count() <= HEADING_CHARS => {
                let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
                self.heading(level, line.clone());
                self.blocks.write(BlockKind::Heading, &line);
                return;
            }
            Role::Contents => {
                self.blocks.leave(Omission::Navigation, text);
                return;
            }
            Role::Text | Role::Heading(_) => BlockKind::Paragraph,
            Role::Item => BlockKind::ListItem,
            Role::Caption => BlockKind::Caption,
        };
        self.blocks.write(kind, text);
    }

    fn heading(&mut self, level: usize, line: String) {
        if !self.by_headings {
            return;
        }
        self.path.retain(|(above, _)| *above < level);
        self.path.push((level, line));
        let path: Vec<&str> = self.path.iter().map(|(_, line)| line.as_str()).collect();
        self.blocks.stand_at(path.join(" > "));
    }

    /// Lists items as left out.
    pub(super) fn leave(&mut self, reason: Omission, items: &[Item]) {
        self.blocks.leave(reason, &plain(items));
    }

    /// The article.
    ///
    /// # Errors
    /// Where it has no text.
    pub(super) fn finish(self, what: &str) -> Result<Vec<Parsed>, Fault> {
        if self.blocks.len() == 0 {
            return Err(Fault::not_text(format!("{what} without text")));
        }
        Ok(vec![self.blocks.finish()])
    }
}

pub(super) fn too_long() -> Fault {
    Fault::unreadable(format!(
        "its text is over {} MB; divide the document",
        MOST_TEXT >> 20
    ))
}
