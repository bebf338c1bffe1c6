//! A picture of few colours as PNG (W3C, "Portable Network Graphics", third edition, 2025), and as a data address.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use miniz_oxide::deflate::compress_to_vec_zlib;

/// A picture of `width` times `height` pixels with up to 256 colours. `pixels`: `[height][width]`, places in `colours`.
///
/// A missing pixel has the first colour. A side of 0 becomes 1, because PNG has no empty pictures.
pub fn png(width: usize, height: usize, colours: &[[u8; 3]], pixels: &[u8]) -> Vec<u8> {
    let (width, height) = (width.clamp(1, 65_535), height.clamp(1, 65_535));
    let mut raw = Vec::with_capacity((width + 1) * height);
    for line in 0..height {
        raw.push(0); // no filter: neighbouring numbers of colours tell little of each other
        let start = (line * width).min(pixels.len());
        let known = &pixels[start..(start + width).min(pixels.len())];
        raw.extend_from_slice(known);
        raw.resize(raw.len() + width - known.len(), 0);
    }
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut header = Vec::new();
    header.extend_from_slice(&(width as u32).to_be_bytes());
    header.extend_from_slice(&(height as u32).to_be_bytes());
    // Eight bits a pixel, colours by a palette, the only compression and filter there are, not interlaced.
    header.extend_from_slice(&[8, 3, 0, 0, 0]);
    chunk(b"IHDR", &header, &mut out);
    let palette: Vec<u8> = colours.iter().take(256).flatten().copied().collect();
    chunk(
        b"PLTE",
        if palette.is_empty() {
            &[0; 3]
        } else {
            &palette
        },
        &mut out,
    );
    chunk(b"IDAT", &compress_to_vec_zlib(&raw, 9), &mut out);
    chunk(b"IEND", &[], &mut out);
    out
}

fn chunk(name: &[u8; 4], data: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(&(data.len() as u32).to_be_bytes());
    let start = out.len();
    out.extend_from_slice(name);
    out.extend_from_slice(data);
    let sum = checksum(&out[start..]);
    out.extend_from_slice(&sum.to_be_bytes());
}

/// CRC-32 as in ISO 3309, annex D of the specification.
fn checksum(bytes: &[u8]) -> u32 {
    let table: [u32; 256] = std::array::from_fn(|byte| {
        (0..8).fold(byte as u32, |rest, _| {
            if rest & 1 == 1 {
                0xedb8_8320 ^ (rest >> 1)
            } else {
                rest >> 1
            }
        })
    });
    !bytes.iter().fold(u32::MAX, |sum, &byte| {
        table[((sum ^ u32::from(byte)) & 0xff) as usize] ^ (sum >> 8)
    })
}

/// The address `data:image/png;base64,...` of a picture.
pub fn data_address(png: &[u8]) -> String {
    format!("data:image/png;base64,{}", STANDARD.encode(png))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksum_and_base64_are_the_standard_ones() {
        assert_eq!(checksum(b"123456789"), 0xcbf4_3926);
        assert_eq!(data_address(b"M"), "data:image/png;base64,TQ==");
        assert_eq!(data_address(b"Ma"), "data:image/png;base64,TWE=");
        assert_eq!(data_address(b"Man"), "data:image/png;base64,TWFu");
    }

    #[test]
    fn any_size_makes_a_picture() {
        for (width, height, pixels) in [(0, 0, vec![]), (3, 2, vec![1; 6]), (4, 4, vec![1; 5])] {
            let bytes = png(width, height, &[[0; 3], [255; 3]], &pixels);
            assert!(bytes.starts_with(b"\x89PNG") && bytes.ends_with(&[0xae, 0x42, 0x60, 0x82]));
        }
    }
}
