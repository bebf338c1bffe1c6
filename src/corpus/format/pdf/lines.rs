//! Lines: runs on one baseline put together, as text with a place.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

use super::characters::{is_ideographic, raised};
use super::direction::{as_read, is_leftward};
use super::geometry::{Area, Course, Frame};
use super::glyphs::{Origin, Rule};
use super::narrow_gaps;
use super::runs::{Divisions, GAP, Placed, Run};

/// A gap is a space between words from here on, in ems; kerning is narrower, the narrowest justified space wider.
const SPACE: f32 = 0.15;

/// As much beside an ideograph, which stands a quarter of an em off Latin letters, and off others if justified.
const IDEOGRAPHIC_SPACE: f32 = 0.7;

/// A gap between pieces that do not follow each other in the content, in ems: no wider than between words.
const STRAY_GAP: f32 = 0.4;

/// So many dots lead the eye; an ellipsis has fewer.
const LEADERS: usize = 7;

/// A line, or the part of one that stands by itself.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) text: String,
    pub(super) course: Course,
    pub(super) frame: Frame,
    pub(super) base: f32,
    pub(super) size: f32,
    /// The size of other letters in it, else the same.
    pub(super) other_size: f32,
    /// The size of the ruby beside it, or 0.
    pub(super) ruby: f32,
    pub(super) bold: bool,
    /// All letters are of a typewriter's width.
    pub(super) mono: bool,
    pub(super) origin: Origin,
    /// Number in the content.
    pub(super) order: usize,
    /// The first letter is raised: the mark of a note.
    pub(super) marked: bool,
    /// Where the text begins behind a label or a number that stands before it, with room between them.
    pub(super) hang: Option<f32>,
    /// A paragraph by itself: a field of a form with its label.
    pub(super) closed: bool,
    /// Parted from what stands close before it, as another cell.
    pub(super) is_cell: bool,
    /// Dots lead to its end: the page of an entry, or a price. Nothing goes on behind that.
    pub(super) leads: bool,
}

impl Line {
    /// The place on the page.
    pub(super) fn area(&self) -> Area {
        self.frame.area(self.course)
    }

    pub(super) fn middle(&self) -> f32 {
        f32::midpoint(self.frame.c0, self.frame.c1)
    }

    /// The middle along the line.
    pub(super) fn centre(&self) -> f32 {
        f32::midpoint(self.frame.a0, self.frame.a1)
    }
}

/// The lines of a page, in the order of the content.
pub(super) fn lines(runs: Vec<Run>, rules: &[Rule]) -> Vec<Line> {
    let runs = narrow_gaps::part(merged(runs, &Divisions::new(rules)));
    let mut lines: Vec<Line> = runs.iter().filter_map(line).collect();
    lines.sort_by_key(|line| line.order);
    lines
}

/// Puts runs on one baseline together if they touch: a writer may draw the parts of a line in any order.
fn merged(runs: Vec<Run>, walls: &Divisions) -> Vec<Run> {
    let mut runs: Vec<(f32, f32, Run)> = runs
        .into_iter()
        .map(|run| (run.base(), run.size(), run))
        .collect();
    let key = |run: &Run| (run.course as u8, run.vertical, run.origin as u8);
    runs.sort_by(|a, b| key(&a.2).cmp(&key(&b.2)).then(a.0.total_cmp(&b.0)));
    let mut out: Vec<Run> = Vec::new();
    let mut row: Vec<(f32, f32, Run)> = Vec::new();
    for (base, size, run) in runs {
        let joins = row.last().is_some_and(|(last, other, before)| {
            key(before) == key(&run) && base - last <= 0.25 * size.max(*other)
        });
        if !joins {
            merge_row(&mut row, walls, &mut out);
        }
        row.push((base, size, run));
    }
    merge_row(&mut row, walls, &mut out);
    out
}

fn merge_row(row: &mut Vec<(f32, f32, Run)>, walls: &Divisions, out: &mut Vec<Run>) {
    let start = |run: &Run| run.placed.first().map_or(0.0, |placed| placed.a0);
    row.sort_by(|a, b| start(&a.2).total_cmp(&start(&b.2)));
    let mut last: Option<(f32, f32, Run)> = None;
    for (base, size, run) in row.drain(..) {
        match &mut last {
            Some((before, large, whole))
                if touches((*before, *large, whole), (base, size, &run), walls) =>
            {
                whole.order = whole.order.min(run.order);
                if size > *large {
                    (*before, *large) = (base, size);
                }
                whole.ruby = whole.ruby.max(run.ruby);
                whole.placed.extend(run.placed);
            }
            _ => out.extend(last.replace((base, size, run)).map(|(.., run)| run)),
        }
    }
    out.extend(last.map(|(.., run)| run));
}

fn touches(
    (base, size, run): (f32, f32, &Run),
    (next_base, next_size, next): (f32, f32, &Run),
    walls: &Divisions,
) -> bool {
    let (Some(last), Some(first)) = (run.placed.last(), next.placed.first()) else {
        return false;
    };
    let large = size.max(next_size);
    let gap = (first.a0 - last.a1) / large;
    // Between them in the content is at most a reading or a raised letter.
    let follows = next.order > run.order && next.order - run.order <= run.placed.len() * 2 + 40;
    let widest = if follows { GAP } else { STRAY_GAP };
    (next_base - base).abs() <= 0.25 * large
        && size.min(next_size) > 0.55 * large
        && gap <= widest
        && gap >= -0.6
        && !walls.between(run.course, last, first)
        && (first.a0 > last.a0 || (run.vertical && first.a0 >= last.a0))
}

/// The text of a run; `None` if it has no letter.
fn line(run: &Run) -> Option<Line> {
    let size = run.size();
    let base = run.base();
    let mut text = String::new();
    // Where the text of each glyph begins.
    let mut starts = Vec::new();
    let mut last: Option<&Placed> = None;
    let (mut letters, mut mono, mut worded, mut bold) = (0, 0, 0, 0);
    for placed in &run.placed {
        if let Some(last) = last
            && is_spaced(last, placed, &text)
        {
            starts.push(text.len());
            text.push(' ');
        }
        starts.push(text.len());
        let small = placed.size < 0.8 * size && base - placed.c > 0.2 * size && !run.vertical;
        let sign = placed.text.chars().next().and_then(raised);
        match sign {
            // Ten to the fifth is not a hundred and five.
            Some(sign) if small && placed.text.chars().nth(1).is_none() => text.push(sign),
            _ => text.push_str(&placed.text),
        }
        letters += 1;
        mono += usize::from(placed.mono);
        worded += usize::from(is_word(placed));
        bold += usize::from(is_word(placed) && placed.bold);
        last = Some(placed);
    }
    if text.contains(is_leftward) {
        text = as_read(&cut_at(&text, &starts));
    }
    if text.contains(|c| matches!(c, '\u{300}'..='\u{36f}')) {
        text = text.nfc().collect();
    }
    let plain = without_leaders(&text);
    let leads = matches!(plain, Cow::Owned(_));
    let trimmed = plain.trim();
    if trimmed.is_empty() {
        return None;
    }
    let marked = run
        .placed
        .first()
        .is_some_and(|first| first.size < 0.8 * size && base - first.c > 0.15 * size);
    Some(Line {
        text: trimmed.to_owned(),
        course: run.course,
        frame: run.frame(),
        base,
        size,
        other_size: run.other_size(),
        ruby: run.ruby,
        // Text that names things in bold is none for that.
        bold: bold == worded && run.placed.iter().any(|placed| placed.bold),
        mono: mono == letters,
        origin: run.origin,
        order: run.order,
        marked,
        hang: None,
        closed: false,
        is_cell: run.is_cell,
        leads,
    })
}

fn is_word(placed: &Placed) -> bool {
    placed.text.contains(char::is_alphabetic)
}

/// A text cut at these bytes.
fn cut_at<'a>(text: &'a str, starts: &[usize]) -> Vec<&'a str> {
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    let parts = starts.iter().zip(ends);
    parts.filter_map(|(&from, to)| text.get(from..to)).collect()
}

/// A text without the dots that lead the eye from an entry to its page.
fn without_leaders(text: &str) -> Cow<'_, str> {
    let is_dot = |c: char| matches!(c, '.' | '·' | '．' | '․' | '‥' | '…' | '⋯');
    let dots_in = |text: &str| -> usize {
        let dots = text.chars().filter(|&c| is_dot(c));
        let count = |c| match c {
            '…' | '⋯' => 3,
            '‥' => 2,
            _ => 1,
        };
        dots.map(count).sum()
    };
    if dots_in(text) < LEADERS {
        return Cow::Borrowed(text);
    }
    let mut found = false;
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(is_dot) {
        let (before, dots) = rest.split_at(at);
        let end = dots
            .find(|c: char| !is_dot(c) && c != ' ')
            .unwrap_or(dots.len());
        out.push_str(before);
        let leads = dots_in(&dots[..end]) >= LEADERS;
        found |= leads;
        match leads {
            false => out.push_str(&dots[..end]),
            true if out.is_empty() || out.ends_with(' ') => {}
            true => out.push(' '),
        }
        rest = &dots[end..];
    }
    out.push_str(rest);
    match found {
        true => Cow::Owned(out),
        false => Cow::Borrowed(text),
    }
}

/// Whether a space stands between two letters.
fn is_spaced(last: &Placed, next: &Placed, text: &str) -> bool {
    if text.ends_with(char::is_whitespace) || next.text.starts_with(char::is_whitespace) {
        return false;
    }
    let size = last.size.max(next.size);
    let gap = (next.a0 - last.a1) / size;
    let wide = |text: &str| text.chars().next_back().is_some_and(is_ideographic);
    let beside = wide(text) || next.text.chars().next().is_some_and(is_ideographic);
    next.spaced || gap > if beside { IDEOGRAPHIC_SPACE } else { SPACE }
}

#[cfg(test)]
impl Line {
    /// Plain text to test with: where it begins and ends along the line, its base, its size.
    pub(super) fn plain(text: &str, (a0, a1): (f32, f32), base: f32, size: f32) -> Self {
        Self {
            text: text.into(),
            course: Course::Right,
            frame: Frame {
                a0,
                a1,
                c0: base - 0.88 * size,
                c1: base + 0.12 * size,
            },
            base,
            size,
            other_size: size,
            ruby: 0.0,
            bold: false,
            mono: false,
            origin: Origin::Content,
            order: 0,
            marked: false,
            hang: None,
            closed: false,
            is_cell: false,
            leads: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::glyphs::Glyph;
    use super::super::runs::runs;
    use super::super::runs::tests::glyphs;
    use super::*;

    fn texts(page: &[Glyph]) -> Vec<String> {
        lines(runs(page, &[]).0, &[])
            .into_iter()
            .map(|line| line.text)
            .collect()
    }

    #[test]
    fn a_gap_is_a_space_between_words_and_none_between_ideographs() {
        let mut page = glyphs("on", (10.0, 50.0), (5.0, 0.0), 10.0);
        page.extend(glyphs("it", (23.0, 50.0), (5.0, 0.0), 10.0));
        page.extend(glyphs("日", (35.5, 50.0), (5.0, 0.0), 10.0));
        page.extend(glyphs("本", (48.0, 50.0), (5.0, 0.0), 10.0));
        assert_eq!(texts(&page), ["on it日本"]);
    }

    #[test]
    fn parts_of_a_line_are_put_together_in_their_place() {
        let mut page = glyphs("である。", (50.0, 50.0), (10.0, 0.0), 10.0);
        page.extend(glyphs("吾輩は猫", (10.0, 50.0), (10.0, 0.0), 10.0));
        assert_eq!(texts(&page), ["吾輩は猫である。"]);
    }

    #[test]
    fn dots_that_lead_to_a_page_are_no_text() {
        for (text, expected) in [
            ("Index . . . . . . . . . . . 12", "Index 12"),
            ("目次…………………………3", "目次 3"),
            ("焼き魚定食………九百八十円", "焼き魚定食 九百八十円"),
            ("……そうか。……", "……そうか。……"),
            ("wait ... and see ...", "wait ... and see ..."),
            (". . . . . . . . .", ""),
        ] {
            assert_eq!(without_leaders(text).trim(), expected);
        }
    }

    #[test]
    fn a_raised_digit_is_written_raised() {
        let mut page = glyphs("10", (10.0, 50.0), (5.0, 0.0), 10.0);
        page.extend(glyphs("5", (20.0, 46.0), (5.0, 0.0), 6.0));
        assert_eq!(texts(&page), ["10⁵"]);
    }
}
