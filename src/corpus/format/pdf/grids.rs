//! Tables that are drawn: ruled lines that cross make cells, whatever stands in them.

use super::cells::{Row, Table, remove};
use super::lines::Line;
use super::walls::{TOUCH, Wall, Walls};

/// More rules make a drawing, not a table.
pub(super) const RULES: usize = 1500;

/// Takes the tables out that have rules between columns and between rows.
pub(super) fn take(lines: &mut Vec<Line>, walls: &Walls) -> Vec<Table> {
    if walls.across.is_empty()
        || walls.along.len() < 2
        || walls.across.len() + walls.along.len() > RULES
    {
        return Vec::new();
    }
    let mut taken = vec![false; lines.len()];
    let mut tables = Vec::new();
    for grid in grids(walls) {
        let cells: Vec<(usize, Place)> = lines
            .iter()
            .enumerate()
            .filter(|(n, _)| !taken[*n])
            .filter_map(|(n, line)| grid.cell(line).map(|place| (n, place)))
            .collect();
        if grid.is_table(&cells) {
            cells.iter().for_each(|&(n, _)| taken[n] = true);
            tables.push(grid.table(lines, &cells));
        }
    }
    remove(lines, &taken);
    tables
}

/// The cell of a line: its first row and column, and how many columns it has.
#[derive(Debug, Clone, Copy)]
struct Place {
    row: usize,
    column: usize,
    columns: usize,
}

/// Rules that cross each other.
struct Grid {
    across: Vec<Wall>,
    along: Vec<Wall>,
    /// The places of the rules across, each once, and of those along.
    columns: Vec<f32>,
    rows: Vec<f32>,
}

/// The grids of a page: rules that touch are of one grid.
fn grids(walls: &Walls) -> Vec<Grid> {
    let count = walls.across.len();
    let mut group: Vec<usize> = (0..count + walls.along.len()).collect();
    for (v, across) in walls.across.iter().enumerate() {
        for (h, along) in walls.along.iter().enumerate() {
            if along.covers(across.at) && across.covers(along.at) {
                let (a, b) = (root(&group, v), root(&group, count + h));
                group[b] = a;
            }
        }
    }
    let mut grids = Vec::new();
    for leader in 0..group.len() {
        if root(&group, leader) != leader {
            continue;
        }
        let pick = |walls: &[Wall], shift: usize| {
            let members = walls
                .iter()
                .enumerate()
                .filter(|(n, _)| root(&group, n + shift) == leader);
            members.map(|(_, wall)| *wall).collect::<Vec<_>>()
        };
        let (across, along) = (pick(&walls.across, 0), pick(&walls.along, count));
        let (columns, rows) = (edges(&across, &along), edges(&along, &across));
        // One rule between two columns is enough where rules part the rows, too; those above and below columns of text
        // do not.
        let crosses = |wall: &&Wall| {
            let (from, to) = (wall.from + 2.0 * TOUCH, wall.to - 2.0 * TOUCH);
            across
                .iter()
                .any(|across| from < across.at && across.at < to)
        };
        let parted = across.len() >= 2 || along.iter().filter(crosses).count() >= 3;
        if parted && along.len() >= 2 && columns.len() >= 3 && rows.len() >= 3 {
            grids.push(Grid {
                across,
                along,
                columns,
                rows,
            });
        }
    }
    grids
}

fn root(group: &[usize], mut n: usize) -> usize {
    while group[n] != n {
        n = group[n];
    }
    n
}

/// The places of rules, and the ends of those that cross them if the table is open at its sides.
fn edges(walls: &[Wall], crossing: &[Wall]) -> Vec<f32> {
    let ends = crossing.iter().fold((f32::MAX, f32::MIN), |ends, wall| {
        (ends.0.min(wall.from), ends.1.max(wall.to))
    });
    let mut places: Vec<f32> = walls
        .iter()
        .map(|wall| wall.at)
        .chain([ends.0, ends.1])
        .collect();
    places.sort_by(f32::total_cmp);
    places.dedup_by(|a, b| *a - *b < 2.0 * TOUCH);
    places
}

impl Grid {
    /// Where a line is; `None` outside.
    fn cell(&self, line: &Line) -> Option<Place> {
        let (along, across) = (line.centre(), line.middle());
        let inside = |edges: &[f32], place: f32| {
            edges
                .first()
                .zip(edges.last())
                .is_some_and(|(first, last)| place > *first && place < *last)
        };
        if !inside(&self.columns, along) || !inside(&self.rows, across) {
            return None;
        }
        let before = |walls: &[Wall], place: f32, beside: f32| {
            walls
                .iter()
                .filter(|wall| wall.at <= place && wall.covers(beside))
                .map(|wall| wall.at)
                .fold(f32::MIN, f32::max)
        };
        let left = before(&self.across, along, across);
        let top = before(&self.along, across, along);
        let number = |edges: &[f32], place: f32| {
            edges
                .iter()
                .filter(|&&edge| edge <= place + TOUCH)
                .count()
                .saturating_sub(1)
        };
        let right = self
            .across
            .iter()
            .filter(|wall| wall.at > along && wall.covers(across))
            .map(|wall| wall.at)
            .fold(f32::MAX, f32::min);
        let column = number(&self.columns, left);
        let inside = self.columns.iter().skip(column + 1);
        let inside = inside.take_while(|edge| **edge < right - TOUCH).count();
        Some(Place {
            row: number(&self.rows, top),
            column,
            columns: (inside + 1).min(self.columns.len() - 1 - column).max(1),
        })
    }

    /// A table has rows with several cells; a frame around text has not.
    fn is_table(&self, cells: &[(usize, Place)]) -> bool {
        let mut filled: Vec<(usize, usize)> = cells
            .iter()
            .map(|&(_, place)| (place.row, place.column))
            .collect();
        filled.sort_unstable();
        filled.dedup();
        let several = filled
            .chunk_by(|a, b| a.0 == b.0)
            .filter(|row| row.len() >= 2)
            .count();
        several >= 2 || several == 1 && filled.chunk_by(|a, b| a.0 == b.0).count() >= 2
    }

    fn table(&self, lines: &[Line], cells: &[(usize, Place)]) -> Table {
        let mut cells = cells.to_vec();
        cells.sort_by(|a, b| {
            (a.1.row, a.1.column)
                .cmp(&(b.1.row, b.1.column))
                .then(lines[a.0].order.cmp(&lines[b.0].order))
        });
        let mut rows: Vec<(usize, Row)> = Vec::new();
        for &(n, place) in &cells {
            if rows.last().is_none_or(|(last, _)| *last != place.row) {
                rows.push((place.row, Row::new(self.columns.len() - 1, lines[n].area())));
            }
            if let Some((_, last)) = rows.last_mut() {
                last.add(place.column, &lines[n]);
                last.cells[place.column].columns = place.columns;
            }
        }
        let first = cells.iter().map(|&(n, _)| &lines[n]);
        let frame = first
            .clone()
            .map(|line| line.frame)
            .reduce(super::geometry::Frame::with)
            .unwrap_or_default();
        let mut table = Table {
            rows: rows.into_iter().map(|(_, row)| row).collect(),
            names: None,
            head: 0,
            grouped: false,
            columns: self
                .columns
                .windows(2)
                .map(|pair| (pair[0], pair[1]))
                .collect(),
            frame,
            size: first.clone().map(|line| line.size).fold(0.0, f32::max),
            order: first.map(|line| line.order).min().unwrap_or(0),
        };
        table.join_heads();
        table
    }
}

#[cfg(test)]
mod tests {
    use super::super::geometry::Course;
    use super::super::glyphs::Rule;
    use super::*;

    /// One rule between two columns, and level rules at these places.
    fn found(places: &[f32]) -> usize {
        let level = |&y: &f32| Rule {
            x0: 0.0,
            y0: y,
            x1: 200.0,
            y1: y,
        };
        let mut rules: Vec<Rule> = places.iter().map(level).collect();
        rules.push(Rule {
            x0: 80.0,
            y0: 0.0,
            x1: 80.0,
            y1: 90.0,
        });
        grids(&Walls::new(&rules, Course::Right)).len()
    }

    #[test]
    fn one_rule_between_columns_is_enough_where_rules_part_the_rows() {
        assert_eq!(found(&[0.0, 30.0, 60.0, 90.0]), 1);
        // A head and a foot with columns of text between them.
        assert_eq!(found(&[0.0, 90.0]), 0);
    }
}
