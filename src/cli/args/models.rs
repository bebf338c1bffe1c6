//! Commands on models.

use clap::{Subcommand, ValueEnum};

use super::Engine;
use crate::embed::Role;

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
