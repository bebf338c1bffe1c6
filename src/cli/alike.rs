//! `tane similar --all`: the most alike pairs of articles for people, all similarities as JSON.

use std::collections::HashMap;

use rayon::prelude::*;
use serde::Serialize;

use super::args;
use super::output::Output;
use super::render::Page;
use crate::cli::outcome::Outcome;
use crate::embed::{Alignment, Embedder};
use crate::error::Result;
use crate::index::{ArticleNo, Index, Rows};
use crate::search::{Duplicate, JSON_VERSION, Subject, Viewer, duplicates, resemblance};

/// Pairs that are printed where no `--limit` is given.
const PAIRS: usize = 20;

#[derive(Serialize)]
struct Matrix {
    version: u32,
    articles: Vec<String>,
    /// For each article its score with each, in the order of `articles`; 1 with itself.
    scores: Vec<Vec<f32>>,
    /// Articles that hold the same text, or most of the shorter one.
    duplicates: Vec<DuplicatePair>,
}

#[derive(Serialize)]
struct DuplicatePair {
    duplicate: Duplicate,
    articles: [String; 2],
}

pub fn all(
    args: &args::Similar,
    index: &Index,
    embedder: &Embedder,
    out: &mut Output,
) -> anyhow::Result<Outcome> {
    let mut articles: Vec<(String, ArticleNo)> = Vec::new();
    for number in index.articles() {
        articles.push((index.article(number)?.id(), number));
    }
    articles.sort();
    let compared = Compared {
        index,
        stored: index.rows(),
        alignment: embedder.alignment(),
        numbers: articles.iter().map(|(_, number)| *number).collect(),
    };
    if args.json {
        out.json(&matrix(&compared, articles)?)?;
        return Ok(Outcome::Something);
    }
    let alike = compared.most_alike(args.limit.unwrap_or(PAIRS))?;
    print(&mut Page::new(out), &compared, &alike)?;
    Ok(match alike.is_empty() {
        true => Outcome::Nothing,
        false => Outcome::Something,
    })
}

/// Articles that are compared with each other.
struct Compared<'a> {
    index: &'a Index,
    stored: Rows<'a>,
    alignment: &'a Alignment,
    numbers: Vec<ArticleNo>,
}

/// Two articles, as places among those that are compared, and how alike they are.
type Alike = (f32, usize, usize);

impl Compared<'_> {
    /// What `make` makes of each article's similarities with those after it.
    fn rows<T: Send>(&self, make: impl Fn(usize, Vec<f32>) -> T + Sync) -> Result<Vec<T>> {
        let rows = self.numbers.par_iter().enumerate().map(|(place, number)| {
            let subject = Subject::indexed(self.index, *number, self.alignment)?;
            let others = self.numbers[place + 1..].iter();
            let scores =
                others.map(|other| resemblance(self.index, &self.stored, &subject, *other));
            Ok(make(place, scores.collect()))
        });
        rows.collect()
    }

    /// All similarities; 1 of an article with itself.
    fn scores(&self) -> Result<Vec<Vec<f32>>> {
        let upper = self.rows(|_, row| row)?;
        let count = self.numbers.len();
        let mut scores = vec![vec![1.0f32; count]; count];
        for (a, row) in upper.iter().enumerate() {
            for (b, score) in (a + 1..).zip(row) {
                scores[a][b] = *score;
                scores[b][a] = *score;
            }
        }
        Ok(scores)
    }

    /// The `most` pairs that are most alike, best first; of equal ones the first.
    fn most_alike(&self, most: usize) -> Result<Vec<Alike>> {
        let best = |mut pairs: Vec<Alike>| {
            pairs.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
            pairs.truncate(most);
            pairs
        };
        let rows = self.rows(|a, row| {
            let pairs = (a + 1..).zip(row).map(|(b, score)| (score, a, b));
            best(pairs.collect())
        })?;
        Ok(best(rows.concat()))
    }

    fn pairs(&self) -> usize {
        let count = self.numbers.len();
        count * count.saturating_sub(1) / 2
    }
}

fn matrix(compared: &Compared<'_>, articles: Vec<(String, ArticleNo)>) -> Result<Matrix> {
    let index = compared.index;
    let scores = compared.scores()?;
    let mut pairs: Vec<DuplicatePair> = Vec::new();
    for (a, b, duplicate) in duplicates(index)? {
        let mut articles = [index.article(a)?.id(), index.article(b)?.id()];
        articles.sort();
        pairs.push(DuplicatePair {
            duplicate,
            articles,
        });
    }
    pairs.sort_by(|a, b| a.articles.cmp(&b.articles));
    Ok(Matrix {
        version: JSON_VERSION,
        articles: articles.into_iter().map(|(id, _)| id).collect(),
        scores,
        duplicates: pairs,
    })
}

fn print(page: &mut Page<'_>, compared: &Compared<'_>, alike: &[Alike]) -> anyhow::Result<()> {
    let index = compared.index;
    let viewer = Viewer::new(index);
    let same: HashMap<[ArticleNo; 2], Duplicate> = duplicates(index)?
        .into_iter()
        .map(|(a, b, duplicate)| (sorted(a, b), duplicate))
        .collect();
    for ((score, a, b), rank) in alike.iter().zip(1..) {
        let [a, b] = [compared.numbers[*a], compared.numbers[*b]];
        let (one, other) = (viewer.article(a)?, viewer.article(b)?);
        let titles =
            [&one, &other].map(|article| article.metadata.title.as_deref().unwrap_or(&article.id));
        page.gap()?;
        page.headings(rank, &format!("{score:.3}"), &titles)?;
        if let Some(duplicate) = same.get(&sorted(a, b)) {
            page.line(&format!("   {duplicate} duplicates"))?;
        }
        for article in [&one, &other] {
            page.citation(&article.path, &article.path)?;
        }
    }
    page.gap()?;
    for line in summary(compared.pairs(), alike.len(), same.len()) {
        page.faint(&line)?;
    }
    Ok(())
}

fn sorted(a: ArticleNo, b: ArticleNo) -> [ArticleNo; 2] {
    [a.min(b), a.max(b)]
}

/// What was not printed, and how to get it.
fn summary(pairs: usize, shown: usize, duplicates: usize) -> Vec<String> {
    if pairs == 0 {
        return vec!["there are no two articles to compare".to_owned()];
    }
    let same = match duplicates {
        0 => String::new(),
        1 => "; 1 pair of all holds the same text".to_owned(),
        count => format!("; {count} pairs of all hold the same text"),
    };
    vec![
        format!("{shown} of {pairs} pairs{same}"),
        "more: --limit N; all of them: --json, or --out matrix.svg".to_owned(),
    ]
}
