//! The map of the corpus and the similarities of its articles, computed once a generation.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Bytes;
use axum::extract::State;
use axum::http::Uri;
use serde::{Deserialize, Serialize};

use crate::map::{CorpusMap, Of, Similarities, kept};
use crate::serve::answers::{Answer, NoQuery, json_of, json_response};
use crate::serve::doors::Doors;
use crate::serve::problem::{Field, Problem};
use crate::serve::request::parameters;
use crate::serve::service::Open;

/// Which map.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MapQuery {
    pub of: Of,
}

/// What was computed for this generation, as JSON.
pub struct Maps {
    /// Where it is kept for the next process.
    cache: Option<PathBuf>,
    /// Name, check of the manifest, JSON.
    known: Mutex<Vec<(String, String, Bytes)>>,
    /// Held while one is computed, so that others are no threads of the pool while they wait.
    computing: tokio::sync::Mutex<()>,
}

impl Maps {
    pub fn new(cache: Option<PathBuf>) -> Self {
        Self {
            cache,
            known: Mutex::new(Vec::new()),
            computing: tokio::sync::Mutex::new(()),
        }
    }

    fn get<T: Serialize + serde::de::DeserializeOwned>(
        &self,
        open: &Open,
        name: &str,
        is_sound: impl Fn(&T) -> bool,
        make: impl FnOnce() -> crate::error::Result<T>,
    ) -> Result<Bytes, Problem> {
        let lock = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let check = &open.index.manifest.check;
        let is_it = |(of, at, _): &&(String, String, Bytes)| of == name && at == check;
        if let Some((.., json)) = lock().iter().find(is_it) {
            return Ok(json.clone());
        }
        let value = kept(self.cache.as_deref(), &open.index, name, is_sound, make)
            .map_err(|error| Problem::of(&error, Field::Body("")))?;
        let json = Bytes::from(json_of(&value)?);
        let mut known = lock();
        known.retain(|(of, ..)| of != name);
        known.push((name.to_owned(), check.clone(), json.clone()));
        Ok(json)
    }
}

/// `GET /api/v1/map?of=`
pub async fn get_map(State(doors): State<Arc<Doors>>, uri: Uri) -> Answer {
    let MapQuery { of } = parameters(&uri)?;
    let maps = doors.clone();
    let _computing = doors.maps.computing.lock().await;
    let json = doors.library.ask(move |open, _| {
        let alignment = open.embedder.alignment();
        let make = || CorpusMap::new(&open.index, alignment, of);
        maps.maps
            .get(open, &of.to_string(), CorpusMap::is_sound, make)
    });
    Ok(json_response(json.await?))
}

/// `GET /api/v1/matrix`
pub async fn get_matrix(State(doors): State<Arc<Doors>>, uri: Uri) -> Answer {
    let NoQuery {} = parameters(&uri)?;
    let maps = doors.clone();
    let _computing = doors.maps.computing.lock().await;
    let json = doors.library.ask(move |open, _| {
        let alignment = open.embedder.alignment();
        let make = || Similarities::new(&open.index, alignment);
        maps.maps.get(open, "matrix", Similarities::is_sound, make)
    });
    Ok(json_response(json.await?))
}
