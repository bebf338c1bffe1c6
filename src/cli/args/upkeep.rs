//! Commands on a whole index.

use std::path::PathBuf;

use super::Engine;

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
