//! Dot products of eight-bit vectors: one question against many rows. Numbers lie between -127 and 127.
#![allow(unsafe_code, reason = "SIMD intrinsics; each use says why it is sound")]

use super::Isa;

/// Places of a matrix that are read in turn: the CPU fetches ahead of each, and one stream alone does not fill
/// the way to memory.
#[cfg(target_arch = "x86_64")]
const STREAMS: usize = 4;

/// Dot product of two vectors.
///
/// # Panics
/// Where the lengths differ.
#[inline]
pub fn dot_i8(a: &[i8], b: &[i8]) -> i32 {
    assert_eq!(a.len(), b.len(), "dot of vectors of different lengths");
    match Isa::current() {
        // SAFETY: `Isa` values beyond `Portable` come from run-time CPU detection.
        #[cfg(target_arch = "x86_64")]
        Isa::Avx2 => unsafe { x86::dot_avx2(a, b) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        isa if isa >= Isa::Avx512 => unsafe { x86::dot_avx512(a, b) },
        _ => {
            let mut out = [0];
            dots_portable(a, b, std::iter::once(0), &mut out);
            out[0]
        }
    }
}

/// Dot products of `query` with each row of `rows` (`[out.len(), query.len()]`, row-major).
///
/// # Panics
/// Where the lengths do not fit.
pub fn dots_i8(isa: Isa, query: &[i8], rows: &[i8], out: &mut [i32]) {
    assert_eq!(
        rows.len(),
        query.len() * out.len(),
        "rows of another length"
    );
    #[cfg(target_arch = "x86_64")]
    let order = {
        let apart = out.len() / STREAMS;
        let in_turn = (0..apart).flat_map(move |row| (0..STREAMS).map(move |s| s * apart + row));
        let order = in_turn.chain(apart * STREAMS..out.len());
        order.map(|row| (row, row))
    };
    match isa {
        // SAFETY: `Isa` values beyond `Portable` come from run-time CPU detection, and all rows lie in `rows`.
        #[cfg(target_arch = "x86_64")]
        Isa::Avx2 => unsafe { x86::dots_avx2(query, rows, order, out) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        isa if isa >= Isa::Avx512 => unsafe { x86::dots_avx512(query, rows, order, out) },
        _ => dots_portable(query, rows, 0..out.len(), out),
    }
}

/// Dot products of `query` with the rows numbered `picked` of `rows` (`[n, query.len()]`, row-major), which
/// are fetched ahead of their use.
///
/// # Panics
/// Where a row lies outside, or `out` is not as long as `picked`.
pub fn dots_i8_of(isa: Isa, query: &[i8], rows: &[i8], picked: &[u32], out: &mut [i32]) {
    let count = rows.len() / query.len().max(1);
    assert_eq!(picked.len(), out.len(), "as many results as rows");
    assert!(
        picked.iter().all(|row| (*row as usize) < count),
        "rows of a matrix"
    );
    let picked = picked.iter().map(|row| *row as usize);
    match isa {
        // SAFETY: `Isa` values beyond `Portable` come from run-time CPU detection; every row was checked.
        #[cfg(target_arch = "x86_64")]
        isa if isa >= Isa::Avx2 => unsafe {
            for row in picked.clone() {
                x86::prefetch(rows, row * query.len(), query.len());
            }
            if isa == Isa::Avx2 {
                x86::dots_avx2(query, rows, picked.zip(0..), out);
            } else {
                x86::dots_avx512(query, rows, picked.zip(0..), out);
            }
        },
        _ => dots_portable(query, rows, picked, out),
    }
}

/// Tells the CPU that a list is wanted soon.
#[inline]
pub fn prefetch(list: &[u32; 16]) {
    // SAFETY: the list lies in memory; every x86-64 has SSE.
    #[cfg(target_arch = "x86_64")]
    unsafe {
        std::arch::x86_64::_mm_prefetch::<{ std::arch::x86_64::_MM_HINT_T0 }>(list.as_ptr().cast());
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = list;
}

/// The oracle too: sums of products below 2^15 stay exact in 32 bits up to 2^16 numbers.
fn dots_portable(query: &[i8], rows: &[i8], picked: impl Iterator<Item = usize>, out: &mut [i32]) {
    for (row, out) in picked.zip(out) {
        let row = &rows[row * query.len()..(row + 1) * query.len()];
        let products = query
            .iter()
            .zip(row)
            .map(|(q, r)| i32::from(*q) * i32::from(*r));
        *out = products.sum();
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    /// Tells the CPU that bytes are wanted soon; where they are outside, nothing happens.
    #[inline]
    pub fn prefetch(rows: &[i8], start: usize, bytes: usize) {
        for line in (0..bytes).step_by(64) {
            let place = rows.as_ptr().wrapping_add(start + line);
            // SAFETY: a prefetch reads nothing and may be given any address.
            unsafe { _mm_prefetch::<_MM_HINT_T0>(place) };
        }
    }

    /// Dot products with rows, each with its place in `out`; four rows at a time, which share the loads of the query
    /// and the adding up of their sums.
    ///
    /// # Safety
    /// The CPU must have AVX-512 F, BW and VNNI; every row must lie in `rows`.
    #[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
    pub unsafe fn dots_avx512(
        query: &[i8],
        rows: &[i8],
        mut order: impl Iterator<Item = (usize, usize)>,
        out: &mut [i32],
    ) {
        // SAFETY: the row lies in `rows`.
        let row = |(row, _): (usize, usize)| unsafe { rows.as_ptr().add(row * query.len()) };
        let start = minus_moved(query);
        while let Some(first) = order.next() {
            let [second, third, fourth] = [(); 3].map(|()| order.next());
            if let (Some(second), Some(third), Some(fourth)) = (second, third, fourth) {
                let four = [first, second, third, fourth];
                // SAFETY: as long as the query, like every row.
                let sums = sums_of_four(unsafe { products(query, four.map(row), start) });
                for ((_, place), sum) in four.into_iter().zip(sums) {
                    out[place] = sum;
                }
            } else {
                for one in [Some(first), second, third].into_iter().flatten() {
                    // SAFETY: as above.
                    let [sums] = unsafe { products(query, [row(one)], start) };
                    out[one.1] = _mm512_reduce_add_epi32(sums);
                }
            }
        }
    }

    /// # Safety
    /// The CPU must have AVX-512 F, BW and VNNI.
    #[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
    pub unsafe fn dot_avx512(query: &[i8], row: &[i8]) -> i32 {
        let row = &row[..query.len()];
        // SAFETY: the row is as long as the query.
        let [sums] = unsafe { products(query, [row.as_ptr()], minus_moved(query)) };
        _mm512_reduce_add_epi32(sums)
    }

    /// `vpdpbusd` multiplies unsigned with signed bytes: rows are moved up by 128, and what that adds is taken off
    /// before: 128 times the query.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
    fn minus_moved(query: &[i8]) -> __m512i {
        let zero = _mm512_setzero_si512();
        let mut moved = zero;
        for part in query.chunks(64) {
            // SAFETY: the mask keeps to the part.
            let q = unsafe { _mm512_maskz_loadu_epi8(first(part.len()), part.as_ptr()) };
            moved = _mm512_dpbusd_epi32(moved, _mm512_set1_epi8(-128), q);
        }
        _mm512_sub_epi32(zero, moved)
    }

    /// Sixteen sums of products for each row, added to what they start with.
    ///
    /// # Safety
    /// The CPU must have AVX-512 F, BW and VNNI; every row must be as long as the query.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
    unsafe fn products<const N: usize>(
        query: &[i8],
        rows: [*const i8; N],
        start: __m512i,
    ) -> [__m512i; N] {
        let up = _mm512_set1_epi8(-128);
        let mut sums = [start; N];
        let (whole, rest) = query.as_chunks::<64>();
        for (part, at) in whole.iter().zip((0..).step_by(64)) {
            // SAFETY: 64 bytes of the query, and the same of a row as long.
            let q = unsafe { _mm512_loadu_epi8(part.as_ptr()) };
            for (sum, row) in sums.iter_mut().zip(rows) {
                // SAFETY: as above.
                let r = unsafe { _mm512_loadu_epi8(row.add(at)) };
                *sum = _mm512_dpbusd_epi32(*sum, _mm512_xor_si512(r, up), q);
            }
        }
        if !rest.is_empty() {
            let mask = first(rest.len());
            // SAFETY: the mask keeps to the rest.
            let q = unsafe { _mm512_maskz_loadu_epi8(mask, rest.as_ptr()) };
            for (sum, row) in sums.iter_mut().zip(rows) {
                // SAFETY: as above.
                let r = unsafe { _mm512_maskz_loadu_epi8(mask, row.add(query.len() - rest.len())) };
                *sum = _mm512_dpbusd_epi32(*sum, _mm512_xor_si512(r, up), q);
            }
        }
        sums
    }

    /// A mask of so many bytes, 1 to 64.
    fn first(bytes: usize) -> __mmask64 {
        u64::MAX >> (64 - bytes)
    }

    /// The sums of sixteen numbers each.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    fn sums_of_four([a, b, c, d]: [__m512i; 4]) -> [i32; 4] {
        // In every 128 bits: a0 + a2, b0 + b2, a1 + a3, b1 + b3; then the four sums; then over all 128 bits.
        let ab = _mm512_add_epi32(_mm512_unpacklo_epi32(a, b), _mm512_unpackhi_epi32(a, b));
        let cd = _mm512_add_epi32(_mm512_unpacklo_epi32(c, d), _mm512_unpackhi_epi32(c, d));
        let all = _mm512_add_epi32(_mm512_unpacklo_epi64(ab, cd), _mm512_unpackhi_epi64(ab, cd));
        let half = _mm256_add_epi32(
            _mm512_castsi512_si256(all),
            _mm512_extracti64x4_epi64::<1>(all),
        );
        let quarter = _mm_add_epi32(
            _mm256_castsi256_si128(half),
            _mm256_extracti128_si256::<1>(half),
        );
        let mut four = [0; 4];
        // SAFETY: four numbers of 32 bits.
        unsafe { _mm_storeu_si128(four.as_mut_ptr().cast(), quarter) };
        four
    }

    /// Dot products with rows, each with its place in `out`.
    ///
    /// # Safety
    /// The CPU must have AVX2.
    #[target_feature(enable = "avx2")]
    pub unsafe fn dots_avx2(
        query: &[i8],
        rows: &[i8],
        order: impl Iterator<Item = (usize, usize)>,
        out: &mut [i32],
    ) {
        for (row, place) in order {
            let row = &rows[row * query.len()..][..query.len()];
            // SAFETY: the caller has checked for AVX2.
            out[place] = unsafe { dot_avx2(query, row) };
        }
    }

    /// `vpmaddubsw` multiplies unsigned with signed bytes: the signs of a row go over to the query. Two products
    /// of numbers up to 127 fit 16 bits.
    ///
    /// # Safety
    /// The CPU must have AVX2.
    #[inline]
    #[target_feature(enable = "avx2")]
    pub unsafe fn dot_avx2(query: &[i8], row: &[i8]) -> i32 {
        let n = query.len().min(row.len());
        let ones = _mm256_set1_epi16(1);
        let mut sums = [_mm256_setzero_si256(); 2];
        let mut i = 0;
        while i + 32 <= n {
            // SAFETY: i + 32 <= n, and both slices have n bytes or more.
            let (q, r) = unsafe {
                (
                    _mm256_loadu_si256(query.as_ptr().add(i).cast()),
                    _mm256_loadu_si256(row.as_ptr().add(i).cast()),
                )
            };
            let pairs = _mm256_maddubs_epi16(_mm256_abs_epi8(r), _mm256_sign_epi8(q, r));
            let sum = &mut sums[i / 32 % 2];
            *sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(pairs, ones));
            i += 32;
        }
        let sum = _mm256_add_epi32(sums[0], sums[1]);
        let half = _mm_add_epi32(
            _mm256_castsi256_si128(sum),
            _mm256_extracti128_si256::<1>(sum),
        );
        let half = _mm_add_epi32(half, _mm_shuffle_epi32::<0b01_00_11_10>(half));
        let half = _mm_add_epi32(half, _mm_shuffle_epi32::<0b10_11_00_01>(half));
        let rest = query[i..].iter().zip(&row[i..]);
        let rest: i32 = rest.map(|(q, r)| i32::from(*q) * i32::from(*r)).sum();
        _mm_cvtsi128_si32(half) + rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_path_agrees_with_the_oracle(
            width in 1usize..300,
            count in 0usize..9,
            seed in any::<u64>(),
            extreme in any::<bool>(),
        ) {
            let mut state = seed;
            let mut next = || {
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                let byte = (state >> 56) as u8;
                if extreme { [-127, 127][usize::from(byte & 1)] } else { byte.cast_signed().max(-127) }
            };
            let query: Vec<i8> = (0..width).map(|_| next()).collect();
            let rows: Vec<i8> = (0..width * count).map(|_| next()).collect();
            let picked: Vec<u32> = (0..count as u32).rev().collect();
            let exact = |row: usize| -> i32 {
                let row = &rows[row * width..(row + 1) * width];
                query.iter().zip(row).map(|(q, r)| i32::from(*q) * i32::from(*r)).sum()
            };
            for isa in Isa::available() {
                let mut out = vec![0; count];
                dots_i8(isa, &query, &rows, &mut out);
                prop_assert_eq!(&out, &(0..count).map(exact).collect::<Vec<_>>(), "{:?}", isa);
                dots_i8_of(isa, &query, &rows, &picked, &mut out);
                prop_assert_eq!(&out, &(0..count).rev().map(exact).collect::<Vec<_>>(), "{:?}", isa);
            }
            if count > 0 {
                prop_assert_eq!(dot_i8(&query, &rows[..width]), exact(0));
            }
        }
    }

    #[test]
    #[should_panic(expected = "rows of a matrix")]
    fn rows_outside_are_refused() {
        dots_i8_of(Isa::current(), &[1], &[1, 2], &[2], &mut [0]);
    }
}
