//! Where columns end and begin that nearly touch.

use super::cells::is_number;
use super::lines::Line;
use super::runs::{AT_ONE, STEP};

/// A gap between columns is at least this wide, in ems.
const GUTTER: f32 = 0.5;

/// As much where an edge of a column is known.
const LEAST: f32 = 0.08;

/// So many numbers that end at one place are set to the right edge of their column.
const NUMBERS: usize = 3;

/// So many rows at most are looked at.
const ROWS: usize = 60;

/// Edges of columns that nearly touch the next one.
#[derive(Debug)]
pub(super) struct Edges {
    size: f32,
    /// Where cells begin that were parted from what stands close before them.
    begins: Vec<f32>,
    /// Where numbers end that are set to the right.
    ends: Vec<f32>,
}

impl Edges {
    /// The edges in the first of these rows that follow each other closely.
    pub(super) fn of(lines: &[Line], rows: &[Vec<usize>], size: f32) -> Self {
        let rows = &rows[..rows.len().min(ROWS)];
        let is_close = |pair: &&[Vec<usize>]| {
            lines[pair[1][0]].base - lines[pair[0][0]].base < 2.0 * STEP * size
        };
        let close = 1 + rows.windows(2).take_while(is_close).count();
        let own = || rows.iter().take(close);
        let begins = own().flatten().map(|&n| &lines[n]);
        let begins = begins.filter(|line| line.is_cell);
        // A number at the beginning is that of an item or a chapter.
        let inner = own().flat_map(|row| row.iter().skip(1)).map(|&n| &lines[n]);
        let is_one = |line: &&Line| is_number(&line.text) && !line.text.contains(' ');
        let numbers = inner.filter(is_one);
        let mut numbers: Vec<f32> = numbers.map(|line| line.frame.a1).collect();
        numbers.sort_by(f32::total_cmp);
        let columns = numbers.chunk_by(|a, b| b - a < AT_ONE * size);
        Self {
            size,
            begins: begins.map(|line| line.frame.a0).collect(),
            ends: columns
                .filter(|column| column.len() >= NUMBERS)
                .map(|column| column[column.len() / 2])
                .collect(),
        }
    }

    /// As if no edge was known.
    pub(super) fn without(size: f32) -> Self {
        Self {
            size,
            begins: Vec::new(),
            ends: Vec::new(),
        }
    }

    /// Puts stretches that overlap or nearly touch together, but not over an edge.
    pub(super) fn columns(&self, mut spans: Vec<(f32, f32)>) -> Vec<(f32, f32)> {
        spans.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut out: Vec<(f32, f32)> = Vec::new();
        for span in spans {
            match out.last_mut() {
                Some(last) if !self.parts(*last, span) => last.1 = last.1.max(span.1),
                _ => out.push(span),
            }
        }
        out
    }

    /// Whether a row has words that begin before their column does, close behind the one before: names of another table.
    pub(super) fn squeezes_in(
        &self,
        lines: &[Line],
        row: &[usize],
        columns: &[(f32, f32)],
    ) -> bool {
        let is_beside = |n: &usize| {
            let line = &lines[*n];
            let (from, to) = (line.frame.a0, line.frame.a1);
            let begins_before =
                |column: &(f32, f32)| from < column.0 - LEAST * self.size && to > column.0;
            let is_behind =
                |column: &(f32, f32)| (LEAST..GUTTER).contains(&((from - column.1) / self.size));
            !line.is_cell
                && !is_number(&line.text)
                && columns.iter().any(begins_before)
                && columns.iter().any(is_behind)
        };
        row.len() >= 2 && row.iter().any(is_beside)
    }

    /// Whether two stretches are two columns.
    fn parts(&self, last: (f32, f32), next: (f32, f32)) -> bool {
        let gap = (next.0 - last.1) / self.size;
        let is_at = |edges: &[f32], place: f32| {
            let mut edges = edges.iter();
            edges.any(|edge| (edge - place).abs() < AT_ONE * self.size)
        };
        let is_edge = || {
            is_at(&self.begins, next.0) || is_at(&self.ends, last.1) || is_at(&self.ends, next.1)
        };
        gap >= GUTTER || gap >= LEAST && is_edge()
    }
}

#[cfg(test)]
mod tests {
    use super::super::cells::Table;
    use super::super::lines::Line;
    use super::super::tables::take;
    use super::super::walls::Walls;

    fn rows(rows: &[&[(&str, f32, f32)]]) -> Vec<String> {
        let mut lines = Vec::new();
        for (n, row) in rows.iter().enumerate() {
            for &(text, from, to) in *row {
                let line = Line::plain(text, (from, to), 20.0 + 14.0 * n as f32, 10.0);
                lines.push(Line {
                    order: lines.len(),
                    ..line
                });
            }
        }
        let tables = take(&mut lines, &Walls::default());
        let texts = tables.iter().flat_map(Table::texts);
        texts.map(|(text, _)| text).collect()
    }

    #[test]
    fn names_at_the_left_of_columns_name_numbers_at_their_right() {
        let texts = rows(&[
            &[
                ("Place", 10.0, 35.0),
                ("Visits", 60.0, 90.0),
                ("Cost", 120.0, 140.0),
                ("Total", 180.0, 205.0),
            ],
            &[
                ("mill", 10.0, 30.0),
                ("638", 103.0, 118.0),
                ("2299", 158.0, 178.0),
                ("17", 228.0, 238.0),
            ],
            &[
                ("bridge", 10.0, 40.0),
                ("91", 108.0, 118.0),
                ("735", 163.0, 178.0),
                ("4", 233.0, 238.0),
            ],
            &[
                ("ferry", 10.0, 35.0),
                ("1204", 98.0, 118.0),
                ("88", 168.0, 178.0),
                ("205", 223.0, 238.0),
            ],
        ]);
        assert_eq!(
            texts[1..3],
            [
                "Place: mill | Visits: 638 | Cost: 2299 | Total: 17",
                "Place: bridge | Visits: 91 | Cost: 735 | Total: 4"
            ]
        );
    }
}
