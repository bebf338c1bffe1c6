//! Jupyter notebooks (nbformat 4): the cells in their order, Markdown as such and code apart; outputs are not read.
//!
//! Source: <https://nbformat.readthedocs.io/en/latest/format_description.html>.

use serde::Deserialize;

use super::super::decode::Fault;
use super::super::layout::{Block, BlockKind};
use super::{Fields, Format, Parsed, markdown};

pub struct Notebook;

#[derive(Deserialize)]
struct File {
    cells: Vec<Cell>,
}

#[derive(Deserialize)]
struct Cell {
    cell_type: String,
    source: Source,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Source {
    Lines(Vec<String>),
    Text(String),
}

impl Format for Notebook {
    fn name(&self) -> &'static str {
        "notebook"
    }

    fn accepts(&self, extension: &str, head: &str) -> bool {
        head.starts_with('{') && (extension == "ipynb" || head.contains("\"cell_type\""))
    }

    fn read(&self, text: &str, _: &Fields) -> Result<Vec<Parsed>, Fault> {
        let file: File = serde_json::from_str(text.trim_start_matches('\u{feff}'))
            .map_err(|error| Fault::Unreadable(format!("not a notebook: {error}")))?;
        let mut parsed = Parsed::default();
        let mut read = String::new();
        for (cell, number) in file.cells.into_iter().zip(1..) {
            let source = match cell.source {
                Source::Lines(lines) => lines.concat(),
                Source::Text(text) => text,
            };
            let source = source.trim_end();
            if source.trim().is_empty() || cell.cell_type == "raw" {
                continue;
            }
            if !read.is_empty() {
                read.push_str("\n\n");
            }
            let start = read.len();
            read.push_str(source);
            let first = parsed.locators.len();
            if cell.cell_type == "markdown" {
                markdown::blocks(&read, start, &mut parsed);
            } else {
                let span = start..read.len();
                let kind = BlockKind::Code;
                parsed.blocks.push(Block { span, kind });
            }
            for (_, locator) in &mut parsed.locators[first..] {
                *locator = format!("cell {number}: {locator}");
            }
            if parsed.locators.get(first).is_none_or(|(at, _)| *at > start) {
                parsed
                    .locators
                    .insert(first, (start, format!("cell {number}")));
            }
        }
        parsed.text = Some(read);
        Ok(vec![parsed])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_in_order_without_outputs() {
        let text = r##"{"cells":[{"cell_type":"markdown","source":["# Title\n","\n","Text of it."]},
            {"cell_type":"code","source":"print(1)","outputs":[{"text":"1"}]},
            {"cell_type":"markdown","source":"More."}],"nbformat":4}"##;
        assert!(Notebook.accepts("ipynb", text));
        let parsed = Notebook.read(text, &Fields::default()).unwrap().remove(0);
        let read = parsed.text.unwrap();
        assert_eq!(read, "# Title\n\nText of it.\n\nprint(1)\n\nMore.");
        let kinds: Vec<_> = parsed
            .blocks
            .iter()
            .map(|b| (b.kind, &read[b.span.clone()]))
            .collect();
        assert_eq!(kinds[2], (BlockKind::Code, "print(1)"));
        let locators: Vec<&str> = parsed.locators.iter().map(|(_, l)| l.as_str()).collect();
        assert_eq!(locators, ["cell 1", "cell 1: Title", "cell 2", "cell 3"]);
        assert!(Notebook.read("{\"cells\": 3}", &Fields::default()).is_err());
    }
}
