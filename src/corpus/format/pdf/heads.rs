//! Running heads and page numbers: what stands at the edge of page after page.
//!
//! A line is a running head if it recurs at the same place at the edge of several pages, but for a number that
//! grows with the page. A table that goes on over pages has the same look at its edges, yet its numbers do not.

use std::collections::HashMap;

use super::characters::YEARS;
use super::document::{LeftOut, Reason};
use super::edge_rows::{PLACE, Row, edges, number_of};
use super::glyphs::Origin;
use super::heads_by_place;
use super::lines::Line;

/// Lines of text are no farther apart, in ems.
const CLOSE: f32 = 2.0;

/// The names of columns above a table that goes on over pages are so many; a running head has fewer parts.
const COLUMNS: usize = 4;

/// A page of text has more lines than these.
const TEXT: usize = 5;

/// What recurs on less than one page of so many is rare.
const RARE: usize = 3;

/// Takes running heads and page numbers out of the pages' lines.
pub(super) fn take(pages: &mut [Vec<Line>], body: f32) -> Vec<LeftOut> {
    let mut out = take_artifacts(pages);
    let rows: Vec<Vec<Row>> = pages.iter().map(|lines| edges(lines, body)).collect();
    let mut groups: HashMap<(bool, &str), Vec<(usize, usize)>> = HashMap::new();
    for (page, rows) in rows.iter().enumerate() {
        for (n, row) in rows.iter().enumerate() {
            groups
                .entry((row.bottom, &row.mask))
                .or_default()
                .push((page, n));
        }
    }
    let mut heads: Vec<Vec<Option<Reason>>> =
        rows.iter().map(|rows| vec![None; rows.len()]).collect();
    for members in groups.values() {
        for (page, n, reason) in recurring(&rows, members, pages.len()) {
            heads[page][n] = Some(reason);
        }
    }
    for (page, rows) in rows.iter().enumerate() {
        for bottom in [false, true] {
            let members = |n: usize| &groups[&(rows[n].bottom, rows[n].mask.as_str())];
            let is_rare = |n: usize| members(n).len() * RARE < pages.len();
            let is_first = |n: usize| members(n).iter().all(|(other, _)| page <= *other);
            let page_rows = (pages[page].as_slice(), rows.as_slice());
            unframe(page_rows, bottom, &mut heads[page], (is_rare, is_first));
        }
    }
    heads_by_place::mark(pages, &rows, &mut heads, body);
    let headings = largest(pages);
    for (page, lines) in pages.iter_mut().enumerate() {
        let mut dropped = vec![None; lines.len()];
        for (n, row) in rows[page].iter().enumerate() {
            let lone = heads[page][n].is_none()
                && is_lone_number(&rows[page], row)
                && (heads.len() == 1 || fits_page(lines, row, page, body));
            let reason = if lone {
                Some(Reason::PageNumber)
            } else if heads[page][n].is_none() && repeats_heading(lines, row, &headings) {
                Some(Reason::RunningHead)
            } else {
                heads[page][n]
            };
            // What stands farther in is a head only if all rows farther out are.
            let outer = |other: &Row| other.bottom == row.bottom && other.depth < row.depth;
            let framed = rows[page]
                .iter()
                .enumerate()
                .all(|(k, other)| !outer(other) || heads[page][k].is_some());
            if let Some(reason) = reason.filter(|_| framed) {
                row.lines
                    .iter()
                    .for_each(|&line| dropped[line] = Some(reason));
            }
        }
        remove(lines, page, &dropped, &mut out);
    }
    out
}

/// Keeps what recurs as close above the text as its lines are to each other, where it is rare or the names of columns, which
/// a table has on its first page: a head stands off.
fn unframe(
    (lines, rows): (&[Line], &[Row]),
    bottom: bool,
    heads: &mut [Option<Reason>],
    (is_rare, is_first): (impl Fn(usize) -> bool, impl Fn(usize) -> bool),
) {
    let mut side: Vec<usize> = (0..rows.len())
        .filter(|&n| rows[n].bottom == bottom)
        .collect();
    side.sort_by_key(|&n| rows[n].depth);
    let framed = side.iter().take_while(|&&n| heads[n].is_some()).count();
    let mut names: Option<&Row> = None;
    for at in (0..framed).rev() {
        let n = side[at];
        let next = side.get(at + 1).map(|&next| &rows[next]);
        let inner = next.map_or(f32::MAX, |next| next.lead);
        let has_names = !bottom
            && is_first(n)
            && match names {
                Some(names) => stands_over_names(lines, &rows[n], names),
                None => has_names(lines, &rows[n], next),
            };
        // The last row of a table.
        let has_cells = bottom && rows[n].lines.len() >= COLUMNS;
        if rows[n].lead > CLOSE.min(1.3 * inner) || !(is_rare(n) || has_names || has_cells) {
            break;
        }
        heads[n] = None;
        names = names.or(Some(&rows[n]).filter(|_| has_names));
    }
}

/// Whether a row has the names of columns, each over a cell of the row below it. Running heads have numbers, or their parts
/// stand over no columns.
fn has_names(lines: &[Line], row: &Row, below: Option<&Row>) -> bool {
    let is_year = |&number: &u32| YEARS.contains(&number);
    let fits = |below: &Row| {
        let cells = closest(lines, row, below);
        // The names of rows have none above them.
        (0..=1).contains(&below.lines.len().wrapping_sub(cells.len()))
            && cells.windows(2).all(|pair| pair[0] < pair[1])
    };
    row.lines.len() >= COLUMNS && row.numbers.iter().all(is_year) && below.is_none_or(fits)
}

/// Whether a row above the names of columns has those of groups of them, or of a column in no group.
fn stands_over_names(lines: &[Line], row: &Row, names: &Row) -> bool {
    let cells = closest(lines, row, names);
    // Two for each group, and none for the column that is in none.
    2 * cells.len() <= names.lines.len() + 2 && cells.windows(2).all(|pair| pair[0] <= pair[1])
}

/// For each part of a row the part of another row that is closest to it.
fn closest(lines: &[Line], row: &Row, other: &Row) -> Vec<usize> {
    let middle = |n: &usize| f32::midpoint(lines[*n].area().x0, lines[*n].area().x1);
    let closest = |n: &usize| {
        let off = |other: &usize| (middle(other) - middle(n)).abs();
        let all = other.lines.iter().enumerate();
        let first = all.min_by(|a, b| off(a.1).total_cmp(&off(b.1)));
        first.map_or(0, |(at, _)| at)
    };
    row.lines.iter().map(closest).collect()
}

/// The largest size that a text has anywhere.
fn largest(pages: &[Vec<Line>]) -> HashMap<String, f32> {
    let mut sizes: HashMap<String, f32> = HashMap::new();
    for line in pages.iter().flatten().filter(|line| line.text.len() < 200) {
        let size = sizes.entry(line.text.clone()).or_default();
        *size = size.max(line.size);
    }
    sizes
}

/// Whether a row at the edge repeats a heading in small print: the title of the chapter.
fn repeats_heading(lines: &[Line], row: &Row, headings: &HashMap<String, f32>) -> bool {
    let &[line] = row.lines.as_slice() else {
        return false;
    };
    let line = &lines[line];
    row.depth == 0
        && row.lead > 1.6
        && headings
            .get(&line.text)
            .is_some_and(|&size| size > 1.2 * line.size)
}

fn remove(lines: &mut Vec<Line>, page: usize, dropped: &[Option<Reason>], out: &mut Vec<LeftOut>) {
    let mut at = 0;
    lines.retain(|line| {
        at += 1;
        let Some(reason) = dropped[at - 1] else {
            return true;
        };
        out.push(LeftOut {
            page: page + 1,
            reason,
            text: line.text.clone(),
        });
        false
    });
}

/// What the file marks as no part of the text. A page where nothing else stands is marked wrongly.
fn take_artifacts(pages: &mut [Vec<Line>]) -> Vec<LeftOut> {
    let mut out = Vec::new();
    for (page, lines) in pages.iter_mut().enumerate() {
        let letters = |artifact: bool| {
            let lines = lines
                .iter()
                .filter(|line| (line.origin == Origin::Artifact) == artifact);
            lines.map(|line| line.text.len()).sum::<usize>()
        };
        if letters(false) > 0 || letters(true) < 200 {
            let reason = |line: &Line| {
                if number_of(&line.text).is_some() {
                    Reason::PageNumber
                } else {
                    Reason::RunningHead
                }
            };
            let dropped: Vec<_> = lines
                .iter()
                .map(|line| (line.origin == Origin::Artifact).then(|| reason(line)))
                .collect();
            remove(lines, page, &dropped, &mut out);
        }
    }
    out
}

/// The members of a group that recur at one place.
fn recurring(
    rows: &[Vec<Row>],
    members: &[(usize, usize)],
    pages: usize,
) -> Vec<(usize, usize, Reason)> {
    let row = |&(page, n): &(usize, usize)| &rows[page][n];
    let mut places: Vec<&(usize, usize)> = members.iter().collect();
    places.sort_by(|a, b| row(a).place.total_cmp(&row(b).place).then(a.0.cmp(&b.0)));
    let mut out = Vec::new();
    for same in places.chunk_by(|a, b| row(b).place - row(a).place <= PLACE) {
        // A title of a chapter of two pages, with the number of the page.
        let counted = same.len() == 2 && counts(rows, same);
        let enough = same.len() >= 3 || same.len() * 2 > pages || counted;
        if same.len() < 2 || !enough || !numbers_go_with_pages(rows, same) {
            continue;
        }
        for member in same {
            let lone = row(member).mask.chars().all(|c| !c.is_alphabetic())
                && !row(member).numbers.is_empty();
            let number = lone || number_of(&row(member).mask.replace('#', "1")).is_some();
            out.push((
                member.0,
                member.1,
                if number {
                    Reason::PageNumber
                } else {
                    Reason::RunningHead
                },
            ));
        }
    }
    out
}

/// Whether a number of two rows grows exactly as the page does, from one page to one of the next two.
fn counts(rows: &[Vec<Row>], members: &[&(usize, usize)]) -> bool {
    let &[&(page, a), &(next, b)] = members else {
        return false;
    };
    let (first, second) = (&rows[page][a].numbers, &rows[next][b].numbers);
    let step = next.abs_diff(page);
    (1..=2).contains(&step)
        && first
            .iter()
            .zip(second)
            .any(|(a, b)| a.abs_diff(*b) as usize == step && (a < b) == (page < next))
}

/// Whether the numbers of a recurring row are the same on all pages, or one of them grows with the page.
fn numbers_go_with_pages(rows: &[Vec<Row>], members: &[&(usize, usize)]) -> bool {
    let numbers = |member: &(usize, usize)| rows[member.0][member.1].numbers.as_slice();
    let Some(first) = members.first() else {
        return false;
    };
    if members
        .iter()
        .all(|member| numbers(member) == numbers(first))
    {
        // Numbers alone, the same on each page, are a table's.
        return numbers(first).is_empty()
            || rows[first.0][first.1].mask.chars().any(char::is_alphabetic);
    }
    let numbers: Vec<(usize, &[u32])> = members
        .iter()
        .map(|member| (member.0, numbers(member)))
        .collect();
    (0..numbers[0].1.len()).any(|at| grows(&numbers, |numbers| numbers.get(at)))
}

/// Whether a number grows with the page in more than half of some pages: `(page, numbers)`. Parts of a book may count
/// anew.
fn grows<'n>(pages: &[(usize, &'n [u32])], of: impl Fn(&'n [u32]) -> Option<&'n u32>) -> bool {
    let shift = |&(page, numbers): &(usize, &'n [u32])| {
        of(numbers).map(|&number| i64::from(number) - page as i64)
    };
    let mut shifts: Vec<i64> = pages.iter().filter_map(shift).collect();
    shifts.sort_unstable();
    let middle = shifts.get(shifts.len() / 2).copied();
    let fitting = shifts.iter().filter(|&&shift| Some(shift) == middle);
    fitting.count() * 2 > pages.len()
}

/// Whether a page has its number here though no other page has one: a number by itself, well off the text, at the foot.
fn is_lone_number(rows: &[Row], row: &Row) -> bool {
    let alone = rows.iter().filter(|other| other.bottom).count() > 1;
    alone && row.bottom && row.depth == 0 && row.lead > 2.5 && number_of(&rows_text(row)).is_some()
}

/// Whether the number at the foot can be that of this page among others: it is no larger, below a text, and in small print.
fn fits_page(lines: &[Line], row: &Row, page: usize, body: f32) -> bool {
    let is_small = row.lines.iter().all(|&n| lines[n].size <= body);
    let can_be = |&number: &u32| number as usize <= page + 1;
    is_small && lines.len() > TEXT && row.numbers.first().is_some_and(can_be)
}

fn rows_text(row: &Row) -> String {
    row.mask.replace('#', "1")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str, y: f32) -> Line {
        Line::plain(text, (50.0, 300.0), y + 8.8, 10.0)
    }

    fn pages(head: impl Fn(usize) -> String, foot: impl Fn(usize) -> String) -> Vec<Vec<Line>> {
        let body = [
            "We went on.",
            "It was late.",
            "Nobody came.",
            "So we left.",
            "The end was near.",
        ];
        let page = |n: usize| {
            let mut lines = vec![line(&head(n), 20.0)];
            let text = |k: usize| {
                body.iter()
                    .cycle()
                    .skip(n + k)
                    .take(2)
                    .copied()
                    .collect::<Vec<_>>()
                    .join(" ")
            };
            lines.extend((0..5).map(|k| line(&text(k), 60.0 + 12.0 * k as f32)));
            lines.push(line(&foot(n), 700.0));
            lines
        };
        (0..4).map(page).collect()
    }

    #[test]
    fn heads_and_numbers_go_and_the_text_stays() {
        let mut pages = pages(
            |_| "Annual Report 2024".into(),
            |n| format!("- {} -", n + 3),
        );
        let out = take(&mut pages, 10.0);
        assert!(pages.iter().all(|lines| lines.len() == 5));
        assert_eq!(
            out.iter()
                .filter(|left| left.reason == Reason::RunningHead)
                .count(),
            4
        );
        assert_eq!(
            out.iter()
                .filter(|left| left.reason == Reason::PageNumber)
                .count(),
            4
        );
    }

    #[test]
    fn a_table_over_pages_is_no_head() {
        let mut pages = pages(
            |n| format!("Row {}", n * 40),
            |n| format!("Row {}", n * 40 + 39),
        );
        assert!(take(&mut pages, 10.0).is_empty());
    }

    #[test]
    fn a_number_alone_at_the_foot_is_that_of_the_page_where_it_can_be() {
        for (foot, count) in [("2", 5), ("2024", 6)] {
            let mut pages = pages(|n| format!("Day {}", n * 7), |_| String::new());
            for lines in &mut pages {
                lines.pop();
                lines.remove(0);
            }
            pages[2].push(line(foot, 700.0));
            take(&mut pages, 10.0);
            assert_eq!(pages[2].len(), count);
        }
    }

    #[test]
    fn the_names_of_columns_stay_on_the_first_page_of_a_table() {
        let cell = |text: &str, column: usize, y: f32| {
            let from = 50.0 + 100.0 * column as f32;
            Line::plain(text, (from, from + 40.0), y + 8.8, 10.0)
        };
        let table = |head: &[&str; 4]| {
            let page = |n: usize| {
                let mut lines: Vec<Line> = Vec::new();
                let row = |cells: [&str; 4], y: f32| {
                    let cells = cells.into_iter().enumerate();
                    cells
                        .map(|(at, text)| cell(text, at, y))
                        .collect::<Vec<_>>()
                };
                lines.extend(row(*head, 20.0));
                for k in 0..12 {
                    let value = format!("{}", n * 100 + k * 7);
                    let texts = [
                        ["Oslo", "Rome", "Kyoto"][(n + k) % 3],
                        &value,
                        &value,
                        &value,
                    ];
                    lines.extend(row(texts, 34.0 + 14.0 * k as f32));
                }
                lines
            };
            (0..4).map(page).collect::<Vec<_>>()
        };
        let mut pages = table(&["Town", "Men", "Women", "Cars"]);
        take(&mut pages, 10.0);
        let counts: Vec<usize> = pages.iter().map(Vec::len).collect();
        assert_eq!(counts, [52, 48, 48, 48]);
        // A running head that has a number is none of them.
        let mut pages = table(&["Bank", "Account 7", "Mr Berg", "Sheet"]);
        take(&mut pages, 10.0);
        assert!(pages.iter().all(|lines| lines.len() == 48));
    }

    #[test]
    fn roman_numbers_count() {
        let mut pages = pages(|_| "Preface".into(), |n| ["i", "ii", "iii", "iv"][n].into());
        take(&mut pages, 10.0);
        assert!(pages.iter().all(|lines| lines.len() == 5));
    }

    #[test]
    fn heads_that_change_from_page_to_page_are_known_by_their_place() {
        let words = ["ant bear", "cart dove", "elk fjord", "gate hill"];
        let small = |n: usize| Line {
            size: 8.0,
            ..line(words[n], 20.0)
        };
        let mut dictionary = pages(|n| words[n].into(), |_| "Weather book".into());
        let go_on = |pages: &mut Vec<Vec<Line>>| {
            for (lines, word) in pages.iter_mut().zip(words) {
                lines[1].text = format!("on for the rest of the {word}.");
                lines[5].text = format!("At last the story of the {word} went");
            }
        };
        go_on(&mut dictionary);
        for (n, lines) in dictionary.iter_mut().enumerate() {
            lines[0] = small(n);
        }
        take(&mut dictionary, 10.0);
        assert!(
            dictionary
                .iter()
                .all(|lines| lines[0].text.starts_with("on"))
        );
        // In the size of the text, with the number of the page or without.
        for number in ["", " 4"] {
            let head = |n: usize| match number {
                "" => words[n].to_owned(),
                number => format!("{}{number}{n}", words[n]),
            };
            let mut counted = pages(head, |_| "Weather book".into());
            go_on(&mut counted);
            take(&mut counted, 10.0);
            assert!(counted.iter().all(|lines| lines[0].text.starts_with("on")));
        }
        // Titles, below which a text begins.
        let mut titles = pages(|n| format!("§ {n} {}", words[n]), |_| "Weather book".into());
        take(&mut titles, 10.0);
        assert!(
            titles
                .iter()
                .zip(words)
                .all(|(lines, word)| lines[0].text.ends_with(word))
        );
    }

    #[test]
    fn a_box_that_happens_to_begin_some_pages_is_no_head() {
        let texts = [
            "Rain fell",
            "Wind rose",
            "Note",
            "Snow lay",
            "Fog came",
            "Hail hit",
        ];
        let mut pages: Vec<Vec<Line>> = (0..24)
            .map(|n| {
                let mut lines = vec![line("Annual Report", 20.0), line(texts[n % 6], 60.0)];
                lines
                    .extend((0..8).map(|k| {
                        line(&format!("On day {} of {k}", n * 7), 72.0 + 12.0 * k as f32)
                    }));
                lines
            })
            .collect();
        take(&mut pages, 10.0);
        assert_eq!(pages[2][0].text, "Note");
        assert!(pages.iter().all(|lines| lines.len() == 9));
    }
}
