//! BERT in candle's stock ops (candle-transformers' encoder stack), weights from a GGUF file.
//!
//! Source: Devlin et al. 2019, <https://arxiv.org/abs/1810.04805>.

use candle_core::{DType, Device, Tensor};
use candle_nn::{LayerNorm, Module, VarBuilder};
use candle_transformers::models::bert::{BertEncoder, Config, HiddenAct};

use super::encoder::{Encoder, Sequence};
use super::gguf::Gguf;
use super::pooling::pool;
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
        let architecture = weights.value("general.architecture", "string", |v| v.to_string())?;
        if architecture != "bert" {
            return Err(weights.fault("general.architecture", "bert", architecture));
        }
        let hidden = weights.number("bert.embedding_length")?;
        if hidden != model.dimension {
            return Err(weights.fault("bert.embedding_length", model.dimension, hidden));
        }
        let positions = weights.number("bert.context_length")?;
        if positions < model.max_tokens {
            let expected = format!("at least {}", model.max_tokens);
            return Err(weights.fault("bert.context_length", expected, positions));
        }
        let heads = weights.number("bert.attention.head_count")?;
        if heads == 0 || hidden % heads != 0 {
            return Err(weights.fault(
                "bert.attention.head_count",
                format!("a divisor of {hidden}"),
                heads,
            ));
        }
        let epsilon = weights.value(
            "bert.attention.layer_norm_epsilon",
            "f32",
            candle_core::quantized::gguf_file::Value::to_f32,
        )?;
        let config = Config {
            hidden_size: hidden,
            num_hidden_layers: weights.number("bert.block_count")?,
            num_attention_heads: heads,
            intermediate_size: weights.number("bert.feed_forward_length")?,
            hidden_act: HiddenAct::Gelu,
            layer_norm_eps: f64::from(epsilon),
            ..Config::default()
        };
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
            f64::from(epsilon),
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
    fn encode(&self, batch: &[Sequence<'_>]) -> Result<Vec<Vec<Vec<f32>>>> {
        let longest = batch.iter().map(|s| s.ids.len()).max().unwrap_or(0);
        if longest == 0 {
            return Ok(vec![Vec::new(); batch.len()]);
        }
        let hidden = self.forward(batch, longest)?;
        let rows = hidden.chunks_exact(longest * self.hidden);
        let pooled = batch.iter().zip(rows).map(|(sequence, rows)| {
            let pool = |range: &std::ops::Range<usize>| {
                pool(self.pooling, rows, self.hidden, range.clone())
            };
            sequence.pools.iter().map(pool).collect()
        });
        Ok(pooled.collect())
    }
}
