//! Maps in the user's cache: computed once a generation, and never written into the index, which may be read-only.
//!
//! An index has one file for each kind of map. The folder is bounded: when a file is written, those that were used least
//! recently go, be they of indexes that are no longer there. A file that goes costs only time.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::index::Index;

/// Raised when another program would compute something else.
const VERSION: u32 = 2;
/// Bytes of all files together, at most; the file that was just written stays, whatever its size.
const MOST_BYTES: u64 = 256 << 20;
/// Files, at most: those of twenty indexes.
const MOST_FILES: usize = 60;
/// A temporary file that is older was left by a process that was killed.
const ABANDONED: Duration = Duration::from_secs(3600);
/// How the names of temporary files begin.
const TEMPORARY: &str = ".tmp";

#[derive(Deserialize, Serialize)]
struct File<T> {
    version: u32,
    /// Check of the manifest that it was computed for.
    check: String,
    value: T,
}

/// What was kept for this generation under that name, or else what `make` gives, which is kept then. A cache that cannot be
/// read or written costs only time.
///
/// # Errors
/// Those of `make`.
pub fn kept<T: Serialize + DeserializeOwned, E>(
    cache: Option<&Path>,
    index: &Index,
    name: &str,
    is_sound: impl Fn(&T) -> bool,
    make: impl FnOnce() -> Result<T, E>,
) -> Result<T, E> {
    let check = &index.manifest.check;
    let path = cache.map(|cache| path(cache, index.dir(), name));
    let known = path.as_deref().and_then(read::<T>);
    let is_it =
        |file: &File<T>| file.version == VERSION && file.check == *check && is_sound(&file.value);
    if let Some(known) = known.filter(is_it) {
        // It is not the first to go.
        let file = path.and_then(|path| std::fs::File::options().append(true).open(path).ok());
        let _ = file.map(|file| file.set_modified(SystemTime::now()));
        return Ok(known.value);
    }
    let file = File {
        version: VERSION,
        check: check.clone(),
        value: make()?,
    };
    if let Some(path) = path {
        // Somebody else may write the same: the last one wins.
        if write(&path, &file).is_ok() {
            bound(&path, MOST_BYTES, MOST_FILES);
        }
    }
    Ok(file.value)
}

/// One file for each index and kind of map: that of an older generation is overwritten.
fn path(cache: &Path, index: &Path, name: &str) -> PathBuf {
    let index = dunce::canonicalize(index).unwrap_or_else(|_| index.to_path_buf());
    let hash = blake3::hash(index.as_os_str().as_encoded_bytes()).to_hex();
    cache.join(format!("{}-{name}.json", &hash[..16]))
}

fn read<T: DeserializeOwned>(path: &Path) -> Option<File<T>> {
    serde_json::from_slice(&std::fs::read(path).ok()?).ok()
}

fn write<T: Serialize>(path: &Path, file: &File<T>) -> std::io::Result<()> {
    let dir = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(dir)?;
    let mut temporary = tempfile::Builder::new()
        .prefix(TEMPORARY)
        .tempfile_in(dir)?;
    temporary.write_all(&serde_json::to_vec(file)?)?;
    temporary.persist(path)?;
    Ok(())
}

/// Removes the files beside `newest` that were used least recently, until they are few and small enough, and what killed
/// processes have left. What cannot be removed stays until the next time.
fn bound(newest: &Path, most_bytes: u64, most_files: usize) {
    let dir = newest.parent().unwrap_or(Path::new("."));
    let mut files: Vec<(SystemTime, u64, PathBuf)> = Vec::new();
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        let Ok(about) = entry.metadata() else {
            continue;
        };
        let used = about.modified().unwrap_or(SystemTime::UNIX_EPOCH);
        if !about.is_file() {
            continue;
        } else if name.as_encoded_bytes().starts_with(TEMPORARY.as_bytes()) {
            let age = used.elapsed().unwrap_or_default();
            if age > ABANDONED {
                let _ = std::fs::remove_file(path);
            }
        } else if path.extension().is_some_and(|ending| ending == "json") {
            files.push((used, about.len(), path));
        }
    }
    // The one that was just written is the newest, whatever the clock says.
    files.sort_by(|a, b| {
        let key = |file: &(SystemTime, u64, PathBuf)| (file.2 == newest, file.0);
        key(b).cmp(&key(a))
    });
    let mut bytes = 0;
    for (number, (_, length, path)) in files.iter().enumerate() {
        bytes += length;
        if number > 0 && (bytes > most_bytes || number >= most_files) {
            let _ = std::fs::remove_file(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Files in a folder, each used a minute before the one before it.
    fn folder(names: &[(&str, usize)]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for ((name, length), minutes) in names.iter().zip(1..) {
            let path = dir.path().join(name);
            std::fs::write(&path, vec![b' '; *length]).unwrap();
            let file = std::fs::File::options().append(true).open(&path).unwrap();
            let used = SystemTime::now() - Duration::from_secs(60 * minutes);
            file.set_modified(used).unwrap();
        }
        dir
    }

    fn left(dir: &tempfile::TempDir) -> Vec<String> {
        let entries = std::fs::read_dir(dir.path()).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }

    #[test]
    fn what_was_used_least_recently_goes() {
        let files = [
            ("a.json", 10),
            ("b.json", 10),
            ("c.json", 10),
            ("d.json", 10),
        ];
        let dir = folder(&files);
        // The newest stays, though the clock calls it the oldest.
        bound(&dir.path().join("d.json"), 30, 9);
        assert_eq!(left(&dir), ["a.json", "b.json", "d.json"]);
        bound(&dir.path().join("d.json"), 30, 2);
        assert_eq!(left(&dir), ["a.json", "d.json"]);
        bound(&dir.path().join("d.json"), 5, 9);
        assert_eq!(left(&dir), ["d.json"]);
    }

    #[test]
    fn what_killed_processes_left_goes_and_nothing_else() {
        let dir = folder(&[("a.json", 1), (".tmpYoung", 1), ("notes.txt", 99)]);
        std::fs::create_dir(dir.path().join("folder.json")).unwrap();
        let old = dir.path().join(".tmpOld");
        std::fs::write(&old, "").unwrap();
        let file = std::fs::File::options().append(true).open(&old).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH).unwrap();
        bound(&dir.path().join("a.json"), 1, 1);
        assert_eq!(
            left(&dir),
            [".tmpYoung", "a.json", "folder.json", "notes.txt"]
        );
    }
}
