//! A library may panic on a broken file. That is a fault of the file as any other, and the next file is read.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::corpus::decode::decoded::Fault;

/// What is said of a file whose reader panicked.
pub const READER_FAILED: &str = "its reader failed: the file is broken or the program is";

/// Reads a document.
///
/// # Errors
/// As `read`; [`READER_FAILED`] where that panics.
pub fn guarded<T>(read: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
    // Nothing that a reader has broken outlives it.
    let read = catch_unwind(AssertUnwindSafe(read));
    read.unwrap_or_else(|_| Err(Fault::unreadable(READER_FAILED)))
}
