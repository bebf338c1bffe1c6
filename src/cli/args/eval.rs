//! `tane eval`.

use std::path::PathBuf;

use super::{Engine, ModeName, PreferLanguageName, group};
use crate::search::Late;

/// Measure quality on labelled sets.
///
/// A set is one of these:
///
/// - a file of questions, one JSON object a line: `{"query": "Who?", "answers": [{"article": "a.txt", "text": "the
///   answer"}]}`. tane asks them to the current index. `article` is an id or its end; `text` occurs in the article as it
///   is;
///
/// - a folder with corpus.jsonl (`_id`, `text`, perhaps `title` and `lang`), queries.jsonl (`_id`, `text`) and qrels.tsv
///   (query, row, grade);
///
/// - a folder with pairs.jsonl: two texts a line, perhaps with a `score`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  tane eval questions.jsonl                     ask the current index
  tane eval --no-chunk sets/jsquad              a set with its own corpus
  tane eval SET --json --per-query > old.json
  tane eval SET --against old.json              compare with that run
  tane eval --self                              no labels needed")]
pub struct Eval {
    /// Folders and files with labelled questions
    #[arg(required_unless_present = "self_check", value_name = "SET")]
    pub sets: Vec<PathBuf>,
    /// Ask the index about itself: titles as questions, recall of the graph, duplicates
    #[arg(long = "self", conflicts_with = "sets", help_heading = group::RUN)]
    pub self_check: bool,
    /// Folder with corpus and qrels, for a set that has only queries
    #[arg(long, value_name = "DIR", help_heading = group::RUN)]
    pub corpus: Option<PathBuf>,
    /// Only corpus rows in this language
    #[arg(long, value_name = "LANG", help_heading = group::RUN)]
    pub lang: Option<String>,
    /// Take each corpus row as one passage
    #[arg(long, help_heading = group::RUN)]
    pub no_chunk: bool,
    /// Index titles too
    #[arg(long, help_heading = group::RUN)]
    pub titles: bool,
    /// Ask every question again without the articles that answer it, to measure confidence
    #[arg(long, help_heading = group::RUN)]
    pub no_answer: bool,
    /// Keep no vectors for the next run
    #[arg(long, help_heading = group::RUN)]
    pub no_cache: bool,
    /// How to search; several separated by commas [default: all]
    #[arg(long, value_name = "MODE", value_delimiter = ',', help_heading = group::SEARCH)]
    pub mode: Vec<ModeName>,
    /// Compare in the model's own space (same), or with languages aligned (any) [default: any]
    #[arg(long, value_name = "WHICH", help_heading = group::SEARCH)]
    pub prefer_language: Option<PreferLanguageName>,
    /// Compare the best passages with the question once more, token by token: auto, off, or how many [default: auto]
    #[arg(long, env = "TANE_LATE", hide_env_values = true, value_name = "K", help_heading = group::SEARCH)]
    pub late: Option<Late>,
    /// Compare with an earlier run (the output of `--json --per-query`)
    #[arg(long, value_name = "FILE", help_heading = group::OUTPUT)]
    pub against: Option<PathBuf>,
    /// With --json: print what every query found
    #[arg(long, requires = "json", help_heading = group::OUTPUT)]
    pub per_query: bool,
    /// Print one JSON object per set
    #[arg(long, help_heading = group::OUTPUT)]
    pub json: bool,
    #[command(flatten)]
    pub engine: Engine,
}
