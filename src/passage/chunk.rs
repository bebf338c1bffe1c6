//! Sentences to passages: two or three sentences each, overlapping by one.
//!
//! Short windows find more than long ones (the model pools a whole window into one vector), and an
//! overlap keeps a sentence with either neighbour; see `ARCHITECTURE.md` for the measurements.

use serde::{Deserialize, Serialize};

use super::without::Without;
use super::{LineIndex, TokenCount};
use crate::corpus::{Article, Block, BlockKind, Omitted, Repeated, Span};

/// Version of everything that decides where passages begin and end and what of them is embedded.
/// A change makes `tane index` cut every article anew.
pub const RECIPE: u32 = 12;

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
    /// What is read once more before the passage: the names of a table's columns, the key of a long row. It is
    /// embedded, and its words find the passage, but it stands elsewhere and is not cited.
    #[serde(default)]
    pub repeated: Vec<Span>,
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
    /// The text that is embedded (what is repeated, headings and sentences, without what was left out between and
    /// inside them), and where in it each sentence stands.
    pub fn readable(&self, text: &str) -> (String, Vec<Span>) {
        let mut readable = String::new();
        for span in &self.repeated {
            readable.push_str(&text[span.clone()]);
            readable.push(' ');
        }
        let mut places = Vec::with_capacity(self.sentences.len());
        let mut end = self.span.start;
        for span in self.headings.iter().chain(&self.sentences) {
            if span.start > end {
                readable.push(' ');
            }
            let start = readable.len();
            Without::new(text, span.clone(), &self.omitted).push_to(&mut readable);
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
    /// Shares its passage with no other unit.
    alone: bool,
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
    /// It has more passages than [`Limits::passages`].
    TooMany,
    /// [`Limits::stop`] said so.
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
    let mut repeats = Repeats::new(&article.repeated);
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
        passages.push(passage(&units[start..end], article, &lines, &mut repeats));
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
    let mut repeats = Repeats::new(&article.repeated);
    let mut before = Vec::new();
    let mut sections = article.sections.as_slice();
    for (number, block) in article.blocks.iter().enumerate() {
        let begun = sections.partition_point(|start| *start <= block.span.start);
        if begun > 0 {
            sections = &sections[begun..];
            // What stands under a title alone is nothing of the next slide.
            headings_alone(
                &mut units,
                &mut headings,
                (section, number),
                (article, counter),
            );
            section += 1;
        }
        // A caption is one statement, whatever full stops its credit brings.
        let found = match block.kind {
            BlockKind::Caption | BlockKind::RowPart => vec![block.span.clone()],
            BlockKind::Row if fits(article, block) => vec![block.span.clone()],
            BlockKind::Code => line_groups(text, &block.span),
            _ => Without::new(text, block.span.clone(), &article.omitted).sentences(limits.stop),
        };
        if (limits.stop)() {
            return Err(Unfinished::Stopped);
        }
        // What is read once more is read before a passage as a whole: rows share none with what is not theirs.
        let also = repeats.before(block.span.start);
        section += usize::from(also != before && headings.is_empty());
        before = also;
        // The sentences of a row that is too long share no passage with another row.
        let cut_row = block.kind == BlockKind::Row && found.len() > 1;
        section += usize::from(cut_row && headings.is_empty());
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
            if units.len().is_multiple_of(LOOK) && (limits.stop)() {
                return Err(Unfinished::Stopped);
            }
            if units.len() == most {
                return Err(Unfinished::TooMany);
            }
            let own = std::mem::take(&mut headings);
            let mut unit = unit(article, own, sentence, (section, number), counter);
            unit.alone = block.kind == BlockKind::RowPart;
            units.push(unit);
        }
        section += usize::from(cut_row);
    }
    let end = (section, article.blocks.len());
    headings_alone(&mut units, &mut headings, end, (article, counter));
    Ok(units)
}

/// Headings without text below them: the last one is what they say.
fn headings_alone(
    units: &mut Vec<Unit>,
    headings: &mut Vec<Span>,
    place: (usize, usize),
    (article, counter): (&Article, &impl TokenCount),
) {
    if let Some(last) = headings.pop() {
        let above = std::mem::take(headings);
        units.push(unit(article, above, last, place, counter));
    }
}

/// A row that can be a sentence of a passage.
fn fits(article: &Article, row: &Block) -> bool {
    let read = Without::new(&article.text, row.span.clone(), &article.omitted);
    let chars = |part: &Span| article.text[part.clone()].chars().count();
    read.parts.iter().map(chars).sum::<usize>() <= MAX_CHARS
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
    article: &Article,
    headings: Vec<Span>,
    sentence: Span,
    (section, block): (usize, usize),
    counter: &impl TokenCount,
) -> Unit {
    let (mut tokens, mut chars) = (0, 0);
    let mut read = String::new();
    for span in headings.iter().chain(std::iter::once(&sentence)) {
        read.clear();
        Without::new(&article.text, span.clone(), &article.omitted).push_to(&mut read);
        tokens += counter.count(&read);
        chars += read.chars().count();
    }
    Unit {
        tokens,
        chars,
        headings,
        sentence,
        section,
        block,
        alone: false,
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
        let together = next.section == first.section && !first.alone && !next.alone;
        if !together || tokens > limit || chars > MAX_CHARS {
            break;
        }
        end += 1;
    }
    end
}

fn passage(
    units: &[Unit],
    article: &Article,
    lines: &LineIndex,
    repeats: &mut Repeats<'_>,
) -> Passage {
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
        omitted: inside(&article.omitted, &span),
        repeated: repeats.before(span.start),
        tokens: units.iter().map(|u| u.tokens).sum(),
        span,
        headings,
        sentences,
    }
}

/// What lies inside a span; `omitted` is in the order of the text.
pub fn inside(omitted: &[Omitted], span: &Span) -> Vec<Omitted> {
    let first = omitted.partition_point(|o| o.span.start < span.start);
    let inside = omitted[first..]
        .iter()
        .take_while(|o| o.span.start < span.end)
        .filter(|o| o.span.end <= span.end);
    inside.cloned().collect()
}

/// What is read once more before passages, asked for in their order: a table may have any number of rows.
pub struct Repeats<'a> {
    /// By where they begin to be read.
    rest: &'a [Repeated],
    now: Vec<&'a Repeated>,
}

impl<'a> Repeats<'a> {
    /// `repeated` is in the order of what it is read before.
    pub fn new(repeated: &'a [Repeated]) -> Self {
        let now = Vec::new();
        Self {
            rest: repeated,
            now,
        }
    }

    /// What is read before a passage that begins at a byte, no earlier than the one before.
    pub fn before(&mut self, start: usize) -> Vec<Span> {
        while let Some((next, rest)) = self.rest.split_first()
            && next.before.start <= start
        {
            self.now.push(next);
            self.rest = rest;
            self.now.retain(|repeated| repeated.before.end > start);
        }
        self.now.retain(|repeated| repeated.before.end > start);
        self.now
            .iter()
            .map(|repeated| repeated.text.clone())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::Omission;
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

    /// An article of blocks, as a reader of some form gives it.
    fn made(text: &str, blocks: &[(&str, BlockKind)]) -> Article {
        let mut article = Article::of_text(text);
        article.omitted.clear();
        let place = |part: &str| text.find(part).unwrap();
        article.blocks = blocks
            .iter()
            .map(|&(part, kind)| Block {
                span: place(part)..place(part) + part.len(),
                kind,
            })
            .collect();
        article
    }

    #[test]
    fn rows_are_never_cut_and_their_columns_are_read_with_them() {
        let text =
            "Pier | Keeper\nNorth | Sato. Old.\nSouth | Costa. New.\nEast | Petit\nWest | Mori";
        let rows: Vec<(&str, BlockKind)> = text
            .lines()
            .skip(1)
            .map(|line| (line, BlockKind::Row))
            .collect();
        let mut article = made(text, &rows);
        article.repeated.push(Repeated {
            text: 0.."Pier | Keeper".len(),
            before: "Pier | Keeper".len()..text.len(),
        });
        let passages = passages(&article, &Chars);
        let read: Vec<String> = passages.iter().map(|p| p.readable(text).0).collect();
        assert_eq!(
            read,
            [
                "Pier | Keeper North | Sato. Old. South | Costa. New. East | Petit",
                "Pier | Keeper West | Mori"
            ]
        );
        assert!(text[passages[0].span.clone()].starts_with("North"));
    }

    #[test]
    fn a_part_of_a_row_stands_alone_and_a_long_row_keeps_to_itself() {
        let long = "A sentence of the long cell. ".repeat(20);
        let text = format!("one\ntwo\n{}\nthree", long.trim());
        let article = made(
            &text,
            &[
                ("one", BlockKind::RowPart),
                ("two", BlockKind::Row),
                (long.trim(), BlockKind::Row),
                ("three", BlockKind::Row),
            ],
        );
        let cut = passages(&article, &Chars);
        let texts: Vec<&str> = cut.iter().map(|p| &text[p.span.clone()]).collect();
        assert_eq!(texts[..2], ["one", "two"]);
        assert!(texts[2].starts_with("A sentence") && texts.len() > 5);
        assert_eq!(texts[texts.len() - 1], "three");
    }

    #[test]
    fn what_is_left_out_inside_a_sentence_does_not_cut_it() {
        let hole = format!("<img src='data:{}.'>", "A. b".repeat(300));
        let text = format!("The spring {hole} is thin. Oil it once a year.");
        let mut article = made(&text, &[(text.as_str(), BlockKind::Paragraph)]);
        let start = text.find('<').unwrap();
        article.omitted.push(Omitted {
            span: start..start + hole.len(),
            reason: Omission::ImageMarkup,
        });
        let passages = passages(&article, &Chars);
        assert_eq!(passages.len(), 1);
        let (read, places) = passages[0].readable(&text);
        assert_eq!(read, "The spring  is thin. Oil it once a year.");
        assert_eq!(&read[places[1].clone()], "Oil it once a year.");
        assert_eq!(passages[0].span, 0..text.len());
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
