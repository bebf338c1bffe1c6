//! The files below a root, in a stable order.

use std::path::{Path, PathBuf};

use ignore::overrides::OverrideBuilder;
use ignore::{DirEntry, WalkBuilder};

use crate::error::{Error, Result};

/// What a walk leaves out besides hidden and ignored files.
#[derive(Debug, Clone, Default)]
pub struct WalkOptions {
    /// Globs in gitignore syntax, relative to the root.
    pub exclude: Vec<String>,
    /// Folders that are never entered (the index itself).
    pub never: Vec<PathBuf>,
    /// Symbolic links are followed, wherever they lead.
    pub follow: bool,
}

/// A file found below a root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileEntry {
    /// Path to open.
    pub path: PathBuf,
    /// Path from the root, `/` between its parts; empty where the root is the file itself.
    pub relative: String,
}

/// A file or folder that was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    pub path: PathBuf,
    pub reason: String,
    /// It could not be taken, whoever asks; else it was left out on purpose.
    pub failed: bool,
}

/// All files of a root, sorted by relative path, and what could not be entered. Hidden files, files
/// that a `.gitignore` or `.ignore` names are passed over, as ripgrep does; symbolic links, devices, pipes and
/// sockets are named and left out; a root that is itself a file or a link is always taken.
///
/// # Errors
/// [`Error::Io`] where the root does not exist, [`Error::Pattern`] for a bad glob.
pub fn walk(root: &Path, options: &WalkOptions) -> Result<(Vec<FileEntry>, Vec<Skipped>)> {
    let metadata = std::fs::metadata(root).map_err(Error::io("open", root))?;
    if metadata.is_file() {
        let entry = FileEntry {
            path: root.to_path_buf(),
            relative: String::new(),
        };
        return Ok((vec![entry], Vec::new()));
    }
    let mut overrides = OverrideBuilder::new(root);
    for glob in &options.exclude {
        // In an override a plain glob includes; `!` excludes.
        overrides
            .add(&format!("!{glob}"))
            .map_err(|error| Error::Pattern {
                pattern: glob.clone(),
                message: error.to_string(),
            })?;
    }
    let overrides = overrides.build().map_err(|error| Error::Pattern {
        pattern: options.exclude.join(", "),
        message: error.to_string(),
    })?;
    let never = canonical(&options.never);
    let walker = WalkBuilder::new(root)
        .overrides(overrides)
        .follow_links(options.follow)
        .filter_entry(move |entry| {
            let is_dir = entry.file_type().is_some_and(|t| t.is_dir());
            !(is_dir && !never.is_empty() && {
                let path = entry.path().canonicalize();
                path.is_ok_and(|path| never.contains(&path))
            })
        })
        .build();

    let (mut files, mut skipped) = (Vec::new(), Vec::new());
    for entry in walker {
        match entry {
            Ok(entry) if entry.file_type().is_some_and(|t| t.is_file()) => {
                match relative(entry.path(), root) {
                    Some(relative) => files.push(FileEntry {
                        path: entry.into_path(),
                        relative,
                    }),
                    None => skipped.push(Skipped {
                        path: entry.into_path(),
                        reason: "its name is not valid UTF-8".to_owned(),
                        failed: true,
                    }),
                }
            }
            Ok(entry) => skipped.extend(special(&entry).map(|reason| Skipped {
                path: entry.into_path(),
                reason,
                failed: false,
            })),
            Err(error) => skipped.push(Skipped {
                path: path_of(&error).unwrap_or(root).to_path_buf(),
                reason: error.to_string(),
                failed: true,
            }),
        }
    }
    files.sort_by(|a, b| a.relative.cmp(&b.relative));
    Ok((files, skipped))
}

/// Why an entry that is no file is left out; `None` for folders.
fn special(entry: &DirEntry) -> Option<String> {
    let kind = entry.file_type()?;
    if kind.is_symlink() {
        return Some("a symbolic link (--follow follows them)".to_owned());
    }
    (!kind.is_dir()).then(|| "a device, pipe or socket".to_owned())
}

/// Where a walk failed.
fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::Loop { child, .. } => Some(child),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => {
            path_of(err)
        }
        _ => None,
    }
}

fn canonical(paths: &[PathBuf]) -> Vec<PathBuf> {
    paths.iter().filter_map(|p| p.canonicalize().ok()).collect()
}

/// The path from `root`, with `/`; `None` where it is not UTF-8.
fn relative(path: &Path, root: &Path) -> Option<String> {
    let relative = path.strip_prefix(root).unwrap_or(path);
    let parts: Option<Vec<_>> = relative.iter().map(|part| part.to_str()).collect();
    Some(parts?.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(root: &Path, options: &WalkOptions) -> Vec<String> {
        let (files, skipped) = walk(root, options).unwrap();
        assert_eq!(skipped, []);
        files.into_iter().map(|f| f.relative).collect()
    }

    #[test]
    fn sorted_without_hidden_ignored_excluded_and_index() {
        let dir = tempfile::tempdir().unwrap();
        for name in [
            "b.txt",
            "a/z.txt",
            "a/.h.txt",
            ".ignore",
            "no.txt",
            "x.log",
            "index/m.json",
        ] {
            let path = dir.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "no.txt").unwrap();
        }
        let options = WalkOptions {
            exclude: vec!["*.log".to_owned()],
            never: vec![dir.path().join("index")],
            follow: false,
        };
        assert_eq!(names(dir.path(), &options), ["a/z.txt", "b.txt"]);
        let one = dir.path().join("x.log");
        assert_eq!(names(&one, &options), [""]);
    }

    #[test]
    fn a_missing_root_is_an_error() {
        let error = walk(Path::new("/no/such/root"), &WalkOptions::default()).unwrap_err();
        assert!(error.to_string().contains("/no/such/root"), "{error}");
    }
}
