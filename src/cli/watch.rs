//! `tane index --watch`: refreshes whenever something below the roots changes. The only file that knows notify.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use anyhow::Context;
use notify::event::{EventKind, ModifyKind};
use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher};

use super::output;
use super::progress::interrupted;
use crate::cli::failure::{is_broken_pipe, told};
use crate::cli::outcome::Outcome;
use crate::error::Error;
use crate::index::Manifest;

/// How long nothing must happen after a change: programs write files in pieces.
const QUIET: Duration = Duration::from_millis(300);
/// Where something happens all the time it is refreshed so often.
const AT_LATEST: Duration = Duration::from_secs(10);
/// After a failure, and where the system does not tell of changes, it is refreshed so often: a disk that comes back is
/// no change below a root.
const AGAIN: Duration = Duration::from_secs(5);
/// How often it looks for Ctrl-C.
const TICK: Duration = Duration::from_millis(100);

/// Calls `refresh` now and after every change, until Ctrl-C. What fails is told once and tried again.
pub fn run(
    index: &Path,
    mut refresh: impl FnMut() -> anyhow::Result<()>,
) -> anyhow::Result<Outcome> {
    let mut watched = Watched::new(index)?;
    let mut last = None;
    loop {
        // Watched first, roots too that were added or came back meanwhile: no change goes unseen.
        let watching = watched.add_roots();
        let failure = match refresh().and(watching) {
            Ok(()) => None,
            Err(error) => match error.downcast_ref() {
                Some(Error::Interrupted { .. }) => return Err(error),
                _ if is_broken_pipe(&error) => return Err(error),
                _ => Some(told(&error)),
            },
        };
        if let Some(failure) = &failure
            && last.as_ref() != Some(failure)
        {
            output::complain(failure);
        }
        let at_most = failure.as_ref().map(|_| AGAIN);
        last = failure;
        if !watched.wait(at_most) {
            return Ok(Outcome::Interrupted);
        }
    }
}

/// What the system tells of changes below the roots of an index.
struct Watched {
    watcher: RecommendedWatcher,
    events: Receiver<notify::Result<Event>>,
    index: PathBuf,
    /// As the system names them.
    roots: HashSet<PathBuf>,
}

impl Watched {
    fn new(index: &Path) -> anyhow::Result<Self> {
        let (sender, events) = channel();
        Ok(Self {
            watcher: notify::recommended_watcher(sender).context("cannot watch for changes")?,
            events,
            index: dunce::canonicalize(index)
                .with_context(|| format!("cannot open {}", index.display()))?,
            roots: HashSet::new(),
        })
    }

    /// Watches the roots of the index that are not watched yet.
    fn add_roots(&mut self) -> anyhow::Result<()> {
        for root in Manifest::read_roots(&self.index) {
            let cannot = || {
                let seconds = AGAIN.as_secs();
                format!(
                    "cannot watch {}; looking at it every {seconds} seconds instead",
                    root.path.display()
                )
            };
            let path = dunce::canonicalize(&root.path).with_context(cannot)?;
            if self.roots.contains(&path) {
                continue;
            }
            // Of a file its folder: programs put a new file in the place of the old.
            let watched = match path.parent() {
                Some(folder) if path.is_file() => {
                    self.watcher.watch(folder, RecursiveMode::NonRecursive)
                }
                _ => self.watcher.watch(&path, RecursiveMode::Recursive),
            };
            watched.with_context(cannot)?;
            self.roots.insert(path);
        }
        Ok(())
    }

    /// Waits until something has changed and then nothing for a while, or until `at_most` has passed; `false` where
    /// Ctrl-C was pressed.
    fn wait(&mut self, at_most: Option<Duration>) -> bool {
        let started = Instant::now();
        let mut changed: Option<(Instant, Instant)> = None;
        while !interrupted() {
            match self.events.recv_timeout(TICK) {
                Ok(event) if self.is_change(&event) => {
                    let now = Instant::now();
                    changed = Some((changed.map_or(now, |(first, _)| first), now));
                }
                Ok(_) | Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => std::thread::sleep(TICK),
            }
            let is_over = changed.is_some_and(|(first, last)| {
                last.elapsed() >= QUIET || first.elapsed() >= AT_LATEST
            });
            if is_over || at_most.is_some_and(|most| started.elapsed() >= most) {
                return true;
            }
        }
        false
    }

    /// Whether an event can change the index; a root that went away is no longer watched.
    fn is_change(&mut self, event: &notify::Result<Event>) -> bool {
        // Something was missed, for instance because too much happened at once.
        let Ok(event) = event else { return true };
        if event.need_rescan() {
            return true;
        }
        // Reading them is none, nor what the index itself writes.
        let is_change =
            !event.kind.is_access() && event.paths.iter().any(|path| self.is_below_a_root(path));
        let is_move = matches!(event.kind, EventKind::Modify(ModifyKind::Name(_)));
        if is_move || event.kind.is_remove() {
            for path in &event.paths {
                if self.roots.remove(path) {
                    // Fails where the system has forgotten it by itself.
                    let _ = self.watcher.unwatch(path);
                }
            }
        }
        is_change
    }

    fn is_below_a_root(&self, path: &Path) -> bool {
        !path.starts_with(&self.index) && self.roots.iter().any(|root| path.starts_with(root))
    }
}
