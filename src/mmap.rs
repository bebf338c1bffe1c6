//! Files mapped into memory; the one place where that is done.
#![allow(unsafe_code, reason = "mapping a file is unsafe by nature; see SAFETY")]

use std::fs::File;
use std::path::Path;

use memmap2::Mmap;

use crate::error::{Error, Result};

/// Maps a file for reading.
///
/// # Errors
/// [`Error::Io`].
pub fn map(path: &Path) -> Result<Mmap> {
    let file = File::open(path).map_err(Error::io("open", path))?;
    // SAFETY: every file that is mapped is one of ours and immutable: written under another name,
    // renamed, and only ever removed, which leaves a mapping intact. (The journal is appended to,
    // by the one process that holds the lock; what is mapped of it does not change.) A file cut
    // short by someone else while it is mapped would end the process with SIGBUS.
    unsafe { Mmap::map(&file) }.map_err(Error::io("map", path))
}
