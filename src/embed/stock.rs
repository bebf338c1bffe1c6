//! Models of candle-transformers in its stock ops, weights in f32 from a safetensors file.

use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;
use candle_transformers::models::{bert, modernbert, xlm_roberta};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::encoder::{Encoder, Sequence, encode_padded};
use super::registry::{Family, Model, Pooling};
use crate::error::{Error, Result};

enum Network {
    Bert(bert::BertModel),
    XlmRoberta(xlm_roberta::XLMRobertaModel),
    ModernBert(modernbert::ModernBert),
}

/// A network, where it runs, and how its states are pooled.
pub struct Stock {
    network: Network,
    device: Device,
    hidden: usize,
    pooling: Pooling,
    /// What short sequences of a batch are filled up with.
    pad: u32,
}

impl Stock {
    /// # Errors
    /// [`Error::BadModel`] where `config` is none of such a network, [`Error::Compute`] where the weights are not its.
    pub fn load(model: &Model, config: &Value, weights: Vec<u8>, device: &Device) -> Result<Self> {
        let weights = VarBuilder::from_buffered_safetensors(weights, DType::F32, device);
        let weights = weights.map_err(Error::compute("cannot load the model"))?;
        let load = || -> candle_core::Result<Network> {
            // Some files name the network before its layers.
            let below = |name: &str| {
                let prefixed =
                    weights.contains_tensor(&format!("{name}.embeddings.word_embeddings.weight"));
                if prefixed {
                    weights.pp(name)
                } else {
                    weights.clone()
                }
            };
            Ok(match model.family {
                Family::Bert => {
                    Network::Bert(bert::BertModel::load(below("bert"), &parse(config)?)?)
                }
                Family::XlmRoberta => {
                    let network =
                        xlm_roberta::XLMRobertaModel::new(&parse(config)?, below("roberta"))?;
                    Network::XlmRoberta(network)
                }
                Family::Modernbert => {
                    let bare = weights.contains_tensor("embeddings.tok_embeddings.weight");
                    // candle looks below `model`, where the bare network has none.
                    let weights = if bare {
                        weights
                            .clone()
                            .rename_f(|name| name.trim_start_matches("model.").to_owned())
                    } else {
                        weights.clone()
                    };
                    Network::ModernBert(modernbert::ModernBert::load(weights, &parse(config)?)?)
                }
            })
        };
        let network = load().map_err(Error::compute("cannot load the model"))?;
        Ok(Self {
            network,
            device: device.clone(),
            hidden: model.dimension,
            pooling: model.pooling,
            pad: config["pad_token_id"].as_u64().unwrap_or(0) as u32,
        })
    }

    /// Hidden states of the last layer, `[sequences, longest, hidden]` row-major f32.
    fn forward(&self, batch: &[Sequence<'_>], longest: usize) -> candle_core::Result<Vec<f32>> {
        let mut ids = vec![self.pad; batch.len() * longest];
        let mut mask = vec![0u32; batch.len() * longest];
        for (row, sequence) in batch.iter().enumerate() {
            let row = row * longest..row * longest + sequence.ids.len();
            ids[row.clone()].copy_from_slice(sequence.ids);
            mask[row].fill(1);
        }
        let shape = (batch.len(), longest);
        let ids = Tensor::from_vec(ids, shape, &self.device)?;
        let mask = Tensor::from_vec(mask, shape, &self.device)?;
        let types = ids.zeros_like()?;
        let states = match &self.network {
            Network::Bert(network) => network.forward(&ids, &types, Some(&mask))?,
            Network::XlmRoberta(network) => {
                network.forward(&ids, &mask, &types, None, None, None)?
            }
            Network::ModernBert(network) => network.forward(&ids, &mask)?,
        };
        states.flatten_all()?.to_vec1::<f32>()
    }
}

/// A configuration as a network takes it: what later versions of transformers write elsewhere or leave out has the
/// place that earlier ones gave it.
fn parse<C: DeserializeOwned>(config: &Value) -> candle_core::Result<C> {
    let theta = |layers: &str| config["rope_parameters"][layers]["rope_theta"].clone();
    let mut complete = config.clone();
    for (key, value) in [
        ("position_embedding_type", "absolute".into()),
        ("layer_norm_eps", config["norm_eps"].clone()),
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

    fn encode(&self, batch: &[Sequence<'_>]) -> Result<Vec<Vec<Vec<f32>>>> {
        encode_padded(batch, self.hidden, self.pooling, |longest| {
            let states = self.forward(batch, longest);
            states.map_err(Error::compute("the model failed"))
        })
    }
}
