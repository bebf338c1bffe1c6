//! Errors over HTTP: problem details (RFC 9457), each naming the field that is wrong.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;

use crate::advice::told;
use crate::error::{CorpusError, Error, IndexError, Named, SearchError};

/// Seconds after which a client may ask again.
const RETRY_AFTER: &str = "1";

/// What went wrong with a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Problem {
    /// Always `about:blank`: the status says what kind of problem it is.
    #[serde(rename = "type")]
    kind: &'static str,
    pub title: &'static str,
    pub status: u16,
    /// What is wrong, with what was expected and what was received.
    pub detail: String,
    /// Where it is wrong, where that can be told.
    pub errors: Vec<FieldError>,
    #[serde(skip)]
    busy: bool,
}

/// A field of a request that is wrong. One of the three names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FieldError {
    pub detail: String,
    /// JSON pointer (RFC 6901) into the body; empty for the whole of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// Name of a parameter in the query string.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    /// Name of a header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header: Option<&'static str>,
}

/// Which part of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field<'a> {
    /// JSON pointer into the body.
    Body(&'a str),
    /// In the query string.
    Parameter(&'a str),
    Header(&'static str),
}

impl Problem {
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            detail: detail.into(),
            errors: Vec::new(),
            busy: false,
        }
    }

    /// The same, naming the field.
    pub fn at(mut self, field: Field<'_>) -> Self {
        let mut error = FieldError {
            detail: self.detail.clone(),
            pointer: None,
            parameter: None,
            header: None,
        };
        match field {
            Field::Body(pointer) => error.pointer = Some(pointer.to_owned()),
            Field::Parameter(name) => error.parameter = Some(name.to_owned()),
            Field::Header(name) => error.header = Some(name),
        }
        self.errors.push(error);
        self
    }

    /// The same, where the fields are parameters of the query string.
    pub fn in_query_string(mut self) -> Self {
        for error in &mut self.errors {
            error.parameter = error.pointer.take();
        }
        self
    }

    /// A value that cannot be taken.
    pub fn bad(field: Field<'_>, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail).at(field)
    }

    /// More requests than are answered at a time.
    pub fn busy() -> Self {
        let detail = "too many requests are waiting; ask again in a second";
        Self {
            busy: true,
            ..Self::new(StatusCode::SERVICE_UNAVAILABLE, detail)
        }
    }

    /// What a library error is over HTTP. `field` is what names an article or a passage.
    pub fn of(error: &Error, field: Field<'_>) -> Self {
        let detail = told(error);
        match error {
            Error::Search(SearchError::EmptyQuestion) => {
                Self::bad(field, "expected a text, received an empty one")
            }
            Error::Corpus(CorpusError::Pattern { .. }) => Self::bad(field, detail),
            Error::Corpus(CorpusError::NotText { .. }) => {
                Self::bad(field, "expected a text, received none")
            }
            Error::Search(SearchError::Unknown {
                kind: Named::Language,
                ..
            }) => {
                let field = match field {
                    Field::Parameter(_) => Field::Parameter("lang"),
                    _ => Field::Body("/lang"),
                };
                Self::new(StatusCode::NOT_FOUND, detail).at(field)
            }
            // Whoever asks here has no command line.
            Error::Search(SearchError::Unknown { kind, near, .. }) => {
                let detail = match (kind, near) {
                    (Named::Article, None) => {
                        format!("{error}; the list of articles has their ids")
                    }
                    _ => error.to_string(),
                };
                Self::new(StatusCode::NOT_FOUND, detail).at(field)
            }
            Error::Search(SearchError::NothingRead { .. }) => {
                Self::new(StatusCode::NOT_FOUND, error.to_string()).at(field)
            }
            // Whoever asks here stands in no folder: the index is to be named.
            Error::Index(IndexError::NoIndex { path }) => {
                let at = path.display();
                let detail =
                    format!("no index at {at}; build one with `tane --index {at} index PATH`");
                Self::new(StatusCode::SERVICE_UNAVAILABLE, detail)
            }
            // The index is not one that this program and its model can read, or not yet.
            Error::Index(IndexError::BeingBuilt { .. } | IndexError::NotAnIndex { .. })
            | Error::Index(
                IndexError::IndexFormat { .. }
                | IndexError::SpaceMismatch { .. }
                | IndexError::AlignmentMismatch { .. },
            ) => Self::new(StatusCode::SERVICE_UNAVAILABLE, detail),
            _ => Self::new(StatusCode::INTERNAL_SERVER_ERROR, detail),
        }
    }

    /// The detail, with the field of the body before it that it is about.
    pub fn said(&self) -> String {
        let pointer = self
            .errors
            .first()
            .and_then(|error| error.pointer.as_deref());
        match pointer.map(|pointer| pointer.trim_start_matches('/')) {
            None | Some("") => self.detail.clone(),
            Some(field) => format!("{field}: {}", self.detail),
        }
    }

    /// Whether asking again in a moment is of use.
    pub fn is_busy(&self) -> bool {
        self.busy
    }

    /// Headers that belong to it.
    pub fn add_headers(&self, response: &mut Response) {
        let headers = response.headers_mut();
        if self.busy {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER));
        }
        if self.status() == StatusCode::UNAUTHORIZED {
            let scheme = HeaderValue::from_static("Bearer");
            headers.insert(header::WWW_AUTHENTICATE, scheme);
        }
    }

    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let status = self.status();
        let kind = HeaderValue::from_static("application/problem+json");
        let mut response = (status, [(header::CONTENT_TYPE, kind)], body).into_response();
        self.add_headers(&mut response);
        response
    }
}
