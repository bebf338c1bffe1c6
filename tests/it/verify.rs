//! `tane verify`: what is wrong is found and named, and `tane index` repairs it.

use std::path::PathBuf;

use serde_json::Value;

use crate::support::{ARTICLES, Folder, Tane, with_another_canary};

fn indexed() -> Folder {
    let folder = Folder::new(&ARTICLES);
    folder.tane(["index", "docs"]).ok();
    folder
}

fn verified(folder: &Folder) -> (Option<i32>, Value) {
    let ran = folder.tane(["verify", "--json"]).run();
    let json = serde_json::from_slice(&ran.stdout).unwrap_or_else(|_| panic!("{}", ran.stderr));
    (ran.code, json)
}

fn kinds(json: &Value) -> Vec<&str> {
    let faults = json["faults"].as_array().unwrap().iter();
    faults.map(|f| f["kind"].as_str().unwrap()).collect()
}

fn manifest(folder: &Folder) -> Value {
    let text = std::fs::read(folder.path().join("ix/manifest.json")).unwrap();
    serde_json::from_slice(&text).unwrap()
}

fn segment(folder: &Folder) -> PathBuf {
    let manifest = manifest(folder);
    let name = manifest["segments"][0]["file"]["name"].as_str().unwrap();
    folder.path().join("ix").join(name)
}

#[test]
fn a_sound_index_is_well() {
    let json = Tane::on_seeds(["verify", "--json"]).json();
    assert_eq!(json["sound"], true);
    assert_eq!(json["articles"], 5);
    assert_eq!(json["sources"]["same"], 5);
    let canaries = json["canaries"].as_array().unwrap();
    assert!(canaries.len() >= 4);
    // The index of the tests is in f32; other precisions are of the same space.
    let int8 = Tane::on_seeds(["verify", "--json"])
        .env("TANE_PRECISION", "int8")
        .json();
    for (exact, int8) in canaries.iter().zip(int8["canaries"].as_array().unwrap()) {
        assert!(exact.as_f64().unwrap() > 0.99999);
        assert!(int8.as_f64().unwrap() > 0.998 && int8.as_f64().unwrap() < 0.99999);
    }
    let text = Tane::on_seeds(["verify"]).ok();
    assert!(text.contains("all is well"), "{text}");
}

#[test]
fn sources_that_changed_are_named_and_absent_ones_are_no_fault() {
    let folder = indexed();
    folder.remove("docs/soup.txt");
    let (code, json) = verified(&folder);
    assert_eq!((code, &json["sources"]["absent"]), (Some(0), &1.into()));
    folder.write("docs/rail.txt", "Another text.\n");
    let (code, json) = verified(&folder);
    assert_eq!(code, Some(1));
    assert_eq!(
        json["sources"]["changed"],
        serde_json::json!(["docs/rail.txt"])
    );
    folder.tane(["index"]).ok();
    assert_eq!(verified(&folder).0, Some(0));
}

#[test]
fn damage_is_found_named_and_repaired() {
    let folder = indexed();
    let first = manifest(&folder)["segments"][0]["sections"].clone();
    for name in first.as_object().unwrap().keys() {
        let section = &manifest(&folder)["segments"][0]["sections"][name];
        let path = segment(&folder);
        let good = std::fs::read(&path).unwrap();
        let bound = |end: &str| usize::try_from(section[end].as_u64().unwrap()).unwrap();
        let mut damaged = good.clone();
        damaged[usize::midpoint(bound("start"), bound("end"))] ^= 0x10;
        std::fs::write(&path, &damaged).unwrap();

        let message = folder.tane(["query", "railway"]).fails(2);
        assert!(
            message.contains("checksum") && message.contains("`tane --index ix index` repairs it"),
            "{name}: {message}"
        );
        let (code, json) = verified(&folder);
        assert_eq!(code, Some(1), "{name}");
        assert!(kinds(&json).contains(&"file"), "{name}: {json}");

        let report = folder.tane(["index", "--json"]).json();
        assert_eq!(report["articles"], 3, "{name}: {report}");
        let (code, json) = verified(&folder);
        assert_eq!(code, Some(0), "{name}: {json}");
        let found = folder.tane(["query", "--json", "railway"]).json();
        assert_eq!(found["results"][0]["article"]["id"], "docs/rail.txt");

        // The next section of an index like the first one.
        std::fs::remove_dir_all(folder.path().join("ix")).unwrap();
        folder.tane(["index", "docs"]).ok();
    }
}

#[test]
fn files_that_are_cut_short_or_gone_are_made_again() {
    let folder = indexed();
    let path = segment(&folder);
    let good = std::fs::read(&path).unwrap();
    for length in [0, 7, good.len() / 2, good.len() - 1] {
        std::fs::write(segment(&folder), &good[..length]).unwrap();
        folder.tane(["query", "railway"]).fails(2);
        assert_eq!(verified(&folder).0, Some(1));
        let report = folder.tane(["index", "--json"]).json();
        assert_eq!(report["repaired"], 3);
        assert_eq!(verified(&folder).0, Some(0));
    }
    std::fs::remove_file(segment(&folder)).unwrap();
    assert_eq!(verified(&folder).0, Some(1));
    folder.tane(["index"]).ok();
    assert_eq!(verified(&folder).0, Some(0));
}

#[test]
fn a_flipped_bit_anywhere_is_told_or_does_no_harm() {
    let folder = indexed();
    folder.write("docs/extra.txt", "Ferries cross the bay every hour.\n");
    folder.tane(["index"]).ok();
    folder.remove("docs/extra.txt");
    folder.tane(["index"]).ok();
    let right = folder.tane(["query", "--json", "railway"]).json();
    for entry in std::fs::read_dir(folder.path().join("ix")).unwrap() {
        let path = entry.unwrap().path();
        let good = std::fs::read(&path).unwrap();
        for at in (0..good.len()).step_by((good.len() / 40).max(1)) {
            let mut damaged = good.clone();
            damaged[at] ^= 1 << (at % 8);
            std::fs::write(&path, &damaged).unwrap();
            let ran = folder.tane(["query", "--json", "railway"]).run();
            if ran.code == Some(0) {
                let found: Value = serde_json::from_slice(&ran.stdout).unwrap();
                assert_eq!(found["results"], right["results"], "{path:?} at {at}");
            } else {
                assert_eq!(ran.code, Some(2), "{path:?} at {at}: {}", ran.stderr);
            }
        }
        std::fs::write(&path, &good).unwrap();
    }
    assert_eq!(verified(&folder).0, Some(0));
}

#[test]
fn vectors_of_another_space_are_not_added_to() {
    let folder = indexed();
    let path = folder.path().join("ix/manifest.json");
    let good = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, with_another_canary(&good)).unwrap();

    let (code, json) = verified(&folder);
    assert_eq!((code, kinds(&json)), (Some(1), vec!["space"]));
    folder.write("docs/new.txt", "A text about lighthouses.\n");
    let message = folder.tane(["index"]).fails(2);
    assert!(
        message.contains("at least 0.998 is needed") && message.contains("--rebuild"),
        "{message}"
    );
    folder.tane(["index", "--rebuild"]).ok();
    assert_eq!(verified(&folder).0, Some(0));
}

#[cfg(unix)]
#[test]
fn a_read_only_index_answers() {
    use std::os::unix::fs::PermissionsExt;
    let folder = indexed();
    let ix = folder.path().join("ix");
    let set = |mode: u32| {
        for entry in std::fs::read_dir(&ix).unwrap() {
            let path = entry.unwrap().path();
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode & 0o666)).unwrap();
        }
        std::fs::set_permissions(&ix, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    set(0o555);
    let before: Vec<_> = std::fs::read_dir(&ix).unwrap().collect();
    folder.tane(["query", "railway"]).ok();
    assert_eq!(verified(&folder).0, Some(0));
    assert_eq!(std::fs::read_dir(&ix).unwrap().count(), before.len());
    set(0o755);
}
