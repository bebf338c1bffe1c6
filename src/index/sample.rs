//! A sample of stored passages, embedded again: whether this machine computes what the index holds.

use crate::corpus::Span;
use crate::embed::{Embedder, Input, Role};
use crate::error::Result;
use crate::index::reader::{Index, stored_passages};
use crate::index::store::key::input_key;
use crate::kernel::dot::dot;

/// Passages looked at.
const SAMPLE: usize = 24;

/// Cosines of stored vectors with those computed now. Passages that were embedded with a heading, which is not stored
/// with them, are left out.
///
/// # Errors
/// As [`Embedder::embed`]; what cannot be read of the index is left out.
pub(super) fn cosines(index: &Index, embedder: &Embedder) -> Result<Vec<f32>> {
    let rows = index.rows();
    let live: Vec<usize> = (0..rows.len()).filter(|row| rows.is_live(*row)).collect();
    let step = (live.len() / SAMPLE).max(1);
    let mut sample: Vec<(usize, Input)> = Vec::new();
    for row in live.into_iter().step_by(step).take(SAMPLE) {
        sample.extend(input(index, row, embedder)?.map(|input| (row, input)));
    }
    let (rows, inputs): (Vec<usize>, Vec<Input>) = sample.into_iter().unzip();
    let embeddings = embedder.embed(&inputs)?;
    let computed = rows.iter().zip(&embeddings);
    Ok(computed
        .map(|(row, embedding)| dot(index.vector(*row), &embedding.vector))
        .collect())
}

/// What was embedded for a row; `None` where that cannot be told.
fn input(index: &Index, row: usize, embedder: &Embedder) -> Result<Option<Input>> {
    let Ok(article) = index.passage(row).map(|passage| passage.article) else {
        return Ok(None);
    };
    let (Ok(passages), Ok(text)) = (stored_passages(index, article), index.text(article)) else {
        return Ok(None);
    };
    let inside = |span: &Span| text.get(span.clone()).is_some();
    let stored = passages.get(row - index.rows_of(article).start);
    // Whatever is cut out of the text below: who can write the index can say anything.
    let stored = stored.filter(|(passage, _)| {
        let omitted = passage.omitted.iter().map(|omitted| &omitted.span);
        let read = passage.sentences.iter().chain(&passage.repeated);
        read.chain(omitted).all(inside)
    });
    let Some((passage, key)) = stored else {
        return Ok(None);
    };
    let (readable, parts) = passage.readable(text);
    let input = embedder.input_with_parts(&readable, Role::Passage, &parts)?;
    Ok((input_key(embedder.space(), &input) == *key).then_some(input))
}
