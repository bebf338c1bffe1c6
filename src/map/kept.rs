//! Maps in the user's cache: computed once a generation, and never written into the index, which may be read-only.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::index::Index;

/// Raised when another program would compute something else.
const VERSION: u32 = 1;

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
        return Ok(known.value);
    }
    let file = File {
        version: VERSION,
        check: check.clone(),
        value: make()?,
    };
    if let Some(path) = path {
        // Somebody else may write the same: the last one wins.
        let _ = write(&path, &file);
    }
    Ok(file.value)
}

/// One file for each index and kind of map: that of an older generation is overwritten.
fn path(cache: &Path, index: &Path, name: &str) -> PathBuf {
    let index = index.canonicalize().unwrap_or_else(|_| index.to_path_buf());
    let hash = blake3::hash(index.as_os_str().as_encoded_bytes()).to_hex();
    cache.join(format!("{}-{name}.json", &hash[..16]))
}

fn read<T: DeserializeOwned>(path: &Path) -> Option<File<T>> {
    serde_json::from_slice(&std::fs::read(path).ok()?).ok()
}

fn write<T: Serialize>(path: &Path, file: &File<T>) -> std::io::Result<()> {
    let dir = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(dir)?;
    let mut temporary = tempfile::NamedTempFile::new_in(dir)?;
    temporary.write_all(&serde_json::to_vec(file)?)?;
    temporary.persist(path)?;
    Ok(())
}
