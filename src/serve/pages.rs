//! Pages of documents: their pictures, and where passages stand on them.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::IntoResponse;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::drawing::{Drawing, file_of};
use crate::corpus::{PageBox, boxes, locator};
use crate::error::Error;
use crate::search::{JSON_VERSION, Names, find};
use crate::serve::answers::Answer;
use crate::serve::articles::IdQuery;
use crate::serve::doors::Doors;
use crate::serve::fields::{length, number};
use crate::serve::limits::{LEAST_WIDTH, MOST_NAME, MOST_PAGES, MOST_WIDTH};
use crate::serve::pool::Cancelled;
use crate::serve::problem::{Field, Problem};
use crate::serve::request::parameters;
use crate::serve::service::Open;

/// Raised where the same page is drawn otherwise than before.
const DRAWN_AS: u32 = 1;

/// Pixels across a picture where nobody says how many.
const WIDTH: usize = 1000;

/// Says that letters are missing in a picture, because their fonts are not in the document.
pub const INCOMPLETE: &str = "tane-letters-missing";

/// The pages of a document, and where a passage stands on them.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Pages {
    pub version: u32,
    /// Id of the article.
    pub article: String,
    pub pages: Vec<PageSize>,
    /// Where the passage that was named stands, a line each; empty where none was named or nobody can tell.
    pub boxes: Vec<BoxView>,
}

/// How large a page is as it is shown, in points (1/72 inch).
#[derive(Debug, Serialize, JsonSchema)]
pub struct PageSize {
    pub width: f32,
    pub height: f32,
}

/// A rectangle on a page. Its edges are shares of the page's width and height, from its upper left corner.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BoxView {
    /// From 1.
    pub page: usize,
    pub left: f32,
    pub top: f32,
    pub right: f32,
    pub bottom: f32,
}

impl From<PageBox> for BoxView {
    fn from(found: PageBox) -> Self {
        let PageBox {
            page,
            left,
            top,
            right,
            bottom,
        } = found;
        Self {
            page,
            left,
            top,
            right,
            bottom,
        }
    }
}

/// Names a page.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PictureQuery {
    pub id: String,
    pub page: usize,
    pub width: Option<usize>,
}

/// `GET /api/v1/pages?id=`
pub async fn get_pages(State(doors): State<Arc<Doors>>, uri: Uri) -> Answer {
    let asked: IdQuery = parameters(&uri)?;
    length(Field::Parameter("id"), &asked.id, MOST_NAME)?;
    let _place = place(&doors).await?;
    let own = doors.clone();
    let answer =
        doors.answer(move |open, cancelled| pages(open, &own.drawing, &asked.id, cancelled));
    answer.await
}

fn pages(
    open: &Open,
    drawing: &Drawing,
    id: &str,
    cancelled: &Cancelled,
) -> Result<Pages, Problem> {
    let to_problem = |error: Error| Problem::of(&error, Field::Parameter("id"));
    let index = &open.index;
    let (article, rows) = find(index, id, Names::AsCited).map_err(to_problem)?;
    let record = index.article(article).map_err(to_problem)?;
    let file = file_of(index, &record)?;
    let places = drawing.places_of(&file, &record, cancelled)?;
    let text = index.text(article).map_err(to_problem)?;
    let mut found = Vec::new();
    for row in rows.into_iter().flatten() {
        let span = index.passage(row).map_err(to_problem)?.span;
        let page = locator(&record.locators, span.start);
        let page = page.and_then(|page| page.strip_prefix("page ")?.parse().ok());
        let own = text.get(span.clone()).unwrap_or_default();
        found.extend(places.boxes(own, &span, page));
        // What was recognised is in the index alone.
        found.extend(boxes(text, &record.recognised, &span, &places.sizes));
    }
    let size = |&(width, height): &(f32, f32)| PageSize { width, height };
    Ok(Pages {
        version: JSON_VERSION,
        article: record.id(),
        pages: places.sizes.iter().map(size).collect(),
        boxes: found.into_iter().map(BoxView::from).collect(),
    })
}

/// `GET /api/v1/page.png?id=&page=&width=`
pub async fn get_picture(State(doors): State<Arc<Doors>>, uri: Uri, headers: HeaderMap) -> Answer {
    let asked: PictureQuery = parameters(&uri)?;
    length(Field::Parameter("id"), &asked.id, MOST_NAME)?;
    number(Field::Parameter("page"), asked.page, 1, MOST_PAGES)?;
    let width = asked.width.unwrap_or(WIDTH);
    number(Field::Parameter("width"), width, LEAST_WIDTH, MOST_WIDTH)?;
    let known = headers.get(header::IF_NONE_MATCH).cloned();
    let _place = place(&doors).await?;
    let own = doors.clone();
    let drawn = doors.library.ask(move |open, cancelled| {
        let to_problem = |error: Error| Problem::of(&error, Field::Parameter("id"));
        let (article, _) = find(&open.index, &asked.id, Names::AsCited).map_err(to_problem)?;
        let record = open.index.article(article).map_err(to_problem)?;
        let file = file_of(&open.index, &record)?;
        let start = record.metadata.sha256.get(..16).unwrap_or_default();
        let tag = format!("\"{start}-{}-{width}-{DRAWN_AS}\"", asked.page);
        if known.is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
            return Ok((tag, None));
        }
        let width = u32::try_from(width).unwrap_or(u32::MAX);
        let picture = own.drawing.picture(&file, asked.page, width, cancelled)?;
        Ok((tag, Some(picture)))
    });
    let (tag, picture) = drawn.await?;
    // A browser may keep it, and asks each time whether the document is still the same.
    let common = [
        (header::ETAG, tag),
        (header::CACHE_CONTROL, "private, no-cache".to_owned()),
    ];
    let Some(picture) = picture else {
        return Ok((StatusCode::NOT_MODIFIED, common).into_response());
    };
    let mut response = (common, picture.png).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("image/png"));
    if picture.is_incomplete {
        let name = HeaderName::from_static(INCOMPLETE);
        headers.insert(name, HeaderValue::from_static("1"));
    }
    Ok(response)
}

/// A place among those that draw.
async fn place(doors: &Doors) -> Result<tokio::sync::SemaphorePermit<'_>, Problem> {
    let place = doors.drawing.places.acquire().await;
    place.map_err(|_| Problem::busy())
}
