//! Jupyter notebooks (nbformat 4): the cells in their order, Markdown as such and code apart. What the code printed is
//! left out, and listed behind the text.
//!
//! Source: <https://nbformat.readthedocs.io/en/latest/format_description.html>.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::super::data::data;
use super::super::left_out::leave_out;
use super::front_matter::front_matter;
use super::markdown;
use crate::corpus::block::{Block, BlockKind, Omission, Omitted};
use crate::corpus::decode::decoded::Fault;
use crate::corpus::format::reader::{Format, LeftOut, Parsed};
use crate::corpus::read_options::Fields;

/// Of what a cell printed so many characters are listed.
const PRINTED: usize = 1000;

pub struct Notebook;

#[derive(Deserialize)]
struct File {
    cells: Vec<Cell>,
}

#[derive(Deserialize)]
struct Cell {
    cell_type: String,
    #[serde(default)]
    source: Source,
    #[serde(default)]
    outputs: Vec<Map<String, Value>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Source {
    Lines(Vec<String>),
    Text(String),
}

impl Default for Source {
    fn default() -> Self {
        Self::Text(String::new())
    }
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
            .map_err(|error| Fault::unreadable(format!("not a notebook: {error}")))?;
        let mut parsed = Parsed::default();
        let mut read = String::new();
        let mut left_out = LeftOut::default();
        for (cell, number) in file.cells.into_iter().zip(1..) {
            for output in &cell.outputs {
                left_out.push(Omission::Surroundings, &printed(output));
            }
            let source = match cell.source {
                Source::Lines(lines) => lines.concat(),
                Source::Text(text) => text,
            };
            let source = source.trim_end();
            if source.trim().is_empty() {
                continue;
            }
            if !read.is_empty() {
                read.push_str("\n\n");
            }
            let start = read.len();
            // A cell that ends in a heading is the heading of the next one.
            let last = parsed.blocks.last();
            if last.is_some_and(|block| block.kind != BlockKind::Heading) {
                parsed.sections.push(start);
            }
            read.push_str(source);
            let first = parsed.locators.len();
            read_cell(&read, start, &cell.cell_type, &mut parsed);
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
        left_out.list(&mut parsed);
        Ok(vec![parsed])
    }
}

/// A cell from byte `start` to the end of a text.
fn read_cell(text: &str, start: usize, kind: &str, parsed: &mut Parsed) {
    if kind == "markdown" {
        markdown::blocks(text, start, parsed);
        return;
    }
    // Cells for other programs hold the head of a page, or text of a form that is not known.
    let matter = front_matter(&text[start..]).filter(|_| kind == "raw");
    let mut from = start;
    if let Some(matter) = matter {
        if parsed.title.is_none() {
            matter.about(parsed);
        }
        from = start + matter.span.end;
        parsed.omitted.push(Omitted {
            span: start + matter.span.start..from,
            reason: Omission::FrontMatter,
        });
    }
    let rest = text[from..].trim();
    if rest.is_empty() {
        return;
    }
    let begin = from + text[from..].len() - text[from..].trim_start().len();
    let mut blocks = vec![Block {
        span: begin..begin + rest.len(),
        kind: BlockKind::Code,
    }];
    let mut omitted = data(rest);
    for omitted in &mut omitted {
        omitted.span = begin + omitted.span.start..begin + omitted.span.end;
    }
    let mut left_out = Vec::new();
    leave_out(text, &mut blocks, &mut left_out, omitted);
    parsed.blocks.append(&mut blocks);
    parsed.omitted.append(&mut left_out);
}

/// What a cell printed, as text.
fn printed(output: &Map<String, Value>) -> String {
    let data = output.get("data").and_then(Value::as_object);
    let found = [
        output.get("text"),
        data.and_then(|data| data.get("text/plain")),
        data.and_then(|data| data.get("text/html")),
        data.and_then(|data| data.get("text/markdown")),
        output.get("evalue"),
    ];
    let Some(value) = found.into_iter().flatten().next() else {
        return String::new();
    };
    let all = match value {
        Value::String(text) => text.clone(),
        Value::Array(lines) => lines.iter().filter_map(Value::as_str).collect(),
        _ => String::new(),
    };
    let length = all.chars().count();
    if length <= PRINTED {
        return all;
    }
    let begin: String = all.chars().take(PRINTED).collect();
    format!("{begin}… ({} more characters)", length - PRINTED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_in_order_without_outputs() {
        let text = r##"{"cells":[{"cell_type":"markdown","source":["# Title\n","\n","Text of it."]},
            {"cell_type":"code","source":"print(1)","outputs":[{"text":"1"}]},
            {"cell_type":"markdown","source":"<p>More.</p>"},{"cell_type":"raw","source":"As it is."}],"nbformat":4}"##;
        assert!(Notebook.accepts("ipynb", text));
        let parsed = Notebook.read(text, &Fields::default()).unwrap().remove(0);
        let read = parsed.text.unwrap();
        assert_eq!(
            read[..parsed.listed_from.unwrap()],
            *"# Title\n\nText of it.\n\nprint(1)\n\n<p>More.</p>\n\nAs it is."
        );
        let listed: Vec<&str> = parsed
            .omitted
            .iter()
            .map(|o| &read[o.span.clone()])
            .collect();
        assert_eq!(listed, ["<p>", "</p>", "1"]);
        let kinds: Vec<_> = parsed
            .blocks
            .iter()
            .map(|b| (b.kind, &read[b.span.clone()]))
            .collect();
        assert_eq!(kinds[2], (BlockKind::Code, "print(1)"));
        let locators: Vec<&str> = parsed.locators.iter().map(|(_, l)| l.as_str()).collect();
        assert_eq!(
            locators,
            ["cell 1", "cell 1: Title", "cell 2", "cell 3", "cell 4"]
        );
        assert!(Notebook.read("{\"cells\": 3}", &Fields::default()).is_err());
    }
}
