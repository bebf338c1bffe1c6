//! Files whose bytes are no text, and the files inside them.

use std::cell::{Cell, RefCell};
use std::path::Path;
use std::sync::Arc;

use crate::corpus::decode::decode;
use crate::corpus::decode::decoded::Fault;
use crate::corpus::format::guarded::guarded;
use crate::corpus::format::reader::{Archives, Bytes, Inside, Origin, Parsed};
use crate::corpus::format::{OfBytes, of, of_bytes};
use crate::corpus::read_options::{Fields, ReadOptions};
use crate::error::{Reason, Remedy};

/// So many files lie inside each other: a document in a mail in a mail in an archive.
const DEEP: usize = 4;
/// So many archives lie inside each other.
const ARCHIVES: usize = 2;
/// Bytes of all files inside a file.
const BYTES: usize = 1 << 30;

/// The articles of a file that is no text, read in this process.
///
/// # Errors
/// Why it cannot be read.
pub fn read(form: OfBytes, bytes: Bytes, options: &ReadOptions) -> Result<Vec<Parsed>, Fault> {
    match form {
        OfBytes::Document(document) => guarded(|| document.read(bytes)),
        OfBytes::Container(container) => {
            let spent = Spent::default();
            let parts = Parts {
                options,
                spent: &spent,
                depth: 1,
                archives: usize::from(is_archive(form)),
            };
            let read = container.read(&bytes, &parts);
            // A part of what a file holds is no answer.
            match spent.over.take() {
                Some(reason) => Err(Fault::unreadable(reason)),
                None => read,
            }
        }
    }
}

/// What was read inside a file so far.
#[derive(Default)]
struct Spent {
    bytes: Cell<usize>,
    articles: Cell<usize>,
    /// Which limit the whole file is over.
    over: RefCell<Option<Reason>>,
}

impl Spent {
    fn over(&self, reason: impl Into<Reason>) -> Fault {
        let reason = reason.into();
        self.over.replace(Some(reason.clone()));
        Fault::unreadable(reason)
    }
}

/// Reads the files inside a file.
struct Parts<'a> {
    options: &'a ReadOptions,
    spent: &'a Spent,
    /// Files around what is read, and those of them that are archives.
    depth: usize,
    archives: usize,
}

impl Inside for Parts<'_> {
    fn options(&self) -> &ReadOptions {
        self.options
    }

    fn archives(&self) -> Archives {
        match self.options.archives {
            false => Archives::Unasked,
            true if self.archives > ARCHIVES => Archives::TooDeep,
            true => Archives::Opened,
        }
    }

    fn read(&self, name: &str, bytes: Vec<u8>) -> Result<Vec<Parsed>, Fault> {
        let spent = self.spent.bytes.get().saturating_add(bytes.len());
        self.spent.bytes.set(spent);
        if spent > BYTES {
            let most = BYTES >> 20;
            let reason = format!("too large: the files inside it have more than {most} MB");
            return Err(self.spent.over(reason));
        }
        let path = Path::new(name);
        let mut articles = match of_bytes(path, &bytes) {
            Some(form) => self.of_bytes(form, bytes)?,
            None => self.text(path, bytes)?,
        };
        let spent = self.spent.articles.get().saturating_add(articles.len());
        self.spent.articles.set(spent);
        if spent > self.options.max_articles {
            let most = self.options.max_articles;
            let reason = format!("more than {most} articles, at most as many are read");
            let reason = Reason::with(Remedy::MaxArticles, reason);
            return Err(self.spent.over(reason));
        }
        for article in &mut articles {
            article.row = Some(match article.row.take() {
                Some(row) => format!("{name}@{row}"),
                None => name.to_owned(),
            });
        }
        Ok(articles)
    }
}

impl Parts<'_> {
    fn of_bytes(&self, form: OfBytes, bytes: Vec<u8>) -> Result<Vec<Parsed>, Fault> {
        let mut articles = match form {
            OfBytes::Document(document) => guarded(|| document.read(Arc::new(bytes)))?,
            OfBytes::Container(_) if self.depth >= DEEP => {
                return Err(Fault::not_text(format!(
                    "nested too deeply: at most {DEEP} files inside each other are read"
                )));
            }
            OfBytes::Container(container) => {
                let parts = Parts {
                    depth: self.depth + 1,
                    archives: self.archives + usize::from(is_archive(form)),
                    ..*self
                };
                container.read(&bytes, &parts)?
            }
        };
        for article in &mut articles {
            article
                .origin
                .get_or_insert_with(|| Origin::of_bytes(form.name()));
        }
        Ok(articles)
    }

    fn text(&self, path: &Path, bytes: Vec<u8>) -> Result<Vec<Parsed>, Fault> {
        let forced = self.options.encoding();
        let decoded = decode(bytes, forced.ok().flatten())?;
        let format = of(path, &decoded.text);
        let fields = Fields {
            most: self.options.max_articles,
            ..self.options.fields.clone()
        };
        let mut articles = format.read(&decoded.text, &fields)?;
        for article in &mut articles {
            article.text.get_or_insert_with(|| decoded.text.clone());
            article.notes.extend(decoded.note.clone().map(Reason::from));
            article.origin = Some(Origin {
                format: format.name().to_owned(),
                encoding: decoded.encoding.clone(),
                known_by: decoded.known_by,
            });
        }
        Ok(articles)
    }
}

fn is_archive(form: OfBytes) -> bool {
    matches!(form, OfBytes::Container(container) if container.is_archive())
}
