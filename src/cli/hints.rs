//! What a command or an option that does not exist was probably meant to be.

use std::ffi::OsString;
use std::path::Path;

use clap::CommandFactory;
use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::args::Args;
use super::shell::quoted;

/// Names of commands in other programs, and the command that does it here.
const COMMANDS: &[(&[&str], &str)] = &[
    (
        &[
            "search", "ask", "find", "grep", "question", "answer", "retrieve", "lookup",
        ],
        "`tane query \"QUESTION\"` answers a question",
    ),
    (
        &["ls", "list", "articles", "files", "documents"],
        "`tane status --articles` lists the articles",
    ),
    (
        &[
            "add", "build", "update", "refresh", "reindex", "ingest", "init", "create", "sync",
            "watch",
        ],
        "`tane index PATH` adds and refreshes files and folders",
    ),
    (
        &["remove", "rm", "delete", "forget", "drop"],
        "`tane index --remove ROOT` forgets a file or folder",
    ),
    (
        &["cat", "get", "view", "read", "print"],
        "`tane show ID` prints an article or a passage",
    ),
    (
        &["edit", "browse", "visit"],
        "`tane open ID` opens an article in your editor",
    ),
    (
        &["info", "stats", "stat"],
        "`tane status` describes the index",
    ),
    (
        &[
            "related",
            "compare",
            "duplicates",
            "dedupe",
            "neighbours",
            "neighbors",
        ],
        "`tane similar ARTICLE` finds articles that resemble one",
    ),
    (
        &["chunk", "chunks", "split", "passage"],
        "`tane passages FILE` shows how a file is cut",
    ),
    (
        &["model", "download"],
        "`tane models pull NAME` downloads a model",
    ),
    (
        &["export", "backup", "archive"],
        "`tane pack FILE` writes the index to one file",
    ),
    (
        &["import", "restore", "load"],
        "`tane unpack FILE` reads what `tane pack` wrote",
    ),
    (
        &["doctor", "fsck", "validate"],
        "`tane verify` checks the index",
    ),
    (
        &["benchmark", "evaluate", "bench"],
        "`tane eval SET` measures quality",
    ),
    (&["version"], "`tane --version` prints the version"),
    (
        &["manual", "manpage"],
        "`tane man DIR` writes the man pages",
    ),
];

/// Names of options in other programs, and those that are theirs here; the first that the command has is named.
const OPTIONS: &[(&[&str], &[&str])] = &[
    (
        &[
            "top",
            "top-k",
            "topk",
            "k",
            "count",
            "num",
            "max",
            "max-results",
            "results",
            "size",
            "number",
        ],
        &["limit"],
    ),
    (
        &["file", "path", "id", "document", "doc", "glob"],
        &["article"],
    ),
    (&["after", "from", "newer"], &["since"]),
    (&["before", "to", "older"], &["until"]),
    (&["url", "site", "domain", "web"], &["source"]),
    (
        &["exclude", "ignore", "without", "minus", "skip"],
        &["exclude", "not"],
    ),
    (
        &[
            "threshold",
            "min-score",
            "score",
            "confidence",
            "cutoff",
            "similarity",
        ],
        &["min-confidence"],
    ),
    (&["force", "full", "fresh", "clean"], &["rebuild"]),
    (
        &["format", "output", "output-format", "machine-readable"],
        &["json"],
    ),
    (
        &[
            "db",
            "database",
            "dir",
            "directory",
            "store",
            "index-dir",
            "data",
        ],
        &["index"],
    ),
    (&["jobs", "j", "workers", "cores"], &["threads"]),
    (&["around", "lines", "c", "a", "b"], &["context"]),
    (&["gpu", "cuda", "cpu", "metal"], &["device"]),
    (&["raw", "plain"], &["text"]),
    (&["colour"], &["color"]),
    (&["silent"], &["quiet"]),
    (&["list"], &["articles"]),
    (&["delete"], &["remove"]),
    (&["web", "browser", "url"], &["source"]),
];

/// Adds a hint to an error of clap, where one is known.
pub fn add(mut error: clap::Error) -> clap::Error {
    let hint = match error.kind() {
        ErrorKind::InvalidSubcommand => of_command(&named(&error, ContextKind::InvalidSubcommand)),
        ErrorKind::UnknownArgument => {
            let given: Vec<OsString> = std::env::args_os().skip(1).collect();
            of_option(&named(&error, ContextKind::InvalidArg), &given)
        }
        _ => None,
    };
    if let Some(hint) = hint {
        // What clap itself takes for similar looks at letters alone.
        for similar in [
            ContextKind::SuggestedSubcommand,
            ContextKind::SuggestedArg,
            ContextKind::Usage,
        ] {
            error.remove(similar);
        }
        let hint = ContextValue::StyledStrs(vec![StyledStr::from(hint)]);
        error.insert(ContextKind::Suggested, hint);
    }
    error
}

fn named(error: &clap::Error, kind: ContextKind) -> String {
    match error.get(kind) {
        Some(ContextValue::String(name)) => name.clone(),
        _ => String::new(),
    }
}

fn of_command(given: &str) -> Option<String> {
    if given.contains(char::is_whitespace) || given.ends_with(['?', '？']) {
        let question = quoted(given.as_ref());
        return Some(format!("to ask this question: tane query {question}"));
    }
    if Path::new(given).exists() {
        return Some(format!(
            "to index it: tane index {}",
            quoted(given.as_ref())
        ));
    }
    let given = given.to_lowercase();
    let command = Args::command();
    let names = command.get_subcommands().map(clap::Command::get_name);
    // A command of ours that is as near is what was meant, and clap says so.
    let ours = names.map(|name| strsim::osa_distance(&given, name)).min()?;
    let guesses = COMMANDS.iter().flat_map(|(guesses, what)| {
        let distance = |guess: &&str| strsim::osa_distance(&given, guess);
        guesses
            .iter()
            .map(distance)
            .min()
            .map(|nearest| (nearest, *what))
    });
    let (nearest, what) = guesses.min_by_key(|(nearest, _)| *nearest)?;
    // One slip, or two in a longer word.
    let slips = if given.chars().count() < 6 { 1 } else { 2 };
    (nearest <= slips && nearest < ours).then(|| what.to_owned())
}

fn of_option(option: &str, given: &[OsString]) -> Option<String> {
    let option = option.trim_start_matches('-').to_lowercase();
    let command = Args::command();
    let used = given
        .iter()
        .find_map(|word| command.find_subcommand(word.to_str()?))?;
    let has = |long: &&&str| {
        let mut options = used.get_arguments().chain(command.get_arguments());
        options.any(|option| option.get_long() == Some(**long))
    };
    let meant = OPTIONS
        .iter()
        .filter(|(guesses, _)| guesses.contains(&option.as_str()))
        .find_map(|(_, names)| names.iter().find(has))?;
    Some(format!("the option for this is '--{meant}'"))
}
