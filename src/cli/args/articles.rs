//! Commands on single articles.

use std::path::PathBuf;

use super::{Engine, Read, positive};

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
