//! `tane query`.

use clap::ValueEnum;

use super::{Engine, positive};
use crate::search::{Mode, PreferLanguage};

/// Ask a question; get the closest passages with their citations.
///
/// Where there is no index yet and a tane.toml names a corpus, it is built first.
#[derive(Debug, clap::Args)]
pub struct Query {
    /// The question, in any language; `-` reads it from standard input
    #[arg(required = true, num_args = 1..)]
    pub question: Vec<String>,
    /// Passages shown [default: 5]
    #[arg(short = 'n', long, env = "TANE_LIMIT", value_name = "N", value_parser = positive)]
    pub limit: Option<usize>,
    /// How to search
    #[arg(long, env = "TANE_MODE", value_name = "MODE")]
    pub mode: Option<ModeName>,
    /// Only articles whose id or file name matches
    #[arg(long, value_name = "GLOB")]
    pub article: Option<String>,
    /// Only articles in these languages (ISO 639-1, separated by commas)
    #[arg(long, value_name = "LANG", value_delimiter = ',')]
    pub lang: Vec<String>,
    /// Only articles whose source URL contains this
    #[arg(long, value_name = "TEXT")]
    pub source: Option<String>,
    /// Only articles published on this day or later (YYYY-MM-DD)
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub since: Option<String>,
    /// Only articles published on this day or earlier
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub until: Option<String>,
    /// At most so many passages of one article
    #[arg(long, value_name = "N", value_parser = positive)]
    pub per_article: Option<usize>,
    /// No passages with this word or phrase; may be given several times
    #[arg(long, value_name = "WORD")]
    pub not: Vec<String>,
    /// Only answers at least so likely to be right, 0 to 1; nothing convinces: exit code 1
    #[arg(long, env = "TANE_MIN_CONFIDENCE", value_name = "P", value_parser = fraction)]
    pub min_confidence: Option<f32>,
    /// Which language comes first where passages say the same
    #[arg(long, env = "TANE_PREFER_LANGUAGE", value_name = "WHICH")]
    pub prefer_language: Option<PreferLanguageName>,
    /// Say what every score is made of
    #[arg(long)]
    pub explain: bool,
    /// Show so many sentences before and after
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub context: usize,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
    /// Print one JSON object a passage
    #[arg(long, conflicts_with = "json")]
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
    /// That of the question
    Same,
    /// None
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
