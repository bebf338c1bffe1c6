//! Vectors as they are computed, appended to a file, so that an interrupted run loses none of them.
//!
//! First a magic, the precision of the vectors and the id of the token codes; a journal of others begins anew.
//! A record: key (16), number of parts (u32), bytes of token codes (u32, all ones where there are none), vector (f32),
//! parts (f32 scale and i8 each), token codes, the first 8 bytes of the BLAKE3 of all that. A record cut short or damaged
//! ends the journal there.

use std::collections::HashMap;
use std::io::{BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::disk::{self, DiskFile};
use super::key::Key;
use crate::embed::Precision;
use crate::error::{Error, Result};
use crate::index::store::vectors::Vectors;
use crate::mmap;

/// What a journal begins with, whatever it holds.
pub const MAGIC: &[u8] = b"TANEJ";

const CHECK_BYTES: usize = 8;

/// In place of a length: there are no token codes.
const NO_TOKENS: u32 = u32::MAX;

/// What a journal begins with. `tokens` is the id of the token codes, where there are any.
fn header(precision: Precision, tokens: Option<&str>) -> [u8; 24] {
    let mut header = [0; 24];
    header[..6].copy_from_slice(b"TANEJ2");
    header[7] = match precision {
        Precision::Int8 => 1,
        Precision::F32 => 2,
        Precision::Bf16 => 3,
        Precision::F16 => 4,
    };
    for (place, byte) in header[8..]
        .iter_mut()
        .zip(tokens.unwrap_or_default().bytes())
    {
        *place = byte;
    }
    header
}

/// An append-only file of vectors by key.
pub struct Journal {
    path: PathBuf,
    file: BufWriter<DiskFile>,
    dimension: usize,
    /// Where the records of the keys begin.
    known: HashMap<Key, u64>,
    end: u64,
}

impl Journal {
    /// Opens a journal, or begins one; `tokens` is the id of its token codes, where it has any.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn open(
        path: &Path,
        dimension: usize,
        precision: Precision,
        tokens: Option<&str>,
    ) -> Result<Self> {
        let mut file = DiskFile::append(path).map_err(Error::io("open", path))?;
        let mut known = HashMap::new();
        let header = header(precision, tokens);
        let mut end = header.len();
        let length = file.length().map_err(Error::io("read", path))?;
        let bytes = (length > 0).then(|| mmap::map(path)).transpose()?;
        let bytes = bytes.filter(|bytes| bytes.starts_with(&header));
        if length > 0 && bytes.is_none() {
            // A new file: records of the old one behind those written now would be taken for theirs.
            disk::remove(path);
            file = DiskFile::create(path).map_err(Error::io("create", path))?;
        }
        if let Some(bytes) = bytes {
            while let Some((key, _, length)) = read_record(&bytes[end..], dimension) {
                known.insert(key, end as u64);
                end += length;
            }
        }
        file.seek(SeekFrom::Start(0))
            .and_then(|_| file.write_all(&header))
            .map_err(Error::io("write", path))?;
        // Whatever follows the last whole record is overwritten.
        file.seek(SeekFrom::Start(end as u64))
            .map_err(Error::io("seek", path))?;
        Ok(Self {
            path: path.to_path_buf(),
            file: BufWriter::new(file),
            dimension,
            known,
            end: end as u64,
        })
    }

    /// Whether there are vectors of this key.
    pub fn contains(&self, key: &Key) -> bool {
        self.known.contains_key(key)
    }

    /// Appends vectors; they last once [`Journal::flush`] was called.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn append(&mut self, key: Key, vectors: &Vectors) -> Result<()> {
        let mut record = key.to_vec();
        record.extend((vectors.parts.len() as u32).to_le_bytes());
        let tokens = vectors.tokens.as_ref();
        let length = tokens.map_or(NO_TOKENS, |tokens| tokens.len() as u32);
        record.extend(length.to_le_bytes());
        record.extend(vectors.vector.iter().flat_map(|v| v.to_le_bytes()));
        for (scale, values) in &vectors.parts {
            record.extend(scale.to_le_bytes());
            record.extend(values.iter().map(|v| v.cast_unsigned()));
        }
        record.extend(tokens.into_iter().flatten());
        let check = blake3::hash(&record);
        record.extend(&check.as_bytes()[..CHECK_BYTES]);
        self.file
            .write_all(&record)
            .map_err(Error::io("write", &self.path))?;
        self.known.insert(key, self.end);
        self.end += record.len() as u64;
        Ok(())
    }

    /// # Errors
    /// [`Error::Io`].
    pub fn flush(&mut self) -> Result<()> {
        self.file.flush().map_err(Error::io("write", &self.path))
    }

    /// Everything appended so far, for reading.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn reader(&mut self) -> Result<JournalReader<'_>> {
        self.flush()?;
        Ok(JournalReader {
            known: &self.known,
            bytes: mmap::map(&self.path)?,
            dimension: self.dimension,
        })
    }
}

/// Looks vectors up.
pub struct JournalReader<'a> {
    known: &'a HashMap<Key, u64>,
    bytes: memmap2::Mmap,
    dimension: usize,
}

impl JournalReader<'_> {
    pub fn get(&self, key: &Key) -> Option<Vectors> {
        let at = *self.known.get(key)? as usize;
        let (_, vectors, _) = read_record(self.bytes.get(at..)?, self.dimension)?;
        Some(vectors)
    }
}

/// Key, vectors and length of the record that `bytes` begins with; `None` where it is not whole.
fn read_record(bytes: &[u8], dimension: usize) -> Option<(Key, Vectors, usize)> {
    let (key, rest) = bytes.split_first_chunk::<16>()?;
    let (count, rest) = rest.split_first_chunk::<4>()?;
    let (length, rest) = rest.split_first_chunk::<4>()?;
    let count = u32::from_le_bytes(*count) as usize;
    let length = u32::from_le_bytes(*length);
    let body = dimension * 4 + count.checked_mul(4 + dimension)?;
    let (body, rest) = rest.split_at_checked(body)?;
    let token_bytes = if length == NO_TOKENS { 0 } else { length };
    let (tokens, rest) = rest.split_at_checked(token_bytes as usize)?;
    let check = rest.get(..CHECK_BYTES)?;
    let checked = 24 + body.len() + tokens.len();
    if blake3::hash(&bytes[..checked]).as_bytes()[..CHECK_BYTES] != *check {
        return None;
    }
    let (vector, parts) = body.split_at(dimension * 4);
    let float = |b: &[u8; 4]| f32::from_le_bytes(*b);
    let part = |part: &[u8]| {
        let (scale, values) = part.split_first_chunk::<4>()?;
        Some((
            float(scale),
            values.iter().map(|v| v.cast_signed()).collect(),
        ))
    };
    let vectors = Vectors {
        vector: vector.as_chunks::<4>().0.iter().map(float).collect(),
        parts: parts
            .chunks_exact(4 + dimension)
            .map(part)
            .collect::<Option<_>>()?,
        tokens: (length != NO_TOKENS).then(|| tokens.to_vec()),
    };
    Some((*key, vectors, checked + CHECK_BYTES))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::store::names::JOURNAL;
    use crate::index::store::vectors::quantize;

    fn vectors(seed: u8) -> Vectors {
        Vectors {
            vector: vec![f32::from(seed), 0.5, -1.0],
            parts: vec![quantize(&[1.0, -0.5, 0.25]); usize::from(seed)],
            tokens: seed
                .checked_sub(1)
                .map(|count| vec![seed; 33 * usize::from(count)]),
        }
    }

    #[test]
    fn records_survive_and_a_torn_one_ends_the_journal() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(JOURNAL);
        let mut journal = Journal::open(&path, 3, Precision::Int8, Some("a1")).unwrap();
        for seed in 0..3u8 {
            journal.append([seed; 16], &vectors(seed)).unwrap();
        }
        journal.flush().unwrap();
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, &whole[..whole.len() - 1]).unwrap();

        let mut journal = Journal::open(&path, 3, Precision::Int8, Some("a1")).unwrap();
        assert!(journal.contains(&[1; 16]) && !journal.contains(&[2; 16]));
        journal.append([2; 16], &vectors(2)).unwrap();
        let reader = journal.reader().unwrap();
        for seed in 0..3u8 {
            assert_eq!(reader.get(&[seed; 16]), Some(vectors(seed)));
        }
        assert_eq!(std::fs::read(&path).unwrap(), whole);

        for (precision, tokens) in [(Precision::F32, Some("a1")), (Precision::F32, None)] {
            let mut other = Journal::open(&path, 3, precision, tokens).unwrap();
            assert!(!other.contains(&[1; 16]));
            other.append([1; 16], &vectors(1)).unwrap();
            other.flush().unwrap();
            // Nothing of the other journal follows, although its records are as long.
            drop(other);
            let again = Journal::open(&path, 3, precision, tokens).unwrap();
            assert!(again.contains(&[1; 16]) && !again.contains(&[2; 16]));
        }
    }
}
