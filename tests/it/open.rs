//! `tane open`.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{ARTICLES, Folder, Tane};

/// A name that a shell, an option parser or a careless split would take for something else.
const HOSTILE: &str = "-rf it's \"odd\" $(touch pwned) `x`;&.txt";

/// Runs `tane open` without an editor or pager of whoever runs the tests.
fn open<'a>(folder: &Folder, args: impl IntoIterator<Item = &'a str>) -> Tane {
    let none = ["VISUAL", "EDITOR", "PAGER"];
    let tane = folder.tane(["open"]).args(args);
    none.into_iter().fold(tane, |tane, name| tane.env(name, ""))
}

fn indexed(files: &[(&str, &str)]) -> Folder {
    let folder = Folder::new(files);
    folder.tane(["index", "docs"]).ok();
    folder
}

fn real(folder: &Folder, name: &str) -> PathBuf {
    folder.path().canonicalize().unwrap().join(name)
}

/// A program of that name that records its arguments. A shell writes it: a file that this process still has open for
/// writing in another thread's fork cannot be started.
fn program(folder: &Folder, name: &str) -> PathBuf {
    let path = folder.path().join(name);
    let script = "#!/bin/sh\nprintf '%s\\0' \"$@\" > \"${0%/*}/arguments\"\n";
    let write = "printf '%s' \"$1\" > \"$2\" && chmod +x \"$2\"";
    let wrote = Command::new("sh")
        .args(["-c", write, "sh", script])
        .arg(&path)
        .status();
    assert!(wrote.unwrap().success());
    path
}

fn arguments(folder: &Folder) -> Vec<String> {
    let recorded = std::fs::read_to_string(folder.path().join("arguments")).unwrap();
    recorded.split_terminator('\0').map(str::to_owned).collect()
}

#[test]
fn the_file_is_opened_at_the_line_of_the_passage() {
    let folder = indexed(&[(
        "docs/note.txt",
        "The first line of a note.\n\n# Two\n\nThe second line of a note.\n",
    )]);
    let file = real(&folder, "docs/note.txt").display().to_string();
    for (editor, expected) in [
        ("vi", format!("vi +3 {file}")),
        ("/usr/bin/nvim -R", format!("/usr/bin/nvim -R +3 {file}")),
        ("emacsclient -nw", format!("emacsclient -nw +3 {file}")),
        ("hx", format!("hx {file}:3")),
        ("subl --wait", format!("subl --wait {file}:3")),
        ("code  --wait ", format!("code --wait --goto {file}:3")),
        ("my-editor", format!("my-editor {file}")),
    ] {
        let printed = open(&folder, ["--print", "note.txt#2"])
            .env("EDITOR", editor)
            .ok();
        assert_eq!(printed.trim_end(), expected);
    }
    // An article has no line; its citation has one.
    let command = |id| open(&folder, ["--print", id]).env("VISUAL", "kak");
    assert_eq!(command("note.txt").ok(), format!("kak {file}\n"));
    let cited = command("docs/note.txt:5").env("EDITOR", "nano").ok();
    assert_eq!(cited, format!("kak +3 {file}\n"));
}

#[test]
fn what_was_extracted_has_no_line_in_the_file() {
    let folder = indexed(&[
        (
            "docs/page.html",
            "<html><head><title>Ship</title></head><body><p>The ship sails at nine.</p></body></html>",
        ),
        (
            "docs/rows.jsonl",
            "{\"id\":\"a\",\"text\":\"Oil the hinge.\"}\n{\"id\":\"b\",\"text\":\"Wash the lid.\"}\n",
        ),
    ]);
    for (id, name) in [
        ("page.html#1", "docs/page.html"),
        ("rows.jsonl@b#1", "docs/rows.jsonl"),
    ] {
        let printed = open(&folder, ["--print", id]).env("EDITOR", "vim").ok();
        assert_eq!(printed, format!("vim {}\n", real(&folder, name).display()));
    }
}

#[test]
fn a_file_name_is_one_argument_whatever_is_in_it() {
    let name = format!("docs/{HOSTILE}");
    let folder = indexed(&[(&name, "The pump was mended on Friday.\n")]);
    let file = real(&folder, &name).to_str().unwrap().to_owned();
    for (editor, expected) in [
        ("vim", vec!["-R", "+1", &file]),
        ("hx", vec!["-R", &format!("{file}:1")]),
        ("code", vec!["-R", "--goto", &format!("{file}:1")]),
        ("other", vec!["-R", &file]),
    ] {
        let editor = program(&folder, editor);
        open(&folder, [&*format!("{name}#1")])
            .env("EDITOR", format!("{} -R", editor.display()))
            .ok();
        assert_eq!(arguments(&folder), expected);
    }
    assert!(!folder.path().join("pwned").exists());
    // What is printed says the same to a shell.
    let editor = program(&folder, "vim");
    let printed = open(&folder, ["--print", &*format!("{name}#1")])
        .env("EDITOR", &editor)
        .ok();
    let ran = Command::new("sh")
        .args(["-c", printed.trim_end()])
        .current_dir(folder.path())
        .status();
    assert!(ran.unwrap().success());
    assert_eq!(arguments(&folder), ["+1", &file]);
    assert!(!folder.path().join("pwned").exists());
}

#[test]
fn the_variable_of_the_editor_goes_through_no_shell() {
    let folder = indexed(&ARTICLES);
    let editor = program(&folder, "edit");
    let file = real(&folder, "docs/soup.txt").display().to_string();
    open(&folder, ["soup.txt"])
        .env(
            "EDITOR",
            format!("{} '$(touch pwned)' ;x", editor.display()),
        )
        .ok();
    assert_eq!(
        arguments(&folder),
        ["'$(touch", "pwned)'", ";x", file.as_str()]
    );
    assert!(!folder.path().join("pwned").exists());
}

#[test]
fn only_web_pages_are_source_pages() {
    let page = |url: &str| format!("---\nurl: {url}\n---\n\nThe harbour is closed today.\n");
    let folder = Folder::new(&[("docs/none.txt", "No source is named here.\n")]);
    folder.write("docs/web.md", page("https://example.com/a?b=c&d='$(x)'"));
    let printed = |index: &Folder, id: &str| open(index, ["--print", "--source", id]).run();
    folder.tane(["index", "docs"]).ok();
    let web = printed(&folder, "web.md");
    assert_eq!(web.code, Some(0), "{}", web.stderr);
    let web = String::from_utf8(web.stdout).unwrap();
    assert!(
        web.contains(r"'https://example.com/a?b=c&d='\''$(x)'\'''"),
        "{web}"
    );
    let none = printed(&folder, "none.txt");
    assert_eq!(none.code, Some(2));
    assert!(none.stderr.contains("names none"), "{}", none.stderr);
    let others = [
        "file:///etc/passwd",
        "javascript://example.com/%0aalert(1)",
        "ftp://example.com/a",
        "-oProxyCommand://x",
        "https://example.com/a b",
    ];
    for (number, url) in others.iter().enumerate() {
        let row = format!(
            "{{\"id\":\"u{number}\",\"text\":\"Gate {number} is open.\",\"url\":\"{url}\"}}\n"
        );
        folder.write(&format!("docs/{number}.jsonl"), row);
    }
    folder.tane(["index"]).ok();
    for (number, url) in others.iter().enumerate() {
        let refused = printed(&folder, &format!("docs/{number}.jsonl@u{number}"));
        assert_eq!(refused.code, Some(2), "{url}");
        assert_eq!(refused.stdout, b"", "{url}");
        assert!(refused.stderr.contains("source page"), "{}", refused.stderr);
    }
}

#[test]
fn a_file_that_is_not_here_names_its_source_page() {
    let folder = indexed(&ARTICLES);
    folder.remove("docs/soup.txt");
    folder.remove("docs/rail.txt");
    let soup = open(&folder, ["soup.txt"]).env("EDITOR", "vi").fails(2);
    assert!(
        soup.contains("not on this machine") && soup.contains("https://example.com/soup"),
        "{soup}"
    );
    assert!(
        soup.contains("`tane --index ix open --source docs/soup.txt`"),
        "{soup}"
    );
    let rail = open(&folder, ["rail.txt"]).env("EDITOR", "vi").fails(2);
    assert!(
        rail.contains("`tane --index ix show docs/rail.txt`"),
        "{rail}"
    );
}

#[test]
fn an_editor_that_fails_or_is_not_there_is_an_error() {
    let folder = indexed(&ARTICLES);
    let absent = open(&folder, ["soup.txt"])
        .env("EDITOR", "./no-such-editor")
        .fails(2);
    assert!(
        absent.contains("cannot start `./no-such-editor`") && absent.contains("EDITOR"),
        "{absent}"
    );
    let failed = open(&folder, ["soup.txt"]).env("EDITOR", "false").fails(2);
    assert!(failed.contains("`false` failed"), "{failed}");
    assert!(Path::new(folder.path()).join("docs/soup.txt").exists());
}

#[test]
fn documents_open_in_the_program_of_the_desktop_and_texts_in_the_editor() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/documents");
    let fixture = |name: &str| std::fs::read(data.join(name)).unwrap();
    let folder = Folder::new(&[
        (
            "docs/letter.eml",
            "Subject: Pump\nFrom: a@example.org\nTo: b@example.org\n\nThe pump was mended.\n",
        ),
        ("docs/sign.rtf", "{\\rtf1 The gate is closed.\\par}"),
        // No more than their names: an editor shows them.
        ("docs/plan.docx.txt", "The plan is old.\n"),
        (
            "docs/page.html",
            "<html><body><p>The ship sails at nine.</p></body></html>",
        ),
        (
            "docs/table.xls",
            "<table><tr><th>Fish</th><th>Price</th></tr><tr><td>Carp</td><td>7</td></tr></table>",
        ),
    ]);
    let documents = [
        "writer.docx",
        "slides.pptx",
        "text.odt",
        "flat.fodt",
        "sheet.ods",
        "sheet.xls",
    ];
    for name in documents {
        folder.write(&format!("docs/{name}"), fixture(name));
    }
    folder.tane(["index", "docs"]).ok();
    let command = |name: &str| {
        let printed = open(&folder, ["--print", &*format!("docs/{name}")]);
        printed.env("EDITOR", "my-editor").ok()
    };
    for name in documents.into_iter().chain(["letter.eml", "sign.rtf"]) {
        let command = command(name);
        assert!(
            !command.contains("my-editor") && command.contains(name),
            "{command}"
        );
    }
    for name in ["plan.docx.txt", "page.html", "table.xls"] {
        assert!(command(name).starts_with("my-editor "), "{name}");
    }
    let slide = open(&folder, ["--print", "docs/slides.pptx#1"]).run();
    assert!(
        slide.stderr.contains("the passage is at slide 1"),
        "{}",
        slide.stderr
    );
}
