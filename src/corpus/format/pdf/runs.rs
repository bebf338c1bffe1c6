//! Runs: glyphs that follow each other in the content and on the page.
//!
//! Lines come from how the next glyph lies to the last one, not from what the font says: LibreOffice and Chromium
//! set vertical text with horizontal fonts and give each glyph its place.

use std::rc::Rc;

use super::characters::is_ideographic;
use super::geometry::{Course, Frame};
use super::glyphs::{Glyph, Origin, Rule};
use super::walls::Walls;

/// Numbers end at one place within so much, in ems.
pub(super) const AT_ONE: f32 = 0.12;

/// Rows of a table stand at most so far apart, in ems.
pub(super) const STEP: f32 = 3.4;

/// A wider gap divides a line, in ems. Justified words stand closer, columns of a table wider apart.
pub(super) const GAP: f32 = 0.9;

/// As much where a space stands in between: a justified line has few wider ones.
const SPACED_GAP: f32 = 1.6;

/// How far a glyph may go back over the one before, in ems: kerning, and punctuation of half an em in Japanese.
const BACK: f32 = 0.6;

/// How far a glyph may stand off the line, in ems: a raised or lowered letter; ruby stands farther off.
const OFF: f32 = 0.5;

/// A glyph on a line, in the coordinates that are turned to the line.
#[derive(Debug, Clone)]
pub(super) struct Placed {
    pub(super) text: Rc<str>,
    pub(super) a0: f32,
    pub(super) a1: f32,
    /// Where the line is, across: the baseline, or the middle of a vertical line.
    pub(super) c: f32,
    pub(super) size: f32,
    pub(super) bold: bool,
    pub(super) mono: bool,
    /// A space stands before it.
    pub(super) spaced: bool,
    /// Its number in the content.
    pub(super) order: usize,
}

/// Glyphs in a row.
#[derive(Debug, Clone)]
pub(super) struct Run {
    pub(super) course: Course,
    /// Letters stand upright on a line that runs down.
    pub(super) vertical: bool,
    pub(super) origin: Origin,
    /// Number of the first glyph in the content.
    pub(super) order: usize,
    pub(super) placed: Vec<Placed>,
    /// The size of the ruby beside a word of it, or 0.
    pub(super) ruby: f32,
    /// Parted from what stands close before it, as another cell.
    pub(super) is_cell: bool,
}

impl Run {
    /// The size that most letters have.
    pub(super) fn size(&self) -> f32 {
        let largest = self
            .placed
            .iter()
            .map(|placed| placed.size)
            .fold(0.0, f32::max);
        let count = |size: f32| {
            self.placed
                .iter()
                .filter(|placed| (placed.size - size).abs() < 0.05 * size)
                .count()
        };
        let sizes = self.placed.iter().map(|placed| placed.size).take(64);
        sizes.max_by_key(|&size| count(size)).unwrap_or(largest)
    }

    /// The size that other letters have, where they are not raised or lowered: code among text.
    pub(super) fn other_size(&self) -> f32 {
        let size = self.size();
        let others = self.placed.iter().map(|placed| placed.size);
        let mut others =
            others.filter(|other| (other - size).abs() >= 0.05 * size && *other > 0.8 * size);
        let other = others.next().unwrap_or(size);
        let count = 1 + others
            .filter(|next| (next - other).abs() < 0.05 * other)
            .count();
        if count * 10 >= self.placed.len() {
            other
        } else {
            size
        }
    }

    /// The baseline of most of its letters: the mark of an item, at its beginning, may be raised.
    pub(super) fn base(&self) -> f32 {
        let size = self.size();
        let main = self.placed.iter();
        let main = main.filter(|placed| (placed.size - size).abs() < 0.05 * size);
        let mut bases: Vec<f32> = main.map(|placed| placed.c).take(64).collect();
        let middle = bases.len() / 2;
        match bases.is_empty() {
            true => 0.0,
            false => *bases.select_nth_unstable_by(middle, f32::total_cmp).1,
        }
    }

    pub(super) fn frame(&self) -> Frame {
        let mut frame = Frame {
            a0: f32::MAX,
            a1: f32::MIN,
            c0: f32::MAX,
            c1: f32::MIN,
        };
        for placed in &self.placed {
            frame = frame.with(placed.frame(self.vertical));
        }
        frame
    }

    pub(super) fn chars(&self) -> impl Iterator<Item = char> + '_ {
        self.placed.iter().flat_map(|placed| placed.text.chars())
    }
}

impl Placed {
    pub(super) fn frame(&self, vertical: bool) -> Frame {
        let above = if vertical { 0.5 } else { 0.88 };
        Frame {
            a0: self.a0,
            a1: self.a1,
            c0: self.c - above * self.size,
            c1: self.c + (1.0 - above) * self.size,
        }
    }
}

/// The runs of a page, in the order of the content, and what stands askew. A ruled line ends a run.
pub(super) fn runs(glyphs: &[Glyph], rules: &[Rule]) -> (Vec<Run>, String) {
    let walls = Divisions::new(rules);
    let steps = Steps::count(glyphs);
    let mut runs: Vec<Run> = Vec::new();
    let mut askew = String::new();
    let mut blank = false;
    let mut at = 0;
    while let Some(glyph) = glyphs.get(at) {
        if glyph.is_blank() {
            blank |= !glyph.text.is_empty();
            at += 1;
            continue;
        }
        let Some(course) = glyph.course else {
            askew.push_str(&glyph.text);
            at += 1;
            continue;
        };
        let vertical = steps.is_vertical(glyphs, at, runs.last());
        let course = if vertical { Course::Down } else { course };
        let mut placed = place(glyph, course, vertical);
        (placed.spaced, placed.order) = (blank, at);
        blank = false;
        match runs.last_mut() {
            Some(run)
                if run.course == course
                    && run.vertical == vertical
                    && run.origin == glyph.origin
                    && run.placed.last().is_some_and(|last| {
                        follows(last, &placed, vertical) && !walls.between(course, last, &placed)
                    }) =>
            {
                run.placed.push(placed);
            }
            _ => runs.push(Run {
                course,
                vertical,
                origin: glyph.origin,
                order: at,
                placed: vec![placed],
                ruby: 0.0,
                is_cell: false,
            }),
        }
        at += 1;
    }
    (runs, askew)
}

/// A glyph in the coordinates of a line. On a vertical line an upright letter takes its em square.
fn place(glyph: &Glyph, course: Course, vertical: bool) -> Placed {
    let (start, base) = course.turn(glyph.start.0, glyph.start.1);
    let (end, _) = course.turn(glyph.end.0, glyph.end.1);
    let (along, across) = course.turn(glyph.centre.0, glyph.centre.1);
    let upright = vertical && !glyph.vertical && glyph.course == Some(Course::Right);
    let (a0, a1) = if upright {
        (along - glyph.size / 2.0, along + glyph.size / 2.0)
    } else {
        (start.min(end), start.max(end))
    };
    Placed {
        text: glyph.text.clone(),
        a0,
        a1,
        c: if vertical { across } else { base },
        size: glyph.size,
        bold: glyph.bold,
        mono: glyph.mono,
        spaced: false,
        order: 0,
    }
}

fn follows(last: &Placed, next: &Placed, vertical: bool) -> bool {
    let size = last.size.max(next.size);
    let gap = next.a0 - last.a1;
    let same = last.size.min(next.size) > 0.8 * size;
    // Letters of one size stand on one line exactly; only a smaller one is raised. Several letters may share a
    // square of a vertical line.
    let off = if vertical {
        0.6
    } else if same {
        0.2
    } else {
        OFF
    };
    let wide = if next.spaced { SPACED_GAP } else { GAP };
    let together = vertical && (next.a0 - last.a0).abs() < 0.1 * size;
    (next.c - last.c).abs() <= off * size && gap <= wide * size && (gap >= -BACK * size || together)
}

/// The ruled lines that part cells, for both courses that tables have.
pub(super) struct Divisions {
    right: Walls,
    down: Walls,
}

impl Divisions {
    pub(super) fn new(rules: &[Rule]) -> Self {
        Self {
            right: Walls::new(rules, Course::Right),
            down: Walls::new(rules, Course::Down),
        }
    }

    pub(super) fn between(&self, course: Course, last: &Placed, next: &Placed) -> bool {
        let size = next.size;
        let walls = match course {
            Course::Right => &self.right,
            Course::Down => &self.down,
            _ => return false,
        };
        next.a0 - last.a1 > 0.1 * size
            && walls.divide(
                last.a1 - 0.1 * size,
                next.a0 + 0.1 * size,
                next.c - 0.3 * size,
            )
    }
}

/// How often the next glyph of the same kind stands to the right, and how often below.
struct Steps {
    down: usize,
    right: usize,
}

impl Steps {
    fn count(glyphs: &[Glyph]) -> Self {
        let mut steps = Self { down: 0, right: 0 };
        for pair in glyphs.windows(2) {
            let [a, b] = pair else { continue };
            if a.is_blank() || b.is_blank() {
                continue;
            }
            if a.vertical || steps_down(a, b) {
                steps.down += 1;
            } else if steps_right(a, b) {
                steps.right += 1;
            }
        }
        steps
    }

    /// Whether the glyph belongs to a vertical line.
    fn is_vertical(&self, glyphs: &[Glyph], at: usize, run: Option<&Run>) -> bool {
        let Some(glyph) = glyphs.get(at) else {
            return false;
        };
        if glyph.vertical {
            return true;
        }
        let mostly = self.down > self.right;
        let next = glyphs.iter().skip(at + 1).find(|next| !next.is_blank());
        match glyph.course {
            // Latin words lie on their side in vertical text.
            Some(Course::Down) => mostly,
            Some(Course::Right) => {
                let joins = run.is_some_and(|run| {
                    run.vertical
                        && run.placed.last().is_some_and(|last| {
                            follows(last, &place(glyph, Course::Down, true), true)
                        })
                });
                let right = next.is_some_and(|next| steps_right(glyph, next));
                let down = next.is_some_and(|next| steps_down(glyph, next));
                if mostly {
                    // A running head over vertical text is level.
                    joins || down || (!right && is_ideographic(glyph.first()))
                } else {
                    joins || (down && !right && column(glyphs, at))
                }
            }
            _ => false,
        }
    }
}

/// Whether a vertical line begins here on a page of level lines: several letters below each other without lead.
fn column(glyphs: &[Glyph], at: usize) -> bool {
    let mut letters = glyphs.iter().skip(at).filter(|glyph| !glyph.is_blank());
    let Some(mut last) = letters.next() else {
        return false;
    };
    let mut steps = 0;
    for next in letters.take(3) {
        let pitch = (next.centre.1 - last.centre.1) / last.size;
        if !steps_down(last, next) || pitch > 1.15 || !is_ideographic(next.first()) {
            return false;
        }
        steps += 1;
        last = next;
    }
    steps == 3
}

fn upright(glyph: &Glyph) -> bool {
    glyph.course == Some(Course::Right) && !glyph.vertical
}

fn steps_down(a: &Glyph, b: &Glyph) -> bool {
    let size = a.size.max(b.size);
    let (x, y) = (b.centre.0 - a.centre.0, b.centre.1 - a.centre.1);
    upright(a)
        && upright(b)
        && is_ideographic(a.first())
        && is_ideographic(b.first())
        && x.abs() < 0.25 * size
        && (0.4 * size..1.6 * size).contains(&y)
}

fn steps_right(a: &Glyph, b: &Glyph) -> bool {
    let size = a.size.max(b.size);
    let (x, y) = (b.centre.0 - a.centre.0, b.centre.1 - a.centre.1);
    upright(a) && upright(b) && y.abs() < 0.25 * size && (0.1 * size..1.6 * size).contains(&x)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Glyphs of full width from a place on, by steps.
    pub(crate) fn glyphs(
        text: &str,
        (x, y): (f32, f32),
        (dx, dy): (f32, f32),
        size: f32,
    ) -> Vec<Glyph> {
        let place = |n: usize| (x + n as f32 * dx, y + n as f32 * dy);
        text.chars()
            .enumerate()
            .map(|(n, c)| {
                let (x, y) = place(n);
                let width = if is_ideographic(c) { size } else { size / 2.0 };
                Glyph {
                    text: Rc::from(c.to_string()),
                    start: (x, y),
                    end: (x + width, y),
                    centre: (x + width / 2.0, y - 0.38 * size),
                    size,
                    course: Some(Course::Right),
                    vertical: false,
                    bold: false,
                    mono: false,
                    origin: Origin::Content,
                }
            })
            .collect()
    }

    fn texts(glyphs: &[Glyph]) -> Vec<String> {
        runs(glyphs, &[])
            .0
            .iter()
            .map(|run| run.chars().collect())
            .collect()
    }

    #[test]
    fn level_letters_make_lines() {
        let mut page = glyphs("吾輩は猫", (10.0, 20.0), (10.0, 0.0), 10.0);
        page.extend(glyphs("である。", (10.0, 35.0), (10.0, 0.0), 10.0));
        assert_eq!(texts(&page), ["吾輩は猫", "である。"]);
    }

    #[test]
    fn letters_below_each_other_make_vertical_lines() {
        let mut page = glyphs("吾輩は猫", (100.0, 20.0), (0.0, 10.0), 10.0);
        page.extend(glyphs("である。", (80.0, 20.0), (0.0, 10.0), 10.0));
        let (runs, _) = runs(&page, &[]);
        assert!(
            runs.iter()
                .all(|run| run.vertical && run.course == Course::Down)
        );
        assert_eq!(texts(&page), ["吾輩は猫", "である。"]);
    }

    #[test]
    fn a_column_of_single_letters_is_no_vertical_line() {
        let mut page = glyphs("表の中の数字である", (100.0, 20.0), (10.0, 0.0), 10.0);
        page.extend(glyphs("一二三四", (100.0, 40.0), (0.0, 15.0), 10.0));
        assert!(runs(&page, &[]).0.iter().all(|run| !run.vertical));
    }

    #[test]
    fn a_raised_mark_stays_on_its_line_and_ruby_does_not() {
        let mut page = glyphs("本文", (10.0, 50.0), (10.0, 0.0), 10.0);
        page.extend(glyphs("1", (30.0, 46.0), (10.0, 0.0), 6.0));
        page.extend(glyphs("ほん", (10.0, 41.0), (5.0, 0.0), 5.0));
        assert_eq!(texts(&page), ["本文1", "ほん"]);
    }
}
