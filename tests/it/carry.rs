//! Two folders stand for two machines: a corpus goes there, is indexed, and its index comes back.

use std::path::Path;

use serde_json::Value;

use crate::support::{ARTICLES, Folder, Tane, with_another_canary};

fn answers(folder: &Path, index: &str) -> Value {
    let asked = ["query", "--json", "--index", index, "railway soup 猫"];
    let mut found = Tane::new(asked).dir(folder).json();
    for hit in found["results"].as_array_mut().unwrap() {
        hit["citation"].take();
        hit["article"]["path"].take();
    }
    found["results"].take()
}

#[test]
fn a_corpus_goes_to_another_machine_and_its_index_comes_back() {
    let laptop = Folder::new(&ARTICLES);
    laptop.write("tane.toml", "corpus = [\"docs\"]\n");
    let here = |args: &[&str]| Tane::new(args).dir(laptop.path());
    // One article is indexed here already, with vectors of another precision.
    here(&["index", "docs/rail.txt"])
        .env("TANE_PRECISION", "f32")
        .ok();
    here(&["index", "docs"]).env("TANE_PRECISION", "f32").ok();
    laptop.write(
        "docs/new.txt",
        "The lighthouse keeper trims the lamp at midnight.\n",
    );
    let packed = here(&["pack", "--corpus", "--json", "there.pack"]).json();
    assert_eq!(
        (&packed["files"], &packed["articles"]),
        (&4.into(), &3.into())
    );

    let other = Folder::new(&[]);
    let there = |args: &[&str]| Tane::new(args).dir(other.path());
    std::fs::copy(
        laptop.path().join("there.pack"),
        other.path().join("there.pack"),
    )
    .unwrap();
    there(&["unpack", "there.pack", "work"]).ok();
    let work = other.path().join("work");
    let report = Tane::new(["index", "--json"]).dir(&work).json();
    // Only what has no vector yet is computed.
    assert_eq!(
        (&report["articles"], &report["embedded"]),
        (&4.into(), &1.into())
    );
    Tane::new(["pack", "back.pack"]).dir(&work).ok();

    // Back: the index takes the place of the one here, its roots are the ones here.
    std::fs::copy(work.join("back.pack"), laptop.path().join("back.pack")).unwrap();
    let before = answers(&work, "index");
    let unpacked = here(&["unpack", "--json", "back.pack"]).json();
    assert_eq!(unpacked["articles"], 4);
    assert_eq!(answers(laptop.path(), "index"), before);
    let verified = here(&["verify", "--json"]).json();
    assert_eq!(
        (&verified["sound"], &verified["sources"]["same"]),
        (&true.into(), &4.into())
    );
    assert_eq!(here(&["index", "--json"]).json()["embedded"], 0);
    laptop.write("docs/soup.txt", "Fry the carrots instead.\n");
    assert_eq!(here(&["index", "--json"]).json()["embedded"], 1);
}

#[test]
fn a_root_that_is_a_file_is_carried_too() {
    let laptop = Folder::new(&ARTICLES);
    laptop.tane(["index", "docs/rail.txt"]).ok();
    laptop.tane(["pack", "--corpus", "there.pack"]).ok();
    let unpacked = laptop.tane(["unpack", "there.pack", "work"]).run();
    assert_eq!(unpacked.code, Some(0), "{}", unpacked.stderr);
    let work = laptop.path().join("work");
    assert!(work.join("rail.txt").is_file());
    let report = Tane::new(["index", "--json"]).dir(&work).json();
    assert_eq!(report["embedded"], 0, "{report}");
}

#[test]
fn packs_that_are_not_to_be_trusted() {
    let folder = Folder::new(&ARTICLES);
    folder.tane(["index", "docs"]).ok();
    folder.tane(["pack", "good.pack"]).ok();
    let good = std::fs::read(folder.path().join("good.pack")).unwrap();
    let before = answers(folder.path(), "ix");
    let refused = |bytes: &[u8]| {
        folder.write("bad.pack", bytes);
        let ran = folder.tane(["unpack", "bad.pack"]).run();
        assert_eq!(ran.code, Some(2), "{} of {} bytes", bytes.len(), good.len());
        ran.stderr
    };
    // Damage anywhere, and ends anywhere but in the zeros that end an archive.
    for at in (0..good.len() - 1024).step_by(good.len() / 25) {
        refused(&good[..at]);
        let mut damaged = good.clone();
        damaged[at] ^= 0x20;
        folder.write("bad.pack", &damaged);
        let ran = folder.tane(["unpack", "bad.pack"]).run();
        assert!(matches!(ran.code, Some(0 | 2)), "{at}: {}", ran.stderr);
    }
    // Names that climb out, links, files of nobody.
    let header = |name: &str, kind: tar::EntryType| {
        let mut header = tar::Header::new_gnu();
        let bytes = name.as_bytes();
        header.as_mut_bytes()[..bytes.len()].copy_from_slice(bytes);
        header.set_entry_type(kind);
        header.set_size(0);
        header.set_cksum();
        header
    };
    for (name, kind) in [
        ("../outside.txt", tar::EntryType::Regular),
        ("/tmp/outside.txt", tar::EntryType::Regular),
        ("index/../../x", tar::EntryType::Regular),
        ("corpus/0/x", tar::EntryType::Regular),
        ("index/link", tar::EntryType::Symlink),
        ("other", tar::EntryType::Regular),
    ] {
        let mut archive = tar::Builder::new(Vec::new());
        let mut old = tar::Archive::new(good.as_slice());
        for entry in old.entries().unwrap() {
            let mut entry = entry.unwrap();
            archive.append(&entry.header().clone(), &mut entry).unwrap();
        }
        archive
            .append(&header(name, kind), std::io::empty())
            .unwrap();
        let message = refused(&archive.into_inner().unwrap());
        assert!(message.contains("bad.pack"), "{name}: {message}");
    }
    assert!(!folder.path().join("outside.txt").exists());
    assert_eq!(answers(folder.path(), "ix"), before);
    folder.tane(["unpack", "good.pack"]).ok();
    assert_eq!(answers(folder.path(), "ix"), before);
    assert_eq!(folder.tane(["verify"]).run().code, Some(0));
    folder
        .tane(["pack", "--index", "nowhere", "x.pack"])
        .fails(2);
}

#[test]
fn vectors_of_another_space_do_not_come_in() {
    let folder = Folder::new(&ARTICLES);
    folder.tane(["index", "docs"]).ok();
    let path = folder.path().join("ix/manifest.json");
    let good = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, with_another_canary(&good)).unwrap();
    folder.tane(["pack", "other.pack"]).ok();
    std::fs::write(&path, &good).unwrap();
    let message = folder.tane(["unpack", "other.pack"]).fails(2);
    assert!(message.contains("at least 0.998 is needed"), "{message}");
    assert_eq!(folder.tane(["verify"]).run().code, Some(0));
}

#[test]
fn shards_joined_answer_as_one_index() {
    let folder = Folder::new(&ARTICLES);
    for number in 0..9 {
        let text = format!("The lamp number {number} stands by the ferry.\n");
        folder.write(&format!("docs/lamp{number}.txt"), text);
    }
    let index = |ix: &str, args: &[&str]| {
        let all = ["index", "docs", "--json", "--index", ix];
        let ran = Tane::new(all.iter().chain(args)).dir(folder.path());
        ran.json()["articles"].as_u64().unwrap()
    };
    let parts: Vec<u64> = (1..=3)
        .map(|n| index(&format!("part{n}"), &["--shard", &format!("{n}/3")]))
        .collect();
    assert!(
        parts.iter().sum::<u64>() == 12 && parts.iter().all(|n| *n > 0),
        "{parts:?}"
    );
    assert_eq!(index("whole", &[]), 12);
    Tane::new(["merge", "--index", "joined", "part1", "part2", "part3"])
        .dir(folder.path())
        .ok();
    let (joined, whole) = (
        answers(folder.path(), "joined"),
        answers(folder.path(), "whole"),
    );
    for (a, b) in joined
        .as_array()
        .unwrap()
        .iter()
        .zip(whole.as_array().unwrap())
    {
        assert_eq!(a["passage"], b["passage"]);
        let score = |hit: &Value| hit["score"].as_f64().unwrap();
        assert!((score(a) - score(b)).abs() < 1e-5);
    }
    let run = |args: &[&str]| Tane::new(args).dir(folder.path());
    assert_eq!(run(&["verify", "--index", "joined"]).run().code, Some(0));
    let report = run(&["index", "--json", "--index", "joined"]).json();
    assert_eq!(
        (&report["articles"], &report["embedded"]),
        (&12.into(), &0.into())
    );
    run(&["merge", "--index", "joined", "part1"]).fails(2);
    run(&["index", "--index", "x", "docs", "--shard", "4/3"]).fails(2);
    // Of one file, most shards have none.
    folder.write("one/lamp.txt", "The lamp stands by the ferry.\n");
    let few = ["few1", "few2", "few3"];
    for (number, ix) in (1..).zip(few) {
        run(&[
            "index",
            "one",
            "--index",
            ix,
            "--shard",
            &format!("{number}/3"),
        ])
        .ok();
    }
    run(&["merge", "--index", "few", few[0], few[1], few[2]]).ok();
    assert_eq!(
        run(&["status", "--json", "--index", "few"]).json()["articles"],
        1
    );
}

#[test]
fn an_index_that_was_built_elsewhere_finds_the_articles_that_it_comes_back_to() {
    let laptop = Folder::new(&ARTICLES);
    laptop.write("tane.toml", "corpus = [\"docs\"]\n");
    let here = |args: &[&str]| Tane::new(args).dir(laptop.path());
    // No index here: the pack holds the files alone.
    here(&["pack", "--corpus", "there.pack"]).ok();
    let other = Folder::new(&[]);
    let pack = laptop.path().join("there.pack");
    Tane::new(["unpack", pack.to_str().unwrap(), "work"])
        .dir(other.path())
        .ok();
    let work = other.path().join("work");
    Tane::new(["index"]).dir(&work).ok();
    Tane::new(["pack", "back.pack"]).dir(&work).ok();
    std::fs::rename(work.join("back.pack"), laptop.path().join("back.pack")).unwrap();
    std::fs::remove_dir_all(&work).unwrap();

    here(&["unpack", "back.pack"]).ok();
    let report = here(&["index", "--json"]).json();
    assert_eq!(
        (&report["articles"], &report["embedded"]),
        (&3.into(), &0.into())
    );
    let verified = here(&["verify", "--json"]).json();
    assert_eq!(verified["sources"]["same"], 3, "{verified}");
}

#[test]
fn a_merge_needs_every_shard_of_the_same_files_once() {
    let folder = Folder::new(&ARTICLES);
    for number in 0..9 {
        let text = format!("The lamp number {number} stands by the ferry.\n");
        folder.write(&format!("docs/lamp{number}.txt"), text);
    }
    let run = |args: &[&str]| Tane::new(args).dir(folder.path());
    let shard = |ix: &str, shard: &str, more: &[&str]| {
        let args = ["index", "docs", "-q", "--index", ix, "--shard", shard];
        run(&[&args[..], more].concat()).ok();
    };
    for (ix, number) in [("p1", "1/3"), ("p2", "2/3"), ("p3", "3/3"), ("q1", "1/2")] {
        shard(ix, number, &[]);
    }
    run(&["index", "docs", "-q", "--index", "whole"]).ok();
    let refused = |parts: &[&str], told: &[&str]| {
        let args = [&["merge", "--index", "all"][..], parts].concat();
        let message = run(&args).fails(2);
        for part in told {
            assert!(message.contains(part), "`{part}` is not in: {message}");
        }
        assert!(!folder.path().join("all").exists(), "{parts:?}");
    };
    refused(
        &["p1", "p3"],
        &["p1: ", "shard 1/3", "2/3 is missing", "--shard 2/3"],
    );
    refused(&["p3"], &["shard 3/3", "1/3, 2/3 are missing"]);
    refused(
        &["p1", "p2", "p1"],
        &["p1: this is shard 1/3, and so is p1"],
    );
    refused(
        &["p1", "q1"],
        &["q1: this is shard 1/2, and p1 is shard 1/3"],
    );
    refused(
        &["p1", "whole"],
        &["p1 is shard 1/3, and whole is no shard"],
    );
    refused(&["whole", "whole"], &["root `docs` is in whole too"]);
    refused(&["nosuch", "p1"], &["no index at nosuch"]);
    // A file more, whichever shard it belongs to: one of the shards may lack it.
    folder.write("docs/new.txt", "A new lamp.\n");
    shard("p2", "2/3", &[]);
    refused(
        &["p1", "p2", "p3"],
        &["p2: this shard is of 13 files, and p1 is of 12"],
    );
    for (ix, number) in [("p1", "1/3"), ("p3", "3/3")] {
        shard(ix, number, &[]);
    }
    run(&["merge", "--index", "all", "p3", "p1", "p2"]).ok();
    let articles = |ix: &str| run(&["status", "--json", "--index", ix]).json()["articles"].clone();
    assert_eq!(articles("all"), 13);
    // Read otherwise, or refreshed as a whole.
    shard("p1", "1/3", &["--max-articles", "5"]);
    let message = run(&["merge", "--index", "more", "p1", "p2", "p3"]).fails(2);
    assert!(message.contains("read with other options"), "{message}");
    run(&["index", "-q", "--index", "p3"]).ok();
    assert_eq!(articles("p3"), 13);
    let message = run(&["merge", "--index", "more", "p2", "p3"]).fails(2);
    assert!(message.contains("p3 is no shard"), "{message}");
    // Whole indexes of different folders are joined as before.
    folder.write("other/a.txt", "The mill grinds rye.\n");
    run(&["index", "other", "-q", "--index", "other-ix"]).ok();
    run(&["merge", "--index", "both", "whole", "other-ix"]).ok();
    assert_eq!(articles("both"), 13);
}

#[test]
fn a_project_goes_with_its_corpus() {
    let laptop = Folder::new(&ARTICLES);
    laptop.write("docs/old/a.txt", "An old article about a mill.\n");
    laptop.write("docs/b.log", "A log that says nothing.\n");
    // No language can be told of it.
    laptop.write("docs/number.txt", "1234567\n");
    let said =
        "exclude = [\"*.log\", \"docs/old/\"]\nlimit = 2\nmode = \"keyword\"\nlanguage = \"vi\"\n";
    laptop.write("tane.toml", format!("corpus = [\"docs\"]\n{said}"));
    for has_index in [false, true] {
        let here = |args: &[&str]| Tane::new(args).dir(laptop.path());
        if has_index {
            here(&["index", "-q"]).ok();
        }
        let packed = here(&["pack", "--corpus", "--json", "there.pack"]).json();
        assert_eq!(packed["files"], 4, "{has_index}");
        let work = laptop.path().join("work");
        here(&["unpack", "there.pack", "work"]).ok();
        assert!(!work.join("docs/b.log").exists() && !work.join("docs/old").exists());
        let written = std::fs::read_to_string(work.join("tane.toml")).unwrap();
        assert_eq!(written, format!("corpus = [\"docs\"]\n{said}"));
        // What comes later is left out there, too.
        std::fs::create_dir(work.join("docs/old")).unwrap();
        std::fs::write(work.join("docs/old/c.txt"), "Another old one.\n").unwrap();
        std::fs::write(work.join("docs/c.log"), "Another log.\n").unwrap();
        let there = |args: &[&str]| Tane::new(args).dir(&work);
        assert_eq!(there(&["index", "--json"]).json()["articles"], 4);
        let list = there(&["status", "--articles", "--json"]).json()["article_list"].clone();
        let number = list.as_array().unwrap().iter().find(|article| {
            let id = article["id"].as_str().unwrap();
            id.ends_with("number.txt")
        });
        assert_eq!(number.unwrap()["lang"], "vi", "{list}");
        let found = there(&["query", "--json", "railway soup 猫"]).json();
        assert_eq!(found["mode"], "keyword");
        assert_eq!(found["results"].as_array().unwrap().len(), 2);
        std::fs::remove_dir_all(&work).unwrap();
    }
}

#[test]
fn a_damaged_pack_is_told_plainly_and_leaves_nothing() {
    let folder = Folder::new(&ARTICLES);
    folder.tane(["index", "docs", "-q"]).ok();
    folder.tane(["pack", "--corpus", "good.pack"]).ok();
    let good = std::fs::read(folder.path().join("good.pack")).unwrap();
    let at = |part: &[u8]| good.windows(part.len()).position(|w| w == part).unwrap();
    let mut flipped = good.clone();
    flipped[at(b"Boil the onions")] ^= 1;
    let mut other = good.clone();
    other[at(b"\"tane_pack\": 1") + 13] = b'9';
    let cases: [(&[u8], &str); 6] = [
        (b"", "not a pack, or damaged: it ends too early"),
        (
            b"Dear diary, today nothing happened at all.",
            "not a pack, or damaged: ",
        ),
        (&good[..good.len() / 2], "not a pack, or damaged: "),
        (&good[..good.len() - 1500], "not a pack, or damaged: "),
        (&flipped, "not a pack, or damaged: checksum: expected "),
        (&other, "a pack of version 9; this tane reads version 1"),
    ];
    for (bytes, told) in cases {
        folder.write("bad.pack", bytes);
        let message = folder.tane(["unpack", "bad.pack", "work"]).fails(2);
        assert!(
            message.contains("bad.pack: ") && message.contains(told),
            "{message}"
        );
        for advice in ["`tane verify`", "--rebuild"] {
            assert!(!message.contains(advice), "{message}");
        }
        assert!(!folder.path().join("work").exists(), "{message}");
    }
    folder.tane(["unpack", "good.pack", "work"]).ok();
    assert!(folder.path().join("work/docs/soup.txt").is_file());
}
