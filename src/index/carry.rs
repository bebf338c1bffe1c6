//! Carrying an index, or a corpus with what is known of it, to another machine in one file, and back.
//!
//! A pack is a tar archive: `pack.json` (this page), the index's `manifest.json` and its files below `index/`, and,
//! in a pack of a corpus, the files of every root below `corpus/N/` (a root that is a file is `corpus/N`). Nothing in it is trusted: names are checked
//! before anything is written, files against the checksums of the manifest, vectors against the canaries.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::lock::WriterLock;
use super::manifest::{self, FORMAT, FileEntry, Manifest, Root};
use super::reader::Index;
use super::segment_writer::{HashedFile, extension_of};
use super::update::remove_unreferenced;
use super::{check_is_index_or_empty, disk};
use crate::corpus::{WalkOptions, walk};
use crate::embed::{Embedder, LEAST_COSINE, canaries, cosines};
use crate::error::{Error, Result};
use crate::passage::RECIPE;
use crate::words;

/// Version of the pack.
const VERSION: u32 = 1;
const HEADER: &str = "pack.json";
const INDEX: &str = "index/";
const CORPUS: &str = "corpus/";

/// What a pack begins with.
#[derive(Debug, Serialize, Deserialize)]
struct Header {
    tane_pack: u32,
    /// The files of the roots are in it.
    corpus: bool,
    model: String,
    space: String,
}

/// What was carried.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Carried {
    pub articles: usize,
    pub passages: usize,
    /// Files of the corpus.
    pub files: usize,
    pub bytes: u64,
    /// Whether the pack holds a corpus.
    pub corpus: bool,
}

/// Packs an index, and with `corpus` the files of its roots. Where there is no index yet, `roots` are packed with
/// an empty one.
///
/// # Errors
/// As [`Index::open`], [`Error::NoIndex`] where there is neither an index nor a root, [`Error::Io`].
pub fn pack(
    dir: &Path,
    roots: &[Root],
    corpus: bool,
    embedder: &Embedder,
    to: &Path,
) -> Result<Carried> {
    let manifest = match Manifest::read(dir)? {
        Some(manifest) => manifest,
        None if corpus && !roots.is_empty() => empty(embedder, roots)?,
        None => {
            return Err(Error::NoIndex {
                path: dir.to_path_buf(),
            });
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
        check: String::new(),
        generation: 0,
        space: embedder.space().clone(),
        recipe: RECIPE,
        words: words::VERSION,
        canaries: canaries(embedder)?,
        roots: roots.to_vec(),
        segments: Vec::new(),
        dead: None,
    })
}

fn write<W: Write>(
    archive: &mut tar::Builder<W>,
    dir: &Path,
    manifest: &Manifest,
    corpus: bool,
) -> Result<Carried> {
    let header = Header {
        tane_pack: VERSION,
        corpus,
        model: manifest.space.model.clone(),
        space: manifest.space.id.clone(),
    };
    append(archive, HEADER, &manifest::to_json(&header))?;
    append(
        archive,
        &format!("{INDEX}{}", manifest::FILE),
        &manifest.to_bytes(),
    )?;
    for entry in manifest.files() {
        append_file(
            archive,
            &format!("{INDEX}{}", entry.name),
            &dir.join(&entry.name),
        )?;
    }
    let mut files = 0;
    for (number, root) in manifest.roots.iter().enumerate().filter(|_| corpus) {
        let options = WalkOptions {
            exclude: root.exclude.clone(),
            never: vec![dir.to_path_buf()],
            follow: root.read.follow,
        };
        for file in walk(&root.path, &options)?.0 {
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
        passages: manifest.segments.iter().map(|segment| segment.live()).sum(),
        files,
        bytes: 0,
        corpus,
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

/// Unpacks a pack of an index into `dir`, in the place of what is there, or a pack of a corpus into the folder
/// `into`, its index beside it. Roots that are known here by their label keep their places.
///
/// # Errors
/// [`Error::BadPack`] for what is no pack or names files outside, [`Error::Corrupt`] for a file that is not what its
/// manifest says, [`Error::Canary`] and [`Error::SpaceMismatch`] for vectors of another space, [`Error::Locked`],
/// [`Error::Io`]. What was there before is then still there.
pub fn unpack(
    from: &Path,
    dir: &Path,
    into: Option<&Path>,
    embedder: Option<&Embedder>,
) -> Result<Carried> {
    let file = File::open(from).map_err(Error::io("open", from))?;
    let mut archive = tar::Archive::new(BufReader::new(file));
    let mut entries = archive.entries().map_err(|error| damaged(from, &error))?;
    let header = next(&mut entries, HEADER, from)?;
    let header: Header =
        serde_json::from_slice(&header).map_err(|error| bad(from, error.to_string()))?;
    if header.tane_pack != VERSION {
        let versions = format!("version {}, this program reads {VERSION}", header.tane_pack);
        return Err(bad(from, versions));
    }
    let name = format!("{INDEX}{}", manifest::FILE);
    let manifest = Manifest::parse(&next(&mut entries, &name, from)?, &from.join(&name))?;
    if let Some(embedder) = embedder {
        check_canaries(dir, &manifest, embedder)?;
    }
    let into = corpus_folder(&header, into, from)?;
    let dir = into
        .as_ref()
        .map_or_else(|| dir.to_path_buf(), |into| into.join("index"));
    check_is_index_or_empty(&dir)?;
    std::fs::create_dir_all(&dir).map_err(Error::io("create", &dir))?;
    let _lock = WriterLock::take(&dir)?;
    let here = Manifest::read(&dir)?;
    let mut unpacking = Unpacking {
        from,
        // Names of files are never used twice: a reader may have the old ones open.
        next: here
            .as_ref()
            .map_or(0, |here| here.generation)
            .max(manifest.generation)
            + 1,
        dir,
        into,
        manifest,
        renamed: Vec::new(),
        files: 0,
    };
    for entry in entries {
        unpacking.entry(&mut entry.map_err(|error| damaged(from, &error))?)?;
    }
    unpacking.settle(here.as_ref().map_or(&[], |here| &here.roots))?;
    let index = Index::open(&unpacking.dir)?;
    Ok(Carried {
        articles: index.articles().count(),
        passages: index.rows().live(),
        files: unpacking.files,
        bytes: std::fs::metadata(from).map_or(0, |metadata| metadata.len()),
        corpus: header.corpus,
    })
}

/// A pack being taken in.
struct Unpacking<'a> {
    from: &'a Path,
    /// Of the index.
    dir: PathBuf,
    /// Of the corpus, where the pack holds one.
    into: Option<PathBuf>,
    manifest: Manifest,
    /// Number of the next file.
    next: u64,
    /// Files of the index as the manifest names them, and as they are written.
    renamed: Vec<(FileEntry, FileEntry)>,
    /// Files of the corpus.
    files: usize,
}

impl Unpacking<'_> {
    fn entry<R: Read>(&mut self, entry: &mut tar::Entry<'_, R>) -> Result<()> {
        let bad = |what: String| bad(self.from, what);
        let name = safe_name(entry).map_err(bad)?;
        if let Ok(name) = name.strip_prefix(INDEX) {
            let files = &mut self.manifest.files();
            let expected = files.find(|file| Path::new(&file.name) == name);
            let expected = expected
                .ok_or_else(|| bad(format!("`{}` is in no manifest", name.display())))?
                .clone();
            let written = copy(entry, &self.dir, self.next, &expected)?;
            self.next += 1;
            self.renamed.push((expected, written));
            return Ok(());
        }
        let place = name.strip_prefix(CORPUS).ok().zip(self.into.as_deref());
        let place = place.and_then(|(below, into)| place_of(&self.manifest, below, into));
        let place = place.ok_or_else(|| bad(format!("`{}` belongs to nothing", name.display())))?;
        write_source(entry, &place)?;
        self.files += 1;
        Ok(())
    }

    /// Commits the manifest, its files and roots as they are called here.
    fn settle(&mut self, here: &[Root]) -> Result<()> {
        for entry in self.manifest.files_mut() {
            let written = self.renamed.iter().find(|(old, _)| old == entry);
            let missing = || bad(self.from, format!("`{}` is missing", entry.name));
            let (_, written) = written.ok_or_else(missing)?;
            *entry = written.clone();
        }
        self.manifest.generation = self.next;
        for root in &mut self.manifest.roots {
            let known = here.iter().find(|known| known.label == root.label);
            match (&self.into, known) {
                (Some(into), _) => root.path = root_below(into, root),
                (None, Some(known)) => root.path.clone_from(&known.path),
                (None, None) => {}
            }
        }
        if let Some(into) = &self.into {
            let labels = self.manifest.roots.iter().map(|root| root.label.as_str());
            let labels: Vec<&str> = labels.collect();
            let labels = serde_json::to_string(&labels).unwrap_or_default();
            let project = into.join("tane.toml");
            std::fs::write(&project, format!("corpus = {labels}\n"))
                .map_err(Error::io("write", &project))?;
        }
        disk::sync_dir(&self.dir).map_err(Error::io("write", &self.dir))?;
        self.manifest.commit(&self.dir)?;
        remove_unreferenced(&self.dir);
        Ok(())
    }
}

fn bad(from: &Path, what: String) -> Error {
    Error::BadPack {
        path: from.to_path_buf(),
        what,
    }
}

fn damaged(from: &Path, error: &std::io::Error) -> Error {
    bad(from, format!("not a pack, or damaged: {error}"))
}

/// The bytes of the next entry, which must have this name.
fn next<R: Read>(entries: &mut tar::Entries<'_, R>, wanted: &str, from: &Path) -> Result<Vec<u8>> {
    let entry = entries
        .next()
        .ok_or_else(|| bad(from, "it ends too early".to_owned()))?;
    let mut entry = entry.map_err(|error| damaged(from, &error))?;
    let name = safe_name(&entry).map_err(|what| bad(from, what))?;
    if name != Path::new(wanted) {
        let names = format!("expected `{wanted}`, received `{}`", name.display());
        return Err(bad(from, names));
    }
    let mut bytes = Vec::new();
    let read = entry.read_to_end(&mut bytes);
    read.map_err(|error| damaged(from, &error))?;
    Ok(bytes)
}

/// The empty folder that a corpus goes into; `None` for a pack of an index.
fn corpus_folder(header: &Header, into: Option<&Path>, from: &Path) -> Result<Option<PathBuf>> {
    if !header.corpus {
        return Ok(None);
    }
    let into = into.ok_or_else(|| {
        bad(
            from,
            "it holds a corpus: name the folder it goes into".to_owned(),
        )
    })?;
    let into = std::path::absolute(into).map_err(Error::io("open", into))?;
    if std::fs::read_dir(&into).is_ok_and(|mut entries| entries.next().is_some()) {
        let used = format!("{} is not empty; name another folder", into.display());
        return Err(bad(from, used));
    }
    Ok(Some(into))
}

/// Refuses vectors that are not of the embedder's space.
pub(super) fn check_canaries(dir: &Path, manifest: &Manifest, embedder: &Embedder) -> Result<()> {
    super::reader::check_space(dir, &manifest.space, embedder.space())?;
    let least = cosines(embedder, &manifest.canaries)?;
    let least = least.into_iter().fold(1.0, f32::min);
    if least < LEAST_COSINE {
        return Err(Error::Canary {
            path: dir.to_path_buf(),
            expected: LEAST_COSINE,
            received: least,
        });
    }
    Ok(())
}

/// The name of an entry: of a file, relative, climbing nowhere.
fn safe_name<R: Read>(entry: &tar::Entry<'_, R>) -> Result<PathBuf, String> {
    let name = entry
        .path()
        .map_err(|error| format!("a name that is none: {error}"))?;
    let inside = name
        .components()
        .all(|part| matches!(part, Component::Normal(_)));
    if !entry.header().entry_type().is_file() || !inside {
        return Err(format!("`{}` is no file inside the pack", name.display()));
    }
    Ok(name.into_owned())
}

/// Writes a file of an index under a name that is free, `number`; it must be what its manifest says.
pub(super) fn copy(
    from: &mut impl Read,
    dir: &Path,
    number: u64,
    expected: &FileEntry,
) -> Result<FileEntry> {
    let name = format!("{number:08}{}", extension_of(&expected.name));
    let path = dir.join(format!("{name}.tmp"));
    let mut file = HashedFile::create(&path)?;
    let mut buffer = vec![0; 1 << 20];
    loop {
        match from.read(&mut buffer).map_err(Error::io("read", &path))? {
            0 => break,
            read => file.write(&buffer[..read])?,
        }
    }
    let written = file.finish(dir, &name)?;
    if written.blake3 == expected.blake3 {
        return Ok(written);
    }
    Err(Error::Corrupt {
        path: dir.join(&expected.name),
        what: "checksum",
        expected: expected.blake3.clone(),
        received: written.blake3,
    })
}

/// Where the files of a root go.
fn root_below(into: &Path, root: &Root) -> PathBuf {
    let label = root
        .label
        .split('/')
        .filter(|part| !matches!(*part, "" | "." | ".."));
    into.join(label.collect::<PathBuf>())
}

/// Where a file of the corpus goes: `below` is the number of its root and its path there.
fn place_of(manifest: &Manifest, below: &Path, into: &Path) -> Option<PathBuf> {
    let mut parts = below.components();
    let number: usize = parts.next()?.as_os_str().to_str()?.parse().ok()?;
    let root = manifest.roots.get(number)?;
    Some(root_below(into, root).join(parts.as_path()))
}

fn write_source(entry: &mut impl Read, place: &Path) -> Result<()> {
    if let Some(folder) = place.parent() {
        std::fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
    }
    let file = File::options().write(true).create_new(true).open(place);
    let mut file = file.map_err(Error::io("create", place))?;
    std::io::copy(entry, &mut file).map_err(Error::io("write", place))?;
    Ok(())
}
