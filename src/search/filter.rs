//! Which articles may answer.

use std::collections::{BTreeMap, HashMap};

use globset::Glob;

use super::language::{self, UNKNOWN};
use super::lookup::{ends_with_name, is_at};
use super::names::{Names, composed};
use super::source::Source;
use crate::error::{CorpusError, Error, Named, Result, SearchError};
use crate::index::{ArticleNo, ArticleRecord, Index};

/// Conditions on an article; all of them must hold.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// An id, a path or a file name, or else a glob of them.
    article: Option<String>,
    /// The language is one of these, as they were given; empty: any.
    langs: Vec<String>,
    /// Part of the source URL.
    source: Option<String>,
    /// First and last day that it was published, `YYYY-MM-DD`; one without a date is left out by either.
    since: Option<String>,
    until: Option<String>,
    names: Names,
}

/// What a filter lets through.
#[derive(Debug, Clone)]
pub struct Passing {
    /// For each article number whether it may answer.
    pub articles: Vec<bool>,
    /// Each condition by itself.
    pub conditions: Vec<Condition>,
    /// Passages by language, `und` where it is not known.
    pub languages: BTreeMap<String, usize>,
    /// Names of languages asked for beside others that no article is in.
    pub missing: Vec<String>,
}

/// A condition and what holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// For people: `in French`.
    pub said: String,
    /// Passages of the articles that hold it, whatever else is asked for.
    pub passages: usize,
    pub kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Article,
    Language,
    Source,
    Published,
}

impl Filter {
    /// Conditions on name, language and source; `None` and an empty list leave one out.
    pub fn new(article: Option<&str>, langs: Vec<String>, source: Option<String>) -> Self {
        Self {
            article: article.map(str::to_owned),
            langs,
            source,
            ..Self::default()
        }
    }

    /// The same, with `article` read as these names.
    pub fn naming(self, names: Names) -> Self {
        Self { names, ..self }
    }

    /// The same, for articles published on these days and between them.
    pub fn published(self, since: Option<String>, until: Option<String>) -> Self {
        Self {
            since,
            until,
            ..self
        }
    }

    fn is_empty(&self) -> bool {
        let dated = self.since.is_some() || self.until.is_some();
        self.article.is_none() && self.langs.is_empty() && self.source.is_none() && !dated
    }

    /// Which articles may answer; `None` where all may.
    ///
    /// # Errors
    /// [`CorpusError::Pattern`] for a bad glob, [`SearchError::Unknown`] for what is no language,
    /// [`crate::IndexError::Corrupt`].
    pub fn accepted(&self, index: &Index) -> Result<Option<Passing>> {
        if self.is_empty() {
            return Ok(None);
        }
        let mut test = Test::new(self, index)?;
        let mut passing = Passing {
            articles: vec![false; index.article_numbers()],
            conditions: test.conditions(self),
            languages: BTreeMap::new(),
            missing: Vec::new(),
        };
        for number in index.articles() {
            let record = index.article(number)?;
            let passages = index.rows_of(number).len();
            let lang = test.tag(record.metadata.lang.as_deref());
            let held = test.held(number, &record, &lang);
            passing.articles[number.get()] = held.iter().all(|held| *held);
            for (condition, held) in passing.conditions.iter_mut().zip(&held) {
                condition.passages += if *held { passages } else { 0 };
            }
            *passing.languages.entry(lang).or_default() += passages;
        }
        let is_missing = |tag: &&String| !passing.languages.contains_key(*tag);
        let missing: Vec<&String> = test.langs.iter().filter(is_missing).collect();
        if missing.len() < test.langs.len() {
            let names = missing.iter().map(|tag| language::said(tag).to_owned());
            passing.missing = names.collect();
        }
        if let Some(given) = test.no_language
            && !passing.languages.contains_key(&given)
        {
            let known = passing
                .languages
                .keys()
                .map(|tag| format!("{} ({tag})", language::said(tag)));
            return Err(Error::Search(SearchError::Unknown {
                kind: Named::Language,
                given,
                near: Some(format!(
                    "its languages: {}",
                    known.collect::<Vec<_>>().join(", ")
                )),
            }));
        }
        Ok(Some(passing))
    }
}

/// A filter made ready for one index.
struct Test {
    /// For each article number whether it is named.
    articles: Option<Vec<bool>>,
    langs: Vec<String>,
    /// What was given for a language and is neither a tag nor a known name.
    no_language: Option<String>,
    source: Option<Source>,
    since: Option<String>,
    until: Option<String>,
    /// Tags of languages as articles have them, and the one for comparing.
    tags: HashMap<String, String>,
}

impl Test {
    fn new(filter: &Filter, index: &Index) -> Result<Self> {
        let mut langs = Vec::new();
        let mut no_language = None;
        for given in &filter.langs {
            langs.push(language::canonical(given).unwrap_or_else(|| {
                no_language.get_or_insert_with(|| given.trim().to_owned());
                given.trim().to_owned()
            }));
        }
        let article = filter.article.as_deref();
        Ok(Self {
            articles: article
                .map(|given| named(given, index, filter.names))
                .transpose()?,
            langs,
            no_language,
            source: filter.source.as_deref().map(Source::new),
            since: filter.since.clone(),
            until: filter.until.clone(),
            tags: HashMap::new(),
        })
    }

    /// The conditions that are set, in the order of [`Test::held`].
    fn conditions(&self, filter: &Filter) -> Vec<Condition> {
        let condition = |said, kind| Condition {
            said,
            passages: 0,
            kind,
        };
        let mut all = Vec::new();
        if let Some(given) = &filter.article {
            all.push(condition(format!("of article `{given}`"), Kind::Article));
        }
        if !self.langs.is_empty() {
            let names: Vec<&str> = self.langs.iter().map(|tag| language::said(tag)).collect();
            all.push(condition(
                format!("in {}", names.join(" or ")),
                Kind::Language,
            ));
        }
        if let Some(given) = &filter.source {
            all.push(condition(format!("from a source `{given}`"), Kind::Source));
        }
        let published =
            |which, day: &String| condition(format!("published {which} {day}"), Kind::Published);
        all.extend(filter.since.as_ref().map(|day| published("since", day)));
        all.extend(filter.until.as_ref().map(|day| published("until", day)));
        all
    }

    /// For each condition whether an article holds it.
    fn held(&self, number: ArticleNo, record: &ArticleRecord, lang: &str) -> Vec<bool> {
        let published = record.metadata.published.as_ref();
        let mut held = Vec::new();
        held.extend(self.articles.as_ref().map(|named| named[number.get()]));
        if !self.langs.is_empty() {
            held.push(self.langs.iter().any(|given| given == lang));
        }
        let url = record.metadata.source_url.as_deref();
        held.extend(
            self.source
                .as_ref()
                .map(|source| url.is_some_and(|url| source.is_in(url))),
        );
        held.extend(
            self.since
                .as_ref()
                .map(|since| published.is_some_and(|day| day >= since)),
        );
        held.extend(
            self.until
                .as_ref()
                .map(|until| published.is_some_and(|day| day <= until)),
        );
        held
    }

    /// The tag of an article's language as it is compared.
    fn tag(&mut self, lang: Option<&str>) -> String {
        let Some(lang) = lang else {
            return UNKNOWN.to_owned();
        };
        if let Some(tag) = self.tags.get(lang) {
            return tag.clone();
        }
        let tag = language::canonical(lang).unwrap_or_else(|| lang.to_owned());
        self.tags.insert(lang.to_owned(), tag.clone());
        tag
    }
}

/// The articles that a name means: that of this id; else those of files with this name or path; else those whose id or
/// file name matches it as a glob.
fn named(given: &str, index: &Index, names: Names) -> Result<Vec<bool>> {
    let none = || vec![false; index.article_numbers()];
    // globset panics where the automaton of a pattern is too large.
    const MOST_PATTERN: usize = 4096;
    if given.len() > MOST_PATTERN {
        return Err(Error::Corpus(CorpusError::Pattern {
            pattern: given.chars().take(40).collect::<String>() + "...",
            message: format!(
                "expected at most {MOST_PATTERN} bytes, received {}",
                given.len()
            ),
        }));
    }
    let name = composed(given);
    let paths = names.paths(given);
    let glob = Glob::new(&name).map(|glob| glob.compile_matcher());
    let (mut of_files, mut matching) = (none(), none());
    for number in index.articles() {
        let record = index.article(number)?;
        let id = record.id();
        let id = composed(&id);
        if id == name {
            let mut only = none();
            only[number.get()] = true;
            return Ok(only);
        }
        // Of a row without the row.
        let row = record
            .metadata
            .row
            .as_ref()
            .map_or(0, |row| composed(row).len() + 1);
        let file_id = &id[..id.len() - row];
        let file = file_id.rsplit('/').next().unwrap_or_default();
        let path = index.source_path(&record);
        of_files[number.get()] = file == name
            || file_id == name
            || ends_with_name(file_id, &name)
            || ends_with_name(&id, &name)
            || path.is_some_and(|path| is_at(&paths, &path, &record));
        matching[number.get()] = glob
            .as_ref()
            .is_ok_and(|glob| glob.is_match(&*id) || glob.is_match(file));
    }
    if of_files.contains(&true) {
        return Ok(of_files);
    }
    match glob {
        Ok(_) => Ok(matching),
        Err(error) => Err(Error::Corpus(CorpusError::Pattern {
            pattern: given.to_owned(),
            message: error.kind().to_string(),
        })),
    }
}
