//! Values that are pieces of web pages, as the editors of shops and help desks export them: their text is read.

use std::borrow::Cow;

use super::Row;
use super::fields::Field;
use crate::corpus::block::Omission;
use crate::corpus::format::html;
use crate::corpus::format::markdown::{is_marked_up, unseen};

/// Reads the text of the values of a row that are HTML. What their readers leave out is listed.
pub(super) fn read_values(row: &mut Row<'_>) {
    let inner = row.inner.iter_mut().flatten();
    for field in row.fields.iter_mut().chain(inner) {
        if is_marked_up(&field.value)
            && let Some(text) = text_of(&field.value, &mut row.left)
        {
            field.value = Cow::Owned(text);
        }
    }
    // A picture has no text.
    let has_text = |field: &Field<'_>| !field.value.is_empty();
    row.fields.retain(has_text);
    for inner in &mut row.inner {
        inner.retain(has_text);
    }
    row.inner.retain(|inner| !inner.is_empty());
}

/// The text of a piece of HTML; `None`: it is read as it is written.
fn text_of(html: &str, left: &mut Vec<(Omission, String)>) -> Option<String> {
    let parsed = html::fragment(html).ok()?;
    let all = parsed.text.unwrap_or_default();
    let body = parsed.listed_from.unwrap_or(all.len());
    let listed = parsed.omitted.iter().filter(|one| one.span.start >= body);
    let listed = listed.map(|one| (one.reason, all[one.span.clone()].to_owned()));
    let text = all[..body].trim();
    match text.is_empty() {
        true => left.push((Omission::Markup, html.to_owned())),
        false => {
            left.extend(listed);
            let unseen = unseen(html).into_iter();
            left.extend(unseen.map(|span| (Omission::Markup, html[span].to_owned())));
        }
    }
    Some(text.to_owned())
}
