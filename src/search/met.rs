//! Which words of a passage met those of a question in the second look.

use std::ops::Range;

use schemars::JsonSchema;
use serde::Serialize;

use crate::error::Result;
use crate::index::{Row, Unpacked};
use crate::search::asking::Search;
use crate::search::view::PassageView;
use crate::words::is_unspaced;

/// Words that are less alike have nothing to do with each other, mostly.
const LEAST_COSINE: f32 = 0.5;

/// A word of the question and the word of the passage that is most like it.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct MetView {
    /// Word of the question.
    pub question: String,
    /// First byte of the passage's word in the article's text, counted from 0.
    pub start_byte: usize,
    /// Byte after the last one.
    pub end_byte: usize,
    /// What stands there, as it is read: without what is left out inside the word.
    pub text: String,
    /// How alike the two are in their contexts: the highest cosine of their tokens, 0 to 1.
    pub similarity: f32,
    /// How much the question's word tells, as a share of the whole question.
    pub weight: f32,
}

impl Search<'_> {
    /// The words of a row that met words of the question, in the order of the question; none where it cannot be told which
    /// bytes a token stands for.
    pub(super) fn met(&self, row: Row, shown: &PassageView) -> Result<Vec<MetView>> {
        let (Some(late), Some(asked)) = (self.asked.late(), self.question_spans()?) else {
            return Ok(Vec::new());
        };
        let Some(tokens) = self.row_tokens(row, shown)? else {
            return Ok(Vec::new());
        };
        let met = late.meet(&tokens.codes, &mut Unpacked::default());
        if asked.len() != met.len() {
            return Ok(Vec::new());
        }
        let text = &tokens.readable.text;
        let mut views: Vec<(Range<usize>, MetView)> = Vec::new();
        for ((token, met), weight) in asked.iter().zip(&met).zip(late.weights()) {
            let word = word_around(&self.text, token);
            let own = word_around(text, &tokens.spans[met.token]);
            let Some(place) = tokens.readable.place(&own) else {
                continue;
            };
            let view = MetView {
                question: self.text[word.clone()].to_owned(),
                start_byte: place.start,
                end_byte: place.end,
                text: text[own].to_owned(),
                similarity: met.cosine.clamp(0.0, 1.0),
                weight: *weight,
            };
            match views.last_mut() {
                Some((before, known)) if *before == word => {
                    let weight = known.weight + view.weight;
                    if view.similarity > known.similarity {
                        *known = view;
                    }
                    known.weight = weight;
                }
                _ => views.push((word, view)),
            }
        }
        let views = views.into_iter().map(|(_, view)| view);
        Ok(views
            .filter(|view| view.similarity >= LEAST_COSINE)
            .collect())
    }
}

/// The word that a token is a part of, without spaces and punctuation at its ends; in scripts without spaces the token
/// itself.
fn word_around(text: &str, token: &Range<usize>) -> Range<usize> {
    let continues = |c: char| c.is_alphanumeric() && !is_unspaced(c);
    let inner = &text[token.clone()];
    let start = token.start
        + (inner.len()
            - inner
                .trim_start_matches(|c: char| !c.is_alphanumeric())
                .len());
    let end = (start
        + text[start..token.end]
            .trim_end_matches(|c: char| !c.is_alphanumeric())
            .len())
    .max(start);
    if text[start..end].chars().all(is_unspaced) {
        return start..end;
    }
    let before = text[..start].trim_end_matches(continues).len();
    let after = text[end..].trim_start_matches(continues).len();
    before..text.len() - after
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_becomes_its_word() {
        let text = "The re-opened café, 東京の図書館。";
        let word = |part: &str| {
            let at = text.find(part).unwrap();
            &text[word_around(text, &(at..at + part.len()))]
        };
        assert_eq!(word("open"), "opened");
        assert_eq!(word(" caf"), "café");
        assert_eq!(word("é,"), "café");
        assert_eq!(word("図書館。"), "図書館");
        assert_eq!(word("京"), "京");
        assert_eq!(word(", "), "");
    }
}
