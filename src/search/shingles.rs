//! How much of two texts is the same, letter by letter, wherever it stands.
//!
//! Source: Broder 1997, "On the resemblance and containment of documents".

use xxhash_rust::xxh3::xxh3_64;

use crate::words::fold;

/// Letters of a shingle; spaces and punctuation do not count.
const LETTERS: usize = 5;

/// The set of all runs of five letters of a text, as hashes, ascending.
#[derive(Debug, Clone, PartialEq)]
pub struct Shingles(Vec<u64>);

impl Shingles {
    /// Of a text, folded; fewer than five letters are one run.
    pub fn new(text: &str) -> Self {
        let mut bounds = vec![0];
        let mut letters = String::new();
        for c in fold(text).chars().filter(|c| c.is_alphanumeric()) {
            letters.push(c);
            bounds.push(letters.len());
        }
        let mut hashes: Vec<u64> = match bounds.len().checked_sub(LETTERS + 1) {
            Some(last) => (0..=last)
                .map(|at| xxh3_64(&letters.as_bytes()[bounds[at]..bounds[at + LETTERS]]))
                .collect(),
            None => vec![xxh3_64(letters.as_bytes())],
        };
        hashes.sort_unstable();
        hashes.dedup();
        Self(hashes)
    }

    /// How many different ones there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// One shingle of about `every`, the same ones in every text.
    pub fn sample(&self, every: u64) -> impl Iterator<Item = u64> {
        self.0.iter().copied().filter(move |hash| hash % every == 0)
    }

    /// Shingles that both have.
    fn common(&self, other: &Self) -> usize {
        let mut common = 0;
        let mut others = other.0.iter().peekable();
        for hash in &self.0 {
            while others.next_if(|other| *other < hash).is_some() {}
            common += usize::from(others.next_if_eq(&hash).is_some());
        }
        common
    }

    /// Share of the smaller text that the other holds too, 0 to 1.
    pub fn containment(&self, other: &Self) -> f32 {
        self.common(other) as f32 / self.count().min(other.count()).max(1) as f32
    }

    /// Common shingles over all, 0 to 1.
    pub fn resemblance(&self, other: &Self) -> f32 {
        let common = self.common(other);
        common as f32 / (self.count() + other.count() - common).max(1) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::Shingles;

    #[test]
    fn what_is_the_same_counts_wherever_it_stands() {
        let text = Shingles::new("東京は日本の首都であり、人口は約1400万人である。");
        let spaced = Shingles::new("東京は 日本の首都であり 人口は約１４００万人である");
        assert_eq!(text.resemblance(&spaced), 1.0);
        let cut = Shingles::new("東京は日本の首都であり");
        assert_eq!(text.containment(&cut), 1.0);
        assert!(text.resemblance(&cut) < 0.5);
        let other = Shingles::new("大阪は西日本の中心都市で、人口は約270万人である。");
        assert!(text.containment(&other) < 0.4);
        assert_eq!(Shingles::new("犬").containment(&Shingles::new("猫")), 0.0);
    }
}
