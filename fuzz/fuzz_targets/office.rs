//! Office documents whose archive is whole: whatever their XML is, the reader ends, and every span of what it gives
//! holds.
#![no_main]

use std::io::{Cursor, Write};
use std::path::Path;

use libfuzzer_sys::fuzz_target;
use tane::corpus::{Article, ReadOptions};
use tane_fuzz::must_hold_extracted;
use zip::write::{SimpleFileOptions, ZipWriter};

/// The part that is made of the input, and what makes an archive of this form.
const FORMS: [(&str, &str, &str); 4] = [
    ("word/document.xml", "[Content_Types].xml", ""),
    ("ppt/slides/slide1.xml", "[Content_Types].xml", ""),
    ("xl/worksheets/sheet1.xml", "[Content_Types].xml", ""),
    ("content.xml", "mimetype", "application/vnd.oasis.opendocument.text"),
];

const SLIDES: &str = "<p:presentation xmlns:p='http://schemas.openxmlformats.org/presentationml/2006/main' xmlns:r='urn:r'><p:sldId r:id='a'/></p:presentation>";
const BOOK: &str = "<workbook xmlns:r='urn:r'><sheets><sheet name='a' sheetId='1' r:id='a'/></sheets></workbook>";

fn related(kind: &str, target: &str) -> String {
    format!("<Relationships><Relationship Id='a' Type='x/{kind}' Target='{target}'/></Relationships>")
}

fuzz_target!(|input: (u8, &[u8])| {
    let (form, bytes) = input;
    let (part, first, content) = FORMS[usize::from(form) % FORMS.len()];
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let (slide, sheet) = (related("slide", "slides/slide1.xml"), related("worksheet", "worksheets/sheet1.xml"));
    let files: [(&str, &[u8]); 6] = [
        (first, content.as_bytes()),
        (part, bytes),
        ("ppt/presentation.xml", SLIDES.as_bytes()),
        ("ppt/_rels/presentation.xml.rels", slide.as_bytes()),
        ("xl/workbook.xml", BOOK.as_bytes()),
        ("xl/_rels/workbook.xml.rels", sheet.as_bytes()),
    ];
    let own = part.split('/').next().unwrap_or_default();
    for (name, content) in files {
        // Parts of the other forms would make it one of those.
        if name == first || name.starts_with(own) {
            writer.start_file(name, options).unwrap();
            writer.write_all(content).unwrap();
        }
    }
    let archive = writer.finish().unwrap().into_inner();
    if let Ok(articles) = Article::from_bytes(archive, Path::new("a.docx"), &ReadOptions::default()) {
        must_hold_extracted(&articles);
    }
});
