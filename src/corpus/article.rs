//! One source text with what is known about it.

use std::io::Read;
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::decode::{self, Fault};
use super::layout::{Block, Omitted};
use super::{language, layout, source, title};
use crate::error::{Error, Result};

/// What the spans of an article count in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TextSource {
    /// The file itself, byte for byte.
    File,
}

/// A text that was read, and its layout.
#[derive(Debug, Clone)]
pub struct Article {
    /// The whole text; every span counts its bytes.
    pub text: String,
    pub text_source: TextSource,
    /// Name of the encoding as in the WHATWG Encoding Standard, lower case.
    pub encoding: &'static str,
    /// SHA-256 of the file's bytes, lower-case hex.
    pub sha256: String,
    pub title: Option<String>,
    pub source_url: Option<String>,
    /// ISO 639-1 where there is such a code, else 639-3.
    pub lang: Option<String>,
    /// What is to be read, in the order of the text.
    pub blocks: Vec<Block>,
    /// What was left out, in the order of the text.
    pub omitted: Vec<Omitted>,
}

impl Article {
    /// Reads a file.
    ///
    /// # Errors
    /// [`Error::Io`] where it cannot be read, [`Error::NotText`] where it is not text,
    /// [`Error::Unreadable`] where it is too large or in an encoding that is not read.
    pub fn read(path: &Path) -> Result<Self> {
        let length = std::fs::metadata(path)
            .map_err(Error::io("read", path))?
            .len();
        if length > decode::MAX_BYTES {
            return Err(Error::Unreadable {
                path: path.to_path_buf(),
                reason: decode::too_large(length),
            });
        }
        let bytes = std::fs::read(path).map_err(Error::io("read", path))?;
        Self::from_bytes(bytes, path)
    }

    /// Takes the bytes of a file apart.
    ///
    /// # Errors
    /// [`Error::NotText`] and [`Error::Unreadable`], which name `path`.
    pub fn from_bytes(bytes: Vec<u8>, path: &Path) -> Result<Self> {
        let sha256 = hex(&Sha256::digest(&bytes));
        let path = path.to_path_buf();
        let text = decode::decode(bytes).map_err(|fault| match fault {
            Fault::NotText(reason) => Error::NotText { path, reason },
            Fault::Unreadable(reason) => Error::Unreadable { path, reason },
        })?;
        Ok(Self::from_text(text, sha256))
    }

    fn from_text(text: String, sha256: String) -> Self {
        let (blocks, omitted) = layout::layout(&text);
        let title = title::title(&text, &blocks);
        let source_url = source::source_url(&text, &blocks, &omitted);
        let lang = language::detect_language(&sample(&text, &blocks));
        Self {
            text,
            text_source: TextSource::File,
            encoding: "utf-8",
            sha256,
            title,
            source_url,
            lang,
            blocks,
            omitted,
        }
    }
}

/// SHA-256 of a file's bytes, lower-case hex.
///
/// # Errors
/// [`Error::Io`].
pub fn sha256_of_file(path: &Path) -> Result<String> {
    let mut file = std::fs::File::open(path).map_err(Error::io("open", path))?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match file.read(&mut buffer).map_err(Error::io("read", path))? {
            0 => break,
            read => hasher.update(&buffer[..read]),
        }
    }
    Ok(hex(&hasher.finalize()))
}

/// About the first 4,000 bytes of what is read.
fn sample(text: &str, blocks: &[Block]) -> String {
    let mut sample = String::new();
    for block in blocks {
        sample.push_str(&text[block.span.clone()]);
        sample.push('\n');
        if sample.len() > 4000 {
            break;
        }
    }
    sample
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}
