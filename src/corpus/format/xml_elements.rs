//! The text of XML that is neither a feed nor a page: an element with text is a paragraph, what names it a heading.

use crate::corpus::block::{Block, BlockKind, Omission};
use crate::corpus::format::reader::{LeftOut, Parsed};
use crate::corpus::format::table::{Cell, write_row};
use crate::corpus::format::tree::Tree;
use crate::corpus::format::xml_tree::local;

/// Longer text of an element is no heading, in letters.
const HEADING_LETTERS: usize = 200;

/// So many bytes without white space are no word.
const LONGEST_WORD: usize = 1000;

/// Elements as an article.
pub(super) fn elements(tree: &Tree) -> Parsed {
    Reader::read(tree)
}

/// Reads what lies in elements. An element with text of its own is a paragraph, one of several short fields a row.
struct Reader<'a> {
    tree: &'a Tree,
    text: String,
    parsed: Parsed,
    left: LeftOut,
    /// Headings, and how deep they stand.
    path: Vec<(usize, String)>,
}

impl<'a> Reader<'a> {
    fn read(tree: &'a Tree) -> Parsed {
        let mut reader = Self {
            tree,
            text: String::new(),
            parsed: Parsed::default(),
            left: LeftOut::default(),
            path: Vec::new(),
        };
        let own_letters = own_letters(tree);
        let mut ends: Vec<usize> = Vec::new();
        let mut at = 1;
        while at < tree.len() {
            while ends.pop_if(|end| *end <= at).is_some() {}
            let end = tree.node(at).end;
            if tree.letters(at..end) == 0 {
                at = end;
            } else if own_letters[at] || tree.node(at).is_text() {
                reader.paragraph(at, ends.len());
                at = end;
            } else if reader.row(at, &own_letters) {
                at = end;
            } else {
                ends.push(end);
                at += 1;
            }
        }
        let lang = (0..tree.len().min(4)).find_map(|at| tree.attr(at, "xml:lang"));
        reader.parsed.lang = lang.map(str::to_owned);
        reader.text.truncate(reader.text.trim_end().len());
        reader.parsed.text = Some(reader.text);
        reader.left.list(&mut reader.parsed);
        reader.parsed
    }

    fn paragraph(&mut self, at: usize, depth: usize) {
        let tree = self.tree;
        let Some(line) = self.line(at) else {
            return;
        };
        let heading = ["title", "head", "heading", "subtitle"].contains(&local(tree.name(at)))
            && tree.letters(tree.whole(at)) <= HEADING_LETTERS;
        let start = self.text.len();
        self.text.push_str(&line);
        let span = start..self.text.len();
        let kind = if heading {
            BlockKind::Heading
        } else {
            BlockKind::Paragraph
        };
        self.parsed.blocks.push(Block { span, kind });
        self.text.push('\n');
        if heading {
            self.parsed.title.get_or_insert_with(|| line.clone());
            self.path.retain(|(above, _)| *above < depth);
            self.path.push((depth, line));
            let path: Vec<&str> = self.path.iter().map(|(_, title)| title.as_str()).collect();
            self.parsed.locators.push((start, path.join(" > ")));
        }
    }

    /// An element of several fields, each with text alone.
    fn row(&mut self, at: usize, own_letters: &[bool]) -> bool {
        const PROSE: [&str; 11] = [
            "p", "para", "simpara", "l", "line", "verse", "s", "seg", "item", "listitem", "li",
        ];
        let tree = self.tree;
        let fields: Vec<usize> = tree
            .children(at)
            .filter(|child| !tree.node(*child).is_text())
            .collect();
        let prose = |field: &usize| PROSE.contains(&local(tree.name(*field)));
        let full = |field: &usize| own_letters[*field] || tree.letters(tree.whole(*field)) == 0;
        let differ = fields
            .iter()
            .any(|field| tree.name(*field) != tree.name(fields[0]));
        if !differ || fields.iter().any(prose) || !fields.iter().all(full) {
            return false;
        }
        let cells: Vec<(String, String)> = fields
            .iter()
            .filter_map(|field| Some((local(tree.name(*field)).to_owned(), self.line(*field)?)))
            .collect();
        let cells: Vec<Cell<'_>> = cells
            .iter()
            .map(|(name, value)| Cell { name, value })
            .collect();
        write_row(&mut self.text, &mut self.parsed, &cells);
        true
    }

    /// All text of an element as one line; what is no text in it is listed.
    fn line(&mut self, at: usize) -> Option<String> {
        let tree = self.tree;
        let mut words: Vec<&str> = Vec::new();
        let text = joined(tree, at);
        for word in text.split_whitespace() {
            if word.len() > LONGEST_WORD && word.is_ascii() {
                self.left.push(Omission::Data, word);
            } else {
                words.push(word);
            }
        }
        let line = words.join(" ");
        (!line.is_empty()).then_some(line)
    }
}

/// The text inside an element; texts of neighbouring elements are not one word.
fn joined(tree: &Tree, at: usize) -> String {
    let mut text = String::new();
    let mut last = at;
    for inner in tree.whole(at).filter(|inner| tree.node(*inner).is_text()) {
        let parent = tree.node(inner).parent;
        let nested = tree.whole(last).contains(&parent) || tree.whole(parent).contains(&last);
        text.push_str(if nested { "" } else { " " });
        text.push_str(&tree.node(inner).text);
        last = parent;
    }
    text
}

/// Which elements have text of their own, beside that of elements inside them.
fn own_letters(tree: &Tree) -> Vec<bool> {
    let mut own = vec![false; tree.len()];
    for at in 0..tree.len() {
        if tree.node(at).is_text() && tree.letters(at..at + 1) > 0 {
            own[tree.node(at).parent] = true;
        }
    }
    own
}
