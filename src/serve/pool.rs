//! Work of the synchronous library for asynchronous callers: as many threads as cores, and a queue with an end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::http::StatusCode;
use tokio::sync::Semaphore;

use super::problem::Problem;

/// Requests that wait or are worked on; more are told to come again.
const MOST_REQUESTS: usize = 256;

/// Runs work on the threads that may block.
#[derive(Clone)]
pub struct Pool {
    places: Arc<Semaphore>,
}

/// Whether whoever asked is gone.
#[derive(Clone, Default)]
pub struct Cancelled(Arc<AtomicBool>);

impl Cancelled {
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Sets the flag when the request is dropped.
struct OnDrop(Cancelled);

impl Drop for OnDrop {
    fn drop(&mut self) {
        self.0.0.store(true, Ordering::Relaxed);
    }
}

impl Pool {
    pub fn new() -> Self {
        Self {
            places: Arc::new(Semaphore::new(MOST_REQUESTS)),
        }
    }

    /// Runs `work` on another thread. What nobody waits for any more is not begun.
    ///
    /// # Errors
    /// 503 where the queue is full, 500 where it panics, and what it returns.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Cancelled) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let place = self.places.clone().try_acquire_owned();
        let place = place.map_err(|_| Problem::busy())?;
        let cancelled = Cancelled::default();
        let _gone = OnDrop(cancelled.clone());
        let done = tokio::task::spawn_blocking(move || {
            let _place = place;
            if cancelled.is_set() {
                return Err(Problem::busy());
            }
            work(&cancelled)
        });
        done.await.unwrap_or_else(|_| {
            let detail = "the request failed inside the server; its standard error says how";
            Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, detail))
        })
    }
}
