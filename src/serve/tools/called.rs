//! What a tool answers, within the characters that it may.

use serde::Serialize;
use serde_json::Value;

use crate::index::{ArticleNo, Index};
use crate::search::ArticleView;
use crate::serve::fields::number;
use crate::serve::problem::{Field, Problem};

/// Characters of an answer where nothing else is asked for; what frames it is counted, too.
pub const CHARS: usize = 6000;
pub const LEAST_CHARS: usize = 500;
pub const MOST_CHARS: usize = 40_000;
/// Characters of a title, and of an address.
pub const TITLE_CHARS: usize = 120;
pub const URL_CHARS: usize = 300;

/// What a tool answers.
#[derive(Debug)]
pub struct Called {
    /// Complete by itself.
    pub text: String,
    /// The same facts.
    pub structured: Value,
}

/// Text of at most so many characters.
pub struct Budget {
    pub text: String,
    pub left: usize,
}

impl Budget {
    pub fn new(most: usize) -> Self {
        Self {
            text: String::new(),
            left: most,
        }
    }

    /// Adds a text if it fits as a whole. The first item is shortened rather than left out.
    pub fn add_item(&mut self, text: &str, is_first: bool) -> bool {
        if is_first && self.left > 0 {
            return self.add(&shortened(text, self.left));
        }
        self.add(text)
    }

    /// Adds a text if it fits as a whole.
    pub fn add(&mut self, text: &str) -> bool {
        let count = text.chars().count();
        if count > self.left {
            return false;
        }
        self.left -= count;
        self.text.push_str(text);
        true
    }
}

pub fn chars_asked(given: Option<usize>) -> Result<usize, Problem> {
    let most = given.unwrap_or(CHARS);
    number(Field::Body("/max_chars"), most, LEAST_CHARS, MOST_CHARS)?;
    Ok(most)
}

/// `1 passage`, `2 passages`.
pub fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// The first characters of a text, with a mark where some are missing.
pub fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some(_) => {
            let cut = text.char_indices().nth(most.saturating_sub(1));
            format!("{}…", &text[..cut.map_or(0, |(at, _)| at)])
        }
    }
}

pub fn article_of(index: &Index, number: ArticleNo) -> crate::error::Result<ArticleView> {
    crate::search::Viewer::new(index).article(number)
}

/// No type here fails to serialize.
pub fn value_of(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}
