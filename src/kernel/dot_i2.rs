//! Vectors in two bits, four numbers a byte: unpacked to eight bits, in which `dot_i8` multiplies them.

/// What the four codes stand for: the levels that round a normal distribution best, 0.4528 and 1.510 standard deviations
/// (Max, "Quantizing for Minimum Distortion", 1960), as whole numbers.
pub const LEVELS: [i8; 4] = [-10, -3, 3, 10];
/// Standard deviations of a level's step.
pub const STEP: f32 = 0.151;
/// Where one level ends and the next begins, in standard deviations.
const BOUND: f32 = 0.9816;

/// The four numbers of a byte, its lowest bits first.
const UNPACKED: [[i8; 4]; 256] = {
    let mut unpacked = [[0; 4]; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut at = 0;
        while at < 4 {
            unpacked[byte][at] = LEVELS[byte >> (2 * at) & 3];
            at += 1;
        }
        byte += 1;
    }
    unpacked
};

/// The code of a number in standard deviations.
pub fn code(value: f32) -> u8 {
    u8::from(value >= -BOUND) + u8::from(value >= 0.0) + u8::from(value >= BOUND)
}

/// Appends the numbers of packed codes, four a byte.
pub fn unpack(codes: &[u8], out: &mut Vec<i8>) {
    let (whole, start) = (codes.len() * 4, out.len());
    out.resize(start + whole, 0);
    let (fours, _) = out[start..].as_chunks_mut::<4>();
    for (four, byte) in fours.iter_mut().zip(codes) {
        *four = UNPACKED[usize::from(*byte)];
    }
}

/// Packs codes, four a byte; what is missing of the last byte is the lowest level.
pub fn pack(codes: impl IntoIterator<Item = u8>) -> Vec<u8> {
    let mut packed = Vec::new();
    for (number, code) in codes.into_iter().enumerate() {
        if number % 4 == 0 {
            packed.push(0);
        }
        if let Some(last) = packed.last_mut() {
            *last |= code << (2 * (number % 4));
        }
    }
    packed
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kernel::Isa;
    use crate::kernel::dot_i8::dots_i8;

    proptest! {
        #[test]
        fn products_of_packed_codes_are_those_of_their_levels(
            codes in prop::collection::vec(0u8..4, 4 * 40..4 * 200), question in prop::collection::vec(-127i8..=127, 4 * 10)
        ) {
            let size = question.len();
            let rows: Vec<&[u8]> = codes.chunks_exact(size).collect();
            let packed: Vec<u8> = rows.iter().flat_map(|row| pack(row.iter().copied())).collect();
            let mut unpacked = Vec::new();
            unpack(&packed, &mut unpacked);
            let expected: Vec<i32> = rows.iter().map(|row| {
                let products = row.iter().zip(&question);
                products.map(|(code, q)| i32::from(LEVELS[usize::from(*code)]) * i32::from(*q)).sum()
            }).collect();
            for isa in Isa::available() {
                let mut out = vec![0; rows.len()];
                dots_i8(isa, &question, &unpacked, &mut out);
                prop_assert_eq!(&out, &expected);
            }
        }

        #[test]
        fn a_number_gets_the_nearest_level(value in -4f32..4.0) {
            let distance = |level: i8| (value - f32::from(level) * STEP).abs();
            let nearest = LEVELS.iter().copied().map(distance).fold(f32::INFINITY, f32::min);
            prop_assert!(distance(LEVELS[usize::from(code(value))]) - nearest < 1e-3);
        }
    }
}
