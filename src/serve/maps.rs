//! The map of the corpus and the similarities of its articles, computed once a generation.

use std::sync::Arc;

use axum::extract::State;
use axum::http::Uri;
use serde::Deserialize;

use crate::map::{CorpusMap, Of, Similarities};
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
