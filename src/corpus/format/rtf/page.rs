//! The text of an RTF document as it is written down: paragraphs, rows of tables, notes, and what is left out.

use crate::corpus::block::{Block, BlockKind, Omission};
use crate::corpus::format::reader::{LeftOut, Parsed};
use crate::corpus::format::table::{Cell, write_row};

/// What a paragraph is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Shape {
    /// Of a heading: 0 is the highest.
    pub level: Option<usize>,
    pub in_table: bool,
    pub in_list: bool,
}

#[derive(Default)]
pub struct Page {
    text: String,
    parsed: Parsed,
    left: LeftOut,
    /// What is written now.
    paragraph: String,
    /// The number or the mark before an item of a list.
    marker: String,
    /// Footnotes and text boxes that stand in this paragraph.
    notes: String,
    cells: Vec<String>,
    /// The names of the columns of a table.
    names: Vec<String>,
    /// Headings above what is written now, with their levels.
    path: Vec<(usize, String)>,
}

impl Page {
    pub fn push(&mut self, text: &str) {
        self.paragraph.push_str(text);
    }

    pub fn push_marker(&mut self, text: &str) {
        self.marker.push_str(text);
    }

    pub fn push_note(&mut self, text: &str) {
        self.notes.push_str(text);
    }

    pub fn leave_out(&mut self, reason: Omission, text: &str) {
        self.left.push(reason, text);
    }

    pub fn end_paragraph(&mut self, shape: Shape) {
        if shape.in_table {
            self.paragraph.push('\n');
            return;
        }
        self.end_row(false);
        self.names.clear();
        let content = std::mem::take(&mut self.paragraph);
        let marker = std::mem::take(&mut self.marker);
        let content = content.trim();
        let marker = Some(marker.trim()).filter(|marker| marker.contains(char::is_alphanumeric));
        if content.contains(char::is_alphanumeric) {
            let line = match marker {
                Some(marker) => format!("{marker} {content}"),
                None => content.to_owned(),
            };
            self.block(&line, shape);
        } else if let Some(marker) = marker {
            self.left.push(Omission::Markup, marker);
        }
        self.end_notes();
    }

    pub fn end_cell(&mut self) {
        let marker = std::mem::take(&mut self.marker);
        let cell = std::mem::take(&mut self.paragraph);
        self.cells.push(format!("{marker} {cell}"));
    }

    /// Ends a row of a table; `names` says that it names the columns.
    pub fn end_row(&mut self, names: bool) {
        let cells = std::mem::take(&mut self.cells);
        if cells.is_empty() {
            return;
        }
        let one_line = |cell: &String| cell.split_whitespace().collect::<Vec<_>>().join(" ");
        let cells: Vec<String> = cells.iter().map(one_line).collect();
        if names && self.names.is_empty() {
            self.names = cells;
            // They are read with each row; alone they say what there is.
            let named: Vec<&str> = self
                .names
                .iter()
                .map(String::as_str)
                .filter(|name| !name.is_empty())
                .collect();
            self.left.push(Omission::TableFragment, &named.join(" | "));
            return;
        }
        let cells: Vec<Cell<'_>> = cells
            .iter()
            .enumerate()
            .map(|(at, value)| Cell {
                name: self.names.get(at).map_or("", String::as_str),
                value,
            })
            .collect();
        let close = self
            .parsed
            .blocks
            .last()
            .is_some_and(|block| block.kind == BlockKind::Row);
        if !self.text.is_empty() && !close {
            self.text.push('\n');
        }
        write_row(&mut self.text, &mut self.parsed, &cells);
        self.end_notes();
    }

    /// What stood in a paragraph and is no part of it stands behind it.
    fn end_notes(&mut self) {
        let notes = std::mem::take(&mut self.notes);
        for note in notes.split('\n').map(str::trim) {
            if note.contains(char::is_alphanumeric) {
                self.block(note, Shape::default());
            }
        }
    }

    fn block(&mut self, content: &str, shape: Shape) {
        let kind = match shape {
            Shape { level: Some(_), .. } => BlockKind::Heading,
            Shape { in_list: true, .. } => BlockKind::ListItem,
            _ => BlockKind::Paragraph,
        };
        let close = kind == BlockKind::ListItem
            && self
                .parsed
                .blocks
                .last()
                .is_some_and(|block| block.kind == kind);
        if !self.text.is_empty() && !close {
            self.text.push('\n');
        }
        let start = self.text.len();
        self.text.push_str(content);
        let span = start..self.text.len();
        self.text.push('\n');
        self.parsed.blocks.push(Block { span, kind });
        if let Some(level) = shape.level {
            self.path.retain(|(above, _)| *above < level);
            let title = content.split_whitespace().collect::<Vec<_>>().join(" ");
            self.path.push((level, title));
            let path: Vec<&str> = self.path.iter().map(|(_, title)| title.as_str()).collect();
            self.parsed.locators.push((start, path.join(" > ")));
        }
    }

    /// The article.
    pub fn finish(mut self) -> Parsed {
        self.end_paragraph(Shape::default());
        self.parsed.text = Some(self.text);
        self.left.list(&mut self.parsed);
        self.parsed
    }
}
