//! Excel workbooks, by the crate calamine: values of cells as they were computed last, dates as dates.
//!
//! Of a ZIP archive every part is expanded and looked through once within the budget, before calamine expands it.

use std::io::Cursor;

use calamine::{
    Data, Dimensions, Reader, SheetType, SheetVisible, Xls, XlsError, Xlsb, Xlsx,
    open_workbook_from_rs,
};

use super::content::plain;
use super::drawing;
use super::excel_values::{Formats, shown};
use super::kind::Kind;
use super::properties;
use super::relations::read;
use super::sheet::{Budget, Sheet};
use super::sheet_names::{MOST_COLUMNS, MOST_ROWS};
use super::xml::{Piece, Xml, decoded};
use crate::corpus::block::{BlockKind, Omission};
use crate::corpus::decode::decoded::Fault;
use crate::corpus::format::blocks::Blocks;
use crate::corpus::format::package::{Limits, Package};
use crate::corpus::format::properties::{author, day, title};
use crate::corpus::format::reader::Parsed;
use crate::corpus::readings::listed;

/// What is said of a workbook whose parts are records.
const CELLS_ALONE: &str =
    "of a workbook of this form only cells are read: no comments, text boxes or charts";

/// What is said of one that is too large to ask for the style of each cell.
const FIGURES_ALONE: &str = "of a workbook of this size numbers are read without what their formats add, such as % and currencies";

/// The styles of the cells in a larger part are not read, because they take memory for each cell, in bytes.
const MOST_STYLED: usize = 64 << 20;

/// What is read of a file.
type Bytes<'a> = Cursor<&'a [u8]>;

/// Reads a workbook of one of Excel's forms.
///
/// # Errors
/// Why it cannot be read.
pub(super) fn workbook(kind: Kind, bytes: &[u8]) -> Result<Vec<Parsed>, Fault> {
    let mut budget = Budget::new();
    if kind == Kind::Xls {
        return xls(bytes, &mut budget);
    }
    let mut package = Package::open(bytes, Limits::default())?;
    let (mut left, mut largest) = (Vec::new(), 0);
    // calamine looks at less than the whole of a part.
    package.check(is_read, |name, bytes| {
        largest = largest.max(bytes.len());
        match name.to_ascii_lowercase().ends_with(".bin") {
            true => Ok(()),
            false => look_through(name, &decoded(name, bytes)?, &mut left),
        }
    })?;
    let mut blocks = Blocks::new(properties::of_package(&mut package));
    match kind {
        Kind::Xlsb => {
            blocks.note(CELLS_ALONE);
            xlsb(bytes, &mut budget, &mut blocks)?;
        }
        _ => {
            let with_formats = largest <= MOST_STYLED;
            if !with_formats {
                blocks.note(FIGURES_ALONE);
            }
            xlsx(bytes, with_formats, &mut budget, &mut blocks)?;
        }
    }
    beside(&mut package, &mut blocks)?;
    for (reason, text) in left {
        blocks.leave(reason, &text);
    }
    finish(blocks)
}

/// Whether the XML of a part is whole, and what calamine does not give of it: readings, and heads and feet of pages.
fn look_through(name: &str, text: &str, left: &mut Vec<(Omission, String)>) -> Result<(), Fault> {
    let mut xml = Xml::new(name, text);
    let mut cell = String::new();
    while let Some(piece) = xml.next(0)? {
        let Piece::Start(tag) = piece else { continue };
        match tag.name() {
            "si" | "is" => cell.clear(),
            "t" => cell.push_str(&xml.text()?),
            "rPh" => {
                let place = tag.number("sb").zip(tag.number("eb"));
                let word = place.map(|(start, end)| part(&cell, start..end));
                let reading = listed(&word.unwrap_or_default(), &xml.text()?);
                left.push((Omission::Ruby, reading));
            }
            "oddHeader" | "oddFooter" | "evenHeader" | "evenFooter" | "firstHeader"
            | "firstFooter" => left.push((Omission::RunningHead, without_codes(&xml.text()?))),
            _ => {}
        }
    }
    Ok(())
}

/// A part of a text by its characters, as Excel counts them.
fn part(text: &str, place: std::ops::Range<usize>) -> String {
    let units = text.encode_utf16().skip(place.start);
    let units: Vec<u16> = units.take(place.len()).collect();
    String::from_utf16_lossy(&units)
}

/// The text of the head or the foot of a page without the codes in it: `&L`, `&12`, `&"Arial,Bold"`, `&KFF0000`.
fn without_codes(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        shown.push_str(before);
        let digits = after.len() - after.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let mut chars = after.chars();
        rest = match chars.next() {
            Some('&') => {
                shown.push('&');
                chars.as_str()
            }
            Some('"') => chars.as_str().split_once('"').map_or("", |(_, rest)| rest),
            Some('K') => after.get(7..).unwrap_or_default(),
            Some(c) if c.is_ascii_digit() => &after[digits..],
            _ => {
                shown.push(' ');
                chars.as_str()
            }
        };
    }
    shown.push_str(rest);
    shown.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Parts that are read here or by calamine; pictures are not.
fn is_read(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    [".xml", ".rels", ".bin"]
        .iter()
        .any(|end| name.ends_with(end))
        && ![
            "docprops/",
            "embeddings/",
            "activex/",
            "printersettings/",
            "vbaproject",
        ]
        .iter()
        .any(|other| name.contains(other))
}

fn finish(blocks: Blocks) -> Result<Vec<Parsed>, Fault> {
    if blocks.len() == 0 {
        return Err(Fault::not_text("a workbook without text"));
    }
    Ok(vec![blocks.finish()])
}

fn damaged(error: &dyn std::fmt::Display) -> Fault {
    Fault::unreadable(format!("a damaged document: {error}"))
}

/// The sheets with cells, in their order.
fn worksheets<'a, R: Reader<Bytes<'a>>>(book: &R) -> Vec<Sheet> {
    let known = book.sheets_metadata().iter();
    let known = known.filter(|known| known.typ == SheetType::WorkSheet);
    known
        .map(|known| Sheet {
            name: known.name.clone(),
            hidden: known.visible != SheetVisible::Visible,
            ..Sheet::default()
        })
        .collect()
}

fn xlsx(
    bytes: &[u8],
    with_formats: bool,
    budget: &mut Budget,
    blocks: &mut Blocks,
) -> Result<(), Fault> {
    let opened = open_workbook_from_rs::<Xlsx<Bytes<'_>>, _>(Cursor::new(bytes));
    let mut book = opened.map_err(|error| damaged(&error))?;
    let mut formats = Formats::default();
    for mut sheet in worksheets(&book) {
        sheet.merged = merged(book.merge_cells_by_sheet_name(&sheet.name));
        // What is wrong with the styles is no fault of the values.
        let styles = with_formats.then(|| book.worksheet_style(&sheet.name).ok());
        formats.of_cells = styles.flatten().unwrap_or_default();
        let opened = book.worksheet_cells_reader(&sheet.name);
        let mut cells = opened.map_err(|error| damaged(&error))?;
        while let Some(cell) = cells.next_cell().map_err(|error| damaged(&error))? {
            let place = cell.get_position();
            let value = formats.apply(place, cell.get_value().clone().into());
            push(&mut sheet, place, value, budget, blocks)?;
        }
        sheet.write(blocks)?;
    }
    Ok(())
}

fn xlsb(bytes: &[u8], budget: &mut Budget, blocks: &mut Blocks) -> Result<(), Fault> {
    let opened = open_workbook_from_rs::<Xlsb<Bytes<'_>>, _>(Cursor::new(bytes));
    let mut book = opened.map_err(|error| damaged(&error))?;
    for mut sheet in worksheets(&book) {
        let opened = book.worksheet_cells_reader(&sheet.name);
        let mut cells = opened.map_err(|error| damaged(&error))?;
        while let Some(cell) = cells.next_cell().map_err(|error| damaged(&error))? {
            let value = cell.get_value().clone().into();
            push(&mut sheet, cell.get_position(), value, budget, blocks)?;
        }
        sheet.write(blocks)?;
    }
    Ok(())
}

/// First and last place of cells that are one; none where that cannot be read.
fn merged<E>(found: Result<Vec<Dimensions>, E>) -> Vec<((u32, u32), (u32, u32))> {
    let found = found.unwrap_or_default().into_iter();
    found.map(|cells| (cells.start, cells.end)).collect()
}

fn xls(bytes: &[u8], budget: &mut Budget) -> Result<Vec<Parsed>, Fault> {
    let opened = open_workbook_from_rs::<Xls<Bytes<'_>>, _>(Cursor::new(bytes));
    let mut book = opened.map_err(|error| match error {
        XlsError::Password => Fault::unreadable(
            "locked by a password; open it in Excel and save it without one".to_owned(),
        ),
        error => damaged(&error),
    })?;
    // What cannot be read of its properties is not needed.
    let known = book.workbook_properties().unwrap_or_default();
    let mut blocks = Blocks::new(Parsed {
        title: known.title.as_deref().and_then(title),
        author: known.creator.as_deref().and_then(author),
        published: known.created.as_deref().and_then(day),
        ..Parsed::default()
    });
    blocks.note(CELLS_ALONE);
    for mut sheet in worksheets(&book) {
        sheet.merged = merged(book.merge_cells_by_sheet_name(&sheet.name));
        let range = book
            .worksheet_range(&sheet.name)
            .map_err(|error| damaged(&error))?;
        let (top, left) = range.start().unwrap_or_default();
        for (row, column, value) in range.used_cells() {
            let place = (top + row as u32, left + column as u32);
            push(&mut sheet, place, value.clone(), budget, &mut blocks)?;
        }
        drop(range);
        sheet.write(&mut blocks)?;
    }
    finish(blocks)
}

fn push(
    sheet: &mut Sheet,
    place: (u32, u32),
    value: Data,
    budget: &mut Budget,
    blocks: &mut Blocks,
) -> Result<(), Fault> {
    if value == Data::Empty {
        return Ok(());
    }
    if place.0 >= MOST_ROWS || place.1 >= MOST_COLUMNS {
        return Err(damaged(&format!(
            "a cell in row {} and column {} is in no sheet",
            u64::from(place.0) + 1,
            u64::from(place.1) + 1
        )));
    }
    if let Data::Error(error) = &value {
        blocks.leave(Omission::Data, &error.to_string());
        return Ok(());
    }
    let text = shown(value);
    budget.take(1, text.len())?;
    sheet.push(place, text);
    Ok(())
}

/// What stands beside the cells: text boxes and charts are read, comments are listed.
fn beside(package: &mut Package<'_>, blocks: &mut Blocks) -> Result<(), Fault> {
    let mut names = package.names().to_vec();
    names.sort();
    for name in names {
        let lower = name.replace('\\', "/").to_ascii_lowercase();
        let lower = lower.trim_start_matches('/');
        if !lower.ends_with(".xml") {
            continue;
        }
        if lower.starts_with("xl/comments") || lower.starts_with("xl/threadedcomments/") {
            let text = read(package, &name)?.unwrap_or_default();
            for comment in comments(&name, &text)? {
                blocks.leave(Omission::Surroundings, &comment);
            }
        } else if lower.starts_with("xl/drawings/drawing") {
            let text = read(package, &name)?.unwrap_or_default();
            let mut xml = Xml::new(&name, &text);
            blocks.begin_section();
            blocks.stand_at("text boxes".to_owned());
            for line in plain(&drawing::paragraphs(&mut xml)?).lines() {
                blocks.write(BlockKind::Paragraph, line);
            }
        } else if lower.starts_with("xl/charts/chart") {
            let items = drawing::chart(package, &name)?;
            blocks.begin_section();
            blocks.stand_at("charts".to_owned());
            for line in plain(&items).lines() {
                blocks.write(BlockKind::Paragraph, line);
            }
        }
    }
    Ok(())
}

/// The texts of comments, without readings.
fn comments(part: &str, text: &str) -> Result<Vec<String>, Fault> {
    let mut xml = Xml::new(part, text);
    let mut comments: Vec<String> = Vec::new();
    while let Some(piece) = xml.next(0)? {
        let Piece::Start(tag) = piece else { continue };
        match tag.name() {
            "comment" | "threadedComment" => comments.push(String::new()),
            "rPh" => xml.skip()?,
            "t" | "text" if tag.name() == "t" || part.to_ascii_lowercase().contains("threaded") => {
                let text = xml.text()?;
                comments
                    .last_mut()
                    .into_iter()
                    .for_each(|last| last.push_str(&text));
            }
            _ => {}
        }
    }
    Ok(comments)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_no_text() {
        for (text, expected) in [
            ("&L社外秘&C&\"Arial,太字\"&12月報&R&P / &N", "社外秘 月報 /"),
            ("A&&B&KFF0000red", "A&Bred"),
            ("&", ""),
            ("&\"x", ""),
            ("&Kあ", ""),
        ] {
            assert_eq!(without_codes(text), expected);
        }
    }
}
