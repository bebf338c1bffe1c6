//! The rows nearest to a question: through a graph or by comparing every row, whichever is less work.

pub(super) mod compare;
pub(super) mod graph;
pub(super) mod graph_build;
pub(super) mod hnsw;
pub(super) mod max_sim;
pub(super) mod measure;
pub(super) mod scan;

use serde::Serialize;

use crate::embed::Probe;
use crate::index::nearest::compare::CodedQuery;
use crate::index::nearest::graph::{Beam, MappedGraph, RowTest, ScanIsLess};
use crate::index::nearest::scan::{Hit, rescored, scan_part};
use crate::index::store::position::{LocalRow, Row};
use crate::index::store::rows::{Rows, SegmentRows};

/// Rows whose comparing in order takes as long as comparing one that a graph leads to (`benches/RESULTS.md`).
const ROWS_PER_COMPARED: f32 = 4.0;
/// Candidates whose exact scores are computed beyond twice those asked for.
const SPARE: usize = 16;

/// Which rows may be found.
#[derive(Clone, Copy)]
pub struct RowFilter<'a> {
    /// Whether a row may be found.
    pub accepts: &'a (dyn Fn(Row) -> bool + Sync),
    /// Share of all rows that it accepts.
    pub share: f32,
}

/// How much work a search by vectors is: the number of rows that take as long to compare one after another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Work {
    /// Comparing every row that may be found.
    pub scan: usize,
    /// Through the graph; absent where there is none for this question.
    pub graph: Option<usize>,
}

impl Work {
    /// Of a segment, of whose rows a filter accepts a share.
    fn new(part: &SegmentRows<'_>, graph: Option<&MappedGraph>, share: f32) -> Self {
        let share = share.max(f32::MIN_POSITIVE);
        Self {
            scan: (part.records.len() as f32 * share) as usize,
            graph: graph.map(|graph| {
                // Rows that may not be found are walked through.
                (graph.effort.compared as f32 * ROWS_PER_COMPARED / share) as usize
            }),
        }
    }

    /// Of all segments, each with its graph or none.
    pub(super) fn of_all(rows: &Rows<'_>, graphs: &[Option<&MappedGraph>], share: f32) -> Self {
        let parts = rows.parts().iter().zip(graphs);
        let each = parts.map(|(part, graph)| Self::new(part, *graph, share));
        let none = Self {
            scan: 0,
            graph: None,
        };
        each.fold(none, |all, one| Self {
            scan: all.scan + one.scan,
            graph: match (all.graph, one.graph) {
                (None, None) => None,
                (known, more) => Some(
                    known
                        .unwrap_or(all.scan)
                        .saturating_add(more.unwrap_or(one.scan)),
                ),
            },
        })
    }

    /// Whether the graph is taken, as long as it is not given up.
    pub fn graph_is_less(self) -> bool {
        self.graph.is_some_and(|graph| graph < self.scan)
    }
}

/// The best of what the segments give, exact scores. Of the `count` rows the `best` first ones decide how far graphs are
/// searched. One graph or none for each part of `rows`.
///
/// # Errors
/// [`ScanIsLess`] where no graph helps, or one gives up.
pub fn nearest(
    rows: &Rows<'_>,
    graphs: &[Option<&MappedGraph>],
    probe: &Probe,
    best: usize,
    count: usize,
    keep: Option<RowFilter<'_>>,
) -> Result<Vec<Hit>, ScanIsLess> {
    let share = keep.map_or(1.0, |keep| keep.share);
    let parts = rows.parts().iter().zip(graphs);
    let chosen: Vec<_> = parts
        .map(|(part, graph)| {
            let graph = graph.filter(|graph| Work::new(part, Some(graph), share).graph_is_less());
            (part, graph)
        })
        .collect();
    if chosen.iter().all(|(_, graph)| graph.is_none()) {
        return Err(ScanIsLess);
    }
    let accepts = |row: Row| keep.is_none_or(|keep| (keep.accepts)(row));
    let mut hits: Vec<Hit> = Vec::new();
    for (part, graph) in chosen {
        match graph {
            Some(graph) => {
                let kept = |row: LocalRow| part.is_live(row) && accepts(part.row(row));
                let filtered = keep.is_some() || part.dead.is_some();
                let kept: Option<&RowTest<'_>> = if filtered { Some(&kept) } else { None };
                hits.extend(through_graph(
                    rows,
                    part,
                    graph,
                    probe,
                    graph.effort.beam(best),
                    count,
                    kept,
                )?);
            }
            None => {
                let bonus = |row: Row| accepts(row).then_some(0.0);
                hits.extend(scan_part(rows, part, probe, count, bonus));
            }
        }
    }
    hits.sort_by(Hit::order);
    hits.truncate(count);
    Ok(hits)
}

/// About the `count` rows of a part nearest to a question, best first, exact scores: through its graph.
///
/// # Errors
/// As [`MappedGraph::search`].
pub fn through_graph(
    rows: &Rows<'_>,
    part: &SegmentRows<'_>,
    graph: &MappedGraph,
    probe: &Probe,
    beam: Beam,
    count: usize,
    kept: Option<&RowTest<'_>>,
) -> Result<Vec<Hit>, ScanIsLess> {
    let query = CodedQuery::new(&probe.vector);
    let found = graph.search(
        part.code_rows(),
        &query.values,
        2 * count + SPARE,
        beam,
        kept,
    )?;
    let found = found.rows.into_iter();
    let found = found
        .map(|row| part.row(LocalRow::new(row as usize)))
        .collect();
    Ok(rescored(found, count, |row| rows.score(probe, row)))
}
