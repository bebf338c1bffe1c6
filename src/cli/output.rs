//! The one place where standard output and standard error are written.

use std::io::{self, BufWriter, IsTerminal, Stdout, Write};

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

/// An error, on standard error.
pub fn complain(message: &str) {
    let _ = writeln!(io::stderr(), "tane: {}", cleaned(message));
}

/// A remark, on standard error.
pub fn remark(message: &str) {
    let _ = writeln!(io::stderr(), "{}", cleaned(message));
}

/// A message whose lines cannot steer the terminal.
fn cleaned(message: &str) -> String {
    message.lines().map(clean).collect::<Vec<_>>().join("\n")
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
