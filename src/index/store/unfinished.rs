//! What a first run was asked to index, kept until it commits, so that one that is interrupted goes on without being
//! told again.

use std::io::Write;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::disk::{self, DiskFile};
use super::manifest::{Root, to_json};
use super::names::{MANIFEST, UNFINISHED};
use crate::error::{Error, Result};

/// A first run that has not committed yet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unfinished {
    /// What was given to it.
    pub roots: Vec<Root>,
    /// Name of its model.
    pub model: String,
    /// Its passages get no token codes.
    #[serde(default)]
    pub no_late: bool,
}

impl Unfinished {
    /// `None` where there is none, or an index, whose manifest says more.
    pub fn read(dir: &Path) -> Option<Self> {
        if dir.join(MANIFEST).exists() {
            return None;
        }
        let bytes = std::fs::read(dir.join(UNFINISHED)).ok()?;
        serde_json::from_slice(&bytes).ok()
    }

    /// # Errors
    /// [`Error::Io`].
    pub fn write(&self, dir: &Path) -> Result<()> {
        let (path, temporary) = (dir.join(UNFINISHED), dir.join(format!("{UNFINISHED}.tmp")));
        let write = || {
            let mut file = DiskFile::create(&temporary)?;
            file.write_all(&to_json(self))?;
            disk::rename(&temporary, &path)
        };
        write().map_err(Error::io("write", &path))
    }

    /// Forgets it.
    pub fn remove(dir: &Path) {
        let path = dir.join(UNFINISHED);
        if path.exists() {
            disk::remove(&path);
        }
    }
}
