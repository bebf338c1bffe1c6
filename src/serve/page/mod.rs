//! The page that a browser shows: files that are part of the program.
//!
//! They hold nothing of an index, so they are given without a token: the page asks for one where the API wants it.

use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

use super::problem::Problem;

/// No script, style or picture but our own, none written into the page, and no other site.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";
const SVG: &str = "image/svg+xml";

struct File {
    name: &'static str,
    kind: &'static str,
    body: &'static str,
}

macro_rules! files {
    ($($kind:ident $name:literal),* $(,)?) => {
        [$(File { name: $name, kind: $kind, body: include_str!(concat!("files/", $name)) }),*]
    };
}

const INDEX: File = File {
    name: "index.html",
    kind: HTML,
    body: include_str!("files/index.html"),
};

static FILES: [File; 27] = files![
    SCRIPT "answer.js",
    SCRIPT "api.js",
    SCRIPT "articles.js",
    SCRIPT "cite.js",
    SCRIPT "colours.js",
    SCRIPT "dom.js",
    SCRIPT "early.js",
    SCRIPT "labels.js",
    SCRIPT "listing.js",
    SCRIPT "main.js",
    SCRIPT "map.js",
    SCRIPT "matrix.js",
    SCRIPT "pages.js",
    SCRIPT "pane.js",
    SCRIPT "points.js",
    SCRIPT "read.js",
    SCRIPT "route.js",
    SCRIPT "search.js",
    SCRIPT "similar.js",
    SCRIPT "spans.js",
    SCRIPT "strings.js",
    SCRIPT "text.js",
    SCRIPT "titles.js",
    SCRIPT "why.js",
    STYLE "pages.css",
    STYLE "style.css",
    SVG "icon.svg",
];

/// Where the files of the page are, besides `/`.
pub const FOLDER: &str = "/page/";

/// `GET /`: the page for a browser, what there is for anything else.
pub async fn front(headers: HeaderMap) -> Response {
    let accepted = headers.get(header::ACCEPT).map(HeaderValue::as_bytes);
    let wants_page =
        accepted.is_some_and(|accepted| memchr::memmem::find(accepted, b"text/html").is_some());
    match wants_page {
        true => INDEX.answer(&headers),
        false => LISTING.into_response(),
    }
}

/// `GET /page/NAME`
pub async fn file(
    name: Result<Path<String>, PathRejection>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    // A name that is no text is one of nothing, as any other.
    let named = name
        .ok()
        .and_then(|Path(name)| FILES.iter().find(|file| file.name == name));
    match named {
        Some(file) => file.answer(&headers),
        None => {
            let detail = format!("nothing at {}; `/` lists what there is", uri.path());
            Problem::new(StatusCode::NOT_FOUND, detail).into_response()
        }
    }
}

impl File {
    /// The file, or nothing where the browser has it already.
    fn answer(&self, headers: &HeaderMap) -> Response {
        let tag = format!("\"{}\"", &blake3::hash(self.body.as_bytes()).to_hex()[..16]);
        let common = [
            (header::ETAG, tag.clone()),
            (header::CACHE_CONTROL, "no-cache".to_owned()),
            (header::CONTENT_SECURITY_POLICY, POLICY.to_owned()),
            (header::VARY, "Accept".to_owned()),
        ];
        let known = headers
            .get(header::IF_NONE_MATCH)
            .map(HeaderValue::as_bytes);
        if known == Some(tag.as_bytes()) {
            return (StatusCode::NOT_MODIFIED, common).into_response();
        }
        (common, [(header::CONTENT_TYPE, self.kind)], self.body).into_response()
    }
}

const LISTING: &str = "tane: local semantic search with citations\n\n\
     GET  /                      the page, for a browser\n\
     POST /api/v1/query          {\"query\": \"...\", \"limit\": 5}\n\
     POST /api/v1/similar        {\"article\": \"...\"}\n\
     POST /api/v1/embed          {\"texts\": [\"...\"]}\n\
     GET  /api/v1/articles       ?limit=&offset=&article=&lang=&source=&since=&until=\n\
     GET  /api/v1/article        ?id=\n\
     GET  /api/v1/passage        ?id=&context=\n\
     GET  /api/v1/pages          ?id=\n\
     GET  /api/v1/page.png       ?id=&page=&width=\n\
     GET  /api/v1/map            ?of=articles|passages\n\
     GET  /api/v1/matrix\n\
     GET  /api/v1/status\n\
     GET  /api/v1/openapi.json   describes the above\n\
     POST /v1/embeddings, GET /v1/models, POST /v1/rerank    as OpenAI's and Cohere's\n\
     POST /mcp                   the Model Context Protocol\n\
     GET  /healthz\n";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_folder_is_served() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/serve/page/files");
        let there = std::fs::read_dir(folder).unwrap();
        let mut there: Vec<String> = there
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        let mut served: Vec<&str> = FILES.iter().map(|file| file.name).collect();
        served.push(INDEX.name);
        there.sort();
        served.sort_unstable();
        assert_eq!(there, served);
    }
}
