//! Mark-up as a list of nodes in the order of the document: what lies inside an element is a range of that list, and
//! how much text a range holds is known without looking through it.

use std::ops::Range;

/// Values of attributes that are longer say nothing of an element: they are pictures.
const LONGEST_VALUE: usize = 4096;

/// An element, or a piece of text.
#[derive(Debug)]
pub(super) struct Node {
    /// Of an element, lower case; empty for text.
    pub name: String,
    pub attrs: Vec<(String, String)>,
    pub text: String,
    pub parent: usize,
    /// The element before it in its parent.
    pub before: Option<usize>,
    /// Behind the last node inside it.
    pub end: usize,
}

impl Node {
    pub fn is_text(&self) -> bool {
        self.name.is_empty()
    }
}

#[derive(Debug)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    /// Letters and digits before each node.
    letters: Vec<usize>,
}

impl Tree {
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    pub fn node(&self, at: usize) -> &Node {
        &self.nodes[at]
    }

    /// A text, to add what is no letter or digit.
    pub fn text_mut(&mut self, at: usize) -> &mut String {
        &mut self.nodes[at].text
    }

    pub fn name(&self, at: usize) -> &str {
        &self.nodes[at].name
    }

    pub fn is(&self, at: usize, names: &[&str]) -> bool {
        names.contains(&self.name(at))
    }

    pub fn attr(&self, at: usize, name: &str) -> Option<&str> {
        let mut attrs = self.nodes[at].attrs.iter();
        let (_, value) = attrs.find(|(attr, _)| attr == name)?;
        Some(value)
    }

    /// The first word of the attribute `role`, lower case.
    pub fn role(&self, at: usize) -> String {
        let role = self.attr(at, "role").unwrap_or_default();
        let first = role.split_whitespace().next().unwrap_or_default();
        first.to_lowercase()
    }

    /// The node and all inside it.
    pub fn whole(&self, at: usize) -> Range<usize> {
        at..self.nodes[at].end
    }

    /// All inside the node.
    pub fn inside(&self, at: usize) -> Range<usize> {
        at + 1..self.nodes[at].end
    }

    /// How many letters and digits a range of nodes holds.
    pub fn letters(&self, range: Range<usize>) -> usize {
        self.letters[range.end] - self.letters[range.start]
    }

    pub fn children(&self, at: usize) -> impl Iterator<Item = usize> {
        let end = self.nodes[at].end;
        let first = (at + 1 < end).then_some(at + 1);
        std::iter::successors(first, move |child| {
            let next = self.nodes[*child].end;
            (next < end).then_some(next)
        })
    }

    /// The parent, its parent, and so on; without the root.
    pub fn ancestors(&self, at: usize) -> impl Iterator<Item = usize> {
        let parent = |at: usize| Some(self.nodes[at].parent).filter(|parent| *parent > 0);
        std::iter::successors(parent(at), move |at| parent(*at))
    }

    /// The next element in the same parent.
    pub fn next_element(&self, at: usize) -> Option<usize> {
        let end = self.nodes[self.nodes[at].parent].end;
        let mut next = self.nodes[at].end;
        while next < end {
            if !self.nodes[next].is_text() {
                return Some(next);
            }
            next = self.nodes[next].end;
        }
        None
    }

    /// The first element of one of these names inside a node.
    pub fn find(&self, at: usize, names: &[&str]) -> Option<usize> {
        self.inside(at).find(|inner| self.is(*inner, names))
    }

    /// The text inside a node as it stands, for what looks at it and does not read it.
    pub fn raw(&self, at: usize) -> String {
        let texts = self.whole(at).map(|inner| self.nodes[inner].text.as_str());
        texts.collect()
    }
}

/// Sums over the nodes of a tree, so that a range of them is asked for in one step.
#[derive(Debug, Clone)]
pub(super) struct Running(Vec<usize>);

impl Running {
    pub fn new(tree: &Tree, of: impl Fn(usize) -> usize) -> Self {
        let mut sums = Vec::with_capacity(tree.len() + 1);
        let mut sum = 0;
        for at in 0..tree.len() {
            sums.push(sum);
            sum += of(at);
        }
        sums.push(sum);
        Self(sums)
    }

    pub fn over(&self, range: Range<usize>) -> usize {
        self.0[range.end] - self.0[range.start]
    }
}

/// Puts a tree together, from its beginning to its end.
#[derive(Debug)]
pub(super) struct Builder {
    nodes: Vec<Node>,
    /// Elements that are open, and the last element inside each.
    open: Vec<(usize, Option<usize>)>,
}

impl Builder {
    pub fn new() -> Self {
        let mut builder = Self {
            nodes: Vec::new(),
            open: Vec::new(),
        };
        builder.begin("#root", Vec::new());
        builder
    }

    /// Elements that are open, the root included.
    pub fn depth(&self) -> usize {
        self.open.len()
    }

    /// Names of the elements that are open, from the innermost.
    pub fn open_names(&self) -> impl Iterator<Item = &str> {
        let open = self.open.iter().rev();
        open.map(|(at, _)| self.nodes[*at].name.as_str())
    }

    pub fn begin(&mut self, name: &str, attrs: Vec<(String, String)>) -> usize {
        let at = self.nodes.len();
        let (parent, before) = match self.open.last_mut() {
            Some((parent, last)) => (*parent, last.replace(at)),
            None => (0, None),
        };
        let short = |(_, value): &(String, String)| value.len() <= LONGEST_VALUE;
        self.nodes.push(Node {
            name: name.to_lowercase(),
            attrs: attrs.into_iter().filter(short).collect(),
            text: String::new(),
            parent,
            before,
            end: at + 1,
        });
        self.open.push((at, None));
        at
    }

    /// Ends the innermost element.
    pub fn finish(&mut self) {
        if self.open.len() > 1
            && let Some((at, _)) = self.open.pop()
        {
            self.nodes[at].end = self.nodes.len();
        }
    }

    pub fn text(&mut self, text: &str) -> usize {
        let at = self.nodes.len();
        let parent = self.open.last().map_or(0, |(parent, _)| *parent);
        self.nodes.push(Node {
            name: String::new(),
            attrs: Vec::new(),
            text: text.to_owned(),
            parent,
            before: None,
            end: at + 1,
        });
        at
    }

    pub fn tree(mut self) -> Tree {
        for (at, _) in std::mem::take(&mut self.open) {
            self.nodes[at].end = self.nodes.len();
        }
        let mut letters = Vec::with_capacity(self.nodes.len() + 1);
        let mut count = 0;
        for node in &self.nodes {
            letters.push(count);
            count += node.text.chars().filter(|c| c.is_alphanumeric()).count();
        }
        letters.push(count);
        Tree {
            nodes: self.nodes,
            letters,
        }
    }
}
