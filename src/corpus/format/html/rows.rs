//! Tables of data: each row is written with the names of its columns. Tables that only arrange a page are read as what
//! they arrange.

use std::ops::Range;

use super::super::table::{Cell, write_row};
use super::super::tree::Tree;
use super::walk::Walk;
use crate::corpus::Span;
use crate::corpus::block::{BlockKind, Omission, Repeated};
use crate::corpus::format::column_names::ColumnNames;
use crate::corpus::format::html::grid::{
    Grid, GridCell, GridRow, Lasting, MAX_COLUMNS, Placed, grid,
};

/// A longer cell belongs to its first row alone, and names no column, in characters.
const SHARED_CHARS: usize = 160;
/// What is said again in a table (names of columns, cells over several rows) is at most so many times its own text.
const REPEATED: usize = 20;
const REPEATED_LEAST: usize = 1 << 16;

impl Walk<'_> {
    /// Writes a table of data, and says whether it is one.
    pub(super) fn table(&mut self, at: usize) -> bool {
        let tree = self.page.tree;
        let role = tree.role(at);
        let named = tree.name(at) == "table" || matches!(role.as_str(), "table" | "grid");
        if !named || matches!(role.as_str(), "presentation" | "none") {
            return false;
        }
        let Some(grid) = grid(tree, at) else {
            return false;
        };
        self.close();
        let caption = grid.caption.and_then(|caption| self.title(caption));
        Rows::new(tree, at, &grid).write(self, &grid);
        self.repeat(caption);
        true
    }

    /// A caption, or a row that is the title of those below it.
    fn title(&mut self, at: usize) -> Option<Span> {
        let title = self.line(at);
        self.text.push_str(&title);
        self.push_block(BlockKind::Heading)
    }

    /// A title is read again with each passage of the rows below it.
    fn repeat(&mut self, title: Option<Span>) {
        if let Some(text) = title.filter(|title| title.len() <= SHARED_CHARS) {
            let before = text.end..self.text.len();
            self.parsed.repeated.push(Repeated { text, before });
        }
    }
}

/// What is known while the rows of a table are written.
struct Rows {
    width: usize,
    names: ColumnNames,
    /// The rows of the head are written too, where no other row follows.
    heads: Vec<Vec<Placed>>,
    lasting: Vec<Lasting>,
    /// Letters that may still be said again.
    left: usize,
    part: usize,
}

impl Rows {
    fn new(tree: &Tree, at: usize, grid: &Grid) -> Self {
        let widths = grid
            .rows
            .iter()
            .map(|row| row.cells.iter().map(|cell| cell.columns).sum());
        Self {
            width: widths.max().unwrap_or(0).min(MAX_COLUMNS),
            names: ColumnNames::default(),
            heads: Vec::new(),
            lasting: Vec::new(),
            left: REPEATED * tree.letters(tree.whole(at)) + REPEATED_LEAST,
            part: 0,
        }
    }

    fn write(mut self, walk: &mut Walk<'_>, grid: &Grid) {
        let mut title = None;
        let kinds = kinds(walk.page.tree, grid, self.width);
        for (row, kind) in grid.rows.iter().zip(kinds) {
            if row.part != self.part {
                self.lasting.clear();
                self.part = row.part;
            }
            match kind {
                Kind::Title => {
                    walk.repeat(title.take());
                    let cell = row.cells.iter().find(|cell| has_text(walk, cell.node));
                    title = cell.and_then(|cell| walk.title(cell.node));
                }
                Kind::Head => {
                    if self.heads.is_empty() {
                        self.forget_names(walk);
                    }
                    let placed = self.place(walk, row);
                    self.name(&placed);
                    self.heads.push(placed);
                }
                Kind::Data => {
                    let placed = self.place(walk, row);
                    self.data(walk, &placed);
                }
            }
        }
        self.end_heads(walk);
        self.forget_names(walk);
        walk.repeat(title);
    }

    /// The cells of a row in their columns, with those of rows above that go on.
    fn place(&mut self, walk: &mut Walk<'_>, row: &GridRow) -> Vec<Placed> {
        let mut placed: Vec<Placed> = Vec::with_capacity(row.cells.len());
        self.lasting.retain(|lasting| lasting.until > row.number);
        for lasting in &mut self.lasting {
            if self.left == 0 {
                lasting.cell.text.clear();
            }
            self.left = self.left.saturating_sub(lasting.cell.text.len());
            placed.push(lasting.cell.clone());
        }
        let above = placed.len();
        let mut begun = Vec::new();
        let (mut column, mut passed) = (0, 0);
        for cell in &row.cells {
            // Cells of rows above are in the order of their columns.
            while passed < above && placed[passed].columns.start <= column {
                column = column.max(placed[passed].columns.end);
                passed += 1;
            }
            let columns = column.min(MAX_COLUMNS)..(column + cell.columns).min(MAX_COLUMNS);
            column = columns.end;
            let text = walk.line(cell.node);
            let cell_here = Placed {
                columns,
                text,
                head: cell.head,
            };
            if cell.rows > 1 && !cell_here.columns.is_empty() {
                let mut lasting = Lasting {
                    cell: cell_here.clone(),
                    until: row.number.saturating_add(cell.rows),
                };
                // The cells beside it stay in their columns.
                if cell_here.text.chars().count() > SHARED_CHARS {
                    lasting.cell.text.clear();
                }
                begun.push(lasting);
            }
            placed.push(cell_here);
        }
        self.lasting.extend(begun);
        self.lasting
            .sort_by_key(|lasting| lasting.cell.columns.start);
        placed.sort_by_key(|cell| cell.columns.start);
        placed
    }

    /// A row of a head names its columns: `2024 > Q1`.
    fn name(&mut self, placed: &[Placed]) {
        for cell in placed.iter().filter(|cell| !cell.text.is_empty()) {
            for column in cell.columns.clone() {
                self.names.add(column, &cell.text);
            }
        }
        if self.names.any_longer_than(2 * SHARED_CHARS) {
            // Such a row names nothing: it is written as it is.
            self.names.clear();
        }
    }

    fn data(&mut self, walk: &mut Walk<'_>, placed: &[Placed]) {
        if self.names.is_empty() {
            self.end_heads(walk);
        }
        self.heads.clear();
        let mut cells: Vec<(String, &str)> = Vec::with_capacity(placed.len());
        let mut label: Option<&str> = None;
        for cell in placed {
            let name = if cell.text.is_empty() {
                String::new()
            } else {
                self.name_of(&cell.columns)
            };
            if !name.is_empty() {
                cells.push((name, &cell.text));
            } else if cell.head && self.names.is_empty() {
                // Where columns have no names, a head names the cells behind it.
                cells.extend(
                    label
                        .replace(&cell.text)
                        .map(|label| (String::new(), label)),
                );
            } else if cell.text.is_empty() {
                cells.extend(label.take().map(|label| (String::new(), label)));
            } else {
                let name = label.take().unwrap_or_default();
                cells.push((name.to_owned(), &cell.text));
            }
        }
        cells.extend(label.map(|label| (String::new(), label)));
        let cells: Vec<Cell<'_>> = cells
            .iter()
            .map(|(name, value)| Cell { name, value })
            .collect();
        walk.place();
        write_row(&mut walk.text, &mut walk.parsed, &cells);
        walk.written();
    }

    /// The names of columns; empty where there are none, or enough has been said.
    fn name_of(&mut self, columns: &Range<usize>) -> String {
        let mut said: Vec<String> = Vec::new();
        let mut length = 0;
        for column in columns.clone() {
            let name = self.names.of(column);
            if name.is_empty() || self.left < name.len() {
                continue;
            }
            length += name.len();
            if length > 4 * SHARED_CHARS {
                break;
            }
            self.left -= name.len();
            let name = self.names.say(column);
            if said.last().is_none_or(|last| last != name) {
                said.push(name.to_owned());
            }
        }
        said.join(", ")
    }

    /// Writes rows of a head that name nothing.
    fn end_heads(&mut self, walk: &mut Walk<'_>) {
        if self.heads.is_empty() {
            return;
        }
        self.names.clear();
        for placed in std::mem::take(&mut self.heads) {
            let cells = placed.iter().map(|cell| Cell {
                name: "",
                value: &cell.text,
            });
            let cells: Vec<Cell<'_>> = cells.collect();
            walk.place();
            write_row(&mut walk.text, &mut walk.parsed, &cells);
            walk.written();
        }
    }

    /// Names that no row said are listed: their columns are empty.
    fn forget_names(&mut self, walk: &mut Walk<'_>) {
        for name in self.names.take_unsaid() {
            walk.left.push(Omission::Empty, &name);
        }
    }
}

/// What a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Head,
    /// One cell over all columns, which says what the rows below are.
    Title,
    Data,
}

fn kinds(tree: &Tree, grid: &Grid, width: usize) -> Vec<Kind> {
    let text = |cell: &&GridCell| tree.letters(tree.whole(cell.node)) > 0;
    let headed = |row: &GridRow| {
        let mut cells = row.cells.iter().filter(text);
        cells.clone().count() > 0 && cells.all(|cell| cell.head)
    };
    // A table of nothing but heads has one row of them.
    let all_headed = grid.rows.iter().all(headed);
    let bold_head = !grid
        .rows
        .iter()
        .any(|row| row.head || row.cells.iter().any(|cell| cell.head))
        && grid.rows.first().is_some_and(|row| is_bold(tree, row))
        && !grid.rows[1..].iter().any(|row| is_bold(tree, row));
    let mut kinds = Vec::with_capacity(grid.rows.len());
    // The part of the table, and up to which row cells of it go on.
    let mut reach = (0, 0);
    for (number, row) in grid.rows.iter().enumerate() {
        let lasting = reach.0 == row.part && reach.1 > row.number;
        let ends = row
            .cells
            .iter()
            .map(|cell| row.number.saturating_add(cell.rows));
        let end = ends.max().unwrap_or(0);
        reach = (row.part, if lasting { end.max(reach.1) } else { end });
        let cells: Vec<&GridCell> = row.cells.iter().filter(text).collect();
        let follows = number + 1 < grid.rows.len();
        let title = match cells.as_slice() {
            [cell] => {
                let spans = cell.columns.min(width) == width || row.cells.len() == 1;
                let letters = tree.letters(tree.whole(cell.node));
                let strong = cell.head || row.head || is_strong(tree, cell.node);
                width > 1
                    && spans
                    && !lasting
                    && follows
                    && letters <= SHARED_CHARS / 2
                    && (strong || cell.columns > 1 && !ends_sentence(tree, cell.node))
            }
            _ => false,
        };
        let head = row.head
            || (number == 0 && (bold_head || (all_headed && follows)))
            || (headed(row) && !all_headed && cells.len() > 1 && follows);
        kinds.push(match (title, head) {
            (true, _) => Kind::Title,
            (_, true) => Kind::Head,
            _ => Kind::Data,
        });
    }
    kinds
}

fn ends_sentence(tree: &Tree, at: usize) -> bool {
    tree.raw(at)
        .trim_end()
        .ends_with(|c| "。．.!！?？".contains(c))
}

/// All cells of a row that have text are bold, and there are several.
fn is_bold(tree: &Tree, row: &GridRow) -> bool {
    let cells = row
        .cells
        .iter()
        .filter(|cell| tree.letters(tree.whole(cell.node)) > 0);
    cells.clone().count() > 1 && cells.clone().all(|cell| is_strong(tree, cell.node))
}

fn is_strong(tree: &Tree, at: usize) -> bool {
    let letters = tree.letters(tree.whole(at));
    let strong = |inner: usize| {
        tree.is(inner, &["b", "strong"]) && tree.letters(tree.whole(inner)) == letters
    };
    letters <= SHARED_CHARS && tree.inside(at).any(strong)
}

fn has_text(walk: &Walk<'_>, at: usize) -> bool {
    walk.page.tree.letters(walk.page.tree.whole(at)) > 0
}
