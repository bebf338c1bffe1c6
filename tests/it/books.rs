//! Books through the whole program.

use crate::archives::{damaged, zip};
use crate::support::{Folder, accounted};

fn book() -> Vec<u8> {
    let container = "<container><rootfiles><rootfile full-path='b.opf'/></rootfiles></container>";
    let opf = "<package xmlns:dc='d'><metadata><dc:title>潮の本</dc:title><dc:creator>佐藤</dc:creator><dc:language>ja</dc:language></metadata>\
               <manifest><item id='n' href='nav.xhtml' media-type='application/xhtml+xml' properties='nav'/>\
               <item id='a' href='a.xhtml' media-type='application/xhtml+xml'/><item id='b' href='b.xhtml' media-type='application/xhtml+xml'/></manifest>\
               <spine page-progression-direction='rtl'><itemref idref='b'/><itemref idref='a'/></spine></package>";
    let page = |body: &str| {
        format!(
            "<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'><head><title/></head><body>{body}</body></html>"
        )
    };
    let nav = page("<nav><a href='b.xhtml'>Spring</a><a href='a.xhtml'>秋</a></nav>");
    let spring = page(
        "<p>The <ruby>tide<rp>(</rp><rt>taid</rt><rp>)</rp></ruby> comes in at dawn and leaves the harbour at noon.</p>",
    );
    let autumn = page("<h1>霧</h1><p>霧の朝、船は港を出ない。灯台だけが見える。</p>");
    zip(&[
        ("mimetype", b"application/epub+zip"),
        ("META-INF/container.xml", container.as_bytes()),
        ("b.opf", opf.as_bytes()),
        ("nav.xhtml", nav.as_bytes()),
        ("a.xhtml", autumn.as_bytes()),
        ("b.xhtml", spring.as_bytes()),
    ])
}

#[test]
fn a_book_is_cited_by_its_chapters() {
    let folder = Folder::new(&[]);
    folder.write("docs/tide.epub", book());
    folder.tane(["index", "docs"]).ok();
    for (question, place) in [
        ("When does the tide come in?", "Spring"),
        ("霧の朝に船は港を出ますか", "秋 > 霧"),
    ] {
        let found = folder.tane(["query", "--json", question]).json();
        let hit = &found["results"][0];
        assert_eq!(hit["passage"]["locator"], place, "{hit}");
        assert_eq!(hit["article"]["title"], "潮の本");
        assert_eq!(hit["article"]["author"], "佐藤");
    }
    let shown = folder.tane(["show", "--text", "docs/tide.epub"]).ok();
    assert!(shown.starts_with("The tide comes in at dawn"), "{shown}");
    assert_eq!(folder.tane(["verify"]).run().code, Some(0));
}

#[test]
fn damaged_books_are_all_accounted_for() {
    let folder = Folder::new(&[]);
    let whole = book();
    for number in 0..40 {
        folder.write(&format!("docs/{number}.epub"), damaged(&whole, number));
    }
    let report = folder.tane(["index", "docs", "--json"]).json();
    assert!(!report.to_string().contains("reader failed"), "{report}");
    assert!(accounted(&report) >= 40, "{report}");
}
