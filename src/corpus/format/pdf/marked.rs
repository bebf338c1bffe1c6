//! Marked content: what is no part of the text, what is switched off, and text that stands for glyphs.

use std::rc::Rc;

use hayro_syntax::object::{Dict, Name, String as PdfString};

use super::characters::normalised;
use super::glyphs::Glyph;
use super::strings::text;

/// Marks inside each other.
const MARKS: usize = 4096;

/// The marks that are open.
#[derive(Debug, Default)]
pub(super) struct Marks {
    open: Vec<Mark>,
    /// Opened beyond the limit, and not kept.
    beyond: usize,
}

#[derive(Debug)]
struct Mark {
    artifact: bool,
    hidden: bool,
    /// What the glyphs from this one on say.
    actual: Option<(String, usize)>,
}

impl Marks {
    pub(super) fn depth(&self) -> usize {
        self.open.len() + self.beyond
    }

    pub(super) fn artifact(&self) -> bool {
        self.open.last().is_some_and(|mark| mark.artifact)
    }

    pub(super) fn hidden(&self) -> bool {
        self.open.last().is_some_and(|mark| mark.hidden)
    }

    /// Opens a mark before the glyph with this number.
    pub(super) fn begin(
        &mut self,
        tag: &Name<'_>,
        properties: Option<&Dict<'_>>,
        hidden: bool,
        glyph: usize,
    ) {
        if self.open.len() >= MARKS {
            self.beyond += 1;
            return;
        }
        let inside = self.open.iter().any(|mark| mark.actual.is_some());
        let actual = properties
            .filter(|_| !inside)
            .and_then(|dict| dict.get::<PdfString<'_>>("ActualText"));
        self.open.push(Mark {
            artifact: self.artifact() || tag.as_str() == "Artifact",
            hidden: self.hidden() || hidden,
            actual: actual.map(|actual| (text(actual.as_bytes()), glyph)),
        });
    }

    /// Closes the last mark.
    pub(super) fn end(&mut self, glyphs: &mut Vec<Glyph>) {
        if self.beyond > 0 {
            self.beyond -= 1;
        } else if let Some(Mark {
            actual: Some((actual, first)),
            ..
        }) = self.open.pop()
        {
            replace(glyphs, first, &normalised(&actual));
        }
    }
}

/// Lets the glyphs from `first` on say `actual`.
fn replace(glyphs: &mut Vec<Glyph>, first: usize, actual: &str) {
    let letters = |text: &str| {
        text.chars()
            .filter(|c| !c.is_whitespace())
            .collect::<String>()
    };
    let Some(replaced) = glyphs.get_mut(first..).filter(|glyphs| !glyphs.is_empty()) else {
        return;
    };
    let before: String = replaced.iter().map(|glyph| &*glyph.text).collect();
    if letters(&before) == letters(actual) {
        return;
    }
    if actual.chars().count() == replaced.len() {
        for (glyph, c) in replaced.iter_mut().zip(actual.chars()) {
            glyph.text = Rc::from(c.encode_utf8(&mut [0; 4]) as &str);
        }
        return;
    }
    // One glyph takes the whole text, and as much of the line as all of them on it.
    let (start, size) = (replaced[0].start, replaced[0].size);
    let level = |glyph: &&Glyph| {
        let (x, y) = (glyph.end.0 - start.0, glyph.end.1 - start.1);
        x.abs().min(y.abs()) < size / 2.0
    };
    let end = replaced
        .iter()
        .rev()
        .find(level)
        .map_or(replaced[0].end, |glyph| glyph.end);
    let one = &mut replaced[0];
    let (x, y) = (f32::midpoint(start.0, end.0), f32::midpoint(start.1, end.1));
    let (x_before, y_before) = (
        f32::midpoint(start.0, one.end.0),
        f32::midpoint(start.1, one.end.1),
    );
    one.centre = (one.centre.0 + x - x_before, one.centre.1 + y - y_before);
    one.end = end;
    one.text = Rc::from(actual);
    glyphs.truncate(first + 1);
}
