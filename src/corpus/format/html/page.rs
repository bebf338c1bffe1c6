//! A page as the HTML parser sees it, in a tree of our own.

use std::collections::HashMap;

use dom_query::{Document, NodeId, NodeRef};

use super::super::tree::{Builder, Tree};
use super::raised;

/// Elements whose content is no text of the page.
const NO_TEXT: [&str; 3] = ["script", "style", "template"];
/// Elements whose content the parser leaves as it is written, tags and all.
const RAW: [&str; 3] = ["iframe", "noembed", "noframes"];
/// So many pages lie inside each other in the content of such elements.
const RAW_NESTING: usize = 3;
/// A page and what of it Readability is asked about.
pub(super) struct Page {
    pub tree: Tree,
    /// The nodes of the parser's document.
    pub ids: HashMap<NodeId, usize>,
    pub titles: Vec<String>,
    /// Elements inside each other.
    pub depth: usize,
}

impl Page {
    /// `before` is text that stands before the page in its file.
    pub fn new(before: &str, document: &Document) -> Self {
        let mut page = Building {
            builder: Builder::new(),
            ids: HashMap::new(),
            titles: Vec::new(),
            depth: 0,
        };
        if before.contains(char::is_alphanumeric) {
            page.builder.begin("p", Vec::new());
            page.builder.text(before);
            page.builder.finish();
        }
        page.add(&document.root(), 0);
        let mut tree = page.builder.tree();
        raised::mark(&mut tree);
        Self {
            tree,
            ids: page.ids,
            titles: page.titles,
            depth: page.depth,
        }
    }
}

struct Building {
    builder: Builder,
    ids: HashMap<NodeId, usize>,
    titles: Vec<String>,
    depth: usize,
}

impl Building {
    /// Adds what lies inside a node; `raw` says in how many elements of raw content the node lies.
    fn add(&mut self, root: &NodeRef<'_>, raw: usize) {
        // A stack of our own: pages nest deeper than a thread's.
        let mut stack: Vec<(NodeRef<'_>, bool)> = vec![];
        stack.extend(root.children_it(true).map(|child| (child, false)));
        while let Some((node, leaving)) = stack.pop() {
            if leaving {
                self.builder.finish();
                continue;
            }
            if node.is_text() {
                let at = self.builder.text(&node.text());
                if raw == 0 {
                    self.ids.insert(node.id, at);
                }
                continue;
            }
            let Some(name) = node.qual_name_ref().map(|name| name.local.to_string()) else {
                continue;
            };
            if NO_TEXT.contains(&name.as_str()) {
                continue;
            }
            if name == "title" && !self.builder.open_names().any(|open| open == "svg") {
                self.titles.push(node.text().to_string());
            }
            if name == "head" && raw == 0 {
                let titles = node
                    .descendants_it()
                    .filter(|inner| inner.has_name("title"));
                self.titles
                    .extend(titles.map(|title| title.text().to_string()));
                continue;
            }
            let attrs = node.attrs().into_iter();
            let attrs = attrs.map(|attr| (attr.name.local.to_string(), attr.value.to_string()));
            let at = self.builder.begin(&name, attrs.collect());
            if raw == 0 {
                self.ids.insert(node.id, at);
            }
            self.depth = self.depth.max(self.builder.depth());
            if RAW.contains(&name.as_str()) && raw < RAW_NESTING {
                let inner = Document::fragment(node.text());
                self.add(&inner.root(), raw + 1);
                self.builder.finish();
                continue;
            }
            stack.push((node, true));
            stack.extend(node.children_it(true).map(|child| (child, false)));
        }
    }
}
