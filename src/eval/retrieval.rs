//! Queries against a corpus of rows.

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::cache::VectorCache;
use super::metrics::Ranking;
use super::set::RetrievalSet;
use crate::corpus::Article;
use crate::embed::{Embedder, Role};
use crate::error::Result;
use crate::kernel::dot::dot;
use crate::passage::passages;

/// How a retrieval set is run.
#[derive(Debug, Clone, Default)]
pub struct RetrievalOptions {
    /// One row is one passage, whatever its length.
    pub no_chunk: bool,
    /// Folder with the corpus and the judgements, where the set has only queries.
    pub corpus: Option<PathBuf>,
    /// Only corpus rows of this language.
    pub lang: Option<String>,
}

/// Number of passages, and the mean over the queries. A row scores by its best passage.
pub fn run(
    set: &RetrievalSet,
    embedder: &Embedder,
    cache: &mut VectorCache,
    options: &RetrievalOptions,
) -> Result<(usize, Ranking)> {
    let cut: Vec<Vec<String>> = set
        .corpus
        .par_iter()
        .map(|row| {
            if options.no_chunk {
                Ok(vec![row.text.clone()])
            } else {
                cut(&row.text, embedder)
            }
        })
        .collect::<Result<_>>()?;
    let texts: Vec<&str> = cut.iter().flatten().map(String::as_str).collect();
    let owners: Vec<usize> = cut
        .iter()
        .enumerate()
        .flat_map(|(row, texts)| vec![row; texts.len()])
        .collect();
    let vectors = cache.embed(embedder, &texts, Role::Passage)?;
    let queries: Vec<&str> = set
        .queries
        .iter()
        .map(|query| query.text.as_str())
        .collect();
    let queries = cache.embed(embedder, &queries, Role::Query)?;

    let rankings: Vec<Ranking> = set
        .queries
        .par_iter()
        .zip(&queries)
        .map(|(query, vector)| {
            let mut scores = vec![f32::MIN; set.corpus.len()];
            for (row, passage) in owners.iter().zip(&vectors) {
                scores[*row] = scores[*row].max(dot(passage, vector));
            }
            let grades = &set.relevant[&query.id];
            let found: Vec<f64> = first_ten(&scores)
                .into_iter()
                .map(|row| grades.get(&set.corpus[row].id).copied().unwrap_or(0.0))
                .collect();
            Ranking::of(&found, &grades.values().copied().collect::<Vec<_>>())
        })
        .collect();
    Ok((texts.len(), Ranking::mean(&rankings)))
}

/// The row as an article, through the real chunker. A row of which nothing would be read stays whole.
fn cut(text: &str, embedder: &Embedder) -> Result<Vec<String>> {
    let article = Article::from_bytes(text.as_bytes().to_vec(), Path::new("corpus.jsonl"))?;
    let cut = passages(&article, embedder.counter());
    if cut.is_empty() {
        return Ok(vec![text.to_owned()]);
    }
    Ok(cut
        .iter()
        .map(|passage| passage.readable(&article.text).0)
        .collect())
}

fn first_ten(scores: &[f32]) -> Vec<usize> {
    let mut rows: Vec<usize> = (0..scores.len()).collect();
    let order = |a: &usize, b: &usize| scores[*b].total_cmp(&scores[*a]).then(a.cmp(b));
    if rows.len() > 10 {
        rows.select_nth_unstable_by(9, order);
        rows.truncate(10);
    }
    rows.sort_by(order);
    rows
}
