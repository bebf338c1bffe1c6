//! Bootstrap intervals: samples are drawn of articles, because questions on one article are alike.

use std::collections::BTreeMap;

const SAMPLES: usize = 1000;

/// Where 95 % of the means lie when articles are drawn with replacement. `values` are pairs of an article
/// and a query's value. The samples are the same in every run.
pub fn interval<'a>(values: impl Iterator<Item = (&'a str, f64)>) -> [f64; 2] {
    let mut articles: BTreeMap<&str, (f64, usize)> = BTreeMap::new();
    for (article, value) in values {
        let (sum, count) = articles.entry(article).or_default();
        *sum += value;
        *count += 1;
    }
    let articles: Vec<(f64, usize)> = articles.into_values().collect();
    if articles.is_empty() {
        return [0.0, 0.0];
    }
    let mut state = 0u64;
    let mut means: Vec<f64> = (0..SAMPLES)
        .map(|_| {
            let (mut sum, mut count) = (0.0, 0);
            for _ in 0..articles.len() {
                let (s, n) = articles[splitmix(&mut state) as usize % articles.len()];
                sum += s;
                count += n;
            }
            sum / count as f64
        })
        .collect();
    means.sort_by(f64::total_cmp);
    [means[SAMPLES / 40], means[SAMPLES - 1 - SAMPLES / 40]]
}

/// SplitMix64 (Steele et al. 2014).
fn splitmix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::interval;

    #[test]
    fn the_mean_lies_inside_and_articles_count_as_wholes() {
        let names: Vec<String> = (0..50).map(|i| i.to_string()).collect();
        let values = |n: usize| {
            names
                .iter()
                .take(n)
                .enumerate()
                .map(|(i, name)| (name.as_str(), (i % 2) as f64))
        };
        let [low, high] = interval(values(50));
        assert!(low < 0.5 && 0.5 < high && high - low < 0.4, "{low} {high}");
        // A hundred questions on one article are one draw.
        let [low, high] = interval((0..100).map(|i| ("one", f64::from(i % 2))));
        assert_eq!((low, high), (0.5, 0.5));
        assert_eq!(interval(std::iter::empty()), [0.0, 0.0]);
    }
}
