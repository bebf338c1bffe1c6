//! The places of points on the map: UMAP's attraction and repulsion on given nearest neighbours.
//!
//! McInnes, Healy, Melville, "UMAP: Uniform Manifold Approximation and Projection for Dimension Reduction", 2018. The
//! edges, the weights, the curve, the schedule of samples and the falling step are those of umap-learn 0.5.
//!
//! One thing differs. umap-learn moves both ends of an edge in place, so that the result depends on which thread comes
//! first. Here every point moves on its own through its own edges, while the others stay where they were at the end of
//! the last epoch. So all points can move at once, and the result has the same bits on any number of threads.

use rayon::prelude::*;

use super::curve::{Curve, power};
use super::graph::Graph;
use super::orient::oriented;
use super::random::{random, signed_unit};

/// Points moved by one task: short enough for 16 cores at 10,000 points, long enough to hide the cost of a task.
const BLOCK: usize = 128;
/// Repulsions computed at once: the width of the narrowest vector registers that tane meets.
const LANES: usize = 4;
/// No repulsion moves a point further than this in one direction, before the step is applied.
const LIMIT: f32 = 4.0;
/// Share of the way to a neighbour that a point moves at most. Both ends move at once, so they meet halfway. Without this
/// limit they would change places, again and again, until the step is small: of 100,000 points, near copies of 10,000,
/// fewer found each other.
const MEETING: f32 = 0.5;
/// Half the width of the start. The curve's unit is 1.
const START: f32 = 10.0;

/// How points are laid out.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// Rounds over all edges. `None`: 500 up to 10,000 points, as in umap-learn, and 400 above, where umap-learn has 200:
    /// points that move at once need more rounds than points that move in turn, and a round costs less than half.
    pub epochs: Option<usize>,
    /// Distance on the map up to which points count as equal, in units of `spread`. Default 0.1.
    pub minimum_distance: f32,
    /// Distance on the map over which likeness falls to a third. Default 1.
    pub spread: f32,
    /// Repulsions for each attraction. Default 5.
    pub repulsions: usize,
    /// Share of the way to the middle that a point falls in an epoch, before the step is applied. Default 0.05.
    ///
    /// umap-learn has no such force. There, a small group that no edge holds is thrown out to where nothing pushes it
    /// any more, and the picture is mostly empty. Trustworthiness at 10 with 0.01, 0.03, 0.05 and 0.1: 0.909, 0.909, 0.902,
    /// 0.902 on 869 articles; 0.943, 0.945, 0.941, 0.941 on 10,000 passages.
    pub gravity: f32,
    /// Seed of the repulsions. Any number does; the default is 42.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            epochs: None,
            minimum_distance: 0.1,
            spread: 1.0,
            repulsions: 5,
            gravity: 0.05,
            seed: 42,
        }
    }
}

impl Options {
    /// Rounds over the edges of `n` points.
    pub fn epochs_of(&self, n: usize) -> usize {
        self.epochs.unwrap_or(if n <= 10_000 { 500 } else { 400 })
    }
}

/// Lays out the points of `graph`.
///
/// `start`: the two first principal components of each point; a missing one counts as the origin. The result has a place
/// in [-1, 1] for each point, the longer side first (see [`oriented`]). It is finite whatever comes in. A point without
/// an edge stays at its start.
pub fn layout(graph: &Graph, start: &[[f32; 2]], options: &Options) -> Vec<[f32; 2]> {
    let n = graph.len();
    let start = spread_out(n, start, options.seed);
    let epochs = options.epochs_of(n);
    let edges = Edges::new(graph, epochs);
    let forces = Forces {
        curve: Curve::fitted(options.minimum_distance, options.spread),
        repulsions: options.repulsions.min(1000),
        gravity: if options.gravity.is_finite() {
            options.gravity.clamp(0.0, 0.5)
        } else {
            0.0
        },
        seed: options.seed,
    };
    let mut places = start.clone();
    let mut next = places.clone();
    for epoch in 0..epochs {
        let step = 1.0 - epoch as f32 / epochs as f32;
        next.par_chunks_mut(BLOCK)
            .enumerate()
            .for_each(|(block, next)| {
                for (offset, place) in next.iter_mut().enumerate() {
                    *place = forces.moved(block * BLOCK + offset, &places, &edges, epoch, step);
                }
            });
        std::mem::swap(&mut places, &mut next);
    }
    oriented(&places, &start)
}

/// The start scaled to a width of 20, with a thousandth of noise so that no two points stand on the same spot: points on
/// one spot have no direction to leave each other.
///
/// Halfway between the values and their ranks: one far group would otherwise press all others together, and as forces
/// end a few units away, the map would stay so.
fn spread_out(n: usize, start: &[[f32; 2]], seed: u64) -> Vec<[f32; 2]> {
    let mut out = vec![[0.0; 2]; n];
    for axis in 0..2 {
        let clean = |point: usize| {
            let value = start.get(point).map_or(0.0, |place| place[axis]);
            if value.is_finite() {
                value.clamp(-1e15, 1e15)
            } else {
                0.0
            }
        };
        let widest = (0..n).fold(0.0f32, |widest, point| widest.max(clean(point).abs()));
        let scale = if widest > 1e-30 { 1.0 / widest } else { 0.0 };
        let mut order: Vec<u32> = (0..n as u32).collect();
        order.sort_by(|&a, &b| {
            clean(a as usize)
                .total_cmp(&clean(b as usize))
                .then(a.cmp(&b))
        });
        let mut before = 0;
        // Equal values share a rank, so that duplicates start together.
        for equal in order.chunk_by(|&a, &b| clean(a as usize) == clean(b as usize)) {
            let middle = before as f32 + equal.len() as f32 / 2.0;
            before += equal.len();
            let rank = 2.0 * middle / n as f32 - 1.0;
            for &point in equal {
                let noise = 1e-3 * signed_unit(random(seed, 2 * u64::from(point) + axis as u64));
                let value = (clean(point as usize) * scale + rank) / 2.0;
                out[point as usize][axis] = START * value + noise;
            }
        }
    }
    out
}

/// The edges of each point with the share of epochs in which each pulls.
struct Edges {
    /// `[n + 1]`: where the row of a point begins.
    starts: Vec<usize>,
    ids: Vec<u32>,
    /// Share of epochs in 2^-32.
    rates: Vec<u32>,
}

impl Edges {
    /// An edge pulls in a share of epochs that is its weight divided by the largest weight. Edges that would not pull once
    /// are left out.
    fn new(graph: &Graph, epochs: usize) -> Self {
        let n = graph.len();
        let largest = (0..n)
            .flat_map(|point| graph.row(point).1)
            .fold(0.0, |a: f32, &b| a.max(b));
        let mut edges = Self {
            starts: vec![0],
            ids: Vec::new(),
            rates: Vec::new(),
        };
        for point in 0..n {
            let (ids, weights) = graph.row(point);
            for (&id, &weight) in ids.iter().zip(weights) {
                let share = f64::from(weight) / f64::from(largest);
                if share * epochs as f64 >= 1.0 {
                    edges.ids.push(id);
                    edges.rates.push((share * f64::from(u32::MAX)) as u32);
                }
            }
            edges.starts.push(edges.ids.len());
        }
        edges
    }
}

/// What moves a point.
struct Forces {
    curve: Curve,
    repulsions: usize,
    gravity: f32,
    seed: u64,
}

impl Forces {
    /// The place of `point` after one epoch.
    fn moved(
        &self,
        point: usize,
        places: &[[f32; 2]],
        edges: &Edges,
        epoch: usize,
        step: f32,
    ) -> [f32; 2] {
        let mut place = places[point];
        let pull = step * self.gravity;
        place = [place[0] - pull * place[0], place[1] - pull * place[1]];
        let seed = random(self.seed ^ (epoch as u64) << 32, point as u64);
        let (mut count, mut owed) = (0, 0);
        for edge in edges.starts[point]..edges.starts[point + 1] {
            let rate = edges.rates[edge];
            // Each edge begins at its own phase, otherwise edges of one weight would pull in the same epochs.
            let phase = (edge as u32)
                .wrapping_mul(0x9e37_79b9)
                .wrapping_add((epoch as u32).wrapping_mul(rate));
            if !phase.overflowing_add(rate).1 {
                continue;
            }
            let other = places[edges.ids[edge] as usize];
            // umap-learn visits each edge once from either end and moves both ends: twice for each. One move of double
            // length costs half, and neighbours lie as well.
            self.attract(&mut place, other, 2.0 * step);
            owed += self.repulsions;
            while owed >= LANES {
                self.repel(&mut place, places, seed, &mut count, step);
                owed -= LANES;
            }
        }
        if owed > 0 {
            self.repel(
                &mut place,
                places,
                seed,
                &mut count,
                step * owed as f32 / LANES as f32,
            );
        }
        place
    }

    /// Moves `place` along the gradient of the edge to `other`.
    #[inline]
    fn attract(&self, place: &mut [f32; 2], other: [f32; 2], step: f32) {
        let Curve { a, b } = self.curve;
        let (x, y) = (place[0] - other[0], place[1] - other[1]);
        let square = x * x + y * y;
        if square < 1e-12 {
            return;
        }
        let power = power(square, b);
        let force = -2.0 * a * b * power / (square * (1.0 + a * power));
        let share = (step * force).max(-MEETING);
        place[0] += share * x;
        place[1] += share * y;
    }

    /// Moves `place` away from [`LANES`] points that the counter picks.
    #[inline]
    fn repel(
        &self,
        place: &mut [f32; 2],
        places: &[[f32; 2]],
        seed: u64,
        count: &mut u64,
        step: f32,
    ) {
        let Curve { a, b } = self.curve;
        let n = places.len() as u64;
        let (mut xs, mut ys) = ([0.0f32; LANES], [0.0f32; LANES]);
        for pair in 0..LANES / 2 {
            let bits = random(seed, *count);
            *count += 1;
            for (half, bits) in [bits >> 32, bits & 0xffff_ffff].into_iter().enumerate() {
                let other = places[((bits * n) >> 32) as usize];
                xs[2 * pair + half] = place[0] - other[0];
                ys[2 * pair + half] = place[1] - other[1];
            }
        }
        let (mut sum_x, mut sum_y) = ([0.0; LANES], [0.0; LANES]);
        for lane in 0..LANES {
            let (x, y) = (xs[lane], ys[lane]);
            // A point may pick itself. Its difference is 0, and so is its force.
            let square = x * x + y * y + 1e-12;
            let force = 2.0 * b / ((1e-3 + square) * (1.0 + a * power(square, b)));
            sum_x[lane] = limited(force * x);
            sum_y[lane] = limited(force * y);
        }
        place[0] += step * ((sum_x[0] + sum_x[1]) + (sum_x[2] + sum_x[3]));
        place[1] += step * ((sum_y[0] + sum_y[1]) + (sum_y[2] + sum_y[3]));
    }
}

#[inline]
fn limited(force: f32) -> f32 {
    let force = if force < LIMIT { force } else { LIMIT };
    if force > -LIMIT { force } else { -LIMIT }
}

#[cfg(test)]
mod tests {
    use super::super::graph::Neighbours;
    use super::super::principal::principal;
    use super::super::random::mix;
    use super::*;

    /// Points in `blobs` clouds on corners of a cube of eight dimensions, and their ten nearest neighbours.
    fn blobs(n: usize, blobs: usize) -> (Vec<[f32; 8]>, Vec<u32>, Vec<f32>) {
        let points: Vec<[f32; 8]> = (0..n)
            .map(|i| {
                std::array::from_fn(|axis| {
                    let corner = if (i % blobs) >> axis & 1 == 1 {
                        4.0
                    } else {
                        0.0
                    };
                    corner + signed_unit(random(axis as u64, i as u64))
                })
            })
            .collect();
        let (mut ids, mut distances) = (Vec::new(), Vec::new());
        for (number, point) in points.iter().enumerate() {
            let mut row: Vec<(f32, u32)> = points
                .iter()
                .enumerate()
                .filter(|&(other, _)| other != number)
                .map(|(id, other)| {
                    (
                        point
                            .iter()
                            .zip(other)
                            .map(|(a, b)| (a - b) * (a - b))
                            .sum(),
                        id as u32,
                    )
                })
                .collect();
            row.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            ids.extend(row.iter().take(10).map(|entry| entry.1));
            distances.extend(row.iter().take(10).map(|entry| entry.0.sqrt()));
        }
        (points, ids, distances)
    }

    fn laid(
        n: usize,
        each: usize,
        ids: &[u32],
        distances: &[f32],
        start: &[[f32; 2]],
    ) -> Vec<[f32; 2]> {
        let graph = Graph::new(
            n,
            &Neighbours {
                each,
                ids,
                distances,
            },
        );
        layout(
            &graph,
            start,
            &Options {
                epochs: Some(100),
                ..Options::default()
            },
        )
    }

    fn distance(a: [f32; 2], b: [f32; 2]) -> f32 {
        (a[0] - b[0]).hypot(a[1] - b[1])
    }

    fn check(places: &[[f32; 2]], n: usize) {
        assert_eq!(places.len(), n);
        assert!(
            places
                .iter()
                .flatten()
                .all(|x| x.is_finite() && x.abs() <= 1.0),
            "{places:?}"
        );
    }

    #[test]
    fn any_number_of_threads_gives_the_same_bits() {
        let (points, ids, distances) = blobs(700, 4);
        let run = |threads| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            pool.install(|| {
                let start = principal(points.len(), 8, |row| &points[row]);
                laid(points.len(), 10, &ids, &distances, &start)
            })
        };
        let one = run(1);
        let bits = |places: &[[f32; 2]]| {
            places
                .iter()
                .flatten()
                .map(|x| x.to_bits())
                .collect::<Vec<_>>()
        };
        assert_eq!(bits(&one), bits(&run(2)));
        assert_eq!(bits(&one), bits(&run(4)));
    }

    #[test]
    fn separate_clouds_stay_separate() {
        for clouds in [2, 4] {
            let (points, ids, distances) = blobs(400, clouds);
            let start = principal(points.len(), 8, |row| &points[row]);
            let places = laid(points.len(), 10, &ids, &distances, &start);
            check(&places, 400);
            let middle = |cloud: usize| {
                let own = places.iter().skip(cloud).step_by(clouds);
                let count = own.clone().count() as f32;
                own.fold([0.0; 2], |sum, place| {
                    [sum[0] + place[0] / count, sum[1] + place[1] / count]
                })
            };
            let middles: Vec<[f32; 2]> = (0..clouds).map(middle).collect();
            for (number, &place) in places.iter().enumerate() {
                let nearest = (0..clouds)
                    .min_by(|&a, &b| {
                        distance(place, middles[a]).total_cmp(&distance(place, middles[b]))
                    })
                    .unwrap();
                assert_eq!(nearest, number % clouds);
            }
        }
    }

    #[test]
    fn another_start_on_the_same_side_keeps_the_orientation() {
        let (points, ids, distances) = blobs(400, 4);
        let start = principal(points.len(), 8, |row| &points[row]);
        let moved: Vec<[f32; 2]> = start
            .iter()
            .enumerate()
            .map(|(i, [x, y])| [x + 0.1 * signed_unit(mix(i as u64)), *y])
            .collect();
        let (a, b) = (
            laid(400, 10, &ids, &distances, &start),
            laid(400, 10, &ids, &distances, &moved),
        );
        let agree: f32 = a.iter().zip(&b).map(|(a, b)| a[0] * b[0]).sum();
        assert!(agree > 0.0, "{agree}");
    }

    #[test]
    fn duplicates_stay_together() {
        let (mut points, ..) = blobs(300, 3);
        for number in 0..30 {
            points[number * 3] = points[0];
        }
        let (mut ids, mut distances) = (Vec::new(), Vec::new());
        for point in &points {
            let mut row: Vec<(f32, u32)> = (0u32..)
                .zip(&points)
                .map(|(id, other)| {
                    (
                        point
                            .iter()
                            .zip(other)
                            .map(|(a, b)| (a - b) * (a - b))
                            .sum(),
                        id,
                    )
                })
                .collect();
            row.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            ids.extend(row.iter().take(15).map(|entry| entry.1));
            distances.extend(row.iter().take(15).map(|entry| entry.0.sqrt()));
        }
        let start = principal(points.len(), 8, |row| &points[row]);
        let places = laid(points.len(), 15, &ids, &distances, &start);
        check(&places, 300);
        let first = places[0];
        let apart = (1..30)
            .map(|number| distance(first, places[number * 3]))
            .fold(0.0, f32::max);
        let others: Vec<f32> = (0..300)
            .map(|number| distance(first, places[number]))
            .collect();
        let mean = others.iter().sum::<f32>() / 300.0;
        assert!(apart < 0.5 * mean, "{apart} {mean}");
    }

    #[test]
    fn parts_without_a_connection_do_not_fly_off() {
        // Three cliques of 20, and ten points without any neighbour.
        let n = 70;
        let mut ids = Vec::new();
        for point in 0..n as u32 {
            let row = (1..=15).map(|step| point / 20 * 20 + (point % 20 + step) % 20);
            ids.extend(row.map(|id| if point < 60 { id } else { Neighbours::NONE }));
        }
        let distances: Vec<f32> = (0..ids.len())
            .map(|place| 0.1 + (mix(place as u64) % 100) as f32 * 1e-3)
            .collect();
        let start: Vec<[f32; 2]> = (0..n)
            .map(|i| [(i / 20) as f32, (i % 20) as f32 * 0.1])
            .collect();
        let graph = Graph::new(
            n,
            &Neighbours {
                each: 15,
                ids: &ids,
                distances: &distances,
            },
        );
        let places = layout(
            &graph,
            &start,
            &Options {
                epochs: Some(2000),
                ..Options::default()
            },
        );
        check(&places, n);
        for clique in 0..3 {
            let own = &places[clique * 20..][..20];
            let wide = own
                .iter()
                .map(|&place| distance(place, own[0]))
                .fold(0.0, f32::max);
            assert!(
                (0.01..0.9).contains(&wide),
                "a clique is neither a dot nor the whole map: {wide}"
            );
        }
    }

    #[test]
    fn nothing_is_infinite_whatever_comes_in() {
        for n in [0, 1, 2, 3, 40] {
            let ids: Vec<u32> = (0..n as u32 * 3)
                .map(|i| (i * 7 + 1) % (n as u32 + 2))
                .collect();
            for distance in [0.0, 1e-30, 1.0, 1e30, f32::NAN, f32::INFINITY, -5.0] {
                for start in [
                    vec![],
                    vec![[0.0; 2]; n],
                    vec![[f32::NAN, f32::INFINITY]; n],
                    vec![[1e38, -1e38]; n + 2],
                ] {
                    check(&laid(n, 3, &ids, &vec![distance; ids.len()], &start), n);
                }
            }
        }
        check(&laid(3, 5, &[1, 2], &[0.1], &[]), 3);
        let graph = Graph::new(
            5,
            &Neighbours {
                each: 0,
                ids: &[],
                distances: &[],
            },
        );
        let odd = Options {
            epochs: Some(0),
            minimum_distance: f32::NAN,
            spread: -1.0,
            repulsions: usize::MAX,
            gravity: f32::NAN,
            seed: u64::MAX,
        };
        check(&layout(&graph, &[], &odd), 5);
    }
}
