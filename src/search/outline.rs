//! The headings of an article.

use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;

use crate::corpus::{Article, BlockKind};
use crate::error::Result;
use crate::index::Index;

/// Bytes of a text that is read again to find its headings.
const MOST_READ_AGAIN: usize = 1 << 20;

/// A heading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct HeadingView {
    /// First byte in the article's text, counted from 0.
    pub start_byte: usize,
    /// 1 for the highest.
    pub level: usize,
    /// What it says.
    pub text: String,
}

/// The headings of an article, in the order of the text; where it has pages, cells or the like in place of headings, these.
///
/// # Errors
/// [`crate::Error::Corrupt`].
pub fn outline(index: &Index, number: usize) -> Result<Vec<HeadingView>> {
    let record = index.article(number)?;
    if !record.locators.is_empty() {
        return Ok(of_locators(&record.locators));
    }
    let extension = Path::new(&record.relative).extension();
    let is_plain = extension.is_none_or(|extension| extension.eq_ignore_ascii_case("txt"));
    let text = index.text(number)?;
    if !is_plain || text.len() > MOST_READ_AGAIN {
        return Ok(Vec::new());
    }
    let article = Article::of_text(text);
    let headings = article.blocks.into_iter();
    let headings = headings.filter(|block| block.kind == BlockKind::Heading);
    Ok(headings
        .map(|block| HeadingView {
            start_byte: block.span.start,
            level: 1,
            text: text[block.span].to_owned(),
        })
        .collect())
}

/// A locator is the path of headings above what follows it. Several headings that follow each other have the path of the
/// last one, each at its own place; the path of a section goes on after one below it.
fn of_locators(locators: &[(usize, String)]) -> Vec<HeadingView> {
    let mut headings = Vec::new();
    let mut before = "";
    for run in locators.chunk_by(|a, b| a.1 == b.1) {
        let path = run[0].1.as_str();
        let goes_on = before
            .strip_prefix(path)
            .is_some_and(|rest| rest.starts_with(" > "));
        before = path;
        if path.is_empty() || goes_on {
            continue;
        }
        let names: Vec<&str> = path.split(" > ").collect();
        let first = names.len().saturating_sub(run.len());
        for ((start_byte, _), depth) in run.iter().zip(first..names.len()) {
            headings.push(HeadingView {
                start_byte: *start_byte,
                level: depth + 1,
                text: names[depth].to_owned(),
            });
        }
    }
    headings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_come_from_the_paths_of_what_follows_them() {
        let locators = [
            (0, "Mills > Wind"),
            (6, "Mills > Wind"),
            (40, "Mills > Water"),
            (90, "Mills"),
            (120, ""),
            (130, "Rivers"),
        ];
        let locators = locators.map(|(at, path)| (at, path.to_owned()));
        let found: Vec<(usize, usize, String)> = of_locators(&locators)
            .into_iter()
            .map(|heading| (heading.start_byte, heading.level, heading.text))
            .collect();
        let expected = [
            (0, 1, "Mills"),
            (6, 2, "Wind"),
            (40, 2, "Water"),
            (130, 1, "Rivers"),
        ];
        assert_eq!(
            found,
            expected.map(|(at, level, text)| (at, level, text.to_owned()))
        );
    }
}
