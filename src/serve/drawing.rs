//! What draws pages of documents, and what is known of documents whose pages were shown.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use tokio::sync::Semaphore;

use super::pool::Cancelled;
use super::problem::Problem;
use crate::corpus::{PagedFile, Picture, Places, Readers};
use crate::index::{ArticleRecord, Index};

/// Pages that are drawn at a time: each may take as much memory as a reader of documents may.
const AT_A_TIME: usize = 4;

/// How long a page may take.
const TIME: Duration = Duration::from_secs(20);

/// Documents of which it is remembered where their text stands.
const KNOWN: usize = 4;

/// What draws.
pub struct Drawing {
    readers: Option<Readers>,
    /// Those that draw.
    pub places: Semaphore,
    /// SHA-256 of a document, and where its text stands.
    known: Mutex<Vec<(String, Arc<Places>)>>,
}

impl Drawing {
    pub fn new(readers: Option<Readers>) -> Self {
        Self {
            readers,
            places: Semaphore::new(AT_A_TIME),
            known: Mutex::default(),
        }
    }

    /// Where the text of a document stands.
    ///
    /// # Errors
    /// 422 where nobody can tell.
    pub fn places_of(
        &self,
        file: &PagedFile,
        record: &ArticleRecord,
        cancelled: &Cancelled,
    ) -> Result<Arc<Places>, Problem> {
        let lock = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let is_it = |(sha256, _): &&(String, _)| *sha256 == record.metadata.sha256;
        if let Some((_, places)) = lock().iter().find(is_it) {
            return Ok(Arc::clone(places));
        }
        let places = file.places(self.readers()?, &stop(cancelled));
        let places = Arc::new(places.map_err(|reason| unprocessable(&reason))?);
        let mut known = lock();
        known.push((record.metadata.sha256.clone(), Arc::clone(&places)));
        if known.len() > KNOWN {
            known.remove(0);
        }
        Ok(places)
    }

    /// The picture of a page, from 1, so many pixels wide.
    ///
    /// # Errors
    /// 422 where it cannot be drawn.
    pub fn picture(
        &self,
        file: &PagedFile,
        page: usize,
        width: u32,
        cancelled: &Cancelled,
    ) -> Result<Picture, Problem> {
        let drawn = file.draw(page, width, self.readers()?, &stop(cancelled));
        drawn.map_err(|reason| unprocessable(&format!("page {page} cannot be drawn: {reason}")))
    }

    fn readers(&self) -> Result<&Readers, Problem> {
        let none = || Problem::new(StatusCode::NOT_FOUND, "this server draws no pages");
        self.readers.as_ref().ok_or_else(none)
    }
}

/// The document of an article, if it is still the one that was indexed.
///
/// # Errors
/// 404 with the reason.
pub fn file_of(index: &Index, record: &ArticleRecord) -> Result<PagedFile, Problem> {
    let roots = &index.manifest.roots;
    let root = roots.iter().find(|root| root.label == record.root);
    let most = root.map_or(0, |root| root.read.max_bytes);
    let path = index.source_path(record).unwrap_or_default();
    // Several articles of a file are rows, which have no pages.
    let found = match record.metadata.row {
        None => PagedFile::open(&path, &record.metadata.sha256, most),
        Some(_) => Err("it is no document with pages".to_owned()),
    };
    found.map_err(|reason| {
        let detail = format!(
            "`{}` has no pages to show: {reason}; `/api/v1/article` gives its text",
            record.id()
        );
        Problem::new(StatusCode::NOT_FOUND, detail)
    })
}

fn unprocessable(reason: &str) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, reason)
}

/// Whether to give a page up: nobody waits for it any more, or it takes too long.
fn stop(cancelled: &Cancelled) -> impl Fn() -> bool {
    let end = Instant::now() + TIME;
    move || cancelled.is_set() || Instant::now() >= end
}
