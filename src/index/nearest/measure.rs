//! How far the searches of a graph must go: measured against comparing every row, when the graph is built.
//!
//! Asked are sentences of the passages, embedded as questions; their neighbours are a little harder to find than those of
//! real questions (`benches/RESULTS.md`).

use std::cmp::Reverse;

use rayon::prelude::*;

use crate::embed::{Embedder, Input, Role};
use crate::error::Result;
use crate::index::nearest::compare::CodedQuery;
use crate::index::nearest::graph::{MappedGraph, RowTest};
use crate::index::store::codes::CodeRows;
use crate::index::store::effort::Effort;
use crate::index::store::position::LocalRow;
use crate::index::store::segment::Segment;
use crate::kernel::Isa;
use crate::kernel::dot_i8::{dot_i8, dots_i8};

/// Sentences asked at most.
const QUESTIONS: usize = 256;

/// The nearest rows of each that should be found, and the share of them that is.
const NEAREST: usize = 10;
const RECALL: f32 = 0.99;

/// By how much a slack grows until it is enough, and the largest.
const STEP: f32 = 0.0125;
const STEPS: usize = 32;

impl Effort {
    /// The least slack with which a graph finds what is wanted.
    ///
    /// # Errors
    /// As [`Embedder::embed`].
    pub(in crate::index) fn of(
        segment: &Segment,
        graph: &MappedGraph,
        embedder: &Embedder,
    ) -> Result<Self> {
        let all = |_: LocalRow| true;
        let questions = Questions::to_measure_with(segment, &all, embedder)?;
        let mut effort = Self::default();
        for step in 0..=STEPS {
            let slack = 1.0 + step as f32 * STEP;
            let tried = Self { slack, ..effort };
            let Some((recall, compared)) = questions.ask(graph, &tried, &all) else {
                break;
            };
            effort = Self { slack, compared };
            if recall >= RECALL {
                break;
            }
        }
        Ok(effort)
    }
}

/// Questions of which the nearest rows are known.
pub struct Questions<'a> {
    codes: &'a [i8],
    /// A question, and the score of the last of its nearest rows.
    known: Vec<(CodedQuery, i32)>,
}

impl<'a> Questions<'a> {
    /// Those by which [`Effort`] is measured. `keep` lets rows of the segment through; what of it cannot be read is left
    /// out.
    ///
    /// # Errors
    /// As [`Embedder::embed`].
    fn to_measure_with(
        segment: &'a Segment,
        keep: &RowTest<'_>,
        embedder: &Embedder,
    ) -> Result<Self> {
        Self::from_row(0, segment, keep, embedder)
    }

    /// Others, from passages half-way between those, so that what they find was not chosen by them.
    ///
    /// # Errors
    /// As [`Embedder::embed`].
    pub(in crate::index) fn to_check_with(
        segment: &'a Segment,
        keep: &RowTest<'_>,
        embedder: &Embedder,
    ) -> Result<Self> {
        Self::from_row(stride(segment) / 2, segment, keep, embedder)
    }

    fn from_row(
        first: usize,
        segment: &'a Segment,
        keep: &RowTest<'_>,
        embedder: &Embedder,
    ) -> Result<Self> {
        let rows = segment
            .row_run()
            .iter()
            .skip(first)
            .step_by(stride(segment));
        let inputs = rows.filter_map(|row| question(segment, row, embedder));
        let inputs: Vec<Input> = inputs.collect::<Result<_>>()?;
        let codes = segment.codes();
        let known = embedder.embed(&inputs)?.into_par_iter().map(|embedding| {
            let probe = embedder.alignment().probe(&embedding.vector, Role::Query);
            let query = CodedQuery::new(&probe.vector);
            let mut scores = vec![0; segment.passages];
            dots_i8(Isa::current(), &query.values, codes, &mut scores);
            let mut rows = segment.row_run().iter();
            scores.retain(|_| rows.next().is_some_and(keep));
            let last = scores.len().min(NEAREST).checked_sub(1)?;
            let (_, least, _) = scores.select_nth_unstable_by_key(last, |score| Reverse(*score));
            Some((query, *least))
        });
        Ok(Self {
            codes,
            known: known.flatten().collect(),
        })
    }

    /// The share of the nearest rows that a graph finds, rows of equal scores counted alike, and how many rows each
    /// question is compared with; `None` where there is no question.
    pub(in crate::index) fn ask(
        &self,
        graph: &MappedGraph,
        effort: &Effort,
        keep: &RowTest<'_>,
    ) -> Option<(f32, usize)> {
        let asked = self.known.par_iter().map(|(query, least)| {
            let beam = effort.beam(NEAREST);
            let codes = CodeRows::in_memory(self.codes);
            let found = graph.search(codes, &query.values, NEAREST, beam, Some(keep));
            let found = found.unwrap_or_default();
            let dimension = query.values.len();
            let right = found.rows.iter().filter(|row| {
                let code = &self.codes[**row as usize * dimension..][..dimension];
                dot_i8(&query.values, code) >= *least
            });
            (right.count(), found.compared)
        });
        let (right, compared) = asked.reduce(|| (0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
        let count = self.known.len();
        (count > 0).then(|| (right as f32 / (NEAREST * count) as f32, compared / count))
    }
}

/// Passages from one that is asked to the next.
fn stride(segment: &Segment) -> usize {
    segment.passages.div_ceil(QUESTIONS).max(1)
}

/// The sentence in the middle of a passage, as somebody would ask it.
fn question(segment: &Segment, row: LocalRow, embedder: &Embedder) -> Option<Result<Input>> {
    let passage = segment.passage(row).ok()?;
    let sentences = segment.sentences(&passage).ok()?;
    let middle = sentences.get(sentences.len() / 2)?;
    let text = segment.span_text(passage.article, &middle.span).ok()?;
    Some(embedder.input(text, Role::Query))
}
