use super::super::package::tests::archive;
use super::*;
use crate::corpus::block::BlockKind;

const CONTAINER: &str = "<?xml version='1.0'?><container><rootfiles><rootfile full-path='OEBPS/b.opf'/></rootfiles></container>";

fn opf(metadata: &str, manifest: &str, spine: &str) -> String {
    format!(
        "<?xml version='1.0'?><package xmlns:dc='d'><metadata>{metadata}</metadata><manifest>{manifest}</manifest><spine>{spine}</spine></package>"
    )
}

fn chapter(body: &str) -> String {
    format!(
        "<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'><head><title>t</title></head><body>{body}</body></html>"
    )
}

fn book(files: &[(&str, &str)]) -> Vec<u8> {
    let mut all = vec![
        ("mimetype", &b"application/epub+zip"[..]),
        ("META-INF/container.xml", CONTAINER.as_bytes()),
    ];
    all.extend(
        files
            .iter()
            .map(|(name, content)| (*name, content.as_bytes())),
    );
    archive(&all)
}

/// With the table of contents of EPUB 3, or that of EPUB 2.
fn small(nav: bool, more: &[(&str, &str)]) -> Vec<u8> {
    let contents = match nav {
        true => {
            "<item id='n' href='nav.xhtml' media-type='application/xhtml+xml' properties='nav'/>"
        }
        false => "<item id='n' href='toc.ncx' media-type='application/x-dtbncx+xml'/>",
    };
    let opf = opf(
        "<dc:title>川の話</dc:title><dc:creator>Ken Sato</dc:creator><dc:creator>Rei Ito</dc:creator><dc:language>ja</dc:language>\
         <dc:date>2026-10-31</dc:date><dc:publisher>Harbour Press</dc:publisher><meta property='dcterms:modified'>2026</meta>",
        &format!(
            "{contents}<item id='c2' href='text/two.xhtml' media-type='application/xhtml+xml'/>\
             <item id='c1' href='text/one%201.xhtml' media-type='application/xhtml+xml'/><item id='c3' href='gone.xhtml' media-type='application/xhtml+xml'/>\
             <item id='p' href='p.svg' media-type='image/svg+xml'/>"
        ),
        &format!(
            "{}<itemref idref='c1'/><itemref idref='c2'/><itemref idref='c3'/><itemref idref='p'/>",
            if nav { "<itemref idref='n'/>" } else { "" }
        ),
    );
    let one = chapter(
        "<h1>源</h1><p>川は<ruby>山<rp>(</rp><rt>やま</rt><rp>)</rp></ruby>から来る。</p><div id='x'/><p>水は冷たい。</p>",
    );
    let two = chapter("<p>The river meets the sea.</p><h2>Delta</h2><p>Here it is wide.</p>");
    let nav_page = chapter(
        "<nav><ol><li><a href='text/one%201.xhtml'>第一章</a></li><li><a href='text/two.xhtml#a'>The <b>sea</b></a></li></ol></nav>",
    );
    let ncx = "<ncx><navMap><navPoint><navLabel><text>第一章</text></navLabel><content src='text/one%201.xhtml'/>\
               <navPoint><navLabel><text>The sea</text></navLabel><content src='text/two.xhtml#a'/></navPoint></navPoint></navMap></ncx>";
    let mut files = vec![
        ("OEBPS/b.opf", opf.as_str()),
        ("OEBPS/text/one 1.xhtml", &one),
        ("OEBPS/text/two.xhtml", &two),
        ("OEBPS/p.svg", "<svg/>"),
        match nav {
            true => ("OEBPS/nav.xhtml", nav_page.as_str()),
            false => ("OEBPS/toc.ncx", ncx),
        },
    ];
    files.extend(more);
    book(&files)
}

#[test]
fn chapters_follow_each_other_and_name_their_places() {
    for nav in [true, false] {
        let bytes = small(nav, &[]);
        assert!(Epub.accepts("", &bytes));
        let parsed = Epub.read(bytes.into()).unwrap().remove(0);
        let text = parsed.text.as_deref().unwrap();
        let shown: Vec<(BlockKind, &str)> = parsed
            .blocks
            .iter()
            .map(|block| (block.kind, &text[block.span.clone()]))
            .collect();
        assert_eq!(
            shown,
            [
                (BlockKind::Heading, "源"),
                (BlockKind::Paragraph, "川は山から来る。"),
                (BlockKind::Paragraph, "水は冷たい。"),
                (BlockKind::Paragraph, "The river meets the sea."),
                (BlockKind::Heading, "Delta"),
                (BlockKind::Paragraph, "Here it is wide."),
            ]
        );
        let places: Vec<(&str, &str)> = parsed
            .locators
            .iter()
            .map(|(at, place)| (&text[*at..*at + 3], place.as_str()))
            .collect();
        assert_eq!(
            places,
            [
                ("源", "第一章 > 源"),
                ("The", "The sea"),
                ("Del", "The sea > Delta")
            ]
        );
        assert_eq!(parsed.title.as_deref(), Some("川の話"));
        assert_eq!(parsed.author.as_deref(), Some("Ken Sato, Rei Ito"));
        assert_eq!(
            (parsed.published.as_deref(), parsed.lang.as_deref()),
            (Some("2026-10-31"), Some("ja"))
        );
        assert_eq!(
            parsed.notes[0].text,
            "2 files inside are not read: OEBPS/gone.xhtml (it is missing); OEBPS/p.svg (image/svg+xml)"
        );
        let listed: Vec<(Omission, &str)> = parsed
            .omitted
            .iter()
            .map(|omitted| (omitted.reason, &text[omitted.span.clone()]))
            .collect();
        assert!(listed.contains(&(Omission::FrontMatter, "publisher: Harbour Press")));
        assert!(
            listed
                .iter()
                .any(|(reason, text)| *reason == Omission::Ruby && text.contains("やま"))
        );
        assert_eq!(
            listed
                .iter()
                .any(|(reason, _)| *reason == Omission::Navigation),
            nav
        );
    }
}

fn reason(read: Result<Vec<Parsed>, Fault>) -> String {
    match read.unwrap_err() {
        Fault::NotText(reason) | Fault::Unreadable(reason) => reason.text,
    }
}

#[test]
fn locked_books_are_named_and_locked_fonts_lock_nothing() {
    let encryption = |method: &str| {
        format!(
            "<encryption xmlns:e='x'><e:EncryptedData><e:EncryptionMethod Algorithm='{method}'/><e:CipherData><e:CipherReference URI='OEBPS/text/one%201.xhtml'/></e:CipherData></e:EncryptedData></encryption>"
        )
    };
    let locked = small(
        true,
        &[(
            "META-INF/encryption.xml",
            &encryption("http://www.w3.org/2001/04/xmlenc#aes128-cbc"),
        )],
    );
    assert!(reason(Epub.read(locked.into())).starts_with("locked: its chapters are encrypted"));
    let fonts = small(
        true,
        &[(
            "META-INF/encryption.xml",
            &encryption("http://www.idpf.org/2008/embedding"),
        )],
    );
    assert!(Epub.read(fonts.into()).is_ok());
}

#[test]
fn what_is_no_book_is_told() {
    assert!(
        reason(Epub.read(archive(&[("a.txt", b"x")]).into()))
            .contains("without a package document")
    );
    let empty = opf(
        "",
        "<item id='a' href='a.xhtml' media-type='application/xhtml+xml'/>",
        "<itemref idref='a'/>",
    );
    let bytes = book(&[
        ("OEBPS/b.opf", &empty),
        ("OEBPS/a.xhtml", &chapter("<img src='x.png'/>")),
    ]);
    assert_eq!(
        reason(Epub.read(bytes.into())),
        "a book without text: its pages are pictures or empty"
    );
    assert!(!Epub.accepts("zip", &archive(&[("a.txt", b"x")])));
}
