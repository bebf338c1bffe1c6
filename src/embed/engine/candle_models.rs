//! ModernBERT, and Qwen3 of candle-transformers, in candle's stock ops.

use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;
use candle_transformers::models::qwen3;

use super::modernbert::ModernBert;
use crate::embed::config::network::Network;
use crate::embed::engine::{Batches, Encoder, Sequence, States, encode_padded};
use crate::embed::input::Encoded;
use crate::embed::model::{Model, Pooling};
use crate::embed::weights::{Backend, Weights};
use crate::error::{Error, Result};

/// What short sequences of a batch are filled up with: any token, for none attends to it.
const PAD: u32 = 0;

enum Computed {
    ModernBert(ModernBert),
    Qwen3(qwen3::Model),
}

/// A network, where it runs, and how its states are pooled.
pub struct Stock {
    network: Computed,
    device: Device,
    pooling: Pooling,
}

impl Stock {
    /// # Errors
    /// [`crate::EmbedError::Compute`] where the weights are not those of such a network.
    pub fn load(
        model: &Model,
        network: Network,
        weights: &dyn Weights,
        dtype: DType,
        device: &Device,
    ) -> Result<Self> {
        let backend = Box::new(Backend(weights));
        let builder = VarBuilder::from_backend(backend, dtype, device.clone());
        let load = || -> candle_core::Result<Computed> {
            Ok(match network {
                Network::ModernBert(shape) => {
                    Computed::ModernBert(ModernBert::load(shape, &builder)?)
                }
                Network::Qwen3(config) => {
                    let config = qwen3::Config {
                        // A table is made for so many.
                        max_position_embeddings: model.max_tokens,
                        ..config
                    };
                    // candle looks below `model`, where a bare network has none.
                    let bare = |name: &str| name.trim_start_matches("model.").to_owned();
                    Computed::Qwen3(qwen3::Model::new(&config, builder.rename_f(bare))?)
                }
                Network::Bert(_) => candle_core::bail!("a BERT is computed elsewhere"),
            })
        };
        Ok(Self {
            network: load().map_err(Error::compute("cannot load the model"))?,
            device: device.clone(),
            pooling: model.pooling,
        })
    }

    /// Hidden states of the last layer, `[sequences, longest, hidden]`.
    fn forward(&self, batch: &[Sequence<'_>], longest: usize) -> candle_core::Result<Tensor> {
        let mut ids = vec![PAD; batch.len() * longest];
        for (sequence, ids) in batch.iter().zip(ids.chunks_exact_mut(longest)) {
            ids[..sequence.ids.len()].copy_from_slice(sequence.ids);
        }
        let ids = Tensor::from_vec(ids, (batch.len(), longest), &self.device)?;
        match &self.network {
            Computed::ModernBert(network) => {
                let lengths = batch.iter().map(|sequence| sequence.ids.len());
                network.forward(&ids, &lengths.collect::<Vec<_>>())
            }
            // It looks back only: what follows a text changes nothing in it. A copy, which shares the weights,
            // because a network keeps what it has seen.
            Computed::Qwen3(network) => network.clone().forward(&ids, 0),
        }
    }
}

impl Encoder for Stock {
    fn pads(&self) -> bool {
        true
    }

    fn batches(&self) -> Batches {
        Batches::on(&self.device)
    }

    fn encode(&self, batch: &[Sequence<'_>]) -> Result<Vec<Encoded>> {
        encode_padded(batch, self.pooling, |longest| {
            let last = self.forward(batch, longest);
            let last = last.map_err(Error::compute("the model failed"))?;
            Ok(States { last, inner: None })
        })
    }
}
