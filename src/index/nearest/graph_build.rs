//! The graph while it is made: what hnsw_rs built is refined, linked where rows cannot be found, and written.

use std::path::Path;

use rayon::prelude::*;

use super::graph::{Beam, GraphView, MAGIC, RowTest, ScanIsLess};
use crate::error::Result;
use crate::index::store::codes::{CodeRows, step};
use crate::index::store::hashed_file::HashedFile;
use crate::index::store::manifest::FileEntry;
use crate::index::store::names::GRAPH;
use crate::index::store::position::LocalRow;
use crate::kernel::dot_i8::dot_i8;

/// Candidates among which neighbours are chosen again.
const EF_REFINE: usize = 128;
/// How much longer the way over a neighbour may be than the direct one until the direct one is left out.
const DETOUR: f32 = 1.1;
/// Neighbours a row keeps, the links of `connect` aside.
const MOST_NEIGHBOURS: usize = 32;
/// Candidates with which every row must find itself.
const EF_SELF: usize = 64;
/// Rounds of linking rows that do not, and of looking for all again after them.
const SELF_ROUNDS: usize = 8;

/// The codes of all rows, `[rows, dimension]`, row-major.
pub struct Codes<'a> {
    values: &'a [i8],
    dimension: usize,
}

impl<'a> Codes<'a> {
    pub fn new(values: &'a [i8], dimension: usize) -> Self {
        Self { values, dimension }
    }

    fn len(&self) -> usize {
        self.values.len() / self.dimension
    }

    fn rows(&self) -> CodeRows<'a> {
        CodeRows::in_memory(self.values)
    }

    fn row(&self, row: u32) -> &'a [i8] {
        &self.values[row as usize * self.dimension..][..self.dimension]
    }

    fn dot(&self, a: u32, b: u32) -> i32 {
        dot_i8(self.row(a), self.row(b))
    }

    /// Of the rows near one, from the nearest on, those to which no chosen one is a short way.
    fn prune(&self, row: u32, mut near: Vec<u32>) -> Vec<u32> {
        let step = step(self.dimension);
        let distance = |a, b| 1.0 - step * step * self.dot(a, b) as f32;
        near.sort_unstable();
        near.dedup();
        near.retain(|other| *other != row);
        let mut near: Vec<(f32, u32)> = near
            .into_iter()
            .map(|other| (distance(row, other), other))
            .collect();
        // Of equals the next row: a ring of copies, where the lowest for all would be a hub that cannot keep them.
        let after = |other: u32| other.wrapping_sub(row);
        near.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(after(a.1).cmp(&after(b.1))));
        let mut chosen: Vec<u32> = Vec::with_capacity(MOST_NEIGHBOURS);
        for (direct, other) in near {
            if chosen.len() == MOST_NEIGHBOURS {
                break;
            }
            if chosen
                .iter()
                .all(|between| DETOUR * distance(*between, other) > direct)
            {
                chosen.push(other);
            }
        }
        chosen
    }
}

/// A graph in memory, lowest layer first.
pub struct FlatGraph {
    pub entry: u32,
    pub layers: Vec<Layer>,
}

/// One layer: which nodes it has and where they lead.
pub struct Layer {
    nodes: Vec<u32>,
    neighbours: Vec<Vec<u32>>,
}

impl Layer {
    pub fn new(mut lists: Vec<(u32, Vec<u32>)>) -> Self {
        lists.sort_unstable_by_key(|(node, _)| *node);
        let (nodes, neighbours) = lists.into_iter().unzip();
        Self { nodes, neighbours }
    }

    pub fn nodes(&self) -> &[u32] {
        &self.nodes
    }

    fn reach(&self, start: usize, reached: &mut [bool]) {
        let mut stack = vec![start];
        while let Some(node) = stack.pop() {
            if !std::mem::replace(&mut reached[node], true) {
                stack.extend(self.neighbours[node].iter().map(|n| *n as usize));
            }
        }
    }
}

impl FlatGraph {
    /// Chooses the neighbours of the lowest layer again, among what a search of the graph so far finds for each
    /// row, and links both ways. Fewer candidates find as much in it (`benches/RESULTS.md`).
    ///
    /// Source: Subramanya et al. 2019, DiskANN, algorithms 2 (`RobustPrune`) and 3.
    pub fn refine(&mut self, codes: &Codes<'_>) {
        let Some(base) = self.layers.first() else {
            return;
        };
        let numbers = self.numbers();
        let Some(view) = GraphView::new(&numbers, codes.len()) else {
            return;
        };
        let chosen = base
            .neighbours
            .par_iter()
            .zip(0..codes.len() as u32)
            .map(|(old, row)| {
                let beam = Beam::of_candidates(EF_REFINE);
                let found = view.search(codes.rows(), codes.row(row), EF_REFINE, beam, None);
                let mut near = found.map_or_else(|ScanIsLess| Vec::new(), |found| found.rows);
                near.extend(old);
                codes.prune(row, near)
            });
        let chosen: Vec<Vec<u32>> = chosen.collect();
        let mut lead_here = vec![Vec::new(); chosen.len()];
        for (row, list) in (0..).zip(&chosen) {
            for near in list {
                lead_here[*near as usize].push(row);
            }
        }
        let both = chosen
            .into_par_iter()
            .zip(lead_here)
            .zip(0..codes.len() as u32);
        let both = both.map(|((mut list, lead_here), row)| {
            let own = list.len();
            for near in lead_here {
                if !list[..own].contains(&near) {
                    list.push(near);
                }
            }
            if list.len() > MOST_NEIGHBOURS {
                list = codes.prune(row, list);
            }
            list
        });
        self.layers[0].neighbours = both.collect();
    }

    /// Links what cannot be found: first rows that no path leads to, then rows that a search for their own
    /// code misses.
    pub fn connect(&mut self, codes: &Codes<'_>) {
        let rows = codes.len();
        if self.layers.is_empty() {
            return;
        }
        let mut reached = vec![false; rows];
        self.layers[0].reach(self.entry as usize, &mut reached);
        let unreached: Vec<u32> = (0..rows as u32)
            .filter(|row| !reached[*row as usize])
            .collect();
        // A search may come to them from a higher layer, and must not take them for what leads to them.
        let found = self.find(&unreached, codes, Some(&|row: LocalRow| reached[row.get()]));
        for (row, found) in unreached.iter().zip(found) {
            // What it leads to may have been reached through another meanwhile.
            if !reached[*row as usize] {
                let from = found.unwrap_or(self.entry);
                self.layers[0].neighbours[from as usize].push(*row);
                self.layers[0].reach(*row as usize, &mut reached);
            }
        }
        // A link that shows one row can hide another, so that all are looked for until none is missed.
        let all: Vec<u32> = (0..rows as u32).collect();
        for _ in 0..SELF_ROUNDS {
            let mut lost = self.lost(&all, codes);
            if lost.is_empty() {
                return;
            }
            for _ in 0..SELF_ROUNDS {
                for (row, found) in &lost {
                    self.layers[0].neighbours[*found as usize].push(*row);
                }
                let linked: Vec<u32> = lost.into_iter().map(|(row, _)| row).collect();
                lost = self.lost(&linked, codes);
                if lost.is_empty() {
                    break;
                }
            }
        }
    }

    /// Those of some rows that a search for their code misses, each with what it finds instead.
    fn lost(&self, rows: &[u32], codes: &Codes<'_>) -> Vec<(u32, u32)> {
        let found = rows.iter().zip(self.find(rows, codes, None));
        let lost = |(row, found): (&u32, Option<u32>)| {
            let found = found?;
            (codes.dot(*row, found) < codes.dot(*row, *row)).then_some((*row, found))
        };
        found.filter_map(lost).collect()
    }

    /// For each of these rows, what a search for its code finds first among those that `keep` lets through.
    fn find(&self, rows: &[u32], codes: &Codes<'_>, keep: Option<&RowTest>) -> Vec<Option<u32>> {
        let numbers = self.numbers();
        let view = GraphView::new(&numbers, codes.len());
        let find = |row: &u32| {
            let beam = Beam::of_candidates(EF_SELF);
            let found = view
                .as_ref()?
                .search(codes.rows(), codes.row(*row), 1, beam, keep)
                .ok()?;
            found.rows.first().copied()
        };
        rows.par_iter().map(find).collect()
    }

    /// The file as it is written.
    fn numbers(&self) -> Vec<u32> {
        let magic = MAGIC.as_chunks::<4>().0;
        let mut numbers: Vec<u32> = magic.iter().map(|b| u32::from_le_bytes(*b)).collect();
        let rows = self.layers.first().map_or(0, |base| base.nodes.len());
        numbers.extend([rows as u32, self.entry, self.layers.len() as u32]);
        for layer in &self.layers {
            let total: usize = layer.neighbours.iter().map(Vec::len).sum();
            numbers.extend([layer.nodes.len() as u32, total as u32]);
            numbers.extend(&layer.nodes);
            let mut offset = 0;
            numbers.push(offset);
            for list in &layer.neighbours {
                offset += list.len() as u32;
                numbers.push(offset);
            }
            layer
                .neighbours
                .iter()
                .for_each(|list| numbers.extend(list));
        }
        numbers
    }

    /// Writes the graph of a generation.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn write(&self, dir: &Path, generation: u64) -> Result<FileEntry> {
        let name = format!("{generation:08}{GRAPH}");
        let mut file = HashedFile::create(&dir.join(format!("{name}.tmp")))?;
        file.write(bytemuck::cast_slice(&self.numbers()))?;
        file.finish(dir, &name)
    }
}

#[cfg(test)]
mod tests {
    use super::super::graph::MappedGraph;
    use super::*;
    use crate::index::store::effort::Effort;

    #[test]
    fn an_island_that_only_a_higher_layer_leads_to_is_linked() {
        // Two rings of rows that point two ways; a search for a row of the second ring begins in it.
        let (half, dimension) = (8u32, 16);
        let mut codes = vec![0i8; 2 * half as usize * dimension];
        for (row, code) in (0..).zip(codes.chunks_exact_mut(dimension)) {
            code[usize::from(row >= half)] = 100;
            code[2 + (row % half) as usize] = 20;
        }
        let ring = |row: u32| row / half * half + (row + 1) % half;
        let base = (0..2 * half).map(|row| (row, vec![ring(row)])).collect();
        let above = vec![(0, vec![half]), (half, vec![0])];
        let mut graph = FlatGraph {
            entry: 0,
            layers: vec![Layer::new(base), Layer::new(above)],
        };
        graph.connect(&Codes::new(&codes, dimension));

        let dir = tempfile::tempdir().unwrap();
        let entry = graph.write(dir.path(), 1).unwrap();
        let rows = 2 * half as usize;
        let graph = MappedGraph::open(dir.path(), &entry, rows, Effort::default()).unwrap();
        assert_eq!(graph.unreachable(), 0);
    }
}
