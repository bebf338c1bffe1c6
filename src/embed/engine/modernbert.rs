//! ModernBERT in candle's stock ops. That of candle-transformers computes GELU, no biases and every n-th layer with
//! full attention, whatever the configuration says.
//!
//! Source: Warner et al. 2024, <https://arxiv.org/abs/2412.13663>; names and order of computation are transformers'.

use candle_core::{D, DType, Device, Result, Tensor};
use candle_nn::ops::softmax_last_dim;
use candle_nn::rotary_emb::rope;
use candle_nn::{Embedding, LayerNorm, Linear, Module, VarBuilder, embedding, linear_b};

use crate::embed::config::modernbert::Shape;

/// Added to the attention scores of padding: it gets no attention.
const PADDING: f32 = -1e4;

struct Layer {
    /// The first layer has none: the embeddings are normed.
    attention_norm: Option<LayerNorm>,
    qkv: Linear,
    output: Linear,
    mlp_norm: LayerNorm,
    up: Linear,
    down: Linear,
    slides: bool,
}

pub struct ModernBert {
    shape: Shape,
    words: Embedding,
    norm: LayerNorm,
    layers: Vec<Layer>,
    last_norm: LayerNorm,
}

/// What all layers of one kind share: cosines and sines, `[tokens, head / 2]`, and what is added to the scores.
struct Kind {
    cos: Tensor,
    sin: Tensor,
    mask: Tensor,
}

impl ModernBert {
    pub fn load(shape: Shape, builder: &VarBuilder<'_>) -> Result<Self> {
        let hidden = shape.hidden;
        let words = builder.pp("embeddings.tok_embeddings");
        let layers = shape.slides.iter().enumerate().map(|(number, slides)| {
            let builder = builder.pp(format!("layers.{number}"));
            let linear = |name: &str, inputs, outputs, bias| {
                linear_b(inputs, outputs, bias, builder.pp(name))
            };
            Ok(Layer {
                attention_norm: match number {
                    0 => None,
                    _ => Some(norm(&shape, &builder.pp("attn_norm"))?),
                },
                qkv: linear("attn.Wqkv", hidden, 3 * hidden, shape.attention_bias)?,
                output: linear("attn.Wo", hidden, hidden, shape.attention_bias)?,
                mlp_norm: norm(&shape, &builder.pp("mlp_norm"))?,
                up: linear("mlp.Wi", hidden, 2 * shape.ffn, shape.mlp_bias)?,
                down: linear("mlp.Wo", shape.ffn, hidden, shape.mlp_bias)?,
                slides: *slides,
            })
        });
        Ok(Self {
            words: embedding(shape.vocabulary, hidden, words)?,
            norm: norm(&shape, &builder.pp("embeddings.norm"))?,
            layers: layers.collect::<Result<_>>()?,
            last_norm: norm(&shape, &builder.pp("final_norm"))?,
            shape,
        })
    }

    /// Hidden states of the last layer, `[sequences, longest, hidden]`, of ids `[sequences, longest]` of which only so
    /// many as `lengths` says are no padding.
    pub fn forward(&self, ids: &Tensor, lengths: &[usize]) -> Result<Tensor> {
        let (_, longest) = ids.dims2()?;
        let mut states = self.norm.forward(&self.words.forward(ids)?)?;
        let padding = padding(lengths, longest, ids.device())?.to_dtype(states.dtype())?;
        let full = self.kind(self.shape.rope.full, &states, padding.clone())?;
        let near = near(longest, self.shape.window, ids.device())?.to_dtype(states.dtype())?;
        let near = padding.broadcast_add(&near)?;
        let sliding = self.kind(self.shape.rope.sliding, &states, near)?;
        for layer in &self.layers {
            let kind = if layer.slides { &sliding } else { &full };
            let normed = match &layer.attention_norm {
                Some(norm) => norm.forward(&states)?,
                None => states.clone(),
            };
            states = (states + self.attend(layer, kind, &normed)?)?;
            let inner = layer.up.forward(&layer.mlp_norm.forward(&states)?)?;
            let ffn = self.shape.ffn;
            let gate = inner.narrow(D::Minus1, ffn, ffn)?;
            let bent = inner.narrow(D::Minus1, 0, ffn)?.contiguous()?;
            let bent = self.shape.activation.stock().forward(&bent)?;
            states = (states + layer.down.forward(&(bent * gate)?)?)?;
        }
        self.last_norm.forward(&states)
    }

    fn attend(&self, layer: &Layer, kind: &Kind, states: &Tensor) -> Result<Tensor> {
        let (sequences, longest, hidden) = states.dims3()?;
        let heads = self.shape.heads;
        let head = hidden / heads;
        let qkv = layer.qkv.forward(states)?;
        // [3, sequences, heads, longest, head]
        let qkv = qkv
            .reshape((sequences, longest, 3, heads, head))?
            .permute((2, 0, 3, 1, 4))?;
        let turned = |part| rope(&qkv.get(part)?.contiguous()?, &kind.cos, &kind.sin);
        let query = (turned(0)? * (head as f64).powf(-0.5))?;
        let scores = query.matmul(&turned(1)?.t()?)?;
        let shares = softmax_last_dim(&scores.broadcast_add(&kind.mask)?)?;
        let mixed = shares.matmul(&qkv.get(2)?.contiguous()?)?;
        let mixed = mixed
            .transpose(1, 2)?
            .reshape((sequences, longest, hidden))?;
        layer.output.forward(&mixed)
    }

    fn kind(&self, theta: f64, states: &Tensor, mask: Tensor) -> Result<Kind> {
        let longest = states.dim(1)?;
        let head = self.shape.hidden / self.shape.heads;
        let turns = (0..head).step_by(2);
        let turns = turns.map(|at| 1f32 / theta.powf(at as f64 / head as f64) as f32);
        let turns = Tensor::from_iter(turns, states.device())?;
        let places = Tensor::arange(0u32, longest as u32, states.device())?.to_dtype(DType::F32)?;
        let angles = places.unsqueeze(1)?.broadcast_mul(&turns.unsqueeze(0)?)?;
        Ok(Kind {
            cos: angles.cos()?.to_dtype(states.dtype())?,
            sin: angles.sin()?.to_dtype(states.dtype())?,
            mask,
        })
    }
}

/// A norm; without a bias candle's fast way takes zeros for one.
fn norm(shape: &Shape, builder: &VarBuilder<'_>) -> Result<LayerNorm> {
    let weight = builder.get(shape.hidden, "weight")?;
    let bias = match shape.norm_bias {
        true => builder.get(shape.hidden, "bias")?,
        false => weight.zeros_like()?,
    };
    Ok(LayerNorm::new(weight, bias, shape.epsilon))
}

/// `[sequences, 1, 1, longest]`
fn padding(lengths: &[usize], longest: usize, device: &Device) -> Result<Tensor> {
    let mut mask = vec![0f32; lengths.len() * longest];
    for (length, mask) in lengths.iter().zip(mask.chunks_exact_mut(longest)) {
        mask[*length..].fill(PADDING);
    }
    Tensor::from_vec(mask, (lengths.len(), 1, 1, longest), device)
}

/// What lies further than a window away is not seen: `[longest, longest]`. Every token sees itself.
fn near(longest: usize, window: usize, device: &Device) -> Result<Tensor> {
    let mask = (0..longest).flat_map(|row| {
        let seen = move |column: usize| row.abs_diff(column) <= window;
        (0..longest).map(move |column| if seen(column) { 0.0 } else { f32::NEG_INFINITY })
    });
    Tensor::from_vec(mask.collect(), (longest, longest), device)
}
