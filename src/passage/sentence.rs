//! Sentences: Unicode's boundaries (UAX 29), and what Japanese quotations and long lines need.

use icu_segmenter::SentenceSegmenter;
use icu_segmenter::options::SentenceBreakInvariantOptions;

use crate::corpus::Span;

/// Longer sentences are cut at clauses.
pub const MAX_CHARS: usize = 300;

/// The sentences of one block, as spans of the whole text, without white space around them. They
/// are in order, do not overlap, and only white space lies between them.
pub fn sentences(text: &str, block: Span) -> Vec<Span> {
    let content = &text[block.clone()];
    // Inside a block a line end is white space, not the end of a sentence.
    let flat: String = content
        .chars()
        .map(|c| if c == '\n' || c == '\r' { ' ' } else { c })
        .collect();
    let segmenter = SentenceSegmenter::new(SentenceBreakInvariantOptions::default());
    let quoted = quotations(&flat);
    let mut found = Vec::new();
    let mut start = 0;
    for boundary in segmenter.segment_str(&flat).skip(1) {
        // UAX 29 counts opening brackets as closing ones: they belong to what follows.
        let end = flat[..boundary].trim_end_matches(is_opening).len();
        let last = boundary == flat.len();
        let sentence = &flat[start..end.max(start)];
        if !last
            && (sentence.is_empty()
                || quoted.iter().any(|q| q.start < end && end < q.end)
                || goes_on_after_quotation(sentence, &flat[end..])
                || ends_in_abbreviation(sentence))
        {
            continue;
        }
        let end = if last { boundary } else { end };
        cut_long(&flat, start..end, &mut found);
        start = end;
    }
    found
        .into_iter()
        .filter_map(|span| trimmed(&flat, span))
        .map(|span| block.start + span.start..block.start + span.end)
        .collect()
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

fn is_opening(c: char) -> bool {
    PAIRS.iter().any(|pair| pair.0 == c)
}

/// `「行く。」と言った。` and `"Why?" he asked.` do not end with their quotation.
fn goes_on_after_quotation(sentence: &str, rest: &str) -> bool {
    let closed = sentence
        .trim_end()
        .ends_with(|c| c == '"' || PAIRS.iter().any(|pair| pair.1 == c));
    let next = rest.trim_start().chars().next();
    closed
        && next.is_some_and(|c| {
            matches!(c, '\u{3041}'..='\u{309f}' | '、' | '，' | ',') || c.is_lowercase()
        })
}

/// What lies between matching quotation marks or brackets. A mark that is never closed in its block
/// quotes nothing, so that it cannot swallow the rest.
fn quotations(block: &str) -> Vec<Span> {
    let mut open: Vec<(char, usize)> = Vec::new();
    let mut spans = Vec::new();
    let mut straight: Vec<usize> = Vec::new();
    for (at, c) in block.char_indices() {
        if let Some(pair) = PAIRS.iter().find(|pair| pair.0 == c) {
            open.push((pair.1, at));
        } else if PAIRS.iter().any(|pair| pair.1 == c) {
            // Whatever was opened inside and not closed is dropped.
            if let Some(depth) = open.iter().rposition(|&(close, _)| close == c) {
                spans.push(open[depth].1..at + c.len_utf8());
                open.truncate(depth);
            }
        } else if c == '"' {
            straight.push(at);
        }
    }
    // Straight marks say nothing of opening or closing: they pair only where their number is even.
    if straight.len().is_multiple_of(2) {
        spans.extend(straight.chunks(2).map(|pair| pair[0]..pair[1] + 1));
    }
    spans
}

/// `Dr. Smith` and `J. Smith` are not two sentences.
fn ends_in_abbreviation(sentence: &str) -> bool {
    const ABBREVIATIONS: [&str; 22] = [
        "Mr", "Mrs", "Ms", "Dr", "Prof", "St", "Mt", "No", "vs", "Jr", "Sr", "Fig", "Gen", "Sen",
        "Rep", "Gov", "Capt", "Col", "Lt", "TP", "GS", "TS",
    ];
    let Some(head) = sentence.trim_end().strip_suffix('.') else {
        return false;
    };
    let word = head
        .rsplit(|c: char| c.is_whitespace() || "([\"“".contains(c))
        .next()
        .unwrap_or(head);
    let mut letters = word.chars();
    let initial = letters.next().is_some_and(char::is_uppercase) && letters.next().is_none();
    initial || ABBREVIATIONS.contains(&word)
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
        let spans = sentences(text, 0..text.len());
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

    proptest! {
        #[test]
        fn only_white_space_lies_between(text in "(?s)[ -~「」『』（）。、\\n\\r\"あ漢ा\u{301}\\PC]{0,400}") {
            let spans = sentences(&text, 0..text.len());
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
