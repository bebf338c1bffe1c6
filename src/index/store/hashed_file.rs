//! A file that is hashed as it is written, and gets its name when it is whole.

use std::io::{BufWriter, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use xxhash_rust::xxh3::Xxh3Default;

use crate::error::{Error, Result};
use crate::index::store::disk::{self, DiskFile};
use crate::index::store::format::{ALIGN, BLOCK};
use crate::index::store::manifest::FileEntry;

/// A file under a temporary name that knows its length and checksum, and is gone if it is dropped.
pub struct HashedFile {
    path: PathBuf,
    file: Option<BufWriter<DiskFile>>,
    hasher: blake3::Hasher,
    pub length: usize,
    /// Checksums of the whole blocks written, and the beginning of one.
    checks: Vec<u8>,
    block: Xxh3Default,
}

impl HashedFile {
    pub fn create(path: &Path) -> Result<Self> {
        let file = DiskFile::create(path).map_err(Error::io("create", path))?;
        Ok(Self {
            path: path.to_path_buf(),
            file: Some(BufWriter::with_capacity(1 << 20, file)),
            hasher: blake3::Hasher::new(),
            length: 0,
            checks: Vec::new(),
            block: Xxh3Default::new(),
        })
    }

    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        if let Some(file) = &mut self.file {
            file.write_all(bytes)
                .map_err(Error::io("write", &self.path))?;
        }
        self.hasher.update(bytes);
        let mut rest = bytes;
        while !rest.is_empty() {
            let room = BLOCK - self.length % BLOCK;
            let (now, later) = rest.split_at(room.min(rest.len()));
            self.block.update(now);
            self.length += now.len();
            if self.length.is_multiple_of(BLOCK) {
                self.end_block();
            }
            rest = later;
        }
        Ok(())
    }

    fn end_block(&mut self) {
        self.checks.extend(self.block.digest().to_le_bytes());
        self.block.reset();
    }

    /// Checksums of all blocks so far, the last one perhaps short.
    pub fn checks(&mut self) -> Vec<u8> {
        if !self.length.is_multiple_of(BLOCK) {
            self.end_block();
        }
        std::mem::take(&mut self.checks)
    }

    pub fn align(&mut self) -> Result<()> {
        let padding = self.length.next_multiple_of(ALIGN) - self.length;
        self.write(&vec![0; padding])
    }

    pub fn section(&mut self, bytes: &[u8]) -> Result<Range<usize>> {
        self.align()?;
        let start = self.length;
        self.write(bytes)?;
        Ok(start..self.length)
    }

    /// Takes in a section that waited in a file.
    pub fn spooled(&mut self, mut spool: Spool) -> Result<Range<usize>> {
        self.align()?;
        let start = self.length;
        let io = |what| Error::io(what, &spool.path);
        spool.file.flush().map_err(io("write"))?;
        let file = spool.file.get_mut();
        file.seek(SeekFrom::Start(0)).map_err(io("seek"))?;
        let mut buffer = vec![0; 1 << 20];
        loop {
            match file.read(&mut buffer).map_err(io("read"))? {
                0 => return Ok(start..self.length),
                read => self.write(&buffer[..read])?,
            }
        }
    }

    pub fn finish(mut self, dir: &Path, name: &str) -> Result<FileEntry> {
        if let Some(file) = self.file.take() {
            let finish = || {
                file.into_inner()?.sync()?;
                disk::rename(&self.path, &dir.join(name))
            };
            finish().map_err(|error| {
                disk::remove(&self.path);
                Error::io("write", &self.path)(error)
            })?;
        }
        Ok(FileEntry {
            name: name.to_owned(),
            bytes: self.length as u64,
            blake3: self.hasher.finalize().to_hex().to_string(),
        })
    }
}

impl Drop for HashedFile {
    fn drop(&mut self) {
        // Still open: it was not finished.
        if self.file.take().is_some() {
            disk::remove(&self.path);
        }
    }
}

/// A section that waits in a file of its own.
pub struct Spool {
    path: PathBuf,
    file: BufWriter<DiskFile>,
    pub length: u64,
}

impl Spool {
    pub fn create(path: &Path) -> Result<Self> {
        let file = DiskFile::create(path).map_err(Error::io("create", path))?;
        Ok(Self {
            path: path.to_path_buf(),
            file: BufWriter::new(file),
            length: 0,
        })
    }

    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.length += bytes.len() as u64;
        self.file
            .write_all(bytes)
            .map_err(Error::io("write", &self.path))
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        disk::remove(&self.path);
    }
}
