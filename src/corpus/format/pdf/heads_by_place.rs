//! Running heads whose text changes from page to page: the title of a section, the words between which a page of a
//! dictionary lies. They are known by their place, their size and the room below them.

use std::collections::HashSet;

use super::characters::{is_finished, is_ideographic};
use super::document::Reason;
use super::edge_rows::{PLACE, Row, counts_pages};
use super::lines::Line;

/// Between a head and the text, in sizes of the head.
const OFF: f32 = 1.8;
/// The same for one in the size of the text.
const FAR_OFF: f32 = 2.2;
/// Heads are smaller than the text by more than this.
const SMALL: f32 = 0.95;
/// A head has no more letters.
const LETTERS: usize = 100;
/// A line of text has as many letters at least.
const FULL: usize = 15;
/// Sizes of one series of heads differ by less, in points.
const SIZE: f32 = 0.3;

/// A row that may be a head: its page, its number in the page's rows, and its size.
type Candidate = (usize, usize, f32);

/// Marks such heads.
pub(super) fn mark(
    pages: &[Vec<Line>],
    rows: &[Vec<Row>],
    heads: &mut [Vec<Option<Reason>>],
    body: f32,
) {
    let mut sides: [Vec<Candidate>; 2] = [Vec::new(), Vec::new()];
    let mut all: HashSet<(usize, usize)> = HashSet::new();
    for (bottom, candidates) in [false, true].into_iter().zip(&mut sides) {
        for page in 0..pages.len() {
            let found = candidate(&pages[page], &rows[page], &heads[page], bottom, body);
            if let Some((row, size)) = found {
                candidates.push((page, row, size));
                all.insert((page, row));
            }
        }
    }
    let breaks = breaks(pages, rows, heads, &all);
    for mut candidates in sides {
        let place = |&(page, row, _): &Candidate| rows[page][row].place;
        candidates.sort_by(|a, b| place(a).total_cmp(&place(b)).then(a.0.cmp(&b.0)));
        for series in candidates.chunk_by(|a, b| place(b) - place(a) <= PLACE) {
            if is_series(rows, series, body) && interrupts(rows, &breaks, series) {
                for &(page, row, _) in series {
                    heads[page][row] = Some(Reason::RunningHead);
                }
            }
        }
    }
}

/// The outermost row of a page that is no head yet, if it stands off the text.
fn candidate(
    lines: &[Line],
    rows: &[Row],
    heads: &[Option<Reason>],
    bottom: bool,
    body: f32,
) -> Option<(usize, f32)> {
    let mut side: Vec<usize> = (0..rows.len())
        .filter(|&n| rows[n].bottom == bottom)
        .collect();
    side.sort_by_key(|&n| rows[n].depth);
    let at = side.iter().position(|&n| heads[n].is_none())?;
    let row = &rows[side[at]];
    let inner = side.get(at + 1).map(|&n| rows[n].lead)?;
    let first = &lines[*row.lines.first()?];
    let ends = |line: &&usize| {
        let text = lines[**line].text.trim_end();
        text.ends_with(['.', '。', '!', '?', '！', '？', ':', '：'])
    };
    let letters: usize = row
        .lines
        .iter()
        .map(|&line| lines[line].text.chars().count())
        .sum();
    let is_head = row.depth == at
        && row.lead >= OFF.max(1.3 * inner)
        && row
            .lines
            .iter()
            .all(|&line| !lines[line].bold && lines[line].size <= 1.05 * body)
        && !row.lines.iter().any(|line| ends(&line))
        && letters <= LETTERS;
    is_head.then_some((side[at], first.size))
}

fn is_series(rows: &[Vec<Row>], series: &[Candidate], body: f32) -> bool {
    let Some(&(_, _, size)) = series.first() else {
        return false;
    };
    let row = |&(page, row, _): &Candidate| &rows[page][row];
    if series.len() < 3 || series.iter().any(|other| (other.2 - size).abs() > SIZE) {
        return false;
    }
    let numbers: Vec<(usize, &[u32])> = series
        .iter()
        .map(|member| (member.0, row(member).numbers.as_slice()))
        .collect();
    if counts_pages(&numbers) {
        return true;
    }
    let same = |member: &Candidate| {
        let alike = series
            .iter()
            .filter(|other| row(other).mask == row(member).mask);
        alike.count()
    };
    // Rows of a table have the same words, and numbers that do not count pages.
    let is_table =
        |member: &Candidate| !row(member).numbers.is_empty() && same(member) * 2 > series.len();
    if series.iter().any(is_table) {
        return false;
    }
    size < SMALL * body || series.iter().all(|member| row(member).lead >= FAR_OFF)
}

/// Whether sentences go on over the heads: no title stands amid a sentence. The first page of a document has no head.
fn interrupts(rows: &[Vec<Row>], breaks: &[bool], series: &[Candidate]) -> bool {
    let amid = |&&(page, row, _): &&Candidate| {
        // A foot stands before the text of the next page.
        let next = page + usize::from(rows[page][row].bottom);
        breaks.get(next).copied().unwrap_or(false)
    };
    let enough = series.len() * 4 >= (breaks.len() - 1) * 3;
    enough && series.iter().filter(amid).count() * 3 >= series.len()
}

/// For each page whether it begins amid a sentence of the page before, without what is a head or may be one.
fn breaks(
    pages: &[Vec<Line>],
    rows: &[Vec<Row>],
    heads: &[Vec<Option<Reason>>],
    candidates: &HashSet<(usize, usize)>,
) -> Vec<bool> {
    let body = |page: usize| -> Vec<&Line> {
        let is_head = |n: usize| heads[page][n].is_some() || candidates.contains(&(page, n));
        let own = rows[page].iter().enumerate().filter(|(n, _)| is_head(*n));
        let left: HashSet<usize> = own.flat_map(|(_, row)| row.lines.iter().copied()).collect();
        let text = (0..pages[page].len()).filter(|line| !left.contains(line));
        let text: Vec<&Line> = text.map(|line| &pages[page][line]).collect();
        let course = text.first().map(|line| line.course);
        let is_own = |line: &&Line| Some(line.course) == course;
        text.into_iter().filter(is_own).collect()
    };
    let bodies: Vec<Vec<&Line>> = (0..pages.len()).map(body).collect();
    let follows = bodies.windows(2).map(|pair| goes_on(&pair[0], &pair[1]));
    std::iter::once(false).chain(follows).collect()
}

/// Whether the last line of a page is full and ends no sentence, and the first line of the next goes on with it.
fn goes_on(page: &[&Line], next: &[&Line]) -> bool {
    let last = page.iter().max_by(|a, b| a.base.total_cmp(&b.base));
    let first = next.iter().min_by(|a, b| a.base.total_cmp(&b.base));
    let (Some(last), Some(first)) = (last, first) else {
        return false;
    };
    let right = page
        .iter()
        .map(|line| line.frame.a1)
        .fold(f32::MIN, f32::max);
    let is_full = last.frame.a1 > right - 2.0 * last.size && last.text.chars().count() >= FULL;
    let begins = first.text.chars().next();
    is_full
        && !is_finished(&last.text)
        && begins.is_some_and(|c| c.is_lowercase() || is_ideographic(c) && !c.is_whitespace())
}
