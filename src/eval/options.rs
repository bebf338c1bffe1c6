//! How a retrieval set is measured.

use std::path::PathBuf;

use crate::search::{Late, Mode, PreferLanguage};

/// How a retrieval set is run.
#[derive(Debug, Clone, Default)]
pub struct RetrievalOptions {
    /// Ways to search; empty: all.
    pub modes: Vec<Mode>,
    /// One row is one passage, whatever its length.
    pub no_chunk: bool,
    /// Compare in the model's own space (`same`) or with languages aligned (`any`).
    pub prefer_language: PreferLanguage,
    /// Titles are indexed too.
    pub titles: bool,
    /// Folder with the corpus and the judgements, where the set has only queries.
    pub corpus: Option<PathBuf>,
    /// Only corpus rows of this language.
    pub lang: Option<String>,
    /// Ask each question a second time with the articles that answer it taken away.
    pub no_answer: bool,
    /// How many passages get a second look.
    pub late: Late,
    /// Keep what each query found.
    pub per_query: bool,
}
