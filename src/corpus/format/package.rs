//! ZIP archives that documents are made of (Office Open XML, OpenDocument, EPUB), expanded within a budget.
//!
//! What an archive says of its sizes is not believed: bytes are counted as they come out.
//!
//! Format: APPNOTE.TXT of PKWARE, <https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT>.

use std::collections::HashMap;
use std::io::{Cursor, Read};

use zip::ZipArchive;
use zip::result::ZipError;

use crate::corpus::decode::decoded::Fault;

/// What is expanded of an archive at most.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Files in it.
    pub entries: usize,
    /// Bytes of one file, expanded.
    pub entry: u64,
    /// Bytes of all files that are read, expanded; a file that is read twice counts twice.
    pub sum: u64,
    /// How many times larger than its packed bytes a file may be, once it is larger than [`Limits::ratio_from`].
    pub ratio: u64,
    pub ratio_from: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            entries: 20_000,
            entry: 128 << 20,
            sum: 256 << 20,
            // Deflate packs the rows of a large table fifty times smaller, and nothing more than 1032 times.
            ratio: 200,
            ratio_from: 8 << 20,
        }
    }
}

/// An archive whose files are read by their names.
pub(super) struct Package<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    /// By the name as it is compared.
    places: HashMap<String, usize>,
    /// As the archive writes them, in its order.
    names: Vec<String>,
    limits: Limits,
    left: u64,
}

impl<'a> Package<'a> {
    /// Opens an archive.
    ///
    /// # Errors
    /// Where it is damaged, or has too many files.
    pub(super) fn open(bytes: &'a [u8], limits: Limits) -> Result<Self, Fault> {
        // Counted first, because the library takes memory for all.
        let entries = names(bytes).take(limits.entries + 1).count();
        let too_many = |entries: usize| {
            Fault::unreadable(format!(
                "its archive has {entries} files or more, at most {} are read",
                limits.entries
            ))
        };
        if entries > limits.entries {
            return Err(too_many(entries));
        }
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| damaged(&error))?;
        if archive.len() > limits.entries {
            return Err(too_many(archive.len()));
        }
        let mut places = HashMap::new();
        let mut names = Vec::new();
        for place in 0..archive.len() {
            let Some(Ok(name)) = archive.name_for_index(place) else {
                continue;
            };
            places.insert(compared(&name), place);
            names.push(name.into_owned());
        }
        Ok(Self {
            archive,
            places,
            names,
            left: limits.sum,
            limits,
        })
    }

    /// The names of the files, as the archive writes them and in its order.
    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// Whether there is a file of a name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.places.contains_key(&compared(name))
    }

    /// The bytes of a file; `None` where there is none of this name. Letters of ASCII are compared without their case,
    /// `\` is `/`, and a `/` at the beginning counts nothing, because some programs write names so.
    ///
    /// # Errors
    /// Where it is damaged, locked by a password, packed in a way that is not read, or beyond the budget.
    pub(super) fn read(&mut self, name: &str) -> Result<Option<Vec<u8>>, Fault> {
        let Some(&place) = self.places.get(&compared(name)) else {
            return Ok(None);
        };
        let mut file = self
            .archive
            .by_index(place)
            .map_err(|e| of_entry(name, e))?;
        let packed = file.compressed_size().max(1);
        let by_ratio = packed
            .saturating_mul(self.limits.ratio)
            .max(self.limits.ratio_from);
        let most = self.limits.entry.min(self.left).min(by_ratio);
        let mut bytes = Vec::new();
        let read = (&mut file).take(most + 1).read_to_end(&mut bytes);
        read.map_err(|error| of_entry(name, ZipError::Io(error)))?;
        let length = bytes.len() as u64;
        if length > most {
            return Err(self.limits.exceeded(name, most, by_ratio));
        }
        self.left -= length;
        Ok(Some(bytes))
    }

    /// Expands the files of some names once, shows each, and keeps nothing: for a library that expands them by itself.
    ///
    /// # Errors
    /// As [`Package::read`], and those of `look`.
    pub(super) fn check(
        &mut self,
        which: impl Fn(&str) -> bool,
        mut look: impl FnMut(&str, Vec<u8>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        for name in self.names.clone() {
            if which(&name) {
                // Memory is given back before the next one.
                look(&name, self.read(&name)?.unwrap_or_default())?;
            }
        }
        self.left = self.limits.sum;
        Ok(())
    }
}

impl Limits {
    fn exceeded(&self, name: &str, most: u64, by_ratio: u64) -> Fault {
        let why = if most == by_ratio {
            format!("more than {} times its packed size", self.ratio)
        } else if most == self.entry {
            format!("more than {} MB", self.entry >> 20)
        } else {
            format!("with the files before it more than {} MB", self.sum >> 20)
        };
        Fault::unreadable(format!(
            "`{name}` in its archive expands to {why}; that much is not read"
        ))
    }
}

/// A name as it is compared with others.
fn compared(name: &str) -> String {
    let name = name.replace('\\', "/").to_ascii_lowercase();
    name.trim_start_matches('/').to_owned()
}

fn damaged(error: &ZipError) -> Fault {
    Fault::unreadable(format!(
        "a damaged document: its ZIP archive is cut or broken ({error})"
    ))
}

fn of_entry(name: &str, error: ZipError) -> Fault {
    match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => {
            Fault::unreadable(format!("locked by a password: `{name}` in its archive is"))
        }
        ZipError::CompressionMethodNotSupported(method) => Fault::unreadable(format!(
            "`{name}` in its archive is packed by method {method}, which is not read"
        )),
        ZipError::Io(error) if error.kind() == std::io::ErrorKind::OutOfMemory => {
            Fault::unreadable(format!(
                "`{name}` in its archive expands to more memory than its reader may take"
            ))
        }
        error => Fault::unreadable(format!(
            "a damaged document: `{name}` in its archive is broken ({error})"
        )),
    }
}

/// The names in the directory of an archive, as bytes, found without taking memory. An archive that is cut, so that it
/// has no directory, gives the names that stand before its files, as far as they can be found.
pub(super) fn names(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut at = directory(bytes);
    let local = at.is_none();
    std::iter::from_fn(move || {
        let (place, head) = if local {
            let from = at.unwrap_or_default();
            let found = memchr::memmem::find(bytes.get(from..)?, b"PK\x03\x04")?;
            (from + found, 30)
        } else {
            (at?, 46)
        };
        let header = bytes.get(place..place + head)?;
        if !local && !header.starts_with(b"PK\x01\x02") {
            return None;
        }
        let number = |at: usize| usize::from(u16::from_le_bytes([header[at], header[at + 1]]));
        let begins = place + head;
        if local {
            let length = number(26);
            at = Some(begins);
            return bytes.get(begins..begins + length);
        }
        let (length, more) = (number(28), number(30) + number(32));
        at = Some(begins + length + more);
        bytes.get(begins..begins + length)
    })
}

/// Where the directory of an archive begins; `None` where there is none. It lies right before the record at the end,
/// so that bytes before the archive move nothing.
fn directory(bytes: &[u8]) -> Option<usize> {
    const END: usize = 22;
    const LONGEST_COMMENT: usize = 65_535;
    let from = bytes.len().saturating_sub(END + LONGEST_COMMENT);
    let end = from + memchr::memmem::rfind(&bytes[from..], b"PK\x05\x06")?;
    let number = |at: usize, length: usize| {
        let bytes = bytes.get(at..at + length)?;
        let number = bytes
            .iter()
            .rev()
            .fold(0_u64, |all, byte| all << 8 | u64::from(*byte));
        usize::try_from(number).ok()
    };
    let size = number(end + 12, 4)?;
    let found = if size == 0xffff_ffff {
        // An archive of 64 bits has its own record before this one.
        let wide = from.saturating_sub(1 << 16);
        let wide = wide + memchr::memmem::rfind(&bytes[wide..end], b"PK\x06\x06")?;
        wide.checked_sub(number(wide + 40, 8)?)
    } else {
        end.checked_sub(size)
    };
    let is_one = |at: &usize| bytes[*at..].starts_with(b"PK\x01\x02");
    // Where a record of 64 bits stands between, the place that the record names is right.
    found
        .filter(is_one)
        .or_else(|| number(end + 16, 4).filter(|at| *at < end).filter(is_one))
}

#[cfg(test)]
pub mod tests {
    use std::io::Write;

    use zip::CompressionMethod;
    use zip::write::{SimpleFileOptions, ZipWriter};

    use super::*;

    /// An archive of these files.
    pub fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        for (name, content) in files {
            writer.start_file(*name, options).unwrap();
            writer.write_all(content).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn reason<T>(result: Result<T, Fault>) -> String {
        match result {
            Ok(_) => String::new(),
            Err(Fault::Unreadable(reason) | Fault::NotText(reason)) => reason.text,
        }
    }

    #[test]
    fn files_are_read_by_name() {
        let bytes = archive(&[("word/Document.xml", b"<a/>"), ("b\\c.xml", b"<b/>")]);
        let found: Vec<&[u8]> = names(&bytes).collect();
        assert_eq!(found, [&b"word/Document.xml"[..], b"b\\c.xml"]);
        let mut package = Package::open(&bytes, Limits::default()).unwrap();
        assert_eq!(package.names()[0], "word/Document.xml");
        assert_eq!(
            package.read("/word/document.xml").unwrap().unwrap(),
            b"<a/>"
        );
        assert_eq!(package.read("b/c.xml").unwrap().unwrap(), b"<b/>");
        assert!(package.has("B/C.xml") && !package.has("c.xml"));
        assert_eq!(package.read("c.xml"), Ok(None));
        // Bytes before the archive, as a program that unpacks itself has, move nothing.
        let moved = [b"MZ before it".to_vec(), bytes.clone()].concat();
        assert_eq!(names(&moved).count(), 2);
        assert!(Package::open(&moved, Limits::default()).is_ok());
    }

    #[test]
    fn what_expands_too_far_is_refused_by_what_comes_out() {
        let limits = Limits {
            entries: 2,
            entry: 1000,
            sum: 1500,
            ratio: 10,
            ratio_from: 100,
        };
        let noise: Vec<u8> = (0..1200_u32)
            .map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8)
            .collect();
        let bytes = archive(&[("same", &[b'a'; 900]), ("noise", &noise)]);
        let mut package = Package::open(&bytes, limits).unwrap();
        let told = reason(package.read("same"));
        assert_eq!(
            told,
            "`same` in its archive expands to more than 10 times its packed size; that much is not read"
        );
        let told = reason(package.read("noise"));
        assert!(told.contains("expands to more than 0 MB"), "{told}");
        let bytes = archive(&[("a", &noise[..900]), ("b", &noise[..800])]);
        let mut package = Package::open(&bytes, limits).unwrap();
        assert!(package.read("a").is_ok());
        assert!(reason(package.read("b")).contains("with the files before it"));
        assert!(package.check(|_| true, |_, _| Ok(())).is_err());
        let bytes = archive(&[("a", b""), ("b", b""), ("c", b"")]);
        let told = reason(Package::open(&bytes, limits).map(|_| ()));
        assert_eq!(told, "its archive has 3 files or more, at most 2 are read");
        // A size in the headers that is a lie changes nothing.
        let mut bytes = archive(&[("same", &[b'a'; 900])]);
        for mark in [&b"PK\x03\x04"[..], b"PK\x01\x02"] {
            let at = memchr::memmem::find(&bytes, mark).unwrap();
            let size = at + if mark[2] == 3 { 22 } else { 24 };
            bytes[size..size + 4].copy_from_slice(&7_u32.to_le_bytes());
        }
        let mut package = Package::open(&bytes, limits).unwrap();
        assert!(!reason(package.read("same")).is_empty());
    }

    #[test]
    fn a_broken_archive_is_named_as_one() {
        let bytes = archive(&[("a.xml", b"<a>text</a>"), ("b.xml", b"<b>more</b>")]);
        for cut in [bytes.len() - 30, 60, 10] {
            let told = reason(Package::open(&bytes[..cut], Limits::default()).map(|_| ()));
            assert!(
                told.starts_with("a damaged document: its ZIP archive"),
                "{told}"
            );
        }
        let cut: Vec<&[u8]> = names(&bytes[..bytes.len() - 100]).collect();
        assert_eq!(cut, [b"a.xml", b"b.xml"]);
        let mut broken = bytes.clone();
        // The first byte of its content.
        broken[30 + 5] ^= 0x55;
        let mut package = Package::open(&broken, Limits::default()).unwrap();
        let told = reason(package.read("a.xml"));
        assert!(
            told.starts_with("a damaged document: `a.xml` in its archive"),
            "{told}"
        );
        assert!(package.read("b.xml").is_ok());
    }
}
