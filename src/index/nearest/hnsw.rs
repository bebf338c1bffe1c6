//! hnsw_rs behind one file: it builds the graph, which is then frozen into a flat one.
//!
//! It builds good graphs, but searches them several times slower than a flat graph can be searched, and has to read all of
//! a graph before the first search. So the program searches its own format. What is kept from hnsw_rs here: its dot
//! distance panics on unit vectors, so it gets ours; its dumps may end the process on a bad file, so none is written.
//!
//! It brings 17 crates that nothing else here needs, of 372 (2026-11-26; logging and its clock among them). None of its
//! features leaves them out.
//!
//! Source: Malkov and Yashunin 2016, <https://arxiv.org/abs/1603.09320>.

use hnsw_rs::prelude::{Distance, Hnsw};

use super::graph_build::{Codes, FlatGraph, Layer};
use crate::index::store::codes::step;
use crate::kernel::dot_i8::dot_i8;

/// Neighbours a point keeps in the upper layers; twice as many in the lowest.
const M: usize = 16;
/// Candidates looked at while a point is inserted: few, the graph is refined afterwards.
const EF_CONSTRUCTION: usize = 64;
const REFINEMENTS: usize = 2;
const MAX_LAYERS: usize = 16;

/// 1 - cosine of two codes; never negative, which hnsw_rs relies on.
struct CodeDistance;

impl Distance<i8> for CodeDistance {
    fn eval(&self, a: &[i8], b: &[i8]) -> f32 {
        let step = step(a.len());
        (1.0 - step * step * dot_i8(a, b) as f32).max(0.0)
    }
}

/// Builds a graph over codes (`[n, dimension]`, row-major; see `codes.rs`).
pub fn build(codes: &[i8], dimension: usize) -> FlatGraph {
    let mut graph = insert_all(codes, dimension);
    let codes = Codes::new(codes, dimension);
    for _ in 0..REFINEMENTS {
        graph.refine(&codes);
    }
    graph.connect(&codes);
    graph
}

fn insert_all(codes: &[i8], dimension: usize) -> FlatGraph {
    let count = codes.len() / dimension;
    let hnsw = Hnsw::<i8, CodeDistance>::new(M, count, MAX_LAYERS, EF_CONSTRUCTION, CodeDistance);
    let points: Vec<(&[i8], usize)> = codes.chunks_exact(dimension).zip(0..).collect();
    hnsw.parallel_insert_slice(&points);

    let mut layers: Vec<Vec<(u32, Vec<u32>)>> = Vec::new();
    for point in hnsw.get_point_indexation() {
        let own = point.get_origin_id() as u32;
        let top = usize::from(point.get_point_id().0);
        for (level, neighbours) in point.get_neighborhood_id().iter().enumerate().take(top + 1) {
            if layers.len() <= level {
                layers.resize_with(level + 1, Vec::new);
            }
            let ids = neighbours.iter().map(|n| n.d_id as u32).collect();
            layers[level].push((own, ids));
        }
    }
    let layers: Vec<Layer> = layers.into_iter().map(Layer::new).collect();
    let entry = layers
        .last()
        .and_then(|top| top.nodes().first().copied())
        .unwrap_or(0);
    FlatGraph { entry, layers }
}

#[cfg(test)]
mod tests {
    #[cfg(unix)]
    use std::sync::Arc;

    use super::super::graph::{Beam, MappedGraph, RowTest};
    #[cfg(unix)]
    use super::super::nearest;
    use super::*;
    #[cfg(unix)]
    use crate::embed::Alignment;
    use crate::index::store::codes::{CodeRows, encode};
    use crate::index::store::effort::Effort;
    use crate::index::store::position::LocalRow;
    use crate::index::store::row_reads::SpotReads;
    use crate::index::store::rows::{RowRecord, Rows, SegmentRows};
    use crate::kernel::dot::dot;

    /// Unit vectors around a few centres, as embeddings lie.
    fn clustered(count: usize, dimension: usize) -> Vec<f32> {
        let mut state = 7u64;
        let mut random = || {
            state = state
                .wrapping_mul(6364136223846793005)
                .wrapping_add(1442695040888963407);
            ((state >> 40) as f32 / (1u64 << 24) as f32) - 0.5
        };
        let centres: Vec<f32> = (0..20 * dimension).map(|_| random()).collect();
        let mut rows = Vec::with_capacity(count * dimension);
        for row in 0..count {
            let centre = &centres[(row % 20) * dimension..][..dimension];
            let point: Vec<f32> = centre.iter().map(|c| c + 0.5 * random()).collect();
            let norm = dot(&point, &point).sqrt();
            rows.extend(point.iter().map(|v| v / norm));
        }
        rows
    }

    fn coded(count: usize, dimension: usize) -> Vec<i8> {
        let mut codes = Vec::new();
        for row in clustered(count, dimension).chunks_exact(dimension) {
            encode(row, &mut codes);
        }
        codes
    }

    /// Rows by their scores, best first.
    fn exact(codes: &[i8], query: &[i8]) -> Vec<(i32, usize)> {
        let rows = codes.chunks_exact(query.len()).zip(0..);
        let mut all: Vec<(i32, usize)> = rows
            .map(|(code, row)| (-dot_i8(query, code), row))
            .collect();
        all.sort_unstable();
        all
    }

    /// What a graph finds with 64 candidates.
    fn search(graph: &MappedGraph, codes: &[i8], query: &[i8], keep: Option<&RowTest>) -> Vec<u32> {
        let codes = CodeRows::in_memory(codes);
        let found = graph.search(codes, query, 64, Beam::of_candidates(64), keep);
        found.unwrap().rows
    }

    #[test]
    fn the_graph_finds_what_the_scan_finds_and_every_row_itself() {
        let (count, dimension) = (3000, 32);
        let codes = coded(count, dimension);
        let dir = tempfile::tempdir().unwrap();
        let entry = build(&codes, dimension).write(dir.path(), 1).unwrap();
        let graph = MappedGraph::open(dir.path(), &entry, count, Effort::default()).unwrap();
        assert_eq!(graph.unreachable(), 0);

        let mut common = 0;
        for row in 0..count {
            let query = &codes[row * dimension..][..dimension];
            let found = search(&graph, &codes, query, None);
            let score = |row: u32| dot_i8(query, &codes[row as usize * dimension..][..dimension]);
            assert_eq!(score(found[0]), dot_i8(query, query), "row {row}");
            if row % 10 == 0 {
                let tenth = -exact(&codes, query)[9].0;
                common += found[..10]
                    .iter()
                    .filter(|row| score(**row) >= tenth)
                    .count();
                // A filter is applied while searching: as many rows are found, all of them kept.
                let odd = |row: LocalRow| row.get() % 2 == 1;
                let found = search(&graph, &codes, query, Some(&odd));
                assert!(found.len() == 64 && found.iter().all(|row| row % 2 == 1));
                let tenth = exact(&codes, query)
                    .into_iter()
                    .filter(|(_, row)| odd(LocalRow::new(*row)))
                    .nth(9);
                let tenth = -tenth.unwrap().0;
                common += found[..10]
                    .iter()
                    .filter(|row| score(**row) >= tenth)
                    .count();
            }
        }
        assert!(
            common * 100 >= 99 * 2 * count,
            "recall {common} of {}",
            2 * count
        );
    }

    #[cfg(unix)]
    #[test]
    fn reading_row_by_row_finds_the_same_or_gives_up() {
        let (count, dimension) = (3000, 32);
        let vectors = clustered(count, dimension);
        let mut codes = Vec::new();
        let errors = vectors.chunks_exact(dimension);
        let error = errors
            .map(|row| encode(row, &mut codes))
            .fold(0f32, f32::max);
        let dir = tempfile::tempdir().unwrap();
        let entry = build(&codes, dimension).write(dir.path(), 1).unwrap();
        // So little work that a scan is more.
        let effort = Effort {
            slack: 1.1,
            compared: 200,
        };
        let graph = MappedGraph::open(dir.path(), &entry, count, effort).unwrap();
        let file = |name: &str, bytes: &[u8]| {
            let path = dir.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            Arc::new(std::fs::File::open(path).unwrap())
        };
        let vector_bytes: &[u8] = bytemuck::cast_slice(&vectors);
        let vector_file = file("vectors", vector_bytes);
        let code_file = file("codes", bytemuck::cast_slice(&codes));
        let record = RowRecord {
            inverse_length: 1.0,
            terms: 0,
            language: 0,
        };
        let records = vec![record; count];
        let mut gave_up = 0;
        for row in (0..count).step_by(50) {
            let probe = Alignment::plain_probe(&vectors[row * dimension..][..dimension]);
            let found = |reads: usize| {
                let vector_reads = SpotReads::of(vector_file.clone(), 0..vector_bytes.len(), reads);
                let code_reads = SpotReads::of(code_file.clone(), 0..codes.len(), reads);
                let part = SegmentRows {
                    files: Some((&vector_reads, &code_reads)),
                    ..SegmentRows::of_vectors(&vectors, &codes, error, &records)
                };
                let rows = Rows::new(dimension, vec![part], Vec::new(), false);
                let found = nearest(&rows, &[Some(&graph)], &probe, 10, 10, None);
                (found, vector_reads.left(), code_reads.left())
            };
            let (mapped, ..) = found(0);
            assert_eq!(mapped.as_ref().unwrap().len(), 10);
            let (read, vectors_left, codes_left) = found(100_000);
            assert_eq!(read, mapped);
            assert!(vectors_left < 99_991 && codes_left < 99_991);
            // Less than will be wanted.
            gave_up += usize::from(found(150).0.is_err());
        }
        // How soon a graph is found to be too much differs from one to the next.
        assert!(gave_up > 0);
    }

    #[test]
    fn rows_that_are_alike_are_found() {
        let (count, dimension) = (900, 32);
        let mut codes = coded(count / 9, dimension);
        codes = codes.repeat(9);
        let dir = tempfile::tempdir().unwrap();
        let entry = build(&codes, dimension).write(dir.path(), 1).unwrap();
        let graph = MappedGraph::open(dir.path(), &entry, count, Effort::default()).unwrap();
        assert_eq!(graph.unreachable(), 0);
        let mut common = 0;
        for row in 0..count / 9 {
            let query = &codes[row * dimension..][..dimension];
            let found = search(&graph, &codes, query, None);
            let alike = |found: &&u32| **found as usize % (count / 9) == row;
            common += found[..9].iter().filter(alike).count();
        }
        assert!(common >= count, "{common} of {count}");
    }

    #[test]
    fn damaged_graphs_are_refused_or_searched_without_a_panic() {
        let codes = coded(300, 8);
        let dir = tempfile::tempdir().unwrap();
        let entry = build(&codes, 8).write(dir.path(), 1).unwrap();
        let path = dir.path().join(&entry.name);
        let whole = std::fs::read(&path).unwrap();
        for at in (0..whole.len()).step_by(37) {
            let mut damaged = whole.clone();
            damaged[at] ^= 0xff;
            std::fs::write(&path, &damaged).unwrap();
            if let Ok(graph) = MappedGraph::open(dir.path(), &entry, 300, Effort::default()) {
                let found = search(&graph, &codes, &codes[..8], None);
                assert!(found.iter().all(|row| *row < 300));
                graph.unreachable();
            }
        }
        std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
        assert!(MappedGraph::open(dir.path(), &entry, 300, Effort::default()).is_err());
    }
}
