//! Whether a text stands in an article, where, and if not what stands nearest.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::Serialize;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::JSON_VERSION;
use super::view::{ArticleView, Viewer, cite, sentences_of};
use crate::corpus::Span;
use crate::error::{Error, Result, SearchError};
use crate::index::{ArticleNo, Index};
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
    /// `path:7`, or `path:7-9` for several lines; in a file of several articles `path@row:7`.
    pub citation: String,
    /// First byte in the article's text, counted from 0.
    pub start_byte: usize,
    /// Byte after the last one.
    pub end_byte: usize,
    /// Line of the first byte in the article's text, counted from 1.
    pub start_line: usize,
    /// Line of the last byte.
    pub end_line: usize,
    /// What stands there: bytes `start_byte..end_byte` of the article's text.
    pub text: String,
}

/// What comes nearest to a text that does not stand in an article.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Nearest {
    /// 0 to 1: the share of pairs of neighbouring letters that both have (Dice's coefficient).
    pub similarity: f32,
    /// Where it stands: one sentence, or two that follow each other.
    #[serde(flatten)]
    pub place: Place,
}

/// Whether a text stands in an article.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Quote {
    /// Version of the JSON, the same for every kind of answer.
    pub version: u32,
    /// The article that was looked through.
    pub article: ArticleView,
    /// The text that was looked for, without white space around it.
    pub quote: String,
    /// Whether it stands there, and how exactly.
    pub standing: Standing,
    /// How often.
    pub count: usize,
    /// The first of the places.
    pub places: Vec<Place>,
    /// Where it does not stand there; null where nothing is near.
    pub nearest: Option<Nearest>,
}

/// Looks for a text in an article: byte for byte, then by its letters, then for the sentences nearest to it.
///
/// # Errors
/// [`SearchError::EmptyQuestion`], [`crate::IndexError::Corrupt`].
pub fn stands(index: &Index, number: ArticleNo, quote: &str) -> Result<Quote> {
    let quote = quote.trim();
    if quote.is_empty() {
        return Err(Error::Search(SearchError::EmptyQuestion));
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
        found = find_letters(text, quote);
        if found.is_empty() {
            standing = Standing::Absent;
            let near = nearest_sentences(index, number, text, quote)?;
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
    number: ArticleNo,
    text: &str,
    quote: &str,
) -> Result<Option<(f32, Span)>> {
    let sentences = sentences_of(index, number)?;
    let pairs = sentences.windows(2).map(|two| two[0].start..two[1].end);
    let sought = letter_pairs(quote);
    let all: usize = sought.values().sum();
    let mut best: Option<(f32, Span)> = None;
    for span in sentences.iter().cloned().chain(pairs) {
        let Some(part) = text.get(span.clone()).filter(|part| !part.is_empty()) else {
            continue;
        };
        // No more pairs can be shared than the shorter has: most sentences need not be looked at.
        let count = letters(part).count().saturating_sub(1);
        let (least, most) = (count.min(all), count.max(all));
        let reachable = 2.0 * least as f32 / (least + most).max(1) as f32;
        if reachable <= best.as_ref().map_or(LEAST_SIMILARITY, |(most, _)| *most) {
            continue;
        }
        let similarity = dice(&sought, &letter_pairs(part));
        if similarity >= LEAST_SIMILARITY
            && best.as_ref().is_none_or(|(most, _)| similarity > *most)
        {
            best = Some((similarity, span));
        }
    }
    Ok(best)
}

/// The letters, figures and signs of a text without what prints of it differ in, each with the byte of the text that its
/// character begins at.
fn letters(text: &str) -> impl Iterator<Item = (usize, char)> {
    text.char_indices().flat_map(|(at, c)| {
        // 10⁵ is not 105, and ① is not 1.
        let stays =
            matches!(c, '²' | '³' | '¹' | '\u{2070}'..='\u{209f}' | '\u{2460}'..='\u{24ff}');
        let whole = stays.then_some(c).into_iter();
        let apart = (!stays).then(|| c.nfkd().flat_map(char::to_lowercase).nfkd());
        let folded = whole.chain(apart.into_iter().flatten());
        let kept = folded.filter(|c| !c.is_whitespace() && !is_invisible(*c));
        kept.map(move |c| (at, plain(c)))
    })
}

/// Where a text has the same letters as another.
fn find_letters(text: &str, sought: &str) -> Vec<Span> {
    let sought: String = letters(sought).map(|(_, c)| c).collect();
    if sought.is_empty() {
        return Vec::new();
    }
    let folded: String = letters(text).map(|(_, c)| c).collect();
    let last = sought.chars().next_back().map_or(0, char::len_utf8);
    // First and last letter of each, by their place among the letters.
    let found = folded.match_indices(&sought).map(|(at, _)| at);
    let mut wanted = found
        .flat_map(|at| [at, at + sought.len() - last])
        .peekable();
    // Back to the text, letter by letter: a list of where each comes from would be many times as long as the text.
    let mut places = Vec::new();
    let mut passed = 0;
    let mut before = None;
    for (at, c) in letters(text) {
        while wanted.next_if_eq(&passed).is_some() {
            places.push((at, before == Some(at)));
        }
        passed += c.len_utf8();
        before = Some(at);
    }
    let spans = places.chunks_exact(2).filter_map(|two| {
        let [(start, begins_inside), (last, _)] = two else {
            return None;
        };
        let c = text[*last..].chars().next()?;
        let span = *start..last + c.len_utf8();
        // `사라` is not in `사람`, nor `は` in `ば`: neither end may lie inside a character.
        let whole = letters(&text[span.clone()])
            .map(|(_, c)| c)
            .eq(sought.chars());
        let goes_on = text[span.end..].chars().next().is_some_and(belongs_to_last);
        (!begins_inside && whole && !goes_on).then_some(span)
    });
    spans.collect()
}

/// A mark, a vowel or a final consonant that is written apart from the letter before it.
fn belongs_to_last(c: char) -> bool {
    is_combining_mark(c) || matches!(c, '\u{1160}'..='\u{11ff}' | 'ﾞ' | 'ﾟ')
}

/// Pairs of neighbouring letters, and how often each stands.
fn letter_pairs(text: &str) -> HashMap<(char, char), usize> {
    let mut pairs = HashMap::new();
    let mut before = None;
    for (_, c) in letters(text) {
        if let Some(before) = before.replace(c) {
            *pairs.entry((before, c)).or_default() += 1;
        }
    }
    pairs
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
        let spans = find_letters(text, quote);
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
        assert_eq!(found("aa aa a", "aa"), ["aa", "aa"]);
        for (text, quote) in [
            ("はじめて", "はし"),
            ("사람", "사라"),
            ("10⁵人", "105人"),
            ("①人", "1人"),
            ("café", "cafe"),
            ("cafe\u{301}", "cafe"),
            ("か\u{3099}っこう", "か"),
            ("\u{1109}\u{1161}\u{1105}\u{1161}\u{11b7}", "사라"),
            ("ﾊﾞｽ", "ﾊ"),
        ] {
            assert_eq!(found(text, quote), [""; 0], "{quote} in {text}");
        }
        assert_eq!(found("ﾊﾞｽ", "バス"), ["ﾊﾞｽ"]);
        assert_eq!(found("m²の", "m²の"), ["m²の"]);
        assert_eq!(found("Œuvre, œuvre", "œuvre"), ["Œuvre", "œuvre"]);
        assert_eq!(found("㍿の株", "株式会社の"), ["㍿の"]);
    }

    #[test]
    fn similarity_is_that_of_pairs() {
        let pairs = letter_pairs;
        assert_eq!(dice(&pairs("night"), &pairs("nacht")), 0.25);
        assert_eq!(dice(&pairs("same"), &pairs("same")), 1.0);
        assert_eq!(dice(&pairs(""), &pairs("")), 0.0);
    }
}
