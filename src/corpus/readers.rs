//! Programs that read documents in place of this one. A document that brings its reader down costs nothing but itself,
//! and the system limits the memory of the reader.
//!
//! A reader gets the name of a form, a task, and the bytes of a document over its standard input, and answers over its
//! standard output. It goes on to the next task until its input ends. Each of the four begins with its length: eight
//! bytes, the least significant one first. A document without bytes is the one before.

use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Bytes that a reader may take for its data. A document of 300 pages and 10 MB took a sixth of it.
const MEMORY: u64 = 500 << 20;

/// What it may map in all: the executable with its model, too, and what the allocator sets aside and does not use.
#[cfg(target_os = "linux")]
const MAPPED: u64 = 1500 << 20;

/// A longer answer is none.
const ANSWER: u64 = 1 << 30;

/// Bytes of the name of a form.
const FORM: u64 = 256;

/// Whoever waits for a reader looks as often whether to give it up.
const LOOK: Duration = Duration::from_millis(20);

/// Of what a reader says when it dies so many bytes are looked at.
const LAST_WORDS: u64 = 4096;

/// A program that reads documents, and as many running ones as there are threads that need one. They end with the
/// last copy of this value.
#[derive(Clone)]
pub struct Readers(Arc<Pool>);

struct Pool {
    program: PathBuf,
    arguments: Vec<OsString>,
    idle: Mutex<Vec<Reader>>,
}

impl Readers {
    /// A program that calls [`serve_reader`](super::serve_reader), and its arguments. It is started when the first
    /// document comes.
    pub fn new(program: PathBuf, arguments: Vec<OsString>) -> Self {
        Self(Arc::new(Pool {
            program,
            arguments,
            idle: Mutex::default(),
        }))
    }

    /// What a reader says of a document; `Err`: why there is no answer. A reader is killed where `stop` says so.
    pub(super) fn ask(
        &self,
        request: &Request<'_>,
        stop: &dyn Fn() -> bool,
    ) -> Result<Vec<u8>, String> {
        if let Some(mut reader) = self.idle_for(request) {
            match reader.ask(request, stop) {
                Ok(answer) => {
                    self.idle().push(reader);
                    return Ok(answer);
                }
                Err(NoAnswer::Stopped) => return Err(NoAnswer::Stopped.reason()),
                // What it read before may have worn it out: a new one tries once more.
                Err(NoAnswer::Died(..)) => {}
            }
        }
        let cannot = |error| format!("cannot start its reader: {error}");
        let mut reader = Reader::start(&self.0).map_err(cannot)?;
        let answer = reader.ask(request, stop);
        let answer = answer.map_err(NoAnswer::reason)?;
        self.idle().push(reader);
        Ok(answer)
    }

    /// A reader that runs and does nothing; one that has the document, if there is one.
    fn idle_for(&self, request: &Request<'_>) -> Option<Reader> {
        let mut idle = self.idle();
        let has_it = idle.iter().position(|reader| reader.has(request));
        match has_it {
            Some(at) => Some(idle.swap_remove(at)),
            None => idle.pop(),
        }
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Reader>> {
        self.0.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Any reader reads the same, so options that differ in it alone are equal.
impl PartialEq for Readers {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Readers {}

impl std::fmt::Debug for Readers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Readers").field(&self.0.program).finish()
    }
}

/// What a reader is to do.
pub(super) struct Request<'a> {
    /// Name of the form, at most [`FORM`] bytes.
    pub(super) form: &'a str,
    pub(super) task: &'a [u8],
    pub(super) document: &'a [u8],
    /// Of the document, by which it is known again.
    pub(super) sha256: &'a str,
}

/// Why a reader did not answer.
enum NoAnswer {
    Stopped,
    /// How it ended, if that is known, and what it said last.
    Died(Option<ExitStatus>, String),
}

impl NoAnswer {
    fn reason(self) -> String {
        match self {
            Self::Stopped => "given up".to_owned(),
            Self::Died(_, words) if words.contains("memory allocation") => format!(
                "its reader ran out of memory: it may take {} MB",
                MEMORY >> 20
            ),
            Self::Died(_, words) if words.contains("overflowed its stack") => {
                "its reader ran out of stack: it is nested too deeply".to_owned()
            }
            Self::Died(Some(status), _) => format!("its reader ended early ({status})"),
            Self::Died(None, _) => "its reader ended early".to_owned(),
        }
    }
}

/// A reader that runs.
struct Reader {
    child: Child,
    documents: ChildStdin,
    /// Ends when its standard output ends.
    answers: Receiver<Vec<u8>>,
    /// SHA-256 of the document that it has; empty where it has none.
    has: String,
}

impl Reader {
    fn start(pool: &Pool) -> io::Result<Self> {
        let mut command = Command::new(&pool.program);
        command
            .args(&pool.arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        // mimalloc would reserve a gigabyte at once, more than MEMORY allows.
        #[cfg(target_env = "musl")]
        command.env("MIMALLOC_ARENA_RESERVE", "0");
        // Ctrl-C is for the program that asks. It ends its readers, and they end when it does.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command.spawn()?;
        let missing = || io::Error::other("it has no standard input and output");
        let documents = child.stdin.take().ok_or_else(missing)?;
        let mut output = child.stdout.take().ok_or_else(missing)?;
        let (sender, answers) = channel();
        let listen = move || {
            while let Ok(answer) = read_part(&mut output, ANSWER) {
                if sender.send(answer).is_err() {
                    break;
                }
            }
        };
        let thread = std::thread::Builder::new().name("answers".to_owned());
        let mut reader = Self {
            child,
            documents,
            answers,
            has: String::new(),
        };
        // Without the thread nobody would hear the reader; it ends here.
        if let Err(error) = thread.spawn(listen) {
            reader.end();
            return Err(error);
        }
        Ok(reader)
    }

    fn ask(&mut self, request: &Request<'_>, stop: &dyn Fn() -> bool) -> Result<Vec<u8>, NoAnswer> {
        let document = match self.has(request) {
            true => &[],
            false => request.document,
        };
        request.sha256.clone_into(&mut self.has);
        let sent = write_part(&mut self.documents, request.form.as_bytes())
            .and_then(|()| write_part(&mut self.documents, request.task))
            .and_then(|()| write_part(&mut self.documents, document));
        if sent.is_err() {
            return Err(self.died());
        }
        loop {
            match self.answers.recv_timeout(LOOK) {
                Ok(answer) => return Ok(answer),
                Err(RecvTimeoutError::Timeout) if stop() => {
                    self.end();
                    return Err(NoAnswer::Stopped);
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Err(self.died()),
            }
        }
    }

    fn has(&self, request: &Request<'_>) -> bool {
        !self.has.is_empty() && self.has == request.sha256
    }

    fn died(&mut self) -> NoAnswer {
        // Its output has ended, and so it ends; one that does not is ended.
        let mut status = None;
        for _ in 0..50 {
            status = self.child.try_wait().ok().flatten();
            if status.is_some() {
                break;
            }
            std::thread::sleep(LOOK);
        }
        self.end();
        let mut words = Vec::new();
        if let Some(errors) = self.child.stderr.take() {
            // What cannot be read was not said.
            let _ = errors.take(LAST_WORDS).read_to_end(&mut words);
        }
        NoAnswer::Died(status, String::from_utf8_lossy(&words).into_owned())
    }

    /// One that has ended already stays as it is.
    fn end(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.end();
    }
}

/// Reads documents that another program sends, until it ends. The first thing that happens is that the memory of this
/// process is limited, where the system can do that.
///
/// # Errors
/// Where the limit cannot be set, or nobody takes the answers any more.
pub(super) fn serve(answer: impl Fn(&str, &[u8], Arc<Vec<u8>>) -> Vec<u8>) -> io::Result<()> {
    limit_memory()?;
    let (sender, documents) = sync_channel(1);
    // It reads while a document is worked on, so that it sees at once when the other program has gone.
    let listen = move || {
        let mut input = io::stdin().lock();
        loop {
            let form = read_part(&mut input, FORM);
            let task = read_part(&mut input, u64::MAX);
            let document = read_part(&mut input, u64::MAX);
            let (Ok(form), Ok(task), Ok(document)) = (form, task, document) else {
                std::process::exit(0);
            };
            if sender.send((form, task, document)).is_err() {
                return;
            }
        }
    };
    let thread = std::thread::Builder::new().name("documents".to_owned());
    thread.spawn(listen)?;
    let mut output = io::stdout().lock();
    let mut last = Arc::default();
    for (form, task, document) in documents {
        if !document.is_empty() {
            last = Arc::new(document);
        }
        let answer = answer(&String::from_utf8_lossy(&form), &task, Arc::clone(&last));
        write_part(&mut output, &answer)?;
    }
    Ok(())
}

/// Limits what this process may take from now on. A process that reaches the limit is aborted, and leaves no core
/// behind.
#[cfg(target_os = "linux")]
fn limit_memory() -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    for (resource, most) in [
        (Resource::Core, 0),
        (Resource::Data, MEMORY),
        (Resource::As, MAPPED),
    ] {
        // A limit that is lower already stays.
        let most = getrlimit(resource)
            .current
            .map_or(most, |now| now.min(most));
        let limit = Rlimit {
            current: Some(most),
            maximum: Some(most),
        };
        setrlimit(resource, limit)?;
    }
    Ok(())
}

/// Other systems do not limit the memory of a process, or not in a way that is safe to call.
#[cfg(not(target_os = "linux"))]
fn limit_memory() -> io::Result<()> {
    Ok(())
}

fn write_part(to: &mut impl Write, part: &[u8]) -> io::Result<()> {
    to.write_all(&(part.len() as u64).to_le_bytes())?;
    to.write_all(part)?;
    to.flush()
}

fn read_part(from: &mut impl Read, most: u64) -> io::Result<Vec<u8>> {
    let mut length = [0; 8];
    from.read_exact(&mut length)?;
    let length = u64::from_le_bytes(length);
    if length > most {
        return Err(io::Error::other(format!(
            "{length} bytes, expected at most {most}"
        )));
    }
    // Memory is taken as the bytes come, whatever the length says.
    let mut part = Vec::new();
    let read = from.take(length).read_to_end(&mut part)?;
    if (read as u64) < length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    const REQUEST: Request<'_> = Request {
        form: "PDF",
        task: b"[]",
        document: b"%PDF-",
        sha256: "",
    };

    #[test]
    fn parts_come_back_as_they_were_sent_and_a_cut_one_is_an_error() {
        let mut sent = Vec::new();
        for part in [&b"PDF"[..], b"", &[7; 70_000]] {
            write_part(&mut sent, part).unwrap();
        }
        let mut rest = sent.as_slice();
        assert_eq!(read_part(&mut rest, 64).unwrap(), b"PDF");
        assert_eq!(read_part(&mut rest, 64).unwrap(), b"");
        assert_eq!(read_part(&mut rest, ANSWER).unwrap().len(), 70_000);
        assert!(read_part(&mut rest, ANSWER).is_err());
        let cut = &mut &sent[..sent.len() - 1];
        assert!((0..3).any(|_| read_part(cut, ANSWER).is_err()));
        assert!(read_part(&mut sent.as_slice(), 2).is_err());
    }

    #[test]
    fn a_program_that_does_not_answer_is_told() {
        let absent = Readers::new("no-such-program".into(), Vec::new());
        let reason = absent.ask(&REQUEST, &|| false).unwrap_err();
        assert!(reason.starts_with("cannot start its reader: "), "{reason}");
    }

    #[cfg(unix)]
    #[test]
    fn a_program_that_ends_or_hangs_is_told() {
        let ends = Readers::new("true".into(), Vec::new());
        let reason = ends.ask(&REQUEST, &|| false).unwrap_err();
        assert!(reason.starts_with("its reader ended early"), "{reason}");
        let hangs = Readers::new("sleep".into(), vec!["60".into()]);
        assert_eq!(hangs.ask(&REQUEST, &|| true).unwrap_err(), "given up");
        assert!(hangs.idle().is_empty());
    }
}
