//! A passage holds text of one slide, one sheet, one chapter and one cell of a notebook.

use proptest::prelude::*;

use super::{Chars, check, packed};
use crate::corpus::{Article, ReadOptions, locator};
use crate::passage::passages;

const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// What a part says: its title, its sentences, and notes to it.
type Part = (bool, usize, usize);

fn read(name: &str, bytes: Vec<u8>) -> Article {
    let path = std::path::Path::new(name);
    let read = Article::from_bytes(bytes, path, &ReadOptions::default());
    read.unwrap().remove(0)
}

/// So many short sentences that name their part.
fn sentences(part: &str, count: usize) -> Vec<String> {
    (0..count)
        .map(|number| format!("{part}q says {number}."))
        .collect()
}

/// Checks that every passage names one part only, and is cited by the place of that part.
fn check_parts(article: &Article, place: &dyn Fn(&str) -> String) -> Result<(), TestCaseError> {
    check(article)?;
    for passage in passages(article, &Chars) {
        let text = &article.text[passage.span.clone()];
        let mut named: Vec<&str> = text
            .split(|c: char| !c.is_ascii_alphanumeric())
            .filter(|word| word.ends_with('q'))
            .map(|word| word.trim_end_matches('q'))
            .collect();
        named.dedup();
        prop_assert_eq!(named.len(), 1, "{}", text);
        let cited = locator(&article.locators, passage.span.start).unwrap_or_default();
        let expected = place(named[0]);
        prop_assert!(
            cited.starts_with(&expected),
            "{} is not {}",
            cited,
            expected
        );
    }
    Ok(())
}

fn files(all: Vec<(String, String)>) -> Vec<u8> {
    let all: Vec<_> = all
        .into_iter()
        .map(|(name, text)| (name, text.into_bytes()))
        .collect();
    packed(&all)
}

fn related(all: &[(String, &str, String)]) -> String {
    let all = all.iter().map(|(id, kind, target)| {
        format!("<Relationship Id='{id}' Type='{RELATIONS}/{kind}' Target='{target}'/>")
    });
    let all: String = all.collect();
    format!(
        "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>{all}</Relationships>"
    )
}

fn pptx(slides: &[Part]) -> Vec<u8> {
    let p = "xmlns:p='http://schemas.openxmlformats.org/presentationml/2006/main' xmlns:a='http://schemas.openxmlformats.org/drawingml/2006/main'";
    let shape = |kind: &str, lines: &[String]| {
        let lines: String = lines
            .iter()
            .map(|line| format!("<a:p><a:r><a:t>{line}</a:t></a:r></a:p>"))
            .collect();
        format!(
            "<p:sp><p:nvSpPr><p:nvPr>{kind}</p:nvPr></p:nvSpPr><p:txBody>{lines}</p:txBody></p:sp>"
        )
    };
    let slide =
        |shapes: &str| format!("<p:sld {p}><p:cSld><p:spTree>{shapes}</p:spTree></p:cSld></p:sld>");
    let mut all = Vec::new();
    let (mut listed, mut ids) = (Vec::new(), String::new());
    for ((title, texts, notes), number) in slides.iter().zip(1..) {
        let mut shapes = String::new();
        if *title {
            shapes.push_str(&shape(
                "<p:ph type='title'/>",
                &[format!("{number}q title")],
            ));
        }
        shapes.push_str(&shape("", &sentences(&number.to_string(), *texts)));
        all.push((format!("ppt/slides/s{number}.xml"), slide(&shapes)));
        let said = sentences(&format!("{number}notes"), *notes);
        all.push((
            format!("ppt/notesSlides/n{number}.xml"),
            slide(&shape("<p:ph type='body'/>", &said)),
        ));
        let note = (
            "n".to_owned(),
            "notesSlide",
            format!("../notesSlides/n{number}.xml"),
        );
        all.push((
            format!("ppt/slides/_rels/s{number}.xml.rels"),
            related(&[note]),
        ));
        listed.push((
            format!("r{number}"),
            "slide",
            format!("slides/s{number}.xml"),
        ));
        ids.push_str(&format!("<p:sldId id='{number}' r:id='r{number}'/>"));
    }
    let main = (
        "a".to_owned(),
        "officeDocument",
        "ppt/presentation.xml".to_owned(),
    );
    all.push(("_rels/.rels".to_owned(), related(&[main])));
    all.push((
        "ppt/_rels/presentation.xml.rels".to_owned(),
        related(&listed),
    ));
    let shown = format!(
        "<p:presentation {p} xmlns:r='{RELATIONS}'><p:sldIdLst>{ids}</p:sldIdLst></p:presentation>"
    );
    all.push(("ppt/presentation.xml".to_owned(), shown));
    all.push(("[Content_Types].xml".to_owned(), "<Types/>".to_owned()));
    files(all)
}

fn open_document(kind: &str, body: &str) -> Vec<u8> {
    let ns = ["office", "text", "table", "draw", "presentation"]
        .map(|name| {
            format!(
                " xmlns:{name}='urn:oasis:names:tc:opendocument:xmlns:{}:1.0'",
                match name {
                    "draw" => "drawing",
                    name => name,
                }
            )
        })
        .concat();
    format!(
        "<?xml version='1.0'?><office:document{ns} office:mimetype='application/vnd.oasis.opendocument.{kind}'>\
         <office:body><office:{kind}>{body}</office:{kind}></office:body></office:document>"
    )
    .into_bytes()
}

fn fodp(slides: &[Part]) -> Vec<u8> {
    let lines = |lines: Vec<String>| -> String {
        let lines = lines.iter().map(|line| format!("<text:p>{line}</text:p>"));
        format!(
            "<draw:text-box>{}</draw:text-box>",
            lines.collect::<String>()
        )
    };
    let slides = slides
        .iter()
        .zip(1..)
        .map(|((title, texts, notes), number)| {
            let title = match title {
                true => format!(
                    "<draw:frame presentation:class='title'>{}</draw:frame>",
                    lines(vec![format!("{number}q title")])
                ),
                false => String::new(),
            };
            let texts = lines(sentences(&number.to_string(), *texts));
            let notes = lines(sentences(&format!("{number}notes"), *notes));
            format!(
                "<draw:page>{title}<draw:frame>{texts}</draw:frame>\
             <presentation:notes><draw:frame>{notes}</draw:frame></presentation:notes></draw:page>"
            )
        });
    open_document("presentation", &slides.collect::<String>())
}

/// Rows of a sheet: one cell is a line of text, two of them are a row of a table.
fn rows(sheet: usize, (table, count, _): Part) -> Vec<Vec<String>> {
    let lines = sentences(&format!("Part{sheet}"), count);
    let row = |line: String| match table {
        true => vec![format!("Part{sheet}q"), line],
        false => vec![line],
    };
    lines.into_iter().map(row).collect()
}

fn fods(sheets: &[Part]) -> Vec<u8> {
    let cell = |text: &String| {
        format!(
            "<table:table-cell office:value-type='string'><text:p>{text}</text:p></table:table-cell>"
        )
    };
    let sheets = sheets.iter().zip(1..).map(|(part, number)| {
        let rows = rows(number, *part).into_iter().map(|cells| {
            let cells: String = cells.iter().map(cell).collect();
            format!("<table:table-row>{cells}</table:table-row>")
        });
        let rows: String = rows.collect();
        format!("<table:table table:name='Part{number}q'>{rows}</table:table>")
    });
    open_document("spreadsheet", &sheets.collect::<String>())
}

fn xlsx(sheets: &[Part]) -> Vec<u8> {
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let mut all = Vec::new();
    let (mut listed, mut names) = (Vec::new(), String::new());
    for (part, number) in sheets.iter().zip(1..) {
        let rows = rows(number, *part)
            .into_iter()
            .zip(1..)
            .map(|(cells, row)| {
                let cells = cells.iter().zip(["A", "B"]).map(|(text, column)| {
                    format!("<c r='{column}{row}' t='inlineStr'><is><t>{text}</t></is></c>")
                });
                format!("<row r='{row}'>{}</row>", cells.collect::<String>())
            });
        let rows: String = rows.collect();
        let sheet = format!("<worksheet xmlns='{main}'><sheetData>{rows}</sheetData></worksheet>");
        all.push((format!("xl/worksheets/s{number}.xml"), sheet));
        listed.push((
            format!("r{number}"),
            "worksheet",
            format!("worksheets/s{number}.xml"),
        ));
        names.push_str(&format!(
            "<sheet name='Part{number}q' sheetId='{number}' r:id='r{number}'/>"
        ));
    }
    let book = (
        "a".to_owned(),
        "officeDocument",
        "xl/workbook.xml".to_owned(),
    );
    all.push(("_rels/.rels".to_owned(), related(&[book])));
    all.push(("xl/_rels/workbook.xml.rels".to_owned(), related(&listed)));
    let book = format!(
        "<workbook xmlns='{main}' xmlns:r='{RELATIONS}'><sheets>{names}</sheets></workbook>"
    );
    all.push(("xl/workbook.xml".to_owned(), book));
    all.push(("[Content_Types].xml".to_owned(), "<Types/>".to_owned()));
    files(all)
}

/// A book whose chapters are in the table of contents.
fn epub(chapters: &[Part]) -> Vec<u8> {
    let mut all = vec![
        ("mimetype".to_owned(), "application/epub+zip".to_owned()),
        (
            "META-INF/container.xml".to_owned(),
            "<rootfile full-path='b.opf'/>".to_owned(),
        ),
    ];
    let (mut items, mut spine, mut entries) = (String::new(), String::new(), String::new());
    for ((title, texts, _), number) in chapters.iter().zip(1..) {
        let title = match title {
            true => format!("<h1>{number}q title</h1>"),
            false => String::new(),
        };
        let texts = sentences(&number.to_string(), *texts).into_iter();
        let texts: String = texts.map(|text| format!("<p>{text}</p>")).collect();
        all.push((
            format!("c{number}.xhtml"),
            format!("<html><body>{title}{texts}</body></html>"),
        ));
        items.push_str(&format!(
            "<item id='c{number}' href='c{number}.xhtml' media-type='application/xhtml+xml'/>"
        ));
        spine.push_str(&format!("<itemref idref='c{number}'/>"));
        entries.push_str(&format!(
            "<li><a href='c{number}.xhtml'>Part {number}</a></li>"
        ));
    }
    items.push_str(
        "<item id='nav' href='nav.xhtml' properties='nav' media-type='application/xhtml+xml'/>",
    );
    let nav = format!("<html><body><nav epub:type='toc'><ol>{entries}</ol></nav></body></html>");
    all.push(("nav.xhtml".to_owned(), nav));
    let book = format!("<package><manifest>{items}</manifest><spine>{spine}</spine></package>");
    all.push(("b.opf".to_owned(), book));
    files(all)
}

fn notebook(cells: &[Part]) -> Vec<u8> {
    let cells = cells.iter().zip(1..).map(|((code, texts, _), number)| {
        let kind = if *code { "code" } else { "markdown" };
        let source = sentences(&number.to_string(), *texts).join("\n");
        serde_json::json!({"cell_type": kind, "source": source})
    });
    let cells: Vec<_> = cells.collect();
    serde_json::json!({"cells": cells, "nbformat": 4})
        .to_string()
        .into_bytes()
}

fn parts() -> impl Strategy<Value = Vec<Part>> {
    prop::collection::vec((any::<bool>(), 1..5_usize, 0..3_usize), 1..6)
}

proptest! {
    #[test]
    fn no_passage_holds_two_slides(slides in parts()) {
        for (name, bytes) in [("a.pptx", pptx(&slides)), ("a.fodp", fodp(&slides))] {
            check_parts(&read(name, bytes), &|part| match part.strip_suffix("notes") {
                Some(number) => format!("slide {number} notes"),
                None => format!("slide {part}"),
            })?;
        }
    }

    #[test]
    fn no_passage_holds_two_sheets(sheets in parts()) {
        for (name, bytes) in [("a.xlsx", xlsx(&sheets)), ("a.fods", fods(&sheets))] {
            check_parts(&read(name, bytes), &|part| format!("{part}q!"))?;
        }
    }

    #[test]
    fn no_passage_holds_two_chapters_or_cells(parts in parts()) {
        check_parts(&read("a.epub", epub(&parts)), &|part| format!("Part {part}"))?;
        check_parts(&read("a.ipynb", notebook(&parts)), &|part| format!("cell {part}"))?;
    }
}

#[test]
fn a_slide_that_is_a_title_alone_is_a_passage() {
    let article = read("a.pptx", pptx(&[(true, 0, 0), (true, 1, 0)]));
    let cut = passages(&article, &Chars);
    let texts: Vec<&str> = cut
        .iter()
        .map(|one| &article.text[one.span.clone()])
        .collect();
    assert_eq!(texts, ["1q title", "2q title\n\n2q says 0."]);
}

#[test]
fn a_cell_that_ends_in_a_heading_belongs_to_the_next_one() {
    let cell = |kind: &str, source: &str| serde_json::json!({"cell_type": kind, "source": source});
    let cells = [
        cell("markdown", "# Load"),
        cell("code", "x = 1"),
        cell("code", "y = 2"),
    ];
    let book = serde_json::json!({"cells": cells, "nbformat": 4}).to_string();
    let article = read("a.ipynb", book.into_bytes());
    let cut = passages(&article, &Chars);
    let texts: Vec<&str> = cut
        .iter()
        .map(|one| &article.text[one.span.clone()])
        .collect();
    assert_eq!(
        texts,
        ["# Load\n\nx = 1", "y = 2"].map(|text| text.trim_start_matches("# "))
    );
}

#[test]
fn behind_a_folded_part_of_a_page_begins_another_passage() {
    let page = "<html><body><main><h1>Hall</h1><details><summary>What is the fee?</summary><p>It is five euro.</p></details>\
                <p>The hall opens at nine.</p></main></body></html>";
    let article = read("a.html", page.into());
    let cut = passages(&article, &Chars);
    let texts: Vec<&str> = cut
        .iter()
        .map(|one| &article.text[one.span.clone()])
        .collect();
    assert_eq!(
        texts,
        [
            "Hall\nWhat is the fee?\nIt is five euro.",
            "The hall opens at nine."
        ]
    );
}
