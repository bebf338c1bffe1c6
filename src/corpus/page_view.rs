//! A document that was indexed, opened once more to show its pages: only while its bytes are the same.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use super::format;
use super::format::OfBytes;
use super::format::documents::Work;
use super::format::places::{Picture, Places};
use super::format::reader::Bytes;
use super::readers::Readers;
use crate::corpus::decode::decoded::Fault;
use crate::sha256;

/// A document whose pages can be shown.
pub struct PagedFile {
    form: OfBytes,
    bytes: Bytes,
    sha256: String,
}

impl PagedFile {
    /// Opens a document, if it is still the one with this SHA-256 and has at most `most` bytes.
    ///
    /// # Errors
    /// Why its pages cannot be shown.
    pub fn open(path: &Path, sha256: &str, most: u64) -> Result<Self, String> {
        let gone = |error: std::io::Error| format!("its file cannot be opened: {error}");
        // A pipe or a device would keep whoever opens it waiting.
        let metadata = std::fs::metadata(path).map_err(gone)?;
        if !metadata.is_file() {
            return Err("its file is no regular file any more".to_owned());
        }
        let changed = || "its file has changed since it was indexed".to_owned();
        if metadata.len() > most {
            return Err(changed());
        }
        let mut bytes = Vec::new();
        let file = File::open(path).map_err(gone)?;
        file.take(most).read_to_end(&mut bytes).map_err(gone)?;
        if sha256::of(&[&bytes]) != sha256 {
            return Err(changed());
        }
        let form = format::of_bytes(path, &bytes).filter(|form| form.paged().is_some());
        Ok(Self {
            form: form.ok_or("it is no document with pages")?,
            bytes: Arc::new(bytes),
            sha256: sha256.to_owned(),
        })
    }

    /// Where its text stands, as one of `readers` finds it.
    ///
    /// # Errors
    /// Why nobody can tell.
    pub fn places(&self, readers: &Readers, stop: &dyn Fn() -> bool) -> Result<Places, String> {
        self.work(readers, stop).places().map_err(reason)
    }

    /// The picture of a page, from 1, so many pixels wide, as one of `readers` draws it.
    ///
    /// # Errors
    /// Why it cannot be drawn.
    pub fn draw(
        &self,
        page: usize,
        width: u32,
        readers: &Readers,
        stop: &dyn Fn() -> bool,
    ) -> Result<Picture, String> {
        self.work(readers, stop).draw(page, width).map_err(reason)
    }

    fn work<'a>(&'a self, readers: &'a Readers, stop: &'a dyn Fn() -> bool) -> Work<'a> {
        Work {
            form: self.form,
            bytes: Arc::clone(&self.bytes),
            sha256: &self.sha256,
            readers: Some(readers),
            stop,
        }
    }
}

fn reason(fault: Fault) -> String {
    match fault {
        Fault::NotText(reason) | Fault::Unreadable(reason) => reason.text,
    }
}
