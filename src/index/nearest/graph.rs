//! The frozen graph: flat arrays in a file that opens at once, and our own search over them.
//!
//! File, all little-endian u32 after the magic: rows, entry, layers; then for each layer the number
//! of nodes `n` and of neighbours `m`, `n` ascending nodes, `n + 1` offsets, `m` neighbours.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::Range;
use std::path::Path;

use memmap2::Mmap;

use crate::error::{Error, IndexError, Result};
use crate::index::nearest::compare::Comparison;
use crate::index::store::bits::Bits;
use crate::index::store::codes::{CodeRows, step};
use crate::index::store::effort::Effort;
use crate::index::store::manifest::FileEntry;
use crate::index::store::position::LocalRow;
use crate::kernel::dot_i8::{dot_i8, prefetch};
use crate::mmap;

pub(in crate::index) const MAGIC: &[u8; 8] = b"TANEGRF1";
/// u32s before the first layer: magic, rows, entry, layers.
const HEADER: usize = 5;

/// A search of a graph ends without rows, because comparing a question with every row is less work. That is no failure:
/// the caller compares every row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScanIsLess;

/// A graph file, open for searching.
pub struct MappedGraph {
    /// How far its searches go.
    pub effort: Effort,
    bytes: Mmap,
    rows: usize,
}

impl MappedGraph {
    /// Opens a graph over `rows` rows; checks that its arrays fill the file.
    ///
    /// # Errors
    /// [`Error::Io`], [`IndexError::Corrupt`].
    pub fn open(dir: &Path, entry: &FileEntry, rows: usize, effort: Effort) -> Result<Self> {
        let path = dir.join(&entry.name);
        let bytes = mmap::map(&path)?;
        let corrupt = |what, expected: String, received: String| {
            Error::Index(IndexError::Corrupt {
                path: path.clone(),
                what,
                expected,
                received,
            })
        };
        if bytes.len() as u64 != entry.bytes || !bytes.starts_with(MAGIC) {
            return Err(corrupt(
                "length of the graph",
                entry.bytes.to_string(),
                bytes.len().to_string(),
            ));
        }
        let graph = Self {
            effort,
            bytes,
            rows,
        };
        if graph.view().is_none() {
            return Err(corrupt(
                "graph",
                format!("layers over {rows} rows"),
                "something else".to_owned(),
            ));
        }
        Ok(graph)
    }

    fn view(&self) -> Option<GraphView<'_>> {
        // A mapping begins at a page.
        GraphView::new(bytemuck::try_cast_slice(&self.bytes).ok()?, self.rows)
    }

    /// About the `count` rows whose codes are closest to a question's, best first; only those that `keep` lets
    /// through, others lead on.
    ///
    /// # Errors
    /// [`ScanIsLess`] where rows are read one by one, and more would be compared than that is worth.
    pub fn search(
        &self,
        codes: CodeRows<'_>,
        query: &[i8],
        count: usize,
        beam: Beam,
        keep: Option<&RowTest>,
    ) -> Result<GraphHits, ScanIsLess> {
        let fits = codes.values.len() == self.rows * query.len();
        let view = self.view().filter(|_| fits);
        match view {
            Some(view) => view.search(codes, query, count, beam, keep),
            None => Ok(GraphHits::default()),
        }
    }

    /// Rows that no path from the entry leads to.
    pub fn unreachable(&self) -> usize {
        let Some(view) = self.view() else {
            return self.rows;
        };
        let mut reached = Bits::none(self.rows);
        let mut count = usize::from(reached.insert(view.entry));
        let mut stack = vec![view.entry];
        while let Some(node) = stack.pop() {
            for next in view.neighbours(&view.layers[0], node) {
                let next = *next as usize;
                if next < self.rows && reached.insert(next) {
                    count += 1;
                    stack.push(next);
                }
            }
        }
        self.rows - count
    }
}

/// How far a search goes: until the closest row that was not gone on from is further away than the last of the
/// `nearest` best, by the factor `slack` on squared distances. With a slack of 1 it is the search of HNSW with `nearest`
/// candidates. A larger one and few candidates find as much with half the work, and spend it on the questions that
/// need it.
///
/// Source: Al-Jazzazi et al. 2025, Distance Adaptive Beam Search, <https://arxiv.org/abs/2505.15636>.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Beam {
    /// How many of the best rows so far decide when the search ends.
    pub nearest: usize,
    /// Factor on squared distances, 1 or more.
    pub slack: f32,
}

/// Best rows that decide when a search ends, at least.
const DECIDING: usize = 32;

impl Effort {
    /// The beam that finds the `nearest` rows.
    pub fn beam(&self, nearest: usize) -> Beam {
        Beam {
            nearest: nearest.max(DECIDING),
            slack: self.slack,
        }
    }
}

impl Beam {
    /// HNSW's own.
    pub fn of_candidates(nearest: usize) -> Self {
        Self {
            nearest,
            slack: 1.0,
        }
    }
}

/// What a search found.
#[derive(Default)]
pub struct GraphHits {
    /// Best first.
    pub rows: Vec<u32>,
    /// Rows whose codes were compared.
    pub compared: usize,
}

/// Which rows of a segment may be found.
pub type RowTest<'a> = dyn Fn(LocalRow) -> bool + Sync + 'a;

/// The arrays of a graph.
pub(in crate::index) struct GraphView<'a> {
    numbers: &'a [u32],
    rows: usize,
    entry: usize,
    layers: Vec<LayerAt>,
}

/// Where a layer's arrays lie.
struct LayerAt {
    nodes: Range<usize>,
    offsets: usize,
    neighbours: Range<usize>,
}

impl<'a> GraphView<'a> {
    /// `None` where the arrays are not a graph over `rows` rows.
    pub fn new(numbers: &'a [u32], rows: usize) -> Option<Self> {
        let number = |at: usize| numbers.get(at).map(|number| *number as usize);
        let mut view = Self {
            numbers,
            rows,
            entry: number(3)?,
            layers: Vec::new(),
        };
        let mut at = HEADER;
        for _ in 0..number(4)? {
            let (nodes, neighbours) = (number(at)?, number(at + 1)?);
            let start = at + 2;
            let offsets = start.checked_add(nodes)?;
            let first = offsets.checked_add(nodes)?.checked_add(1)?;
            at = first.checked_add(neighbours)?;
            view.layers.push(LayerAt {
                nodes: start..offsets,
                offsets,
                neighbours: first..at,
            });
        }
        let base = view.layers.first()?;
        let fits = number(2)? == rows && base.nodes.len() == rows && view.entry < rows;
        (fits && at == numbers.len()).then_some(view)
    }

    /// Where a node leads to; nothing where a damaged file says nonsense.
    fn neighbours(&self, layer: &LayerAt, position: usize) -> &'a [u32] {
        let bounds = self
            .numbers
            .get(layer.offsets + position..layer.offsets + position + 2);
        let all = self.numbers.get(layer.neighbours.clone());
        match (bounds, all) {
            (Some([start, end]), Some(all)) => {
                all.get(*start as usize..*end as usize).unwrap_or_default()
            }
            _ => &[],
        }
    }

    /// As [`MappedGraph::search`].
    ///
    /// Source: Malkov and Yashunin 2016, algorithms 2 and 5, and that of [`Beam`].
    pub fn search(
        &self,
        codes: CodeRows<'_>,
        query: &[i8],
        count: usize,
        beam: Beam,
        keep: Option<&RowTest>,
    ) -> Result<GraphHits, ScanIsLess> {
        let mut comparison = Comparison::new(codes, query);
        let entry = self.descend(&mut comparison);
        let mut found = self.search_base(&mut comparison, entry, Cutoff::new(query, beam), keep)?;
        let best_first = |a: &Candidate, b: &Candidate| b.cmp(a);
        if found.len() > count {
            found.select_nth_unstable_by(count, best_first);
            found.truncate(count);
        }
        found.sort_unstable_by(best_first);
        Ok(GraphHits {
            rows: found.into_iter().map(Candidate::row).collect(),
            compared: comparison.compared,
        })
    }

    /// Where the search of the base layer begins: goes through the upper layers from the entry on, in each to the best
    /// neighbour as long as one is better (`SEARCH-LAYER` with ef = 1).
    fn descend(&self, comparison: &mut Comparison<'_>) -> Candidate {
        let mut picked: Vec<u32> = Vec::new();
        let mut scores: Vec<i32> = Vec::new();
        comparison.scores(&[self.entry as u32], &mut scores);
        let mut nearest = Candidate::new(scores[0], self.entry as u32);
        for layer in self.layers.iter().skip(1).rev() {
            let nodes = self.numbers.get(layer.nodes.clone()).unwrap_or_default();
            while let Ok(position) = nodes.binary_search(&nearest.row()) {
                picked.clear();
                let near = self.neighbours(layer, position).iter();
                picked.extend(near.filter(|row| (**row as usize) < self.rows));
                comparison.scores(&picked, &mut scores);
                let found = picked.iter().zip(&scores);
                let best = found.map(|(row, score)| Candidate::new(*score, *row)).max();
                match best {
                    // Of equal scores none is better: a step to an equal row could lead back.
                    Some(best) if best.score() > nearest.score() => nearest = best,
                    _ => break,
                }
            }
        }
        nearest
    }

    /// The rows of the base layer that `keep` lets through, in no order.
    fn search_base(
        &self,
        comparison: &mut Comparison<'_>,
        entry: Candidate,
        mut cutoff: Cutoff,
        keep: Option<&RowTest>,
    ) -> Result<Vec<Candidate>, ScanIsLess> {
        let mut found: Vec<Candidate> = Vec::new();
        let Some(base) = self.layers.first() else {
            return Ok(found);
        };
        let kept_by_filter = |row: u32| keep.is_none_or(|keep| keep(LocalRow::new(row as usize)));
        let mut picked: Vec<u32> = Vec::new();
        let mut scores: Vec<i32> = Vec::new();
        let mut visited = Bits::none(self.rows);
        visited.insert(entry.row() as usize);
        let mut open = BinaryHeap::from([entry]);
        if kept_by_filter(entry.row()) {
            found.push(entry);
            cutoff.record(entry);
        }
        while let Some(candidate) = open.pop() {
            if candidate < cutoff.least {
                break;
            }
            if !comparison
                .still_worth_it(|| open.iter().filter(|row| **row >= cutoff.least).count())
            {
                return Err(ScanIsLess);
            }
            picked.clear();
            for row in self.neighbours(base, candidate.row() as usize) {
                if (*row as usize) < self.rows && visited.insert(*row as usize) {
                    picked.push(*row);
                }
            }
            comparison.scores(&picked, &mut scores);
            for (row, score) in picked.iter().zip(&scores) {
                let near = Candidate::new(*score, *row);
                // None is equal to the cutoff: that is a row that was visited, or has a number that no row has.
                if near < cutoff.least {
                    continue;
                }
                open.push(near);
                if kept_by_filter(*row) {
                    found.push(near);
                    cutoff.record(near);
                }
            }
            if let Some(next) = open.peek() {
                self.prefetch(base, next.row() as usize);
            }
        }
        Ok(found)
    }

    /// Where a node leads to will be wanted soon.
    fn prefetch(&self, layer: &LayerAt, position: usize) {
        if let Some(list) = self.neighbours(layer, position).first_chunk::<16>() {
            prefetch(list);
        }
    }
}

/// Where a search ends.
struct Cutoff {
    beam: Beam,
    /// The score of a row that is as long as codes are and points where the question does.
    best: f32,
    /// The best so far.
    nearest: BinaryHeap<Reverse<Candidate>>,
    /// What is worse is not gone on from.
    least: Candidate,
}

impl Cutoff {
    fn new(query: &[i8], beam: Beam) -> Self {
        Self {
            beam,
            best: (dot_i8(query, query) as f32).sqrt() / step(query.len()),
            nearest: BinaryHeap::with_capacity(beam.nearest + 1),
            least: Candidate(0),
        }
    }

    fn record(&mut self, candidate: Candidate) {
        if self.nearest.len() == self.beam.nearest {
            if self.nearest.peek().is_some_and(|last| candidate < last.0) {
                return;
            }
            self.nearest.pop();
        }
        self.nearest.push(Reverse(candidate));
        if let (Some(Reverse(last)), true) =
            (self.nearest.peek(), self.nearest.len() == self.beam.nearest)
        {
            self.least = *last;
            if self.beam.slack > 1.0 {
                // Squared distances of rows of one length are twice what their scores lack.
                let lacks = self.best - last.score() as f32;
                let least = self.best - self.beam.slack * lacks.max(0.0);
                self.least = Candidate::new(least as i32, u32::MAX).min(*last);
            }
        }
    }
}

/// A row and its score in one number: the better, the greater; of equals the lower row.
///
/// The upper 32 bits are the score with its sign turned, so that -1 (`7fffffff`) comes before 0 (`80000000`); the lower 32
/// bits are the row with all bits turned. Score 5 and row 3 are `80000005_fffffffc`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Candidate(u64);

impl Candidate {
    fn new(score: i32, row: u32) -> Self {
        let rising = u64::from(score.cast_unsigned() ^ (1 << 31));
        Self(rising << 32 | u64::from(!row))
    }

    fn row(self) -> u32 {
        !(self.0 as u32)
    }

    fn score(self) -> i32 {
        ((self.0 >> 32) as u32 ^ (1 << 31)).cast_signed()
    }
}
