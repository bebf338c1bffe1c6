//! What may be written on the command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

use crate::corpus::{Fields, ReadOptions};
use crate::embed::{self, DeviceChoice, Role};
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
    /// Print the result as JSON
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

/// Bytes: `64M`, `2G`, `500k`, or a number.
fn bytes(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match text[digits.len()..].to_ascii_lowercase().as_str() {
        "" | "b" => 0,
        "k" | "kb" | "kib" => 10,
        "m" | "mb" | "mib" => 20,
        "g" | "gb" | "gib" => 30,
        _ => 64,
    };
    let number: Option<u64> = digits.parse().ok();
    let bytes = number.and_then(|number| number.checked_mul(1u64.checked_shl(unit)?));
    // Spans and offsets on disk are 32 bits wide.
    bytes
        .filter(|bytes| (1..=MOST_BYTES).contains(bytes))
        .ok_or_else(|| format!("expected a size up to 2G, as 64M, received `{text}`"))
}

/// What a file may have at most, whatever is asked for.
const MOST_BYTES: u64 = 2 << 30;

fn positive(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("expected at least 1".to_owned()),
        Ok(number) => Ok(number),
        Err(_) => Err(format!("expected a number, received `{text}`")),
    }
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

/// How files are read.
#[derive(Debug, Clone, clap::Args)]
pub struct Read {
    /// Encoding of the files [default: found by mark, declaration or letters]
    #[arg(long, value_name = "NAME", value_parser = encoding)]
    pub encoding: Option<String>,
    /// Field with the text of a row (JSON Lines, CSV) [default: text, body, content, ...]
    #[arg(long, value_name = "NAME")]
    pub text_field: Option<String>,
    /// Field with the title of a row [default: title, headline, ...]
    #[arg(long, value_name = "NAME")]
    pub title_field: Option<String>,
    /// Field with the source address of a row [default: url, link, ...]
    #[arg(long, value_name = "NAME")]
    pub url_field: Option<String>,
    /// Field that names a row [default: id, guid, ...; else its number]
    #[arg(long, value_name = "NAME")]
    pub id_field: Option<String>,
    /// Larger files are not read [default: 64M]
    #[arg(long, value_name = "SIZE", value_parser = bytes)]
    pub max_file_size: Option<u64>,
    /// Files with more rows or entries are not read [default: 100000]
    #[arg(long, value_name = "N", value_parser = positive)]
    pub max_articles: Option<usize>,
    /// Articles with more passages are not indexed [default: 100000]
    #[arg(long, value_name = "N", value_parser = positive)]
    pub max_passages: Option<usize>,
    /// Follow symbolic links, wherever they lead
    #[arg(long)]
    pub follow: bool,
}

impl Read {
    /// `None` where nothing was said.
    pub fn options(&self) -> Option<ReadOptions> {
        let default = ReadOptions::default();
        let options = ReadOptions {
            encoding: self.encoding.clone(),
            fields: Fields {
                text: self.text_field.clone(),
                title: self.title_field.clone(),
                url: self.url_field.clone(),
                id: self.id_field.clone(),
            },
            max_bytes: self.max_file_size.unwrap_or(default.max_bytes),
            max_articles: self.max_articles.unwrap_or(default.max_articles),
            max_passages: self.max_passages.unwrap_or(default.max_passages),
            follow: self.follow,
        };
        (options != default).then_some(options)
    }
}

fn encoding(label: &str) -> Result<String, String> {
    let options = ReadOptions {
        encoding: Some(label.to_owned()),
        ..ReadOptions::default()
    };
    let known = options.encoding();
    known.map(|_| label.to_owned()).map_err(|label| {
        format!("unknown encoding `{label}`; give a name as in the WHATWG Encoding Standard (shift_jis, euc-jp, gbk, ...)")
    })
}

/// Which model runs where.
#[derive(Debug, Clone, clap::Args)]
pub struct Engine {
    /// Model, by its name in the registry (see `tane models list`)
    #[arg(long, env = "TANE_MODEL", value_name = "NAME")]
    pub model: Option<String>,
    /// What computes: kernels of our own, or candle's stock ops in f32
    #[arg(
        long,
        env = "TANE_ENGINE",
        value_name = "ENGINE",
        default_value = "auto"
    )]
    pub engine: EngineName,
    /// Numbers to compute in [default: bf16 on CPUs with AMX, else int8; f32 with `--engine candle`
    /// and `embed --as raw`]
    #[arg(long, env = "TANE_PRECISION", value_name = "PRECISION")]
    pub precision: Option<PrecisionName>,
    /// auto, cpu, cuda, cuda:N or metal
    #[arg(
        long,
        env = "TANE_DEVICE",
        value_name = "DEVICE",
        default_value = "auto"
    )]
    pub device: DeviceChoice,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum EngineName {
    Auto,
    Candle,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PrecisionName {
    Int8,
    /// On CPUs with AVX-512 BF16 or AMX
    Bf16,
    F32,
}

impl From<PrecisionName> for embed::Precision {
    fn from(name: PrecisionName) -> Self {
        match name {
            PrecisionName::Int8 => Self::Int8,
            PrecisionName::Bf16 => Self::Bf16,
            PrecisionName::F32 => Self::F32,
        }
    }
}

impl Engine {
    /// What it says of how to compute.
    pub fn compute(&self) -> embed::Compute {
        embed::Compute {
            engine: self.engine.into(),
            precision: self.precision.map(Into::into),
            device: self.device,
        }
    }
}

impl From<EngineName> for embed::Engine {
    fn from(name: EngineName) -> Self {
        match name {
            EngineName::Auto => Self::Auto,
            EngineName::Candle => Self::Candle,
        }
    }
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
