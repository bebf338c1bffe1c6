//! The text of XML that is neither a feed nor a page: an element with text is a paragraph, what names it a heading.

use crate::corpus::block::{Block, BlockKind, Omission};
use crate::corpus::format::column_names::ColumnNames;
use crate::corpus::format::html;
use crate::corpus::format::joined::append;
use crate::corpus::format::reader::{LeftOut, Parsed};
use crate::corpus::format::rows::kind::{Kind, Says, kind, says};
use crate::corpus::format::table::{Cell, write_row};
use crate::corpus::format::tree::Tree;
use crate::corpus::format::xml_tree::local;
use crate::corpus::readings::listed;

/// Longer text of an element is no heading, in letters.
const HEADING_LETTERS: usize = 200;

/// So many bytes without white space are no word.
const LONGEST_WORD: usize = 1000;

/// Longer text before a paragraph is no number or label of it, in letters.
const LABEL_LETTERS: usize = 12;

/// Attributes that hold text, whatever it says.
const TEXT_ATTRS: [&str; 14] = [
    "text",
    "name",
    "title",
    "label",
    "value",
    "body",
    "subject",
    "summary",
    "description",
    "desc",
    "content",
    "caption",
    "comment",
    "displayname",
];

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
    /// The names of the columns of the table that is read.
    names: ColumnNames,
    /// A number or a term, which belongs to the next paragraph.
    label: String,
}

impl<'a> Reader<'a> {
    fn read(tree: &'a Tree) -> Parsed {
        let mut reader = Self {
            tree,
            text: String::new(),
            parsed: Parsed::default(),
            left: LeftOut::default(),
            path: Vec::new(),
            names: ColumnNames::default(),
            label: String::new(),
        };
        let own_letters = own_letters(tree);
        let mut ends: Vec<usize> = Vec::new();
        let mut at = 1;
        while at < tree.len() {
            while ends.pop_if(|end| *end <= at).is_some() {}
            let end = tree.node(at).end;
            if tree.node(at).is_text() || own_letters[at] {
                if tree.letters(at..end) > 0 {
                    reader.paragraph(at, ends.len());
                }
                at = end;
            } else if reader.row_of_table(at) || reader.row(at, &own_letters) {
                at = end;
            } else {
                ends.push(end);
                at += 1;
            }
        }
        reader.end_label();
        reader.forget_names();
        let lang = (0..tree.len().min(4)).find_map(|at| tree.attr(at, "xml:lang"));
        reader.parsed.lang = lang.map(str::to_owned);
        reader.text.truncate(reader.text.trim_end().len());
        reader.parsed.text = Some(reader.text);
        reader.left.list(&mut reader.parsed);
        reader.parsed
    }

    fn paragraph(&mut self, at: usize, depth: usize) {
        let tree = self.tree;
        let name = local(tree.name(at));
        let letters = tree.letters(tree.whole(at));
        if tree.attr(at, "encoding") == Some("base64") {
            self.left.push(Omission::Data, &tree.raw(at));
            return;
        }
        for (_, value) in self.attributes(at) {
            self.left.push(Omission::Data, &value);
        }
        if self.html(at) {
            return;
        }
        let Some(mut line) = self.line(at) else {
            return;
        };
        // `LawNum` is a line of its own, `ParagraphNum` is not.
        let most = if name.len() > 3 && name.ends_with("num") {
            4
        } else {
            LABEL_LETTERS
        };
        if letters <= most && is_label(name) {
            self.label
                .push_str(if self.label.is_empty() { "" } else { " " });
            self.label.push_str(&line);
            return;
        }
        let heading = (["head", "heading"].contains(&name) || name.ends_with("title"))
            && letters <= HEADING_LETTERS;
        if !self.label.is_empty() {
            line = format!("{} {line}", std::mem::take(&mut self.label));
        }
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

    /// A label that no paragraph follows is one itself.
    fn end_label(&mut self) {
        let label = std::mem::take(&mut self.label);
        if !label.is_empty() {
            write_row(
                &mut self.text,
                &mut self.parsed,
                &[Cell {
                    name: "",
                    value: &label,
                }],
            );
        }
    }

    /// Whether the text of an element is HTML, in CDATA or escaped: notes and posts in exports of programs.
    fn holds_html(&self, at: usize) -> bool {
        let raw = self.tree.raw(at);
        let begins = raw.trim_start().starts_with('<') || raw.contains("<p") || raw.contains("<br");
        self.tree.whole(at).len() <= 2 && begins && raw.contains("</")
    }

    /// Reads HTML as blocks of its own.
    fn html(&mut self, at: usize) -> bool {
        if !self.holds_html(at) {
            return false;
        }
        let raw = self.tree.raw(at);
        let page = raw
            .find("<!DOCTYPE")
            .and_then(|start| Some(start + raw[start..].find('>')? + 1));
        let Ok(found) = html::fragment(&raw[page.unwrap_or(0)..]) else {
            return false;
        };
        self.end_label();
        append(found, &mut self.text, &mut self.parsed, &mut self.left);
        true
    }

    /// What the attributes of an element say; what says something and is no text is listed.
    fn attributes(&mut self, at: usize) -> Vec<(String, String)> {
        let attrs = self.tree.node(at).attrs.iter();
        let attrs: Vec<&(String, String)> = attrs
            .filter(|(name, _)| !name.starts_with("xml") && !name.starts_with("xsi:"))
            .filter(|(_, value)| kind(value).is_some_and(|kind| kind != Kind::Address))
            .collect();
        let is_text = |(name, value): &&&(String, String)| match says(value) {
            Says::Sentence => true,
            Says::Word => TEXT_ATTRS.contains(&local(name)),
            Says::Nothing => false,
        };
        if attrs.iter().any(|attr| is_text(&attr)) {
            let read = attrs
                .into_iter()
                .map(|(name, value)| (local(name).to_owned(), value.clone()));
            return read.collect();
        }
        for (_, value) in attrs
            .into_iter()
            .filter(|(_, value)| says(value) != Says::Nothing)
        {
            self.left.push(Omission::Data, value);
        }
        Vec::new()
    }

    /// A row of a table of HTML or DocBook: with the names of its columns, where each cell is in one column.
    fn row_of_table(&mut self, at: usize) -> bool {
        let tree = self.tree;
        match local(tree.name(at)) {
            "table" | "informaltable" | "tgroup" => self.forget_names(),
            "tr" | "row" => {}
            _ => return false,
        }
        let cells: Vec<usize> = tree
            .children(at)
            .filter(|child| !tree.node(*child).is_text())
            .collect();
        let is_cell = |cell: &usize| ["td", "th", "entry"].contains(&local(tree.name(*cell)));
        if cells.is_empty() || !cells.iter().all(is_cell) {
            return false;
        }
        let spans = ["colspan", "rowspan", "morerows", "namest", "spanname"];
        let spans = cells
            .iter()
            .any(|cell| spans.iter().any(|name| tree.attr(*cell, name).is_some()));
        let in_head = local(tree.name(tree.node(at).parent)) == "thead";
        let heads = cells.iter().all(|cell| local(tree.name(*cell)) == "th");
        let texts: Vec<String> = cells
            .iter()
            .map(|cell| self.line(*cell).unwrap_or_default())
            .collect();
        if spans {
            // Nobody knows any more which cell is in which column.
            self.forget_names();
        } else if self.names.is_empty() && (in_head || heads) && has_body(tree, at) {
            let texts = texts.iter().enumerate();
            texts.for_each(|(column, name)| self.names.add(column, name));
            return true;
        }
        self.end_label();
        let filled = texts
            .iter()
            .enumerate()
            .filter(|(_, text)| !text.is_empty());
        filled.for_each(|(column, _)| {
            self.names.say(column);
        });
        let cells = texts.iter().enumerate().map(|(column, value)| Cell {
            name: self.names.of(column),
            value,
        });
        let cells: Vec<Cell<'_>> = cells.collect();
        write_row(&mut self.text, &mut self.parsed, &cells);
        true
    }

    /// Names that no row said are listed.
    fn forget_names(&mut self) {
        for name in self.names.take_unsaid() {
            self.left.push(Omission::Empty, &name);
        }
    }

    /// An element of several fields, each with text alone, and of attributes.
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
        let labelled = fields.len() == 2 && {
            let name = local(tree.name(fields[0]));
            name != "label" && is_label(name)
        };
        let has_fields = differ
            && !labelled
            && !fields.iter().any(prose)
            && fields.iter().all(full)
            && !fields.iter().any(|field| self.holds_html(*field));
        let mut cells = self.attributes(at);
        if has_fields && tree.letters(tree.whole(at)) > 0 {
            for field in &fields {
                cells.append(&mut self.attributes(*field));
                if tree.attr(*field, "encoding") == Some("base64") {
                    self.left.push(Omission::Data, &tree.raw(*field));
                    continue;
                }
                let value = self.line(*field);
                cells.extend(value.map(|value| (local(tree.name(*field)).to_owned(), value)));
            }
        }
        if cells.is_empty() {
            return false;
        }
        self.end_label();
        let cells: Vec<Cell<'_>> = cells
            .iter()
            .map(|(name, value)| Cell { name, value })
            .collect();
        write_row(&mut self.text, &mut self.parsed, &cells);
        // Elements below one whose attributes were read are read by themselves.
        has_fields
    }

    /// All text of an element as one line; what is no text in it is listed.
    fn line(&mut self, at: usize) -> Option<String> {
        let tree = self.tree;
        let mut words: Vec<&str> = Vec::new();
        let (text, readings) = joined(tree, at);
        for reading in readings {
            self.left.push(Omission::Ruby, &reading);
        }
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

/// Whether the text of an element is the number or the name of what follows it.
fn is_label(name: &str) -> bool {
    ["num", "no", "number", "label", "term", "dt", "enumeration"].contains(&name)
        || name.ends_with("itemtitle")
        || (name.starts_with("subitem") && name.ends_with("title"))
        || name.ends_with("num")
}

/// Whether rows follow the rows of a head.
fn has_body(tree: &Tree, row: usize) -> bool {
    let parent = tree.node(row).parent;
    tree.next_element(row).is_some() || tree.next_element(parent).is_some()
}

/// The text inside an element, and the readings in it; texts of neighbouring elements are not one word.
fn joined(tree: &Tree, at: usize) -> (String, Vec<String>) {
    let mut text = String::new();
    let mut readings = Vec::new();
    let mut last = at;
    for inner in tree.whole(at).filter(|inner| tree.node(*inner).is_text()) {
        let parent = tree.node(inner).parent;
        if local(tree.name(parent)) == "rt" {
            let ruby = tree.node(parent).parent;
            let word = tree
                .children(ruby)
                .filter(|child| tree.node(*child).is_text());
            let word: String = word.map(|child| tree.node(child).text.as_str()).collect();
            readings.push(listed(word.trim(), tree.node(inner).text.trim()));
            continue;
        }
        let nested = tree.whole(last).contains(&parent) || tree.whole(parent).contains(&last);
        text.push_str(if nested { "" } else { " " });
        text.push_str(&tree.node(inner).text);
        last = parent;
    }
    (text, readings)
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
