//! What every model looks like from outside.

pub(super) mod batch;
pub(super) mod candle_bert;
pub(super) mod candle_models;
pub(super) mod fused;
pub(super) mod modernbert;
pub(super) mod pooling;
pub(super) mod prepared;

use std::ops::Range;

use candle_core::{DType, Device, Tensor};

use crate::embed::model::Pooling;
use crate::error::{Error, Result};

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
/// `[sequences, longest, hidden]`, for the longest length. They are pooled in f32 where they are: only vectors leave the
/// device.
pub fn encode_padded(
    batch: &[Sequence<'_>],
    pooling: Pooling,
    forward: impl FnOnce(usize) -> Result<Tensor>,
) -> Result<Vec<Vec<Vec<f32>>>> {
    let longest = batch.iter().map(|s| s.ids.len()).max().unwrap_or(0);
    let most = batch.iter().map(|s| s.pools.len()).max().unwrap_or(0);
    if longest == 0 || most == 0 {
        return Ok(vec![Vec::new(); batch.len()]);
    }
    let mut shares = vec![0f32; batch.len() * most * longest];
    for (sequence, shares) in batch.iter().zip(shares.chunks_exact_mut(most * longest)) {
        for (range, shares) in sequence.pools.iter().zip(shares.chunks_exact_mut(longest)) {
            let rows = pooling.rows(range.clone());
            shares[rows.clone()].fill(1.0 / rows.len() as f32);
        }
    }
    let states = forward(longest)?;
    let pool = || {
        let shares = Tensor::from_vec(shares, (batch.len(), most, longest), states.device())?;
        shares
            .matmul(&states.to_dtype(DType::F32)?)?
            .to_vec3::<f32>()
    };
    let mut pooled = pool().map_err(Error::compute("the model failed"))?;
    for (vectors, sequence) in pooled.iter_mut().zip(batch) {
        vectors.truncate(sequence.pools.len());
    }
    Ok(pooled)
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
