//! Which articles the next generation has: the roots, read and cut.

use std::path::Path;
use std::time::{Duration, SystemTime};

use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_64;

use super::format::{ArticleRecord, file_id};
use super::manifest::Root;
use super::old::Old;
use super::staged::{Content, Planned, Staged};
use super::update::{CHUNK, Progress, Report, Stage, Unread, Update};
use crate::corpus::{Article, FileEntry, Skipped, WalkOptions, walk};
use crate::embed::Embedder;
use crate::error::{Error, Result};
use crate::passage::passages;

/// The articles of the new generation.
pub(super) struct Plan {
    pub(super) read: Vec<Planned>,
    /// What those hold.
    pub(super) staged: Staged,
    /// Numbers and ids of those that stay as they are.
    pub(super) kept: Vec<Kept>,
}

/// What became of a file.
enum Read {
    /// With what was decided while reading.
    Now(Vec<Content>, Vec<String>),
    Unchanged(Vec<Kept>),
}

/// Number and id of an article that stays as it is.
type Kept = (usize, String);

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
        let own = found
            .into_iter()
            .filter(|file| in_shard(root, file, update.shard));
        files.extend(own.map(|file| (root, file)));
    }
    let total = files.len();
    let mut plan = Plan {
        read: Vec::new(),
        staged: Staged::new((!update.dry_run).then_some(dir))?,
        kept: Vec::new(),
    };
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
                Ok(Read::Now(articles, notes)) => {
                    let note = |reason| Unread {
                        path: path.clone(),
                        reason,
                    };
                    report.notes.extend(notes.into_iter().map(note));
                    for content in articles {
                        plan.read.push(plan.staged.add(&content)?);
                    }
                }
                Ok(Read::Unchanged(articles)) => plan.kept.extend(articles),
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
                    plan.kept
                        .extend(old.of_file(root, &file.relative).map(kept));
                }
                Err(error) => return Err(error),
            }
        }
    }
    Ok(plan)
}

/// Whether a file belongs to the shard; which one it is in depends on its id alone.
fn in_shard(root: &Root, file: &FileEntry, shard: Option<(u32, u32)>) -> bool {
    shard.is_none_or(|(number, count)| {
        let id = file_id(&root.label, &file.relative);
        xxh3_64(id.as_bytes()) % u64::from(count) == u64::from(number) - 1
    })
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
        follow: root.read.follow,
    };
    let (files, skipped) = walk(&root.path, &options)?;
    let held = old.count_of(root);
    if recorded && files.is_empty() && held > 0 {
        return Err(Error::RootEmpty {
            label: root.label.clone(),
            path: root.path.clone(),
            articles: held,
        });
    }
    for Skipped {
        path,
        reason,
        failed,
    } in skipped
    {
        let list = if failed {
            &mut report.failed
        } else {
            &mut report.skipped
        };
        list.push(Unread { path, reason });
    }
    Ok(files)
}

fn plan_file(
    root: &Root,
    file: &FileEntry,
    old: &Old,
    update: &Update,
    embedder: &Embedder,
) -> Result<Read> {
    let known: Vec<&(usize, ArticleRecord)> = if old.same_recipe {
        old.of_file(root, &file.relative).collect()
    } else {
        Vec::new()
    };
    let same = |same: &dyn Fn(&ArticleRecord) -> bool| {
        !known.is_empty() && known.iter().all(|(_, record)| same(record))
    };
    let unchanged = || Ok(Read::Unchanged(known.iter().copied().map(kept).collect()));
    let stamp = stamp(&file.path);
    if stamp.is_some() && same(&|record| record.stamp == stamp) {
        return unchanged();
    }
    let articles = Article::read_in_time(&file.path, &root.read)?;
    if same(&|record| {
        articles
            .first()
            .is_some_and(|article| record.sha256 == article.sha256)
    }) {
        return unchanged();
    }
    let mut planned = Vec::with_capacity(articles.len());
    let mut notes = Vec::new();
    for mut article in articles {
        notes.append(&mut article.notes);
        let passages = passages(&article, embedder.counter());
        if passages.is_empty() {
            continue;
        }
        if passages.len() > root.read.max_passages {
            return Err(Error::Unreadable {
                path: file.path.clone(),
                reason: format!(
                    "{} passages, at most {} are indexed (--max-passages)",
                    passages.len(),
                    root.read.max_passages
                ),
            });
        }
        let mut record = ArticleRecord::new(&root.label, &file.relative, &article);
        record.lang = record.lang.or_else(|| update.language.clone());
        record.stamp = stamp;
        planned.push(Content {
            record,
            passages,
            text: article.text,
        });
    }
    if planned.is_empty() {
        return Err(Error::NotText {
            path: file.path.clone(),
            reason: "nothing to read in it".to_owned(),
        });
    }
    Ok(Read::Now(planned, notes))
}

fn kept((number, record): &(usize, ArticleRecord)) -> Kept {
    (*number, record.id())
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
