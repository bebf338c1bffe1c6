//! What becomes of each element of a page: its text is read, or left out for a reason.

use std::collections::{HashMap, HashSet};

use super::super::tree::Tree;
use super::controls::{self, Counts};
use super::hidden;
use crate::corpus::clutter::Omission;

/// What becomes of an element and all inside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Read,
    Out(Omission),
    /// The label of a panel elsewhere on the page: it is read at the beginning of that panel.
    Label(usize),
}

/// Which reasons to leave something out hold; fewer where a page has nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Strictness {
    /// None: whatever has letters is read.
    Anything,
    /// Navigation and controls, but what is hidden and what is shown in place of something else is read.
    Instead,
    Usual,
}

pub(super) struct Fates {
    fates: Vec<Fate>,
    /// Where a panel has a label elsewhere: which element.
    labels: HashMap<usize, usize>,
}

impl Fates {
    pub fn new(tree: &Tree, strictness: Strictness) -> Self {
        let mut fates = Self {
            fates: vec![Fate::Read; tree.len()],
            labels: HashMap::new(),
        };
        if strictness == Strictness::Anything {
            return fates;
        }
        let page = Context::new(tree);
        let mut panels = Vec::new();
        let mut at = 0;
        while at < tree.len() {
            let fate = page.fate(at, strictness);
            fates.fates[at] = fate;
            if let Some(panel) = page.panel(at) {
                panels.push((at, panel));
            }
            at = match fate {
                Fate::Read => at + 1,
                _ => tree.node(at).end,
            };
        }
        fates.move_labels(&page, panels);
        fates
    }

    pub fn of(&self, at: usize) -> Fate {
        self.fates[at]
    }

    /// What names a panel and stands elsewhere.
    pub fn label(&self, panel: usize) -> Option<usize> {
        self.labels.get(&panel).copied()
    }

    /// Panels that have a label elsewhere.
    pub fn labelled(&self) -> Vec<usize> {
        self.labels.keys().copied().collect()
    }

    /// Takes a label back: it is left out as a control.
    pub fn forget_label(&mut self, panel: usize) {
        if let Some(label) = self.labels.remove(&panel) {
            self.fates[label] = Fate::Out(Omission::Form);
        }
    }

    /// Controls that open a panel are read before it.
    fn move_labels(&mut self, page: &Context<'_>, panels: Vec<(usize, usize)>) {
        let tree = page.tree;
        let controls: HashSet<usize> = panels.iter().map(|(control, _)| *control).collect();
        for (control, panel) in panels {
            let free = self.fates[control] == Fate::Read && !page.is_part_of_heading(control)
                || self.fates[control] == Fate::Out(Omission::Form);
            let out = |at: usize| self.fates[at] != Fate::Read;
            let read = !out(panel) && !tree.ancestors(panel).any(out);
            let open = tree.ancestors(control).all(|at| !out(at));
            // No label has a panel in it.
            let apart = !tree.whole(panel).contains(&control)
                && !controls.contains(&panel)
                && !tree.ancestors(panel).any(|at| controls.contains(&at));
            if free && read && open && apart && !self.labels.contains_key(&panel) {
                self.labels.insert(panel, control);
                self.fates[control] = Fate::Label(panel);
            }
        }
    }
}

/// A page with what is looked up in it.
pub(super) struct Context<'a> {
    pub tree: &'a Tree,
    pub counts: Counts,
    ids: HashMap<&'a str, usize>,
    /// Which elements some control names as what it opens.
    opened: HashMap<usize, usize>,
}

impl<'a> Context<'a> {
    fn new(tree: &'a Tree) -> Self {
        let mut ids = HashMap::new();
        for at in 0..tree.len() {
            if let Some(id) = tree.attr(at, "id") {
                ids.entry(id).or_insert(at);
            }
        }
        let mut page = Self {
            tree,
            counts: Counts::new(tree),
            ids,
            opened: HashMap::new(),
        };
        for at in 0..tree.len() {
            for target in controls::targets(&page, at) {
                page.opened.entry(target).or_insert(at);
            }
        }
        page
    }

    pub fn by_id(&self, id: &str) -> Option<usize> {
        self.ids.get(id).copied()
    }

    pub fn is_opened(&self, at: usize) -> bool {
        self.opened.contains_key(&at)
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

    fn panel(&self, at: usize) -> Option<usize> {
        controls::panel(self, at)
    }

    fn fate(&self, at: usize, strictness: Strictness) -> Fate {
        let tree = self.tree;
        let name = tree.name(at);
        let role = tree.role(at);
        let letters = tree.letters(tree.whole(at));
        if letters == 0 || tree.node(at).is_text() {
            return Fate::Read;
        }
        let usual = strictness == Strictness::Usual;
        let reason = match name {
            "svg" => Some(Omission::ImageMarkup),
            "annotation" | "annotation-xml" => Some(Omission::Markup),
            "rt" | "rtc" | "rp" => Some(Omission::Ruby),
            "title" => Some(Omission::Hidden),
            "video" | "audio" | "canvas" | "object" | "applet" | "iframe" | "meter"
            | "progress" => Some(Omission::Fallback),
            "noscript" | "noframes" | "noembed" if usual => Some(Omission::Fallback),
            "nav" => Some(Omission::Navigation),
            "select" | "datalist" | "option" | "optgroup" | "textarea" => Some(Omission::Form),
            "button" | "label" | "legend" | "form" => controls::reason(self, at),
            _ if matches!(role.as_str(), "navigation" | "menu" | "menubar" | "toolbar") => {
                Some(Omission::Navigation)
            }
            "a" if is_skip_link(tree, at) => Some(Omission::Navigation),
            _ => None,
        };
        let reason = reason.or_else(|| hidden::reason(self, at).filter(|_| usual));
        reason.map_or(Fate::Read, Fate::Out)
    }
}

/// The level of a heading.
pub(super) fn heading_level(tree: &Tree, at: usize) -> Option<usize> {
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

/// A link over what does not change from page to page, for those who do not see it.
fn is_skip_link(tree: &Tree, at: usize) -> bool {
    let inside = tree
        .attr(at, "href")
        .is_some_and(|href| href.starts_with('#'));
    inside
        && words_of(tree, at)
            .iter()
            .any(|word| word == "skip" || word == "skiplink")
}

/// The words of an element's id and classes, lower case.
pub(super) fn words_of(tree: &Tree, at: usize) -> Vec<String> {
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
