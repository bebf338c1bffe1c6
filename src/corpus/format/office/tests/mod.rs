//! Documents written by hand, each with what a person who opens it reads.

mod excel;
mod open_document;

use super::kind::Kind;
use crate::corpus::block::Omission;
use crate::corpus::decode::decoded::Fault;
use crate::corpus::format::package::tests::archive;
use crate::corpus::format::reader::{FormatOfBytes, Parsed};

const TYPES: &str = "<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'/>";
const WORD: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
const STRICT: &str = "http://purl.oclc.org/ooxml/wordprocessingml/main";
const TYPE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
fn relations(all: &[(&str, &str, &str)]) -> String {
    let all = all.iter().map(|(id, kind, target)| {
        format!("<Relationship Id='{id}' Type='{TYPE}/{kind}' Target='{target}'/>")
    });
    format!(
        "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>{}</Relationships>",
        all.collect::<String>()
    )
}

/// A document of WordprocessingML with this body, and more parts.
fn docx(body: &str, parts: &[(&str, String)], related: &[(&str, &str, &str)]) -> Vec<u8> {
    let document = format!(
        "<w:document xmlns:w='{WORD}' xmlns:r='{TYPE}' \
         xmlns:mc='http://schemas.openxmlformats.org/markup-compatibility/2006' xmlns:v='urn:v' xmlns:wps='urn:wps' \
         xmlns:wp='urn:wp' xmlns:m='http://schemas.openxmlformats.org/officeDocument/2006/math'><w:body>{body}</w:body></w:document>"
    );
    word_archive(document.as_bytes(), parts, related)
}

fn word_archive(
    document: &[u8],
    parts: &[(&str, String)],
    related: &[(&str, &str, &str)],
) -> Vec<u8> {
    let main = relations(&[("rId1", "officeDocument", "word/document.xml")]);
    let related = relations(related);
    let mut files: Vec<(&str, &[u8])> = vec![
        ("[Content_Types].xml", TYPES.as_bytes()),
        ("_rels/.rels", main.as_bytes()),
        ("word/document.xml", document),
        ("word/_rels/document.xml.rels", related.as_bytes()),
    ];
    files.extend(parts.iter().map(|(name, text)| (*name, text.as_bytes())));
    archive(&files)
}

fn read(kind: Kind, bytes: Vec<u8>) -> Parsed {
    assert_eq!(super::kind::kind("", &bytes), Some(kind));
    kind.read(bytes.into()).unwrap().remove(0)
}

/// The blocks, a line each.
fn lines(parsed: &Parsed) -> Vec<String> {
    let text = parsed.text.as_deref().unwrap();
    let blocks = parsed.blocks.iter();
    blocks
        .map(|block| text[block.span.clone()].to_owned())
        .collect()
}

fn left(parsed: &Parsed) -> Vec<(Omission, String)> {
    let text = parsed.text.as_deref().unwrap();
    let left = parsed.omitted.iter();
    left.map(|left| (left.reason, text[left.span.clone()].to_owned()))
        .collect()
}

fn reason(kind: Kind, bytes: Vec<u8>) -> String {
    match kind.read(bytes.into()) {
        Ok(_) => String::new(),
        Err(Fault::Unreadable(reason) | Fault::NotText(reason)) => reason.text,
    }
}

#[test]
fn numbers_that_word_writes_are_text() {
    let level = |at: usize, format: &str, text: &str, more: &str| {
        format!(
            "<w:lvl w:ilvl='{at}'><w:start w:val='1'/><w:numFmt w:val='{format}'/><w:lvlText w:val='{text}'/>{more}</w:lvl>"
        )
    };
    let numbering = format!(
        "<w:numbering xmlns:w='{WORD}'><w:abstractNum w:abstractNumId='7'>{}{}{}</w:abstractNum>\
         <w:abstractNum w:abstractNumId='8'>{}</w:abstractNum><w:num w:numId='1'><w:abstractNumId w:val='7'/></w:num>\
         <w:num w:numId='2'><w:abstractNumId w:val='7'/><w:lvlOverride w:ilvl='0'><w:startOverride w:val='1'/></w:lvlOverride></w:num>\
         <w:num w:numId='3'><w:abstractNumId w:val='8'/></w:num></w:numbering>",
        level(
            0,
            "japaneseCounting",
            "第%1条",
            "<w:pStyle w:val='Article'/>"
        ),
        level(1, "decimal", "%1.%2", "<w:isLgl/>"),
        level(2, "lowerLetter", "(%3)", ""),
        level(0, "bullet", "•", ""),
    );
    let styles = format!(
        "<w:styles xmlns:w='{WORD}'><w:style w:styleId='Article'><w:name w:val='Article'/><w:pPr><w:numPr><w:numId w:val='1'/></w:numPr></w:pPr></w:style></w:styles>"
    );
    let item = |list: usize, level: usize, text: &str| {
        format!(
            "<w:p><w:pPr><w:numPr><w:ilvl w:val='{level}'/><w:numId w:val='{list}'/></w:numPr></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"
        )
    };
    let styled = |text: &str| {
        format!("<w:p><w:pPr><w:pStyle w:val='Article'/></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>")
    };
    let body = [
        styled("（目的）"),
        item(1, 1, "One."),
        item(1, 2, "A."),
        item(1, 2, "B."),
        item(1, 1, "Two."),
        styled("（料金）"),
        item(1, 1, "Three."),
        item(2, 0, "Anew"),
        item(3, 0, "Mark"),
        item(0, 0, "None"),
        item(9, 0, "Unknown"),
    ];
    let parts = [
        ("word/numbering.xml", numbering),
        ("word/styles.xml", styles),
    ];
    let related = [
        ("rId1", "numbering", "numbering.xml"),
        ("rId2", "styles", "styles.xml"),
    ];
    let parsed = read(Kind::Docx, docx(&body.concat(), &parts, &related));
    assert_eq!(
        lines(&parsed),
        [
            "第一条 （目的）",
            "1.1 One.",
            "(a) A.",
            "(b) B.",
            "1.2 Two.",
            "第二条 （料金）",
            "2.1 Three.",
            "第一条 Anew",
            "Mark",
            "None",
            "Unknown",
        ]
    );
}

#[test]
fn a_form_loses_nothing_and_joins_nothing() {
    let cell = |text: &str, columns: usize| {
        format!(
            "<w:tc><w:tcPr><w:gridSpan w:val='{columns}'/></w:tcPr>{}</w:tc>",
            paragraph(text)
        )
    };
    let row = |cells: &[String]| format!("<w:tr>{}</w:tr>", cells.concat());
    let table = [
        row(&[
            cell("報告者", 1),
            cell("中村 葵", 1),
            cell("所属", 1),
            cell("図書館課", 1),
        ]),
        row(&[cell("件名", 1), cell("館内の照明について", 3)]),
        row(&[cell("結果", 1), cell("三か所を直した。", 3)]),
    ];
    let parsed = read(
        Kind::Docx,
        docx(&format!("<w:tbl>{}</w:tbl>", table.concat()), &[], &[]),
    );
    assert_eq!(
        lines(&parsed),
        [
            "報告者 | 中村 葵 | 所属 | 図書館課",
            "件名 | 館内の照明について",
            "結果 | 三か所を直した。"
        ]
    );
    assert!(left(&parsed).is_empty());
}

#[test]
fn a_small_table_in_a_cell_is_what_the_cell_says() {
    let cell = |content: &str| format!("<w:tc>{content}</w:tc>");
    let table = |rows: &[String]| {
        let rows: String = rows
            .iter()
            .map(|cells| format!("<w:tr>{cells}</w:tr>"))
            .collect();
        format!("<w:tbl>{rows}</w:tbl>")
    };
    let inner = table(&[
        cell(&paragraph("Rod")) + &cell(&paragraph("2")),
        cell(&paragraph("Boat")) + &cell(&paragraph("1")),
    ]);
    let outer = |inner: &str| {
        table(&[
            ["Ship", "Place", "Gear"]
                .map(|text| cell(&paragraph(text)))
                .concat(),
            cell(&paragraph("Heron")) + &cell(&paragraph("Weir")) + &cell(inner),
            cell(&paragraph("Otter")) + &cell(&paragraph("Harbour")) + &cell(&paragraph("None")),
        ])
    };
    let parsed = read(Kind::Docx, docx(&outer(&inner), &[], &[]));
    assert_eq!(
        lines(&parsed),
        [
            "Ship: Heron | Place: Weir | Gear: Rod | 2 Boat | 1",
            "Ship: Otter | Place: Harbour | Gear: None"
        ]
    );
    // A page in a cell stays a page.
    let page = paragraph(&"A long text of a page. ".repeat(12)) + &inner;
    assert!(
        lines(&read(Kind::Docx, docx(&outer(&page), &[], &[]))).contains(&"Rod | 2".to_owned())
    );
}

fn paragraph(text: &str) -> String {
    format!("<w:p><w:r><w:t>{text}</w:t></w:r></w:p>")
}

#[test]
fn a_document_is_read_once_and_what_it_does_not_show_is_listed() {
    let body = [
        "<w:p><w:pPr><w:pStyle w:val='a3'/></w:pPr><w:r><w:t>第一章</w:t></w:r></w:p>",
        // A word over several runs, breaks, and letters that are elements.
        "<w:p><w:r><w:t>al</w:t></w:r><w:r><w:t>pha</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t><w:noBreakHyphen/><w:t>d</w:t><w:sym w:font='Symbol' w:char='F061'/><w:sym w:char='2192'/></w:r></w:p>",
        // Hidden by the run, by its style, and shown although the style hides.
        "<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>hid1</w:t></w:r><w:r><w:rPr><w:rStyle w:val='H'/></w:rPr><w:t>hid2</w:t></w:r><w:r><w:rPr><w:rStyle w:val='H'/><w:vanish w:val='0'/></w:rPr><w:t>shown</w:t></w:r></w:p>",
        // Tracked changes.
        "<w:p><w:ins><w:r><w:t>new</w:t></w:r></w:ins><w:del><w:r><w:delText>old</w:delText></w:r></w:del><w:moveFrom><w:r><w:t>from</w:t></w:r></w:moveFrom><w:moveTo><w:r><w:t> here</w:t></w:r></w:moveTo></w:p>",
        "<w:p><w:r><w:ruby><w:rubyPr/><w:rt><w:r><w:t>かんじ</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>漢字</w:t></w:r></w:rubyBase></w:ruby></w:r><w:r><w:t>だ</w:t></w:r></w:p>",
        // A field with its command, a link, a control, a formula.
        "<w:p><w:r><w:fldChar w:fldCharType='begin'/></w:r><w:r><w:instrText>PAGE \\* MERGE</w:instrText></w:r><w:r><w:fldChar w:fldCharType='separate'/></w:r><w:r><w:t>7</w:t></w:r><w:r><w:fldChar w:fldCharType='end'/></w:r><w:hyperlink><w:r><w:t> link</w:t></w:r></w:hyperlink><w:sdt><w:sdtPr><w:alias w:val='no'/></w:sdtPr><w:sdtContent><w:r><w:t> field</w:t></w:r></w:sdtContent></w:sdt><m:oMath><m:r><m:t> x+y</m:t></m:r></m:oMath></w:p>",
        // A box, written for new and for old programs.
        "<w:p><w:r><w:t>before</w:t></w:r><w:r><mc:AlternateContent><mc:Choice Requires='wps'><wp:docPr descr='alt text'/><wps:txbx><w:txbxContent><w:p><w:r><w:t>box</w:t></w:r></w:p></w:txbxContent></wps:txbx></mc:Choice><mc:Fallback><v:textbox><w:txbxContent><w:p><w:r><w:t>box</w:t></w:r></w:p></w:txbxContent></v:textbox></mc:Fallback></mc:AlternateContent></w:r><w:r><w:t> after</w:t></w:r></w:p>",
        // Only the old form has text.
        "<w:p><w:r><mc:AlternateContent><mc:Choice Requires='x'/><mc:Fallback><w:t>old form</w:t></mc:Fallback></mc:AlternateContent></w:r></w:p>",
        "<w:p><w:pPr><w:pStyle w:val='T1'/></w:pPr><w:r><w:t>第一章\t1</w:t></w:r></w:p>",
        "<w:p><w:pPr><w:numPr><w:numId w:val='3'/></w:numPr></w:pPr><w:r><w:t>item</w:t></w:r></w:p>",
        "<w:p><w:r><w:t>noted</w:t><w:footnoteReference w:id='2'/></w:r></w:p>",
        "<w:p><w:pPr><w:outlineLvl w:val='1'/></w:pPr><w:r><w:t>Part &amp; &#x5206;</w:t></w:r></w:p>",
        "<w:sdt><w:sdtContent><w:p><w:r><w:t>last &lt;</w:t></w:r></w:p></w:sdtContent></w:sdt><w:sectPr/>",
    ]
    .concat();
    let styles = format!(
        "<w:styles xmlns:w='{WORD}'><w:style w:type='paragraph' w:styleId='a3'><w:name w:val='My'/><w:basedOn w:val='1'/></w:style>\
         <w:style w:styleId='1'><w:name w:val='heading 1'/><w:basedOn w:val='1'/></w:style>\
         <w:style w:styleId='T1'><w:name w:val='toc 1'/></w:style>\
         <w:style w:type='character' w:styleId='H'><w:name w:val='h'/><w:rPr><w:vanish/></w:rPr></w:style></w:styles>"
    );
    let notes = format!(
        "<w:footnotes xmlns:w='{WORD}'><w:footnote w:type='separator' w:id='0'><w:p/></w:footnote><w:footnote w:id='2'>{}</w:footnote><w:footnote w:id='9'>{}</w:footnote></w:footnotes>",
        paragraph("the note"),
        paragraph("lost note")
    );
    let of = |root: &str, text: &str| {
        format!("<w:{root} xmlns:w='{WORD}'>{}</w:{root}>", paragraph(text))
    };
    let core = "<c xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:t='http://purl.org/dc/terms/'><dc:title>Microsoft Word - x.doc</dc:title><dc:creator>Sato</dc:creator><t:created>2024-05-06T01:02:03Z</t:created></c>";
    let bytes = docx(
        &body,
        &[
            ("word/styles.xml", styles),
            ("word/footnotes.xml", notes),
            ("word/header1.xml", of("hdr", "head")),
            ("word/header2.xml", of("hdr", "head")),
            ("word/footer1.xml", of("ftr", "foot")),
            ("word/comments.xml", of("comments", "remark")),
            ("docProps/core.xml", core.to_owned()),
        ],
        &[
            ("a", "styles", "styles.xml"),
            ("b", "footnotes", "/word/footnotes.xml"),
            ("c", "header", "header1.xml"),
            ("d", "header", "header2.xml"),
            ("e", "footer", "footer1.xml"),
            ("f", "comments", "comments.xml"),
        ],
    );
    let parsed = read(Kind::Docx, bytes);
    assert_eq!(
        lines(&parsed),
        [
            "第一章",
            "alpha\tb\nc\u{2011}d→",
            "shown",
            "new here",
            "漢字だ",
            "7 link field x+y",
            "before after",
            "box",
            "old form",
            "item",
            "noted",
            "the note",
            "Part & 分",
            "last <",
            "lost note",
        ]
    );
    let expected = [
        (Omission::Hidden, "hid1\nhid2\nold\nfrom"),
        (Omission::Ruby, "漢字《かんじ》"),
        (Omission::ImageMarkup, "alt text"),
        (Omission::Navigation, "第一章\t1"),
        (Omission::RunningHead, "head\nfoot"),
        (Omission::Surroundings, "remark"),
    ];
    let expected: Vec<(Omission, String)> = expected
        .into_iter()
        .map(|(reason, text)| (reason, text.to_owned()))
        .collect();
    assert_eq!(left(&parsed), expected);
    let paths: Vec<&str> = parsed
        .locators
        .iter()
        .map(|(_, path)| path.as_str())
        .collect();
    assert_eq!(paths, ["第一章", "第一章 > Part & 分"]);
    assert_eq!(parsed.title, None);
    assert_eq!(parsed.author.as_deref(), Some("Sato"));
    assert_eq!(parsed.published.as_deref(), Some("2024-05-06"));
}

#[test]
fn any_prefix_strict_names_and_other_encodings_are_read() {
    let text = format!(
        "<?xml version='1.0' encoding='UTF-16'?><document xmlns='{STRICT}'><body><p><r><t>日本 text</t></r></p></body></document>"
    );
    let wide: Vec<u8> = [0xfeff]
        .into_iter()
        .chain(text.encode_utf16())
        .flat_map(u16::to_be_bytes)
        .collect();
    let plain = text.replace("UTF-16", "UTF-8");
    let marked = format!("\u{feff}{plain}");
    let prefixed = format!(
        "<ns0:document xmlns:ns0='{WORD}'><ns0:body><ns0:p><ns0:r><ns0:t>日本 text</ns0:t></ns0:r></ns0:p></ns0:body></ns0:document>"
    );
    for document in [
        &wide,
        plain.as_bytes(),
        marked.as_bytes(),
        prefixed.as_bytes(),
    ] {
        let parsed = read(Kind::Docx, word_archive(document, &[], &[]));
        assert_eq!(lines(&parsed), ["日本 text"]);
    }
}

#[test]
fn tables_are_read_by_rows_and_tables_that_arrange_a_page_are_not() {
    let cell =
        |more: &str, text: &str| format!("<w:tc><w:tcPr>{more}</w:tcPr>{}</w:tc>", paragraph(text));
    let row = |cells: &[String]| format!("<w:tr>{}</w:tr>", cells.concat());
    let data = [
        "<w:tr><w:trPr><w:tblHeader/></w:trPr>".to_owned()
            + &cell("", "年度")
            + &cell("<w:gridSpan w:val='2'/>", "売上")
            + "</w:tr>",
        row(&[
            cell("<w:vMerge w:val='restart'/>", "2024"),
            cell("", "上期"),
            cell("", "10"),
        ]),
        row(&[cell("<w:vMerge/>", ""), cell("", "下期"), cell("", "12")]),
    ];
    let layout = row(&[cell("", "left part."), cell("", "right part.")]);
    let body = format!("<w:tbl>{}</w:tbl><w:tbl>{layout}</w:tbl>", data.concat());
    let parsed = read(Kind::Docx, docx(&body, &[], &[]));
    assert_eq!(
        lines(&parsed),
        [
            "年度: 2024 | 売上: 上期 | 売上: 10",
            "年度: 2024 | 売上: 下期 | 売上: 12",
            "left part.",
            "right part.",
        ]
    );
}

#[test]
fn slides_are_read_in_their_order_with_their_notes() {
    let p = "xmlns:p='http://schemas.openxmlformats.org/presentationml/2006/main' xmlns:a='http://schemas.openxmlformats.org/drawingml/2006/main'";
    let shape = |kind: &str, text: &str| {
        format!(
            "<p:sp><p:nvSpPr><p:nvPr>{kind}</p:nvPr></p:nvSpPr><p:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp>"
        )
    };
    let slide = |more: &str, shapes: &str| {
        format!("<p:sld {p} {more}><p:cSld><p:spTree>{shapes}</p:spTree></p:cSld></p:sld>")
    };
    let first = slide(
        "",
        &(shape("<p:ph idx='1'/>", "point")
            + &shape("<p:ph type='title'/>", "Title")
            + &shape("<p:ph type='sldNum'/>", "12")
            + &shape("", "free")),
    );
    let notes = slide(
        "",
        &(shape("<p:ph type='body'/>", "say this") + &shape("<p:ph type='dt'/>", "May")),
    );
    let presentation = format!(
        "<p:presentation {p} xmlns:r='{TYPE}'><p:sldIdLst><p:sldId id='256' r:id='rId7'/><p:sldId id='257' r:id='rId3'/><p:sldId id='258' r:id='rId5'/></p:sldIdLst></p:presentation>"
    );
    let main = relations(&[("a", "officeDocument", "ppt/presentation.xml")]);
    let related = relations(&[
        ("rId3", "slide", "slides/slide1.xml"),
        ("rId5", "slide", "slides/slide2.xml"),
        ("rId7", "slide", "slides/slide9.xml"),
    ]);
    let of_slide = relations(&[("x", "notesSlide", "../notesSlides/n.xml")]);
    let bytes = archive(&[
        ("[Content_Types].xml", TYPES.as_bytes()),
        ("_rels/.rels", main.as_bytes()),
        ("ppt/presentation.xml", presentation.as_bytes()),
        ("ppt/_rels/presentation.xml.rels", related.as_bytes()),
        (
            "ppt/slides/slide1.xml",
            slide("", &shape("", "second")).as_bytes(),
        ),
        (
            "ppt/slides/slide2.xml",
            slide("show='0'", &shape("", "unseen")).as_bytes(),
        ),
        ("ppt/slides/slide9.xml", first.as_bytes()),
        ("ppt/slides/_rels/slide9.xml.rels", of_slide.as_bytes()),
        ("ppt/notesSlides/n.xml", notes.as_bytes()),
    ]);
    let parsed = read(Kind::Pptx, bytes);
    assert_eq!(
        lines(&parsed),
        ["Title", "point", "free", "say this", "second"]
    );
    let text = parsed.text.as_deref().unwrap();
    let places: Vec<(&str, &str)> = parsed
        .locators
        .iter()
        .map(|(at, place)| (text[*at..].lines().next().unwrap(), place.as_str()))
        .collect();
    assert_eq!(
        places,
        [
            ("Title", "slide 1"),
            ("say this", "slide 1 notes"),
            ("second", "slide 2")
        ]
    );
    assert_eq!(
        left(&parsed),
        [
            (Omission::RunningHead, "12\nMay".to_owned()),
            (Omission::Hidden, "unseen".to_owned())
        ]
    );
}

#[test]
fn bombs_are_refused() {
    let deep = "<w:sdt>".repeat(300) + &"</w:sdt>".repeat(300);
    assert!(reason(Kind::Docx, docx(&deep, &[], &[])).starts_with("nested too deeply"));
    let entity = "<!DOCTYPE w [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><w>&b;</w>";
    let told = reason(Kind::Docx, word_archive(entity.as_bytes(), &[], &[]));
    assert!(told.contains("declares entities"), "{told}");
    // A reference that nothing declares is text as it is written.
    let parsed = read(Kind::Docx, docx(&paragraph("a &b; c"), &[], &[]));
    assert_eq!(lines(&parsed), ["a &b; c"]);
}

#[test]
fn what_is_no_document_of_these_is_named_or_left_to_others() {
    let word = docx(&paragraph("text"), &[], &[]);
    let archive_of_others = archive(&[("a.txt", b"text"), ("b/[Content_Types].xml", b"")]);
    let compound = |stream: &str| {
        let mut bytes = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
        bytes.resize(1024, 0);
        bytes.extend(stream.encode_utf16().flat_map(u16::to_le_bytes));
        bytes.resize(2048, 0);
        bytes
    };
    for (extension, bytes, expected) in [
        ("txt", word.clone(), Some(Kind::Docx)),
        ("xlsx", word.clone(), Some(Kind::Docx)),
        ("docx", word[..word.len() / 2].to_vec(), Some(Kind::Docx)),
        ("docx", word[4..].to_vec(), Some(Kind::Damaged)),
        ("docx", Vec::new(), Some(Kind::Damaged)),
        ("docx", b"Only the name says so.".to_vec(), None),
        ("xls", b"<table><tr><td>a</td></tr></table>".to_vec(), None),
        ("zip", archive_of_others.clone(), None),
        ("odt", archive_of_others, Some(Kind::Odt)),
        ("docx", compound("EncryptedPackage"), Some(Kind::Locked)),
        ("doc", compound("WordDocument"), Some(Kind::OldWord)),
        (
            "ppt",
            compound("PowerPoint Document"),
            Some(Kind::OldSlides),
        ),
        ("x", compound("Workbook"), Some(Kind::Xls)),
        ("msi", compound("Other"), None),
        ("xls", compound("Other"), Some(Kind::Xls)),
        ("docx", compound("Other"), Some(Kind::Damaged)),
        ("txt", b"<office:document> is an element".to_vec(), None),
        ("txt", b"PK\x03\x04".to_vec(), None),
    ] {
        assert_eq!(
            super::kind::kind(extension, &bytes),
            expected,
            "{extension}"
        );
    }
    assert!(reason(Kind::Docx, word[..word.len() / 2].to_vec()).starts_with("a damaged document"));
    assert!(reason(Kind::Locked, Vec::new()).starts_with("locked by a password"));
    assert!(reason(Kind::OldWord, Vec::new()).ends_with("save it as .docx"));
    let empty = reason(Kind::Docx, docx("<w:p/>", &[], &[]));
    assert_eq!(empty, "a document without text");
    let broken = word_archive(b"<w:document xmlns:w='x'><w:body>", &[], &[]);
    assert!(reason(Kind::Docx, broken).contains("is not well-formed XML"));
    let locked = archive(&[
        ("mimetype", b"application/vnd.oasis.opendocument.text"),
        ("META-INF/manifest.xml", b"<m:encryption-data/>"),
    ]);
    assert!(reason(Kind::Odt, locked).starts_with("locked by a password"));
}
