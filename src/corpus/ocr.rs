//! A program that recognises letters in pictures (OCR): it gets a picture on its standard input and prints text or hOCR.
//!
//! The user names it. It runs beside this program, with the rights of the user, and never in the process that reads
//! documents. No shell reads its words. Where it is given up, what it started ends with it; on Windows it ends alone.

use std::io::{Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// What it may print for a page. A page of a newspaper as hOCR has 2 MB.
const MOST_BYTES: u64 = 16 << 20;

/// How much of what it complains of is quoted.
const QUOTED: usize = 300;

/// Whoever waits for it looks as often whether to give it up.
const LOOK: Duration = Duration::from_millis(20);

/// How long it may close its standard output before it has ended.
const END: Duration = Duration::from_secs(5);

/// A command that recognises letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ocr {
    program: String,
    arguments: Vec<String>,
    /// How long it may take for a page.
    pub time: Duration,
}

impl Ocr {
    /// A command as it is written: words between white space. Quotes keep a word together, `\` takes the letter
    /// behind it for what it is. Nothing else has a meaning: there are no variables and no pipes.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(command: &str) -> Result<Self, String> {
        let mut words = words(command)?.into_iter();
        let program = words.next().filter(|program| !program.is_empty());
        let program = program.ok_or("expected a command, as `tesseract - - -l jpn+eng`")?;
        Ok(Self {
            program,
            arguments: words.collect(),
            time: Duration::from_secs(120),
        })
    }

    /// What it prints for a picture; `Err`: why there is nothing. It is killed where `stop` says so.
    ///
    /// # Errors
    /// Why it cannot be used, with what it said itself.
    pub fn recognise(&self, picture: &[u8], stop: &dyn Fn() -> bool) -> Result<String, String> {
        let name = &self.program;
        let mut command = Command::new(name);
        command
            .args(&self.arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        // Ctrl-C is for the program that asks, which ends this one. Its group holds what it starts itself.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let child = command
            .spawn()
            .map_err(|error| format!("cannot start `{name}`: {error}"))?;
        let mut running = Running { child, ended: None };
        let child = &mut running.child;
        let parts = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(mut input), Some(output), Some(errors)) = parts else {
            return Err(format!("`{name}` has no standard input and output"));
        };
        let picture = picture.to_vec();
        // One that does not want to read all of it may still answer.
        std::thread::spawn(move || drop(input.write_all(&picture)));
        let output = listen(move || all_of(output));
        let errors = listen(move || end_of(errors));
        let end = Instant::now() + self.time;
        let is_over = || stop() || Instant::now() >= end;
        let text = wait_for(&output, &is_over);
        if text
            .as_ref()
            .is_some_and(|text| text.len() as u64 > MOST_BYTES)
        {
            let most = MOST_BYTES >> 20;
            return Err(format!("`{name}` printed more than {most} MB for a page"));
        }
        // One that still prints is not waited for: what it has started can be ended only before its own end is known.
        let status = text.as_ref().and_then(|_| running.ended(&is_over));
        drop(running);
        let (Some(text), Some(status)) = (text, status) else {
            return Err(match stop() {
                true => "given up".to_owned(),
                false => format!("`{name}` did not end within {} s", self.time.as_secs()),
            });
        };
        if !status.success() {
            let said = wait_for(&errors, &|| Instant::now() >= end).unwrap_or_default();
            return Err(format!("`{name}` failed ({status}){}", quoted(&said)));
        }
        Ok(String::from_utf8_lossy(&text).into_owned())
    }
}

/// A program that runs, and ends with this value.
struct Running {
    child: Child,
    /// How it ended, once that is known: its number may then be another program's.
    ended: Option<ExitStatus>,
}

impl Running {
    /// How it ended; `None`: it did not.
    fn ended(&mut self, is_over: &dyn Fn() -> bool) -> Option<ExitStatus> {
        let end = Instant::now() + END;
        loop {
            match self.child.try_wait() {
                Ok(None) if !is_over() && Instant::now() < end => std::thread::sleep(LOOK),
                Ok(status) => {
                    self.ended = status;
                    return status;
                }
                Err(_) => return None,
            }
        }
    }

    /// Ends what it started, which is in its group.
    #[cfg(unix)]
    fn kill_group(&self) {
        use rustix::process::{Pid, Signal, kill_process_group};
        let number = i32::try_from(self.child.id()).ok();
        if let Some(group) = number.and_then(Pid::from_raw) {
            // What has ended already stays as it is.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.ended.is_some() {
            return;
        }
        #[cfg(unix)]
        self.kill_group();
        // One that has ended stays as it is.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads in a thread of its own, so that it can be waited for.
fn listen(read: impl FnOnce() -> Vec<u8> + Send + 'static) -> Receiver<Vec<u8>> {
    let (sender, receiver) = channel();
    // Nobody waits for it any more where the program was given up.
    std::thread::spawn(move || drop(sender.send(read())));
    receiver
}

/// What is there to its end, or one byte more than is taken. What cannot be read was not said.
fn all_of(from: impl Read) -> Vec<u8> {
    let mut read = Vec::new();
    let _ = from.take(MOST_BYTES + 1).read_to_end(&mut read);
    read
}

/// The last of what is there. All of it is taken, because a program that nobody hears waits.
fn end_of(mut from: impl Read) -> Vec<u8> {
    let mut last = Vec::new();
    let mut part = [0; 4096];
    while let Ok(count @ 1..) = from.read(&mut part) {
        last.extend_from_slice(&part[..count]);
        let old = last.len().saturating_sub(part.len());
        last.drain(..old);
    }
    last
}

fn wait_for(receiver: &Receiver<Vec<u8>>, is_over: &dyn Fn() -> bool) -> Option<Vec<u8>> {
    loop {
        match receiver.recv_timeout(LOOK) {
            Ok(read) => return Some(read),
            Err(RecvTimeoutError::Timeout) if !is_over() => {}
            Err(_) => return None,
        }
    }
}

/// The end of what a program complained of, on one line.
fn quoted(said: &[u8]) -> String {
    let said = String::from_utf8_lossy(said);
    let words: Vec<&str> = said
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect();
    let line = words.join(" ");
    let letters = line.chars().count();
    let end: String = line.chars().skip(letters.saturating_sub(QUOTED)).collect();
    match end.is_empty() {
        true => String::new(),
        false => format!(": {end}"),
    }
}

/// The words of a command.
fn words(command: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut letters = command.chars();
    while let Some(letter) = letters.next() {
        match letter {
            c if c.is_whitespace() => words.extend(word.take()),
            '\\' => {
                let next = letters.next().ok_or("it ends in `\\`")?;
                word.get_or_insert_default().push(next);
            }
            quote @ ('"' | '\'') => {
                let word = word.get_or_insert_default();
                loop {
                    match letters.next() {
                        Some(c) if c == quote => break,
                        Some('\\') if quote == '"' => {
                            let next = letters.next().ok_or("it ends in `\\`")?;
                            // In double quotes it is a mark before these only, as in a shell.
                            if !['"', '\\'].contains(&next) {
                                word.push('\\');
                            }
                            word.push(next);
                        }
                        Some(c) => word.push(c),
                        None => return Err(format!("a quotation mark is not closed: {quote}")),
                    }
                }
            }
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_cut_in_words_as_people_write_them() {
        for (command, expected) in [
            (
                "tesseract - - -l jpn+eng",
                vec!["tesseract", "-", "-", "-l", "jpn+eng"],
            ),
            ("  a\t b\n", vec!["a", "b"]),
            (
                r#""C:\Program Files\t.exe" -"#,
                vec![r"C:\Program Files\t.exe", "-"],
            ),
            (
                r"a\ b 'c \d' $HOME ~ | ;",
                vec!["a b", r"c \d", "$HOME", "~", "|", ";"],
            ),
            (r#"x"y z"'' "" "a\"b""#, vec!["xy z", "", "a\"b"]),
        ] {
            assert_eq!(words(command).unwrap(), expected, "{command}");
        }
        for wrong in ["", "  ", "\"\"", "a 'b", "a \"b", "a\\"] {
            assert!(Ocr::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[cfg(unix)]
    fn run(command: &str) -> Result<String, String> {
        Ocr::parse(command)
            .unwrap()
            .recognise(b"picture", &|| false)
    }

    #[cfg(unix)]
    #[test]
    fn what_it_prints_is_the_answer() {
        assert_eq!(run("cat").unwrap(), "picture");
        // One that reads nothing.
        assert_eq!(run("echo a 'b c'").unwrap(), "a b c\n");
        let large = vec![7; 1 << 20];
        let wide = Ocr::parse("cat").unwrap().recognise(&large, &|| false);
        assert_eq!(wide.unwrap().len(), large.len());
    }

    #[cfg(unix)]
    #[test]
    fn what_goes_wrong_is_told_in_its_own_words() {
        let absent = run("no-such-program -").unwrap_err();
        assert!(
            absent.starts_with("cannot start `no-such-program`"),
            "{absent}"
        );
        let failed = run("sh -c 'echo no  jpn >&2; exit 3'").unwrap_err();
        assert!(
            failed.starts_with("`sh` failed (exit status: 3): no jpn"),
            "{failed}"
        );
        let much = run("sh -c 'head -c 20000000 /dev/zero'").unwrap_err();
        assert_eq!(much, "`sh` printed more than 16 MB for a page");
        // All that it complains of is taken, however much that is.
        let loud = run("sh -c 'head -c 300000 /dev/zero >&2; echo done'");
        assert_eq!(loud.unwrap(), "done\n");
        let mut slow = Ocr::parse("sleep 60").unwrap();
        slow.time = Duration::from_millis(50);
        let late = slow.recognise(b"", &|| false).unwrap_err();
        assert_eq!(late, "`sleep` did not end within 0 s");
        assert_eq!(slow.recognise(b"", &|| true).unwrap_err(), "given up");
    }

    /// Whether a process runs; one that has ended and that nobody has asked for is none.
    #[cfg(target_os = "linux")]
    fn runs(number: &str) -> bool {
        let state = std::fs::read_to_string(format!("/proc/{number}/stat")).unwrap_or_default();
        let state = state.rsplit(") ").next().unwrap_or_default();
        !matches!(state.chars().next(), None | Some('Z' | 'X'))
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_it_started_ends_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("number");
        // The first one waits for what it started; the second one has ended and left it its standard output.
        for rest in ["wait", "exit 0"] {
            let _ = std::fs::remove_file(&file);
            let script = format!("sleep 60 & echo $! > {}; {rest}", file.display());
            let mut slow = Ocr::parse(&format!("sh -c '{script}'")).unwrap();
            slow.time = Duration::from_secs(60);
            let started = || std::fs::read_to_string(&file).unwrap_or_default();
            let is_started = || started().ends_with('\n');
            let given_up = slow.recognise(b"", &is_started).unwrap_err();
            assert_eq!(given_up, "given up", "{rest}");
            let number = started().trim().to_owned();
            // The kernel ends it in its own time.
            for _ in 0..500 {
                if !runs(&number) {
                    break;
                }
                std::thread::sleep(LOOK);
            }
            assert!(!runs(&number), "{rest}");
        }
    }
}
