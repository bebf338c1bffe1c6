//! Rows of a section, read one by one by their place in the file.
//!
//! The first touch of a page of a mapping costs the kernel about as much as ten reads of a row: it maps the pages around
//! it, and unmaps them when the process ends. So whoever asks one question reads, and whoever goes on asking goes over to
//! the mapping, in which a page that was touched once costs nothing.

use std::fs::File;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

use bytemuck::Pod;

/// Bytes of a section for which one row is read until its mapping is used: to touch all of it costs as much then.
const BYTES_PER_READ: usize = 16_384;

/// A section of a file, rows of one size.
pub struct SpotReads {
    file: Arc<File>,
    section: Range<usize>,
    /// Rows that may still be read.
    left: AtomicUsize,
}

impl SpotReads {
    pub fn new(file: Arc<File>, section: Range<usize>) -> Self {
        Self {
            left: AtomicUsize::new(section.len() / BYTES_PER_READ),
            file,
            section,
        }
    }

    /// Reads a row of `out.len()` numbers; `false` where the mapping is to be used.
    pub fn read<T: Pod>(&self, row: usize, out: &mut [T]) -> bool {
        let one_less = |left: usize| left.checked_sub(1);
        if self.left.fetch_update(Relaxed, Relaxed, one_less).is_err() {
            return false;
        }
        let bytes: &mut [u8] = bytemuck::cast_slice_mut(out);
        let place = row
            .checked_mul(bytes.len())
            .and_then(|at| at.checked_add(self.section.start))
            .filter(|at| at + bytes.len() <= self.section.end);
        place.is_some_and(|place| read_at(&self.file, bytes, place as u64).is_ok())
    }
}

#[cfg(unix)]
fn read_at(file: &File, bytes: &mut [u8], place: u64) -> std::io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, place)
}

#[cfg(not(unix))]
fn read_at(_: &File, _: &mut [u8], _: u64) -> std::io::Result<()> {
    Err(std::io::ErrorKind::Unsupported.into())
}
