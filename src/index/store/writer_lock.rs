//! One writer at a time.

use std::fs::{File, TryLockError};
use std::path::Path;

use crate::error::{Error, IndexError, Result};
use crate::index::store::names::LOCK;

/// Held while an index is written; the operating system lets it go with the process.
pub struct WriterLock {
    _file: File,
}

impl WriterLock {
    /// # Errors
    /// [`IndexError::Locked`] where another process holds it, [`Error::Io`].
    pub fn take(dir: &Path) -> Result<Self> {
        let path = dir.join(LOCK);
        let file = File::create(&path).map_err(Error::io("create", &path))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(Error::Index(IndexError::Locked {
                path: dir.to_path_buf(),
            })),
            Err(TryLockError::Error(source)) => Err(Error::io("lock", &path)(source)),
        }
    }
}

/// Whether a process writes to an index now. Where that cannot be told, none does.
pub fn is_written(dir: &Path) -> bool {
    let is_held = |file: File| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock));
    File::open(dir.join(LOCK)).is_ok_and(is_held)
}
