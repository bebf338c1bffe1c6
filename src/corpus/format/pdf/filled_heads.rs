//! Heads of tables that are filled boxes above a body with ruled lines, as programs that make invoices and reports draw them.
//! Such a box belongs to the grid below it: it gets the rules that the body has.

use super::geometry::Area;
use super::glyphs::{Drawn, Rule};

/// Edges that are this close are one, in points.
const NEAR: f32 = 3.0;
/// How tall a head is, in points.
const TALL: std::ops::RangeInclusive<f32> = 8.0..=80.0;
/// A page with more boxes is a drawing.
const BOXES: usize = 1000;

/// The ruled lines of a page, with those of filled heads.
pub(super) fn with_rules(drawn: Drawn) -> Vec<Rule> {
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
    let upright: Vec<Rule> = rules
        .iter()
        .copied()
        .filter(|rule| rule.x0 == rule.x1)
        .collect();
    let is_level = |a: &Area, b: &Area| (a.y1 - b.y1).abs() < 1.0 && (a.y0 - b.y0).abs() < 1.0;
    for level in boxes.chunk_by(is_level) {
        for row in level.chunk_by(|a, b| (b.x0 - a.x1).abs() < NEAR) {
            if let Some(head) = row.iter().copied().reduce(Area::with) {
                rules.extend(head_rules(head, row, &upright));
            }
        }
    }
    rules
}

/// The rules of a head, if a grid as wide as it begins right below it.
fn head_rules(head: Area, cells: &[Area], upright: &[Rule]) -> Vec<Rule> {
    let is_near = |a: f32, b: f32| (a - b).abs() < NEAR;
    let begins = |rule: &&Rule| {
        is_near(rule.y0.min(rule.y1), head.y1)
            && (head.x0 - NEAR..=head.x1 + NEAR).contains(&rule.x0)
    };
    let mut places: Vec<f32> = upright.iter().filter(begins).map(|rule| rule.x0).collect();
    places.sort_by(f32::total_cmp);
    places.dedup_by(|a, b| is_near(*a, *b));
    let is_wide = places.first().is_some_and(|first| is_near(*first, head.x0))
        && places.last().is_some_and(|last| is_near(*last, head.x1));
    // Boxes of its cells must be cells of the grid.
    let fits = |cell: &Area| places.iter().any(|place| is_near(*place, cell.x0));
    if places.len() < 3 || !is_wide || !cells.iter().all(fits) {
        return Vec::new();
    }
    // Cells over several columns have no rules inside.
    let inside = |place: &f32| {
        cells.len() > 1
            && !cells
                .iter()
                .any(|cell| is_near(*place, cell.x0) || is_near(*place, cell.x1))
    };
    let columns = places.iter().filter(|place| !inside(place)).map(|&x| Rule {
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

#[cfg(test)]
mod tests {
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

    #[test]
    fn a_head_gets_the_rules_of_the_body_below_it() {
        let body: Vec<Rule> = [0.0, 50.0, 100.0, 200.0].map(upright).into();
        let added = |boxes: Vec<Area>| {
            with_rules(Drawn {
                rules: body.clone(),
                boxes,
            })
            .len()
                - body.len()
        };
        // One box, a box a cell, a cell over two columns.
        assert_eq!(added(vec![area(0.0, 10.0, 200.0, 30.0)]), 6);
        assert_eq!(
            added(
                [(0.0, 50.0), (50.0, 100.0), (100.0, 200.0)]
                    .map(|(a, b)| area(a, 10.0, b, 30.0))
                    .into()
            ),
            6
        );
        assert_eq!(
            added(
                [(0.0, 50.0), (50.0, 200.0)]
                    .map(|(a, b)| area(a, 10.0, b, 30.0))
                    .into()
            ),
            5
        );
        // No edge of the body, in it, above it.
        assert_eq!(added(vec![area(0.0, 10.0, 90.0, 30.0)]), 0);
        assert_eq!(added(vec![area(0.0, 50.0, 200.0, 70.0)]), 0);
        assert_eq!(added(vec![area(0.0, 0.0, 200.0, 20.0)]), 0);
    }
}
