//! `tane index`: what is embedded, reused, removed and refused.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{ARTICLES, Folder, Tane, interrupt, repository};

fn counts(report: &Value) -> [u64; 4] {
    ["articles", "embedded", "reused", "removed"].map(|name| report[name].as_u64().unwrap())
}

#[test]
fn only_what_changed_is_embedded() {
    let folder = Folder::new(&ARTICLES);
    let index = |args: &[&str]| folder.tane(["index", "--json"].iter().chain(args)).json();
    let first = index(&["docs"]);
    assert_eq!(counts(&first), [3, 3, 0, 0]);
    assert_eq!(counts(&index(&[])), [3, 0, 3, 0]);

    folder.write(
        "docs/soup.txt",
        "Soup of the day\n\nFry the carrots instead.\n",
    );
    folder.write("docs/new.txt", ARTICLES[1].1);
    folder.remove("docs/cats.txt");
    let dry = index(&["--dry-run"]);
    assert_eq!(counts(&dry), [3, 1, 2, 1]);
    let changed = index(&[]);
    // The copy of an article is another article with the same vectors.
    assert_eq!(counts(&changed), [3, 1, 2, 1]);
    let rebuilt = index(&["--rebuild"]);
    assert_eq!(counts(&rebuilt), [3, 0, 3, 0]);

    let found = folder.tane(["query", "--json", "carrots"]).json();
    assert_eq!(found["results"][0]["article"]["id"], "docs/soup.txt");
    let gone = folder.tane(["query", "--json", "-n", "9", "猫"]).json();
    assert!(
        gone["results"]
            .as_array()
            .unwrap()
            .iter()
            .all(|r| r["article"]["id"] != "docs/cats.txt")
    );
}

#[test]
fn roots_are_added_refreshed_and_forgotten() {
    let folder = Folder::new(&ARTICLES);
    folder.write(
        "more/one.md",
        "# Heading\n\nA text about lighthouses on the coast.\n",
    );
    folder.write("more/skip.log", "not wanted here at all\n");
    folder.tane(["index", "docs"]).ok();
    let added = folder
        .tane([
            "index",
            "--json",
            "more",
            "docs/rail.txt",
            "--exclude",
            "*.log",
        ])
        .json();
    assert_eq!(counts(&added), [4, 1, 3, 0]);
    let status = folder.tane(["status", "--json"]).json();
    let labels: Vec<&str> = status["roots"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| r["label"].as_str().unwrap())
        .collect();
    assert_eq!(labels, ["docs", "more"]);
    let removed = folder.tane(["index", "--json", "--remove", "docs"]).json();
    assert_eq!(counts(&removed), [1, 0, 1, 3]);
    let message = folder.tane(["index", "--remove", "docs"]).fails(2);
    assert!(
        message.contains("no root `docs`") && message.contains("more"),
        "{message}"
    );
    let empty = folder.tane(["index", "--json", "--remove", "more"]).json();
    assert_eq!(counts(&empty), [0, 0, 0, 1]);
    assert_eq!(
        folder.tane(["query", "--json", "lighthouse"]).run().code,
        Some(1)
    );
}

#[test]
fn a_root_that_vanishes_is_no_deletion() {
    let folder = Folder::new(&ARTICLES);
    folder.tane(["index", "docs"]).ok();
    std::fs::rename(folder.path().join("docs"), folder.path().join("elsewhere")).unwrap();
    let missing = folder.tane(["index"]).fails(2);
    assert!(
        missing.contains("root `docs` is missing") && missing.contains("--remove docs"),
        "{missing}"
    );
    std::fs::create_dir(folder.path().join("docs")).unwrap();
    let empty = folder.tane(["index"]).fails(2);
    assert!(
        empty.contains("held 3 articles and holds none now"),
        "{empty}"
    );
    // Answers still come, cited by id because the sources are gone.
    let found = folder
        .tane(["query", "--json", "-n", "1", "railway"])
        .json();
    assert_eq!(found["results"][0]["citation"], "docs/rail.txt:1");
}

#[test]
fn a_project_builds_its_corpus_on_the_first_question() {
    let folder = Folder::new(&ARTICLES);
    folder.write(
        "tane.toml",
        "corpus = [\"docs\"]\nexclude = [\"soup*\"]\nlimit = 1\n",
    );
    folder.write("deep/er/here.txt", "x");
    let ran = Tane::new(["query", "--json", "railway"])
        .dir(&folder.path().join("deep/er"))
        .run();
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stderr.contains("no index yet"), "{}", ran.stderr);
    let answer: Value = serde_json::from_slice(&ran.stdout).unwrap();
    assert_eq!(answer["results"].as_array().unwrap().len(), 1);
    assert!(folder.path().join("index/manifest.json").exists());
    let status = Tane::new(["status", "--json"]).dir(folder.path()).json();
    assert_eq!(status["articles"], 2);

    for (text, expected) in [
        ("model = \"x\"\n", "unknown field `model`"),
        ("index = \"../elsewhere\"\n", "outside the project"),
        ("corpus = 3\n", "tane.toml"),
    ] {
        folder.write("tane.toml", text);
        let message = Tane::new(["status"]).dir(folder.path()).fails(2);
        assert!(message.contains(expected), "{message}");
    }
}

#[test]
fn an_interrupted_build_goes_on_where_it_stopped() {
    let folder = Folder::new(&[]);
    let files = 700;
    for number in 0..files {
        folder.write(
            &format!("docs/{number}.txt"),
            format!("A sentence about the number {number} and nothing else.\n"),
        );
    }
    folder.write("docs/0.log", "A log about the number 0 and nothing else.\n");
    let asked = ["index", "docs", "--exclude", "*.log", "--no-late"];
    let child = folder.tane(asked).spawn();
    let journal = folder.path().join("ix/embedding.journal");
    let started = Instant::now();
    // Its header alone is no vector yet.
    while std::fs::metadata(&journal).map_or(0, |m| m.len()) < 1024 {
        assert!(
            started.elapsed() < Duration::from_secs(120),
            "nothing was embedded"
        );
        std::thread::sleep(Duration::from_millis(10));
    }
    interrupt(&child);
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{stderr}");
    assert!(
        stderr.contains("passages are embedded and kept; to continue: tane index docs --exclude '*.log' --no-late --index ix\n"),
        "{stderr}"
    );
    assert!(!folder.path().join("ix/manifest.json").exists());
    let unfinished = folder.path().join("ix/unfinished.json");
    assert!(unfinished.exists());

    // It knows what it was asked.
    let report = folder.tane(["index", "--json"]).json();
    assert_eq!(report["passages"], files);
    let reused = report["reused"].as_u64().unwrap();
    assert!((256..files).contains(&reused), "{reused} reused");
    assert!(!journal.exists() && !unfinished.exists());
    let status = folder.tane(["status", "--json"]).json();
    assert_eq!(status["roots"][0]["exclude"], serde_json::json!(["*.log"]));
    let manifest = std::fs::read_to_string(folder.path().join("ix/manifest.json")).unwrap();
    assert!(manifest.contains("\"no_late\": true"), "{manifest}");
}

#[test]
fn a_first_run_that_failed_is_forgotten() {
    let folder = Folder::new(&ARTICLES);
    folder.write("empty/none.txt", "");
    folder.tane(["index", "empty"]).fails(2);
    let message = folder.tane(["index"]).fails(2);
    assert!(message.contains("nothing to index"), "{message}");
    // Paths count more than what was asked before.
    folder.write(
        "ix/unfinished.json",
        "{\"roots\": [{\"label\": \"empty\", \"path\": \"/nowhere\", \"exclude\": []}], \"model\": \"none\"}",
    );
    assert_eq!(
        folder.tane(["index", "docs", "--json"]).json()["articles"],
        3
    );
    assert!(!folder.path().join("ix/unfinished.json").exists());
}

#[test]
fn a_project_leaves_out_of_every_folder_below_it() {
    let folder = Folder::new(&ARTICLES);
    for name in [
        "docs/a.log",
        "docs/old/a.txt",
        "notes/a.log",
        "notes/old/a.txt",
    ] {
        folder.write(name, "A lamp stands by the ferry.\n");
    }
    folder.write("single.log", "A single log.\n");
    let elsewhere = Folder::new(&[("far/a.log", "Far away.\n"), ("far/a.txt", "Far.\n")]);
    let far = elsewhere.path().join("far");
    let project = |exclude: &str| {
        folder.write(
            "tane.toml",
            format!("corpus = [\"docs\"]\nexclude = {exclude}\n"),
        );
    };
    let ids = |args: &[&str]| -> String {
        let here = |args: &[&str]| Tane::new(args).dir(folder.path());
        here(&[&["index", "-q"], args].concat()).ok();
        let status = here(&["status", "--articles", "--json"]).json();
        let list = status["article_list"].as_array().unwrap().iter();
        let ids: Vec<&str> = list
            .map(|article| article["id"].as_str().unwrap())
            .collect();
        ids.join(" ")
    };
    project("[\"*.log\", \"docs/old\"]");
    let docs = "docs/cats.txt docs/rail.txt docs/soup.txt";
    assert_eq!(ids(&[]), docs);
    // A folder of the project that is not its corpus; the pattern with a slash is relative to tane.toml.
    assert_eq!(ids(&["notes"]), format!("{docs} notes/old/a.txt"));
    // What is named itself is taken; a folder outside is none of the project's.
    assert_eq!(
        ids(&["single.log", far.to_str().unwrap()]),
        format!("{docs} far/a.log far/a.txt notes/old/a.txt single.log")
    );
    // A change of tane.toml counts at the next refresh, in both directions.
    project("[\"old/\"]");
    assert_eq!(
        ids(&[]),
        "docs/a.log docs/cats.txt docs/rail.txt docs/soup.txt far/a.log far/a.txt notes/a.log single.log"
    );
    // From outside the project, what it left out stays left out.
    let index = folder.path().join("index");
    let outside = |args: &[&str]| {
        Tane::new(args)
            .arg("--index")
            .arg(&index)
            .dir(elsewhere.path())
    };
    assert_eq!(outside(&["index", "--json"]).json()["articles"], 8);
    project("[\"a{b\"]");
    let message = Tane::new(["index"]).dir(folder.path()).fails(2);
    assert!(message.contains("bad pattern `a{b`"), "{message}");
}

#[test]
fn only_the_index_of_the_project_is_built_by_a_question() {
    let folder = Folder::new(&ARTICLES);
    folder.write("tane.toml", "corpus = [\"docs\"]\n");
    let here = |args: &[&str]| Tane::new(args).dir(folder.path());
    for command in [
        &["query", "railway"][..],
        &["similar", "docs/cats.txt"],
        &["serve"],
        &["map"],
        &["show", "cats"],
    ] {
        let message = here(&[command, &["--index", "my ix"]].concat()).fails(2);
        assert!(
            message.contains("no index at my ix; build one with `tane --index 'my ix' index PATH`"),
            "{command:?}: {message}"
        );
        let message = here(command).env("TANE_INDEX", "other").fails(2);
        assert!(
            message.contains("no index at other; build one with `tane index PATH`"),
            "{command:?}: {message}"
        );
    }
    assert!(!folder.path().join("my ix").exists() && !folder.path().join("other").exists());
    // Its own may be named.
    here(&["query", "railway", "--index", "index"]).ok();
    assert!(folder.path().join("index/manifest.json").exists());
    // `tane index` builds whatever is named.
    here(&["index", "-q", "--index", "my ix"]).ok();
    here(&["query", "railway", "--index", "my ix"]).ok();
}

#[test]
fn a_second_writer_waits_for_nobody() {
    let folder = Folder::new(&ARTICLES);
    folder.tane(["index", "docs"]).ok();
    let lock = std::fs::File::open(folder.path().join("ix/lock")).unwrap();
    lock.lock().unwrap();
    let message = folder.tane(["index"]).fails(2);
    assert!(message.contains("another tane"), "{message}");
    folder.tane(["query", "railway"]).ok();
}

/// While the first index is built nobody says that there is none, or starts another one.
#[test]
fn an_index_that_is_being_built_is_waited_for() {
    let folder = Folder::new(&ARTICLES);
    folder.write("ix/lock", "");
    let lock = std::fs::File::open(folder.path().join("ix/lock")).unwrap();
    let ask = |args: &[&str]| folder.tane(args.iter().copied()).fails(2);
    let said = "another process is building this index; wait until it ends, then run this again";
    let commands = [
        &["query", "soup"][..],
        &["map"],
        &["serve"],
        &["similar", "--all"],
    ];
    assert!(
        commands
            .iter()
            .all(|args| ask(args).contains("no index at"))
    );
    lock.lock().unwrap();
    for args in commands {
        let message = ask(args);
        assert!(
            message.contains(said) && message.lines().count() == 1,
            "{message}"
        );
    }
    folder.write("tane.toml", "corpus = [\"docs\"]\nindex = \"ix\"\n");
    for args in commands {
        let message = ask(args);
        assert!(
            message.contains(said) && message.lines().count() == 1,
            "{message}"
        );
    }
    lock.unlock().unwrap();
    folder.tane(["query", "soup"]).ok();
}

#[test]
fn the_index_folder_is_never_indexed_and_committed_files_only_remain() {
    let folder = Folder::new(&ARTICLES);
    folder.tane(["index", "."]).ok();
    folder.write("docs/rail.txt", "Another line of text about ferries.\n");
    folder.write("ix/00000099.segment", "left by a crash");
    let report = folder.tane(["index", "--json"]).json();
    assert_eq!(report["articles"], 3);
    let mut names: Vec<String> = std::fs::read_dir(folder.path().join("ix"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["00000002.segment", "lock", "manifest.json"]);
}

#[test]
fn the_repositorys_own_corpus_is_named() {
    let text = std::fs::read_to_string(repository().join("tane.toml")).unwrap();
    assert!(text.contains("corpus = [\"seeds\"]"));
}

#[test]
fn what_was_left_out_is_a_table_of_reasons() {
    let folder = Folder::new(&ARTICLES);
    for name in ["a", "b", "c"] {
        folder.write(
            &format!("docs/{name}.png"),
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        );
    }
    folder.write("docs/letter.ps", "%!PS-Adobe-3.0 EPSF-3.0\n%%Title: x\n");
    folder.write("docs/cut.ipynb", "{\"cells\": [{\"cell_type\": ");
    let ran = folder.tane(["index", "docs"]).run();
    let lines: Vec<&str> = ran.stderr.lines().collect();
    let [failed, title, first, second, ask] = lines.as_slice() else {
        panic!("{}", ran.stderr)
    };
    assert!(
        failed.starts_with("tane: failed: ") && failed.contains("cut.ipynb"),
        "{failed}"
    );
    assert_eq!(*title, "skipped (-v lists every file):");
    assert!(
        first.starts_with("      3  not text  ") && first.ends_with("  docs/a.png"),
        "{first}"
    );
    assert!(
        second.starts_with("      1  a PostScript ") && second.ends_with("  docs/letter.ps"),
        "{second}"
    );
    assert!(ask.starts_with("ask: "), "{ask}");
    let all = folder.tane(["index", "-v"]).run().stderr;
    assert_eq!(
        all.matches(".png: not text: a NUL byte").count(),
        3,
        "{all}"
    );
    let quiet = folder.tane(["index", "-q"]).run().stderr;
    assert_eq!(quiet.lines().count(), 1, "{quiet}");
}

#[test]
fn a_first_build_says_how_to_ask() {
    let ask = |folder: &Folder, args: &[&str]| {
        let ran = folder.tane(["index"].iter().chain(args)).run();
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        ran.stderr
    };
    let folder = Folder::new(&ARTICLES);
    assert_eq!(ask(&folder, &["docs", "--dry-run"]), "");
    assert_eq!(
        ask(&folder, &["docs"]),
        "ask: tane --index ix query \"...\"\n"
    );
    assert_eq!(ask(&folder, &[]), "");
    for silent in ["--json", "-q"] {
        assert_eq!(ask(&Folder::new(&ARTICLES), &["docs", silent]), "");
    }
    // Where the index need not be named, it is not.
    let folder = Folder::new(&ARTICLES);
    let ran = Tane::new(["index", "docs"])
        .env("TANE_INDEX", "ix")
        .dir(folder.path())
        .run();
    assert_eq!(ran.stderr, "ask: tane query \"...\"\n");
}
