//! PDF documents: whatever follows the mark, the reader ends, and every span of what it gives holds.
#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use tane::corpus::{Article, ReadOptions};

fuzz_target!(|bytes: &[u8]| {
    let marked = [b"%PDF-1.7\n", bytes].concat();
    let Ok(articles) = Article::from_bytes(marked, Path::new("a.pdf"), &ReadOptions::default()) else {
        return;
    };
    for article in articles {
        let text = &article.text;
        let mut last = 0;
        for block in &article.blocks {
            assert!(last <= block.span.start && text.get(block.span.clone()).is_some_and(|t| !t.is_empty()));
            last = block.span.end;
        }
        for omitted in &article.omitted {
            assert!(last <= omitted.span.start && text.get(omitted.span.clone()).is_some());
        }
        assert!(article.locators.is_sorted_by(|a, b| a.0 < b.0));
    }
});
