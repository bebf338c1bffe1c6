//! Joins indexes that were built beside each other (`--shard`) into one.

use std::collections::HashSet;
use std::fs::File;
use std::path::{Path, PathBuf};

use crate::embed::Embedder;
use crate::error::{Error, IndexError, Reason, Remedy, Result};
use crate::index::reader::Index;
use crate::index::same_space::{check_canaries, check_space};
use crate::index::store::manifest::{Manifest, PROGRAM, Root, Shard};
use crate::index::store::names::check_is_index_or_empty;
use crate::index::store::writer_lock::WriterLock;
use crate::index::store::{disk, tombstones};
use crate::index::transfer::copy;

/// Copies the segments of all `shards` into a new index at `dir`: it answers as one that was built from nothing.
///
/// # Errors
/// [`IndexError::Merge`] where there is an index already, where shards are missing, are of other files or were made
/// differently, or where two hold the same article; [`IndexError::SpaceMismatch`], [`IndexError::Canary`]; as
/// [`Index::open`].
pub fn merge(shards: &[PathBuf], dir: &Path, embedder: Option<&Embedder>) -> Result<Index> {
    check_is_index_or_empty(dir)?;
    check_shards(shards)?;
    std::fs::create_dir_all(dir).map_err(Error::io("create", dir))?;
    let _lock = WriterLock::take(dir)?;
    if Manifest::read(dir)?.is_some() {
        return Err(refuse(
            dir,
            Reason::with(Remedy::NewFolder, "there is an index already"),
        ));
    }
    let mut merged: Option<Manifest> = None;
    let mut dead_articles: Vec<Vec<u32>> = Vec::new();
    let mut ids: HashSet<String> = HashSet::new();
    let mut number = 1;
    for path in shards {
        let shard = Index::open(path)?;
        let of_shard = &shard.manifest;
        if let Some(embedder) = embedder {
            check_canaries(path, of_shard, embedder)?;
        }
        note_articles(path, &shard, &mut ids)?;
        let manifest = merged.get_or_insert_with(|| Manifest {
            written_by: PROGRAM.to_owned(),
            generation: 0,
            roots: Vec::new(),
            segments: Vec::new(),
            dead: None,
            shard: None,
            ..of_shard.clone()
        });
        manifest.no_late &= of_shard.no_late;
        check_space(path, &of_shard.space, &manifest.space)?;
        let made = |m: &Manifest| (m.recipe, m.words, m.space.alignment.clone());
        if made(manifest) != made(of_shard) {
            return Err(refuse(
                path,
                Reason::with(
                    Remedy::Refresh(path.clone()),
                    "made by another version than the first",
                ),
            ));
        }
        for root in &of_shard.roots {
            if !manifest.roots.iter().any(|known| known.label == root.label) {
                manifest.roots.push(root.clone());
            }
        }
        for (entry, part) in of_shard.segments.iter().zip(shard.parts()) {
            let mut entry = entry.clone();
            for file in std::iter::once(&mut entry.file).chain(&mut entry.graph) {
                let source = path.join(&file.name);
                let mut open = File::open(&source).map_err(Error::io("open", &source))?;
                *file = copy(&mut open, &source, dir, number, file)?;
                number += 1;
            }
            manifest.segments.push(entry);
            dead_articles.push(part.dead_articles.clone());
        }
    }
    let Some(mut manifest) = merged else {
        return Err(refuse(dir, "no shard was named"));
    };
    manifest.roots.sort_by(|a, b| a.label.cmp(&b.label));
    manifest.generation = number;
    if dead_articles.iter().any(|articles| !articles.is_empty()) {
        manifest.dead = Some(tombstones::write(dir, number, &dead_articles)?);
    }
    disk::sync_dir(dir).map_err(Error::io("write", dir))?;
    manifest.commit(dir)?;
    Index::open(dir)
}

/// Adds the ids of the articles of a shard to those of the others.
///
/// # Errors
/// Where another shard has one of them.
fn note_articles(path: &Path, shard: &Index, ids: &mut HashSet<String>) -> Result<()> {
    for article in shard.articles() {
        let id = shard.article(article)?.id();
        if ids.contains(&id) {
            let what = format!("article `{id}` is in another shard too");
            return Err(refuse(path, what));
        }
        ids.insert(id);
    }
    Ok(())
}

fn refuse(path: &Path, reason: impl Into<Reason>) -> Error {
    Error::Index(IndexError::Merge {
        path: path.to_path_buf(),
        reason: reason.into(),
    })
}

/// An index to join, as its manifest describes it.
struct Part<'a> {
    path: &'a Path,
    roots: Vec<Root>,
    shard: Option<Shard>,
}

/// Refuses to join what is not all shards of the same files, each once; whole indexes have no root in common.
fn check_shards(paths: &[PathBuf]) -> Result<()> {
    let mut parts: Vec<Part<'_>> = Vec::with_capacity(paths.len());
    for path in paths {
        let manifest = Manifest::read(path)?
            .ok_or_else(|| Error::Index(IndexError::NoIndex { path: path.clone() }))?;
        let part = Part {
            path,
            roots: manifest.roots,
            shard: manifest.shard,
        };
        parts.iter().try_for_each(|before| part.fits(before))?;
        parts.push(part);
    }
    let Some((first, shard)) = parts
        .first()
        .and_then(|first| Some((first, first.shard.as_ref()?)))
    else {
        return Ok(());
    };
    let numbers: HashSet<u32> = parts
        .iter()
        .filter_map(|part| Some(part.shard.as_ref()?.number))
        .collect();
    let missing = (1..=shard.of).filter(|number| !numbers.contains(number));
    let missing: Vec<String> = missing
        .map(|number| format!("{number}/{}", shard.of))
        .collect();
    match missing.as_slice() {
        [] => Ok(()),
        [number, ..] => Err(refuse(
            first.path,
            Reason::with(
                Remedy::Shard {
                    index: None,
                    shard: number.clone(),
                },
                format!(
                    "this is shard {}/{}, and of the others {} {} missing; name it too",
                    shard.number,
                    shard.of,
                    missing.join(", "),
                    if missing.len() == 1 { "is" } else { "are" },
                ),
            ),
        )),
    }
}

impl Part<'_> {
    /// Whether it can be joined with one named before it.
    fn fits(&self, before: &Self) -> Result<()> {
        let other = before.path.display();
        let (here, there) = match (&self.shard, &before.shard) {
            (Some(here), Some(there)) => (here, there),
            (None, None) => return self.has_other_roots(before),
            (Some(shard), None) | (None, Some(shard)) => {
                let (which, whole) = match self.shard {
                    Some(_) => (self.path, before.path),
                    None => (before.path, self.path),
                };
                let what = format!(
                    "{} is shard {}/{}, and {} is no shard",
                    which.display(),
                    shard.number,
                    shard.of,
                    whole.display(),
                );
                let remedy = Remedy::Shards(Some(shard.of));
                return Err(refuse(self.path, Reason::with(remedy, what)));
            }
        };
        let (is, was) = (
            format!("{}/{}", here.number, here.of),
            format!("{}/{}", there.number, there.of),
        );
        if here.of != there.of {
            return Err(refuse(
                self.path,
                format!(
                    "this is shard {is}, and {other} is shard {was}; build all with the same number of shards"
                ),
            ));
        }
        if here.number == there.number {
            return Err(refuse(
                self.path,
                format!("this is shard {is}, and so is {other}; name each shard once"),
            ));
        }
        let as_shard = |shard| Remedy::Shard {
            index: Some(self.path.to_path_buf()),
            shard,
        };
        if here.ids != there.ids {
            let what = format!(
                "this shard is of {} files, and {other} is of {}, or of others; refresh both on the same files",
                here.files, there.files,
            );
            return Err(refuse(self.path, Reason::with(as_shard(is), what)));
        }
        let options = |roots: &[Root]| -> Vec<_> {
            let roots = roots.iter();
            roots
                .map(|root| (root.label.clone(), root.read.clone()))
                .collect()
        };
        if options(&self.roots) != options(&before.roots) {
            let what = format!(
                "its files were read with other options than those of {other}; refresh one of them with the options of \
                 the other",
            );
            return Err(refuse(self.path, Reason::with(as_shard(is), what)));
        }
        Ok(())
    }

    /// Refuses roots of the same label: one of the two would be forgotten.
    fn has_other_roots(&self, before: &Self) -> Result<()> {
        let known = |root: &&Root| before.roots.iter().any(|known| known.label == root.label);
        let Some(root) = self.roots.iter().find(known) else {
            return Ok(());
        };
        Err(refuse(
            self.path,
            Reason::with(
                Remedy::Shards(None),
                format!(
                    "root `{}` is in {} too, and neither is a shard of it",
                    root.label,
                    before.path.display(),
                ),
            ),
        ))
    }
}
