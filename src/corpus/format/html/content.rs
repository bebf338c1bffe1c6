//! Which of a page's text is its main content: Readability's choice, read generously.
//!
//! Readability writes the document anew; only which pieces of text it kept is taken from it. Where most of an element
//! was kept the rest of it is read too, unless it is named like what surrounds an article. What is not read is listed.

use std::ops::Range;

use dom_query::Document;
use dom_smoothie::{Config, Metadata, Readability};

use super::super::tree::{Running, Tree};
use super::fate::{Fate, Fates};
use super::hidden::says_something;
use super::page::Page;
use crate::corpus::format::html::context::{heading_level, words_of};
use crate::corpus::format::html::grid::is_data_table;
use crate::corpus::format::reader::NESTING;

/// Elements of a page that Readability looks at.
const MAX_ELEMENTS: usize = 200_000;
/// Elements inside each other that Readability can follow.
const MAX_DEPTH: usize = NESTING;
/// What Readability leaves of a page must have at least so many letters, else the whole page is read.
const LEAST_LETTERS: usize = 60;
/// Words in the names of what surrounds an article.
const AROUND: [&str; 20] = [
    "ad",
    "ads",
    "advertisement",
    "breadcrumb",
    "breadcrumbs",
    "comments",
    "consent",
    "cookie",
    "disqus",
    "newsletter",
    "pager",
    "pagination",
    "promo",
    "recommended",
    "related",
    "share",
    "sharing",
    "social",
    "sponsor",
    "subscribe",
];
/// Words in the names of parts of a page, and of boxes in its text: it is no part of the page where it holds prose.
const PARTS: [&str; 10] = [
    "banner",
    "footer",
    "header",
    "masthead",
    "menu",
    "nav",
    "navbar",
    "navigation",
    "sidebar",
    "toolbar",
];
/// Elements that are a text of their own.
const TEXTS: [&str; 4] = ["article", "main", "section", "blockquote"];

/// Which texts are read, by their nodes.
#[derive(Clone)]
pub(super) struct Content {
    read: Vec<bool>,
    /// Letters that are read.
    letters: Running,
}

impl Content {
    pub fn reads(&self, at: usize) -> bool {
        self.read[at]
    }

    /// How many letters of a range are read.
    pub fn letters(&self, range: Range<usize>) -> usize {
        self.letters.over(range)
    }

    fn new(tree: &Tree, read: Vec<bool>) -> Self {
        let letters = Running::new(tree, |at| {
            if read[at] {
                tree.letters(at..at + 1)
            } else {
                0
            }
        });
        Self { read, letters }
    }

    /// Everything that may be read.
    pub fn all(tree: &Tree, fates: &Fates) -> Self {
        Self::new(tree, readable(tree, fates))
    }

    /// The main content; `kept` says what Readability took.
    pub fn main(tree: &Tree, fates: &Fates, kept: Option<Vec<bool>>) -> Self {
        let all = Self::all(tree, fates);
        let around = page_parts(tree);
        let both = |one: &[bool], other: &dyn Fn(usize) -> bool| {
            let both = one.iter().enumerate().map(|(at, one)| *one && other(at));
            Self::new(tree, both.collect())
        };
        let letters = |content: &Self| content.letters(0..tree.len());
        let body = both(&all.read, &|at| !around[at]);
        let body = if letters(&body) < LEAST_LETTERS {
            all.clone()
        } else {
            body
        };
        let Some(kept) = kept else {
            return body;
        };
        let dropped = letters(&body) - letters(&both(&body.read, &|at| kept[at]));
        let kept = both(&all.read, &|at| kept[at]);
        if letters(&kept) < LEAST_LETTERS || dropped * 3 > letters(&body) {
            return body;
        }
        Self::new(tree, generously(tree, &body, &kept))
    }

    /// Reads what labels panels that are read; other labels are left out.
    pub fn read_labels(&mut self, tree: &Tree, fates: &mut Fates) {
        for panel in fates.labelled() {
            match fates.label(panel) {
                Some(label) if self.letters(tree.whole(panel)) > 0 => {
                    self.read[tree.whole(label)].fill(true);
                }
                _ => fates.forget_label(panel),
            }
        }
    }
}

/// Which texts lie in nothing that is left out.
fn readable(tree: &Tree, fates: &Fates) -> Vec<bool> {
    let mut readable = vec![false; tree.len()];
    let mut at = 0;
    while at < tree.len() {
        if matches!(fates.of(at), Fate::Out(_)) {
            at = tree.node(at).end;
            continue;
        }
        readable[at] = tree.node(at).is_text();
        at += 1;
    }
    readable
}

/// What lies in the header or the footer of the page; a header with a heading is the beginning of its text.
fn page_parts(tree: &Tree) -> Vec<bool> {
    let headings = Running::new(tree, |at| usize::from(heading_level(tree, at).is_some()));
    let mut parts = vec![false; tree.len()];
    let mut at = 0;
    while at < tree.len() {
        let whole = tree.whole(at);
        let role = tree.role(at);
        let footer = tree.name(at) == "footer" || role == "contentinfo";
        let header =
            (tree.name(at) == "header" || role == "banner") && headings.over(whole.clone()) == 0;
        if footer || header {
            parts[whole.clone()].fill(true);
        }
        at = if footer || header || tree.is(at, &TEXTS) {
            whole.end
        } else {
            at + 1
        };
    }
    parts
}

/// What was kept, and of what lies among it all that is not named like surroundings or made of links.
fn generously(tree: &Tree, body: &Content, kept: &Content) -> Vec<bool> {
    let mut read = kept.read.clone();
    let links = links(tree);
    let region = region(tree, kept, body);
    let mut at = region;
    while at < tree.node(region).end {
        let whole = tree.whole(at);
        let some = kept.letters(whole.clone()) > 0;
        if some && !is_data_table(tree, at) {
            at += 1;
            continue;
        }
        // A box in a section is often longer than the rest of it; what stands beside the main content is not.
        let parent = tree.node(at).parent;
        let whole_parent = tree.whole(parent);
        let mostly = kept.letters(whole_parent.clone()) * 2 >= body.letters(whole_parent);
        let amid = some || at > region && (parent != region || mostly);
        if amid && body.letters(whole.clone()) > 0 && (some || !is_around(tree, at, &links)) {
            for inner in whole.clone() {
                read[inner] |= body.read[inner];
            }
        }
        at = whole.end;
    }
    // The first heading of the first level, which Readability leaves to the title.
    let title = (0..tree.len())
        .find(|at| heading_level(tree, *at) == Some(1) && body.letters(tree.whole(*at)) > 0);
    for inner in title.map(|title| tree.whole(title)).unwrap_or_default() {
        read[inner] |= body.read[inner];
    }
    read
}

/// The smallest element that holds all that was kept; the `main` or `article` around it, or what holds its siblings
/// of the same kind.
fn region(tree: &Tree, kept: &Content, body: &Content) -> usize {
    let total = kept.letters(0..tree.len());
    let mut region = 0;
    while let Some(child) = tree
        .children(region)
        .find(|child| kept.letters(tree.whole(*child)) == total)
    {
        if tree.node(child).is_text() {
            break;
        }
        region = child;
    }
    // Where all of it lies in one paragraph or item, what holds that is meant.
    const HOLDERS: [&str; 7] = [
        "div", "section", "article", "main", "body", "form", "center",
    ];
    let holder = std::iter::once(region).chain(tree.ancestors(region));
    region = holder
        .into_iter()
        .find(|at| tree.is(*at, &HOLDERS))
        .unwrap_or(0);
    let share = |at: usize| {
        let whole = tree.whole(at);
        kept.letters(whole.clone()) * 2 >= body.letters(whole)
    };
    let main = |at: &usize| tree.is(*at, &["main", "article"]) || tree.role(*at) == "main";
    let outer = tree
        .ancestors(region)
        .filter(main)
        .filter(|at| share(*at))
        .last();
    if let Some(outer) = outer {
        return outer;
    }
    let parent = tree.node(region).parent;
    let class = tree.attr(region, "class");
    let twin = |child: usize| {
        child != region
            && class.is_some()
            && tree.name(child) == tree.name(region)
            && tree.attr(child, "class") == class
    };
    if region > 0 && share(parent) && tree.children(parent).any(twin) {
        return parent;
    }
    region
}

/// Letters of links.
fn links(tree: &Tree) -> Running {
    let mut linked = vec![false; tree.len()];
    let mut until = 0;
    for (at, linked) in linked.iter_mut().enumerate() {
        if tree.name(at) == "a" {
            until = until.max(tree.node(at).end);
        }
        *linked = at < until;
    }
    Running::new(tree, |at| {
        if linked[at] {
            tree.letters(at..at + 1)
        } else {
            0
        }
    })
}

/// Named like what surrounds an article, or mostly links.
fn is_around(tree: &Tree, at: usize, links: &Running) -> bool {
    const ROWS: [&str; 10] = [
        "table", "tr", "td", "th", "tbody", "thead", "dl", "dt", "dd", "p",
    ];
    let whole = tree.whole(at);
    let role = tree.role(at);
    let beside =
        tree.name(at) == "aside" && !tree.ancestors(at).any(|above| tree.is(above, &TEXTS));
    let words = words_of(tree, at);
    let named = |among: &[&str]| words.iter().any(|word| among.contains(&word.as_str()));
    let linked = links.over(whole.clone());
    let letters = tree.letters(whole.clone());
    let prose = || {
        let texts = whole.clone().map(|inner| tree.node(inner).text.as_str());
        linked * 4 <= letters && says_something(texts)
    };
    let mut inside = whole.clone();
    (linked * 2 > letters && !tree.is(at, &ROWS))
        || beside
        || matches!(role.as_str(), "complementary" | "contentinfo" | "search")
        || tree.name(at) == "footer"
        || named(&AROUND)
        || (named(&PARTS) && !prose() && !inside.any(|inner| heading_level(tree, inner).is_some()))
}

/// What Readability made of a page: which texts it kept, and what it knows of the page.
pub(super) struct Kept {
    pub texts: Option<Vec<bool>>,
    pub about: Metadata,
}

/// Asks Readability. It is given the page with what is folded unfolded and without forms and buttons, because it takes
/// them for clutter whatever they hold.
pub(super) fn ask(document: Document, page: &Page, fates: &Fates) -> Kept {
    unfold(&document, page, fates);
    let config = Config {
        max_elements_to_parse: MAX_ELEMENTS,
        ..Config::default()
    };
    let Ok(mut readability) = Readability::with_document(document, None, Some(config)) else {
        return Kept {
            texts: None,
            about: Metadata::default(),
        };
    };
    let about = readability.get_article_metadata(readability.parse_json_ld());
    if page.depth > MAX_DEPTH {
        return Kept { texts: None, about };
    }
    let Ok(article) = readability.parse() else {
        return Kept { texts: None, about };
    };
    let about = Metadata {
        byline: article.byline,
        ..about
    };
    let mut texts = vec![false; page.tree.len()];
    let content = readability.doc.select("#readability-page-1");
    for node in content
        .nodes()
        .iter()
        .flat_map(dom_query::NodeRef::descendants_it)
    {
        if let Some(at) = page.ids.get(&node.id) {
            texts[*at] = true;
        }
    }
    Kept {
        texts: Some(texts),
        about,
    }
}

/// Takes out what is left out, and takes away what hides or marks as a control what is read.
fn unfold(document: &Document, page: &Page, fates: &Fates) {
    let tree = &page.tree;
    for (id, at) in &page.ids {
        let (Some(node), at) = (document.tree.get(id), *at) else {
            continue;
        };
        if matches!(fates.of(at), Fate::Out(_)) {
            node.remove_from_parent();
            continue;
        }
        node.remove_attrs(&["hidden", "aria-hidden", "style"]);
        match tree.name(at) {
            "button" | "label" => node.rename("span"),
            "form" | "fieldset" => node.rename("div"),
            "a" if tree
                .attr(at, "href")
                .is_some_and(|href| href.starts_with("javascript:")) =>
            {
                // Such a link is replaced by its text, which would then be another node.
                node.set_attr("href", "/");
            }
            _ => {}
        }
    }
}
