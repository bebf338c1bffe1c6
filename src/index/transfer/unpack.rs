//! Takes a pack in.

use std::fmt::Display;
use std::fs::File;
use std::io::{BufReader, ErrorKind, Read};
use std::path::{Component, Path, PathBuf};

use super::{CORPUS, Carried, HEADER, Header, INDEX, ProjectSettings, VERSION, copy};
use serde::Serialize;

use crate::embed::Embedder;
use crate::error::{Error, IndexError, Result};
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
/// [`IndexError::BadPack`] for what is no pack or names files outside, [`IndexError::Corrupt`] for a file that is not
/// what its manifest says, [`IndexError::Canary`] and [`IndexError::SpaceMismatch`] for vectors of another space,
/// [`IndexError::Locked`], [`Error::Io`]. What was there before is then still there.
pub fn unpack(
    from: &Path,
    dir: &Path,
    into: Option<&Path>,
    embedder: Option<&Embedder>,
) -> Result<Carried> {
    let file = File::open(from).map_err(Error::io("open", from))?;
    let mut archive = tar::Archive::new(BufReader::new(file));
    let mut entries = archive.entries().map_err(|error| damaged(from, error))?;
    let header = next(&mut entries, HEADER, from)?;
    let header: Header = serde_json::from_slice(&header)
        .map_err(|error| damaged(from, format!("{HEADER}: {error}")))?;
    if header.tane_pack != VERSION {
        let versions = format!(
            "a pack of version {}; this tane reads version {VERSION}; pack it with the same tane as here",
            header.tane_pack
        );
        return Err(bad(from, versions));
    }
    let name = format!("{INDEX}{MANIFEST}");
    let manifest = Manifest::parse(&next(&mut entries, &name, from)?, &from.join(&name));
    let manifest = manifest.map_err(|error| of_pack(from, error))?;
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
        project: header.project.unwrap_or_default(),
        manifest,
        renamed: Vec::new(),
        files: 0,
    };
    let here = here.as_ref().map_or(&[][..], |here| &here.roots);
    if let Err(error) = unpacking.all(entries, here) {
        unpacking.undo();
        return Err(error);
    }
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
    /// What the project says that the corpus is from.
    project: ProjectSettings,
    manifest: Manifest,
    /// Number of the next file.
    next: u64,
    /// Files of the index as the manifest names them, and as they are written.
    renamed: Vec<(FileEntry, FileEntry)>,
    /// Files of the corpus.
    files: usize,
}

impl Unpacking<'_> {
    fn all<R: Read>(&mut self, entries: tar::Entries<'_, R>, here: &[Root]) -> Result<()> {
        for entry in entries {
            self.entry(&mut entry.map_err(|error| damaged(self.from, error))?)?;
        }
        self.settle(here)
    }

    /// Removes what was written of a corpus: its folder was empty before, and the next try needs it empty again.
    fn undo(&self) {
        let Some(into) = &self.into else { return };
        for root in &self.manifest.roots {
            let top = root_below(Path::new(""), root);
            if let Some(name) = top.components().next() {
                let written = into.join(name);
                let _ =
                    std::fs::remove_dir_all(&written).or_else(|_| std::fs::remove_file(&written));
            }
        }
        let _ = std::fs::remove_file(into.join("tane.toml"));
        let _ = std::fs::remove_dir_all(&self.dir);
        let _ = std::fs::remove_dir(into);
    }

    fn entry<R: Read>(&mut self, entry: &mut tar::Entry<'_, R>) -> Result<()> {
        let bad = |what: String| bad(self.from, what);
        let name = safe_name(entry).map_err(bad)?;
        if let Ok(name) = name.strip_prefix(INDEX) {
            let files = &mut self.manifest.files();
            let expected = files.find(|file| Path::new(&file.name) == name);
            let expected = expected
                .ok_or_else(|| bad(format!("`{}` is in no manifest", name.display())))?
                .clone();
            let written = copy(entry, self.from, &self.dir, self.next, &expected);
            let written = written.map_err(|error| of_pack(self.from, error))?;
            self.next += 1;
            self.renamed.push((expected, written));
            return Ok(());
        }
        let place = name.strip_prefix(CORPUS).ok().zip(self.into.as_deref());
        let place = place.and_then(|(below, into)| place_of(&self.manifest, below, into));
        let place = place.ok_or_else(|| bad(format!("`{}` belongs to nothing", name.display())))?;
        write_source(entry, &place, self.from)?;
        self.files += 1;
        Ok(())
    }

    /// Commits the manifest, its files and roots as they are called here.
    fn settle(&mut self, here: &[Root]) -> Result<()> {
        for entry in self.manifest.files_mut() {
            let written = self.renamed.iter().find(|(old, _)| old == entry);
            let missing = || damaged(self.from, format!("`{}` is missing", entry.name));
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
                    if let Some(project) = &mut root.project {
                        project.base.clone_from(into);
                    }
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
            self.write_project(into)?;
        }
        disk::sync_dir(&self.dir).map_err(Error::io("write", &self.dir))?;
        self.manifest.commit(&self.dir)?;
        remove_unreferenced(&self.dir);
        Ok(())
    }
}

/// `tane.toml` of an unpacked corpus.
#[derive(Serialize)]
struct ProjectFile<'a> {
    corpus: Vec<&'a str>,
    #[serde(flatten)]
    said: &'a ProjectSettings,
}

impl Unpacking<'_> {
    /// Makes the folder of a corpus a project that says what the one said that it is from.
    fn write_project(&self, into: &Path) -> Result<()> {
        let roots = self.manifest.roots.iter();
        let file = ProjectFile {
            corpus: roots.map(|root| root.label.as_str()).collect(),
            said: &self.project,
        };
        let text = toml::to_string(&file).map_err(|error| bad(self.from, error.to_string()))?;
        let path = into.join("tane.toml");
        std::fs::write(&path, text).map_err(Error::io("write", &path))
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
    Error::Index(IndexError::BadPack {
        path: from.to_path_buf(),
        what,
    })
}

fn damaged(from: &Path, what: impl Display) -> Error {
    bad(
        from,
        format!(
            "not a pack, or damaged: {what}; nothing was changed; bring the file again, or pack it anew"
        ),
    )
}

/// An error of what is in a pack: commands that repair an index are of no use to it.
fn of_pack(from: &Path, error: Error) -> Error {
    match error {
        Error::Index(IndexError::Corrupt {
            what,
            expected,
            received,
            ..
        }) => damaged(
            from,
            format!("{what}: expected {expected}, received {received}"),
        ),
        Error::Index(IndexError::IndexFormat {
            expected, received, ..
        }) => bad(
            from,
            format!(
                "its index has format {received}; this tane reads format {expected}; pack it with the same tane as here"
            ),
        ),
        Error::Io { path, source, .. } if path == from => damaged(from, source),
        other => other,
    }
}

/// The bytes of the next entry, which must have this name.
fn next<R: Read>(entries: &mut tar::Entries<'_, R>, wanted: &str, from: &Path) -> Result<Vec<u8>> {
    let entry = entries
        .next()
        .ok_or_else(|| damaged(from, "it ends too early"))?;
    let mut entry = entry.map_err(|error| damaged(from, error))?;
    let name = safe_name(&entry).map_err(|what| damaged(from, what))?;
    if name != Path::new(wanted) {
        let names = format!("expected `{wanted}` in it, received `{}`", name.display());
        return Err(damaged(from, names));
    }
    let mut bytes = Vec::new();
    let read = entry.read_to_end(&mut bytes);
    read.map_err(|error| damaged(from, error))?;
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

fn write_source(entry: &mut impl Read, place: &Path, from: &Path) -> Result<()> {
    if let Some(folder) = place.parent() {
        std::fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
    }
    let file = File::options().write(true).create_new(true).open(place);
    let mut file = file.map_err(Error::io("create", place))?;
    match std::io::copy(entry, &mut file) {
        Ok(_) => Ok(()),
        // What a pack ends with too early or holds damaged; all else is the disk's.
        Err(error) if matches!(error.kind(), ErrorKind::UnexpectedEof | ErrorKind::Other) => {
            Err(damaged(from, error))
        }
        Err(error) => Err(Error::io("write", place)(error)),
    }
}
