//! What every model looks like from outside.

use std::ops::Range;

use candle_core::Device;

use super::pooling::pool;
use super::registry::Pooling;
use crate::error::Result;

/// Token ids, special tokens included, and the token ranges to pool.
#[derive(Debug, Clone)]
pub struct Sequence<'a> {
    pub ids: &'a [u32],
    pub pools: &'a [Range<usize>],
}

/// How a device takes its work.
#[derive(Debug, Clone, Copy)]
pub struct Batches {
    pub tokens: usize,
    pub at_once: bool,
}

impl Batches {
    pub fn on(device: &Device) -> Self {
        if device.is_cpu() {
            Self::CPU
        } else {
            Self::GPU
        }
    }

    /// More tokens would leave the caches.
    pub const CPU: Self = Self {
        tokens: 512,
        at_once: true,
    };
    /// Enough to keep a large GPU busy.
    pub const GPU: Self = Self {
        tokens: 32_768,
        at_once: false,
    };
}

/// A model that turns token ids into pooled vectors.
pub trait Encoder: Send + Sync {
    /// Sequences of a batch are padded to the longest: those of a batch should be as long.
    fn pads(&self) -> bool;

    /// Tokens of a batch, and whether several threads may each encode one: on a GPU they would only wait.
    fn batches(&self) -> Batches {
        Batches::CPU
    }

    /// For each sequence one vector a pool: `[dimension]` f32, not normalised.
    ///
    /// Sequences of different lengths may be mixed; padding changes no result.
    ///
    /// # Errors
    /// Where an id or a range is out of bounds, or the device fails.
    fn encode(&self, batch: &[Sequence<'_>]) -> Result<Vec<Vec<Vec<f32>>>>;
}

/// Encodes a batch that is padded to its longest sequence. `forward` gives the hidden states of the last layer,
/// `[sequences, longest, hidden]` row-major f32, for the longest length.
pub fn encode_padded(
    batch: &[Sequence<'_>],
    hidden: usize,
    pooling: Pooling,
    forward: impl FnOnce(usize) -> Result<Vec<f32>>,
) -> Result<Vec<Vec<Vec<f32>>>> {
    let longest = batch.iter().map(|s| s.ids.len()).max().unwrap_or(0);
    if longest == 0 {
        return Ok(vec![Vec::new(); batch.len()]);
    }
    let states = forward(longest)?;
    let rows = states.chunks_exact(longest * hidden);
    let pooled = batch.iter().zip(rows).map(|(sequence, rows)| {
        let pool = |range: &Range<usize>| pool(pooling, rows, hidden, range.clone());
        sequence.pools.iter().map(pool).collect()
    });
    Ok(pooled.collect())
}

/// For tests: the vector of each text as a whole.
#[cfg(test)]
pub fn encode_whole(encoder: &dyn Encoder, texts: &[&Vec<u32>]) -> Vec<Vec<f32>> {
    let pools: Vec<_> = texts.iter().map(|ids| 0..ids.len()).collect();
    let batch: Vec<Sequence<'_>> = texts
        .iter()
        .zip(&pools)
        .map(|(ids, pool)| Sequence {
            ids,
            pools: std::slice::from_ref(pool),
        })
        .collect();
    encoder.encode(&batch).expect("vectors").concat()
}
