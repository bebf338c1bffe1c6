//! The library, for asynchronous callers.

use std::sync::Arc;

use super::pool::{Cancelled, Pool};
use super::problem::{Field, Problem};
use super::service::{Open, Service};

/// An index and the threads that work on it.
#[derive(Clone)]
pub struct Library {
    service: Arc<Service>,
    pool: Pool,
}

impl Library {
    pub fn new(service: Service) -> Self {
        Self {
            service: Arc::new(service),
            pool: Pool::new(),
        }
    }

    /// What the index holds, in a sentence.
    pub fn corpus(&self) -> String {
        self.service.corpus()
    }

    /// Asks the current generation for something, on a thread of the pool.
    ///
    /// # Errors
    /// As [`Pool::run`]; what the library says where there is no index that it can open.
    pub async fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Open, &Cancelled) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let service = self.service.clone();
        let answer = self.pool.run(move |cancelled| {
            let open = service.current();
            let open = open.map_err(|error| Problem::of(&error, Field::Body("")))?;
            work(&open, cancelled)
        });
        answer.await
    }
}
