//! Whatever is wrong: one clear message, the right exit code, nothing lost, no panic.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::support::{ARTICLES, Folder, Tane, interrupt, resigned};

fn contains_all(message: &str, parts: &[&str]) {
    for part in parts {
        assert!(message.contains(part), "`{part}` is not in: {message}");
    }
}

#[test]
fn nothing_to_search_or_to_index() {
    let folder = Folder::new(&[("empty/none.txt", ""), ("blank.txt", " \n\u{3000}\n")]);
    contains_all(
        &folder.tane(["query", "x"]).fails(2),
        &["no index at ix", "`tane --index ix index PATH`"],
    );
    contains_all(
        &folder.tane(["index"]).fails(2),
        &["nothing to index", "tane.toml"],
    );
    contains_all(
        &folder.tane(["index", "no/such"]).fails(2),
        &["no/such", "No such file"],
    );
    contains_all(
        &folder.tane(["index", "empty"]).fails(2),
        &["nothing indexed", "nothing to read in it"],
    );
    contains_all(
        &folder.tane(["index", "blank.txt"]).fails(2),
        &["nothing indexed"],
    );
    assert!(!folder.path().join("ix/manifest.json").exists());
}

#[test]
fn questions_and_options() {
    let folder = Folder::new(&ARTICLES);
    folder.tane(["index", "docs"]).ok();
    contains_all(
        &folder.tane(["query", "  "]).fails(2),
        &["question is empty"],
    );
    contains_all(
        &folder.tane(["query", "-"]).stdin("\n").fails(2),
        &["question is empty"],
    );
    folder
        .tane(["query", "-", "-n", "1"])
        .stdin("railway\n")
        .ok();
    contains_all(
        &folder
            .tane(["query", "x", "--min-confidence", "2"])
            .fails(2),
        &["expected a number from 0 to 1, received `2`"],
    );
    contains_all(
        &folder.tane(["query", "x", "--model", "gpt"]).fails(2),
        &["unknown model `gpt`", "multilingual-e5-small"],
    );
    contains_all(
        &folder.tane(["query", "x", "--model", "bge-m3"]).fails(2),
        &["bge-m3", "cannot be run"],
    );
    contains_all(
        &folder.tane(["query", "x", "--device", "cuda"]).fails(2),
        &["cuda:0", "--device cpu"],
    );
    contains_all(
        &folder.tane(["query", "x", "--device", "tpu"]).fails(2),
        &["expected auto, cpu"],
    );
    contains_all(
        &folder.tane(["query", "x", "-n", "0"]).fails(2),
        &["at least 1"],
    );
    contains_all(
        &folder.tane(["query", "x", "--article", "[a"]).fails(2),
        &["bad pattern `[a`"],
    );
    let nothing = folder.tane(["query", "x", "--lang", "xx", "--json"]).run();
    assert_eq!(nothing.code, Some(1));
    assert!(
        String::from_utf8(nothing.stdout)
            .unwrap()
            .contains("\"results\":[]")
    );
    contains_all(
        &folder.tane(["show", "docs/dogs.txt"]).fails(2),
        &["no article `docs/dogs.txt`"],
    );
    contains_all(
        &folder.tane(["show", "rail.txt#9"]).fails(2),
        &["no passage", "passages 1 to 1"],
    );
    contains_all(
        &Tane::new(["no-such-command"]).fails(2),
        &["no-such-command"],
    );
}

#[test]
fn files_that_are_not_text() {
    let folder = Folder::new(&ARTICLES);
    folder.write("docs/picture.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR");
    folder.write("docs/cut.ipynb", "{\"cells\": [{\"cell_type\": ");
    folder.write("docs/large.txt", "x".repeat(3000));
    let ran = folder
        .tane(["index", "docs", "--json", "--max-file-size", "2k"])
        .run();
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    contains_all(
        &ran.stderr,
        &[
            "failed: ",
            "cut.ipynb: not a notebook",
            "large.txt: too large: 3000 bytes, at most 2048 are read (--max-file-size)",
            "1  not text  docs/picture.png",
        ],
    );
    let report: serde_json::Value = serde_json::from_slice(&ran.stdout).unwrap();
    let count = |list: &str| report[list].as_array().unwrap().len();
    assert_eq!(
        (
            report["articles"].as_u64(),
            count("failed"),
            count("skipped")
        ),
        (Some(3), 2, 1)
    );
    folder.tane(["index", "--strict"]).fails(2);
    contains_all(
        &folder.tane(["passages", "docs/cut.ipynb"]).fails(2),
        &["docs/cut.ipynb", "not a notebook"],
    );
    folder.write("docs/long.txt", "One line of a text.\n\n".repeat(9));
    let few = folder.tane(["index", "docs", "--max-passages", "1"]).run();
    contains_all(
        &few.stderr,
        &["passages, at most 1 are indexed (--max-passages)"],
    );
    for (option, value) in [("--max-file-size", "3G"), ("--encoding", "klingon")] {
        let message = folder.tane(["index", "docs", option, value]).fails(2);
        contains_all(&message, &[option, value]);
    }
}

#[test]
fn folders_that_are_no_index() {
    let folder = Folder::new(&ARTICLES);
    for command in [["index", "docs"], ["query", "x"]] {
        let message = Tane::new(command)
            .arg("--index")
            .arg("docs")
            .dir(folder.path())
            .fails(2);
        contains_all(&message, &["neither empty nor an index", ".txt"]);
    }
    assert_eq!(
        std::fs::read_dir(folder.path().join("docs"))
            .unwrap()
            .count(),
        3
    );
}

/// One line, of which reading and cutting take many seconds.
fn write_a_long_line(folder: &Folder) {
    folder.write("docs/long.txt", "\"Yes. No.\" ".repeat(4_000_000));
}

#[test]
fn the_time_limit_covers_the_cutting() {
    let folder = Folder::new(&ARTICLES);
    write_a_long_line(&folder);
    let args = [
        "index",
        "docs",
        "--json",
        "--dry-run",
        "--max-passages",
        "100000000",
    ];
    let report = folder.tane(args).args(["--max-file-time", "3"]).json();
    let failed = &report["failed"][0];
    assert!(failed["path"].as_str().unwrap().ends_with("long.txt"));
    contains_all(
        failed["reason"].as_str().unwrap(),
        &["3 s (--max-file-time)"],
    );
    assert_eq!(report["articles"], 3);
    // An article of so many passages is refused as soon as that can be told.
    let report = folder.tane(["index", "docs", "--json", "--dry-run"]).json();
    contains_all(
        report["failed"][0]["reason"].as_str().unwrap(),
        &["at most 100000 are indexed"],
    );
}

#[test]
fn an_interrupt_while_a_file_is_read_and_cut_acts_at_once() {
    let folder = Folder::new(&ARTICLES);
    write_a_long_line(&folder);
    // In the midst of reading, and of cutting.
    for wait in [500, 2500] {
        let args = ["index", "docs", "--max-passages", "100000000"];
        let child = folder.tane(args).spawn();
        std::thread::sleep(Duration::from_millis(wait));
        interrupt(&child);
        let told = Instant::now();
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(130), "{stderr}");
        contains_all(&stderr, &["interrupted"]);
        // A second, and what a busy machine adds.
        assert!(
            told.elapsed() < Duration::from_secs(4),
            "{:?}",
            told.elapsed()
        );
    }
    assert!(!folder.path().join("ix/manifest.json").exists());
}

#[test]
fn indexes_of_another_format_or_space_or_damaged_ones() {
    let folder = Folder::new(&ARTICLES);
    folder.tane(["index", "docs"]).ok();
    let manifest = folder.path().join("ix/manifest.json");
    let good = std::fs::read_to_string(&manifest).unwrap();

    std::fs::write(&manifest, good.replace("\"format\": 3", "\"format\": 99")).unwrap();
    contains_all(
        &folder.tane(["query", "x"]).fails(2),
        &["format 99", "format 3", "--rebuild"],
    );
    contains_all(&folder.tane(["index"]).fails(2), &["format 99"]);

    let space = good
        .split("\"id\": \"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    std::fs::write(&manifest, good.replace(space, "0123456789abcdef")).unwrap();
    contains_all(
        &folder.tane(["query", "x"]).fails(2),
        &["checksum of the manifest"],
    );
    let other = resigned(&good.replace(space, "0123456789abcdef"));
    std::fs::write(&manifest, other).unwrap();
    contains_all(
        &folder.tane(["query", "x"]).fails(2),
        &[space, "0123456789abcdef", "--rebuild"],
    );

    std::fs::write(&manifest, &good[..good.len() / 2]).unwrap();
    contains_all(
        &folder.tane(["query", "x"]).fails(2),
        &["manifest", "expected", "received"],
    );

    std::fs::write(&manifest, &good).unwrap();
    let segment = folder.path().join("ix/00000001.segment");
    let bytes = std::fs::read(&segment).unwrap();
    std::fs::write(&segment, &bytes[..bytes.len() - 1]).unwrap();
    contains_all(
        &folder.tane(["query", "x"]).fails(2),
        &["length", "expected", "received"],
    );
    for at in (0..bytes.len()).step_by(bytes.len() / 12) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x55;
        std::fs::write(&segment, &damaged).unwrap();
        let ran = folder.tane(["query", "railway", "--json"]).run();
        assert!(
            matches!(ran.code, Some(0 | 2)),
            "{:?} {}",
            ran.code,
            ran.stderr
        );
    }
    std::fs::remove_file(&segment).unwrap();
    contains_all(&folder.tane(["query", "x"]).fails(2), &["00000001.segment"]);
    folder.tane(["index", "--rebuild"]).ok();
    folder.tane(["query", "railway"]).ok();
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let mut child = Tane::on_seeds(["show", "--text", "seeds/000_aeedbf9545c623bb.txt"]).spawn();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    let mut child = Tane::on_seeds(["query", "--json", "-n", "50", "x"]).spawn();
    drop(child.stdout.take());
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(0));
}

/// A small file system of its own; needs the right to mount one.
struct SmallDisk<'a>(&'a std::path::Path);

impl<'a> SmallDisk<'a> {
    fn mount(path: &'a std::path::Path, options: &str) -> Option<Self> {
        std::fs::create_dir_all(path).unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", options, "tmpfs"])
            .arg(path)
            .output();
        mounted
            .is_ok_and(|output| output.status.success())
            .then_some(Self(path))
    }

    fn make_read_only(&self) {
        let status = Command::new("mount")
            .args(["-o", "remount,ro"])
            .arg(self.0)
            .status()
            .unwrap();
        assert!(status.success());
    }
}

impl Drop for SmallDisk<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0).status();
    }
}

#[test]
fn a_full_disk_and_a_read_only_one() {
    let folder = Folder::new(&ARTICLES);
    let path = folder.path().join("ix");
    let Some(disk) = SmallDisk::mount(&path, "size=300k") else {
        eprintln!("not checked: no right to mount a file system here");
        return;
    };
    folder.tane(["index", "docs"]).ok();
    for number in 0..250 {
        folder.write(
            &format!("more/{number}.txt"),
            format!("Line {number} of many.\n"),
        );
    }
    let message = folder.tane(["index", "more"]).fails(2);
    contains_all(&message, &["No space left", "ix/"]);
    let ask = || {
        folder
            .tane(["query", "--json", "-n", "1", "railway"])
            .json()
    };
    assert_eq!(ask()["results"][0]["article"]["id"], "docs/rail.txt");
    folder.remove("docs/soup.txt");
    let temporary = |name: &std::ffi::OsStr| name.to_string_lossy().ends_with(".tmp");
    assert!(
        std::fs::read_dir(&path)
            .unwrap()
            .all(|entry| !temporary(&entry.unwrap().file_name()))
    );

    disk.make_read_only();
    assert_eq!(ask()["results"][0]["article"]["id"], "docs/rail.txt");
    contains_all(
        &folder.tane(["index"]).fails(2),
        &["Read-only file system", "ix"],
    );
}

#[test]
fn names_of_nothing_say_what_there_is() {
    let folder = Folder::new(&ARTICLES);
    folder.write("docs/gap.txt", "First line.\n\n\n\n![picture](a.png)\n");
    folder.tane(["index", "docs"]).ok();
    for (args, parts) in [
        (
            &["show", "rail.txt:99"][..],
            &[
                "no passage `rail.txt:99`",
                "`docs/rail.txt` has lines 1 to 1",
            ][..],
        ),
        (
            &["show", "rail.txt:0"],
            &["`docs/rail.txt` has lines 1 to 1"],
        ),
        (
            &["show", "docs/cats.txt:3-1"],
            &[
                "no passage `docs/cats.txt:3-1`",
                "line 3 comes after line 1",
            ],
        ),
        (
            &["show", "gap.txt:5"],
            &["nothing that is read stands there", "`tane passages FILE`"],
        ),
        (
            &["show", "rail#0"],
            &["no passage `rail#0`", "passages 1 to 1"],
        ),
        (
            &["show", "0"],
            &["no article `0` in this index; `tane --index ix status --articles` lists them"],
        ),
        (
            &["similar", "nosuch"],
            &[
                "no article `nosuch` in this index, and no file of that name; `tane --index ix status",
            ],
        ),
    ] {
        contains_all(&folder.tane(args).fails(2), parts);
    }
}

#[test]
fn what_is_no_set_is_told_what_sets_are() {
    let folder = Folder::new(&ARTICLES);
    folder.tane(["index", "docs"]).ok();
    folder.write("some.txt", "Dear diary,\n");
    folder.write("list.jsonl", "{\"question\": \"a\"}\n");
    folder.write("empty.jsonl", "\n");
    folder.write(
        "other.jsonl",
        "{\"query\": \"a\", \"answers\": [{\"article\": \"x.txt\", \"text\": \"a\"}]}\n",
    );
    folder.write("half/corpus.jsonl", "{\"_id\": \"1\", \"text\": \"a\"}\n");
    let example = "as {\"query\": \"Who?\", \"answers\": [{\"article\": \"a.txt\", \"text\": \"the answer\"}]}";
    for (set, parts) in [
        (
            "nosuch",
            &["nosuch: not a set: there is no such file or folder; a set is a file of questions"][..],
        ),
        (
            "docs",
            &[
                "docs: not a set: there is no queries.jsonl in it",
                "eval --help",
            ],
        ),
        ("half", &["half: not a set: there is no queries.jsonl"]),
        (
            "some.txt",
            &[
                "some.txt:1: expected a question with its answers, ",
                example,
            ],
        ),
        (
            "list.jsonl",
            &[
                "list.jsonl:1: expected a question",
                "unknown field `question`|missing field `query`",
            ],
        ),
        (
            "empty.jsonl",
            &["empty.jsonl: it holds no question", example],
        ),
        (
            "other.jsonl",
            &["other.jsonl: no article that it names is in the index at ix (the first is `x.txt`)"],
        ),
    ] {
        let message = folder.tane(["eval", set]).fails(2);
        for part in parts {
            let fits = part.split('|').any(|part| message.contains(part));
            assert!(fits, "`{part}` is not in: {message}");
        }
    }
}
