//! The CPU engine: the whole encoder stack as one candle op on kernels of our own.
//!
//! Sequences lie end to end, without padding. One chunk of them runs on one thread from the embeddings
//! to the last layer (a lone text is shared by all threads); rows go through the feed-forward in blocks that stay
//! in the second-level cache.

use std::ops::Range;

use candle_core::{CpuStorage, CustomOp1, Layout, Shape as TensorShape, Tensor};
use rayon::prelude::*;

use super::pooling::pool;
use super::prepared::{PackedBert, PackedLayer, PackedLinear};
use crate::embed::cache_file::Section;
use crate::embed::compute::Precision;
use crate::embed::device::cpu;
use crate::embed::engine::{Encoder, Sequence};
use crate::embed::input::Encoded;
use crate::embed::model::Pooling;
use crate::embed::weights::bytes::Bytes;
use crate::error::{EmbedError, Error, Result};
use crate::kernel::attention::{self, Shape};
use crate::kernel::linear::{bf16, f32, int8};
use crate::kernel::quantize::{Quantized, quantize};
use crate::kernel::{Isa, activation, norm};

/// Rows that go through the feed-forward together. What it holds inside stays in the second-level cache
/// (96 x 1536 f32 are 576 KiB, 256 x 1536 bf16 768 KiB), and weights are read once for so many rows.
const FFN_ROWS: usize = 96;
const FFN_ROWS_BF16: usize = 256;

/// A prepared model and where its embedding table lies.
pub struct Fused {
    model: PackedBert,
    file: Bytes,
    pooling: Pooling,
    /// Layers after which the states of tokens are kept.
    inner: Option<usize>,
    isa: Isa,
}

impl Fused {
    pub fn new(model: PackedBert, file: Bytes, pooling: Pooling, inner: Option<usize>) -> Self {
        Self {
            model,
            file,
            pooling,
            inner,
            isa: Isa::current(),
        }
    }

    /// Embeddings of all sequences, end to end: `[tokens, hidden]`.
    fn embeddings(&self, batch: &[Sequence<'_>]) -> Result<Vec<f32>> {
        let hidden = self.model.shape.hidden;
        let positions = self.model.positions.cast::<f32>();
        let tokens: usize = batch.iter().map(|sequence| sequence.ids.len()).sum();
        let mut rows = vec![0f32; tokens * hidden];
        let places = batch
            .iter()
            .flat_map(|sequence| sequence.ids.iter().zip(positions.chunks_exact(hidden)));
        for (row, (id, position)) in rows.chunks_exact_mut(hidden).zip(places) {
            let found = self.model.embedding(&self.file, *id, row);
            found.ok_or_else(|| {
                Error::Embed(EmbedError::BadModel {
                    model: "its tokenizer".to_owned(),
                    what: "token id".to_owned(),
                    expected: format!("under {}", self.model.vocabulary_size()),
                    received: id.to_string(),
                })
            })?;
            for (value, position) in row.iter_mut().zip(position) {
                *value += position;
            }
        }
        let (weight, bias) = halves(self.model.norm.cast());
        norm::layer_norm(self.isa, &mut rows, weight, bias, self.model.shape.epsilon);
        Ok(rows)
    }
}

impl Encoder for Fused {
    fn pads(&self) -> bool {
        false
    }

    fn encode(&self, batch: &[Sequence<'_>]) -> Result<Vec<Encoded>> {
        let hidden = self.model.shape.hidden;
        let embeddings = self.embeddings(batch)?;
        let stack = |layers: Range<usize>| Stack {
            model: &self.model,
            layers,
            isa: self.isa,
            lengths: batch.iter().map(|sequence| sequence.ids.len()).collect(),
        };
        let wanted = batch.iter().any(|sequence| !sequence.kept.is_empty());
        let inner = self.inner.filter(|_| wanted);
        let all = self.model.layers.len();
        let run = || -> candle_core::Result<_> {
            let tokens = embeddings.len() / hidden;
            let states = Tensor::from_vec(embeddings, (tokens, hidden), &cpu())?;
            let numbers = |states: &Tensor| states.flatten_all()?.to_vec1::<f32>();
            let Some(inner) = inner else {
                let last = states.apply_op1_no_bwd(&stack(0..all))?;
                return Ok((Vec::new(), numbers(&last)?));
            };
            let states = states.apply_op1_no_bwd(&stack(0..inner))?;
            let last = states.apply_op1_no_bwd(&stack(inner..all))?;
            Ok((numbers(&states)?, numbers(&last)?))
        };
        let (inner, last) = run().map_err(Error::compute("the model failed"))?;
        let mut first = 0;
        let encoded = batch.iter().map(|sequence| {
            let own = first * hidden..(first + sequence.ids.len()) * hidden;
            first += sequence.ids.len();
            let last = &last[own.clone()];
            let pool = |range: &Range<usize>| pool(self.pooling, last, hidden, range.clone());
            let inner = inner.get(own).unwrap_or_default();
            let kept = sequence.kept.iter().filter(|_| !inner.is_empty());
            let kept = kept.flat_map(|at| &inner[at * hidden..(at + 1) * hidden]);
            Encoded {
                pooled: sequence.pools.iter().map(pool).collect(),
                states: kept.copied().collect(),
            }
        });
        Ok(encoded.collect())
    }
}

/// Some of the encoder layers over sequences of these lengths.
struct Stack<'a> {
    model: &'a PackedBert,
    layers: Range<usize>,
    isa: Isa,
    lengths: Vec<usize>,
}

impl CustomOp1 for Stack<'_> {
    fn name(&self) -> &'static str {
        "bert-encoder"
    }

    fn cpu_fwd(
        &self,
        storage: &CpuStorage,
        layout: &Layout,
    ) -> candle_core::Result<(CpuStorage, TensorShape)> {
        let Some((start, end)) = layout.contiguous_offsets() else {
            candle_core::bail!("{}: the embeddings are not contiguous", self.name());
        };
        let mut states = storage.as_slice::<f32>()?[start..end].to_vec();
        let mut work = Work::default();
        for layer in &self.model.layers[self.layers.clone()] {
            self.layer(layer, &mut states, &mut work);
        }
        Ok((CpuStorage::F32(states), layout.shape().clone()))
    }
}

/// Memory that the layers share.
#[derive(Default)]
struct Work {
    qkv: Vec<f32>,
    mixed: Vec<f32>,
    attention: attention::Scratch,
    /// One for each thread.
    linear: Vec<LinearWork>,
}

/// Inputs of linear layers as their kernels take them, and what the feed-forward holds inside.
#[derive(Default)]
struct LinearWork {
    int8: Quantized,
    bf16: bf16::Rounded,
    bf16_inner: bf16::Rounded,
    f32: Vec<f32>,
    inner: Vec<f32>,
}

impl Stack<'_> {
    fn layer(&self, layer: &PackedLayer, states: &mut [f32], work: &mut Work) {
        let shape = &self.model.shape;
        let (hidden, isa) = (shape.hidden, self.isa);
        work.qkv.resize(states.len() * 3, 0.0);
        work.mixed.resize(states.len(), 0.0);
        let together = self.rows_together();
        work.linear.resize_with(
            self.lengths.iter().sum::<usize>().div_ceil(together),
            LinearWork::default,
        );
        let rows = together * hidden;
        let parts = states
            .par_chunks(rows)
            .zip(work.qkv.par_chunks_mut(3 * rows));
        let parts = parts.zip(&mut work.linear);
        parts.for_each(|((states, qkv), work)| {
            self.linear::<false>(&layer.qkv, states, qkv, work);
        });
        let attend = match self.model.precision {
            Precision::F32 | Precision::F16 => attention::attend::<false>,
            Precision::Int8 | Precision::Bf16 => attention::attend::<true>,
        };
        let mut first = 0;
        for &tokens in &self.lengths {
            let shape = Shape {
                tokens,
                heads: shape.heads,
                head_size: hidden / shape.heads,
            };
            let qkv = &work.qkv[first * 3 * hidden..][..tokens * 3 * hidden];
            let mixed = &mut work.mixed[first * hidden..][..tokens * hidden];
            attend(isa, shape, qkv, mixed, &mut work.attention);
            first += tokens;
        }
        let parts = states.par_chunks_mut(rows).zip(work.mixed.par_chunks(rows));
        let parts = parts.zip(&mut work.linear);
        parts.for_each(|((states, mixed), work)| self.after_attention(layer, states, mixed, work));
    }

    /// Rows that one thread takes through a layer: all of them, or of a single text, which leaves the other
    /// threads idle, an equal share.
    fn rows_together(&self) -> usize {
        let tokens = self.lengths.iter().sum::<usize>().max(1);
        match self.lengths.len() {
            1 => tokens.div_ceil(rayon::current_num_threads()),
            _ => tokens,
        }
    }

    /// What a layer does with each row by itself, once attention has `mixed` them.
    fn after_attention(
        &self,
        layer: &PackedLayer,
        states: &mut [f32],
        mixed: &[f32],
        work: &mut LinearWork,
    ) {
        let rows = match self.model.precision {
            Precision::Bf16 => FFN_ROWS_BF16,
            Precision::Int8 | Precision::F32 | Precision::F16 => FFN_ROWS,
        };
        let block = rows * self.model.shape.hidden;
        for (states, mixed) in states.chunks_mut(block).zip(mixed.chunks(block)) {
            self.linear::<true>(&layer.output, mixed, states, work);
            self.norm(&layer.attention_norm, states);
            self.feed_forward(layer, states, work);
            self.norm(&layer.output_norm, states);
        }
    }

    /// `states += down(gelu(up(states)))`
    fn feed_forward(&self, layer: &PackedLayer, states: &mut [f32], work: &mut LinearWork) {
        let isa = self.isa;
        if self.model.precision == Precision::Bf16 {
            // What is inside is written once, in half the memory.
            let (up, down) = (layer.up.bf16(), layer.down.bf16());
            bf16::round_rows(isa, states, up.inputs, &mut work.bf16);
            bf16::linear_gelu(isa, &work.bf16, &up, &mut work.bf16_inner);
            bf16::linear::<true>(isa, &work.bf16_inner, &down, states);
            return;
        }
        let mut inner = std::mem::take(&mut work.inner);
        inner.resize(states.len() / layer.up.inputs * layer.up.outputs, 0.0);
        self.linear::<false>(&layer.up, states, &mut inner, work);
        activation::gelu(isa, &mut inner);
        self.linear::<true>(&layer.down, &inner, states, work);
        work.inner = inner;
    }

    /// `out = linear(rows)`, or with `ADD` `out += linear(rows)`.
    fn linear<const ADD: bool>(
        &self,
        layer: &PackedLinear,
        rows: &[f32],
        out: &mut [f32],
        work: &mut LinearWork,
    ) {
        match self.model.precision {
            Precision::Int8 => {
                quantize(self.isa, rows, layer.inputs, &mut work.int8);
                int8::linear::<ADD>(self.isa, &work.int8, &layer.int8(), out);
            }
            Precision::Bf16 => {
                bf16::round_rows(self.isa, rows, layer.inputs, &mut work.bf16);
                bf16::linear::<ADD>(self.isa, &work.bf16, &layer.bf16(), out);
            }
            Precision::F32 | Precision::F16 => {
                f32::linear::<ADD>(self.isa, rows, &layer.f32(), out, &mut work.f32);
            }
        }
    }

    fn norm(&self, norm: &Section, rows: &mut [f32]) {
        let (weight, bias) = halves(norm.cast());
        norm::layer_norm(self.isa, rows, weight, bias, self.model.shape.epsilon);
    }
}

/// Weight and bias that lie one after the other.
fn halves(both: &[f32]) -> (&[f32], &[f32]) {
    both.split_at(both.len() / 2)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use candle_core::DType;
    use candle_core::quantized::gguf_file::{Content, Value, write};
    use candle_core::quantized::{GgmlDType, QTensor};

    use super::super::candle_bert::Bert;
    use super::super::encode_whole;
    use super::super::prepared::BertSource;
    use super::*;
    use crate::embed::models::bundled;
    use crate::embed::models::registry::{DEFAULT_MODEL, Registry};
    use crate::kernel::dot::dot;

    const PIECES: usize = 300;

    /// A model of another shape with random weights, and the bundled one's first pieces.
    fn random(hidden: usize, heads: usize, ffn: usize, layers: usize) -> Vec<u8> {
        let bundled = Content::read(&mut Cursor::new(bundled::GGUF.unwrap())).unwrap();
        let number = |n: usize| Value::U32(n as u32);
        let mut metadata = bundled.metadata;
        for (key, value) in [
            ("bert.embedding_length", number(hidden)),
            ("bert.attention.head_count", number(heads)),
            ("bert.feed_forward_length", number(ffn)),
            ("bert.block_count", number(layers)),
            ("tokenizer.ggml.mask_token_id", number(4)),
        ] {
            metadata.insert(key.to_owned(), value);
        }
        for value in metadata.values_mut() {
            if let Value::Array(all) = value
                && all.len() > 250_000
            {
                all.truncate(PIECES);
            }
        }
        let uniform = |shape: &[usize], spread: f32, centre: f32| {
            let tensor = Tensor::rand(centre - spread, centre + spread, shape, &cpu()).unwrap();
            QTensor::quantize(&tensor, GgmlDType::F32).unwrap()
        };
        let table = Tensor::rand(-1f32, 1f32, (PIECES, hidden), &cpu()).unwrap();
        let mut tensors = vec![
            (
                "token_embd.weight".to_owned(),
                QTensor::quantize(&table, GgmlDType::Q4_0).unwrap(),
            ),
            (
                "position_embd.weight".to_owned(),
                uniform(&[512, hidden], 0.1, 0.0),
            ),
            (
                "token_types.weight".to_owned(),
                uniform(&[2, hidden], 0.1, 0.0),
            ),
        ];
        let mut pair = |name: String, shape: &[usize], spread: f32, centre: f32| {
            let outputs = &shape[..1];
            tensors.push((format!("{name}.weight"), uniform(shape, spread, centre)));
            tensors.push((format!("{name}.bias"), uniform(outputs, 0.1, 0.0)));
        };
        pair("token_embd_norm".to_owned(), &[hidden], 0.2, 1.0);
        for layer in 0..layers {
            for (name, outputs, inputs) in [
                ("attn_q", hidden, hidden),
                ("attn_k", hidden, hidden),
                ("attn_v", hidden, hidden),
                ("attn_output", hidden, hidden),
                ("ffn_up", ffn, hidden),
                ("ffn_down", hidden, ffn),
            ] {
                let spread = (3.0 / inputs as f32).sqrt();
                pair(
                    format!("blk.{layer}.{name}"),
                    &[outputs, inputs],
                    spread,
                    0.0,
                );
            }
            for name in ["attn_output_norm", "layer_output_norm"] {
                pair(format!("blk.{layer}.{name}"), &[hidden], 0.2, 1.0);
            }
        }
        let metadata: Vec<(&str, &Value)> = metadata.iter().map(|(k, v)| (k.as_str(), v)).collect();
        let tensors: Vec<(&str, &QTensor)> = tensors.iter().map(|(k, t)| (k.as_str(), t)).collect();
        let mut bytes = Cursor::new(Vec::new());
        write(&mut bytes, &metadata, &tensors).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn other_shapes_give_what_candle_gives() {
        for (hidden, heads, ffn, layers) in
            [(128, 2, 512, 3), (768, 12, 3072, 2), (1024, 16, 4096, 1)]
        {
            let mut model = Registry::load(None)
                .unwrap()
                .get(DEFAULT_MODEL)
                .unwrap()
                .clone();
            model.dimension = hidden;
            let bytes = Bytes::Static(random(hidden, heads, ffn, layers).leak());
            let source = || BertSource::of_gguf(&model, bytes.clone());
            let oracle = Bert::load(
                source().unwrap(),
                Pooling::Mean,
                Some(1),
                DType::F32,
                &cpu(),
            );
            let oracle = oracle.unwrap();
            let ids: Vec<Vec<u32>> = [3, 40, 41, 200]
                .iter()
                .map(|length| (0..*length).map(|i| 5 + (i * 31) % 290).collect())
                .collect();
            for (precision, least) in [(Precision::F32, 0.99999), (Precision::Int8, 0.99)] {
                let packed = PackedBert::open("0", precision, None, source).unwrap();
                let fused = Fused::new(packed, bytes.clone(), Pooling::Mean, Some(1));
                let together = encode_whole(&fused, &ids.iter().collect::<Vec<_>>());
                for (number, vector) in together.iter().enumerate() {
                    let one = [&ids[number]];
                    // A text alone is shared by the threads; that changes no number.
                    assert_eq!(
                        &encode_whole(&fused, &one)[0],
                        vector,
                        "{hidden} {precision}"
                    );
                    let expected = &encode_whole(&oracle, &one)[0];
                    let length = |v: &[f32]| dot(v, v).sqrt();
                    let cosine = dot(vector, expected) / length(vector) / length(expected);
                    assert!(cosine > least, "{hidden} {precision} {number}: {cosine}");
                }
                let states = |encoder: &dyn Encoder| {
                    let whole = 0..3;
                    let batch = [&ids[2], &ids[1]].map(|ids| Sequence {
                        ids,
                        pools: std::slice::from_ref(&whole),
                        kept: &[1, 7],
                    });
                    encoder.encode(&batch).unwrap().swap_remove(1).states
                };
                let (received, expected) = (states(&fused), states(&oracle));
                assert_eq!(received.len(), 2 * hidden);
                for (received, expected) in received.chunks(hidden).zip(expected.chunks(hidden)) {
                    let length = |v: &[f32]| dot(v, v).sqrt();
                    let cosine = dot(received, expected) / length(received) / length(expected);
                    assert!(cosine > least, "{hidden} {precision} inner: {cosine}");
                }
            }
        }
    }
}
