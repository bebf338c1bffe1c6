//! hnsw_rs behind one file: it builds the graph, which is then frozen into a flat one.
//!
//! What is kept from it here: its own dot distance panics on unit vectors, so it is given ours; its
//! dumps must be deserialised and may end the process on a bad file, so none is written.
//!
//! Source: Malkov and Yashunin 2016, <https://arxiv.org/abs/1603.09320>.

use hnsw_rs::prelude::{Distance, Hnsw};

use super::graph::{FlatGraph, Layer};
use crate::kernel::dot::dot;

/// Neighbours a point keeps in the upper layers; twice as many in the lowest.
const M: usize = 16;
/// Candidates looked at while a point is inserted.
const EF_CONSTRUCTION: usize = 200;
const MAX_LAYERS: usize = 16;

/// 1 - cosine of two vectors of length 1; never negative, which hnsw_rs relies on.
struct CosineDistance;

impl Distance<f32> for CosineDistance {
    fn eval(&self, a: &[f32], b: &[f32]) -> f32 {
        (1.0 - dot(a, b)).max(0.0)
    }
}

/// Builds a graph over `rows` (`[n, dimension]`, row-major, of length 1).
pub fn build(rows: &[f32], dimension: usize) -> FlatGraph {
    let count = rows.len() / dimension;
    let hnsw =
        Hnsw::<f32, CosineDistance>::new(M, count, MAX_LAYERS, EF_CONSTRUCTION, CosineDistance);
    let points: Vec<(&[f32], usize)> = rows.chunks_exact(dimension).zip(0..).collect();
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
    let mut layers: Vec<Layer> = layers.into_iter().map(Layer::new).collect();
    let entry = layers
        .last()
        .and_then(|top| top.nodes().first().copied())
        .unwrap_or(0);
    if let Some(base) = layers.first_mut() {
        base.connect(entry, rows, dimension);
    }
    FlatGraph { entry, layers }
}

#[cfg(test)]
mod tests {
    use super::super::graph::MappedGraph;
    use super::super::scan::scan;
    use super::*;
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

    #[test]
    fn the_graph_finds_what_the_scan_finds() {
        let (count, dimension) = (3000, 32);
        let rows = clustered(count, dimension);
        let dir = tempfile::tempdir().unwrap();
        let entry = build(&rows, dimension).write(dir.path(), 1).unwrap();
        let graph = MappedGraph::open(dir.path(), &entry, count).unwrap();

        let (mut common, mut found_itself) = (0, 0);
        for row in (0..count).step_by(10) {
            let vector = |row: usize| &rows[row * dimension..][..dimension];
            let score = |other: usize| dot(vector(row), vector(other));
            let exact = scan(count, 10, |other| Some(score(other)));
            let hits = graph.search(score, 10, 64);
            common += hits
                .iter()
                .filter(|h| exact.iter().any(|e| e.row == h.row))
                .count();
            found_itself += usize::from(hits[0].score > 0.999_999);
        }
        assert_eq!(found_itself, count / 10);
        assert!(common * 100 >= 99 * count, "recall {common} of {count}");
    }

    #[test]
    fn damaged_graphs_are_refused_or_searched_without_a_panic() {
        let rows = clustered(300, 8);
        let dir = tempfile::tempdir().unwrap();
        let entry = build(&rows, 8).write(dir.path(), 1).unwrap();
        let path = dir.path().join(&entry.name);
        let whole = std::fs::read(&path).unwrap();
        for at in (0..whole.len()).step_by(37) {
            let mut damaged = whole.clone();
            damaged[at] ^= 0xff;
            std::fs::write(&path, &damaged).unwrap();
            if let Ok(graph) = MappedGraph::open(dir.path(), &entry, 300) {
                let score = |row: usize| dot(&rows[row * 8..][..8], &rows[..8]);
                let hits = graph.search(score, 10, 64);
                assert!(hits.iter().all(|h| h.row < 300));
            }
        }
        std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
        assert!(MappedGraph::open(dir.path(), &entry, 300).is_err());
    }
}
