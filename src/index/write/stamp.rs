//! What the system says of a file without reading it, and whether that is enough to know that it is what it was.

use std::collections::{HashMap, HashSet};
use std::fs::Metadata;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use crate::index::store::disk::{self, DiskFile};
use crate::index::store::format::ArticleRecord;
use crate::index::store::names::STAMPS;

/// Times are this exact on every file system: whatever changes a file later gives it other ones.
const SETTLED: Duration = Duration::from_secs(2);

/// Length and times of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::index) struct Stamp {
    bytes: u64,
    /// Nanoseconds since 1970.
    modified: u64,
    /// When anything of it was changed, where the system tells that.
    changed: Option<u64>,
}

impl Stamp {
    /// Of a file, before it is read; `None` where a time lies so near to now, or in the future, that the file could
    /// change without any of them telling.
    pub(in crate::index) fn of(path: &Path) -> Option<Self> {
        let metadata = std::fs::metadata(path).ok()?;
        let stamp = Self {
            bytes: metadata.len(),
            modified: nanos(metadata.modified().ok()?)?,
            changed: changed(&metadata),
        };
        let settled = nanos(SystemTime::now().checked_sub(SETTLED)?)?;
        let last = stamp.modified.max(stamp.changed.unwrap_or(0));
        (last <= settled).then_some(stamp)
    }

    pub(in crate::index) fn write(self, record: &mut ArticleRecord) {
        record.stamp = Some((self.bytes, self.modified));
        record.changed = self.changed;
    }

    fn is_that_of(self, record: &ArticleRecord) -> bool {
        record.stamp == Some((self.bytes, self.modified)) && record.changed == self.changed
    }
}

fn nanos(time: SystemTime) -> Option<u64> {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    u64::try_from(since.as_nanos()).ok()
}

#[cfg(unix)]
fn changed(metadata: &Metadata) -> Option<u64> {
    use std::os::unix::fs::MetadataExt;
    let seconds = u64::try_from(metadata.ctime()).ok()?;
    let nanos = u64::try_from(metadata.ctime_nsec()).ok()?;
    seconds.checked_mul(1_000_000_000)?.checked_add(nanos)
}

#[cfg(not(unix))]
fn changed(_: &Metadata) -> Option<u64> {
    None
}

/// What files have been found unchanged under another stamp than that of their article: copies of a folder, and files
/// that were written a moment before they were read. They are not read again each time.
#[derive(Default)]
pub(in crate::index) struct Stamps {
    known: HashMap<String, Noted>,
}

/// A stamp, and what the file held that had it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Noted {
    stamp: Stamp,
    sha256: String,
}

/// A file, by its id, that was read and is what it was.
pub(in crate::index) struct Stamped {
    id: String,
    noted: Noted,
}

impl Stamped {
    pub(in crate::index) fn new(id: String, stamp: Stamp, sha256: String) -> Self {
        Self {
            id,
            noted: Noted { stamp, sha256 },
        }
    }
}

impl Stamps {
    pub(in crate::index) fn open(dir: &Path) -> Self {
        let read = std::fs::read(dir.join(STAMPS)).ok();
        let known = read.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        Self {
            known: known.unwrap_or_default(),
        }
    }

    /// Whether a file with this stamp holds what was read of it.
    pub(in crate::index) fn know(&self, id: &str, stamp: Stamp, record: &ArticleRecord) -> bool {
        let noted = || {
            let noted = self.known.get(id)?;
            Some(noted.stamp == stamp && noted.sha256 == record.metadata.sha256)
        };
        stamp.is_that_of(record) || noted().unwrap_or(false)
    }

    /// Keeps what was found out by reading, where reading it again would take longer than a moment, and forgets files
    /// that are gone. What cannot be written is found out again.
    pub(in crate::index) fn note(
        mut self,
        dir: &Path,
        found: Vec<Stamped>,
        files: impl Iterator<Item = String>,
    ) {
        /// So much is read again in a moment.
        const BYTES: u64 = 16 << 20;
        const FILES: usize = 1000;
        let bytes: u64 = found.iter().map(|found| found.noted.stamp.bytes).sum();
        let is_much = bytes >= BYTES || found.len() >= FILES;
        let before = self.known.len();
        if before > 0 {
            let files: HashSet<String> = files.collect();
            self.known.retain(|id, _| files.contains(id));
        }
        if !is_much && self.known.len() == before {
            return;
        }
        let found = found.into_iter().filter(|_| is_much);
        self.known
            .extend(found.map(|found| (found.id, found.noted)));
        let _ = self.write(dir);
    }

    fn write(&self, dir: &Path) -> std::io::Result<()> {
        let (path, temporary) = (dir.join(STAMPS), dir.join(format!("{STAMPS}.tmp")));
        let bytes = serde_json::to_vec(&self.known)?;
        let mut file = DiskFile::create(&temporary)?;
        file.write_all(&bytes)?;
        disk::rename(&temporary, &path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(stamp: Stamp) -> ArticleRecord {
        let article = crate::corpus::Article::of_text("A text.");
        let mut record = ArticleRecord::new("docs", "a.txt", &article);
        stamp.write(&mut record);
        record
    }

    fn file(dir: &Path, age: u64) -> std::path::PathBuf {
        let path = dir.join(format!("{age}.txt"));
        let file = std::fs::File::create(&path).unwrap();
        let time = SystemTime::now() - Duration::from_secs(age);
        file.set_modified(time).unwrap();
        path
    }

    #[test]
    fn a_file_that_just_changed_has_no_stamp() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(Stamp::of(&file(dir.path(), 0)), None);
        let future = dir.path().join("future.txt");
        let written = std::fs::File::create(&future).unwrap();
        written
            .set_modified(SystemTime::now() + Duration::from_secs(900))
            .unwrap();
        assert_eq!(Stamp::of(&future), None);
        // Who sets the time of a file changes it.
        if cfg!(unix) {
            assert_eq!(Stamp::of(&file(dir.path(), 900)), None);
        }
    }

    #[test]
    fn times_and_length_tell() {
        let stamp = Stamp {
            bytes: 7,
            modified: 1_000_000_000,
            changed: Some(5),
        };
        let (stamps, record) = (Stamps::default(), record(stamp));
        assert!(stamps.know("docs/a.txt", stamp, &record));
        for other in [
            Stamp { bytes: 8, ..stamp },
            Stamp {
                modified: 1,
                ..stamp
            },
            // Restored with its old time.
            Stamp {
                changed: Some(6),
                ..stamp
            },
            Stamp {
                changed: None,
                ..stamp
            },
        ] {
            assert!(!stamps.know("docs/a.txt", other, &record), "{other:?}");
        }
    }

    #[test]
    fn what_was_much_to_read_is_noted_and_forgotten_with_its_file() {
        let dir = tempfile::tempdir().unwrap();
        let old = Stamp {
            bytes: 20 << 20,
            modified: 3,
            changed: None,
        };
        let new = Stamp { modified: 4, ..old };
        let record = record(old);
        let id = || "docs/a.txt".to_owned();
        let found = |stamp| vec![Stamped::new(id(), stamp, record.metadata.sha256.clone())];
        let files = || [id()].into_iter();
        let known = |stamp| Stamps::open(dir.path()).know("docs/a.txt", stamp, &record);
        Stamps::default().note(dir.path(), found(Stamp { bytes: 1, ..new }), files());
        assert!(!dir.path().join(STAMPS).exists());
        Stamps::default().note(dir.path(), found(new), files());
        assert!(known(new) && known(old) && !known(Stamp { modified: 5, ..old }));
        let mut edited = record.clone();
        edited.metadata.sha256 = "other".to_owned();
        assert!(!Stamps::open(dir.path()).know("docs/a.txt", new, &edited));
        Stamps::open(dir.path()).note(dir.path(), Vec::new(), std::iter::empty());
        assert!(!known(new));
        std::fs::write(dir.path().join(STAMPS), "damaged").unwrap();
        assert!(known(old) && !known(new));
    }
}
