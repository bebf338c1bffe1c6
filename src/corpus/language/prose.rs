//! The words of a text that say what language it is in.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::script::{self, Script};
use crate::corpus::block::{Block, BlockKind};

/// Stretches that are looked at, evenly over the text, and the bytes of each.
const STRETCHES: usize = 3;
const STRETCH: usize = 1400;
/// With fewer letters in sentences, headings are looked at too.
const LETTERS: usize = 100;

/// Words of a text in small letters, without what is no prose: addresses, names of files and of code, numbers.
#[derive(Debug, Default)]
pub struct Words {
    pub words: Vec<String>,
    /// Words in capitals: acronyms, and whole texts.
    capitals: Vec<String>,
    /// Letters of all that was looked at.
    pub letters: usize,
}

impl Words {
    /// Of what is read of a text.
    pub fn of(text: &str, blocks: &[Block]) -> Self {
        let mut words = Self::default();
        let is_prose = |block: &&Block| !matches!(block.kind, BlockKind::Heading | BlockKind::Code);
        words.sample(text, blocks.iter().filter(is_prose));
        if words.letters < LETTERS {
            let is_heading = |block: &&Block| block.kind == BlockKind::Heading;
            words.sample(text, blocks.iter().filter(is_heading));
        }
        words.finish()
    }

    /// Of a text as it is.
    pub fn of_text(text: &str) -> Self {
        let mut words = Self::default();
        words.add(text);
        words.finish()
    }

    /// Words in capitals count where a text has hardly others.
    fn finish(mut self) -> Self {
        if self.words.len() < self.capitals.len() {
            self.words.append(&mut self.capitals);
        }
        self
    }

    fn sample<'a>(&mut self, text: &str, blocks: impl Iterator<Item = &'a Block> + Clone) {
        let length: usize = blocks.clone().map(|block| block.span.len()).sum();
        let stretches = if length <= STRETCHES * STRETCH {
            std::iter::once(0..length).collect::<Vec<_>>()
        } else {
            let step = (length - STRETCH) / (STRETCHES - 1);
            let starts = (0..STRETCHES).map(|stretch| stretch * step);
            starts.map(|start| start..start + STRETCH).collect()
        };
        let mut at = 0;
        for block in blocks {
            let content = &text[block.span.clone()];
            for stretch in &stretches {
                let start = stretch.start.saturating_sub(at);
                let end = stretch.end.saturating_sub(at);
                let inside = boundary(content, start)..boundary(content, end);
                if !inside.is_empty() {
                    self.add(&content[inside]);
                }
            }
            at += content.len();
        }
    }

    /// Adds the words of a stretch.
    fn add(&mut self, stretch: &str) {
        let text: String = stretch.nfkc().filter(|c| *c != '\u{ad}').collect();
        let mut rest = text.as_str();
        while let Some((before, after)) = code(rest) {
            self.add_chunks(before);
            rest = after;
        }
        self.add_chunks(rest);
    }

    fn add_chunks(&mut self, text: &str) {
        for chunk in text.split_whitespace() {
            self.letters += chunk.chars().filter(|c| c.is_alphabetic()).count();
            let other = chunk
                .chars()
                .any(|c| c.is_alphabetic() && script::of(c) != Script::Latin);
            if other {
                self.add_other(chunk);
            } else {
                self.add_latin(chunk);
            }
        }
    }

    /// What stands between blanks where a script other than Latin is: what is Latin in it is a name.
    fn add_other(&mut self, chunk: &str) {
        let is_other = |c: char| is_letter(c) && script::of(c) != Script::Latin;
        let words = chunk
            .split(|c| !is_other(c))
            .filter(|word| !word.is_empty());
        self.words.extend(words.map(str::to_lowercase));
    }

    fn add_latin(&mut self, chunk: &str) {
        let chunk = chunk.split("](").next().unwrap_or_default();
        let chunk = chunk.trim_matches(|c: char| !is_letter(c) && !c.is_numeric() && c != '/');
        let parts = |c: char| {
            matches!(
                c,
                '\'' | '`' | '’' | '‘' | '-' | '\u{2010}'..='\u{2015}' | '·'
            )
        };
        if chunk.chars().any(|c| !is_letter(c) && !parts(c)) {
            return;
        }
        for word in chunk.split(parts).filter(|word| !word.is_empty()) {
            let large = word.chars().filter(|c| c.is_uppercase()).count();
            let first = usize::from(word.starts_with(char::is_uppercase));
            let count = word.chars().count();
            let lower = word.to_lowercase();
            if large == count && count > 1 {
                self.capitals.push(lower);
            } else if large == first {
                self.words.push(lower);
            }
        }
    }
}

fn is_letter(c: char) -> bool {
    c.is_alphabetic() || is_combining_mark(c)
}

/// What stands before and behind the first stretch of code: marks as in Markdown, which no letter touches from outside.
fn code(text: &str) -> Option<(&str, &str)> {
    let mut from = 0;
    loop {
        let open = from + text[from..].find('`')?;
        let (before, after) = text.split_at(open);
        let inner = after.trim_start_matches('`');
        let marks = &after[..after.len() - inner.len()];
        if !before.ends_with(is_letter)
            && let Some(close) = inner.find(marks)
        {
            return Some((before, &inner[close + marks.len()..]));
        }
        from = open + marks.len();
    }
}

/// The last boundary of letters up to a byte.
fn boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
