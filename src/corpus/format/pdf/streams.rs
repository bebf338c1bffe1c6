//! Decoding of streams within a limit. The library decodes a stream whole, whatever it expands to.

use std::borrow::Cow;

use hayro_syntax::Filter;
use hayro_syntax::object::Stream;
use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::inflate_flags::TINFL_FLAG_PARSE_ZLIB_HEADER;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress};

/// How many bytes one byte of Deflate can expand to.
const DEFLATE_RATIO: usize = 1032;

/// As many for LZW: a code of at least nine bits stands for at most 4,096 bytes.
const LZW_RATIO: usize = 4096;

const RUN_LENGTH_RATIO: usize = 64;

/// The decoded bytes of a stream; `None` if it does not decode, holds an image, or could expand beyond the limit.
pub(super) fn decoded<'a>(stream: &Stream<'a>, limit: usize) -> Option<Cow<'a, [u8]>> {
    fits(stream, limit)
        .then(|| stream.decoded_data().ok())
        .flatten()
}

/// Whether a stream expands to at most `limit` bytes. Deflate is counted if its ratio could break the limit;
/// of the other filters the worst case counts.
pub(super) fn fits(stream: &Stream<'_>, limit: usize) -> bool {
    let raw = stream.raw_data();
    let filters = stream.filters();
    let ratios = filters.iter().map(|filter| match filter {
        Filter::FlateDecode => DEFLATE_RATIO,
        Filter::LzwDecode => LZW_RATIO,
        Filter::RunLengthDecode => RUN_LENGTH_RATIO,
        _ => 1,
    });
    // The decoders of pictures count nothing, and no text is packed by them.
    let is_picture = |filter: &Filter| {
        use Filter::{CcittFaxDecode, DctDecode, Jbig2Decode, JpxDecode};
        matches!(filter, CcittFaxDecode | DctDecode | Jbig2Decode | JpxDecode)
    };
    if filters.iter().any(is_picture) {
        return false;
    }
    let worst = ratios.fold(raw.len(), usize::saturating_mul);
    if worst <= limit {
        return true;
    }
    let mut current = raw;
    for (at, filter) in filters.iter().enumerate() {
        let last = at + 1 == filters.len();
        match filter {
            Filter::FlateDecode if last => return inflated(&current, limit, None),
            Filter::FlateDecode => {
                let mut out = Vec::new();
                if !inflated(&current, limit, Some(&mut out)) {
                    return false;
                }
                current = Cow::Owned(out);
            }
            Filter::Ascii85Decode => current = Cow::Owned(ascii_85(&current)),
            Filter::AsciiHexDecode => current = Cow::Owned(ascii_hex(&current)),
            Filter::LzwDecode | Filter::RunLengthDecode => {
                // Real text shrinks to no less than a hundredth.
                return last && current.len().saturating_mul(100) <= limit;
            }
            _ => {}
        }
    }
    current.len() <= limit
}

/// Five letters for four bytes. Only what Deflate will meet counts, so errors are passed over.
fn ascii_85(data: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(data.len());
    let (mut value, mut digits) = (0_u32, 0);
    for &byte in data {
        match byte {
            b'z' if digits == 0 => out.extend([0; 4]),
            b'!'..=b'u' => {
                value = value.wrapping_mul(85).wrapping_add(u32::from(byte - b'!'));
                digits += 1;
                if digits == 5 {
                    out.extend(value.to_be_bytes());
                    (value, digits) = (0, 0);
                }
            }
            b'~' => break,
            _ => {}
        }
    }
    if digits > 1 {
        for _ in digits..5 {
            value = value.wrapping_mul(85).wrapping_add(84);
        }
        out.extend(value.to_be_bytes().into_iter().take(digits - 1));
    }
    out
}

fn ascii_hex(data: &[u8]) -> Vec<u8> {
    let digits: Vec<u8> = data
        .iter()
        .take_while(|&&byte| byte != b'>')
        .filter_map(|&byte| char::from(byte).to_digit(16))
        .filter_map(|digit| u8::try_from(digit).ok())
        .collect();
    digits
        .chunks(2)
        .map(|pair| pair[0] << 4 | pair.get(1).copied().unwrap_or(0))
        .collect()
}

/// Whether Deflate expands to at most `limit` bytes. A damaged end is no excess: the library forgives it too.
fn inflated(data: &[u8], limit: usize, mut keep: Option<&mut Vec<u8>>) -> bool {
    let mut window = vec![0_u8; 1 << 15];
    let mut state = Box::<DecompressorOxide>::default();
    let (mut read, mut at, mut sum) = (0, 0, 0_usize);
    loop {
        let rest = data.get(read..).unwrap_or_default();
        let (status, taken, given) = decompress(
            &mut state,
            rest,
            &mut window,
            at,
            TINFL_FLAG_PARSE_ZLIB_HEADER,
        );
        sum = sum.saturating_add(given);
        if sum > limit {
            return false;
        }
        if let Some(out) = keep.as_deref_mut() {
            out.extend_from_slice(window.get(at..at + given).unwrap_or_default());
        }
        read += taken;
        at = (at + given) & (window.len() - 1);
        if status != TINFLStatus::HasMoreOutput || (taken == 0 && given == 0) {
            return true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bomb_is_counted_and_not_decoded() {
        let bomb = miniz_oxide::deflate::compress_to_vec_zlib(&vec![b'a'; 1 << 20], 6);
        assert!(bomb.len() < 5000);
        assert!(inflated(&bomb, 1 << 20, None));
        assert!(!inflated(&bomb, (1 << 20) - 1, None));
    }

    #[test]
    fn text_encodings_are_undone() {
        assert_eq!(ascii_85(b"87cURD]i,\"Ebo80~>"), b"Hello World!");
        assert_eq!(ascii_hex(b"48 65 6c6C 6f>"), b"Hello");
    }

    #[test]
    fn what_is_kept_is_what_was_packed() {
        let text: Vec<u8> = (0..200_000_u32).map(|n| (n % 251) as u8).collect();
        let packed = miniz_oxide::deflate::compress_to_vec_zlib(&text, 6);
        let mut out = Vec::new();
        assert!(inflated(&packed, 1 << 20, Some(&mut out)));
        assert_eq!(out, text);
    }
}
