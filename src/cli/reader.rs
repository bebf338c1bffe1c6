//! The command that tane starts for itself: a process that reads documents in its place. It is no part of the help,
//! because nobody else can talk to it.

use std::ffi::OsStr;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::output;
use crate::corpus::{Readers, serve_reader};

/// The only argument of a reader.
const ARGUMENT: &str = "read-documents-for-tane";

/// Where Linux has the file of the program that runs, also when another one has taken its place since it was started.
const OWN_FILE: &str = "/proc/self/exe";

/// This program as the one that reads documents.
pub fn readers() -> Readers {
    let own = Path::new(OWN_FILE);
    let program = match cfg!(target_os = "linux") && own.exists() {
        true => own.to_path_buf(),
        // Where nobody knows the path, no reader starts, and each document says so.
        false => std::env::current_exe().unwrap_or_else(|_| PathBuf::from("tane")),
    };
    Readers::new(program, vec![ARGUMENT.into()])
}

/// Reads documents if this process was started for that; otherwise `None`. Nothing may run before it, because it
/// limits the memory of the process.
pub fn run() -> Option<ExitCode> {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next().as_deref() != Some(OsStr::new(ARGUMENT)) {
        return None;
    }
    if arguments.next().is_some() || std::io::stdin().is_terminal() {
        output::complain(&format!(
            "`{ARGUMENT}` is what tane starts for itself to read documents; `tane passages FILE` shows how a document is \
             read"
        ));
        return Some(ExitCode::from(2));
    }
    // What a panic says would be read by nobody; the answer tells that there was one.
    std::panic::set_hook(Box::new(|_| {}));
    Some(match serve_reader() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::complain(&format!("cannot read documents: {error}"));
            ExitCode::from(2)
        }
    })
}
