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
    /// Adds a text that was read by itself, with its own [`Parsed::text`].
    pub fn add(&mut self, part: Parsed) {
        append(part, &mut self.text, &mut self.parsed, &mut self.left);
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

/// Adds a text that was read by itself, with its own [`Parsed::text`], behind `text` and what `parsed` has of that. What
/// it lists as left out goes to `left`.
pub fn append(mut part: Parsed, all: &mut String, parsed: &mut Parsed, left: &mut LeftOut) {
    let text = part.text.take().unwrap_or_default();
    let body = part.listed_from.unwrap_or(text.len());
    parsed.notes.append(&mut part.notes);
    let listed = |omitted: &Omitted| omitted.span.start >= body && body < text.len();
    for omitted in part.omitted.iter().filter(|omitted| listed(omitted)) {
        left.push(omitted.reason, &text[omitted.span.clone()]);
    }
    let content = text[..body].trim_end();
    if content.is_empty() {
        return;
    }
    all.truncate(all.trim_end().len());
    all.push_str(if all.is_empty() { "" } else { BETWEEN });
    let base = all.len();
    all.push_str(content);
    all.push('\n');
    let end = all.len();
    let moved = |span: std::ops::Range<usize>| span.start + base..(span.end + base).min(end);
    let blocks = part.blocks.into_iter().map(|mut block| {
        block.span = moved(block.span);
        block
    });
    parsed.blocks.extend(blocks);
    let inside = part.omitted.into_iter().filter(|omitted| !listed(omitted));
    let inside = inside.map(|omitted| Omitted {
        span: moved(omitted.span),
        reason: omitted.reason,
    });
    // White space at the end is gone.
    parsed
        .omitted
        .extend(inside.filter(|omitted| !omitted.span.is_empty()));
    let repeated = part.repeated.into_iter().map(|repeated| Repeated {
        text: moved(repeated.text),
        before: moved(repeated.before),
    });
    parsed.repeated.extend(repeated);
    let locators = part.locators.into_iter().filter(|(at, _)| *at < body);
    let locators = locators.map(|(at, locator)| (at + base, locator));
    parsed.locators.extend(locators);
    let sections = part.sections.into_iter().filter(|at| *at < body);
    parsed.sections.extend(sections.map(|at| at + base));
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
