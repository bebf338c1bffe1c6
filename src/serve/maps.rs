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
    /// Name, check of the manifest, JSON. Whoever wants one that is being computed waits for it.
    known: Mutex<Vec<(String, String, Bytes)>>,
}

impl Maps {
    pub fn new(cache: Option<PathBuf>) -> Self {
        Self {
            cache,
            known: Mutex::new(Vec::new()),
        }
    }

    fn get<T: Serialize + serde::de::DeserializeOwned>(
        &self,
        open: &Open,
        name: &str,
        make: impl FnOnce() -> crate::error::Result<T>,
    ) -> Result<Vec<u8>, Problem> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let check = &open.index.manifest.check;
        let found = known.iter().find(|(of, at, _)| of == name && at == check);
        if let Some((.., json)) = found {
            return Ok(json.to_vec());
        }
        let value = kept(self.cache.as_deref(), &open.index, name, make)
            .map_err(|error| Problem::of(&error, Field::Body("")))?;
        let json = json_of(&value)?;
        known.retain(|(of, ..)| of != name);
        known.push((name.to_owned(), check.clone(), json.clone().into()));
        Ok(json)
    }
}

/// `GET /api/v1/map?of=`
pub async fn get_map(State(doors): State<Arc<Doors>>, uri: Uri) -> Answer {
    let MapQuery { of } = parameters(&uri)?;
    let maps = doors.clone();
    let json = doors.library.ask(move |open, _| {
        let alignment = open.embedder.alignment();
        let make = || CorpusMap::new(&open.index, alignment, of);
        maps.maps.get(open, &of.to_string(), make)
    });
    Ok(json_response(json.await?))
}

/// `GET /api/v1/matrix`
pub async fn get_matrix(State(doors): State<Arc<Doors>>, uri: Uri) -> Answer {
    let NoQuery {} = parameters(&uri)?;
    let maps = doors.clone();
    let json = doors.library.ask(move |open, _| {
        let alignment = open.embedder.alignment();
        let make = || Similarities::new(&open.index, alignment);
        maps.maps.get(open, "matrix", make)
    });
    Ok(json_response(json.await?))
}
