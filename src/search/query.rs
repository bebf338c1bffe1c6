//! A question to passages.

use std::cell::OnceCell;
use std::time::Instant;

use super::JSON_VERSION;
use super::answer::{Answer, Answers, Explanation, Scores, TermView};
use super::choose::Chosen;
use super::lexical::Lexical;
use super::phrase::Phrase;
use super::quote::Quoted;
use super::rank::Asked;
use super::view::{Best, Viewer};
use crate::embed::{Embedder, Role};
use crate::error::{Error, Result, SearchError};
use crate::index::{Index, LanguageNo, Row, RowFilter, Run, StoredSentence, Work};
use crate::kernel::dot::dot;
use crate::search::asking::Search;
use crate::search::question::{Mode, Query};
use crate::words;

/// What full coverage is worth for a sentence of a passage, as a cosine of the model's own space.
const SENTENCE_COVERAGE: f32 = 0.2;

/// Finds the passages closest to a question. `started` is when the user began to wait.
///
/// # Errors
/// [`SearchError::EmptyQuestion`], [`crate::IndexError::SpaceMismatch`], [`crate::CorpusError::Pattern`], [`SearchError::Unknown`]
/// for what is no language, [`crate::IndexError::Corrupt`] and what the embedder returns.
pub fn query(
    index: &Index,
    embedder: &Embedder,
    query: &Query,
    started: Instant,
) -> Result<Answers> {
    let text = query.text.trim();
    if text.is_empty() {
        return Err(Error::Search(SearchError::EmptyQuestion));
    }
    let passing = query.filter.accepted(index)?;
    let quoted = Quoted::new(text);
    let vector = if query.mode == Mode::Keyword {
        None
    } else {
        index.check_space(embedder.space())?;
        let (vector, tokens) = match query.late.rows(query.mode) {
            0 => (embedder.embed_one(&quoted.text, Role::Query)?, None),
            _ => embedder.question(&quoted.text)?,
        };
        let probe = query.prefer_language.probe(embedder, &vector);
        Some((vector, (probe, tokens)))
    };
    let (vector, compared) = vector.unzip();
    let (probe, tokens) = compared.unzip();
    let tokens = tokens.flatten();
    let rows = index.rows();
    let asked = Asked::new(&rows, query.mode, &quoted.text, probe);
    let asked = asked.looking_again(query.late, tokens, embedder);
    let search = Search {
        index,
        embedder,
        query,
        asked,
        vector,
        text: quoted.text.clone(),
        passing,
        viewer: Viewer::new(index),
        question_spans: OnceCell::new(),
    };
    let required: Vec<Phrase> = quoted.strings.iter().map(|s| Phrase::new(s)).collect();
    let mut kept = search.kept_rows(&required)?;
    let mut notes = search.missing_languages();
    notes.extend(search.why_no_second_look());
    if kept.as_deref().is_some_and(|kept| search.count(kept) == 0) {
        let (why, without) = search.why_nothing(&quoted, &required)?;
        notes.extend(why);
        kept = without.or(kept);
    }
    let results = search.answers(kept.as_deref(), &mut notes)?;
    Ok(Answers {
        version: JSON_VERSION,
        query: text.to_owned(),
        mode: query.mode,
        model: index.manifest.space.model.clone(),
        took_ms: started.elapsed().as_secs_f64() * 1000.0,
        notes,
        results,
    })
}

impl Search<'_> {
    /// The best of the kept rows.
    fn answers(&self, kept: Option<&[bool]>, notes: &mut Vec<String>) -> Result<Vec<Answer>> {
        let accepts = kept.map(|kept| |row: Row| kept[row.get()]);
        let keep = accepts.as_ref().map(|accepts| RowFilter {
            share: share(kept.unwrap_or_default()),
            accepts,
        });
        // An answer can hide its two neighbours; more are needed for duplicates and a limit per article.
        let mut candidates = self.query.limit.saturating_mul(3).saturating_add(8);
        let work = self.asked.work(self.index, keep);
        let (chosen, search) = loop {
            let found = self.asked.best(Some(self.index), candidates, keep);
            let exhausted = found.ranked.len() < candidates;
            let chosen = self.choose(found.ranked, keep)?;
            if chosen.len() >= self.query.limit || exhausted {
                break (chosen, found.search);
            }
            candidates = candidates.saturating_mul(4);
        };
        if chosen.is_empty() && notes.is_empty() && self.query.mode == Mode::Keyword {
            notes.push("no passage has a word of the question".to_owned());
        }
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
        let rows = self.asked.rows;
        if ranked.late.is_some() {
            self.index.check_tokens(ranked.row)?;
        }
        let language = rows.language(shown.start);
        let mut passage = self.viewer.passage(*shown)?;
        let article = self
            .viewer
            .article(self.index.passage(shown.start)?.article)?;
        passage.best = self.best_sentence(*shown)?;
        Ok(Answer {
            rank,
            score: ranked.score,
            confidence: ranked.confidence,
            scores: Scores {
                dense: ranked.dense,
                keyword: ranked.keyword,
                late: ranked.late,
            },
            citation: passage.citation(&article),
            duplicates: self.viewer.citations(duplicates)?,
            context: (self.query.context > 0)
                .then(|| self.viewer.context(*shown, self.query.context))
                .transpose()?,
            explanation: self.query.explain.then(|| Explanation {
                parts: self.asked.parts(ranked.row),
                late_part: ranked.late_part,
                search,
                work,
                passages: rows.live(),
                terms: explained(&self.asked.lexical, &passage.text, language),
            }),
            met: match ranked.late {
                Some(_) => self.met(chosen.row, &passage)?,
                None => Vec::new(),
            },
            passage,
            article,
        })
    }

    /// The sentence of some rows that answers most, by `cosine + 0.2 * coverage^2`. Its tokens would not tell better
    /// (`docs/QUALITY.md`).
    fn best_sentence(&self, rows: Run<Row>) -> Result<Option<Best>> {
        let language = self.asked.rows.language(rows.start);
        let judge = |sentence: &StoredSentence, text: &str| {
            let dense = self
                .vector
                .as_ref()
                .map_or(0.0, |vector| dot(vector, &sentence.vector));
            let coverage = self.asked.lexical.coverage_of(text, language);
            dense + SENTENCE_COVERAGE * coverage.powi(2)
        };
        self.viewer.best(rows, &judge)
    }
}

/// How much of all rows may answer.
fn share(kept: &[bool]) -> f32 {
    kept.iter().filter(|kept| **kept).count() as f32 / kept.len().max(1) as f32
}

fn explained(lexical: &Lexical, text: &str, language: LanguageNo) -> Vec<TermView> {
    let there = words::counts(text);
    let view = |(term, passages, weight): (&str, usize, f32)| TermView {
        occurs: there.contains_key(term),
        term: term.to_owned(),
        passages,
        weight,
    };
    lexical.terms(language).map(view).collect()
}
