//! Several texts as one article: the parts of a mail, the chapters of a book.

use crate::corpus::block::{Omitted, Repeated};
use crate::corpus::format::reader::{LeftOut, Parsed};

/// What was put together so far.
#[derive(Default)]
pub struct Joined {
    parsed: Parsed,
    text: String,
    left: LeftOut,
}

impl Joined {
    /// Adds a text that was read by itself, with its own [`Parsed::text`]. What it lists as left out is listed behind
    /// everything.
    pub fn add(&mut self, mut part: Parsed) {
        let text = part.text.take().unwrap_or_default();
        let body = part.listed_from.unwrap_or(text.len());
        self.parsed.notes.append(&mut part.notes);
        let listed = |omitted: &Omitted| omitted.span.start >= body && body < text.len();
        for omitted in part.omitted.iter().filter(|omitted| listed(omitted)) {
            self.left.push(omitted.reason, &text[omitted.span.clone()]);
        }
        let content = text[..body].trim_end();
        if content.is_empty() {
            return;
        }
        self.text.truncate(self.text.trim_end().len());
        self.text
            .push_str(if self.text.is_empty() { "" } else { BETWEEN });
        let base = self.text.len();
        self.text.push_str(content);
        self.text.push('\n');
        let end = self.text.len();
        let moved = |span: std::ops::Range<usize>| span.start + base..(span.end + base).min(end);
        let blocks = part.blocks.into_iter().map(|mut block| {
            block.span = moved(block.span);
            block
        });
        self.parsed.blocks.extend(blocks);
        let inside = part.omitted.into_iter().filter(|omitted| !listed(omitted));
        let inside = inside.map(|omitted| Omitted {
            span: moved(omitted.span),
            reason: omitted.reason,
        });
        // White space at the end is gone.
        self.parsed
            .omitted
            .extend(inside.filter(|omitted| !omitted.span.is_empty()));
        let repeated = part.repeated.into_iter().map(|repeated| Repeated {
            text: moved(repeated.text),
            before: moved(repeated.before),
        });
        self.parsed.repeated.extend(repeated);
        let locators = part.locators.into_iter().filter(|(at, _)| *at < body);
        let locators = locators.map(|(at, locator)| (at + base, locator));
        self.parsed.locators.extend(locators);
        let sections = part.sections.into_iter().filter(|at| *at < body);
        self.parsed.sections.extend(sections.map(|at| at + base));
    }

    /// What is left out of all of it.
    pub fn left(&mut self) -> &mut LeftOut {
        &mut self.left
    }

    /// Whether nothing is to be read.
    pub fn is_empty(&self) -> bool {
        self.parsed.blocks.is_empty()
    }

    /// The letters and figures that are read, lower case, without anything between them.
    pub fn letters(&self) -> String {
        letters(&self.text)
    }

    /// One article of all.
    pub fn finish(mut self) -> Parsed {
        self.parsed.text = Some(self.text);
        self.left.list(&mut self.parsed);
        self.parsed
    }
}

const BETWEEN: &str = "\n\n";

/// Letters and figures of a text, lower case: two texts that say the same have the same.
pub fn letters(text: &str) -> String {
    let letters = text.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::block::{Block, BlockKind, Omission};

    fn part(text: &str, listed: &str) -> Parsed {
        let mut parsed = Parsed {
            text: Some(text.to_owned()),
            blocks: vec![Block {
                span: 0..text.trim_end().len(),
                kind: BlockKind::Paragraph,
            }],
            locators: vec![(0, text.trim().to_owned())],
            ..Parsed::default()
        };
        let mut left = LeftOut::default();
        left.push(Omission::Note, listed);
        left.list(&mut parsed);
        parsed
    }

    #[test]
    fn texts_stand_behind_each_other_and_what_they_list_behind_all() {
        let mut joined = Joined::default();
        joined.add(part("One.\n\n", "gone"));
        joined.add(part("", "more"));
        joined.add(part("Two.", ""));
        assert_eq!(joined.letters(), "onetwo");
        let parsed = joined.finish();
        let text = parsed.text.unwrap();
        assert_eq!(text, "One.\n\nTwo.\n\n\ngone\nmore");
        let blocks: Vec<&str> = parsed
            .blocks
            .iter()
            .map(|block| &text[block.span.clone()])
            .collect();
        assert_eq!(blocks, ["One.", "Two."]);
        assert_eq!(
            parsed.locators,
            [(0, "One.".to_owned()), (6, "Two.".to_owned())]
        );
        assert_eq!(&text[parsed.omitted[0].span.clone()], "gone\nmore");
        assert_eq!(parsed.listed_from, Some(11));
    }
}
