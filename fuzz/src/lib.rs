//! What must hold of the articles of any file, whatever its bytes were.

use tane::corpus::Article;
use tane::passage::{TokenCount, passages};

/// Lets calamine panic, which it does on many broken workbooks: tane takes that for a fault of the file, and libFuzzer
/// for its end. Call it first.
pub fn calamine_may_panic() {
    let end = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let place = panic.location().map_or("", |at| at.file());
        if !place.contains("/calamine-") {
            end(panic);
        }
    }));
}

struct Chars;

impl TokenCount for Chars {
    fn count(&self, text: &str) -> usize {
        text.chars().count()
    }
}

/// Every span holds, and every letter and figure is in a passage or listed as left out.
///
/// # Panics
/// Where that is not so.
pub fn must_hold(articles: &[Article]) {
    for article in articles {
        let text = &article.text;
        let mut last = 0;
        for block in &article.blocks {
            let content = text.get(block.span.clone());
            assert!(last <= block.span.start && content.is_some_and(|content| !content.is_empty()));
            last = block.span.end;
        }
        assert!(article.locators.is_sorted_by(|a, b| a.0 < b.0));
        let mut known = vec![false; text.len()];
        for omitted in &article.omitted {
            assert!(text.get(omitted.span.clone()).is_some());
            known[omitted.span.clone()].fill(true);
        }
        for passage in passages(article, &Chars) {
            assert!(text.get(passage.span.clone()).is_some_and(|content| !content.is_empty()));
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
}

/// The same of a document whose text was extracted: what is left out follows what is read.
///
/// # Panics
/// Where that is not so.
pub fn must_hold_extracted(articles: &[Article]) {
    must_hold(articles);
    for article in articles {
        let end = article.blocks.last().map_or(0, |block| block.span.end);
        assert!(article.omitted.iter().all(|omitted| end <= omitted.span.start));
    }
}
