use super::*;
use crate::corpus::block::{BlockKind, Omission};

fn read(rtf: &[u8]) -> Parsed {
    Rtf.read(rtf.to_vec().into()).unwrap().remove(0)
}

fn blocks(parsed: &Parsed) -> Vec<(BlockKind, &str)> {
    let text = parsed.text.as_deref().unwrap();
    let blocks = parsed.blocks.iter();
    blocks
        .map(|block| (block.kind, &text[block.span.clone()]))
        .collect()
}

fn omitted(parsed: &Parsed) -> Vec<(Omission, &str)> {
    let text = parsed.text.as_deref().unwrap();
    let omitted = parsed.omitted.iter();
    omitted
        .map(|omitted| (omitted.reason, &text[omitted.span.clone()]))
        .collect()
}

fn words(rtf: &[u8]) -> String {
    let parsed = read(rtf);
    let all: Vec<&str> = blocks(&parsed).into_iter().map(|(_, text)| text).collect();
    all.join(" / ")
}

#[test]
fn a_document_is_told_by_its_beginning() {
    for (extension, text, expected) in [
        (
            "doc",
            "{\\rtf1\\ansi\\deff0{\\fonttbl{\\f0 Arial;}}Text\\par}",
            true,
        ),
        (
            "txt",
            "\u{feff}{\\rtf1{\\*\\generator x;}\\pard Text\\par}",
            true,
        ),
        ("txt", "{\\rtf1 Hi}", true),
        ("rtf", "{\\rtf Hi", true),
        (
            "rtf",
            "An RTF file begins with {\\rtf1\\ansi and ends with a brace.",
            false,
        ),
        ("txt", "{\\rtf is how it begins.", false),
        ("txt", "{\\rtf1 is how it begins.", false),
        ("rtf", "", false),
    ] {
        assert_eq!(Rtf.accepts(extension, text.as_bytes()), expected, "{text}");
    }
}

#[test]
fn bytes_are_letters_of_their_code_page() {
    for (rtf, expected) in [
        // The second byte of a letter may be written as it is.
        (&b"{\\rtf1\\ansi\\ansicpg932 \\'83e\\'83X\\'83g\\'95\\'5c\\par}"[..], "テスト表"),
        (b"{\\rtf1\\ansi\\ansicpg932 \x83e\x83X\x83g}", "テスト"),
        (b"{\\rtf1\\ansi\\ansicpg1252{\\fonttbl{\\f0\\fcharset0 A;}{\\f1\\fcharset128 M;}{\\f2\\fcharset204 C;}}\\f0 caf\\'e9 \\f1\\'83e\\f2\\'ef\\'f0}", "café テпр"),
        // A font of Western letters in a Japanese document.
        (b"{\\rtf1\\ansi\\ansicpg932{\\fonttbl{\\f0\\fcharset0 A;}}\\f0 caf\\'e9}", "café"),
        (b"{\\rtf1\\mac caf\\'8e}", "café"),
        (b"{\\rtf1\\ansi\\ansicpg949 \\'b0\\'a1}", "가"),
        (b"{\\rtf1{\\fonttbl{\\f0 A;}{\\f1\\cpg936 S;}}{\\f1 \\'d6\\'d6}\\'e9}", "种é"),
    ] {
        assert_eq!(words(rtf), expected);
    }
}

#[test]
fn unicode_has_precedence() {
    for (rtf, expected) in [
        (
            &b"{\\rtf1 \\u12486?\\u12473 ?\\u12488\\'3f.}"[..],
            "テスト.",
        ),
        (b"{\\rtf1\\ansicpg932\\uc2 \\u12486\\'83\\'65b}", "テb"),
        (b"{\\rtf1\\uc0 \\u-10179\\u-8704 x}", "😀x"),
        (b"{\\rtf1 {\\uc0 \\u12486}\\u12473?b}", "テスb"),
        (b"{\\rtf1 \\u-10179?b}", "\u{fffd}b"),
        (b"{\\rtf1 a{\\upr{x}{\\*\\ud{\\u12486?}}}b}", "aテb"),
        (
            b"{\\rtf1 \\u8212\\emdash b\\emdash c\\~d\\-e\\_f}",
            "—b—c\u{a0}de\u{2011}f",
        ),
    ] {
        assert_eq!(words(rtf), expected);
    }
}

#[test]
fn data_is_no_text_and_what_is_left_out_is_listed() {
    let parsed = read(
        b"{\\rtf1\\ansi{\\fonttbl{\\f0 Arial;}{\\f1 {\\*\\falt Other}Mincho;}}{\\colortbl;\\red0;}{\\stylesheet{Normal;}{\\s1 heading 1;}}\
          {\\*\\generator Msftedit;}{\\info{\\title The tide}{\\author Ken \\'e9}{\\operator Op}{\\creatim\\yr2026\\mo10\\dy31\\hr1}{\\revtim\\yr1999}}\
          {\\header Head}{\\footer Page}{\\pict\\wmetafile8 010009}{\\*\\unknown {x}y}{\\*\\bkmkstart a}\
          {\\v secret}{\\deleted gone} Text {\\object{\\*\\objdata 0105}{\\result shown}}{\\xe entry}{\\*\\annotation remark}\\bin4 \\{{}\\par}",
    );
    assert_eq!(blocks(&parsed), [(BlockKind::Paragraph, "Text shown")]);
    assert_eq!(parsed.title.as_deref(), Some("The tide"));
    assert_eq!(parsed.author.as_deref(), Some("Ken é"));
    assert_eq!(parsed.published.as_deref(), Some("2026-10-31"));
    assert_eq!(
        omitted(&parsed),
        [
            (Omission::FrontMatter, "Op"),
            (Omission::RunningHead, "Head\nPage"),
            (Omission::Hidden, "secret\ngone\nentry"),
            (Omission::Surroundings, "remark"),
        ]
    );
}

#[test]
fn headings_lists_tables_and_notes() {
    let parsed = read(
        b"{\\rtf1\\ansi{\\stylesheet{\\s0 Normal;}{\\s1\\outlinelevel0 Big;}{\\s2 heading 2;}}\
          \\pard\\s1 Harbour\\par\\pard\\outlinelevel1 Tides\\par\\pard\\s2 Winter\\par\
          \\pard The tide{\\super\\chftn}{\\footnote\\pard \\chftn A note.\\par More.} is high.\\line Always.\\par\
          \\pard{\\listtext 1.\\tab}\\ls1 One\\par{\\pntext\\'95\\tab}\\ls1 Two\\par\
          \\trowd\\trhdr\\pard\\intbl Pier\\cell Keeper\\cell\\row\\trowd\\pard\\intbl North\\par Bay\\cell Sato\\cell\\row\
          \\pard{\\shp{\\*\\shpinst{\\sp{\\sn a}{\\sv 1}}{\\shptxt Box text\\par}}{\\shprslt old}}End\\par}",
    );
    assert_eq!(
        blocks(&parsed),
        [
            (BlockKind::Heading, "Harbour"),
            (BlockKind::Heading, "Tides"),
            (BlockKind::Heading, "Winter"),
            (BlockKind::Paragraph, "The tide is high.\nAlways."),
            (BlockKind::Paragraph, "A note."),
            (BlockKind::Paragraph, "More."),
            (BlockKind::ListItem, "1. One"),
            (BlockKind::ListItem, "Two"),
            (BlockKind::Row, "Pier: North Bay | Keeper: Sato"),
            (BlockKind::Paragraph, "End"),
            (BlockKind::Paragraph, "Box text"),
        ]
    );
    let places: Vec<&str> = parsed
        .locators
        .iter()
        .map(|(_, place)| place.as_str())
        .collect();
    assert_eq!(places, ["Harbour", "Harbour > Tides", "Harbour > Winter"]);
}

#[test]
fn ruby_and_fields() {
    let rtf = "{\\rtf1\\ansi {\\field{\\*\\fldinst EQ \\\\* jc2 \\\\o\\\\ad(\\\\s\\\\up 9(\\u12363?),\\u26481?)}{\\fldrslt }}\
               {\\field{\\*\\fldinst HYPERLINK \"https://example.org\"}{\\fldrslt here}}}";
    let parsed = read(rtf.as_bytes());
    assert_eq!(blocks(&parsed), [(BlockKind::Paragraph, "東here")]);
    assert_eq!(omitted(&parsed), [(Omission::Ruby, "東《か》")]);
}

#[test]
fn torn_documents_give_what_there_is() {
    assert_eq!(words(b"{\\rtf1 a}}} b {{{ c\\"), "a b  c");
    assert!(Rtf.read(b"{\\rtf1}".to_vec().into()).is_err());
    let deep = [b"{\\rtf1 ".to_vec(), vec![b'{'; 200_000], b"x".to_vec()].concat();
    assert_eq!(words(&deep), "x");
}
