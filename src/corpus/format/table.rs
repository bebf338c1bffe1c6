//! Rows of tables as text that can be read alone: `Pier: North | Keeper: Sato`.

use crate::corpus::block::{Block, BlockKind, Repeated};
use crate::corpus::format::reader::Parsed;
use crate::corpus::plain::layout::ROW_CHARS;

/// A longer first cell is not said again before later cells of its row, in characters.
const KEY_CHARS: usize = 80;
/// Between the cells of a row.
const BETWEEN: &str = " | ";

/// A cell and the name of its column, empty where it has none.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cell<'a> {
    pub name: &'a str,
    pub value: &'a str,
}

impl Cell<'_> {
    /// One line; empty where the cell holds nothing.
    fn shown(&self) -> String {
        let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let (name, value) = (one_line(self.name), one_line(self.value));
        match name.trim_end_matches([':', '：']) {
            _ if value.is_empty() => value,
            "" => value,
            name => format!("{name}: {value}"),
        }
    }
}

/// Writes a row behind a text, on lines of its own. A row is one block. One that is too long for a passage is cut
/// between its cells, and each part begins with the first cell, which mostly says whose row it is. A cell that is too
/// long by itself is a block whose sentences are read with the first cell before them.
///
/// `text` is empty or ends with a line end, and so does what is written.
pub(super) fn write_row(text: &mut String, parsed: &mut Parsed, cells: &[Cell<'_>]) {
    let shown: Vec<String> = cells.iter().map(Cell::shown).collect();
    let shown: Vec<&str> = shown
        .iter()
        .map(String::as_str)
        .filter(|cell| !cell.is_empty())
        .collect();
    let Some((first, rest)) = shown.split_first() else {
        return;
    };
    let whole = shown.join(BETWEEN);
    if chars(&whole) <= ROW_CHARS || rest.is_empty() {
        write_line(text, parsed, &whole, BlockKind::Row);
        return;
    }
    let key = Some(*first).filter(|first| chars(first) <= KEY_CHARS);
    let cells = if key.is_some() { rest } else { &shown };
    let mut part = String::new();
    for cell in cells {
        let begun = if part.is_empty() {
            key.unwrap_or_default()
        } else {
            &part
        };
        let longer = join(begun, cell);
        if chars(&longer) <= ROW_CHARS {
            part = longer;
            continue;
        }
        if !part.is_empty() {
            write_line(text, parsed, &part, BlockKind::RowPart);
        }
        part = join(key.unwrap_or_default(), cell);
        if chars(&part) > ROW_CHARS {
            write_long_cell(text, parsed, &part, key);
            part.clear();
        }
    }
    if !part.is_empty() {
        write_line(text, parsed, &part, BlockKind::RowPart);
    }
}

fn join(begun: &str, cell: &str) -> String {
    if begun.is_empty() {
        cell.to_owned()
    } else {
        [begun, BETWEEN, cell].concat()
    }
}

/// A cell with the key before it, whose later sentences are read with the key too.
fn write_long_cell(text: &mut String, parsed: &mut Parsed, cell: &str, key: Option<&str>) {
    let start = text.len();
    write_line(text, parsed, cell, BlockKind::Row);
    if let Some(key) = key {
        parsed.repeated.push(Repeated {
            text: start..start + key.len(),
            before: start + key.len()..text.len(),
        });
    }
}

fn write_line(text: &mut String, parsed: &mut Parsed, line: &str, kind: BlockKind) {
    let start = text.len();
    text.push_str(line);
    let span = start..text.len();
    parsed.blocks.push(Block { span, kind });
    text.push('\n');
}

fn chars(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(cells: &[(&str, &str)]) -> (String, Parsed) {
        let (mut text, mut parsed) = (String::new(), Parsed::default());
        let cells: Vec<Cell<'_>> = cells
            .iter()
            .map(|&(name, value)| Cell { name, value })
            .collect();
        write_row(&mut text, &mut parsed, &cells);
        (text, parsed)
    }

    #[test]
    fn a_row_is_one_block_with_the_names_of_its_columns() {
        let (text, parsed) = written(&[("Pier:", "North"), ("Keeper", ""), ("", "a\nb")]);
        assert_eq!(text, "Pier: North | a b\n");
        assert_eq!(parsed.blocks.len(), 1);
        assert_eq!(parsed.blocks[0].kind, BlockKind::Row);
    }

    #[test]
    fn a_long_row_is_cut_between_cells_and_says_its_key_again() {
        let value = "v".repeat(120);
        let (text, parsed) = written(&[("Id", "a7"), ("B", &value), ("C", &value), ("D", &value)]);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 2);
        assert!(lines.iter().all(|line| line.starts_with("Id: a7 | ")));
        assert!(parsed.blocks.iter().all(|b| b.kind == BlockKind::RowPart));

        let long = "One sentence of it. ".repeat(30);
        let (text, parsed) = written(&[("Id", "a7"), ("Text", &long), ("End", "z")]);
        let kinds: Vec<BlockKind> = parsed.blocks.iter().map(|b| b.kind).collect();
        assert_eq!(kinds, [BlockKind::Row, BlockKind::RowPart]);
        assert_eq!(&text[parsed.repeated[0].text.clone()], "Id: a7");
        assert!(text.ends_with("Id: a7 | End: z\n"));
    }
}
