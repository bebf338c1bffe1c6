//! Tables without ruled lines: rows of short pieces that share baselines and keep to columns.

use super::cells::{Row, Table, weight};
use super::geometry::Frame;
use super::lines::Line;
use super::markers::is_only_marker;
use super::walls::Walls;

/// A gap between columns is at least this wide, in ems.
const GUTTER: f32 = 0.5;

/// Rows of a table without rules stand at most this far apart, in ems.
const ROW_STEP: f32 = 3.4;

/// A piece of this weight is a line of text rather than a cell.
pub(super) const LONG: usize = 24;

/// So many lines below each other are a column of text, though they may stand in a cell: reading them one after the
/// other is right in both.
const RUN: usize = 6;

/// The lines by their baselines, from the first to the last, each from its beginning on.
pub(super) fn baselines(lines: &[Line], flow: &[usize]) -> Vec<Vec<usize>> {
    let mut sorted = flow.to_vec();
    sorted.sort_by(|&a, &b| lines[a].base.total_cmp(&lines[b].base));
    let mut rows: Vec<Vec<usize>> = Vec::new();
    for n in sorted {
        match rows.last_mut() {
            Some(row) if lines[n].base - lines[row[0]].base < 0.3 * lines[n].size => row.push(n),
            _ => rows.push(vec![n]),
        }
    }
    for row in &mut rows {
        row.sort_by(|&a, &b| lines[a].frame.a0.total_cmp(&lines[b].frame.a0));
    }
    rows
}

/// Rows that may be a table.
#[derive(Debug)]
pub(super) struct Band {
    pub(super) rows: usize,
    columns: Vec<(f32, f32)>,
    size: f32,
}

impl Band {
    /// Rows from the first on, as long as they keep to columns.
    pub(super) fn grow(lines: &[Line], rows: &[Vec<usize>], walls: &Walls) -> Self {
        let spans = |row: &[usize]| {
            row.iter()
                .map(|&n| (lines[n].frame.a0, lines[n].frame.a1))
                .collect::<Vec<_>>()
        };
        let first = &rows[0];
        let size = lines[first[0]].size;
        let mut band = Self {
            rows: 1,
            columns: columns(spans(first), size),
            size,
        };
        if band.columns.len() < 2 {
            return band;
        }
        for (at, row) in rows.iter().enumerate().skip(1) {
            let step = lines[row[0]].base - lines[rows[at - 1][0]].base;
            let with = |row: &[usize]| {
                columns(
                    band.columns.iter().copied().chain(spans(row)).collect(),
                    size,
                )
            };
            let merged = with(row);
            // Columns of text end where a rule sets a table off.
            let long = |row: &[usize]| row.iter().any(|&n| weight(&lines[n].text) >= LONG);
            let set_off = long(&rows[at - 1])
                && !long(row)
                && band.is_cut(lines, rows[at - 1][0], row[0], walls);
            if step > ROW_STEP * size || set_off {
                break;
            }
            if merged.len() < band.columns.len() {
                // A line over several columns may stand between rows that keep to them.
                let next = rows
                    .get(at + 1)
                    .filter(|next| next.len() >= 2 && with(next).len() >= band.columns.len());
                if row.len() == 1 && next.is_some() && band.rows == at && band.columns.len() >= 3 {
                    band.rows = at + 1;
                    continue;
                }
                break;
            }
            band.columns = merged;
            if row.len() >= 2 {
                band.rows = at + 1;
            }
        }
        // The last row may have wrapped cells.
        let steps = rows[..band.rows]
            .windows(2)
            .map(|pair| lines[pair[1][0]].base - lines[pair[0][0]].base);
        let tight = steps
            .fold(f32::MAX, f32::min)
            .clamp(1.25 * size, 1.8 * size)
            * 1.1;
        while let (Some(row), Some(last)) = (rows.get(band.rows), rows.get(band.rows - 1)) {
            let line = &lines[row[0]];
            let wrapped = line.base - lines[last[0]].base < tight && row.len() == 1;
            if !wrapped || band.column(line) == Some(0) || band.column(line).is_none() {
                break;
            }
            band.rows += 1;
        }
        band
    }

    /// Whether a rule as wide as most of the columns stands between two lines.
    fn is_cut(&self, lines: &[Line], above: usize, below: usize, walls: &Walls) -> bool {
        let (left, right) = (self.columns[0].0, self.columns[self.columns.len() - 1].1);
        let wide = |from: f32, to: f32| to.min(right) - from.max(left) > 0.6 * (right - left);
        let (top, bottom) = (lines[above].middle(), lines[below].middle());
        walls
            .along
            .iter()
            .any(|wall| wall.at > top && wall.at < bottom && wide(wall.from, wall.to))
    }

    /// The column that a line stands in; `None`: in several or in none.
    fn column(&self, line: &Line) -> Option<usize> {
        let mut over = self
            .columns
            .iter()
            .enumerate()
            .filter(|(_, column)| line.frame.a0 < column.1 && line.frame.a1 > column.0);
        let first = over.next()?.0;
        over.next().is_none().then_some(first)
    }

    fn nearest(&self, line: &Line) -> usize {
        let middle = f32::midpoint(line.frame.a0, line.frame.a1);
        let inside = self
            .columns
            .iter()
            .position(|column| line.frame.a0 < column.1 && line.frame.a1 > column.0);
        inside.unwrap_or_else(|| {
            self.columns
                .iter()
                .filter(|column| column.1 < middle)
                .count()
                .min(self.columns.len() - 1)
        })
    }

    pub(super) fn is_table(&self, lines: &[Line], rows: &[Vec<usize>], walls: &Walls) -> bool {
        let several = rows.iter().filter(|row| row.len() >= 2).count();
        let (c0, c1) = (
            lines[rows[0][0]].frame.c0,
            lines[rows[rows.len() - 1][0]].frame.c1,
        );
        let (left, right) = (self.columns[0].0, self.columns[self.columns.len() - 1].1);
        let ruled = walls.along.iter().filter(|wall| {
            wall.at > c0 - 2.0 * self.size
                && wall.at < c1 + 2.0 * self.size
                && wall.to.min(right) - wall.from.max(left) > 0.6 * (right - left)
        });
        let ruled = ruled.count() >= 2;
        let enough = several >= 3 || several >= 2 && (self.columns.len() >= 3 || ruled);
        if !enough || self.is_list(lines, rows) {
            return false;
        }
        let cuts = rows
            .windows(2)
            .filter(|pair| self.is_cut(lines, pair[0][0], pair[1][0], walls))
            .count();
        cuts >= 2 && cuts * 5 >= rows.len() || !self.is_prose(lines, rows)
    }

    /// Whether the first column holds the marks of items.
    fn is_list(&self, lines: &[Line], rows: &[Vec<usize>]) -> bool {
        let mut firsts = rows
            .iter()
            .map(|row| &lines[row[0]])
            .filter(|line| self.column(line) == Some(0));
        self.columns.len() == 2 && firsts.all(|line| is_only_marker(&line.text))
    }

    /// Whether the columns are columns of text, to be read one after the other.
    fn is_prose(&self, lines: &[Line], rows: &[Vec<usize>]) -> bool {
        let mut columns: Vec<Vec<&Line>> = vec![Vec::new(); self.columns.len()];
        for &n in rows.iter().flatten() {
            columns[self.nearest(&lines[n])].push(&lines[n]);
        }
        let filled = columns.iter().zip(&self.columns).filter(|(column, place)| {
            let full = column
                .iter()
                .filter(|line| line.frame.a1 - line.frame.a0 > 0.8 * (place.1 - place.0))
                .count();
            let mut weights: Vec<usize> = column.iter().map(|line| weight(&line.text)).collect();
            weights.sort_unstable();
            column.len() >= 2 && full * 10 >= column.len() * 6 && weights[weights.len() / 2] >= LONG
        });
        if filled.count() >= 2 {
            return true;
        }
        // Tables are drawn row by row. Columns that are drawn one after the other are columns of text, unless
        // all cells are short and in line.
        let (returns, drawn) = self.steps(lines, rows);
        let runs = drawn.chunk_by(|a, b| a.1 == b.1 && weight(&lines[a.0].text) >= LONG);
        if runs.map(<[_]>::len).max().unwrap_or(0) >= RUN {
            return true;
        }
        let short = rows
            .iter()
            .flatten()
            .filter(|&&n| weight(&lines[n].text) <= 14)
            .count();
        let cells = rows.iter().flatten().count();
        let aligned = rows
            .iter()
            .filter(|row| row.len() == self.columns.len())
            .count();
        returns < 2 && !(short * 10 >= cells * 8 && aligned * 10 >= rows.len() * 7)
    }

    /// How often the content goes back to an earlier column, and the cells in the order of the content.
    fn steps(&self, lines: &[Line], rows: &[Vec<usize>]) -> (usize, Vec<(usize, usize)>) {
        let mut cells: Vec<(usize, usize)> = rows
            .iter()
            .flatten()
            .map(|&n| (n, self.nearest(&lines[n])))
            .collect();
        cells.sort_by_key(|&(n, _)| lines[n].order);
        (
            cells
                .windows(2)
                .filter(|pair| pair[1].1 < pair[0].1)
                .count(),
            cells,
        )
    }

    pub(super) fn table(&self, lines: &[Line], rows: &[Vec<usize>], walls: &Walls) -> Table {
        let all: Vec<usize> = rows.iter().flatten().copied().collect();
        let frame = all
            .iter()
            .skip(1)
            .fold(lines[all[0]].frame, |frame, &n| frame.with(lines[n].frame));
        let (returns, cells) = self.steps(lines, rows);
        let several = rows.iter().filter(|row| row.len() >= 2).count();
        let groups = self
            .between_rules(lines, rows, walls, frame)
            .or_else(|| (returns * 2 >= several).then(|| self.by_content(lines, &cells)))
            .unwrap_or_else(|| self.by_place(lines, rows));
        let row = |group: &Vec<usize>| {
            let mut row = Row::new(self.columns.len(), lines[group[0]].area());
            let mut group = group.clone();
            group.sort_by(|&a, &b| lines[a].base.total_cmp(&lines[b].base));
            group
                .iter()
                .for_each(|&n| row.add(self.nearest(&lines[n]), &lines[n]));
            row
        };
        Table {
            rows: groups.iter().map(row).collect(),
            names: None,
            columns: self.columns.clone(),
            frame,
            size: self.size,
            order: all.iter().map(|&n| lines[n].order).min().unwrap_or(0),
        }
    }

    /// Rows between rules, where most rows have one.
    fn between_rules(
        &self,
        lines: &[Line],
        rows: &[Vec<usize>],
        walls: &Walls,
        frame: Frame,
    ) -> Option<Vec<Vec<usize>>> {
        let width = frame.a1 - frame.a0;
        let edges: Vec<f32> = walls
            .along
            .iter()
            .filter(|wall| {
                wall.at > frame.c0
                    && wall.at < frame.c1
                    && wall.to.min(frame.a1) - wall.from.max(frame.a0) > 0.6 * width
            })
            .map(|wall| wall.at)
            .collect();
        let mut groups = vec![Vec::new(); edges.len() + 1];
        for &n in rows.iter().flatten() {
            groups[edges
                .iter()
                .filter(|&&edge| edge < lines[n].middle())
                .count()]
            .push(n);
        }
        groups.retain(|group: &Vec<usize>| !group.is_empty());
        (groups.len() >= 3 && groups.len() * 2 >= rows.len()).then_some(groups)
    }

    /// Rows by the order of the content: a row begins where it goes back to an earlier column.
    fn by_content(&self, lines: &[Line], cells: &[(usize, usize)]) -> Vec<Vec<usize>> {
        let mut groups: Vec<Vec<usize>> = Vec::new();
        for (at, &(n, column)) in cells.iter().enumerate() {
            let begins = match at.checked_sub(1).map(|before| cells[before]) {
                None => true,
                Some((_, last)) if column < last => true,
                Some((before, last)) if column == last => self.begins_row(lines, cells, at, before),
                // To the right, but below all of the row.
                Some(_) => groups.last().is_some_and(|group| {
                    group
                        .iter()
                        .all(|&other| lines[n].frame.c0 > lines[other].frame.c1 - 0.2 * self.size)
                }),
            };
            if begins {
                groups.push(vec![n]);
            } else if let Some(group) = groups.last_mut() {
                group.push(n);
            }
        }
        groups
    }

    /// Whether a piece below another one in the same column begins a row, or goes on in the same cell: what stands
    /// beside it in the next column tells.
    fn begins_row(
        &self,
        lines: &[Line],
        cells: &[(usize, usize)],
        at: usize,
        before: usize,
    ) -> bool {
        let (n, column) = cells[at];
        let tight = lines[n].base - lines[before].base < 1.5 * self.size;
        let next = cells[at..].iter().find(|&&(_, other)| other != column);
        match next {
            Some(&(other, next_column)) if next_column > column => {
                let beside = (lines[other].base - lines[n].base).abs() < 0.3 * self.size;
                let above = lines[other].base < lines[n].base;
                beside || !above && !tight
            }
            _ => !tight || column == 0,
        }
    }

    /// Rows by their places: a line of cells that has none in the first column goes on.
    fn by_place(&self, lines: &[Line], rows: &[Vec<usize>]) -> Vec<Vec<usize>> {
        let mut groups: Vec<Vec<usize>> = Vec::new();
        let mut last = f32::MIN;
        for row in rows {
            let tight = lines[row[0]].base - last < 1.35 * self.size;
            last = lines[row[0]].base;
            let first = row.iter().any(|&n| self.nearest(&lines[n]) == 0);
            match groups.last_mut() {
                Some(group) if tight && !first && row.len() < self.columns.len() => {
                    group.extend(row);
                }
                _ => groups.push(row.clone()),
            }
        }
        groups
    }
}

/// Puts stretches that overlap or nearly touch together.
fn columns(mut spans: Vec<(f32, f32)>, size: f32) -> Vec<(f32, f32)> {
    spans.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut out: Vec<(f32, f32)> = Vec::new();
    for span in spans {
        match out.last_mut() {
            Some(last) if span.0 - last.1 < GUTTER * size => last.1 = last.1.max(span.1),
            _ => out.push(span),
        }
    }
    out
}
