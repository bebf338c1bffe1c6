//! Which lines of a table without ruled lines are a row: by the rules between rows, by the order in which the content has
//! them, or by their places.

use super::bands::{Band, LONG, baselines};
use super::cells::{is_number, weight};
use super::characters::{is_finished, is_ideographic, is_prose};
use super::geometry::Frame;
use super::lines::Line;
use super::measure::ends_before;
use super::walls::Walls;

/// Two distances are the same within this share.
const AS_CLOSE: f32 = 1.12;

/// Lines of a cell are at most so far apart, in ems.
const WIDEST_LEAD: f32 = 2.4;

/// Rows are apart where so much more than the lead of a cell lies between them.
const GAP_BETWEEN_ROWS: f32 = 1.25;

/// A cell of a table has at most so many lines, however the table is drawn.
const MOST_LINES: usize = 12;

impl Band {
    /// The rows, each with its lines.
    pub(super) fn groups(
        &self,
        lines: &[Line],
        rows: &[Vec<usize>],
        walls: &Walls,
        frame: Frame,
    ) -> Vec<Vec<usize>> {
        let (returns, cells) = self.steps(lines, rows);
        let several = rows.iter().filter(|row| row.len() >= 2).count();
        if let Some(groups) = self.between_rules(lines, rows, walls, frame) {
            return groups;
        }
        if let Some(groups) = self.drawn_late(lines, rows) {
            return groups;
        }
        let groups = self
            .drawn_by_rows(lines, rows)
            .or_else(|| self.by_gaps(lines, rows))
            .or_else(|| {
                let groups = (returns * 2 >= several).then(|| self.by_content(lines, &cells));
                groups.filter(|groups| 5 * self.overlaps(lines, groups) <= groups.len())
            })
            .unwrap_or_else(|| self.by_place(lines, rows));
        self.join_running(lines, groups)
    }

    /// Joins rows that are lines of the same cells, where the content has them line by line: each cell of the lower one
    /// goes on with a sentence from a full line above it.
    fn join_running(&self, lines: &[Line], groups: Vec<Vec<usize>>) -> Vec<Vec<usize>> {
        let is_by_line = |pair: &[&usize]| {
            let (a, b) = (&lines[*pair[0]], &lines[*pair[1]]);
            a.order < b.order && a.base < b.base + 0.3 * self.size
        };
        let all: Vec<&usize> = groups.iter().flatten().collect();
        if !all.windows(2).all(is_by_line) {
            return groups;
        }
        let mut joined: Vec<Vec<usize>> = Vec::new();
        for group in groups {
            match joined.last_mut() {
                Some(last) if self.runs_on(lines, last, &group) => last.extend(group),
                _ => joined.push(group),
            }
        }
        joined
    }

    /// Whether each cell of a row goes on with the text of the cell above it: that one is full and ends no sentence, and
    /// some cell plainly begins amid one.
    fn runs_on(&self, lines: &[Line], above: &[usize], below: &[usize]) -> bool {
        // The first and the last line of the cell above, and the first of the one below.
        let lines_in = |column: usize| {
            let is_own = |n: &&usize| self.nearest(&lines[**n]) == column;
            let begin = above.iter().find(is_own)?;
            let last = above.iter().rfind(is_own)?;
            let first = below.iter().find(is_own)?;
            Some((&lines[*begin], &lines[*last], &lines[*first]))
        };
        let columns = self.columns_of(lines, below);
        let cells: Option<Vec<_>> = columns.iter().map(|&column| lines_in(column)).collect();
        let is_full = |(column, (_, last, first)): (&usize, &(&Line, &Line, &Line))| {
            weight(&last.text) >= LONG
                && first.base - last.base < WIDEST_LEAD * self.size
                && !is_finished(&last.text)
                && !ends_before(last, self.columns[*column], Some(first))
        };
        // Small letters say nothing where cells begin with them, and ideographs only amid a sentence.
        let is_small = |line: &Line| line.text.starts_with(char::is_lowercase);
        let is_amid = |(begin, last, first): &(&Line, &Line, &Line)| {
            let ideographs =
                first.text.starts_with(is_ideographic) && last.text.ends_with(is_ideographic);
            is_small(first) && !is_small(begin) || ideographs && is_prose(&last.text)
        };
        cells.is_some_and(|cells| {
            cells.iter().any(is_amid) && columns.iter().zip(&cells).all(is_full)
        })
    }

    /// How often the content goes back to an earlier column, and the cells in the order of the content.
    pub(super) fn steps(
        &self,
        lines: &[Line],
        rows: &[Vec<usize>],
    ) -> (usize, Vec<(usize, usize)>) {
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

    /// The first or the last column, if it is drawn as a whole and the others row by row: it is no part of their rows.
    pub(super) fn set_apart(&self, lines: &[Line], rows: &[Vec<usize>]) -> Option<usize> {
        let (_, cells) = self.steps(lines, rows);
        let last = self.columns.len().checked_sub(1)?;
        [0, last].into_iter().find(|&column| {
            let own = cells.iter().filter(|cell| cell.1 == column).count();
            let first = cells.iter().take_while(|cell| cell.1 == column).count();
            let end = cells
                .iter()
                .rev()
                .take_while(|cell| cell.1 == column)
                .count();
            let others = cells.iter().filter(|cell| cell.1 != column);
            let others: Vec<usize> = others.map(|cell| cell.1).collect();
            let returns = others.windows(2).filter(|pair| pair[1] < pair[0]).count();
            own >= 2 && (first == own || end == own) && returns >= 2
        })
    }

    /// The rows as the content has them, if it can have no columns of text: it draws the cells of a row, one with several
    /// lines among them, and goes back to an earlier column only below all of them.
    pub(super) fn drawn_by_rows(
        &self,
        lines: &[Line],
        rows: &[Vec<usize>],
    ) -> Option<Vec<Vec<usize>>> {
        let (_, cells) = self.steps(lines, rows);
        let groups = self.by_content(lines, &cells);
        let per_column = |group: &Vec<usize>| {
            let mut counts = vec![0; self.columns.len()];
            group
                .iter()
                .for_each(|&n| counts[self.nearest(&lines[n])] += 1);
            counts
        };
        let counts: Vec<Vec<usize>> = groups.iter().map(per_column).collect();
        let full = |counts: &&Vec<usize>| counts.iter().filter(|count| **count > 0).count() > 1;
        let wrapped = counts
            .iter()
            .any(|counts| counts.iter().any(|count| *count > 1));
        let columns_of_text = counts.iter().flatten().any(|count| *count > MOST_LINES);
        (groups.len() >= 3
            && wrapped
            && !columns_of_text
            && counts.iter().filter(full).count() * 3 >= groups.len() * 2
            && self.overlaps(lines, &groups) == 0)
            .then_some(groups)
    }

    /// How many rows end below the beginning of the next.
    fn overlaps(&self, lines: &[Line], groups: &[Vec<usize>]) -> usize {
        let ends = |group: &Vec<usize>| {
            let frames = group.iter().map(|&n| lines[n].frame);
            frames.fold((f32::MAX, f32::MIN), |ends, frame| {
                (ends.0.min(frame.c0), ends.1.max(frame.c1))
            })
        };
        let over = |pair: &&[Vec<usize>]| ends(&pair[1]).0 <= ends(&pair[0]).1 - 0.3 * self.size;
        groups.windows(2).filter(over).count()
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
        let parted = groups.iter().map(|group| self.counted(lines, group));
        let parted: Vec<Vec<Vec<usize>>> = parted.collect();
        // Where each row has its rules, its cells have several lines; two with a name in each are rows where others have one.
        let is_named = |row: &Vec<usize>| self.columns_of(lines, row).first() == Some(&0);
        let are_rows = |group: &Vec<Vec<usize>>| group.len() == 2 && group.iter().all(is_named);
        let has_single = || {
            groups
                .iter()
                .skip(1)
                .any(|group| baselines(lines, group).len() == 1)
        };
        let several = parted.iter().any(|group| group.len() > 2)
            || parted.iter().any(are_rows) && has_single();
        let fits = groups.len() >= 3 && groups.len() * 2 >= rows.len();
        match several && groups.len() >= 2 {
            true => Some(parted.concat()),
            false => fits.then_some(groups),
        }
    }

    /// The rows in what stands between two rules: several where a column has a number in each of its lines, or each line has
    /// a name and a number, else one, whose cells have several lines.
    fn counted(&self, lines: &[Line], group: &[usize]) -> Vec<Vec<usize>> {
        let rows = baselines(lines, group);
        let number_in = |row: &Vec<usize>, column: usize| {
            let mut cells = row.iter().filter(|&&n| self.nearest(&lines[n]) == column);
            matches!((cells.next(), cells.next()), (Some(&n), None) if is_number(&lines[n].text))
        };
        // A line over several columns is a title of the rows below it.
        let is_title = |row: &Vec<usize>| row.len() == 1 && self.column(&lines[row[0]]).is_none();
        let (titles, full): (Vec<_>, Vec<_>) = rows.iter().partition(|row| is_title(row));
        let columns = || 1..self.columns.len();
        let has_numbers = |column: usize| full.iter().all(|row| number_in(row, column));
        // Cells may be empty where each row has its name.
        let is_named = |row: &&Vec<usize>| {
            self.columns_of(lines, row).first() == Some(&0)
                && columns().any(|column| number_in(row, column))
        };
        let is_full = |row: &&Vec<usize>| self.columns_of(lines, row).len() >= 2;
        let parts = full.len() > 1 || !titles.is_empty() && !full.is_empty();
        let counts = columns().any(has_numbers) || full.iter().all(is_named);
        match full.iter().all(is_full) && parts && counts {
            true => rows,
            false => vec![group.to_vec()],
        }
    }

    /// Rows by the order of the content: a row begins where it goes back to an earlier column.
    fn by_content(&self, lines: &[Line], cells: &[(usize, usize)]) -> Vec<Vec<usize>> {
        let spacing = self.spacing(lines, cells);
        let mut groups: Vec<Vec<usize>> = Vec::new();
        for (at, &(n, column)) in cells.iter().enumerate() {
            let begins = match at.checked_sub(1).map(|before| cells[before]) {
                None => true,
                Some((_, last)) if column < last => true,
                Some((before, last)) if column == last => {
                    let step = lines[n].base - lines[before].base;
                    match spacing.rows_apart {
                        true => step > spacing.lead * AS_CLOSE,
                        false => {
                            self.begins_row(lines, cells, at, spacing.is_tight(step, self.size))
                        }
                    }
                }
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

    /// How far the lines of a cell are from each other, and whether rows are farther.
    fn spacing(&self, lines: &[Line], cells: &[(usize, usize)]) -> Spacing {
        let base = |&(n, _): &(usize, usize)| lines[n].base;
        let inside = cells.windows(2).filter(|pair| pair[0].1 == pair[1].1);
        let steps = inside.map(|pair| base(&pair[1]) - base(&pair[0]));
        let lead = steps
            .filter(|step| *step > 0.5 * self.size)
            .fold(f32::MAX, f32::min);
        let rows: Vec<&[(usize, usize)]> = cells.chunk_by(|a, b| a.1 <= b.1).collect();
        let gaps = rows.windows(2).map(|pair| {
            let top = pair[1].iter().map(base).fold(f32::MAX, f32::min);
            let bottom = pair[0].iter().map(base).fold(f32::MIN, f32::max);
            top - bottom
        });
        Spacing {
            lead,
            rows_apart: gaps.fold(f32::MAX, f32::min) > lead * AS_CLOSE,
        }
    }

    /// Whether a piece below another one in the same column begins a row, or goes on in the same cell: what stands
    /// beside it in the next column tells.
    fn begins_row(&self, lines: &[Line], cells: &[(usize, usize)], at: usize, tight: bool) -> bool {
        let (n, column) = cells[at];
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

    /// Rows by the gaps between them, where lines in a cell are closer and most rows have several cells.
    fn by_gaps(&self, lines: &[Line], rows: &[Vec<usize>]) -> Option<Vec<Vec<usize>>> {
        let base = |row: &Vec<usize>| lines[row[0]].base;
        let steps = rows.windows(2).map(|pair| base(&pair[1]) - base(&pair[0]));
        let lead = steps.fold(f32::MAX, f32::min);
        if lead > WIDEST_LEAD * self.size {
            return None;
        }
        let close = |a: &Vec<usize>, b: &Vec<usize>| base(b) - base(a) < lead * GAP_BETWEEN_ROWS;
        // Where a row is as close to the one above as the lines of a cell are, gaps tell nothing.
        let is_row = |row: &Vec<usize>| {
            let columns = self.columns_of(lines, row);
            columns.first() == Some(&0) && columns.len() * 3 >= self.columns.len() * 2
        };
        let merges = |pair: &[Vec<usize>]| close(&pair[0], &pair[1]) && is_row(&pair[1]);
        if rows.windows(2).any(merges) {
            return None;
        }
        let groups: Vec<&[Vec<usize>]> = rows.chunk_by(close).collect();
        let several = |group: &&&[Vec<usize>]| self.columns_of(lines, &group.concat()).len() >= 2;
        let tallest = groups.iter().map(|group| group.len()).max().unwrap_or(0);
        let fits = groups.len() >= 3
            && (2..=MOST_LINES).contains(&tallest)
            && groups.iter().filter(several).count() * 3 >= groups.len() * 2;
        fits.then(|| groups.into_iter().map(<[_]>::concat).collect())
    }

    /// The columns in which these lines stand, ascending.
    fn columns_of(&self, lines: &[Line], row: &[usize]) -> Vec<usize> {
        let mut columns: Vec<usize> = row.iter().map(|&n| self.nearest(&lines[n])).collect();
        columns.sort_unstable();
        columns.dedup();
        columns
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

/// How the lines of a table are set.
struct Spacing {
    /// The least distance of two lines of a cell; the largest number if there are none.
    lead: f32,
    /// Between two rows there is more.
    rows_apart: bool,
}

impl Spacing {
    /// Whether two pieces of a column are as close as lines of a cell.
    fn is_tight(&self, step: f32, size: f32) -> bool {
        step < 1.5 * size || step < WIDEST_LEAD * size && step < self.lead * AS_CLOSE
    }
}
