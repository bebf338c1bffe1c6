//! What the readers of office documents give: paragraphs and tables in the order of reading.

/// What a paragraph is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Role {
    #[default]
    Text,
    /// With its level; 0 is the title of the document.
    Heading(usize),
    Item,
    Caption,
    /// An entry of a table of contents.
    Contents,
}

/// A paragraph.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Paragraph {
    pub(super) role: Role,
    pub(super) text: String,
}

/// A piece of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Item {
    Paragraph(Paragraph),
    Table(Table),
}

impl Item {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Paragraph(Paragraph {
            role: Role::Text,
            text: text.into(),
        })
    }
}

/// A table as it is written: cells that are merged stand once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Table {
    pub(super) rows: Vec<Row>,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Row {
    /// The document says that it names the columns.
    pub(super) head: bool,
    pub(super) cells: Vec<TableCell>,
}

/// A cell of a table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct TableCell {
    pub(super) content: Vec<Item>,
    /// Columns that it spans; 0 counts as 1.
    pub(super) columns: usize,
    /// It belongs to the cell above it.
    pub(super) goes_on: bool,
}

/// All text of items, a line for each paragraph.
pub(super) fn plain(items: &[Item]) -> String {
    let mut text = String::new();
    add_plain(items, &mut text);
    text
}

fn add_plain(items: &[Item], text: &mut String) {
    for item in items {
        match item {
            Item::Paragraph(paragraph) => {
                let line = paragraph.text.trim();
                if !line.is_empty() {
                    text.push_str(if text.is_empty() { "" } else { "\n" });
                    text.push_str(line);
                }
            }
            Item::Table(table) => {
                for row in &table.rows {
                    let cells = row.cells.iter().map(|cell| plain(&cell.content));
                    let cells = cells.filter(|cell| !cell.is_empty());
                    let line = cells.collect::<Vec<_>>().join(" | ");
                    if !line.is_empty() {
                        text.push_str(if text.is_empty() { "" } else { "\n" });
                        text.push_str(&line);
                    }
                }
            }
        }
    }
}
