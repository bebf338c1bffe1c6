//! Questions with answer strings, asked of an index.

use std::collections::{BTreeMap, HashSet};
use std::time::Instant;

use serde::Serialize;

use super::set::Question;
use crate::embed::Embedder;
use crate::error::Result;
use crate::index::Index;
use crate::search::{Answer, Late, Mode, Query, query};

/// A longer passage counts only with this many characters around its best sentence.
const DISPLAY_CHARS: usize = 300;

/// Means over the questions, as fractions of 1, and lengths in characters.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct QuestionScores {
    /// Share of questions whose first result is from an article that answers and holds its answer.
    #[serde(rename = "hit@1")]
    pub hit_1: f64,
    /// The same for one of the first three results.
    #[serde(rename = "hit@3")]
    pub hit_3: f64,
    /// The same for one of the first five results.
    #[serde(rename = "hit@5")]
    pub hit_5: f64,
    /// Mean of one over the rank of the first such result; 0 where none is among the first ten.
    #[serde(rename = "mrr@10")]
    pub mrr_10: f64,
    /// The best sentence of the first result contains the answer.
    #[serde(rename = "best_hit@1")]
    pub best_hit_1: f64,
    /// Median length of the passages found, up to ten a question.
    pub median_passage_chars: usize,
    /// Length of the longest passage found.
    pub longest_passage_chars: usize,
}

/// Asks every question in every mode.
pub fn run(
    questions: &[Question],
    index: &Index,
    embedder: &Embedder,
    modes: &[Mode],
    late: Late,
) -> Result<BTreeMap<&'static str, QuestionScores>> {
    index.expect_many_questions();
    let scores = |mode: &Mode| {
        Ok((
            mode.name(),
            ask_all(questions, index, embedder, *mode, late)?,
        ))
    };
    modes.iter().map(scores).collect()
}

fn ask_all(
    questions: &[Question],
    index: &Index,
    embedder: &Embedder,
    mode: Mode,
    late: Late,
) -> Result<QuestionScores> {
    let mut ranks: Vec<Option<usize>> = Vec::new();
    let mut best_hits = 0usize;
    let mut lengths: Vec<usize> = Vec::new();
    for question in questions {
        let asked = Query {
            text: question.query.clone(),
            mode,
            limit: 10,
            late,
            ..Query::default()
        };
        let results = query(index, embedder, &asked, Instant::now())?.results;
        lengths.extend(results.iter().map(|r| r.passage.text.chars().count()));
        ranks.push(
            results
                .iter()
                .position(|r| answers(question, r, &displayed(r))),
        );
        let best = results
            .first()
            .and_then(|r| Some((r, r.passage.best.as_ref()?)));
        best_hits += usize::from(best.is_some_and(|(r, best)| answers(question, r, &best.text)));
    }
    let count = questions.len().max(1) as f64;
    let within =
        |most: usize| ranks.iter().flatten().filter(|rank| **rank < most).count() as f64 / count;
    lengths.sort_unstable();
    Ok(QuestionScores {
        hit_1: within(1),
        hit_3: within(3),
        hit_5: within(5),
        mrr_10: ranks
            .iter()
            .flatten()
            .map(|rank| 1.0 / (rank + 1) as f64)
            .sum::<f64>()
            / count,
        best_hit_1: best_hits as f64 / count,
        median_passage_chars: lengths.get(lengths.len() / 2).copied().unwrap_or(0),
        longest_passage_chars: lengths.last().copied().unwrap_or(0),
    })
}

/// The text is from an article that answers and contains its answer.
fn answers(question: &Question, result: &Answer, text: &str) -> bool {
    let id = &result.article.id;
    question
        .answers
        .iter()
        .any(|answer| is_named(id, &answer.article) && text.contains(&answer.text))
}

/// Whether an article of this id is meant by this name: its id, or whole parts at the end of it.
fn is_named(id: &str, name: &str) -> bool {
    let head = id.strip_suffix(name);
    head.is_some_and(|head| head.is_empty() || head.ends_with('/'))
}

/// The first name in the questions, where the index has none of the articles that they name: it is the wrong index, or
/// articles are named otherwise.
pub fn unknown<'a>(questions: &'a [Question], index: &Index) -> Result<Option<&'a str>> {
    let answers = questions.iter().flat_map(|question| &question.answers);
    let names: HashSet<&str> = answers.map(|answer| answer.article.as_str()).collect();
    for number in index.articles() {
        let id = index.article(number)?.id();
        let ends = id.match_indices('/').map(|(at, _)| &id[at + 1..]);
        if ends.chain([id.as_str()]).any(|name| names.contains(name)) {
            return Ok(None);
        }
    }
    let first = questions
        .iter()
        .flat_map(|question| &question.answers)
        .next();
    Ok(first.map(|answer| answer.article.as_str()))
}

/// What fits the display budget: the passage, or as much of it around the best sentence.
fn displayed(result: &Answer) -> String {
    let passage = &result.passage;
    let text = &passage.text;
    let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    if starts.len() <= DISPLAY_CHARS {
        return text.clone();
    }
    let (from, to) = passage.best.as_ref().map_or((0, 0), |best| {
        (
            best.start_byte - passage.start_byte,
            best.end_byte - passage.start_byte,
        )
    });
    let from = starts.partition_point(|at| *at < from);
    let to = starts.partition_point(|at| *at < to);
    let spare = DISPLAY_CHARS.saturating_sub(to - from);
    let first = from
        .saturating_sub(spare / 2)
        .min(starts.len() - DISPLAY_CHARS);
    text.chars().skip(first).take(DISPLAY_CHARS).collect()
}
