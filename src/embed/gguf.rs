//! GGUF files: metadata and tensors, read by candle.
//!
//! Format: ggml's `docs/gguf.md`; tensor names and `tokenizer.ggml.*` keys are llama.cpp's.

use std::borrow::Cow;
use std::io::Cursor;
use std::sync::Arc;

use candle_core::quantized::gguf_file::{Content, Value};
use candle_core::quantized::{GgmlDType, QStorage, QTensor};
use candle_core::{DType, Device, Shape, Tensor};
use candle_nn::Init;
use candle_nn::var_builder::SimpleBackend;
use candle_transformers::models::bert::{Config, HiddenAct};
use serde::{Deserialize, Serialize};

use super::registry::Model;
use crate::error::{Error, Result};
use crate::kernel::q4_0;

/// A GGUF file in memory.
#[derive(Clone)]
pub struct Gguf {
    /// For messages.
    model: String,
    content: Arc<Content>,
    bytes: &'static [u8],
}

impl Gguf {
    /// Reads the header; tensors are read when they are asked for.
    ///
    /// # Errors
    /// [`Error::Compute`] where the bytes are no GGUF file.
    pub fn open(model: &str, bytes: &'static [u8]) -> Result<Self> {
        let content = Content::read(&mut Cursor::new(bytes))
            .map_err(Error::compute("cannot read the model's GGUF header"))?;
        Ok(Self {
            model: model.to_owned(),
            content: Arc::new(content),
            bytes,
        })
    }

    /// An error that names this model.
    pub fn fault(
        &self,
        what: impl Into<String>,
        expected: impl ToString,
        received: impl ToString,
    ) -> Error {
        Error::BadModel {
            model: self.model.clone(),
            what: what.into(),
            expected: expected.to_string(),
            received: received.to_string(),
        }
    }

    /// A metadata value, read by `read`.
    ///
    /// # Errors
    /// [`Error::BadModel`] where it is absent or of another type.
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
            .ok_or_else(|| self.fault(format!("metadata `{key}`"), kind, "nothing"))?;
        read(value).map_err(|error| self.fault(format!("metadata `{key}`"), kind, error))
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

    /// A tensor as f32.
    ///
    /// # Errors
    /// [`Error::Compute`] where it is absent or the file is too short.
    pub fn tensor(&self, name: &str, device: &Device) -> Result<Tensor> {
        self.dequantized(name, device)
            .map_err(Error::compute("cannot read a tensor of the model"))
    }

    fn dequantized(&self, name: &str, device: &Device) -> candle_core::Result<Tensor> {
        self.content
            .tensor(&mut Cursor::new(self.bytes), name, device)?
            .dequantize(device)
    }

    /// Where the bytes of a tensor begin.
    #[cfg(test)]
    pub fn data_start(&self, name: &str) -> Option<usize> {
        let info = self.content.tensor_infos.get(name)?;
        Some((self.content.tensor_data_offset + info.offset) as usize)
    }

    /// Some rows of a two-dimensional tensor, in the order asked for: f32, `[rows.len(), columns]`.
    /// The rest of the tensor is not touched.
    ///
    /// # Errors
    /// [`Error::BadModel`] for a row past the end, [`Error::Compute`] where the file is too short.
    pub fn rows(&self, name: &str, rows: &[u32], device: &Device) -> Result<Tensor> {
        let info = self
            .content
            .tensor_infos
            .get(name)
            .ok_or_else(|| self.fault("tensor", name, "nothing"))?;
        let dims = info.shape.dims();
        let &[count, columns] = dims else {
            return Err(self.fault(format!("shape of `{name}`"), "two dimensions", dims.len()));
        };
        let dtype = info.ggml_dtype;
        let row_bytes = columns / dtype.block_size() * dtype.type_size();
        let start = (self.content.tensor_data_offset + info.offset) as usize;
        let table = self
            .bytes
            .get(start..start + count * row_bytes)
            .ok_or_else(|| self.fault(format!("bytes of `{name}`"), count * row_bytes, "fewer"))?;
        let mut taken = Vec::with_capacity(rows.len() * row_bytes);
        for &row in rows {
            let at = row as usize * row_bytes;
            let bytes = table.get(at..at + row_bytes).ok_or_else(|| {
                self.fault(format!("row of `{name}`"), format!("under {count}"), row)
            })?;
            taken.extend_from_slice(bytes);
        }
        let dequantize = || {
            let storage = QStorage::from_data(Cow::Owned(taken), device, dtype)?;
            QTensor::new(storage, (rows.len(), columns))?.dequantize(device)
        };
        dequantize().map_err(Error::compute("cannot read rows of the embedding table"))
    }
}

impl Gguf {
    /// The shape of a BERT model, checked against the registry.
    ///
    /// # Errors
    /// [`Error::BadModel`] where the file is not the model that `model` describes.
    pub fn bert_config(&self, model: &Model) -> Result<Config> {
        let architecture = self.value("general.architecture", "string", |v| v.to_string())?;
        if architecture != "bert" {
            return Err(self.fault("general.architecture", "bert", architecture));
        }
        let hidden = self.number("bert.embedding_length")?;
        if hidden != model.dimension {
            return Err(self.fault("bert.embedding_length", model.dimension, hidden));
        }
        let positions = self.number("bert.context_length")?;
        if positions < model.max_tokens {
            let expected = format!("at least {}", model.max_tokens);
            return Err(self.fault("bert.context_length", expected, positions));
        }
        let heads = self.number("bert.attention.head_count")?;
        if heads == 0 || !hidden.is_multiple_of(heads) {
            let expected = format!("a divisor of {hidden}");
            return Err(self.fault("bert.attention.head_count", expected, heads));
        }
        let epsilon = self.value("bert.attention.layer_norm_epsilon", "f32", Value::to_f32)?;
        Ok(Config {
            hidden_size: hidden,
            num_hidden_layers: self.number("bert.block_count")?,
            num_attention_heads: heads,
            intermediate_size: self.number("bert.feed_forward_length")?,
            hidden_act: HiddenAct::Gelu,
            layer_norm_eps: f64::from(epsilon),
            ..Config::default()
        })
    }

    /// Where the rows of a Q4_0 table lie in the file.
    ///
    /// # Errors
    /// [`Error::BadModel`] where it is no such table, or the file is too short.
    pub fn table(&self, name: &str, columns: usize) -> Result<Q4Table> {
        let info = self
            .content
            .tensor_infos
            .get(name)
            .ok_or_else(|| self.fault("tensor", name, "nothing"))?;
        let &[rows, received] = info.shape.dims() else {
            let dims = info.shape.dims().len();
            return Err(self.fault(format!("shape of `{name}`"), "two dimensions", dims));
        };
        if received != columns || info.ggml_dtype != GgmlDType::Q4_0 {
            let received = format!("{received} columns of {:?}", info.ggml_dtype);
            return Err(self.fault(
                format!("`{name}`"),
                format!("{columns} columns of Q4_0"),
                received,
            ));
        }
        let table = Q4Table {
            start: (self.content.tensor_data_offset + info.offset) as usize,
            rows,
            columns,
        };
        if rows == 0 || table.row(self.bytes, rows as u32 - 1).is_none() {
            return Err(self.fault(
                format!("bytes of `{name}`"),
                "inside the file",
                "past its end",
            ));
        }
        Ok(table)
    }
}

/// A table of Q4_0 rows somewhere in a file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Q4Table {
    start: usize,
    pub rows: usize,
    columns: usize,
}

impl Q4Table {
    /// The blocks of a row.
    pub fn row<'a>(&self, file: &'a [u8], row: u32) -> Option<&'a [u8]> {
        let bytes = self.columns / q4_0::BLOCK * q4_0::BLOCK_BYTES;
        let start = self.start + row as usize * bytes;
        file.get(start..start + bytes)
            .filter(|_| (row as usize) < self.rows)
    }
}

/// Serves candle-transformers' BERT, which asks for Hugging Face's names.
impl SimpleBackend for Gguf {
    fn get(
        &self,
        shape: Shape,
        name: &str,
        _: Init,
        dtype: DType,
        device: &Device,
    ) -> candle_core::Result<Tensor> {
        let tensor = self.get_unchecked(name, dtype, device)?;
        if tensor.shape() != &shape {
            candle_core::bail!(
                "tensor `{name}`: expected shape {shape:?}, received {:?}",
                tensor.shape()
            );
        }
        Ok(tensor)
    }

    fn get_unchecked(
        &self,
        name: &str,
        dtype: DType,
        device: &Device,
    ) -> candle_core::Result<Tensor> {
        match gguf_name(name) {
            Some(gguf) => self.dequantized(&gguf, device)?.to_dtype(dtype),
            None => candle_core::bail!("no GGUF name for tensor `{name}`"),
        }
    }

    fn contains_tensor(&self, name: &str) -> bool {
        gguf_name(name).is_some_and(|gguf| self.content.tensor_infos.contains_key(&gguf))
    }
}

/// `layer.3.intermediate.dense.weight` -> `blk.3.ffn_up.weight`.
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
    let (layer, rest) = name.strip_prefix("layer.")?.split_once('.')?;
    let (part, kind) = rest.rsplit_once('.')?;
    let gguf = PARTS.iter().find(|(hf, _)| *hf == part)?.1;
    Some(format!("blk.{layer}.{gguf}.{kind}"))
}
