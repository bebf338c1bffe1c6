//! The lock file: which revision of a model of the hub was taken, and what its files were.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// The lock file, read.
pub struct Lock {
    path: PathBuf,
    models: Vec<Locked>,
}

/// A model as it was taken.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Locked {
    pub name: String,
    /// Repository of the hub.
    pub hub: String,
    pub revision: String,
    pub file: Vec<LockedFile>,
}

/// A file of a model as it was taken.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LockedFile {
    /// Path in the repository.
    pub path: String,
    /// Length.
    pub bytes: u64,
    /// Lower-case hex.
    pub sha256: String,
}

impl Locked {
    pub fn file(&self, path: &str) -> Option<&LockedFile> {
        self.file.iter().find(|file| file.path == path)
    }
}

#[derive(Serialize, Deserialize)]
struct Content {
    #[serde(default)]
    model: Vec<Locked>,
}

impl Lock {
    /// Reads the file; where there is none, nothing is locked.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::Config`].
    pub fn open(path: PathBuf) -> Result<Self> {
        let content = match std::fs::read_to_string(&path) {
            Ok(text) => toml::from_str(&text).map_err(|error| Error::Config {
                path: path.clone(),
                message: error.to_string(),
            })?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                Content { model: Vec::new() }
            }
            Err(error) => return Err(Error::io("read", &path)(error)),
        };
        Ok(Self {
            path,
            models: content.model,
        })
    }

    /// Where the lock file is, or will be written.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What is recorded of a model of this name, as long as it is of the same repository.
    pub fn of(&self, name: &str, hub: &str) -> Option<&Locked> {
        self.models
            .iter()
            .find(|model| model.name == name && model.hub == hub)
    }

    /// Records a model, and writes the file.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn set(&mut self, locked: Locked) -> Result<()> {
        self.models.retain(|model| model.name != locked.name);
        self.models.push(locked);
        self.models.sort_by(|a, b| a.name.cmp(&b.name));
        let content = Content {
            model: self.models.clone(),
        };
        let text = toml::to_string_pretty(&content).map_err(|error| Error::Config {
            path: self.path.clone(),
            message: error.to_string(),
        })?;
        let text = format!("# Written by `tane models pull`: what was taken of the hub.\n\n{text}");
        let temporary = self.path.with_extension("lock.tmp");
        let write = || {
            if let Some(dir) = self.path.parent() {
                std::fs::create_dir_all(dir)?;
            }
            std::fs::write(&temporary, text)?;
            std::fs::rename(&temporary, &self.path)
        };
        write().map_err(Error::io("write", &self.path))
    }
}
