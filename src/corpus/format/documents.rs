//! Work on documents whose bytes are no text: in this process, or in one that reads them in its place.

use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::FORMATS_OF_BYTES;
use super::places::{Picture, Places};
use super::reader::{Bytes, FormatOfBytes, Found, Paged, Recognised};
use crate::corpus::decode::decoded::Fault;
use crate::corpus::readers::{Readers, Request, serve};

/// What is said of a file whose reader panicked.
pub const READER_FAILED: &str = "its reader failed: the file is broken or the program is";

/// Before a picture that is whole, before one that is not, and before the reason why there is none.
const WHOLE: u8 = b'P';
const INCOMPLETE: u8 = b'p';
const FAULT: u8 = b'!';

/// A document and who works on it.
pub struct Work<'a> {
    pub form: &'static dyn FormatOfBytes,
    pub bytes: Bytes,
    /// SHA-256 of the bytes: a reader that has the document already does not get it again.
    pub sha256: &'a str,
    /// `None`: this process.
    pub readers: Option<&'a Readers>,
    /// Whether to give it up.
    pub stop: &'a dyn Fn() -> bool,
}

impl Work<'_> {
    /// What it holds.
    pub fn read(&self, recognised: &[Recognised]) -> Found {
        if self.readers.is_none() {
            return read(self.form, Arc::clone(&self.bytes), recognised);
        }
        let found = serde_json::to_vec(recognised)
            .map_err(|error| Fault::Unreadable(error.to_string()))
            .and_then(|recognised| self.ask("read", &recognised))
            .and_then(|answer| parsed(&answer));
        found.unwrap_or_else(|fault| Found {
            articles: Err(fault),
            pictures: Vec::new(),
        })
    }

    /// Where its text stands.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub fn places(&self) -> Result<Places, Fault> {
        if self.readers.is_none() {
            return pages_of(self.form)?.places(Arc::clone(&self.bytes));
        }
        parsed::<Result<Places, Fault>>(&self.ask("places", &[])?)?
    }

    /// The picture of a page, from 1, so many pixels wide.
    ///
    /// # Errors
    /// Why it cannot be drawn.
    pub fn draw(&self, page: usize, width: u32) -> Result<Picture, Fault> {
        if self.readers.is_none() {
            return pages_of(self.form)?.draw(Arc::clone(&self.bytes), page, width);
        }
        let answer = self.ask(&format!("draw {page} {width}"), &[])?;
        match answer.split_first() {
            Some((&FAULT, fault)) => Err(parsed(fault)?),
            Some((kind, png)) if [WHOLE, INCOMPLETE].contains(kind) => Ok(Picture {
                is_incomplete: *kind == INCOMPLETE,
                png: png.to_vec(),
            }),
            _ => Err(senseless("it is empty")),
        }
    }

    fn ask(&self, task: &str, more: &[u8]) -> Result<Vec<u8>, Fault> {
        let Some(readers) = self.readers else {
            return Err(senseless("nobody was asked"));
        };
        let request = Request {
            task: &format!("{}\n{task}", self.form.name()),
            more,
            document: &self.bytes,
            sha256: self.sha256,
        };
        readers.ask(&request, self.stop).map_err(Fault::Unreadable)
    }
}

fn read(form: &dyn FormatOfBytes, bytes: Bytes, recognised: &[Recognised]) -> Found {
    match form.paged() {
        Some(paged) => paged.read_recognised(bytes, recognised),
        None => Found {
            articles: form.read(Arc::unwrap_or_clone(bytes)),
            pictures: Vec::new(),
        },
    }
}

fn pages_of(form: &dyn FormatOfBytes) -> Result<&dyn Paged, Fault> {
    let none = || Fault::Unreadable(format!("{} has no pages", form.name()));
    form.paged().ok_or_else(none)
}

fn parsed<T: DeserializeOwned>(answer: &[u8]) -> Result<T, Fault> {
    serde_json::from_slice(answer).map_err(|error| senseless(&error.to_string()))
}

fn senseless(reason: &str) -> Fault {
    Fault::Unreadable(format!(
        "its reader gave an answer that makes no sense: {reason}"
    ))
}

/// Works on documents that another program sends over standard input, and answers over standard output; see
/// [`Readers`]. It opens no file and no connection. It ends with the other program.
///
/// # Errors
/// Where the memory of the process cannot be limited, or nobody takes the answers.
pub fn serve_reader() -> std::io::Result<()> {
    serve(|task, more, document| {
        // The next document does not depend on what this one broke.
        let work = || answer(task, more, document);
        let answered = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
        answered.unwrap_or_else(|_| refusal(task, READER_FAILED))
    })
}

/// What is answered to a task: the name of a form on a line, then what to do, and how.
fn answer(task: &str, more: &[u8], document: Bytes) -> Vec<u8> {
    let (name, work) = task.split_once('\n').unwrap_or_default();
    let words: Vec<&str> = work.split(' ').collect();
    let mut formats = FORMATS_OF_BYTES.into_iter();
    let format = formats.find(|format| name == format.name());
    match (format, words.as_slice()) {
        (Some(format), ["read"]) => match serde_json::from_slice::<Vec<Recognised>>(more) {
            Ok(recognised) => json(&read(format, document, &recognised)),
            Err(error) => refusal(task, &error.to_string()),
        },
        (Some(format), ["places"]) => {
            let places = pages_of(format).and_then(|paged| paged.places(document));
            json(&places)
        }
        (Some(format), ["draw", page, width]) => match (page.parse(), width.parse()) {
            (Ok(page), Ok(width)) => drawn(format, document, page, width),
            _ => refusal(task, "no page and no width"),
        },
        _ => refusal(task, &format!("`{task}` is no task")),
    }
}

/// The answer to a task to draw.
fn drawn(format: &dyn FormatOfBytes, document: Bytes, page: usize, width: u32) -> Vec<u8> {
    let picture = pages_of(format).and_then(|paged| paged.draw(document, page, width));
    match picture {
        Ok(picture) => {
            let kind = [WHOLE, INCOMPLETE][usize::from(picture.is_incomplete)];
            [&[kind], picture.png.as_slice()].concat()
        }
        Err(fault) => [&[FAULT], json(&fault).as_slice()].concat(),
    }
}

/// The answer to a task that says only why there is none.
fn refusal(task: &str, reason: &str) -> Vec<u8> {
    let fault = Fault::Unreadable(reason.to_owned());
    let work = task
        .split(['\n', ' '])
        .find(|word| ["draw", "places"].contains(word));
    match work {
        Some("draw") => [&[FAULT], json(&fault).as_slice()].concat(),
        Some("places") => json(&Err::<Places, _>(fault)),
        _ => json(&Found {
            articles: Err(fault),
            pictures: Vec::new(),
        }),
    }
}

/// No type here fails; an empty answer makes no sense to whoever asked.
fn json(value: &impl serde::Serialize) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_default()
}
