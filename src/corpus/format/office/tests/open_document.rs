//! OpenDocument, in one XML file.

use super::{Kind, left, lines, read, reason};
use crate::corpus::block::Omission;

const OPEN_DOCUMENT: &str = "xmlns:office='urn:oasis:names:tc:opendocument:xmlns:office:1.0' \
    xmlns:text='urn:oasis:names:tc:opendocument:xmlns:text:1.0' \
    xmlns:table='urn:oasis:names:tc:opendocument:xmlns:table:1.0' \
    xmlns:draw='urn:oasis:names:tc:opendocument:xmlns:drawing:1.0' \
    xmlns:presentation='urn:oasis:names:tc:opendocument:xmlns:presentation:1.0' \
    xmlns:style='urn:oasis:names:tc:opendocument:xmlns:style:1.0' \
    xmlns:fo='urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0' \
    xmlns:dc='http://purl.org/dc/elements/1.1/'";

/// A flat OpenDocument file.
fn flat(kind: &str, styles: &str, body: &str) -> Vec<u8> {
    format!(
        "<?xml version='1.0' encoding='UTF-8'?>\n<office:document {OPEN_DOCUMENT} office:mimetype='application/vnd.oasis.opendocument.{kind}'>\
         <office:meta><dc:title>題</dc:title><dc:language>ja</dc:language></office:meta><office:automatic-styles>{styles}</office:automatic-styles>\
         <office:body>{body}</office:body></office:document>"
    )
    .into_bytes()
}

#[test]
fn open_document_texts_are_read() {
    let styles = "<style:style style:name='h' style:family='text'><style:text-properties text:display='none'/></style:style>\
        <style:style style:name='P1' style:family='paragraph' style:parent-style-name='Caption'/>";
    let body = "<office:text><text:tracked-changes><text:changed-region><text:deletion><office:change-info><dc:creator>Ann</dc:creator></office:change-info><text:p>gone</text:p></text:deletion></text:changed-region></text:tracked-changes>\
        <text:table-of-content><text:table-of-content-source>no</text:table-of-content-source><text:index-body><text:p>章 1</text:p></text:index-body></text:table-of-content>\
        <text:h text:outline-level='2'>章</text:h>\
        <text:p>a\n   b<text:s text:c='2'/>c<text:tab/>d<text:line-break/><text:ruby><text:ruby-base>漢字</text:ruby-base><text:ruby-text>かんじ</text:ruby-text></text:ruby><text:span text:style-name='h'>hid</text:span>\
        <text:note><text:note-citation>3</text:note-citation><text:note-body><text:p>note</text:p></text:note-body></text:note><office:annotation><dc:creator>Bob</dc:creator><text:p>remark</text:p></office:annotation></text:p>\
        <text:list><text:list-item><text:p>one</text:p></text:list-item></text:list>\
        <text:p text:style-name='P1'>図一</text:p>\
        <text:p><draw:frame><draw:text-box><text:p>box</text:p></draw:text-box></draw:frame>end</text:p>\
        <table:table><table:table-header-rows><table:table-row><table:table-cell><text:p>鍵</text:p></table:table-cell><table:table-cell><text:p>値</text:p></table:table-cell></table:table-row></table:table-header-rows>\
        <table:table-row><table:table-cell table:number-rows-spanned='2'><text:p>い</text:p></table:table-cell><table:table-cell><text:p>1</text:p></table:table-cell></table:table-row>\
        <table:table-row><table:covered-table-cell/><table:table-cell><text:p>2</text:p></table:table-cell></table:table-row></table:table></office:text>";
    let parsed = read(Kind::Fodt, flat("text", styles, body));
    assert_eq!(
        lines(&parsed),
        [
            "章",
            "a b  c\td\n漢字",
            "note",
            "one",
            "図一",
            "end",
            "box",
            "鍵: い | 値: 1",
            "鍵: い | 値: 2"
        ]
    );
    assert_eq!(
        left(&parsed),
        [
            (Omission::Hidden, "gone".to_owned()),
            (Omission::Navigation, "章 1".to_owned()),
            (Omission::Ruby, "漢字《かんじ》".to_owned()),
            (Omission::Hidden, "hid".to_owned()),
            (Omission::Note, "3".to_owned()),
            (Omission::Surroundings, "remark".to_owned()),
        ]
    );
    assert_eq!(parsed.title.as_deref(), Some("題"));
    assert_eq!(parsed.lang.as_deref(), Some("ja"));
}

#[test]
fn open_document_slides_and_sheets_are_read() {
    let body = "<office:presentation><draw:page><draw:frame><draw:text-box><text:list><text:list-item><text:p>point</text:p></text:list-item></text:list></draw:text-box></draw:frame>\
        <draw:frame presentation:class='title'><draw:text-box><text:p>題目</text:p></draw:text-box></draw:frame>\
        <presentation:notes><draw:frame presentation:class='notes'><draw:text-box><text:p>say</text:p></draw:text-box></draw:frame></presentation:notes></draw:page>\
        <draw:page draw:style-name='d'><draw:frame><draw:text-box><text:p>unseen</text:p></draw:text-box></draw:frame></draw:page></office:presentation>";
    let styles = "<style:style style:name='d' style:family='drawing-page'><style:drawing-page-properties presentation:visibility='hidden'/></style:style>";
    let parsed = read(Kind::Fodp, flat("presentation", styles, body));
    assert_eq!(lines(&parsed), ["題目", "point", "say"]);
    assert_eq!(left(&parsed), [(Omission::Hidden, "unseen".to_owned())]);
    let places: Vec<&str> = parsed
        .locators
        .iter()
        .map(|(_, place)| place.as_str())
        .collect();
    assert_eq!(places, ["slide 1", "slide 1 notes"]);

    let cell = |text: &str| format!("<table:table-cell><text:p>{text}</text:p></table:table-cell>");
    let body = format!(
        "<office:spreadsheet><table:table table:name='在庫'><table:table-row>{}{}</table:table-row>\
         <table:table-row table:number-rows-repeated='2'>{}<table:table-cell office:value-type='date' office:date-value='2024-05-06'><text:p>5/6/24</text:p></table:table-cell></table:table-row>\
         <table:table-row table:number-rows-repeated='1048570'><table:table-cell table:number-columns-repeated='16384'/></table:table-row></table:table></office:spreadsheet>",
        cell("品"),
        cell("入荷日"),
        cell("茶")
    );
    let parsed = read(Kind::Fods, flat("spreadsheet", "", &body));
    assert_eq!(
        lines(&parsed),
        [
            "在庫",
            "品: 茶 | 入荷日: 2024-05-06",
            "品: 茶 | 入荷日: 2024-05-06"
        ]
    );
    assert_eq!(parsed.locators[1].1, "在庫!A3");
}

#[test]
fn cells_and_spaces_that_are_repeated_have_limits() {
    let cell = "<table:table-cell table:number-columns-repeated='16384'><text:p>x</text:p></table:table-cell>";
    let rows =
        format!("<table:table-row table:number-rows-repeated='1048576'>{cell}</table:table-row>");
    let body =
        format!("<office:spreadsheet><table:table>{rows}</table:table></office:spreadsheet>");
    let told = reason(Kind::Fods, flat("spreadsheet", "", &body));
    assert!(told.contains("more than 2000000 cells"), "{told}");
    let spaces = "<text:p>a<text:s text:c='4000000000'/>b</text:p>";
    let parsed = read(
        Kind::Fodt,
        flat("text", "", &format!("<office:text>{spaces}</office:text>")),
    );
    assert_eq!(lines(&parsed)[0].len(), 1002);
}
