//! What takes long to compute and is the same for every request: maps.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use axum::body::Bytes;
use axum::http::StatusCode;
use serde::Serialize;

use crate::error::Result;
use crate::serve::problem::{Field, Problem};
use crate::serve::service::Open;

/// What was computed for this generation, as JSON.
pub struct Maps {
    /// Where it is kept for the next process.
    cache: Option<PathBuf>,
    /// Name, check of the manifest, JSON.
    known: Mutex<Vec<(String, String, Bytes)>>,
    /// Held while one is computed, so that others are no threads of the pool while they wait.
    pub computing: tokio::sync::Mutex<()>,
}

impl Maps {
    pub fn new(cache: Option<PathBuf>) -> Self {
        Self {
            cache,
            known: Mutex::new(Vec::new()),
            computing: tokio::sync::Mutex::new(()),
        }
    }

    /// What `make` gives, as JSON: made once for each state of the index. `make` gets the folder where it is kept for the
    /// next process.
    ///
    /// # Errors
    /// Those of `make`.
    pub fn get<T: Serialize>(
        &self,
        open: &Open,
        name: &str,
        make: impl FnOnce(Option<&Path>) -> Result<T>,
    ) -> std::result::Result<Bytes, Problem> {
        let lock = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let check = &open.index.manifest.check;
        let is_it = |(of, at, _): &&(String, String, Bytes)| of == name && at == check;
        if let Some((.., json)) = lock().iter().find(is_it) {
            return Ok(json.clone());
        }
        let value =
            make(self.cache.as_deref()).map_err(|error| Problem::of(&error, Field::Body("")))?;
        let json = serde_json::to_vec(&value)
            .map_err(|error| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))?;
        let json = Bytes::from(json);
        let mut known = lock();
        known.retain(|(of, ..)| of != name);
        known.push((name.to_owned(), check.clone(), json.clone()));
        Ok(json)
    }
}
