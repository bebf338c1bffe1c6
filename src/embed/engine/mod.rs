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

use crate::embed::input::Encoded;
use crate::embed::model::Pooling;
use crate::error::{Error, Result};

/// Token ids, special tokens included, and what is wanted of them.
#[derive(Debug, Clone)]
pub struct Sequence<'a> {
    pub ids: &'a [u32],
    /// Token ranges to pool.
    pub pools: &'a [Range<usize>],
    /// Positions of tokens whose states after the inner layer are wanted; empty where the encoder has no inner layer.
    pub kept: &'a [usize],
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

    /// What each sequence asks for. Sequences of different lengths may be mixed; padding changes no result.
    ///
    /// # Errors
    /// Where an id or a range is out of bounds, or the device fails.
    fn encode(&self, batch: &[Sequence<'_>]) -> Result<Vec<Encoded>>;
}

/// Hidden states of a padded batch, `[sequences, longest, hidden]` each.
pub struct States {
    /// Of the last layer.
    pub last: Tensor,
    /// Of the inner layer, where the encoder has one.
    pub inner: Option<Tensor>,
}

/// Encodes a batch that is padded to its longest sequence; `forward` gives its states for the longest length. They are
/// pooled in f32 where they are: only vectors and the states that are kept leave the device.
pub fn encode_padded(
    batch: &[Sequence<'_>],
    pooling: Pooling,
    forward: impl FnOnce(usize) -> Result<States>,
) -> Result<Vec<Encoded>> {
    let longest = batch.iter().map(|s| s.ids.len()).max().unwrap_or(0);
    let most = batch.iter().map(|s| s.pools.len()).max().unwrap_or(0);
    if longest == 0 || most == 0 {
        let nothing = Encoded {
            pooled: Vec::new(),
            states: Vec::new(),
        };
        return Ok(vec![nothing; batch.len()]);
    }
    let mut shares = vec![0f32; batch.len() * most * longest];
    for (sequence, shares) in batch.iter().zip(shares.chunks_exact_mut(most * longest)) {
        for (range, shares) in sequence.pools.iter().zip(shares.chunks_exact_mut(longest)) {
            let rows = pooling.rows(range.clone());
            shares[rows.clone()].fill(1.0 / rows.len() as f32);
        }
    }
    let States { last, inner } = forward(longest)?;
    let pool = || {
        let shares = Tensor::from_vec(shares, (batch.len(), most, longest), last.device())?;
        shares.matmul(&last.to_dtype(DType::F32)?)?.to_vec3::<f32>()
    };
    let failed = "the model failed";
    let pooled = pool().map_err(Error::compute(failed))?;
    let kept = match inner {
        Some(inner) => kept_states(batch, longest, &inner).map_err(Error::compute(failed))?,
        None => vec![Vec::new(); batch.len()],
    };
    let encoded = batch.iter().zip(pooled).zip(kept);
    let encoded = encoded.map(|((sequence, mut pooled), states)| {
        pooled.truncate(sequence.pools.len());
        Encoded { pooled, states }
    });
    Ok(encoded.collect())
}

/// The kept states of each sequence, `[kept, hidden]` row-major.
fn kept_states(
    batch: &[Sequence<'_>],
    longest: usize,
    inner: &Tensor,
) -> candle_core::Result<Vec<Vec<f32>>> {
    let places = batch.iter().enumerate().flat_map(|(number, sequence)| {
        let kept = sequence.kept.iter();
        kept.map(move |at| (number * longest + at) as u32)
    });
    let places: Vec<u32> = places.collect();
    if places.is_empty() {
        return Ok(vec![Vec::new(); batch.len()]);
    }
    let hidden = inner.dim(2)?;
    let places = Tensor::new(places, inner.device())?;
    let states = inner.reshape(((), hidden))?.index_select(&places, 0)?;
    let states = states.to_dtype(DType::F32)?.flatten_all()?;
    let states = states.to_vec1::<f32>()?;
    let mut rest = states.as_slice();
    let kept = batch.iter().map(|sequence| {
        let (own, others) = rest.split_at(sequence.kept.len() * hidden);
        rest = others;
        own.to_vec()
    });
    Ok(kept.collect())
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
            kept: &[],
        })
        .collect();
    let encoded = encoder.encode(&batch).expect("vectors");
    encoded.into_iter().flat_map(|one| one.pooled).collect()
}
