//! Whether a text stands in an article, where, and if not what stands nearest.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::Serialize;
use unicode_normalization::UnicodeNormalization;

use super::JSON_VERSION;
use super::view::{ArticleView, Viewer, cite};
use crate::corpus::Span;
use crate::error::{Error, Result};
use crate::index::Index;
use crate::passage::LineIndex;

/// Places listed at most.
const MOST_PLACES: usize = 10;
/// Below this similarity nothing is called near.
const LEAST_SIMILARITY: f32 = 0.2;

/// How a text stands in an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Byte for byte.
    Exact,
    /// The same letters; white space, line breaks, upper case, width of letters, quotation marks or dashes differ.
    SameLetters,
    /// It does not stand there.
    Absent,
}

/// Where a text stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Place {
    pub citation: String,
    pub start_byte: usize,
    pub end_byte: usize,
    pub start_line: usize,
    pub end_line: usize,
    /// What stands there: bytes `start_byte..end_byte` of the article's text.
    pub text: String,
}

/// What comes nearest to a text that does not stand in an article.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Nearest {
    /// 0 to 1: the share of pairs of neighbouring letters that both have (Dice's coefficient).
    pub similarity: f32,
    #[serde(flatten)]
    pub place: Place,
}

/// Whether a text stands in an article.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Quote {
    pub version: u32,
    pub article: ArticleView,
    pub quote: String,
    pub standing: Standing,
    /// How often.
    pub count: usize,
    /// The first of the places.
    pub places: Vec<Place>,
    /// Where it does not stand there; absent where nothing is near.
    pub nearest: Option<Nearest>,
}

/// Looks for a text in an article: byte for byte, then by its letters, then for the sentences nearest to it.
///
/// # Errors
/// [`Error::EmptyQuestion`], [`Error::Corrupt`].
pub fn stands(index: &Index, number: usize, quote: &str) -> Result<Quote> {
    let quote = quote.trim();
    if quote.is_empty() {
        return Err(Error::EmptyQuestion);
    }
    let article = Viewer::new(index).article(number)?;
    let text = index.text(number)?;
    let lines = LineIndex::new(text);
    let place = |span: &Span| {
        let (start_line, end_line) = (lines.line(span.start), lines.line(span.end - 1));
        Place {
            citation: cite(&article, start_line, end_line),
            start_byte: span.start,
            end_byte: span.end,
            start_line,
            end_line,
            text: text[span.clone()].to_owned(),
        }
    };
    let mut standing = Standing::Exact;
    let mut found: Vec<Span> = text
        .match_indices(quote)
        .map(|(at, _)| at..at + quote.len())
        .collect();
    let mut nearest = None;
    if found.is_empty() {
        standing = Standing::SameLetters;
        let (letters, sought) = (Letters::new(text), Letters::new(quote));
        found = letters.find(&sought);
        if found.is_empty() {
            standing = Standing::Absent;
            let near = nearest_sentences(index, number, text, &sought)?;
            nearest = near.map(|(similarity, span)| Nearest {
                similarity,
                place: place(&span),
            });
        }
    }
    Ok(Quote {
        version: JSON_VERSION,
        quote: quote.to_owned(),
        standing,
        count: found.len(),
        places: found.iter().take(MOST_PLACES).map(place).collect(),
        nearest,
        article,
    })
}

/// One sentence, or two that follow each other.
fn nearest_sentences(
    index: &Index,
    number: usize,
    text: &str,
    sought: &Letters,
) -> Result<Option<(f32, Span)>> {
    let mut sentences: Vec<Span> = Vec::new();
    for row in index.rows_of(number) {
        let passage = index.passage(row)?;
        sentences.extend(index.sentences(&passage)?.into_iter().map(|s| s.span));
    }
    sentences.sort_by_key(|span| span.start);
    sentences.dedup();
    let pairs = sentences.windows(2).map(|two| two[0].start..two[1].end);
    let sought = sought.pairs();
    let mut best: Option<(f32, Span)> = None;
    for span in sentences.iter().cloned().chain(pairs) {
        let Some(part) = text.get(span.clone()).filter(|part| !part.is_empty()) else {
            continue;
        };
        let similarity = dice(&sought, &Letters::new(part).pairs());
        if similarity >= LEAST_SIMILARITY
            && best.as_ref().is_none_or(|(most, _)| similarity > *most)
        {
            best = Some((similarity, span));
        }
    }
    Ok(best)
}

/// The letters, figures and signs of a text without what prints of it differ in.
struct Letters {
    folded: String,
    /// For each byte of `folded` the span of the character of the text that it comes from.
    from: Vec<(u32, u32)>,
}

impl Letters {
    fn new(text: &str) -> Self {
        let mut letters = Self {
            folded: String::new(),
            from: Vec::new(),
        };
        for (at, c) in text.char_indices() {
            let span = (at as u32, (at + c.len_utf8()) as u32);
            for c in c.nfkd().flat_map(char::to_lowercase).nfkd().map(plain) {
                if !c.is_whitespace() && !is_invisible(c) {
                    letters.folded.push(c);
                    letters.from.resize(letters.folded.len(), span);
                }
            }
        }
        letters
    }

    /// Where the letters of another text stand in this one.
    fn find(&self, other: &Self) -> Vec<Span> {
        if other.folded.is_empty() {
            return Vec::new();
        }
        let found = self.folded.match_indices(&other.folded);
        found
            .map(|(at, found)| self.from[at].0 as usize..self.from[at + found.len() - 1].1 as usize)
            .collect()
    }

    /// Pairs of neighbours, and how often each stands.
    fn pairs(&self) -> HashMap<(char, char), usize> {
        let mut pairs = HashMap::new();
        let next = self.folded.chars().skip(1);
        for pair in self.folded.chars().zip(next) {
            *pairs.entry(pair).or_default() += 1;
        }
        pairs
    }
}

/// Quotation marks and dashes, of which every print has its own.
fn plain(c: char) -> char {
    match c {
        '‘' | '’' | '‚' | '‛' => '\'',
        '“' | '”' | '„' | '‟' | '«' | '»' => '"',
        '‐'..='―' | '−' => '-',
        _ => c,
    }
}

/// A soft hyphen, and what has no width.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}'
    )
}

/// Dice 1945: twice what both have, by what each has.
fn dice(a: &HashMap<(char, char), usize>, b: &HashMap<(char, char), usize>) -> f32 {
    let common: usize = a
        .iter()
        .map(|(pair, count)| (*count).min(b.get(pair).copied().unwrap_or(0)))
        .sum();
    let all: usize = a.values().sum::<usize>() + b.values().sum::<usize>();
    2.0 * common as f32 / all.max(1) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found<'a>(text: &'a str, quote: &str) -> Vec<&'a str> {
        let spans = Letters::new(text).find(&Letters::new(quote));
        spans.into_iter().map(|span| &text[span]).collect()
    }

    #[test]
    fn prints_of_a_text_are_found() {
        assert_eq!(
            found("He said “so be\nit”.", "said \"so be it\""),
            ["said “so be\nit”"]
        );
        assert_eq!(found("ＡＢＣは１２３", "abcは123"), ["ＡＢＣは１２３"]);
        assert_eq!(found("か\u{3099}っこう", "がっこう"), ["か\u{3099}っこう"]);
        assert_eq!(found("1999–2001", "1999-2001"), ["1999–2001"]);
        assert_eq!(found("十二人が参加", "十三人が参加"), [""; 0]);
        assert_eq!(found("text", " \u{200b}"), [""; 0]);
    }

    #[test]
    fn similarity_is_that_of_pairs() {
        let pairs = |text| Letters::new(text).pairs();
        assert_eq!(dice(&pairs("night"), &pairs("nacht")), 0.25);
        assert_eq!(dice(&pairs("same"), &pairs("same")), 1.0);
        assert_eq!(dice(&pairs(""), &pairs("")), 0.0);
    }
}
