//! Sentences: Unicode's boundaries (UAX 29), and what Japanese quotations, ordinals and long lines need.
//!
//! A file may be one line of 40 MB, so the time and the memory that a block takes grow no faster than its length,
//! whatever stands in it: nothing here looks back or ahead without a bound, but for marks that move forward only.

use std::borrow::Cow;

use icu_segmenter::SentenceSegmenter;
use icu_segmenter::options::SentenceBreakInvariantOptions;

use super::ordinal::goes_on_after_number;
use crate::corpus::Span;

/// Longer sentences are cut at clauses.
pub const MAX_CHARS: usize = 300;

/// Boundaries between two looks at whether to stop.
const LOOK: usize = 4096;

/// The sentences of one block, as spans of the whole text, without white space around them. They
/// are in order, do not overlap, and only white space lies between them. Where `stop` says so, the rest is left out.
pub fn sentences(text: &str, block: Span, stop: &dyn Fn() -> bool) -> Vec<Span> {
    let flat = flat(&text[block.clone()]);
    let ends = possible_ends(&flat, stop);
    let quoted = quotations(&flat, &ends);
    let mut quoted = quoted.iter().peekable();
    let (mut words, mut next) = (Trailing::default(), Next::default());
    let mut found = Vec::new();
    let mut start = 0;
    // Whether the sentence has a letter or a digit so far, and up to where that was looked for.
    let (mut worded, mut looked_at) = (false, 0);
    for (number, end) in ends.iter().map(|end| *end as usize).enumerate() {
        if number % LOOK == 0 && stop() {
            break;
        }
        while quoted.next_if(|quotation| quotation.end <= end).is_some() {}
        let inside = quoted.peek().is_some_and(|quotation| quotation.start < end);
        let word_end = words.before(&flat, end, char::is_whitespace).max(start);
        let sentence = &flat[start..word_end];
        let rest = &flat[next.word(&flat, end)..];
        worded |= flat[looked_at..end].contains(char::is_alphanumeric);
        looked_at = end;
        if end < flat.len()
            && (end == start
                || inside
                || !worded
                || is_mark(&flat[start..end], &flat[end..])
                || goes_on_after_quotation(sentence, rest)
                || ends_in_abbreviation(sentence, rest)
                || goes_on_after_number(sentence, rest))
        {
            continue;
        }
        cut_long(&flat, start..end, &mut found);
        start = end;
        worded = false;
    }
    found
        .into_iter()
        .filter_map(|span| trimmed(&flat, span))
        .map(|span| block.start + span.start..block.start + span.end)
        .collect()
}

/// An exclamation mark of Markdown's: `[!NOTE]`, `![a picture](a.png)`, `![[a note]]`.
fn is_mark(sentence: &str, rest: &str) -> bool {
    let bare = sentence.trim_end_matches('[');
    bare.ends_with("[!")
        || (bare.ends_with('!') && (bare.len() < sentence.len() || rest.starts_with('[')))
}

/// A block with its line ends as spaces: inside a block they are white space, not the end of a sentence.
fn flat(block: &str) -> Cow<'_, str> {
    if !block.contains(['\n', '\r']) {
        return Cow::Borrowed(block);
    }
    let space = |c| if c == '\n' || c == '\r' { ' ' } else { c };
    Cow::Owned(block.chars().map(space).collect())
}

/// Where Unicode's rules let a sentence end, ascending; the last is the end of the block.
fn possible_ends(block: &str, stop: &dyn Fn() -> bool) -> Vec<u32> {
    let segmenter = SentenceSegmenter::new(SentenceBreakInvariantOptions::default());
    let mut before_openings = Trailing::default();
    let boundaries = segmenter.segment_str(block).skip(1).enumerate();
    boundaries
        .take_while(|(number, _)| number % LOOK != 0 || !stop())
        .map(|(_, boundary)| {
            if boundary == block.len() {
                return boundary as u32;
            }
            // UAX 29 counts opening brackets as closing ones: they belong to what follows.
            before_openings.before(block, boundary, is_opening) as u32
        })
        .collect()
}

/// Where the last character ends that is none of those to skip, for places that move forward.
#[derive(Default)]
struct Trailing {
    seen: usize,
    end: usize,
}

impl Trailing {
    fn before(&mut self, text: &str, at: usize, skip: fn(char) -> bool) -> usize {
        let new = text[self.seen..at].trim_end_matches(skip);
        if !new.is_empty() {
            self.end = self.seen + new.len();
        }
        self.seen = at;
        self.end
    }
}

/// Where the next word begins, for places that move forward.
#[derive(Default)]
struct Next(usize);

impl Next {
    fn word(&mut self, text: &str, at: usize) -> usize {
        if self.0 < at {
            let rest = &text[at..];
            self.0 = text.len() - rest.trim_start().len();
        }
        self.0
    }
}

/// Marks that open and close a quotation or an aside.
const PAIRS: [(char, char); 8] = [
    ('「', '」'),
    ('『', '』'),
    ('（', '）'),
    ('(', ')'),
    ('“', '”'),
    ('【', '】'),
    ('〈', '〉'),
    ('《', '》'),
];

/// Marks that are open inside each other, at most; of more than that the outer ones quote nothing.
const DEEPEST: usize = 4096;

fn is_opening(c: char) -> bool {
    PAIRS.iter().any(|pair| pair.0 == c)
}

/// `「行く。」と言った。` and `"Why?" he asked.` do not end with their quotation.
fn goes_on_after_quotation(sentence: &str, rest: &str) -> bool {
    let closed = sentence.ends_with(|c| c == '"' || PAIRS.iter().any(|pair| pair.1 == c));
    closed
        && rest.starts_with(|c: char| {
            matches!(c, '\u{3041}'..='\u{309f}' | '、' | '，' | ',') || c.is_lowercase()
        })
}

/// What lies between matching quotation marks or brackets and has one of `ends` inside, in order, as far as it
/// overlaps in one. A mark that is never closed in its block quotes nothing, so that it cannot swallow the rest.
fn quotations(block: &str, ends: &[u32]) -> Vec<Span> {
    let mut open = Open::default();
    let mut spans: Vec<Span> = Vec::new();
    // Straight marks say nothing of opening or closing: they pair only where their number is even.
    let paired = block.bytes().filter(|b| *b == b'"').count() % 2 == 0;
    let (mut straight, mut straight_spans) = (None, Vec::new());
    let mut passed = 0;
    for (at, c) in block.char_indices() {
        if c.is_ascii() && !matches!(c, '(' | ')' | '"') {
            continue;
        }
        while ends.get(passed).is_some_and(|end| (*end as usize) <= at) {
            passed += 1;
        }
        let mark = Mark { at, passed };
        if c == '"' && paired {
            match straight.take() {
                None => straight = Some(mark),
                Some(begin) if begin.passed < passed => straight_spans.push(begin.at..at + 1),
                Some(_) => {}
            }
        } else if let Some(kind) = PAIRS.iter().position(|pair| pair.0 == c) {
            open.push(kind, mark);
        } else if let Some(kind) = PAIRS.iter().position(|pair| pair.1 == c)
            && let Some(begin) = open.close(kind)
            && begin.passed < passed
        {
            // What lies inside it is told by it.
            while spans.pop_if(|inner| inner.start > begin.at).is_some() {}
            spans.push(begin.at..at + c.len_utf8());
        }
    }
    spans.append(&mut straight_spans);
    spans.sort_unstable_by_key(|span| span.start);
    spans.dedup_by(|next, last| {
        let overlap = next.start < last.end;
        if overlap {
            last.end = last.end.max(next.end);
        }
        overlap
    });
    spans
}

/// A mark, and how many of the possible ends lie at its beginning or before.
#[derive(Clone, Copy)]
struct Mark {
    at: usize,
    passed: usize,
}

/// Marks that are open, innermost last, and how many of each kind.
#[derive(Default)]
struct Open {
    marks: Vec<(usize, Mark)>,
    count: [usize; PAIRS.len()],
}

impl Open {
    fn push(&mut self, kind: usize, mark: Mark) {
        if self.marks.len() == DEEPEST {
            for (kind, _) in self.marks.drain(..DEEPEST / 2) {
                self.count[kind] -= 1;
            }
        }
        self.marks.push((kind, mark));
        self.count[kind] += 1;
    }

    /// The innermost mark of a kind; whatever was opened inside and not closed is dropped.
    fn close(&mut self, kind: usize) -> Option<Mark> {
        if self.count[kind] == 0 {
            return None;
        }
        while let Some((inner, mark)) = self.marks.pop() {
            self.count[inner] -= 1;
            if inner == kind {
                return Some(mark);
            }
        }
        None
    }
}

/// `Dr. Smith`, `J. Smith` and `Aug. 3` are not two sentences.
fn ends_in_abbreviation(sentence: &str, rest: &str) -> bool {
    const ABBREVIATIONS: [&str; 22] = [
        "Mr", "Mrs", "Ms", "Dr", "Prof", "St", "Mt", "No", "vs", "Jr", "Sr", "Fig", "Gen", "Sen",
        "Rep", "Gov", "Capt", "Col", "Lt", "TP", "GS", "TS",
    ];
    const MONTHS: [&str; 15] = [
        "Jan", "Feb", "Mar", "Apr", "Jun", "Jul", "Aug", "Sep", "Sept", "Oct", "Okt", "Nov", "Dec",
        "Dez", "Febr",
    ];
    const LONGEST: usize = 4;
    let Some(head) = sentence.strip_suffix('.') else {
        return false;
    };
    let begins = |c: &char| !(c.is_whitespace() || "([\"“".contains(*c));
    let letters = head.chars().rev().take(LONGEST + 1).take_while(begins);
    let word = &head[head.len() - letters.map(char::len_utf8).sum::<usize>()..];
    let mut letters = word.chars();
    let initial = letters.next().is_some_and(char::is_uppercase) && letters.next().is_none();
    let month = MONTHS.contains(&word) && rest.starts_with(|c: char| c.is_ascii_digit());
    initial || month || ABBREVIATIONS.contains(&word)
}

/// Cuts a span into parts of at most [`MAX_CHARS`] characters: at sentence ends (inside a
/// quotation), else at clauses, else at spaces, else anywhere between characters.
fn cut_long(text: &str, span: Span, out: &mut Vec<Span>) {
    let mut rest = span;
    loop {
        let content = &text[rest.clone()];
        let Some((limit, _)) = content.char_indices().nth(MAX_CHARS) else {
            out.push(rest);
            return;
        };
        let at = rest.start + best_cut(&content[..limit]);
        out.push(rest.start..at);
        rest.start = at;
    }
}

/// Where to cut a stretch that must be cut: the last strong place in its second half.
fn best_cut(content: &str) -> usize {
    let strength = |c: char| match c {
        '。' | '！' | '？' | '!' | '?' | '．' | '।' | '؟' | '｡' => 3,
        '、' | '，' | ',' | ';' | '；' | ':' | '：' | '؛' | '،' | '」' | '』' => 2,
        c if c.is_whitespace() => 1,
        _ => 0,
    };
    let half = content.len() / 2;
    let combines = |c: char| unicode_normalization::char::is_combining_mark(c) || c == '\u{200d}';
    let mut best = (0, content.len());
    for (at, c) in content.char_indices() {
        let end = at + c.len_utf8();
        let strength = strength(c);
        let before_mark = content[end..].chars().next().is_some_and(combines);
        if end > half && end < content.len() && strength > 0 && strength >= best.0 && !before_mark {
            best = (strength, end);
        }
    }
    if best.0 == 0 {
        // Never between a letter and its marks, unless there is nothing else.
        let mut end = content.len();
        while let Some(c) = content[..end].chars().next_back() {
            if !combines(c) || end <= half {
                break;
            }
            end -= c.len_utf8();
        }
        // `end` now lies behind a base letter that has marks: leave that letter to the next part.
        if end < content.len() && end > half {
            end -= content[..end].chars().next_back().map_or(0, char::len_utf8);
        }
        best.1 = end;
    }
    best.1
}

fn trimmed(text: &str, span: Span) -> Option<Span> {
    let content = &text[span.clone()];
    let inner = content.trim();
    let start = span.start + (content.len() - content.trim_start().len());
    (!inner.is_empty()).then(|| start..start + inner.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn split(text: &str) -> Vec<&str> {
        let spans = sentences(text, 0..text.len(), &|| false);
        spans.into_iter().map(|s| &text[s]).collect()
    }

    #[test]
    fn a_full_stop_in_a_quotation_ends_nothing() {
        assert_eq!(
            split("「よく聞く。だが違う。」と彼は述べた。次の文。"),
            ["「よく聞く。だが違う。」と彼は述べた。", "次の文。"]
        );
    }

    #[test]
    fn a_closing_bracket_stays_with_its_sentence() {
        assert_eq!(
            split("終わった(たぶん。)。次。"),
            ["終わった(たぶん。)。", "次。"]
        );
        assert_eq!(
            split("「行くぞ！」「待て。」"),
            ["「行くぞ！」", "「待て。」"]
        );
    }

    #[test]
    fn an_unclosed_quotation_swallows_nothing() {
        assert_eq!(
            split("「始まった。次の文。終わり。"),
            ["「始まった。", "次の文。", "終わり。"]
        );
        assert_eq!(
            split("彼は\"始めた。次の文。"),
            ["彼は\"始めた。", "次の文。"]
        );
    }

    #[test]
    fn other_languages() {
        assert_eq!(
            split("Dr. J. Smith left. \"Why?\" he\nasked. Version 3.5 came."),
            [
                "Dr. J. Smith left.",
                "\"Why?\" he\nasked.",
                "Version 3.5 came."
            ]
        );
        assert_eq!(split("यह पहला है। यह दूसरा है।"), ["यह पहला है।", "यह दूसरा है।"]);
    }

    #[test]
    fn long_sentences_are_cut_at_clauses() {
        let text = "とても長い節があり、".repeat(100);
        let parts = split(&text);
        assert!(
            parts
                .iter()
                .all(|p| p.chars().count() <= MAX_CHARS && p.ends_with('、'))
        );
        assert_eq!(parts.concat(), text);
        assert_eq!(split(&"あ".repeat(1000)).concat(), "あ".repeat(1000));
        assert_eq!(
            split(&"\u{301}".repeat(1000)).concat(),
            "\u{301}".repeat(1000)
        );
    }

    #[test]
    fn ordinals_and_dates_end_nothing_and_years_do() {
        assert_eq!(
            split("17. August 1998 war es so weit. Am 24. Juni kam Regen. 1. FC Union gewann."),
            [
                "17. August 1998 war es so weit.",
                "Am 24. Juni kam Regen.",
                "1. FC Union gewann."
            ]
        );
        assert_eq!(
            split("It opened in 1998. The crowd cheered. Er war 12. Dann ging er."),
            [
                "It opened in 1998.",
                "The crowd cheered.",
                "Er war 12.",
                "Dann ging er."
            ]
        );
        assert_eq!(
            split("Am 3. 5. 2024 und am 7. Aug. 2024. Danach nicht."),
            ["Am 3. 5. 2024 und am 7. Aug. 2024.", "Danach nicht."]
        );
    }

    #[test]
    fn marks_of_markdown_end_nothing() {
        for one in [
            "[!NOTE] The pump is off.",
            "![a map](a.png) and text.",
            "See ![[map.png]] for it.",
            "!!! The pump is off.",
            "……",
        ] {
            assert_eq!(split(one), [one]);
        }
        assert_eq!(split("Stop! [It](a) did."), ["Stop!", "[It](a) did."]);
        assert_eq!(split("! ".repeat(3).trim_end()), ["! ! !"]);
    }

    #[test]
    fn quotations_in_each_other_and_side_by_side() {
        assert_eq!(
            split("（あ「い。う」え。お）か。「き。」「く。」け。"),
            ["（あ「い。う」え。お）か。", "「き。」", "「く。」け。"]
        );
        assert_eq!(
            split("\"（あ。\"い。）う。え。"),
            ["\"（あ。\"い。）う。", "え。"]
        );
        let deep = format!("{}あ。い{}う。え。", "（".repeat(9000), "）".repeat(9000));
        assert_eq!(split(&deep).concat(), deep);
    }

    /// Blocks of this length take a second at most, whatever they repeat; quadratic work would take minutes.
    #[test]
    fn the_time_grows_with_the_text() {
        const LENGTH: usize = 200_000;
        let started = std::time::Instant::now();
        let separator = format!("「」{}a", "\u{2029}".repeat(LENGTH / 3));
        let opened = "（".repeat(LENGTH / 6) + &"」".repeat(LENGTH / 6);
        let initials = format!("({}", "A. b! ".repeat(LENGTH / 6));
        for unit in [
            "「あ。」",
            "\"Yes. No.\" ",
            "「あ。",
            "（あ。",
            "あ。」",
            "\"あ。",
            "(a!)a",
            "(A. ",
            "「（あ。）い。」",
            "a.",
            "あ.",
            "1. A ",
            "A 1. Xa ",
            "— 1. Xa ",
            "XX. Xa ",
            ".",
            "! ",
            "a",
            "あ",
            " ",
            "\u{2029}",
            "\u{301}",
            "(",
            "“",
            "a」",
            "《あ。》",
            "Aug. 3 ",
            "\" ",
            separator.as_str(),
            opened.as_str(),
            initials.as_str(),
        ] {
            let text = unit.repeat(LENGTH / unit.len() + 1);
            let spans = sentences(&text, 0..text.len(), &|| false);
            assert!(spans.len() < text.len());
        }
        assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
    }

    #[test]
    fn cutting_stops_when_it_is_told_to() {
        let text = "あ。".repeat(100_000);
        assert!(sentences(&text, 0..text.len(), &|| true).is_empty());
    }

    proptest! {
        #[test]
        fn only_white_space_lies_between(text in "(?s)(?:[ -~「」『』（）。、\\n\\r\"あ漢ा\u{301}\u{2029}\\PC]|[0-9]{1,4}\\. |[.!] ?){0,300}") {
            let spans = sentences(&text, 0..text.len(), &|| false);
            let mut at = 0;
            for span in spans {
                prop_assert!(span.start >= at && span.end > span.start);
                prop_assert!(text[at..span.start].trim().is_empty());
                prop_assert!(text[span.clone()].chars().count() <= MAX_CHARS);
                at = span.end;
            }
            prop_assert!(text[at..].trim().is_empty());
        }
    }
}
