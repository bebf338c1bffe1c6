//! Tables whose cells of several lines are drawn after all cells of one line, as LibreOffice Calc does. Their rows are known by
//! the cells that are drawn first.

use super::bands::{Band, LONG};
use super::cells::weight;
use super::lines::Line;

/// Fewer rows tell nothing.
const ROWS: usize = 3;

/// On one baseline within so much, in ems.
const ON: f32 = 0.3;

/// Rows of cells that have several lines beside them are so much farther apart than the lines, if one column alone shows
/// the rows.
const APART: f32 = 1.5;

/// A cell has at most so many lines.
const MOST_LINES: usize = 40;

/// Where the cells of several lines stand in their rows.
#[derive(Debug, Clone, Copy)]
enum Set {
    Top,
    Middle,
    Bottom,
}

impl Band {
    /// The rows, if the first has a name for each column and the content has its lines first, then the cells of one line row
    /// by row, and then those of several lines.
    pub(super) fn drawn_late(
        &self,
        lines: &[Line],
        rows: &[Vec<usize>],
    ) -> Option<Vec<Vec<usize>>> {
        let (_, cells) = self.steps(lines, rows);
        let base = |cell: &(usize, usize)| lines[cell.0].base;
        let goes_up = |pair: &[(usize, usize)]| base(&pair[1]) < base(&pair[0]) - ON * self.size;
        let split = 1 + cells.windows(2).position(goes_up)?;
        let (early, late) = cells.split_at(split);
        let is_same = |a: &(usize, usize), b: &(usize, usize)| base(b) - base(a) < ON * self.size;
        let early: Vec<&[(usize, usize)]> = early.chunk_by(is_same).collect();
        let (head, anchors) = early.split_first()?;
        let named = |column: usize| head.iter().any(|cell| cell.1 == column);
        let top = base(&head[0]);
        let in_rows = |cell: &(usize, usize)| {
            let line = &lines[cell.0];
            named(cell.1) && line.base > top + ON * self.size && self.column(line) == Some(cell.1)
        };
        let is_long = |cell: &&(usize, usize)| weight(&lines[cell.0].text) >= LONG;
        let firsts = anchors.iter().flat_map(|row| row.iter());
        let short = firsts.filter(|cell| !is_long(cell)).count();
        let all: usize = anchors.iter().map(|row| row.len()).sum();
        let shown = anchors.iter().filter(|row| row.len() >= 2).count();
        if anchors.len() < ROWS
            || head.len() < 2
            || late.len() < ROWS
            || !late.iter().all(in_rows)
            || short * 10 < all * 8
        {
            return None;
        }
        let places: Vec<f32> = anchors.iter().map(|row| base(&row[0])).collect();
        let lead = self.lead(lines, late)?;
        let apart = places
            .windows(2)
            .filter(|pair| pair[1] - pair[0] > APART * lead);
        // Where one column alone shows the rows, it may be a list beside a text.
        if shown * 2 < anchors.len() && apart.count() * 2 < places.len() {
            return None;
        }
        let set = self.set(lines, late, &places);
        let numbers = |row: &[(usize, usize)]| row.iter().map(|cell| cell.0).collect::<Vec<_>>();
        let mut groups: Vec<Vec<usize>> = early.iter().map(|row| numbers(row)).collect();
        // The lines of each cell.
        let mut counts = vec![vec![0_usize; self.columns.len()]; anchors.len()];
        for cell in late {
            let row = set.row(base(cell), &places, ON * self.size);
            groups[1 + row].push(cell.0);
            counts[row][cell.1] += 1;
        }
        let most = |rows: &[Vec<usize>]| rows.iter().flatten().max().copied().unwrap_or(0);
        let (last, others) = counts.split_at(anchors.len() - 1);
        let (last, most) = (most(others), most(last));
        // A table that is drawn by rows has all others, with their names, below the first that has a cell of two lines.
        let bottom = places[places.len() - 1] + ON * self.size;
        let is_name = |cell: &(usize, usize)| cell.1 == 0 && base(cell) > bottom;
        let ends = last <= most + 2 && !late.iter().any(is_name);
        (ends && most <= MOST_LINES).then_some(groups)
    }

    /// How far the lines of a cell are from each other.
    fn lead(&self, lines: &[Line], late: &[(usize, usize)]) -> Option<f32> {
        let inside = late.windows(2).filter(|pair| pair[0].1 == pair[1].1);
        let steps = inside.map(|pair| lines[pair[1].0].base - lines[pair[0].0].base);
        steps
            .filter(|step| *step > 0.5 * self.size)
            .min_by(f32::total_cmp)
    }

    /// Where the cells stand beside those of one line: the first line of all is that of a row, or the last one is.
    fn set(&self, lines: &[Line], late: &[(usize, usize)], places: &[f32]) -> Set {
        let on = |base: f32| (places[nearest(places, base)] - base).abs() < ON * self.size;
        let bases = || late.iter().map(|cell| lines[cell.0].base);
        let begins = on(bases().fold(f32::MAX, f32::min));
        let ends = on(bases().fold(f32::MIN, f32::max));
        match (begins, ends) {
            (true, false) => Set::Top,
            (false, true) => Set::Bottom,
            (false, false) => Set::Middle,
            // A first and a last row of one line tell nothing: the lines between others are closer to their own row.
            (true, true) => {
                let pairs = late.windows(2);
                let steps = pairs.map(|pair| (lines[pair[0].0].base, lines[pair[1].0].base));
                let down: Vec<(f32, f32)> = steps.filter(|(a, b)| b > a).collect();
                let step = |(a, b): &(f32, f32)| b - a;
                let below = down.iter().filter(|(a, _)| on(*a)).map(step);
                let above = down.iter().filter(|(_, b)| on(*b)).map(step);
                match below.fold(f32::MAX, f32::min) < above.fold(f32::MAX, f32::min) {
                    true => Set::Top,
                    false => Set::Bottom,
                }
            }
        }
    }
}

impl Set {
    /// The row, of those at these places, of a line.
    fn row(self, base: f32, places: &[f32], on: f32) -> usize {
        let last = places.len() - 1;
        match self {
            Self::Top => places
                .partition_point(|place| *place <= base + on)
                .saturating_sub(1),
            Self::Bottom => places.partition_point(|place| *place < base - on).min(last),
            Self::Middle => nearest(places, base),
        }
    }
}

/// The nearest of places that ascend.
fn nearest(places: &[f32], base: f32) -> usize {
    let after = places.partition_point(|place| *place < base);
    let before = after.saturating_sub(1);
    match places.get(after) {
        Some(next) if next - base < (base - places[before]).abs() => after,
        _ => before,
    }
}

#[cfg(test)]
mod tests {
    use super::super::cells::Table;
    use super::super::tables::take;
    use super::super::walls::Walls;
    use super::*;

    const TEXTS: [[&str; 2]; 3] = [
        ["The mill grinds rye and", "oats from the hills."],
        ["The bridge is closed in", "winter for the ice."],
        ["The ferry was sold to a", "man from the town."],
    ];

    /// Rows of a name, a number and a text of two lines, which begin so many points below the number. The texts are drawn last.
    fn sheet(below: [f32; 2]) -> Vec<String> {
        let mut lines = Vec::new();
        let mut draw = |text: &str, from: f32, base: f32| {
            let to = from + 5.0 * text.len() as f32;
            let line = Line::plain(text, (from, to), base, 10.0);
            let order = lines.len();
            lines.push(Line { order, ..line });
        };
        let base = |row: usize| 48.0 + 28.0 * row as f32;
        for (text, from) in [("Place", 10.0), ("Visits", 80.0), ("Remark", 140.0)] {
            draw(text, from, 20.0);
        }
        for (row, (name, number)) in [("mill", "638"), ("bridge", "91"), ("ferry", "7")]
            .iter()
            .enumerate()
        {
            draw(name, 10.0, base(row));
            draw(number, 80.0, base(row));
        }
        for (row, texts) in TEXTS.iter().enumerate() {
            for (text, below) in texts.iter().zip(below) {
                draw(text, 140.0, base(row) + below);
            }
        }
        let tables = take(&mut lines, &Walls::default());
        let texts = tables.iter().flat_map(Table::texts);
        texts.map(|(text, _)| text).collect()
    }

    #[test]
    fn cells_of_several_lines_that_are_drawn_last_are_in_their_rows() {
        for below in [[0.0, 12.0], [-12.0, 0.0], [-6.0, 6.0]] {
            let rows = sheet(below);
            assert_eq!(
                rows[1..],
                [
                    "Place: mill | Visits: 638 | Remark: The mill grinds rye and oats from the hills.",
                    "Place: bridge | Visits: 91 | Remark: The bridge is closed in winter for the ice.",
                    "Place: ferry | Visits: 7 | Remark: The ferry was sold to a man from the town.",
                ],
                "{below:?}"
            );
        }
    }
}
