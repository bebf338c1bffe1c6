//! Bodies and query strings to values; what is wrong with them names the field.

use std::time::Duration;

use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use serde::de::DeserializeOwned;
use serde_path_to_error::{Path, Segment};

use super::problem::{Field, Problem};
use crate::serve::limits::MOST_EMBED_BYTES;

/// How long a body may take to come.
const BODY_TIME: Duration = Duration::from_secs(20);

/// Reads a JSON body of at most `most` bytes.
///
/// # Errors
/// 415 for another type, 413 for a longer one, 408 for one that does not come, 400 for one that is not what it should
/// be.
pub async fn body<T: DeserializeOwned>(request: Request, most: usize) -> Result<T, Problem> {
    let bytes = read(request, most).await?;
    parse(&bytes)
}

/// What the body of a request may take, in kilobytes: what it says it is, or the most where it does not say.
pub fn kilobytes(request: &Request) -> u32 {
    let length = length_of(request.headers());
    let chunked = request.headers().contains_key(header::TRANSFER_ENCODING);
    let bytes = length.unwrap_or(if chunked { u64::MAX } else { 0 });
    // A longer one is refused when it is read.
    u32::try_from(bytes.min(MOST_EMBED_BYTES as u64) / 1024).unwrap_or(0)
}

/// The length that a body says it has.
fn length_of(headers: &HeaderMap) -> Option<u64> {
    let length = headers.get(header::CONTENT_LENGTH)?;
    length.to_str().ok()?.parse().ok()
}

/// Reads a JSON body as bytes.
///
/// # Errors
/// As [`body`].
pub async fn read(request: Request, most: usize) -> Result<axum::body::Bytes, Problem> {
    let headers = request.headers();
    let kind = headers.get(header::CONTENT_TYPE);
    let essence = kind.and_then(|kind| kind.to_str().ok()?.split(';').next());
    if !essence.is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json")) {
        let received = kind.map_or("none", |kind| kind.to_str().unwrap_or("bytes"));
        let detail = format!("expected a body of type `application/json`, received {received}");
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail)
            .at(Field::Header("Content-Type")));
    }
    if headers
        .get(header::CONTENT_ENCODING)
        .is_some_and(|coding| coding != "identity")
    {
        let detail = "a compressed body is not read; send it as it is";
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail)
            .at(Field::Header("Content-Encoding")));
    }
    let length = length_of(headers);
    let too_long = || {
        let detail = format!("a body here has at most {most} bytes");
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail).at(Field::Body(""))
    };
    if length.is_some_and(|length| length > most as u64) {
        return Err(too_long());
    }
    match tokio::time::timeout(BODY_TIME, to_bytes(request.into_body(), most)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        // Of two causes one is the length; a connection that broke has nobody to answer.
        Ok(Err(_)) => Err(too_long()),
        Err(_) => {
            let detail = format!(
                "the body did not come within {} seconds",
                BODY_TIME.as_secs()
            );
            Err(Problem::new(StatusCode::REQUEST_TIMEOUT, detail).at(Field::Body("")))
        }
    }
}

/// Reads a JSON object.
///
/// # Errors
/// 400, with a pointer to the field.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    // serde would take a list of the fields in their order, too.
    if bytes.trim_ascii_start().first() != Some(&b'{') {
        return Err(Problem::bad(Field::Body(""), "expected a JSON object"));
    }
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        Problem::bad(Field::Body(&pointer(error.path())), message(error.inner()))
    })?;
    let end = deserializer.end();
    end.map_err(|error| Problem::bad(Field::Body(""), message(&error)))?;
    Ok(value)
}

fn message(error: &serde_json::Error) -> String {
    let is_syntax = error.is_syntax() || error.is_eof();
    format!("{}{error}", if is_syntax { "not JSON: " } else { "" })
}

/// JSON pointer, RFC 6901.
fn pointer(path: &Path) -> String {
    let mut pointer = String::new();
    for segment in path {
        pointer.push('/');
        match segment {
            Segment::Seq { index } => pointer.push_str(&index.to_string()),
            Segment::Map { key } => pointer.push_str(&key.replace('~', "~0").replace('/', "~1")),
            Segment::Enum { variant } => pointer.push_str(variant),
            Segment::Unknown => {
                pointer.pop();
            }
        }
    }
    pointer
}

/// Reads the query string.
///
/// # Errors
/// 400, with the parameter.
pub fn parameters<T: DeserializeOwned>(uri: &Uri) -> Result<T, Problem> {
    let pairs = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    let deserializer = serde_urlencoded::Deserializer::new(pairs);
    serde_path_to_error::deserialize(deserializer).map_err(|error| {
        let path = error.path().to_string();
        let message = error.inner().to_string();
        // A missing or repeated parameter has no path of its own; the message names it.
        let named = message.split('`').nth(1).unwrap_or_default();
        let name = if path == "." { named } else { &path };
        Problem::bad(Field::Parameter(name), message.clone())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serve::api::QueryRequest;
    use crate::serve::articles::ArticlesQuery;

    fn pointers(body: &str) -> Vec<String> {
        let problem = parse::<QueryRequest>(body.as_bytes()).err().unwrap();
        assert_eq!(problem.status, 400, "{body}");
        let errors = problem.errors.into_iter();
        errors.filter_map(|error| error.pointer).collect()
    }

    #[test]
    fn the_field_that_is_wrong_is_named() {
        assert_eq!(pointers(r#"{"query": 7}"#), ["/query"]);
        assert_eq!(pointers(r#"{"query": "a", "limit": "five"}"#), ["/limit"]);
        assert_eq!(
            pointers(r#"{"query": "a", "lang": ["ja", 3]}"#),
            ["/lang/1"]
        );
        assert_eq!(pointers(r#"{"query": "a", "limits": 5}"#), ["/limits"]);
        assert_eq!(pointers("{"), [""]);
        assert_eq!(pointers("[] []"), [""]);
        assert_eq!(pointers(&"[".repeat(100_000)), [""]);
        let parameter = |query: &str| {
            let uri = format!("/articles?{query}").parse().unwrap();
            let problem = parameters::<ArticlesQuery>(&uri).err().unwrap();
            problem.errors[0].parameter.clone().unwrap()
        };
        assert_eq!(parameter("limit=x"), "limit");
        assert_eq!(parameter("color=red"), "color");
        assert_eq!(parameter("limit=1&limit=2"), "limit");
    }
}
