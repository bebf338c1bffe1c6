//! What the rules for an element look at.

use std::collections::{HashMap, HashSet};

use crate::corpus::format::tree::{Running, Tree};

/// So far up a control is looked for beside what it opens.
pub const CLIMB: usize = 3;
pub const CONTROLS: [&str; 7] = [
    "button", "label", "legend", "select", "textarea", "datalist", "option",
];

/// A page with what is looked up in it.
pub struct Context<'a> {
    pub tree: &'a Tree,
    pub counts: Counts,
    ids: HashMap<&'a str, usize>,
    /// Which elements some control names as what it opens.
    opened: HashSet<usize>,
}

impl<'a> Context<'a> {
    pub fn new(tree: &'a Tree) -> Self {
        let mut ids = HashMap::new();
        for at in 0..tree.len() {
            if let Some(id) = tree.attr(at, "id") {
                ids.entry(id).or_insert(at);
            }
        }
        Self {
            tree,
            counts: Counts::new(tree),
            ids,
            opened: HashSet::new(),
        }
    }

    /// Notes that some control names an element as what it opens.
    pub fn note_opened(&mut self, target: usize) {
        self.opened.insert(target);
    }

    pub fn by_id(&self, id: &str) -> Option<usize> {
        self.ids.get(id).copied()
    }

    pub fn is_opened(&self, at: usize) -> bool {
        self.opened.contains(&at)
    }

    /// More than half of the page's letters lie in it.
    pub fn is_most(&self, at: usize) -> bool {
        let letters = |at| self.tree.letters(self.tree.whole(at));
        letters(at) * 2 > letters(0)
    }

    pub fn is_heading(&self, at: usize) -> bool {
        heading_level(self.tree, at).is_some()
    }

    /// In a heading, a term, a summary or the head of a table.
    pub fn is_part_of_heading(&self, at: usize) -> bool {
        let is = |at: usize| self.is_heading(at) || self.tree.is(at, &["dt", "summary", "th"]);
        self.tree.ancestors(at).take(8).any(is)
    }
}

/// The words of an element's id and classes, lower case.
pub fn words_of(tree: &Tree, at: usize) -> Vec<String> {
    let mut words = Vec::new();
    for name in ["id", "class"] {
        let Some(value) = tree.attr(at, name) else {
            continue;
        };
        let mut word = String::new();
        let mut small = false;
        for c in value.chars() {
            // `cookieBanner` is two words.
            if !c.is_alphanumeric() || (small && c.is_uppercase()) {
                words.push(std::mem::take(&mut word));
            }
            small = c.is_lowercase();
            if c.is_alphanumeric() {
                word.extend(c.to_lowercase());
            }
        }
        words.push(word);
    }
    words.retain(|word| !word.is_empty());
    words
}

/// The level of a heading.
pub fn heading_level(tree: &Tree, at: usize) -> Option<usize> {
    let name = tree.name(at);
    let level = name.strip_prefix('h').filter(|level| level.len() == 1);
    if let Some(level) = level.and_then(|level| level.parse().ok()) {
        return Some(level).filter(|level| (1..=6).contains(level));
    }
    if tree.role(at) != "heading" {
        return None;
    }
    let level = tree.attr(at, "aria-level");
    let level = level.and_then(|level| level.trim().parse().ok());
    Some(level.unwrap_or(2).clamp(1, 6))
}

/// What forms are made of, counted once so that a page of nothing but forms takes no longer than others.
pub struct Counts {
    /// What is filled in or sent.
    pub fields: Running,
    /// What is sent, or written into.
    pub sent: Running,
    /// Letters of controls.
    pub letters: Running,
    /// Formulas.
    pub formulas: Running,
}

impl Counts {
    pub fn new(tree: &Tree) -> Self {
        let kind = |at: usize| tree.attr(at, "type").unwrap_or_default().to_lowercase();
        let sends = |at: usize| match tree.name(at) {
            "button" => matches!(kind(at).as_str(), "" | "submit"),
            "input" => matches!(
                kind(at).as_str(),
                "submit" | "image" | "" | "text" | "email" | "search" | "password" | "tel" | "url"
            ),
            name => name == "textarea",
        };
        let takes = |at: usize| match tree.name(at) {
            "input" => kind(at) != "hidden",
            name => name == "select" || sends(at),
        };
        let in_control = |at: usize| {
            tree.ancestors(at)
                .take(CLIMB)
                .any(|above| tree.is(above, &CONTROLS))
        };
        Self {
            fields: Running::new(tree, |at| usize::from(takes(at))),
            sent: Running::new(tree, |at| usize::from(sends(at))),
            letters: Running::new(tree, |at| {
                let counts = tree.node(at).is_text() && in_control(at);
                if counts { tree.letters(at..at + 1) } else { 0 }
            }),
            formulas: Running::new(tree, |at| usize::from(tree.name(at) == "math")),
        }
    }
}
