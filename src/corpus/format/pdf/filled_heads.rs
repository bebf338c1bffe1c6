//! Heads of tables that are filled boxes above a body with ruled lines, as programs that make invoices and reports draw them.
//! Such a box belongs to the grid below it: it gets the rules that the body has.

use super::geometry::Area;
use super::glyphs::{Drawn, Glyph, Rule};

/// Edges that are this close are one, in points.
const NEAR: f32 = 3.0;
/// How tall a head is, in points.
const TALL: std::ops::RangeInclusive<f32> = 8.0..=80.0;
/// A page with more boxes is a drawing.
const BOXES: usize = 1000;

/// The ruled lines of a page, with those of filled heads.
pub(super) fn with_rules(drawn: Drawn, glyphs: &[Glyph]) -> Vec<Rule> {
    let Drawn {
        mut rules,
        mut boxes,
    } = drawn;
    boxes.retain(|area| TALL.contains(&(area.y1 - area.y0)) && area.x1 - area.x0 > NEAR);
    if boxes.len() > BOXES {
        return rules;
    }
    boxes.sort_by(|a, b| {
        let by_row = a.y1.total_cmp(&b.y1).then(a.y0.total_cmp(&b.y0));
        by_row.then(a.x0.total_cmp(&b.x0))
    });
    boxes.dedup();
    let (upright, others): (Vec<Rule>, Vec<Rule>) =
        rules.iter().partition(|rule| rule.x0 == rule.x1);
    let page = Page {
        upright,
        level: others
            .into_iter()
            .filter(|rule| rule.y0 == rule.y1)
            .collect(),
        boxes: &boxes,
        glyphs,
    };
    let is_level = |a: &Area, b: &Area| (a.y1 - b.y1).abs() < 1.0 && (a.y0 - b.y0).abs() < 1.0;
    for level in boxes.chunk_by(is_level) {
        let mut level = level.to_vec();
        level.sort_by(|a, b| a.x0.total_cmp(&b.x0));
        for row in level.chunk_by(|a, b| (b.x0 - a.x1).abs() < NEAR) {
            if let Some(head) = row.iter().copied().reduce(Area::with) {
                rules.extend(page.head_rules(head, row.len()));
            }
        }
    }
    rules
}

fn is_near(a: f32, b: f32) -> bool {
    (a - b).abs() < NEAR
}

/// What is drawn on a page.
struct Page<'p> {
    upright: Vec<Rule>,
    level: Vec<Rule>,
    boxes: &'p [Area],
    glyphs: &'p [Glyph],
}

impl Page<'_> {
    /// The rules of a head of so many boxes, if a grid as wide as it begins right below it.
    fn head_rules(&self, head: Area, cells: usize) -> Vec<Rule> {
        let begins = |rule: &&Rule| {
            is_near(rule.y0.min(rule.y1), head.y1)
                && (head.x0 - NEAR..=head.x1 + NEAR).contains(&rule.x0)
        };
        let upright = self.upright.iter().filter(begins);
        let mut places: Vec<f32> = upright.map(|rule| rule.x0).collect();
        places.sort_by(f32::total_cmp);
        places.dedup_by(|a, b| is_near(*a, *b));
        let is_wide = places.first().is_some_and(|first| is_near(*first, head.x0))
            && places.last().is_some_and(|last| is_near(*last, head.x1));
        // One box, or one for each cell of the grid.
        let columns: Vec<(f32, f32)> = places.windows(2).map(|pair| (pair[0], pair[1])).collect();
        let fits = cells == 1 || cells == columns.len();
        if columns.len() < 2
            || !is_wide
            || !fits
            || !self.has_names(head, &columns)
            || self.has_own_head(head, &columns)
        {
            return Vec::new();
        }
        let columns = places.iter().map(|&x| Rule {
            x0: x,
            x1: x,
            y0: head.y0,
            y1: head.y1,
        });
        let level = [head.y0, head.y1].map(|y| Rule {
            x0: head.x0,
            x1: head.x1,
            y0: y,
            y1: y,
        });
        columns.chain(level).collect()
    }

    /// Whether the grid below a box has a head of its own: its first row has names that are bold, or filled, and what
    /// stands below it is not.
    fn has_own_head(&self, head: Area, columns: &[(f32, f32)]) -> bool {
        let inside = |x: f32| head.x0 < x && x < head.x1;
        let across = self.level.iter();
        let across = across.filter(|rule| inside(f32::midpoint(rule.x0, rule.x1)));
        let ends = across.map(|rule| rule.y0);
        let mut ends: Vec<f32> = ends.filter(|y| *y > head.y1 + NEAR).collect();
        ends.sort_by(f32::total_cmp);
        ends.dedup_by(|a, b| is_near(*a, *b));
        let (Some(&end), Some(&last)) = (ends.first(), ends.last()) else {
            return false;
        };
        let row = |y0: f32, y1: f32| Area { y0, y1, ..head };
        let (first, others) = (row(head.y1, end), row(end, last));
        let is_bold = |row: Area| {
            let mut letters = self.letters(row).peekable();
            letters.peek().is_some() && letters.all(|glyph| glyph.bold)
        };
        let is_filled = |row: Area| {
            let middle = |area: &Area| {
                (
                    f32::midpoint(area.x0, area.x1),
                    f32::midpoint(area.y0, area.y1),
                )
            };
            let mut boxes = self.boxes.iter().map(middle);
            boxes.any(|(x, y)| inside(x) && row.y0 < y && y < row.y1)
        };
        // A row with numbers is a sum, and one with one name that of a group.
        let is_number = |glyph: &Glyph| glyph.text.contains(char::is_numeric);
        if self.letters(first).any(is_number) || !self.has_names(first, columns) {
            return false;
        }
        // The first of two rows may be filled because every other row is.
        let filled = ends.len() > 2 && is_filled(first) && !is_filled(others);
        is_bold(first) && !is_bold(others) || filled
    }

    /// The letters in a part of the page.
    fn letters(&self, part: Area) -> impl Iterator<Item = &Glyph> {
        self.glyphs.iter().filter(move |glyph| {
            let (x, y) = glyph.centre;
            !glyph.is_blank() && part.x0 < x && x < part.x1 && part.y0 < y && y < part.y1
        })
    }

    /// Whether most columns have letters in a row, and none stands over an edge between two: a call-out above a table has
    /// one text.
    fn has_names(&self, row: Area, columns: &[(f32, f32)]) -> bool {
        let ends = self.letters(row).map(|glyph| {
            (
                glyph.start.0.min(glyph.end.0),
                glyph.start.0.max(glyph.end.0),
            )
        });
        let letters: Vec<(f32, f32)> = ends.collect();
        let is_free = |place: f32| {
            let over = |letter: &(f32, f32)| letter.0 < place + 0.5 && place - 0.5 < letter.1;
            !letters.iter().any(over)
        };
        let is_named = |column: &&(f32, f32)| {
            letters
                .iter()
                .any(|letter| column.0 < letter.0 && letter.0 < column.1)
        };
        let named = columns.iter().filter(is_named).count();
        named * 3 >= columns.len() * 2 && columns.iter().skip(1).all(|column| is_free(column.0))
    }
}

#[cfg(test)]
mod tests {
    use super::super::geometry::Course;
    use super::super::glyphs::Origin;
    use super::*;

    fn area(x0: f32, y0: f32, x1: f32, y1: f32) -> Area {
        Area { x0, y0, x1, y1 }
    }

    fn upright(x: f32) -> Rule {
        Rule {
            x0: x,
            x1: x,
            y0: 30.0,
            y1: 90.0,
        }
    }

    fn letter(x: f32) -> Glyph {
        Glyph {
            text: "x".into(),
            start: (x, 22.0),
            end: (x + 6.0, 22.0),
            centre: (x + 3.0, 20.0),
            size: 10.0,
            course: Some(Course::Right),
            vertical: false,
            bold: false,
            mono: false,
            origin: Origin::Content,
        }
    }

    #[test]
    fn a_head_gets_the_rules_of_the_body_below_it() {
        let body: Vec<Rule> = [0.0, 50.0, 100.0, 200.0].map(upright).into();
        let added = |boxes: Vec<Area>, letters: &[f32]| {
            let glyphs: Vec<Glyph> = letters.iter().map(|x| letter(*x)).collect();
            let drawn = Drawn {
                rules: body.clone(),
                boxes,
            };
            with_rules(drawn, &glyphs).len() - body.len()
        };
        let names = [10.0, 60.0, 110.0];
        // One box, a box a cell.
        assert_eq!(added(vec![area(0.0, 10.0, 200.0, 30.0)], &names), 6);
        let cells = [(0.0, 50.0), (50.0, 100.0), (100.0, 200.0)];
        let cells: Vec<Area> = cells.map(|(a, b)| area(a, 10.0, b, 30.0)).into();
        assert_eq!(added(cells, &names), 6);
        // A grid that has a head of its own.
        let mut own = body.clone();
        own.extend([30.0, 50.0, 70.0].map(|y| Rule {
            x0: 0.0,
            x1: 200.0,
            y0: y,
            y1: y,
        }));
        for (bold, expected) in [(true, 0), (false, 6)] {
            let mut glyphs: Vec<Glyph> = names.iter().map(|x| letter(*x)).collect();
            for (y, bold) in [(40.0, bold), (60.0, false)] {
                glyphs.extend(names.iter().map(|x| Glyph {
                    centre: (x + 3.0, y),
                    bold,
                    ..letter(*x)
                }));
            }
            let drawn = Drawn {
                rules: own.clone(),
                boxes: vec![area(0.0, 10.0, 200.0, 30.0)],
            };
            assert_eq!(with_rules(drawn, &glyphs).len() - own.len(), expected);
        }
        // A text over the columns, a cell over two columns, no edge of the body, in it, above it.
        for (boxes, letters) in [
            (vec![area(0.0, 10.0, 200.0, 30.0)], &[10.0, 47.0, 97.0]),
            (
                vec![area(0.0, 10.0, 50.0, 30.0), area(50.0, 10.0, 200.0, 30.0)],
                &names,
            ),
            (vec![area(0.0, 10.0, 90.0, 30.0)], &names),
            (vec![area(0.0, 50.0, 200.0, 70.0)], &names),
            (vec![area(0.0, 0.0, 200.0, 20.0)], &names),
        ] {
            assert_eq!(added(boxes, letters), 0);
        }
    }
}
