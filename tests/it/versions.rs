//! Indexes that other versions of the program made.

use serde_json::Value;

use crate::support::{ARTICLES, Folder, resigned};

fn indexed() -> Folder {
    let folder = Folder::new(&ARTICLES);
    folder.tane(["index", "docs"]).ok();
    folder
}

fn manifest(folder: &Folder) -> Value {
    let text = std::fs::read(folder.path().join("ix/manifest.json")).unwrap();
    serde_json::from_slice(&text).unwrap()
}

/// Makes the index one of an older (-1) or newer (+1) version of something.
fn of_version(folder: &Folder, what: &str, by: i64) {
    let path = folder.path().join("ix/manifest.json");
    let now = manifest(folder)[what].as_i64().unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    let (old, new) = (
        format!("\"{what}\": {now}"),
        format!("\"{what}\": {}", now + by),
    );
    assert!(text.contains(&old));
    std::fs::write(&path, resigned(&text.replacen(&old, &new, 1))).unwrap();
}

/// What asking says beside its answer, which is always the same.
fn asked(folder: &Folder) -> String {
    let ran = folder.tane(["query", "--json", "-n", "1", "railway"]).run();
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let found: Value = serde_json::from_slice(&ran.stdout).unwrap();
    assert_eq!(found["results"][0]["article"]["id"], "docs/rail.txt");
    ran.stderr
}

#[test]
fn an_older_index_answers_says_so_once_and_is_brought_up_to_date() {
    for what in ["words", "recipe"] {
        let folder = indexed();
        assert_eq!(asked(&folder), "");
        of_version(&folder, what, -1);
        let said = asked(&folder);
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!(
            said.contains("older") && said.contains("`tane --index ix index`"),
            "{said}"
        );
        assert!(
            folder
                .tane(["query", "-q", "railway"])
                .run()
                .stderr
                .is_empty()
        );
        let report = folder.tane(["index", "--json"]).json();
        assert_eq!(
            (&report["embedded"], &report["reused"]),
            (&0.into(), &3.into())
        );
        assert_eq!(asked(&folder), "");
        folder.tane(["verify"]).ok();
    }
}

#[test]
fn an_older_index_without_its_sources_is_brought_up_to_date_from_the_stored_text() {
    for what in ["words", "recipe"] {
        let folder = indexed();
        folder.write("more/eel.txt", "The eel swims upstream.\n");
        folder.tane(["index", "more"]).ok();
        of_version(&folder, what, -1);
        let (docs, away) = (folder.path().join("docs"), folder.path().join("away"));
        std::fs::rename(&docs, &away).unwrap();
        folder.write("more/owl.txt", "The owl hoots at night.\n");
        let ran = folder.tane(["index", "--json"]).run();
        assert_eq!(ran.code, Some(2), "{}", ran.stderr);
        assert!(
            ran.stderr
                .contains("root `docs` is missing; its 3 articles are kept"),
            "{}",
            ran.stderr
        );
        let report: Value = serde_json::from_slice(&ran.stdout).unwrap();
        let count = |name: &str| report[name].as_u64().unwrap();
        assert_eq!(
            ["articles", "kept", "removed", "embedded"].map(count),
            [5, 3, 0, 1]
        );
        assert!(count("renewed") >= 3, "{report}");
        assert_eq!(report["missing_roots"], serde_json::json!(["docs"]));
        assert_eq!(asked(&folder), "");
        folder.tane(["verify"]).ok();
        // Now there is nothing to do but to say that the root is missing.
        let message = folder.tane(["index"]).fails(2);
        assert!(message.contains("nothing was changed"), "{message}");

        // What an older program cut is cut again once it is back, whatever its times say.
        std::fs::rename(&away, &docs).unwrap();
        let before = manifest(&folder)["generation"].as_u64();
        let report = folder.tane(["index", "--json"]).json();
        assert_eq!(
            (&report["articles"], &report["kept"]),
            (&5.into(), &0.into())
        );
        let written = manifest(&folder)["generation"].as_u64() > before;
        assert_eq!(written, what == "recipe");
        let again = manifest(&folder)["generation"].as_u64();
        folder.tane(["index"]).ok();
        assert_eq!(manifest(&folder)["generation"].as_u64(), again);
    }
}

#[test]
fn a_newer_index_answers_or_is_refused_by_name_and_is_never_written() {
    for what in ["words", "recipe"] {
        let folder = indexed();
        of_version(&folder, what, 1);
        let said = asked(&folder);
        assert!(said.contains("newer"), "{said}");
        let before = manifest(&folder);
        let message = folder.tane(["index"]).fails(2);
        assert!(
            message.contains("newer tane") && message.contains("--rebuild"),
            "{message}"
        );
        assert_eq!(manifest(&folder), before);
        folder.tane(["index", "--rebuild"]).ok();
        assert_eq!(asked(&folder), "");
    }
    // One that says nothing of its version, then one that does, then one whose version is no version.
    let folder = indexed();
    of_version(&folder, "format", 1);
    let path = folder.path().join("ix/manifest.json");
    let here = format!("\"written_by\": \"{}\"", env!("CARGO_PKG_VERSION"));
    for (written_by, needed) in [
        ("\"written_by\": \"\"", "use the newer tane that made it"),
        ("\"written_by\": \"12.3.4\"", "use tane 12.3.4 or newer"),
        (
            "\"written_by\": \"9; rm\"",
            "use the newer tane that made it",
        ),
    ] {
        let text = std::fs::read_to_string(&path).unwrap();
        let text = text.replacen(&here, written_by, 1);
        std::fs::write(&path, resigned(&text)).unwrap();
        let message = folder.tane(["query", "x"]).fails(2);
        let this = format!("this is tane {}", env!("CARGO_PKG_VERSION"));
        assert!(
            message.contains(needed) && message.contains(&this),
            "{message}"
        );
        std::fs::write(&path, resigned(&text.replacen(written_by, &here, 1))).unwrap();
    }
    for args in [&["query", "x"][..], &["index"], &["status"], &["verify"]] {
        let message = folder.tane(args).fails(2);
        assert!(
            message.contains("index format") && message.contains("newer tane"),
            "{message}"
        );
    }
}
