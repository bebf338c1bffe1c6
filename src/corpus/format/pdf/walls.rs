//! Ruled lines as text meets them: those that run across the lines divide cells, those along them divide rows.

use super::geometry::Course;
use super::glyphs::Rule;

/// Rules that end this close to each other are one, in points: borders of cells are drawn cell by cell.
pub(super) const TOUCH: f32 = 2.0;

/// A rule in turned coordinates: at one place in one direction, from one place to another in the other one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Wall {
    pub(super) at: f32,
    pub(super) from: f32,
    pub(super) to: f32,
}

impl Wall {
    pub(super) fn covers(&self, place: f32) -> bool {
        self.from - TOUCH <= place && place <= self.to + TOUCH
    }
}

/// The rules of a page, turned to the course of lines.
#[derive(Debug, Default)]
pub(super) struct Walls {
    /// Across the lines: between cells. By place.
    pub(super) across: Vec<Wall>,
    /// Along the lines: between rows. By place.
    pub(super) along: Vec<Wall>,
    /// Those along the lines as they are drawn, piece by piece: the border of a cell ends where the cell does.
    pub(super) pieces: Vec<Wall>,
}

impl Walls {
    pub(super) fn new(rules: &[Rule], course: Course) -> Self {
        let mut walls = Self::default();
        for rule in rules {
            let (a0, c0) = course.turn(rule.x0, rule.y0);
            let (a1, c1) = course.turn(rule.x1, rule.y1);
            if c0 == c1 {
                walls.along.push(Wall {
                    at: c0,
                    from: a0.min(a1),
                    to: a0.max(a1),
                });
            } else {
                walls.across.push(Wall {
                    at: a0,
                    from: c0.min(c1),
                    to: c0.max(c1),
                });
            }
        }
        walls.pieces.clone_from(&walls.along);
        walls.along = merged(walls.along);
        walls.across = merged(walls.across);
        walls
    }

    /// Whether a wall stands between two letters of a line.
    pub(super) fn divide(&self, a0: f32, a1: f32, c: f32) -> bool {
        let first = self.across.partition_point(|wall| wall.at < a0 - 1.0);
        self.across
            .iter()
            .skip(first)
            .take_while(|wall| wall.at <= a1 + 1.0)
            .any(|wall| wall.covers(c))
    }
}

/// Puts the pieces of a rule together.
fn merged(mut walls: Vec<Wall>) -> Vec<Wall> {
    walls.sort_by(|a, b| a.at.total_cmp(&b.at).then(a.from.total_cmp(&b.from)));
    let mut out: Vec<Wall> = Vec::new();
    for level in walls.chunk_by(|a, b| b.at - a.at < 1.0) {
        let mut level = level.to_vec();
        level.sort_by(|a, b| a.from.total_cmp(&b.from));
        for wall in level {
            match out.last_mut() {
                Some(last)
                    if (last.at - wall.at).abs() < TOUCH
                        && wall.from <= last.to + TOUCH
                        && wall.from >= last.from =>
                {
                    last.to = last.to.max(wall.to);
                }
                _ => out.push(wall),
            }
        }
    }
    out.sort_by(|a, b| a.at.total_cmp(&b.at));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn borders_of_cells_are_one_rule() {
        let rules: Vec<Rule> = (0..5)
            .map(|n| Rule {
                x0: 10.0 * n as f32,
                y0: 5.0,
                x1: 10.0 * n as f32 + 9.5,
                y1: 5.0,
            })
            .collect();
        let walls = Walls::new(&rules, Course::Right);
        assert_eq!(
            walls.along,
            [Wall {
                at: 5.0,
                from: 0.0,
                to: 49.5
            }]
        );
    }
}
