//! Books whose archive is whole: whatever one of their files holds, the reader ends, and every span of what it gives
//! holds.
#![no_main]

use std::io::{Cursor, Write};
use std::path::Path;

use libfuzzer_sys::fuzz_target;
use tane::corpus::{Article, ReadOptions};
use tane_fuzz::must_hold_extracted;
use zip::write::{SimpleFileOptions, ZipWriter};

/// The first stays as it is, so that it is a book; the input takes the place of one of the others.
const FILES: [(&str, &str); 7] = [
    ("mimetype", "application/epub+zip"),
    (
        "META-INF/container.xml",
        "<container><rootfiles><rootfile full-path='b/a.opf' media-type='application/oebps-package+xml'/></rootfiles></container>",
    ),
    (
        "b/a.opf",
        "<package version='3.0'><metadata><title>A</title></metadata><manifest><item id='n' href='n.xhtml' media-type='application/xhtml+xml' properties='nav'/><item id='t' href='t.ncx' media-type='application/x-dtbncx+xml'/><item id='a' href='a.xhtml' media-type='application/xhtml+xml'/></manifest><spine toc='t'><itemref idref='n'/><itemref idref='a'/></spine></package>",
    ),
    ("b/a.xhtml", "<html><body><h1>A</h1><p>The mill grinds rye.</p></body></html>"),
    ("b/n.xhtml", "<html><body><nav><ol><li><a href='a.xhtml'>A</a></li></ol></nav></body></html>"),
    (
        "b/t.ncx",
        "<ncx><navMap><navPoint><navLabel><text>A</text></navLabel><content src='a.xhtml'/></navPoint></navMap></ncx>",
    ),
    ("META-INF/encryption.xml", "<encryption/>"),
];

fuzz_target!(|input: (u8, &[u8])| {
    let (changed, bytes) = input;
    let changed = 1 + usize::from(changed) % (FILES.len() - 1);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (at, (name, content)) in FILES.iter().enumerate() {
        writer.start_file(*name, options).unwrap();
        writer.write_all(if at == changed { bytes } else { content.as_bytes() }).unwrap();
    }
    let book = writer.finish().unwrap().into_inner();
    if let Ok(articles) = Article::from_bytes(book, Path::new("a.epub"), &ReadOptions::default()) {
        must_hold_extracted(&articles);
    }
});
