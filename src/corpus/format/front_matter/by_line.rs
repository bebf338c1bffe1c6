//! A head that does not parse, read line by line.

use std::collections::HashMap;

use crate::corpus::format::rows::plain_name;

/// Fields by their plain names.
pub(super) type Fields = HashMap<String, Vec<String>>;

/// The name and the value of a line `name: value`, in TOML `name = value`.
pub(super) fn key_of(line: &str, toml: bool) -> Option<(&str, &str)> {
    let (name, value) = if toml {
        line.split_once('=')?
    } else {
        let colon = line
            .match_indices(':')
            .map(|(at, _)| at)
            .find(|at| line[at + 1..].is_empty() || line[at + 1..].starts_with([' ', '\t']))?;
        (&line[..colon], &line[colon + 1..])
    };
    let name = unquoted(name.trim_end());
    let letters = |c: char| c.is_alphanumeric() || "_-. /".contains(c);
    let short = name.len() <= 60 && name.split(' ').count() <= 3;
    let begins = name.starts_with(char::is_alphabetic) && !line.starts_with([' ', '\t']);
    (begins && short && name.chars().all(letters)).then_some((name, value))
}

/// The fields of a head that does not parse.
pub(super) fn line_by_line(lines: &[&str], toml: bool) -> Fields {
    let mut fields = Fields::new();
    let mut current: Option<(String, Vec<String>)> = None;
    // `key: |` and `key: >`: the lines below are one text.
    let mut folded = false;
    let mut keep = |field: Option<(String, Vec<String>)>| {
        if let Some((name, values)) = field {
            let known: &mut Vec<String> = fields.entry(name).or_default();
            if known.iter().all(|value| is_empty(value)) {
                *known = values;
            }
        }
    };
    for line in lines {
        let inner = line.trim();
        if inner.is_empty() || inner.starts_with('#') {
            continue;
        }
        if let Some((name, value)) = key_of(line, toml) {
            keep(current.take());
            let value = without_comment(value.trim());
            folded = value.starts_with(['|', '>']) && value.len() <= 3;
            let values = if folded { Vec::new() } else { listed(value) };
            current = Some((plain_name(name), values));
            continue;
        }
        let Some((_, values)) = &mut current else {
            continue;
        };
        let item = inner
            .strip_prefix('-')
            .filter(|item| item.is_empty() || item.starts_with([' ', '\t']));
        match (item, values.last_mut()) {
            (Some(item), _) if !folded => {
                values.push(of_item(without_comment(item.trim())).to_owned());
            }
            (_, Some(last)) => {
                last.push(' ');
                last.push_str(inner);
            }
            (_, None) => values.push(inner.to_owned()),
        }
    }
    keep(current);
    fields
}

/// The values of `[a, b]`, else the one value.
fn listed(value: &str) -> Vec<String> {
    let inner = value
        .strip_prefix('[')
        .and_then(|value| value.strip_suffix(']'));
    // `[[Name]]` is a link.
    let list = inner.filter(|inner| !inner.starts_with('[') && !inner.contains(['"', '\'']));
    match list {
        Some(list) => list
            .split(',')
            .map(|item| unquoted(item.trim()).to_owned())
            .collect(),
        None => vec![unquoted(value).to_owned()],
    }
}

/// An item of a list: `Ann`, `"Ann"`, `name: Ann`.
fn of_item(item: &str) -> &str {
    let name = item.strip_prefix("name:").map_or(item, str::trim);
    unquoted(name)
}

/// A value up to ` # ...`.
fn without_comment(value: &str) -> &str {
    if value.starts_with('#') {
        return "";
    }
    if value.starts_with(['"', '\'']) {
        return value;
    }
    value
        .split_once(" #")
        .map_or(value, |(value, _)| value.trim_end())
}

fn unquoted(value: &str) -> &str {
    ['"', '\'']
        .iter()
        .find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote))
        .unwrap_or(value)
}

pub(super) fn is_empty(value: &str) -> bool {
    matches!(
        value.trim(),
        "" | "~" | "null" | "Null" | "NULL" | "[]" | "{}" | "\"\"" | "''"
    )
}

/// A value without the marks of links around names: `[[Name]]`, `[[Name|Alias]]`, `[Name](address)`.
pub(super) fn unlinked(value: &str) -> String {
    let mut read = String::with_capacity(value.len());
    let mut rest = value.trim();
    while let Some(at) = rest.find('[') {
        read.push_str(&rest[..at]);
        rest = &rest[at..];
        let wiki = rest
            .strip_prefix("[[")
            .and_then(|inner| inner.split_once("]]"));
        let link = || {
            let (name, after) = rest[1..].split_once("](")?;
            let (_, after) = after.split_once(')')?;
            Some((name, after))
        };
        if let Some((name, after)) = wiki {
            // A note may be named by its folder and a heading in it.
            let (page, alias) = name.split_once('|').unwrap_or((name, ""));
            let page = page.rsplit('/').next().unwrap_or(page);
            let page = page.split('#').next().unwrap_or(page);
            read.push_str(if alias.is_empty() { page } else { alias });
            rest = after;
        } else if let Some((name, after)) = link() {
            read.push_str(name);
            rest = after;
        } else {
            read.push('[');
            rest = &rest[1..];
        }
    }
    read.push_str(rest);
    read.trim().to_owned()
}
