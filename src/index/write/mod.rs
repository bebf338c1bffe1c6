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
pub(super) mod report;
pub(super) mod roots;
pub(super) mod spill;
pub(super) mod stamp;
pub(super) mod unseen;

use std::collections::HashSet;
use std::path::Path;

use self::embed_new::Pipeline;
use self::merge_policy::Layout;
use self::new_segment::Writing;
use self::plan::{Plan, plan};
use self::previous::Previous;
use crate::embed::{Canary, Embedder, TokenCodes, canaries};
use crate::error::{EmbedError, Error, IndexError, Reason, Result};
use crate::index::GRAPH_ROWS;
use crate::index::reader::Index;
use crate::index::same_space::check_canaries;
use crate::index::store::journal::Journal;
use crate::index::store::manifest::{FORMAT, Manifest, PROGRAM, Root, SegmentEntry};
use crate::index::store::names::{JOURNAL, MANIFEST, check_is_index_or_empty, is_segment_name};
use crate::index::store::unfinished::Unfinished;
use crate::index::store::writer_lock::WriterLock;
use crate::index::store::{disk, tombstones};
use crate::index::write::report::{Progress, Report, Stage, Update};
use crate::passage::RECIPE;
use crate::words;

/// Runs an update: prepares the next generation, and commits it. A dry run stops between the two.
///
/// # Errors
/// [`IndexError::NotAnIndex`], [`IndexError::Locked`], [`IndexError::SpaceMismatch`], [`IndexError::IndexNewer`],
/// [`IndexError::RootMissing`], [`IndexError::RootEmpty`], [`IndexError::NothingIndexed`], [`Error::Interrupted`],
/// [`Error::Io`] and what the embedder returns. The committed generation is then as it was.
pub fn update(
    dir: &Path,
    embedder: &Embedder,
    update: &Update,
    progress: &dyn Progress,
) -> Result<Report> {
    check_is_index_or_empty(dir)?;
    let job = Job {
        dir,
        embedder,
        update,
        progress,
    };
    if update.dry_run {
        return job.prepare()?.count(&job);
    }
    std::fs::create_dir_all(dir).map_err(Error::io("create", dir))?;
    let _lock = WriterLock::take(dir)?;
    remove_unreferenced(dir);
    let done = job.prepare().and_then(|prepared| prepared.commit(&job));
    // What was asked is kept only where asking it again is of use.
    let goes_on = matches!(
        done,
        Err(Error::Interrupted { .. }
            | Error::Io { .. }
            | Error::Embed(EmbedError::Compute { .. }))
    );
    if !goes_on {
        Unfinished::remove(dir);
    }
    done
}

/// What is to be done, where and with what.
struct Job<'a> {
    dir: &'a Path,
    embedder: &'a Embedder,
    update: &'a Update,
    progress: &'a dyn Progress,
}

/// The next generation, read and cut. Nothing of it is embedded yet, and nothing is written.
struct Prepared {
    old: Previous,
    roots: Vec<Root>,
    plan: Plan,
    layout: Layout,
    /// No passage gets token codes, now and later.
    no_late: bool,
    report: Report,
}

impl Job<'_> {
    fn prepare(&self) -> Result<Prepared> {
        let update = self.update;
        if update.late == Some(true) {
            self.embedder.need_token_codes()?;
        }
        let mut old = Previous::open(self.dir, self.embedder, update.rebuild, update.late)?;
        if update.add.is_empty()
            && update.remove.is_empty()
            && let Some(unfinished) = Unfinished::read(self.dir)
        {
            old.no_late = unfinished.no_late;
            old.roots = unfinished.roots;
        }
        let mut roots = roots::resolve(
            &old.roots,
            &update.add,
            &update.remove,
            &update.exclude,
            update.read.as_ref(),
        )?;
        if roots.is_empty() && update.remove.is_empty() {
            return Err(Error::Index(IndexError::NoRoots));
        }
        if let Some(project) = &update.project {
            roots::leave_out(&mut roots, project);
        }
        let no_late = update.late.map_or(old.no_late, |late| !late);
        self.keep_asked(&roots, no_late)?;
        let mut report = Report {
            repaired: old.lost,
            ..Report::default()
        };
        let plan = plan(
            self.dir,
            &mut roots,
            &old,
            update,
            self.embedder,
            &mut report,
            self.progress,
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
        // Forgetting the last root leaves an empty index, and a shard of a few files may have none; a root without text is
        // a mistake.
        if report.passages == 0 && !roots.is_empty() && update.shard.is_none() {
            return Err(Error::Index(IndexError::NothingIndexed {
                reason: nothing_to_read(&roots, &report),
            }));
        }
        let kept = plan.kept.iter().map(|(number, _)| *number).collect();
        let layout = Layout::new(&old, &kept, &plan.read, update.compact);
        if old.is_outdated {
            report.renewed = layout.rewritten.len();
        }
        Ok(Prepared {
            no_late,
            old,
            roots,
            plan,
            layout,
            report,
        })
    }
}

impl Job<'_> {
    /// Keeps what a first run was asked until it commits. What a project asks, the project says again.
    fn keep_asked(&self, roots: &[Root], no_late: bool) -> Result<()> {
        let update = self.update;
        let project = update.project.as_ref();
        let of_project = project.is_some_and(|project| project.corpus == update.add);
        if update.dry_run || of_project || self.dir.join(MANIFEST).exists() {
            return Ok(());
        }
        let unfinished = Unfinished {
            roots: roots.to_vec(),
            model: self.embedder.space().model.clone(),
            no_late,
        };
        unfinished.write(self.dir)
    }
}

impl Prepared {
    /// How token codes are stored; `None` where passages get none.
    fn late<'a>(&self, embedder: &'a Embedder) -> Option<&'a TokenCodes> {
        embedder.token_codes().filter(|_| !self.no_late)
    }

    fn changes_nothing(&self) -> bool {
        self.old.index.is_some()
            && self.no_late == self.old.no_late
            && self.old.roots == self.roots
            && self.old.shard() == self.plan.shard.as_ref()
            && self.old.same_recipe
            && self.layout.changes_nothing()
    }

    /// Counts what would be embedded.
    fn count(mut self, job: &Job<'_>) -> Result<Report> {
        if !self.changes_nothing() {
            self.embed(job, None)?;
        }
        Ok(self.report)
    }

    /// Embeds what has no vector, writes the segment of the new generation, and commits its manifest.
    fn commit(mut self, job: &Job<'_>) -> Result<Report> {
        if self.changes_nothing() {
            let segments = self
                .old
                .index
                .iter()
                .flat_map(|index| &index.manifest.segments);
            self.report.without_tokens = without_tokens(self.late(job.embedder), segments);
            return Ok(self.report);
        }
        let (dir, embedder) = (job.dir, job.embedder);
        let journal_file = dir.join(JOURNAL);
        let dimension = embedder.space().dimension;
        let late = self.late(embedder).cloned();
        let id = late.as_ref().map(|late| late.id.as_str());
        let mut journal = Journal::open(&journal_file, dimension, embedder.precision(), id)?;
        let canaries = self.embed(job, Some(&mut journal))?;
        job.progress.at(Stage::Writing);
        let generation = self.old.generation + 1;
        let mut segments = self.layout.remaining(&self.old);
        let mut dead = self.layout.dead;
        let written = Writing {
            dir,
            generation,
            old: &self.old,
            journal: journal.reader()?,
            embedder,
            late: late.as_ref(),
            graph_rows: job.update.graph_rows.unwrap_or(GRAPH_ROWS),
            progress: job.progress,
        };
        let (plan, rewritten) = (&mut self.plan, &self.layout.rewritten);
        if let Some(entry) = written.segment(&plan.read, &mut plan.staged, rewritten)? {
            segments.push(entry);
            dead.push(Vec::new());
        }
        self.report.without_tokens = without_tokens(late.as_ref(), &segments);
        let none_dead = dead.iter().all(Vec::is_empty);
        let manifest = Manifest {
            format: FORMAT,
            written_by: PROGRAM.to_owned(),
            check: String::new(),
            generation,
            space: embedder.space().clone(),
            recipe: RECIPE,
            words: words::VERSION,
            canaries,
            roots: self.roots,
            segments,
            no_late: self.no_late,
            shard: self.plan.shard.take(),
            dead: (!none_dead)
                .then(|| tombstones::write(dir, generation, &dead))
                .transpose()?,
        };
        disk::sync_dir(dir).map_err(Error::io("write", dir))?;
        manifest.commit(dir)?;
        remove_unreferenced(dir);
        disk::remove(&journal_file);
        Ok(self.report)
    }

    /// Gives every passage its vector, or only counts where there is no journal. Returns the canaries of the generation.
    fn embed(&mut self, job: &Job<'_>, journal: Option<&mut Journal>) -> Result<Vec<Canary>> {
        let late = self.late(job.embedder).cloned();
        let mut pipeline = Pipeline {
            old: &self.old,
            embedder: job.embedder,
            late: late.as_ref(),
            journal,
            progress: job.progress,
        };
        pipeline.read(&mut self.plan, &mut self.report)?;
        pipeline.stored(&self.layout.rewritten, &mut self.report)?;
        checked_canaries(job.dir, &self.old, job.embedder, &self.report)
    }
}

/// The canaries of the old generation, or new ones where there is none. Before vectors are added to those of
/// another machine or precision, they must be of one space.
fn checked_canaries(
    dir: &Path,
    old: &Previous,
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

/// Passages of segments that lack the token codes they should have.
fn without_tokens<'a>(
    late: Option<&TokenCodes>,
    segments: impl IntoIterator<Item = &'a SegmentEntry>,
) -> usize {
    let Some(late) = late else {
        return 0;
    };
    // Which of them were removed is not looked at: no more than can be found.
    let lacking = |entry: &SegmentEntry| {
        let lacking = entry.passages.saturating_sub(entry.with_tokens(&late.id));
        lacking.min(entry.live())
    };
    segments.into_iter().map(lacking).sum()
}

fn nothing_to_read(roots: &[Root], report: &Report) -> Reason {
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
        let were = if count == 1 { "file was" } else { "files were" };
        format!(
            "; {count} {were} not read, first {}: {}",
            file.path.display(),
            file.reason
        )
    });
    Reason {
        text: format!("{where_}{why}"),
        remedy: first.and_then(|file| file.reason.remedy.clone()),
    }
}

/// Removes files of this program that the manifest does not name. Only under the writer lock; what
/// cannot be removed stays until the next run.
pub(in crate::index) fn remove_unreferenced(dir: &Path) {
    let Ok(manifest) = Manifest::read(dir) else {
        return;
    };
    if manifest.is_some() {
        Unfinished::remove(dir);
    }
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
