//! What people see. Scores are masked: their last digit may differ between machines.

use crate::support::{ARTICLES, Folder, Tane};

fn masked(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("0.") {
        let digits = rest[at + 2..]
            .bytes()
            .take_while(u8::is_ascii_digit)
            .count();
        out.push_str(&rest[..at]);
        out.push_str(if digits == 3 {
            "0.###"
        } else {
            &rest[at..at + 2 + digits]
        });
        rest = &rest[at + 2 + digits..];
    }
    out + rest
}

#[test]
fn query_for_people() {
    let folder = Folder::new(&ARTICLES);
    folder.tane(["index", "docs"]).ok();
    let plain = folder
        .tane([
            "query",
            "--all",
            "-n",
            "2",
            "--context",
            "1",
            "how is onion soup made",
        ])
        .ok();
    insta::assert_snapshot!("query_plain", masked(&plain));
    let styled = folder
        .tane([
            "query",
            "-n",
            "1",
            "--color",
            "always",
            "how is onion soup made",
        ])
        .ok();
    let styled = styled
        .replace(
            folder.path().canonicalize().unwrap().to_str().unwrap(),
            "FOLDER",
        )
        .replace('\x1b', "ESC");
    insta::assert_snapshot!("query_styled", masked(&styled));
    let quiet = Tane::new(["query", "x"])
        .env("NO_COLOR", "1")
        .dir(folder.path())
        .arg("--index")
        .arg("ix")
        .ok();
    assert!(!quiet.contains('\x1b'));
}

#[test]
fn passages_for_people() {
    let out = Tane::new(["passages", "seeds/001_89299e0010fc7634.txt"])
        .dir(crate::support::repository())
        .ok();
    let head: String = out
        .lines()
        .take(28)
        .map(|line| format!("{line}\n"))
        .collect();
    insta::assert_snapshot!("passages_plain", head);
}

/// Pages that are the same on every machine, whole.
#[test]
fn pages_for_people() {
    let folder = Folder::new(&ARTICLES);
    let start = folder.tane(Vec::<&str>::new()).run();
    insta::assert_snapshot!("start_without_index", start.stderr);
    folder.tane(["index", "docs"]).ok();
    let home = folder.path().canonicalize().unwrap();
    let without_home = |text: &str| text.replace(home.to_str().unwrap(), "FOLDER");
    let show = folder.tane(["show", "soup#1"]).ok();
    insta::assert_snapshot!("show_passage", without_home(&show));
    let similar = folder.tane(["similar", "soup"]).ok();
    insta::assert_snapshot!("similar", masked(&without_home(&similar)));
    let nothing = folder.tane(["query", "--lang", "fr", "soup"]).fails(1);
    insta::assert_snapshot!("nothing_found", without_home(&nothing));
}

#[test]
fn titles_and_texts_cannot_steer_the_terminal() {
    let folder = Folder::new(&[(
        "docs/evil.txt",
        "Evil \x1b]0;title\x07 heading\n\nA text with \x1b[31mred\x1b[0m and \u{202e}reversed\u{202c} parts in it.\n",
    )]);
    folder.tane(["index", "docs"]).ok();
    for args in [
        &["query", "red text"][..],
        &["show", "evil.txt"],
        &["status", "--articles"],
        &["passages", "docs/evil.txt"],
    ] {
        let out = folder.tane(args).ok();
        assert!(!out.contains(['\x1b', '\x07', '\u{202e}']), "{out:?}");
    }
    let raw = folder.tane(["show", "--text", "evil.txt"]).ok();
    assert!(raw.contains('\x1b'));
}
