//! The order of articles in a similarity matrix: like beside like.
//!
//! Average linkage (Sokal, Michener, 1958) by chains of nearest neighbours (Murtagh, "A survey of recent advances in
//! hierarchical clustering algorithms", 1983), in time and memory of n^2. Where two sequences meet, they are turned so
//! that their most similar ends touch.

use std::collections::BTreeMap;

/// Articles that are put in order by their similarities, at most. Above, they stay in the order of their clusters.
pub const MOST: usize = 5000;

/// The order of `n` articles: by cluster, like clusters side by side, and like articles side by side within a cluster.
///
/// `clusters`: the cluster of each article; a missing one counts as -1, the noise, which comes last. `similarity` of two
/// articles is symmetric; what is not finite counts as the smallest. The result holds each number below `n` once.
pub fn order(n: usize, clusters: &[i32], similarity: impl Fn(usize, usize) -> f32) -> Vec<usize> {
    let mut members: BTreeMap<i32, Vec<usize>> = BTreeMap::new();
    for article in 0..n {
        let cluster = clusters.get(article).copied().unwrap_or(-1).max(-1);
        members.entry(cluster).or_default().push(article);
    }
    if n > MOST {
        let noise = members.remove(&-1).unwrap_or_default();
        return members.into_values().flatten().chain(noise).collect();
    }
    let clean = |a: usize, b: usize| {
        let value = similarity(a, b);
        if value.is_finite() { value } else { -1e9 }
    };
    let noise = members
        .remove(&-1)
        .map(|all| chained(all.into_iter().map(|one| vec![one]).collect(), &clean));
    let sequences = members
        .into_values()
        .map(|all| chained(all.into_iter().map(|one| vec![one]).collect(), &clean));
    let mut out = chained(sequences.collect(), &clean);
    out.extend(noise.unwrap_or_default());
    out
}

/// Joins sequences by average linkage until one is left.
fn chained(
    mut sequences: Vec<Vec<usize>>,
    similarity: &impl Fn(usize, usize) -> f32,
) -> Vec<usize> {
    let n = sequences.len();
    let mut table = vec![0.0f32; n * n];
    for a in 0..n {
        for b in a + 1..n {
            let mean = mean(&sequences[a], &sequences[b], similarity);
            table[a * n + b] = mean;
            table[b * n + a] = mean;
        }
    }
    let mut alive: Vec<usize> = (0..n).collect();
    let mut chain: Vec<usize> = Vec::new();
    while alive.len() > 1 {
        let last = match chain.last() {
            Some(&last) => last,
            None => {
                chain.push(alive[0]);
                alive[0]
            }
        };
        let before = chain.len().checked_sub(2).map(|place| chain[place]);
        // On a tie the one before wins, otherwise the chain could run in a circle.
        let mut best = before.map(|before| (table[last * n + before], before));
        for &other in &alive {
            if other != last && best.is_none_or(|(most, _)| table[last * n + other] > most) {
                best = Some((table[last * n + other], other));
            }
        }
        let Some((_, next)) = best else { break };
        if Some(next) != before && !chain.contains(&next) {
            chain.push(next);
            continue;
        }
        // Two nearest neighbours of each other; or the chain came back to itself, which only rounding can do.
        if Some(next) == before {
            chain.truncate(chain.len() - 2);
        } else {
            chain.clear();
        }
        let (kept, gone) = (last.min(next), last.max(next));
        let (size, other_size) = (sequences[kept].len() as f32, sequences[gone].len() as f32);
        alive.retain(|&one| one != gone);
        for &other in &alive {
            let sum = size * table[kept * n + other] + other_size * table[gone * n + other];
            table[kept * n + other] = sum / (size + other_size);
            table[other * n + kept] = sum / (size + other_size);
        }
        let right = std::mem::take(&mut sequences[gone]);
        let left = std::mem::take(&mut sequences[kept]);
        sequences[kept] = met(left, right, similarity);
    }
    alive
        .first()
        .map(|&first| std::mem::take(&mut sequences[first]))
        .unwrap_or_default()
}

/// The mean similarity between two sequences. Long ones are thinned out to 64 articles each: two clusters of 1,500 would
/// take two million similarities.
fn mean(a: &[usize], b: &[usize], similarity: &impl Fn(usize, usize) -> f32) -> f32 {
    let (step, other_step) = (a.len().div_ceil(64).max(1), b.len().div_ceil(64).max(1));
    let (mut sum, mut count) = (0.0f64, 0.0f64);
    for &one in a.iter().step_by(step) {
        for &other in b.iter().step_by(other_step) {
            sum += f64::from(similarity(one, other));
            count += 1.0;
        }
    }
    (sum / count.max(1.0)) as f32
}

/// Two sequences one after the other, turned so that their most similar ends touch.
fn met(
    mut left: Vec<usize>,
    mut right: Vec<usize>,
    similarity: &impl Fn(usize, usize) -> f32,
) -> Vec<usize> {
    let end = |sequence: &[usize], last: bool| {
        if last {
            sequence.last()
        } else {
            sequence.first()
        }
        .copied()
    };
    let likeness = |left_last: bool, right_last: bool| match (
        end(&left, left_last),
        end(&right, right_last),
    ) {
        (Some(a), Some(b)) => similarity(a, b),
        _ => f32::NEG_INFINITY,
    };
    let ways = [(true, false), (true, true), (false, false), (false, true)];
    let best = ways
        .into_iter()
        .fold((f32::NEG_INFINITY, ways[0]), |best, way| {
            let value = likeness(way.0, way.1);
            if value > best.0 { (value, way) } else { best }
        });
    if !best.1.0 {
        left.reverse();
    }
    if best.1.1 {
        right.reverse();
    }
    left.extend(right);
    left
}

#[cfg(test)]
mod tests {
    use super::super::random::{mix, random};
    use super::*;

    #[test]
    fn articles_on_a_line_come_out_in_the_order_of_the_line() {
        let places: Vec<f32> = (0..60).map(|i| (mix(i) % 1000) as f32).collect();
        let order = order(60, &[0; 60], |a, b| -(places[a] - places[b]).abs());
        let walked: f32 = order
            .windows(2)
            .map(|pair| (places[pair[0]] - places[pair[1]]).abs())
            .sum();
        assert!(walked < 2.5 * 1000.0, "{walked}");
    }

    #[test]
    fn clusters_stay_together_and_noise_comes_last() {
        let clusters: Vec<i32> = (0..100).map(|i| (random(1, i) % 5) as i32 - 1).collect();
        let order = order(100, &clusters, |a, b| {
            (mix((a * b + a + b) as u64) % 100) as f32
        });
        let mut sorted = order.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, (0..100).collect::<Vec<_>>());
        let mut runs: Vec<i32> = order.iter().map(|&article| clusters[article]).collect();
        runs.dedup();
        assert_eq!(runs.len(), 5);
        assert_eq!(runs.last(), Some(&-1));
    }

    #[test]
    fn any_input_gives_each_article_once() {
        assert!(order(0, &[], |_, _| 0.0).is_empty());
        assert_eq!(order(1, &[-7], |_, _| 0.0), [0]);
        assert_eq!(order(3, &[], |_, _| f32::NAN).len(), 3);
        assert_eq!(order(4, &[1, 1], |_, _| 1.0).len(), 4);
        let mut large = order(MOST + 1, &[], |_, _| 1.0);
        large.sort_unstable();
        assert_eq!(large.len(), MOST + 1);
    }
}
