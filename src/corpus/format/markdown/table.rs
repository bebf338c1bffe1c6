//! Tables of Markdown and of the HTML in it: a row is a block, and the names of the columns are read before each.

use std::ops::Range;

use super::super::super::Span;
use super::super::super::left_out::trimmed;
use super::tags::Role;
use crate::corpus::block::{BlockKind, Repeated};
use crate::corpus::format::markdown::state::{Row, Table, Walk};
use crate::corpus::plain::layout::ROW_CHARS;

/// A longer first cell is not said again before later cells of its row, in characters.
const KEY_CHARS: usize = 80;

impl Table {
    pub fn in_row(&self) -> bool {
        self.row.is_some()
    }

    /// Text of the cell that is open, or of one that nobody opened.
    pub fn take(&mut self, range: Range<usize>) {
        let Some(row) = &mut self.row else { return };
        if row.cells.is_empty() {
            row.cells.push(None);
        }
        if let Some(cell) = row.cells.last_mut() {
            let span = cell.get_or_insert(range.clone());
            *span = span.start.min(range.start)..span.end.max(range.end);
        }
    }
}

impl Walk<'_> {
    pub fn begin_table(&mut self) {
        self.end_table();
    }

    pub fn begin_row(&mut self) {
        self.end_leaf();
        self.end_row(None);
        self.table.row = Some(Row {
            whole: None,
            cells: Vec::new(),
            head: false,
            meaning: false,
        });
    }

    pub fn begin_cell(&mut self, head: bool) {
        if !self.table.in_row() {
            self.begin_row();
        }
        let head = head || self.table.in_head;
        if let Some(row) = &mut self.table.row {
            row.head = head && (row.head || row.cells.is_empty());
            row.cells.push(None);
        }
    }

    /// What a tag of a table says.
    pub fn table_tag(&mut self, role: Role, closing: bool) {
        match (role, closing) {
            (Role::Table, false) => {
                self.end_leaf();
                self.begin_table();
            }
            (Role::Table, true) => self.end_table(),
            (Role::TableHead | Role::TableBody, _) => {
                self.end_row(None);
                self.table.in_head = role == Role::TableHead && !closing;
            }
            (Role::Row, false) => self.begin_row(),
            (Role::Row, true) => self.end_row(None),
            (Role::Cell(head), false) => self.begin_cell(head),
            (Role::Term, false) => {
                if self.table.row.as_ref().is_none_or(|row| row.meaning) {
                    self.begin_row();
                }
                self.begin_cell(false);
            }
            (Role::Meaning, false) => {
                self.begin_cell(false);
                if let Some(row) = &mut self.table.row {
                    row.meaning = true;
                }
            }
            _ => {}
        }
    }

    /// Ends the row that is open. `whole` is where it stands, its bars included.
    pub fn end_row(&mut self, whole: Option<Span>) {
        let Some(mut row) = self.table.row.take() else {
            return;
        };
        row.whole = whole.and_then(|span| trimmed(self.text, span));
        if row.head && self.table.body.is_none() {
            self.table.heads.push(row);
            return;
        }
        let cells = self.cells(&row);
        let (Some(first), Some(last)) = (cells.first(), cells.last()) else {
            return;
        };
        let span = row.whole.unwrap_or(first.start..last.end);
        // Nothing but pictures and bars is no row.
        let mut parts = self.read_stretches(&span).into_iter();
        if !parts.any(|part| self.text[part].contains(char::is_alphanumeric)) {
            return;
        }
        let body = self.table.body.get_or_insert(span.clone());
        body.end = body.end.max(span.end);
        self.push_row(span, &cells);
    }

    /// Ends the table that is open. The names of its columns are read before its rows; alone they are a row.
    pub fn end_table(&mut self) {
        self.end_row(None);
        let mut table = std::mem::take(&mut self.table);
        // A passage begins with the headings above it.
        if let Some(body) = &mut table.body {
            let above = self.parsed.blocks.iter().rev();
            let headings = above
                .skip_while(|block| block.span.start >= body.start)
                .take_while(|block| block.kind == BlockKind::Heading);
            body.start = headings
                .last()
                .map_or(body.start, |heading| heading.span.start);
        }
        for row in table.heads {
            let cells = self.cells(&row);
            let (Some(first), Some(last)) = (cells.first(), cells.last()) else {
                continue;
            };
            let span = row.whole.clone().unwrap_or(first.start..last.end);
            let Some(body) = &table.body else {
                self.push_row(span, &cells);
                continue;
            };
            // The bars of Markdown part the names; without them each name is read by itself.
            let names = row.whole.map_or(cells, |whole| vec![whole]);
            let parts = names.iter().flat_map(|name| self.read_stretches(name));
            let before = |text| Repeated {
                text,
                before: body.clone(),
            };
            let repeated: Vec<Repeated> = parts.map(before).collect();
            self.parsed.repeated.extend(repeated);
        }
    }

    /// The cells of a row that hold something.
    fn cells(&self, row: &Row) -> Vec<Span> {
        let cells = row.cells.iter().flatten();
        cells
            .filter_map(|span| trimmed(self.text, span.clone()))
            .collect()
    }

    fn chars(&self, span: &Span) -> usize {
        let parts = self.read_stretches(span).into_iter();
        parts.map(|part| self.text[part].chars().count()).sum()
    }

    /// A row as a block; one that is too long is cut between its cells, and the first cell, which mostly says whose
    /// row it is, is read before each part. A cell that is too long by itself is cut at its sentences.
    fn push_row(&mut self, whole: Span, cells: &[Span]) {
        if cells.len() < 2 || self.chars(&whole) <= ROW_CHARS {
            self.push(whole, BlockKind::Row);
            return;
        }
        let key = Some(cells[0].clone()).filter(|key| self.chars(key) <= KEY_CHARS);
        let key_chars = key.as_ref().map_or(0, |key| self.chars(key));
        let mut part: Option<Span> = None;
        let mut length = 0;
        for (number, cell) in cells.iter().enumerate() {
            let chars = self.chars(cell);
            if let Some(open) = part.as_mut().filter(|_| length + chars <= ROW_CHARS) {
                open.end = cell.end;
                length += chars;
                continue;
            }
            let key_alone = number == 1 && key.is_some();
            if key_alone && key_chars + chars > ROW_CHARS {
                // The key is read where it stands before the first sentence, and once more before the others.
                length = ROW_CHARS;
                self.repeat(key.as_ref(), cell);
                self.push(cells[0].start..cell.end, BlockKind::Row);
                part = None;
                continue;
            }
            self.push_part(part.take(), key.as_ref(), BlockKind::RowPart);
            length = chars + if number > 0 { key_chars } else { 0 };
            if length > ROW_CHARS {
                self.push_part(Some(cell.clone()), key.as_ref(), BlockKind::Row);
            } else {
                part = Some(cell.clone());
            }
        }
        self.push_part(part, key.as_ref(), BlockKind::RowPart);
    }

    /// A part of a row, and its key before it, if that is not in it.
    fn push_part(&mut self, part: Option<Span>, key: Option<&Span>, kind: BlockKind) {
        let Some(part) = part else { return };
        self.repeat(key.filter(|key| key.end <= part.start), &part);
        self.push(part, kind);
    }

    fn repeat(&mut self, key: Option<&Span>, before: &Span) {
        let stretches = key.map(|key| self.read_stretches(key)).unwrap_or_default();
        let repeated = stretches.into_iter().map(|text| Repeated {
            text,
            before: before.clone(),
        });
        self.parsed.repeated.extend(repeated);
    }
}
