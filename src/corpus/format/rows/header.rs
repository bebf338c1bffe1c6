//! Whether a row names the columns of a table, and which: recognised by how it differs from the rows below it.

use std::borrow::Cow;
use std::collections::HashSet;

use super::fields::is_usual;
use super::kind::{Kind, Says, is_day, is_missing, kind, says};
use crate::corpus::format::column_names::BELOW;
use crate::corpus::read_options::Header;

/// Rows that tell whether the first one is like them.
pub const LOOKED_AT: usize = 100;
/// Names are mostly shorter, in characters.
const NAME_CHARS: usize = 60;

/// A row that may name columns: its cells, and its number in the file.
pub struct Candidate<'r, 'a> {
    pub cells: &'r [Cow<'a, str>],
    pub row: usize,
}

/// Where a table begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Which row has the names.
    pub names: Option<usize>,
    /// The first row with values; what stands above it and names nothing is no part of the table.
    pub first: usize,
    /// The names stand behind a `#`.
    pub comment: bool,
}

impl Head {
    /// Of the first rows of a table that are not blank. `usual`: cells that most rows have.
    pub fn find(rows: &[Candidate<'_, '_>], usual: usize, header: Header) -> Self {
        let head = |names: Option<usize>, first: usize| Self {
            names,
            first,
            comment: false,
        };
        if header == Header::No {
            return head(None, 0);
        }
        let mut begin = begin(rows, usual);
        let names = |at: usize| rows.len() > at && !is_data(&rows[at..]);
        while is_comment(&rows[begin..]) {
            // A comment that is as wide as the table, and has no names below it, has them itself.
            let wide = rows[begin].cells.len() >= usual && usual > 1;
            if wide && !names(begin + 1) {
                return Self {
                    comment: true,
                    ..head(Some(begin), begin + 1)
                };
            }
            begin += 1;
        }
        // A title in the first of two columns.
        if usual == 2 && is_title(&rows[begin..]) {
            begin += 1;
        }
        // Groups of columns, above rows of values.
        if begin > 0 && names_groups(&rows[begin - 1..]) && is_roster(&rows[begin - 1..]) {
            return head(Some(begin - 1), begin);
        }
        if names(begin) {
            return head(Some(begin), begin + 1);
        }
        if begin > 0 && is_short_header(&rows[begin - 1], &rows[begin]) {
            return head(Some(begin - 1), begin);
        }
        match header {
            Header::Yes if begin < rows.len() => head(Some(begin), begin + 1),
            _ => head(None, begin),
        }
    }
}

/// Whether the first row, right above the second, names groups of columns behind the first: `,Monday,,Tuesday,`.
fn names_groups(rows: &[Candidate<'_, '_>]) -> bool {
    let [first, second, ..] = rows else {
        return false;
    };
    let filled = first.cells.iter().filter(|cell| !cell.trim().is_empty());
    first.row + 1 == second.row
        && first
            .cells
            .first()
            .is_some_and(|cell| cell.trim().is_empty())
        && filled.clone().count() > 1
        && filled.clone().all(|cell| is_name(cell))
}

/// Whether the first row is plainly one of names for those below it: it has words only, and they differ in kind from
/// what stands below them, or are names that columns usually have.
pub fn names_plainly(rows: &[Candidate<'_, '_>]) -> bool {
    let Some((first, rest)) = rows.split_first() else {
        return false;
    };
    let mut filled = first.cells.iter().filter(|cell| !cell.trim().is_empty());
    let votes = Votes::of(first.cells, rest);
    !rest.is_empty() && filled.all(|cell| is_name(cell)) && votes.for_names() > votes.for_data()
}

/// Whether the first row has words where the others have numbers, dates, addresses or codes, and little speaks for values.
pub fn differ(rows: &[Candidate<'_, '_>]) -> bool {
    let Some((first, rest)) = rows.split_first() else {
        return false;
    };
    let votes = Votes::of(first.cells, rest);
    votes.differ > 0 && votes.for_names() > votes.for_data()
}

/// The names of columns under two rows of heads, the first two of these, of which the upper names groups of columns:
/// `2024 > Q1`. `None` where they are no such pair: in one, the lower row has the same names in several groups, or plainly
/// has names.
pub fn grouped(rows: &[Candidate<'_, '_>]) -> Option<Vec<String>> {
    let [upper, lower, ..] = rows else {
        return None;
    };
    if upper.row + 1 != lower.row {
        return None;
    }
    let plainly = names_plainly(&rows[1..]);
    let (upper, lower) = (upper.cells, lower.cells);
    let cell = |row: &[Cow<'_, str>], at: usize| -> String {
        let words = row
            .get(at)
            .map_or("", |cell| cell.trim())
            .split_whitespace();
        words.collect::<Vec<_>>().join(" ")
    };
    let width = upper.len().max(lower.len());
    let is_both = |at: &usize| !cell(upper, *at).is_empty() && !cell(lower, *at).is_empty();
    let starts: Vec<usize> = (1..width).filter(is_both).collect();
    let extent = |start: usize| {
        let is_open = |at: &usize| cell(upper, *at).is_empty() && !cell(lower, *at).is_empty();
        (start + 1..width).take_while(is_open).count() + 1
    };
    let (last, others) = starts.split_last()?;
    // A total behind the last group is no part of it.
    let longest = others.iter().map(|start| extent(*start)).max();
    let longest = longest.unwrap_or_else(|| extent(*last));
    // A roster of people below days looks the same, but for names that stand again in each group.
    let group = |start: usize, columns: usize| (start..start + columns).map(|at| cell(lower, at));
    let again = |start: &usize| {
        let columns = extent(starts[0]).min(extent(*start));
        let mut first: Vec<String> = group(starts[0], columns).collect();
        let same = group(*start, columns).eq(first.iter().cloned());
        first.sort_unstable();
        first.dedup();
        // `closed, closed` are values.
        columns > 1 && same && first.len() == columns
    };
    let again = starts.iter().skip(1).any(again);
    // The first column has the names of the rows, which are in no group; a title begins there, or a name for groups that
    // are years (`Year,2023,,2024`), which the names below it show to be one.
    let is_titled = !cell(upper, 0).is_empty() && !cell(lower, 0).is_empty();
    let are_years = || starts.iter().all(|start| !is_name(&cell(upper, *start)));
    let all_apart = || (1..width).all(|at| cell(lower, at).is_empty() || differs(&rows[1..], at));
    if is_titled && !(again && are_years() && all_apart()) {
        return None;
    }
    if longest < 2 || !(plainly || again) {
        return None;
    }
    let mut names: Vec<String> = (0..width)
        .map(|at| {
            let upper = cell(upper, at);
            if at == 0 && is_titled {
                format!("{upper}{BELOW}{}", cell(lower, at))
            } else if upper.is_empty() {
                cell(lower, at)
            } else {
                upper
            }
        })
        .collect();
    for start in &starts {
        let group = cell(upper, *start);
        let own = names.iter_mut().enumerate().skip(*start);
        for (at, name) in own.take(extent(*start).min(longest)) {
            *name = format!("{group}{BELOW}{}", cell(lower, at));
        }
    }
    Some(names)
}

/// Whether the first row has another kind of value in a column than those below it.
fn differs(rows: &[Candidate<'_, '_>], at: usize) -> bool {
    let first = rows.first().and_then(|row| row.cells.get(at));
    let first = first.map(|cell| kind(cell));
    first.is_some_and(|first| first.is_some() && first != likely(&column(&rows[1..], at)))
}

/// Whether the first of several rows names groups of columns, and the second has values and no names: people below days.
pub fn is_roster(rows: &[Candidate<'_, '_>]) -> bool {
    grouped(rows).is_none() && has_values(rows)
}

/// Whether the second of several rows, below one that names groups of columns, plainly has values: in each column it is
/// like the rows below it, and the groups are days, or it has nothing somewhere, or what stands again below it.
fn has_values(rows: &[Candidate<'_, '_>]) -> bool {
    let [upper, lower, below @ ..] = rows else {
        return false;
    };
    let mut groups = upper
        .cells
        .iter()
        .skip(1)
        .filter(|cell| !cell.trim().is_empty());
    let width = lower.cells.len();
    let is_open = |at: usize| {
        upper
            .cells
            .get(at)
            .is_none_or(|cell| cell.trim().is_empty())
    };
    let all_below = below.iter().flat_map(|row| row.cells.iter().skip(1));
    let all_below: HashSet<&str> = all_below.map(|cell| cell.trim()).collect();
    let stands_again = |at: usize| {
        let cell = lower.cells[at].trim();
        match is_missing(cell) {
            true => cell.is_empty() && is_open(at) && !column(below, at).is_empty(),
            false => all_below.contains(cell),
        }
    };
    let is_named = lower
        .cells
        .first()
        .is_some_and(|cell| !cell.trim().is_empty());
    is_named
        && !below.is_empty()
        && !(0..width).any(|at| differs(&rows[1..], at))
        && (groups.all(|cell| is_day(cell)) || (1..width).any(stands_again))
}

/// The first row that is as wide as most.
fn begin(rows: &[Candidate<'_, '_>], usual: usize) -> usize {
    let full = |row: &Candidate<'_, '_>| {
        let full = row.cells.iter().filter(|cell| !cell.trim().is_empty());
        full.count()
    };
    let wide = |row: &&Candidate<'_, '_>| row.cells.len() >= usual;
    let mut filled: Vec<usize> = rows.iter().filter(wide).map(full).collect();
    filled.sort_unstable();
    let middle = filled.get(filled.len() / 2).copied().unwrap_or(0);
    // Programs fill short rows with empty cells.
    let found = rows
        .iter()
        .position(|row| wide(&row) && full(row) * 2 >= middle && (usual < 3 || full(row) > 1));
    found.unwrap_or(0)
}

/// Whether the first of several rows has its first cell only, and that says more than the name of a column, or names
/// stand below it.
fn is_title(rows: &[Candidate<'_, '_>]) -> bool {
    let [first, second, third, ..] = rows else {
        return false;
    };
    let filled = |row: &Candidate<'_, '_>| {
        let cells = row.cells.iter().map(|cell| !cell.trim().is_empty());
        let filled: Vec<usize> = cells
            .enumerate()
            .filter(|(_, filled)| *filled)
            .map(|(at, _)| at)
            .collect();
        filled
    };
    let alone = filled(first) == [0];
    let full = [second, third].iter().all(|row| filled(row) == [0, 1]);
    let says_more = first.cells[0].trim().contains(char::is_whitespace)
        && second.cells.iter().take(2).all(|cell| is_name(cell));
    alone && full && (says_more || names_plainly(&rows[1..]))
}

fn is_comment(rows: &[Candidate<'_, '_>]) -> bool {
    let first = rows.first().and_then(|row| row.cells.first());
    rows.len() > 1 && first.is_some_and(|cell| cell.trim_start().starts_with('#'))
}

/// Names for the first columns only, right above the first row.
fn is_short_header(row: &Candidate<'_, '_>, below: &Candidate<'_, '_>) -> bool {
    let alone = row.cells.len() == 1;
    let one_word = |cell: &str| !cell.trim().contains(char::is_whitespace);
    row.row + 1 == below.row
        && row.cells.iter().all(|cell| is_name(cell))
        && (!alone || one_word(&row.cells[0]))
}

/// Words that can name a column: short, and no sentence.
pub fn is_name(cell: &str) -> bool {
    let cell = cell.trim();
    let ends = ['.', '。', '!', '！', ';', ','];
    kind(cell) == Some(Kind::Words)
        && cell.chars().any(char::is_alphabetic)
        && cell.chars().count() <= NAME_CHARS
        && !cell.ends_with(ends)
}

/// Whether the first row is plainly one like those below it.
pub fn is_data(rows: &[Candidate<'_, '_>]) -> bool {
    let Some((first, rest)) = rows.split_first() else {
        return false;
    };
    let first = first.cells;
    let is_full = |row: &Candidate<'_, '_>| row.cells.iter().any(|cell| !cell.trim().is_empty());
    if !rest.iter().any(is_full) {
        // One row: values, unless it has names that usually name columns.
        return first.iter().filter(|cell| is_usual(cell)).count() < 2;
    }
    if rest.iter().any(|row| row.cells == first) {
        // Names that stand again, where tables were put together.
        let repeated = first.iter().filter(|cell| is_name(cell)).count();
        return repeated * 2 < first.len();
    }
    let votes = Votes::of(first, rest);
    votes.for_data() > votes.for_names()
}

/// What some rows have in a column, without what stands for nothing.
pub fn column<'r>(rows: &'r [Candidate<'r, '_>], at: usize) -> Vec<&'r str> {
    let cells = rows.iter().filter_map(|row| row.cells.get(at));
    let cells = cells.map(|cell| cell.trim());
    cells.filter(|cell| !is_missing(cell)).collect()
}

/// What most values of a column are.
pub fn likely(column: &[&str]) -> Option<Kind> {
    let kinds: Vec<Option<Kind>> = column.iter().map(|cell| kind(cell)).collect();
    let most = |likely: &&Option<Kind>| {
        let alike = kinds.iter().filter(|kind| kind == likely).count();
        alike * 5 >= kinds.len() * 4
    };
    kinds.iter().find(most).cloned().flatten()
}

/// What speaks for values in a row, and what for names.
#[derive(Default)]
struct Votes {
    /// Columns in which the row has a number as the others have.
    numbers: Vec<usize>,
    /// The same with dates, addresses and codes.
    same: usize,
    /// The same with sentences.
    sentences: usize,
    /// Its value occurs again below it.
    again: usize,
    /// A name, where the others have numbers, dates, addresses or codes.
    differ: usize,
    /// A short name, where the others have sentences.
    short: usize,
    usual: usize,
}

impl Votes {
    fn of(first: &[Cow<'_, str>], rest: &[Candidate<'_, '_>]) -> Self {
        let mut votes = Self::default();
        for (at, cell) in first.iter().enumerate() {
            let column = column(rest, at);
            if !is_missing(cell.trim()) && !column.is_empty() {
                votes.count(at, cell.trim(), &column);
            }
        }
        if are_names(first, rest, &votes) {
            votes.differ += 1;
            votes.numbers.clear();
        }
        votes
    }

    fn count(&mut self, at: usize, cell: &str, column: &[&str]) {
        self.usual += usize::from(is_usual(cell));
        let likely = likely(column);
        match (kind(cell), likely) {
            (Some(Kind::Number), Some(Kind::Number)) => self.numbers.push(at),
            (Some(Kind::Words), Some(Kind::Words) | None) => self.count_words(cell, column),
            (Some(own), Some(others)) if own == others => self.same += 1,
            (_, Some(others)) if others != Kind::Words && is_name(cell) => self.differ += 1,
            _ => {}
        }
    }

    fn count_words(&mut self, cell: &str, column: &[&str]) {
        let sentences = column.iter().filter(|cell| says(cell) == Says::Sentence);
        let mostly = sentences.count() * 2 > column.len();
        let asks = cell.ends_with(['?', '？', ':', '：']);
        self.again += usize::from(column.contains(&cell));
        match says(cell) {
            Says::Sentence if mostly && !asks => self.sentences += 1,
            Says::Word | Says::Nothing if mostly && is_name(cell) => self.short += 1,
            _ => {}
        }
    }

    fn for_data(&self) -> usize {
        3 * self.same + 2 * self.numbers.len().min(3) + 2 * self.sentences + 2 * self.again.min(2)
    }

    fn for_names(&self) -> usize {
        3 * self.differ + 3 * self.usual + self.short
    }
}

/// Whether numbers above columns of numbers are names all the same: years above what is none, or steps (1, 2, 3)
/// that the rows below do not go.
fn are_names(first: &[Cow<'_, str>], rest: &[Candidate<'_, '_>], votes: &Votes) -> bool {
    let columns = &votes.numbers;
    let number = |cell: &Cow<'_, str>| cell.trim().parse::<f64>().ok();
    let of = |cells: &[Cow<'_, str>]| -> Option<Vec<f64>> {
        let at = columns.iter().map(|at| cells.get(*at).and_then(number));
        at.collect()
    };
    let Some(names) = of(first).filter(|names| !names.is_empty()) else {
        return false;
    };
    let is_year = |n: &f64| (1850.0..=2100.0).contains(n) && n.fract() == 0.0;
    let ascends = |row: &[f64]| row.windows(2).all(|pair| pair[0] < pair[1]);
    let steps = |row: &[f64]| {
        let step = row.windows(2).map(|pair| pair[1] - pair[0]);
        let same = step.clone().all(|step| step == row[1] - row[0]);
        row.len() > 2 && same && row[1] != row[0]
    };
    let rows: Vec<Vec<f64>> = rest.iter().filter_map(|row| of(row.cells)).collect();
    let below = rest
        .iter()
        .flat_map(|row| columns.iter().filter_map(|at| row.cells.get(*at)));
    let below: Vec<f64> = below.filter_map(number).collect();
    let years = below.iter().filter(|n| is_year(n)).count();
    let different = (1..names.len()).all(|at| !names[..at].contains(&names[at]));
    let all_years = names.iter().all(is_year) && different && years * 2 < below.len().max(1);
    let going = rows.iter().filter(|row| steps(row)).count();
    let all_steps = steps(&names) && going * 2 < rows.len().max(1);
    all_years || all_steps || (votes.differ > 0 && names.len() > 2 && ascends(&names))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(text: &str, header: Header) -> (Option<usize>, usize) {
        let rows: Vec<(Vec<Cow<'_, str>>, usize)> = text
            .lines()
            .zip(1..)
            .filter(|(line, _)| !line.is_empty())
            .map(|(line, row)| (line.split(',').map(Cow::from).collect(), row))
            .collect();
        let usual = rows.iter().map(|(cells, _)| cells.len()).max().unwrap_or(0);
        let rows: Vec<Candidate<'_, '_>> = rows
            .iter()
            .map(|(cells, row)| Candidate { cells, row: *row })
            .collect();
        let head = Head::find(&rows, usual, header);
        (head.names, head.first)
    }

    #[test]
    fn rows_that_are_plainly_data_name_nothing() {
        for text in [
            "2024-05-01,Berlin\n2024-05-02,Oslo",
            "01101,060,North\n13101,100,South",
            "A-12,red\nB-7,green\nC-9,blue",
            "Anna,anna@example.com\nBen,ben@example.com",
            "Anna,Oslo\nBen,Lima\nCarl,Oslo",
            "1,The pump was replaced today.\n2,The roof was sealed again.",
            "2019,120\n2020,130\n2021,95",
            "Oslo,1,2,3\nLima,2,3,4\nRome,3,4,5",
            "12:30,open\n13:45,shut",
            "Oslo,120",
        ] {
            assert_eq!(head(text, Header::Auto), (None, 0), "{text}");
        }
    }

    #[test]
    fn names_are_words_where_values_are_none_and_may_be_numbers() {
        for text in [
            "town,2021,2022\nOslo,120,130\nLima,95,101",
            "town,2021\nOslo,120",
            "day,1,2,3,4\nMon,7,3,2,5\nTue,1,1,9,2",
            "size,10,25,50\nA4,3,7,12\nA5,2,5,9",
            "date,town\n2024-05-01,Berlin",
            "name,city\nAnna,Oslo\nBen,Lima",
            "氏名,部署\n佐藤花子,総務部\n鈴木一郎,営業部",
            "code,q1\nA-12,3\nB-7,4",
            "id,text\n1,The pump was replaced today.",
            "product,2024-01,2024-02\nRice,3,4\nTea,5,6",
            "Name,Oslo\nAnna,1\nName,Oslo\nBen,2",
        ] {
            assert_eq!(head(text, Header::Auto), (Some(0), 1), "{text}");
        }
    }

    #[test]
    fn what_stands_above_the_names() {
        for (text, expected) in [
            (
                "Report of sales\n\nregion,amount,note\nNorth,12,kites",
                (Some(1), 2),
            ),
            ("Report,,\nregion,amount,note\nNorth,12,kites", (Some(1), 2)),
            ("# made by hand\nregion,amount\nNorth,12", (Some(1), 2)),
            ("#region,amount\nNorth,12\nSouth,15", (Some(0), 1)),
            ("# a, b\nregion,amount\nNorth,12\nSouth,15", (Some(1), 2)),
            ("name\nAnna,Oslo,1971\nBen,Lima,1980", (Some(0), 1)),
            ("Staff list\nAnna,Oslo,1971\nBen,Lima,1980", (None, 1)),
        ] {
            assert_eq!(head(text, Header::Auto), expected, "{text}");
        }
        let text = "2024-05-01,Berlin\n2024-05-02,Oslo";
        assert_eq!(head(text, Header::Yes), (Some(0), 1));
        assert_eq!(head("name,city\nAnna,Oslo", Header::No), (None, 0));
    }
}
