//! Raised and lowered letters, which lose their place in a text: `10<sup>8</sup>` is `10^8` and not `108`, and the mark of
//! a note behind `1984` is `1984[3]`.

use super::text::is_block;
use crate::corpus::format::tree::Tree;

/// A longer mark of a note is none.
const MARK_CHARS: usize = 4;

/// Writes the marks into the texts of a page.
pub(super) fn mark(tree: &mut Tree) {
    // The last letter before a node, in its line.
    let mut last: Option<char> = None;
    let mut raised: Option<Raised> = None;
    // Text with a raised end was read last.
    let mut left = false;
    for at in 0..tree.len() {
        if raised.as_ref().is_some_and(|raised| at >= raised.end) {
            left = raised.take().is_some_and(|raised| raised.begun);
        }
        if !tree.node(at).is_text() {
            match tree.name(at) {
                "sup" | "sub" if raised.is_none() => raised = Some(Raised::new(tree, at)),
                "br" => last = None,
                _ if is_block(tree, at) => last = None,
                _ => {}
            }
            continue;
        }
        let text = &tree.node(at).text;
        let (Some(first), Some(end)) = (text.chars().next(), text.chars().next_back()) else {
            continue;
        };
        if text.trim().is_empty() && raised.is_some() {
            continue;
        }
        let before = last.replace(end).unwrap_or(' ');
        let joins = |c: char| c.is_ascii_digit() && before.is_ascii_digit();
        match &mut raised {
            Some(raised) if !raised.begun => {
                raised.begun = true;
                let signed = before.is_ascii_digit() && "+-−–".contains(first);
                if raised.is_note && before.is_alphanumeric() {
                    let marked = format!("[{}]", text.trim());
                    *tree.text_mut(at) = marked;
                    last = Some(']');
                } else if joins(first) || signed {
                    tree.text_mut(at).insert(0, raised.sign);
                }
            }
            None if left && joins(first) => tree.text_mut(at).insert(0, ' '),
            _ => {}
        }
        left = false;
    }
}

/// An element that is raised or lowered.
struct Raised {
    sign: char,
    end: usize,
    /// A link to a note, and nothing else.
    is_note: bool,
    /// Text of it was seen.
    begun: bool,
}

impl Raised {
    fn new(tree: &Tree, at: usize) -> Self {
        let texts = tree.inside(at).filter(|inner| tree.node(*inner).is_text());
        let one = texts.filter(|inner| !tree.node(*inner).text.trim().is_empty());
        let text = tree.raw(at);
        let text = text.trim();
        let is_note = tree.name(at) == "sup"
            && one.count() == 1
            && text.chars().count() <= MARK_CHARS
            && text.chars().all(char::is_alphanumeric)
            && tree.find(at, &["a"]).is_some();
        Self {
            sign: if tree.name(at) == "sup" { '^' } else { '_' },
            end: tree.node(at).end,
            is_note,
            begun: false,
        }
    }
}
