//! Places on a page: matrices, points, areas, and the four ways that lines can run.

/// Maps points: `x' = a x + c y + e`, `y' = b x + d y + f`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Matrix(pub(super) [f64; 6]);

impl Matrix {
    pub(super) const IDENTITY: Self = Self([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);

    pub(super) fn translate(x: f64, y: f64) -> Self {
        Self([1.0, 0.0, 0.0, 1.0, x, y])
    }

    /// The matrix that maps by `inner` first and by `self` then.
    pub(super) fn after(self, inner: Self) -> Self {
        let [a, b, c, d, e, f] = self.0;
        let [p, q, r, s, t, u] = inner.0;
        Self([
            a * p + c * q,
            b * p + d * q,
            a * r + c * s,
            b * r + d * s,
            a * t + c * u + e,
            b * t + d * u + f,
        ])
    }

    pub(super) fn point(self, x: f64, y: f64) -> (f64, f64) {
        let [a, b, c, d, e, f] = self.0;
        (a * x + c * y + e, b * x + d * y + f)
    }

    /// Maps a distance: without the shift.
    pub(super) fn vector(self, x: f64, y: f64) -> (f64, f64) {
        let [a, b, c, d, ..] = self.0;
        (a * x + c * y, b * x + d * y)
    }
}

/// A rectangle on a page, in points from the page's upper left corner as the page is shown.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Area {
    /// Left edge.
    pub x0: f32,
    /// Upper edge.
    pub y0: f32,
    /// Right edge.
    pub x1: f32,
    /// Lower edge.
    pub y1: f32,
}

impl Area {
    /// The smallest area that contains both.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self {
            x0: self.x0.min(other.x0),
            y0: self.y0.min(other.y0),
            x1: self.x1.max(other.x1),
            y1: self.y1.max(other.y1),
        }
    }
}

/// The way that lines of text run on a page as it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Course {
    /// Lines run to the right, and the next line is below.
    Right,
    /// Lines run down, and the next line is to the left: vertical Japanese, or a page turned clockwise.
    Down,
    /// Lines run to the left, and the next line is above: upside down.
    Left,
    /// Lines run up, and the next line is to the right: a page turned against the clock.
    Up,
}

impl Course {
    /// Maps a place on the page to `(along, across)`: how far along a line, and how far down the lines.
    pub(super) fn turn(self, x: f32, y: f32) -> (f32, f32) {
        match self {
            Self::Right => (x, y),
            Self::Down => (y, -x),
            Self::Left => (-x, -y),
            Self::Up => (-y, x),
        }
    }

    /// Maps back: see [`Self::turn`].
    pub(super) fn unturn(self, along: f32, across: f32) -> (f32, f32) {
        match self {
            Self::Right => (along, across),
            Self::Down => (-across, along),
            Self::Left => (-along, -across),
            Self::Up => (across, -along),
        }
    }

    /// The course of a line that advances by this distance; `None`: neither level nor upright.
    pub(super) fn of(x: f32, y: f32) -> Option<Self> {
        // Eight degrees: a scan that was laid down askew is still level, a watermark is not.
        const ASKEW: f32 = 0.14;
        if y.abs() <= ASKEW * x.abs() {
            Some(if x >= 0.0 { Self::Right } else { Self::Left })
        } else if x.abs() <= ASKEW * y.abs() {
            Some(if y >= 0.0 { Self::Down } else { Self::Up })
        } else {
            None
        }
    }
}

/// A stretch in turned coordinates: from `a0` to `a1` along the lines, from `c0` to `c1` across them.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Frame {
    pub(super) a0: f32,
    pub(super) a1: f32,
    pub(super) c0: f32,
    pub(super) c1: f32,
}

impl Frame {
    pub(super) fn with(self, other: Self) -> Self {
        Self {
            a0: self.a0.min(other.a0),
            a1: self.a1.max(other.a1),
            c0: self.c0.min(other.c0),
            c1: self.c1.max(other.c1),
        }
    }

    /// In a mirror: what ended a line begins it.
    pub(super) fn mirrored(self) -> Self {
        Self {
            a0: -self.a1,
            a1: -self.a0,
            ..self
        }
    }

    /// How much of the shorter one lies beside the other, along the lines: from 0 to 1.
    pub(super) fn overlap_along(&self, other: &Self) -> f32 {
        share(self.a0, self.a1, other.a0, other.a1)
    }

    /// How much of the lower one lies beside the other, across the lines: from 0 to 1.
    pub(super) fn overlap_across(&self, other: &Self) -> f32 {
        share(self.c0, self.c1, other.c0, other.c1)
    }

    /// The place on the page.
    pub(super) fn area(&self, course: Course) -> Area {
        let (xa, ya) = course.unturn(self.a0, self.c0);
        let (xb, yb) = course.unturn(self.a1, self.c1);
        Area {
            x0: xa.min(xb),
            y0: ya.min(yb),
            x1: xa.max(xb),
            y1: ya.max(yb),
        }
    }
}

fn share(a0: f32, a1: f32, b0: f32, b1: f32) -> f32 {
    let shorter = (a1 - a0).min(b1 - b0).max(0.01);
    ((a1.min(b1) - a0.max(b0)) / shorter).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_course_turns_back() {
        for course in [Course::Right, Course::Down, Course::Left, Course::Up] {
            let (along, across) = course.turn(3.0, 7.0);
            assert_eq!(course.unturn(along, across), (3.0, 7.0));
        }
    }

    #[test]
    fn an_outer_matrix_maps_last() {
        let double = Matrix([2.0, 0.0, 0.0, 2.0, 0.0, 0.0]);
        assert_eq!(
            double.after(Matrix::translate(1.0, 1.0)).point(0.0, 0.0),
            (2.0, 2.0)
        );
    }

    #[test]
    fn a_watermark_has_no_course() {
        assert_eq!(Course::of(1.0, 1.0), None);
        assert_eq!(Course::of(0.05, 1.0), Some(Course::Down));
    }
}
