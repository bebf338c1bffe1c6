//! Standard input and output as lines of JSON-RPC: what is no message is answered here, and rmcp sees the rest.
//!
//! rmcp says nothing to a line that is no JSON or that is too long. A client that waits for an answer would wait for ever.

use tokio::io::{
    AsyncBufRead, AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader,
    DuplexStream, duplex,
};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::JoinHandle;

use super::json_rpc::{Fault, check};
use crate::serve::limits::MOST_BYTES;

/// Bytes on their way between two tasks.
const WAITING: usize = 64 << 10;
/// Answers of ours on their way.
const FAULTS: usize = 16;

/// What rmcp speaks over.
pub struct Lines {
    pub input: DuplexStream,
    pub output: DuplexStream,
    /// Ends once everything is written.
    pub written: JoinHandle<()>,
}

impl Lines {
    /// Reads `from` and writes `to` until both sides are done.
    pub fn new(
        from: impl AsyncRead + Unpin + Send + 'static,
        to: impl AsyncWrite + Unpin + Send + 'static,
    ) -> Self {
        let (input, messages) = duplex(WAITING);
        let (output, answers) = duplex(WAITING);
        let (faults, told) = channel(FAULTS);
        // Not waited for: a read of standard input cannot be given up.
        tokio::spawn(read(BufReader::new(from), messages, faults));
        Self {
            input,
            output,
            written: tokio::spawn(write(to, BufReader::new(answers), told)),
        }
    }
}

/// Passes messages on; `faults` gets the answers to what is none.
async fn read(
    mut from: impl AsyncBufRead + Unpin,
    mut messages: impl AsyncWrite + Unpin,
    faults: Sender<String>,
) {
    let mut line = Vec::new();
    loop {
        line.clear();
        let mut limited = (&mut from).take(MOST_BYTES as u64 + 1);
        match limited.read_until(b'\n', &mut line).await {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
        if line.trim_ascii().is_empty() && line.len() <= MOST_BYTES {
            continue;
        }
        let fault = match line.ends_with(b"\n") || line.len() <= MOST_BYTES {
            true => check(&line).err(),
            false => match skip_line(&mut from).await {
                Ok(()) => Some(Fault::too_long(MOST_BYTES)),
                Err(_) => return,
            },
        };
        let passed = match fault {
            None => {
                // The last line may lack its end, without which rmcp takes it for cut short.
                if !line.ends_with(b"\n") {
                    line.push(b'\n');
                }
                messages.write_all(&line).await.is_ok()
            }
            Some(fault) => faults.send(fault.to_string()).await.is_ok(),
        };
        if !passed {
            return;
        }
    }
}

/// Reads to the end of a line, keeping nothing.
async fn skip_line(from: &mut (impl AsyncBufRead + Unpin)) -> std::io::Result<()> {
    loop {
        let there = from.fill_buf().await?;
        let end = memchr::memchr(b'\n', there);
        let length = end.map_or(there.len(), |end| end + 1);
        from.consume(length);
        if end.is_some() || length == 0 {
            return Ok(());
        }
    }
}

/// Writes lines of both, each whole, until rmcp is done: the other side may keep its pipe open for ever.
async fn write(
    mut to: impl AsyncWrite + Unpin,
    answers: impl AsyncBufRead + Unpin,
    mut faults: Receiver<String>,
) {
    let mut answers = answers.lines();
    loop {
        let answer = tokio::select! {
            line = answers.next_line() => line.ok().flatten(),
            Some(line) = faults.recv() => Some(line),
        };
        // Once rmcp is done, what came before that is still told.
        let Some(line) = answer.or_else(|| faults.try_recv().ok()) else {
            return;
        };
        let written = to.write_all((line + "\n").as_bytes()).await;
        if written.is_err() || to.flush().await.is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is passed on, and what is answered.
    fn through(given: &[u8]) -> (String, String) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        runtime.block_on(async {
            let (mut ours, theirs) = duplex(1 << 20);
            let mut lines = Lines::new(std::io::Cursor::new(given.to_vec()), theirs);
            let mut passed = String::new();
            lines.input.read_to_string(&mut passed).await.unwrap();
            drop(lines.output);
            lines.written.await.unwrap();
            let mut answered = String::new();
            ours.read_to_string(&mut answered).await.unwrap();
            (passed, answered)
        })
    }

    #[test]
    fn messages_pass_and_all_else_is_answered() {
        let message = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;
        let (passed, answered) = through(format!("{message}\r\n\n{message}").as_bytes());
        assert_eq!(passed, format!("{message}\r\n{message}\n"));
        assert_eq!(answered, "");
        let long = " ".repeat(MOST_BYTES + 7);
        for (given, code) in [
            ("no JSON", -32700),
            ("{\"id\": 1", -32700),
            ("[]", -32600),
            (long.as_str(), -32600),
        ] {
            let (passed, answered) = through(format!("{given}\n{message}\n").as_bytes());
            assert_eq!(passed, format!("{message}\n"));
            let answered: serde_json::Value = serde_json::from_str(&answered).unwrap();
            assert_eq!(answered["error"]["code"], code);
            assert_eq!(answered.get("id"), Some(&serde_json::Value::Null));
        }
        let bytes = [b"\xff\xfe\n", message.as_bytes()].concat();
        assert!(through(&bytes).1.contains("-32700"));
    }
}
