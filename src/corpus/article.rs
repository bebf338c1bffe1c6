//! One source text with what is known about it.

use std::collections::HashMap;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use super::plain::{source, title};
use super::time_limit::{MoreTime, TimeLimit};
use super::{date, decode, file_name, format, language, recognition};
use crate::corpus::block::{Block, BlockKind, HEADING_LETTERS, Omitted, Repeated};
use crate::corpus::decode::decoded::{Decoded, Fault, KnownBy, TextSource};
use crate::corpus::format::documents::Work;
use crate::corpus::format::guarded::READER_FAILED;
use crate::corpus::format::places::Stretch;
use crate::corpus::format::reader::Parsed;
use crate::corpus::gaps::list_gaps;
use crate::corpus::read_options::{Fields, ReadOptions};
use crate::error::{CorpusError, Error, Reason, Remedy, Result};
use crate::sha256;

/// Name of the threads in which files are read; a panic in one becomes that file's error.
pub const READING_THREAD: &str = "read";

/// So long somebody who gives up a file waits for the end of a program of the user.
const END_OF_PROGRAM: Duration = Duration::from_secs(1);

/// A text that was read, and its layout.
#[derive(Debug, Clone)]
pub struct Article {
    /// The whole text; every span counts its bytes.
    pub text: String,
    /// How the text came out of the file.
    pub text_source: TextSource,
    /// Name of the encoding as in the WHATWG Encoding Standard, lower case.
    pub encoding: String,
    /// How the encoding is known.
    pub known_by: KnownBy,
    /// Name of the form it was read from.
    pub format: &'static str,
    /// SHA-256 of the file's bytes, lower-case hex.
    pub sha256: String,
    /// Which of several articles of a file; unique in it.
    pub row: Option<String>,
    /// `None` where the file names none and none was found in the text.
    pub title: Option<String>,
    /// Address of the web page that it came from, as the file names it.
    pub source_url: Option<String>,
    /// Who wrote it, as the file names them.
    pub author: Option<String>,
    /// `YYYY-MM-DD`
    pub published: Option<String>,
    /// ISO 639-1 where there is such a code, else 639-3.
    pub lang: Option<String>,
    /// From which byte on a passage stands where (page, row, heading path), ascending.
    pub locators: Vec<(usize, String)>,
    /// Where a slide, a sheet, a chapter or a cell begins, ascending: no passage holds text from both sides of it.
    pub sections: Vec<usize>,
    /// What is to be read, in the order of the text.
    pub blocks: Vec<Block>,
    /// What was left out, in the order of the text.
    pub omitted: Vec<Omitted>,
    /// What is read once more before passages elsewhere.
    pub repeated: Vec<Repeated>,
    /// What was decided while reading, in a sentence each, where the user could think otherwise.
    pub notes: Vec<Reason>,
    /// Where the text stands that a program recognised in pictures of pages (OCR), ascending.
    pub recognised: Vec<Stretch>,
}

impl Article {
    /// Reads the articles of a file; most hold one.
    ///
    /// # Errors
    /// [`Error::Io`] where it cannot be read, [`CorpusError::NotText`] where it is not text,
    /// [`CorpusError::Unreadable`] where it is too large or damaged.
    pub fn read(path: &Path, options: &ReadOptions) -> Result<Vec<Self>> {
        let bytes = bytes_of(path, options)?;
        Self::from_bytes(bytes, path, options)
    }

    /// As [`Article::read`], in a thread of its own: one that takes too long is left alone, and what ends a reader
    /// ends it for this file only. `None` where the file is what it was, by the SHA-256 of its bytes.
    ///
    /// # Errors
    /// As [`Article::read`]; [`CorpusError::Unreadable`] for a file that took too long, or whose reader failed;
    /// [`Error::Interrupted`].
    pub fn read_in_time(
        path: &Path,
        options: &ReadOptions,
        was: Option<&str>,
        limit: &TimeLimit<'_>,
    ) -> Result<Option<Vec<Self>>> {
        let (sender, receiver) = channel();
        let given_up = Arc::new(AtomicBool::new(false));
        let (file, how, was) = (path.to_path_buf(), options.clone(), was.map(str::to_owned));
        let stopped = Arc::clone(&given_up);
        let more_time = limit.more_time.clone();
        let work = move || {
            let read = bytes_of(&file, &how).and_then(|bytes| {
                if was.is_some_and(|was| sha256::of(&[&bytes]) == was) {
                    return Ok(None);
                }
                let stop = || stopped.load(Ordering::Relaxed);
                let limits = Limits {
                    stop: &stop,
                    more_time: &more_time,
                };
                Self::from_bytes_until(bytes, &file, &how, &limits).map(Some)
            });
            // Nobody listens any more where it took too long.
            let _ = sender.send(read);
        };
        let thread = std::thread::Builder::new().name(READING_THREAD.to_owned());
        thread
            .spawn(work)
            .map_err(Error::io("start a thread for", path))?;
        loop {
            match receiver.recv_timeout(limit.next_look()) {
                Ok(read) => return read,
                Err(RecvTimeoutError::Timeout) if !limit.is_over() => {}
                Err(RecvTimeoutError::Timeout) => {
                    given_up.store(true, Ordering::Relaxed);
                    // This program may end now, and a program of the user would go on without it.
                    if limit.more_time.is_given() {
                        let _ = receiver.recv_timeout(END_OF_PROGRAM);
                    }
                    return Err(limit.error(path));
                }
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(of_file(path, Fault::unreadable(READER_FAILED)));
                }
            }
        }
    }

    /// Takes the bytes of a file apart.
    ///
    /// # Errors
    /// [`CorpusError::NotText`] and [`CorpusError::Unreadable`], which name `path`.
    pub fn from_bytes(bytes: Vec<u8>, path: &Path, options: &ReadOptions) -> Result<Vec<Self>> {
        let limits = Limits {
            stop: &|| false,
            more_time: &MoreTime::default(),
        };
        Self::from_bytes_until(bytes, path, options, &limits)
    }

    /// As [`Article::from_bytes`]; what is left once `stop` says so is not taken apart.
    fn from_bytes_until(
        bytes: Vec<u8>,
        path: &Path,
        options: &ReadOptions,
        limits: &Limits<'_>,
    ) -> Result<Vec<Self>> {
        if let Some(form) = format::of_bytes(path, &bytes) {
            let sha256 = sha256::of(&[&bytes]);
            let work = Work {
                form,
                bytes: Arc::new(bytes),
                sha256: &sha256,
                readers: options.readers.as_ref(),
                stop: limits.stop,
            };
            let error = |fault| of_file(path, fault);
            let parsed = recognition::read(&work, options, limits.more_time).map_err(error)?;
            let file = (&Decoded::extracted(), form.name(), sha256.as_str());
            return Self::all(parsed, path, file, options, limits.stop).map_err(error);
        }
        Self::from_text_until(bytes, path, options, limits.stop)
    }

    /// Takes the bytes of a text apart, whatever other form they could be.
    ///
    /// # Errors
    /// As [`Article::from_bytes`].
    pub fn from_text(text: &str, path: &Path, options: &ReadOptions) -> Result<Vec<Self>> {
        Self::from_text_until(text.as_bytes().to_vec(), path, options, &|| false)
    }

    fn from_text_until(
        bytes: Vec<u8>,
        path: &Path,
        options: &ReadOptions,
        stop: &dyn Fn() -> bool,
    ) -> Result<Vec<Self>> {
        let sha256 = sha256::of(&[&bytes]);
        let error = |fault| of_file(path, fault);
        let forced = options
            .encoding()
            .map_err(|label| error(Fault::unreadable(format!("unknown encoding `{label}`"))))?;
        let decoded = decode::decode(bytes, forced).map_err(error)?;
        let format = format::of(path, &decoded.text);
        let fields = Fields {
            most: options.max_articles,
            ..options.fields.clone()
        };
        let parsed = format.read(&decoded.text, &fields).map_err(error)?;
        let file = (&decoded, format.name(), sha256.as_str());
        Self::all(parsed, path, file, options, stop).map_err(error)
    }

    /// The articles of a file, of which is known how it was decoded, what form it has, and its SHA-256.
    fn all(
        parsed: Vec<Parsed>,
        path: &Path,
        (decoded, format, sha256): (&Decoded, &'static str, &str),
        options: &ReadOptions,
        stop: &dyn Fn() -> bool,
    ) -> Result<Vec<Self>, Fault> {
        if parsed.len() > options.max_articles {
            let (count, most) = (parsed.len(), options.max_articles);
            return Err(Fault::unreadable(Reason::with(
                Remedy::MaxArticles,
                format!("{count} articles, at most {most} are read"),
            )));
        }
        let path = path.to_string_lossy();
        let declared: Vec<bool> = parsed.iter().map(|part| part.lang.is_some()).collect();
        let mut articles: Vec<Self> = parsed
            .into_iter()
            .take_while(|_| !stop())
            .map(|parsed| Self::new(parsed, &path, decoded, format, sha256))
            .collect();
        number_again(&mut articles);
        settle_languages(&mut articles, &declared);
        Ok(articles)
    }

    /// A text that is no file.
    pub fn of_text(text: &str) -> Self {
        let decoded = Decoded {
            text: text.to_owned(),
            source: TextSource::File,
            encoding: "utf-8".to_owned(),
            known_by: KnownBy::Valid,
            note: None,
        };
        let sha256 = sha256::of(&[text.as_bytes()]);
        Self::new(format::plain(text), "", &decoded, "text", &sha256)
    }

    /// `path` may be empty: of a text that is in no file.
    fn new(
        mut parsed: Parsed,
        path: &str,
        decoded: &Decoded,
        format: &'static str,
        sha256: &str,
    ) -> Self {
        let text_source = match parsed.text {
            Some(_) => TextSource::Extracted,
            None => decoded.source,
        };
        let text = parsed.text.take().unwrap_or_else(|| decoded.text.clone());
        let origin = parsed.origin.take();
        let inner = origin.as_ref();
        let format = inner
            .and_then(|o| format::name_of(&o.format))
            .unwrap_or(format);
        shorten(&text, &mut parsed);
        list_gaps(&text, &mut parsed);
        // What was left out says nothing of the article.
        let body = &text[..parsed.listed_from.unwrap_or(text.len())];
        parsed.notes.extend(decoded.note.clone().map(Reason::from));
        let language = language::of(&text, &parsed.blocks, parsed.lang.as_deref());
        let lang = language.code;
        parsed.notes.extend(language.note.map(Reason::from));
        let row = parsed.row.take();
        // A file inside a file is called by its row; other rows are no names.
        let name = match (&row, inner) {
            (Some(row), Some(_)) => row.as_str(),
            (Some(_), None) => "",
            (None, _) => path,
        };
        let published = match parsed.published {
            Some(field) => date::of_field(&field, lang.as_deref()),
            None => file_name::published(name).or_else(|| date::published(body, lang.as_deref())),
        };
        // Documents state their titles, or begin with them; tables do not.
        let mut kinds = parsed.blocks.iter().map(|block| block.kind);
        let rows = kinds.all(|kind| matches!(kind, BlockKind::Row | BlockKind::RowPart));
        let titled = Some(name).filter(|_| rows || format::is_of_text(format));
        let one_line = |line: String| line.split_whitespace().collect::<Vec<_>>().join(" ");
        Self {
            text_source,
            encoding: inner.map_or(&decoded.encoding, |o| &o.encoding).clone(),
            known_by: inner.map_or(decoded.known_by, |o| o.known_by),
            format,
            sha256: sha256.to_owned(),
            title: parsed
                .title
                .map(one_line)
                .or_else(|| title::title(body, &parsed.blocks, &parsed.omitted, titled)),
            row,
            source_url: parsed
                .source_url
                .or_else(|| source::source_url(&text, &parsed.blocks, &parsed.omitted)),
            author: parsed.author.map(one_line),
            published,
            lang,
            locators: parsed.locators,
            sections: parsed.sections,
            blocks: parsed.blocks,
            omitted: parsed.omitted,
            repeated: parsed.repeated,
            notes: parsed.notes,
            recognised: parsed.recognised,
            text,
        }
    }
}

/// What bounds the work on a file.
struct Limits<'a> {
    stop: &'a dyn Fn() -> bool,
    more_time: &'a MoreTime,
}

/// A fault as the error of a file.
fn of_file(path: &Path, fault: Fault) -> Error {
    let path = path.to_path_buf();
    match fault {
        Fault::NotText(reason) => Error::Corpus(CorpusError::NotText { path, reason }),
        Fault::Unreadable(reason) => Error::Corpus(CorpusError::Unreadable { path, reason }),
    }
}

/// The bytes of a file that is not too large.
fn bytes_of(path: &Path, options: &ReadOptions) -> Result<Vec<u8>> {
    let mut file = std::fs::File::open(path).map_err(Error::io("open", path))?;
    let metadata = file.metadata().map_err(Error::io("read", path))?;
    if !metadata.is_file() {
        return Err(Error::Corpus(CorpusError::NotText {
            path: path.to_path_buf(),
            reason: "not a regular file".into(),
        }));
    }
    // A file may grow while it is read: one byte over the limit is enough to know.
    let mut bytes = Vec::new();
    let length = if metadata.len() > options.max_bytes {
        metadata.len()
    } else {
        let mut limited = (&mut file).take(options.max_bytes.saturating_add(1));
        limited
            .read_to_end(&mut bytes)
            .map_err(Error::io("read", path))? as u64
    };
    if length > options.max_bytes {
        return Err(Error::Corpus(CorpusError::Unreadable {
            path: path.to_path_buf(),
            reason: Reason::with(
                Remedy::MaxBytes,
                format!(
                    "too large: {length} bytes, at most {} are read",
                    options.max_bytes
                ),
            ),
        }));
    }
    Ok(bytes)
}

/// Longer texts tell their language by themselves, in bytes.
const SHORT_BYTES: usize = 1000;

/// Characters of a title, an author or a locator.
const FIELD_CHARS: usize = 1000;

/// What is too long for a heading is text, and what is too long for a line about the article is cut: a title of 20 MB would
/// be said again with every answer.
fn shorten(text: &str, parsed: &mut Parsed) {
    for block in &mut parsed.blocks {
        let long = || text[block.span.clone()].chars().count() > HEADING_LETTERS;
        if block.kind == BlockKind::Heading && block.span.len() > HEADING_LETTERS && long() {
            block.kind = BlockKind::Paragraph;
        }
    }
    let locators = parsed.locators.iter_mut().map(|(_, locator)| locator);
    let fields = parsed.title.iter_mut().chain(parsed.author.iter_mut());
    for field in fields.chain(locators) {
        if field.len() > FIELD_CHARS
            && let Some((end, _)) = field.char_indices().nth(FIELD_CHARS)
        {
            field.truncate(end);
            field.push('…');
        }
    }
}

/// Short articles of a file are in the language of the others, unless they declare theirs or their letters say otherwise.
fn settle_languages(articles: &mut [Article], declared: &[bool]) {
    let mut counts = HashMap::new();
    for lang in articles.iter().filter_map(|article| article.lang.clone()) {
        *counts.entry(lang).or_insert(0) += 1;
    }
    if articles.len() < 2 || counts.is_empty() {
        return;
    }
    for (article, _) in articles
        .iter_mut()
        .zip(declared)
        .filter(|(_, declared)| !**declared)
    {
        if article.text.len() < SHORT_BYTES
            && let Some(lang) = language::among(&article.text, &article.blocks, &counts)
        {
            article.lang = Some(lang);
        }
    }
}

/// Rows of one name are told apart.
fn number_again(articles: &mut [Article]) {
    let mut seen = HashMap::new();
    for article in articles {
        if let Some(row) = &mut article.row {
            let count = seen.entry(row.clone()).or_insert(0);
            *count += 1;
            if *count > 1 {
                *row = format!("{row}~{count}");
            }
        }
    }
}
