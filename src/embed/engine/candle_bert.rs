//! BERT and XLM-R in candle's stock ops (candle-transformers' encoder stack).
//!
//! Source: Devlin et al. 2019, <https://arxiv.org/abs/1810.04805>.

use candle_core::{DType, Device, Tensor};
use candle_nn::{LayerNorm, Module, VarBuilder};
use candle_transformers::models::bert::{BertEncoder, Config};

use super::prepared::BertSource;
use crate::embed::engine::{Batches, Encoder, Sequence, States, encode_padded};
use crate::embed::input::Encoded;
use crate::embed::model::Pooling;
use crate::embed::weights::token_table::Table;
use crate::embed::weights::{Backend, NORM, Weights, floats, positions, token_embeddings};
use crate::error::{Error, Result};

/// Added to the attention scores of padding: it gets no attention in any kind of number.
const NO_ATTENTION: f32 = -1e4;

/// The model with its weights on a device. The token embedding table stays in the file: a text needs few of its rows.
pub struct Bert {
    weights: Box<dyn Weights>,
    table: Table,
    words: Option<Vec<u8>>,
    /// `[positions, hidden]`, the embedding of token type 0 already added.
    positions: Tensor,
    norm: LayerNorm,
    /// The layers up to the inner one, and those after it; all are after it where there is none.
    lower: Option<BertEncoder>,
    upper: BertEncoder,
    hidden: usize,
    pooling: Pooling,
    dtype: DType,
    device: Device,
}

impl Bert {
    /// `inner` is the number of layers after which the states of tokens are kept.
    ///
    /// # Errors
    /// [`crate::EmbedError::BadModel`] or [`crate::EmbedError::Compute`] where the file is damaged or not such a model.
    pub fn load(
        source: BertSource,
        pooling: Pooling,
        inner: Option<usize>,
        dtype: DType,
        device: &Device,
    ) -> Result<Self> {
        let BertSource { weights, shape, .. } = source;
        let hidden_act = shape.activation.of_bert().ok_or_else(|| {
            let received = format!("{:?}", shape.activation);
            weights.fault("activation".to_owned(), &"one of a BERT", &received)
        })?;
        let config = Config {
            hidden_size: shape.hidden,
            num_hidden_layers: shape.layers,
            num_attention_heads: shape.heads,
            intermediate_size: shape.ffn,
            hidden_act,
            layer_norm_eps: f64::from(shape.epsilon),
            ..Config::default()
        };
        let load = || -> candle_core::Result<_> {
            let backend = Box::new(Backend(&*weights));
            let builder = VarBuilder::from_backend(backend, dtype, device.clone());
            let mut upper = BertEncoder::load(builder.pp("encoder"), &config)?;
            let Some(inner) = inner else {
                return Ok((None, upper));
            };
            // candle has no other way to a state inside the stack.
            let none = Config {
                num_hidden_layers: 0,
                ..config.clone()
            };
            let mut lower = BertEncoder::load(builder.pp("encoder"), &none)?;
            lower.layers.extend(upper.layers.drain(..inner));
            Ok((Some(lower), upper))
        };
        let (lower, upper) = load().map_err(Error::compute("cannot load the model"))?;
        let hidden = shape.hidden;
        let positions = positions(&*weights, &shape)?;
        let norm = floats(&*weights, &NORM, 2 * hidden)?;
        let tensor = |numbers: &[f32], rows: usize| {
            let shape = (rows, numbers.len() / rows.max(1));
            Tensor::from_slice(numbers, shape, device)?.to_dtype(dtype)
        };
        let tensors = || -> candle_core::Result<_> {
            let norm = tensor(&norm, 2)?;
            let norm = LayerNorm::new(norm.get(0)?, norm.get(1)?, f64::from(shape.epsilon));
            Ok((tensor(&positions, shape.positions)?, norm))
        };
        let (positions, norm) = tensors().map_err(Error::compute("cannot load the embeddings"))?;
        let (table, words) = token_embeddings(&*weights, hidden)?;
        Ok(Self {
            weights,
            table,
            words,
            positions,
            norm,
            lower,
            upper,
            hidden,
            pooling,
            dtype,
            device: device.clone(),
        })
    }

    fn forward(&self, batch: &[Sequence<'_>], longest: usize) -> Result<States> {
        let (tokens, places) = distinct(batch, longest);
        let rows = self.rows(&tokens)?;
        // Added to the attention scores: padding is never attended to.
        let mut mask = vec![0f32; batch.len() * longest];
        for (sequence, mask) in batch.iter().zip(mask.chunks_exact_mut(longest)) {
            mask[sequence.ids.len()..].fill(NO_ATTENTION);
        }
        let run = || {
            let to_device = |numbers, shape: &[usize]| {
                Tensor::from_vec(numbers, shape, &self.device)?.to_dtype(self.dtype)
            };
            let rows = to_device(rows, &[tokens.len(), self.hidden])?;
            let places = Tensor::from_vec(places, batch.len() * longest, &self.device)?;
            let words = rows.index_select(&places, 0)?;
            let words = words.reshape((batch.len(), longest, self.hidden))?;
            let positions = self.positions.narrow(0, 0, longest)?;
            let embedded = self.norm.forward(&words.broadcast_add(&positions)?)?;
            let mask = to_device(mask, &[batch.len(), 1, 1, longest])?;
            let inner = self.lower.as_ref();
            let inner = inner.map(|lower| lower.forward(&embedded, &mask));
            let inner = inner.transpose()?;
            let last = self
                .upper
                .forward(inner.as_ref().unwrap_or(&embedded), &mask)?;
            Ok(States { last, inner })
        };
        run().map_err(Error::compute("the model failed"))
    }

    /// Token embeddings, `[ids.len(), hidden]` row-major.
    fn rows(&self, ids: &[u32]) -> Result<Vec<f32>> {
        let file = self.words.as_deref().unwrap_or(self.weights.bytes());
        let mut rows = vec![0f32; ids.len() * self.hidden];
        for (id, row) in ids.iter().zip(rows.chunks_exact_mut(self.hidden)) {
            let found = self.table.expand(file, *id, row);
            let what = || "token id".to_owned();
            let most = format!("under {}", self.table.rows);
            found.ok_or_else(|| self.weights.fault(what(), &most, id))?;
        }
        Ok(rows)
    }
}

/// The distinct tokens of a batch, ascending, and which of them stands where, `[sequences, longest]`; padding is the
/// first. Only rows of these go to the device.
fn distinct(batch: &[Sequence<'_>], longest: usize) -> (Vec<u32>, Vec<u32>) {
    let mut tokens: Vec<u32> = batch.iter().flat_map(|s| s.ids).copied().collect();
    tokens.sort_unstable();
    tokens.dedup();
    let mut places = vec![0; batch.len() * longest];
    for (sequence, places) in batch.iter().zip(places.chunks_exact_mut(longest)) {
        for (id, place) in sequence.ids.iter().zip(places) {
            *place = tokens.partition_point(|token| token < id) as u32;
        }
    }
    (tokens, places)
}

impl Encoder for Bert {
    fn pads(&self) -> bool {
        true
    }

    fn batches(&self) -> Batches {
        Batches::on(&self.device)
    }

    fn encode(&self, batch: &[Sequence<'_>]) -> Result<Vec<Encoded>> {
        encode_padded(batch, self.pooling, |longest| self.forward(batch, longest))
    }
}

#[cfg(test)]
mod tests {
    use super::super::encode_whole;
    use super::*;
    use crate::embed::models::bundled;
    use crate::embed::models::registry::{DEFAULT_MODEL, Registry};
    use crate::embed::weights::bytes::Bytes;
    use crate::kernel::dot::dot;

    /// Ids of made-up texts: any ids will do, special ones at the ends.
    fn sequence(length: usize, seed: u32) -> Vec<u32> {
        let inner = (0..length as u32 - 2).map(|i| 5 + (i * 7919 + seed * 104_729) % 249_000);
        std::iter::once(0).chain(inner).chain([2]).collect()
    }

    #[test]
    fn neither_neighbours_nor_padding_change_a_vector() {
        let registry = Registry::load(None).unwrap();
        let model = registry.get(DEFAULT_MODEL).unwrap();
        let bytes = Bytes::Static(bundled::GGUF.unwrap());
        let source = BertSource::of_gguf(model, bytes).unwrap();
        let bert = Bert::load(source, model.pooling, None, DType::F32, &Device::Cpu).unwrap();
        let encode = |texts: &[&Vec<u32>]| encode_whole(&bert, texts);
        let ids: Vec<Vec<u32>> = [3, 17, 17, 17, 64, 200]
            .iter()
            .zip(1..)
            .map(|(length, seed)| sequence(*length, seed))
            .collect();
        let all: Vec<&Vec<u32>> = ids.iter().collect();
        let padded = encode(&all);
        let equal = encode(&all[1..4]);
        for (number, ids) in ids.iter().enumerate() {
            let alone = &encode(&[ids])[0];
            let mut others = vec![&padded[number]];
            if (1..4).contains(&number) {
                others.push(&equal[number - 1]);
            }
            for other in others {
                let differences = alone.iter().zip(other).map(|(a, b)| (a - b).abs());
                let largest = differences.fold(0f32, f32::max);
                assert!(largest <= 1e-5, "sequence {number}: {largest}");
            }
        }
    }

    /// What GPUs compute in. Padding must not make numbers that are none.
    #[test]
    fn half_floats_give_nearly_the_same() {
        let registry = Registry::load(None).unwrap();
        let model = registry.get(DEFAULT_MODEL).unwrap();
        let encode = |dtype| {
            let bytes = Bytes::Static(bundled::GGUF.unwrap());
            let source = BertSource::of_gguf(model, bytes).unwrap();
            let bert = Bert::load(source, model.pooling, None, dtype, &Device::Cpu).unwrap();
            let ids = [sequence(12, 1), sequence(5, 2)];
            encode_whole(&bert, &ids.iter().collect::<Vec<_>>())
        };
        let exact = encode(DType::F32);
        for (dtype, least) in [(DType::F16, 0.9999), (DType::BF16, 0.999)] {
            for (exact, half) in exact.iter().zip(encode(dtype)) {
                let length = |v: &[f32]| dot(v, v).sqrt();
                let cosine = dot(exact, &half) / length(exact) / length(&half);
                assert!(cosine > least, "{dtype:?}: {cosine}");
            }
        }
    }
}
