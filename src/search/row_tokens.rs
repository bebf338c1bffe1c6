//! The tokens of a question and of the rows that are shown: where they stand, and what is stored of them.

use std::borrow::Cow;
use std::ops::Range;

use crate::corpus::{Omitted, Span};
use crate::embed::Role;
use crate::error::Result;
use crate::index::Row;
use crate::passage::Readable;
use crate::search::asking::Search;
use crate::search::view::PassageView;
use crate::words;

/// The tokens of a row.
pub struct RowTokens<'a> {
    /// What was embedded.
    pub readable: Readable,
    /// The bytes of each token there.
    pub spans: Vec<Range<usize>>,
    /// Their codes, in the same order.
    pub codes: Cow<'a, [u8]>,
}

impl Search<'_> {
    /// The bytes of the question's tokens; `None` where they cannot be told, because it is composed first.
    pub(super) fn question_spans(&self) -> Result<Option<&[Range<usize>]>> {
        if let Some(spans) = self.question_spans.get() {
            return Ok(spans.as_deref());
        }
        let as_it_is = words::joined(&words::unvowelled(&self.text)) == self.text;
        let spans = match as_it_is {
            true => self.embedder.token_spans(&self.text, Role::Query)?,
            false => None,
        };
        Ok(self.question_spans.get_or_init(|| spans).as_deref())
    }

    /// The tokens of a row of a passage that is shown; `None` where there was no second look, and where it cannot be told
    /// which bytes a token stands for.
    pub(super) fn row_tokens(
        &self,
        row: Row,
        shown: &PassageView,
    ) -> Result<Option<RowTokens<'_>>> {
        let Some(late) = self.asked.late() else {
            return Ok(None);
        };
        let Some(codes) = self.asked.rows.tokens(row, &late.id) else {
            return Ok(None);
        };
        let passage = self.index.passage(row)?;
        let text = self.index.text(passage.article)?;
        let omitted = shown.omitted.iter().map(|omitted| Omitted {
            span: omitted.start_byte..omitted.end_byte,
            reason: omitted.reason,
        });
        let omitted: Vec<Omitted> = omitted.collect();
        let repeated = shown.repeated.iter();
        let repeated: Vec<Span> = repeated
            .map(|repeated| repeated.start_byte..repeated.end_byte)
            .collect();
        let Some(readable) = Readable::new(text, &passage.span, &repeated, &omitted) else {
            return Ok(None);
        };
        let spans = self.embedder.token_spans(&readable.text, Role::Passage)?;
        // Other tokens than those that were embedded: a heading was left out, or the passage is longer than a window.
        let spans = spans.filter(|spans| spans.len() == late.tokens_of(&codes));
        Ok(spans.map(|spans| RowTokens {
            readable,
            spans,
            codes,
        }))
    }
}
