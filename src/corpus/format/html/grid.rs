//! The cells of a table of a page, by row and column.

use std::ops::Range;

use crate::corpus::format::tree::Tree;

/// Columns that have names, and cells that may span them.
pub const MAX_COLUMNS: usize = 1000;
/// A cell of a table without names of columns that has more letters is a part of the page.
const CELL_LETTERS: usize = 240;
/// A cell of any table that has more letters is a part of the page.
const LONG_CELL_LETTERS: usize = 2000;

/// A cell as it is written.
#[derive(Debug)]
pub struct GridCell {
    pub node: usize,
    pub head: bool,
    pub columns: usize,
    pub rows: usize,
}

#[derive(Debug)]
pub struct GridRow {
    pub cells: Vec<GridCell>,
    /// In the head of the table.
    pub head: bool,
    /// Which part of the table it is in: cells end with it.
    pub part: usize,
    /// Its place in the table: rows without cells are counted too, because cells go on through them.
    pub number: usize,
}

pub struct Grid {
    pub caption: Option<usize>,
    pub rows: Vec<GridRow>,
}

/// A cell in its place.
#[derive(Debug, Clone)]
pub struct Placed {
    pub columns: Range<usize>,
    pub text: String,
    pub head: bool,
}

/// A cell that goes on in the rows below.
pub struct Lasting {
    pub cell: Placed,
    /// The number of the first row that it is not in.
    pub until: usize,
}

/// Whether an element is a table of data.
pub fn is_data_table(tree: &Tree, at: usize) -> bool {
    tree.name(at) == "table"
        && !matches!(tree.role(at).as_str(), "presentation" | "none")
        && grid(tree, at).is_some()
}

/// The rows of a table of data; `None` for one that arranges a page.
pub fn grid(tree: &Tree, table: usize) -> Option<Grid> {
    let mut grid = Grid {
        caption: None,
        rows: Vec::new(),
    };
    let (mut part, mut head, mut head_end) = (0, false, 0);
    let mut at = table + 1;
    let end = tree.node(table).end;
    let mut row_end = 0;
    let row = |rows: &[GridRow], head, part| GridRow {
        cells: Vec::new(),
        head,
        part,
        number: rows.len(),
    };
    while at < end {
        let node = tree.node(at);
        head &= at < head_end;
        if node.is_text() {
            // Text that stands in no cell.
            if tree.letters(at..at + 1) > 0 {
                return None;
            }
            at = node.end;
            continue;
        }
        let role = tree.role(at);
        match (node.name.as_str(), role.as_str()) {
            ("caption", _) if grid.caption.is_none() => {
                grid.caption = Some(at);
                at = node.end;
                continue;
            }
            ("thead" | "tbody" | "tfoot", _) | (_, "rowgroup") => {
                part += 1;
                head = node.name == "thead";
                head_end = node.end;
            }
            ("tr", _) | (_, "row") => {
                row_end = node.end;
                grid.rows.push(row(&grid.rows, head, part));
            }
            ("td" | "th", _) | (_, "cell" | "gridcell" | "columnheader" | "rowheader") => {
                if grid.rows.is_empty() || at >= row_end {
                    row_end = node.end;
                    grid.rows.push(row(&grid.rows, head, part));
                }
                let is_head = node.name == "th" || role == "columnheader" || role == "rowheader";
                if let Some(row) = grid.rows.last_mut() {
                    row.cells.push(cell(tree, at, is_head));
                }
                at = node.end;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    grid.rows.retain(|row| !row.cells.is_empty());
    is_data(tree, table, &grid).then_some(grid)
}

pub fn cell(tree: &Tree, at: usize, head: bool) -> GridCell {
    let span = |name: &str, role: &str| {
        let value = tree.attr(at, name).or_else(|| tree.attr(at, role))?;
        value.trim().parse::<usize>().ok()
    };
    let rows = match span("rowspan", "aria-rowspan") {
        Some(0) => usize::MAX,
        rows => rows.unwrap_or(1),
    };
    let columns = span("colspan", "aria-colspan").unwrap_or(1);
    GridCell {
        node: at,
        head,
        columns: columns.clamp(1, MAX_COLUMNS),
        rows,
    }
}

/// Whether a table holds data: its cells hold words, and not parts of a page.
pub fn is_data(tree: &Tree, table: usize, grid: &Grid) -> bool {
    let mut cells = grid.rows.iter().flat_map(|row| &row.cells);
    let named = grid.caption.is_some()
        || tree.attr(table, "summary").is_some()
        || tree.name(table) != "table"
        || grid
            .rows
            .iter()
            .any(|row| row.head || row.cells.iter().any(|cell| cell.head));
    let most = if named {
        LONG_CELL_LETTERS
    } else {
        CELL_LETTERS
    };
    let plain = |cell: &GridCell| {
        if tree.letters(tree.whole(cell.node)) > most {
            return false;
        }
        let mut blocks = 0;
        tree.inside(cell.node).all(|inner| {
            blocks += usize::from(tree.is(inner, &["p", "div", "li"]));
            let built = [
                "table",
                "pre",
                "blockquote",
                "dl",
                "article",
                "details",
                "form",
            ];
            let headed = tree.is(inner, &["h1", "h2", "h3", "h4", "h5", "h6"]);
            !tree.is(inner, &built) && (cell.head || !headed) && (named || blocks <= 1)
        })
    };
    !grid.rows.is_empty() && cells.all(plain)
}
