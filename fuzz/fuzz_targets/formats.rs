//! Any bytes under any name: decoding, every reader, sentences and passages end, and every span holds.
#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use tane::corpus::{Article, ReadOptions};
use tane_fuzz::{calamine_may_panic, must_hold};

const NAMES: [&str; 13] = [
    "a.txt", "a.md", "a.html", "a.ipynb", "a.jsonl", "a.csv", "a.xml", "a", "a.tsv", "a.json", "a.pdf",
    "a.docx", "a.xls",
];

fuzz_target!(init: calamine_may_panic(), |input: (u8, &[u8])| {
    let (name, bytes) = input;
    let name = NAMES[usize::from(name) % NAMES.len()];
    if let Ok(articles) = Article::from_bytes(bytes.to_vec(), Path::new(name), &ReadOptions::default()) {
        must_hold(&articles);
    }
});
