//! Forms, buttons and labels: what is filled in or pressed is left out; what names a panel or asks the question that a
//! panel answers is its heading.

use crate::corpus::block::Omission;
use crate::corpus::format::html::context::{CLIMB, CONTROLS, Context, words_of};

/// A form with fewer letters beside its controls is all form.
const FORM_LETTERS: usize = 200;
/// A label of a panel is no longer than this, in letters.
const LABEL_LETTERS: usize = 160;
/// So many letters behind a button are what it asks for.
const ANSWER_LETTERS: usize = 12;

/// Why a `button`, `label`, `legend` or `form` is left out.
pub(super) fn reason(page: &Context<'_>, at: usize) -> Option<Omission> {
    let out = match page.tree.name(at) {
        "form" => is_filled_in(page, at),
        "legend" => has_fields(page, page.tree.node(at).parent),
        "label" => is_label_of_field(page, at),
        _ => is_pressed(page, at),
    };
    out.then_some(Omission::Form)
}

/// A form with fields and little else, that is not around the page.
fn is_filled_in(page: &Context<'_>, at: usize) -> bool {
    let tree = page.tree;
    let beside_controls =
        |at: usize| tree.letters(tree.whole(at)) - page.counts.letters.over(tree.whole(at));
    let rest = beside_controls(at);
    has_fields(page, at) && rest < FORM_LETTERS && rest * 2 <= beside_controls(0)
}

/// Something inside is filled in or sent.
fn has_fields(page: &Context<'_>, at: usize) -> bool {
    page.counts.fields.over(page.tree.whole(at)) > 0
}

fn is_label_of_field(page: &Context<'_>, at: usize) -> bool {
    let tree = page.tree;
    if panel(page, at).is_some() || page.is_part_of_heading(at) {
        return false;
    }
    const FIELDS: [&str; 3] = ["input", "select", "textarea"];
    let named = tree.attr(at, "for").and_then(|id| page.by_id(id));
    named.is_some_and(|field| tree.is(field, &FIELDS))
        || tree.find(at, &FIELDS).is_some()
        || tree
            .next_element(at)
            .is_some_and(|next| tree.is(next, &FIELDS))
}

/// A button that does something, and is no heading, question or sentence.
fn is_pressed(page: &Context<'_>, at: usize) -> bool {
    let tree = page.tree;
    if page.is_part_of_heading(at) || panel(page, at).is_some() {
        return false;
    }
    let text = tree.raw(at);
    let text = text.trim();
    let sentence = tree.letters(tree.whole(at)) > 40 && text.ends_with(is_end);
    !sentence
}

fn is_end(c: char) -> bool {
    "。．.!！?？؟".contains(c)
}

/// The elements that a control says it opens.
pub(super) fn targets(page: &Context<'_>, at: usize) -> Vec<usize> {
    let tree = page.tree;
    let mut found = Vec::new();
    if let Some(ids) = tree.attr(at, "aria-controls") {
        found.extend(ids.split_whitespace().filter_map(|id| page.by_id(id)));
    }
    let toggles = [
        "data-target",
        "data-bs-target",
        "data-toggle",
        "data-bs-toggle",
        "aria-expanded",
    ];
    if tree.role(at) == "tab" || toggles.iter().any(|name| tree.attr(at, name).is_some()) {
        let named = ["data-target", "data-bs-target", "href"].into_iter();
        let ids = named.filter_map(|name| tree.attr(at, name)?.strip_prefix('#'));
        found.extend(ids.filter_map(|id| page.by_id(id)));
    }
    found
}

/// The panel that a control opens or stands for, where it is text.
pub(super) fn panel(page: &Context<'_>, at: usize) -> Option<usize> {
    let tree = page.tree;
    let (name, role) = (tree.name(at), tree.role(at));
    let letters = tree.letters(tree.whole(at));
    let toggles = name == "button"
        || name == "label"
        || matches!(role.as_str(), "tab" | "button")
        || tree.attr(at, "aria-expanded").is_some();
    if !toggles || letters == 0 || letters > LABEL_LETTERS {
        return None;
    }
    let named = targets(page, at).into_iter().next();
    let panel = named.or_else(|| panel_beside(page, at))?;
    let holds = tree.letters(tree.whole(panel));
    let away = matches!(
        tree.role(panel).as_str(),
        "menu" | "navigation" | "dialog" | "alertdialog" | "listbox" | "search"
    ) || tree.is(
        panel,
        &["nav", "dialog", "form", "input", "select", "body", "main"],
    );
    let leads_away = words_of(tree, panel).iter().any(|word| {
        ["menu", "nav", "navbar", "dropdown", "modal", "search"].contains(&word.as_str())
    });
    (holds > 0 && !away && !leads_away && !tree.whole(panel).contains(&at)).then_some(panel)
}

/// What stands behind a control that opens something, or asks something.
fn panel_beside(page: &Context<'_>, at: usize) -> Option<usize> {
    let tree = page.tree;
    let text = tree.raw(at);
    let asks = text.trim_end().ends_with(['?', '？', '؟']);
    let words = words_of(tree, at);
    let folds = [
        "accordion",
        "faq",
        "question",
        "toggle",
        "collapse",
        "spoiler",
        "collapsible",
    ];
    let opens = tree.attr(at, "aria-expanded").is_some()
        || words.iter().any(|word| folds.contains(&word.as_str()));
    let is_label = tree.name(at) == "label";
    let ticked = is_label && ticks(page, at);
    let applies = if is_label { ticked } else { asks || opens };
    let in_form = |above: usize| tree.name(above) == "form" && is_filled_in(page, above);
    if !applies || tree.ancestors(at).any(in_form) {
        return None;
    }
    let mut place = at;
    for _ in 0..CLIMB {
        if let Some(next) = tree.next_element(place) {
            let text = tree.letters(tree.whole(next)) >= ANSWER_LETTERS;
            let control = tree.is(next, &CONTROLS) || page.is_heading(next);
            return (text && !control).then_some(next);
        }
        let parent = tree.node(place).parent;
        if parent == 0 || tree.letters(tree.whole(parent)) != tree.letters(tree.whole(at)) {
            return None;
        }
        place = parent;
    }
    None
}

/// A label of a box that is ticked to unfold what comes behind the label.
fn ticks(page: &Context<'_>, at: usize) -> bool {
    let tree = page.tree;
    let named = tree.attr(at, "for").and_then(|id| page.by_id(id));
    let Some(field) = named.or_else(|| tree.find(at, &["input"])) else {
        return false;
    };
    let kind = tree.attr(field, "type").unwrap_or_default().to_lowercase();
    let ticked = tree.name(field) == "input" && matches!(kind.as_str(), "checkbox" | "radio");
    // In a form that is sent it is an answer.
    let sent =
        |above: usize| tree.name(above) == "form" && page.counts.sent.over(tree.whole(above)) > 0;
    ticked && !tree.ancestors(at).any(sent)
}
