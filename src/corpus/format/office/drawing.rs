//! DrawingML: paragraphs of shapes, tables of slides, text of SmartArt and of charts.

use super::content::{Item, Paragraph, Role, Row, Table, TableCell};
use super::relations::read;
use super::xml::{Ns, Piece, Xml};
use crate::corpus::decode::decoded::Fault;
use crate::corpus::format::package::Package;

/// A paragraph, and the numbers of slides in it, which are no part of its text.
pub(super) struct Line {
    pub(super) text: String,
    pub(super) number: String,
}

/// Reads `a:p`, which was begun.
///
/// # Errors
/// As [`Xml::next`].
pub(super) fn paragraph(xml: &mut Xml<'_>) -> Result<Line, Fault> {
    let mut line = Line {
        text: String::new(),
        number: String::new(),
    };
    let depth = xml.depth();
    // Of alternatives the first one is read.
    let mut chosen = false;
    while let Some(piece) = xml.next(depth)? {
        let Piece::Start(tag) = piece else { continue };
        match (tag.ns, tag.name()) {
            (Ns::Drawing | Ns::Math, "t") => line.text.push_str(&xml.text()?),
            (Ns::Drawing, "br") => line.text.push('\n'),
            (Ns::Drawing, "fld") => {
                let kind = tag.attr("type").unwrap_or_default();
                let inner = field(xml)?;
                match kind.as_str() {
                    "slidenum" => line.number.push_str(&inner),
                    _ => line.text.push_str(&inner),
                }
            }
            (Ns::Compat, "AlternateContent") => chosen = false,
            (Ns::Compat, "Choice") => chosen = true,
            (Ns::Compat, "Fallback") if chosen => xml.skip()?,
            _ => {}
        }
    }
    Ok(line)
}

fn field(xml: &mut Xml<'_>) -> Result<String, Fault> {
    let depth = xml.depth();
    let mut text = String::new();
    while let Some(piece) = xml.next(depth)? {
        if let Piece::Start(tag) = piece
            && tag.is(Ns::Drawing, "t")
        {
            text.push_str(&xml.text()?);
        }
    }
    Ok(text)
}

/// All paragraphs of an element that was begun.
///
/// # Errors
/// As [`Xml::next`].
pub(super) fn paragraphs(xml: &mut Xml<'_>) -> Result<Vec<Item>, Fault> {
    let depth = xml.depth();
    let mut items = Vec::new();
    while let Some(piece) = xml.next(depth)? {
        if let Piece::Start(tag) = piece
            && tag.is(Ns::Drawing, "p")
        {
            items.push(Item::text(paragraph(xml)?.text));
        }
    }
    Ok(items)
}

/// Reads `a:tbl`, which was begun.
///
/// # Errors
/// As [`Xml::next`].
pub(super) fn table(xml: &mut Xml<'_>) -> Result<Table, Fault> {
    let depth = xml.depth();
    let mut table = Table::default();
    while let Some(piece) = xml.next(depth)? {
        let Piece::Start(tag) = piece else { continue };
        match (tag.ns, tag.name()) {
            (Ns::Drawing, "tr") => table.rows.push(Row::default()),
            (Ns::Drawing, "tc") => {
                // What a cell over several columns or rows covers stands in the file, too.
                let covered = tag.attr("hMerge").is_some_and(|value| value != "0");
                let goes_on = tag.attr("vMerge").is_some_and(|value| value != "0");
                let columns = tag.number("gridSpan").unwrap_or(1);
                let content = paragraphs(xml)?;
                let Some(row) = table.rows.last_mut() else {
                    continue;
                };
                if !covered || !super::content::plain(&content).is_empty() {
                    row.cells.push(TableCell {
                        content,
                        columns: if covered { 1 } else { columns },
                        goes_on,
                    });
                }
            }
            _ => {}
        }
    }
    Ok(table)
}

/// The text of a part of SmartArt: the texts of its points, in their order.
///
/// # Errors
/// Where it cannot be read.
pub(super) fn diagram(package: &mut Package<'_>, part: &str) -> Result<Vec<Item>, Fault> {
    let Some(text) = read(package, part)? else {
        return Ok(Vec::new());
    };
    let mut xml = Xml::new(part, &text);
    let mut items = Vec::new();
    while let Some(piece) = xml.next(0)? {
        let Piece::Start(tag) = piece else { continue };
        if tag.is(Ns::Diagram, "t") {
            let lines = paragraphs(&mut xml)?.into_iter();
            items.extend(lines.map(|item| match item {
                Item::Paragraph(paragraph) => Item::Paragraph(Paragraph {
                    role: Role::Item,
                    ..paragraph
                }),
                table => table,
            }));
        }
    }
    Ok(items)
}

/// The text of a chart: its titles, and a table of its series.
///
/// # Errors
/// Where it cannot be read.
pub(super) fn chart(package: &mut Package<'_>, part: &str) -> Result<Vec<Item>, Fault> {
    let Some(text) = read(package, part)? else {
        return Ok(Vec::new());
    };
    let mut xml = Xml::new(part, &text);
    let mut items = Vec::new();
    let mut series: Vec<Series> = Vec::new();
    while let Some(piece) = xml.next(0)? {
        let Piece::Start(tag) = piece else { continue };
        match (tag.ns, tag.name()) {
            (Ns::Chart, "ser") => series.push(one_series(&mut xml)?),
            (Ns::Drawing, "p") => items.push(Item::text(paragraph(&mut xml)?.text)),
            _ => {}
        }
    }
    if !series.is_empty() {
        items.push(Item::Table(series_table(&series)));
    }
    Ok(items)
}

#[derive(Default)]
struct Series {
    name: String,
    categories: Vec<String>,
    values: Vec<String>,
    labels: Vec<Item>,
}

fn one_series(xml: &mut Xml<'_>) -> Result<Series, Fault> {
    let depth = xml.depth();
    let mut series = Series::default();
    while let Some(piece) = xml.next(depth)? {
        let Piece::Start(tag) = piece else { continue };
        match (tag.ns, tag.name()) {
            (Ns::Chart, "tx") => series.name = points(xml)?.join(" "),
            (Ns::Chart, "cat" | "xVal") => series.categories = points(xml)?,
            (Ns::Chart, "val" | "yVal") => series.values = points(xml)?,
            (Ns::Drawing, "p") => series.labels.push(Item::text(paragraph(xml)?.text)),
            _ => {}
        }
    }
    Ok(series)
}

/// The values that a chart keeps of what it shows.
fn points(xml: &mut Xml<'_>) -> Result<Vec<String>, Fault> {
    let depth = xml.depth();
    let mut points = Vec::new();
    while let Some(piece) = xml.next(depth)? {
        let Piece::Start(tag) = piece else { continue };
        match (tag.ns, tag.name()) {
            (Ns::Chart, "v") => points.push(xml.text()?),
            (Ns::Drawing, "p") => points.push(paragraph(xml)?.text),
            _ => {}
        }
    }
    Ok(points)
}

/// A row for each category, or for each number of a point.
fn series_table(series: &[Series]) -> Table {
    let cell = |text: &str| TableCell {
        content: vec![Item::text(text)],
        ..TableCell::default()
    };
    let row = |head: bool, first: &str, others: Vec<&str>| Row {
        head,
        cells: std::iter::once(first).chain(others).map(cell).collect(),
    };
    let names = series.iter().map(|series| series.name.as_str());
    let mut table = Table {
        rows: vec![row(true, "", names.collect())],
    };
    let length = |series: &Series| series.categories.len().max(series.values.len());
    for at in 0..series.iter().map(length).max().unwrap_or(0) {
        let category = series.iter().find_map(|series| series.categories.get(at));
        let values = series
            .iter()
            .map(|series| series.values.get(at).map_or("", String::as_str));
        table.rows.push(row(
            false,
            category.map_or("", String::as_str),
            values.collect(),
        ));
    }
    let labels = series.iter().flat_map(|series| &series.labels);
    let labels: Vec<TableCell> = labels
        .map(|label| TableCell {
            content: vec![label.clone()],
            ..TableCell::default()
        })
        .collect();
    if !labels.is_empty() {
        table.rows.push(Row {
            head: false,
            cells: labels,
        });
    }
    table
}
