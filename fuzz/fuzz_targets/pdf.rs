//! PDF documents: whatever follows the mark, the reader ends, and every span of what it gives holds.
#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use tane::corpus::{Article, ReadOptions};
use tane_fuzz::must_hold_extracted;

fuzz_target!(|bytes: &[u8]| {
    let marked = [b"%PDF-1.7\n", bytes].concat();
    if let Ok(articles) = Article::from_bytes(marked, Path::new("a.pdf"), &ReadOptions::default()) {
        must_hold_extracted(&articles);
    }
});
