//! The files below a root, in a stable order.

use std::error::Error as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ignore::overrides::OverrideBuilder;
use ignore::{DirEntry, WalkBuilder};

use super::globs::Globs;
use crate::error::{CorpusError, Error, Reason, Remedy, Result};

/// What a walk leaves out besides hidden and ignored files.
#[derive(Debug, Clone, Default)]
pub struct WalkOptions {
    /// Globs in gitignore syntax, relative to the root.
    pub exclude: Vec<String>,
    /// What a project leaves out.
    pub project: Option<Globs>,
    /// Folders that are never entered (the index itself).
    pub never: Vec<PathBuf>,
    /// Folders that are named and not entered: indexes that lie among the files.
    pub is_index: Option<fn(&Path) -> bool>,
    /// Symbolic links are followed, wherever they lead.
    pub follow: bool,
    /// Folders below the root, as in [`Walked::mounts`], on which a disk was mounted before.
    pub mounts: Vec<String>,
}

/// What was found below a root.
#[derive(Debug, Default)]
pub struct Walked {
    /// Sorted by relative path.
    pub files: Vec<WalkedFile>,
    /// Files and folders that were not taken.
    pub skipped: Vec<Skipped>,
    /// Folders on another disk than the folder they lie in, by their relative paths.
    pub mounts: Vec<String>,
    /// Those of [`WalkOptions::mounts`] that hold no file now.
    pub emptied: Vec<String>,
}

/// A file found below a root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WalkedFile {
    /// Path to open.
    pub path: PathBuf,
    /// Path from the root, `/` between its parts; empty where the root is the file itself.
    pub relative: String,
}

/// A file or folder that was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// The file or folder; the root where no path is known.
    pub path: PathBuf,
    /// Why, in words and without the path.
    pub reason: Reason,
    /// It could not be taken, whoever asks; else it was left out on purpose.
    pub failed: bool,
    /// The relative path at which, and below which, nobody knows what there is; empty: anywhere below the root.
    pub unseen: Option<String>,
}

/// All files of a root, sorted by relative path, and what could not be entered. Hidden files, files
/// that a `.gitignore` or `.ignore` names are passed over, as ripgrep does; symbolic links, devices, pipes,
/// sockets and indexes are named and left out; a root that is itself a file or a link is always taken.
///
/// # Errors
/// [`Error::Io`] where the root does not exist or nothing can be told of it, [`CorpusError::Pattern`] for a bad glob,
/// [`Error::Interrupted`] where `stop` says so.
pub fn walk(root: &Path, options: &WalkOptions, stop: &dyn Fn() -> bool) -> Result<Walked> {
    let metadata = std::fs::metadata(root).map_err(Error::io("open", root))?;
    let mut walked = Walked::default();
    if metadata.is_file() {
        walked.files.push(WalkedFile {
            path: root.to_path_buf(),
            relative: String::new(),
        });
        return Ok(walked);
    }
    if options.is_index.is_some_and(|is_index| is_index(root)) {
        walked.skipped.push(Skipped::index(root.to_path_buf()));
        return Ok(walked);
    }
    let indexes = Arc::new(Mutex::new(Vec::new()));
    let mut disks = Disks::default();
    let mut entered = Vec::new();
    for entry in walker(root, options, &indexes)? {
        if stop() {
            return Err(Error::Interrupted { done: 0, total: 0 });
        }
        match entry {
            Ok(entry) if is_folder(&entry) => {
                let Some(relative) = relative(entry.path(), root) else {
                    continue;
                };
                if disks.is_mount(&entry) {
                    walked.mounts.push(relative.clone());
                }
                if options.mounts.contains(&relative) {
                    entered.push(relative);
                }
            }
            Ok(entry) => walked.take(entry, root),
            Err(error) => walked.skipped.extend(Skipped::failed(&error, root)),
        }
    }
    let indexes = std::mem::take(&mut *indexes.lock().unwrap_or_else(PoisonError::into_inner));
    walked
        .skipped
        .extend(indexes.into_iter().map(Skipped::index));
    walked.files.sort_by(|a, b| a.relative.cmp(&b.relative));
    entered.retain(|folder| !walked.has_files_below(folder));
    walked.emptied = entered;
    Ok(walked)
}

/// What walks; the indexes that it does not enter go to `indexes`.
fn walker(
    root: &Path,
    options: &WalkOptions,
    indexes: &Arc<Mutex<Vec<PathBuf>>>,
) -> Result<ignore::Walk> {
    let mut overrides = OverrideBuilder::new(root);
    for glob in &options.exclude {
        // In an override a plain glob includes; `!` excludes.
        overrides.add(&format!("!{glob}")).map_err(|error| {
            Error::Corpus(CorpusError::Pattern {
                pattern: glob.clone(),
                message: error.to_string(),
            })
        })?;
    }
    let overrides = overrides.build().map_err(|error| {
        Error::Corpus(CorpusError::Pattern {
            pattern: options.exclude.join(", "),
            message: error.to_string(),
        })
    })?;
    let project = options.project.as_ref().map(Globs::matcher).transpose()?;
    let never = canonical(&options.never);
    let (is_index, indexes) = (options.is_index, Arc::clone(indexes));
    let enters = move |entry: &DirEntry| {
        // What was named itself is taken, whatever leaves it out.
        let left_out = entry.depth() > 0
            && project.as_ref().is_some_and(|project| {
                let matched = project.matched(entry.path(), is_folder(entry));
                matched.is_ignore()
            });
        if left_out || !is_folder(entry) {
            return !left_out;
        }
        let own = !never.is_empty() && {
            let path = dunce::canonicalize(entry.path());
            path.is_ok_and(|path| never.contains(&path))
        };
        let foreign = !own && is_index.is_some_and(|is_index| is_index(entry.path()));
        if foreign {
            let mut indexes = indexes.lock().unwrap_or_else(PoisonError::into_inner);
            indexes.push(entry.path().to_path_buf());
        }
        !own && !foreign
    };
    let mut walker = WalkBuilder::new(root);
    walker.overrides(overrides).follow_links(options.follow);
    Ok(walker.filter_entry(enters).build())
}

impl Walked {
    /// Takes what is no folder.
    fn take(&mut self, entry: DirEntry, root: &Path) {
        let skipped = match special(&entry) {
            Some(reason) => (reason, false),
            None => match relative(entry.path(), root) {
                Some(relative) => {
                    self.files.push(WalkedFile {
                        path: entry.into_path(),
                        relative,
                    });
                    return;
                }
                None => ("its name is not valid UTF-8".into(), true),
            },
        };
        self.skipped.push(Skipped {
            path: entry.into_path(),
            reason: skipped.0,
            failed: skipped.1,
            unseen: None,
        });
    }

    /// Whether a folder holds a file, at any depth.
    fn has_files_below(&self, folder: &str) -> bool {
        let prefix = format!("{folder}/");
        let first = self.files.partition_point(|file| file.relative < prefix);
        let file = self.files.get(first);
        file.is_some_and(|file| file.relative.starts_with(&prefix))
    }
}

impl Skipped {
    fn index(path: PathBuf) -> Self {
        Self {
            path,
            reason: "an index of tane".into(),
            failed: false,
            unseen: None,
        }
    }

    /// Of what a walk stumbled over; `None` for what keeps it from nothing.
    fn failed(error: &ignore::Error, root: &Path) -> Option<Self> {
        let path = path_of(error);
        if let Some(ancestor) = loop_of(error) {
            return Some(Self {
                path: path.unwrap_or(root).to_path_buf(),
                reason: format!("a link back to {}", ancestor.display()).into(),
                failed: false,
                unseen: None,
            });
        }
        // Of ignore files that are damaged or lie above the root nothing below it is hidden.
        let below = path.is_none_or(|path| path.starts_with(root));
        let unseen = match (error.io_error(), path) {
            (Some(_), Some(path)) if below => relative(path, root),
            (Some(_), None) => Some(String::new()),
            _ => None,
        };
        // What the system says, without the path, which is told beside it.
        let reason = error.io_error().map_or_else(
            || error.to_string(),
            |error| match error.source() {
                Some(cause) => cause.to_string(),
                None => error.to_string(),
            },
        );
        Some(Self {
            path: path.unwrap_or(root).to_path_buf(),
            reason: reason.into(),
            failed: true,
            unseen,
        })
    }
}

fn is_folder(entry: &DirEntry) -> bool {
    entry.file_type().is_some_and(|kind| kind.is_dir())
}

/// The disks that the folders around the place of a walk lie on, outermost first.
#[derive(Default)]
struct Disks(Vec<Option<u64>>);

impl Disks {
    /// Whether a folder lies on another disk than the one around it. A walk goes down one folder after another, so
    /// that the last one seen with a depth of one less is the one around it.
    fn is_mount(&mut self, folder: &DirEntry) -> bool {
        self.0.truncate(folder.depth());
        let own = disk_of(folder.path());
        let around = self.0.last().copied().flatten();
        self.0.push(own);
        own.is_some() && around.is_some() && own != around
    }
}

#[cfg(unix)]
fn disk_of(path: &Path) -> Option<u64> {
    use std::os::unix::fs::MetadataExt;
    Some(std::fs::metadata(path).ok()?.dev())
}

#[cfg(not(unix))]
fn disk_of(_: &Path) -> Option<u64> {
    None
}

/// Why an entry that is no folder is left out; `None` for files.
fn special(entry: &DirEntry) -> Option<Reason> {
    let kind = entry.file_type()?;
    if kind.is_symlink() {
        return Some(Reason::with(Remedy::Follow, "a symbolic link"));
    }
    (!kind.is_file()).then(|| "a device, pipe or socket".into())
}

/// Where a walk failed.
fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::Loop { child, .. } => Some(child),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => {
            path_of(err)
        }
        ignore::Error::Partial(errors) => errors.iter().find_map(path_of),
        _ => None,
    }
}

/// The folder that a link leads back to.
fn loop_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::Loop { ancestor, .. } => Some(ancestor),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithPath { err, .. } => loop_of(err),
        _ => None,
    }
}

fn canonical(paths: &[PathBuf]) -> Vec<PathBuf> {
    paths
        .iter()
        .filter_map(|p| dunce::canonicalize(p).ok())
        .collect()
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

    fn walked(root: &Path, options: &WalkOptions) -> Walked {
        walk(root, options, &|| false).unwrap()
    }

    fn names(root: &Path, options: &WalkOptions) -> Vec<String> {
        let Walked { files, skipped, .. } = walked(root, options);
        assert_eq!(skipped, []);
        files.into_iter().map(|f| f.relative).collect()
    }

    fn write(root: &Path, name: &str) {
        let path = root.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "no.txt").unwrap();
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
            write(dir.path(), name);
        }
        let options = WalkOptions {
            exclude: vec!["*.log".to_owned()],
            never: vec![dir.path().join("index")],
            ..WalkOptions::default()
        };
        assert_eq!(names(dir.path(), &options), ["a/z.txt", "b.txt"]);
        let one = dir.path().join("x.log");
        assert_eq!(names(&one, &options), [""]);
    }

    #[test]
    fn what_a_project_leaves_out_is_not_entered_unless_it_is_named() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["docs/a.txt", "docs/a.log", "docs/old/b.txt"] {
            write(dir.path(), name);
        }
        let options = WalkOptions {
            project: Some(Globs {
                base: dir.path().to_path_buf(),
                globs: ["*.log", "docs/old", "docs"].map(str::to_owned).to_vec(),
            }),
            ..WalkOptions::default()
        };
        let docs = dir.path().join("docs");
        assert_eq!(names(&docs, &options), ["a.txt"]);
        assert_eq!(names(&docs.join("a.log"), &options), [""]);
        assert_eq!(names(&docs.join("old"), &options), ["b.txt"]);
    }

    #[test]
    fn a_missing_root_is_an_error() {
        let missing = Path::new("/no/such/root");
        let error = walk(missing, &WalkOptions::default(), &|| false).unwrap_err();
        assert!(error.to_string().contains("/no/such/root"), "{error}");
    }

    #[test]
    fn a_walk_ends_when_it_is_told_to() {
        let dir = tempfile::tempdir().unwrap();
        let error = walk(dir.path(), &WalkOptions::default(), &|| true).unwrap_err();
        assert!(matches!(error, Error::Interrupted { .. }), "{error}");
    }

    #[test]
    fn indexes_are_named_and_not_entered() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["a.txt", "deep/ix/manifest.json", "deep/b.txt"] {
            write(dir.path(), name);
        }
        let options = WalkOptions {
            is_index: Some(|folder| folder.ends_with("ix")),
            ..WalkOptions::default()
        };
        let found = walked(dir.path(), &options);
        assert_eq!(found.files.len(), 2);
        assert_eq!(found.skipped, [Skipped::index(dir.path().join("deep/ix"))]);
        let root = walked(&dir.path().join("deep/ix"), &options);
        assert_eq!((root.files.len(), root.skipped.len()), (0, 1));
    }

    #[cfg(unix)]
    #[test]
    fn what_cannot_be_seen_is_told_with_its_place() {
        use std::os::unix::fs::symlink;
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        write(root, "in/a.txt");
        symlink(root.join("nowhere"), root.join("in/broken")).unwrap();
        symlink("..", root.join("in/back")).unwrap();
        let options = WalkOptions {
            follow: true,
            ..WalkOptions::default()
        };
        let mut skipped = walked(root, &options).skipped;
        skipped.sort_by(|a, b| a.path.cmp(&b.path));
        let [back, broken] = skipped.as_slice() else {
            panic!("{skipped:?}")
        };
        assert_eq!((back.failed, &back.unseen), (false, &None));
        assert_eq!(
            (broken.failed, broken.unseen.as_deref()),
            (true, Some("in/broken"))
        );
        assert!(!broken.reason.text.contains("broken"), "{}", broken.reason);
        // Not followed they are left out on purpose.
        let skipped = walked(root, &WalkOptions::default()).skipped;
        assert!(skipped.iter().all(|s| !s.failed && s.unseen.is_none()));
    }

    #[test]
    fn an_error_without_a_path_may_hide_anything() {
        let io = || ignore::Error::Io(std::io::Error::other("broken"));
        let unseen =
            |error: &ignore::Error| Skipped::failed(error, Path::new("/r")).unwrap().unseen;
        assert_eq!(unseen(&io()).as_deref(), Some(""));
        let at = |path: &str| ignore::Error::WithPath {
            path: PathBuf::from(path),
            err: Box::new(io()),
        };
        assert_eq!(unseen(&at("/r/a/b")).as_deref(), Some("a/b"));
        assert_eq!(unseen(&at("/.gitignore")), None);
    }

    #[test]
    fn folders_that_were_mounts_and_hold_nothing_are_told() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["full/a.txt", "fuller/a.txt", "no.txt"] {
            write(dir.path(), name);
        }
        std::fs::create_dir(dir.path().join("empty")).unwrap();
        let options = WalkOptions {
            mounts: ["full", "empty", "gone"].map(str::to_owned).to_vec(),
            ..WalkOptions::default()
        };
        assert_eq!(walked(dir.path(), &options).emptied, ["empty"]);
    }
}
