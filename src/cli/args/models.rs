//! Commands on models.

use clap::{Subcommand, ValueEnum};

use super::{Engine, group};
use crate::embed::Role;

/// List, show and download models.
#[derive(Debug, clap::Args)]
pub struct Models {
    #[command(subcommand)]
    pub command: ModelsCommand,
}

#[derive(Debug, Subcommand)]
pub enum ModelsCommand {
    /// List the models that tane knows
    List {
        /// Print one JSON object
        #[arg(long, help_heading = group::OUTPUT)]
        json: bool,
    },
    /// Show one model in full
    Show {
        /// Name of the model
        name: String,
        /// Print one JSON object
        #[arg(long, help_heading = group::OUTPUT)]
        json: bool,
    },
    /// Download a model from the hub, check its files and record them in models.lock
    Pull {
        /// Name of the model
        name: String,
        /// Take the newest revision instead of the one in models.lock
        #[arg(long, conflicts_with = "print_files", help_heading = group::RUN)]
        upgrade: bool,
        /// Download nothing; print which files to bring here by hand, and where to put them
        #[arg(long, help_heading = group::OUTPUT)]
        print_files: bool,
        /// Print one JSON object
        #[arg(long, help_heading = group::OUTPUT)]
        json: bool,
    },
}

/// Turn lines of text into vectors.
///
/// tane reads lines from standard input. A line that begins with `{` is a JSON object with `text`, and `id` if you like.
/// tane writes one JSON object per line, in the same order: id, tokens, windows, embedding. The id of a plain line is its
/// number.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  echo \"a line of text\" | tane embed
  tane embed --as query < questions.txt > vectors.jsonl")]
pub struct Embed {
    /// What the lines are for the model
    #[arg(long = "as", value_name = "ROLE", default_value = "passage", help_heading = group::RUN)]
    pub role: RoleName,
    /// Embed only the first window of a text that is too long for the model
    #[arg(long, help_heading = group::RUN)]
    pub truncate: bool,
    /// Print the id and the inner state of each token that tells something, in place of the vector (`models/late.py`)
    #[arg(long, conflicts_with_all = ["ids", "truncate"], help_heading = group::OUTPUT)]
    pub tokens: bool,
    /// Add the token ids
    #[arg(long, help_heading = group::OUTPUT)]
    pub ids: bool,
    #[command(flatten)]
    pub engine: Engine,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RoleName {
    Passage,
    Query,
    /// As the reference implementation does: no prefix, no composed letters, special tokens recognised
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
