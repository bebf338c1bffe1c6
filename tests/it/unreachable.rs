//! What cannot be entered keeps its articles; what was deleted goes; what belongs to an index is never read.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::support::{ARTICLES, Folder, Tane};

/// Articles, and those of them that were kept or removed.
fn counts(report: &Value) -> [u64; 3] {
    ["articles", "kept", "removed"].map(|name| report[name].as_u64().unwrap())
}

fn failed(report: &Value) -> Vec<(String, String)> {
    let failed = report["failed"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    failed
        .map(|file| (text(&file["path"]), text(&file["reason"])))
        .collect()
}

fn ids(folder: &Folder) -> Vec<String> {
    let status = folder.tane(["status", "--json", "--articles"]).json();
    let articles = status["article_list"].as_array().unwrap().iter();
    articles
        .map(|article| article["id"].as_str().unwrap().to_owned())
        .collect()
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_nowhere_for_once_keeps_its_articles() {
    let folder = Folder::new(&ARTICLES);
    folder.write("disk/owl.txt", "The owl hoots at night.\n");
    folder.write("disk/deep/eel.txt", "The eel swims upstream.\n");
    std::os::unix::fs::symlink("../disk", folder.path().join("docs/in")).unwrap();
    let first = folder.tane(["index", "docs", "--follow", "--json"]).json();
    assert_eq!(counts(&first), [5, 0, 0]);

    std::fs::rename(folder.path().join("disk"), folder.path().join("away")).unwrap();
    folder.remove("docs/soup.txt");
    for args in [&["index", "--json"][..], &["index", "--json", "--rebuild"]] {
        let ran = folder.tane(args).run();
        let report: Value = serde_json::from_slice(&ran.stdout).unwrap();
        assert_eq!(
            (report["articles"].as_u64(), report["kept"].as_u64()),
            (Some(4), Some(2))
        );
        let [(path, reason)] = failed(&report).try_into().unwrap();
        assert!(path.ends_with("docs/in"), "{path}");
        assert!(reason.ends_with("; its 2 articles are kept"), "{reason}");
        assert_eq!(
            ran.stderr
                .lines()
                .filter(|line| line.contains("docs/in"))
                .count(),
            1
        );
    }
    let found = folder
        .tane(["query", "--json", "--mode", "keyword", "owl"])
        .json();
    assert_eq!(found["results"][0]["article"]["id"], "docs/in/owl.txt");
    folder.tane(["index", "--strict"]).fails(2);

    std::fs::rename(folder.path().join("away"), folder.path().join("disk")).unwrap();
    folder.remove("disk/deep/eel.txt");
    assert_eq!(counts(&folder.tane(["index", "--json"]).json()), [3, 0, 1]);
    folder.remove("docs/in");
    assert_eq!(counts(&folder.tane(["index", "--json"]).json()), [2, 0, 1]);
}

#[cfg(unix)]
#[test]
fn a_folder_that_is_closed_for_once_keeps_its_articles() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new(&ARTICLES);
    folder.write("docs/in/owl.txt", "The owl hoots at night.\n");
    folder.write("docs/in-between.txt", "The heron waits.\n");
    folder.tane(["index", "docs"]).ok();
    let set = |name: &str, mode: u32| {
        let mode = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(folder.path().join(name), mode).unwrap();
    };
    set("docs/in", 0);
    if std::fs::read_dir(folder.path().join("docs/in")).is_ok() {
        set("docs/in", 0o755);
        eprintln!("not checked: permissions do not bind this user");
        return;
    }
    folder.remove("docs/in-between.txt");
    let closed = folder.tane(["index", "--json"]).json();
    assert_eq!(counts(&closed), [4, 1, 1]);
    set("docs/in", 0o755);
    set("docs", 0);
    let root = folder.tane(["index", "--json"]).json();
    assert_eq!(counts(&root), [4, 4, 0]);
    set("docs", 0o755);
    assert_eq!(counts(&folder.tane(["index", "--json"]).json()), [4, 0, 0]);
}

#[cfg(unix)]
#[test]
fn a_folder_whose_disk_is_not_mounted_keeps_its_articles() {
    let folder = Folder::new(&ARTICLES);
    let disk = folder.path().join("docs/disk");
    std::fs::create_dir(&disk).unwrap();
    let mount = |path: &Path| {
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=100k", "tmpfs"])
            .arg(path)
            .output();
        mount.is_ok_and(|output| output.status.success())
    };
    let unmount = |path: &Path| Command::new("umount").arg(path).status().unwrap();
    if !mount(&disk) {
        eprintln!("not checked: no right to mount a file system here");
        return;
    }
    folder.write("docs/disk/owl.txt", "The owl hoots at night.\n");
    folder.tane(["index", "docs"]).ok();
    unmount(&disk);
    for _ in 0..2 {
        let report = folder.tane(["index", "--json"]).json();
        assert_eq!(counts(&report), [4, 1, 0]);
        let [(path, reason)] = failed(&report).try_into().unwrap();
        assert!(path.ends_with("docs/disk"), "{path}");
        assert!(
            reason.contains("suddenly empty") && reason.contains("--exclude \"/disk/\""),
            "{reason}"
        );
    }
    // A disk with other files on it, and a folder that is gone, are what they look like.
    assert!(mount(&disk));
    folder.write("docs/disk/eel.txt", "The eel swims upstream.\n");
    let other = folder.tane(["index", "--json"]).json();
    unmount(&disk);
    assert_eq!(counts(&other), [4, 0, 1]);
    std::fs::remove_dir(&disk).unwrap();
    assert_eq!(counts(&folder.tane(["index", "--json"]).json()), [3, 0, 1]);
}

#[test]
fn a_folder_that_was_emptied_or_became_a_file_is_a_deletion() {
    let folder = Folder::new(&ARTICLES);
    folder.write("docs/in/owl.txt", "The owl hoots at night.\n");
    folder.write("docs/at/eel.txt", "The eel swims upstream.\n");
    folder.tane(["index", "docs"]).ok();
    folder.remove("docs/in/owl.txt");
    std::fs::remove_dir_all(folder.path().join("docs/at")).unwrap();
    folder.write("docs/at", "A file now.\n");
    let report = folder.tane(["index", "--json"]).json();
    assert_eq!(counts(&report), [4, 0, 2]);
    assert_eq!(
        ids(&folder),
        ["docs/at", "docs/cats.txt", "docs/rail.txt", "docs/soup.txt"]
    );
}

#[test]
fn a_file_that_was_changed_and_given_its_old_time_back_is_noticed() {
    let folder = Folder::new(&[("docs/a.txt", "The ferry leaves at nine.\n")]);
    let past = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    let age = || {
        let path = folder.path().join("docs/a.txt");
        let file = std::fs::File::options().append(true).open(path).unwrap();
        file.set_modified(past).unwrap();
    };
    age();
    folder.tane(["index", "docs"]).ok();
    folder.write("docs/a.txt", "The ferry leaves at five.\n");
    age();
    let said = folder.tane(["verify"]).run();
    assert_eq!(said.code, Some(1), "{}", said.stderr);
    let said = String::from_utf8(said.stdout).unwrap();
    assert!(said.contains("`tane --index ix index --check`"), "{said}");
    // Where the system does not tell when a file was changed besides, only its contents do.
    let args: &[&str] = if cfg!(unix) {
        &["index", "--json"]
    } else {
        &["index", "--check", "--json"]
    };
    assert_eq!(folder.tane(args).json()["embedded"], 1);
    assert_eq!(
        folder.tane(["index", "--check", "--json"]).json()["embedded"],
        0
    );
    folder.tane(["verify"]).ok();
}

/// What an index of the first format says of itself, as far as it matters.
const FIRST_FORMAT: &str = r#"{"format":1,"generation":2,"space":{"model":"multilingual-e5-small","id":"x","dimension":384},
    "recipe":1,"roots":[{"label":"docs","path":"/docs","exclude":[]}],
    "segment":{"file":{"name":"00000002.segment","bytes":8,"blake3":"x"},"articles":1,"passages":1}}"#;

#[test]
fn indexes_among_the_files_are_not_read() {
    let folder = Folder::new(&ARTICLES);
    let inner = folder.path().join("docs/project/store");
    Tane::new(["index", "docs/rail.txt", "--index"])
        .arg(&inner)
        .dir(folder.path())
        .ok();
    folder.write("docs/old/manifest.json", FIRST_FORMAT);
    folder.write("docs/old/00000002.segment", "TANESEG1");
    folder.write("docs/old/notes.txt", "Nothing of the index's.\n");
    // No index: another program's manifest, and one of ours that somebody keeps.
    folder.write(
        "docs/app/manifest.json",
        "{\"name\": \"The application of the lighthouse\", \"format\": 3}",
    );
    folder.write("docs/kept/manifest.json", FIRST_FORMAT);
    let expected = [
        "docs/app/manifest.json",
        "docs/cats.txt",
        "docs/kept/manifest.json@roots[1]",
        "docs/rail.txt",
        "docs/soup.txt",
    ];
    let ran = folder.tane(["index", "docs", "-v"]).run();
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    for index in [
        "docs/project/store: an index of tane",
        "docs/old: an index of tane",
    ] {
        assert!(ran.stderr.contains(index), "{}", ran.stderr);
    }
    assert_eq!(ids(&folder), expected);
    // However damaged it is.
    for damage in ["", "{", "\0\0"] {
        std::fs::write(inner.join("manifest.json"), damage).unwrap();
        folder.tane(["index"]).ok();
        assert_eq!(ids(&folder), expected, "{damage}");
    }
    let message = Tane::new(["--index", "other", "index", "docs/old"])
        .dir(folder.path())
        .fails(2);
    assert!(message.contains("an index of tane"), "{message}");
}
