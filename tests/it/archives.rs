//! Archives through the whole program.

use std::io::{Cursor, Write};

use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

use crate::support::{Folder, accounted};

/// An archive of these files.
pub fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, content) in files {
        writer.start_file(*name, options).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn tar_gz(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, content) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        builder.append_data(&mut header, name, *content).unwrap();
    }
    let tar = builder.into_inner().unwrap();
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(&tar).unwrap();
    encoder.finish().unwrap()
}

/// Bytes with a few of them changed, moved or gone; the same ones for each number.
pub fn damaged(whole: &[u8], number: u32) -> Vec<u8> {
    let mut state = number.wrapping_add(7);
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as usize
    };
    let mut bytes = whole.to_vec();
    for _ in 0..1 + next() % 12 {
        let at = next() % bytes.len();
        let end = (at + 1 + next() % 60).min(bytes.len());
        match next() % 5 {
            0 | 1 => bytes[at] = next() as u8,
            2 => drop(bytes.drain(at..end)),
            3 => bytes.truncate(bytes.len() - next() % 50.min(bytes.len())),
            _ => bytes.extend_from_within(at..end),
        }
    }
    bytes
}

const INNER: [(&str, &[u8]); 4] = [
    (
        "notes/a.txt",
        b"The lamp in the lighthouse burns all night long.",
    ),
    ("notes/.hidden.txt", b"no"),
    ("piers.csv", b"Pier,Keeper\nNorth,Sato\nSouth,Ito\n"),
    ("logo.png", b"\x89PNG\r\n\x1a\n\0"),
];

#[test]
fn archives_are_named_and_read_where_they_are_asked_for() {
    let folder = Folder::new(&[("docs/b.txt", "The first railway opened in 1872.\n")]);
    folder.write("docs/a.zip", zip(&INNER));
    folder.write("docs/c.tgz", tar_gz(&INNER));
    let report = folder.tane(["index", "docs", "--json"]).json();
    assert_eq!(report["articles"], 1, "{report}");
    let reasons: Vec<&str> = report["skipped"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| file["reason"].as_str().unwrap())
        .collect();
    assert_eq!(
        reasons,
        [
            "a ZIP archive; --archives reads what is in it",
            "a gzip archive; --archives reads what is in it"
        ]
    );
    let report = folder
        .tane(["index", "docs", "--archives", "--json"])
        .json();
    assert_eq!(report["articles"], 7, "{report}");
    let notes = report["notes"].to_string();
    assert!(
        notes.contains("1 file inside is not read: logo.png (not text: a NUL byte"),
        "{notes}"
    );
    for id in ["docs/a.zip@notes/a.txt", "docs/c.tgz@piers.csv@2"] {
        folder.tane(["show", id]).ok();
    }
    let found = folder
        .tane(["query", "--json", "What burns in the lighthouse?"])
        .json();
    let id = found["results"][0]["article"]["id"].as_str().unwrap();
    assert!(id.ends_with("@notes/a.txt"), "{id}");
    // The root keeps what was asked for.
    folder.write(
        "docs/a.zip",
        zip(&[("new.txt", b"The bridge was painted green in spring.")]),
    );
    let report = folder.tane(["index", "--json"]).json();
    assert_eq!(report["articles"], 5, "{report}");
    assert!(
        folder
            .tane(["show", "docs/a.zip@new.txt"])
            .ok()
            .contains("painted green")
    );
    assert_eq!(folder.tane(["verify"]).run().code, Some(0));
}

#[test]
fn an_archive_in_an_archive_is_read_and_one_in_that_is_not() {
    let folder = Folder::new(&[]);
    let deep = zip(&[("deep.txt", b"Nobody sees this.")]);
    let inner = zip(&[
        ("inner.txt", b"The bell rings at noon."),
        ("deep.zip", &deep),
    ]);
    folder.write(
        "outer.zip",
        zip(&[("inner.zip", &inner), ("outer.txt", b"The gate is shut.")]),
    );
    let printed = folder
        .tane(["passages", "outer.zip", "--archives", "--json"])
        .ok();
    assert!(printed.contains("\"inner.zip@inner.txt\"") && printed.contains("The gate is shut."));
    assert!(!printed.contains("Nobody sees this."), "{printed}");
    assert!(
        printed.contains("deep.zip (a ZIP archive in an archive in an archive)"),
        "{printed}"
    );
}

#[test]
fn what_expands_too_far_costs_only_itself() {
    let folder = Folder::new(&[("docs/b.txt", "The first railway opened in 1872.\n")]);
    let large = vec![b'a'; 300 << 20];
    folder.write("docs/a.zip", zip(&[("a.txt", &large)]));
    folder.write("docs/c.tgz", tar_gz(&[("a.txt", &large)]));
    let report = folder
        .tane(["index", "docs", "--archives", "--json"])
        .json();
    assert_eq!(report["articles"], 1, "{report}");
    assert_eq!(report["skipped"].as_array().unwrap().len(), 2, "{report}");
    assert!(
        report.to_string().contains("times its packed size"),
        "{report}"
    );
}

#[test]
fn damaged_archives_are_all_accounted_for() {
    let folder = Folder::new(&[]);
    let whole = [zip(&INNER), tar_gz(&INNER)];
    let names = ["zip", "tgz"];
    for number in 0..40 {
        let kind = number % 2;
        let bytes = damaged(&whole[kind], number as u32);
        folder.write(&format!("docs/{number}.{}", names[kind]), bytes);
    }
    let report = folder
        .tane(["index", "docs", "--archives", "--json"])
        .json();
    assert!(!report.to_string().contains("reader failed"), "{report}");
    assert!(accounted(&report) >= 40, "{report}");
}
