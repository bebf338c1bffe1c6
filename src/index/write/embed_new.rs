//! Vectors for passages that have none yet.

use std::collections::HashSet;

use rayon::prelude::*;

use super::plan::Plan;
use super::previous::Previous;
use super::spill::{Planned, Staged};
use crate::corpus::Span;
use crate::embed::{Embedder, Embedding, Input, Role, TokenCodes};
use crate::error::{Error, Result};
use crate::index::sample::stored_inputs;
use crate::index::store::journal::Journal;
use crate::index::store::key::{Key, input_key};
use crate::index::store::position::{ArticleNo, Row};
use crate::index::store::vectors::Vectors;
use crate::index::write::report::{Progress, Report, Stage};

/// Passages that are tokenized and embedded at once.
const CHUNK: usize = 256;

/// Chunks that a device takes at once where it wants large batches.
const LARGE: usize = 16;

/// Embeds what a generation lacks.
pub(in crate::index) struct Pipeline<'a, 'j> {
    pub(in crate::index) old: &'a Previous,
    pub(in crate::index) embedder: &'a Embedder,
    /// How token codes are stored; `None` where passages get none.
    pub(in crate::index) late: Option<&'a TokenCodes>,
    /// Takes what is computed; without one (a dry run) passages are only counted.
    pub(in crate::index) journal: Option<&'j mut Journal>,
    pub(in crate::index) progress: &'a dyn Progress,
}

impl Pipeline<'_, '_> {
    /// Gives every passage that was read its key, and embeds those whose key is new. While one chunk is embedded the next
    /// is tokenized.
    pub(in crate::index) fn read(&mut self, plan: &mut Plan, report: &mut Report) -> Result<()> {
        let (embedder, late) = (self.embedder, self.late);
        let Plan { read, staged, .. } = plan;
        let total = read.iter().map(|article| article.tokens).sum();
        let passages = read.iter().map(|article| article.passages).sum();
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
            self.progress.at(Stage::Embedding {
                tokens: (done.saturating_sub(waiting_tokens), total),
                passages: (embedded_passages, passages),
                articles: (first_waiting.take().unwrap_or(texts.finished()), read.len()),
            });
            self.stop_if_told(embedded_passages, passages)?;
            let next = texts.next(self.chunk(), read, staged)?;
            let (keys, inputs): (Vec<Key>, Vec<Input>) = waiting.drain(..).unzip();
            let (embedded, tokenized) = rayon::join(
                || embedder.embed(&inputs),
                || -> Result<Vec<(Key, Input)>> {
                    next.par_iter()
                        .map(|text| text.input(embedder, late))
                        .collect()
                },
            );
            self.keep(keys, embedded?)?;
            for (text, (key, input)) in next.iter().zip(tokenized?) {
                read[text.article].keys.push(key);
                if self.is_known(&key) || !counted.insert(key) {
                    report.reused += 1;
                    continue;
                }
                report.embedded += 1;
                if self.journal.is_some() {
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

    /// Embeds passages of stored articles once more that lack token codes: their files are gone, or cannot be read. A
    /// passage is left as it is if the index does not tell what was embedded for it.
    pub(in crate::index) fn stored(
        &mut self,
        articles: &[ArticleNo],
        report: &mut Report,
    ) -> Result<()> {
        let (Some(index), Some(_)) = (&self.old.index, self.late) else {
            return Ok(());
        };
        let lacking = articles.iter().map(|article| {
            let rows = self.old.rows_without_tokens(*article);
            (*article, rows)
        });
        let lacking: Vec<(ArticleNo, Vec<Row>)> = lacking.collect();
        let total = lacking.iter().map(|(_, rows)| rows.len()).sum();
        let mut done = 0;
        let (mut keys, mut inputs) = (Vec::new(), Vec::new());
        for (number, (article, rows)) in lacking.iter().enumerate() {
            for chunk in rows.chunks(self.chunk()) {
                self.progress.at(Stage::Embedding {
                    tokens: (done, total),
                    passages: (done, total),
                    articles: (number, articles.len()),
                });
                self.stop_if_told(done, total)?;
                let found = stored_inputs(index, *article, chunk, self.embedder)?;
                for (row, input) in chunk.iter().zip(found) {
                    let key = index.key(*row);
                    let known = self.journal.as_ref().is_some_and(|j| j.contains(&key));
                    if let Some(mut input) = input.filter(|_| !known) {
                        self.embedder.keep_tokens(&mut input);
                        keys.push(key);
                        inputs.push(input);
                    }
                }
                done += chunk.len();
                // Articles of a few passages are embedded together.
                if inputs.len() >= self.chunk() || done == total {
                    report.embedded += keys.len();
                    report.reused = report.reused.saturating_sub(keys.len());
                    if self.journal.is_some() {
                        let embedded = self.embedder.embed(&inputs)?;
                        self.keep(std::mem::take(&mut keys), embedded)?;
                    }
                    keys.clear();
                    inputs.clear();
                }
            }
        }
        Ok(())
    }

    /// Passages that are embedded at once.
    fn chunk(&self) -> usize {
        match self.embedder.wants_large_batches() {
            true => CHUNK * LARGE,
            false => CHUNK,
        }
    }

    fn stop_if_told(&self, done: usize, total: usize) -> Result<()> {
        match self.progress.interrupted() {
            true => Err(Error::Interrupted { done, total }),
            false => Ok(()),
        }
    }

    fn is_known(&self, key: &Key) -> bool {
        self.old.knows(key, self.late) || self.journal.as_ref().is_some_and(|j| j.contains(key))
    }

    /// Writes vectors into the journal.
    fn keep(&mut self, keys: Vec<Key>, embedded: Vec<Embedding>) -> Result<()> {
        let Some(journal) = &mut self.journal else {
            return Ok(());
        };
        let vectors: Vec<Vectors> = embedded
            .par_iter()
            .map(|embedding| Vectors::of(embedding, self.late))
            .collect();
        for (key, vectors) in keys.into_iter().zip(vectors) {
            journal.append(key, &vectors)?;
        }
        journal.flush()
    }
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
