//! Which articles the next generation has: the roots, read and cut.

use std::path::Path;

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

/// An article of the new generation.
pub(super) struct Planned {
    pub(super) id: String,
    pub(super) record: ArticleRecord,
    pub(super) body: Body,
    pub(super) passages: Vec<Passage>,
    pub(super) keys: Vec<Key>,
}

pub(super) enum Body {
    /// Unchanged: its number in the old segment.
    Stored(usize),
    /// Read now.
    Read(String),
}

/// Reads the roots: which articles the new generation has, sorted by id.
pub(super) fn plan(
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
