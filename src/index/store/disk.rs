//! Every change that a writer makes to the files of an index, so that tests can make each of them fail.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

/// A file that is written.
pub struct DiskFile(File);

impl DiskFile {
    /// An empty file, in the place of any that was there.
    pub fn create(path: &Path) -> io::Result<Self> {
        Self::open(path, true)
    }

    /// The file, made where there is none.
    pub fn append(path: &Path) -> io::Result<Self> {
        Self::open(path, false)
    }

    fn open(path: &Path, truncate: bool) -> io::Result<Self> {
        fault::step()?;
        let mut options = OpenOptions::new();
        options
            .read(true)
            .write(true)
            .create(true)
            .truncate(truncate);
        options.open(path).map(Self)
    }

    /// A file in a folder that has no name and is gone once it is closed.
    pub fn unnamed(dir: &Path) -> io::Result<Self> {
        fault::step()?;
        tempfile::tempfile_in(dir).map(Self)
    }

    pub fn length(&self) -> io::Result<u64> {
        Ok(self.0.metadata()?.len())
    }

    /// Makes what was written last.
    pub fn sync(&self) -> io::Result<()> {
        fault::step()?;
        self.0.sync_all()
    }
}

impl Write for DiskFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        fault::step()?;
        // In tests a call writes half at most, so that files are cut at many places.
        let length = if cfg!(test) {
            bytes.len().div_ceil(2)
        } else {
            bytes.len()
        };
        self.0.write(&bytes[..length])
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl Read for DiskFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl Seek for DiskFile {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.0.seek(position)
    }
}

/// Gives a file its name.
pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    fault::step()?;
    fs::rename(from, to)
}

/// Removes a file; one that cannot be removed stays until the next run of the writer.
pub fn remove(path: &Path) {
    if fault::step().is_ok() {
        let _ = fs::remove_file(path);
    }
}

/// Makes the names in a folder last.
pub fn sync_dir(dir: &Path) -> io::Result<()> {
    fault::step()?;
    // Folders cannot be opened for this on Windows, where renames are journalled.
    if cfg!(unix) {
        File::open(dir)?.sync_all()
    } else {
        Ok(())
    }
}

#[cfg(not(test))]
mod fault {
    /// Nothing fails on purpose.
    #[inline]
    pub fn step() -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
pub mod fault {
    use std::cell::Cell;
    use std::io;

    thread_local! {
        /// Steps until one fails, and whether all fail from then on.
        static PLAN: Cell<Option<(usize, bool)>> = const { Cell::new(None) };
        static STEPS: Cell<usize> = const { Cell::new(0) };
    }

    /// Makes the step after `steps` more fail on this thread, and all that follow it where `forever`.
    pub fn plan(steps: usize, forever: bool) {
        PLAN.set(Some((steps, forever)));
    }

    /// No more failures; how many steps were made since the last call.
    pub fn clear() -> usize {
        PLAN.set(None);
        STEPS.replace(0)
    }

    pub fn step() -> io::Result<()> {
        STEPS.set(STEPS.get() + 1);
        match PLAN.get() {
            Some((0, forever)) => {
                PLAN.set(forever.then_some((0, true)));
                Err(io::Error::from(io::ErrorKind::StorageFull))
            }
            Some((steps, forever)) => {
                PLAN.set(Some((steps - 1, forever)));
                Ok(())
            }
            None => Ok(()),
        }
    }
}
