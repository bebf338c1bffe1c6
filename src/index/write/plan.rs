//! Which articles the next generation has: the roots, read and cut.

use std::path::Path;

use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_64;

use super::previous::{Previous, Unchanged, kept};
use super::spill::{Content, Planned, Staged};
use super::stamp::{Stamp, Stamped, Stamps};
use super::unseen::look;
use crate::corpus::{Article, ReadOptions, TimeLimit, WalkedFile};
use crate::embed::Embedder;
use crate::error::{CorpusError, Error, Reason, Remedy, Result};
use crate::index::store::format::{ArticleRecord, file_id};
use crate::index::store::manifest::{Root, Shard};
use crate::index::write::report::{Progress, Report, Stage, Unread, Update};
use crate::passage::{Limits, Unfinished, passages_within};
use crate::sha256;

/// Files that are read at once.
const CHUNK: usize = 256;

/// The articles of the new generation.
pub(in crate::index) struct Plan {
    pub(in crate::index) read: Vec<Planned>,
    /// What those hold.
    pub(in crate::index) staged: Staged,
    /// Numbers and ids of those that stay as they are.
    pub(in crate::index) kept: Vec<Unchanged>,
    /// Which part of the files this is.
    pub(in crate::index) shard: Option<Shard>,
}

/// What became of a file.
enum ReadFile {
    /// With what was decided while reading.
    Now(Vec<Content>, Vec<Reason>),
    Unchanged(Vec<Unchanged>, Option<Stamped>),
}

/// Reads the roots: which articles the new generation has. The mounts of the roots become what they are now.
pub(in crate::index) fn plan(
    dir: &Path,
    roots: &mut [Root],
    old: &Previous,
    update: &Update,
    embedder: &Embedder,
    report: &mut Report,
    progress: &dyn Progress,
) -> Result<Plan> {
    let mut plan = Plan {
        read: Vec::new(),
        staged: Staged::new((!update.dry_run).then_some(dir))?,
        kept: Vec::new(),
        shard: None,
    };
    let mut found = Vec::with_capacity(roots.len());
    for root in roots.iter_mut() {
        let seen = look(dir, root, old, report, progress)?;
        root.mounts = seen.mounts;
        plan.kept.extend(seen.kept);
        found.push(seen.files);
    }
    let mut files: Vec<(&Root, WalkedFile)> = roots
        .iter()
        .zip(found)
        .flat_map(|(root, files)| files.into_iter().map(move |file| (root, file)))
        .collect();
    if let Some((number, of)) = update.shard {
        plan.shard = Some(shard(number, of, &files));
        files.retain(|(root, file)| in_shard(root, file, number, of));
    }
    let reading = Reading {
        old,
        update,
        embedder,
        stamps: Stamps::open(dir),
        interrupted: &|| progress.interrupted(),
    };
    let mut unchanged = Vec::new();
    for (number, chunk) in files.chunks(CHUNK).enumerate() {
        progress.at(Stage::Reading {
            done: number * CHUNK,
            total: files.len(),
        });
        let read: Vec<Result<ReadFile>> = chunk
            .par_iter()
            .map(|(root, file)| reading.file(root, file))
            .collect();
        for ((root, file), result) in chunk.iter().zip(read) {
            match result {
                Ok(ReadFile::Unchanged(articles, found)) => {
                    plan.kept.extend(articles);
                    unchanged.extend(found);
                }
                Ok(ReadFile::Now(articles, notes)) => {
                    let note = |reason| Unread {
                        path: file.path.clone(),
                        reason,
                    };
                    report.notes.extend(notes.into_iter().map(note));
                    for content in articles {
                        plan.read.push(plan.staged.add(&content)?);
                    }
                }
                Err(error) => plan.unread(root, file, error, old, report)?,
            }
        }
    }
    if !update.dry_run {
        let ids = files
            .iter()
            .map(|(root, file)| file_id(&root.label, &file.relative));
        reading.stamps.note(dir, unchanged, ids);
    }
    Ok(plan)
}

impl Plan {
    /// Takes a file that was not read for what it is: one without text, or one that keeps what it had.
    fn unread(
        &mut self,
        root: &Root,
        file: &WalkedFile,
        error: Error,
        old: &Previous,
        report: &mut Report,
    ) -> Result<()> {
        let unread = |reason| Unread {
            path: file.path.clone(),
            reason,
        };
        match error {
            Error::Corpus(CorpusError::NotText { reason, .. }) => {
                report.skipped.push(unread(reason));
            }
            Error::Io { .. } | Error::Corpus(CorpusError::Unreadable { .. }) => {
                let reason = match error {
                    Error::Corpus(CorpusError::Unreadable { reason, .. }) => reason,
                    other => other.to_string().into(),
                };
                report.failed.push(unread(reason));
                let before = self.kept.len();
                self.kept
                    .extend(old.of_file(root, &file.relative).map(kept));
                report.kept += self.kept.len() - before;
            }
            error => return Err(error),
        }
        Ok(())
    }
}

/// Whether a file belongs to the shard; which one it is in depends on its id alone.
fn in_shard(root: &Root, file: &WalkedFile, number: u32, of: u32) -> bool {
    let id = file_id(&root.label, &file.relative);
    xxh3_64(id.as_bytes()) % u64::from(of) == u64::from(number) - 1
}

/// What tells whether others are shards of the same files.
fn shard(number: u32, of: u32, files: &[(&Root, WalkedFile)]) -> Shard {
    let ids = files.iter();
    let mut ids: Vec<String> = ids
        .map(|(root, file)| file_id(&root.label, &file.relative))
        .collect();
    ids.sort_unstable();
    let mut hash = blake3::Hasher::new();
    for id in &ids {
        // No id has a NUL in it.
        hash.update(id.as_bytes()).update(&[0]);
    }
    Shard {
        number,
        of,
        files: ids.len(),
        ids: hash.finalize().to_hex().to_string(),
    }
}

/// What is said where text that was recognised before is gone.
const NOT_RECOGNISED: &str = "text of it was recognised (OCR) before and is not now";

/// A file that has no text only because nothing recognises it now. One that has not changed keeps what it had.
/// `before` is its SHA-256 from then; empty where nothing was recognised.
fn without_recognition(file: &WalkedFile, error: Error, before: &str) -> Error {
    let Error::Corpus(CorpusError::NotText { path, reason }) = error else {
        return error;
    };
    if before.is_empty() {
        return Error::Corpus(CorpusError::NotText { path, reason });
    }
    let now = std::fs::read(&file.path).map(|bytes| sha256::of(&[&bytes]));
    match now.is_ok_and(|now| now == before) {
        true => Error::Corpus(CorpusError::Unreadable {
            path,
            reason: reason.and("what was recognised (OCR) before is kept"),
        }),
        false => Error::Corpus(CorpusError::NotText {
            path,
            reason: Reason::with(Remedy::Ocr, reason.and(NOT_RECOGNISED).text),
        }),
    }
}

/// What reading files needs.
struct Reading<'a> {
    old: &'a Previous,
    update: &'a Update,
    embedder: &'a Embedder,
    stamps: Stamps,
    interrupted: &'a (dyn Fn() -> bool + Sync),
}

impl Reading<'_> {
    fn file(&self, root: &Root, file: &WalkedFile) -> Result<ReadFile> {
        let limit = TimeLimit::new(&root.read, self.interrupted);
        if limit.is_over() {
            return Err(limit.error(&file.path));
        }
        let known = self.old.as_now(root, &file.relative);
        let unchanged = |found| {
            Ok(ReadFile::Unchanged(
                known.iter().copied().map(kept).collect(),
                found,
            ))
        };
        let stamp = Stamp::of(&file.path);
        let id = file_id(&root.label, &file.relative);
        let is_known = |stamp| {
            let mut records = known.iter().map(|(_, record)| record);
            !known.is_empty() && records.all(|record| self.stamps.know(&id, stamp, record))
        };
        if !self.update.check && stamp.is_some_and(is_known) {
            return unchanged(None);
        }
        let was = known
            .first()
            .map(|(_, record)| record.metadata.sha256.as_str());
        // The manifest does not keep the programs that read documents: they belong to the program that runs now.
        let options = ReadOptions {
            readers: self.update.readers.clone(),
            ocr: self.update.ocr.clone(),
            ..root.read.clone()
        };
        let read = Article::read_in_time(&file.path, &options, was, &limit);
        let before = self.recognised_before(root, file);
        let read = read.map_err(|error| without_recognition(file, error, &before))?;
        let Some(articles) = read else {
            let found = stamp.zip(was);
            return unchanged(found.map(|(stamp, was)| Stamped::new(id, stamp, was.to_owned())));
        };
        let mut planned = Vec::with_capacity(articles.len());
        let mut notes = Vec::new();
        for mut article in articles {
            notes.append(&mut article.notes);
            if article.recognised.is_empty() && !before.is_empty() {
                notes.push(Reason::with(Remedy::Ocr, NOT_RECOGNISED));
            }
            planned.extend(self.cut(root, file, article, stamp, &limit)?);
        }
        if planned.is_empty() {
            return Err(Error::Corpus(CorpusError::NotText {
                path: file.path.clone(),
                reason: "nothing to read in it".into(),
            }));
        }
        Ok(ReadFile::Now(planned, notes))
    }

    /// SHA-256 of the file when text of it was recognised (OCR); empty where none was, or where it is recognised now.
    fn recognised_before(&self, root: &Root, file: &WalkedFile) -> String {
        let mut records = self.old.of_file(root, &file.relative);
        let recognised = records.find(|(_, record)| !record.recognised.is_empty());
        let recognised = recognised.filter(|_| self.update.ocr.is_none());
        recognised.map_or_else(String::new, |(_, record)| record.metadata.sha256.clone())
    }

    /// An article in passages; `None` where there is nothing to read in it.
    fn cut(
        &self,
        root: &Root,
        file: &WalkedFile,
        article: Article,
        stamp: Option<Stamp>,
        limit: &TimeLimit<'_>,
    ) -> Result<Option<Content>> {
        let limits = Limits {
            passages: root.read.max_passages,
            stop: &|| limit.is_over(),
        };
        let passages = passages_within(&article, self.embedder.counter(), &limits);
        let passages = passages.map_err(|unfinished| match unfinished {
            Unfinished::Stopped => limit.error(&file.path),
            Unfinished::TooMany => Error::Corpus(CorpusError::Unreadable {
                path: file.path.clone(),
                reason: Reason::with(
                    Remedy::MaxPassages,
                    format!(
                        "it has more passages, at most {} are indexed",
                        limits.passages
                    ),
                ),
            }),
        })?;
        if passages.is_empty() {
            return Ok(None);
        }
        let mut record = ArticleRecord::new(&root.label, &file.relative, &article);
        record.metadata.lang = record
            .metadata
            .lang
            .or_else(|| self.update.language.clone());
        if let Some(stamp) = stamp {
            stamp.write(&mut record);
        }
        Ok(Some(Content {
            record,
            passages,
            text: article.text,
        }))
    }
}
