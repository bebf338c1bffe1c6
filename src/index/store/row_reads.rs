//! Rows of a section, read one by one by their place in the file.
//!
//! The first touch of a page of a mapping costs the kernel about as much as six reads of a row: it maps the pages around
//! it, and unmaps them when the process ends. So whoever asks one question reads, and whoever goes on asking goes over to
//! the mapping, in which a page that was touched once costs nothing.

use std::fs::File;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

use bytemuck::Pod;

/// Bytes of a section for which one row is read until its mapping is used: to touch all of it costs as much then.
const BYTES_PER_READ: usize = 8192;

/// A section of a file, rows of one size.
pub struct SpotReads {
    file: Arc<File>,
    section: Range<usize>,
    /// Rows that may still be read.
    left: AtomicUsize,
}

impl SpotReads {
    pub fn new(file: Arc<File>, section: Range<usize>) -> Self {
        let reads = section.len() / BYTES_PER_READ;
        Self::of(file, section, reads)
    }

    /// So many rows at most are read.
    pub fn of(file: Arc<File>, section: Range<usize>, reads: usize) -> Self {
        Self {
            file,
            section,
            left: AtomicUsize::new(reads),
        }
    }

    /// From now on the mapping is used.
    pub fn end(&self) {
        self.left.store(0, Relaxed);
    }

    /// Rows that may still be read.
    pub fn left(&self) -> usize {
        self.left.load(Relaxed)
    }

    /// Reads a row of `out.len()` numbers; `false` where the mapping is to be used.
    pub fn read<T: Pod>(&self, row: usize, out: &mut [T]) -> bool {
        let bytes: &mut [u8] = bytemuck::cast_slice_mut(out);
        let start = row.checked_mul(bytes.len());
        start.is_some_and(|start| self.read_bytes(start, bytes))
    }

    /// Reads the bytes of the section from `start` on; `false` where the mapping is to be used.
    pub fn read_bytes(&self, start: usize, out: &mut [u8]) -> bool {
        let one_less = |left: usize| left.checked_sub(1);
        if self.left.fetch_update(Relaxed, Relaxed, one_less).is_err() {
            return false;
        }
        let place = start
            .checked_add(self.section.start)
            .filter(|at| at + out.len() <= self.section.end);
        place.is_some_and(|place| read_at(&self.file, out, place as u64).is_ok())
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

#[cfg(all(test, unix))]
mod tests {
    use std::io::Write;

    use super::super::codes::CodeRows;
    use super::*;
    use crate::index::nearest::compare::Comparison;

    #[test]
    fn rows_are_read_until_the_mapping_is_cheaper_and_come_out_the_same() {
        let (rows, dimension, before) = (64, 40, 24);
        let codes: Vec<i8> = (0..rows * dimension)
            .map(|i| (i * 37 % 255) as u8 as i8)
            .collect();
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&vec![9; before]).unwrap();
        file.write_all(bytemuck::cast_slice(&codes)).unwrap();
        let section = before..before + rows * dimension;
        let reads = SpotReads::new(Arc::new(file), section);
        let query = &codes[..dimension];
        let in_memory = CodeRows::in_memory(&codes);
        let picked = [3, 63, 0, 17];
        let dots = |rows: &CodeRows<'_>| {
            let mut out = Vec::new();
            Comparison::new(*rows, query).scores(&picked, &mut out);
            out
        };
        let expected = dots(&in_memory);
        let from_file = CodeRows {
            file: Some(&reads),
            ..in_memory
        };
        // None of so few bytes; all; as many as are left.
        for (left, after) in [(0, 0), (9, 5), (2, 0)] {
            reads.left.store(left, Relaxed);
            assert_eq!(dots(&from_file), expected, "{left}");
            assert_eq!(reads.left(), after);
        }
        // A search that will come to too many more gives up.
        reads.left.store(64, Relaxed);
        let mut comparison = Comparison::new(from_file, query);
        for (open, worth_it) in [(2, true), (2, false), (1, true)] {
            comparison.scores(&picked, &mut Vec::new());
            assert_eq!(comparison.still_worth_it(|| open), worth_it);
        }
        // One that is on the mapping does not.
        reads.end();
        comparison.scores(&picked, &mut Vec::new());
        assert!(
            comparison.still_worth_it(|| 99)
                && Comparison::new(from_file, query).still_worth_it(|| 99)
        );
        reads.left.store(9, Relaxed);
        let mut row = vec![0i8; dimension];
        assert!(reads.read(63, &mut row) && row == codes[63 * dimension..]);
        assert!(!reads.read(64, &mut row) && !reads.read(usize::MAX, &mut row));
        reads.file.set_len(100).unwrap();
        assert!(!reads.read(63, &mut row));
    }
}
