//! Work on documents whose bytes are no text: in this process, or in one that does it in its place.

use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::guarded::guarded;
use super::parts;
use super::places::{Picture, Places};
use super::reader::{Bytes, Found, Recognised};
use super::{OfBytes, named};
use crate::corpus::decode::decoded::Fault;
use crate::corpus::read_options::ReadOptions;
use crate::corpus::readers::{Readers, Request, serve};

/// Before a picture that is whole, before one that is not, and before the reason why there is none.
const WHOLE: u8 = b'P';
const INCOMPLETE: u8 = b'p';
const FAULT: u8 = b'!';

/// What is to be done with a document.
#[derive(Serialize, Deserialize)]
enum Task {
    Read {
        options: Box<ReadOptions>,
        recognised: Vec<Recognised>,
    },
    Places,
    Draw {
        page: usize,
        width: u32,
    },
}

/// A document and who works on it.
pub struct Work<'a> {
    pub form: OfBytes,
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
    pub fn read(&self, options: &ReadOptions, recognised: Vec<Recognised>) -> Found {
        let Some(readers) = self.readers else {
            return read(self.form, self.bytes(), options, &recognised);
        };
        let task = Task::Read {
            options: Box::new(options.clone()),
            recognised,
        };
        let answer = self.ask(readers, &task);
        let found = answer.and_then(|answer| parsed(&answer));
        found.unwrap_or_else(Found::failed)
    }

    /// Where its text stands.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub fn places(&self) -> Result<Places, Fault> {
        match self.readers {
            None => places(self.form, self.bytes()),
            Some(readers) => parsed::<Result<Places, Fault>>(&self.ask(readers, &Task::Places)?)?,
        }
    }

    /// The picture of a page, from 1, so many pixels wide.
    ///
    /// # Errors
    /// Why it cannot be drawn.
    pub fn draw(&self, page: usize, width: u32) -> Result<Picture, Fault> {
        let Some(readers) = self.readers else {
            return draw(self.form, self.bytes(), page, width);
        };
        let answer = self.ask(readers, &Task::Draw { page, width })?;
        match answer.split_first() {
            Some((&FAULT, fault)) => Err(parsed(fault)?),
            Some((kind, png)) if [WHOLE, INCOMPLETE].contains(kind) => Ok(Picture {
                is_incomplete: *kind == INCOMPLETE,
                png: png.to_vec(),
            }),
            _ => Err(senseless("it is empty")),
        }
    }

    fn bytes(&self) -> Bytes {
        Arc::clone(&self.bytes)
    }

    fn ask(&self, readers: &Readers, task: &Task) -> Result<Vec<u8>, Fault> {
        let request = Request {
            form: self.form.name(),
            task: &json(task),
            document: &self.bytes,
            sha256: self.sha256,
        };
        readers.ask(&request, self.stop).map_err(Fault::unreadable)
    }
}

impl Found {
    fn failed(fault: Fault) -> Self {
        Self {
            articles: Err(fault),
            pictures: Vec::new(),
        }
    }
}

fn read(form: OfBytes, bytes: Bytes, options: &ReadOptions, recognised: &[Recognised]) -> Found {
    match form.paged() {
        Some(paged) => {
            let found = guarded(|| Ok(paged.find(bytes, recognised)));
            found.unwrap_or_else(Found::failed)
        }
        None => Found {
            articles: parts::read(form, bytes, options),
            pictures: Vec::new(),
        },
    }
}

fn places(form: OfBytes, bytes: Bytes) -> Result<Places, Fault> {
    let paged = form.paged().ok_or_else(without_pages)?;
    guarded(|| paged.places(bytes))
}

fn draw(form: OfBytes, bytes: Bytes, page: usize, width: u32) -> Result<Picture, Fault> {
    let paged = form.paged().ok_or_else(without_pages)?;
    guarded(|| paged.draw(bytes, page, width))
}

fn without_pages() -> Fault {
    Fault::unreadable("it has no pages")
}

fn parsed<T: DeserializeOwned>(answer: &[u8]) -> Result<T, Fault> {
    serde_json::from_slice(answer).map_err(|error| senseless(&error.to_string()))
}

fn senseless(reason: &str) -> Fault {
    Fault::unreadable(format!(
        "its reader gave an answer that makes no sense: {reason}"
    ))
}

/// Works on documents that another program sends over standard input, and answers over standard output; see
/// [`Readers`]. It opens no file and no connection. It ends with the other program.
///
/// # Errors
/// Where the memory of the process cannot be limited, or nobody takes the answers.
pub fn serve_reader() -> std::io::Result<()> {
    serve(|form, task, document| {
        let refused = |reason: String| Fault::unreadable(reason);
        let task = match serde_json::from_slice::<Task>(task) {
            Ok(task) => task,
            Err(error) => {
                return json(&Found::failed(refused(format!(
                    "a task of no sense: {error}"
                ))));
            }
        };
        let Some(form) = named(form) else {
            return refusal(&task, refused(format!("`{form}` is no form of documents")));
        };
        answer(form, &task, document)
    })
}

fn answer(form: OfBytes, task: &Task, document: Bytes) -> Vec<u8> {
    match task {
        Task::Read {
            options,
            recognised,
        } => json(&read(form, document, options, recognised)),
        Task::Places => json(&places(form, document)),
        Task::Draw { page, width } => match draw(form, document, *page, *width) {
            Ok(picture) => {
                let kind = [WHOLE, INCOMPLETE][usize::from(picture.is_incomplete)];
                [&[kind], picture.png.as_slice()].concat()
            }
            Err(fault) => refusal(task, fault),
        },
    }
}

/// The answer to a task that says only why there is none.
fn refusal(task: &Task, fault: Fault) -> Vec<u8> {
    match task {
        Task::Read { .. } => json(&Found::failed(fault)),
        Task::Places => json(&Err::<Places, _>(fault)),
        Task::Draw { .. } => [&[FAULT], json(&fault).as_slice()].concat(),
    }
}

/// No type here fails; an empty answer makes no sense to whoever asked.
fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_default()
}
