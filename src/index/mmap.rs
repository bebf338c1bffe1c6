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
    // SAFETY: the files of an index are immutable: they are written under another name, renamed,
    // and only ever removed, which leaves a mapping intact. A file cut short by someone else while
    // it is mapped would end the process with SIGBUS; it could not make it read foreign memory.
    unsafe { Mmap::map(&file) }.map_err(Error::io("map", path))
}
