//! `tane open`: an article in the user's editor, its source page in the user's browser.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;

use super::index::open;
use super::output::{self, Output};
use super::settings::Settings;
use super::{args, shell};
use crate::cli::outcome::Outcome;
use crate::corpus::{TextSource, locator};
use crate::error::{Error, SearchError};
use crate::index::{ArticleRecord, Index};
use crate::search::{Names, find};

pub fn run(args: &args::Open, settings: &Settings, out: &mut Output) -> anyhow::Result<Outcome> {
    let command = {
        let index = open(settings)?;
        let (number, rows) = find(&index, &args.id, Names::IdsAndPaths)?;
        let record = index.article(number)?;
        if args.source {
            desktop(web_address(&record)?.into())
        } else {
            let line = match &rows {
                Some(rows) if lines_are_those_of_the_file(&record) => {
                    Some(index.passage(rows.start)?.lines.0)
                }
                _ => None,
            };
            let file = file(&index, &record)?;
            let is_document =
                record.metadata.text_source == TextSource::Extracted && is_document(&file);
            let place = match rows {
                Some(rows) if is_document => {
                    let start = index.passage(rows.start)?.span.start;
                    locator(&record.locators, start)
                }
                _ => None,
            };
            // None of these programs is known to take a page, a slide or a cell.
            if let Some(place) = place.filter(|_| !settings.quiet) {
                let on = if place.starts_with("page ") {
                    "on"
                } else {
                    "at"
                };
                output::remark(&format!("the passage is {on} {place}"));
            }
            match Program::of_the_user().filter(|_| !is_document) {
                Some(program) => program.command(&file, line),
                None => desktop_for(file.into_os_string(), !is_document),
            }
        }
        // The index is closed here: an editor may stay open for hours.
    };
    if args.print {
        out.line(&shell::line(&command))?;
        return Ok(Outcome::Something);
    }
    start(&command, args.source)
}

/// Lines count in the text that tane read; an extracted text has other lines than its file.
fn lines_are_those_of_the_file(record: &ArticleRecord) -> bool {
    record.metadata.row.is_none() && record.metadata.text_source != TextSource::Extracted
}

/// Names of documents that no editor shows, and what their bytes begin with.
const DOCUMENTS: [(&[&str], &[u8]); 7] = [
    (&["pdf"], b"%PDF-"),
    (
        &[
            "docx", "docm", "pptx", "pptm", "xlsx", "xlsm", "xlsb", "odt", "odp", "ods", "epub",
            "zip",
        ],
        b"PK\x03\x04",
    ),
    (&["xls"], b"\xd0\xcf\x11\xe0"),
    (&["fodt", "fodp", "fods"], b"<office:document"),
    (&["rtf"], b"{\\rtf"),
    (&["gz", "tgz"], b"\x1f\x8b"),
    // A mail begins with any of its fields.
    (&["eml"], b":"),
];

/// Within so many bytes a document says what it is.
const HEAD: u64 = 1024;

/// A document that no editor shows. The name counts, because a desktop runs what has the name of a program, whatever it
/// holds; and so does what it holds, because anything may have the name of a document.
fn is_document(file: &Path) -> bool {
    let extension = file.extension().unwrap_or_default();
    let known = |(names, mark): &(&[&str], &'static [u8])| {
        let named = names
            .iter()
            .any(|name| extension.eq_ignore_ascii_case(name));
        named.then_some(*mark)
    };
    let Some(mark) = DOCUMENTS.iter().find_map(known) else {
        return false;
    };
    let mut head = Vec::new();
    let read = File::open(file).and_then(|file| file.take(HEAD).read_to_end(&mut head));
    read.is_ok() && head.windows(mark.len()).any(|found| found == mark)
}

/// The article's file. It is absolute, so that no program takes its name for an option.
fn file(index: &Index, record: &ArticleRecord) -> Result<PathBuf, Error> {
    let path = index.source_path(record).unwrap_or_default();
    if path.is_file() {
        return std::path::absolute(&path).map_err(Error::io("open", &path));
    }
    let id = record.id();
    let id = shell::quoted(id.as_ref());
    let instead = match &record.metadata.source_url {
        Some(url) => format!("its source page is {url} (`tane open --source {id}` opens it)"),
        None => format!("`tane show {id}` prints what the index holds of it"),
    };
    Err(Error::Search(SearchError::FileNotHere { path, instead }))
}

/// The source page. Nothing but web addresses: a desktop runs programs for others.
fn web_address(record: &ArticleRecord) -> Result<String, Error> {
    let refused = |reason| {
        Error::Search(SearchError::NoSourcePage {
            id: record.id(),
            reason,
        })
    };
    let Some(url) = &record.metadata.source_url else {
        return Err(refused("it names none".to_owned()));
    };
    let scheme = url.split_once("://").map(|(scheme, _)| scheme);
    let is_web = scheme
        .is_some_and(|scheme| ["http", "https"].contains(&scheme.to_ascii_lowercase().as_str()));
    if is_web && !url.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Ok(url.clone());
    }
    Err(refused(format!(
        "`{url}` is no http or https address, and tane opens no other"
    )))
}

/// A program of the user's choice, and its arguments.
struct Program {
    words: Vec<OsString>,
}

impl Program {
    /// `VISUAL`, else `EDITOR`; without them and on a terminal `PAGER`.
    fn of_the_user() -> Option<Self> {
        let editor = Self::named("VISUAL").or_else(|| Self::named("EDITOR"));
        editor.or_else(|| Self::named("PAGER").filter(|_| std::io::stdout().is_terminal()))
    }

    /// Split at white space and nothing else: no shell reads the variable.
    fn named(variable: &str) -> Option<Self> {
        let value = std::env::var_os(variable)?;
        // A name that is not UTF-8 is one word.
        let words: Vec<OsString> = match value.to_str() {
            Some(text) => text.split_whitespace().map(OsString::from).collect(),
            None => vec![value],
        };
        (!words.is_empty()).then_some(Self { words })
    }

    /// The command that opens a file, at a line where the program is known to take one.
    fn command(mut self, file: &Path, line: Option<usize>) -> Vec<OsString> {
        let name = Path::new(&self.words[0]).file_stem();
        let name = name.unwrap_or_default().to_string_lossy().to_lowercase();
        let at_line = |line: usize| {
            let mut at = file.as_os_str().to_owned();
            at.push(format!(":{line}"));
            at
        };
        let arguments = match (name.as_str(), line) {
            (
                "vi" | "vim" | "nvim" | "gvim" | "mvim" | "nano" | "pico" | "emacs" | "emacsclient"
                | "kak" | "micro" | "less" | "more" | "most",
                Some(line),
            ) => vec![format!("+{line}").into(), file.into()],
            ("hx" | "helix" | "zed" | "zeditor" | "subl" | "sublime_text", Some(line)) => {
                vec![at_line(line)]
            }
            (
                "code" | "code-insiders" | "codium" | "vscodium" | "cursor" | "windsurf",
                Some(line),
            ) => vec!["--goto".into(), at_line(line)],
            _ => vec![file.into()],
        };
        self.words.extend(arguments);
        self.words
    }
}

/// The desktop's program for an address.
pub fn desktop(address: OsString) -> Vec<OsString> {
    desktop_for(address, false)
}

/// The desktop's program for texts, or the one for whatever a target is. None of these commands goes through a shell.
fn desktop_for(target: OsString, is_text: bool) -> Vec<OsString> {
    let words: &[&str] = if cfg!(target_os = "macos") {
        // As text: what `open` does with a script is to run it.
        if is_text { &["open", "-t"] } else { &["open"] }
    } else if cfg!(windows) {
        // Scripts are run here too. For addresses it is what `start` calls, without the shell that `start` needs.
        if is_text {
            &["notepad.exe"]
        } else {
            &["rundll32.exe", "url.dll,FileProtocolHandler"]
        }
    } else {
        &["xdg-open"]
    };
    let words = words.iter().map(OsString::from);
    words.chain([target]).collect()
}

fn start(command: &[OsString], is_page: bool) -> anyhow::Result<Outcome> {
    // Ctrl-C is for the program that was started. Fails only where a handler is set already.
    let _ = ctrlc::set_handler(|| {});
    let program: &OsStr = &command[0];
    let status = Command::new(program).args(&command[1..]).status();
    let status = status.with_context(|| {
        let advice = if is_page {
            "`--print` prints the address"
        } else {
            "name your editor in EDITOR"
        };
        format!("cannot start `{}`; {advice}", program.display())
    })?;
    if status.success() {
        return Ok(Outcome::Something);
    }
    output::complain(&format!("`{}` failed: {status}", program.display()));
    Ok(Outcome::Faults)
}
