//! Whether two passages say the same: word for word, however they are printed and wherever they were cut.
//!
//! Prints of one text differ in white space, width of letters, quotation marks, dashes, line ends. Whatever else
//! differs makes two answers: a figure, a sign, a letter. Function words are no exception, because *before* and
//! *after*, *and* and *or*, *not* are some.

use super::token::{Token, lex};
use crate::corpus::Span;

/// Share of the shorter passage that both must have, where they were cut at other places.
const COMMON: f32 = 0.8;
/// Fewer letters and words in common say nothing, where they were cut at other places.
const LEAST_COMMON: usize = 8;
/// Longer passages, by the product of their tokens, are compared as they were cut.
const MOST_COMPARED: usize = 4_000_000;
/// Places at which a passage that repeats itself is laid against another one: what stands around is read for each.
const MOST_LAID: usize = 4;
/// A line of more characters is no heading.
const HEADING_CHARS: usize = 120;

/// A passage in its article.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    /// The article's text.
    pub text: &'a str,
    pub span: &'a Span,
    /// What of the text is not read: start and end, ascending.
    pub omitted: &'a [Span],
}

/// Whether two passages say the same. One may begin or end earlier than the other, where the other's article goes on
/// in the same words, or where it has a heading more.
pub fn say_the_same(a: Place<'_>, b: Place<'_>) -> bool {
    let (x, y) = (a.tokens(a.span.clone()), b.tokens(b.span.clone()));
    if x.is_empty() || y.is_empty() {
        return a.text.get(a.span.clone()) == b.text.get(b.span.clone());
    }
    let same = |x: &[Token], y: &[Token]| {
        x.len() == y.len() && x.iter().zip(y).all(|(x, y)| x.text == y.text)
    };
    if same(&x, &y) {
        return true;
    }
    if x.len().saturating_mul(y.len()) > MOST_COMPARED {
        return false;
    }
    let least = (COMMON * x.len().min(y.len()) as f32).ceil() as usize;
    let least = least.max(LEAST_COMMON);
    // How many tokens the one begins earlier.
    let later = |x: &[Token], y: &[Token], a: Place<'_>, b: Place<'_>| {
        let fits = |start: &usize| {
            let common = (x.len() - start).min(y.len());
            common >= least && same(&x[*start..start + common], &y[..common])
        };
        let starts = (0..=x.len().saturating_sub(least)).filter(fits);
        starts.take(MOST_LAID).any(|start| {
            let common = (x.len() - start).min(y.len());
            stands_before(&x[..start], x[start].span.start, a, b)
                && stands_behind(&x[start + common..], b)
                && stands_behind(&y[common..], a)
        })
    };
    later(&x, &y, a, b) || later(&y, &x, b, a)
}

/// Whether what a passage of `a` has before byte `end` stands before the passage of `b` too, but for a heading where `b`
/// begins.
fn stands_before(tokens: &[Token], end: usize, a: Place<'_>, b: Place<'_>) -> bool {
    let Some(first) = tokens.first() else {
        return true;
    };
    let near = b.near(b.span.start, -reach(tokens));
    let before = b.tokens(near.clone());
    let shared = before.len().min(tokens.len());
    if shared < tokens.len() && near.start > 0 {
        return false;
    }
    let (more, shared_tokens) = tokens.split_at(tokens.len() - shared);
    let theirs = &before[before.len() - shared..];
    if !shared_tokens
        .iter()
        .zip(theirs)
        .all(|(x, y)| x.text == y.text)
    {
        return false;
    }
    let end = shared_tokens.first().map_or(end, |token| token.span.start);
    more.is_empty() || is_heading(&a.text[first.span.start..end])
}

/// Whether what a passage has more at its end follows the other passage too.
fn stands_behind(tokens: &[Token], other: Place<'_>) -> bool {
    if tokens.is_empty() {
        return true;
    }
    let behind = other.tokens(other.near(other.span.end, reach(tokens)));
    behind.len() >= tokens.len() && behind.iter().zip(tokens).all(|(x, y)| x.text == y.text)
}

/// Bytes that hold these tokens in another print.
fn reach(tokens: &[Token]) -> isize {
    let bytes: usize = tokens.iter().map(|token| token.text.len() + 4).sum();
    isize::try_from(4 * bytes + 256).unwrap_or(isize::MAX)
}

/// Lines before a text that are no sentences and give no figures.
fn is_heading(text: &str) -> bool {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let is_title = |line: &str| {
        let letters = line.trim_end_matches(|c: char| !c.is_alphanumeric() && !is_stop(c));
        !letters.ends_with(is_stop)
            && !line.contains(char::is_numeric)
            && line.chars().count() <= HEADING_CHARS
    };
    text.trim_end_matches([' ', '\t']).ends_with('\n') && lines.into_iter().all(is_title)
}

/// Ends a sentence, or leads on to what follows.
fn is_stop(c: char) -> bool {
    matches!(
        c,
        '.' | '!'
            | '?'
            | ':'
            | ';'
            | ','
            | '。'
            | '．'
            | '！'
            | '？'
            | '：'
            | '、'
            | '，'
            | '।'
            | '؟'
            | '։'
            | '።'
    )
}

impl Place<'_> {
    /// Up to so many bytes behind a byte, or before it.
    fn near(&self, at: usize, bytes: isize) -> Span {
        let far = at.saturating_add_signed(bytes).min(self.text.len());
        if bytes < 0 {
            self.text.ceil_char_boundary(far)..at
        } else {
            at..self.text.floor_char_boundary(far)
        }
    }

    /// The tokens of a span, without what is not read.
    fn tokens(&self, span: Span) -> Vec<Token> {
        let mut tokens = Vec::new();
        let mut start = span.start;
        let first = self
            .omitted
            .partition_point(|omitted| omitted.end <= span.start);
        for omitted in &self.omitted[first..] {
            if omitted.start >= span.end {
                break;
            }
            lex(self.text, start..omitted.start, &mut tokens);
            start = omitted.end;
        }
        lex(self.text, start..span.end, &mut tokens);
        tokens
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether two whole texts say the same.
    fn whole(a: &str, b: &str) -> bool {
        let (of_a, of_b) = (0..a.len(), 0..b.len());
        let place = |text, span| Place {
            text,
            span,
            omitted: &[],
        };
        let same = say_the_same(place(a, &of_a), place(b, &of_b));
        assert_eq!(
            same,
            say_the_same(place(b, &of_b), place(a, &of_a)),
            "{a} {b}"
        );
        same
    }

    /// Whether parts of two texts do.
    fn parts(a: &str, of_a: &str, b: &str, of_b: &str) -> bool {
        let span = |text: &str, part: &str| {
            let start = text.find(part).unwrap();
            start..start + part.len()
        };
        let (span_a, span_b) = (span(a, of_a), span(b, of_b));
        let a = Place {
            text: a,
            span: &span_a,
            omitted: &[],
        };
        let b = Place {
            text: b,
            span: &span_b,
            omitted: &[],
        };
        let same = say_the_same(a, b);
        assert_eq!(same, say_the_same(b, a));
        same
    }

    #[test]
    fn prints_of_one_text() {
        for (a, b) in [
            (
                "The lamp was lit on 3 May 2024, and it burns for 120 hours – no longer.",
                "The lamp was lit on 3 May ２０２４ and it burns\nfor １２０ hours, no longer",
            ),
            ("“It’s shut,” she said.", "\"It's shut\", she said."),
            (
                "Two mainte-\nnance crews came.",
                "Two maintenance crews came.",
            ),
            ("co\u{ad}operate", "cooperate"),
            ("**Note:** the gate is _shut_.", "Note: the gate is shut."),
            ("# Title\n\n* first\n* second", "Title\n- first\n- second"),
            ("二〇二四年に水門を閉じた。", "2024年に水門を閉じた。"),
            (
                "灯台の光は、\n三十キロ先から見える。",
                "灯台の光は､ 三十キロ先から見える｡",
            ),
            ("か\u{3099}くを", "がくを"),
            ("1,200 bags", "1200 bags"),
        ] {
            assert!(whole(a, b), "{a} / {b}");
        }
    }

    #[test]
    fn whatever_else_differs_makes_two_answers() {
        for (a, b) in [
            ("Room 12 holds 30 people.", "Room 13 holds 30 people."),
            ("Open on 3 May.", "Open on 3 June."),
            ("The gate is shut.", "The gate is not shut."),
            ("You can enter.", "You can't enter."),
            ("門は開いている。", "門は開いていない。"),
            ("入れます。", "入れません。"),
            ("予約が要ります", "予約は要りません"),
            ("before noon", "after noon"),
            ("bread and butter", "bread or butter"),
            (
                "The pool is open daily.",
                "The pool is open daily except Monday.",
            ),
            ("It was -5 degrees.", "It was 5 degrees."),
            ("a 1.5 litre jug", "a 15 litre jug"),
            ("from 9:15 on", "from 9.15 on"),
            ("pages 1-2", "pages 1/2"),
            ("12 3", "1 23"),
            ("grade A+", "grade A-"),
            ("written in C#", "written in C"),
            ("月曜 ○", "月曜 ×"),
            ("5' long", "5\" long"),
            ("10 %", "10 ‰"),
            ("ma", "má"),
            ("第一話", "第二話"),
            ("Is it open?", "Is it open."),
            ("now here", "nowhere"),
            ("", "a"),
        ] {
            assert!(!whole(a, b), "{a} / {b}");
        }
        assert!(whole("+++", "+++"));
        assert!(!whole("。。。", "…"));
    }

    const FIRST: &str = "The mill was built beside the weir in the year of the flood.";
    const SECOND: &str = "Its wheel turns two stones that grind the rye of four villages.";
    const THIRD: &str = "The miller sells the flour on the square every market day.";

    #[test]
    fn cut_at_other_places() {
        let text = format!("{FIRST} {SECOND} {THIRD}");
        let long = format!("{FIRST} {SECOND}");
        let reprint = format!("Reprinted with permission\n\n{text}");
        // The other article goes on in the same words.
        assert!(parts(&text, &text, &reprint, &long) && parts(&text, &text, &reprint, &reprint));
        let end = format!("{SECOND} {THIRD}");
        assert!(parts(&text, &text, &reprint, &end));
        // It does not.
        let other = format!("{FIRST} {SECOND} It burnt down in the winter of the same year.");
        assert!(!parts(&text, &text, &other, &long));
        assert!(!whole(&text, &format!("{text} It is closed on Sundays.")));
        assert!(!whole(&text, &format!("The offer is over.\n\n{text}")));
        assert!(!whole(&text, &format!("Room 12\n\n{text}")));
        assert!(!whole(
            &format!("Kyoto\n\n{text}"),
            &format!("Osaka\n\n{text}")
        ));
        assert!(!whole("Terms", &format!("Terms\n{text}")));
    }

    #[test]
    fn a_text_that_repeats_itself_is_laid_at_its_first_places() {
        let many = |count: usize| "sing la ".repeat(count);
        let (long, short) = (many(60), many(50));
        // Cut at another place of the same text, and of others.
        assert!(parts(&many(90), &long, &many(80), &short));
        let (a, b) = (format!("Bells: {long}"), format!("Drums: {short}"));
        assert!(!parts(&a, &long, &b, &short));
    }

    #[test]
    fn what_is_not_read_is_not_compared() {
        let a = "The gate <b>is</b> shut.";
        let b = "The gate is shut.";
        let (of_a, of_b) = (0..a.len(), 0..b.len());
        let marks = [9..12, 14..18];
        let read = Place {
            text: a,
            span: &of_a,
            omitted: &marks,
        };
        let plain = Place {
            text: b,
            span: &of_b,
            omitted: &[],
        };
        assert!(say_the_same(read, plain));
        assert!(!say_the_same(
            Place {
                omitted: &[],
                ..read
            },
            plain
        ));
    }
}
