//! The tool that finds articles like one.

use std::fmt::Write;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::serve::api::{Given, similar_to};
use crate::serve::fields::{length, number, whole};
use crate::serve::limits::MOST_NAME;
use crate::serve::problem::{Field, Problem};
use crate::serve::service::Open;
use crate::serve::tools::called::{
    Budget, Called, LEAST_CHARS, MOST_CHARS, TITLE_CHARS, URL_CHARS, chars_asked, counted,
    shortened, value_of,
};
use crate::serve::tools::schema::count;
use crate::serve::tools::search::five;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SimilarInput {
    /// Id of an article.
    id: String,
    /// Articles at most, 1 to 20.
    #[serde(default = "five", deserialize_with = "count")]
    #[schemars(range(min = 1, max = 20))]
    limit: usize,
    /// Characters of the answer at most, 500 to 40000; 6000 where it is not given.
    #[serde(default, deserialize_with = "whole")]
    #[schemars(with = "usize", range(min = LEAST_CHARS, max = MOST_CHARS))]
    max_chars: Option<usize>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct SimilarOutput {
    article: String,
    results: Vec<SimilarArticle>,
    /// Results that did not fit.
    left_out: usize,
}

#[derive(Debug, Serialize, JsonSchema)]
struct SimilarArticle {
    rank: usize,
    /// Mean cosine of the passages, 1 for the same text.
    score: f32,
    /// `identical` or `near`, where it is a duplicate.
    duplicate: Option<String>,
    article: String,
    title: Option<String>,
    source_url: Option<String>,
    /// The passages that are closest: `from` of the article asked about, `to` of this one.
    pairs: Vec<SimilarPair>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct SimilarPair {
    score: f32,
    from: String,
    to: String,
    from_text: String,
    to_text: String,
}

pub fn similar(open: &Open, input: SimilarInput) -> Result<Called, Problem> {
    const PAIRS: usize = 2;
    const PAIR_CHARS: usize = 200;
    let most = chars_asked(input.max_chars)?;
    number(Field::Body("/limit"), input.limit, 1, 20)?;
    length(Field::Body("/id"), &input.id, MOST_NAME)?;
    let found = similar_to(open, &Given::Article(input.id), input.limit, PAIRS, "/id")?;
    let mut budget = Budget::new(most.saturating_sub(120));
    budget.add(&format!(
        "{} like {}\n",
        counted(found.results.len(), "article"),
        found.article.id
    ));
    let total = found.results.len();
    let mut results = Vec::new();
    for result in found.results {
        let pairs = result.pairs.iter().map(|pair| SimilarPair {
            score: pair.score,
            from: pair.from.citation(&found.article),
            to: pair.to.citation(&result.article),
            from_text: shortened(&pair.from.text, PAIR_CHARS),
            to_text: shortened(&pair.to.text, PAIR_CHARS),
        });
        let similar = SimilarArticle {
            rank: result.rank,
            score: result.score,
            duplicate: result.duplicate.map(|duplicate| duplicate.to_string()),
            pairs: pairs.collect(),
            article: result.article.id,
            title: result
                .article
                .metadata
                .title
                .map(|title| shortened(&title, TITLE_CHARS)),
            source_url: result
                .article
                .metadata
                .source_url
                .map(|url| shortened(&url, URL_CHARS)),
        };
        let mut told = format!(
            "\n[{}] {:.3} · {}",
            similar.rank, similar.score, similar.article
        );
        if let Some(title) = &similar.title {
            let _ = write!(told, " · {title}");
        }
        if let Some(duplicate) = &similar.duplicate {
            let _ = write!(told, " · {duplicate} duplicate");
        }
        told.push('\n');
        if let Some(url) = &similar.source_url {
            let _ = writeln!(told, "source: {url}");
        }
        for pair in &similar.pairs {
            let _ = writeln!(told, "{:.3}  {}  ~  {}", pair.score, pair.from, pair.to);
            let _ = writeln!(told, "> {}", pair.to_text.replace('\n', " "));
        }
        if !budget.add_item(&told, results.is_empty()) {
            break;
        }
        results.push(similar);
    }
    let left_out = total - results.len();
    if left_out > 0 {
        let _ = write!(
            budget.text,
            "\n{} left out: ask with a larger max_chars.\n",
            counted(left_out, "more article")
        );
    }
    Ok(Called {
        text: budget.text,
        structured: value_of(&SimilarOutput {
            article: found.article.id,
            results,
            left_out,
        }),
    })
}
