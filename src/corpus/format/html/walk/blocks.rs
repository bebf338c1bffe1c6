//! Text becomes blocks, under its headings.

use super::{LEVELS, Walk};
use crate::corpus::Span;
use crate::corpus::block::{Block, BlockKind, HEADING_LETTERS};
use crate::corpus::format::html::lines;
use crate::corpus::format::html::text::shortened;

impl Walk<'_> {
    /// The level of a heading below all headings and panels around it.
    pub(super) fn below(&self) -> usize {
        LEVELS + 1 + self.open.iter().filter(|open| open.path.is_some()).count()
    }

    pub(super) fn heading(&mut self, level: usize, title: &str) {
        self.text.push_str(title);
        let Some(span) = self.write(BlockKind::Heading) else {
            return;
        };
        self.path.retain(|(above, _)| *above < level);
        self.path.push((level, shortened(title)));
        self.headings.push(span.start);
        self.moved = true;
    }

    /// Says where the headings stand that were written since the last block: a passage under several of them stands
    /// under the last.
    pub(super) fn place_headings(&mut self) {
        let path: Vec<&str> = self.path.iter().map(|(_, title)| title.as_str()).collect();
        let path = path.join(" > ");
        for at in self.headings.drain(..) {
            self.parsed.locators.push((at, path.clone()));
        }
        self.moved = false;
    }

    /// Says under which headings stands what is written next, where these are not those of what was before.
    pub fn place(&mut self) {
        let headed = !self.headings.is_empty();
        let moved = self.moved;
        self.place_headings();
        if moved && !headed {
            // What stands behind a folded answer is not under its question.
            self.parsed.sections.push(self.text.len());
            let path: Vec<&str> = self.path.iter().map(|(_, title)| title.as_str()).collect();
            self.parsed
                .locators
                .push((self.text.len(), path.join(" > ")));
        }
    }

    /// Ends the open block, where it has text.
    pub fn close(&mut self) {
        self.close_as(self.kind());
    }

    pub(super) fn close_as(&mut self, kind: BlockKind) {
        if self.text[self.start..].trim().is_empty() {
            self.text.truncate(self.start);
            return;
        }
        match self.lead.take() {
            Some(level) if self.text.len() - self.start <= 4 * HEADING_LETTERS => {
                let title = self.text.split_off(self.start);
                let words: Vec<&str> = title.split_whitespace().collect();
                self.heading(level, &words.join(" "));
            }
            _ => {
                self.push_block(kind);
            }
        }
    }

    /// Ends the open block as one of a kind, and says where.
    pub fn push_block(&mut self, kind: BlockKind) -> Option<Span> {
        if self.text[self.start..].trim().is_empty() {
            self.text.truncate(self.start);
            return None;
        }
        if kind != BlockKind::Heading {
            let text = self.text.split_off(self.start);
            self.place();
            self.text.push_str(&text);
        }
        self.write(kind)
    }

    fn write(&mut self, kind: BlockKind) -> Option<Span> {
        let content = &self.text[self.start..];
        let begin = self.start + content.len() - content.trim_start().len();
        let end = self.start + content.trim_end().len();
        if begin >= end {
            self.text.truncate(self.start);
            return None;
        }
        self.text.truncate(end);
        let whole = matches!(kind, BlockKind::Code | BlockKind::Row | BlockKind::Heading);
        let blocks = if whole {
            std::iter::once(begin..end).collect::<Vec<_>>()
        } else {
            lines::groups(&self.text, begin..end)
        };
        let blocks = blocks.into_iter().map(|span| Block { span, kind });
        self.parsed.blocks.extend(blocks);
        self.text.push('\n');
        self.start = self.text.len();
        Some(begin..end)
    }

    /// What was written by itself, in lines, is no part of the open block.
    pub fn written(&mut self) {
        self.start = self.text.len();
    }
}
