//! Sentences to passages: two or three sentences each, overlapping by one.
//!
//! Short windows find more than long ones (the model pools a whole window into one vector), and an
//! overlap keeps a sentence with either neighbour; see `ARCHITECTURE.md` for the measurements.

use serde::{Deserialize, Serialize};

use super::sentence::sentences;
use super::{LineIndex, TokenCount};
use crate::corpus::{Article, BlockKind, Omitted, Span};

/// Version of everything that decides where passages begin and end and what of them is embedded.
/// A change makes `tane index` cut every article anew.
pub const RECIPE: u32 = 2;

/// A third sentence joins a passage up to this many tokens.
const TARGET_TOKENS: usize = 96;
/// A second sentence joins up to this many tokens.
const MAX_TOKENS: usize = 192;
/// No passage of several sentences is longer than this.
const MAX_CHARS: usize = 300;
/// No passage has more sentences than this, headings aside.
const MAX_SENTENCES: usize = 3;

/// A contiguous span of an article: what is embedded, answered and cited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passage {
    /// Bytes of the article's text.
    pub span: Span,
    /// Lines of the first and the last byte, counted from 1.
    pub lines: (usize, usize),
    /// Headings before the first sentence. They are embedded, but answer nothing.
    pub headings: Vec<Span>,
    /// The sentences, in order.
    pub sentences: Vec<Span>,
    /// What lies inside the span and is not read.
    pub omitted: Vec<Omitted>,
    /// Tokens of the sentences.
    pub tokens: usize,
}

impl Passage {
    /// The text that is embedded (headings and sentences, without what was left out between them),
    /// and where in it each sentence stands.
    pub fn readable(&self, text: &str) -> (String, Vec<Span>) {
        let mut readable = String::new();
        let mut places = Vec::with_capacity(self.sentences.len());
        let mut end = self.span.start;
        for span in self.headings.iter().chain(&self.sentences) {
            if span.start > end {
                readable.push(' ');
            }
            let start = readable.len();
            readable.push_str(&text[span.clone()]);
            places.push(start..readable.len());
            end = span.end;
        }
        (readable, places.split_off(self.headings.len()))
    }
}

/// A sentence with the headings before it.
struct Unit {
    headings: Vec<Span>,
    sentence: Span,
    tokens: usize,
    chars: usize,
    /// Units of different sections share no passage.
    section: usize,
    /// The block (a paragraph, mostly) that the sentence is from.
    block: usize,
}

/// How far an article is cut.
pub struct Limits<'a> {
    /// More passages are too many.
    pub passages: usize,
    /// Whether to stop; once it has said so it says so again.
    pub stop: &'a dyn Fn() -> bool,
}

/// Why an article was not cut to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfinished {
    TooMany,
    Stopped,
}

/// Units that are made between two looks at whether to stop.
const LOOK: usize = 256;

/// Cuts an article in passages. They are in order, and every sentence lies in at least one.
pub fn passages(article: &Article, counter: &impl TokenCount) -> Vec<Passage> {
    let limits = Limits {
        passages: usize::MAX,
        stop: &|| false,
    };
    passages_within(article, counter, &limits).unwrap_or_default()
}

/// As [`passages`], within limits; time and memory are bounded by them.
///
/// # Errors
/// Which of the limits was reached.
pub fn passages_within(
    article: &Article,
    counter: &impl TokenCount,
    limits: &Limits<'_>,
) -> Result<Vec<Passage>, Unfinished> {
    let text = &article.text;
    let units = units(article, counter, limits)?;
    let lines = LineIndex::new(text);
    let mut passages = Vec::new();
    let mut start = 0;
    while start < units.len() {
        if passages.len() == limits.passages {
            return Err(Unfinished::TooMany);
        }
        if passages.len() % LOOK == 0 && (limits.stop)() {
            return Err(Unfinished::Stopped);
        }
        let end = fill(&units, start);
        passages.push(passage(&units[start..end], &article.omitted, &lines));
        // One sentence of overlap where a paragraph is cut, if that leaves room for a new one.
        let cut = units
            .get(end)
            .is_some_and(|next| next.block == units[end - 1].block);
        let overlap = cut && end - start >= 2 && fill(&units, end - 1) > end;
        start = if overlap { end - 1 } else { end };
    }
    Ok(passages)
}

fn units(
    article: &Article,
    counter: &impl TokenCount,
    limits: &Limits<'_>,
) -> Result<Vec<Unit>, Unfinished> {
    // No passage has more of them.
    let most = limits.passages.saturating_mul(MAX_SENTENCES);
    let text = &article.text;
    let mut units: Vec<Unit> = Vec::new();
    let mut headings: Vec<Span> = Vec::new();
    let (mut section, mut code) = (0, false);
    for (number, block) in article.blocks.iter().enumerate() {
        // A caption is one statement, whatever full stops its credit brings.
        let found = match block.kind {
            BlockKind::Caption => vec![block.span.clone()],
            BlockKind::Code => line_groups(text, &block.span),
            _ => sentences(text, block.span.clone(), limits.stop),
        };
        if (limits.stop)() {
            return Err(Unfinished::Stopped);
        }
        // A program shares no passage with prose; the heading above it stays with it.
        if code != (block.kind == BlockKind::Code) {
            code = !code;
            section += usize::from(headings.is_empty());
        }
        if block.kind == BlockKind::Heading {
            if headings.is_empty() {
                section += 1;
            }
            headings.extend(found);
            continue;
        }
        for sentence in found {
            if units.len() % LOOK == 0 && (limits.stop)() {
                return Err(Unfinished::Stopped);
            }
            if units.len() == most {
                return Err(Unfinished::TooMany);
            }
            let own = std::mem::take(&mut headings);
            units.push(unit(text, own, sentence, (section, number), counter));
        }
    }
    if let Some(last) = headings.pop() {
        let place = (section, article.blocks.len());
        units.push(unit(text, headings, last, place, counter));
    }
    Ok(units)
}

/// Lines of a program, as many together as a sentence may have characters.
fn line_groups(text: &str, span: &Span) -> Vec<Span> {
    let mut groups: Vec<Span> = Vec::new();
    let mut start = span.start;
    for line in text[span.clone()].split_inclusive('\n') {
        let content = line.trim_end();
        let place = start..start + content.len();
        start += line.len();
        if content.trim().is_empty() {
            continue;
        }
        match groups.last_mut() {
            Some(group) if text[group.start..place.end].chars().count() <= MAX_CHARS / 2 => {
                group.end = place.end;
            }
            _ => groups.push(place),
        }
    }
    let trimmed = groups.into_iter().flat_map(|group| {
        let content = &text[group.clone()];
        let start = group.start + content.len() - content.trim_start().len();
        pieces(text, start..group.end)
    });
    trimmed.collect()
}

/// A span in pieces that are no longer than a passage may be.
fn pieces(text: &str, span: Span) -> Vec<Span> {
    let mut pieces = Vec::new();
    let mut start = span.start;
    while start < span.end {
        let rest = &text[start..span.end];
        let length = rest
            .char_indices()
            .nth(MAX_CHARS)
            .map_or(rest.len(), |(at, _)| at);
        pieces.push(start..start + length);
        start += length;
    }
    pieces
}

fn unit(
    text: &str,
    headings: Vec<Span>,
    sentence: Span,
    (section, block): (usize, usize),
    counter: &impl TokenCount,
) -> Unit {
    let of = |span: &Span| &text[span.clone()];
    let read = || headings.iter().chain(std::iter::once(&sentence));
    Unit {
        tokens: read().map(|s| counter.count(of(s))).sum(),
        chars: read().map(|s| of(s).chars().count()).sum(),
        headings,
        sentence,
        section,
        block,
    }
}

/// The end of the passage that begins with unit `start`.
fn fill(units: &[Unit], start: usize) -> usize {
    let first = &units[start];
    let (mut tokens, mut chars) = (first.tokens, first.chars);
    let mut end = start + 1;
    while end < units.len() && end - start < MAX_SENTENCES {
        let next = &units[end];
        tokens += next.tokens;
        chars += next.chars;
        let limit = if end - start == 1 {
            MAX_TOKENS
        } else {
            TARGET_TOKENS
        };
        if next.section != first.section || tokens > limit || chars > MAX_CHARS {
            break;
        }
        end += 1;
    }
    end
}

fn passage(units: &[Unit], omitted: &[Omitted], lines: &LineIndex) -> Passage {
    // Headings begin a section, and passages keep to one: only the first unit has any.
    let first = &units[0];
    let headings = first.headings.clone();
    let sentences: Vec<Span> = units.iter().map(|u| u.sentence.clone()).collect();
    let start = headings
        .first()
        .map_or(first.sentence.start, |heading| heading.start);
    let span = start..sentences[sentences.len() - 1].end;
    Passage {
        lines: (lines.line(span.start), lines.line(span.end - 1)),
        omitted: omitted[omitted.partition_point(|o| o.span.start < span.start)..]
            .iter()
            .take_while(|o| o.span.end <= span.end)
            .cloned()
            .collect(),
        tokens: units.iter().map(|u| u.tokens).sum(),
        span,
        headings,
        sentences,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::ReadOptions;
    use proptest::prelude::*;

    struct Chars;
    impl TokenCount for Chars {
        fn count(&self, text: &str) -> usize {
            text.chars().count()
        }
    }

    fn cut(text: &str) -> (Article, Vec<Passage>) {
        let path = std::path::Path::new("a.txt");
        let article = Article::from_bytes(text.as_bytes().to_vec(), path, &ReadOptions::default())
            .unwrap()
            .remove(0);
        let passages = passages(&article, &Chars);
        (article, passages)
    }

    #[test]
    fn sentences_overlap_and_headings_begin_sections() {
        let text = "見出し\n一番目の文です。二番目の文です。三番目の文です。四番目の文です。\n次の見出し\n五番目の文です。";
        let (article, passages) = cut(text);
        let texts: Vec<_> = passages
            .iter()
            .map(|p| &article.text[p.span.clone()])
            .collect();
        assert_eq!(
            texts,
            [
                "見出し\n一番目の文です。二番目の文です。三番目の文です。",
                "三番目の文です。四番目の文です。",
                "次の見出し\n五番目の文です。",
            ]
        );
        assert_eq!(passages[0].lines, (1, 2));
        assert_eq!(
            (passages[0].headings.len(), passages[0].sentences.len()),
            (1, 3)
        );
    }

    #[test]
    fn what_is_left_out_is_not_embedded() {
        let text = "前の文です。\n![]() |\n後の文です。";
        let (article, passages) = cut(text);
        assert_eq!(passages.len(), 1);
        assert_eq!(
            passages[0].readable(&article.text).0,
            "前の文です。 後の文です。"
        );
        assert_eq!(passages[0].omitted.len(), 1);
        assert_eq!(&article.text[passages[0].span.clone()], text);
    }

    #[test]
    fn limits_end_the_cutting() {
        let text = "一番目の文です。\n".repeat(20);
        let (article, passages) = cut(&text);
        let within = |passages, stop: &dyn Fn() -> bool| {
            let limits = Limits { passages, stop };
            passages_within(&article, &Chars, &limits).map(|passages| passages.len())
        };
        assert_eq!(within(passages.len(), &|| false), Ok(passages.len()));
        let too_many = Err(Unfinished::TooMany);
        assert_eq!(within(passages.len() - 1, &|| false), too_many);
        assert_eq!(within(1, &|| false), too_many);
        assert_eq!(within(passages.len(), &|| true), Err(Unfinished::Stopped));
    }

    proptest! {
        #[test]
        fn spans_hold_on_arbitrary_text(
            text in "(?s)(?:[ -~「」（）。、\"あ漢ा\u{301}\u{feff}\\PC]{0,60}(?:\\n|\\r\\n|\\n\\n|。|\\. )){0,12}"
        ) {
            let (article, passages) = cut(&text);
            let lines = LineIndex::new(&text);
            let mut covered = 0;
            for passage in &passages {
                prop_assert!(passage.span.start < passage.span.end);
                let content = &article.text[passage.span.clone()];
                prop_assert_eq!(content.trim(), content);
                prop_assert_eq!(passage.lines.0, lines.line(passage.span.start));
                prop_assert!(passage.lines.0 <= passage.lines.1);
                prop_assert!(passage.sentences.iter().all(|s| passage.span.start <= s.start && s.end <= passage.span.end));
                covered = covered.max(passage.span.end);
            }
            let last_block = article.blocks.last().map_or(0, |b| b.span.end);
            prop_assert_eq!(covered, last_block);
        }
    }
}
