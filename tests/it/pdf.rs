//! PDF documents: read, cited by page, and read in another process whose end costs one document.

use std::fmt::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{Folder, repository};

/// What tane starts for itself.
const READER: &str = "read-documents-for-tane";

fn fixture(name: &str) -> Vec<u8> {
    let path = repository().join("tests/data/documents").join(name);
    std::fs::read(path).unwrap()
}

/// A file of numbered objects.
fn file(objects: &[Vec<u8>]) -> Vec<u8> {
    let mut out = b"%PDF-1.7\n".to_vec();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (object, number) in objects.iter().zip(1..) {
        writeln!(table, "{:010} 00000 n ", out.len()).unwrap();
        out.extend(format!("{number} 0 obj\n").into_bytes());
        out.extend(object);
        out.extend(b"\nendobj\n");
    }
    let (at, size) = (out.len(), objects.len() + 1);
    let trailer = format!("trailer\n<</Size {size}/Root 1 0 R>>\nstartxref\n{at}\n%%EOF\n");
    out.extend((table + &trailer).into_bytes());
    out
}

fn stream(dictionary: &str, content: &[u8]) -> Vec<u8> {
    let head = format!("<</Length {}{dictionary}>>stream\n", content.len());
    [head.as_bytes(), content, b"\nendstream"].concat()
}

/// A document of pages with these operators. `/F` is a Latin font and `/J` a Japanese one.
fn document(pages: &[String]) -> Vec<u8> {
    let kids: String = (0..pages.len())
        .map(|page| format!("{} 0 R ", 6 + 2 * page))
        .collect();
    let japanese = "<</Type/Font/Subtype/Type0/BaseFont/Ryumin-Light/Encoding/UniJIS-UTF16-H/DescendantFonts[5 0 R]>>";
    let mut objects = vec![
        "<</Type/Catalog/Pages 2 0 R>>".to_owned().into_bytes(),
        format!("<</Type/Pages/Count {}/Kids[{kids}]>>", pages.len()).into_bytes(),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>".to_vec(),
        japanese.as_bytes().to_vec(),
        b"<</Type/Font/Subtype/CIDFontType0/BaseFont/Ryumin-Light/DW 1000/CIDSystemInfo<</Registry(Adobe)/Ordering(Japan1)/Supplement 2>>>>".to_vec(),
    ];
    for (content, number) in pages.iter().zip(0..) {
        objects.push(
            format!(
                "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents {} 0 R/Resources<</Font<</F 3 0 R/J 4 0 R>>>>>>",
                7 + 2 * number
            )
            .into_bytes(),
        );
        objects.push(stream("", content.as_bytes()));
    }
    file(&objects)
}

/// Lines of a page, from the top.
fn lines(lines: &[&str]) -> String {
    let shown = lines.iter().zip(0..);
    shown
        .map(|(line, number)| format!("BT /F 12 Tf 72 {} Td ({line}) Tj ET\n", 740 - 16 * number))
        .collect()
}

/// A Japanese text at a place.
fn japanese(size: u32, x: u32, y: u32, text: &str) -> String {
    let units: String = text
        .encode_utf16()
        .map(|unit| format!("{unit:04x}"))
        .collect();
    format!("BT /J {size} Tf {x} {y} Td <{units}> Tj ET\n")
}

fn cut(folder: &Folder, name: &str) -> Value {
    folder.tane(["passages", "--json", name]).json()
}

fn all_text(cut: &Value) -> String {
    let passages = cut["passages"].as_array().unwrap().iter();
    let texts = passages.map(|passage| passage["text"].as_str().unwrap());
    texts.collect::<Vec<_>>().join("\n")
}

#[test]
fn each_trap_is_read() {
    let folder = Folder::new(&[]);
    for (name, expected) in [
        // Vertical, not embedded, a map that other libraries lack.
        ("raw_ja_90ms_rksj_v", "吾輩は猫である。名前はまだ無い。"),
        (
            "raw_ja_unijis2004_utf16_h",
            "吾輩は猫である。名前はまだ無い。",
        ),
        // Embedded, and without a map to Unicode.
        (
            "tex_uplatex_ja_embed_notounicode_v",
            "吾輩は猫である。名前はまだ無い。",
        ),
        // Two columns, drawn row by row.
        (
            "order_en_2col_rows",
            "Alice was beginning to get very tired of sitting by her sister on the bank",
        ),
        // Encrypted with a password that only the owner needs.
        ("owner", "Please pay within thirty days"),
        (
            "table",
            "Item: Ledger, bound, 200 leaves | Quantity: 2 | Price: 8.00 | Sum: 16.00",
        ),
        ("form", "Given name: Hanako"),
    ] {
        folder.write(&format!("{name}.pdf"), fixture(&format!("{name}.pdf")));
        let cut = cut(&folder, &format!("{name}.pdf"));
        let text = all_text(&cut);
        assert!(text.contains(expected), "{name}: {text}");
        assert_eq!(cut["format"], "PDF");
        assert_eq!(cut["article"]["text_source"], "extracted");
    }
    // What it is counts, and not its name.
    folder.write("letter.txt", fixture("table.pdf"));
    assert_eq!(cut(&folder, "letter.txt")["format"], "PDF");
    folder.write("not.pdf", "The mill grinds rye.\n");
    assert_eq!(cut(&folder, "not.pdf")["format"], "text");
    folder.write("about.txt", "%PDF-1.4 is how such a file begins.\n");
    assert_eq!(cut(&folder, "about.txt")["format"], "text");
}

#[test]
fn a_passage_is_cited_by_its_page_and_running_heads_are_listed() {
    let folder = Folder::new(&[]);
    folder.write("docs/pages.pdf", fixture("pages.pdf"));
    let short = cut(&folder, "docs/pages.pdf");
    let omitted = short["omitted"].as_array().unwrap();
    assert!(!omitted.is_empty());
    assert!(
        omitted.iter().all(|o| o["reason"] == "running-head"),
        "{omitted:?}"
    );
    assert_eq!(short["article"]["title"], "The Cold Morning");
    assert_eq!(short["article"]["author"], "A. Writer");
    assert_eq!(short["article"]["published"], "2024-05-06");
    let text = all_text(&short);
    for omitted in omitted {
        for line in omitted["text"].as_str().unwrap().lines() {
            assert!(!text.lines().any(|read| read == line), "{line}");
        }
    }
    // A paragraph over the break: its first passage begins on the first page, its last on the second.
    let first = [
        "The ferry leaves the northern pier at seven in the morning and crosses",
        "the bay in forty minutes. On Sundays it does not leave before nine. Whoever",
        "misses it waits for two hours in the small hall beside the pier, where an",
        "old man sells tea and bread. The boat was built in the year of the flood and",
        "has carried every family of the island more than once, as the captain",
    ];
    let second = [
        "likes to tell. In winter the crossing takes an hour, because the ice is thick",
        "near the shore. The lighthouse keeper lights the lamp at dusk and trims it at",
        "midnight. Nobody has lived on the outer rock since the keeper retired.",
    ];
    let pages = [
        lines(&first),
        lines(&second),
        lines(&["The third page is about bees, which leave the hive when the lime trees bloom."]),
    ];
    folder.write("docs/ferry.pdf", document(&pages));
    let long = cut(&folder, "docs/ferry.pdf");
    for (words, page) in [
        ("northern pier", "page 1"),
        ("outer rock", "page 2"),
        ("bees", "page 3"),
    ] {
        let passages = long["passages"].as_array().unwrap();
        let with = |p: &&Value| p["text"].as_str().unwrap().contains(words);
        let passage = passages.iter().rfind(with).unwrap();
        assert_eq!(passage["locator"], page, "{words}: {passage}");
        assert!(passage["end_locator"].is_null(), "{words}: {passage}");
    }
    let passages = long["passages"].as_array().unwrap();
    let over = passages
        .iter()
        .find(|p| p["text"].as_str().unwrap().contains("the captain likes"))
        .unwrap();
    assert_eq!(over["locator"], "page 1");
    assert_eq!(over["end_locator"], "page 2");
    let only = folder
        .tane(["passages", "--page", "3", "docs/ferry.pdf"])
        .ok();
    assert!(
        only.contains("bees") && !only.contains("small hall"),
        "{only}"
    );
    let none = folder
        .tane(["passages", "--page", "9", "docs/ferry.pdf"])
        .fails(1);
    assert!(none.contains("no passage on page 9"), "{none}");

    folder.tane(["index", "docs"]).ok();
    let found = folder
        .tane(["query", "--json", "When do bees leave the hive?"])
        .json();
    let hit = &found["results"][0];
    assert_eq!(hit["passage"]["locator"], "page 3");
    assert_eq!(hit["article"]["path"], "docs/ferry.pdf");
    let shown = folder.tane(["query", "When do bees leave the hive?"]).ok();
    assert!(shown.contains("page 3"), "{shown}");
    let id = hit["passage"]["id"].as_str().unwrap();
    assert!(folder.tane(["show", id]).ok().contains("page 3"));
    let question = "What does the captain like to tell?";
    let shown = folder.tane(["query", question]).ok();
    assert!(shown.contains("pages 1-2"), "{shown}");
    let opened = folder
        .tane(["open", "--print", id])
        .env("EDITOR", "vi")
        .run();
    let command = String::from_utf8(opened.stdout).unwrap();
    assert!(
        !command.contains("vi ") && command.contains("ferry.pdf"),
        "{command}"
    );
    assert!(opened.stderr.contains("page 3"), "{}", opened.stderr);
    assert_eq!(folder.tane(["verify"]).run().code, Some(0));
}

#[test]
fn readings_are_listed_and_pages_without_text_are_noted() {
    let folder = Folder::new(&[]);
    let page = japanese(20, 72, 700, "吾輩は猫である。名前はまだ無い。")
        + &japanese(10, 72, 721, "わがはい");
    let pages = [
        page,
        String::new(),
        lines(&["The last page has a line of text, which ends here."]),
    ];
    folder.write("ruby.pdf", document(&pages));
    let cut = cut(&folder, "ruby.pdf");
    assert!(all_text(&cut).contains("吾輩は猫である。"), "{cut}");
    assert!(!all_text(&cut).contains("わがはい"), "{cut}");
    let omitted = &cut["omitted"][0];
    assert_eq!(
        (&omitted["reason"], &omitted["text"]),
        (&"ruby".into(), &"吾輩《わがはい》".into())
    );
    let note = cut["notes"][0].as_str().unwrap();
    assert!(note.starts_with("page 2 has no text layer"), "{note}");
}

#[test]
fn what_cannot_be_read_is_named_and_the_run_goes_on() {
    let folder = Folder::new(&[("docs/rail.txt", "The first railway opened in 1872.\n")]);
    for name in ["locked.pdf", "scan.pdf"] {
        folder.write(&format!("docs/{name}"), fixture(name));
    }
    folder.write("docs/damaged.pdf", "%PDF-1.7\n1 0 obj\n<<");
    let report = folder.tane(["index", "docs", "--json"]).json();
    assert_eq!(report["articles"], 1);
    let reason = |list: &str, name: &str| {
        let mut files = report[list].as_array().unwrap().iter();
        let file = files.find(|file| file["path"].as_str().unwrap().ends_with(name));
        let file = file.unwrap_or_else(|| panic!("{name}: {report}"));
        file["reason"].as_str().unwrap().to_owned()
    };
    assert!(reason("failed", "locked.pdf").starts_with("protected by a password"));
    assert!(reason("failed", "damaged.pdf").contains("damaged"));
    let scan = reason("skipped", "scan.pdf");
    assert_eq!(scan, "no text layer: pages 1-2 are pictures");
    folder.tane(["index", "docs", "--strict"]).fails(2);
    let alone = folder.tane(["passages", "docs/scan.pdf"]).fails(2);
    assert!(alone.contains("no text layer"), "{alone}");
}

/// Objects in a stream that expands to more memory than a reader may take.
fn bomb() -> Vec<u8> {
    let page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>";
    let mut content = format!("3 0 {page}").into_bytes();
    content.resize(700 << 20, b' ');
    let packed = miniz_oxide::deflate::compress_to_vec_zlib(&content, 1);
    let mut out = b"%PDF-1.7\n".to_vec();
    let mut places = Vec::new();
    let objects = [
        b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>".to_vec(),
        stream("/Type/ObjStm/N 1/First 4/Filter/FlateDecode", &packed),
    ];
    for (object, number) in objects.iter().zip([1, 2, 4]) {
        places.push(u32::try_from(out.len()).unwrap());
        out.extend(format!("{number} 0 obj\n").into_bytes());
        out.extend(object);
        out.extend(b"\nendobj\n");
    }
    let at = u32::try_from(out.len()).unwrap();
    let mut table = vec![0; 7];
    let mut entry = |kind: u8, place: u32, more: u16| {
        table.push(kind);
        table.extend(place.to_be_bytes());
        table.extend(more.to_be_bytes());
    };
    entry(1, places[0], 0);
    entry(1, places[1], 0);
    entry(2, 4, 0);
    entry(1, places[2], 0);
    entry(1, at, 0);
    out.extend(b"5 0 obj\n");
    out.extend(stream("/Type/XRef/Size 6/W[1 4 2]/Root 1 0 R", &table));
    out.extend(format!("\nendobj\nstartxref\n{at}\n%%EOF\n").into_bytes());
    out
}

#[cfg(target_os = "linux")]
#[test]
fn a_document_that_brings_its_reader_down_costs_only_itself() {
    let folder = Folder::new(&[]);
    let bomb = bomb();
    assert!(bomb.len() < 4 << 20, "{}", bomb.len());
    folder.write("docs/bomb.pdf", &bomb);
    for name in ["table.pdf", "form.pdf", "pages.pdf"] {
        folder.write(&format!("docs/{name}"), fixture(name));
        folder.write(&format!("docs/z-{name}"), fixture(name));
    }
    let report = folder.tane(["index", "docs", "--json"]).json();
    assert_eq!(report["articles"], 6, "{report}");
    let failed = report["failed"].as_array().unwrap();
    assert_eq!(failed.len(), 1, "{report}");
    let reason = failed[0]["reason"].as_str().unwrap();
    assert_eq!(reason, "its reader ran out of memory: it may take 500 MB");
    let alone = folder.tane(["passages", "docs/bomb.pdf"]).fails(2);
    assert!(alone.contains("ran out of memory"), "{alone}");
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
    let names = [
        "table.pdf",
        "raw_ja_90ms_rksj_v.pdf",
        "order_en_2col_rows.pdf",
    ];
    let parts: [&[u8]; 6] = [
        b"/Length 999999999",
        b"/Parent 2 0 R",
        b"<<<<<<",
        b"0 R 0 R",
        b"/Filter/FlateDecode",
        b"-2147483648",
    ];
    for number in 0..30 {
        let mut bytes = fixture(names[number % names.len()]);
        for _ in 0..1 + next() % 20 {
            let at = next() % bytes.len();
            let part = parts[next() % parts.len()];
            match next() % 4 {
                0 => bytes[at] = next() as u8,
                1 => drop(bytes.drain(at..(at + 20).min(bytes.len()))),
                2 => bytes.truncate(bytes.len() - next() % 50),
                _ => drop(bytes.splice(at..at, part.iter().copied())),
            }
        }
        folder.write(&format!("docs/{number}.pdf"), bytes);
    }
    // Pages that are their own children, and a form that draws itself.
    let catalog = || b"<</Type/Catalog/Pages 2 0 R>>".to_vec();
    let kids = b"<</Type/Pages/Kids[2 0 R 3 0 R]/Count 2>>".to_vec();
    let own = b"<</Type/Pages/Kids[2 0 R]/Count 1/Parent 2 0 R>>".to_vec();
    folder.write("docs/circle.pdf", file(&[catalog(), kids, own]));
    let resources = "/Resources<</XObject<</X 5 0 R>>>>";
    let page = format!("<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R{resources}>>");
    let form = format!("/Type/XObject/Subtype/Form/BBox[0 0 9 9]{resources}");
    let objects = [
        catalog(),
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>".to_vec(),
        page.into_bytes(),
        stream("", b"/X Do"),
        stream(&form, b"/X Do /X Do"),
    ];
    folder.write("docs/form.pdf", file(&objects));
    let report = folder.tane(["index", "docs", "--json"]).json();
    let count = |list: &str| report[list].as_array().unwrap().len() as u64;
    let articles = report["articles"].as_u64().unwrap();
    assert_eq!(
        articles + count("skipped") + count("failed"),
        32,
        "{report}"
    );
    assert!(articles > 0, "{report}");
    assert_eq!(folder.tane(["verify"]).run().code, Some(0));
}

#[test]
fn a_reader_ends_with_its_input_and_is_for_nobody_else() {
    let program = env!("CARGO_BIN_EXE_tane");
    let mut reader = Command::new(program)
        .arg(READER)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let began = Instant::now();
    drop(reader.stdin.take());
    let status = loop {
        if let Some(status) = reader.try_wait().unwrap() {
            break status;
        }
        assert!(began.elapsed() < Duration::from_secs(20));
        std::thread::sleep(Duration::from_millis(10));
    };
    assert!(status.success(), "{status}");
    let folder = Folder::new(&[]);
    let told = folder.tane([READER, "a.pdf"]).fails(2);
    assert!(told.contains("tane passages FILE"), "{told}");
    assert!(!folder.tane(["--help"]).ok().contains(READER));
}

#[test]
fn a_document_that_takes_too_long_is_given_up() {
    let folder = Folder::new(&[("docs/rail.txt", "The first railway opened in 1872.\n")]);
    // Many pages that draw much.
    let page: String = (0..400)
        .map(|n| {
            format!(
                "BT /F 9 Tf {} {} Td (word) Tj ET\n",
                n % 20 * 25,
                40 + n / 20 * 30
            )
        })
        .collect();
    folder.write("docs/slow.pdf", document(&vec![page; 600]));
    let report = folder
        .tane(["index", "docs", "--json", "--max-file-time", "0.05"])
        .json();
    assert_eq!(report["articles"], 1, "{report}");
    let reason = report["failed"][0]["reason"].as_str().unwrap();
    assert!(reason.contains("0.05 s (--max-file-time)"), "{reason}");
}
