//! `tane index`.

use std::path::PathBuf;

use super::{Engine, Read};

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

fn shard(text: &str) -> Result<(u32, u32), String> {
    let numbers = text.split_once('/').and_then(|(number, count)| {
        let shard = (number.parse().ok()?, count.parse().ok()?);
        (1..=shard.1).contains(&shard.0).then_some(shard)
    });
    numbers.ok_or_else(|| format!("expected I/N with I from 1 to N, as 1/4, received `{text}`"))
}
