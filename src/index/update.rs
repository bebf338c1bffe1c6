//! Brings an index up to date with its roots: the writer.
//!
//! Read and cut what is new, embed what no vector is known for (each batch is journalled), write a
//! segment, commit the manifest, remove what nothing refers to. Until the commit the old
//! generation stands; a failure or an interruption leaves it as it was.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::format::ArticleRecord;
use super::journal::{self, Journal, JournalReader};
use super::lock::WriterLock;
use super::manifest::{FORMAT, Manifest, Root, SegmentEntry, sync_dir};
use super::missing::embed;
use super::old::Old;
use super::plan::{Body, Planned, plan};
use super::segment::Segment;
use super::segment_writer::{SegmentWriter, is_segment_name};
use super::{GRAPH_ROWS, check_is_index_or_empty, hnsw, roots};
use crate::embed::{Embedder, Role};
use crate::error::{Error, Result};
use crate::passage::{Passage, RECIPE};
use crate::words;

/// Passages that are embedded between two looks at the journal and the interrupt.
pub(super) const CHUNK: usize = 256;

/// What to do.
#[derive(Debug, Clone, Default)]
pub struct Update {
    pub add: Vec<PathBuf>,
    /// Labels or paths of roots.
    pub remove: Vec<String>,
    /// Globs for the roots in `add`.
    pub exclude: Vec<String>,
    /// Cut every article anew; vectors of unchanged windows are still reused.
    pub rebuild: bool,
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
    /// Files that hold no text.
    pub skipped: Vec<Unread>,
    /// Files that could not be read; what was indexed of them before is kept.
    pub failed: Vec<Unread>,
}

/// A file that was not read.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Unread {
    pub path: PathBuf,
    pub reason: String,
}

/// What the writer is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// So many files of so many are read.
    Reading {
        done: usize,
        total: usize,
    },
    /// So many tokens of so many are embedded.
    Embedding {
        done: usize,
        total: usize,
    },
    Writing,
    /// The graph takes its time on large indexes.
    BuildingGraph,
}

/// Told how far the writer is, and asked whether to stop.
pub trait Progress {
    fn at(&self, stage: Stage);
    fn interrupted(&self) -> bool;
}

/// Runs an update.
///
/// # Errors
/// [`Error::NotAnIndex`], [`Error::Locked`], [`Error::SpaceMismatch`], [`Error::RootMissing`],
/// [`Error::RootEmpty`], [`Error::NothingIndexed`], [`Error::Interrupted`], [`Error::Io`] and what
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
    let roots = roots::resolve(&old.roots, &update.add, &update.remove, &update.exclude)?;
    if roots.is_empty() && update.remove.is_empty() {
        return Err(Error::NoRoots);
    }
    let mut report = Report::default();
    let mut planned = plan(dir, &roots, &old, update, embedder, &mut report, progress)?;
    report.articles = planned.len();
    report.passages = planned.iter().map(|article| article.passages.len()).sum();
    report.removed = old.missing_from(&planned);
    // Forgetting the last root leaves an empty index; a root without text is a mistake.
    if report.passages == 0 && !roots.is_empty() {
        return Err(Error::NothingIndexed {
            reason: nothing_to_read(&roots, &report),
        });
    }
    if old.is_same(&planned, &roots) {
        report.reused = report.passages;
        return Ok(report);
    }
    let mut journal = (!update.dry_run)
        .then(|| {
            let dimension = embedder.space().dimension;
            Journal::open(&dir.join(journal::FILE), dimension, embedder.precision())
        })
        .transpose()?;
    embed(
        &mut planned,
        &old,
        embedder,
        journal.as_mut(),
        &mut report,
        progress,
    )?;
    if let Some(journal) = &mut journal {
        progress.at(Stage::Writing);
        let generation = old.generation + 1;
        let segment = write(
            dir,
            generation,
            &planned,
            &old,
            &journal.reader()?,
            embedder,
            progress,
        )?;
        let manifest = Manifest {
            format: FORMAT,
            generation,
            space: embedder.space().clone(),
            recipe: RECIPE,
            words: words::VERSION,
            roots,
            segment,
        };
        sync_dir(dir).map_err(Error::io("write", dir))?;
        manifest.commit(dir)?;
        remove_unreferenced(dir);
        let _ = std::fs::remove_file(dir.join(journal::FILE));
    }
    Ok(report)
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

/// Writes the segment and, for a large one, its graph.
fn write(
    dir: &Path,
    generation: u64,
    planned: &[Planned],
    old: &Old,
    journal: &JournalReader<'_>,
    embedder: &Embedder,
    progress: &dyn Progress,
) -> Result<SegmentEntry> {
    let mut precisions = BTreeSet::new();
    let mut writer = SegmentWriter::create(dir, generation)?;
    for article in planned {
        let text = match (&article.body, old.segment()) {
            (Body::Read(text), _) => text,
            (Body::Stored(number), Some(segment)) => segment.text(*number)?,
            (Body::Stored(_), None) => unreachable!("only an old segment stores articles"),
        };
        writer.article(&article.record, text, article.passages.len());
        for (passage, key) in article.passages.iter().zip(&article.keys) {
            let stored = old.segment().zip(old.rows.get(key));
            let vectors = match stored {
                Some((segment, row)) => {
                    precisions.extend(&old.precisions);
                    Some(segment.stored_vectors(*row)?)
                }
                None => {
                    precisions.insert(embedder.precision());
                    journal.get(key)
                }
            };
            let vectors = vectors.ok_or_else(|| Error::Corrupt {
                path: dir.join(journal::FILE),
                what: "vectors of a passage",
                expected: "written a moment ago".to_owned(),
                received: "nothing".to_owned(),
            })?;
            let words = words_of(&article.record, text, passage);
            let inverse_length = embedder.alignment().inverse_length(&vectors.vector);
            writer.passage(passage, key, &vectors, &words, inverse_length)?;
        }
    }
    let mut entry = writer.finish(precisions)?;
    if entry.passages >= GRAPH_ROWS {
        progress.at(Stage::BuildingGraph);
        let dimension = entry.sections.vectors.len() / 4 / entry.passages;
        let segment = Segment::open(dir, &entry, dimension)?;
        let align = |row: &[f32]| embedder.alignment().align(row, Role::Passage);
        let aligned: Vec<f32> = segment
            .vectors()
            .par_chunks_exact(dimension)
            .flat_map_iter(align)
            .collect();
        entry.graph = Some(hnsw::build(&aligned, dimension).write(dir, generation)?);
    }
    Ok(entry)
}

/// The text whose words find a passage: its article's title, and what is read of its span.
fn words_of(record: &ArticleRecord, text: &str, passage: &Passage) -> String {
    let mut words = record.title.clone().unwrap_or_default();
    let mut start = passage.span.start;
    let inside = |span: &(usize, usize)| passage.span.start <= span.0 && span.1 <= passage.span.end;
    let omitted = record.omitted.iter().map(|(from, to, _)| (*from, *to));
    for (from, to) in omitted.filter(inside) {
        words.push('\n');
        words.push_str(text.get(start..from).unwrap_or_default());
        start = to;
    }
    words.push('\n');
    words.push_str(text.get(start..passage.span.end).unwrap_or_default());
    words
}

/// Removes files of this program that the manifest does not name. Only under the writer lock; what
/// cannot be removed stays until the next run.
fn remove_unreferenced(dir: &Path) {
    let Ok(manifest) = Manifest::read(dir) else {
        return;
    };
    let named: Vec<&str> = manifest
        .iter()
        .flat_map(|m| std::iter::once(&m.segment.file).chain(&m.segment.graph))
        .map(|file| file.name.as_str())
        .collect();
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some(name) = name.to_str() else { continue };
        let ours = is_segment_name(name) || name.ends_with(".tmp");
        if ours && !named.contains(&name) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}
