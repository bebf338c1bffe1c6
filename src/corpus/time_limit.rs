//! How long the work on a file may take.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::ReadOptions;
use crate::error::{CorpusError, Error, Reason, Remedy};

/// At most so long somebody who waits for a file hears nothing of Ctrl-C.
const LOOK: Duration = Duration::from_millis(50);

/// How long a file may take until it is cut in passages, and whether the whole run is to end before.
pub struct TimeLimit<'a> {
    millis: u64,
    end: Option<Instant>,
    interrupted: &'a (dyn Fn() -> bool + Sync),
    /// What is added to it.
    pub(super) more_time: MoreTime,
}

/// Time beyond the limit of a file: what a program of the user takes has a limit of its own.
#[derive(Clone, Default)]
pub(super) struct MoreTime(Arc<AtomicU64>);

impl MoreTime {
    /// Does work that may take so long; what it takes is not the file's.
    pub(super) fn during<T>(&self, most: Duration, work: impl FnOnce() -> T) -> T {
        let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        let (began, most) = (Instant::now(), millis(most));
        self.0.fetch_add(most, Ordering::Relaxed);
        let done = work();
        let left = most.saturating_sub(millis(began.elapsed()));
        self.0.fetch_sub(left, Ordering::Relaxed);
        done
    }

    /// Whether such work is or was done.
    pub(super) fn is_given(&self) -> bool {
        self.0.load(Ordering::Relaxed) > 0
    }

    fn get(&self) -> Duration {
        Duration::from_millis(self.0.load(Ordering::Relaxed))
    }
}

impl<'a> TimeLimit<'a> {
    /// From now on.
    pub fn new(options: &ReadOptions, interrupted: &'a (dyn Fn() -> bool + Sync)) -> Self {
        Self {
            millis: options.max_millis,
            end: Instant::now().checked_add(Duration::from_millis(options.max_millis)),
            interrupted,
            more_time: MoreTime::default(),
        }
    }

    /// Work on the file is to end.
    pub fn is_over(&self) -> bool {
        self.left().is_zero() || (self.interrupted)()
    }

    /// Why, where it is over.
    pub fn error(&self, path: &Path) -> Error {
        if (self.interrupted)() {
            return Error::Interrupted { done: 0, total: 0 };
        }
        Error::Corpus(CorpusError::Unreadable {
            path: path.to_path_buf(),
            reason: Reason::with(
                Remedy::MaxMillis,
                format!("not read within {} s", self.millis as f64 / 1e3),
            ),
        })
    }

    fn left(&self) -> Duration {
        let end = self
            .end
            .and_then(|end| end.checked_add(self.more_time.get()));
        end.map_or(Duration::MAX, |end| {
            end.saturating_duration_since(Instant::now())
        })
    }

    /// How long to wait until it is looked at again.
    pub(super) fn next_look(&self) -> Duration {
        self.left().min(LOOK)
    }
}
