//! Takes a pack in.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Component, Path, PathBuf};

use super::{CORPUS, Carried, HEADER, Header, INDEX, VERSION, copy};
use crate::embed::Embedder;
use crate::error::{Error, Result};
use crate::index::reader::Index;
use crate::index::same_space::check_canaries;
use crate::index::store::disk;
use crate::index::store::manifest::{FileEntry, Manifest, Root};
use crate::index::store::names::{MANIFEST, check_is_index_or_empty};
use crate::index::store::writer_lock::WriterLock;
use crate::index::write::remove_unreferenced;

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
    let name = format!("{INDEX}{MANIFEST}");
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
                (Some(into), _) => {
                    root.path = root_below(into, root);
                    root.mounts.clear();
                }
                (None, Some(known)) => {
                    root.path.clone_from(&known.path);
                    root.mounts.clone_from(&known.mounts);
                }
                (None, None) => {
                    if let Some(place) = beside(&self.dir, root) {
                        root.path = place;
                        root.mounts.clear();
                    }
                }
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

/// Where the files of a root are, if they are not where the pack says: beside the index, under the root's label. So an index
/// that was first built on another machine finds the articles of the folder that it comes back to.
fn beside(dir: &Path, root: &Root) -> Option<PathBuf> {
    let dir = std::path::absolute(dir).ok()?;
    let place = root_below(dir.parent()?, root);
    (!root.path.exists() && place.exists()).then_some(place)
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
    let root = root_below(into, manifest.roots.get(number)?);
    // A root that is a file is all of its files; joined with nothing its name would be a folder's.
    match parts.as_path() {
        file if file.as_os_str().is_empty() => Some(root),
        file => Some(root.join(file)),
    }
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
