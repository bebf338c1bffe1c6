//! A sample of a corpus that is too large to lay out whole.

use super::random::mix;

/// Points that are laid out, at most.
pub const MOST: usize = 100_000;

/// The points that are laid out.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// Numbers of the chosen points, ascending.
    pub points: Vec<u32>,
    /// Points of the whole corpus.
    pub of: usize,
}

impl Sample {
    /// Whether points were left out.
    pub fn is_partial(&self) -> bool {
        self.points.len() < self.of
    }

    /// What a map says about its sample; nothing if it shows all points.
    pub fn note(&self) -> Option<String> {
        self.is_partial().then(|| {
            format!(
                "a sample of {} of {}",
                grouped(self.points.len()),
                grouped(self.of)
            )
        })
    }
}

/// Chooses `most` points: those whose keys have the smallest hashes.
///
/// `keys`: a number for each point that stays the same while the corpus changes, for example the first eight bytes of a
/// content hash. If the corpus grows by a tenth, about a tenth of the sample changes. Neighbours must be looked up among
/// the chosen points: of the neighbours in the whole corpus, most are not in the sample.
pub fn sample(keys: &[u64], most: usize) -> Sample {
    let of = keys.len();
    let mut order: Vec<(u64, u32)> = (0u32..)
        .zip(keys)
        .map(|(point, &key)| (mix(key), point))
        .collect();
    if most < of {
        order.select_nth_unstable(most);
        order.truncate(most);
    }
    let mut points: Vec<u32> = order.into_iter().map(|(_, point)| point).collect();
    points.sort_unstable();
    Sample { points, of }
}

/// A number with a comma before every three digits.
pub fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() * 4 / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_growing_corpus_keeps_most_of_its_sample() {
        let keys: Vec<u64> = (0..11_000).map(|key| key * 7).collect();
        let before = sample(&keys[..10_000], 1000);
        let after = sample(&keys, 1000);
        let kept = before
            .points
            .iter()
            .filter(|point| after.points.contains(point))
            .count();
        assert!((860..960).contains(&kept), "{kept}");
    }

    #[test]
    fn the_order_of_the_points_does_not_change_the_sample() {
        let keys: Vec<u64> = (0..1000).collect();
        let turned: Vec<u64> = (0..1000).rev().collect();
        let chosen: Vec<u64> = sample(&keys, 100)
            .points
            .iter()
            .map(|&point| keys[point as usize])
            .collect();
        let mut other: Vec<u64> = sample(&turned, 100)
            .points
            .iter()
            .map(|&point| turned[point as usize])
            .collect();
        other.sort_unstable();
        assert_eq!(chosen, other);
    }

    #[test]
    fn a_small_corpus_is_whole_and_says_nothing() {
        let all = sample(&[5, 5, 9], 3);
        assert_eq!((all.points.clone(), all.note()), (vec![0, 1, 2], None));
        assert!(sample(&[], 0).points.is_empty());
        assert!(sample(&[1, 2], 0).points.is_empty());
        let keys: Vec<u64> = (0..1234).collect();
        assert_eq!(
            sample(&keys, 1000).note().unwrap(),
            "a sample of 1,000 of 1,234"
        );
    }
}
