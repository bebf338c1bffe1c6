//! `tane embed`: a filter from lines of text to vectors.

use std::io::BufRead;

use serde::Serialize;
use serde_json::Value;

use super::args;
use super::output::{self, Output};
use super::settings::Settings;
use crate::cli::outcome::Outcome;
use crate::embed::{Embedder, Role};
use crate::error::{Error, Result};

/// Lines that are embedded together.
const CHUNK: usize = 256;

/// A line of the output.
#[derive(Serialize)]
#[serde(untagged)]
enum Line {
    Embedded {
        id: Value,
        tokens: usize,
        windows: usize,
        #[serde(skip_serializing_if = "Option::is_none")]
        ids: Option<Vec<u32>>,
        embedding: Vec<f32>,
    },
    States {
        id: Value,
        tokens: Vec<TokenState>,
    },
    Failed {
        id: Value,
        error: String,
    },
}

/// A token after the layer of late interaction.
#[derive(Serialize)]
struct TokenState {
    id: u32,
    state: Vec<f32>,
}

/// A line of the input: its id, and its text or what is wrong with it.
struct Request {
    id: Value,
    text: Result<String, String>,
}

pub fn run(args: &args::Embed, settings: &Settings, out: &mut Output) -> anyhow::Result<Outcome> {
    let mut engine = args.engine.clone();
    if args.role == args::RoleName::Raw {
        // "As the reference takes it" means its numbers too, where nothing else was asked for.
        engine.precision.get_or_insert(args::PrecisionName::F32);
    }
    let embedder = settings.embedder(&engine, None)?;
    if args.tokens {
        embedder.need_token_codes()?;
    }
    let mut stdin = std::io::stdin().lock();
    let mut number = 0u64;
    let mut failed = 0usize;
    loop {
        let mut requests = Vec::with_capacity(CHUNK);
        while requests.len() < CHUNK {
            let mut line = Vec::new();
            if stdin
                .read_until(b'\n', &mut line)
                .map_err(Error::io("read", "standard input"))?
                == 0
            {
                break;
            }
            number += 1;
            requests.push(parse(line, number));
        }
        if requests.is_empty() {
            break;
        }
        for line in embed(&embedder, requests, args)? {
            failed += usize::from(matches!(line, Line::Failed { .. }));
            out.json(&line)?;
        }
        out.flush()?;
    }
    if failed > 0 {
        output::complain(&format!("{failed} of {number} lines failed"));
        return Ok(Outcome::Faults);
    }
    Ok(Outcome::Something)
}

fn parse(mut line: Vec<u8>, number: u64) -> Request {
    while line.last().is_some_and(|b| matches!(b, b'\n' | b'\r')) {
        line.pop();
    }
    let plain = |text| Request {
        id: number.into(),
        text,
    };
    let text = match String::from_utf8(line) {
        Ok(text) => text,
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            return plain(Err(format!("line {number} is not UTF-8 at byte {at}")));
        }
    };
    if !text.starts_with('{') {
        return plain(Ok(text));
    }
    let mut object = match serde_json::from_str::<serde_json::Map<String, Value>>(&text) {
        Ok(object) => object,
        Err(error) => return plain(Err(format!("line {number} is not a JSON object: {error}"))),
    };
    let id = object.remove("id").unwrap_or_else(|| number.into());
    let text = match object.remove("text") {
        Some(Value::String(text)) => Ok(text),
        Some(other) => Err(format!("line {number}: `text` is not a string but {other}")),
        None => Err(format!("line {number} has no `text`")),
    };
    Request { id, text }
}

fn embed(embedder: &Embedder, requests: Vec<Request>, args: &args::Embed) -> Result<Vec<Line>> {
    let role = Role::from(args.role);
    let mut lines = Vec::with_capacity(requests.len());
    let mut inputs = Vec::new();
    for request in requests {
        let id = request.id;
        let input = request.text.and_then(|text| {
            embedder
                .input(&text, role)
                .map_err(|error| error.to_string())
        });
        match input {
            Ok(mut input) => {
                if args.truncate {
                    input.truncate();
                }
                lines.push(Line::Embedded {
                    id,
                    tokens: input.ids.len(),
                    windows: 0,
                    ids: args.ids.then(|| input.ids.clone()),
                    embedding: Vec::new(),
                });
                inputs.push(input);
            }
            Err(error) => lines.push(Line::Failed { id, error }),
        }
    }
    if args.tokens {
        let states = embedder.token_states(&mut inputs)?;
        let mut states = states.into_iter().map(|tokens| {
            let tokens = tokens.into_iter();
            tokens.map(|(id, state)| TokenState { id, state }).collect()
        });
        let with_states = lines.into_iter().map(|line| match line {
            Line::Embedded { id, .. } => Line::States {
                id,
                tokens: states.next().unwrap_or_default(),
            },
            other => other,
        });
        return Ok(with_states.collect());
    }
    let mut embeddings = embedder.embed(&inputs)?.into_iter();
    for line in &mut lines {
        if let Line::Embedded {
            windows, embedding, ..
        } = line
            && let Some(result) = embeddings.next()
        {
            *windows = result.windows;
            *embedding = result.vector;
        }
    }
    Ok(lines)
}
