//! Heads over several columns of a table without a grid: `Calm` over `Hand` and `Machine`, in the middle above them or with a
//! rule below it that is as wide as its columns are.

use super::bands::{Band, ROW_STEP, baselines, begins_at};
use super::cells::{Table, is_number};
use super::characters::is_finished;
use super::grids::RULES;
use super::lines::Line;
use super::markers::is_caption;
use super::walls::{TOUCH, Walls};
use crate::corpus::format::column_names::BELOW;

/// A head stands in the middle of its columns within this share of their distance.
const OFF_MIDDLE: f32 = 0.3;

/// So many rows below one are looked at: the name of a column without a group may stand between.
const BELOW_HEAD: usize = 2;

/// The names of columns have at most so many lines.
const MOST_LINES: usize = 3;

/// A line over several lines of a row below it.
#[derive(Debug)]
pub(super) struct GroupHead {
    pub(super) line: usize,
    below: Vec<usize>,
}

/// Takes the heads of groups out of the rows of a flow: they belong to no column.
pub(super) fn take(lines: &[Line], rows: &mut Vec<Vec<usize>>, walls: &Walls) -> Vec<GroupHead> {
    let mut heads: Vec<GroupHead> = Vec::new();
    for at in 0..rows.len() {
        let is_top = is_top(lines, rows, at);
        if !is_top && !rows[at - 1].iter().any(|n| is_head(&heads, *n)) {
            continue;
        }
        let ruled: Vec<GroupHead> = rows[at]
            .iter()
            .filter_map(|&n| over_rule(lines, rows, (at, n), walls))
            .collect();
        // A second line of heads is closer to them than to the names below it, or has rules of its own.
        let step = |n: usize| match (rows.get(n), rows.get(n + 1)) {
            (Some(row), Some(next)) => lines[next[0]].base - lines[row[0]].base,
            _ => f32::MAX,
        };
        let is_level = ruled.len() == rows[at].len();
        if is_top || is_level || step(at - 1) <= step(at) * 1.05 {
            heads.extend(match ruled.is_empty() {
                true => by_place(lines, rows, at),
                false => ruled,
            });
        }
    }
    rows.iter_mut()
        .for_each(|row| row.retain(|n| !is_head(&heads, *n)));
    rows.retain(|row| !row.is_empty());
    heads
}

fn is_head(heads: &[GroupHead], line: usize) -> bool {
    heads.iter().any(|head| head.line == line)
}

/// Whether a row may be the first of a table: no row of several cells stands right above it.
fn is_top(lines: &[Line], rows: &[Vec<usize>], at: usize) -> bool {
    let Some(above) = at.checked_sub(1).map(|above| &rows[above]) else {
        return true;
    };
    let (last, line) = (&lines[above[0]], &lines[rows[at][0]]);
    above.len() < 2 || line.base - last.base > ROW_STEP * line.size
}

/// The numbers of the rows right below one.
fn below<'r>(
    lines: &'r [Line],
    rows: &'r [Vec<usize>],
    at: usize,
) -> impl Iterator<Item = usize> + 'r {
    let base = lines[rows[at][0]].base;
    let is_close = move |&below: &usize| {
        let line = &lines[rows[below][0]];
        line.base - base < ROW_STEP * line.size
    };
    (at + 1..rows.len()).take(BELOW_HEAD).take_while(is_close)
}

/// The line as the head of a group with a rule below it, which covers several lines of the next row, but neither all of
/// them nor another line of its own row.
fn over_rule(
    lines: &[Line],
    rows: &[Vec<usize>],
    (at, n): (usize, usize),
    walls: &Walls,
) -> Option<GroupHead> {
    if walls.pieces.len() > RULES {
        return None;
    }
    let line = &lines[n];
    let is_near = |place: f32| place > line.middle() && place < line.base + line.size;
    let mut rules = walls.pieces.iter();
    let rule = rules.find(|wall| is_near(wall.at) && wall.covers(line.centre()))?;
    let is_under = |&&n: &&usize| {
        let place = lines[n].centre();
        rule.from - TOUCH < place && place < rule.to + TOUCH
    };
    let under = |row: &Vec<usize>| row.iter().filter(is_under).copied().collect::<Vec<_>>();
    if under(&rows[at]).len() > 1 {
        return None;
    }
    let next = below(lines, rows, at).find(|&next| !under(&rows[next]).is_empty())?;
    if lines[rows[next][0]].middle() <= rule.at {
        return None;
    }
    let below = under(&rows[next]);
    // A rule as wide as the table is none of a group, and a sentence or a caption stands above the table.
    let mut table = rows[at..].iter().take(next + 2 - at).flatten();
    let is_name = !is_finished(&line.text) && !is_caption(&line.text);
    (below.len() > 1 && is_name && table.any(|n| !is_under(&n)))
        .then_some(GroupHead { line: n, below })
}

/// The heads of groups in a row by their places: each stands in the middle above its own lines of a row below, or begins
/// where the first of them does.
fn by_place(lines: &[Line], rows: &[Vec<usize>], at: usize) -> Vec<GroupHead> {
    // The name of the column before or behind all groups may stand beside their heads.
    let over = |row: &[usize]| {
        let (first, last) = (&lines[row[0]], &lines[row[row.len() - 1]]);
        let is_over = |n: &usize| (first.frame.a0..last.frame.a1).contains(&lines[*n].centre());
        rows[at].iter().copied().filter(is_over).collect::<Vec<_>>()
    };
    let mut below = below(lines, rows, at).map(|next| (&rows[next], over(&rows[next])));
    let found = below.find(|(row, heads)| heads.len() > 1 && row.len() >= 2 * heads.len());
    let Some((row, heads)) = found else {
        return Vec::new();
    };
    let begins_with = |head: &usize| {
        let head = &lines[*head];
        let near = |n: &usize| begins_at(&lines[*n], head.frame.a0, head.size);
        row.iter().position(near)
    };
    let begins: Vec<Option<usize>> = heads.iter().map(begins_with).collect();
    let parts = match begins.iter().flatten().count() {
        0 => in_middle(lines, &heads, row),
        _ => begins
            .into_iter()
            .collect::<Option<Vec<usize>>>()
            .and_then(|begins| evenly(&begins, row.len())),
    };
    let head = |(&line, part): (&usize, std::ops::Range<usize>)| GroupHead {
        line,
        below: row[part].to_vec(),
    };
    heads
        .iter()
        .zip(parts.unwrap_or_default())
        .map(head)
        .collect()
}

/// The parts of a row that begin at these places, where all are as long: nothing else tells where the last one ends.
fn evenly(begins: &[usize], end: usize) -> Option<Vec<std::ops::Range<usize>>> {
    let ends = begins.iter().skip(1).copied().chain([end]);
    let parts: Vec<_> = begins
        .iter()
        .zip(ends)
        .map(|(&from, to)| from..to)
        .collect();
    let first = parts.first()?.len();
    (first > 1 && parts.iter().all(|part| part.len() == first)).then_some(parts)
}

/// The parts of a row that have a head in the middle above each.
fn in_middle(
    lines: &[Line],
    heads: &[usize],
    row: &[usize],
) -> Option<Vec<std::ops::Range<usize>>> {
    let tops: Vec<f32> = heads.iter().map(|&n| lines[n].centre()).collect();
    let halves: Vec<f32> = tops
        .windows(2)
        .map(|pair| (pair[1] - pair[0]) / 2.0)
        .collect();
    let part = |n: usize| {
        // A group reaches halfway to the next one, and at the edges as far as to the inner side.
        let before = halves[n.saturating_sub(1)];
        let behind = halves[n.min(halves.len() - 1)];
        let place = |at: usize| lines[row[at]].centre();
        let inside = |at: &usize| (tops[n] - before..tops[n] + behind).contains(&place(*at));
        let first = (0..row.len()).find(inside)?;
        let last = (0..row.len()).rfind(inside)?;
        let off = (f32::midpoint(place(first), place(last)) - tops[n]).abs();
        let fits = first < last && off < OFF_MIDDLE * (place(last) - place(first));
        fits.then_some(first..last + 1)
    };
    (0..heads.len()).map(part).collect()
}

/// The heads that stand over these lines, from the top down.
pub(super) fn above<'h>(heads: &'h [GroupHead], rows: &[Vec<usize>]) -> Vec<&'h GroupHead> {
    let mut found: Vec<&GroupHead> = Vec::new();
    // Heads of heads stand above those.
    for head in heads.iter().rev() {
        let is_own = |line: &usize| {
            rows.iter().any(|row| row.contains(line))
                || found.iter().any(|other| other.line == *line)
        };
        if head.below.iter().all(is_own) {
            found.push(head);
        }
    }
    found.reverse();
    found
}

/// Puts heads that stand amid the rows of a table back, as rows.
pub(super) fn put_back(
    lines: &[Line],
    heads: &[GroupHead],
    mut rows: Vec<Vec<usize>>,
) -> Vec<Vec<usize>> {
    let base = |row: &[usize]| lines[row[0]].base;
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else {
        return rows;
    };
    let within = base(first)..base(last);
    let amid = heads.iter().map(|head| head.line);
    let amid: Vec<usize> = amid.filter(|&n| within.contains(&lines[n].base)).collect();
    rows.extend(baselines(lines, &amid));
    rows.sort_by(|a, b| base(a).total_cmp(&base(b)));
    rows
}

impl Band {
    /// The lines of the first row of a table, and the rows below it. What stands between the heads of its groups and what they
    /// are over is one row with that, the names of columns that are in no group, and so is what a rule parts from the rest.
    pub(super) fn first_row(
        &self,
        lines: &[Line],
        heads: &[&GroupHead],
        (before, own): (&[Vec<usize>], &[Vec<usize>]),
        walls: &Walls,
    ) -> (Vec<usize>, Vec<Vec<usize>>) {
        if heads.is_empty() {
            return (Vec::new(), own.to_vec());
        }
        let tops = heads.iter().map(|head| lines[head.line].base);
        let top = tops.fold(f32::MAX, f32::min);
        let is_between = |row: &&Vec<usize>| lines[row[0]].base > top - 0.3 * self.size;
        let is_under = |row: &Vec<usize>| {
            let mut below = heads.iter().flat_map(|head| &head.below);
            below.any(|line| row.contains(line))
        };
        let under = own.iter().position(is_under).unwrap_or(0);
        let has_number = |row: &Vec<usize>| row.iter().any(|&n| is_number(&lines[n].text));
        let is_name = |(at, _): &(usize, &[Vec<usize>])| *at == under || !has_number(&own[*at]);
        let pairs = own.windows(2).enumerate().skip(under).take(MOST_LINES);
        let is_cut = |pair: &[Vec<usize>]| self.is_cut(lines, pair[0][0], pair[1][0], walls);
        let mut cuts = pairs.take_while(is_name).filter(|(_, pair)| is_cut(pair));
        // Without a rule, what is closer to the names than to the first row with numbers is a second line of them.
        let step = |at: usize| lines[own[at + 1][0]].base - lines[own[at][0]].base;
        let is_second = || {
            under + 2 < own.len()
                && !has_number(&own[under + 1])
                && has_number(&own[under + 2])
                && step(under) * 1.05 < step(under + 1)
        };
        let end = match cuts.next() {
            Some((at, _)) => at + 1,
            None => under + 1 + usize::from(is_second()),
        };
        let above = before.iter().rev().take_while(is_between);
        let first = above.chain(&own[..end]).flatten().copied();
        (first.collect(), own[end..].to_vec())
    }
}

impl Table {
    /// Names the groups with the columns in them, in the first row: `Calm > Hand`.
    pub(super) fn name_groups(&mut self, lines: &[Line], heads: &[&GroupHead]) {
        let Some(first) = self.rows.first_mut() else {
            return;
        };
        for (at, head) in heads.iter().enumerate().rev() {
            let (from, to) = ends(lines, heads, head);
            let name = &lines[head.line];
            // A head of two lines has the same below both.
            let is_one = heads[at + 1..]
                .iter()
                .any(|other| other.below == head.below);
            let between = if is_one { " " } else { BELOW };
            let is_below = |at: &usize| self.columns[*at].1 > from && self.columns[*at].0 < to;
            let below: Vec<usize> = (0..self.columns.len()).filter(is_below).collect();
            let is_named = |at: &usize| !first.cells[*at].text.is_empty();
            let named: Vec<usize> = below.iter().copied().filter(is_named).collect();
            for &at in &named {
                let own = std::mem::take(&mut first.cells[at].text);
                first.cells[at].text = format!("{}{between}{own}", name.text);
            }
            if let (true, Some(&at)) = (named.is_empty(), below.first()) {
                first.cells[at].text.clone_from(&name.text);
            }
            first.area = first.area.with(name.area());
            self.frame = self.frame.with(name.frame);
            self.order = self.order.min(name.order);
            self.grouped = true;
        }
    }
}

/// The middles of the first and the last column below a head, through the heads that are below it.
fn ends(lines: &[Line], heads: &[&GroupHead], head: &GroupHead) -> (f32, f32) {
    let below = head.below.iter().map(|line| {
        let inner = heads.iter().find(|other| other.line == *line);
        let place = lines[*line].centre();
        inner.map_or((place, place), |inner| ends(lines, heads, inner))
    });
    below.fold((f32::MAX, f32::MIN), |all, own| {
        (all.0.min(own.0), all.1.max(own.1))
    })
}

#[cfg(test)]
mod tests {
    use super::super::tables::take as tables;
    use super::super::walls::Wall;
    use super::*;

    /// Rows of texts with their middles, 14 points apart.
    fn page(rows: &[&[(&str, f32)]]) -> Vec<Line> {
        let mut lines = Vec::new();
        for (n, row) in rows.iter().enumerate() {
            for &(text, middle) in *row {
                let half = 2.5 * text.len() as f32;
                let base = 20.0 + 14.0 * n as f32;
                lines.push(Line {
                    order: lines.len(),
                    ..Line::plain(text, (middle - half, middle + half), base, 10.0)
                });
            }
        }
        lines
    }

    fn rule(at: f32, from: f32, to: f32) -> Wall {
        Wall { at, from, to }
    }

    fn texts(mut lines: Vec<Line>, along: Vec<Wall>) -> Vec<String> {
        let walls = Walls {
            pieces: along.clone(),
            along,
            ..Walls::default()
        };
        let found = tables(&mut lines, &walls);
        let texts = found.iter().flat_map(Table::texts).map(|(text, _)| text);
        texts
            .chain(lines.into_iter().map(|line| line.text))
            .collect()
    }

    const DATA: [&[(&str, f32)]; 2] = [
        &[
            ("Oslo", 20.0),
            ("1", 80.0),
            ("2", 130.0),
            ("3", 180.0),
            ("4", 230.0),
        ],
        &[
            ("Rome", 20.0),
            ("5", 80.0),
            ("6", 130.0),
            ("7", 180.0),
            ("8", 230.0),
        ],
    ];

    #[test]
    fn heads_in_the_middle_above_their_columns_name_them() {
        let heads: [&[(&str, f32)]; 2] = [
            &[("Calm", 105.0), ("Storm", 205.0)],
            &[
                ("Port", 20.0),
                ("Hand", 80.0),
                ("Car", 130.0),
                ("Hand", 180.0),
                ("Car", 230.0),
            ],
        ];
        let rows = [heads, DATA].concat();
        let all = texts(page(&rows), Vec::new());
        assert_eq!(
            all[1],
            "Port: Oslo | Calm > Hand: 1 | Calm > Car: 2 | Storm > Hand: 3 | Storm > Car: 4"
        );
        assert_eq!(all.len(), 3);
    }

    #[test]
    fn a_head_with_a_rule_below_it_names_the_columns_under_the_rule() {
        let heads: [&[(&str, f32)]; 3] = [
            &[("People", 80.0)],
            &[("Port", 20.0)],
            &[
                ("Men", 80.0),
                ("Women", 130.0),
                ("Cars", 180.0),
                ("Dogs", 230.0),
            ],
        ];
        let rows = [&heads[..], &DATA[..]].concat();
        let wide = rule(10.0, 0.0, 250.0);
        let all = texts(page(&rows), vec![wide, rule(24.0, 60.0, 150.0)]);
        assert_eq!(
            all[1],
            "Port: Oslo | People > Men: 1 | People > Women: 2 | Cars: 3 | Dogs: 4"
        );
        // As wide as the table, the rule is that of its title.
        let all = texts(page(&rows), vec![wide, rule(24.0, 0.0, 250.0)]);
        assert!(all.contains(&"People".to_owned()), "{all:?}");
    }

    #[test]
    fn rows_of_cells_that_are_not_above_others_are_no_heads() {
        let heads: [&[(&str, f32)]; 1] = [&[("sent", 80.0), ("paid", 180.0)]];
        let rows = [&heads[..], &DATA[..]].concat();
        let lines = page(&rows);
        let mut rows = baselines(&lines, &(0..lines.len()).collect::<Vec<_>>());
        assert!(take(&lines, &mut rows, &Walls::default()).is_empty());
        assert_eq!(rows.len(), 3);
    }
}
