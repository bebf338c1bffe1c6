//! The map of the corpus and the similarities of its articles, computed once a generation.

use std::path::Path;
use std::sync::Arc;

use axum::extract::State;
use axum::http::Uri;
use serde::Deserialize;

use crate::map::{Of, map_of, matrix_of};
use crate::serve::answers::{Answer, NoQuery, json_response};
use crate::serve::doors::Doors;
use crate::serve::request::parameters;

/// Which map.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MapQuery {
    pub of: Of,
}

/// `GET /api/v1/map?of=`
pub async fn get_map(State(doors): State<Arc<Doors>>, uri: Uri) -> Answer {
    let MapQuery { of } = parameters(&uri)?;
    let maps = doors.clone();
    let _computing = doors.maps.computing.lock().await;
    let json = doors.library.ask(move |open, _| {
        let make = |cache: Option<&Path>| map_of(&open.index, &open.embedder, of, cache);
        maps.maps.get(open, &of.to_string(), make)
    });
    Ok(json_response(json.await?))
}

/// `GET /api/v1/matrix`
pub async fn get_matrix(State(doors): State<Arc<Doors>>, uri: Uri) -> Answer {
    let NoQuery {} = parameters(&uri)?;
    let maps = doors.clone();
    let _computing = doors.maps.computing.lock().await;
    let json = doors.library.ask(move |open, _| {
        let make = |cache: Option<&Path>| matrix_of(&open.index, &open.embedder, cache);
        maps.maps.get(open, "matrix", make)
    });
    Ok(json_response(json.await?))
}
