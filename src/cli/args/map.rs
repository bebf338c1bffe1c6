//! `tane map`.

use std::path::PathBuf;

use super::{Engine, group};
use crate::map::{Colour, Of};

/// Show what the articles are about: clusters of like articles, and a map of them.
///
/// Without --out, tane lists the clusters with the words that occur in them more often than elsewhere. With --out, it
/// writes a map on which like articles stand near each other: a picture (.svg), or a page on which you can move and
/// zoom (.html). The map is computed once for each state of the index, and kept in your cache folder.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  tane map                               the clusters, in words
  tane map --of passages                 more and finer clusters
  tane map --out map.html                a map to look around on
  tane map --of passages --by language --out map.svg
  tane similar --all --out matrix.svg    how alike every two articles are")]
pub struct Map {
    /// What a point is: articles or passages
    #[arg(long, value_name = "WHAT", default_value_t = Of::Articles, help_heading = group::RUN)]
    pub of: Of,
    /// What the colours mean: cluster, folder or language
    #[arg(long, value_name = "WHAT", default_value = "cluster", help_heading = group::OUTPUT)]
    pub by: Colour,
    /// Write the map to this file, as its ending says: .svg, .html or .json
    #[arg(long, value_name = "FILE", help_heading = group::OUTPUT)]
    pub out: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long, conflicts_with = "out", help_heading = group::OUTPUT)]
    pub json: bool,
    #[command(flatten)]
    pub engine: Engine,
}
