//! Values that are pieces of web pages, as the editors of shops and help desks export them: their text is read.

use std::borrow::Cow;

use super::fields::Field;
use crate::corpus::block::Omission;
use crate::corpus::format::html;
use crate::corpus::format::markdown::{is_marked_up, unseen};

/// Reads the text of a value that is HTML. What its readers leave out is added to `left`.
pub(super) fn read_value(field: &mut Field<'_>, left: &mut Vec<(Omission, String)>) {
    if is_marked_up(&field.value)
        && let Some(text) = text_of(&field.value, left)
    {
        field.value = Cow::Owned(text);
    }
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
