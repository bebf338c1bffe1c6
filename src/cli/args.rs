//! What may be written on the command line.

mod articles;
mod eval;
mod index;
mod models;
mod query;
mod upkeep;

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

pub use super::options::{Engine, PrecisionName, Read, positive};
pub use articles::{Passages, Show, Similar};
pub use eval::Eval;
pub use index::Index;
pub use models::{Embed, Models, ModelsCommand, RoleName};
pub use query::{ModeName, PreferLanguageName, Query};
pub use upkeep::{Merge, Pack, Status, Unpack, Verify};

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

/// Print a shell's completion script.
#[derive(Debug, clap::Args)]
pub struct Completions {
    pub shell: clap_complete::Shell,
}
