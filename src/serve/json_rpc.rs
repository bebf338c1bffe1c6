//! Errors of JSON-RPC 2.0 that are told before rmcp sees a message, over pipes and over HTTP alike.

use std::fmt;

use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};

use crate::serve::answers::json_response;

/// Nobody can read what came.
const PARSE_ERROR: i32 = -32700;
/// It is no request.
const INVALID_REQUEST: i32 = -32600;
/// Something went wrong here.
const INTERNAL_ERROR: i32 = -32603;

/// An error whose request is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    code: i32,
    message: String,
}

impl Fault {
    /// What came is no request, or not one that is answered here.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self {
            code: INVALID_REQUEST,
            message: message.into(),
        }
    }

    /// What an HTTP status says with this text.
    pub fn of(status: StatusCode, message: impl Into<String>) -> Self {
        Self {
            code: match status.is_server_error() {
                true => INTERNAL_ERROR,
                false => INVALID_REQUEST,
            },
            message: message.into(),
        }
    }

    /// As an answer over HTTP.
    pub fn response(&self, status: StatusCode) -> Response {
        let mut response = json_response(self.to_string());
        *response.status_mut() = status;
        response
    }

    /// A message has more than `most` bytes.
    pub fn too_long(most: usize) -> Self {
        Self::invalid(format!("a message has at most {most} bytes"))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // "If there was an error in detecting the id in the Request object, it MUST be Null."
        let error = json!({"code": self.code, "message": self.message});
        json!({"jsonrpc": "2.0", "id": null, "error": error}).fmt(f)
    }
}

/// Whether a message is one JSON object.
///
/// # Errors
/// [`Fault`] for anything else.
pub fn check(message: &[u8]) -> Result<(), Fault> {
    let text = message.strip_prefix(b"\xef\xbb\xbf").unwrap_or(message);
    match serde_json::from_slice::<Value>(text) {
        Ok(Value::Object(_)) => Ok(()),
        Ok(Value::Array(_)) => Err(Fault::invalid(
            "batches are not supported; send one message at a time",
        )),
        Ok(_) => Err(Fault::invalid("expected a JSON object")),
        Err(error) => Err(Fault {
            code: PARSE_ERROR,
            message: format!("not JSON: {error}"),
        }),
    }
}
