//! ModernBERT and Qwen3 of candle-transformers in its stock ops.

use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;
use candle_transformers::models::{modernbert, qwen3};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::encoder::{Batches, Encoder, Sequence, encode_padded};
use super::registry::{Family, Model, Pooling};
use super::weights::{Backend, Weights};
use crate::error::{Error, Result};

enum Network {
    ModernBert(modernbert::ModernBert),
    Qwen3(qwen3::Model),
}

/// A network, where it runs, and how its states are pooled.
pub struct Stock {
    network: Network,
    device: Device,
    pooling: Pooling,
    /// What short sequences of a batch are filled up with.
    pad: u32,
}

impl Stock {
    /// # Errors
    /// [`Error::BadModel`] where `config` is none of such a network, [`Error::Compute`] where the weights are not its.
    pub fn load(
        model: &Model,
        config: &Value,
        weights: &dyn Weights,
        dtype: DType,
        device: &Device,
    ) -> Result<Self> {
        let backend = Box::new(Backend(weights));
        let builder = VarBuilder::from_backend(backend, dtype, device.clone());
        let builder = builder.rename_f(|name| name.trim_start_matches("model.").to_owned());
        let load = || -> candle_core::Result<Network> {
            Ok(match model.family {
                Family::Qwen3 => Network::Qwen3(qwen3::Model::new(&parse(config)?, builder)?),
                Family::Bert | Family::XlmRoberta | Family::Modernbert => {
                    let network = modernbert::ModernBert::load(builder, &parse(config)?)?;
                    Network::ModernBert(network)
                }
            })
        };
        let network = load().map_err(Error::compute("cannot load the model"))?;
        Ok(Self {
            network,
            device: device.clone(),
            pooling: model.pooling,
            pad: config["pad_token_id"].as_u64().unwrap_or(0) as u32,
        })
    }

    /// Hidden states of the last layer, `[sequences, longest, hidden]`.
    fn forward(&self, batch: &[Sequence<'_>], longest: usize) -> candle_core::Result<Tensor> {
        let mut ids = vec![self.pad; batch.len() * longest];
        let mut mask = vec![0u32; batch.len() * longest];
        for (row, sequence) in batch.iter().enumerate() {
            let row = row * longest..row * longest + sequence.ids.len();
            ids[row.clone()].copy_from_slice(sequence.ids);
            mask[row].fill(1);
        }
        let shape = (batch.len(), longest);
        let ids = Tensor::from_vec(ids, shape, &self.device)?;
        match &self.network {
            Network::ModernBert(network) => {
                network.forward(&ids, &Tensor::from_vec(mask, shape, &self.device)?)
            }
            // It looks back only: what follows a text changes nothing in it. A copy, which shares the weights,
            // because a network keeps what it has seen.
            Network::Qwen3(network) => network.clone().forward(&ids, 0),
        }
    }
}

/// A configuration as a network takes it: what later versions of transformers write elsewhere or leave out has the
/// place that earlier ones gave it.
fn parse<C: DeserializeOwned>(config: &Value) -> candle_core::Result<C> {
    let theta = |layers: &str| config["rope_parameters"][layers]["rope_theta"].clone();
    let mut complete = config.clone();
    for (key, value) in [
        ("layer_norm_eps", config["norm_eps"].clone()),
        (
            "rope_theta",
            config["rope_parameters"]["rope_theta"].clone(),
        ),
        ("global_rope_theta", theta("full_attention")),
        ("local_rope_theta", theta("sliding_attention")),
    ] {
        if complete[key].is_null() && !value.is_null() {
            complete[key] = value;
        }
    }
    serde_json::from_value(complete)
        .map_err(|error| candle_core::Error::Msg(format!("config.json: {error}")))
}

impl Encoder for Stock {
    fn pads(&self) -> bool {
        true
    }

    fn batches(&self) -> Batches {
        Batches::on(&self.device)
    }

    fn encode(&self, batch: &[Sequence<'_>]) -> Result<Vec<Vec<Vec<f32>>>> {
        encode_padded(batch, self.pooling, |longest| {
            let states = self.forward(batch, longest);
            states.map_err(Error::compute("the model failed"))
        })
    }
}
