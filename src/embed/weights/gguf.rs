//! GGUF files: metadata and tensors, read by candle.
//!
//! Format: ggml's `docs/gguf.md`; tensor names and `tokenizer.ggml.*` keys are llama.cpp's.

use std::io::Cursor;

use candle_core::quantized::GgmlDType;
use candle_core::quantized::gguf_file::{Content, Value};
use candle_core::{Device, Tensor};

use super::bytes::Bytes;
use super::token_table::{Numbers, Table};
use crate::embed::config::activation::Activation;
use crate::embed::config::shape::Shape;
use crate::embed::model::Model;
use crate::embed::weights::Weights;
use crate::error::{EmbedError, Error, Result};

/// A GGUF file in memory.
pub struct Gguf {
    /// For messages.
    model: String,
    content: Content,
    bytes: Bytes,
}

impl Gguf {
    /// Reads the header; tensors are read when they are asked for.
    ///
    /// # Errors
    /// [`EmbedError::Compute`] where the bytes are no GGUF file.
    pub fn open(model: &str, bytes: Bytes) -> Result<Self> {
        // candle divides by it.
        if has_alignment_0(&bytes) {
            return Err(Error::Embed(EmbedError::BadModel {
                model: model.to_owned(),
                what: "metadata `general.alignment`".to_owned(),
                expected: "at least 1".to_owned(),
                received: "0".to_owned(),
            }));
        }
        let content = Content::read(&mut Cursor::new(&*bytes))
            .map_err(Error::compute("cannot read the model's GGUF header"))?;
        Ok(Self {
            model: model.to_owned(),
            content,
            bytes,
        })
    }

    /// A metadata value, read by `read`.
    ///
    /// # Errors
    /// [`EmbedError::BadModel`] where it is absent or of another type.
    pub fn value<'a, T>(
        &'a self,
        key: &str,
        kind: &str,
        read: impl FnOnce(&'a Value) -> candle_core::Result<T>,
    ) -> Result<T> {
        let value = self
            .content
            .metadata
            .get(key)
            .ok_or_else(|| self.fault(format!("metadata `{key}`"), &kind, &"nothing"))?;
        read(value).map_err(|error| self.fault(format!("metadata `{key}`"), &kind, &error))
    }

    /// A metadata number.
    ///
    /// # Errors
    /// As [`Gguf::value`].
    pub fn number(&self, key: &str) -> Result<usize> {
        self.value(key, "u32", Value::to_u32).map(|n| n as usize)
    }

    /// A metadata array, each element read by `read`.
    ///
    /// # Errors
    /// As [`Gguf::value`].
    pub fn array<'a, T>(
        &'a self,
        key: &str,
        kind: &str,
        read: impl Fn(&'a Value) -> candle_core::Result<T>,
    ) -> Result<Vec<T>> {
        self.value(key, kind, |v| v.to_vec()?.iter().map(read).collect())
    }

    /// Where the bytes of a tensor begin.
    #[cfg(test)]
    pub fn data_start(&self, name: &str) -> Option<usize> {
        let info = self.content.tensor_infos.get(name)?;
        Some((self.content.tensor_data_offset + info.offset) as usize)
    }

    /// Whether the metadata have a key.
    pub fn has(&self, key: &str) -> bool {
        self.content.metadata.contains_key(key)
    }

    /// Metadata by key, so that what is found first is the same each time.
    pub fn metadata(&self) -> Vec<(&String, &Value)> {
        let mut metadata: Vec<_> = self.content.metadata.iter().collect();
        metadata.sort_unstable_by_key(|(key, _)| *key);
        metadata
    }

    /// Names of the tensors, as the file has them.
    pub fn tensors(&self) -> impl Iterator<Item = &String> {
        self.content.tensor_infos.keys()
    }

    /// The shape of a BERT model, checked against the registry.
    ///
    /// # Errors
    /// [`EmbedError::BadModel`] where the file is not the model that `model` describes.
    pub fn shape(&self, model: &Model) -> Result<Shape> {
        let fault = |key: &str, expected: &dyn ToString, received: &dyn ToString| {
            Err(self.fault(key.to_owned(), expected, received))
        };
        let hidden = self.number("bert.embedding_length")?;
        if hidden != model.dimension {
            return fault("bert.embedding_length", &model.dimension, &hidden);
        }
        let positions = self.number("bert.context_length")?;
        if positions < model.max_tokens {
            let expected = format!("at least {}", model.max_tokens);
            return fault("bert.context_length", &expected, &positions);
        }
        let heads = self.number("bert.attention.head_count")?;
        if heads == 0 || !hidden.is_multiple_of(heads) {
            let expected = format!("a divisor of {hidden}");
            return fault("bert.attention.head_count", &expected, &heads);
        }
        Ok(Shape {
            layers: self.number("bert.block_count")?,
            hidden,
            heads,
            ffn: self.number("bert.feed_forward_length")?,
            epsilon: self.value("bert.attention.layer_norm_epsilon", "f32", Value::to_f32)?,
            positions,
            first_position: 0,
            types: self.number("tokenizer.ggml.token_type_count")?,
            // llama.cpp computes no other for this architecture.
            activation: Activation::Gelu,
        })
    }
}

impl Weights for Gguf {
    fn model(&self) -> &str {
        &self.model
    }

    fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    fn own_name(&self, name: &str) -> Option<String> {
        gguf_name(name)
    }

    fn contains(&self, name: &str) -> bool {
        gguf_name(name).is_some_and(|name| self.content.tensor_infos.contains_key(&name))
    }

    fn load(&self, name: &str, device: &Device) -> candle_core::Result<Tensor> {
        let Some(name) = gguf_name(name) else {
            candle_core::bail!("no GGUF name for tensor `{name}`");
        };
        // candle multiplies sizes without looking whether they still fit.
        let shape = self.content.tensor_infos.get(&name).map(|info| &info.shape);
        let sizes = shape.map_or(&[][..], |shape| shape.dims());
        let count = sizes
            .iter()
            .try_fold(1usize, |n, size| n.checked_mul(*size));
        if count.is_none_or(|count| count > self.bytes.len().saturating_mul(8)) {
            candle_core::bail!(
                "tensor `{name}`: more numbers ({sizes:?}) than the file has room for"
            );
        }
        self.content
            .tensor(&mut Cursor::new(&*self.bytes), &name, device)?
            .dequantize(device)
    }

    fn table(&self, name: &str, columns: usize) -> Result<Option<Table>> {
        let name = gguf_name(name).unwrap_or_default();
        let fault = |what: String, expected: &dyn ToString, received: &dyn ToString| {
            Err(self.fault(what, expected, received))
        };
        let Some(info) = self.content.tensor_infos.get(&name) else {
            return fault("tensor".to_owned(), &name, &"nothing");
        };
        let &[rows, received] = info.shape.dims() else {
            let dims = info.shape.dims().len();
            return fault(format!("shape of `{name}`"), &"two dimensions", &dims);
        };
        if received != columns {
            return fault(format!("columns of `{name}`"), &columns, &received);
        }
        let numbers = match info.ggml_dtype {
            GgmlDType::Q4_0 => Numbers::Q4_0,
            GgmlDType::F16 => Numbers::F16,
            GgmlDType::BF16 => Numbers::Bf16,
            GgmlDType::F32 => Numbers::F32,
            _ => return Ok(None),
        };
        let table = Table {
            start: (self.content.tensor_data_offset + info.offset) as usize,
            rows,
            columns,
            numbers,
        };
        if !table.fits(&self.bytes) {
            return fault(
                format!("bytes of `{name}`"),
                &"inside the file",
                &"past its end",
            );
        }
        Ok(Some(table))
    }
}

/// Whether the metadata say that tensors are aligned to multiples of 0.
fn has_alignment_0(bytes: &[u8]) -> bool {
    const KEY: &[u8] = b"\x11\0\0\0\0\0\0\0general.alignment";
    let mut found = memchr::memmem::find_iter(bytes, KEY);
    found.any(|at| {
        let (kind, value) = bytes[at + KEY.len()..]
            .split_at_checked(4)
            .unwrap_or_default();
        // llama.cpp's `gguf_type`: integers of 8, 16 and 32 bits, unsigned and signed.
        let length = match kind {
            [0 | 1, 0, 0, 0] => 1,
            [2 | 3, 0, 0, 0] => 2,
            [4 | 5, 0, 0, 0] => 4,
            _ => return false,
        };
        value
            .get(..length)
            .is_some_and(|value| value.iter().all(|byte| *byte == 0))
    })
}

/// `encoder.layer.3.intermediate.dense.weight` -> `blk.3.ffn_up.weight`.
fn gguf_name(name: &str) -> Option<String> {
    const PARTS: [(&str, &str); 8] = [
        ("attention.self.query", "attn_q"),
        ("attention.self.key", "attn_k"),
        ("attention.self.value", "attn_v"),
        ("attention.output.dense", "attn_output"),
        ("attention.output.LayerNorm", "attn_output_norm"),
        ("intermediate.dense", "ffn_up"),
        ("output.dense", "ffn_down"),
        ("output.LayerNorm", "layer_output_norm"),
    ];
    let (rest, kind) = name.rsplit_once('.')?;
    let outside = match rest {
        "embeddings.word_embeddings" => Some("token_embd"),
        "embeddings.position_embeddings" => Some("position_embd"),
        "embeddings.token_type_embeddings" => Some("token_types"),
        "embeddings.LayerNorm" => Some("token_embd_norm"),
        _ => None,
    };
    if let Some(outside) = outside {
        return Some(format!("{outside}.{kind}"));
    }
    let (layer, part) = rest.strip_prefix("encoder.layer.")?.split_once('.')?;
    let gguf = PARTS.iter().find(|(hf, _)| *hf == part)?.1;
    Some(format!("blk.{layer}.{gguf}.{kind}"))
}
