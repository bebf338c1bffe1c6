//! Compares what is read of a segment with what was written: the checksums of its blocks, once each.

use std::ops::Range;
use std::sync::atomic::Ordering::Relaxed;

use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_64;

use super::{SMALL, Segment};
use crate::error::{Error, IndexError, Result};
use crate::index::store::format::BLOCK;

impl Segment {
    /// Where the file is not what was written: bytes of the blocks whose checksums differ.
    pub fn damage(&self) -> Vec<Range<usize>> {
        let blocks = (0..self.sound.len()).into_par_iter();
        blocks
            .filter(|block| !self.is_sound(*block))
            .map(|block| block * BLOCK..(block + 1) * BLOCK)
            .collect()
    }

    /// Compares all checksums of a small segment; a large one's are compared where it is read.
    ///
    /// # Errors
    /// [`IndexError::Corrupt`].
    pub fn check_small(&self) -> Result<()> {
        if self.bytes.len() <= SMALL {
            self.sound(
                "file",
                &(0..self.sections.checks.start),
                0..self.sections.checks.start,
            )?;
        }
        Ok(())
    }

    /// Bytes of a section, `at` counted from its start, their blocks' checksums compared.
    pub(super) fn sound(
        &self,
        name: &'static str,
        section: &Range<usize>,
        at: Range<usize>,
    ) -> Result<&[u8]> {
        let outside = || {
            let inside = format!("inside 0..{}", section.len());
            self.corrupt(name, inside, format!("{at:?}"))
        };
        let bytes = self.section(section);
        let bytes = bytes.get(at.clone()).ok_or_else(outside)?;
        let (start, end) = (section.start + at.start, section.start + at.end);
        for block in start / BLOCK..end.div_ceil(BLOCK) {
            if !self.sound[block].load(Relaxed) {
                if !self.is_sound(block) {
                    let place = block * BLOCK..(block + 1) * BLOCK;
                    return Err(self.corrupt(
                        name,
                        "the checksum of what was written",
                        format!("another for bytes {place:?}"),
                    ));
                }
                self.sound[block].store(true, Relaxed);
            }
        }
        Ok(bytes)
    }

    pub(super) fn is_sound(&self, block: usize) -> bool {
        let (checks, _) = self.section(&self.sections.checks).as_chunks::<8>();
        let end = self.sections.checks.start.min((block + 1) * BLOCK);
        let check = checks.get(block).map(|check| u64::from_le_bytes(*check));
        check == Some(xxh3_64(&self.bytes[block * BLOCK..end]))
    }

    pub(super) fn check<T: PartialEq + std::fmt::Debug>(
        &self,
        what: &'static str,
        expected: T,
        received: T,
    ) -> Result<()> {
        if expected == received {
            return Ok(());
        }
        Err(self.corrupt(what, format!("{expected:?}"), format!("{received:?}")))
    }

    pub(super) fn corrupt(
        &self,
        what: &'static str,
        expected: impl Into<String>,
        received: String,
    ) -> Error {
        Error::Index(IndexError::Corrupt {
            path: self.path.clone(),
            what,
            expected: expected.into(),
            received,
        })
    }
}
