//! `tane query`.

use clap::ValueEnum;

use super::{Engine, group, positive};
use crate::search::{Late, Mode, PreferLanguage};

/// Ask a question; get the closest passages with their citations.
///
/// The percentage of an answer says how likely it is right. tane counts answers that are far weaker than the best one,
/// and does not print them. If there is no index yet and tane.toml names a corpus, tane builds the index first.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  tane query \"Who declined the offer?\"         ask in any language
  tane query 'the \"red line\" of 2019'          quoted words must occur
  tane query \"...\" --lang ja --since 2024-01-01   search some articles
  tane query \"...\" --min-confidence 0.5       exit with 1 if nothing is likely
  tane query \"...\" --json | jq -r '.results[].citation'")]
pub struct Query {
    /// Question, in any language; `-` reads it from standard input
    #[arg(required = true, num_args = 1.., value_name = "QUESTION")]
    pub question: Vec<String>,
    /// Search by meaning and words (hybrid), by meaning (dense) or by words (keyword) [default: hybrid]
    #[arg(long, env = "TANE_MODE", hide_env_values = true, value_name = "MODE", help_heading = group::SEARCH)]
    pub mode: Option<ModeName>,
    /// Language that comes first where passages say the same [default: any]
    #[arg(
        long, env = "TANE_PREFER_LANGUAGE", hide_env_values = true, value_name = "WHICH",
        help_heading = group::SEARCH
    )]
    pub prefer_language: Option<PreferLanguageName>,
    /// Compare the best passages with the question once more, token by token: auto, off, or how many [default: auto]
    #[arg(long, env = "TANE_LATE", hide_env_values = true, value_name = "K", help_heading = group::SEARCH)]
    pub late: Option<Late>,
    /// Only articles with this id, file name or pattern
    #[arg(long, value_name = "GLOB", help_heading = group::FILTERS)]
    pub article: Option<String>,
    /// Only articles in these languages (`ja`, `Japanese`; separated by commas)
    #[arg(long, value_name = "LANG", value_delimiter = ',', help_heading = group::FILTERS)]
    pub lang: Vec<String>,
    /// Only articles whose source address contains this text
    #[arg(long, value_name = "TEXT", help_heading = group::FILTERS)]
    pub source: Option<String>,
    /// Only articles published on this day or later (YYYY-MM-DD)
    #[arg(long, value_name = "DATE", value_parser = day, help_heading = group::FILTERS)]
    pub since: Option<String>,
    /// Only articles published on this day or earlier (YYYY-MM-DD)
    #[arg(long, value_name = "DATE", value_parser = day, help_heading = group::FILTERS)]
    pub until: Option<String>,
    /// Only passages without this word or phrase; may be repeated
    #[arg(long, value_name = "WORD", help_heading = group::FILTERS)]
    pub not: Vec<String>,
    /// Only answers at least this likely to be right, from 0 to 1
    #[arg(
        long, env = "TANE_MIN_CONFIDENCE", hide_env_values = true, value_name = "P", value_parser = fraction,
        help_heading = group::FILTERS
    )]
    pub min_confidence: Option<f32>,
    /// At most N passages of one article
    #[arg(long, value_name = "N", value_parser = positive, help_heading = group::FILTERS)]
    pub per_article: Option<usize>,
    /// At most N passages [default: 5]
    #[arg(
        short = 'n', long, env = "TANE_LIMIT", hide_env_values = true, value_name = "N", value_parser = positive,
        help_heading = group::OUTPUT
    )]
    pub limit: Option<usize>,
    /// Print weak answers too, not only their number
    #[arg(long, help_heading = group::OUTPUT)]
    pub all: bool,
    /// Print N sentences before and after each passage
    #[arg(
        long, value_name = "N", default_value_t = 0, hide_default_value = true, help_heading = group::OUTPUT
    )]
    pub context: usize,
    /// Print what each score is made of
    #[arg(long, help_heading = group::OUTPUT)]
    pub explain: bool,
    /// Print one JSON object
    #[arg(long, help_heading = group::OUTPUT)]
    pub json: bool,
    /// Print one JSON object per passage
    #[arg(long, conflicts_with = "json", help_heading = group::OUTPUT)]
    pub jsonl: bool,
    #[command(flatten)]
    pub engine: Engine,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ModeName {
    Hybrid,
    Dense,
    Keyword,
}

impl From<ModeName> for Mode {
    fn from(name: ModeName) -> Self {
        match name {
            ModeName::Hybrid => Self::Hybrid,
            ModeName::Dense => Self::Dense,
            ModeName::Keyword => Self::Keyword,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PreferLanguageName {
    /// The language of the question
    Same,
    /// No language
    Any,
}

impl From<PreferLanguageName> for PreferLanguage {
    fn from(name: PreferLanguageName) -> Self {
        match name {
            PreferLanguageName::Same => Self::Same,
            PreferLanguageName::Any => Self::Any,
        }
    }
}

fn fraction(text: &str) -> Result<f32, String> {
    match text.parse() {
        Ok(number) if (0.0..=1.0).contains(&number) => Ok(number),
        _ => Err(format!("expected a number from 0 to 1, received `{text}`")),
    }
}

fn day(text: &str) -> Result<String, String> {
    let day = crate::corpus::parse_date(text);
    day.ok_or_else(|| format!("expected a date (YYYY-MM-DD), received `{text}`"))
}
