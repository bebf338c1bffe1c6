//! The state of drawing: what `q` saves and `Q` brings back, and the place of the pen.

use std::rc::Rc;

use super::characters::is_ideographic;
use super::fonts::{Font, Letter};
use super::geometry::{Course, Matrix};
use super::glyphs::{Glyph, Origin};

/// From the baseline to the centre of the em square, in ems: of 0.88 above and 0.12 below.
pub(super) const CENTRE: f64 = 0.38;

/// The part of the state that text needs.
#[derive(Clone)]
pub(super) struct State<'a> {
    pub(super) matrix: Matrix,
    pub(super) font: Option<Rc<Font<'a>>>,
    pub(super) size: f64,
    pub(super) letter_space: f64,
    pub(super) word_space: f64,
    pub(super) stretch: f64,
    pub(super) leading: f64,
    pub(super) rise: f64,
}

impl State<'_> {
    pub(super) fn new(matrix: Matrix) -> Self {
        Self {
            matrix,
            font: None,
            size: 1.0,
            letter_space: 0.0,
            word_space: 0.0,
            stretch: 1.0,
            leading: 0.0,
            rise: 0.0,
        }
    }
}

/// The place of the pen, and where the line of text began.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pen {
    pub(super) at: Matrix,
    pub(super) line: Matrix,
}

impl Default for Pen {
    fn default() -> Self {
        Self {
            at: Matrix::IDENTITY,
            line: Matrix::IDENTITY,
        }
    }
}

impl Pen {
    pub(super) fn set(&mut self, matrix: Matrix) {
        self.line = matrix;
        self.at = matrix;
    }

    pub(super) fn next_line(&mut self, x: f64, y: f64) {
        self.set(self.line.after(Matrix::translate(x, y)));
    }

    fn advance(&mut self, x: f64, y: f64) {
        self.at = self.at.after(Matrix::translate(x, y));
    }

    /// Moves by a number of a `TJ` array: thousandths of an em, backwards.
    pub(super) fn adjust(&mut self, state: &State<'_>, by: f64) {
        let distance = -by / 1000.0 * state.size;
        if state.font.as_ref().is_some_and(|font| font.vertical) {
            self.advance(0.0, distance);
        } else {
            self.advance(distance * state.stretch, 0.0);
        }
    }

    /// Moves over a letter.
    pub(super) fn pass(&mut self, state: &State<'_>, letter: &Letter, vertical: bool) {
        let space = state.letter_space
            + if letter.is_space {
                state.word_space
            } else {
                0.0
            };
        if vertical {
            self.advance(0.0, letter.advance.1 * state.size + space);
        } else {
            self.advance((letter.advance.0 * state.size + space) * state.stretch, 0.0);
        }
    }

    /// The glyph that a letter makes here; `None` if it has no size or no place.
    pub(super) fn glyph(
        &self,
        state: &State<'_>,
        letter: &Letter,
        font: &Font<'_>,
        origin: Origin,
    ) -> Option<Glyph> {
        let em = Matrix([
            state.size * state.stretch,
            0.0,
            0.0,
            state.size,
            0.0,
            state.rise,
        ]);
        let place = state.matrix.after(self.at).after(em);
        let (upx, upy) = place.vector(0.0, 1.0);
        let size = upx.hypot(upy);
        let start = place.point(0.0, 0.0);
        let end = place.point(
            if font.vertical { 0.0 } else { letter.advance.0 },
            if font.vertical { letter.advance.1 } else { 0.0 },
        );
        let mut centre = (f64::midpoint(start.0, end.0), f64::midpoint(start.1, end.1));
        if !font.vertical {
            centre = (centre.0 + upx * CENTRE, centre.1 + upy * CENTRE);
        }
        let sane = |(x, y): (f64, f64)| x.abs() < 1e6 && y.abs() < 1e6;
        if !(0.1..1e4).contains(&size) || !sane(start) || !sane(end) || !sane(centre) {
            return None;
        }
        let (alongx, alongy) = place.vector(1.0, 0.0);
        let small = |(x, y): (f64, f64)| (x as f32, y as f32);
        Some(Glyph {
            text: letter.text.clone(),
            start: small(start),
            end: small(end),
            centre: small(centre),
            size: size as f32,
            course: Course::of(alongx as f32, alongy as f32),
            vertical: font.vertical,
            bold: font.bold,
            mono: font.mono && !letter.text.contains(is_ideographic),
            origin,
        })
    }
}
