//! Any bytes under any name: decoding, every reader, sentences and passages end, and every span holds.
#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use tane::corpus::{Article, ReadOptions};
use tane::passage::{TokenCount, passages};

struct Chars;

impl TokenCount for Chars {
    fn count(&self, text: &str) -> usize {
        text.chars().count()
    }
}

const NAMES: [&str; 13] = [
    "a.txt", "a.md", "a.html", "a.ipynb", "a.jsonl", "a.csv", "a.xml", "a", "a.tsv", "a.json", "a.pdf",
    "a.docx", "a.xls",
];

fuzz_target!(|input: (u8, &[u8])| {
    let (name, bytes) = input;
    let name = NAMES[usize::from(name) % NAMES.len()];
    let Ok(articles) = Article::from_bytes(bytes.to_vec(), Path::new(name), &ReadOptions::default()) else {
        return;
    };
    for article in articles {
        let text = &article.text;
        let mut last = 0;
        for block in &article.blocks {
            assert!(last <= block.span.start && text.get(block.span.clone()).is_some_and(|t| !t.is_empty()));
            last = block.span.end;
        }
        // Letters and figures that are in no passage and not listed as left out are lost.
        let mut known = vec![false; text.len()];
        for omitted in &article.omitted {
            assert!(text.get(omitted.span.clone()).is_some());
            known[omitted.span.clone()].fill(true);
        }
        for passage in passages(&article, &Chars) {
            assert!(text.get(passage.span.clone()).is_some_and(|t| !t.is_empty()));
            assert!(passage.lines.0 >= 1 && passage.lines.0 <= passage.lines.1);
            passage.readable(text);
            let read = passage.headings.iter().chain(&passage.sentences);
            for span in read.chain(&passage.repeated) {
                known[span.clone()].fill(true);
            }
        }
        let lost = text.char_indices().find(|(at, c)| c.is_alphanumeric() && !known[*at]);
        assert!(lost.is_none(), "{lost:?} of {} is nowhere", article.format);
    }
});
