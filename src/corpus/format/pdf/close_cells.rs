//! Cells that nearly touch, as spreadsheets print them: a number that ends at the right edge of its column beside a text that
//! begins at the left edge of the next one, and a text that fills its column. Both look like two words of a line.

use super::geometry::Course;
use super::limits::COMPARED;
use super::markers::is_only_marker;
use super::runs::{AT_ONE, GAP, Placed, Run, STEP};

/// Letters of a word stand closer, in ems.
const LEAST: f32 = 0.1;

/// Cells begin at one place within so much, in ems: a writer gives each of them its place.
const BEGINS: f32 = 0.03;

/// So many rows make a column.
const ROWS: usize = 3;

/// Numbers that are set to the right begin at places that differ by so much, in ems.
const VARY: f32 = 0.3;

/// So many gaps of a row are looked at; lines of words have fewer.
const JOINTS: usize = 500;

/// A number has at most so many letters.
const NUMBER: usize = 24;

/// Marks of items have so many Latin letters: `iv.`
const MARKER: usize = 3;

/// So many rows at most are looked at above and below one whose cell is full.
const BACK: usize = 12;

/// Level runs on one baseline, from the left.
struct Row<'r> {
    /// Rows that follow each other closely are one part of the page.
    part: usize,
    base: f32,
    size: f32,
    runs: Vec<(usize, &'r Run)>,
}

/// A gap that is wide enough to be one between cells, in a run or between two.
#[derive(Debug, Clone, Copy)]
struct Joint {
    row: usize,
    /// Which run of the row is behind it.
    run: usize,
    /// The first glyph behind it; 0: the run begins there.
    at: usize,
    from: f32,
    to: f32,
}

/// Where runs have to be parted: the number of the run, and of the first glyph behind the gap; 0 where it is parted already.
pub(super) fn cuts(runs: &[Run]) -> Vec<(usize, usize)> {
    if runs.len() > COMPARED {
        return Vec::new();
    }
    let rows = rows(runs);
    if rows.iter().filter(|row| row.runs.len() >= 2).count() < ROWS {
        return Vec::new();
    }
    let mut cuts = behind_numbers(&rows);
    cuts.extend(behind_full_cells(&rows));
    cuts
}

/// As much between the names of columns, when the cells below them are parted.
pub(super) fn cuts_of_names(runs: &[Run]) -> Vec<(usize, usize)> {
    match runs.len() > COMPARED {
        true => Vec::new(),
        false => between_names(&rows(runs)),
    }
}

fn rows(runs: &[Run]) -> Vec<Row<'_>> {
    let is_level = |(_, run): &(usize, &Run)| run.course == Course::Right && !run.vertical;
    let level = runs.iter().enumerate().filter(is_level);
    let mut level: Vec<(f32, f32, usize, &Run)> = level
        .map(|(n, run)| (run.base(), run.size(), n, run))
        .collect();
    level.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut rows: Vec<Row<'_>> = Vec::new();
    for (base, size, n, run) in level {
        if let Some(row) = rows.last_mut()
            && base - row.base < 0.3 * size
        {
            row.runs.push((n, run));
            continue;
        }
        let part = rows.last().map_or(0, |last| {
            last.part + usize::from(base - last.base >= STEP * size)
        });
        rows.push(Row {
            part,
            base,
            size,
            runs: vec![(n, run)],
        });
    }
    for row in &mut rows {
        row.runs.sort_by(|a, b| start(a.1).total_cmp(&start(b.1)));
    }
    rows
}

/// Gaps behind numbers that are set to the right, at one place in several rows, where words begin at one place too.
fn behind_numbers(rows: &[Row<'_>]) -> Vec<(usize, usize)> {
    let mut columns: Vec<Vec<Joint>> = Vec::new();
    for (n, row) in rows.iter().enumerate().filter(|row| row.1.runs.len() >= 2) {
        // A row that begins with a number is an item, a line of a program or an entry of contents.
        let is_inner = |joint: &Joint| joint.run > usize::from(joint.at == 0);
        let inner = row.joints(n).filter(is_inner);
        for joint in inner.filter(|joint| row.is_number_before(joint)) {
            let goes_on = |column: &&mut Vec<Joint>| {
                column.last().is_some_and(|last| {
                    rows[last.row].part == row.part
                        && (last.from - joint.from).abs() < AT_ONE * row.size
                        && is_at(last.to, joint.to, row.size)
                })
            };
            match columns.iter_mut().rev().find(goes_on) {
                Some(column) => column.push(joint),
                None => columns.push(vec![joint]),
            }
        }
    }
    columns.retain(|column| is_column(rows, column));
    let joints = columns.iter().flatten();
    joints.map(|joint| rows[joint.row].cut(joint)).collect()
}

/// Whether numbers end and words begin at one place because two columns meet there.
fn is_column(rows: &[Row<'_>], joints: &[Joint]) -> bool {
    let Some(first) = joints.first().filter(|_| joints.len() >= ROWS) else {
        return false;
    };
    let texts = joints.iter().map(|joint| rows[joint.row].behind(joint));
    let texts: Vec<String> = texts.collect();
    let is_worded = |text: &&String| {
        let mut words = text.split(' ');
        words
            .next()
            .is_some_and(|word| word.contains(char::is_alphabetic))
    };
    // `12 km`, `9 km`, `120 km`.
    let is_unit = texts.iter().all(|text| *text == texts[0]);
    let starts = joints
        .iter()
        .map(|joint| rows[joint.row].before(joint)[0].a0);
    let (least, most) = starts.fold((f32::MAX, f32::MIN), |(least, most), at| {
        (least.min(at), most.max(at))
    });
    let size = rows[first.row].size;
    // A head, or another line of a cell.
    let begins_there = |row: &Row<'_>| {
        let mut runs = row.runs.iter();
        runs.any(|run| is_at(start(run.1), first.to, size))
    };
    let is_named = || near(rows, first.row).any(begins_there);
    let worded = texts.iter().filter(is_worded).count();
    worded * 2 >= texts.len() && (!is_unit && most - least > VARY * size || is_named())
}

/// The rows above one, as long as they follow each other closely.
fn near<'r>(rows: &'r [Row<'r>], row: usize) -> impl Iterator<Item = &'r Row<'r>> {
    let above = rows[..row].iter().rev().take(BACK);
    above.take_while(move |other| other.part == rows[row].part)
}

/// Gaps at the place where a column begins in the rows above and below, in runs that begin with the column before it.
fn behind_full_cells(rows: &[Row<'_>]) -> Vec<(usize, usize)> {
    let mut cuts = Vec::new();
    for (n, row) in rows.iter().enumerate() {
        let mut left = (usize::MAX, 0.0);
        for joint in row.joints(n).filter(|joint| joint.at > 0) {
            if left.0 != joint.run {
                left = (joint.run, start(row.runs[joint.run].1));
            }
            let before = row.before(&joint);
            let is_marker = || is_marker(&text_of(before));
            let is_typed = before.last().is_some_and(|last| last.mono);
            // Dots lead to what stands at the end.
            let next = row.runs[joint.run].1.placed.get(joint.at);
            let leads = next.is_some_and(|next| &*next.text == ".");
            if !is_typed
                && !leads
                && has_columns(row, rows[..n].iter().rev(), (left.1, joint.to))
                && has_columns(row, rows[n + 1..].iter(), (left.1, joint.to))
                && !is_marker()
            {
                cuts.push(row.cut(&joint));
                left.1 = joint.to;
            }
        }
    }
    cuts
}

/// Whether runs begin at both places in the next row that is not as full itself.
fn has_columns<'r>(
    row: &Row<'_>,
    others: impl Iterator<Item = &'r Row<'r>>,
    (left, right): (f32, f32),
) -> bool {
    let near = others.take(BACK);
    for other in near.take_while(|other| other.part == row.part) {
        let at = |place: f32| {
            let mut runs = other.runs.iter();
            runs.position(|run| is_at(start(run.1), place, row.size))
        };
        let Some(first) = at(left) else {
            return false;
        };
        if at(right).is_some_and(|second| second == first + 1) {
            return !is_marker(&text_of(&other.runs[first].1.placed));
        }
        let is_full = |joint: Joint| joint.run == first && is_at(joint.to, right, row.size);
        if !other.joints(0).any(is_full) {
            return false;
        }
    }
    false
}

/// Gaps between names of columns that nearly touch: a name begins where cells below it do, or as far behind the numbers of the
/// column before as another name does.
fn between_names(rows: &[Row<'_>]) -> Vec<(usize, usize)> {
    let mut cuts = Vec::new();
    for (n, row) in rows.iter().enumerate() {
        let below = rows[n + 1..].iter().take(BACK);
        let below: Vec<&Row<'_>> = below.take_while(|other| other.part == row.part).collect();
        let has_more = |other: &&Row<'_>| other.runs.len() > row.runs.len();
        if row.runs.len() < 2
            || below
                .iter()
                .take(ROWS)
                .filter(|other| has_more(other))
                .count()
                < 2
        {
            continue;
        }
        let ends = number_ends(&below, row.size);
        let room = |place: f32| {
            let rooms = ends.iter().map(|end| place - end);
            rooms
                .filter(|room| (LEAST..GAP).contains(&(room / row.size)))
                .min_by(f32::total_cmp)
        };
        let starts = row.runs.iter().skip(1).map(|run| start(run.1));
        let inner = || row.joints(n).filter(|joint| joint.at > 0);
        let places: Vec<f32> = starts.chain(inner().map(|joint| joint.to)).collect();
        let rooms: Vec<f32> = places.iter().filter_map(|place| room(*place)).collect();
        let is_behind = |joint: &Joint| {
            let own = room(joint.to);
            own.is_some_and(|own| {
                let same = rooms
                    .iter()
                    .filter(|room| is_at(**room, own, 2.0 * row.size));
                same.count() >= 2
            })
        };
        // The lines of an item begin where its text does.
        let is_item = |joint: &Joint| is_marker(&text_of(row.before(joint)));
        let is_over = |joint: &Joint| {
            let begins = |other: &&&Row<'_>| {
                let mut runs = other.runs.iter().skip(1);
                runs.any(|run| is_at(start(run.1), joint.to, row.size))
            };
            below.iter().filter(begins).count() >= ROWS && !is_item(joint)
        };
        let names = inner().filter(|joint| is_over(joint) || is_behind(joint));
        cuts.extend(names.map(|joint| row.cut(&joint)));
    }
    cuts
}

/// Where several numbers end.
fn number_ends(rows: &[&Row<'_>], size: f32) -> Vec<f32> {
    let mut ends: Vec<f32> = Vec::new();
    for row in rows {
        ends.extend(
            row.joints(0)
                .filter(|joint| row.is_number_before(joint))
                .map(|joint| joint.from),
        );
        let whole = row.runs.iter().filter(|run| is_number(&run.1.placed));
        ends.extend(
            whole
                .filter_map(|run| run.1.placed.last())
                .map(|last| last.a1),
        );
    }
    ends.sort_by(f32::total_cmp);
    let columns = ends.chunk_by(|a, b| b - a < AT_ONE * size);
    let several = columns.filter(|column| column.len() >= ROWS);
    several.map(|column| column[column.len() / 2]).collect()
}

fn is_number(placed: &[Placed]) -> bool {
    let is_part = |c: char| c.is_ascii_digit() || "+-−.,:/%¥$€£円".contains(c);
    let ends = |c: char| c.is_ascii_digit() || "%€円".contains(c);
    placed.len() <= NUMBER
        && placed.iter().all(|placed| placed.text.chars().all(is_part))
        && placed.last().is_some_and(|last| last.text.ends_with(ends))
}

impl Row<'_> {
    /// The gaps in its runs, and those between two that are no wider than in a run. `row` is its number.
    fn joints(&self, row: usize) -> impl Iterator<Item = Joint> + '_ {
        let size = self.size;
        let joint = move |run: usize, at: usize, last: &Placed, next: &Placed| Joint {
            row,
            run,
            at,
            from: last.a1,
            to: next.a0,
        };
        self.runs
            .iter()
            .enumerate()
            .flat_map(move |(run, (_, own))| {
                let last = run
                    .checked_sub(1)
                    .and_then(|last| self.runs[last].1.placed.last());
                let outer = last.zip(own.placed.first());
                let outer = outer.filter(|(last, next)| next.a0 - last.a1 < GAP * size);
                let outer = outer.map(|(last, next)| joint(run, 0, last, next));
                let pairs = own.placed.windows(2).enumerate();
                let inner = pairs.map(move |(at, pair)| joint(run, at + 1, &pair[0], &pair[1]));
                let all = outer.into_iter().chain(inner);
                all.filter(move |joint| joint.to - joint.from > LEAST * size)
            })
            .take(JOINTS)
    }

    /// The glyphs before a gap, from where their run begins.
    fn before(&self, joint: &Joint) -> &[Placed] {
        match joint.at {
            0 => &self.runs[joint.run - 1].1.placed,
            at => &self.runs[joint.run].1.placed[..at],
        }
    }

    /// The number of the run, and of the first glyph behind a gap in it.
    fn cut(&self, joint: &Joint) -> (usize, usize) {
        (self.runs[joint.run].0, joint.at)
    }

    /// Whether all that stands before a gap is a number.
    fn is_number_before(&self, joint: &Joint) -> bool {
        is_number(self.before(joint))
    }

    /// The words behind a gap.
    fn behind(&self, joint: &Joint) -> String {
        let rest = &self.runs[joint.run].1.placed[joint.at..];
        let mut text = String::new();
        for (n, placed) in rest.iter().enumerate() {
            if n > 0 && placed.a0 - rest[n - 1].a1 > LEAST * self.size {
                text.push(' ');
            }
            text.push_str(&placed.text);
        }
        text
    }
}

/// Whether a heading or an item begins with this, and has room behind it.
fn is_marker(text: &str) -> bool {
    let is_number = || text.chars().all(|c| c.is_ascii_digit() || c == '.');
    text.len() <= MARKER || is_only_marker(text) || is_number()
}

fn text_of(placed: &[Placed]) -> String {
    placed.iter().map(|placed| &*placed.text).collect()
}

fn start(run: &Run) -> f32 {
    run.placed.first().map_or(0.0, |placed| placed.a0)
}

fn is_at(a: f32, b: f32, size: f32) -> bool {
    (a - b).abs() < BEGINS * size
}

#[cfg(test)]
mod tests {
    use super::super::glyphs::Glyph;
    use super::super::lines::lines;
    use super::super::runs::runs;
    use super::super::runs::tests::glyphs;

    /// The texts of lines of words, each with the place where it begins. Letters are 5 wide, lines 14 apart.
    fn texts(rows: &[&[(&str, f32)]]) -> Vec<String> {
        let mut page: Vec<Glyph> = Vec::new();
        for (n, row) in rows.iter().enumerate() {
            for &(text, from) in *row {
                let base = 20.0 + 14.0 * n as f32;
                page.extend(glyphs(text, (from, base), (5.0, 0.0), 10.0));
            }
        }
        let lines = lines(runs(&page, &[]).0, &[]);
        lines.into_iter().map(|line| line.text).collect()
    }

    #[test]
    fn a_text_that_begins_right_behind_numbers_is_another_cell() {
        let rows: [&[(&str, f32)]; 3] = [
            &[("mill", 10.0), ("638", 85.0), ("open", 102.0)],
            &[("bridge", 10.0), ("1204", 80.0), ("closed", 102.0)],
            &[("ferry", 10.0), ("12", 90.0), ("sold", 102.0)],
        ];
        assert_eq!(
            texts(&rows),
            [
                "mill", "638", "open", "bridge", "1204", "closed", "ferry", "12", "sold"
            ]
        );
        // The same word behind all numbers is their unit, if nothing stands over it.
        let units = rows.map(|row| [row[0], row[1], ("km", 102.0)]);
        let units: Vec<&[(&str, f32)]> = units.iter().map(|row| &row[..]).collect();
        assert_eq!(texts(&units)[1], "638 km");
        let named = [&[&[("Place", 10.0), ("Unit", 102.0)][..]], &units[..]].concat();
        assert_eq!(texts(&named)[3..5], ["638", "km"]);
        // Two rows are chance, and numbers at the beginning are those of items.
        assert_eq!(texts(&rows[..2])[1], "638 open");
        let items = rows.map(|row| [row[1], row[2], ("7", 300.0)]);
        let items: Vec<&[(&str, f32)]> = items.iter().map(|row| &row[..]).collect();
        assert_eq!(texts(&items)[..2], ["638 open", "7"]);
    }

    #[test]
    fn a_cell_that_is_full_ends_where_the_next_column_begins() {
        let rows: [&[(&str, f32)]; 5] = [
            &[("Jonas", 10.0), ("sick", 60.0)],
            &[("Anna", 10.0), ("late", 60.0)],
            &[("Wilhelmin", 10.0), ("ill", 60.0)],
            &[("Bernadett", 10.0), ("away", 60.0)],
            &[("Maria", 10.0), ("here", 60.0)],
        ];
        let parted = texts(&rows);
        assert_eq!(parted[4..8], ["Wilhelmin", "ill", "Bernadett", "away"]);
        // Nothing stands below the last of them, and words elsewhere are words.
        let above = [&[rows[0]], &rows[..4]].concat();
        assert_eq!(texts(&above)[6..], ["Wilhelmin ill", "Bernadett away"]);
        let mut other = rows;
        other[2] = &[("Wilhelmi", 10.0), ("ill", 56.0)];
        assert_eq!(texts(&other)[4], "Wilhelmi ill");
    }

    #[test]
    fn names_begin_as_far_behind_numbers_as_other_names() {
        let rows: [&[(&str, f32)]; 4] = [
            &[
                ("Place", 10.0),
                ("Opened", 62.0),
                ("Note", 97.0),
                ("Cost", 132.0),
            ],
            &[("mill", 10.0), ("3", 55.0), ("39111", 70.0), ("882", 115.0)],
            &[
                ("bridge", 10.0),
                ("5", 55.0),
                ("8257", 75.0),
                ("4119", 110.0),
            ],
            &[("ferry", 10.0), ("7", 55.0), ("954", 80.0), ("63", 120.0)],
        ];
        assert_eq!(texts(&rows)[..4], ["Place", "Opened", "Note", "Cost"]);
    }
}
