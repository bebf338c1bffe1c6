//! `tane eval`.

use std::path::PathBuf;

use super::{Engine, ModeName, PreferLanguageName};

/// Measure quality on labelled sets.
///
/// A set is a folder with corpus.jsonl, queries.jsonl and qrels.tsv; a folder with pairs.jsonl; or a
/// file of questions with answer strings, which are asked of the index.
#[derive(Debug, clap::Args)]
pub struct Eval {
    #[arg(required_unless_present = "self_check")]
    pub sets: Vec<PathBuf>,
    /// How to search; several separated by commas [default: all]
    #[arg(long, value_name = "MODE", value_delimiter = ',')]
    pub mode: Vec<ModeName>,
    /// Ask the index about itself: titles as questions, recall of the graph, duplicates
    #[arg(long = "self", conflicts_with = "sets")]
    pub self_check: bool,
    /// Compare in the model's own space (same) or with languages aligned (any)
    #[arg(long, value_name = "WHICH")]
    pub prefer_language: Option<PreferLanguageName>,
    /// Index titles too
    #[arg(long)]
    pub titles: bool,
    /// Ask every question once more without the articles that answer it: can confidence tell?
    #[arg(long)]
    pub no_answer: bool,
    /// With --json: what every query found
    #[arg(long, requires = "json")]
    pub per_query: bool,
    /// Compare with an earlier run (what `--json --per-query` printed)
    #[arg(long, value_name = "FILE")]
    pub against: Option<PathBuf>,
    /// One corpus row is one passage
    #[arg(long)]
    pub no_chunk: bool,
    /// Folder with the corpus and the judgements, for sets that have only queries
    #[arg(long, value_name = "DIR")]
    pub corpus: Option<PathBuf>,
    /// Only corpus rows of this language
    #[arg(long, value_name = "LANG")]
    pub lang: Option<String>,
    /// Keep no vectors for the next run
    #[arg(long)]
    pub no_cache: bool,
    /// Print one JSON object a set
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub engine: Engine,
}
