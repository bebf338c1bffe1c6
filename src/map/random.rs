//! Numbers that look random and depend on a counter alone.
//!
//! A generator with a state would have to be asked in one order. A function of a counter gives every thread the same
//! numbers, whoever asks first.

/// Odd, and close to 2^64 divided by the golden ratio: successive multiples are spread evenly.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// The `count`th number of splitmix64 from `seed` (Steele, Lea, Flood, "Fast splittable pseudorandom number generators",
/// 2014).
pub fn random(seed: u64, count: u64) -> u64 {
    mix(seed.wrapping_add(count.wrapping_add(1).wrapping_mul(GOLDEN)))
}

/// Spreads the bits of `value`. Different values stay different.
pub fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// A number from -1 to 1, from the top 24 bits of `bits`.
pub fn signed_unit(bits: u64) -> f32 {
    (bits >> 40) as f32 / (1u32 << 23) as f32 - 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_those_of_splitmix64() {
        // The first three from seed 1234567, as Java's SplittableRandom and the C reference give them.
        let expected = [
            6457827717110365317,
            3203168211198807973,
            9817491932198370423,
        ];
        assert_eq!([0, 1, 2].map(|count| random(1_234_567, count)), expected);
    }

    #[test]
    fn unit_numbers_stay_in_their_range() {
        assert_eq!(signed_unit(0), -1.0);
        assert!(signed_unit(u64::MAX) < 1.0);
    }
}
