//! Letters that are drawn into the gaps of a line later. A program that finds no `ể` in a font draws the line with gaps
//! first, and the letters of another font behind it; a form has its values drawn over its text.

use super::geometry::Course;
use super::runs::{Placed, Run};

/// How far a letter in a gap may lie over those beside it, in ems.
const OVER: f32 = 0.15;

/// Letters of a word touch within so much, in ems.
const TOUCH: f32 = 0.12;

/// More runs on one line are a drawing.
const MOST: usize = 400;

/// Puts runs into the gaps of earlier ones on the same line, and behind or before them where a word goes on.
pub(super) fn fill_gaps(runs: Vec<Run>) -> Vec<Run> {
    let is_level = |run: &Run| run.course == Course::Right && !run.vertical;
    let (level, mut others): (Vec<Run>, Vec<Run>) = runs.into_iter().partition(is_level);
    let mut level: Vec<(f32, f32, Run)> = level
        .into_iter()
        .map(|run| (run.base(), run.size(), run))
        .collect();
    level.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.2.order.cmp(&b.2.order)));
    let mut rows: Vec<Vec<(f32, f32, Run)>> = Vec::new();
    for run in level {
        match rows.last_mut() {
            Some(row) if run.0 - row[0].0 <= 0.1 * run.1.min(row[0].1) => row.push(run),
            _ => rows.push(vec![run]),
        }
    }
    for row in rows {
        others.extend(filled(row));
    }
    others.sort_by_key(|run| run.order);
    others
}

/// The runs of a line with their gaps filled.
fn filled(mut row: Vec<(f32, f32, Run)>) -> Vec<Run> {
    if row.len() < 2 || row.len() > MOST {
        return row.into_iter().map(|(.., run)| run).collect();
    }
    row.sort_by_key(|(.., run)| run.order);
    let mut done: Vec<(f32, Run)> = Vec::with_capacity(row.len());
    for (_, size, run) in row {
        for mut run in cut_at_letters(run, &done, size) {
            // What was filled may touch the next run, so that it is looked for again.
            while let Some(at) = done.iter().position(|(other, into)| {
                (other - size).abs() < 0.05 * size && takes(into, &run, size)
            }) {
                let (_, into) = done.remove(at);
                run = merged(into, run, size);
            }
            done.push((size, run));
        }
    }
    done.into_iter().map(|(_, run)| run).collect()
}

/// Cuts a run at its gaps in which letters of earlier runs stand: its parts fill several gaps.
fn cut_at_letters(run: Run, done: &[(f32, Run)], size: f32) -> Vec<Run> {
    let stands_in = |from: f32, to: f32| {
        let (from, to) = (from - OVER * size, to + OVER * size);
        done.iter().any(|(other, run)| {
            let next = run.placed.partition_point(|placed| placed.a0 < from);
            let next = run.placed.get(next);
            (other - size).abs() < 0.05 * size && next.is_some_and(|placed| placed.a1 <= to)
        })
    };
    let mut parts: Vec<Run> = Vec::new();
    let mut last = f32::MAX;
    for (at, placed) in run.placed.into_iter().enumerate() {
        let is_cut = placed.a0 - last > TOUCH * size && stands_in(last, placed.a0);
        last = placed.a1;
        match parts.last_mut() {
            Some(part) if !is_cut => part.placed.push(placed),
            _ => parts.push(Run {
                order: run.order + at,
                placed: vec![placed],
                ..run
            }),
        }
    }
    parts
}

/// Whether a later run stands in the gaps of an earlier one, or goes on with a word at one of its ends.
fn takes(into: &Run, run: &Run, size: f32) -> bool {
    let is_sorted = |run: &Run| run.placed.is_sorted_by(|a, b| a.a0 <= b.a0);
    let ends = |run: &Run| Some((run.placed.first()?.a0, run.placed.last()?.a1));
    let (Some((start, end)), Some((first, last))) = (ends(into), ends(run)) else {
        return false;
    };
    if into.origin != run.origin || !is_sorted(into) || !is_sorted(run) {
        return false;
    }
    let touches = |left: f32, right: &[Placed], at: f32| {
        (at - left).abs() <= TOUCH * size && right.first().is_some_and(|placed| !placed.spaced)
    };
    let inside = first > start && last < end;
    let behind = first > start && touches(end, &run.placed, first);
    let before = last < end && touches(last, &into.placed, start);
    (inside || behind || before) && is_free(into, run, size)
}

/// Whether no letter of a run lies over one of the other.
fn is_free(into: &Run, run: &Run, size: f32) -> bool {
    run.placed.iter().all(|placed| {
        let next = into.placed.partition_point(|other| other.a0 < placed.a0);
        let (left, right) = (next.checked_sub(1), into.placed.get(next));
        let left = left.and_then(|left| into.placed.get(left));
        left.is_none_or(|left| left.a1 <= placed.a0 + OVER * size)
            && right.is_none_or(|right| right.a0 >= placed.a1 - OVER * size)
    })
}

fn merged(into: Run, mut run: Run, size: f32) -> Run {
    let order = into.order.min(run.order);
    let mut placed = into.placed;
    // The space before it in the content stands at another place.
    if let Some(first) = run.placed.first_mut() {
        let touches = |left: &Placed| (first.a0 - left.a1).abs() <= TOUCH * size;
        first.spaced &= !placed.iter().any(touches);
    }
    placed.extend(run.placed);
    placed.sort_by(|a, b| a.a0.total_cmp(&b.a0));
    Run {
        order,
        placed,
        ruby: into.ruby.max(run.ruby),
        ..into
    }
}

#[cfg(test)]
mod tests {
    use super::super::runs::runs;
    use super::super::runs::tests::glyphs;
    use super::*;

    fn texts(page: &[super::super::glyphs::Glyph]) -> Vec<String> {
        let runs = fill_gaps(runs(page, &[]).0);
        runs.iter().map(|run| run.chars().collect()).collect()
    }

    #[test]
    fn letters_of_another_font_are_in_their_words() {
        let step = (5.0, 0.0);
        let mut page = glyphs("B", (10.0, 20.0), step, 10.0);
        page.extend(glyphs("o t", (20.0, 20.0), step, 10.0));
        page.extend(glyphs("n l", (40.0, 20.0), step, 10.0));
        page.extend(glyphs("ả", (15.0, 20.0), step, 10.0));
        page.extend(glyphs("ồ", (35.0, 20.0), step, 10.0));
        page.extend(glyphs("ớ", (55.0, 20.0), step, 10.0));
        assert_eq!(texts(&page), ["Bảotồnlớ"]);
    }

    #[test]
    fn a_run_over_several_gaps_fills_each() {
        let step = (5.0, 0.0);
        let mut page = glyphs("b", (10.0, 20.0), step, 10.0);
        page.extend(glyphs("n", (22.0, 20.0), step, 10.0));
        page.extend(glyphs("c", (37.0, 20.0), step, 10.0));
        page.extend(glyphs("ể", (15.0, 20.0), step, 10.0));
        page.extend(glyphs("ướ", (27.0, 20.0), step, 10.0));
        assert_eq!(texts(&page), ["bểnước"]);
    }

    #[test]
    fn letters_over_others_and_words_apart_stay_as_they_are() {
        let step = (5.0, 0.0);
        let mut page = glyphs("bold", (10.0, 20.0), step, 10.0);
        page.extend(glyphs("bold", (10.3, 20.0), step, 10.0));
        page.extend(glyphs("far", (60.0, 20.0), step, 10.0));
        page.extend(glyphs("next", (37.0, 20.0), step, 10.0));
        assert_eq!(texts(&page), ["bold", "bold", "far", "next"]);
    }
}
