use std::cell::RefCell;
use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::super::package::tests::archive;
use super::*;
use crate::corpus::read_options::ReadOptions;

/// Takes each file for one article of its name.
struct Names(ReadOptions, RefCell<Vec<usize>>);

impl Inside for Names {
    fn options(&self) -> &ReadOptions {
        &self.0
    }

    fn archives(&self) -> Archives {
        match self.0.archives {
            true => Archives::Opened,
            false => Archives::Unasked,
        }
    }

    fn read(&self, name: &str, bytes: Vec<u8>) -> Result<Vec<Parsed>, Fault> {
        self.1.borrow_mut().push(bytes.len());
        if bytes.starts_with(b"no") {
            return Err(Fault::not_text("not text"));
        }
        Ok(vec![Parsed {
            row: Some(name.to_owned()),
            text: Some(String::from_utf8(bytes).unwrap()),
            ..Parsed::default()
        }])
    }
}

fn inside(archives: bool) -> Names {
    let options = ReadOptions {
        archives,
        ..ReadOptions::default()
    };
    Names(options, RefCell::default())
}

fn rows(articles: &[Parsed]) -> Vec<&str> {
    articles
        .iter()
        .filter_map(|article| article.row.as_deref())
        .collect()
}

fn tar_of(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, content) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        builder.append_data(&mut header, name, *content).unwrap();
    }
    builder.into_inner().unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

const FILES: [(&str, &[u8]); 5] = [
    ("a/b.txt", b"text"),
    ("__MACOSX/._b.txt", b"no"),
    ("a/.hidden/c.txt", b"no"),
    ("a/picture.png", b"no"),
    ("README", b"more"),
];

#[test]
fn files_are_read_by_their_names() {
    let tar = tar_of(&FILES);
    for (form, bytes) in [
        (&Zip as &dyn Container, archive(&FILES)),
        (&Tar { packed: true }, gzip(&tar)),
        (&Tar { packed: false }, tar),
    ] {
        assert!(form.accepts("", &bytes) && form.is_archive());
        let articles = form.read(&bytes, &inside(true)).unwrap();
        assert_eq!(rows(&articles), ["a/b.txt", "README"], "{}", form.name());
        assert_eq!(
            articles[0].notes[0].text,
            "1 file inside is not read: a/picture.png (not text)"
        );
        let Err(Fault::NotText(reason)) = form.read(&bytes, &inside(false)) else {
            panic!("{}", form.name());
        };
        assert!(
            reason.text.ends_with("archive") && reason.remedy == Some(Remedy::Archives),
            "{reason}"
        );
        let cut = form.read(&bytes[..bytes.len() / 2], &inside(true));
        assert!(cut.is_err() || !cut.unwrap()[0].notes.is_empty());
    }
}

#[test]
fn what_has_nothing_to_read_is_no_text() {
    let bytes = archive(&[("a.png", b"no")]);
    let reason = "a ZIP archive: 1 file inside is not read: a.png (not text)";
    assert_eq!(
        Zip.read(&bytes, &inside(true)).unwrap_err(),
        Fault::not_text(reason)
    );
    let reason = "a ZIP archive without files";
    assert_eq!(
        Zip.read(&archive(&[]), &inside(true)).unwrap_err(),
        Fault::not_text(reason)
    );
    let lone = Tar { packed: true }.read(&gzip(b"A text."), &inside(true));
    let reason = "a gzip file without a tar archive in it; unpack it";
    assert_eq!(lone.unwrap_err(), Fault::not_text(reason));
}

#[test]
fn names_that_differ_in_case_alone_are_told() {
    let bytes = archive(&[("a.txt", b"one"), ("A.txt", b"two")]);
    let articles = Zip.read(&bytes, &inside(true)).unwrap();
    assert_eq!(rows(&articles), ["A.txt"]);
    assert_eq!(articles[0].text.as_deref(), Some("two"));
    assert!(
        articles[0].notes[0]
            .text
            .contains("a.txt (another file has its name")
    );
}

#[test]
fn what_expands_too_far_is_not_read() {
    let zeros = vec![b'a'; 20 << 20];
    let bytes = gzip(&tar_of(&[("a.txt", b"text"), ("b.txt", &zeros)]));
    let articles = Tar { packed: true }.read(&bytes, &inside(true)).unwrap();
    assert_eq!(rows(&articles), ["a.txt"]);
    assert!(
        articles[0].notes[0]
            .text
            .contains("b.txt (a gzip archive that is cut or broken (it expands to more than"),
        "{:?}",
        articles[0].notes
    );
    let bytes = archive(&[("a.txt", b"text"), ("b.txt", &zeros)]);
    let articles = Zip.read(&bytes, &inside(true)).unwrap();
    assert!(
        articles[0].notes[0]
            .text
            .contains("more than 200 times its packed size")
    );
    let mut small = inside(true);
    small.0.max_bytes = 3;
    let bytes = tar_of(&[("a.txt", b"text"), ("b.txt", b"one")]);
    let articles = Tar { packed: false }.read(&bytes, &small).unwrap();
    assert_eq!(rows(&articles), ["b.txt"]);
}
