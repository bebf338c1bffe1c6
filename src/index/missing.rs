//! Vectors for passages that have none yet.

use std::collections::HashSet;

use rayon::prelude::*;

use super::journal::Journal;
use super::key::{Key, input_key};
use super::old::Old;
use super::plan::Planned;
use super::update::{CHUNK, Progress, Report, Stage};
use crate::embed::{Embedder, Input, Role};
use crate::error::{Error, Result};

/// Gives every passage its key, and embeds those whose key is new. Without a journal (a dry run)
/// they are only counted.
pub(super) fn embed(
    planned: &mut [Planned],
    old: &Old,
    embedder: &Embedder,
    mut journal: Option<&mut Journal>,
    report: &mut Report,
    progress: &dyn Progress,
) -> Result<()> {
    let articles = planned.iter().enumerate();
    let work: Vec<(usize, usize)> = articles
        .flat_map(|(number, article)| (0..article.passages.len()).map(move |p| (number, p)))
        .collect();
    let tokens = |work: &[(usize, usize)], planned: &[Planned]| -> usize {
        work.iter()
            .map(|&(article, passage)| planned[article].passages[passage].tokens)
            .sum()
    };
    let total = tokens(&work, planned);
    let (mut done, mut passages_done) = (0, 0);
    let mut counted = HashSet::new();
    for chunk in work.chunks(CHUNK) {
        progress.at(Stage::Embedding { done, total });
        if progress.interrupted() {
            return Err(Error::Interrupted {
                done: passages_done,
                total: work.len(),
            });
        }
        let inputs: Vec<(Key, Input)> = chunk
            .par_iter()
            .map(|&(article, passage)| passage_input(&planned[article], passage, embedder))
            .collect::<Result<_>>()?;
        let mut missing: Vec<(Key, Input)> = Vec::new();
        for (&(article, _), (key, input)) in chunk.iter().zip(inputs) {
            planned[article].keys.push(key);
            let known =
                old.find_key(&key).is_some() || journal.as_ref().is_some_and(|j| j.contains(&key));
            if known || !counted.insert(key) {
                report.reused += 1;
            } else {
                report.embedded += 1;
                missing.push((key, input));
            }
        }
        if let Some(journal) = &mut journal {
            let (keys, inputs): (Vec<Key>, Vec<Input>) = missing.into_iter().unzip();
            for (key, embedding) in keys.into_iter().zip(embedder.embed(&inputs)?) {
                journal.append(key, &(&embedding).into())?;
            }
            journal.flush()?;
        }
        done += tokens(chunk, planned);
        passages_done += chunk.len();
    }
    progress.at(Stage::Embedding { done, total });
    Ok(())
}

fn passage_input(article: &Planned, passage: usize, embedder: &Embedder) -> Result<(Key, Input)> {
    let (readable, parts) = article.passages[passage].readable(&article.text);
    let input = embedder.input_with_parts(&readable, Role::Passage, &parts)?;
    Ok((input_key(embedder.space(), &input), input))
}
