//! What becomes of each element of a page: its text is read, or left out for a reason.

use std::collections::{HashMap, HashSet};

use super::super::tree::Tree;
use super::{controls, hidden};
use crate::corpus::block::Omission;
use crate::corpus::format::html::context::{Context, words_of};

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
        let mut page = Context::new(tree);
        for control in 0..tree.len() {
            for target in controls::targets(&page, control) {
                page.note_opened(target);
            }
        }
        let mut panels = Vec::new();
        let mut at = 0;
        while at < tree.len() {
            let fate = fate(&page, at, strictness);
            fates.fates[at] = fate;
            if let Some(panel) = controls::panel(&page, at) {
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

/// What becomes of an element, by the element itself.
fn fate(page: &Context<'_>, at: usize, strictness: Strictness) -> Fate {
    let tree = page.tree;
    let name = tree.name(at);
    let role = tree.role(at);
    let letters = tree.letters(tree.whole(at));
    // Brackets around a reading, for programs that do not know readings.
    if name == "rp" {
        return Fate::Out(Omission::Ruby);
    }
    if letters == 0 || tree.node(at).is_text() {
        return Fate::Read;
    }
    let usual = strictness == Strictness::Usual;
    let reason = match name {
        "svg" => Some(Omission::ImageMarkup),
        "annotation" | "annotation-xml" => Some(Omission::Markup),
        "rt" | "rtc" => Some(Omission::Ruby),
        "title" => Some(Omission::Hidden),
        "video" | "audio" | "canvas" | "object" | "applet" | "iframe" | "meter" | "progress" => {
            Some(Omission::Fallback)
        }
        "noscript" | "noframes" | "noembed" if usual => Some(Omission::Fallback),
        "nav" => Some(Omission::Navigation),
        "select" | "datalist" | "option" | "optgroup" | "textarea" => Some(Omission::Form),
        "button" | "label" | "legend" | "form" => controls::reason(page, at),
        _ if matches!(role.as_str(), "navigation" | "menu" | "menubar" | "toolbar") => {
            Some(Omission::Navigation)
        }
        "a" if is_skip_link(tree, at) => Some(Omission::Navigation),
        "span" if is_edit_link(tree, at) => Some(Omission::Form),
        _ => None,
    };
    let reason = reason.or_else(|| hidden::reason(page, at).filter(|_| usual));
    reason.map_or(Fate::Read, Fate::Out)
}

/// What MediaWiki, which Wikipedia runs on, puts behind each heading: `[edit]`, `[編集]`.
fn is_edit_link(tree: &Tree, at: usize) -> bool {
    let classes = tree.attr(at, "class").unwrap_or_default();
    let mut classes = classes.split_ascii_whitespace();
    classes.any(|class| class == "mw-editsection")
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
