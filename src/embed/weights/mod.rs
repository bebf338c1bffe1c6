//! Where the tensors of a BERT come from: GGUF and safetensors files by one set of names, Hugging Face's
//! (`embeddings.word_embeddings.weight`, `encoder.layer.0.attention.self.query.weight`, ...).

pub(super) mod bytes;
pub(super) mod checkpoint;
pub(super) mod gguf;
pub(super) mod gguf_keys;
pub(super) mod pickle;
pub(super) mod token_table;

use self::bytes::Bytes;
use crate::embed::config::shape::Shape;
use crate::embed::device::cpu;
use crate::embed::weights::token_table::{Numbers, Table};
use crate::error::{EmbedError, Error, Result};
use candle_core::{DType, Device, Shape as TensorShape, Tensor};
use candle_nn::Init;
use candle_nn::var_builder::SimpleBackend;

pub const WORDS: &str = "embeddings.word_embeddings.weight";
const POSITIONS: &str = "embeddings.position_embeddings.weight";
const TYPES: &str = "embeddings.token_type_embeddings.weight";
pub const NORM: [&str; 2] = ["embeddings.LayerNorm.weight", "embeddings.LayerNorm.bias"];

/// A file of tensors.
pub trait Weights: Send + Sync {
    /// Name of its model, for messages.
    fn model(&self) -> &str;

    fn bytes(&self) -> &Bytes;

    /// What the file calls a tensor; `None` where it has no name for it.
    fn own_name(&self, name: &str) -> Option<String>;

    fn contains(&self, name: &str) -> bool;

    /// A tensor as f32.
    fn load(&self, name: &str, device: &Device) -> candle_core::Result<Tensor>;

    /// Where the rows of a table of `columns` lie; `None` where its numbers are of a kind that cannot be left there.
    ///
    /// # Errors
    /// [`EmbedError::BadModel`] where there is no such table or it does not fit the file.
    fn table(&self, name: &str, columns: usize) -> Result<Option<Table>>;

    /// An error that names the model.
    fn fault(&self, what: String, expected: &dyn ToString, received: &dyn ToString) -> Error {
        Error::Embed(EmbedError::BadModel {
            model: self.model().to_owned(),
            what,
            expected: expected.to_string(),
            received: received.to_string(),
        })
    }
}

/// A tensor as f32, row-major.
fn numbers(weights: &dyn Weights, name: &str) -> Result<Vec<f32>> {
    let tensor = weights.load(name, &cpu());
    let values = tensor.and_then(|tensor| tensor.flatten_all()?.to_vec1());
    values.map_err(Error::compute("cannot read a tensor of the model"))
}

/// Tensors as f32, one after another: `expected` finite numbers in all.
///
/// # Errors
/// [`EmbedError::BadModel`] where they are not, [`EmbedError::Compute`] where one cannot be read.
pub fn floats<S: AsRef<str>>(
    weights: &dyn Weights,
    names: &[S],
    expected: usize,
) -> Result<Vec<f32>> {
    let mut all = Vec::new();
    for name in names {
        all.extend(numbers(weights, name.as_ref())?);
    }
    let what = || {
        let names = names.iter().map(AsRef::as_ref);
        let names = names.map(|name| weights.own_name(name).unwrap_or_else(|| name.to_owned()));
        names.collect::<Vec<_>>().join(", ")
    };
    if all.len() != expected {
        return Err(weights.fault(what(), &format!("{expected} numbers"), &all.len()));
    }
    if let Some(bad) = all.iter().find(|value| !value.is_finite()) {
        return Err(weights.fault(what(), &"finite numbers", bad));
    }
    Ok(all)
}

/// The token embedding table, and its numbers as f32 where they are of a kind that cannot be left in the file.
///
/// # Errors
/// As [`Weights::table`] and [`floats`].
pub fn token_embeddings(weights: &dyn Weights, hidden: usize) -> Result<(Table, Option<Vec<u8>>)> {
    if let Some(table) = weights.table(WORDS, hidden)? {
        return Ok((table, None));
    }
    let values = numbers(weights, WORDS)?;
    let table = Table {
        start: 0,
        rows: values.len() / hidden,
        columns: hidden,
        numbers: Numbers::F32,
    };
    Ok((table, Some(bytemuck::cast_slice(&values).to_vec())))
}

/// The position table from the first token's row on, the embedding of token type 0 added: `[positions, hidden]`.
///
/// # Errors
/// As [`floats`].
pub fn positions(weights: &dyn Weights, shape: &Shape) -> Result<Vec<f32>> {
    let hidden = shape.hidden;
    let rows = shape.first_position + shape.positions;
    let positions = floats(weights, &[POSITIONS], rows * hidden)?;
    let types = floats(weights, &[TYPES], shape.types * hidden)?;
    let type_0 = types.iter().take(hidden).cycle();
    let positions = positions[shape.first_position * hidden..].iter();
    Ok(positions.zip(type_0).map(|(p, t)| p + t).collect())
}

/// Serves candle-transformers' networks.
pub struct Backend<'a>(pub &'a dyn Weights);

impl SimpleBackend for Backend<'_> {
    fn get(
        &self,
        shape: TensorShape,
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
        self.0.load(name, device)?.to_dtype(dtype)
    }

    fn contains_tensor(&self, name: &str) -> bool {
        self.0.contains(name)
    }
}
