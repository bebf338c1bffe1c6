//! Reads a document, and has a program recognise letters on its pages without text (OCR) if there is one.

use super::format::documents::Work;
use super::format::places::Picture;
use super::format::reader::{Parsed, Recognised};
use super::read_options::ReadOptions;
use super::time_limit::MoreTime;
use crate::corpus::decode::decoded::Fault;

/// Pixels across a page: 300 a wide inch of A4, which is what such programs are made for.
const WIDTH: u32 = 2480;

/// The articles of a document.
///
/// # Errors
/// Why it cannot be read.
pub(super) fn read(
    work: &Work<'_>,
    options: &ReadOptions,
    more_time: &MoreTime,
) -> Result<Vec<Parsed>, Fault> {
    let found = work.read(options, Vec::new());
    let Some(ocr) = options.ocr.as_ref().filter(|_| !found.pictures.is_empty()) else {
        return found.articles;
    };
    let mut recognised = Vec::new();
    let mut failed = Vec::new();
    for &page in &found.pictures {
        if (work.stop)() {
            break;
        }
        let picture = work.draw(page, WIDTH).map_err(|fault| match fault {
            Fault::NotText(reason) | Fault::Unreadable(reason) => reason.text,
        });
        let recognise = |picture: Picture| {
            let work = || ocr.recognise(&picture.png, work.stop);
            more_time.during(ocr.time, work)
        };
        match picture.and_then(recognise) {
            Ok(text) => recognised.push(Recognised { page, text }),
            Err(reason) => failed.push((page, reason)),
        }
    }
    let mut articles = match recognised.is_empty() {
        true => found.articles,
        false => work.read(options, recognised).articles,
    };
    let Some((page, reason)) = failed.first() else {
        return articles;
    };
    let more = match failed.len() {
        1 => String::new(),
        2 => " (and one more page)".to_owned(),
        count => format!(" (and {} more pages)", count - 1),
    };
    let note = format!("the text of page {page} could not be recognised: {reason}{more}");
    match &mut articles {
        Ok(articles) => articles
            .iter_mut()
            .for_each(|one| one.notes.push(note.as_str().into())),
        // It is no text only because nobody could read it.
        Err(fault) => *fault = Fault::unreadable(note),
    }
    articles
}
