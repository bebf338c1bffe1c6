//! Archives (ZIP, tar, tar in gzip), where the user asks for what is in them. Files are read by their names and written
//! nowhere.

mod names;
mod packed;

use std::collections::HashMap;
use std::io::Read;

use flate2::read::MultiGzDecoder;
use names::{file_name, is_passed_over, readable};
use packed::Counted;

use super::package::{Limits, Package, names as raw_names};
use super::unread::Unread;
use crate::corpus::decode::decoded::Fault;
use crate::corpus::format::reader::{Archives, Container, Inside, Parsed};
use crate::error::{Reason, Remedy};

/// What a record of a tar archive has at this place.
const TAR_MARK: (usize, &[u8]) = (257, b"ustar");
/// Bytes of such a record.
const RECORD: usize = 512;

pub struct Zip;

impl Container for Zip {
    fn name(&self) -> &'static str {
        "zip"
    }

    fn accepts(&self, _: &str, bytes: &[u8]) -> bool {
        bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06")
    }

    fn is_archive(&self) -> bool {
        true
    }

    fn read(&self, bytes: &[u8], inside: &dyn Inside) -> Result<Vec<Parsed>, Fault> {
        may_open("a ZIP archive", inside)?;
        let mut package = Package::open(bytes, limits(inside))?;
        let stored = package.names().to_vec();
        let raw: Vec<&[u8]> = raw_names(bytes).collect();
        // The library reads names without a mark of Unicode in an old encoding of the West.
        let shown = match raw.len() == stored.len() {
            true => readable(&raw),
            false => stored.clone(),
        };
        // Names that differ in their case alone are one name to the library: the last is read.
        let mut last = HashMap::new();
        for (at, name) in stored.iter().enumerate() {
            last.insert(name.to_ascii_lowercase(), at);
        }
        let mut found = Found::default();
        for (at, (stored, shown)) in stored.iter().zip(&shown).enumerate() {
            let Some(name) = taken(shown) else {
                continue;
            };
            if last.get(&stored.to_ascii_lowercase()) != Some(&at) {
                let reason = "another file has its name, but for the case";
                found.unread.push(&name, reason);
                continue;
            }
            match package.read(stored) {
                Ok(bytes) => found.take(&name, bytes.unwrap_or_default(), inside),
                Err(fault) => found.unread.fault(&name, fault),
            }
        }
        found.finish("a ZIP archive")
    }
}

pub struct Tar {
    /// In gzip.
    pub packed: bool,
}

impl Container for Tar {
    fn name(&self) -> &'static str {
        match self.packed {
            true => "tar.gz",
            false => "tar",
        }
    }

    fn accepts(&self, _: &str, bytes: &[u8]) -> bool {
        match self.packed {
            true => bytes.starts_with(b"\x1f\x8b\x08"),
            false => is_tar(bytes),
        }
    }

    fn is_archive(&self) -> bool {
        true
    }

    fn read(&self, bytes: &[u8], inside: &dyn Inside) -> Result<Vec<Parsed>, Fault> {
        let (what, limits) = (self.what(), limits(inside));
        may_open(what, inside)?;
        if !self.packed {
            let whole = Counted::new(bytes, u64::MAX);
            return read_tar(whole, what, &limits, inside);
        }
        let mut head = Vec::new();
        let beginning = MultiGzDecoder::new(bytes)
            .take(RECORD as u64)
            .read_to_end(&mut head);
        if beginning.is_err() || !is_tar(&head) {
            return Err(Fault::not_text(
                "a gzip file without a tar archive in it; unpack it".to_owned(),
            ));
        }
        let most = (bytes.len() as u64)
            .saturating_mul(limits.ratio)
            .max(limits.ratio_from);
        let most = most.min(limits.sum);
        read_tar(
            Counted::new(MultiGzDecoder::new(bytes), most),
            what,
            &limits,
            inside,
        )
    }
}

impl Tar {
    fn what(&self) -> &'static str {
        match self.packed {
            true => "a gzip archive",
            false => "a tar archive",
        }
    }
}

fn is_tar(bytes: &[u8]) -> bool {
    let (at, mark) = TAR_MARK;
    bytes.get(at..).is_some_and(|rest| rest.starts_with(mark))
}

fn read_tar(
    from: Counted<impl Read>,
    what: &str,
    limits: &Limits,
    inside: &dyn Inside,
) -> Result<Vec<Parsed>, Fault> {
    let damaged = |error: std::io::Error| format!("{what} that is cut or broken ({error})");
    let ended = from.ended();
    let mut archive = tar::Archive::new(from);
    let entries = archive
        .entries()
        .map_err(|error| Fault::unreadable(damaged(error)))?;
    let mut found = Found::default();
    for (number, entry) in entries.enumerate() {
        if number >= limits.entries {
            let most = limits.entries;
            return Err(Fault::unreadable(format!(
                "{what} of more than {most} files"
            )));
        }
        let mut entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                // Nobody knows where the next file begins.
                found.unread.push("the rest", damaged(error));
                break;
            }
        };
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let path = entry.path_bytes().into_owned();
        let Some(name) = taken(&readable(&[&path]).remove(0)) else {
            continue;
        };
        let mut bytes = Vec::new();
        let read = (&mut entry).take(limits.entry + 1).read_to_end(&mut bytes);
        match read {
            Ok(length) if length as u64 > limits.entry => {
                let reason = format!("more than {} MB", limits.entry >> 20);
                found
                    .unread
                    .push(&name, Reason::with(Remedy::MaxBytes, reason));
            }
            Ok(length) if (length as u64) < entry.size() => {
                found.unread.push(&name, "it is cut");
            }
            Ok(_) => found.take(&name, bytes, inside),
            Err(error) => {
                found.unread.push(&name, damaged(error));
                break;
            }
        }
    }
    // An archive ends with records of nothing.
    if ended.get() && found.unread.is_empty() {
        found.unread.push("the rest", format!("{what} that is cut"));
    }
    found.finish(what)
}

/// # Errors
/// Where the user did not ask for what is in archives, or this one lies in others.
fn may_open(what: &str, inside: &dyn Inside) -> Result<(), Fault> {
    match inside.archives() {
        Archives::Opened => Ok(()),
        Archives::Unasked => Err(Fault::not_text(Reason::with(Remedy::Archives, what))),
        Archives::TooDeep => Err(Fault::not_text(format!(
            "{what} in an archive in an archive"
        ))),
    }
}

fn limits(inside: &dyn Inside) -> Limits {
    let usual = Limits::default();
    Limits {
        entry: usual.entry.min(inside.options().max_bytes),
        ..usual
    }
}

/// The name of a file that is read; `None` for folders and what a walk passes over.
fn taken(name: &str) -> Option<String> {
    let name = file_name(name);
    (!name.is_empty() && !name.ends_with('/') && !is_passed_over(&name)).then_some(name)
}

/// What was found in an archive.
#[derive(Default)]
struct Found {
    articles: Vec<Parsed>,
    unread: Unread,
}

impl Found {
    fn take(&mut self, name: &str, bytes: Vec<u8>, inside: &dyn Inside) {
        match inside.read(name, bytes) {
            Ok(more) => self.articles.extend(more),
            Err(fault) => self.unread.fault(name, fault),
        }
    }

    fn finish(mut self, what: &str) -> Result<Vec<Parsed>, Fault> {
        let note = self.unread.note();
        match (self.articles.first_mut(), note) {
            (Some(first), note) => first.notes.extend(note),
            (None, Some(note)) => {
                let text = format!("{what}: {}", note.text);
                return Err(Fault::NotText(Reason { text, ..note }));
            }
            (None, None) => return Err(Fault::not_text(format!("{what} without files"))),
        }
        Ok(self.articles)
    }
}

#[cfg(test)]
mod tests;
