//! Which articles may answer.

use globset::{Glob, GlobMatcher};

use crate::error::{Error, Result};
use crate::index::{ArticleRecord, Index};

/// Conditions on an article; all of them must hold.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Matches the id.
    article: Option<GlobMatcher>,
    /// The language is one of these; empty: any.
    langs: Vec<String>,
    /// Part of the source URL.
    source: Option<String>,
    /// First and last day that it was published, `YYYY-MM-DD`; one without a date is left out by either.
    since: Option<String>,
    until: Option<String>,
}

impl Filter {
    /// # Errors
    /// [`Error::Pattern`] for a bad glob.
    pub fn new(article: Option<&str>, langs: Vec<String>, source: Option<String>) -> Result<Self> {
        let glob = |pattern: &str| {
            Glob::new(pattern)
                .map(|glob| glob.compile_matcher())
                .map_err(|error| Error::Pattern {
                    pattern: pattern.to_owned(),
                    message: error.kind().to_string(),
                })
        };
        Ok(Self {
            article: article.map(glob).transpose()?,
            langs,
            source,
            since: None,
            until: None,
        })
    }

    /// The same, for articles published on these days and between them.
    pub fn published(self, since: Option<String>, until: Option<String>) -> Self {
        Self {
            since,
            until,
            ..self
        }
    }

    fn accepts(&self, record: &ArticleRecord) -> bool {
        let id = || record.id();
        let file = record.relative.rsplit('/').next().unwrap_or_default();
        let article = self
            .article
            .as_ref()
            .is_none_or(|glob| glob.is_match(id()) || glob.is_match(file));
        let lang = self.langs.is_empty()
            || record
                .lang
                .as_ref()
                .is_some_and(|lang| self.langs.contains(lang));
        let source = self.source.as_ref().is_none_or(|part| {
            record
                .source_url
                .as_ref()
                .is_some_and(|url| url.contains(part.as_str()))
        });
        let published = record.published.as_ref();
        let since = self.since.as_ref();
        let until = self.until.as_ref();
        article
            && lang
            && source
            && since.is_none_or(|since| published.is_some_and(|day| day >= since))
            && until.is_none_or(|until| published.is_some_and(|day| day <= until))
    }

    /// For each article number whether it may answer; `None` where all may.
    ///
    /// # Errors
    /// [`Error::Corrupt`].
    pub fn accepted(&self, index: &Index) -> Result<Option<Vec<bool>>> {
        let dated = self.since.is_some() || self.until.is_some();
        if self.article.is_none() && self.langs.is_empty() && self.source.is_none() && !dated {
            return Ok(None);
        }
        let mut accepted = vec![false; index.article_numbers()];
        for number in index.articles() {
            accepted[number] = self.accepts(&index.article(number)?);
        }
        Ok(Some(accepted))
    }
}
