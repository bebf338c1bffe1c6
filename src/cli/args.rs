//! What may be written on the command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

use super::options::positive;
pub use super::options::{Engine, PrecisionName, Read};
use crate::embed::Role;
use crate::search::{Mode, PreferLanguage};

/// Local semantic search with citations.
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 100)]
pub struct Args {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, clap::Args)]
pub struct Global {
    /// Folder of the index [default: `index` beside the nearest tane.toml, else ./index]
    #[arg(long, global = true, env = "TANE_INDEX", value_name = "DIR")]
    pub index: Option<PathBuf>,
    /// Your configuration file [default: config.toml in the user configuration folder]
    #[arg(long, global = true, env = "TANE_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// More models [default: models.toml in the user configuration folder]
    #[arg(long, global = true, env = "TANE_MODELS", value_name = "FILE")]
    pub models: Option<PathBuf>,
    /// Never use the network
    #[arg(long, global = true, env = "TANE_OFFLINE")]
    pub offline: bool,
    /// Threads to compute with [default: one a core]
    #[arg(long, global = true, env = "TANE_THREADS", value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
    /// When to use colours and links
    #[arg(long, global = true, env = "TANE_COLOR", value_name = "WHEN")]
    pub color: Option<When>,
    /// Say nothing but results and errors
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Say more on standard error
    #[arg(short, long, global = true)]
    pub verbose: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum When {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    Index(Index),
    Query(Query),
    Similar(Similar),
    Passages(Passages),
    Show(Show),
    Status(Status),
    Verify(Verify),
    Pack(Pack),
    Unpack(Unpack),
    Merge(Merge),
    Embed(Embed),
    Models(Models),
    Eval(Eval),
    Serve(Serve),
    Mcp(Mcp),
    Completions(Completions),
}

/// Build the index, or bring it up to date.
///
/// With paths: add them (or refresh them). Without: refresh everything that was added, or the corpus
/// that tane.toml names. Only new and changed text is embedded; files that are gone leave the index.
#[derive(Debug, clap::Args)]
pub struct Index {
    /// Files and folders
    pub paths: Vec<PathBuf>,
    /// Forget a file or folder that was added, by its label or path
    #[arg(long, value_name = "ROOT")]
    pub remove: Vec<String>,
    /// Leave out what matches, below the paths given (gitignore syntax)
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,
    #[command(flatten)]
    pub read: Read,
    /// Read and cut everything anew; needed after a change of model
    #[arg(long)]
    pub rebuild: bool,
    /// Compare the contents of every file with what was read of it, not only its size and times
    #[arg(long)]
    pub check: bool,
    /// Write everything into one segment, which is fastest to search
    #[arg(long)]
    pub compact: bool,
    /// Only the files of one of N shards (I/N), to be joined by `tane merge`
    #[arg(long, value_name = "I/N", value_parser = shard)]
    pub shard: Option<(u32, u32)>,
    /// Say what would be done and do nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Exit with 2 where a file could not be read
    #[arg(long)]
    pub strict: bool,
    /// Stay, and refresh whenever something changes, until Ctrl-C
    #[arg(long, conflicts_with_all = ["dry_run", "strict"])]
    pub watch: bool,
    /// Print the result as JSON; with --watch a line whenever something changed
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub engine: Engine,
}

/// Ask a question; get the closest passages with their citations.
///
/// Where there is no index yet and a tane.toml names a corpus, it is built first.
#[derive(Debug, clap::Args)]
pub struct Query {
    /// The question, in any language; `-` reads it from standard input
    #[arg(required = true, num_args = 1..)]
    pub question: Vec<String>,
    /// Passages shown [default: 5]
    #[arg(short = 'n', long, env = "TANE_LIMIT", value_name = "N", value_parser = positive)]
    pub limit: Option<usize>,
    /// How to search
    #[arg(long, env = "TANE_MODE", value_name = "MODE")]
    pub mode: Option<ModeName>,
    /// Only articles whose id or file name matches
    #[arg(long, value_name = "GLOB")]
    pub article: Option<String>,
    /// Only articles in these languages (ISO 639-1, separated by commas)
    #[arg(long, value_name = "LANG", value_delimiter = ',')]
    pub lang: Vec<String>,
    /// Only articles whose source URL contains this
    #[arg(long, value_name = "TEXT")]
    pub source: Option<String>,
    /// Only articles published on this day or later (YYYY-MM-DD)
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub since: Option<String>,
    /// Only articles published on this day or earlier
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub until: Option<String>,
    /// At most so many passages of one article
    #[arg(long, value_name = "N", value_parser = positive)]
    pub per_article: Option<usize>,
    /// No passages with this word or phrase; may be given several times
    #[arg(long, value_name = "WORD")]
    pub not: Vec<String>,
    /// Only answers at least so likely to be right, 0 to 1; nothing convinces: exit code 1
    #[arg(long, env = "TANE_MIN_CONFIDENCE", value_name = "P", value_parser = fraction)]
    pub min_confidence: Option<f32>,
    /// Which language comes first where passages say the same
    #[arg(long, env = "TANE_PREFER_LANGUAGE", value_name = "WHICH")]
    pub prefer_language: Option<PreferLanguageName>,
    /// Say what every score is made of
    #[arg(long)]
    pub explain: bool,
    /// Show so many sentences before and after
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub context: usize,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
    /// Print one JSON object a passage
    #[arg(long, conflicts_with = "json")]
    pub jsonl: bool,
    #[command(flatten)]
    pub engine: Engine,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ModeName {
    Hybrid,
    Dense,
    Keyword,
}

impl From<ModeName> for Mode {
    fn from(name: ModeName) -> Self {
        match name {
            ModeName::Hybrid => Self::Hybrid,
            ModeName::Dense => Self::Dense,
            ModeName::Keyword => Self::Keyword,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PreferLanguageName {
    /// That of the question
    Same,
    /// None
    Any,
}

impl From<PreferLanguageName> for PreferLanguage {
    fn from(name: PreferLanguageName) -> Self {
        match name {
            PreferLanguageName::Same => Self::Same,
            PreferLanguageName::Any => Self::Any,
        }
    }
}

/// Find the articles that resemble one.
#[derive(Debug, clap::Args)]
pub struct Similar {
    /// An indexed article (id or path), any other file, or `-` for standard input
    #[arg(required_unless_present = "all")]
    pub article: Option<String>,
    /// Compare all articles with all
    #[arg(long, conflicts_with = "article")]
    pub all: bool,
    /// Articles shown [default: 5]
    #[arg(short = 'n', long, env = "TANE_LIMIT", value_name = "N", value_parser = positive)]
    pub limit: Option<usize>,
    /// Passage pairs shown for each article
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub pairs: usize,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub engine: Engine,
}

/// Show how a file is cut: passages, and what was left out and why.
#[derive(Debug, clap::Args)]
pub struct Passages {
    /// A file, or `-` for standard input
    pub file: PathBuf,
    #[command(flatten)]
    pub read: Read,
    /// Print one JSON object an article
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub engine: Engine,
}

/// Show an article, or a passage with the sentences around it.
#[derive(Debug, clap::Args)]
pub struct Show {
    /// `article` or `article#n`, as in an answer
    pub id: String,
    /// Print the text of the article, byte for byte
    #[arg(long, conflicts_with = "json")]
    pub text: bool,
    /// Sentences around a passage
    #[arg(long, value_name = "N", default_value_t = 2)]
    pub context: usize,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// Show what the index holds.
#[derive(Debug, clap::Args)]
pub struct Status {
    /// List the articles
    #[arg(long)]
    pub articles: bool,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// Check the index: checksums, citations against the sources, graphs, and that this machine computes the same
/// vectors.
///
/// Exits with 1 where anything is wrong. Sources that are not on this machine are not checked.
#[derive(Debug, clap::Args)]
pub struct Verify {
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub engine: Engine,
}

/// Write the index, or the corpus with its index, to one file for another machine.
#[derive(Debug, clap::Args)]
pub struct Pack {
    /// The file to write
    pub file: PathBuf,
    /// With the files of the corpus; without an index yet, those that tane.toml names
    #[arg(long)]
    pub corpus: bool,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub engine: Engine,
}

/// Take in what `tane pack` wrote: an index in the place of this one, or a corpus into a new folder.
///
/// Vectors are taken only where this machine computes the same ones (canaries).
#[derive(Debug, clap::Args)]
pub struct Unpack {
    /// The file that was written
    pub file: PathBuf,
    /// The folder for a corpus
    pub folder: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub engine: Engine,
}

/// Join indexes built with `tane index --shard` into a new one.
#[derive(Debug, clap::Args)]
pub struct Merge {
    /// Folders of the indexes
    #[arg(required = true)]
    pub shards: Vec<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub engine: Engine,
}

/// List and describe the known models.
#[derive(Debug, clap::Args)]
pub struct Models {
    #[command(subcommand)]
    pub command: ModelsCommand,
}

#[derive(Debug, Subcommand)]
pub enum ModelsCommand {
    /// All models of the registry
    List {
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Download a model from the hub, check its files and record them in models.lock
    Pull {
        name: String,
        /// Take the newest revision, not that of models.lock
        #[arg(long, conflicts_with = "print_files")]
        upgrade: bool,
        /// Download nothing; print what to bring here by hand, and where it goes
        #[arg(long)]
        print_files: bool,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// One model in full
    Show {
        name: String,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
}

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

/// Answer programs over HTTP: a JSON API, the OpenAI interface, MCP.
///
/// The server listens on this machine alone unless --listen says otherwise. Nothing that it answers changes a file.
/// It serves the newest index: after `tane index` the next answer comes from the new one.
#[derive(Debug, clap::Args)]
pub struct Serve {
    /// Where to listen; without it 127.0.0.1:8263, or the next free port
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub listen: Option<std::net::SocketAddr>,
    /// File with the token that every request needs; TANE_TOKEN holds the token itself
    #[arg(long, value_name = "FILE")]
    pub token_file: Option<PathBuf>,
    /// Answer requests to this host name too; may be given several times
    #[arg(long, value_name = "HOST")]
    pub allow_host: Vec<String>,
    /// Refresh the index whenever an indexed file changes
    #[arg(long)]
    pub watch: bool,
    #[command(flatten)]
    pub engine: Engine,
}

/// Answer an assistant over standard input and output (Model Context Protocol).
///
/// An assistant starts this command itself; its configuration names it. Without an index every tool says how to
/// build one.
#[derive(Debug, clap::Args)]
pub struct Mcp {
    #[command(flatten)]
    pub engine: Engine,
}

/// Print a shell's completion script.
#[derive(Debug, clap::Args)]
pub struct Completions {
    pub shell: clap_complete::Shell,
}

fn fraction(text: &str) -> Result<f32, String> {
    match text.parse() {
        Ok(number) if (0.0..=1.0).contains(&number) => Ok(number),
        _ => Err(format!("expected a number from 0 to 1, received `{text}`")),
    }
}

fn shard(text: &str) -> Result<(u32, u32), String> {
    let numbers = text.split_once('/').and_then(|(number, count)| {
        let shard = (number.parse().ok()?, count.parse().ok()?);
        (1..=shard.1).contains(&shard.0).then_some(shard)
    });
    numbers.ok_or_else(|| format!("expected I/N with I from 1 to N, as 1/4, received `{text}`"))
}

fn day(text: &str) -> Result<String, String> {
    let day = crate::corpus::parse_date(text);
    day.ok_or_else(|| format!("expected a date (YYYY-MM-DD), received `{text}`"))
}

/// Turn lines of text into vectors.
///
/// Reads lines, or JSON lines with `text` and perhaps `id` (any line that begins with `{`), and
/// writes one JSON line for each, in the same order: id, tokens, windows, embedding. The id of a
/// plain line is its number.
#[derive(Debug, clap::Args)]
pub struct Embed {
    /// What the lines are to the model
    #[arg(long = "as", value_name = "ROLE", default_value = "passage")]
    pub role: RoleName,
    /// Add the token ids
    #[arg(long)]
    pub ids: bool,
    /// Embed only the first window of a text over the model's limit
    #[arg(long)]
    pub truncate: bool,
    #[command(flatten)]
    pub engine: Engine,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RoleName {
    Passage,
    Query,
    /// As the reference implementation takes it: no prefix, not composed, special tokens recognised
    Raw,
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Passage => Self::Passage,
            RoleName::Query => Self::Query,
            RoleName::Raw => Self::Raw,
        }
    }
}
