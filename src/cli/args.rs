//! What may be written on the command line.

mod articles;
mod eval;
mod index;
mod map;
mod models;
mod query;
mod serve;
mod setup;
mod upkeep;

use std::path::PathBuf;

use clap::builder::FalseyValueParser;
use clap::{ArgAction, Parser, Subcommand, ValueEnum};

pub use super::options::{Engine, PrecisionName, Read, positive};
pub use articles::{Open, Passages, Show, Similar};
pub use eval::Eval;
pub use index::Index;
pub use map::Map;
pub use models::{Embed, Models, ModelsCommand, RoleName};
pub use query::{ModeName, PreferLanguageName, Query};
pub use serve::{Mcp, Serve};
pub use setup::{Completions, Man};
pub use upkeep::{Merge, Pack, Status, Unpack, Verify};

/// Groups of options. Help shows them in this order: what a command works on, then what it prints, then how it
/// computes, then what all commands share.
pub mod group {
    pub const INPUT: &str = "What to index";
    pub const READING: &str = "How to read files";
    pub const RUN: &str = "How to run";
    pub const SEARCH: &str = "How to search";
    pub const FILTERS: &str = "Filters";
    pub const OUTPUT: &str = "Output";
    pub const NETWORK: &str = "Who may ask";
    pub const MACHINE: &str = "Model and machine";
    pub const GLOBAL: &str = "Global options";
}

/// Local semantic search with citations.
#[derive(Debug, Parser)]
#[command(
    version,
    about,
    max_term_width = 100,
    override_usage = "tane [OPTIONS] <COMMAND>",
    // Ours are in a group, as all other options are.
    disable_help_flag = true,
    disable_version_flag = true,
    after_help = "`tane COMMAND --help` explains a command and gives examples."
)]
pub struct Args {
    #[command(flatten)]
    pub global: Global,
    /// Print the version (--version: with commit, kernel, features and model)
    #[arg(short = 'V', long, action = ArgAction::Version, help_heading = group::GLOBAL, display_order = 1009)]
    version: Option<bool>,
    // Without one, tane says what to do next.
    #[command(subcommand)]
    pub command: Option<Command>,
}

// They come after a command's own options of the same group: hence the numbers.
#[derive(Debug, clap::Args)]
pub struct Global {
    /// File that adds models [default: models.toml in your configuration folder]
    #[arg(
        long, global = true, env = "TANE_MODELS", hide_env_values = true, value_name = "FILE",
        help_heading = group::MACHINE, display_order = 1000
    )]
    pub models: Option<PathBuf>,
    /// Never use the network
    #[arg(
        long, global = true, env = "TANE_OFFLINE", hide_env_values = true, value_parser = FalseyValueParser::new(),
        help_heading = group::MACHINE, display_order = 1001
    )]
    pub offline: bool,
    /// Number of threads [default: one per core]
    #[arg(
        long, global = true, env = "TANE_THREADS", hide_env_values = true, value_name = "N",
        value_parser = clap::value_parser!(u16).range(1..), help_heading = group::MACHINE, display_order = 1002
    )]
    pub threads: Option<u16>,
    /// Folder of the index [default: `index` beside the nearest tane.toml, else ./index]
    #[arg(
        long, global = true, env = "TANE_INDEX", hide_env_values = true, value_name = "DIR",
        help_heading = group::GLOBAL, display_order = 1003
    )]
    pub index: Option<PathBuf>,
    /// Configuration file [default: config.toml in your configuration folder]
    #[arg(
        long, global = true, env = "TANE_CONFIG", hide_env_values = true, value_name = "FILE",
        help_heading = group::GLOBAL, display_order = 1004
    )]
    pub config: Option<PathBuf>,
    /// When to print colours and links [default: auto]
    #[arg(
        long, global = true, env = "TANE_COLOR", hide_env_values = true, value_name = "WHEN",
        help_heading = group::GLOBAL, display_order = 1005
    )]
    pub color: Option<When>,
    /// Print only results and errors
    #[arg(short, long, global = true, help_heading = group::GLOBAL, display_order = 1006)]
    pub quiet: bool,
    /// Print more on standard error
    #[arg(short, long, global = true, help_heading = group::GLOBAL, display_order = 1007)]
    pub verbose: bool,
    /// Print help (-h: a short version)
    #[arg(
        short, long, global = true, action = ArgAction::Help,
        help_heading = group::GLOBAL, display_order = 1008
    )]
    help: Option<bool>,
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
    Show(Show),
    Open(Open),
    Similar(Similar),
    Map(Map),
    Status(Status),
    Verify(Verify),
    Passages(Passages),
    Pack(Pack),
    Unpack(Unpack),
    Merge(Merge),
    Embed(Embed),
    Models(Models),
    Eval(Eval),
    Serve(Serve),
    Mcp(Mcp),
    Completions(Completions),
    Man(Man),
}
