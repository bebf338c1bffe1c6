//! A safetensors file, read by candle.
//!
//! Format: <https://huggingface.co/docs/safetensors>.

use candle_core::safetensors::SliceSafetensors;
use candle_core::{DType, Device, Tensor};

use super::bytes::Bytes;
use super::table::{Numbers, Table};
use super::weights::Weights;
use crate::error::{Error, Result};

/// A file, and what stands before the names of its tensors.
pub struct Safetensors {
    model: String,
    bytes: Bytes,
    prefix: String,
}

impl Safetensors {
    /// Opens a file; some put the network's name before its tensors (`bert.`, `roberta.`, `model.`).
    ///
    /// # Errors
    /// [`Error::Compute`] where the bytes are no safetensors file.
    pub fn open(model: &str, bytes: Bytes, prefixes: &[&str]) -> Result<Self> {
        let names: Vec<String> = SliceSafetensors::new(&bytes)
            .map_err(Error::compute("cannot read the model's safetensors header"))?
            .tensors()
            .into_iter()
            .map(|(name, _)| name)
            .collect();
        let stands = |prefix: &&&str| names.iter().any(|name| name.starts_with(**prefix));
        let prefix = prefixes.iter().find(stands).copied().unwrap_or_default();
        Ok(Self {
            model: model.to_owned(),
            prefix: prefix.to_owned(),
            bytes,
        })
    }

    fn full(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }
}

impl Weights for Safetensors {
    fn model(&self) -> &str {
        &self.model
    }

    fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    fn own_name(&self, name: &str) -> Option<String> {
        Some(self.full(name))
    }

    fn contains(&self, name: &str) -> bool {
        let file = SliceSafetensors::new(&self.bytes);
        file.is_ok_and(|file| file.get(&self.full(name)).is_ok())
    }

    fn load(&self, name: &str, device: &Device) -> candle_core::Result<Tensor> {
        let tensor = SliceSafetensors::new(&self.bytes)?.load(&self.full(name), device)?;
        tensor.to_dtype(DType::F32)
    }

    fn table(&self, name: &str, columns: usize) -> Result<Option<Table>> {
        let failed = || Error::compute("cannot read the token embeddings of the model");
        let file = SliceSafetensors::new(&self.bytes).map_err(failed())?;
        let view = file.get(&self.full(name)).map_err(failed())?;
        let &[rows, received] = view.shape() else {
            let what = format!("shape of `{}`", self.full(name));
            return Err(self.fault(what, &"two dimensions", &view.shape().len()));
        };
        if received != columns {
            let what = format!("columns of `{}`", self.full(name));
            return Err(self.fault(what, &columns, &received));
        }
        let numbers = match DType::try_from(view.dtype()) {
            Ok(DType::F32) => Numbers::F32,
            Ok(DType::F16) => Numbers::F16,
            Ok(DType::BF16) => Numbers::Bf16,
            _ => return Ok(None),
        };
        let start = view.data().as_ptr() as usize - self.bytes.as_ptr() as usize;
        let table = Table {
            start,
            rows,
            columns,
            numbers,
        };
        // The header was checked against the file's length.
        Ok(table.fits(&self.bytes).then_some(table))
    }
}

/// What may stand before a BERT's tensors.
pub const BERT_PREFIXES: [&str; 2] = ["bert.", "roberta."];

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::super::device::cpu;
    use super::super::weights::WORDS;
    use super::*;

    #[test]
    fn tables_are_found_where_they_lie() {
        let table = Tensor::new(&[[1f32, 2.0], [3.0, 4.0], [5.0, 6.0]], &cpu()).unwrap();
        for dtype in [DType::F32, DType::F16, DType::BF16] {
            let tensor = table.to_dtype(dtype).unwrap();
            let other = Tensor::zeros(7, DType::F32, &cpu()).unwrap();
            let tensors = HashMap::from([
                (format!("bert.{WORDS}"), tensor),
                ("bert.other".to_owned(), other),
            ]);
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("model.safetensors");
            candle_core::safetensors::save(&tensors, &path).unwrap();
            let file = Safetensors::open("m", Bytes::map(&path).unwrap(), &BERT_PREFIXES).unwrap();
            let found = file.table(WORDS, 2).unwrap().unwrap();
            let mut row = [0.0; 2];
            found.expand(&file.bytes, 2, &mut row).unwrap();
            assert_eq!((found.rows, row), (3, [5.0, 6.0]), "{dtype:?}");
            let wrong = file.table(WORDS, 3).unwrap_err().to_string();
            assert!(wrong.contains("expected 3, received 2"), "{wrong}");
        }
    }
}
