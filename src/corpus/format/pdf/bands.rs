//! Tables without ruled lines: rows of short pieces that share baselines and keep to columns.

use super::cells::{Row, Table, is_number, weight};
use super::column_edges::Edges;
use super::lines::Line;
use super::markers::{is_only_marker, is_section_number, starts_note};
use super::walls::Walls;

/// Rows of a table without rules stand at most this far apart, in ems.
pub(super) const ROW_STEP: f32 = 3.4;

/// As far with a rule between them, as pages of the web pad them.
const PADDED_STEP: f32 = 6.0;

/// A line of its own is a heading where it is so much larger than the cells.
const LARGER: f32 = 1.15;

/// The numbers of lines are smaller than the lines, or in other letters.
const SMALLER: f32 = 0.95;

/// A piece of this weight is a line of text rather than a cell.
pub(super) const LONG: usize = 24;

/// Cells begin at one place within so much, in ems.
const AT_ONE: f32 = 0.15;

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
    pub(super) columns: Vec<(f32, f32)>,
    pub(super) size: f32,
    edges: Edges,
}

impl Band {
    /// Rows from the first on, as long as they keep to columns.
    pub(super) fn grow(lines: &[Line], rows: &[Vec<usize>], walls: &Walls) -> Self {
        let size = lines[rows[0][0]].size;
        let edges = Edges::of(lines, rows, size);
        let mut band = Self {
            rows: 1,
            columns: edges.columns(spans(lines, &rows[0])),
            size,
            edges,
        };
        if band.columns.len() < 2 {
            return band;
        }
        for (at, row) in rows.iter().enumerate().skip(1) {
            let merged = band.with(lines, row);
            if band.ends_above(lines, (rows, at), &merged, walls)
                || band.is_squeezed_into(lines, row)
            {
                break;
            }
            if band.keeps(&merged) {
                band.columns = merged;
                if row.len() >= 2 {
                    band.rows = at + 1;
                }
            } else if band.rows == at && band.is_over_columns(lines, rows, at) {
                band.rows = at + 1;
            } else {
                break;
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
            // What is drawn before the other cells of the row is a line of its first cell.
            let in_first =
                band.column(line) == Some(0) && !last.iter().any(|&n| lines[n].order > line.order);
            if !wrapped || in_first || band.column(line).is_none() {
                break;
            }
            band.rows += 1;
        }
        band
    }

    /// The columns with the pieces of another row.
    fn with(&self, lines: &[Line], row: &[usize]) -> Vec<(f32, f32)> {
        let own = self.columns.iter().copied();
        self.edges.columns(own.chain(spans(lines, row)).collect())
    }

    /// Whether a row fits only because edges part it from columns close by, and has words there.
    fn is_squeezed_into(&self, lines: &[Line], row: &[usize]) -> bool {
        let own = self.columns.iter().copied();
        let spans = own.chain(spans(lines, row)).collect();
        let merged = Edges::without(self.size).columns(spans);
        !self.keeps(&merged) && self.edges.squeezes_in(lines, row, &self.columns)
    }

    /// Whether each column is still one by itself: columns that a row joins are fewer, though it may add one.
    fn keeps(&self, merged: &[(f32, f32)]) -> bool {
        let has_column = |(from, to): &&(f32, f32)| {
            let first = self.columns.partition_point(|column| column.0 < *from);
            let column = self.columns.get(first);
            column.is_some_and(|column| column.1 <= *to)
        };
        merged.iter().filter(has_column).count() == self.columns.len()
    }

    /// Whether the band ends above a row, be its columns the same or not. `merged` are those with the row.
    fn ends_above(
        &self,
        lines: &[Line],
        (rows, at): (&[Vec<usize>], usize),
        merged: &[(f32, f32)],
        walls: &Walls,
    ) -> bool {
        let (last, row) = (&rows[at - 1], &rows[at]);
        let step = lines[row[0]].base - lines[last[0]].base;
        let is_cut = || self.is_cut(lines, last[0], row[0], walls);
        let farthest = match row.len() >= 2 && is_cut() {
            true => PADDED_STEP,
            false => ROW_STEP,
        };
        // Columns of text end where a rule sets a table off.
        let long = |row: &[usize]| row.iter().any(|&n| weight(&lines[n].text) >= LONG);
        let set_off = || long(last) && !long(row) && is_cut();
        // What stands over several columns, of which nothing tells which, is no row of the table below it: heads, an address.
        let over_several = || {
            let pieces = self.edges.columns(spans(lines, row));
            let is_filled = |column: &&(f32, f32)| {
                let mut inside = pieces.iter();
                inside.any(|piece| column.0 <= piece.0 && piece.1 <= column.1)
            };
            // Wide spaces between words stand elsewhere in the next row.
            let keeps_next = || {
                let next = rows.get(at + 1).map_or(&[][..], Vec::as_slice);
                let both = spans(lines, row).into_iter().chain(spans(lines, next));
                self.edges.columns(both.collect()).len() >= pieces.len()
            };
            // Names begin where their columns do, from the first on, though wide spaces part the words below them.
            let begins =
                |n: &usize, other: &usize| begins_at(&lines[*n], lines[*other].frame.a0, self.size);
            let are_names = || {
                numbers(lines, row) < 2
                    && begins(&last[0], &row[0])
                    && last
                        .iter()
                        .all(|n| row.iter().any(|other| begins(n, other)))
            };
            merged.iter().filter(is_filled).count() < pieces.len() && !are_names() && keeps_next()
        };
        step > farthest * self.size
            || set_off()
            || rows[..at].iter().rev().all(|other| row.len() > other.len()) && over_several()
            || is_heading(lines, rows, at)
    }

    /// Whether a row stands over several columns, between rows that keep to them: one line, or the name of a row and values
    /// that belong to several columns each. Two cells that begin where the first two columns do need no row below them.
    fn is_over_columns(&self, lines: &[Line], rows: &[Vec<usize>], at: usize) -> bool {
        let row = &rows[at];
        let next = rows.get(at + 1).filter(|next| next.len() >= 2);
        let is_named = |next: &[usize]| {
            row.len() < self.columns.len()
                && self.column(&lines[row[0]]) == Some(0)
                && numbers(lines, next) >= 2
        };
        let begins =
            |(n, column): (&usize, &(f32, f32))| begins_at(&lines[*n], column.0, self.size);
        let is_in_line = || row.len() == 2 && row.iter().zip(&self.columns).all(begins);
        self.columns.len() >= 3
            && (is_in_line()
                || next.is_some_and(|next| {
                    (row.len() == 1 || is_named(next)) && self.keeps(&self.with(lines, next))
                }))
    }

    /// How many rows right above the band belong to its first row: lines of tall cells, which are drawn among the others.
    pub(super) fn above(&self, lines: &[Line], before: &[Vec<usize>], own: &[Vec<usize>]) -> usize {
        let first = own.iter().flatten().map(|&n| lines[n].order).min();
        let mut below = own[0][0];
        let belongs = |row: &&Vec<usize>| {
            let close = lines[below].base - lines[row[0]].base < ROW_STEP * self.size;
            below = row[0];
            close
                && row
                    .iter()
                    .all(|&n| Some(lines[n].order) > first && self.column(&lines[n]).is_some())
        };
        before.iter().rev().take_while(belongs).count()
    }

    /// Whether a rule as wide as most of the columns stands between two lines.
    pub(super) fn is_cut(&self, lines: &[Line], above: usize, below: usize, walls: &Walls) -> bool {
        let (left, right) = (self.columns[0].0, self.columns[self.columns.len() - 1].1);
        let wide = |from: f32, to: f32| to.min(right) - from.max(left) > 0.6 * (right - left);
        let (top, bottom) = (lines[above].middle(), lines[below].middle());
        walls
            .along
            .iter()
            .any(|wall| wall.at > top && wall.at < bottom && wide(wall.from, wall.to))
    }

    /// The column that a line stands in; `None`: in several or in none.
    pub(super) fn column(&self, line: &Line) -> Option<usize> {
        let mut over = (0..self.columns.len()).filter(|&at| self.is_over(line, at));
        let first = over.next()?;
        over.next().is_none().then_some(first)
    }

    /// How many columns a line stands over.
    fn columns_under(&self, line: &Line) -> usize {
        (0..self.columns.len())
            .filter(|&at| self.is_over(line, at))
            .count()
    }

    fn is_over(&self, line: &Line, column: usize) -> bool {
        let (from, to) = self.columns[column];
        line.frame.a0 < to && line.frame.a1 > from
    }

    /// The column that a line belongs to: the first that it stands in, or else the closest.
    pub(super) fn nearest(&self, line: &Line) -> usize {
        let gap = |at: usize| {
            let (from, to) = self.columns[at];
            (from - line.frame.a1).max(line.frame.a0 - to).max(0.0)
        };
        let columns = 0..self.columns.len();
        let inside = columns.clone().find(|&at| self.is_over(line, at));
        let closest = || columns.min_by(|&a, &b| gap(a).total_cmp(&gap(b)));
        inside.or_else(closest).unwrap_or(0)
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
        if self.drawn_late(lines, rows).is_some() || self.drawn_by_rows(lines, rows).is_some() {
            return true;
        }
        let cuts = rows
            .windows(2)
            .filter(|pair| self.is_cut(lines, pair[0][0], pair[1][0], walls))
            .count();
        cuts >= 2 && cuts * 5 >= rows.len() || !self.is_prose(lines, rows)
    }

    /// Whether the first column holds the marks of items, and of notes below them perhaps.
    fn is_list(&self, lines: &[Line], rows: &[Vec<usize>]) -> bool {
        if self.is_listing(lines, rows) {
            return true;
        }
        let firsts = rows
            .iter()
            .map(|row| &lines[row[0]])
            .filter(|line| self.column(line) == Some(0));
        // Values are as long as numbers of sections, but no words stand beside each of them.
        let is_titled = |row: &Vec<usize>| {
            let title = row.last().map_or("", |&n| lines[n].text.as_str());
            is_section_number(&lines[row[0]].text) && title.contains(char::is_alphabetic)
        };
        let has_titles = rows.iter().all(|row| row.len() == 2 && is_titled(row));
        let is_mark = |line: &&Line| is_only_marker(&line.text) || has_titles;
        let (items, others): (Vec<_>, Vec<_>) = firsts.partition(is_mark);
        let is_note = |line: &&Line| starts_note(&line.text) && line.text.chars().count() <= 2;
        self.columns.len() == 2 && !items.is_empty() && others.iter().all(is_note)
    }

    /// Whether the rows are the lines of a program, with the number of each before it in other letters: all that is typed with
    /// a typewriter may be a table.
    fn is_listing(&self, lines: &[Line], rows: &[Vec<usize>]) -> bool {
        let number = |row: &Vec<usize>| {
            let (number, code) = (&lines[row[0]], row.get(1).map(|&n| &lines[n]));
            let is_other = |code: &Line| !number.mono || number.size < SMALLER * code.size;
            let is_code = row[1..].iter().all(|&n| lines[n].mono) && code.is_none_or(is_other);
            number.text.parse::<u32>().ok().filter(|_| is_code)
        };
        let numbers: Option<Vec<u32>> = rows.iter().map(number).collect();
        let counts = |pair: &[u32]| pair[0] + 1 == pair[1];
        // Numbers that are drawn as a column would be read as one.
        let full = rows.iter().filter(|row| row.len() > 1).count();
        let is_by_line = || self.steps(lines, rows).0 + 1 >= full;
        numbers.is_some_and(|numbers| numbers.windows(2).all(counts)) && is_by_line()
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

    /// The table of these rows, below one whose lines are known.
    pub(super) fn table(
        &self,
        lines: &[Line],
        first: &[usize],
        rows: &[Vec<usize>],
        walls: &Walls,
    ) -> Table {
        let all: Vec<usize> = first.iter().chain(rows.iter().flatten()).copied().collect();
        let frame = all
            .iter()
            .skip(1)
            .fold(lines[all[0]].frame, |frame, &n| frame.with(lines[n].frame));
        let mut groups = self.groups(lines, rows, walls, frame);
        if !first.is_empty() {
            groups.insert(0, first.to_vec());
        }
        let row = |group: &Vec<usize>| {
            let mut row = Row::new(self.columns.len(), lines[group[0]].area());
            let mut group = group.clone();
            group.sort_by(|&a, &b| lines[a].base.total_cmp(&lines[b].base));
            for &n in &group {
                let column = self.nearest(&lines[n]);
                row.add(column, &lines[n]);
                row.cells[column].columns = self.columns_under(&lines[n]);
            }
            row
        };
        let mut table = Table {
            rows: groups.iter().map(row).collect(),
            names: None,
            head: 0,
            grouped: false,
            columns: self.columns.clone(),
            frame,
            size: self.size,
            order: all.iter().map(|&n| lines[n].order).min().unwrap_or(0),
        };
        table.put_heads_over_values();
        table
    }
}

/// Whether a row is a heading between two tables: one line that is larger than all before it, or bold where the row before
/// is not, above a row of names that are bold or stand over numbers.
fn is_heading(lines: &[Line], rows: &[Vec<usize>], at: usize) -> bool {
    let is_bold = |row: &Vec<usize>| row.iter().all(|&n| lines[n].bold);
    let ([line], Some(next)) = (rows[at].as_slice(), rows.get(at + 1)) else {
        return false;
    };
    // A sum has a number.
    let has_number = |n: &usize| lines[*n].text.contains(char::is_numeric);
    let is_head = next.len() >= 2 && !next.iter().any(has_number);
    let over_numbers = || {
        rows.get(at + 2)
            .is_some_and(|row| row.iter().any(has_number))
    };
    let mut before = rows[..at].iter().flatten();
    let is_larger = before.all(|&n| lines[*line].size > LARGER * lines[n].size);
    let begins_bold = is_bold(&rows[at]) && !is_bold(&rows[at - 1]);
    is_head
        && match is_bold(next) {
            true => is_larger || begins_bold,
            false => is_larger && over_numbers(),
        }
}

/// Whether a line begins at a place, within a share of the size.
pub(super) fn begins_at(line: &Line, place: f32, size: f32) -> bool {
    (line.frame.a0 - place).abs() < AT_ONE * size
}

/// How many cells of a row are numbers.
fn numbers(lines: &[Line], row: &[usize]) -> usize {
    row.iter().filter(|n| is_number(&lines[**n].text)).count()
}

/// The stretches of the lines of a row.
fn spans(lines: &[Line], row: &[usize]) -> Vec<(f32, f32)> {
    let frames = row.iter().map(|&n| &lines[n].frame);
    frames.map(|frame| (frame.a0, frame.a1)).collect()
}
