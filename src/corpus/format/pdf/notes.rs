//! Notes at the foot of a page or a column: smaller than the text, below all of it, begun with a mark.

use super::lines::Line;
use super::markers::starts_note;
use super::walls::{Wall, Walls};

/// A note is at most this large, in sizes of the text.
const SMALL: f32 = 0.95;

/// Takes the notes out of a page's lines, and gives them in their order. The walls are turned as the lines are.
pub(super) fn take(lines: &mut Vec<Line>, body: f32, walls: &Walls) -> Vec<Line> {
    let mut notes = vec![false; lines.len()];
    for (at, line) in lines.iter().enumerate() {
        if line.size > SMALL * body || notes[at] || !begins(line, walls) {
            continue;
        }
        let below = |other: &Line| {
            other.course == line.course
                && other.base >= line.base - 0.1
                && other.frame.overlap_along(&line.frame) > 0.0
        };
        // Nothing of the text stands below a note in its column.
        if lines
            .iter()
            .any(|other| below(other) && other.size > SMALL * body)
            || !has_text_above(lines, line, body)
        {
            continue;
        }
        for (n, other) in lines.iter().enumerate() {
            notes[n] |= below(other);
        }
    }
    let mut at = 0;
    let mut out = Vec::new();
    lines.retain(|line| {
        at += 1;
        if notes[at - 1] {
            out.push(line.clone());
        }
        !notes[at - 1]
    });
    out.sort_by_key(|line| line.order);
    out
}

fn begins(line: &Line, walls: &Walls) -> bool {
    line.marked || starts_note(&line.text) || walls.along.iter().any(|wall| is_above(wall, line))
}

/// A short rule sets notes off from the text.
fn is_above(rule: &Wall, line: &Line) -> bool {
    let length = rule.to - rule.from;
    let gap = line.frame.c0 - rule.at;
    (-0.3 * line.size..2.0 * line.size).contains(&gap)
        && (rule.from - line.frame.a0).abs() < 2.5 * line.size
        && length > 3.0 * line.size
        && length < 30.0 * line.size
}

fn has_text_above(lines: &[Line], note: &Line, body: f32) -> bool {
    lines.iter().any(|line| {
        line.course == note.course
            && line.base < note.base
            && line.size > SMALL * body
            && line.frame.overlap_along(&note.frame) > 0.0
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str, size: f32, c: f32) -> Line {
        Line::plain(text, (10.0, 200.0), c, size)
    }

    #[test]
    fn notes_are_small_and_below_the_text() {
        let mut lines = vec![
            line("The text of the page", 10.0, 20.0),
            line("1 A note on it", 8.0, 60.0),
            line("goes on.", 8.0, 70.0),
        ];
        let notes = take(&mut lines, 10.0, &Walls::default());
        assert_eq!(lines.len(), 1);
        assert_eq!(notes.len(), 2);
    }

    #[test]
    fn small_print_above_the_text_is_no_note() {
        let mut lines = vec![
            line("1 small", 8.0, 10.0),
            line("The text of the page", 10.0, 60.0),
        ];
        assert!(take(&mut lines, 10.0, &Walls::default()).is_empty());
    }
}
