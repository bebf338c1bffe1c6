//! Brings an index up to date with its roots: the writer.
//!
//! Read and cut what is new, embed what no vector is known for (each batch is journalled), write a segment of
//! it, mark what is gone, commit the manifest, remove what nothing refers to. Until the commit the old
//! generation stands; a failure or an interruption leaves it as it was.

pub(super) mod embed_new;
pub(super) mod merge_policy;
pub(super) mod new_segment;
pub(super) mod plan;
pub(super) mod previous;
pub(super) mod roots;
pub(super) mod spill;
pub(super) mod stamp;
pub(super) mod unseen;

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use self::embed_new::embed;
use self::merge_policy::Layout;
use self::new_segment::Writing;
use self::plan::plan;
use self::previous::Old;
use crate::corpus::ReadOptions;
use crate::embed::{Canary, Embedder, canaries};
use crate::error::{Error, Result};
use crate::index::GRAPH_ROWS;
use crate::index::check_is_index_or_empty;
use crate::index::reader::Index;
use crate::index::store::disk;
use crate::index::store::journal::{self, Journal};
use crate::index::store::manifest::{FORMAT, Manifest, Root};
use crate::index::store::segment_writer::is_segment_name;
use crate::index::store::tombstones;
use crate::index::store::writer_lock::WriterLock;
use crate::index::transfer::check_canaries;
use crate::passage::RECIPE;
use crate::words;

/// Passages that are embedded between two looks at the journal and the interrupt.
pub(in crate::index) const CHUNK: usize = 256;

/// What to do.
#[derive(Debug, Clone, Default)]
pub struct Update {
    pub add: Vec<PathBuf>,
    /// Labels or paths of roots.
    pub remove: Vec<String>,
    /// Globs for the roots in `add`.
    pub exclude: Vec<String>,
    /// How the files of the roots in `add` are read; `None`: as before.
    pub read: Option<ReadOptions>,
    /// Cut every article anew; vectors of unchanged windows are still reused.
    pub rebuild: bool,
    /// Compare the contents of every file, not its length and times.
    pub check: bool,
    /// Write everything into one segment.
    pub compact: bool,
    /// Passages from which a segment gets a graph; `None`: [`crate::index::GRAPH_ROWS`].
    pub graph_rows: Option<usize>,
    /// Only the files of shard `.0` of `.1`, counted from 1.
    pub shard: Option<(u32, u32)>,
    /// Change nothing, only say what would be done.
    pub dry_run: bool,
    /// Language of articles whose language cannot be told.
    pub language: Option<String>,
}

/// What was done.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Report {
    pub articles: usize,
    pub passages: usize,
    /// Passages whose vectors were computed.
    pub embedded: usize,
    /// Passages whose vectors were known.
    pub reused: usize,
    /// Articles that are gone.
    pub removed: usize,
    /// Articles that the index held damaged, and that were read anew.
    pub repaired: usize,
    /// Articles that stay because their file, or the folder or disk it lies on, could not be read.
    pub kept: usize,
    /// Articles of an older version's index that were brought up to date from their stored text.
    pub renewed: usize,
    /// Labels of roots that are missing, where that did not stop the run.
    pub missing_roots: Vec<String>,
    /// Files that hold no text.
    pub skipped: Vec<Unread>,
    /// Files and folders that could not be read; what was indexed of them before is kept.
    pub failed: Vec<Unread>,
    /// What was decided while files were read that were new or changed, where the user could think otherwise.
    pub notes: Vec<Unread>,
}

/// A file that was not read, or what is to be said of it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Unread {
    #[serde(serialize_with = "as_shown")]
    pub path: PathBuf,
    pub reason: String,
}

/// A path in JSON, which has no other text than UTF-8.
fn as_shown<S: serde::Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&path.to_string_lossy())
}

/// What the writer is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// So many files of so many are read.
    Reading {
        done: usize,
        total: usize,
    },
    /// So many of so many are embedded.
    Embedding {
        tokens: (usize, usize),
        passages: (usize, usize),
        articles: (usize, usize),
    },
    Writing,
    /// The graph takes its time on large indexes.
    BuildingGraph,
}

/// Told how far the writer is, and asked whether to stop.
pub trait Progress: Sync {
    fn at(&self, stage: Stage);
    fn interrupted(&self) -> bool;
}

/// Nobody is told, and nobody interrupts.
impl Progress for () {
    fn at(&self, _: Stage) {}

    fn interrupted(&self) -> bool {
        false
    }
}

/// Runs an update.
///
/// # Errors
/// [`Error::NotAnIndex`], [`Error::Locked`], [`Error::SpaceMismatch`], [`Error::IndexNewer`],
/// [`Error::RootMissing`], [`Error::RootEmpty`], [`Error::NothingIndexed`], [`Error::Interrupted`], [`Error::Io`] and what
/// the embedder returns. The committed generation is then as it was.
pub fn update(
    dir: &Path,
    embedder: &Embedder,
    update: &Update,
    progress: &dyn Progress,
) -> Result<Report> {
    check_is_index_or_empty(dir)?;
    let _lock = if update.dry_run {
        None
    } else {
        std::fs::create_dir_all(dir).map_err(Error::io("create", dir))?;
        let lock = WriterLock::take(dir)?;
        remove_unreferenced(dir);
        Some(lock)
    };
    let old = Old::open(dir, embedder, update.rebuild)?;
    let mut roots = roots::resolve(
        &old.roots,
        &update.add,
        &update.remove,
        &update.exclude,
        update.read.as_ref(),
    )?;
    if roots.is_empty() && update.remove.is_empty() {
        return Err(Error::NoRoots);
    }
    let mut report = Report {
        repaired: old.lost,
        ..Report::default()
    };
    let mut plan = plan(
        dir,
        &mut roots,
        &old,
        update,
        embedder,
        &mut report,
        progress,
    )?;
    let kept_passages = |index: &Index| -> usize {
        let kept = plan.kept.iter();
        kept.map(|(number, _)| index.rows_of(*number).len()).sum()
    };
    report.reused = old.index.as_ref().map_or(0, kept_passages);
    report.articles = plan.read.len() + plan.kept.len();
    report.passages = report.reused + plan.read.iter().map(|a| a.passages).sum::<usize>();
    let ids = plan.kept.iter().map(|(_, id)| id.as_str());
    let ids = ids.chain(plan.read.iter().map(|article| article.id.as_str()));
    report.removed = old.missing_from(&ids.collect());
    // Forgetting the last root leaves an empty index; a root without text is a mistake.
    if report.passages == 0 && !roots.is_empty() {
        return Err(Error::NothingIndexed {
            reason: nothing_to_read(&roots, &report),
        });
    }
    let kept = plan.kept.iter().map(|(number, _)| *number).collect();
    let layout = Layout::new(&old, &kept, &plan.read, update.compact);
    if old.is_outdated {
        report.renewed = layout.rewritten.len();
    }
    if old.index.is_some() && old.roots == roots && old.same_recipe && layout.changes_nothing() {
        return Ok(report);
    }
    let mut journal = (!update.dry_run)
        .then(|| {
            let dimension = embedder.space().dimension;
            Journal::open(&dir.join(journal::FILE), dimension, embedder.precision())
        })
        .transpose()?;
    embed(
        &mut plan,
        &old,
        embedder,
        journal.as_mut(),
        &mut report,
        progress,
    )?;
    let canaries = checked_canaries(dir, &old, embedder, &report)?;
    if let Some(journal) = &mut journal {
        progress.at(Stage::Writing);
        let generation = old.generation + 1;
        let mut segments = layout.remaining(&old);
        let mut dead = layout.dead;
        let written = Writing {
            dir,
            generation,
            old: &old,
            journal: journal.reader()?,
            embedder,
            graph_rows: update.graph_rows.unwrap_or(GRAPH_ROWS),
            progress,
        };
        if let Some(entry) = written.segment(&plan.read, &mut plan.staged, &layout.rewritten)? {
            segments.push(entry);
            dead.push(Vec::new());
        }
        let none_dead = dead.iter().all(Vec::is_empty);
        let manifest = Manifest {
            format: FORMAT,
            check: String::new(),
            generation,
            space: embedder.space().clone(),
            recipe: RECIPE,
            words: words::VERSION,
            canaries,
            roots,
            segments,
            dead: (!none_dead)
                .then(|| tombstones::write(dir, generation, &dead))
                .transpose()?,
        };
        disk::sync_dir(dir).map_err(Error::io("write", dir))?;
        manifest.commit(dir)?;
        remove_unreferenced(dir);
        disk::remove(&dir.join(journal::FILE));
    }
    Ok(report)
}

/// The canaries of the old generation, or new ones where there is none. Before vectors are added to those of
/// another machine or precision, they must be of one space.
fn checked_canaries(
    dir: &Path,
    old: &Old,
    embedder: &Embedder,
    report: &Report,
) -> Result<Vec<Canary>> {
    let Some(index) = &old.index else {
        return canaries(embedder);
    };
    let recorded = &index.manifest.canaries;
    if report.embedded > 0 {
        check_canaries(dir, &index.manifest, embedder)?;
    }
    Ok(recorded.clone())
}

fn nothing_to_read(roots: &[Root], report: &Report) -> String {
    let names: Vec<String> = roots
        .iter()
        .map(|root| root.path.display().to_string())
        .collect();
    let where_ = if names.is_empty() {
        "no root is left".to_owned()
    } else {
        format!("no text below {}", names.join(", "))
    };
    let first = report.failed.iter().chain(&report.skipped).next();
    let why = first.map_or_else(String::new, |file| {
        let count = report.failed.len() + report.skipped.len();
        format!(
            "; {count} files were not read, first {}: {}",
            file.path.display(),
            file.reason
        )
    });
    format!("{where_}{why}")
}

/// Removes files of this program that the manifest does not name. Only under the writer lock; what
/// cannot be removed stays until the next run.
pub(in crate::index) fn remove_unreferenced(dir: &Path) {
    let Ok(manifest) = Manifest::read(dir) else {
        return;
    };
    let files = manifest.iter().flat_map(Manifest::files);
    let named: HashSet<&str> = files.map(|file| file.name.as_str()).collect();
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some(name) = name.to_str() else { continue };
        let ours = is_segment_name(name) || name.ends_with(".tmp");
        if ours && !named.contains(name) {
            disk::remove(&entry.path());
        }
    }
}
