//! The token embedding table, left where it lies in the model's file: most rows are never asked for, and as f32 the
//! whole of it can be larger than everything else.

use serde::{Deserialize, Serialize};

use crate::kernel::q4_0;

/// The numbers of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Numbers {
    Q4_0,
    F16,
    Bf16,
    F32,
}

impl Numbers {
    /// Bytes of a row.
    fn bytes(self, columns: usize) -> usize {
        match self {
            Self::Q4_0 => columns / q4_0::BLOCK * q4_0::BLOCK_BYTES,
            Self::F16 | Self::Bf16 => columns * 2,
            Self::F32 => columns * 4,
        }
    }
}

/// Rows somewhere in a file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Table {
    pub start: usize,
    pub rows: usize,
    pub columns: usize,
    pub numbers: Numbers,
}

impl Table {
    /// Whether all of it lies inside the file.
    pub fn fits(&self, file: &[u8]) -> bool {
        self.rows > 0
            && (self.numbers != Numbers::Q4_0 || self.columns.is_multiple_of(q4_0::BLOCK))
            && self.row(file, self.rows as u32 - 1).is_some()
    }

    fn row<'a>(&self, file: &'a [u8], row: u32) -> Option<&'a [u8]> {
        let (row, bytes) = (row as usize, self.numbers.bytes(self.columns));
        let start = self.start.checked_add(row.checked_mul(bytes)?)?;
        file.get(start..start.checked_add(bytes)?)
            .filter(|_| row < self.rows)
    }

    /// Writes a row into `out`, `columns` long; `None` past the end.
    pub fn expand(&self, file: &[u8], row: u32, out: &mut [f32]) -> Option<()> {
        let bytes = self.row(file, row)?;
        let halves = || {
            bytes
                .as_chunks::<2>()
                .0
                .iter()
                .map(|b| u16::from_le_bytes(*b))
        };
        match self.numbers {
            Numbers::Q4_0 => q4_0::expand(bytes, out),
            Numbers::F16 => {
                let values = halves().map(q4_0::f16_to_f32);
                out.iter_mut().zip(values).for_each(|(o, v)| *o = v);
            }
            Numbers::Bf16 => {
                let values = halves().map(|bits| f32::from_bits(u32::from(bits) << 16));
                out.iter_mut().zip(values).for_each(|(o, v)| *o = v);
            }
            Numbers::F32 => {
                let values = bytes.as_chunks::<4>().0.iter();
                let values = values.map(|b| f32::from_le_bytes(*b));
                out.iter_mut().zip(values).for_each(|(o, v)| *o = v);
            }
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_number_is_read_and_nothing_past_the_end() {
        let f32s: Vec<u8> = [1.0f32, -0.5]
            .iter()
            .flat_map(|v| v.to_le_bytes())
            .collect();
        let bf16s = [0x3f80u16, 0xbf00].map(u16::to_le_bytes).concat();
        let f16s = [0x3c00u16, 0xb800].map(u16::to_le_bytes).concat();
        for (numbers, row) in [
            (Numbers::F32, f32s),
            (Numbers::Bf16, bf16s),
            (Numbers::F16, f16s),
        ] {
            let table = Table {
                start: 3,
                rows: 2,
                columns: 2,
                numbers,
            };
            let file = [&[9; 3][..], &row, &row].concat();
            assert!(table.fits(&file) && !table.fits(&file[..file.len() - 1]));
            let mut out = [0.0; 2];
            assert!(
                table.expand(&file, 1, &mut out).is_some() && out == [1.0, -0.5],
                "{numbers:?}"
            );
            assert!(table.expand(&file, 2, &mut out).is_none());
        }
    }
}
