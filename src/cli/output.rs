//! The one place where standard output and standard error are written.

use std::io::{self, BufWriter, IsTerminal, Stdout, Write};
use std::sync::OnceLock;

use serde::Serialize;

/// Standard output, buffered, and what may be written to it.
pub struct Output {
    /// Not locked: `tane mcp` writes there by itself.
    out: BufWriter<Stdout>,
    /// Colours and links may be used.
    pub styled: bool,
}

impl Output {
    /// `color`: forced on or off, or as the terminal and `NO_COLOR` say.
    pub fn new(color: Option<bool>) -> Self {
        let stdout = io::stdout();
        let plain = std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty())
            || std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        Self {
            styled: color.unwrap_or_else(|| stdout.is_terminal() && !plain),
            out: BufWriter::new(stdout),
        }
    }

    /// A line of text.
    pub fn line(&mut self, text: &str) -> io::Result<()> {
        self.out.write_all(text.as_bytes())?;
        self.out.write_all(b"\n")
    }

    /// Bytes as they are.
    pub fn raw(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)
    }

    /// A JSON value on a line of its own.
    pub fn json(&mut self, value: &impl Serialize) -> io::Result<()> {
        serde_json::to_writer(&mut self.out, value)?;
        self.out.write_all(b"\n")
    }

    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// How the index is to be named in every command that a message tells to run.
static INDEX: OnceLock<String> = OnceLock::new();

/// Messages name the index as the command line did: `option` is ` --index DIR`, or nothing.
pub fn repeat_index(option: String) {
    let _ = INDEX.set(option);
}

/// A message in which commands on an index (`` `tane query ...` ``) have the option that names it. Whoever pastes one
/// must not get another index.
fn with_index(message: &str, option: &str) -> String {
    /// Those that work on an index, in messages.
    const COMMANDS: [&str; 9] = [
        "index", "query", "show", "open", "similar", "map", "status", "verify", "serve",
    ];
    let mut parts = message.split("`tane ");
    let mut told = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let command = part.split([' ', '`']).next().unwrap_or_default();
        told += "`tane";
        if COMMANDS.contains(&command) {
            told += option;
        }
        told.push(' ');
        told += part;
    }
    told
}

/// An error, on standard error.
pub fn complain(message: &str) {
    let _ = writeln!(io::stderr(), "tane: {}", cleaned(message));
}

/// A remark, on standard error.
pub fn remark(message: &str) {
    let _ = writeln!(io::stderr(), "{}", cleaned(message));
}

/// A message whose commands name the index as the command line did.
pub fn naming_index(message: &str) -> String {
    with_index(message, INDEX.get().map_or("", String::as_str))
}

/// A message whose lines cannot steer the terminal.
fn cleaned(message: &str) -> String {
    naming_index(message)
        .lines()
        .map(clean)
        .collect::<Vec<_>>()
        .join("\n")
}

/// Columns of the terminal; 100 where there is none.
pub fn columns() -> usize {
    terminal_size::terminal_size().map_or(100, |(width, _)| usize::from(width.0).clamp(40, 120))
}

/// Text that cannot steer the terminal: control characters and direction overrides are shown as `\u{fffd}`.
pub fn clean(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c != '\t' && steers(c) {
                '\u{fffd}'
            } else {
                c
            }
        })
        .collect()
}

/// Whether a terminal may do something else than show it.
pub fn steers(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_of_messages_name_the_index() {
        let told = |message: &str| with_index(message, " --index 'my ix'");
        for (message, expected) in [
            (
                "no index; build one with `tane index PATH`",
                "no index; build one with `tane --index 'my ix' index PATH`",
            ),
            (
                "`tane verify` lists it, `tane index` repairs it",
                "`tane --index 'my ix' verify` lists it, `tane --index 'my ix' index` repairs it",
            ),
            // They name one themselves, or need none.
            (
                "`tane --index DIR index PATH`",
                "`tane --index DIR index PATH`",
            ),
            ("`tane models list`", "`tane models list`"),
            ("no `tane ", "no `tane "),
            ("", ""),
        ] {
            assert_eq!(told(message), expected);
        }
        assert_eq!(with_index("run `tane index`", ""), "run `tane index`");
    }
}
