//! Commands on single articles.

use std::path::PathBuf;

use super::{Engine, Read, group, positive};

/// Find articles that resemble one.
///
/// tane prints the pairs of passages that make two articles similar, and marks duplicates.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  tane similar 001              an indexed article, by a part of its id
  tane similar ~/draft.md       any other file
  tane similar --all            the pairs of articles that are most alike
  tane similar --all --json     every article compared with every other
  tane similar --all --out matrix.svg")]
pub struct Similar {
    /// Indexed article (id, part of an id, or path), any other file, or `-` for standard input
    #[arg(required_unless_present = "all")]
    pub article: Option<String>,
    /// Compare every article with every other
    #[arg(long, conflicts_with = "article", help_heading = group::SEARCH)]
    pub all: bool,
    /// With --all: write a picture (.svg), or the similarities as bytes (.json)
    #[arg(long, value_name = "FILE", conflicts_with = "json", help_heading = group::OUTPUT)]
    pub out: Option<PathBuf>,
    /// At most N articles [default: 5]; with --all at most N pairs of them [default: 20]
    #[arg(
        short = 'n', long, env = "TANE_LIMIT", hide_env_values = true, value_name = "N", value_parser = positive,
        help_heading = group::OUTPUT
    )]
    pub limit: Option<usize>,
    /// Print at most N pairs of passages for each article
    #[arg(long, value_name = "N", default_value_t = 3, help_heading = group::OUTPUT)]
    pub pairs: usize,
    /// Print one JSON object
    #[arg(long, help_heading = group::OUTPUT)]
    pub json: bool,
    #[command(flatten)]
    pub engine: Engine,
}

/// Show how tane cuts a file into passages, and what it leaves out and why.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  tane passages page.html
  tane passages report.pdf --page 3
  curl -s https://example.com | tane passages -")]
pub struct Passages {
    /// File, or `-` for standard input
    pub file: PathBuf,
    #[command(flatten)]
    pub read: Read,
    /// Show only the passages of page N (PDF)
    #[arg(long, value_name = "N", value_parser = positive, help_heading = group::OUTPUT)]
    pub page: Option<usize>,
    /// Print one JSON object per article
    #[arg(long, help_heading = group::OUTPUT)]
    pub json: bool,
    #[command(flatten)]
    pub engine: Engine,
}

/// Show an article, or a passage with the sentences around it.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  tane show 001                 an article, by a part of its id
  tane show docs/a.txt#3        passage 3 of an article; a bar marks it
  tane show docs/a.txt:7-9      the passage that an answer cites
  tane show --text 001 > a.txt  the text of an article, byte for byte")]
pub struct Show {
    /// Article (id, part of an id, or path), passage (`ARTICLE#3`) or citation (`PATH:7-9`)
    pub id: String,
    /// Print N sentences before and after a passage
    #[arg(long, value_name = "N", default_value_t = 2, help_heading = group::OUTPUT)]
    pub context: usize,
    /// Print the text of the article, byte for byte
    #[arg(long, conflicts_with = "json", help_heading = group::OUTPUT)]
    pub text: bool,
    /// Print one JSON object
    #[arg(long, help_heading = group::OUTPUT)]
    pub json: bool,
}

/// Open an article in your editor, or its source page in your browser.
///
/// A document that no editor shows (PDF, office documents, RTF, .eml, EPUB, archives) is opened with the desktop's program
/// for it; tane says on which page or slide, or in which cell, a passage is.
///
/// The editor is VISUAL, else EDITOR. tane splits the variable at white space and starts the program itself, without a
/// shell, so quotes and variables in it have no meaning. Editors that tane knows open the line of the passage. Without an
/// editor it starts PAGER, and without that the desktop's program for the file.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  tane open docs/a.txt#3        the file, at the line of passage 3
  tane open --source 001        the web page that the article came from
  EDITOR='code --wait' tane open 001")]
pub struct Open {
    /// Article (id, part of an id, or path), passage (`ARTICLE#3`) or citation (`PATH:7-9`)
    pub id: String,
    /// Open the source page of the article (http or https)
    #[arg(long, help_heading = group::RUN)]
    pub source: bool,
    /// Print the command instead of running it
    #[arg(long, help_heading = group::OUTPUT)]
    pub print: bool,
}
