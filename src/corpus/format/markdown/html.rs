//! HTML inside Markdown: its text is read, its tags are left out, and what they say of the text is heeded.

use std::ops::Range;

use super::super::super::Span;
use super::tags::{Piece, Role, Tag, end_tag, pieces, role};
use crate::corpus::block::{BlockKind, Omission};
use crate::corpus::format::markdown::state::{Html, Leaf, Walk};

/// How far away the end of a heading may be, in bytes.
const HEADING: usize = 4096;
/// An element that no page has ends within so many bytes.
const ENDS_WITHIN: usize = 2000;

impl Html {
    pub fn push(&mut self, line: Span) {
        self.lines.push(line);
    }
}

/// Lines joined, and where each stands.
struct Joined {
    html: String,
    begins: Vec<(usize, usize)>,
}

impl Joined {
    fn new(text: &str, lines: &[Span]) -> Self {
        let mut joined = Self {
            html: String::new(),
            begins: Vec::with_capacity(lines.len()),
        };
        for line in lines {
            joined.begins.push((joined.html.len(), line.start));
            joined.html.push_str(&text[line.clone()]);
        }
        joined
    }

    /// Where a stretch stands in the text.
    fn place(&self, span: &Span) -> Span {
        let at = |byte: usize| {
            let line = self.begins.partition_point(|(begin, _)| *begin <= byte);
            let (begin, start) = self.begins[line - 1];
            start + byte - begin
        };
        at(span.start)..at(span.end - 1) + 1
    }
}

impl Walk<'_> {
    /// All lines of an HTML block.
    pub fn html_block(&mut self) {
        let lines = std::mem::take(&mut self.html.lines);
        let Some(last) = lines.last() else { return };
        self.leaf_end = last.end;
        let joined = Joined::new(self.text, &lines);
        for piece in pieces(&joined.html) {
            match piece {
                Piece::Text(span) => self.html_text(&joined, span),
                Piece::Tag(tag, span) => self.tag(tag, joined.place(&span)),
                Piece::Unread(reason, span) => self.omit(joined.place(&span), reason),
            }
        }
        self.close();
        self.html.item = false;
    }

    /// A stretch of text; an empty line in it ends a paragraph, but not lines that are kept as they are.
    fn html_text(&mut self, joined: &Joined, span: Span) {
        let text = &joined.html[span.clone()];
        let whole = self.table.in_row() || self.preformatted();
        let mut start = span.start;
        for part in text.split_inclusive('\n') {
            let end = start + part.len();
            if !part.trim().is_empty() {
                // From its first letter on: a line may stand behind the mark of a quotation.
                let blank = if whole {
                    0
                } else {
                    part.len() - part.trim_start().len()
                };
                self.take(joined.place(&(start + blank..start + part.trim_end().len())));
            } else if !whole && start > span.start && end < span.end {
                self.close();
            }
            start = end;
        }
    }

    fn preformatted(&self) -> bool {
        self.leaf_kind() == Some(BlockKind::Code)
    }

    /// A tag inside a paragraph.
    pub fn inline_html(&mut self, range: Range<usize>) {
        if range.start < self.skip_until {
            return;
        }
        for piece in pieces(&self.text[range.clone()]) {
            let place = |span: Span| range.start + span.start..range.start + span.end;
            match piece {
                Piece::Text(span) => self.take(place(span)),
                Piece::Unread(reason, span) => self.omit(place(span), reason),
                Piece::Tag(tag, span) => {
                    let span = place(span);
                    if self.is_text(tag, &span) {
                        self.take(span);
                        continue;
                    }
                    let end = self.end_of_unread(tag, span.end);
                    if let (Role::Unread(reason), Some(end)) = (role(tag.name), end) {
                        self.omit(span.start..end, reason);
                        self.skip_until = end;
                    } else {
                        self.tag(tag, span);
                    }
                }
            }
        }
    }

    /// Whether what looks like a tag is text: `x<y and y>z`, `Vec<String>`, `<your name>`. No page has such elements, and
    /// nothing ends them.
    fn is_text(&self, tag: Tag<'_>, span: &Span) -> bool {
        let written = &self.text[span.clone()];
        if role(tag.name) != Role::Other
            || tag.closing
            || tag.name.contains(['-', ':', '.'])
            || written.ends_with("/>")
        {
            return false;
        }
        let until = self
            .text
            .floor_char_boundary(self.leaf_end.min(span.end + ENDS_WITHIN));
        let rest = self.text.get(span.end..until).unwrap_or_default();
        end_tag(rest, &tag.name.to_ascii_lowercase()).is_none()
    }

    /// Where an element that is not read ends, if in the same paragraph.
    fn end_of_unread(&mut self, tag: Tag<'_>, from: usize) -> Option<usize> {
        let unread = matches!(role(tag.name), Role::Unread(_)) && !tag.closing;
        let rest = self.text.get(from..self.leaf_end).filter(|_| unread)?;
        let name = tag.name.to_ascii_lowercase();
        let (paragraph, unclosed) = &mut self.html.unclosed;
        if *paragraph != self.leaf_end {
            *paragraph = self.leaf_end;
            unclosed.clear();
        }
        if unclosed.contains(&name) {
            return None;
        }
        let end = end_tag(rest, &name);
        if end.is_none() {
            unclosed.insert(name);
        }
        end.map(|end| from + end.end)
    }

    /// What a tag says of the text before and behind it.
    fn tag(&mut self, tag: Tag<'_>, span: Span) {
        let role = match role(tag.name) {
            Role::Other if self.alone_on_line(&span) => Role::Break,
            Role::Other => Role::Inline,
            known => known,
        };
        match role {
            Role::Inline | Role::Unread(_) | Role::Other => self.omit(span, Omission::Markup),
            Role::Image => self.omit(span, Omission::ImageMarkup),
            Role::Table
            | Role::TableHead
            | Role::TableBody
            | Role::Row
            | Role::Cell(_)
            | Role::Term
            | Role::Meaning => {
                // The tag parts cells, or it ends what was read before it.
                if !self.table.in_row() {
                    self.close();
                }
                self.omit(span, Omission::TableFragment);
                self.table_tag(role, tag.closing);
            }
            Role::Break => self.part(span),
            Role::Item => {
                self.part(span);
                self.html.item = !tag.closing;
            }
            Role::Heading(level) => self.heading_tag(level, tag, span),
            Role::Preformatted => {
                self.part(span.clone());
                self.leaf_tag(BlockKind::Code, None, tag, span.end);
            }
        }
    }

    fn heading_tag(&mut self, level: Option<usize>, tag: Tag<'_>, span: Span) {
        self.part(span.clone());
        self.leaf_tag(BlockKind::Heading, level, tag, span.end);
    }

    /// An element that says what its text is begins or ends. Inside a row it only parts cells.
    fn leaf_tag(&mut self, kind: BlockKind, level: Option<usize>, tag: Tag<'_>, from: usize) {
        if self.table.in_row() {
            return;
        }
        if tag.closing {
            self.end_leaf();
        } else {
            let until = self.end_near(tag.name, from);
            self.begin_leaf(Leaf::new(kind, level, Some(until)));
        }
    }

    /// Where an element ends; where its block does if nobody ends it.
    fn end_near(&mut self, name: &str, from: usize) -> usize {
        let block = self.leaf_end;
        if role(name) == Role::Preformatted {
            return block;
        }
        let mut end = self.text.len().min(from + HEADING);
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        // What was looked through in vain is not looked through again.
        let begin = if self.html.no_end.contains(&from) {
            self.html.no_end.end.min(end)
        } else {
            from
        };
        match end_tag(&self.text[begin..end], &name.to_ascii_lowercase()) {
            Some(span) => begin + span.start,
            None => {
                self.html.no_end = from..end;
                block
            }
        }
    }

    /// A tag between two blocks, or between two words of a cell.
    fn part(&mut self, span: Span) {
        if self.table.in_row() {
            self.omit(span, Omission::TableFragment);
        } else {
            self.close();
            self.omit(span, Omission::Markup);
        }
    }

    /// A tag of a name that nobody knows stands between blocks where it begins or ends a line.
    fn alone_on_line(&self, span: &Span) -> bool {
        let blank = |c: char| c == ' ' || c == '\t';
        let before = self.text[..span.start].trim_end_matches(blank);
        let after = self.text[span.end..].trim_start_matches(blank);
        let end = |text: &str| text.is_empty() || text.starts_with(['\n', '\r']);
        before.is_empty() || before.ends_with(['\n', '\r']) || end(after)
    }
}
