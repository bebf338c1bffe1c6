//! What a page's content gives: glyphs with their places, ruled lines, and how many images.

use std::rc::Rc;

use super::geometry::{Area, Course};

/// Where a glyph comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Origin {
    /// The text of the page.
    Content,
    /// Marked as no part of the text: heads, folios, backgrounds.
    Artifact,
    /// A field of a form, or a note.
    Annotation,
}

/// A letter on a page, in the coordinates of the page as it is shown: points, downward from the upper left corner.
#[derive(Debug, Clone)]
pub(super) struct Glyph {
    pub(super) text: Rc<str>,
    /// Where the pen stands before it.
    pub(super) start: (f32, f32),
    /// Where the pen stands behind it, without letter spacing.
    pub(super) end: (f32, f32),
    /// The centre of its em square.
    pub(super) centre: (f32, f32),
    /// The em.
    pub(super) size: f32,
    /// The way that its baseline runs; `None`: askew.
    pub(super) course: Option<Course>,
    /// Set by a font that is written from top to bottom.
    pub(super) vertical: bool,
    pub(super) bold: bool,
    /// Of a font whose letters all have a typewriter's width; ideographs have one width in every font.
    pub(super) mono: bool,
    pub(super) origin: Origin,
}

impl Glyph {
    pub(super) fn is_blank(&self) -> bool {
        self.text.chars().all(char::is_whitespace)
    }

    pub(super) fn first(&self) -> char {
        self.text.chars().next().unwrap_or(' ')
    }
}

/// A ruled line, level or upright.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rule {
    pub(super) x0: f32,
    pub(super) y0: f32,
    pub(super) x1: f32,
    pub(super) y1: f32,
}

/// What paths leave on a page.
#[derive(Debug, Default)]
pub(super) struct Drawn {
    pub(super) rules: Vec<Rule>,
    /// Filled boxes that are no lines.
    pub(super) boxes: Vec<Area>,
}

/// All that a page's content gives.
#[derive(Debug, Default)]
pub(super) struct PageContent {
    pub(super) glyphs: Vec<Glyph>,
    pub(super) drawn: Drawn,
    pub(super) images: usize,
    /// Glyphs that nobody can read: the font does not say what they mean.
    pub(super) unknown: usize,
    /// What stands outside the page's visible part.
    pub(super) outside: String,
    pub(super) width: f32,
    pub(super) height: f32,
    /// Why not everything was read.
    pub(super) cut: Option<&'static str>,
}
