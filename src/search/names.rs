//! Names of files as people type them: composed or decomposed (macOS stores them so), they are the same.

use std::borrow::Cow;
use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// What a name may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Names {
    /// An article's id, or the path of its file, which the file system is asked about.
    #[default]
    IdsAndPaths,
    /// An article's id, or the path of its file as citations have it, compared letter by letter: what comes over a
    /// network never reaches the file system.
    AsCited,
}

impl Names {
    /// The files that a name may be the path of, each with the row that it then names: `notes.jsonl`,
    /// `notes.jsonl@12`.
    pub(super) fn paths(self, given: &str) -> Vec<(PathBuf, Option<&str>)> {
        let find = |given: &str| match self {
            Self::IdsAndPaths => existing(Path::new(given)),
            // A citation's path is relative where the file lies below the working folder.
            Self::AsCited => Some(std::env::current_dir().ok()?.join(given)),
        };
        let whole = std::iter::once((given, None));
        let rows = given
            .match_indices('@')
            .take(8)
            .map(|(at, _)| (&given[..at], Some(&given[at + 1..])));
        whole
            .chain(rows)
            .filter(|(path, _)| !path.is_empty())
            .filter_map(|(path, row)| Some((find(path)?, row)))
            .collect()
    }
}

/// A name in Unicode's composed form.
pub fn composed(name: &str) -> Cow<'_, str> {
    match is_nfc_quick(name.chars()) {
        IsNormalized::Yes => Cow::Borrowed(name),
        _ => Cow::Owned(name.nfc().collect()),
    }
}

/// A path as it is stored: what exists under it, in whichever Unicode form; else as it was given.
pub fn as_stored(given: &Path) -> PathBuf {
    stored(given).unwrap_or_else(|| given.to_path_buf())
}

/// The canonical path of what exists under a name.
pub(super) fn existing(given: &Path) -> Option<PathBuf> {
    dunce::canonicalize(stored(given)?).ok()
}

fn stored(given: &Path) -> Option<PathBuf> {
    if given.exists() {
        return Some(given.to_path_buf());
    }
    let mut found = PathBuf::new();
    for component in given.components() {
        let next = found.join(component);
        found = match component {
            Component::Normal(name) if next.symlink_metadata().is_err() => {
                // Letters of ASCII have one form.
                let name = name.to_str().filter(|name| !name.is_ascii())?;
                let name = composed(name);
                let dir = if found.as_os_str().is_empty() {
                    Path::new(".")
                } else {
                    &found
                };
                let is_it = |stored: &OsString| {
                    stored
                        .to_str()
                        .is_some_and(|stored| composed(stored) == name)
                };
                let entries = std::fs::read_dir(dir).ok()?.flatten();
                let stored = entries.map(|entry| entry.file_name()).find(is_it)?;
                found.join(stored)
            }
            _ => next,
        };
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_in_either_form() {
        let dir = tempfile::tempdir().unwrap();
        let decomposed = "e\u{301}te\u{301}";
        let file = dir.path().join(decomposed).join("か\u{3099}.txt");
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, "").unwrap();
        let file = file.canonicalize().unwrap();
        for typed in [
            "été/が.txt",
            "e\u{301}te\u{301}/が.txt",
            "été/か\u{3099}.txt",
        ] {
            assert_eq!(
                existing(&dir.path().join(typed)),
                Some(file.clone()),
                "{typed}"
            );
        }
        assert_eq!(existing(&dir.path().join("été/か.txt")), None);
        assert_eq!(composed(decomposed), "été");
    }
}
