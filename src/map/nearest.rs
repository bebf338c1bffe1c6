//! The nearest neighbours of every point, by comparing each with each.
//!
//! The graph of the index would be faster for many, but has no neighbours for a sample, and none for means of passages.

use rayon::prelude::*;

use super::graph::Neighbours;
use crate::kernel::Isa;
use crate::kernel::dot_i8::{dot_i8, dots_i8};

/// Points that are compared with a block of others at a time: both stay in the cache.
const BLOCK: usize = 512;

/// Neighbours as flat arrays, see [`Neighbours`].
pub struct Nearest {
    each: usize,
    ids: Vec<u32>,
    distances: Vec<f32>,
}

impl Nearest {
    /// The `each` nearest of every point. `codes`: `[points, dimension]`, row-major.
    pub fn new(codes: &[i8], dimension: usize, each: usize) -> Self {
        let isa = Isa::current();
        let rows: Vec<&[i8]> = codes.chunks_exact(dimension.max(1)).collect();
        let inverse: Vec<f32> = rows.iter().map(|row| inverse_length(row)).collect();
        let lists: Vec<Vec<(f32, u32)>> = rows
            .par_chunks(BLOCK)
            .enumerate()
            .flat_map_iter(|(number, own)| {
                let mut lists = vec![Vec::with_capacity(each + 1); own.len()];
                let mut products = vec![0; BLOCK];
                for (block, others) in codes.chunks(BLOCK * dimension).enumerate() {
                    let first = block * BLOCK;
                    let products = &mut products[..others.len() / dimension];
                    for (at, (row, list)) in own.iter().zip(&mut lists).enumerate() {
                        dots_i8(isa, row, others, products);
                        let point = number * BLOCK + at;
                        let own = inverse[point];
                        for (other, product) in (first..).zip(products.iter()) {
                            let cosine = *product as f32 * own * inverse[other];
                            if other != point {
                                keep(list, each, cosine, other as u32);
                            }
                        }
                    }
                }
                lists
            })
            .collect();
        let mut ids = vec![Neighbours::NONE; rows.len() * each];
        let mut distances = vec![0.0; rows.len() * each];
        for (point, list) in lists.iter().enumerate() {
            for (place, (cosine, id)) in list.iter().enumerate() {
                ids[point * each + place] = *id;
                distances[point * each + place] = (1.0 - cosine).max(0.0);
            }
        }
        Self {
            each,
            ids,
            distances,
        }
    }

    /// As the layout takes them.
    pub fn neighbours(&self) -> Neighbours<'_> {
        Neighbours {
            each: self.each,
            ids: &self.ids,
            distances: &self.distances,
        }
    }
}

/// One over the length of a code; 0 for zeros.
pub fn inverse_length(code: &[i8]) -> f32 {
    let squared = dot_i8(code, code);
    if squared > 0 {
        1.0 / (squared as f32).sqrt()
    } else {
        0.0
    }
}

/// Keeps the highest cosines, the first of equal ones first.
fn keep(list: &mut Vec<(f32, u32)>, most: usize, cosine: f32, id: u32) {
    if list.len() == most && list.last().is_none_or(|(least, _)| cosine <= *least) {
        return;
    }
    let place = list.partition_point(|(known, _)| *known >= cosine);
    list.insert(place, (cosine, id));
    list.truncate(most);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]
        #[test]
        fn they_are_those_of_a_plain_search(codes in prop::collection::vec(-127i8..=127, 64 * 40..64 * 41)) {
            let codes = &codes[..codes.len() / 64 * 64];
            let found = Nearest::new(codes, 64, 5);
            let rows: Vec<&[i8]> = codes.chunks_exact(64).collect();
            let cosine = |a: &[i8], b: &[i8]| dot_i8(a, b) as f32 * inverse_length(a) * inverse_length(b);
            for (point, row) in rows.iter().enumerate() {
                let mut all: Vec<(f32, u32)> = (0u32..)
                    .zip(&rows)
                    .filter(|(other, _)| *other as usize != point)
                    .map(|(other, there)| (cosine(row, there), other))
                    .collect();
                all.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
                let expected: Vec<u32> = all.iter().take(5).map(|(_, other)| *other).collect();
                prop_assert_eq!(&found.neighbours().ids[point * 5..point * 5 + 5], &expected[..]);
            }
        }
    }

    #[test]
    fn few_points_have_few_neighbours() {
        let found = Nearest::new(&[1, 2, 2, 4], 2, 3);
        let neighbours = found.neighbours();
        assert_eq!(neighbours.ids[..3], [1, Neighbours::NONE, Neighbours::NONE]);
        assert!(neighbours.distances[0] < 1e-6);
        assert!(Nearest::new(&[], 4, 3).neighbours().ids.is_empty());
    }
}
