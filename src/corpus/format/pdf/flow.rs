//! Where paragraphs begin: the distance of lines, their edges, their size, and the marks that they begin with.

use super::characters::is_finished;
use super::direction::runs_left;
use super::formulas::are_of_formula;
use super::geometry::{Area, Course, Frame};
use super::lines::Line;
use super::markers::{is_caption, starts_item};

/// Sizes within this share are one size: a writer rounds.
const SAME_SIZE: f32 = 0.08;

/// An indent, in ems.
pub(super) const INDENT: f32 = 0.6;

/// A wider one is no indent: the line stands by itself at another place.
const WIDEST_INDENT: f32 = 4.5;

/// Lines farther apart, in ems, do not belong to one column of text at all.
const FAR: f32 = 4.0;

/// So many entries make an index.
const ENTRIES: usize = 5;

/// So many lines of a listing may be empty one below the other.
const EMPTY_LINES: usize = 4;

/// The edges of more stacks on a page are not looked for.
const MOST_STACKS: usize = 400;

/// The lines of a column of text, one below the other.
#[derive(Debug, Clone)]
pub(super) struct Stack {
    pub(super) page: usize,
    pub(super) lines: Vec<Line>,
    /// The edges of the lines.
    pub(super) left: f32,
    pub(super) right: f32,
    /// Where the column ends that it stands in: to the right of it nothing stands beside its lines.
    pub(super) edge: f32,
    /// First lines of paragraphs are indented.
    pub(super) has_indents: bool,
    /// Its lines run to the left: their places along are those in a mirror, so that they begin where others do.
    pub(super) mirrored: bool,
}

/// Puts lines that follow each other downward into stacks, and the parts of one line together.
pub(super) fn stacks(page: usize, lines: Vec<Line>) -> Vec<Stack> {
    let mut stacks: Vec<Stack> = Vec::new();
    for line in lines {
        if let Some(stack) = stacks.last_mut()
            && let Some(last) = stack.lines.last_mut()
        {
            if is_same_row(last, &line) {
                let is_code = is_code(last, &line);
                let spaces = if is_code { columns(last, &line) } else { 1 };
                // A mark may be raised, or larger.
                if line.text.len() > last.text.len() {
                    (last.base, last.size) = (line.base, line.size);
                    last.other_size = line.other_size;
                }
                last.text.extend(std::iter::repeat_n(' ', spaces));
                last.text.push_str(&line.text);
                last.frame = last.frame.with(line.frame);
                last.bold &= line.bold;
                last.mono = is_code;
                last.leads |= line.leads;
                last.hang = Some(line.frame.a0);
                stack.right = stack.right.max(line.frame.a1);
                continue;
            }
            if is_below(last, &line, stack.left, stack.right) {
                stack.left = stack.left.min(line.frame.a0);
                stack.right = stack.right.max(line.frame.a1);
                stack.lines.push(line);
                continue;
            }
        }
        stacks.push(Stack {
            page,
            left: line.frame.a0,
            right: line.frame.a1,
            edge: line.frame.a1,
            has_indents: false,
            lines: vec![line],
            mirrored: false,
        });
    }
    find_edges(&mut stacks);
    for stack in &mut stacks {
        stack.mirror();
        stack.number_empty_lines();
        stack.has_indents = stack.count_indents() >= 2;
    }
    stacks
}

/// Finds the edge of the column of each stack: the right end of a wider one above or below it.
fn find_edges(stacks: &mut [Stack]) {
    let frames: Vec<(Frame, f32)> = stacks
        .iter()
        .filter_map(|stack| {
            let frames = stack.lines.iter().map(|line| line.frame);
            Some((frames.reduce(Frame::with)?, stack.lines[0].size))
        })
        .collect();
    if frames.len() != stacks.len() || stacks.len() > MOST_STACKS {
        return;
    }
    for (n, stack) in stacks.iter_mut().enumerate() {
        let (own, size) = frames[n];
        let beside =
            |other: &Frame| other.a0 > own.a1 - size && other.c0 < own.c1 && other.c1 > own.c0;
        if frames.iter().any(|(other, _)| beside(other)) {
            continue;
        }
        let around = frames
            .iter()
            .filter(|(other, _)| other.a0 < own.a0 + size && other.a1 > own.a1);
        stack.edge = around.map(|(other, _)| other.a1).fold(own.a1, f32::max);
    }
}

/// Whether a piece goes on in the same line after a wider gap, as the text of an item after its mark.
fn is_same_row(last: &Line, line: &Line) -> bool {
    let gap = line.frame.a0 - last.frame.a1;
    let size = last.size.max(line.size);
    let widest = match (is_code(last, line), starts_item(&last.text)) {
        (true, _) => 20.0,
        (_, true) => 6.0,
        _ => 3.0,
    };
    let beside = (last.base - line.base).abs() < 0.2 * size && gap > 0.0 && gap < widest * size;
    last.course == line.course
        && !(last.closed || line.closed)
        && (beside || are_of_formula(last, line, gap))
}

/// Whether a piece goes on with a line of code, or stands behind the number of that line.
fn is_code(last: &Line, line: &Line) -> bool {
    line.mono && (last.mono || is_number(last))
}

fn is_number(line: &Line) -> bool {
    line.text.bytes().all(|b| b.is_ascii_digit())
}

/// How many letters of a typewriter have room between two pieces of a line.
fn columns(last: &Line, line: &Line) -> usize {
    let width = (line.frame.a1 - line.frame.a0) / line.text.chars().count().max(1) as f32;
    let room = (line.frame.a0 - last.frame.a1) / width.max(0.1);
    (room.round() as usize).clamp(1, 60)
}

fn is_below(last: &Line, line: &Line, left: f32, right: f32) -> bool {
    let size = last.size.max(line.size);
    let step = line.base - last.base;
    last.course == line.course
        && step > 0.3 * size
        && step < FAR * size
        && line.frame.a0 < right
        && line.frame.a1 > left
}

/// The distance of lines that is usual on a page, in ems: the median, that of body text.
pub(super) fn leading(stacks: &[Stack]) -> Option<f32> {
    let mut steps: Vec<f32> = stacks
        .iter()
        .flat_map(|stack| stack.lines.windows(2))
        .filter_map(|pair| match pair {
            [a, b] if is_same_size(a.size, b.size) => Some((b.base - a.base) / b.size),
            _ => None,
        })
        .collect();
    steps.sort_by(f32::total_cmp);
    // Half of the lines and more follow without extra space; the lower part is theirs.
    steps.get(steps.len() * 2 / 5).copied()
}

pub(super) fn is_same_size(a: f32, b: f32) -> bool {
    (a - b).abs() <= SAME_SIZE * a.max(b)
}

/// From one line to the next, in ems.
pub(super) fn lead(last: &Line, line: &Line) -> f32 {
    (line.base - last.base) / line.size
}

/// The room that ruby may take between two lines, in ems: above its line, beside a vertical one on either side.
fn room_of_ruby(last: &Line, line: &Line) -> f32 {
    let ruby = match line.course {
        Course::Right => line.ruby,
        _ => line.ruby.max(last.ruby),
    };
    ruby / line.size
}

/// Whether letters of one size are in both lines.
fn shares_size(a: &Line, b: &Line) -> bool {
    let sizes = |line: &Line| [line.size, line.other_size];
    sizes(a)
        .iter()
        .any(|&a| sizes(b).iter().any(|&b| is_same_size(a, b)))
}

/// How the lines of a stack are set.
#[derive(Debug, Clone, Copy)]
struct Style {
    hanging: bool,
    centred: bool,
    /// Entries that end in the numbers of pages, as in an index.
    paged: bool,
}

impl Stack {
    /// Mirrors a stack whose lines run to the left.
    fn mirror(&mut self) {
        let leftward = |line: &&Line| line.course == Course::Right && runs_left(&line.text);
        if self.lines.iter().filter(leftward).count() * 2 > self.lines.len() {
            self.mirrored = true;
            (self.left, self.right) = (-self.right, -self.left);
            for line in &mut self.lines {
                line.frame = line.frame.mirrored();
                line.hang = None;
            }
        }
    }

    /// Makes the numbers of empty lines in a listing lines of it.
    fn number_empty_lines(&mut self) {
        for at in 1..self.lines.len() {
            let (before, rest) = self.lines.split_at_mut(at);
            let (last, line) = (&before[at - 1], &rest[0]);
            let next = rest.iter().take(EMPTY_LINES).find(|line| !is_number(line));
            if is_number(line) && last.mono && next.is_some_and(|next| next.mono) {
                (rest[0].mono, rest[0].size, rest[0].other_size) = (true, last.size, last.size);
            }
        }
    }

    /// The place of a line of the stack on the page.
    pub(super) fn area(&self, line: &Line) -> Area {
        match self.mirrored {
            true => line.frame.mirrored().area(line.course),
            false => line.area(),
        }
    }

    /// The paragraphs of the stack, as ranges of lines.
    pub(super) fn paragraphs(&self, leading: f32) -> Vec<std::ops::Range<usize>> {
        let mut out = Vec::new();
        let mut from = 0;
        let style = Style {
            hanging: self.hanging(),
            centred: self.all_centred(),
            paged: self.ends_in_pages(),
        };
        for at in 1..self.lines.len() {
            if self.breaks(from, at, leading, style) {
                out.push(from..at);
                from = at;
            }
        }
        out.push(from..self.lines.len());
        out
    }

    /// Whether a paragraph begins at this line, where the one before began at `from`.
    fn breaks(&self, from: usize, at: usize, leading: f32, style: Style) -> bool {
        let (last, line) = (&self.lines[at - 1], &self.lines[at]);
        if is_initial(last, line) {
            return false;
        }
        if last.closed || line.closed || last.leads || !shares_size(last, line) {
            return true;
        }
        let size = line.size;
        let step = lead(last, line);
        let usual = self.usual_step(at, leading);
        let is_wide = |step: f32| step > usual * 1.25 && step > usual + 0.2;
        if is_wide(step) && is_wide(step - room_of_ruby(last, line)) && !self.runs_on(from, at) {
            return true;
        }
        if is_caption(&line.text) {
            return true;
        }
        let shift = (line.frame.a0 - last.frame.a0) / size;
        if last.mono && line.mono && self.lines[from].mono {
            return false;
        }
        if self.are_right_set(at) || self.is_verse(at - 1) && !is_caption(&self.lines[from].text) {
            return true;
        }
        let short = self.is_short_in(from, at - 1);
        if last.mono != line.mono && self.is_listing(from, at, shift, short) {
            return true;
        }
        if last.bold != line.bold
            && (short || (last.bold && at - from == 1 && !is_finished(&last.text)))
        {
            return true;
        }
        if style.paged && ends_in_page(&last.text) {
            return true;
        }
        if self.are_set_in_middle(at) && !is_caption(&self.lines[from].text) {
            return self.is_narrow(last, line) && !self.is_running(at - 1);
        }
        // The last line of a caption, and of other text that is set full but for it, may stand in the middle.
        let centred = !stands_off_middle(last, line);
        if centred && is_caption(&self.lines[from].text) && shift > -INDENT
            || centred && shift > INDENT && !short && !is_finished(&last.text)
        {
            return false;
        }
        let item = starts_item(&line.text);
        if item
            && (is_finished(&last.text)
                || short
                || shift < -INDENT
                || starts_item(&self.lines[from].text))
        {
            return true;
        }
        if style.centred && self.is_centred(at - 1) && self.is_centred(at) {
            // A line that is centred is as long as it can be, if another goes on with it.
            return self.is_narrow(last, line);
        }
        if self.is_below_label(from, at) {
            return false;
        }
        if self.is_speech(from, at) {
            return true;
        }
        // A full line that ends no sentence goes on, wherever: below a picture, or below the number of a clause.
        let goes_on = !short && !is_finished(&last.text);
        if shift.abs() > WIDEST_INDENT {
            return !(goes_on && shift < 0.0 && at - from >= 2);
        }
        if shift > INDENT {
            let hangs = style.hanging || at - from == 1 && starts_item(&self.lines[from].text);
            return short || !(hangs || goes_on);
        }
        if shift < -INDENT && self.is_beside_initial(from, last) {
            return short;
        }
        if shift < -INDENT {
            // The first line of a paragraph is indented, or a hanging one ends; among entries that hang, text may
            // be indented too.
            return short || at - from > 1 || style.hanging && is_finished(&last.text);
        }
        short
    }

    /// Whether entries hang: their first line stands out to the left, and the others are indented. Paragraphs that
    /// begin with an indent look the same where they have two lines, but there the line that stands out is short.
    fn hanging(&self) -> bool {
        let (mut hanging, mut indented) = (0, 0);
        for at in 1..self.lines.len() {
            let (last, line) = (&self.lines[at - 1], &self.lines[at]);
            let shift = (line.frame.a0 - last.frame.a0) / line.size;
            if shift > INDENT && shift < WIDEST_INDENT && !self.are_right_set(at) {
                let full = !self.ends_before(last, line);
                if full && !is_finished(&last.text) {
                    hanging += 1;
                } else {
                    indented += 1;
                }
            }
        }
        hanging > indented
    }

    /// How many lines are indented against the next one, which begins at the left edge.
    fn count_indents(&self) -> usize {
        let indented = |pair: &&[Line]| {
            let indent = (pair[0].frame.a0 - pair[1].frame.a0) / pair[1].size;
            let at_left = pair[1].frame.a0 - self.left < 0.3 * pair[1].size;
            at_left && indent > INDENT && indent < WIDEST_INDENT
        };
        self.lines.windows(2).filter(indented).count()
    }

    /// Whether most lines end in the number of a page.
    fn ends_in_pages(&self) -> bool {
        let ends = self
            .lines
            .iter()
            .filter(|line| ends_in_page(&line.text))
            .count();
        ends >= ENTRIES && ends * 2 > self.lines.len()
    }

    /// Whether all lines have the same middle.
    fn all_centred(&self) -> bool {
        self.lines.iter().all(|line| {
            let (left, right) = (line.frame.a0 - self.left, self.right - line.frame.a1);
            (left - right).abs() < line.size
        })
    }

    /// Whether a line stands in the middle between the edges.
    fn is_centred(&self, at: usize) -> bool {
        let line = &self.lines[at];
        let (before, behind) = (line.frame.a0 - self.left, self.right - line.frame.a1);
        let widest = before < 0.3 * line.size && behind < 0.3 * line.size;
        widest || before > line.size && (before - behind).abs() < line.size
    }

    /// Whether a line is indented against the lines below it.
    pub(super) fn is_indented(&self, at: usize) -> bool {
        let line = &self.lines[at];
        self.lines
            .get(at + 1)
            .is_some_and(|next| line.frame.a0 - next.frame.a0 > INDENT * line.size)
    }
}

/// Whether an entry of an index ends here: in a number behind a comma, a space or another number.
pub(super) fn ends_in_page(text: &str) -> bool {
    let rest = text.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = text.len() - rest.len();
    (1..=4).contains(&digits) && (rest.is_empty() || rest.ends_with([' ', ',', '-', '–']))
}

/// Whether a line stands elsewhere than in the middle below another one.
fn stands_off_middle(last: &Line, line: &Line) -> bool {
    (last.centre() - line.centre()).abs() > 0.5 * line.size
}

/// Whether a line is a large initial beside the first lines of a paragraph.
fn is_initial(last: &Line, line: &Line) -> bool {
    last.text.chars().count() <= 2
        && last.size > 1.8 * line.size
        && last.text.starts_with(char::is_alphabetic)
        && line.frame.a0 >= last.frame.a1 - 0.5 * line.size
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str, a0: f32, a1: f32, c: f32) -> Line {
        Line::plain(text, (a0, a1), c, 10.0)
    }

    fn paragraphs(lines: Vec<Line>) -> Vec<usize> {
        let stacks = stacks(1, lines);
        assert_eq!(stacks.len(), 1);
        stacks[0]
            .paragraphs(leading(&stacks).unwrap_or(1.2))
            .iter()
            .map(|range| range.start)
            .collect()
    }

    #[test]
    fn an_indent_begins_a_paragraph() {
        let lines = vec![
            line("  first words of it and", 20.0, 200.0, 10.0),
            line("more of them to the edge", 10.0, 200.0, 22.0),
            line("and the last to the edge.", 10.0, 198.0, 34.0),
            line("Another begins with an", 20.0, 200.0, 46.0),
            line("indent.", 10.0, 50.0, 58.0),
        ];
        assert_eq!(paragraphs(lines), [0, 3]);
    }

    #[test]
    fn a_short_line_ends_a_paragraph() {
        let lines = vec![
            line("吾輩は猫である。名前はまだ無い", 10.0, 200.0, 10.0),
            line("ところだ。", 10.0, 60.0, 22.0),
            line("何でも薄暗いじめじめした所で", 10.0, 200.0, 34.0),
        ];
        assert_eq!(paragraphs(lines), [0, 2]);
    }

    #[test]
    fn a_ragged_line_does_not() {
        let lines = vec![
            line("some words of a text that are", 10.0, 190.0, 10.0),
            line("ragged at their right", 10.0, 140.0, 22.0),
            line("extraordinarily but go on with it", 10.0, 200.0, 34.0),
        ];
        assert_eq!(paragraphs(lines), [0]);
    }

    #[test]
    fn items_hang_together() {
        let lines = vec![
            line("1. the first item goes on", 10.0, 200.0, 10.0),
            line("below its text.", 24.0, 90.0, 22.0),
            line("2. the second item goes on", 10.0, 200.0, 34.0),
            line("below its text.", 24.0, 90.0, 46.0),
        ];
        assert_eq!(paragraphs(lines), [0, 2]);
    }

    #[test]
    fn more_space_begins_a_paragraph() {
        let lines = vec![
            line("some words of a text that are", 10.0, 200.0, 10.0),
            line("set without any indent at all.", 10.0, 200.0, 22.0),
            line("Another one after some space.", 10.0, 200.0, 40.0),
            line("and more of it to the edge it", 10.0, 200.0, 52.0),
        ];
        assert_eq!(paragraphs(lines), [0, 2]);
    }

    #[test]
    fn a_sentence_goes_on_where_no_lines_are_closer() {
        let lines = vec![
            line("競りは午前五時半に始まる", 10.0, 205.0, 10.0),
            line("ところだと言われています", 10.0, 205.0, 22.0),
            line("からね。", 10.0, 60.0, 34.0),
            line("何でも、薄暗いじめじめした", 10.0, 205.0, 60.0),
            line("所で泣いていた事だけは。", 10.0, 190.0, 80.0),
            Line::plain("Cleaning", (10.0, 60.0), 98.0, 13.0),
            line("Let the stone cool, and take it", 10.0, 212.0, 110.0),
            line("outside at once, even if it is cold.", 10.0, 180.0, 130.0),
        ];
        assert_eq!(paragraphs(lines), [0, 3, 5, 6]);
        // What is as far off may be another entry.
        let lines = vec![
            line("some words of a text that are", 10.0, 200.0, 10.0),
            line("set in lines that are closer", 10.0, 200.0, 22.0),
            line("to each other than the rest.", 10.0, 200.0, 34.0),
            line("Report of the year on the harbour", 10.0, 200.0, 60.0),
            line("Parish of Altenfeld", 10.0, 120.0, 80.0),
        ];
        assert_eq!(paragraphs(lines), [0, 3, 4]);
    }

    #[test]
    fn a_raised_mark_does_not_move_the_base_of_its_line() {
        let lines = vec![
            line("•", 10.0, 14.0, 8.6),
            line("the first item goes on and on", 24.0, 200.0, 10.0),
            line("below its text, to the edge", 24.0, 200.0, 22.0),
        ];
        assert_eq!(stacks(1, lines)[0].lines[0].base, 10.0);
    }

    #[test]
    fn text_with_an_indent_goes_on_beside_entries_that_hang() {
        let mut lines = Vec::new();
        for n in 0..4 {
            let c = 10.0 + 24.0 * n as f32;
            lines.push(line("an entry that hangs and goes on", 10.0, 200.0, c));
            lines.push(line("below itself to its end.", 24.0, 140.0, c + 12.0));
        }
        lines.push(line(
            "Text with an indent, and a command",
            24.0,
            192.0,
            106.0,
        ));
        lines.push(line(
            "to go on with in its second line.",
            10.0,
            180.0,
            118.0,
        ));
        assert_eq!(paragraphs(lines), [0, 2, 4, 6, 8]);
    }

    #[test]
    fn lines_that_end_at_one_edge_are_full_where_a_wider_one_stands_above() {
        let lines = vec![
            line(
                "a line over two columns, much wider than",
                10.0,
                300.0,
                10.0,
            ),
            line("the others.", 10.0, 70.0, 22.0),
            line("Words that are set to the edge", 10.0, 140.0, 34.0),
            line("of a column beside a picture it", 10.0, 140.0, 46.0),
            line("is here.", 10.0, 50.0, 58.0),
        ];
        assert_eq!(paragraphs(lines), [0, 2]);
    }

    #[test]
    fn entries_of_an_index_end_in_numbers() {
        let entry = |text: &str, n: u8| {
            line(
                text,
                10.0,
                10.0 + 5.0 * text.len() as f32,
                12.0 * f32::from(n),
            )
        };
        let texts = [
            "anchor, 166",
            "ballast, 1, 17",
            "beacon, 28,",
            "109",
            "bell, 11",
            "buoy, 12, 13",
        ];
        let lines = (1..).zip(texts).map(|(n, text)| entry(text, n)).collect();
        assert_eq!(paragraphs(lines), [0, 1, 2, 4, 5]);
    }

    #[test]
    fn a_caption_goes_on_in_the_middle_below() {
        let lines = vec![
            line(
                "Figure 1: The station in the year of the",
                10.0,
                200.0,
                10.0,
            ),
            line("flood.", 90.0, 120.0, 22.0),
            line("Text that follows below the figure it", 10.0, 200.0, 46.0),
        ];
        assert_eq!(paragraphs(lines), [0, 2]);
    }

    #[test]
    fn a_listing_stands_apart_and_its_lines_together() {
        let mut lines = vec![
            line("Say this to the program, which reads:", 10.0, 190.0, 10.0),
            line("for gauge in gauges:", 20.0, 120.0, 22.0),
            line("gauge.read()", 40.0, 100.0, 34.0),
            line("and it will answer in a while to it", 10.0, 190.0, 46.0),
        ];
        lines[1].mono = true;
        lines[2].mono = true;
        assert_eq!(paragraphs(lines), [0, 1, 3]);
    }

    #[test]
    fn the_numbers_of_lines_are_a_part_of_a_listing() {
        let mut lines = Vec::new();
        for (n, code) in ["def read():", "", "    return 0"].into_iter().enumerate() {
            let base = 10.0 + 12.0 * n as f32;
            lines.push(line(&format!("{}", n + 1), 10.0, 14.0, base));
            if !code.is_empty() {
                let end = 24.0 + 5.0 * code.len() as f32;
                let text = code.trim_start();
                let mut code = line(text, end - 5.0 * text.len() as f32, end, base);
                code.mono = true;
                lines.push(code);
            }
        }
        let stacks = stacks(1, lines);
        assert_eq!(stacks[0].paragraphs(1.2).len(), 1);
        assert!(stacks[0].lines.iter().all(|line| line.mono));
        assert_eq!(stacks[0].lines[2].text, "3      return 0");
    }

    #[test]
    fn lines_in_the_middle_stand_for_themselves_above_a_text() {
        let lines = vec![
            line("Present: Ms Halvorsen, Mr Berg, Mr Mori", 40.0, 170.0, 10.0),
            line("Absent: Mr Okafor", 80.0, 130.0, 22.0),
            line("The chair opened the meeting and read", 10.0, 200.0, 34.0),
            line("what was written at the last one.", 10.0, 150.0, 46.0),
        ];
        assert_eq!(paragraphs(lines), [0, 1, 2]);
    }

    #[test]
    fn an_indent_at_the_right_begins_a_paragraph_that_runs_left() {
        let lines = vec![
            line("שלום שלום שלום", 10.0, 190.0, 10.0),
            line("שלום שלום שלום", 10.0, 200.0, 22.0),
            line("שלום.", 150.0, 200.0, 34.0),
            line("שלום שלום שלום", 10.0, 190.0, 46.0),
        ];
        assert_eq!(paragraphs(lines), [0, 3]);
    }
}
