//! A page as a whole: the size of its text, the course of its lines, and its parts in order.

use std::collections::HashMap;

use super::floats;
use super::geometry::{Course, Frame};
use super::glyphs::{Glyph, Origin, Rule};
use super::limits::COMPARED;
use super::lines::Line;
use super::margins;
use super::notes;
use super::order::{Block, order};
use super::pieces::{Element, Ordered};
use super::tables;
use super::walls::Walls;
use crate::corpus::format::properties;

/// A title from the first page is at least this large, in sizes of the text.
const TITLE: f32 = 1.25;

/// Drops letters that are drawn twice at one place: boldness and shadow of old writers.
pub(super) fn without_doubles(mut glyphs: Vec<Glyph>) -> Vec<Glyph> {
    const NEAR: f32 = 0.1;
    let mut cells: HashMap<(char, i32, i32), (f32, f32, f32)> =
        HashMap::with_capacity(glyphs.len());
    glyphs.retain(|glyph| {
        if glyph.is_blank() {
            return true;
        }
        let (x, y) = glyph.centre;
        let cell = glyph.size / 2.0;
        let (i, j) = ((x / cell).floor() as i32, (y / cell).floor() as i32);
        let near = |di: i32, dj: i32| {
            cells
                .get(&(glyph.first(), i + di, j + dj))
                .is_some_and(|&(a, b, size)| {
                    (a - x).abs() < NEAR * size
                        && (b - y).abs() < NEAR * size
                        && (size - glyph.size).abs() < 0.1 * size
                })
        };
        let side = |at: f32, n: i32| if at / cell - n as f32 > 0.5 { 1 } else { -1 };
        let (di, dj) = (side(x, i), side(y, j));
        if near(0, 0) || near(di, 0) || near(0, dj) || near(di, dj) {
            return false;
        }
        cells.insert((glyph.first(), i, j), (x, y, glyph.size));
        true
    });
    glyphs
}

/// The size of most letters.
pub(super) fn body_size(pages: &[Vec<Line>]) -> f32 {
    let mut letters: HashMap<i32, usize> = HashMap::new();
    for line in pages.iter().flatten() {
        *letters.entry((line.size * 4.0).round() as i32).or_default() += line.text.chars().count();
    }
    let most = letters
        .into_iter()
        .max_by_key(|&(size, count)| (count, size));
    most.map_or(10.0, |(size, _)| size as f32 / 4.0)
}

/// The largest line of the first page, with what follows in the same size.
pub(super) fn title(lines: &[Line], body: f32) -> Option<String> {
    let worded = |line: &&Line| line.text.chars().filter(|c| c.is_alphabetic()).count() >= 2;
    let largest = lines
        .iter()
        .filter(worded)
        .map(|line| line.size)
        .fold(0.0, f32::max);
    if largest < TITLE * body {
        return None;
    }
    let large = |line: &&Line| line.size > 0.95 * largest;
    let from = lines.iter().position(|line| large(&line))?;
    let mut title = String::new();
    for line in lines.iter().skip(from).take_while(large).take(4) {
        super::joining::join(&mut title, &line.text, &super::joining::Words::default());
    }
    (title.chars().count() <= 200)
        .then_some(title)
        .and_then(|line| properties::title(&line))
}

/// The parts of a page in the order of reading.
pub(super) fn ordered(lines: Vec<Line>, rules: &[Rule], body: f32) -> Ordered {
    let Some(course) = main_course(&lines) else {
        return Ordered::default();
    };
    let walls = Walls::new(rules, course);
    let (others, mut own): (Vec<Line>, Vec<Line>) =
        lines.into_iter().partition(|line| line.course != course);
    let (mut tables, mut notes) = (Vec::new(), Vec::new());
    if own.len() <= COMPARED {
        place_fields(&mut own);
        place_initials(&mut own);
        tables = tables::take(&mut own, &walls);
        notes = notes::take(&mut own, body, &walls);
        notes.extend(margins::take(&mut own, body));
    }
    let mut parts: Vec<(usize, Block, Element)> = Vec::new();
    for line in own.into_iter().chain(others) {
        let block = Block {
            frame: turned(&line, course),
            size: line.size,
        };
        parts.push((line.order, block, Element::Line(line)));
    }
    for table in tables {
        parts.push((
            table.order,
            Block {
                frame: table.frame,
                size: table.size,
            },
            Element::Table(table),
        ));
    }
    parts.sort_by_key(|(order, ..)| *order);
    let blocks: Vec<Block> = parts.iter().map(|(_, block, _)| *block).collect();
    let mut parts: Vec<Option<Element>> = parts
        .into_iter()
        .map(|(.., element)| Some(element))
        .collect();
    let elements = floats::place(&blocks, order(&blocks))
        .into_iter()
        .filter_map(|n| parts[n].take())
        .collect();
    Ordered { elements, notes }
}

/// The course of most letters.
fn main_course(lines: &[Line]) -> Option<Course> {
    let letters = |course: Course| {
        lines
            .iter()
            .filter(|line| line.course == course)
            .map(|line| line.text.len())
            .sum::<usize>()
    };
    let courses = [Course::Up, Course::Left, Course::Down, Course::Right];
    courses
        .into_iter()
        .max_by_key(|&course| letters(course))
        .filter(|_| !lines.is_empty())
}

fn turned(line: &Line, course: Course) -> Frame {
    if line.course == course {
        return line.frame;
    }
    let area = line.area();
    let (a0, c0) = course.turn(area.x0, area.y0);
    let (a1, c1) = course.turn(area.x1, area.y1);
    Frame {
        a0: a0.min(a1),
        a1: a0.max(a1),
        c0: c0.min(c1),
        c1: c0.max(c1),
    }
}

/// Puts a large initial before the line that it begins. The lines beside it begin where it does.
fn place_initials(lines: &mut Vec<Line>) {
    const LARGE: f32 = 1.8;
    const BESIDE: f32 = 1.5;
    let mut at = 0;
    while at < lines.len() {
        let initial = &lines[at];
        let mut letters = initial.text.chars();
        let is_letter = letters.next().is_some_and(char::is_alphabetic) && letters.next().is_none();
        let (from, frame, size) = (initial.frame.a0, initial.frame, initial.size);
        let is_beside = |line: &Line| {
            let middle = line.middle();
            size > LARGE * line.size
                && (frame.c0..frame.c1).contains(&middle)
                && (-0.5..BESIDE).contains(&((line.frame.a0 - frame.a1) / line.size))
        };
        let beside: Vec<usize> = (0..lines.len())
            .filter(|&n| is_letter && is_beside(&lines[n]))
            .collect();
        let first = beside
            .iter()
            .copied()
            .min_by(|&a, &b| lines[a].base.total_cmp(&lines[b].base));
        let Some(first) = first.filter(|&first| {
            beside.len() > 1 && lines[first].text.starts_with(char::is_alphabetic)
        }) else {
            at += 1;
            continue;
        };
        let letter = std::mem::take(&mut lines[at].text);
        lines[first].text.insert_str(0, &letter);
        for n in beside {
            lines[n].frame.a0 = from;
        }
        lines.remove(at);
    }
}

/// Values of fields are drawn after all text. Each is put behind its label: the text to its left, else above it.
fn place_fields(lines: &mut Vec<Line>) {
    let (fields, mut labels): (Vec<Line>, Vec<Line>) = std::mem::take(lines)
        .into_iter()
        .partition(|line| line.origin == Origin::Annotation);
    for field in fields {
        let near = labels
            .iter()
            .enumerate()
            .filter_map(|(n, label)| Some((distance(&label.frame, &field)?, n)));
        let Some((_, n)) = near.min_by(|a, b| a.0.total_cmp(&b.0)) else {
            lines.push(field);
            continue;
        };
        let label = &mut labels[n];
        label.text.push(' ');
        label.text.push_str(&field.text);
        label.frame = label.frame.with(field.frame);
        label.closed = true;
    }
    lines.append(&mut labels);
}

/// How far a label is from a field, if it can be its label. A label on the same line counts before one above.
fn distance(label: &Frame, field: &Line) -> Option<f32> {
    const LINE: f32 = 20.0;
    const ABOVE: f32 = 3.0;
    let size = field.size;
    let (beside, over) = (field.frame.a0 - label.a1, field.frame.c0 - label.c1);
    if label.overlap_across(&field.frame) > 0.3 && label.a0 < field.frame.a0 {
        (beside < LINE * size).then_some(beside.max(0.0))
    } else if over > -0.3 * size && over < ABOVE * size && label.overlap_along(&field.frame) > 0.0 {
        Some(LINE * size + over)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str, (a0, a1): (f32, f32), base: f32, size: f32) -> Line {
        Line::plain(text, (a0, a1), base, size)
    }

    #[test]
    fn an_initial_begins_the_first_line_beside_it() {
        let mut lines = vec![
            line("O", (10.0, 35.0), 34.0, 34.0),
            line("A heading", (10.0, 90.0), -20.0, 16.0),
            line("ur second survey", (38.0, 200.0), 14.0, 10.0),
            line("found more, and it", (38.0, 200.0), 26.0, 10.0),
            line("goes on below.", (10.0, 120.0), 44.0, 10.0),
        ];
        place_initials(&mut lines);
        let texts: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(texts[..2], ["A heading", "Our second survey"]);
        assert!(lines[1..].iter().all(|line| line.frame.a0 == 10.0));
    }
}
