//! The frozen graph: flat arrays in a file that opens at once, and our own search over them.
//!
//! File, all little-endian u32 after the magic: rows, entry, layers; then for each layer the number
//! of nodes `n` and of neighbours `m`, `n` ascending nodes, `n + 1` offsets, `m` neighbours.

use std::collections::BinaryHeap;
use std::ops::Range;
use std::path::Path;

use memmap2::Mmap;

use super::manifest::FileEntry;
use super::scan::{Hit, scan};
use super::segment_writer::HashedFile;
use crate::error::{Error, Result};
use crate::kernel::dot::dot;
use crate::mmap;

pub const EXTENSION: &str = ".graph";
const MAGIC: &[u8; 8] = b"TANEGRF1";

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

    /// Makes every node reachable from `entry`: one that is not is linked from its nearest
    /// reachable row. Only for the lowest layer, whose nodes are all rows.
    pub fn connect(&mut self, entry: u32, rows: &[f32], dimension: usize) {
        let mut reached = vec![false; self.nodes.len()];
        self.reach(entry as usize, &mut reached);
        for node in 0..self.nodes.len() {
            if reached[node] {
                continue;
            }
            let row = &rows[node * dimension..][..dimension];
            let score = |other: usize| {
                reached[other].then(|| dot(row, &rows[other * dimension..][..dimension]))
            };
            let nearest = scan(self.nodes.len(), 1, score);
            let Some(nearest) = nearest.first() else {
                return;
            };
            self.neighbours[nearest.row].push(node as u32);
            self.reach(node, &mut reached);
        }
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
    /// Writes the graph of a generation.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn write(&self, dir: &Path, generation: u64) -> Result<FileEntry> {
        let name = format!("{generation:08}{EXTENSION}");
        let mut file = HashedFile::create(&dir.join(format!("{name}.tmp")))?;
        file.write(MAGIC)?;
        let rows = self.layers.first().map_or(0, |base| base.nodes.len());
        let mut numbers = |numbers: &[u32]| {
            let bytes: Vec<u8> = numbers.iter().flat_map(|n| n.to_le_bytes()).collect();
            file.write(&bytes)
        };
        numbers(&[rows as u32, self.entry, self.layers.len() as u32])?;
        for layer in &self.layers {
            let mut offsets = vec![0u32];
            let mut total = 0u32;
            for list in &layer.neighbours {
                total += list.len() as u32;
                offsets.push(total);
            }
            numbers(&[layer.nodes.len() as u32, total])?;
            numbers(&layer.nodes)?;
            numbers(&offsets)?;
            for list in &layer.neighbours {
                numbers(list)?;
            }
        }
        file.finish(dir, &name)
    }
}

/// A graph file, open for searching.
pub struct MappedGraph {
    bytes: Mmap,
    rows: usize,
    entry: usize,
    layers: Vec<LayerAt>,
}

/// Where a layer's arrays lie, in u32s from the start of the file.
struct LayerAt {
    nodes: Range<usize>,
    offsets: usize,
    neighbours: Range<usize>,
}

impl MappedGraph {
    /// Opens a graph over `rows` rows; checks that its arrays fill the file.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::Corrupt`].
    pub fn open(dir: &Path, entry: &FileEntry, rows: usize) -> Result<Self> {
        let path = dir.join(&entry.name);
        let bytes = mmap::map(&path)?;
        let corrupt = |what, expected: String, received: String| Error::Corrupt {
            path: path.clone(),
            what,
            expected,
            received,
        };
        if bytes.len() as u64 != entry.bytes || !bytes.starts_with(MAGIC) {
            return Err(corrupt(
                "length of the graph",
                entry.bytes.to_string(),
                bytes.len().to_string(),
            ));
        }
        let mut graph = Self {
            bytes,
            rows,
            entry: 0,
            layers: Vec::new(),
        };
        graph.read_layers().ok_or_else(|| {
            corrupt(
                "graph",
                format!("layers over {rows} rows"),
                "something else".to_owned(),
            )
        })?;
        Ok(graph)
    }

    fn read_layers(&mut self) -> Option<()> {
        if self.number(2)? != self.rows {
            return None;
        }
        self.entry = self.number(3)?;
        let count = self.number(4)?;
        let mut at = 5usize;
        for _ in 0..count {
            let (nodes, neighbours) = (self.number(at)?, self.number(at + 1)?);
            let start = at + 2;
            let offsets = start.checked_add(nodes)?;
            let first = offsets.checked_add(nodes + 1)?;
            at = first.checked_add(neighbours)?;
            self.layers.push(LayerAt {
                nodes: start..offsets,
                offsets,
                neighbours: first..at,
            });
        }
        let base = self.layers.first()?;
        (at * 4 == self.bytes.len() && base.nodes.len() == self.rows && self.entry < self.rows)
            .then_some(())
    }

    /// The `at`th u32 of the file.
    fn number(&self, at: usize) -> Option<usize> {
        let bytes = self.bytes.get(at * 4..at * 4 + 4)?;
        Some(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) as usize)
    }

    /// The neighbours of a node that are rows.
    fn neighbours(&self, layer: &LayerAt, position: usize) -> impl Iterator<Item = usize> {
        let bound = |at: usize| self.number(layer.offsets + at).unwrap_or(0);
        let all = layer.neighbours.len();
        let (start, end) = (bound(position).min(all), bound(position + 1).min(all));
        (start..end.max(start))
            .filter_map(move |i| self.number(layer.neighbours.start + i))
            .filter(|node| *node < self.rows)
    }

    /// Where a node stands in an upper layer.
    fn position(&self, layer: &LayerAt, node: usize) -> Option<usize> {
        let (mut low, mut high) = (0, layer.nodes.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            match self.number(layer.nodes.start + middle)?.cmp(&node) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return Some(middle),
            }
        }
        None
    }

    /// About the `count` rows that score best, best first; `ef` (at least `count`) candidates are kept.
    pub fn search(&self, score: impl Fn(usize) -> f32, count: usize, ef: usize) -> Vec<Hit> {
        let score = |row: usize| Hit {
            row,
            score: score(row),
        };
        let mut nearest = score(self.entry);
        for layer in self.layers.iter().skip(1).rev() {
            while let Some(position) = self.position(layer, nearest.row) {
                let better = self
                    .neighbours(layer, position)
                    .map(score)
                    .max_by(|a, b| b.order(a));
                match better {
                    Some(hit) if hit.score > nearest.score => nearest = hit,
                    _ => break,
                }
            }
        }
        let Some(base) = self.layers.first() else {
            return Vec::new();
        };
        let ef = ef.max(count);
        let mut visited = vec![0u64; self.rows.div_ceil(64)];
        let mut visit = |row: usize| {
            let (word, bit) = (row / 64, 1u64 << (row % 64));
            let first = visited[word] & bit == 0;
            visited[word] |= bit;
            first
        };
        visit(nearest.row);
        let mut open = BinaryHeap::from([Nearest(nearest)]);
        let mut kept = BinaryHeap::from([std::cmp::Reverse(Nearest(nearest))]);
        while let Some(Nearest(hit)) = open.pop() {
            let full = kept.len() >= ef;
            if full && kept.peek().is_some_and(|worst| hit.score < worst.0.0.score) {
                break;
            }
            for row in self.neighbours(base, hit.row) {
                if !visit(row) {
                    continue;
                }
                let next = score(row);
                if kept.len() < ef
                    || kept
                        .peek()
                        .is_some_and(|worst| next.score > worst.0.0.score)
                {
                    open.push(Nearest(next));
                    kept.push(std::cmp::Reverse(Nearest(next)));
                    if kept.len() > ef {
                        kept.pop();
                    }
                }
            }
        }
        let mut hits: Vec<Hit> = kept.into_iter().map(|hit| hit.0.0).collect();
        hits.sort_by(Hit::order);
        hits.truncate(count);
        hits
    }
}

/// Ordered by score: the nearest is the greatest.
struct Nearest(Hit);

impl PartialEq for Nearest {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Nearest {}

impl PartialOrd for Nearest {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Nearest {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        other.0.order(&self.0)
    }
}
