//! What a page hides: answers, tabs and rows that unfold are text; notices, menus and dialogues are not.

use crate::corpus::block::Omission;
use crate::corpus::format::html::context::{Context, words_of};

/// Words in the names of what asks or tells the visitor something and is no part of a text.
const ASIDE: [&str; 25] = [
    "cookie",
    "cookies",
    "consent",
    "gdpr",
    "modal",
    "dialog",
    "popup",
    "popover",
    "lightbox",
    "tooltip",
    "toast",
    "login",
    "signin",
    "signup",
    "register",
    "newsletter",
    "subscribe",
    "captcha",
    "spinner",
    "loader",
    "loading",
    "template",
    "honeypot",
    "overlay",
    "advertisement",
];
/// Words in the names of what leads elsewhere.
const AWAY: [&str; 14] = [
    "menu",
    "nav",
    "navbar",
    "navigation",
    "dropdown",
    "drawer",
    "offcanvas",
    "share",
    "social",
    "search",
    "breadcrumb",
    "breadcrumbs",
    "pagination",
    "sidebar",
];
/// Words in the names of what unfolds.
const FOLDED: [&str; 14] = [
    "tab",
    "tabs",
    "tabpanel",
    "panel",
    "pane",
    "accordion",
    "faq",
    "answer",
    "answers",
    "qa",
    "spoiler",
    "expandable",
    "collapsible",
    "details",
];
/// A text of so many letters is no label.
const LABEL_LETTERS: usize = 120;
/// Letters of a short sentence.
const SENTENCE_LETTERS: usize = 16;

/// How an element is hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hiding {
    /// It is shown when it is searched for.
    UntilFound,
    NotShown,
    /// It is shown, but not read aloud.
    Unspoken,
}

/// Why an element is left out, where it is hidden and no part of the text, or a dialogue.
pub(super) fn reason(page: &Context<'_>, at: usize) -> Option<Omission> {
    let tree = page.tree;
    let role = tree.role(at);
    let asks = tree.name(at) == "dialog"
        || matches!(role.as_str(), "dialog" | "alertdialog")
        || tree.attr(at, "aria-modal") == Some("true");
    let hiding = hiding(page, at);
    let lies_over = asks || is_notice(page, at);
    if (hiding.is_none() && !lies_over) || page.is_most(at) {
        return None;
    }
    let left_out = lies_over || hiding.is_some_and(|hiding| !is_content(page, at, hiding));
    left_out.then_some(Omission::Hidden)
}

fn hiding(page: &Context<'_>, at: usize) -> Option<Hiding> {
    let tree = page.tree;
    if let Some(hidden) = tree.attr(at, "hidden") {
        let until_found = hidden.trim().eq_ignore_ascii_case("until-found");
        return Some(if until_found {
            Hiding::UntilFound
        } else {
            Hiding::NotShown
        });
    }
    let style = tree.attr(at, "style").unwrap_or_default();
    let styles = style.split(';').filter_map(|rule| rule.split_once(':'));
    let not_shown = styles.into_iter().any(|(property, value)| {
        let value = value.trim().to_lowercase();
        match property.trim().to_lowercase().as_str() {
            "display" => value.starts_with("none"),
            "visibility" => value.starts_with("hidden") || value.starts_with("collapse"),
            _ => false,
        }
    });
    if not_shown {
        return Some(Hiding::NotShown);
    }
    (tree.attr(at, "aria-hidden") == Some("true")).then_some(Hiding::Unspoken)
}

/// A notice that lies over the page, hidden or not, by its name: `cookie-banner`.
fn is_notice(page: &Context<'_>, at: usize) -> bool {
    let tree = page.tree;
    if !tree.is(at, &["div", "section", "aside", "form", "p", "span"]) {
        return false;
    }
    let mut names = ["id", "class"]
        .into_iter()
        .filter_map(|name| tree.attr(at, name));
    if !names.any(|name| {
        ["ookie", "onsent", "gdpr"]
            .iter()
            .any(|part| name.contains(part))
    }) {
        return false;
    }
    let words = words_of(tree, at);
    let any = |among: &[&str]| words.iter().any(|word| among.contains(&word.as_str()));
    any(&["cookie", "cookies", "consent", "gdpr"])
        && any(&[
            "banner", "bar", "notice", "popup", "modal", "overlay", "dialog", "message",
        ])
}

fn is_content(page: &Context<'_>, at: usize, hiding: Hiding) -> bool {
    let tree = page.tree;
    let role = tree.role(at);
    if matches!(
        role.as_str(),
        "tooltip" | "listbox" | "status" | "alert" | "search" | "option" | "menuitem"
    ) {
        return false;
    }
    let words = words_of(tree, at);
    let named = |among: &[&str]| words.iter().any(|word| among.contains(&word.as_str()));
    if named(&ASIDE) {
        return false;
    }
    let folded = role == "tabpanel" || named(&FOLDED);
    if !folded && named(&AWAY) {
        return false;
    }
    if hiding == Hiding::UntilFound || folded {
        return true;
    }
    // A formula may stand there twice, as text and for those who see it.
    if page.counts.formulas.over(tree.whole(at)) > 0 {
        return hiding == Hiding::NotShown;
    }
    let inline = tree.is(at, &["span", "i", "b", "em", "strong", "a", "svg", "small"]);
    if hiding == Hiding::Unspoken && inline {
        return false;
    }
    tree.is(at, &["tr", "tbody", "li", "dd", "dt", "details"])
        || page.is_opened(at)
        || follows_its_title(page, at)
        || says_something(tree.whole(at).map(|inner| tree.node(inner).text.as_str()))
}

/// It stands right behind a heading, a term or a button.
fn follows_its_title(page: &Context<'_>, at: usize) -> bool {
    let tree = page.tree;
    let before = tree.node(at).before;
    before.is_some_and(|before| {
        page.is_heading(before) || tree.is(before, &["dt", "summary", "button", "label"])
    }) && !page.is_heading(at)
}

/// There is a sentence in it, or so much text that it is no label.
pub(super) fn says_something<'a>(texts: impl Iterator<Item = &'a str>) -> bool {
    let mut letters = 0;
    let mut ends = false;
    for c in texts.flat_map(str::chars) {
        letters += usize::from(c.is_alphanumeric());
        ends |= letters >= SENTENCE_LETTERS && "。．.!！?？…؟।".contains(c);
        if ends || letters >= LABEL_LETTERS {
            return true;
        }
    }
    false
}
