//! ggml's Q4_0: blocks of 32 numbers, an f16 scale and 16 bytes.
//!
//! Byte `j` holds number `j` in its low four bits and number `j + 16` in its high four; a number is
//! `scale * (bits - 8)`. Source: ggml's `ggml-quants.c`.

/// Bytes of a block.
pub const BLOCK_BYTES: usize = 18;
/// Numbers of a block.
pub const BLOCK: usize = 32;

/// Expands blocks into f32. `out` is 32 long for each block.
pub fn expand(blocks: &[u8], out: &mut [f32]) {
    for (block, out) in blocks
        .chunks_exact(BLOCK_BYTES)
        .zip(out.chunks_exact_mut(BLOCK))
    {
        let scale = f16_to_f32(u16::from_le_bytes([block[0], block[1]]));
        let (low, high) = out.split_at_mut(BLOCK / 2);
        for ((byte, low), high) in block[2..].iter().zip(low).zip(high) {
            *low = scale * (f32::from(byte & 15) - 8.0);
            *high = scale * (f32::from(byte >> 4) - 8.0);
        }
    }
}

/// IEEE 754 half precision to single.
pub fn f16_to_f32(bits: u16) -> f32 {
    let sign = u32::from(bits >> 15) << 31;
    let exponent = u32::from(bits >> 10) & 31;
    let fraction = u32::from(bits) & 0x3ff;
    match exponent {
        // Subnormal: a multiple of 2^-24.
        0 => f32::from_bits(sign | (fraction as f32 * 2f32.powi(-24)).to_bits()),
        31 => f32::from_bits(sign | 0x7f80_0000 | fraction << 13),
        _ => f32::from_bits(sign | (exponent + 112) << 23 | fraction << 13),
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use candle_core::quantized::{GgmlDType, QStorage, QTensor};

    use super::*;

    #[test]
    fn agrees_with_candle() {
        let mut bytes: Vec<u8> = (0..BLOCK_BYTES * 600)
            .map(|i| (i * 131 % 251) as u8)
            .collect();
        for (number, block) in bytes.chunks_exact_mut(BLOCK_BYTES).enumerate() {
            // Every kind of finite half: subnormal, normal, negative.
            let scale = ((number * 107) as u16 % 0x7c00) | ((number as u16 & 1) << 15);
            block[..2].copy_from_slice(&scale.to_le_bytes());
        }
        let mut ours = vec![0f32; BLOCK * 600];
        expand(&bytes, &mut ours);
        let cpu = candle_core::Device::Cpu;
        let storage = QStorage::from_data(Cow::Owned(bytes), &cpu, GgmlDType::Q4_0).unwrap();
        let tensor = QTensor::new(storage, ours.len())
            .unwrap()
            .dequantize(&cpu)
            .unwrap();
        assert_eq!(tensor.to_vec1::<f32>().unwrap(), ours);
    }
}
