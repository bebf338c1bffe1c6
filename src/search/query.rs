//! A question to passages.

use std::collections::HashMap;
use std::ops::Range;
use std::time::Instant;

use super::JSON_VERSION;
use super::answer::{Answer, Answers, Explanation, Mode, Query, Scores, TermView};
use super::lexical::Lexical;
use super::phrase::Phrase;
use super::quote::quoted;
use super::rank::{Asked, Ranked};
use super::shingles::Shingles;
use super::view::Viewer;
use crate::corpus::Span;
use crate::embed::{Embedder, Role};
use crate::error::{Error, Result};
use crate::index::{Index, Keep, StoredSentence, Work};
use crate::kernel::dot::dot;
use crate::words;

/// Two passages are the same answer from this share of common shingles of the shorter one.
const SAME_PASSAGE: f32 = 0.8;
/// Fewer shingles say nothing about being the same.
const LEAST_SHINGLES: usize = 16;
/// What full coverage is worth for a sentence of a passage, as a cosine of the model's own space.
const SENTENCE_COVERAGE: f32 = 0.2;

/// Characters that neighbouring hits are merged to.
const SHOWN_CHARS: usize = 300;

/// Finds the passages closest to a question. `started` is when the user began to wait.
///
/// # Errors
/// [`Error::EmptyQuestion`], [`Error::SpaceMismatch`], [`Error::Corrupt`] and what the embedder returns.
pub fn query(
    index: &Index,
    embedder: &Embedder,
    query: &Query,
    started: Instant,
) -> Result<Answers> {
    let text = query.text.trim();
    if text.is_empty() {
        return Err(Error::EmptyQuestion);
    }
    let (asked_text, required) = quoted(text);
    let vector = if query.mode == Mode::Keyword {
        None
    } else {
        index.check_space(embedder.space())?;
        let vector = embedder.embed_one(&asked_text, Role::Query)?;
        let probe = query.prefer_language.probe(embedder, &vector);
        Some((vector, probe))
    };
    let (vector, probe) = vector.unzip();
    let rows = index.rows();
    let asked = Asked::new(&rows, query.mode, &asked_text, probe);
    let search = Search {
        index,
        query,
        asked,
        vector,
        viewer: Viewer::new(index),
    };
    let results = search.answers(&required)?;
    Ok(Answers {
        version: JSON_VERSION,
        query: text.to_owned(),
        mode: query.mode,
        model: index.manifest.space.model.clone(),
        took_ms: started.elapsed().as_secs_f64() * 1000.0,
        results,
    })
}

/// A question being answered.
struct Search<'a> {
    index: &'a Index,
    query: &'a Query,
    asked: Asked,
    vector: Option<Vec<f32>>,
    viewer: Viewer<'a>,
}

/// A row that is shown, with the neighbours shown with it, and rows that say the same.
struct Chosen {
    ranked: Ranked,
    rows: Range<usize>,
    shingles: Shingles,
    duplicates: Vec<usize>,
}

impl Search<'_> {
    fn answers(&self, required: &[Phrase]) -> Result<Vec<Answer>> {
        let kept = self.kept_rows(required)?;
        let rows = self.index.rows();
        let accepts = kept.as_ref().map(|kept| |row: usize| kept[row]);
        let keep = accepts.as_ref().map(|accepts| Keep {
            share: share(kept.as_deref().unwrap_or_default()),
            accepts,
        });
        // An answer can hide its two neighbours; more are needed for duplicates and a limit per article.
        let mut candidates = self.query.limit.saturating_mul(3).saturating_add(8);
        let work = self.asked.work(&rows, self.index, keep);
        let (chosen, search) = loop {
            let found = self.asked.best(&rows, Some(self.index), candidates, keep);
            let exhausted = found.ranked.len() < candidates;
            let chosen = self.choose(found.ranked, keep)?;
            if chosen.len() >= self.query.limit || exhausted {
                break (chosen, found.search);
            }
            candidates = candidates.saturating_mul(4);
        };
        let convincing = |chosen: &Chosen| {
            let least = self.query.min_confidence.unwrap_or(0.0);
            chosen
                .ranked
                .confidence
                .is_none_or(|confidence| confidence >= least)
        };
        let convincing = chosen.into_iter().filter(convincing).zip(1..);
        convincing
            .map(|(chosen, rank)| self.answer(&chosen, rank, search, work))
            .collect()
    }

    /// For each row whether it may answer; `None` where all may.
    fn kept_rows(&self, required: &[Phrase]) -> Result<Option<Vec<bool>>> {
        let index = self.index;
        let accepted = self.query.filter.accepted(self.index)?;
        if accepted.is_none() && required.is_empty() && self.query.not.is_empty() {
            return Ok(None);
        }
        let rows = index.rows().len();
        let mut keep = vec![true; rows];
        if let Some(accepted) = accepted {
            for article in index.articles().filter(|article| !accepted[*article]) {
                keep[index.rows_of(article)].fill(false);
            }
        }
        for phrase in required {
            let mut occurs = vec![false; rows];
            phrase
                .rows(self.index)?
                .into_iter()
                .for_each(|row| occurs[row] = true);
            keep.iter_mut()
                .zip(occurs)
                .for_each(|(keep, occurs)| *keep &= occurs);
        }
        for word in &self.query.not {
            Phrase::new(word)
                .rows(self.index)?
                .into_iter()
                .for_each(|row| keep[row] = false);
        }
        Ok(Some(keep))
    }

    /// Rows of one score in the order of their articles' ids: how they are numbered depends on how the index came about.
    fn order_ties(&self, ranked: &mut [Ranked]) -> Result<()> {
        let index = self.index;
        for tied in ranked.chunk_by_mut(|a, b| a.score.to_bits() == b.score.to_bits()) {
            if tied.len() == 1 {
                continue;
            }
            let mut ids = HashMap::new();
            for ranked in tied.iter() {
                index.check_row(ranked.row)?;
                let article = index.passage(ranked.row)?.article;
                ids.insert(ranked.row, index.article(article)?.id());
            }
            tied.sort_by(|a, b| (&ids[&a.row], a.row).cmp(&(&ids[&b.row], b.row)));
        }
        Ok(())
    }

    /// The best rows, hits that overlap as one (neighbouring passages share a sentence, and the same sentence
    /// twice is one answer), and what says the same as a better one beside it.
    fn choose(&self, mut ranked: Vec<Ranked>, keep: Option<Keep<'_>>) -> Result<Vec<Chosen>> {
        let index = self.index;
        self.order_ties(&mut ranked)?;
        let mut shown: HashMap<usize, Vec<Span>> = HashMap::new();
        let mut per_article: HashMap<usize, usize> = HashMap::new();
        let mut chosen: Vec<Chosen> = Vec::new();
        for ranked in ranked {
            index.check_row(ranked.row)?;
            let passage = index.passage(ranked.row)?;
            let spans = shown.entry(passage.article).or_default();
            let count = per_article.entry(passage.article).or_default();
            let full = self.query.per_article.is_some_and(|most| *count >= most);
            if full || spans.iter().any(|span| overlap(span, &passage.span)) {
                continue;
            }
            let shingles = Shingles::new(index.passage_text(&passage)?);
            let same = |other: &&mut Chosen| {
                shingles.count().min(other.shingles.count()) >= LEAST_SHINGLES
                    && shingles.containment(&other.shingles) >= SAME_PASSAGE
            };
            if let Some(same) = chosen.iter_mut().find(same) {
                spans.push(passage.span);
                same.duplicates.push(ranked.row);
            } else if chosen.len() < self.query.limit {
                let rows = self.merged(&ranked, spans, keep)?;
                spans.push(index.span(&rows)?);
                *count += 1;
                chosen.push(Chosen {
                    ranked,
                    rows,
                    shingles,
                    duplicates: Vec::new(),
                });
            }
        }
        Ok(chosen)
    }

    /// A hit and the neighbours that overlap with it and answer about as well, as far as they fit what is
    /// shown and overlap with nothing that is shown already.
    fn merged(&self, hit: &Ranked, shown: &[Span], keep: Option<Keep<'_>>) -> Result<Range<usize>> {
        let index = self.index;
        let all = index.rows();
        let article = index.passage(hit.row)?.article;
        let of_article = index.rows_of(article);
        let least = self.asked.about(hit.score);
        let mut rows = hit.row..hit.row + 1;
        loop {
            let before = rows
                .start
                .checked_sub(1)
                .map(|row| (row, row..rows.end, rows.start));
            let after = (rows.end, rows.start..rows.end + 1, rows.end - 1);
            let mut best: Option<(f32, Range<usize>)> = None;
            for (row, larger, beside) in before.into_iter().chain([after]) {
                if !of_article.contains(&row) || keep.is_some_and(|keep| !(keep.accepts)(row)) {
                    continue;
                }
                let score = self.asked.score(&all, row);
                let span = index.span(&larger)?;
                let fits = score >= least
                    && overlap(&index.passage(row)?.span, &index.passage(beside)?.span)
                    && !shown.iter().any(|other| overlap(other, &span))
                    && index.span_text(article, &span)?.chars().count() <= SHOWN_CHARS;
                if fits && best.as_ref().is_none_or(|(most, _)| score > *most) {
                    best = Some((score, larger));
                }
            }
            match best {
                Some((_, larger)) => rows = larger,
                None => return Ok(rows),
            }
        }
    }

    fn answer(
        &self,
        chosen: &Chosen,
        rank: usize,
        search: &'static str,
        work: Option<Work>,
    ) -> Result<Answer> {
        let Chosen {
            ranked,
            rows: shown,
            duplicates,
            ..
        } = chosen;
        let rows = self.index.rows();
        let language = rows.language(ranked.row);
        let judge = |sentence: &StoredSentence, text: &str| {
            let dense = self
                .vector
                .as_ref()
                .map_or(0.0, |vector| dot(vector, &sentence.vector));
            let coverage = self.asked.lexical.coverage_of(text, language);
            dense + SENTENCE_COVERAGE * coverage.powi(2)
        };
        let passage = self.viewer.passage(shown.clone(), Some(&judge))?;
        let article = self
            .viewer
            .article(self.index.passage(ranked.row)?.article)?;
        let duplicates = duplicates.iter().map(|row| self.citation(*row));
        Ok(Answer {
            rank,
            score: ranked.score,
            confidence: ranked.confidence,
            scores: Scores {
                dense: ranked.dense,
                keyword: ranked.keyword,
            },
            citation: passage.citation(&article),
            duplicates: duplicates.collect::<Result<_>>()?,
            context: (self.query.context > 0)
                .then(|| self.viewer.context(shown.clone(), self.query.context))
                .transpose()?,
            explanation: self.query.explain.then(|| Explanation {
                parts: self.asked.parts(&rows, ranked.row),
                search,
                work,
                passages: rows.live(),
                terms: explained(&self.asked.lexical, &passage.text, language),
            }),
            passage,
            article,
        })
    }

    fn citation(&self, row: usize) -> Result<String> {
        let passage = self.viewer.passage(row..row + 1, None)?;
        let article = self.index.passage(row)?.article;
        Ok(passage.citation(&self.viewer.article(article)?))
    }
}

/// How much of all rows may answer.
fn share(kept: &[bool]) -> f32 {
    kept.iter().filter(|kept| **kept).count() as f32 / kept.len().max(1) as f32
}

fn overlap(a: &Span, b: &Span) -> bool {
    a.start < b.end && b.start < a.end
}

fn explained(lexical: &Lexical, text: &str, language: usize) -> Vec<TermView> {
    let there = words::counts(text);
    let view = |(term, passages, weight): (&str, usize, f32)| TermView {
        occurs: there.contains_key(term),
        term: term.to_owned(),
        passages,
        weight,
    };
    lexical.terms(language).map(view).collect()
}
