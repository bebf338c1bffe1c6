//! What the hub promises of a file, and whether that has come.

use std::path::Path;

use sha1::{Digest, Sha1};

use crate::sha256;

/// A file's length and its tag.
pub struct Promise {
    pub bytes: usize,
    /// Of a large file its SHA-256, of a small one git's SHA-1 of it, else a name of the server's own.
    pub etag: String,
}

impl Promise {
    /// Whether the tag leaves no doubt what the file should be.
    pub fn is_sha256(&self) -> bool {
        is_hex(&self.etag, 64)
    }

    /// SHA-256 of a file that has the length, the tag and the checksum that it should have; else what is wrong with it.
    pub fn check(&self, path: &Path, expected: Option<&String>) -> Result<String, String> {
        let failed = |error: std::io::Error| format!("cannot read {}: {error}", path.display());
        let Self { bytes, etag } = self;
        let length = std::fs::metadata(path).map_err(failed)?.len();
        if length != *bytes as u64 {
            return Err(format!("{bytes} bytes were promised, {length} have come"));
        }
        let sha256 = sha256::of_file(path).map_err(|error| error.to_string())?;
        let tag = if self.is_sha256() {
            sha256.clone()
        } else if is_hex(etag, 40) {
            git_hash(path).map_err(failed)?
        } else {
            etag.clone()
        };
        if tag != *etag {
            return Err(format!("checksum {etag} was promised, {tag} has come"));
        }
        match expected {
            Some(expected) if *expected != sha256 => {
                Err(format!("SHA-256 {expected} is recorded, {sha256} has come"))
            }
            _ => Ok(sha256),
        }
    }
}

/// git's name of a file's content.
fn git_hash(path: &Path) -> std::io::Result<String> {
    let content = std::fs::read(path)?;
    let mut hasher = Sha1::new_with_prefix(format!("blob {}\0", content.len()));
    hasher.update(&content);
    Ok(sha256::hex(&hasher.finalize()))
}

/// Whether a revision is a commit, which never changes.
pub fn is_commit(revision: &str) -> bool {
    is_hex(revision, 40)
}

fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// Whether a name can be a file's and leads nowhere else.
pub fn is_plain(name: &str) -> bool {
    let letters = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    !name.is_empty() && name.chars().all(letters) && !name.starts_with('.')
}
