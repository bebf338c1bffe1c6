//! Mails, mailboxes, and web pages that were saved as mails (MHTML, RFC 2557).
//!
//! The subject of a mail is its title and the sender its author; all fields for people are listed as left out. What a mail
//! brings (`body`) is read as an article of its own where it has a form that is read, and named where it has not. There is
//! no place for threads: `references` is listed with the other fields.

mod body;
mod charset;
mod fields;
mod known;
mod mime;
mod text;
mod words;

use std::borrow::Cow;

use body::{Found, beside_page, page_of, read_page};
use mime::{Part, readable};

use super::plain;
use super::unread::Unread;
use crate::corpus::decode::decoded::{Fault, KnownBy};
use crate::corpus::format::reader::{Container, Inside, Origin, Parsed};
use crate::error::Reason;

/// One mail.
pub struct Mail;

impl Container for Mail {
    fn name(&self) -> &'static str {
        "mail"
    }

    fn accepts(&self, extension: &str, bytes: &[u8]) -> bool {
        known::is_mail(extension, bytes)
    }

    fn read(&self, bytes: &[u8], inside: &dyn Inside) -> Result<Vec<Parsed>, Fault> {
        let mut unread = Unread::default();
        let bytes = readable(known::without_mark(bytes));
        let mail = Part::of(&bytes)?;
        let mut articles = read(&mail, self.name(), inside, &mut unread);
        note(&mut articles, unread);
        Ok(articles)
    }
}

/// Mails behind each other; each is an article, whose row is its Message-ID, else its number.
pub struct Mbox;

impl Container for Mbox {
    fn name(&self) -> &'static str {
        "mbox"
    }

    fn accepts(&self, extension: &str, bytes: &[u8]) -> bool {
        known::is_mailbox(extension, bytes)
    }

    fn read(&self, bytes: &[u8], inside: &dyn Inside) -> Result<Vec<Parsed>, Fault> {
        let mut unread = Unread::default();
        let mut articles = Vec::new();
        for (number, bytes) in (1..).zip(known::mails(bytes)) {
            let bytes = known::after_separator(bytes).unwrap_or_default();
            let bytes = without_quotes(bytes.trim_ascii_start());
            let bytes = readable(&bytes);
            let mail = match Part::of(&bytes) {
                Ok(mail) => mail,
                Err(fault) => {
                    unread.fault(&format!("mail {number}"), fault);
                    continue;
                }
            };
            let name = fields::message_id(&mail).unwrap_or_else(|| number.to_string());
            for mut article in read(&mail, self.name(), inside, &mut unread) {
                article.row = Some(match article.row.take() {
                    Some(row) => format!("{name}/{row}"),
                    None => name.clone(),
                });
                articles.push(article);
            }
        }
        note(&mut articles, unread);
        Ok(articles)
    }
}

/// A web page that a browser saved.
pub struct Mhtml;

impl Container for Mhtml {
    fn name(&self) -> &'static str {
        "MHTML"
    }

    fn accepts(&self, extension: &str, bytes: &[u8]) -> bool {
        known::is_saved_page(extension, bytes)
    }

    fn read(&self, bytes: &[u8], inside: &dyn Inside) -> Result<Vec<Parsed>, Fault> {
        let saved = Part::of(known::without_mark(bytes))?;
        let page = page_of(&saved);
        let page = page.ok_or_else(|| Fault::not_text("a saved web page without HTML"))?;
        let (mut parsed, decoded) = read_page(page, inside)?;
        let field = |part: &Part<'_>, name: &str| part.field(name).map(words::decoded);
        let address =
            field(&saved, "snapshot-content-location").or(field(page, "content-location"));
        let address = address.filter(|address| address.starts_with("http"));
        parsed.source_url = address.or(parsed.source_url);
        parsed.title = parsed.title.take().or_else(|| field(&saved, "subject"));
        parsed.notes.extend(decoded.note.map(Reason::from));
        parsed.origin = Some(origin(
            self.name(),
            Some((decoded.encoding, decoded.known_by)),
        ));
        let (mut beside, mut unread) = (Vec::new(), Unread::default());
        beside_page(&saved, page, &mut beside);
        beside
            .into_iter()
            .for_each(|(name, reason)| unread.push(&name, reason));
        let mut articles = vec![parsed];
        note(&mut articles, unread);
        Ok(articles)
    }
}

/// The article of a mail, and those of the files that it brings.
fn read(mail: &Part<'_>, form: &str, inside: &dyn Inside, unread: &mut Unread) -> Vec<Parsed> {
    let mut found = Found::default();
    let mut about = Parsed::default();
    fields::describe(mail, &mut about, found.joined.left());
    found.take(mail, inside);
    if let (true, Some(title)) = (found.joined.is_empty(), &about.title) {
        // All that it says.
        let mut subject = plain(title);
        subject.text = Some(title.clone());
        found.joined.add(subject);
    }
    let mut parsed = found.joined.finish();
    parsed.title = about.title;
    parsed.author = about.author;
    parsed.published = about.published;
    parsed.lang = about.lang;
    parsed.source_url = about.source_url;
    parsed.origin = Some(origin(form, found.encoding));
    let mut articles = vec![parsed];
    for (name, reason) in found.unread {
        unread.push(&name, reason);
    }
    for attached in found.attached {
        let media = ["image/", "audio/", "video/"];
        if media.iter().any(|class| attached.kind.starts_with(class)) {
            unread.push(&attached.name, attached.kind);
            continue;
        }
        match inside.read(&attached.name, attached.bytes) {
            Ok(more) => articles.extend(more),
            Err(fault) => unread.fault(&attached.name, fault),
        }
    }
    articles
}

fn origin(form: &str, encoding: Option<(String, KnownBy)>) -> Origin {
    let mut origin = Origin::of_bytes(form);
    if let Some((encoding, known_by)) = encoding {
        (origin.encoding, origin.known_by) = (encoding, known_by);
    }
    origin
}

/// Says once for a file what of it is not read.
fn note(articles: &mut Vec<Parsed>, unread: Unread) {
    let Some(note) = unread.note() else {
        return;
    };
    if articles.is_empty() {
        articles.push(Parsed {
            text: Some(String::new()),
            ..Parsed::default()
        });
    }
    articles[0].notes.push(note);
}

/// A mail of a mailbox as it was sent: lines that begin with `From ` are quoted there.
fn without_quotes(bytes: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memmem::find(bytes, b">From ").is_none() {
        return Cow::Borrowed(bytes);
    }
    let mut text = Vec::with_capacity(bytes.len());
    for line in bytes.split_inclusive(|b| *b == b'\n') {
        let marks = line.iter().take_while(|b| **b == b'>').count();
        let quoted = marks > 0 && line[marks..].starts_with(b"From ");
        text.extend(&line[usize::from(quoted)..]);
    }
    Cow::Owned(text)
}
