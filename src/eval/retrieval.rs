//! Queries against a corpus of rows.

use std::collections::{BTreeMap, HashSet};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::bootstrap::interval;
use super::cache::VectorCache;
use super::collection::{Collection, Document};
use super::metrics::Ranking;
use super::no_answer::{Attempt, NoAnswer};
use super::set::RetrievalSet;
use crate::embed::Embedder;
use crate::error::Result;
use crate::eval::options::RetrievalOptions;
use crate::index::{Row, RowFilter};
use crate::search::{Asked, Mode, Ranked};

/// What a mode gave.
#[derive(Debug, Clone, Serialize)]
pub struct ModeScores {
    /// Means over all queries.
    #[serde(flatten)]
    pub mean: Ranking,
    /// 95 % of bootstrap samples over articles lie between.
    #[serde(rename = "mrr@10_interval")]
    pub interval: [f64; 2],
    /// By the language of the query, where queries name theirs.
    pub languages: Option<BTreeMap<String, Ranking>>,
}

/// What one query gave.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct QueryResult {
    /// Id of the query.
    pub query: String,
    /// How passages were searched: `dense`, `keyword` or `hybrid`.
    pub mode: String,
    /// Language of the query, where it names one.
    pub lang: Option<String>,
    /// Of the first relevant row among ten.
    pub rank: Option<usize>,
    /// Normalised discounted cumulative gain of the first ten rows, 0 to 1.
    #[serde(rename = "ndcg@10")]
    pub ndcg_10: f64,
    /// The article that answers: bootstrap samples are drawn of these.
    pub article: String,
    /// The first ten rows.
    pub found: Vec<String>,
}

impl QueryResult {
    /// One over the rank; 0 without one.
    pub fn reciprocal_rank(&self) -> f64 {
        self.rank.map_or(0.0, |rank| 1.0 / rank as f64)
    }
}

/// What a retrieval set gave.
pub struct RetrievalResult {
    pub passages: usize,
    pub modes: BTreeMap<&'static str, ModeScores>,
    pub no_answer: Option<NoAnswer>,
    pub per_query: Option<Vec<QueryResult>>,
}

/// Runs every query in every mode. A corpus row scores by its best passage.
pub fn run(
    set: &RetrievalSet,
    embedder: &Embedder,
    cache: &mut VectorCache,
    options: &RetrievalOptions,
) -> Result<RetrievalResult> {
    let documents: Vec<Document<'_>> = set
        .corpus
        .iter()
        .map(|row| Document {
            text: &row.text,
            title: if options.titles { &row.title } else { "" },
            lang: row.lang.as_deref(),
        })
        .collect();
    let collection = Collection::new(&documents, options.no_chunk, embedder, cache)?;
    let rows = collection.rows();
    let queries: Vec<&str> = set
        .queries
        .iter()
        .map(|query| query.text.as_str())
        .collect();
    let vectors = embedder.questions(&queries)?;
    let asked = |mode: Mode, query: usize| {
        let (vector, tokens) = &vectors[query];
        let probe = || options.prefer_language.probe(embedder, vector);
        let probe = (mode != Mode::Keyword).then(probe);
        let asked = Asked::new(&rows, mode, queries[query], probe);
        asked.looking_again(options.late, tokens.clone(), embedder)
    };
    let modes: &[Mode] = if options.modes.is_empty() {
        &Mode::ALL
    } else {
        &options.modes
    };
    let mut scores = BTreeMap::new();
    let mut per_query = Vec::new();
    for mode in modes {
        let results: Vec<(Ranking, QueryResult)> = (0..queries.len())
            .into_par_iter()
            .map(|query| {
                let found = first_ten(&asked(*mode, query), &collection.owners);
                judge(set, query, *mode, &found)
            })
            .collect();
        scores.insert(mode.name(), mode_scores(&results));
        per_query.extend(results.into_iter().map(|(_, result)| result));
    }
    let no_answer = options.no_answer.then(|| {
        let articles: Vec<String> = set.corpus.iter().map(super::set::Row::article).collect();
        let attempts = (0..queries.len()).into_par_iter().flat_map_iter(|query| {
            attempts(
                set,
                query,
                &asked(Mode::Hybrid, query),
                &collection.owners,
                &articles,
            )
        });
        NoAnswer::new(attempts.collect())
    });
    Ok(RetrievalResult {
        passages: rows.len(),
        modes: scores,
        no_answer,
        per_query: options.per_query.then_some(per_query),
    })
}

/// The ten best documents.
fn first_ten(asked: &Asked<'_>, owners: &[usize]) -> Vec<usize> {
    let mut count = 64;
    loop {
        let ranked = asked.best(None, count, None).ranked;
        let mut documents: Vec<usize> = Vec::new();
        for Ranked { row, .. } in &ranked {
            if !documents.contains(&owners[row.get()]) {
                documents.push(owners[row.get()]);
            }
        }
        if documents.len() >= 10 || ranked.len() < count {
            documents.truncate(10);
            return documents;
        }
        count *= 4;
    }
}

fn judge(set: &RetrievalSet, query: usize, mode: Mode, found: &[usize]) -> (Ranking, QueryResult) {
    let query = &set.queries[query];
    let grades = &set.relevant[&query.id];
    let ids = found.iter().map(|row| &set.corpus[*row].id);
    let grade = |id: &String| grades.get(id).copied().unwrap_or(0.0);
    let graded: Vec<f64> = ids.clone().map(grade).collect();
    let ranking = Ranking::of(&graded, &grades.values().copied().collect::<Vec<_>>());
    let gold = set.corpus.iter().find(|row| grades.contains_key(&row.id));
    let result = QueryResult {
        query: query.id.clone(),
        mode: mode.name().to_owned(),
        lang: query.lang.clone(),
        rank: graded
            .iter()
            .position(|grade| *grade > 0.0)
            .map(|at| at + 1),
        ndcg_10: ranking.ndcg_10,
        article: gold.map(super::set::Row::article).unwrap_or_default(),
        found: ids.cloned().collect(),
    };
    (ranking, result)
}

fn mode_scores(results: &[(Ranking, QueryResult)]) -> ModeScores {
    let mut languages: BTreeMap<String, Vec<Ranking>> = BTreeMap::new();
    for (ranking, result) in results {
        if let Some(lang) = &result.lang {
            languages.entry(lang.clone()).or_default().push(*ranking);
        }
    }
    let all: Vec<Ranking> = results.iter().map(|(ranking, _)| *ranking).collect();
    let by_article = results
        .iter()
        .map(|(ranking, result)| (result.article.as_str(), ranking.mrr_10));
    let languages: BTreeMap<_, _> = languages
        .into_iter()
        .map(|(lang, all)| (lang, Ranking::mean(&all)))
        .collect();
    ModeScores {
        mean: Ranking::mean(&all),
        interval: interval(by_article),
        languages: (!languages.is_empty()).then_some(languages),
    }
}

/// The first answer as it is, and with the articles that answer taken away.
fn attempts(
    set: &RetrievalSet,
    query: usize,
    asked: &Asked<'_>,
    owners: &[usize],
    articles: &[String],
) -> Vec<Attempt> {
    let grades = &set.relevant[&set.queries[query].id];
    let relevant = |document: usize| grades.contains_key(&set.corpus[document].id);
    let gold: HashSet<&str> = (0..articles.len())
        .filter(|document| relevant(*document))
        .map(|document| articles[document].as_str())
        .collect();
    let without = |row: Row| !gold.contains(articles[owners[row.get()]].as_str());
    let with = asked.best(None, 1, None).ranked;
    let keep = RowFilter {
        accepts: &without,
        share: 1.0,
    };
    let without = asked.best(None, 1, Some(keep)).ranked;
    let attempt = |answerable: bool, ranked: &Ranked| Attempt {
        answerable,
        confidence: f64::from(ranked.confidence.unwrap_or(0.0)),
        right: answerable && relevant(owners[ranked.row.get()]),
    };
    let with = with.iter().map(|ranked| attempt(true, ranked));
    with.chain(without.iter().map(|ranked| attempt(false, ranked)))
        .collect()
}
