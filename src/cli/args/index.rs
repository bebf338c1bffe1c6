//! `tane index`.

use std::path::PathBuf;

use super::{Engine, Read, group};

/// Build the index, or bring it up to date.
///
/// With paths, tane adds these files and folders, or refreshes them. Without paths, it refreshes everything that was
/// added; for a new index it takes the corpus that tane.toml names. It embeds only new and changed text. Files that
/// are gone leave the index.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  tane index ~/articles                 add a folder, or refresh it
  tane index                            refresh everything that was added
  tane index ~/notes --exclude '*.log'  add a folder without some of its files
  tane index --watch                    refresh again whenever a file changes
  tane index --remove notes             forget a folder
  tane index --dry-run                  print what a refresh would change")]
pub struct Index {
    /// Files and folders
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Leave out files that match, below the paths given (gitignore syntax); may be repeated
    #[arg(long, value_name = "GLOB", help_heading = group::INPUT)]
    pub exclude: Vec<String>,
    /// Forget a file or folder that was added, by its label or path; may be repeated
    #[arg(long, value_name = "ROOT", help_heading = group::INPUT)]
    pub remove: Vec<String>,
    /// Index only one of N parts of the files; `tane merge` joins the parts
    #[arg(long, value_name = "I/N", value_parser = shard, help_heading = group::INPUT)]
    pub shard: Option<(u32, u32)>,
    #[command(flatten)]
    pub read: Read,
    /// Print what would change, and change nothing
    #[arg(long, help_heading = group::RUN)]
    pub dry_run: bool,
    /// Stay, and refresh whenever a file changes, until Ctrl-C
    #[arg(long, conflicts_with_all = ["dry_run", "strict"], help_heading = group::RUN)]
    pub watch: bool,
    /// Compare the contents of every file with the index, not only size and times
    #[arg(long, help_heading = group::RUN)]
    pub check: bool,
    /// Read every file again; needed to change the model
    #[arg(long, help_heading = group::RUN)]
    pub rebuild: bool,
    /// Write everything into one segment, which is the fastest to search
    #[arg(long, help_heading = group::RUN)]
    pub compact: bool,
    /// Store what the second look of a question compares, also for passages that were indexed without it; the default for
    /// new passages
    #[arg(long, overrides_with = "no_late", help_heading = group::RUN)]
    pub late: bool,
    /// Store nothing for the second look, and remove what is stored. tane remembers this. The index is half as large then
    #[arg(long, overrides_with = "late", help_heading = group::RUN)]
    pub no_late: bool,
    /// Exit with code 2 if a file could not be read
    #[arg(long, help_heading = group::RUN)]
    pub strict: bool,
    /// Print one JSON object; with --watch, one line per refresh
    #[arg(long, help_heading = group::OUTPUT)]
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
