//! RTF: whatever follows the mark, the reader ends, and every span of what it gives holds.
#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use tane::corpus::{Article, ReadOptions};
use tane_fuzz::must_hold_extracted;

fuzz_target!(|bytes: &[u8]| {
    let marked = [b"{\\rtf", bytes].concat();
    if let Ok(articles) = Article::from_bytes(marked, Path::new("a.rtf"), &ReadOptions::default()) {
        must_hold_extracted(&articles);
    }
});
