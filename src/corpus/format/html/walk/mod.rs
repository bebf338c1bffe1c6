//! Elements to text and blocks, in the order of the page.

mod blocks;
mod built;

use std::collections::HashSet;

use super::super::tree::Tree;
use super::content::Content;
use super::fate::{Fate, Fates};
use crate::corpus::Span;
use crate::corpus::block::{BlockKind, HEADING_LETTERS, Omission, Repeated};
use crate::corpus::format::html::context::heading_level;
use crate::corpus::format::html::text::{is_block, push_words, without_data};
use crate::corpus::format::reader::{LeftOut, Parsed};
use crate::corpus::readings::listed;

/// Letters of a word together with its reading.
const RUBY_LETTERS: usize = 200;

/// Levels of headings in HTML; what labels a panel is below them.
const LEVELS: usize = 6;

/// A page, and what of it is read.
pub(super) struct Reading<'a> {
    pub tree: &'a Tree,
    pub fates: &'a Fates,
    pub content: &'a Content,
}

/// An element that was entered.
struct Open {
    end: usize,
    /// What blocks inside it are.
    kind: BlockKind,
    /// The headings above what comes behind it, where it has some of its own.
    path: Option<Vec<(usize, String)>>,
    /// The term that its text explains: it is read again before each passage of that.
    term: Option<Span>,
    block: bool,
}

pub(super) struct Walk<'a> {
    pub page: &'a Reading<'a>,
    pub text: String,
    pub parsed: Parsed,
    pub left: LeftOut,
    open: Vec<Open>,
    /// Where the open block begins.
    start: usize,
    /// The level of the heading that the next block is.
    lead: Option<usize>,
    path: Vec<(usize, String)>,
    /// Where headings begin behind which nothing stands yet.
    headings: Vec<usize>,
    /// The headings above what comes next are not those above what was before.
    moved: bool,
    /// The ruby element whose readings were listed last.
    ruby: Option<usize>,
    /// Panels whose labels have been read.
    labelled: HashSet<usize>,
}

impl<'a> Walk<'a> {
    /// `left` is what was left out before the page.
    pub fn read(page: &'a Reading<'a>, left: LeftOut) -> Parsed {
        let mut walk = Self {
            page,
            text: String::new(),
            parsed: Parsed::default(),
            left,
            open: Vec::new(),
            start: 0,
            lead: None,
            path: Vec::new(),
            headings: Vec::new(),
            moved: false,
            ruby: None,
            labelled: HashSet::new(),
        };
        let mut at = 0;
        while at < page.tree.len() {
            walk.leave_until(at);
            at = walk.step(at);
        }
        walk.leave_until(at);
        walk.close();
        walk.place_headings();
        let end = walk.text.trim_end().len();
        walk.text.truncate(end);
        for repeated in &mut walk.parsed.repeated {
            repeated.before.end = repeated.before.end.min(end);
        }
        walk.parsed.text = Some(walk.text);
        walk.left.list(&mut walk.parsed);
        walk.parsed
    }

    /// Reads a node, and gives the next one.
    fn step(&mut self, at: usize) -> usize {
        let tree = self.page.tree;
        let end = tree.node(at).end;
        if tree.node(at).is_text() {
            self.words(at);
            return end;
        }
        if !self.enters(at) {
            return end;
        }
        if let Some(label) = self.page.fates.label(at) {
            self.panel(at, label);
        }
        if let Some(level) = heading_level(tree, at) {
            self.close();
            if self.is_one_heading(at) {
                let title = self.line(at);
                self.heading(level, &title);
                return end;
            }
            self.lead = Some(level);
        }
        match tree.name(at) {
            "pre" | "listing" | "xmp" | "plaintext" => self.code(at),
            "br" => self.line_end(),
            "dt" => return self.term(at),
            "summary" if self.is_one_heading(at) => self.summary(at),
            _ if self.table(at) => {}
            _ => {
                self.enter(at);
                return at + 1;
            }
        }
        end
    }

    /// Whether something of an element is read; else it is listed, where it has text.
    fn enters(&mut self, at: usize) -> bool {
        let tree = self.page.tree;
        let whole = tree.whole(at);
        match self.page.fates.of(at) {
            Fate::Label(_) => false,
            Fate::Out(reason) => {
                self.leave_out(reason, at);
                false
            }
            Fate::Read => {
                let unread =
                    self.page.content.letters(whole.clone()) == 0 && tree.letters(whole) > 0;
                if unread && !self.holds_reasons(at) {
                    self.leave_out(Omission::Surroundings, at);
                }
                !unread || self.holds_reasons(at)
            }
        }
    }

    /// The page itself is entered, so that what is left out of it has its own reason.
    fn holds_reasons(&self, at: usize) -> bool {
        self.page.tree.is(at, &["#root", "html", "body", "form"])
    }

    fn leave_out(&mut self, reason: Omission, at: usize) {
        let tree = self.page.tree;
        if tree.letters(tree.whole(at)) == 0 {
            return;
        }
        if reason == Omission::Ruby && self.leave_reading(at) {
            return;
        }
        let mut text = String::new();
        for inner in tree.whole(at) {
            if is_block(tree, inner) && !text.is_empty() && !text.ends_with('\n') {
                text.push('\n');
            }
            push_words(&mut text, 0, &tree.node(inner).text);
        }
        self.left.push(reason, &text);
    }

    fn enter(&mut self, at: usize) {
        let tree = self.page.tree;
        let block = is_block(tree, at);
        if block {
            self.close();
        }
        let kind = match tree.name(at) {
            "li" | "dd" | "td" | "th" | "option" => BlockKind::ListItem,
            "figcaption" | "caption" => BlockKind::Caption,
            "article" | "section" | "main" | "blockquote" => BlockKind::Paragraph,
            _ => self.kind(),
        };
        let path = (tree.name(at) == "details").then(|| self.path.clone());
        let end = tree.node(at).end;
        self.open.push(Open {
            end,
            kind,
            path,
            term: None,
            block,
        });
    }

    /// What blocks are here.
    fn kind(&self) -> BlockKind {
        self.open
            .last()
            .map_or(BlockKind::Paragraph, |open| open.kind)
    }

    /// Lists the readings of a ruby element with its word, at the first of them; `false`: it is in none.
    fn leave_reading(&mut self, at: usize) -> bool {
        let tree = self.page.tree;
        let Some(ruby) = tree.ancestors(at).find(|node| tree.name(*node) == "ruby") else {
            return false;
        };
        // More than a word with a reading is a page in the wrong element.
        if tree.letters(tree.whole(ruby)) > RUBY_LETTERS {
            return false;
        }
        if self.ruby.replace(ruby) == Some(ruby) {
            return true;
        }
        let (mut word, mut reading) = (String::new(), String::new());
        let mut beside = 0..0;
        for inner in tree.whole(ruby) {
            if beside.contains(&inner) {
                continue;
            }
            let name = tree.name(inner);
            if !["rt", "rtc", "rp"].contains(&name) {
                word.push_str(&tree.node(inner).text);
                continue;
            }
            beside = tree.whole(inner);
            let text: String = beside.clone().map(|at| &*tree.node(at).text).collect();
            if name != "rp" {
                reading.push_str(&text);
            } else if tree.letters(beside.clone()) > 0 {
                // More than the brackets around a reading.
                self.left.push(Omission::Ruby, &text);
            }
        }
        self.left.push(Omission::Ruby, &listed(&word, &reading));
        true
    }

    /// Leaves the elements that end before a node.
    fn leave_until(&mut self, at: usize) {
        while let Some(open) = self.open.pop_if(|open| open.end <= at) {
            if open.block {
                // The kind of a block is that of the element it lies in.
                self.close_as(open.kind);
            }
            if let Some(path) = open.path {
                self.moved |= path != self.path;
                self.path = path;
            }
            if let Some(text) = open.term {
                let before = text.end..self.text.len();
                self.parsed.repeated.push(Repeated { text, before });
            }
        }
    }

    /// Adds text to the open block; white space as a browser shows it.
    fn words(&mut self, at: usize) {
        let text = &self.page.tree.node(at).text;
        if self.page.content.reads(at) {
            let text = without_data(text, &mut self.left);
            push_words(&mut self.text, self.start, &text);
        } else {
            self.left.push(Omission::Surroundings, text);
        }
    }

    /// A line ends inside a paragraph; two line ends end it.
    fn line_end(&mut self) {
        if self.text.ends_with(' ') {
            self.text.pop();
        }
        if self.text.len() > self.start && self.text.ends_with('\n') {
            self.close();
        } else if self.text.len() > self.start {
            self.text.push('\n');
        }
    }

    /// All of an element that is read, as one line.
    pub fn line(&mut self, at: usize) -> String {
        let mut line = String::new();
        let mut ends: Vec<usize> = Vec::new();
        let tree = self.page.tree;
        let end = tree.node(at).end;
        let mut inner = at;
        while inner < end {
            while ends.pop_if(|end| *end <= inner).is_some() {
                line.push(' ');
            }
            let node = tree.node(inner);
            if node.is_text() {
                if self.page.content.reads(inner) {
                    let text = without_data(&node.text, &mut self.left);
                    push_words(&mut line, 0, &text);
                } else {
                    self.left.push(Omission::Surroundings, &node.text);
                }
            } else if !self.enters_line(inner, at) {
                inner = node.end;
                continue;
            } else if is_block(tree, inner) || node.name == "br" {
                line.push(' ');
                ends.push(node.end);
            }
            let label = self.label(inner);
            line.push_str(&label);
            inner += 1;
        }
        let words: Vec<&str> = line.split_ascii_whitespace().collect();
        words.join(" ")
    }

    /// What names a panel that is read in a line.
    fn label(&mut self, panel: usize) -> String {
        match self.page.fates.label(panel) {
            Some(label) if self.labelled.insert(panel) => self.line(label) + " ",
            _ => String::new(),
        }
    }

    /// Whether an element in a line is read. A link to the heading that it stands in is no word of it.
    fn enters_line(&mut self, at: usize, line: usize) -> bool {
        let tree = self.page.tree;
        let anchor = tree.name(at) == "a"
            && tree
                .attr(at, "href")
                .is_some_and(|href| href.starts_with('#'))
            && tree.letters(tree.whole(at)) == 0;
        // The label of a panel is read here where it was asked for.
        let label = at == line && matches!(self.page.fates.of(at), Fate::Label(_));
        !anchor && (label || self.enters(at))
    }

    /// Nothing stands in it but words.
    pub fn is_plain(&self, at: usize) -> bool {
        let tree = self.page.tree;
        let built = [
            "table",
            "ul",
            "ol",
            "dl",
            "pre",
            "blockquote",
            "details",
            "figure",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
        ];
        tree.find(at, &built).is_none()
    }

    fn is_one_heading(&self, at: usize) -> bool {
        let tree = self.page.tree;
        tree.letters(tree.whole(at)) <= HEADING_LETTERS && self.is_plain(at)
    }
}
