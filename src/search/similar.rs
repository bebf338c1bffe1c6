//! Which articles resemble one another, and through which passages.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::JSON_VERSION;
use super::duplicates::Duplicate;
use super::shingles::Shingles;
use super::subject::Subject;
use super::view::{ArticleView, PassageView, Viewer};
use crate::error::Result;
use crate::index::{ArticleNo, Index, Row, Rows, Run, ScanIsLess, scan_rows};

/// Passages of the subject look up so many rows each to find candidate articles.
const NEAREST: usize = 50;
/// Articles compared passage by passage beyond those asked for.
const SPARE: usize = 20;

/// The articles closest to one.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct SimilarArticles {
    /// Version of the JSON, the same for every kind of answer.
    pub version: u32,
    /// The one that others are compared with.
    pub article: ArticleView,
    /// Most similar first.
    pub results: Vec<Similar>,
}

/// An article that resembles.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Similar {
    /// Place among the results, counted from 1.
    pub rank: usize,
    /// Mean over both directions of the best cosine of each passage, languages aligned.
    pub score: f32,
    /// The same text, or most of the shorter one.
    pub duplicate: Option<Duplicate>,
    /// The article that resembles.
    pub article: ArticleView,
    /// The passages that are most alike, best first; none overlaps another.
    pub pairs: Vec<Pair>,
}

/// Two passages that make articles similar.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Pair {
    /// Cosine of the two, languages aligned.
    pub score: f32,
    /// Passage of the article that others are compared with.
    pub from: PassageView,
    /// Passage of the article that resembles.
    pub to: PassageView,
}

/// Finds the `limit` closest articles, each with up to `pairs` passage pairs.
///
/// # Errors
/// [`crate::IndexError::Corrupt`].
pub fn similar(
    index: &Index,
    subject: &Subject,
    limit: usize,
    pairs: usize,
) -> Result<SimilarArticles> {
    let viewer = Viewer::new(index);
    let rows = index.rows();
    let mut scored: Vec<(f32, ArticleNo)> = candidates(index, &rows, subject, limit + SPARE)?
        .into_iter()
        .map(|article| (resemblance(index, &rows, subject, article), article))
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let results = scored.into_iter().take(limit).zip(1..);
    let results = results.map(|((score, number), rank)| {
        let pairs = strongest(&viewer, &rows, subject, number, pairs)?;
        similar_article(&viewer, subject, number, rank, score, pairs)
    });
    Ok(SimilarArticles {
        version: JSON_VERSION,
        article: subject.article.clone(),
        results: results.collect::<Result<_>>()?,
    })
}

/// How one article resembles, with up to `pairs` passage pairs; no result for the subject itself.
///
/// # Errors
/// [`crate::IndexError::Corrupt`].
pub fn similar_with(
    index: &Index,
    subject: &Subject,
    other: ArticleNo,
    pairs: usize,
) -> Result<SimilarArticles> {
    let viewer = Viewer::new(index);
    let rows = index.rows();
    let mut results = Vec::new();
    if subject.number != Some(other) {
        let score = resemblance(index, &rows, subject, other);
        let pairs = strongest(&viewer, &rows, subject, other, pairs)?;
        results.push(similar_article(&viewer, subject, other, 1, score, pairs)?);
    }
    Ok(SimilarArticles {
        version: JSON_VERSION,
        article: subject.article.clone(),
        results,
    })
}

fn similar_article(
    viewer: &Viewer<'_>,
    subject: &Subject,
    number: ArticleNo,
    rank: usize,
    score: f32,
    pairs: Vec<Pair>,
) -> Result<Similar> {
    let article = viewer.article(number)?;
    let text = viewer.index().read_text(number)?;
    Ok(Similar {
        rank,
        score,
        duplicate: Duplicate::of(
            article.metadata.is_copy_of(&subject.article.metadata),
            &subject.shingles,
            &Shingles::new(&text),
        ),
        article,
        pairs,
    })
}

/// The articles that the passages find most often and best.
fn candidates(
    index: &Index,
    rows: &Rows<'_>,
    subject: &Subject,
    count: usize,
) -> Result<Vec<ArticleNo>> {
    let own = subject.number;
    let own = own.map_or(0, |number| index.rows_of(number).len());
    let mut sums: BTreeMap<ArticleNo, f32> = BTreeMap::new();
    index.expect_many_questions();
    for probe in &subject.probes {
        let mut best: BTreeMap<ArticleNo, f32> = BTreeMap::new();
        let count = NEAREST + own;
        let near = index.nearest(rows, probe, count, count, None);
        let near = near.unwrap_or_else(|ScanIsLess| scan_rows(rows, probe, count, |_| Some(0.0)));
        for hit in near {
            let article = index.passage(hit.row)?.article;
            if Some(article) != subject.number {
                best.entry(article).or_insert(hit.score);
            }
        }
        for (article, score) in best {
            *sums.entry(article).or_default() += score;
        }
    }
    let mut articles: Vec<(ArticleNo, f32)> = sums.into_iter().collect();
    articles.sort_by(|a, b| b.1.total_cmp(&a.1));
    Ok(articles
        .into_iter()
        .take(count)
        .map(|(article, _)| article)
        .collect())
}

/// Every passage against its best counterpart, both ways.
pub fn resemblance(index: &Index, rows: &Rows<'_>, subject: &Subject, article: ArticleNo) -> f32 {
    let own = index.rows_of(article);
    let mut there = vec![f32::MIN; own.len()];
    let mut here_sum = 0.0;
    for probe in &subject.probes {
        let mut here = f32::MIN;
        for (row, there) in own.iter().zip(&mut there) {
            let score = rows.score(probe, row);
            here = here.max(score);
            *there = there.max(score);
        }
        here_sum += here;
    }
    let here = here_sum / subject.probes.len().max(1) as f32;
    let there = there.iter().sum::<f32>() / own.len().max(1) as f32;
    f32::midpoint(here, there)
}

/// The best pairs, no passage twice.
fn strongest(
    viewer: &Viewer<'_>,
    rows: &Rows<'_>,
    subject: &Subject,
    article: ArticleNo,
    count: usize,
) -> Result<Vec<Pair>> {
    let index = viewer.index();
    let mut all: Vec<(f32, usize, Row)> = Vec::new();
    for (from, probe) in subject.probes.iter().enumerate() {
        let pair = |row| (rows.score(probe, row), from, row);
        all.extend(index.rows_of(article).iter().map(pair));
    }
    all.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut pairs: Vec<Pair> = Vec::new();
    for (score, from, row) in all {
        if pairs.len() == count {
            break;
        }
        let from = &subject.passages[from];
        let to = viewer.passage(Run::one(row))?;
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
