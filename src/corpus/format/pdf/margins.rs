//! Notes in the margin: smaller than the text, beside the edge that its lines share. They are read behind the text of
//! their page, so that they stand amid no sentence.

use super::lines::Line;

/// A note is at most this large, in sizes of the text.
const SMALL: f32 = 0.95;
/// From the edge of the text to a note, in ems of the text.
const GAP: f32 = 0.6;
/// So many lines of text, of which a third share the edge, make a column with a margin.
const LINES: usize = 5;
/// A note has no more lines; a box beside the text has, in paragraphs that stand close to each other.
const MOST_LINES: usize = 8;
/// So many ems are between the lines of one box at most.
const CLOSE: f32 = 3.0;
/// Lines that share an edge end within so many ems of it.
const EDGE: f32 = 2.0;

/// Takes the notes out of a page's lines, from the first down to the last. All lines are of one course.
pub(super) fn take(lines: &mut Vec<Line>, body: f32) -> Vec<Line> {
    let is_text = |line: &&Line| (line.size / body - 1.0).abs() < 0.05;
    let text: Vec<&Line> = lines.iter().filter(is_text).collect();
    let left = text
        .iter()
        .map(|line| line.frame.a0)
        .fold(f32::MAX, f32::min);
    let right = text
        .iter()
        .map(|line| line.frame.a1)
        .fold(f32::MIN, f32::max);
    let shares = |at: fn(&Line) -> f32, edge: f32| {
        let near = text
            .iter()
            .filter(|line| (at(line) - edge).abs() < EDGE * body);
        near.count() * 3 >= text.len()
    };
    let is_column = text.len() >= LINES
        && shares(|line| line.frame.a0, left)
        && shares(|line| line.frame.a1, right);
    if !is_column {
        return Vec::new();
    }
    // What has a heading of its own is a box.
    let is_beside = |line: &Line| line.frame.a0 > right || line.frame.a1 < left;
    if lines
        .iter()
        .any(|line| line.size > SMALL * body && is_beside(line))
    {
        return Vec::new();
    }
    let is_note = |line: &Line| {
        let outside = line.frame.a0 > right + GAP * body || line.frame.a1 < left - GAP * body;
        let beside = text
            .iter()
            .any(|text| text.frame.overlap_across(&line.frame) > 0.0);
        let worded = line.text.chars().filter(|c| c.is_alphabetic()).count() > 1;
        line.size <= SMALL * body && outside && beside && worded
    };
    let notes: Vec<bool> = lines.iter().map(is_note).collect();
    let letters = |of: bool| -> usize {
        let own = lines.iter().zip(&notes).filter(|(_, note)| **note == of);
        own.map(|(line, _)| line.text.len()).sum()
    };
    // Two columns of text in two sizes.
    if letters(true) * 4 > letters(false) {
        return Vec::new();
    }
    // A box beside the text has paragraphs, or a heading.
    let mut own: Vec<&Line> = lines
        .iter()
        .zip(&notes)
        .filter(|(_, note)| **note)
        .map(|(line, _)| line)
        .collect();
    // Those at the left first, as they would otherwise be woven into those at the right.
    let by_side = |a: &Line, b: &Line| {
        let is_right = |line: &Line| line.frame.a0 > right;
        is_right(a)
            .cmp(&is_right(b))
            .then(a.base.total_cmp(&b.base))
    };
    own.sort_by(|a, b| by_side(a, b));
    let follows = |a: &&Line, b: &&Line| (0.0..CLOSE * b.size).contains(&(b.base - a.base));
    let is_box = |block: &[&Line]| {
        let is_head = |pair: &[&Line]| pair[0].bold && !pair[1].bold;
        block.len() > MOST_LINES || block.windows(2).any(is_head)
    };
    if own.chunk_by(follows).any(is_box) {
        return Vec::new();
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
    out.sort_by(by_side);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(note: &Line) -> Vec<Line> {
        let text = |n: usize| {
            Line::plain(
                "The text of the page goes on",
                (10.0, 150.0),
                20.0 + 12.0 * n as f32,
                10.0,
            )
        };
        let mut lines: Vec<Line> = (0..6).map(text).collect();
        lines.insert(2, note.clone());
        lines
    }

    #[test]
    fn small_print_beside_the_edge_is_a_note() {
        let mut lines = page(&Line::plain("open on Sundays", (165.0, 200.0), 33.0, 8.0));
        assert_eq!(take(&mut lines, 10.0).len(), 1);
        assert_eq!(lines.len(), 6);
        for other in [
            // In the size of the text, in the text, below it, a number of a line.
            Line::plain("open on Sundays", (165.0, 200.0), 33.0, 10.0),
            Line::plain("open on Sundays", (100.0, 145.0), 33.0, 8.0),
            Line::plain("open on Sundays", (165.0, 200.0), 300.0, 8.0),
            Line::plain("15", (165.0, 200.0), 33.0, 8.0),
        ] {
            assert!(take(&mut page(&other), 10.0).is_empty(), "{other:?}");
        }
    }
}
