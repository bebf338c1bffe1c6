//! JSON and JSON Lines.

use super::json_text::{Broken, end_of, skip_blank};
use super::json_values::values;
use super::json_walk::Walk;
use super::{Fault, Fields, Format, Parsed};

/// One object a line.
pub struct JsonLines;
/// One value, or several after each other.
pub struct Json;

impl Format for JsonLines {
    fn name(&self) -> &'static str {
        "jsonl"
    }

    fn accepts(&self, extension: &str, head: &str) -> bool {
        if matches!(extension, "jsonl" | "ndjson") {
            return true;
        }
        let next = |end: usize| head[skip_blank(head, end)..].starts_with('{');
        !Json::is_name(extension) && has_member(head) && end_of(head, 0).is_ok_and(next)
    }

    fn read(&self, text: &str, fields: &Fields) -> Result<Vec<Parsed>, Fault> {
        let mut walk = Walk::new(text, fields);
        let (lines, first) = broken_lines(text)?;
        walk.leave_broken(lines, &first);
        walk.stream()?;
        walk.finish()
    }
}

impl Json {
    fn is_name(extension: &str) -> bool {
        matches!(
            extension,
            "json" | "geojson" | "topojson" | "jsonc" | "json5" | "webmanifest"
        )
    }
}

impl Format for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn accepts(&self, extension: &str, head: &str) -> bool {
        if Json::is_name(extension) {
            return true;
        }
        // Under another name nothing else may stand there, as far as the beginning tells.
        has_member(head)
            && match end_of(head, 0) {
                Ok(end) => skip_blank(head, end) == head.len(),
                Err(broken) => broken.is_end(head),
            }
    }

    fn read(&self, text: &str, fields: &Fields) -> Result<Vec<Parsed>, Fault> {
        let values = check(text)?;
        let mut walk = Walk::new(text, fields);
        let start = skip_blank(text, 0);
        match text.as_bytes()[start] {
            _ if values > 1 => walk.stream()?,
            b'[' => walk.list(start, "", None)?,
            b'{' => walk.object(start, "")?,
            _ => walk.stream()?,
        }
        walk.finish()
    }
}

/// An object with a member at the beginning, or a list of such.
fn has_member(head: &str) -> bool {
    let inner = head.trim_start_matches(|c: char| c == '[' || c.is_whitespace());
    let name = inner.strip_prefix('{').map(str::trim_start);
    name.is_some_and(|name| name.starts_with('"') && name.contains("\":") | name.contains("\" :"))
}

/// How many values stand there.
fn check(text: &str) -> Result<usize, Fault> {
    let mut count = 0;
    for part in values(text) {
        if let Some(broken) = part.broken {
            return Err(not_json(text, &broken));
        }
        count += 1;
    }
    match count {
        0 => Err(Fault::not_text("nothing to read in it")),
        count => Ok(count),
    }
}

/// Lines that are no JSON, among more values that are, and what is wrong with the first: a program that was stopped left
/// them, or a disk.
fn broken_lines(text: &str) -> Result<(Vec<&str>, String), Fault> {
    let (mut lines, mut first, mut whole) = (Vec::new(), None, 0_usize);
    for part in values(text) {
        let Some(broken) = part.broken else {
            whole += 1;
            continue;
        };
        lines.push(text[part.at..part.end].trim_end());
        first.get_or_insert(broken);
    }
    match first {
        Some(first) if whole <= lines.len() => Err(not_json(text, &first)),
        Some(first) => Ok((lines, first.describe(text))),
        None if whole == 0 => Err(Fault::not_text("nothing to read in it")),
        None => Ok((lines, String::new())),
    }
}

fn not_json(text: &str, broken: &Broken) -> Fault {
    Fault::unreadable(format!("not JSON: {}", broken.describe(text)))
}
