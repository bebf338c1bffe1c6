//! What there is below a root, and what of the index stays because nobody can see whether it is still there.

use std::collections::HashSet;
use std::io::ErrorKind;
use std::path::Path;

use super::previous::{Previous, Unchanged, kept};
use crate::corpus::{Skipped, WalkOptions, Walked, WalkedFile, walk};
use crate::error::{Error, IndexError, Reason, Remedy, Result};
use crate::index::store::format::ArticleRecord;
use crate::index::store::manifest::{Manifest, Root};
use crate::index::store::position::ArticleNo;
use crate::index::write::report::{Progress, Report, Unread};

/// What there is below a root.
#[derive(Default)]
pub(in crate::index) struct Seen {
    pub(in crate::index) files: Vec<WalkedFile>,
    /// What was indexed of places that could not be looked at.
    pub(in crate::index) kept: Vec<Unchanged>,
    /// Folders on another disk, and those that were and could not be looked at.
    pub(in crate::index) mounts: Vec<String>,
}

/// Walks a root. A folder, a link or a disk that cannot be entered keeps what was indexed of it; what was deleted goes.
///
/// # Errors
/// [`IndexError::RootMissing`] and [`IndexError::RootEmpty`] for a root that was there before, unless the index is to
/// be renewed or to get token codes: then the articles of the root are kept.
pub(in crate::index) fn look(
    dir: &Path,
    root: &Root,
    old: &Previous,
    report: &mut Report,
    progress: &dyn Progress,
) -> Result<Seen> {
    let recorded = old
        .roots
        .iter()
        .any(|r| r.label == root.label && r.path == root.path);
    let options = WalkOptions {
        exclude: root.exclude.clone(),
        project: root.project.clone(),
        never: vec![dir.to_path_buf()],
        is_index: Some(Manifest::is_of_index),
        follow: root.read.follow,
        mounts: root.mounts.clone(),
    };
    let mut unseen = Unseen::new(old, root);
    let Walked {
        files,
        skipped,
        mounts,
        emptied,
    } = match walk(&root.path, &options, &|| progress.interrupted()) {
        Err(Error::Io { source, .. }) if recorded => {
            if matches!(
                source.kind(),
                ErrorKind::NotFound | ErrorKind::NotADirectory
            ) {
                let missing = Error::Index(IndexError::RootMissing {
                    label: root.label.clone(),
                    path: root.path.clone(),
                });
                return unseen.renewed(missing, report);
            }
            Walked {
                skipped: vec![Skipped {
                    path: root.path.clone(),
                    reason: source.to_string().into(),
                    failed: true,
                    unseen: Some(String::new()),
                }],
                ..Walked::default()
            }
        }
        walked => walked?,
    };
    unseen.mounts = mounts;
    for emptied in emptied {
        unseen.emptied(&emptied, report);
    }
    for skipped in skipped {
        unseen.skipped(skipped, &files, report);
    }
    if recorded && files.is_empty() && unseen.kept.is_empty() && unseen.held > 0 {
        let empty = Error::Index(IndexError::RootEmpty {
            label: root.label.clone(),
            path: root.path.clone(),
            articles: unseen.held,
        });
        return unseen.renewed(empty, report);
    }
    report.kept += unseen.kept.len();
    Ok(Seen {
        files,
        kept: unseen.kept,
        mounts: unseen.mounts,
    })
}

/// The id of a file, and numbers and records of its articles.
type FileRecords<'a> = (&'a str, &'a [(ArticleNo, ArticleRecord)]);

/// What a root had, and what of it stays without being seen.
struct Unseen<'a> {
    old: &'a Previous,
    root: &'a Root,
    /// Articles that the root had.
    held: usize,
    /// The same by the relative paths of their files, sorted; made when they are needed.
    files: Option<Vec<FileRecords<'a>>>,
    kept: Vec<Unchanged>,
    /// Their numbers.
    taken: HashSet<ArticleNo>,
    mounts: Vec<String>,
}

impl<'a> Unseen<'a> {
    fn new(old: &'a Previous, root: &'a Root) -> Self {
        Self {
            old,
            root,
            held: old.count_of(root),
            files: None,
            kept: Vec::new(),
            taken: HashSet::new(),
            mounts: Vec::new(),
        }
    }

    /// A root that is not there: its articles stay where the index is renewed or token codes are asked for, which needs
    /// their text alone; else it is an error.
    fn renewed(mut self, why: Error, report: &mut Report) -> Result<Seen> {
        if !self.old.is_outdated && !self.old.wants_tokens() {
            return Err(why);
        }
        let count = self.keep("", &[]);
        report.kept += count;
        report.missing_roots.push(self.root.label.clone());
        let what = match why {
            Error::Index(IndexError::RootEmpty { .. }) => "is suddenly empty",
            _ => "is missing",
        };
        report.failed.push(Unread {
            path: self.root.path.clone(),
            reason: Reason::with(
                Remedy::Remove(self.root.label.clone()),
                format!(
                    "root `{}` {what}; {} and brought up to date from the stored text",
                    self.root.label,
                    are_kept(count),
                ),
            ),
        });
        Ok(Seen {
            files: Vec::new(),
            kept: self.kept,
            mounts: self.root.mounts.clone(),
        })
    }

    /// A folder on which another disk was mounted, and that holds no file now: without its disk it looks so.
    fn emptied(&mut self, folder: &str, report: &mut Report) {
        let count = self.keep(folder, &[]);
        if count == 0 {
            return;
        }
        if !self.mounts.iter().any(|mount| mount == folder) {
            self.mounts.push(folder.to_owned());
        }
        report.failed.push(Unread {
            path: self.root.path.join(folder),
            reason: Reason::with(
                Remedy::Exclude(format!("/{folder}/")),
                format!(
                    "suddenly empty, as a disk that is not mounted; {}",
                    are_kept(count)
                ),
            ),
        });
    }

    /// Something that the walk did not take.
    fn skipped(&mut self, skipped: Skipped, files: &[WalkedFile], report: &mut Report) {
        let Skipped {
            path,
            mut reason,
            failed,
            unseen,
        } = skipped;
        if let Some(place) = unseen {
            let count = self.keep(&place, files);
            if count > 0 {
                reason = reason.and(&are_kept(count));
            }
            let below = self.root.mounts.iter().filter(|mount| is_at(mount, &place));
            let below: Vec<&String> = below.filter(|mount| !self.mounts.contains(mount)).collect();
            self.mounts.extend(below.into_iter().cloned());
        }
        let list = if failed {
            &mut report.failed
        } else {
            &mut report.skipped
        };
        list.push(Unread { path, reason });
    }

    /// Keeps the articles of files at a place or below it, but for those that were seen (sorted); how many.
    fn keep(&mut self, place: &str, seen: &[WalkedFile]) -> usize {
        let was_seen = |path: &str| {
            let found = seen.binary_search_by(|file| file.relative.as_str().cmp(path));
            found.is_ok()
        };
        let (old, root) = (self.old, self.root);
        let files = self.files.get_or_insert_with(|| old.files_of(root));
        let from = |start: &str| files.partition_point(|(relative, _)| *relative < start);
        let below = if place.is_empty() {
            String::new()
        } else {
            format!("{place}/")
        };
        let at = files[from(place)..]
            .iter()
            .take(1)
            .filter(|(path, _)| *path == place);
        let inside = files[from(&below)..]
            .iter()
            .take_while(|(path, _)| path.starts_with(&below));
        let before = self.kept.len();
        for (path, articles) in at.chain(inside) {
            if !was_seen(path) {
                let new = articles
                    .iter()
                    .filter(|(number, _)| self.taken.insert(*number));
                self.kept.extend(new.map(kept));
            }
        }
        self.kept.len() - before
    }
}

/// Whether a relative path is a place or below it.
fn is_at(path: &str, place: &str) -> bool {
    let rest = path.strip_prefix(place);
    place.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn are_kept(count: usize) -> String {
    match count {
        1 => "its article is kept".to_owned(),
        _ => format!("its {count} articles are kept"),
    }
}
