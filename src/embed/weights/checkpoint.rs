//! The weights of a model in a folder: safetensors files, or what `torch.save` wrote.
//!
//! Formats: <https://huggingface.co/docs/safetensors>; a ZIP archive, not compressed, of a pickle and of the numbers
//! that it names.

use std::collections::HashMap;
use std::io::Cursor;
use std::ops::Range;

use candle_core::safetensors::SliceSafetensors;
use candle_core::{DType, Device, Tensor};
use zip::{CompressionMethod, ZipArchive};

use super::bytes::Bytes;
use super::token_table::{Numbers, Table};
use super::{Weights, pickle};
use crate::error::{Error, Result};

/// The tensors of one or several files, and what stands before their names.
pub struct Checkpoint {
    model: String,
    files: Vec<Bytes>,
    tensors: HashMap<String, Place>,
    prefix: String,
}

/// Where a tensor lies, row-major.
struct Place {
    file: usize,
    /// Inside the file.
    bytes: Range<usize>,
    dtype: DType,
    shape: Vec<usize>,
}

impl Checkpoint {
    /// Opens files, each of either format; some put the network's name before its tensors (`bert.`, `roberta.`,
    /// `model.`).
    ///
    /// # Errors
    /// [`crate::EmbedError::Compute`] where one is neither.
    pub fn open(model: &str, files: Vec<Bytes>, prefixes: &[&str]) -> Result<Self> {
        let mut tensors = HashMap::new();
        for (file, bytes) in files.iter().enumerate() {
            // A safetensors file begins with the length of its header, which can be any bytes, and the header.
            let found = match (bytes.get(8), bytes.first()) {
                (Some(b'{'), _) => of_safetensors(bytes, file),
                (_, Some(b'P')) => of_torch(bytes, file),
                // A pickle without an archive.
                (_, Some(0x80)) => Err(candle_core::Error::Msg(
                    "torch wrote it before version 1.6; save it again with a newer one".to_owned(),
                )),
                _ => of_safetensors(bytes, file),
            };
            tensors.extend(found.map_err(Error::compute("cannot read the model's weights"))?);
        }
        let stands = |prefix: &&&str| tensors.keys().any(|name| name.starts_with(**prefix));
        let prefix = prefixes.iter().find(stands).copied().unwrap_or_default();
        Ok(Self {
            model: model.to_owned(),
            prefix: prefix.to_owned(),
            files,
            tensors,
        })
    }

    fn full(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    fn place(&self, name: &str) -> candle_core::Result<&Place> {
        let name = self.full(name);
        let place = self.tensors.get(&name);
        place.ok_or(candle_core::Error::CannotFindTensor { path: name })
    }
}

fn of_safetensors(bytes: &[u8], file: usize) -> candle_core::Result<Vec<(String, Place)>> {
    let header = SliceSafetensors::new(bytes)?;
    let tensors = header.tensors().into_iter();
    // Those of a kind that candle does not have are no part of a network.
    let tensors = tensors.filter_map(|(name, view)| {
        // The header was checked against the file's length.
        let start = view.data().as_ptr() as usize - bytes.as_ptr() as usize;
        let place = Place {
            file,
            bytes: start..start + view.data().len(),
            dtype: DType::try_from(view.dtype()).ok()?,
            shape: view.shape().to_vec(),
        };
        Some((name, place))
    });
    Ok(tensors.collect())
}

fn of_torch(bytes: &[u8], file: usize) -> candle_core::Result<Vec<(String, Place)>> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(candle_core::Error::wrap)?;
    let mut entries = HashMap::new();
    for number in 0..archive.len() {
        let entry = archive.by_index(number).map_err(candle_core::Error::wrap)?;
        let name = entry.name().map_err(candle_core::Error::wrap)?.into_owned();
        let range = || {
            let start = usize::try_from(entry.data_start()?).ok()?;
            let end = start.checked_add(usize::try_from(entry.size()).ok()?)?;
            let stored = entry.compression() == CompressionMethod::Stored;
            (stored && end <= bytes.len()).then_some(start..end)
        };
        if let Some(range) = range() {
            entries.insert(name, range);
        }
    }
    let pickled = entries.iter().find_map(|(name, range)| {
        let folder = name.strip_suffix("data.pkl")?;
        Some((folder.to_owned(), range.clone()))
    });
    let Some((folder, pickled)) = pickled else {
        candle_core::bail!("the archive holds no data.pkl");
    };
    let tensors = pickle::tensors(&bytes[pickled])
        .map_err(|what| candle_core::Error::Msg(format!("{folder}data.pkl: {what}")))?;
    let mut places = Vec::new();
    for tensor in tensors {
        let range = entries.get(&format!("{folder}data/{}", tensor.storage));
        let width = tensor.dtype.size_in_bytes();
        let size = |shape: &[usize]| shape.iter().try_fold(width, |n, size| n.checked_mul(*size));
        let inside = || {
            let range = range?;
            let start = range.start.checked_add(tensor.first.checked_mul(width)?)?;
            let end = start.checked_add(size(&tensor.shape)?)?;
            (end <= range.end).then_some(start..end)
        };
        let Some(bytes) = inside() else {
            candle_core::bail!("tensor `{}` does not lie in the file", tensor.name);
        };
        let place = Place {
            file,
            bytes,
            dtype: tensor.dtype,
            shape: tensor.shape,
        };
        places.push((tensor.name, place));
    }
    Ok(places)
}

impl Weights for Checkpoint {
    fn model(&self) -> &str {
        &self.model
    }

    fn bytes(&self) -> &Bytes {
        &self.files[0]
    }

    fn own_name(&self, name: &str) -> Option<String> {
        Some(self.full(name))
    }

    fn contains(&self, name: &str) -> bool {
        self.place(name).is_ok()
    }

    fn load(&self, name: &str, device: &Device) -> candle_core::Result<Tensor> {
        let place = self.place(name)?;
        let bytes = &self.files[place.file][place.bytes.clone()];
        let tensor = Tensor::from_raw_buffer(bytes, place.dtype, &place.shape, device)?;
        tensor.to_dtype(DType::F32)
    }

    fn table(&self, name: &str, columns: usize) -> Result<Option<Table>> {
        let place = self.place(name).map_err(Error::compute(
            "cannot read the token embeddings of the model",
        ))?;
        let &[rows, received] = &place.shape[..] else {
            let what = format!("shape of `{}`", self.full(name));
            return Err(self.fault(what, &"two dimensions", &place.shape.len()));
        };
        if received != columns {
            let what = format!("columns of `{}`", self.full(name));
            return Err(self.fault(what, &columns, &received));
        }
        let numbers = match place.dtype {
            DType::F32 => Numbers::F32,
            DType::F16 => Numbers::F16,
            DType::BF16 => Numbers::Bf16,
            _ => return Ok(None),
        };
        let table = Table {
            start: place.bytes.start,
            rows,
            columns,
            numbers,
        };
        let is_in_first = place.file == 0 && table.fits(&self.files[0]);
        Ok(is_in_first.then_some(table))
    }
}

/// What may stand before a BERT's tensors.
pub const BERT_PREFIXES: [&str; 2] = ["bert.", "roberta."];

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::super::WORDS;
    use super::*;
    use crate::embed::device::cpu;

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
            let file =
                Checkpoint::open("m", vec![Bytes::map(&path).unwrap()], &BERT_PREFIXES).unwrap();
            let found = file.table(WORDS, 2).unwrap().unwrap();
            let mut row = [0.0; 2];
            found.expand(file.bytes(), 2, &mut row).unwrap();
            assert_eq!((found.rows, row), (3, [5.0, 6.0]), "{dtype:?}");
            let wrong = file.table(WORDS, 3).unwrap_err().to_string();
            assert!(wrong.contains("expected 3, received 2"), "{wrong}");
        }
    }
}
