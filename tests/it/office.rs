//! Office documents: read, cited by heading, slide or cell, and read in another process within its limits.

use std::fmt::Write as _;
use std::io::{Cursor, Read, Write};

use serde_json::Value;
use zip::write::{SimpleFileOptions, ZipWriter};
use zip::{CompressionMethod, ZipArchive};

use crate::support::{Folder, repository};

const NAMES: [&str; 8] = [
    "ruby.docx",
    "writer.docx",
    "slides.pptx",
    "furigana.xlsx",
    "sheet.xls",
    "text.odt",
    "sheet.ods",
    "flat.fodt",
];

fn fixture(name: &str) -> Vec<u8> {
    let path = repository().join("tests/data/documents").join(name);
    std::fs::read(path).unwrap()
}

fn archive(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        // The form of OpenDocument is told by a file that is not packed.
        let method = match name.as_str() {
            "mimetype" => CompressionMethod::Stored,
            _ => CompressionMethod::Deflated,
        };
        let options = SimpleFileOptions::default().compression_method(method);
        writer.start_file(name.as_str(), options).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// The files in an archive.
fn parts(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    (0..archive.len())
        .map(|at| {
            let mut file = archive.by_index(at).unwrap();
            let mut content = Vec::new();
            file.read_to_end(&mut content).unwrap();
            (file.name().unwrap().into_owned(), content)
        })
        .collect()
}

/// A document of WordprocessingML with this body.
fn docx(body: &str) -> Vec<u8> {
    let relations = "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'><Relationship Id='a' Type='http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument' Target='word/document.xml'/></Relationships>";
    let document = format!(
        "<w:document xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main'><w:body>{body}</w:body></w:document>"
    );
    archive(&[
        ("[Content_Types].xml".to_owned(), b"<Types/>".to_vec()),
        ("_rels/.rels".to_owned(), relations.into()),
        ("word/document.xml".to_owned(), document.into()),
    ])
}

fn cut(folder: &Folder, name: &str) -> Value {
    folder.tane(["passages", "--json", name]).json()
}

fn texts(cut: &Value, list: &str) -> String {
    let all = cut[list].as_array().unwrap().iter();
    let texts = all.map(|one| one["text"].as_str().unwrap());
    texts.collect::<Vec<_>>().join("\n")
}

fn without_space(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// The texts between the tags of some elements, told by their names alone.
fn texts_of(xml: &str, elements: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for piece in xml.split('<').skip(1) {
        let Some((tag, text)) = piece.split_once('>') else {
            continue;
        };
        let name = tag.split([' ', '/']).next().unwrap_or_default();
        if elements.contains(&name) && !tag.ends_with('/') && !text.is_empty() {
            let text = text.replace("&lt;", "<").replace("&gt;", ">");
            found.push(
                text.replace("&apos;", "'")
                    .replace("&quot;", "\"")
                    .replace("&amp;", "&"),
            );
        }
    }
    found
}

#[test]
fn each_form_is_read_and_every_text_in_it_is_accounted_for() {
    let folder = Folder::new(&[]);
    for (name, form, expected, place) in [
        (
            "ruby.docx",
            "DOCX",
            "吾輩は猫である。挿入された文。",
            "第一章 序論",
        ),
        ("writer.docx", "DOCX", "外の岩は北緯四十度にある。", "灯台"),
        (
            "slides.pptx",
            "PPTX",
            "航路: 北の港 | 時間: 四十分",
            "slide 2",
        ),
        (
            "slides.pptx",
            "PPTX",
            "冬は氷が厚く、一時間かかると話す。",
            "slide 1 notes",
        ),
        ("furigana.xlsx", "XLSX", "東京都 | 1250 | 名古屋", "売上!A1"),
        (
            "sheet.xls",
            "XLS",
            "品番: B-2 | 品名: くぎ | 数: 7.5",
            "在庫!A2",
        ),
        ("text.odt", "ODT", "前吾輩は猫  である。", "第一章"),
        ("sheet.ods", "ODS", "品: 米 | 数: 五", "表一!A2"),
        ("flat.fodt", "FODT", "外の岩は北緯四十度にある。", "灯台"),
    ] {
        folder.write(name, fixture(name));
        let cut = cut(&folder, name);
        assert_eq!(cut["format"], form);
        assert_eq!(cut["article"]["text_source"], "extracted");
        let mut passages = cut["passages"].as_array().unwrap().iter();
        let with = |passage: &&Value| passage["text"].as_str().unwrap().contains(expected);
        let passage = passages.find(with);
        let passage = passage.unwrap_or_else(|| panic!("{name}: {expected}: {cut}"));
        assert_eq!(passage["locator"], place, "{name}");
        // An independent reader: all texts of elements that have text.
        let all = without_space(&(texts(&cut, "passages") + &texts(&cut, "omitted")));
        let sources: Vec<String> = match form {
            // No XML; dates that are written in another way.
            "XLS" | "ODS" => Vec::new(),
            "FODT" => vec![String::from_utf8(fixture(name)).unwrap()],
            _ => parts(&fixture(name))
                .into_iter()
                .filter(|(part, _)| part.ends_with(".xml"))
                .filter(|(part, _)| !part.starts_with("docProps/") && part != "meta.xml")
                .map(|(_, content)| String::from_utf8(content).unwrap())
                .collect(),
        };
        let elements = [
            "w:t",
            "w:delText",
            "a:t",
            "text:p",
            "text:h",
            "text:span",
            "text:ruby-base",
            "text:ruby-text",
        ];
        let mut seen = 0;
        for text in sources.iter().flat_map(|xml| texts_of(xml, &elements)) {
            // By sentences: a long paragraph is cut between them, into passages that overlap.
            for sentence in without_space(&text).split_inclusive('。') {
                assert!(
                    all.contains(sentence),
                    "{name}: `{sentence}` is nowhere: {cut}"
                );
                seen += sentence.len();
            }
        }
        assert!(seen > 0 || ["XLS", "XLSX", "ODS"].contains(&form), "{name}");
    }
    let short = cut(&folder, "furigana.xlsx");
    assert!(
        !texts(&short, "passages").contains("トウキョウト"),
        "{short}"
    );
    assert!(texts(&short, "omitted").contains("トウキョウト"), "{short}");
    // The content tells the form, and not the name.
    folder.write("letter.txt", fixture("ruby.docx"));
    assert_eq!(cut(&folder, "letter.txt")["format"], "DOCX");
    folder.write("not.docx", "The mill grinds rye.\n");
    assert_eq!(cut(&folder, "not.docx")["format"], "text");
    folder.write(
        "table.xls",
        "<html><table><tr><th>Pier</th></tr><tr><td>North</td></tr></table></html>",
    );
    assert_eq!(cut(&folder, "table.xls")["format"], "html");
}

#[test]
fn a_passage_is_cited_by_slide_and_by_cell() {
    let folder = Folder::new(&[]);
    folder.write("docs/slides.pptx", fixture("slides.pptx"));
    folder.write("docs/sheet.xls", fixture("sheet.xls"));
    folder.tane(["index", "docs"]).ok();
    let found = folder
        .tane(["query", "--json", "冬に氷が厚いと何分かかるか"])
        .json();
    let hit = &found["results"][0];
    assert_eq!(hit["passage"]["locator"], "slide 1 notes", "{found}");
    let shown = folder.tane(["query", "くぎの数"]).ok();
    assert!(shown.contains("在庫!A2"), "{shown}");
    let id = hit["passage"]["id"].as_str().unwrap();
    assert!(folder.tane(["show", id]).ok().contains("slide 1"));
    let opened = folder.tane(["open", "--print", id]).run();
    let command = String::from_utf8(opened.stdout).unwrap();
    assert!(command.contains("slides.pptx"), "{command}");
    assert_eq!(folder.tane(["verify"]).run().code, Some(0));
}

/// A compound file with a stream of this name.
fn compound(stream: &str) -> Vec<u8> {
    let mut bytes = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
    bytes.resize(1024, 0);
    bytes.extend(stream.encode_utf16().flat_map(u16::to_le_bytes));
    bytes.resize(2048, 0);
    bytes
}

#[test]
fn what_cannot_be_read_is_named_and_the_run_goes_on() {
    let folder = Folder::new(&[("docs/rail.txt", "The first railway opened in 1872.\n")]);
    let word = fixture("ruby.docx");
    folder.write("docs/locked.docx", compound("EncryptedPackage"));
    folder.write("docs/old.doc", compound("WordDocument"));
    folder.write("docs/cut.docx", &word[..word.len() - 100]);
    folder.write("docs/begun.docx", &word[50..]);
    folder.write("docs/empty.docx", docx("<w:p/>"));
    let paragraph = "<w:p><w:r><w:t>tane</w:t></w:r></w:p>";
    folder.write("docs/bomb.docx", docx(&paragraph.repeat(1 << 19)));
    let entity = docx("").clone();
    let mut files = parts(&entity);
    files[2].1 = b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>".to_vec();
    folder.write("docs/entity.docx", archive(&files));
    let report = folder.tane(["index", "docs", "--json"]).json();
    assert_eq!(report["articles"], 1, "{report}");
    let reason = |name: &str| {
        let lists = ["failed", "skipped"].into_iter();
        let mut files = lists.flat_map(|list| report[list].as_array().unwrap());
        let file = files.find(|file| file["path"].as_str().unwrap().ends_with(name));
        let file = file.unwrap_or_else(|| panic!("{name}: {report}"));
        file["reason"].as_str().unwrap().to_owned()
    };
    for (name, expected) in [
        ("locked.docx", "locked by a password"),
        ("old.doc", "save it as .docx"),
        (
            "cut.docx",
            "a damaged document: its ZIP archive is cut or broken",
        ),
        ("begun.docx", "a damaged document"),
        ("empty.docx", "a document without text"),
        (
            "bomb.docx",
            "expands to more than 200 times its packed size",
        ),
        ("entity.docx", "declares entities"),
    ] {
        let told = reason(name);
        assert!(told.contains(expected), "{name}: {told}");
    }
}

#[test]
fn damaged_documents_are_all_accounted_for() {
    let folder = Folder::new(&[]);
    // A fixed sequence: every run damages the same bytes.
    let mut state = 7_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as usize
    };
    let pieces: [&[u8]; 8] = [
        b"</w:p>",
        b"<w:tbl>",
        b"&a;",
        b"<!DOCTYPE a [<!ENTITY a 'b'>]>",
        b"number-columns-repeated='999999999'",
        b"A1:XFD1048576",
        b"<![CDATA[",
        b"\xff\xfe",
    ];
    let mut damage = |bytes: &mut Vec<u8>| {
        for _ in 0..1 + next() % 8 {
            let at = next() % bytes.len().max(1);
            let piece = pieces[next() % pieces.len()];
            match next() % 4 {
                _ if bytes.is_empty() => {}
                0 => bytes[at] = next() as u8,
                1 => drop(bytes.drain(at..(at + 20).min(bytes.len()))),
                2 => bytes.truncate(bytes.len() - (next() % 50).min(bytes.len())),
                _ => drop(bytes.splice(at..at, piece.iter().copied())),
            }
        }
    };
    let count = 64;
    for number in 0..count {
        let name = NAMES[number % NAMES.len()];
        let mut bytes = fixture(name);
        // Half of them are damaged inside, so that the archive is whole.
        if number % 16 < 8 || name.ends_with("xls") || name.ends_with("fodt") {
            damage(&mut bytes);
        } else {
            let mut files = parts(&bytes);
            let at = number / 16 % files.len();
            damage(&mut files[at].1);
            bytes = archive(&files);
        }
        folder.write(&format!("docs/{number}-{name}"), bytes);
    }
    let report = folder.tane(["index", "docs", "--json"]).json();
    let length = |list: &str| report[list].as_array().unwrap().len();
    let articles = report["articles"].as_u64().unwrap() as usize;
    assert_eq!(
        articles + length("skipped") + length("failed"),
        count,
        "{report}"
    );
    assert!(articles > 0, "{report}");
    let mut reasons = String::new();
    for file in report["failed"].as_array().unwrap() {
        writeln!(reasons, "{}", file["reason"]).unwrap();
    }
    assert!(!reasons.contains("its reader"), "{reasons}");
    assert_eq!(folder.tane(["verify"]).run().code, Some(0));
}
