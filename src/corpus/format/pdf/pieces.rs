//! Pieces of the text from the lines of all pages: paragraphs over lines, columns and pages, headings, notes, rows.

use super::cells::{Table, weight};
use super::characters::{is_finished, is_ideographic};
use super::document::{Kind, Mark, Piece};
use super::flow::{Stack, ends_in_page, is_same_size, leading, stacks};
use super::joining::{Words, join, without_soft_hyphens};
use super::lines::Line;
use super::markers::{is_caption, starts_item, starts_section};
use super::measure::FULL;

/// A part of a page, in the order of reading.
#[derive(Debug)]
pub(super) enum Element {
    Line(Line),
    Table(Table),
}

/// A page whose parts are in order.
#[derive(Debug, Default)]
pub(super) struct Ordered {
    pub(super) elements: Vec<Element>,
    pub(super) notes: Vec<Line>,
}

/// A heading is at least this large, in sizes of the text.
const LARGE: f32 = 1.12;

/// So many headings below each other are none.
const VERSE: usize = 4;

/// A heading has at most so many letters; ideographs count twice.
const HEADING: usize = 160;

/// The pieces of a document.
pub(super) fn pieces(mut pages: Vec<Ordered>, body: f32) -> Vec<Piece> {
    if share(&pages, |line| line.mono, |_| (0, 0)) > 0.5 {
        // The text is set like a listing, so that says nothing.
        for element in pages.iter_mut().flat_map(|page| &mut page.elements) {
            if let Element::Line(line) = element {
                line.mono = false;
            }
        }
    }
    let mut words = Words::default();
    for page in &pages {
        for element in &page.elements {
            if let Element::Line(line) = element {
                words.add(&line.text);
            }
        }
    }
    let mut builder = Builder {
        pieces: Vec::new(),
        open: None,
        words,
        body,
        header: None,
        bold: share(&pages, |line| line.bold, Table::bold_letters) > 0.5,
    };
    for (page, ordered) in pages.into_iter().enumerate() {
        builder.page(page + 1, ordered);
    }
    for piece in &mut builder.pieces {
        tidy(piece);
    }
    builder.pieces
}

/// Many headings of one size below each other without a text are lines of a verse in larger print.
fn no_headings_of_verse(kinds: &mut [(Kind, f32)]) {
    for run in kinds.chunk_by_mut(|a, b| a.0 == b.0 && is_same_size(a.1, b.1)) {
        if run.len() >= VERSE && run[0].0 == Kind::Heading {
            run.iter_mut().for_each(|(kind, _)| *kind = Kind::Paragraph);
        }
    }
}

/// The share of the text in such lines. Of a table: how many letters are such, and how many there are.
fn share(
    pages: &[Ordered],
    is_such: impl Fn(&Line) -> bool,
    in_table: impl Fn(&Table) -> (usize, usize),
) -> f32 {
    let letters = |element: &Element| match element {
        Element::Line(line) => {
            let letters = line.text.len();
            (usize::from(is_such(line)) * letters, letters)
        }
        Element::Table(table) => in_table(table),
    };
    let elements = pages.iter().flat_map(|page| &page.elements).map(letters);
    let (such, all) = elements.fold((0, 0), |sum, own| (sum.0 + own.0, sum.1 + own.1));
    such as f32 / all.max(1) as f32
}

struct Builder {
    pieces: Vec<Piece>,
    /// The paragraph that may go on, with its last line and whether that one ends early.
    open: Option<Open>,
    words: Words,
    body: f32,
    /// The columns of the table before, and their names.
    header: Option<Table>,
    /// Most of the text is bold, so bold says nothing.
    bold: bool,
}

#[derive(Clone)]
struct Open {
    piece: usize,
    line: Line,
    stack: Stack,
}

impl Builder {
    fn page(&mut self, page: usize, ordered: Ordered) {
        let mut run = Vec::new();
        for element in ordered.elements {
            match element {
                Element::Line(line) => run.push(line),
                Element::Table(table) => {
                    self.lines(page, std::mem::take(&mut run));
                    self.table(page, table);
                }
            }
        }
        self.lines(page, run);
        for stack in stacks(page, ordered.notes) {
            for range in stack.note_ranges() {
                let piece = self.piece(Kind::Footnote, &stack, range);
                self.pieces.push(piece);
            }
        }
    }

    fn lines(&mut self, page: usize, lines: Vec<Line>) {
        let stacks = stacks(page, lines);
        let leading = leading(&stacks).unwrap_or(1.5);
        for stack in stacks {
            self.stack(&stack, leading);
        }
    }

    fn stack(&mut self, stack: &Stack, leading: f32) {
        let ranges = stack.paragraphs(leading);
        let mut kinds: Vec<(Kind, f32)> = ranges
            .iter()
            .map(|range| {
                let size = stack.lines[range.start].size;
                (self.kind(stack, range.clone()), size)
            })
            .collect();
        no_headings_of_verse(&mut kinds);
        for (range, (kind, _)) in ranges.into_iter().zip(kinds) {
            let first = &stack.lines[range.start];
            // Behind a caption the paragraph before it may go on, too.
            let interrupted = self
                .pieces
                .last()
                .is_some_and(|piece| matches!(piece.kind, Kind::Caption | Kind::Row | Kind::Code));
            if kind == Kind::Paragraph
                && (range.start == 0 || interrupted)
                && let Some(open) = self.open.take()
            {
                if self.goes_on(&open, stack, range.start) {
                    self.extend(open.piece, stack, range.clone());
                    self.open = Some(self.opened(open.piece, stack, range));
                    continue;
                }
                self.open = Some(open);
            }
            let continues_heading =
                kind == Kind::Heading && self.heading_goes_on(stack, first, range.start);
            if continues_heading {
                let last = self.pieces.len() - 1;
                self.extend(last, stack, range);
                continue;
            }
            let piece = self.piece(kind, stack, range.clone());
            self.pieces.push(piece);
            match kind {
                Kind::Paragraph | Kind::ListItem => {
                    self.open = Some(self.opened(self.pieces.len() - 1, stack, range));
                }
                Kind::Heading => self.open = None,
                // A figure or a table may stand inside a paragraph.
                _ => {}
            }
        }
    }

    fn opened(&self, piece: usize, stack: &Stack, range: std::ops::Range<usize>) -> Open {
        let line = stack.lines[range.end - 1].clone();
        Open {
            piece,
            line,
            stack: Stack {
                lines: Vec::new(),
                ..stack.clone()
            },
        }
    }

    /// Whether the paragraph that is open goes on in the first line of another column or page.
    fn goes_on(&self, open: &Open, stack: &Stack, at: usize) -> bool {
        let (last, first) = (&open.line, &stack.lines[at]);
        let text = self.pieces[open.piece].text.as_str();
        if last.course != first.course
            || !is_same_size(last.size, first.size)
            || last.bold != first.bold
            || last.closed
            || last.leads
            || first.closed
            || ends_in_page(&last.text) && ends_in_page(&first.text)
        {
            return false;
        }
        // In the same column farther down, or at the top of another one; not at another place on the same page.
        let below = open.stack.page == stack.page && first.base > last.base;
        let moved = (stack.left - open.stack.left).abs() > 1.5 * first.size;
        let width = last.frame.a1 - last.frame.a0;
        // Columns of ideographs may be narrow; others so narrow are addresses and the like.
        let least = match last.text.ends_with(is_ideographic) {
            true => 0.0,
            false => FULL * last.size,
        };
        let narrow = width < least.max(0.5 * (stack.right - stack.left));
        if below && moved || narrow && !first.text.starts_with(char::is_lowercase) {
            return false;
        }
        if is_finished(text) || starts_item(&first.text) && !first.text.starts_with(['-', '–', '—'])
        {
            return false;
        }
        if first.text.starts_with(char::is_lowercase) {
            return true;
        }
        // A colon announces, and what follows an indent is new.
        !stack.is_indented(at) && !open.stack.ends_before(last, first)
    }

    fn heading_goes_on(&self, stack: &Stack, first: &Line, at: usize) -> bool {
        // A heading of two lines with more lead than the text.
        let Some(last) = self
            .pieces
            .last()
            .filter(|piece| piece.kind == Kind::Heading)
        else {
            return false;
        };
        let Some(before) = at.checked_sub(1).and_then(|before| stack.lines.get(before)) else {
            return false;
        };
        before.size > LARGE * self.body
            && is_same_size(before.size, first.size)
            && before.bold == first.bold
            && (first.base - before.base) < 1.9 * first.size
            && !starts_section(&first.text)
            && last.text.chars().count() + first.text.chars().count() < HEADING
    }

    fn kind(&self, stack: &Stack, range: std::ops::Range<usize>) -> Kind {
        let lines = &stack.lines[range.clone()];
        let first = &lines[0];
        if is_caption(&first.text) && lines.len() <= 6 {
            return Kind::Caption;
        }
        if lines.len() > 1 && lines.iter().all(|line| line.mono) {
            return Kind::Code;
        }
        let letters: usize = lines.iter().map(|line| weight(&line.text)).sum();
        let last = lines.last().map_or("", |line| line.text.trim_end());
        let ends = last.ends_with(['.', '。', '．', ',', '、', ';', ':']);
        let short = letters <= HEADING
            && letters > 1
            && lines.len() <= 4
            && first.text.contains(char::is_alphabetic);
        let large = lines.iter().all(|line| line.size > LARGE * self.body);
        let bold = !self.bold
            && lines
                .iter()
                .all(|line| line.bold && line.size > 0.9 * self.body);
        if short
            && (large && !(ends && lines.len() > 1)
                || bold && !ends && lines.len() <= 2 && !is_run_in(stack, &range))
        {
            return Kind::Heading;
        }
        if starts_item(&first.text) {
            Kind::ListItem
        } else {
            Kind::Paragraph
        }
    }

    fn piece(&self, kind: Kind, stack: &Stack, range: std::ops::Range<usize>) -> Piece {
        let mut piece = Piece {
            kind,
            text: String::new(),
            marks: Vec::new(),
        };
        add(&mut piece, stack, range, &self.words);
        piece
    }

    fn extend(&mut self, piece: usize, stack: &Stack, range: std::ops::Range<usize>) {
        add(&mut self.pieces[piece], stack, range, &self.words);
    }

    fn table(&mut self, page: usize, mut table: Table) {
        // A table that goes on over a page has the names of its columns once.
        if table.names.is_none()
            && let Some(before) = self.header.take()
            && before.continues(&table)
            && self
                .pieces
                .last()
                .is_some_and(|piece| piece.kind == Kind::Row)
        {
            table.names = before.names;
        }
        for (text, area) in table.texts() {
            self.pieces.push(Piece {
                kind: Kind::Row,
                text,
                marks: vec![Mark { at: 0, page, area }],
            });
        }
        self.header = Some(table);
    }
}

/// Whether a bold line goes over into text that is not bold: the beginning of a paragraph.
fn is_run_in(stack: &Stack, range: &std::ops::Range<usize>) -> bool {
    let last = &stack.lines[range.end - 1];
    stack.lines.get(range.end).is_some_and(|next| {
        !next.bold
            && !stack.is_short_in(range.start, range.end - 1)
            && next.text.starts_with(char::is_lowercase)
            && last.bold
    })
}

fn add(piece: &mut Piece, stack: &Stack, range: std::ops::Range<usize>, words: &Words) {
    let edge = stack.lines[range.clone()].iter().map(|line| line.frame.a0);
    let edge = edge.fold(f32::MAX, f32::min);
    for line in &stack.lines[range] {
        if piece.kind == Kind::Code {
            add_code(piece, line, edge);
        }
        let initial = piece.marks.len() == 1
            && piece.text.chars().count() == 1
            && piece.text.starts_with(char::is_alphabetic);
        if piece.kind == Kind::Code || initial && line.text.starts_with(char::is_alphabetic) {
            piece.text.push_str(&line.text);
        } else {
            join(&mut piece.text, &line.text, words);
        }
        // The space before a line is the end of the line before.
        let at = piece.text.len() - line.text.len().min(piece.text.len());
        piece.marks.push(Mark {
            at,
            page: stack.page,
            area: stack.area(line),
        });
    }
    if let Some(first) = piece.marks.first_mut() {
        first.at = 0;
    }
}

/// Begins a line of a listing, with the indent that it has.
fn add_code(piece: &mut Piece, line: &Line, edge: f32) {
    const WIDEST: usize = 60;
    if !piece.text.is_empty() {
        piece.text.push('\n');
    }
    let width = (line.frame.a1 - line.frame.a0) / line.text.chars().count().max(1) as f32;
    let indent = ((line.frame.a0 - edge) / width.max(0.1)).round() as usize;
    piece
        .text
        .extend(std::iter::repeat_n(' ', indent.min(WIDEST)));
}

/// Takes out what only the setting of lines needed, and moves the marks along.
fn tidy(piece: &mut Piece) {
    let plain = without_soft_hyphens(&piece.text);
    if plain.len() != piece.text.len() {
        for mark in &mut piece.marks {
            mark.at = without_soft_hyphens(piece.text.get(..mark.at).unwrap_or_default()).len();
        }
        piece.text = plain;
    }
}

impl Stack {
    /// The notes of a stack, as ranges of lines: each begins with a mark.
    fn note_ranges(&self) -> Vec<std::ops::Range<usize>> {
        let begins = |line: &Line| line.marked || super::markers::starts_note(&line.text);
        let mut starts: Vec<usize> = (0..self.lines.len())
            .filter(|&n| n == 0 || begins(&self.lines[n]))
            .collect();
        starts.push(self.lines.len());
        starts.windows(2).map(|pair| pair[0]..pair[1]).collect()
    }
}
