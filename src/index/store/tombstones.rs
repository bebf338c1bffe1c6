//! Tombstones: the articles of each segment that are gone.
//!
//! One file a generation, little-endian u32 after the magic: for each segment of the manifest the number of
//! its removed articles, and these, ascending.

use std::path::Path;

use super::manifest::FileEntry;
use crate::error::{Error, IndexError, Result};
use crate::index::store::hashed_file::HashedFile;
use crate::index::store::names::TOMBSTONES;

const MAGIC: &[u8; 8] = b"TANEDEAD";

/// Writes the removed articles of every segment.
///
/// # Errors
/// [`Error::Io`].
pub fn write(dir: &Path, generation: u64, dead: &[Vec<u32>]) -> Result<FileEntry> {
    let name = format!("{generation:08}{TOMBSTONES}");
    let mut file = HashedFile::create(&dir.join(format!("{name}.tmp")))?;
    file.write(MAGIC)?;
    for articles in dead {
        file.write(&(articles.len() as u32).to_le_bytes())?;
        let bytes: Vec<u8> = articles.iter().flat_map(|n| n.to_le_bytes()).collect();
        file.write(&bytes)?;
    }
    file.finish(dir, &name)
}

/// Reads them again, for segments of so many articles. Small, and wrong answers come of a damaged one: its
/// checksum is compared.
///
/// # Errors
/// [`Error::Io`], [`IndexError::Corrupt`].
pub fn read(dir: &Path, entry: &FileEntry, articles: &[usize]) -> Result<Vec<Vec<u32>>> {
    let path = dir.join(&entry.name);
    let bytes = std::fs::read(&path).map_err(Error::io("read", &path))?;
    let hash = blake3::hash(&bytes).to_hex();
    let parsed = (hash.as_str() == entry.blake3)
        .then(|| parse(bytes.strip_prefix(MAGIC)?, articles))
        .flatten();
    parsed.ok_or_else(|| {
        Error::Index(IndexError::Corrupt {
            path,
            what: "checksum",
            expected: entry.blake3.clone(),
            received: hash.to_string(),
        })
    })
}

fn parse(bytes: &[u8], articles: &[usize]) -> Option<Vec<Vec<u32>>> {
    let (numbers, []) = bytes.as_chunks::<4>() else {
        return None;
    };
    let mut numbers = numbers.iter().map(|number| u32::from_le_bytes(*number));
    let mut dead = Vec::new();
    for count in articles {
        let removed = numbers.next()? as usize;
        let list: Vec<u32> = numbers.by_ref().take(removed).collect();
        let inside = list.iter().all(|number| (*number as usize) < *count);
        if list.len() != removed || !inside {
            return None;
        }
        dead.push(list);
    }
    numbers.next().is_none().then_some(dead)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_and_damage_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let dead = vec![vec![0, 3], vec![], vec![7]];
        let entry = write(dir.path(), 5, &dead).unwrap();
        assert_eq!(read(dir.path(), &entry, &[4, 1, 8]).unwrap(), dead);
        assert!(read(dir.path(), &entry, &[3, 1, 8]).is_err());
        let path = dir.path().join(&entry.name);
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[13] ^= 1;
        std::fs::write(&path, bytes).unwrap();
        assert!(read(dir.path(), &entry, &[4, 1, 8]).is_err());
    }
}
