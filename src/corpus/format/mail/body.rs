//! Which parts of a mail are its text, and which are files that it brings.

use mail_parser::decoders::charsets::map::charset_decoder;

use super::charset::charset;
use super::mime::Part;
use super::text::{self, Flow};
use super::words::decoded as words;
use crate::corpus::block::Omission;
use crate::corpus::decode::decode_declared;
use crate::corpus::decode::decoded::{Decoded, Fault, KnownBy, TextSource, check, is_stray};
use crate::corpus::format::html;
use crate::corpus::format::joined::{Joined, letters};
use crate::corpus::format::reader::{Inside, Parsed};
use crate::error::Reason;

/// A plain text that says so much less than the page beside it stands in for it only.
const STUB: usize = 3;
/// A longer name of a file is cut, in characters.
const NAME: usize = 200;

/// A file that a mail brings.
pub struct Attached {
    pub name: String,
    /// As the mail says.
    pub kind: String,
    pub bytes: Vec<u8>,
}

/// What was found in a mail.
#[derive(Default)]
pub struct Found {
    pub joined: Joined,
    /// A part of the text is a page.
    page: bool,
    /// Of the first part of the text.
    pub encoding: Option<(String, KnownBy)>,
    pub attached: Vec<Attached>,
    /// Parts that are not read: a name and why.
    pub unread: Vec<(String, Reason)>,
    parts: usize,
}

impl Found {
    /// Takes a part of a mail for what it is.
    pub fn take(&mut self, part: &Part<'_>, inside: &dyn Inside) {
        self.parts += 1;
        if part.is_multipart() && !part.inside.is_empty() {
            for lines in &part.between {
                let lines = super::charset::plain(lines);
                self.joined.left().push(Omission::Fallback, &lines);
            }
            match part.kind.as_str() {
                "multipart/alternative" => self.alternatives(part, inside),
                "multipart/related" => self.related(part, inside),
                "multipart/encrypted" => self.unread("the mail", "it is encrypted"),
                _ => part
                    .inside
                    .iter()
                    .for_each(|inner| self.take(inner, inside)),
            }
            return;
        }
        let named = part.attribute("filename").or(part.attribute("name"));
        let is_text = named.is_none() && !part.is_attached() && is_body(&part.kind);
        match part.kind.as_str() {
            // They hold no words.
            "application/pgp-signature"
            | "application/pkcs7-signature"
            | "application/x-pkcs7-signature" => {}
            "application/pkcs7-mime" | "application/x-pkcs7-mime" => {
                self.unread("the mail", "it is encrypted or sealed (S/MIME)");
            }
            _ if is_text => self.text(part, inside),
            _ => self.attach(part),
        }
    }

    fn unread(&mut self, name: &str, reason: impl Into<Reason>) {
        self.unread.push((name.to_owned(), reason.into()));
    }

    /// A part that is text of the mail.
    fn text(&mut self, part: &Part<'_>, inside: &dyn Inside) {
        let read = decoded(part, inside).and_then(|decoded| {
            let is_page = part.kind.ends_with("html") && html::has_tags(&decoded.text);
            let parsed = match is_page {
                true => html::fragment(&decoded.text)?,
                false => text::read(&decoded.text, flow(part)),
            };
            Ok((decoded, parsed, is_page))
        });
        match read {
            Ok((decoded, mut parsed, is_page)) => {
                self.page |= is_page;
                parsed.notes.extend(decoded.note.map(Reason::from));
                self.encoding
                    .get_or_insert((decoded.encoding, decoded.known_by));
                self.joined.add(parsed);
            }
            Err(Fault::NotText(reason) | Fault::Unreadable(reason)) => {
                self.unread(&format!("part {}", self.parts), reason);
            }
        }
    }

    /// Versions of one text: the plain one is read, unless it only stands in for the page. Of the others is listed what
    /// the one that is read does not say.
    fn alternatives(&mut self, part: &Part<'_>, inside: &dyn Inside) {
        let mut versions: Vec<Found> = Vec::new();
        for inner in &part.inside {
            let mut version = Found {
                parts: self.parts,
                ..Self::default()
            };
            version.take(inner, inside);
            self.parts = version.parts;
            versions.push(version);
        }
        let said: Vec<usize> = versions
            .iter()
            .map(|version| version.joined.letters().len())
            .collect();
        let plain = (0..said.len()).find(|at| said[*at] > 0 && !versions[*at].page);
        let page = (0..said.len()).rfind(|at| said[*at] > 0 && versions[*at].page);
        let chosen = match (plain, page) {
            (Some(plain), Some(page)) if said[plain] * STUB < said[page] => page,
            (Some(plain), _) => plain,
            (None, page) => page.unwrap_or(0),
        };
        if chosen < versions.len() {
            let version = versions.remove(chosen);
            let known = version.joined.letters();
            self.add(version);
            for version in versions {
                self.add_version(version, &known);
            }
        }
    }

    fn add(&mut self, other: Self) {
        self.page |= other.page;
        self.encoding = self.encoding.take().or(other.encoding);
        self.attached.extend(other.attached);
        self.unread.extend(other.unread);
        self.joined.add(other.joined.finish());
    }

    /// Lists what another version says beside what is known.
    fn add_version(&mut self, other: Self, known: &str) {
        self.unread.extend(other.unread);
        let versions = other.attached.into_iter();
        for attached in versions {
            // A date for a calendar, say; a version of the text has no name.
            match is_version(&attached) {
                true => {
                    let text = super::charset::plain(&attached.bytes);
                    self.joined.left().push(Omission::Version, &text);
                }
                false => self.attached.push(attached),
            }
        }
        let parsed = other.joined.finish();
        let text = parsed.text.unwrap_or_default();
        let says_more = |text: &&str| !known.contains(&letters(text));
        for block in &parsed.blocks {
            for line in text[block.span.clone()].lines().filter(says_more) {
                self.joined.left().push(Omission::Version, line);
            }
        }
        for omitted in &parsed.omitted {
            let piece = &text[omitted.span.clone()];
            if says_more(&piece) {
                self.joined.left().push(omitted.reason, piece);
            }
        }
    }

    /// A page and what it shows: pictures and styles are part of it and hold no text.
    fn related(&mut self, part: &Part<'_>, inside: &dyn Inside) {
        let root = root_of(part);
        for (number, inner) in part.inside.iter().enumerate() {
            if number == root {
                self.take(inner, inside);
            } else if !is_furniture(&inner.kind) {
                self.attach(inner);
            }
        }
    }

    fn attach(&mut self, part: &Part<'_>) {
        let name = part.attribute("filename").or(part.attribute("name"));
        let mut name = file_name(&words(name.unwrap_or_default().as_bytes()));
        let extension = extension_of(&part.kind);
        if name.is_empty() {
            name = format!("part-{}{extension}", self.parts);
        } else if extension == ".eml" && !name.to_lowercase().ends_with(extension) {
            name.push_str(extension);
        }
        self.attached.push(Attached {
            name,
            kind: part.kind.clone(),
            bytes: part.content().into_owned(),
        });
    }
}

/// The part that the others belong to.
pub fn root_of(part: &Part<'_>) -> usize {
    let named = part
        .attribute("start")
        .map(|start| start.trim_matches(['<', '>']));
    let is_named = |inner: &Part<'_>| {
        let id = inner.field("content-id").map(words);
        id.is_some_and(|id| Some(id.trim_matches(['<', '>'])) == named)
    };
    part.inside.iter().position(is_named).unwrap_or(0)
}

/// What a page shows or needs, and does not say.
pub fn is_furniture(kind: &str) -> bool {
    let class = kind.split('/').next().unwrap_or_default();
    matches!(class, "image" | "audio" | "video" | "font")
        || matches!(
            kind,
            "text/css" | "text/javascript" | "application/javascript"
        )
        || kind.starts_with("application/x-font")
}

/// The kinds of parts that are text of a mail where they have no name.
fn is_body(kind: &str) -> bool {
    matches!(
        kind,
        "text/plain"
            | "text/html"
            | "text/x-amp-html"
            | "text/rfc822-headers"
            | "message/delivery-status"
            | "message/disposition-notification"
            | "message/feedback-report"
    ) || kind.starts_with("multipart/")
}

fn is_version(attached: &Attached) -> bool {
    attached.name.starts_with("part-") && attached.kind.starts_with("text/")
}

/// What a file without a name is called by its kind.
fn extension_of(kind: &str) -> &'static str {
    match kind {
        "message/rfc822" | "message/global" => ".eml",
        "text/calendar" => ".ics",
        "text/csv" => ".csv",
        "text/html" => ".html",
        "text/markdown" => ".md",
        "application/json" => ".json",
        "application/pdf" => ".pdf",
        _ if kind.starts_with("text/") => ".txt",
        _ => "",
    }
}

/// The last part of a path, as a sender may give it.
fn file_name(given: &str) -> String {
    let name = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let name = name.chars().filter(|c| !c.is_control()).take(NAME);
    name.collect::<String>().trim().to_owned()
}

fn flow(part: &Part<'_>) -> Flow {
    let is = |name: &str, value: &str| {
        let found = part.attribute(name);
        found.is_some_and(|found| found.eq_ignore_ascii_case(value))
    };
    Flow {
        flowed: is("format", "flowed"),
        del_sp: is("delsp", "yes"),
    }
}

/// The text of a part, in the encoding that it names; where it names none, by its letters.
///
/// # Errors
/// Why it is no text.
pub fn decoded(part: &Part<'_>, inside: &dyn Inside) -> Result<Decoded, Fault> {
    let bytes = part.content().into_owned();
    let label = part.attribute("charset").unwrap_or_default().to_owned();
    let named = charset(&label);
    let other = charset_decoder(label.as_bytes());
    if let (None, Some(decoder)) = (named, other) {
        // Encodings of mails alone: UTF-7, ISO-2022-KR.
        let text = decoder(&bytes);
        check(&text, &label, is_stray)?;
        return Ok(Decoded {
            text,
            source: TextSource::Decoded,
            encoding: label.to_ascii_lowercase(),
            known_by: KnownBy::Declaration,
            note: None,
        });
    }
    // What the user says of files is the best guess for a part that says nothing.
    let usual = inside.options().encoding().ok().flatten();
    match named.or(usual) {
        Some(encoding) => decode_declared(bytes, None, Some(encoding)),
        None => crate::corpus::decode::decode(bytes, None),
    }
}

/// The page that a saved page is, with its address.
pub fn page_of<'a, 'x>(part: &'a Part<'x>) -> Option<&'a Part<'x>> {
    if part.inside.is_empty() {
        return part.kind.ends_with("html").then_some(part);
    }
    let root = part.inside.get(root_of(part)).and_then(page_of);
    root.or_else(|| part.inside.iter().find_map(page_of))
}

/// Notes which parts of a saved page are not read beside the page.
pub fn beside_page(part: &Part<'_>, page: &Part<'_>, unread: &mut Vec<(String, Reason)>) {
    if part.inside.is_empty() {
        let is_page = std::ptr::eq(part, page);
        if !is_page && !is_furniture(&part.kind) {
            let place = part.field("content-location").or(part.field("content-id"));
            let name = place.map_or_else(|| part.kind.clone(), words);
            unread.push((name, "beside the page that was saved".into()));
        }
    }
    part.inside
        .iter()
        .for_each(|inner| beside_page(inner, page, unread));
}

/// The page of a saved page as an article.
///
/// # Errors
/// Why it cannot be read.
pub fn read_page(page: &Part<'_>, inside: &dyn Inside) -> Result<(Parsed, Decoded), Fault> {
    use crate::corpus::format::reader::Format as _;
    let decoded = decoded(page, inside)?;
    let mut parsed = html::Html
        .read(&decoded.text, &inside.options().fields)?
        .remove(0);
    parsed.text.get_or_insert_with(|| decoded.text.clone());
    Ok((parsed, decoded))
}
