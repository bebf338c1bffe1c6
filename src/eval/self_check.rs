//! Quality of a user's own index without labels: titles as questions, the graph against the scan,
//! duplicates.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::Serialize;

use super::cache::VectorCache;
use super::metrics::Ranking;
use crate::embed::{Embedder, Probe, Role};
use crate::error::Result;
use crate::index::{ArticleNo, Index, Keyword, KeywordWriter, Row, RowFilter, Rows, scan_rows};
use crate::search::{Asked, Duplicate, JSON_VERSION, Mode, duplicates};
use crate::words::fold;

/// Titles asked at most, evenly chosen.
const TITLES: usize = 1000;

/// What an index is worth by itself.
#[derive(Debug, Clone, Serialize)]
pub struct SelfCheck {
    /// Version of the JSON: [`JSON_VERSION`].
    pub version: u32,
    /// Name of the model that the index was built with.
    pub model: String,
    /// Articles of the index, removed ones left out.
    pub articles: usize,
    /// Passages of the index, removed ones left out.
    pub passages: usize,
    /// Titles that were asked, each for the body of its article.
    pub titles: usize,
    /// By mode: the rank of the article, its passages that hold the title left out.
    pub modes: BTreeMap<&'static str, Ranking>,
    /// Share of the ten nearest passages that the graph finds; `None` without a graph.
    #[serde(rename = "graph_recall@10")]
    pub graph_recall: Option<f64>,
    /// Pairs of articles with the same bytes or the same letters.
    pub identical_duplicates: usize,
    /// Pairs of articles that share at least half of the shorter text.
    pub near_duplicates: usize,
}

/// Asks an index about itself.
///
/// # Errors
/// [`crate::IndexError::Corrupt`], and what the embedder returns.
pub fn self_check(
    index: &Index,
    embedder: &Embedder,
    cache: &mut VectorCache,
) -> Result<SelfCheck> {
    index.check_space(embedder.space())?;
    index.expect_many_questions();
    let mut titled: Vec<(ArticleNo, String)> = Vec::new();
    for number in index.articles() {
        let title = index.article(number)?.metadata.title;
        titled.extend(
            title
                .filter(|title| !title.trim().is_empty())
                .map(|title| (number, title)),
        );
    }
    let step = titled.len().div_ceil(TITLES).max(1);
    let titled: Vec<(ArticleNo, String)> = titled.into_iter().step_by(step).collect();
    let titles: Vec<&str> = titled.iter().map(|(_, title)| title.as_str()).collect();
    let vectors = cache.embed(embedder, &titles, Role::Query)?;
    let probes: Vec<Probe> = vectors
        .iter()
        .map(|vector| embedder.alignment().probe(vector, Role::Query))
        .collect();

    // In the index a title's words count for every passage of its article; here they must not.
    let stored = index.rows();
    let mut owners = Vec::with_capacity(stored.len());
    let mut words = Vec::new();
    for part in stored.parts() {
        let mut writer = KeywordWriter::default();
        for row in part.run() {
            let passage = index.passage(part.row(row))?;
            writer.row(index.passage_text(&passage)?);
            owners.push(passage.article);
        }
        words.push(writer.finish());
    }
    let mut rows = stored.clone();
    for (part, (terms, postings)) in rows.parts_mut().iter_mut().zip(&words) {
        part.keyword = Keyword::new(terms, postings, part.records.len());
    }
    let mut modes = BTreeMap::new();
    for mode in Mode::ALL {
        let rankings: Vec<Ranking> = titled
            .par_iter()
            .zip(&probes)
            .map(|((number, title), probe)| {
                rank(index, &rows, &owners, mode, (*number, title), probe)
            })
            .collect::<Result<_>>()?;
        modes.insert(mode.name(), Ranking::mean(&rankings));
    }
    let found = duplicates(index)?;
    let count = |kind| {
        found
            .iter()
            .filter(|(_, _, duplicate)| *duplicate == kind)
            .count()
    };
    Ok(SelfCheck {
        version: JSON_VERSION,
        model: index.manifest.space.model.clone(),
        articles: index.articles().count(),
        passages: stored.live(),
        titles: titled.len(),
        modes,
        graph_recall: graph_recall(index, &stored, &probes),
        identical_duplicates: count(Duplicate::Identical),
        near_duplicates: count(Duplicate::Near),
    })
}

/// The rank of an article when its title is asked.
fn rank(
    index: &Index,
    rows: &Rows<'_>,
    owners: &[ArticleNo],
    mode: Mode,
    (number, title): (ArticleNo, &str),
    probe: &Probe,
) -> Result<Ranking> {
    let folded = fold(title);
    let own = index.rows_of(number);
    let mut with_title = vec![false; own.len()];
    for (row, with_title) in own.iter().zip(&mut with_title) {
        *with_title = fold(index.passage_text(&index.passage(row)?)?).contains(&folded);
    }
    if with_title.iter().all(|with_title| *with_title) {
        // Nothing but the title: it cannot be found without it.
        return Ok(Ranking::of(&[], &[1.0]));
    }
    let keep = |row: Row| !own.contains(row) || !with_title[row - own.start];
    let probe = (mode != Mode::Keyword).then(|| probe.clone());
    let asked = Asked::new(rows, mode, title, probe);
    let mut articles: Vec<ArticleNo> = Vec::new();
    let keep = RowFilter {
        accepts: &keep,
        share: 1.0,
    };
    for ranked in asked.best(None, 200, Some(keep)).ranked {
        if !articles.contains(&owners[ranked.row.get()]) {
            articles.push(owners[ranked.row.get()]);
        }
    }
    let found: Vec<f64> = articles
        .iter()
        .take(10)
        .map(|article| f64::from(u8::from(*article == number)))
        .collect();
    Ok(Ranking::of(&found, &[1.0]))
}

fn graph_recall(index: &Index, rows: &Rows<'_>, probes: &[Probe]) -> Option<f64> {
    let (mut found, mut all) = (0, 0);
    for probe in probes {
        let near = index.nearest(rows, probe, 10, 10, None).ok()?;
        let exact = scan_rows(rows, probe, 10, |_| Some(0.0));
        all += exact.len();
        found += exact
            .iter()
            .filter(|hit| near.iter().any(|near| near.row == hit.row))
            .count();
    }
    (all > 0).then(|| found as f64 / all as f64)
}
