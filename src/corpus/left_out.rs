//! What is left out of a text that stays as it is: stretches of it are listed, and the blocks around them shrink.

use super::Span;
use crate::corpus::block::{Block, BlockKind, Omitted};

/// Leaves more out of a text. `omitted` and `more` are in any order; afterwards `omitted` is in the order of the text
/// and without overlaps, and no block begins or ends with a part of it.
pub(super) fn leave_out(
    text: &str,
    blocks: &mut Vec<Block>,
    omitted: &mut Vec<Omitted>,
    more: Vec<Omitted>,
) {
    if more.is_empty() && omitted.is_sorted_by(|a, b| a.span.end <= b.span.start) {
        return;
    }
    omitted.extend(more);
    merge(omitted);
    let mut first = 0;
    let mut kept = Vec::with_capacity(blocks.len());
    for block in blocks.drain(..) {
        while omitted
            .get(first)
            .is_some_and(|o| o.span.end <= block.span.start)
        {
            first += 1;
        }
        shrink(text, block, &omitted[first..], &mut kept);
    }
    *blocks = kept;
}

/// Into the order of the text. Of two that overlap the longer one from the same place stays, and the later one begins
/// where the earlier ends.
pub(super) fn merge(omitted: &mut Vec<Omitted>) {
    omitted.sort_by_key(|o| (o.span.start, usize::MAX - o.span.end));
    let mut end = 0;
    for omission in omitted.iter_mut() {
        omission.span.start = omission.span.start.max(end);
        end = end.max(omission.span.end);
    }
    omitted.retain(|o| o.span.start < o.span.end);
}

/// A block without what is left out at its ends. A program is cut there, because its lines are grouped as they stand.
fn shrink(text: &str, block: Block, omitted: &[Omitted], kept: &mut Vec<Block>) {
    let inside = omitted
        .iter()
        .take_while(|o| o.span.start < block.span.end)
        .map(|o| &o.span);
    let mut keep = |span: Span, whole: bool| {
        let Some(span) = trimmed(text, span) else {
            return;
        };
        let mut parts = stretches(&span, omitted).into_iter();
        // What is left of brackets around something that is left out says nothing.
        if whole || parts.any(|part| text[part].contains(char::is_alphanumeric)) {
            let kind = block.kind;
            kept.push(Block { span, kind });
        }
    };
    let mut start = block.span.start;
    let mut end = block.span.end;
    let mut touched = false;
    for gap in inside {
        touched = true;
        let before = text.get(start..gap.start).unwrap_or_default();
        let at_start = before.trim().is_empty();
        if !at_start && block.kind == BlockKind::Code && text[gap.clone()].contains(['\n', '\r']) {
            keep(start..gap.start, false);
            start = gap.end;
        } else if at_start {
            start = gap.end.max(start);
        }
    }
    // From behind, as far as only white space lies between.
    let behind = omitted.partition_point(|o| o.span.start < block.span.end);
    for gap in omitted[..behind].iter().rev() {
        let between = text.get(gap.span.end..end).unwrap_or_default();
        if gap.span.start < start || !between.trim().is_empty() {
            break;
        }
        end = gap.span.start;
    }
    if start < end {
        keep(start..end, !touched);
    }
}

/// A span without the white space around it; `None` where nothing is left.
pub(super) fn trimmed(text: &str, span: Span) -> Option<Span> {
    let content = &text[span.clone()];
    let start = span.start + content.len() - content.trim_start().len();
    let length = content.trim().len();
    (length > 0).then_some(start..start + length)
}

/// The stretches of a span that are read. `omitted` is in the order of the text.
pub(super) fn stretches(span: &Span, omitted: &[Omitted]) -> Vec<Span> {
    let first = omitted.partition_point(|o| o.span.end <= span.start);
    let mut found = Vec::new();
    let mut start = span.start;
    for gap in &omitted[first..] {
        if gap.span.start >= span.end {
            break;
        }
        if gap.span.start > start {
            found.push(start..gap.span.start);
        }
        start = gap.span.end.max(start);
    }
    if start < span.end {
        found.push(start..span.end);
    }
    found
}

/// The text of a span without what is left out.
pub(super) fn read_of(text: &str, span: &Span, omitted: &[Omitted]) -> String {
    let parts = stretches(span, omitted).into_iter();
    parts.map(|part| &text[part]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::block::Omission;

    fn left_out(text: &str, spans: &[Span]) -> Vec<String> {
        let mut blocks = vec![Block {
            span: 0..text.len(),
            kind: BlockKind::Paragraph,
        }];
        let mut omitted = Vec::new();
        let more = spans.iter().rev().map(|span| Omitted {
            span: span.clone(),
            reason: Omission::Data,
        });
        leave_out(text, &mut blocks, &mut omitted, more.collect());
        assert!(omitted.is_sorted_by(|a, b| a.span.end <= b.span.start));
        blocks
            .iter()
            .map(|b| text[b.span.clone()].to_owned())
            .collect()
    }

    #[test]
    fn blocks_shrink_and_what_lies_inside_stays_inside() {
        assert_eq!(
            left_out("ab cd ef", std::slice::from_ref(&(0..2))),
            ["cd ef"]
        );
        assert_eq!(
            left_out("ab cd ef", std::slice::from_ref(&(3..5))),
            ["ab cd ef"]
        );
        assert_eq!(left_out("ab cd ef", &[3..5, 6..8]), ["ab"]);
        assert_eq!(left_out("ab cd ef", &[0..5, 2..8]), [""; 0]);
        assert_eq!(left_out("(ab) cd", &[1..3, 5..7]), [""; 0]);
        assert_eq!(left_out("…", &[]), ["…"]);
    }
}
