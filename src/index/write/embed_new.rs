//! Vectors for passages that have none yet.

use std::collections::HashSet;

use rayon::prelude::*;

use super::plan::Plan;
use super::previous::Previous;
use super::spill::{Planned, Staged};
use crate::corpus::Span;
use crate::embed::{Embedder, Embedding, Input, Role, TokenCodes};
use crate::error::{Error, Result};
use crate::index::store::journal::Journal;
use crate::index::store::key::{Key, input_key};
use crate::index::store::vectors::Vectors;
use crate::index::write::report::{Progress, Report, Stage};

/// Passages that are tokenized and embedded at once.
const CHUNK: usize = 256;

/// Chunks that a device takes at once where it wants large batches.
const LARGE: usize = 16;

/// Gives every passage its key, and embeds those whose key is new. Without a journal (a dry run)
/// they are only counted. While one chunk is embedded the next is tokenized.
pub(in crate::index) fn embed(
    plan: &mut Plan,
    old: &Previous,
    embedder: &Embedder,
    late: Option<&TokenCodes>,
    mut journal: Option<&mut Journal>,
    report: &mut Report,
    progress: &dyn Progress,
) -> Result<()> {
    let Plan { read, staged, .. } = plan;
    let total = read.iter().map(|article| article.tokens).sum();
    let passages = read.iter().map(|article| article.passages).sum();
    let chunk = match embedder.wants_large_batches() {
        true => CHUNK * LARGE,
        false => CHUNK,
    };
    let mut texts = Texts::default();
    let (mut done, mut passages_done) = (0usize, 0);
    let mut counted = HashSet::new();
    let mut waiting: Vec<(Key, Input)> = Vec::new();
    // The article of the first of them.
    let mut first_waiting = None;
    loop {
        // What waits is only tokenized.
        let waiting_tokens: usize = waiting.iter().map(|(_, input)| input.ids.len()).sum();
        let embedded_passages = passages_done - waiting.len();
        progress.at(Stage::Embedding {
            tokens: (done.saturating_sub(waiting_tokens), total),
            passages: (embedded_passages, passages),
            articles: (first_waiting.take().unwrap_or(texts.finished()), read.len()),
        });
        if progress.interrupted() {
            return Err(Error::Interrupted {
                done: embedded_passages,
                total: passages,
            });
        }
        let next = texts.next(chunk, read, staged)?;
        let (keys, inputs): (Vec<Key>, Vec<Input>) = waiting.drain(..).unzip();
        let (embedded, tokenized) = rayon::join(
            || embedder.embed(&inputs),
            || -> Result<Vec<(Key, Input)>> {
                next.par_iter()
                    .map(|text| text.input(embedder, late))
                    .collect()
            },
        );
        if let Some(journal) = &mut journal {
            keep(journal, keys, embedded?, late)?;
        }
        for (text, (key, input)) in next.iter().zip(tokenized?) {
            read[text.article].keys.push(key);
            let known = old.knows(&key, late) || journal.as_ref().is_some_and(|j| j.contains(&key));
            if known || !counted.insert(key) {
                report.reused += 1;
                continue;
            }
            report.embedded += 1;
            if journal.is_some() {
                first_waiting.get_or_insert(text.article);
                waiting.push((key, input));
            }
        }
        done += next.iter().map(|text| text.tokens).sum::<usize>();
        passages_done += next.len();
        if next.is_empty() && waiting.is_empty() {
            return Ok(());
        }
    }
}

fn keep(
    journal: &mut Journal,
    keys: Vec<Key>,
    embedded: Vec<Embedding>,
    late: Option<&TokenCodes>,
) -> Result<()> {
    let vectors: Vec<Vectors> = embedded
        .par_iter()
        .map(|embedding| Vectors::of(embedding, late))
        .collect();
    for (key, vectors) in keys.into_iter().zip(vectors) {
        journal.append(key, &vectors)?;
    }
    journal.flush()
}

/// A passage that is to be embedded.
struct Text {
    article: usize,
    readable: String,
    parts: Vec<Span>,
    tokens: usize,
}

impl Text {
    fn input(&self, embedder: &Embedder, late: Option<&TokenCodes>) -> Result<(Key, Input)> {
        let mut input = embedder.input_with_parts(&self.readable, Role::Passage, &self.parts)?;
        if late.is_some() {
            embedder.keep_tokens(&mut input);
        }
        Ok((input_key(embedder.space(), &input), input))
    }
}

/// The passages of all articles in order, some at a time.
#[derive(Default)]
struct Texts {
    next_article: usize,
    /// Of the articles before it, last first.
    left: Vec<Text>,
}

impl Texts {
    /// Articles whose passages were all taken.
    fn finished(&self) -> usize {
        self.next_article - usize::from(!self.left.is_empty())
    }

    fn next(
        &mut self,
        count: usize,
        articles: &[Planned],
        staged: &mut Staged,
    ) -> Result<Vec<Text>> {
        let mut next = Vec::new();
        while next.len() < count {
            if let Some(text) = self.left.pop() {
                next.push(text);
                continue;
            }
            let Some(article) = articles.get(self.next_article) else {
                break;
            };
            let content = staged.get(article)?;
            let passages = content.passages.iter().rev();
            self.left.extend(passages.map(|passage| {
                let (readable, parts) = passage.readable(&content.text);
                Text {
                    article: self.next_article,
                    readable,
                    parts,
                    tokens: passage.tokens,
                }
            }));
            self.next_article += 1;
        }
        Ok(next)
    }
}
