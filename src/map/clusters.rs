//! Clusters of points: the Louvain method on the fuzzy graph of nearest neighbours.
//!
//! Blondel, Guillaume, Lambiotte, Lefebvre, "Fast unfolding of communities in large networks", 2008, with the resolution
//! of Reichardt and Bornholdt, 2006. Points are visited in a fixed order by one thread, so that the result is the same
//! everywhere. At the end a cluster that hangs together by nothing is split, as in Traag, Waltman, van Eck, "From Louvain
//! to Leiden", 2019.

use super::graph::Graph;

/// The cluster of a point that belongs to none.
pub const NOISE: i32 = -1;

/// How points are clustered.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// More makes more and smaller clusters. Default 1.
    pub resolution: f64,
    /// Clusters, at most. Smaller ones join the one they hang on most. Default 40.
    pub most: usize,
    /// Points of a cluster, at least. `None`: one in 400, between 3 and 500.
    pub least_points: Option<usize>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            resolution: 1.0,
            most: 40,
            least_points: None,
        }
    }
}

/// The cluster of each point of `graph`, from 0 by falling number of points, or [`NOISE`].
pub fn clusters(graph: &Graph, options: &Options) -> Vec<i32> {
    let n = graph.len();
    let least = options
        .least_points
        .unwrap_or((n / 400).clamp(3, 500))
        .max(1);
    let mut network = Network::of(graph);
    let resolution = if options.resolution.is_finite() {
        options.resolution.max(0.0)
    } else {
        1.0
    };
    let mut cluster_of: Vec<u32> = (0..n as u32).collect();
    // Each level has fewer points than the one before; real graphs need four or five.
    for _ in 0..50 {
        let moved = network.moved(resolution);
        let count = moved.iter().max().map_or(0, |&last| last as usize + 1);
        for cluster in &mut cluster_of {
            *cluster = moved[*cluster as usize];
        }
        if count == network.len() {
            break;
        }
        network = network.merged(&moved, count);
    }
    let connected = connected(graph, &cluster_of);
    joined(graph, connected, least, options.most.max(1))
}

/// A weighted graph whose points stand for one or more points of the first one.
struct Network {
    starts: Vec<usize>,
    ids: Vec<u32>,
    weights: Vec<f64>,
    /// Twice the weight inside a point.
    inside: Vec<f64>,
    /// Sum of the weights at a point, twice those inside.
    degrees: Vec<f64>,
    /// Sum of all degrees.
    total: f64,
}

impl Network {
    fn of(graph: &Graph) -> Self {
        let n = graph.len();
        let mut network = Self::empty(n);
        for point in 0..n {
            let (ids, weights) = graph.row(point);
            network.ids.extend_from_slice(ids);
            network
                .weights
                .extend(weights.iter().map(|&weight| f64::from(weight)));
            network.starts.push(network.ids.len());
        }
        network.summed()
    }

    fn empty(n: usize) -> Self {
        Self {
            starts: vec![0],
            ids: Vec::new(),
            weights: Vec::new(),
            inside: vec![0.0; n],
            degrees: Vec::new(),
            total: 0.0,
        }
    }

    fn summed(mut self) -> Self {
        self.degrees = (0..self.inside.len())
            .map(|point| {
                self.inside[point] + self.row(point).map(|(_, weight)| weight).sum::<f64>()
            })
            .collect();
        self.total = self.degrees.iter().sum();
        self
    }

    fn len(&self) -> usize {
        self.inside.len()
    }

    fn row(&self, point: usize) -> impl Iterator<Item = (usize, f64)> {
        let range = self.starts[point]..self.starts[point + 1];
        self.ids[range.clone()]
            .iter()
            .map(|&id| id as usize)
            .zip(self.weights[range].iter().copied())
    }

    /// Moves points to the neighbouring cluster that gains most modularity, until no move gains. Returns the cluster of
    /// each point, numbered without gaps.
    fn moved(&self, resolution: f64) -> Vec<u32> {
        let n = self.len();
        let mut cluster_of: Vec<u32> = (0..n as u32).collect();
        let mut sizes = self.degrees.clone();
        let mut links = vec![0.0; n];
        let mut touched: Vec<u32> = Vec::new();
        let stride = stride(n);
        // A round can gain next to nothing for a long time.
        for _ in 0..30 {
            let mut moves = 0;
            for step in 0..n as u64 {
                let point = (step * stride % n as u64) as usize;
                let own = cluster_of[point];
                for (other, weight) in self.row(point) {
                    let cluster = cluster_of[other];
                    if links[cluster as usize] == 0.0 {
                        touched.push(cluster);
                    }
                    links[cluster as usize] += weight;
                }
                sizes[own as usize] -= self.degrees[point];
                let price = resolution * self.degrees[point] / self.total.max(f64::MIN_POSITIVE);
                let gain = |cluster: u32| links[cluster as usize] - price * sizes[cluster as usize];
                let (mut best, mut most) = (own, gain(own));
                for &cluster in &touched {
                    let gained = gain(cluster);
                    if gained > most + 1e-12 {
                        (best, most) = (cluster, gained);
                    }
                }
                sizes[best as usize] += self.degrees[point];
                moves += usize::from(best != own);
                cluster_of[point] = best;
                for cluster in touched.drain(..) {
                    links[cluster as usize] = 0.0;
                }
            }
            if moves * 1000 <= n {
                break;
            }
        }
        numbered(cluster_of)
    }

    /// The network in which each cluster is one point.
    fn merged(&self, cluster_of: &[u32], count: usize) -> Self {
        let mut members: Vec<Vec<u32>> = vec![Vec::new(); count];
        for (point, &cluster) in cluster_of.iter().enumerate() {
            members[cluster as usize].push(point as u32);
        }
        let mut merged = Self::empty(count);
        let mut links = vec![0.0; count];
        let mut touched: Vec<u32> = Vec::new();
        for (cluster, members) in members.iter().enumerate() {
            for &point in members {
                merged.inside[cluster] += self.inside[point as usize];
                for (other, weight) in self.row(point as usize) {
                    let other = cluster_of[other];
                    if other as usize == cluster {
                        merged.inside[cluster] += weight;
                        continue;
                    }
                    if links[other as usize] == 0.0 {
                        touched.push(other);
                    }
                    links[other as usize] += weight;
                }
            }
            for other in touched.drain(..) {
                merged.ids.push(other);
                merged
                    .weights
                    .push(std::mem::take(&mut links[other as usize]));
            }
            merged.starts.push(merged.ids.len());
        }
        merged.summed()
    }
}

/// The distance, modulo `n`, between points that are visited one after the other. It has no common divisor with `n`, so
/// that every point is visited once. It is not 1, because the order of the corpus would fix the first clusters.
fn stride(n: usize) -> u64 {
    let mut stride = (n as f64 * 0.618_033_988_75) as usize | 1;
    while divisor(stride, n) > 1 {
        stride += 1;
    }
    stride as u64
}

fn divisor(a: usize, b: usize) -> usize {
    if b == 0 { a } else { divisor(b, a % b) }
}

/// Numbers clusters from 0 in the order in which they occur.
fn numbered(mut cluster_of: Vec<u32>) -> Vec<u32> {
    let mut numbers = vec![u32::MAX; cluster_of.iter().max().map_or(0, |&last| last as usize + 1)];
    let mut count = 0;
    for cluster in &mut cluster_of {
        let number = &mut numbers[*cluster as usize];
        if *number == u32::MAX {
            *number = count;
            count += 1;
        }
        *cluster = *number;
    }
    cluster_of
}

/// Splits clusters into parts that hang together.
fn connected(graph: &Graph, cluster_of: &[u32]) -> Vec<u32> {
    let mut part_of = vec![u32::MAX; cluster_of.len()];
    let mut count = 0;
    let mut waiting = Vec::new();
    for first in 0..cluster_of.len() {
        if part_of[first] != u32::MAX {
            continue;
        }
        part_of[first] = count;
        waiting.push(first);
        while let Some(point) = waiting.pop() {
            for &other in graph.row(point).0 {
                let other = other as usize;
                if part_of[other] == u32::MAX && cluster_of[other] == cluster_of[first] {
                    part_of[other] = count;
                    waiting.push(other);
                }
            }
        }
        count += 1;
    }
    part_of
}

/// Joins the smallest cluster to the one it hangs on most, relative to the size of that one, until no cluster has fewer
/// than `least` points and there are at most `most`. One that hangs on nothing becomes noise. Numbers the rest by size.
fn joined(graph: &Graph, cluster_of: Vec<u32>, least: usize, most: usize) -> Vec<i32> {
    let count = cluster_of.iter().max().map_or(0, |&last| last as usize + 1);
    let merged = Network::of(graph).merged(&cluster_of, count);
    let mut links: Vec<std::collections::BTreeMap<usize, f64>> = (0..count)
        .map(|cluster| merged.row(cluster).collect())
        .collect();
    let mut sizes = vec![0usize; count];
    for &cluster in &cluster_of {
        sizes[cluster as usize] += 1;
    }
    let mut queue: std::collections::BTreeSet<(usize, usize)> = sizes
        .iter()
        .enumerate()
        .map(|(cluster, &size)| (size, cluster))
        .collect();
    let mut into: Vec<Option<usize>> = (0..count).map(Some).collect();
    while let Some(&(size, cluster)) = queue.first() {
        if size >= least && queue.len() <= most {
            break;
        }
        queue.remove(&(size, cluster));
        let own = std::mem::take(&mut links[cluster]);
        let strength = |other: usize, weight: f64| weight / (sizes[other] as f64).sqrt();
        let best = own
            .iter()
            .map(|(&other, &weight)| (strength(other, weight), other));
        let best = best.fold(None, |best: Option<(f64, usize)>, new| match best {
            Some(best) if best.0 >= new.0 => Some(best),
            _ => Some(new),
        });
        into[cluster] = best.map(|(_, other)| other);
        for &other in own.keys() {
            links[other].remove(&cluster);
        }
        let Some((_, target)) = best else { continue };
        for (other, weight) in own {
            if other != target {
                *links[other].entry(target).or_insert(0.0) += weight;
                *links[target].entry(other).or_insert(0.0) += weight;
            }
        }
        queue.remove(&(sizes[target], target));
        sizes[target] += size;
        queue.insert((sizes[target], target));
    }
    let mut order: Vec<(usize, usize)> = queue.into_iter().collect();
    order.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut number = vec![NOISE; count];
    for (rank, &(_, cluster)) in order.iter().enumerate() {
        number[cluster] = rank as i32;
    }
    let last = |mut cluster: usize| loop {
        match into[cluster] {
            Some(next) if next == cluster => return number[cluster],
            Some(next) => cluster = next,
            None => return NOISE,
        }
    };
    cluster_of
        .iter()
        .map(|&cluster| last(cluster as usize))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::graph::Neighbours;
    use super::super::random::random;
    use super::*;

    /// `count` groups of 50 points whose neighbours are of their own group, but for one in `stray`.
    fn groups(count: usize, stray: u64) -> Graph {
        let n = count * 50;
        let ids: Vec<u32> = (0..n * 10)
            .map(|entry| {
                let bits = random(7, entry as u64);
                let group = entry / 10 / 50;
                let own = group * 50 + (bits >> 32) as usize % 50;
                if bits.is_multiple_of(stray) {
                    (bits >> 32) as u32 % n as u32
                } else {
                    own as u32
                }
            })
            .collect();
        let distances: Vec<f32> = (0..ids.len())
            .map(|entry| 0.1 + (entry % 10) as f32 * 0.01)
            .collect();
        Graph::new(
            n,
            &Neighbours {
                each: 10,
                ids: &ids,
                distances: &distances,
            },
        )
    }

    #[test]
    fn groups_are_found() {
        let found = clusters(&groups(8, 12), &Options::default());
        for group in found.chunks(50) {
            assert!(
                group.iter().filter(|&&cluster| cluster == group[0]).count() >= 48,
                "{group:?}"
            );
        }
        let mut numbers: Vec<i32> = found.clone();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers, (0..8).collect::<Vec<_>>());
    }

    #[test]
    fn there_are_never_more_clusters_than_wanted() {
        let found = clusters(
            &groups(60, 12),
            &Options {
                most: 7,
                ..Options::default()
            },
        );
        assert!(found.iter().all(|cluster| (0..7).contains(cluster)));
        let found = clusters(
            &groups(60, u64::MAX),
            &Options {
                most: 7,
                ..Options::default()
            },
        );
        let largest = found.iter().max().copied();
        assert_eq!(largest, Some(6), "groups that hang on nothing become noise");
        assert!(found.contains(&NOISE));
    }

    #[test]
    fn clusters_are_numbered_by_size_and_points_alone_are_noise() {
        let mut ids = vec![Neighbours::NONE; 40];
        for point in 0..8u32 {
            ids[point as usize] = (point + 1) % 8;
        }
        for point in 8..20u32 {
            ids[point as usize] = 8 + (point - 8 + 1) % 12;
        }
        let graph = Graph::new(
            40,
            &Neighbours {
                each: 1,
                ids: &ids,
                distances: &[0.1; 40],
            },
        );
        let found = clusters(
            &graph,
            &Options {
                resolution: 0.1,
                ..Options::default()
            },
        );
        assert!(found[..8].iter().all(|&cluster| cluster == 1), "{found:?}");
        assert!(
            found[8..20].iter().all(|&cluster| cluster == 0),
            "{found:?}"
        );
        assert!(
            found[20..].iter().all(|&cluster| cluster == NOISE),
            "{found:?}"
        );
    }

    #[test]
    fn any_input_gives_each_point_a_cluster() {
        for n in [0, 1, 2, 3, 30] {
            let ids: Vec<u32> = (0..n as u32 * 2)
                .map(|i| (i * 5 + 1) % (n as u32 + 1))
                .collect();
            for resolution in [0.0, 1.0, 1e9, f64::NAN, f64::INFINITY] {
                let graph = Graph::new(
                    n,
                    &Neighbours {
                        each: 2,
                        ids: &ids,
                        distances: &vec![0.0; ids.len()],
                    },
                );
                let options = Options {
                    resolution,
                    most: 0,
                    least_points: Some(0),
                };
                assert_eq!(clusters(&graph, &options).len(), n);
            }
        }
    }
}
