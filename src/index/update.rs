//! Brings an index up to date with its roots: the writer.
//!
//! Read and cut what is new, embed what no vector is known for (each batch is journalled), write a
//! segment, commit the manifest, remove what nothing refers to. Until the commit the old
//! generation stands; a failure or an interruption leaves it as it was.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::format::{ArticleRecord, article_id};
use super::journal::{self, Journal, JournalReader};
use super::key::{Key, input_key};
use super::lock::WriterLock;
use super::manifest::{FORMAT, Manifest, Root, SegmentEntry, sync_dir};
use super::reader::{Index, check_space};
use super::segment::Segment;
use super::segment_writer::{SegmentWriter, is_segment_name};
use super::{GRAPH_ROWS, check_is_index_or_empty, hnsw, roots};
use crate::corpus::{Article, FileEntry, WalkOptions, walk};
use crate::embed::{Embedder, Input, Role};
use crate::error::{Error, Result};
use crate::passage::{Passage, RECIPE, passages};

/// Passages that are embedded between two looks at the journal and the interrupt.
const CHUNK: usize = 256;

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

/// An article of the new generation.
struct Planned {
    id: String,
    record: ArticleRecord,
    body: Body,
    passages: Vec<Passage>,
    keys: Vec<Key>,
}

enum Body {
    /// Unchanged: its number in the old segment.
    Stored(usize),
    /// Read now.
    Read(String),
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
        .then(|| Journal::open(&dir.join(journal::FILE), embedder.space().dimension))
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
            progress,
        )?;
        let manifest = Manifest {
            format: FORMAT,
            generation,
            space: embedder.space().clone(),
            recipe: RECIPE,
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

/// The generation before this update; empty where there is none.
struct Old {
    index: Option<Index>,
    roots: Vec<Root>,
    generation: u64,
    articles: HashMap<String, (usize, ArticleRecord)>,
    rows: HashMap<Key, usize>,
    /// Its articles are cut as they would be now.
    same_recipe: bool,
}

impl Old {
    fn open(dir: &Path, embedder: &Embedder, rebuild: bool) -> Result<Self> {
        let index = match Index::open(dir) {
            Ok(index) => Some(index),
            Err(Error::NoIndex { .. }) => None,
            // What cannot be opened can still be built anew from its roots.
            Err(Error::IndexFormat { .. } | Error::Corrupt { .. } | Error::Io { .. })
                if rebuild =>
            {
                None
            }
            Err(error) => return Err(error),
        };
        let Some(index) = index else {
            return Ok(Self {
                index: None,
                roots: Manifest::read_roots(dir),
                generation: next_free_generation(dir),
                articles: HashMap::new(),
                rows: HashMap::new(),
                same_recipe: false,
            });
        };
        if !rebuild {
            check_space(dir, &index.manifest.space, embedder.space())?;
        }
        let mut articles = HashMap::new();
        for number in 0..index.segment.articles {
            let record = index.segment.article(number)?;
            articles.insert(record.id(), (number, record));
        }
        Ok(Self {
            roots: index.manifest.roots.clone(),
            generation: index.manifest.generation,
            rows: (0..index.segment.passages)
                .map(|row| (index.segment.key(row), row))
                .collect(),
            same_recipe: index.manifest.recipe == RECIPE && !rebuild,
            articles,
            index: Some(index),
        })
    }

    fn segment(&self) -> Option<&Segment> {
        self.index.as_ref().map(|index| &index.segment)
    }

    /// The article as it was, where it is to stay so.
    fn keep(&self, id: &str) -> Result<Option<Planned>> {
        let (Some(segment), Some((number, record))) = (self.segment(), self.articles.get(id))
        else {
            return Ok(None);
        };
        let mut planned = Planned {
            id: id.to_owned(),
            record: record.clone(),
            body: Body::Stored(*number),
            passages: Vec::new(),
            keys: Vec::new(),
        };
        for row in segment.rows_of(*number) {
            let stored = segment.passage(row)?;
            planned.passages.push(Passage {
                sentences: segment
                    .sentences(&stored)?
                    .into_iter()
                    .map(|s| s.span)
                    .collect(),
                span: stored.span,
                lines: stored.lines,
                tokens: stored.tokens,
                omitted: Vec::new(),
            });
            planned.keys.push(segment.key(row));
        }
        Ok(Some(planned))
    }

    fn missing_from(&self, planned: &[Planned]) -> usize {
        let now: std::collections::HashSet<&str> = planned.iter().map(|p| p.id.as_str()).collect();
        self.articles
            .keys()
            .filter(|id| !now.contains(id.as_str()))
            .count()
    }

    fn is_same(&self, planned: &[Planned], roots: &[Root]) -> bool {
        self.same_recipe
            && self.roots == roots
            && planned.len() == self.articles.len()
            && planned
                .iter()
                .all(|article| matches!(article.body, Body::Stored(_)))
    }
}

/// A generation above every file that lies in the folder.
fn next_free_generation(dir: &Path) -> u64 {
    let names = std::fs::read_dir(dir).into_iter().flatten().flatten();
    names
        .filter_map(|entry| entry.file_name().to_str()?.split('.').next()?.parse().ok())
        .max()
        .unwrap_or(0)
}

/// Reads the roots: which articles the new generation has, sorted by id.
fn plan(
    dir: &Path,
    roots: &[Root],
    old: &Old,
    update: &Update,
    embedder: &Embedder,
    report: &mut Report,
    progress: &dyn Progress,
) -> Result<Vec<Planned>> {
    let mut files: Vec<(&Root, FileEntry)> = Vec::new();
    for root in roots {
        let found = walk_root(dir, root, old, report)?;
        files.extend(found.into_iter().map(|file| (root, file)));
    }
    let total = files.len();
    let mut planned = Vec::new();
    for (number, chunk) in files.chunks(CHUNK).enumerate() {
        progress.at(Stage::Reading {
            done: number * CHUNK,
            total,
        });
        if progress.interrupted() {
            return Err(Error::Interrupted { done: 0, total: 0 });
        }
        let read: Vec<Result<Option<Planned>>> = chunk
            .par_iter()
            .map(|(root, file)| plan_file(root, file, old, update, embedder))
            .collect();
        for ((root, file), result) in chunk.iter().zip(read) {
            let path = &file.path;
            match result {
                Ok(article) => planned.extend(article),
                Err(Error::NotText { reason, .. }) => report.skipped.push(Unread {
                    path: path.clone(),
                    reason,
                }),
                Err(error @ (Error::Io { .. } | Error::Unreadable { .. })) => {
                    let reason = match error {
                        Error::Unreadable { reason, .. } => reason,
                        other => other.to_string(),
                    };
                    report.failed.push(Unread {
                        path: path.clone(),
                        reason,
                    });
                    planned.extend(old.keep(&article_id(&root.label, &file.relative))?);
                }
                Err(error) => return Err(error),
            }
        }
    }
    planned.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(planned)
}

fn walk_root(dir: &Path, root: &Root, old: &Old, report: &mut Report) -> Result<Vec<FileEntry>> {
    let recorded = old
        .roots
        .iter()
        .any(|r| r.label == root.label && r.path == root.path);
    if recorded && !root.path.exists() {
        return Err(Error::RootMissing {
            label: root.label.clone(),
            path: root.path.clone(),
        });
    }
    let options = WalkOptions {
        exclude: root.exclude.clone(),
        never: vec![dir.to_path_buf()],
    };
    let (files, skipped) = walk(&root.path, &options)?;
    let held = old
        .articles
        .values()
        .filter(|(_, record)| record.root == root.label)
        .count();
    if recorded && files.is_empty() && held > 0 {
        return Err(Error::RootEmpty {
            label: root.label.clone(),
            path: root.path.clone(),
            articles: held,
        });
    }
    report.failed.extend(skipped.into_iter().map(|s| Unread {
        path: s.path,
        reason: s.reason,
    }));
    Ok(files)
}

/// `None` where the file holds nothing to read.
fn plan_file(
    root: &Root,
    file: &FileEntry,
    old: &Old,
    update: &Update,
    embedder: &Embedder,
) -> Result<Option<Planned>> {
    let id = article_id(&root.label, &file.relative);
    let article = Article::read(&file.path)?;
    let unchanged = |(_, record): &(usize, ArticleRecord)| record.sha256 == article.sha256;
    if old.same_recipe && old.articles.get(&id).is_some_and(unchanged) {
        return old.keep(&id);
    }
    let passages = passages(&article, embedder.counter());
    if passages.is_empty() {
        return Err(Error::NotText {
            path: file.path.clone(),
            reason: "nothing to read in it".to_owned(),
        });
    }
    let mut record = ArticleRecord::new(&root.label, &file.relative, &article);
    record.lang = record.lang.or_else(|| update.language.clone());
    Ok(Some(Planned {
        id,
        record,
        keys: Vec::with_capacity(passages.len()),
        passages,
        body: Body::Read(article.text),
    }))
}

/// Gives every passage its key, and embeds those whose key is new. Without a journal (a dry run)
/// they are only counted.
fn embed(
    planned: &mut [Planned],
    old: &Old,
    embedder: &Embedder,
    mut journal: Option<&mut Journal>,
    report: &mut Report,
    progress: &dyn Progress,
) -> Result<()> {
    let mut work: Vec<(usize, usize)> = Vec::new();
    for (number, article) in planned.iter().enumerate() {
        match article.body {
            Body::Stored(_) => report.reused += article.passages.len(),
            Body::Read(_) => {
                work.extend((0..article.passages.len()).map(|passage| (number, passage)));
            }
        }
    }
    let tokens = |work: &[(usize, usize)], planned: &[Planned]| -> usize {
        work.iter()
            .map(|&(article, passage)| planned[article].passages[passage].tokens)
            .sum()
    };
    let total = tokens(&work, planned);
    let (mut done, mut passages_done) = (0, 0);
    let mut counted = std::collections::HashSet::new();
    for chunk in work.chunks(CHUNK) {
        progress.at(Stage::Embedding { done, total });
        if progress.interrupted() {
            return Err(Error::Interrupted {
                done: passages_done,
                total: work.len(),
            });
        }
        let inputs: Vec<(Key, Input)> = chunk
            .par_iter()
            .map(|&(article, passage)| passage_input(&planned[article], passage, embedder))
            .collect::<Result<_>>()?;
        let mut missing: Vec<(Key, Input)> = Vec::new();
        for (&(article, _), (key, input)) in chunk.iter().zip(inputs) {
            planned[article].keys.push(key);
            let known =
                old.rows.contains_key(&key) || journal.as_ref().is_some_and(|j| j.contains(&key));
            if known || !counted.insert(key) {
                report.reused += 1;
            } else {
                report.embedded += 1;
                missing.push((key, input));
            }
        }
        if let Some(journal) = &mut journal {
            let (keys, inputs): (Vec<Key>, Vec<Input>) = missing.into_iter().unzip();
            for (key, embedding) in keys.into_iter().zip(embedder.embed(&inputs)?) {
                journal.append(key, &(&embedding).into())?;
            }
            journal.flush()?;
        }
        done += tokens(chunk, planned);
        passages_done += chunk.len();
    }
    progress.at(Stage::Embedding { done, total });
    Ok(())
}

fn passage_input(article: &Planned, passage: usize, embedder: &Embedder) -> Result<(Key, Input)> {
    let Body::Read(text) = &article.body else {
        unreachable!("only articles read now are embedded");
    };
    let (readable, parts) = article.passages[passage].readable(text);
    let input = embedder.input_with_parts(&readable, Role::Passage, &parts)?;
    Ok((input_key(embedder.space(), &input), input))
}

/// Writes the segment and, for a large one, its graph.
fn write(
    dir: &Path,
    generation: u64,
    planned: &[Planned],
    old: &Old,
    journal: &JournalReader<'_>,
    progress: &dyn Progress,
) -> Result<SegmentEntry> {
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
                Some((segment, row)) => Some(segment.stored_vectors(*row)?),
                None => journal.get(key),
            };
            let vectors = vectors.ok_or_else(|| Error::Corrupt {
                path: dir.join(journal::FILE),
                what: "vectors of a passage",
                expected: "written a moment ago".to_owned(),
                received: "nothing".to_owned(),
            })?;
            writer.passage(passage, key, &vectors)?;
        }
    }
    let mut entry = writer.finish()?;
    if entry.passages >= GRAPH_ROWS {
        progress.at(Stage::BuildingGraph);
        let dimension = entry.sections.vectors.len() / 4 / entry.passages;
        let segment = Segment::open(dir, &entry, dimension)?;
        entry.graph = Some(hnsw::build(segment.vectors(), dimension).write(dir, generation)?);
    }
    Ok(entry)
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
