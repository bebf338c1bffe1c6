//! Which articles resemble one another, and through which passages.

use std::collections::BTreeMap;

use serde::Serialize;

use super::JSON_VERSION;
use super::view::{ArticleView, PassageView, Viewer};
use crate::error::Result;
use crate::index::Index;
use crate::kernel::dot::dot;

/// Passages of the subject look up so many rows each to find candidate articles.
const NEAREST: usize = 50;
/// Articles compared passage by passage beyond those asked for.
const SPARE: usize = 20;

/// What is compared: an indexed article, or a text that was embedded for it.
pub struct Subject {
    pub article: ArticleView,
    /// Its number, where it is indexed: it is not its own neighbour.
    pub number: Option<usize>,
    pub passages: Vec<PassageView>,
    /// One for each passage.
    pub vectors: Vec<Vec<f32>>,
}

/// The articles closest to one.
#[derive(Debug, Clone, Serialize)]
pub struct SimilarArticles {
    pub version: u32,
    pub article: ArticleView,
    pub results: Vec<Similar>,
}

/// An article that resembles.
#[derive(Debug, Clone, Serialize)]
pub struct Similar {
    pub rank: usize,
    /// Mean over both directions of the best cosine of each passage.
    pub score: f32,
    /// `identical` for the same bytes; near duplicates are not told apart yet.
    pub duplicate: Option<&'static str>,
    pub article: ArticleView,
    pub pairs: Vec<Pair>,
}

/// Two passages that make articles similar.
#[derive(Debug, Clone, Serialize)]
pub struct Pair {
    pub score: f32,
    pub from: PassageView,
    pub to: PassageView,
}

/// Finds the `limit` closest articles, each with up to `pairs` passage pairs.
///
/// # Errors
/// [`crate::Error::Corrupt`].
pub fn similar(
    index: &Index,
    subject: &Subject,
    limit: usize,
    pairs: usize,
) -> Result<SimilarArticles> {
    let viewer = Viewer::new(index);
    let mut scored: Vec<(f32, usize)> = candidates(index, subject, limit + SPARE)?
        .into_iter()
        .map(|article| (resemblance(index, subject, article), article))
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let results = scored
        .into_iter()
        .take(limit)
        .zip(1..)
        .map(|((score, number), rank)| {
            let article = viewer.article(number)?;
            Ok(Similar {
                rank,
                score,
                duplicate: (article.sha256 == subject.article.sha256).then_some("identical"),
                article,
                pairs: strongest(&viewer, subject, number, pairs)?,
            })
        })
        .collect::<Result<_>>()?;
    Ok(SimilarArticles {
        version: JSON_VERSION,
        article: subject.article.clone(),
        results,
    })
}

/// The articles that the passages find most often and best.
fn candidates(index: &Index, subject: &Subject, count: usize) -> Result<Vec<usize>> {
    let own = subject
        .number
        .map(|number| index.segment.rows_of(number))
        .unwrap_or_default();
    let mut sums: BTreeMap<usize, f32> = BTreeMap::new();
    for vector in &subject.vectors {
        let mut best: BTreeMap<usize, f32> = BTreeMap::new();
        for hit in index.search(vector, NEAREST + own.len(), None) {
            let article = index.segment.passage(hit.row)?.article;
            if Some(article) != subject.number {
                best.entry(article).or_insert(hit.score);
            }
        }
        for (article, score) in best {
            *sums.entry(article).or_default() += score;
        }
    }
    let mut articles: Vec<(usize, f32)> = sums.into_iter().collect();
    articles.sort_by(|a, b| b.1.total_cmp(&a.1));
    Ok(articles
        .into_iter()
        .take(count)
        .map(|(article, _)| article)
        .collect())
}

/// Every passage against its best counterpart, both ways.
pub fn resemblance(index: &Index, subject: &Subject, article: usize) -> f32 {
    let rows = index.segment.rows_of(article);
    let mut there = vec![f32::MIN; rows.len()];
    let mut here_sum = 0.0;
    for vector in &subject.vectors {
        let mut here = f32::MIN;
        for (row, there) in rows.clone().zip(&mut there) {
            let score = dot(vector, index.segment.vector(row));
            here = here.max(score);
            *there = there.max(score);
        }
        here_sum += here;
    }
    let here = here_sum / subject.vectors.len().max(1) as f32;
    let there = there.iter().sum::<f32>() / rows.len().max(1) as f32;
    f32::midpoint(here, there)
}

/// The best pairs, no passage twice.
fn strongest(
    viewer: &Viewer<'_>,
    subject: &Subject,
    article: usize,
    count: usize,
) -> Result<Vec<Pair>> {
    let segment = &viewer.index().segment;
    let mut all: Vec<(f32, usize, usize)> = Vec::new();
    for (from, vector) in subject.vectors.iter().enumerate() {
        all.extend(
            segment
                .rows_of(article)
                .map(|row| (dot(vector, segment.vector(row)), from, row)),
        );
    }
    all.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut pairs: Vec<Pair> = Vec::new();
    for (score, from, row) in all {
        if pairs.len() == count {
            break;
        }
        let from = &subject.passages[from];
        let to = viewer.passage(row, None)?;
        let overlaps = |a: &PassageView, b: &PassageView| {
            a.start_byte < b.end_byte && b.start_byte < a.end_byte
        };
        if !pairs
            .iter()
            .any(|pair| overlaps(&pair.from, from) || overlaps(&pair.to, &to))
        {
            pairs.push(Pair {
                score,
                from: from.clone(),
                to,
            });
        }
    }
    Ok(pairs)
}
