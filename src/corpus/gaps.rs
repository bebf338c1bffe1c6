//! What no reader accounts for.

use super::Span;
use crate::corpus::block::{Omission, Omitted, Repeated};
use crate::corpus::format::reader::Parsed;

/// Lists as left out whatever has letters or digits and is neither read nor left out for a reason of its own: no
/// reader can lose text without a word.
pub(super) fn list_gaps(text: &str, parsed: &mut Parsed) {
    parsed
        .repeated
        .sort_by_key(|repeated| repeated.before.start);
    // What is read before other text is read where there is such text.
    let is_read = |repeated: &Repeated| {
        let first = parsed
            .blocks
            .partition_point(|block| block.span.start < repeated.before.start);
        let mut before = parsed.blocks[first..]
            .iter()
            .take_while(|block| block.span.start < repeated.before.end);
        before.any(|block| text[block.span.clone()].contains(char::is_alphanumeric))
    };
    let blocks = parsed.blocks.iter().map(|block| &block.span);
    let omitted = parsed.omitted.iter().map(|omitted| &omitted.span);
    let repeated = parsed
        .repeated
        .iter()
        .filter(|repeated| is_read(repeated))
        .map(|repeated| &repeated.text);
    let mut covered: Vec<&Span> = blocks.chain(omitted).chain(repeated).collect();
    covered.sort_by_key(|span| span.start);
    let end = text.len()..text.len();
    let mut at = 0;
    let mut gaps = Vec::new();
    for span in covered.into_iter().chain([&end]) {
        let gap = text.get(at..span.start).unwrap_or_default();
        if gap.contains(char::is_alphanumeric) {
            let start = at + gap.len() - gap.trim_start().len();
            gaps.push(start..start + gap.trim().len());
        }
        at = at.max(span.end);
    }
    if gaps.is_empty() {
        return;
    }
    let reason = Omission::Markup;
    let gaps = gaps.into_iter().map(|span| Omitted { span, reason });
    parsed.omitted.extend(gaps);
    parsed.omitted.sort_by_key(|omitted| omitted.span.start);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::block::{Block, BlockKind};

    #[test]
    fn what_no_reader_accounts_for_is_listed() {
        let text = "one, two -- three four";
        let span = |part: &str| text.find(part).unwrap()..text.find(part).unwrap() + part.len();
        let mut parsed = Parsed {
            blocks: vec![Block {
                span: span("two"),
                kind: BlockKind::Paragraph,
            }],
            omitted: vec![Omitted {
                span: span("four"),
                reason: Omission::Note,
            }],
            ..Parsed::default()
        };
        list_gaps(text, &mut parsed);
        let listed: Vec<(&str, Omission)> = parsed
            .omitted
            .iter()
            .map(|o| (&text[o.span.clone()], o.reason))
            .collect();
        assert_eq!(
            listed,
            [
                ("one,", Omission::Markup),
                ("-- three", Omission::Markup),
                ("four", Omission::Note)
            ]
        );
    }

    #[test]
    fn names_of_columns_before_no_row_are_listed() {
        let text = "Depot, Manager: the pump";
        let row = text.find("the").unwrap()..text.len();
        let listed = |blocks: Vec<Block>| {
            let mut parsed = Parsed {
                blocks,
                omitted: vec![Omitted {
                    span: row.clone(),
                    reason: Omission::Note,
                }],
                repeated: vec![Repeated {
                    text: 0.."Depot, Manager".len(),
                    before: row.clone(),
                }],
                ..Parsed::default()
            };
            list_gaps(text, &mut parsed);
            parsed.omitted.len() - 1
        };
        assert_eq!(listed(Vec::new()), 1);
        let row = Block {
            span: row.clone(),
            kind: BlockKind::Row,
        };
        assert_eq!(listed(vec![row]), 0);
    }
}
