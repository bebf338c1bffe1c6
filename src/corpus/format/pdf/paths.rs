//! Paths: of all that is drawn, the level and upright lines, because they divide tables and set off notes, and boxes that
//! are filled, because the head of a table may be one.

use super::geometry::{Area, Matrix};
use super::glyphs::{Drawn, Rule};

/// A filled rectangle no wider than this is a line.
const LINE_WIDTH: f32 = 3.0;

/// A line that is shorter is part of a drawing.
const LINE_LENGTH: f32 = 4.0;

/// Lines of a page; a chart or a map has more than any table.
const RULES: usize = 20_000;

/// The path that is being built.
#[derive(Debug, Default)]
pub(super) struct Path {
    parts: Vec<Vec<(f32, f32)>>,
    curved: bool,
}

impl Path {
    pub(super) fn move_to(&mut self, matrix: Matrix, x: f64, y: f64) {
        if self.parts.len() < RULES {
            self.parts.push(vec![mapped(matrix, x, y)]);
        }
    }

    pub(super) fn line_to(&mut self, matrix: Matrix, x: f64, y: f64) {
        if let Some(part) = self.parts.last_mut().filter(|part| part.len() < RULES) {
            part.push(mapped(matrix, x, y));
        }
    }

    pub(super) fn curve(&mut self) {
        self.curved = true;
    }

    pub(super) fn close(&mut self) {
        if let Some(part) = self.parts.last_mut()
            && let Some(&first) = part.first()
        {
            part.push(first);
        }
    }

    pub(super) fn rectangle(&mut self, matrix: Matrix, [x, y, width, height]: [f64; 4]) {
        self.move_to(matrix, x, y);
        self.line_to(matrix, x + width, y);
        self.line_to(matrix, x + width, y + height);
        self.line_to(matrix, x, y + height);
        self.close();
    }

    /// Ends the path, and gives its lines and boxes to `drawn` if it was painted.
    pub(super) fn paint(&mut self, fill: bool, stroke: bool, drawn: &mut Drawn) {
        let rules = &mut drawn.rules;
        let parts = std::mem::take(&mut self.parts);
        if std::mem::take(&mut self.curved) {
            return;
        }
        // A border is drawn as a box with a box cut out of it.
        if let ([outer, inner], true) = (parts.as_slice(), fill)
            && is_border(bounds(outer), bounds(inner))
        {
            rules.extend(sides(bounds(outer)).into_iter().filter_map(rule));
            return;
        }
        for part in parts {
            if rules.len() >= RULES {
                return;
            }
            if stroke {
                rules.extend(part.windows(2).filter_map(|ends| match ends {
                    [a, b] => rule([a.0, a.1, b.0, b.1]),
                    _ => None,
                }));
            }
            if fill && part.len() >= 3 {
                let [x0, y0, x1, y1] = bounds(&part);
                match rule([x0, y0, x1, y1]) {
                    Some(rule) => rules.push(rule),
                    None if drawn.boxes.len() < RULES => drawn.boxes.push(Area { x0, y0, x1, y1 }),
                    None => {}
                }
            }
        }
    }
}

fn mapped(matrix: Matrix, x: f64, y: f64) -> (f32, f32) {
    let (x, y) = matrix.point(x, y);
    (x as f32, y as f32)
}

fn bounds(part: &[(f32, f32)]) -> [f32; 4] {
    part.iter().fold(
        [f32::MAX, f32::MAX, f32::MIN, f32::MIN],
        |[a, b, c, d], &(x, y)| [a.min(x), b.min(y), c.max(x), d.max(y)],
    )
}

fn sides([x0, y0, x1, y1]: [f32; 4]) -> [[f32; 4]; 4] {
    [
        [x0, y0, x1, y0],
        [x0, y1, x1, y1],
        [x0, y0, x0, y1],
        [x1, y0, x1, y1],
    ]
}

/// Whether one box surrounds the other by the width of a line; at some sides by nothing.
fn is_border(a: [f32; 4], b: [f32; 4]) -> bool {
    let near = a.iter().zip(&b).all(|(a, b)| (a - b).abs() <= LINE_WIDTH);
    near && a != b && a[2] - a[0] > 2.0 * LINE_WIDTH && a[3] - a[1] > 2.0 * LINE_WIDTH
}

/// The rule along the middle of a thin stretch.
fn rule([xa, ya, xb, yb]: [f32; 4]) -> Option<Rule> {
    let (x0, x1) = (xa.min(xb), xa.max(xb));
    let (y0, y1) = (ya.min(yb), ya.max(yb));
    let (width, height) = (x1 - x0, y1 - y0);
    if !(width.is_finite() && height.is_finite()) {
        return None;
    }
    if height <= LINE_WIDTH && width >= LINE_LENGTH && width > 2.0 * height {
        let y = f32::midpoint(y0, y1);
        return Some(Rule {
            x0,
            y0: y,
            x1,
            y1: y,
        });
    }
    if width <= LINE_WIDTH && height >= LINE_LENGTH && height > 2.0 * width {
        let x = f32::midpoint(x0, x1);
        return Some(Rule {
            x0: x,
            y0,
            x1: x,
            y1,
        });
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thin_filled_rectangle_is_a_rule_and_a_box_is_none() {
        let mut drawn = Drawn::default();
        let mut path = Path::default();
        path.rectangle(Matrix::IDENTITY, [10.0, 10.0, 100.0, 1.0]);
        path.rectangle(Matrix::IDENTITY, [10.0, 10.0, 100.0, 50.0]);
        path.paint(true, false, &mut drawn);
        assert_eq!(drawn.boxes.len(), 1);
        assert_eq!(
            drawn.rules,
            [Rule {
                x0: 10.0,
                y0: 10.5,
                x1: 110.0,
                y1: 10.5
            }]
        );
    }

    #[test]
    fn a_stroked_box_has_four_rules() {
        let mut drawn = Drawn::default();
        let mut path = Path::default();
        path.rectangle(Matrix::IDENTITY, [10.0, 10.0, 100.0, 50.0]);
        path.paint(false, true, &mut drawn);
        assert_eq!((drawn.rules.len(), drawn.boxes.len()), (4, 0));
    }
}
