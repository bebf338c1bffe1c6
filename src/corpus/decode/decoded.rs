//! A text and where it is from, and what tells text from other bytes.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::Encoding;
use serde::{Deserialize, Serialize};

use crate::error::{Reason, Remedy};

/// What the spans of an article count in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum TextSource {
    /// The file itself, byte for byte.
    File,
    /// The file, decoded to UTF-8.
    Decoded,
    /// What a reader took out of the file.
    Extracted,
}

/// Of so many characters one may be no text (a stray control character, a byte of another encoding), and a few in
/// any case.
pub const STRAY: usize = 50;

pub const FEW: usize = 4;

/// Why bytes could not be taken as text.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fault {
    /// They are no text.
    NotText(Reason),
    /// They are text, but too much of it or in a form that is not read.
    Unreadable(Reason),
}

impl Fault {
    pub fn not_text(reason: impl Into<Reason>) -> Self {
        Self::NotText(reason.into())
    }

    pub fn unreadable(reason: impl Into<Reason>) -> Self {
        Self::Unreadable(reason.into())
    }
}

/// A text and what it was decoded from.
#[derive(Debug, PartialEq, Eq)]
pub struct Decoded {
    pub text: String,
    /// `File` where the text is the bytes themselves, else `Decoded`.
    pub source: TextSource,
    /// Name in the WHATWG Encoding Standard, lower case.
    pub encoding: String,
    /// How the encoding is known.
    pub known_by: KnownBy,
    /// What was not believed, or what could not be read as the rest.
    pub note: Option<String>,
}

impl Decoded {
    /// What is said of the text of a file that is no text: a reader gives the text itself.
    pub fn extracted() -> Self {
        Self {
            text: String::new(),
            source: TextSource::Extracted,
            encoding: "utf-8".to_owned(),
            known_by: KnownBy::Form,
            note: None,
        }
    }
}

/// How an encoding is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KnownBy {
    /// The user named it.
    Option,
    /// A byte order mark.
    Mark,
    /// Every byte fits.
    Valid,
    /// An HTML or XML declaration.
    Declaration,
    /// The likeliest by its letters.
    Guess,
    /// The form of the file says what each letter is, so nothing is to be known.
    Form,
}

/// The likeliest encoding other than UTF-8.
pub fn guess(bytes: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(bytes, true);
    detector.guess(None, Utf8Detection::Deny)
}

pub fn with(
    encoding: &'static Encoding,
    bytes: &[u8],
    known_by: KnownBy,
) -> Result<Decoded, Fault> {
    let (text, _) = encoding.decode_without_bom_handling(bytes);
    let name = encoding.name().to_ascii_lowercase();
    check(&text, &name, is_stray)?;
    Ok(Decoded {
        text: text.into_owned(),
        source: TextSource::Decoded,
        encoding: name,
        known_by,
        note: None,
    })
}

/// Bytes of other files decode to control characters, or not at all.
pub fn check(text: &str, encoding: &str, is_stray: fn(&char) -> bool) -> Result<(), Fault> {
    let (count, strays) = (text.chars().count(), text.chars().filter(is_stray).count());
    if strays > FEW && strays * STRAY > count {
        return Err(Fault::not_text(Reason::with(
            Remedy::Encoding,
            format!("not text: {strays} of its {count} characters make no sense in {encoding}"),
        )));
    }
    Ok(())
}

/// A character that no text has.
pub fn is_stray(c: &char) -> bool {
    *c == char::REPLACEMENT_CHARACTER || is_control(c)
}

/// A control character that lays no text out.
pub fn is_control(c: &char) -> bool {
    c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{c}' | '\u{1b}')
}
