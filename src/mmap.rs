//! Files mapped into memory, and memory without a file; the one place where that is done.
#![allow(unsafe_code, reason = "mapping a file is unsafe by nature; see SAFETY")]

use std::alloc::{Layout, handle_alloc_error};
use std::fs::File;
use std::ops::{Deref, DerefMut};
use std::path::Path;

use memmap2::{Mmap, MmapMut};

use crate::error::{Error, Result};

/// Maps a file for reading.
///
/// # Errors
/// [`Error::Io`].
pub fn map(path: &Path) -> Result<Mmap> {
    Ok(open(path)?.1)
}

/// Opens a file for reading, and maps it.
///
/// # Errors
/// [`Error::Io`].
pub fn open(path: &Path) -> Result<(File, Mmap)> {
    let file = File::open(path).map_err(Error::io("open", path))?;
    // SAFETY: every file that is mapped is one of ours and immutable: written under another name,
    // renamed, and only ever removed, which leaves a mapping intact. (The journal is appended to,
    // by the one process that holds the lock; what is mapped of it does not change.) A file cut
    // short by someone else while it is mapped would end the process with SIGBUS.
    let mapping = unsafe { Mmap::map(&file) }.map_err(Error::io("map", path))?;
    Ok((file, mapping))
}

/// Bytes of a large page of most systems, and from how many on one is taken: 64 small ones cost more.
const LARGE_PAGE: usize = 2 << 20;
const LARGE_FROM: usize = 256 << 10;

/// So many numbers, zero at first, in pages as large as the system has: each is then touched once for two megabytes, not
/// for four kilobytes, which for a number a row of a large index is most of the time.
pub struct Zeros {
    mapping: MmapMut,
    count: usize,
}

impl Zeros {
    /// Ends the process as any allocation does where there is no memory.
    pub fn new(count: usize) -> Self {
        let numbers = Layout::array::<f32>(count.max(1)).unwrap_or(Layout::new::<f32>());
        // Linux gives large pages only to mappings that are made of them.
        let bytes = match numbers.size() {
            small @ ..LARGE_FROM => small,
            large => large.next_multiple_of(LARGE_PAGE),
        };
        let mapping = MmapMut::map_anon(bytes);
        let mapping = mapping.unwrap_or_else(|_| handle_alloc_error(numbers));
        // Only advice.
        #[cfg(target_os = "linux")]
        let _ = mapping.advise(memmap2::Advice::HugePage);
        let mut zeros = Self { mapping, count };
        // Written first: read first, the system would show one page of zeros everywhere, and copy it piece by piece.
        zeros.fill(0.0);
        zeros
    }
}

impl Deref for Zeros {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        // A mapping begins at a page.
        &bytemuck::cast_slice(&self.mapping)[..self.count]
    }
}

impl DerefMut for Zeros {
    fn deref_mut(&mut self) -> &mut [f32] {
        &mut bytemuck::cast_slice_mut(&mut self.mapping)[..self.count]
    }
}
