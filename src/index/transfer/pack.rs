//! Writes a pack.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::Path;

use super::{CORPUS, Carried, Corpus, HEADER, Header, INDEX, VERSION};
use crate::corpus::{WalkOptions, walk};
use crate::embed::{Embedder, canaries};
use crate::error::{Error, IndexError, Result};
use crate::index::reader::Index;
use crate::index::store::manifest::{self, FORMAT, Manifest, PROGRAM, Root, SegmentEntry};
use crate::index::store::names::MANIFEST;
use crate::passage::RECIPE;
use crate::words;

/// Packs an index, and with `corpus` the files of its roots. Where there is no index yet, the roots of the corpus are
/// packed with an empty one.
///
/// # Errors
/// As [`Index::open`], [`IndexError::NoIndex`] where there is neither an index nor a root, [`Error::Io`].
pub fn pack(
    dir: &Path,
    corpus: Option<&Corpus>,
    embedder: &Embedder,
    to: &Path,
) -> Result<Carried> {
    let roots = corpus.map(|corpus| corpus.roots.as_slice());
    let manifest = match (Manifest::read(dir)?, roots) {
        (Some(manifest), _) => manifest,
        (None, Some(roots @ [_, ..])) => empty(embedder, roots)?,
        (None, _) => {
            return Err(Error::Index(IndexError::NoIndex {
                path: dir.to_path_buf(),
            }));
        }
    };
    let temporary = to.with_extension("pack.tmp");
    let file = File::create(&temporary).map_err(Error::io("create", &temporary))?;
    let mut archive = tar::Builder::new(BufWriter::new(file));
    let written = write(&mut archive, dir, &manifest, corpus).and_then(|carried| {
        let finish = || {
            let file = archive.into_inner()?.into_inner()?;
            file.sync_all()?;
            std::fs::rename(&temporary, to)
        };
        finish().map_err(Error::io("write", to))?;
        Ok(carried)
    });
    if written.is_err() {
        let _ = std::fs::remove_file(&temporary);
    }
    let bytes = std::fs::metadata(to).map_or(0, |metadata| metadata.len());
    written.map(|carried| Carried { bytes, ..carried })
}

/// A manifest of nothing but roots.
fn empty(embedder: &Embedder, roots: &[Root]) -> Result<Manifest> {
    Ok(Manifest {
        format: FORMAT,
        written_by: PROGRAM.to_owned(),
        check: String::new(),
        generation: 0,
        space: embedder.space().clone(),
        recipe: RECIPE,
        words: words::VERSION,
        canaries: canaries(embedder)?,
        roots: roots.to_vec(),
        segments: Vec::new(),
        no_late: false,
        dead: None,
        shard: None,
    })
}

fn write<W: Write>(
    archive: &mut tar::Builder<W>,
    dir: &Path,
    manifest: &Manifest,
    corpus: Option<&Corpus>,
) -> Result<Carried> {
    let header = Header {
        tane_pack: VERSION,
        corpus: corpus.is_some(),
        project: corpus.and_then(|corpus| corpus.project.clone()),
        model: manifest.space.model.clone(),
        space: manifest.space.id.clone(),
    };
    append(archive, HEADER, &manifest::to_json(&header))?;
    append(archive, &format!("{INDEX}{MANIFEST}"), &manifest.to_bytes())?;
    for entry in manifest.files() {
        append_file(
            archive,
            &format!("{INDEX}{}", entry.name),
            &dir.join(&entry.name),
        )?;
    }
    let mut files = 0;
    for (number, root) in manifest
        .roots
        .iter()
        .enumerate()
        .filter(|_| corpus.is_some())
    {
        let options = WalkOptions {
            exclude: root.exclude.clone(),
            project: root.project.clone(),
            never: vec![dir.to_path_buf()],
            is_index: Some(Manifest::is_of_index),
            follow: root.read.follow,
            ..WalkOptions::default()
        };
        for file in walk(&root.path, &options, &|| false)?.files {
            // A root that is a file is `corpus/N` itself.
            let name = Path::new(CORPUS)
                .join(number.to_string())
                .join(&file.relative);
            let name = name.to_string_lossy();
            append_file(archive, name.trim_end_matches('/'), &file.path)?;
            files += 1;
        }
    }
    Ok(Carried {
        articles: live_articles(manifest, dir)?,
        passages: manifest.segments.iter().map(SegmentEntry::live).sum(),
        files,
        bytes: 0,
        corpus: corpus.is_some(),
    })
}

fn live_articles(manifest: &Manifest, dir: &Path) -> Result<usize> {
    if manifest.segments.is_empty() {
        return Ok(0);
    }
    Ok(Index::open(dir)?.articles().count())
}

fn append<W: Write>(archive: &mut tar::Builder<W>, name: &str, bytes: &[u8]) -> Result<()> {
    let mut header = tar::Header::new_gnu();
    header.set_size(bytes.len() as u64);
    header.set_mode(0o644);
    archive
        .append_data(&mut header, name, bytes)
        .map_err(Error::io("pack", name))
}

fn append_file<W: Write>(archive: &mut tar::Builder<W>, name: &str, path: &Path) -> Result<()> {
    let file = File::open(path).map_err(Error::io("open", path))?;
    let length = file.metadata().map_err(Error::io("read", path))?.len();
    let mut header = tar::Header::new_gnu();
    header.set_size(length);
    header.set_mode(0o644);
    // A file that grows meanwhile is cut at the length that was announced; one that shrinks is an error.
    archive
        .append_data(&mut header, name, BufReader::new(file).take(length))
        .map_err(Error::io("pack", path))
}
