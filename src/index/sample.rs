//! A sample of stored passages, embedded again: whether this machine computes what the index holds.

use rayon::prelude::*;

use crate::corpus::Span;
use crate::embed::{Embedder, Input, Role};
use crate::error::Result;
use crate::index::reader::{Index, stored_passages};
use crate::index::store::key::{Key, input_key};
use crate::index::store::position::{ArticleNo, Row};
use crate::kernel::dot::dot;
use crate::passage::Passage;

/// Passages looked at.
const SAMPLE: usize = 24;

/// Cosines of stored vectors with those computed now. Passages of which it cannot be told what was embedded are left out.
///
/// # Errors
/// As [`Embedder::embed`]; what cannot be read of the index is left out.
pub(super) fn cosines(index: &Index, embedder: &Embedder) -> Result<Vec<f32>> {
    let rows = index.rows();
    let live: Vec<Row> = rows.live_rows().collect();
    let step = (live.len() / SAMPLE).max(1);
    let mut sample: Vec<(Row, Input)> = Vec::new();
    for row in live.into_iter().step_by(step).take(SAMPLE) {
        sample.extend(input(index, row, embedder)?.map(|input| (row, input)));
    }
    let (rows, inputs): (Vec<Row>, Vec<Input>) = sample.into_iter().unzip();
    let embeddings = embedder.embed(&inputs)?;
    let computed = rows.iter().zip(&embeddings);
    Ok(computed
        .map(|(row, embedding)| dot(index.vector(*row), &embedding.vector))
        .collect())
}

/// What was embedded for a row, as its content key confirms; `None` where that cannot be told.
fn input(index: &Index, row: Row, embedder: &Embedder) -> Result<Option<Input>> {
    let Ok(article) = index.passage(row).map(|passage| passage.article) else {
        return Ok(None);
    };
    Ok(stored_inputs(index, article, &[row], embedder)?
        .pop()
        .flatten())
}

/// The same for rows of one article, whose passages are read once; nothing where they cannot be read.
pub(super) fn stored_inputs(
    index: &Index,
    article: ArticleNo,
    rows: &[Row],
    embedder: &Embedder,
) -> Result<Vec<Option<Input>>> {
    let (Ok(passages), Ok(text)) = (stored_passages(index, article), index.text(article)) else {
        return Ok(Vec::new());
    };
    let first = index.rows_of(article).start;
    let inputs = rows.par_iter().map(|row| match passages.get(*row - first) {
        Some((passage, key)) => input_of(text, passage, key, embedder),
        None => Ok(None),
    });
    inputs.collect()
}

fn input_of(
    text: &str,
    passage: &Passage,
    key: &Key,
    embedder: &Embedder,
) -> Result<Option<Input>> {
    // Whatever is cut out of the text below: who can write the index can say anything.
    let inside = |span: &Span| text.get(span.clone()).is_some();
    let omitted = passage.omitted.iter().map(|omitted| &omitted.span);
    let read = passage.sentences.iter().chain(&passage.repeated);
    if !read.chain(omitted).all(inside) {
        return Ok(None);
    }
    // Headings are not stored. The key tells whether they are what stands before the first sentence.
    for headings in [lines_before(text, passage), Vec::new()] {
        let passage = Passage {
            headings,
            ..passage.clone()
        };
        let (readable, parts) = passage.readable(text);
        let input = embedder.input_with_parts(&readable, Role::Passage, &parts)?;
        if input_key(embedder.space(), &input) == *key {
            return Ok(Some(input));
        }
    }
    Ok(None)
}

/// The lines of a passage before its first sentence, without the marks of Markdown around them.
fn lines_before(text: &str, passage: &Passage) -> Vec<Span> {
    let first = passage.sentences.first().map(|sentence| sentence.start);
    let before = first.and_then(|first| text.get(passage.span.start..first));
    let mut lines = Vec::new();
    let mut at = passage.span.start;
    for line in before.unwrap_or_default().split_inclusive('\n') {
        let is_mark = |c: char| c.is_whitespace() || c == '#';
        let start = at + line.len() - line.trim_start_matches(is_mark).len();
        let end = at + line.trim_end_matches(is_mark).len();
        if text
            .get(start..end)
            .is_some_and(|line| line.contains(char::is_alphanumeric))
        {
            lines.push(start..end);
        }
        at += line.len();
    }
    lines
}
