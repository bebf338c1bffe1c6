//! The text of a span without what is left out of it.

use std::borrow::Cow;
use std::ops::Range;

use super::sentence::sentences;
use crate::corpus::{Omission, Omitted, Span};
use crate::words;

/// The stretches of a span that are read: what was left out inside it is not.
pub struct Without<'a> {
    text: &'a str,
    /// In the order of the text.
    pub parts: Vec<Span>,
    /// Of each part whether a blank stands for what was left out before it.
    apart: Vec<bool>,
}

impl<'a> Without<'a> {
    /// `omitted` is in the order of the text.
    pub fn new(text: &'a str, span: Span, omitted: &[Omitted]) -> Self {
        let first = omitted.partition_point(|o| o.span.start < span.start);
        let inside = omitted[first..]
            .iter()
            .take_while(|omitted| omitted.span.end <= span.end);
        let mut found = Self {
            text,
            parts: Vec::with_capacity(1),
            apart: Vec::with_capacity(1),
        };
        let mut start = span.start;
        let mut apart = false;
        for gap in inside {
            if gap.span.start > start {
                found.add(start..gap.span.start, std::mem::take(&mut apart));
            }
            apart |= !stands_in_words(gap.reason) || is_raised(text, &gap.span);
            start = gap.span.end.max(start);
        }
        if span.end > start {
            found.add(start..span.end, apart);
        }
        found
    }

    fn add(&mut self, part: Span, apart: bool) {
        let before = self.parts.last().map(|last| &self.text[last.clone()]);
        let together = |before: &str| {
            before.ends_with(char::is_whitespace)
                || self.text[part.clone()].starts_with(char::is_whitespace)
        };
        let apart = apart && before.is_some_and(|before| !together(before));
        self.parts.push(part);
        self.apart.push(apart);
    }

    pub fn push_to(&self, out: &mut String) {
        for (part, apart) in self.parts.iter().zip(&self.apart) {
            out.push_str(if *apart { " " } else { "" });
            out.push_str(&words::unvowelled(&self.text[part.clone()]));
        }
    }

    /// The sentences of what is read, as spans of the whole text.
    pub fn sentences(&self, stop: &dyn Fn() -> bool) -> Vec<Span> {
        if let [whole] = self.parts.as_slice() {
            return sentences(self.text, whole.clone(), stop);
        }
        let mut read = String::new();
        // Where each part begins in what is read.
        let mut begins = Vec::with_capacity(self.parts.len());
        for (part, apart) in self.parts.iter().zip(&self.apart) {
            read.push_str(if *apart { " " } else { "" });
            begins.push(read.len());
            read.push_str(&self.text[part.clone()]);
        }
        let place = |at: usize| {
            let part = begins.partition_point(|begin| *begin <= at) - 1;
            self.parts[part].start + at - begins[part]
        };
        let found = sentences(&read, 0..read.len(), stop);
        // Its last byte tells in which part a sentence ends.
        let whole = |span: Span| place(span.start)..place(span.end - 1) + 1;
        found.into_iter().map(whole).collect()
    }
}

/// What is raised or lowered is no part of the number before it.
fn is_raised(text: &str, tag: &Span) -> bool {
    let name = text[tag.clone()].trim_start_matches(['<', '/']);
    let name = name.get(..3).unwrap_or_default();
    let before = text[..tag.start].ends_with(|c: char| c.is_ascii_digit());
    let behind = text[tag.end..].starts_with(|c: char| c.is_ascii_digit() || "+-−".contains(c));
    before && behind && (name.eq_ignore_ascii_case("sup") || name.eq_ignore_ascii_case("sub"))
}

/// Tags and reading aids may stand inside a word, and its letters belong together; what else is left out parts them.
fn stands_in_words(reason: Omission) -> bool {
    matches!(reason, Omission::Markup | Omission::Ruby | Omission::Note)
}

/// The text that is embedded for a passage, and where each piece of it stands in the article.
pub struct Readable {
    /// What is repeated, then what is read of the passage's span. White space may differ from what was embedded.
    pub text: String,
    /// Where each piece begins in `text`, and its bytes in the article.
    pieces: Vec<(usize, Span)>,
}

impl Readable {
    /// `None` where letters are dropped while reading (vowel signs): then bytes cannot be told. Also for spans that cannot be
    /// cut out of the text, or overlap: who can write an index can say anything.
    pub fn new(text: &str, span: &Span, repeated: &[Span], omitted: &[Omitted]) -> Option<Self> {
        let can_be_cut = |span: &Span| text.get(span.clone()).is_some();
        let in_order = omitted
            .windows(2)
            .all(|two| two[0].span.end <= two[1].span.start);
        let all_can = omitted.iter().all(|omitted| can_be_cut(&omitted.span));
        if !(in_order && all_can && can_be_cut(span)) {
            return None;
        }
        let mut readable = Self {
            text: String::new(),
            pieces: Vec::new(),
        };
        for span in repeated {
            readable.add(text, span.clone())?;
            readable.text.push(' ');
        }
        let read = Without::new(text, span.clone(), omitted);
        for (part, apart) in read.parts.into_iter().zip(read.apart) {
            readable.text.push_str(if apart { " " } else { "" });
            readable.add(text, part)?;
        }
        Some(readable)
    }

    fn add(&mut self, text: &str, piece: Span) -> Option<()> {
        let read = text.get(piece.clone())?;
        matches!(words::unvowelled(read), Cow::Borrowed(_)).then_some(())?;
        self.pieces.push((self.text.len(), piece));
        self.text.push_str(read);
        Some(())
    }

    /// The bytes of the article from the first to the last of these bytes of `text`; `None` for nothing, and for what
    /// begins in one piece and ends before it in another.
    pub fn place(&self, span: &Range<usize>) -> Option<Span> {
        let last = span.end.checked_sub(1).filter(|last| *last >= span.start)?;
        let place = |at: usize| {
            let piece = self.pieces.partition_point(|(begin, _)| *begin <= at);
            let (begin, piece) = self.pieces.get(piece.checked_sub(1)?)?;
            Some((piece.start + at - begin).min(piece.end))
        };
        let found = place(span.start)?..(place(last)? + 1);
        (found.start < found.end).then_some(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_of_what_is_read_are_found_in_the_article() {
        let text = "name | age\n\nA mill [1] by the <b>riv</b>er";
        let span = |part: &str| {
            let at = text.find(part).unwrap();
            at..at + part.len()
        };
        let omitted: Vec<Omitted> = [
            ("[1]", Omission::Navigation),
            ("<b>", Omission::Markup),
            ("</b>", Omission::Markup),
        ]
        .into_iter()
        .map(|(part, reason)| Omitted {
            span: span(part),
            reason,
        })
        .collect();
        let passage = span("A mill").start..text.len();
        let readable = Readable::new(text, &passage, &[span("name")], &omitted).unwrap();
        assert_eq!(readable.text, "name A mill  by the river");
        let place = |part: &str| {
            let at = readable.text.find(part).unwrap();
            &text[readable.place(&(at..at + part.len())).unwrap()]
        };
        assert_eq!(place("name"), "name");
        assert_eq!(place("mill"), "mill");
        assert_eq!(place("by"), "by");
        assert_eq!(place("river"), "riv</b>er");
        assert_eq!(readable.place(&(3..3)), None);
        // Vowel signs are not embedded: no byte of the text can be told.
        let vowelled = "\u{5d0}\u{5b8}";
        assert!(Readable::new(vowelled, &(0..vowelled.len()), &[], &[]).is_none());
    }
}
