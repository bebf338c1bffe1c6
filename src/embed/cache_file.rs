//! What a model needs at every start, prepared once: the compiled vocabulary and the packed weights,
//! in one file of the user's cache that is mapped into memory.
//!
//! The file: magic, total length (u64), XXH3 of everything behind these 32 bytes (u64), length of the
//! header (u64), the header (JSON), then sections at multiples of 64. Its name holds the weights'
//! checksum and the layout's version, so it never has to be changed: a damaged one is made anew, and
//! two processes that make it at once write the same bytes.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::ops::{Deref, Range};
use std::path::Path;
use std::sync::Arc;

use memmap2::Mmap;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use crate::error::{EmbedError, Error, Result};
use crate::mmap;

const MAGIC: &[u8; 8] = b"TANEPAK1";
const PREFIX: usize = 32;
const ALIGN: usize = 64;

/// Memory in which every section is aligned.
#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C, align(64))]
struct Line([u8; ALIGN]);

enum Storage {
    Mapped(Mmap),
    Owned(Vec<Line>),
}

impl Storage {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Mapped(mapped) => mapped,
            Self::Owned(lines) => bytemuck::cast_slice(lines),
        }
    }
}

/// A part of a pack, alive as long as anything uses it.
#[derive(Clone)]
pub struct Section {
    storage: Arc<Storage>,
    range: Range<usize>,
}

impl Deref for Section {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.storage.bytes()[self.range.clone()]
    }
}

impl AsRef<[u8]> for Section {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl Section {
    /// The section as numbers; empty where its length does not fit.
    pub fn cast<T: bytemuck::Pod>(&self) -> &[T] {
        bytemuck::try_cast_slice(self).unwrap_or_default()
    }
}

/// A header of type `H` and named sections.
pub struct Pack<H> {
    pub header: H,
    sections: BTreeMap<String, Range<usize>>,
    storage: Arc<Storage>,
}

#[derive(Serialize, Deserialize)]
struct Head<H> {
    header: H,
    /// From the end of the head.
    sections: BTreeMap<String, Range<usize>>,
}

impl<H: Serialize + for<'de> Deserialize<'de>> Pack<H> {
    /// Opens the file, or makes it from what `build` returns. Where it cannot be written (no cache
    /// folder, read-only, full) the pack lives in memory and is made again next time.
    ///
    /// # Errors
    /// What `build` returns.
    pub fn open_or_build(
        path: Option<&Path>,
        build: impl FnOnce() -> Result<(H, Vec<(String, Vec<u8>)>)>,
    ) -> Result<Self> {
        if let Some(pack) = path.and_then(Self::open) {
            return Ok(pack);
        }
        let (header, sections) = build()?;
        let lines = assemble(&header, &sections);
        if let Some(path) = path {
            // A cache that cannot be written is only slower.
            let _ = write(path, bytemuck::cast_slice(&lines));
        }
        Self::parse(Storage::Owned(lines)).ok_or_else(|| {
            Error::Embed(EmbedError::Tokenizer {
                action: "prepare the model",
                message: "what was just prepared cannot be read".to_owned(),
            })
        })
    }

    /// `None` where there is no such file, or it is damaged.
    fn open(path: &Path) -> Option<Self> {
        if !path.exists() {
            return None;
        }
        Self::parse(Storage::Mapped(mmap::map(path).ok()?))
    }

    fn parse(storage: Storage) -> Option<Self> {
        let bytes = storage.bytes();
        let prefix = bytes.get(..PREFIX)?;
        let number = |at: usize| -> Option<u64> {
            Some(u64::from_le_bytes(prefix.get(at..at + 8)?.try_into().ok()?))
        };
        let whole = prefix.starts_with(MAGIC)
            && number(8)? == bytes.len() as u64
            && number(16)? == xxh3_64(&bytes[PREFIX..]);
        let end = PREFIX.checked_add(usize::try_from(number(24)?).ok()?)?;
        let head: Head<H> =
            serde_json::from_slice(bytes.get(PREFIX..end).filter(|_| whole)?).ok()?;
        let base = end.next_multiple_of(ALIGN);
        let place = |(name, range): (String, Range<usize>)| {
            let range = base + range.start..base + range.end;
            bytes.get(range.clone()).map(|_| (name, range))
        };
        let sections = head
            .sections
            .into_iter()
            .map(place)
            .collect::<Option<_>>()?;
        Some(Self {
            header: head.header,
            sections,
            storage: Arc::new(storage),
        })
    }

    /// A section; empty where there is none of that name.
    pub fn section(&self, name: &str) -> Section {
        Section {
            storage: Arc::clone(&self.storage),
            range: self.sections.get(name).cloned().unwrap_or(0..0),
        }
    }
}

/// The bytes of a pack.
fn assemble<H: Serialize>(header: &H, sections: &[(String, Vec<u8>)]) -> Vec<Line> {
    let mut places = BTreeMap::new();
    let mut length = 0usize;
    for (name, bytes) in sections {
        places.insert(name.clone(), length..length + bytes.len());
        length = (length + bytes.len()).next_multiple_of(ALIGN);
    }
    let head = serde_json::to_vec(&Head {
        header,
        sections: places.clone(),
    })
    .unwrap_or_default();
    let base = (PREFIX + head.len()).next_multiple_of(ALIGN);
    let mut lines = vec![Line([0; ALIGN]); (base + length) / ALIGN];
    let bytes: &mut [u8] = bytemuck::cast_slice_mut(&mut lines);
    bytes[PREFIX..PREFIX + head.len()].copy_from_slice(&head);
    for (name, section) in sections {
        let start = base + places[name].start;
        bytes[start..start + section.len()].copy_from_slice(section);
    }
    let (total, check) = (bytes.len() as u64, xxh3_64(&bytes[PREFIX..]));
    bytes[..8].copy_from_slice(MAGIC);
    for (at, number) in [(8, total), (16, check), (24, head.len() as u64)] {
        bytes[at..at + 8].copy_from_slice(&number.to_le_bytes());
    }
    lines
}

/// Writes under a name of its own, then renames: nobody sees half a file.
fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let dir = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(dir)?;
    let temporary = path.with_extension(format!("{}.tmp", std::process::id()));
    let result = File::create(&temporary)
        .and_then(|mut file| file.write_all(bytes))
        .and_then(|()| std::fs::rename(&temporary, path));
    if result.is_err() {
        let _ = std::fs::remove_file(&temporary);
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    type Built = Result<(u32, Vec<(String, Vec<u8>)>)>;

    fn build() -> Built {
        let floats = bytemuck::cast_slice(&[1.5f32, -2.0]).to_vec();
        Ok((
            7,
            vec![("a".to_owned(), vec![1, 2, 3]), ("b".to_owned(), floats)],
        ))
    }

    fn check(pack: &Pack<u32>) {
        assert_eq!(pack.header, 7);
        assert_eq!(&*pack.section("a"), [1, 2, 3]);
        assert_eq!(pack.section("b").cast::<f32>(), [1.5, -2.0]);
        assert!(pack.section("c").is_empty());
    }

    #[test]
    fn damaged_files_are_made_anew_and_no_cache_is_needed() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("deep/er/x.pack");
        check(&Pack::open_or_build(None, build).unwrap());
        check(&Pack::open_or_build(Some(&path), build).unwrap());
        let good = std::fs::read(&path).unwrap();
        let fail = || -> Built { panic!("not opened") };
        check(&Pack::open_or_build(Some(&path), fail).unwrap());
        for at in 0..good.len() {
            let mut damaged = good.clone();
            damaged[at] ^= 1;
            std::fs::write(&path, &damaged).unwrap();
            assert!(Pack::<u32>::open(&path).is_none(), "byte {at}");
            std::fs::write(&path, &good[..at]).unwrap();
            assert!(Pack::<u32>::open(&path).is_none(), "length {at}");
        }
        check(&Pack::open_or_build(Some(&path), build).unwrap());
        assert_eq!(std::fs::read(&path).unwrap(), good);
        // A folder that cannot be made: a file stands in its place.
        check(&Pack::open_or_build(Some(&path.join("below/a/file.pack")), build).unwrap());
    }
}
