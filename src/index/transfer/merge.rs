//! Joins indexes that were built beside each other (`--shard`) into one.

use std::collections::HashSet;
use std::fs::File;
use std::path::{Path, PathBuf};

use crate::embed::Embedder;
use crate::error::{Error, Result};
use crate::index::reader::Index;
use crate::index::same_space::{check_canaries, check_space};
use crate::index::store::manifest::{Manifest, PROGRAM};
use crate::index::store::names::check_is_index_or_empty;
use crate::index::store::writer_lock::WriterLock;
use crate::index::store::{disk, tombstones};
use crate::index::transfer::copy;

/// Copies the segments of all `shards` into a new index at `dir`: it answers as one that was built from nothing.
///
/// # Errors
/// [`Error::Merge`] where there is an index already, where shards were made differently, or where two hold the same
/// article; [`Error::SpaceMismatch`], [`Error::Canary`]; as [`Index::open`].
pub fn merge(shards: &[PathBuf], dir: &Path, embedder: Option<&Embedder>) -> Result<Index> {
    check_is_index_or_empty(dir)?;
    std::fs::create_dir_all(dir).map_err(Error::io("create", dir))?;
    let _lock = WriterLock::take(dir)?;
    let refuse = |path: &Path, what: String| Error::Merge {
        path: path.to_path_buf(),
        what,
    };
    if Manifest::read(dir)?.is_some() {
        return Err(refuse(
            dir,
            "there is an index already; give a new folder by --index".to_owned(),
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
        for article in shard.articles() {
            let id = shard.article(article)?.id();
            if ids.contains(&id) {
                return Err(refuse(
                    path,
                    format!("article `{id}` is in another shard too"),
                ));
            }
            ids.insert(id);
        }
        let manifest = merged.get_or_insert_with(|| Manifest {
            written_by: PROGRAM.to_owned(),
            generation: 0,
            roots: Vec::new(),
            segments: Vec::new(),
            dead: None,
            ..of_shard.clone()
        });
        manifest.no_late &= of_shard.no_late;
        check_space(path, &of_shard.space, &manifest.space)?;
        let made = |m: &Manifest| (m.recipe, m.words, m.space.alignment.clone());
        if made(manifest) != made(of_shard) {
            return Err(refuse(
                path,
                "made by another version than the first; refresh it with `tane index`".to_owned(),
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
                *file = copy(&mut open, dir, number, file)?;
                number += 1;
            }
            manifest.segments.push(entry);
            dead_articles.push(part.dead_articles.clone());
        }
    }
    let Some(mut manifest) = merged else {
        return Err(refuse(dir, "no shard was named".to_owned()));
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
