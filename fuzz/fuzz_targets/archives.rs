//! Archives of any bytes, and of tar in a sound gzip: the reader ends, and every span of what it gives holds.
#![no_main]

use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use libfuzzer_sys::fuzz_target;
use tane::corpus::{Article, ReadOptions};
use tane_fuzz::{calamine_may_panic, must_hold};

const NAMES: [&str; 3] = ["a.zip", "a.tar", "a.tar.gz"];

fuzz_target!(init: calamine_may_panic(), |input: (u8, &[u8])| {
    let (form, bytes) = input;
    let name = NAMES[usize::from(form) % NAMES.len()];
    let mut archive = bytes.to_vec();
    if name.ends_with(".gz") {
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        packed.write_all(bytes).unwrap();
        archive = packed.finish().unwrap();
    }
    let options = ReadOptions { archives: true, ..ReadOptions::default() };
    if let Ok(articles) = Article::from_bytes(archive, Path::new(name), &options) {
        must_hold(&articles);
    }
});
