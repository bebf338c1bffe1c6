//! Answers as JSON.

use axum::body::Body;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};

use crate::serve::doors::Doors;
use crate::serve::pool::Cancelled;
use crate::serve::problem::Problem;
use crate::serve::service::Open;

/// Nothing can be said but this.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoQuery {}

pub type Answer = Result<Response, Problem>;

/// Serializes an answer.
///
/// # Errors
/// 500; no type here fails.
pub fn json_of(value: &impl Serialize) -> Result<Vec<u8>, Problem> {
    serde_json::to_vec(value)
        .map_err(|error| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))
}

pub fn json_response(json: impl Into<Body>) -> Response {
    let json: Body = json.into();
    ([(header::CONTENT_TYPE, "application/json")], json).into_response()
}

impl Doors {
    /// Asks the library for something, on a thread of the pool, and gives it as JSON.
    pub async fn answer<T: Serialize + 'static>(
        &self,
        work: impl FnOnce(&Open, &Cancelled) -> Result<T, Problem> + Send + 'static,
    ) -> Answer {
        let json = self
            .library
            .ask(move |open, cancelled| json_of(&work(open, cancelled)?));
        Ok(json_response(json.await?))
    }
}
