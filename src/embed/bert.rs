//! BERT in candle's stock ops (candle-transformers' encoder stack), weights from a GGUF file.
//!
//! Source: Devlin et al. 2019, <https://arxiv.org/abs/1810.04805>.

use candle_core::{DType, Device, Tensor};
use candle_nn::{LayerNorm, Module, VarBuilder};
use candle_transformers::models::bert::BertEncoder;

use super::encoder::{Encoder, Sequence, encode_padded};
use super::gguf::Gguf;
use super::registry::{Model, Pooling};
use crate::error::{Error, Result};

/// The model with its weights as f32 on a device. The token embedding table stays in the file:
/// as f32 it would take 384 MB, and a text needs few of its rows.
pub struct Bert {
    weights: Gguf,
    /// `[positions, hidden]`, the embedding of token type 0 already added.
    positions: Tensor,
    norm: LayerNorm,
    encoder: BertEncoder,
    hidden: usize,
    pooling: Pooling,
    device: Device,
}

impl Bert {
    /// # Errors
    /// [`Error::BadModel`] where the file is not the model that `model` describes,
    /// [`Error::Compute`] where it is damaged.
    pub fn load(weights: Gguf, model: &Model, device: &Device) -> Result<Self> {
        let config = weights.bert_config(model)?;
        let (hidden, epsilon) = (config.hidden_size, config.layer_norm_eps);
        let builder =
            VarBuilder::from_backend(Box::new(weights.clone()), DType::F32, device.clone());
        let encoder =
            BertEncoder::load(builder, &config).map_err(Error::compute("cannot load the model"))?;
        let types = weights.rows("token_types.weight", &[0], device)?;
        let positions = weights
            .tensor("position_embd.weight", device)?
            .broadcast_add(&types)
            .map_err(Error::compute("cannot load the position embeddings"))?;
        let norm = LayerNorm::new(
            weights.tensor("token_embd_norm.weight", device)?,
            weights.tensor("token_embd_norm.bias", device)?,
            epsilon,
        );
        Ok(Self {
            weights,
            positions,
            norm,
            encoder,
            hidden,
            pooling: model.pooling,
            device: device.clone(),
        })
    }

    /// Hidden states of the last layer, `[sequences, longest, hidden]` row-major f32.
    fn forward(&self, batch: &[Sequence<'_>], longest: usize) -> Result<Vec<f32>> {
        let mut ids = vec![0u32; batch.len() * longest];
        // Added to the attention scores: padding is never attended to.
        let mut mask = vec![0f32; batch.len() * longest];
        for (i, sequence) in batch.iter().enumerate() {
            let row = i * longest;
            ids[row..row + sequence.ids.len()].copy_from_slice(sequence.ids);
            mask[row + sequence.ids.len()..row + longest].fill(f32::MIN);
        }
        let words = self.weights.rows("token_embd.weight", &ids, &self.device)?;
        let run = || {
            let words = words.reshape((batch.len(), longest, self.hidden))?;
            let positions = self.positions.narrow(0, 0, longest)?;
            let embedded = self.norm.forward(&words.broadcast_add(&positions)?)?;
            let mask = Tensor::from_vec(mask, (batch.len(), 1, 1, longest), &self.device)?;
            let hidden = self.encoder.forward(&embedded, &mask)?;
            hidden.flatten_all()?.to_vec1::<f32>()
        };
        run().map_err(Error::compute("the model failed"))
    }
}

impl Encoder for Bert {
    fn pads(&self) -> bool {
        true
    }

    fn encode(&self, batch: &[Sequence<'_>]) -> Result<Vec<Vec<Vec<f32>>>> {
        encode_padded(batch, self.hidden, self.pooling, |longest| {
            self.forward(batch, longest)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::bundled;
    use super::super::encoder::encode_whole;
    use super::super::registry::{DEFAULT_MODEL, Registry};
    use super::*;

    /// Ids of made-up texts: any ids will do, special ones at the ends.
    fn sequence(length: usize, seed: u32) -> Vec<u32> {
        let inner = (0..length as u32 - 2).map(|i| 5 + (i * 7919 + seed * 104_729) % 249_000);
        std::iter::once(0).chain(inner).chain([2]).collect()
    }

    #[test]
    fn neither_neighbours_nor_padding_change_a_vector() {
        let registry = Registry::load(None).unwrap();
        let model = registry.get(DEFAULT_MODEL).unwrap();
        let gguf = Gguf::open(&model.name, bundled::GGUF.unwrap()).unwrap();
        let bert = Bert::load(gguf, model, &Device::Cpu).unwrap();
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
}
