//! The fuzzy graph of nearest neighbours, section 3.1 of the UMAP paper (see [`curve`](super::curve)).

use std::ops::Range;

use rayon::prelude::*;

use super::curve::exp;

/// Points computed by one task. A fixed number: sums are taken in the same order on any number of threads.
const BLOCK: usize = 1024;

/// The nearest neighbours of `n` points, as flat arrays.
#[derive(Clone, Copy, Debug)]
pub struct Neighbours<'a> {
    /// Entries of a point.
    pub each: usize,
    /// `[n][each]`: numbers of points. [`Neighbours::NONE`] fills the entries of a point that has fewer.
    pub ids: &'a [u32],
    /// `[n][each]`: distances, for vectors `1 - cosine`.
    pub distances: &'a [f32],
}

impl<'a> Neighbours<'a> {
    /// An entry without a neighbour.
    pub const NONE: u32 = u32::MAX;

    /// The usable entries of `point`, ascending by number: no entry names the point itself, a point that does not exist,
    /// or a point twice, and no distance is negative or not a number.
    fn of(&self, point: usize, n: usize) -> Vec<(u32, f32)> {
        let entries =
            point.saturating_mul(self.each)..point.saturating_add(1).saturating_mul(self.each);
        let (ids, distances) = (at(self.ids, entries.clone()), at(self.distances, entries));
        let mut row: Vec<(u32, f32)> = ids
            .iter()
            .zip(distances)
            .filter(|&(&id, distance)| {
                (id as usize) < n && id as usize != point && distance.is_finite()
            })
            .map(|(&id, &distance)| (id, distance.max(0.0)))
            .collect();
        row.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        row.dedup_by_key(|entry| entry.0);
        row
    }
}

/// The part of `slice` in `range` that exists.
fn at<T>(slice: &[T], range: Range<usize>) -> &[T] {
    slice
        .get(range.start..range.end.min(slice.len()))
        .unwrap_or_default()
}

/// A symmetric graph: every edge is in the rows of both its ends, with one weight in (0, 1].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Graph {
    /// `[n + 1]`: where the row of a point begins in `ids` and `weights`.
    starts: Vec<usize>,
    ids: Vec<u32>,
    weights: Vec<f32>,
}

impl Graph {
    /// The fuzzy union of the neighbourhoods of `n` points.
    pub fn new(n: usize, neighbours: &Neighbours) -> Self {
        let directed = directed(n, neighbours);
        let reversed = directed.reversed();
        let rows: Vec<Self> = blocks(n)
            .into_par_iter()
            .map(|block| {
                let mut part = Self {
                    starts: vec![0],
                    ..Self::default()
                };
                for point in block {
                    union(directed.row(point), reversed.row(point), &mut part);
                }
                part
            })
            .collect();
        Self::joined(rows)
    }

    /// Number of points.
    pub fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// The neighbours of a point, ascending by number, and the weights of its edges.
    pub fn row(&self, point: usize) -> (&[u32], &[f32]) {
        match (self.starts.get(point), self.starts.get(point + 1)) {
            (Some(&start), Some(&end)) => {
                (at(&self.ids, start..end), at(&self.weights, start..end))
            }
            _ => (&[], &[]),
        }
    }

    /// The same points with the edges turned round.
    fn reversed(&self) -> Self {
        let n = self.len();
        let mut starts = vec![0; n + 1];
        for &id in &self.ids {
            starts[id as usize + 1] += 1;
        }
        for point in 0..n {
            starts[point + 1] += starts[point];
        }
        let mut next = starts.clone();
        let (mut ids, mut weights) = (vec![0; self.ids.len()], vec![0.0; self.ids.len()]);
        for point in 0..n {
            let (row, row_weights) = self.row(point);
            for (&id, &weight) in row.iter().zip(row_weights) {
                let place = &mut next[id as usize];
                ids[*place] = point as u32;
                weights[*place] = weight;
                *place += 1;
            }
        }
        Self {
            starts,
            ids,
            weights,
        }
    }

    /// Joins the rows of consecutive blocks of points.
    fn joined(parts: Vec<Self>) -> Self {
        let mut whole = Self {
            starts: vec![0],
            ..Self::default()
        };
        for part in parts {
            let before = whole.ids.len();
            whole
                .starts
                .extend(part.starts.iter().skip(1).map(|start| before + start));
            whole.ids.extend_from_slice(&part.ids);
            whole.weights.extend_from_slice(&part.weights);
        }
        whole
    }

    fn end_row(&mut self) {
        self.starts.push(self.ids.len());
    }

    fn push(&mut self, id: u32, weight: f32) {
        self.ids.push(id);
        self.weights.push(weight);
    }
}

/// The numbers from 0 to `n` in blocks of a fixed length.
fn blocks(n: usize) -> Vec<Range<usize>> {
    (0..n)
        .step_by(BLOCK)
        .map(|start| start..(start + BLOCK).min(n))
        .collect()
}

/// The likeness that each point gives to each of its neighbours.
fn directed(n: usize, neighbours: &Neighbours) -> Graph {
    let rows: Vec<Vec<Vec<(u32, f32)>>> = blocks(n)
        .into_par_iter()
        .map(|block| block.map(|point| neighbours.of(point, n)).collect())
        .collect();
    let (sum, count) = rows
        .iter()
        .flatten()
        .flatten()
        .fold((0.0, 0.0), |(sum, count), &(_, distance)| {
            (sum + f64::from(distance), count + 1.0)
        });
    let mean = if count > 0.0 {
        (sum / count) as f32
    } else {
        0.0
    };
    let parts: Vec<Graph> = rows
        .into_par_iter()
        .map(|block| {
            let mut part = Graph {
                starts: vec![0],
                ..Graph::default()
            };
            for row in block {
                let (nearest, scale) = smooth(&row, mean);
                for (id, distance) in row {
                    let beyond = distance - nearest;
                    part.push(
                        id,
                        if beyond <= 0.0 || scale <= 0.0 {
                            1.0
                        } else {
                            exp(-beyond / scale)
                        },
                    );
                }
                part.end_row();
            }
            part
        })
        .collect();
    Graph::joined(parts)
}

/// The distance of the nearest neighbour that is not a duplicate (rho), and the scale (sigma) at which the likenesses of a
/// point add up to the logarithm to base 2 of the number of its neighbours, itself included.
///
/// `mean`: mean distance of all pairs. The scale is at least a thousandth of the mean of the row, or of all pairs if there
/// are only duplicates, as in umap-learn: otherwise equal distances would make it 0.
fn smooth(row: &[(u32, f32)], mean: f32) -> (f32, f32) {
    if row.is_empty() {
        return (0.0, 0.0);
    }
    let nearest = row
        .iter()
        .map(|entry| entry.1)
        .filter(|&distance| distance > 0.0)
        .fold(f32::INFINITY, f32::min);
    let nearest = if nearest.is_finite() { nearest } else { 0.0 };
    let wanted = (row.len() as f32 + 1.0).log2();
    let (mut low, mut high, mut scale) = (0.0, f32::INFINITY, 1.0);
    for _ in 0..64 {
        let sum: f32 = row
            .iter()
            .map(|&(_, distance)| {
                if distance > nearest {
                    exp(-(distance - nearest) / scale)
                } else {
                    1.0
                }
            })
            .sum();
        if (sum - wanted).abs() < 1e-5 {
            break;
        }
        if sum > wanted {
            high = scale;
            scale = (low + high) / 2.0;
        } else {
            low = scale;
            scale = if high.is_finite() {
                (low + high) / 2.0
            } else {
                (scale * 2.0).min(1e30)
            };
        }
    }
    let own = row.iter().map(|entry| entry.1).sum::<f32>() / row.len() as f32;
    (
        nearest,
        scale.max(1e-3 * if nearest > 0.0 { own } else { mean }),
    )
}

/// Appends the fuzzy union `a + b - a * b` of two rows that ascend by number.
fn union(
    (left, left_weights): (&[u32], &[f32]),
    (right, right_weights): (&[u32], &[f32]),
    out: &mut Graph,
) {
    let mut a = left
        .iter()
        .copied()
        .zip(left_weights.iter().copied())
        .peekable();
    let mut b = right
        .iter()
        .copied()
        .zip(right_weights.iter().copied())
        .peekable();
    loop {
        match (a.peek().copied(), b.peek().copied()) {
            (Some((id, one)), Some((other, two))) if id == other => {
                out.push(id, one + two - one * two);
                a.next();
                b.next();
            }
            (Some((id, weight)), other) if other.is_none_or(|(other, _)| id < other) => {
                out.push(id, weight);
                a.next();
            }
            (_, Some((id, weight))) => {
                out.push(id, weight);
                b.next();
            }
            (Some(_), None) | (None, None) => break,
        }
    }
    out.end_row();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_edge_is_in_both_rows_with_one_weight() {
        let ids = [1, 2, 2, 0, 3, 0, 2, Neighbours::NONE];
        let distances = [0.1, 0.3, 0.2, 0.1, 0.1, 0.3, 0.1, 0.0];
        let graph = Graph::new(
            4,
            &Neighbours {
                each: 2,
                ids: &ids,
                distances: &distances,
            },
        );
        for point in 0..4 {
            let (row, weights) = graph.row(point);
            for (&other, weight) in row.iter().zip(weights) {
                let (back, back_weights) = graph.row(other as usize);
                let place = back.iter().position(|&id| id as usize == point).unwrap();
                assert_eq!(*weight, back_weights[place]);
                assert!(*weight > 0.0 && *weight <= 1.0);
            }
        }
        assert_eq!(graph.row(0).0, [1, 2]);
    }

    #[test]
    fn likenesses_add_up_to_the_logarithm_of_the_number_of_neighbours() {
        let row: Vec<(u32, f32)> = (0..15).map(|id| (id, 0.1 + 0.01 * id as f32)).collect();
        let (nearest, scale) = smooth(&row, 0.2);
        let sum: f32 = row
            .iter()
            .map(|&(_, distance)| (-(distance - nearest) / scale).exp())
            .sum();
        assert_eq!(nearest, 0.1);
        assert!((sum - 4.0).abs() < 1e-3, "{sum}");
    }

    #[test]
    fn entries_that_make_no_sense_are_left_out() {
        let ids = [0, 1, 9, Neighbours::NONE, 1, 0, 0, 0];
        let distances = [0.0, f32::NAN, 0.1, 0.1, -1.0, f32::INFINITY, 0.2, 0.2];
        let graph = Graph::new(
            2,
            &Neighbours {
                each: 4,
                ids: &ids,
                distances: &distances,
            },
        );
        assert_eq!(graph.row(0).0, [1]);
        assert_eq!(graph.row(1).0, [0]);
        let graph = Graph::new(
            3,
            &Neighbours {
                each: 4,
                ids: &ids,
                distances: &distances[..3],
            },
        );
        assert_eq!(graph.len(), 3);
        assert_eq!(graph.row(7), (&[][..], &[][..]));
    }
}
