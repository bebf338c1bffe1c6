//! What may be written on the command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

use crate::embed::{DeviceChoice, Role};

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
    Embed(Embed),
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

/// Which model runs where.
#[derive(Debug, Clone, clap::Args)]
pub struct Engine {
    /// Model, by its name in the registry (see `tane models list`)
    #[arg(long, env = "TANE_MODEL", value_name = "NAME")]
    pub model: Option<String>,
    /// auto, cpu, cuda, cuda:N or metal
    #[arg(long, env = "TANE_DEVICE", value_name = "DEVICE", default_value = "auto")]
    pub device: DeviceChoice,
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
