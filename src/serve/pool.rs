//! Work of the synchronous library for asynchronous callers: as many threads as cores, and a queue with an end.

use std::num::NonZeroUsize;
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
    /// As many as there are cores.
    workers: Arc<Semaphore>,
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
        let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        Self::of(MOST_REQUESTS, cores)
    }

    fn of(places: usize, workers: usize) -> Self {
        Self {
            places: Arc::new(Semaphore::new(places)),
            workers: Arc::new(Semaphore::new(workers)),
        }
    }

    /// Runs `work` on another thread. What nobody waits for any more is not begun; what has begun is told.
    ///
    /// # Errors
    /// 503 where the queue is full, 500 where it panics, and what it returns.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Cancelled) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let place = self.places.clone().try_acquire_owned();
        let place = place.map_err(|_| Problem::busy())?;
        // Not the threads of the runtime are counted: standard input and output need some, too.
        let worker = self.workers.clone().acquire_owned().await;
        let worker = worker.map_err(|_| Problem::busy())?;
        let cancelled = Cancelled::default();
        let _gone = OnDrop(cancelled.clone());
        let done = tokio::task::spawn_blocking(move || {
            let _held = (place, worker);
            work(&cancelled)
        });
        done.await.unwrap_or_else(|_| {
            let detail = "the request failed inside the server; its standard error says how";
            Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, detail))
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    fn runtime() -> tokio::runtime::Runtime {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        builder
            .max_blocking_threads(1)
            .enable_time()
            .build()
            .unwrap()
    }

    #[test]
    fn a_full_queue_is_told_to_come_again() {
        let pool = Pool::of(2, 1);
        let (release, released) = channel::<()>();
        runtime().block_on(async {
            let first = pool.run(move |_| {
                released.recv().unwrap();
                Ok(1)
            });
            let second = pool.run(|_| Ok(2));
            let third = async {
                // Both places are taken: one works, one waits.
                let refused = pool.run(|_| Ok(3)).await.unwrap_err();
                assert_eq!(refused.status, 503);
                release.send(()).unwrap();
            };
            let (first, second, ()) = tokio::join!(first, second, third);
            assert_eq!((first.unwrap(), second.unwrap()), (1, 2));
            assert_eq!(pool.run(|_| Ok(3)).await.unwrap(), 3);
        });
    }

    #[test]
    fn what_panics_is_an_error_and_leaves_its_place() {
        let pool = Pool::of(1, 1);
        runtime().block_on(async {
            for _ in 0..3 {
                let failed = pool
                    .run(|_| -> Result<(), Problem> { panic!("on purpose") })
                    .await;
                assert_eq!(failed.unwrap_err().status, 500);
            }
            assert_eq!(pool.run(|_| Ok(1)).await.unwrap(), 1);
        });
    }

    #[test]
    fn what_nobody_waits_for_is_not_begun() {
        let pool = Pool::of(2, 1);
        let (release, released) = channel::<()>();
        let (begun, begins) = channel();
        runtime().block_on(async {
            let first = pool.run(move |cancelled| {
                released.recv().unwrap();
                Ok(cancelled.is_set())
            });
            let second = async {
                let gone = pool.run(move |_| {
                    begun.send(()).unwrap();
                    Ok(())
                });
                let waited = tokio::time::timeout(std::time::Duration::ZERO, gone).await;
                assert!(waited.is_err());
                release.send(()).unwrap();
            };
            let (first, ()) = tokio::join!(first, second);
            assert!(!first.unwrap(), "the first was waited for");
        });
        assert!(begins.recv().is_err(), "the second began");
    }
}
