//! From the events of the parser, and the HTML between them, to blocks.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Tag as Mark, TagEnd};

use super::super::super::Span;
use super::super::super::left_out::{stretches, trimmed};
use crate::corpus::block::{Block, BlockKind, HEADING_LETTERS, Omission, Omitted};
use crate::corpus::format::markdown::state::{Html, Leaf, Table, Walk};
use crate::corpus::format::reader::Parsed;
use crate::corpus::plain::clutter::is_image;

impl<'a> Walk<'a> {
    pub fn new(text: &'a str, beside: &'a [Omitted]) -> Self {
        Self {
            text,
            parsed: Parsed::default(),
            beside,
            path: Vec::new(),
            open: None,
            leaf: None,
            lists: Vec::new(),
            mark: None,
            skip_until: 0,
            leaf_end: 0,
            table: Table::default(),
            html: Html::default(),
            quotations: 0,
            seen: 0,
        }
    }

    pub fn event(&mut self, event: &Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(_) => self.unquote(range.start, range.start),
            Event::End(_) => {}
            _ => self.unquote(range.start, range.end),
        }
        match event {
            Event::Start(mark) => self.start(mark, range),
            Event::End(mark) => self.end(*mark, range),
            Event::Text(_)
            | Event::Code(_)
            | Event::FootnoteReference(_)
            | Event::InlineMath(_)
            | Event::DisplayMath(_) => self.take(range),
            Event::Html(_) => self.html.push(range),
            Event::InlineHtml(_) => self.inline_html(range),
            _ => {}
        }
    }

    /// Leaves out the marks of quotations before `next`: `>` at the beginning of each line. What comes next ends at
    /// `end`.
    fn unquote(&mut self, next: usize, end: usize) {
        let from = self.seen;
        self.seen = from.max(end);
        if self.quotations == 0 || from >= next {
            return;
        }
        let is_mark = |c: char| c == '>' || c == ' ' || c == '\t';
        let mut start = from;
        for line in self.text[from..next].split_inclusive(['\n', '\r']) {
            let rest = line.trim_start_matches(is_mark);
            // The first of them may begin in the middle of a line, behind other marks.
            let is_whole = self.text[..start].ends_with(['\n', '\r']) || rest.trim().is_empty();
            let marks = &line[..line.len() - rest.len()];
            if let (Some(first), Some(last)) = (marks.find('>'), marks.rfind('>'))
                && is_whole
            {
                // One blank belongs to the mark; more are of the text.
                let end = last + 1 + usize::from(marks[last + 1..].starts_with(' '));
                self.omit_all(start + first..start + end, Omission::Markup);
            }
            start += line.len();
        }
    }

    fn start(&mut self, mark: &Mark<'_>, range: Range<usize>) {
        match mark {
            Mark::BlockQuote(_) => self.quotations += 1,
            Mark::Heading { level, .. } => {
                self.end_table();
                self.begin(BlockKind::Heading, Some(number(*level)), range);
            }
            Mark::CodeBlock(kind) => {
                self.begin(BlockKind::Code, None, range.clone());
                if matches!(kind, CodeBlockKind::Fenced(language) if !language.is_empty()) {
                    let fence = self.text[range.clone()].find(['\n', '\r']);
                    self.omit(
                        range.start..fence.map_or(range.end, |at| range.start + at),
                        Omission::Markup,
                    );
                }
            }
            Mark::Paragraph => self.begin(self.prose(), None, range),
            Mark::List(first) => self.lists.push(first.is_some()),
            Mark::Item => {
                self.close();
                self.leaf_end = range.end;
                let numbered = self.lists.last() == Some(&true);
                self.mark = numbered.then_some(range.start);
            }
            Mark::FootnoteDefinition(_) => {
                self.end_leaf();
                self.mark = Some(range.start);
            }
            Mark::Table(_) => {
                self.end_leaf();
                self.begin_table();
            }
            Mark::TableHead | Mark::TableRow => {
                self.table.in_head = matches!(mark, Mark::TableHead);
                self.begin_row();
            }
            Mark::TableCell => {
                self.leaf_end = range.end;
                self.begin_cell(false);
            }
            Mark::HtmlBlock => self.close(),
            Mark::Link { .. }
            | Mark::Image { .. }
            | Mark::Emphasis
            | Mark::Strong
            | Mark::Strikethrough => {
                self.take(range);
            }
            _ => {}
        }
    }

    fn end(&mut self, mark: TagEnd, range: Range<usize>) {
        match mark {
            TagEnd::Heading(_) | TagEnd::CodeBlock | TagEnd::Paragraph => {
                self.close();
                if self.leaf.as_ref().is_some_and(|leaf| leaf.until.is_none()) {
                    self.end_leaf();
                }
            }
            TagEnd::Item | TagEnd::FootnoteDefinition => {
                self.close();
                self.mark = None;
            }
            TagEnd::BlockQuote(_) => self.quotations -= 1,
            TagEnd::List(_) => {
                self.lists.pop();
            }
            TagEnd::TableHead | TagEnd::TableRow => self.end_row(Some(range)),
            TagEnd::Table => self.end_table(),
            TagEnd::HtmlBlock => self.html_block(),
            _ => {}
        }
    }

    pub fn prose(&self) -> BlockKind {
        if self.lists.is_empty() && !self.html.item {
            BlockKind::Paragraph
        } else {
            BlockKind::ListItem
        }
    }

    /// What the element around the text says that it is.
    pub fn leaf_kind(&self) -> Option<BlockKind> {
        self.leaf.as_ref().map(|leaf| leaf.kind)
    }

    /// A block of the parser. A paragraph inside an HTML heading is that heading, and one inside a row is that row.
    fn begin(&mut self, kind: BlockKind, level: Option<usize>, range: Range<usize>) {
        self.leaf_end = range.end;
        self.close();
        if self.table.in_row() {
            return;
        }
        let inside = |leaf: &Leaf| leaf.until.is_some_and(|until| range.start < until);
        if !self.leaf.as_ref().is_some_and(inside) || kind == BlockKind::Heading {
            self.begin_leaf(Leaf::new(kind, level, None));
        }
    }

    pub fn begin_leaf(&mut self, leaf: Leaf) {
        self.end_leaf();
        self.leaf = Some(leaf);
    }

    /// Text of what is open.
    pub fn take(&mut self, range: Range<usize>) {
        let range = range.start.max(self.skip_until)..range.end;
        if range.is_empty() {
            return;
        }
        if self.table.in_row() {
            self.table.take(range);
            return;
        }
        if let Some((_, span)) = &mut self.open {
            *span = span.start.min(range.start)..span.end.max(range.end);
            return;
        }
        let over = |leaf: &Leaf| leaf.until.is_some_and(|until| until <= range.start);
        if self.leaf.as_ref().is_some_and(over) {
            self.end_leaf();
        }
        let kind = self
            .leaf
            .as_ref()
            .map_or_else(|| self.prose(), |leaf| leaf.kind);
        let prose = matches!(kind, BlockKind::Paragraph | BlockKind::ListItem);
        let mark = self.mark.take().filter(|_| prose).unwrap_or(range.start);
        self.open = Some((kind, mark.min(range.start)..range.end));
    }

    /// Ends the block that is open, but not the element it is in.
    pub fn close(&mut self) {
        let Some((kind, span)) = self.open.take() else {
            return;
        };
        let Some(span) = trimmed(self.text, span) else {
            return;
        };
        if is_image(&self.text[span.clone()]) {
            self.omit(span, Omission::ImageMarkup);
            return;
        }
        let parts = self.read_stretches(&span);
        if let Some(leaf) = &mut self.leaf
            && kind == BlockKind::Heading
        {
            leaf.begins.get_or_insert(span.start);
            let read: String = parts.into_iter().map(|part| &self.text[part]).collect();
            for word in read.split_whitespace() {
                leaf.words
                    .push_str(if leaf.words.is_empty() { "" } else { " " });
                leaf.words.push_str(word);
            }
        }
        self.push(span, kind);
    }

    /// Blocks are in order and never overlap, whatever the parser makes of odd nesting.
    pub fn push(&mut self, span: Span, kind: BlockKind) {
        let last = self.parsed.blocks.last().map_or(0, |block| block.span.end);
        let rest = span.start.max(last)..span.end;
        let rest = (rest.start < rest.end)
            .then(|| trimmed(self.text, rest))
            .flatten();
        self.parsed
            .blocks
            .extend(rest.map(|span| Block { span, kind }));
    }

    /// Ends the element that says what text is. A heading gives the path of what follows.
    pub fn end_leaf(&mut self) {
        self.close();
        let Some(leaf) = self.leaf.take() else { return };
        let (Some(level), Some(start)) = (leaf.level, leaf.begins) else {
            return;
        };
        if leaf.words.is_empty() || leaf.words.chars().count() > HEADING_LETTERS {
            return;
        }
        self.path.retain(|(above, _)| *above < level);
        self.path.push((level, leaf.words));
        let path: Vec<&str> = self.path.iter().map(|(_, words)| words.as_str()).collect();
        self.parsed.locators.push((start, path.join(" > ")));
        if self.parsed.title.is_none() && level == 1 {
            self.parsed.title = path.last().map(|&words| words.to_owned());
        }
    }

    /// Lists a stretch as left out. What was left out inside it is a part of it.
    pub fn omit(&mut self, span: Span, reason: Omission) {
        if let Some(span) = trimmed(self.text, span) {
            self.omit_all(span, reason);
        }
    }

    /// The same with the white space around it.
    fn omit_all(&mut self, span: Span, reason: Omission) {
        let omitted = &mut self.parsed.omitted;
        while omitted
            .last()
            .is_some_and(|last| last.span.start >= span.start)
        {
            omitted.pop();
        }
        let end = omitted.last().map_or(0, |omitted| omitted.span.end);
        let span = span.start.max(end)..span.end;
        if span.is_empty() {
            return;
        }
        // Tags in a row are one stretch where no word could grow together without the blank between them.
        let between_blocks = self.open.is_none() && !self.table.in_row();
        match omitted.last_mut() {
            Some(last)
                if last.reason == reason
                    && (between_blocks || reason == Omission::TableFragment)
                    && self.text[last.span.end..span.start].trim().is_empty() =>
            {
                last.span.end = span.end;
            }
            _ => omitted.push(Omitted { span, reason }),
        }
    }

    /// The stretches of a span that are read.
    pub fn read_stretches(&self, span: &Span) -> Vec<Span> {
        let parts = stretches(span, &self.parsed.omitted).into_iter();
        parts
            .flat_map(|part| stretches(&part, self.beside))
            .collect()
    }

    /// What was found, when all is read.
    pub fn finish(mut self) -> Parsed {
        self.end_leaf();
        self.end_table();
        let order = |span: &Span| (span.start, usize::MAX - span.end);
        self.parsed
            .repeated
            .sort_by_key(|repeated| order(&repeated.before));
        self.parsed.blocks.sort_by_key(|block| block.span.start);
        self.parsed
    }
}

pub(super) fn number(level: HeadingLevel) -> usize {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}
