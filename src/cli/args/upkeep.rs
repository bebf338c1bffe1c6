//! Commands on a whole index.

use std::path::PathBuf;

use super::{Engine, group};

/// Show what the index holds.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  tane status
  tane status --articles        with passages, language, id and title of each")]
pub struct Status {
    /// List the articles
    #[arg(long, help_heading = group::OUTPUT)]
    pub articles: bool,
    /// Print one JSON object
    #[arg(long, help_heading = group::OUTPUT)]
    pub json: bool,
}

/// Check the index: checksums, citations, graphs and vectors.
///
/// tane compares every citation with its source file, if the file is on this machine, and embeds a few texts again to see
/// that this machine computes the same vectors. It exits with code 1 if anything is wrong.
#[derive(Debug, clap::Args)]
pub struct Verify {
    /// Print one JSON object
    #[arg(long, help_heading = group::OUTPUT)]
    pub json: bool,
    #[command(flatten)]
    pub engine: Engine,
}

/// Write the index to one file, to take it to another machine.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  tane pack articles.pack               the index
  tane pack --corpus articles.pack      the files too, to embed them elsewhere")]
pub struct Pack {
    /// File to write
    pub file: PathBuf,
    /// Include the files of the corpus; without an index, the files that tane.toml names
    #[arg(long, help_heading = group::INPUT)]
    pub corpus: bool,
    /// Print one JSON object
    #[arg(long, help_heading = group::OUTPUT)]
    pub json: bool,
    #[command(flatten)]
    pub engine: Engine,
}

/// Read a file that `tane pack` wrote.
///
/// An index replaces the current one. A corpus goes into a new folder. tane takes vectors only if this machine computes
/// the same ones.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  tane unpack articles.pack             an index
  tane unpack articles.pack work        a corpus, into the folder `work`")]
pub struct Unpack {
    /// File that `tane pack` wrote
    pub file: PathBuf,
    /// Folder for a corpus
    pub folder: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long, help_heading = group::OUTPUT)]
    pub json: bool,
    #[command(flatten)]
    pub engine: Engine,
}

/// Join indexes that `tane index --shard` built into a new one.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  tane --index part1 index DIR --shard 1/2
  tane --index part2 index DIR --shard 2/2
  tane --index all merge part1 part2")]
pub struct Merge {
    /// Folders of the indexes
    #[arg(required = true, value_name = "DIR")]
    pub shards: Vec<PathBuf>,
    /// Print one JSON object
    #[arg(long, help_heading = group::OUTPUT)]
    pub json: bool,
    #[command(flatten)]
    pub engine: Engine,
}
