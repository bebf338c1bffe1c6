//! `--ocr`: a program of the user recognises letters on pages of a PDF that have no text.
#![cfg(unix)]

use serde_json::Value;

use crate::serve::server::Server;
use crate::support::{Folder, interrupt, repository};

/// Two pages that are pictures.
fn scan() -> Vec<u8> {
    let path = repository().join("tests/data/documents/scan.pdf");
    std::fs::read(path).unwrap()
}

/// A page that is a picture, behind one with text.
fn mixed() -> Vec<u8> {
    let whole = String::from_utf8_lossy(&scan()).into_owned();
    let with_text = whole.replace(
        "q 300 0 0 300 0 0 cm /I Do Q",
        "BT /F 9 Tf 9 250 Td (The mill grinds rye on every working day.) Tj ET",
    );
    let fonts = "/Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>";
    let with_text = with_text.replace("/Resources<<", &format!("/Resources<<{fonts}"));
    let picture = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents 8 0 R/Resources<</XObject<</I 5 0 R>>>>>>\n\
        endobj\n8 0 obj\n<</Length 28>>stream\nq 300 0 0 300 0 0 cm /I Do Q\nendstream";
    let second = with_text.find("7 0 obj").unwrap();
    let end = second + with_text[second..].find("endobj").unwrap();
    // Objects are found without the table, which names other places now.
    format!(
        "{}7 0 obj\n{picture}\n{}",
        &with_text[..second],
        &with_text[end..]
    )
    .into_bytes()
}

/// A program that keeps the picture and prints what is recognised. Its name has a space.
fn folder(printed: &str) -> Folder {
    let folder = Folder::new(&[]);
    folder.write("docs/scan.pdf", scan());
    folder.write("the program.sh", "cat > \"$1\"; cat printed\n");
    folder.write("printed", printed);
    folder
}

const COMMAND: &str = "sh 'the program.sh' picture.png";

const TEXT: &str =
    "The ferry leaves the northern pier\nat seven in the morning.\n\n吾輩 は 猫 で ある 。\n\u{c}";

/// What tesseract prints with `hocr`, as far as it counts.
const HOCR: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<html><body>\n\
    <div class='ocr_page' id='page_1' title='image \"-\"; bbox 0 0 1000 1000; ppageno 0'>\n\
    <p class='ocr_par' lang='eng' title=\"bbox 100 100 900 180\">\n\
    <span class='ocr_line' title=\"bbox 100 100 900 140; baseline 0 -5\"><span class='ocrx_word'>Bees</span> \
    <span class='ocrx_word'>leave</span></span>\n\
    <span class='ocr_line' title=\"bbox 100 150 500 180\"><span class='ocrx_word'>the</span> \
    <span class='ocrx_word'>hive.</span></span></p></div></body></html>\n";

fn file_of<'a>(report: &'a Value, list: &str) -> &'a str {
    let files = report[list].as_array().unwrap();
    assert_eq!(files.len(), 1, "{report}");
    files[0]["reason"].as_str().unwrap()
}

#[test]
fn pages_without_text_are_recognised_where_that_is_asked_for() {
    let folder = folder(TEXT);
    let cut = folder
        .tane(["passages", "--json", "--ocr", COMMAND, "docs/scan.pdf"])
        .json();
    let texts: Vec<(&str, &str)> = cut["passages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            (
                one["text"].as_str().unwrap(),
                one["locator"].as_str().unwrap(),
            )
        })
        .collect();
    let first = texts[0].0;
    assert!(
        first.starts_with("The ferry leaves the northern pier at seven in the morning."),
        "{texts:?}"
    );
    assert!(
        texts
            .iter()
            .any(|(text, _)| text.contains("吾輩は猫である。")),
        "{texts:?}"
    );
    assert_eq!((texts[0].1, texts[texts.len() - 1].1), ("page 1", "page 2"));
    assert_eq!(cut["format"], "PDF");
    let article = &cut["article"];
    assert_eq!(article["text_source"], "extracted");
    assert_eq!(article["recognised_pages"], serde_json::json!([1, 2]));
    assert_eq!(
        cut["notes"],
        serde_json::json!(["the text of pages 1-2 is recognised (OCR): it may hold mistakes"])
    );
    let picture = std::fs::read(folder.path().join("picture.png")).unwrap();
    assert!(picture.starts_with(b"\x89PNG\r\n"));
    // Width and height.
    assert_eq!(picture[16..24], [0, 0, 9, 176, 0, 0, 9, 176]);

    // Nothing is recognised unasked, and an empty command is none.
    folder.tane(["passages", "docs/scan.pdf"]).fails(2);
    folder
        .tane(["passages", "--ocr", "", "docs/scan.pdf"])
        .env("TANE_OCR", COMMAND)
        .fails(2);
    let by_environment = folder
        .tane(["passages", "docs/scan.pdf"])
        .env("TANE_OCR", COMMAND);
    assert!(by_environment.ok().contains("northern pier"));
    folder.write("config.toml", format!("ocr = \"{COMMAND}\"\n"));
    let by_configuration = folder.tane(["passages", "--config", "config.toml", "docs/scan.pdf"]);
    assert!(by_configuration.ok().contains("northern pier"));
}

#[test]
fn no_project_and_no_index_names_the_program() {
    let folder = folder(TEXT);
    folder.write("tane.toml", format!("ocr = \"{COMMAND}\"\n"));
    let told = folder.tane(["passages", "docs/scan.pdf"]).fails(2);
    assert!(told.contains("unknown field `ocr`"), "{told}");
    folder.remove("tane.toml");
    folder.tane(["index", "docs", "--ocr", COMMAND]).ok();
    let manifest = std::fs::read_to_string(folder.path().join("ix/manifest.json")).unwrap();
    assert!(!manifest.contains("program.sh"), "{manifest}");
}

#[test]
fn a_program_that_fails_is_quoted_and_costs_nothing_else() {
    let folder = folder(TEXT);
    folder.write("docs/rail.txt", "The first railway opened in 1872.\n");
    let command = "sh -c 'echo cannot load jpn >&2; exit 3'";
    let report = folder
        .tane(["index", "docs", "--json", "--ocr", command])
        .json();
    assert_eq!(report["articles"], 1);
    assert_eq!(
        file_of(&report, "failed"),
        "the text of page 1 could not be recognised: `sh` failed (exit status: 3): cannot load jpn (and one more page)"
    );
    folder.write("docs/scan.pdf", mixed());
    let report = folder
        .tane(["index", "docs", "--json", "--ocr", "no-such-program"])
        .json();
    assert_eq!(report["articles"], 2);
    let notes = report["notes"].to_string();
    assert!(
        notes
            .contains("the text of page 2 could not be recognised: cannot start `no-such-program`"),
        "{notes}"
    );
    let wrong = folder.tane(["index", "--ocr", "sh 'open"]).fails(2);
    assert!(wrong.contains("a quotation mark is not closed"), "{wrong}");
}

#[test]
fn what_was_recognised_stays_while_the_file_does() {
    let folder = folder(TEXT);
    folder.write("docs/mixed.pdf", mixed());
    let report = folder
        .tane(["index", "docs", "--json", "--ocr", COMMAND])
        .json();
    assert_eq!(report["articles"], 2, "{report}");
    let again = folder.tane(["index", "--json"]).json();
    assert_eq!(
        (&again["articles"], &again["embedded"]),
        (&2.into(), &0.into())
    );
    // Another program does not read them again.
    let other = folder
        .tane(["index", "--json", "--ocr", "no-such-program"])
        .json();
    assert_eq!(other["failed"], serde_json::json!([]));
    // Read again without a program, a file keeps what it had where nothing else is left of it.
    let rebuilt = folder.tane(["index", "--json", "--rebuild"]).json();
    assert_eq!(rebuilt["articles"], 2, "{rebuilt}");
    let reason = file_of(&rebuilt, "failed");
    assert!(
        reason.ends_with("; what was recognised (OCR) before is kept"),
        "{reason}"
    );
    let notes = rebuilt["notes"].to_string();
    assert!(
        notes.contains("text of it was recognised (OCR) before and is not now"),
        "{notes}"
    );
    assert!(
        folder
            .tane(["show", "scan.pdf"])
            .ok()
            .contains("northern pier")
    );
    assert!(
        !folder
            .tane(["show", "mixed.pdf"])
            .ok()
            .contains("northern pier")
    );
    // One that has changed loses it, and says so.
    folder.write("docs/scan.pdf", [scan(), b"\n".to_vec()].concat());
    let changed = folder.tane(["index", "--json"]).json();
    assert_eq!(changed["articles"], 1, "{changed}");
    let reason = file_of(&changed, "skipped");
    assert!(
        reason.contains("`--ocr COMMAND` recognises it again"),
        "{reason}"
    );
}

#[test]
fn lines_of_hocr_are_marked_on_their_page() {
    let folder = folder(HOCR);
    folder.tane(["index", "docs", "--ocr", COMMAND]).ok();
    assert_eq!(folder.tane(["verify"]).run().code, Some(0));
    let found = folder
        .tane(["query", "--json", "Bees leave the hive"])
        .json();
    let hit = &found["results"][0];
    assert_eq!(
        hit["article"]["recognised_pages"],
        serde_json::json!([1, 2])
    );
    let server = Server::start(folder.tane(["serve", "--quiet"]));
    let pages = server.get("/api/v1/pages?id=docs/scan.pdf%231").json();
    let first = pages["boxes"].as_array().unwrap().iter();
    let first: Vec<[f64; 5]> = first
        .filter(|one| one["page"] == 1)
        .map(|one| {
            ["page", "left", "top", "right", "bottom"]
                .map(|edge| (one[edge].as_f64().unwrap() * 100.0).round() / 100.0)
        })
        .collect();
    assert_eq!(
        first,
        [[1.0, 0.1, 0.1, 0.9, 0.14], [1.0, 0.1, 0.15, 0.5, 0.18]],
        "{pages}"
    );
}

#[cfg(target_os = "linux")]
#[test]
fn what_the_program_started_ends_with_ctrl_c() {
    let folder = folder(TEXT);
    folder.write("slow.sh", "sleep 60 & echo $! > number; wait\n");
    let number = || std::fs::read_to_string(folder.path().join("number")).unwrap_or_default();
    for command in ["passages", "index"] {
        folder.write("number", "");
        let tane = folder.tane([command, "--ocr", "sh slow.sh", "docs/scan.pdf"]);
        let mut child = tane.spawn();
        while !number().ends_with('\n') {
            assert!(child.try_wait().unwrap().is_none(), "{command}");
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        interrupt(&child);
        assert_eq!(child.wait().unwrap().code(), Some(130), "{command}");
        let state = format!("/proc/{}/stat", number().trim());
        // The kernel ends it in its own time.
        for _ in 0..500 {
            if !std::fs::exists(&state).unwrap() {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        assert!(!is_running(&state), "{command}");
    }
}

/// A process that has ended may wait for somebody to ask how.
#[cfg(target_os = "linux")]
fn is_running(state: &str) -> bool {
    let state = std::fs::read_to_string(state).unwrap_or_default();
    state
        .rsplit(") ")
        .next()
        .is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['Z', 'X']))
}
