//! The bytes of a model's file.

use std::ops::Deref;
use std::path::Path;
use std::sync::Arc;

use memmap2::Mmap;

use crate::error::Result;
use crate::mmap;

/// Inside the program, or mapped.
#[derive(Clone)]
pub enum Bytes {
    Static(&'static [u8]),
    Mapped(Arc<Mmap>),
}

impl Bytes {
    /// Maps a file.
    ///
    /// # Errors
    /// [`crate::Error::Io`].
    pub fn map(path: &Path) -> Result<Self> {
        Ok(Self::Mapped(Arc::new(mmap::map(path)?)))
    }
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Static(bytes) => bytes,
            Self::Mapped(mapped) => mapped,
        }
    }
}
