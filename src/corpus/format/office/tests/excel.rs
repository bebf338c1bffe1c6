//! Workbooks whose parts are records (MS-XLSB), and traps of those whose parts are XML.

use std::path::Path;

use super::{Kind, TYPES, archive, left, lines, read, reason, relations};
use crate::corpus::block::Omission;
use crate::corpus::decode::decoded::Fault;
use crate::corpus::format::guarded::READER_FAILED;
use crate::corpus::format::{of_bytes, parts};
use crate::corpus::read_options::ReadOptions;

/// A record: its number and its length in groups of seven bits.
fn record(number: u16, content: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for mut rest in [usize::from(number), content.len()] {
        loop {
            let low = (rest & 0x7f) as u8;
            rest >>= 7;
            bytes.push(if rest > 0 { low | 0x80 } else { low });
            if rest == 0 {
                break;
            }
        }
    }
    // The number of a record stands in it with its high bits.
    if number >= 128 {
        bytes[0] = (number & 0xff) as u8 | 0x80;
        bytes[1] = (number >> 7) as u8;
    }
    bytes.extend(content);
    bytes
}

fn wide(text: &str) -> Vec<u8> {
    let units: Vec<u16> = text.encode_utf16().collect();
    let mut bytes = (units.len() as u32).to_le_bytes().to_vec();
    bytes.extend(units.into_iter().flat_map(u16::to_le_bytes));
    bytes
}

fn numbers(all: &[u32]) -> Vec<u8> {
    all.iter().flat_map(|number| number.to_le_bytes()).collect()
}

#[test]
fn a_workbook_that_makes_its_library_panic_is_named() {
    let mut bytes = std::fs::read("tests/data/documents/sheet.xls").unwrap();
    bytes[1510] = 16;
    let form = of_bytes(Path::new("a.xls"), &bytes).unwrap();
    let read = parts::read(form, bytes.into(), &ReadOptions::default());
    assert_eq!(read.err(), Some(Fault::unreadable(READER_FAILED)));
}

#[test]
fn a_binary_workbook_is_read() {
    let bundle = [numbers(&[0, 1]), wide("rId1"), wide("売上")].concat();
    let book = [
        record(131, b""),
        record(143, b""),
        record(156, &bundle),
        record(144, b""),
        record(132, b""),
    ]
    .concat();
    let row = |row: u32| record(0, &[numbers(&[row, 0]), vec![0; 9]].concat());
    let text = |column: u32, text: &str| record(6, &[numbers(&[column, 0]), wide(text)].concat());
    let number = |column: u32, number: f64| {
        record(
            5,
            &[numbers(&[column, 0]), number.to_le_bytes().to_vec()].concat(),
        )
    };
    let sheet = [
        record(129, b""),
        record(148, &numbers(&[0, 1, 0, 1])),
        record(145, b""),
        row(0),
        text(0, "品名"),
        text(1, "価格"),
        row(1),
        text(0, "りんご"),
        number(1, 120.0),
        record(146, b""),
        record(130, b""),
    ]
    .concat();
    let main = relations(&[("a", "officeDocument", "xl/workbook.bin")]);
    let related = relations(&[("rId1", "worksheet", "worksheets/sheet1.bin")]);
    let bytes = archive(&[
        ("[Content_Types].xml", TYPES.as_bytes()),
        ("_rels/.rels", main.as_bytes()),
        ("xl/workbook.bin", &book),
        ("xl/_rels/workbook.bin.rels", related.as_bytes()),
        ("xl/worksheets/sheet1.bin", &sheet),
    ]);
    let parsed = read(Kind::Xlsb, bytes);
    assert_eq!(lines(&parsed), ["売上", "品名: りんご | 価格: 120"]);
    assert_eq!(parsed.locators, [(0, "売上!A2".to_owned())]);
}

/// A workbook of one sheet with these rows, and more parts.
fn xlsx(state: &str, rows: &str, parts: &[(&str, &str)]) -> Vec<u8> {
    const SHEET: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let main = relations(&[("a", "officeDocument", "xl/workbook.xml")]);
    let related = relations(&[
        ("rId1", "worksheet", "worksheets/sheet1.xml"),
        ("rId2", "sharedStrings", "sharedStrings.xml"),
    ]);
    let book = format!(
        "<x:workbook xmlns:x='{SHEET}' xmlns:r='http://schemas.openxmlformats.org/officeDocument/2006/relationships'>\
         <x:sheets><x:sheet name='一' sheetId='1' {state} r:id='rId1'/></x:sheets></x:workbook>"
    );
    let sheet = format!(
        "<worksheet xmlns='{SHEET}'><dimension ref='A1:XFD1048576'/><sheetData>{rows}</sheetData></worksheet>"
    );
    let strings = "<sst><si><t>東京都</t><rPh sb='0' eb='3'><t>トウキョウト</t></rPh></si></sst>";
    let mut files: Vec<(&str, &[u8])> = vec![
        ("[Content_Types].xml", TYPES.as_bytes()),
        ("_rels/.rels", main.as_bytes()),
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/_rels/workbook.xml.rels", related.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
        ("xl/sharedStrings.xml", strings.as_bytes()),
    ];
    files.extend(parts.iter().map(|(name, text)| (*name, text.as_bytes())));
    archive(&files)
}

#[test]
fn sheets_claim_what_they_want_and_readings_are_left_out() {
    let rows = "<row r='1'><c r='A1' t='s'><v>0</v></c><c r='B1' t='e'><f>1/0</f><v>#DIV/0!</v></c></row>\
        <row r='1048576'><c r='XFD1048576' t='inlineStr'><is><t>遠い</t></is></c></row>";
    let comment = "<comments><commentList><comment ref='A1'><text><r><t>remark</t></r></text></comment></commentList></comments>";
    let boxes = "<d xmlns:a='http://schemas.openxmlformats.org/drawingml/2006/main'><a:p><a:r><a:t>box</a:t></a:r></a:p></d>";
    let parts = [
        ("xl/comments1.xml", comment),
        ("xl/drawings/drawing1.xml", boxes),
    ];
    let parsed = read(Kind::Xlsx, xlsx("", rows, &parts));
    assert_eq!(lines(&parsed), ["一", "東京都", "遠い", "box"]);
    let places: Vec<&str> = parsed
        .locators
        .iter()
        .map(|(_, place)| place.as_str())
        .collect();
    assert_eq!(places, ["一!A1", "一!XFD1048576", "text boxes"]);
    assert_eq!(
        left(&parsed),
        [
            (Omission::Data, "#DIV/0!".to_owned()),
            (Omission::Surroundings, "remark".to_owned()),
            (Omission::Ruby, "東京都《トウキョウト》".to_owned()),
        ]
    );
    let told = reason(Kind::Xlsx, xlsx("state='hidden'", rows, &[]));
    assert_eq!(told, "a workbook without text");
    let declared = [("xl/a.xml", "<!DOCTYPE a [<!ENTITY b 'c'>]><a/>")];
    let told = reason(Kind::Xlsx, xlsx("", rows, &declared));
    assert!(told.contains("declares entities"), "{told}");
    let broken = rows.replace("</row>", "");
    let told = reason(Kind::Xlsx, xlsx("", &broken, &[]));
    assert!(told.starts_with("a damaged document: "), "{told}");
}

#[test]
fn what_number_formats_add_is_read() {
    let rows = "<row r='1'><c r='A1' t='inlineStr'><is><t>品名</t></is></c><c r='B1' t='inlineStr'><is><t>割合</t></is></c>\
        <c r='C1' t='inlineStr'><is><t>価格</t></is></c><c r='D1' t='inlineStr'><is><t>番号</t></is></c></row>\
        <row r='2'><c r='A2' t='inlineStr'><is><t>りんご</t></is></c><c r='B2' s='1'><v>7.0000000000000007E-2</v></c>\
        <c r='C2' s='2'><v>1200</v></c><c r='D2' s='3'><v>7</v></c></row>";
    let styles = "<styleSheet xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'>\
        <numFmts count='2'><numFmt numFmtId='164' formatCode='#,##0&quot;円&quot;'/>\
        <numFmt numFmtId='165' formatCode='0000'/></numFmts>\
        <cellXfs count='4'><xf numFmtId='0'/><xf numFmtId='10' applyNumberFormat='1'/>\
        <xf numFmtId='164' applyNumberFormat='1'/><xf numFmtId='165' applyNumberFormat='1'/></cellXfs></styleSheet>";
    let parts = [("xl/styles.xml", styles)];
    let parsed = read(Kind::Xlsx, xlsx("", rows, &parts));
    let expected = ["一", "品名: りんご | 割合: 7% | 価格: 1200円 | 番号: 0007"];
    assert_eq!(lines(&parsed), expected);
}
