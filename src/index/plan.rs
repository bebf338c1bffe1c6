//! Which articles the next generation has: the roots, read and cut.

use std::path::Path;
use std::time::{Duration, SystemTime};

use rayon::prelude::*;

use super::format::{ArticleRecord, article_id};
use super::key::Key;
use super::manifest::Root;
use super::old::Old;
use super::update::{CHUNK, Progress, Report, Stage, Unread, Update};
use crate::corpus::{Article, FileEntry, WalkOptions, walk};
use crate::embed::Embedder;
use crate::error::{Error, Result};
use crate::passage::{Passage, passages};

/// An article that was read now.
pub(super) struct Planned {
    pub(super) id: String,
    pub(super) record: ArticleRecord,
    pub(super) text: String,
    pub(super) passages: Vec<Passage>,
    pub(super) keys: Vec<Key>,
}

/// The articles of the new generation.
#[derive(Default)]
pub(super) struct Plan {
    pub(super) read: Vec<Planned>,
    /// Numbers and ids of those that stay as they are.
    pub(super) kept: Vec<(usize, String)>,
}

/// What became of a file.
enum Read {
    Now(Box<Planned>),
    Unchanged(usize),
}

/// Reads the roots: which articles the new generation has.
pub(super) fn plan(
    dir: &Path,
    roots: &[Root],
    old: &Old,
    update: &Update,
    embedder: &Embedder,
    report: &mut Report,
    progress: &dyn Progress,
) -> Result<Plan> {
    let mut files: Vec<(&Root, FileEntry)> = Vec::new();
    for root in roots {
        let found = walk_root(dir, root, old, report)?;
        files.extend(found.into_iter().map(|file| (root, file)));
    }
    let total = files.len();
    let mut plan = Plan::default();
    for (number, chunk) in files.chunks(CHUNK).enumerate() {
        progress.at(Stage::Reading {
            done: number * CHUNK,
            total,
        });
        if progress.interrupted() {
            return Err(Error::Interrupted { done: 0, total: 0 });
        }
        let read: Vec<Result<Read>> = chunk
            .par_iter()
            .map(|(root, file)| plan_file(root, file, old, update, embedder))
            .collect();
        for ((root, file), result) in chunk.iter().zip(read) {
            let path = &file.path;
            match result {
                Ok(Read::Now(article)) => plan.read.push(*article),
                Ok(Read::Unchanged(number)) => plan
                    .kept
                    .push((number, article_id(&root.label, &file.relative))),
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
                    let id = article_id(&root.label, &file.relative);
                    plan.kept
                        .extend(old.articles.get(&id).map(|(number, _)| (*number, id)));
                }
                Err(error) => return Err(error),
            }
        }
    }
    Ok(plan)
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

fn plan_file(
    root: &Root,
    file: &FileEntry,
    old: &Old,
    update: &Update,
    embedder: &Embedder,
) -> Result<Read> {
    let id = article_id(&root.label, &file.relative);
    let known = old.articles.get(&id).filter(|_| old.same_recipe);
    let stamp = stamp(&file.path);
    if let Some((number, record)) = known
        && stamp.is_some()
        && record.stamp == stamp
    {
        return Ok(Read::Unchanged(*number));
    }
    let article = Article::read(&file.path)?;
    if let Some((number, record)) = known
        && record.sha256 == article.sha256
    {
        return Ok(Read::Unchanged(*number));
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
    record.stamp = stamp;
    Ok(Read::Now(Box::new(Planned {
        id,
        record,
        keys: Vec::with_capacity(passages.len()),
        passages,
        text: article.text,
    })))
}

/// Length and time of change of a file, before it is read; `None` where it changed so lately that it could
/// change again without either telling.
fn stamp(path: &Path) -> Option<(u64, u64)> {
    const SETTLED: Duration = Duration::from_secs(2);
    let metadata = std::fs::metadata(path).ok()?;
    let modified = metadata.modified().ok()?;
    if SystemTime::now().duration_since(modified).ok()? < SETTLED {
        return None;
    }
    let since = modified.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    Some((metadata.len(), u64::try_from(since.as_nanos()).ok()?))
}
