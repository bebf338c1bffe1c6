//! The JSON API: what the command line answers with `--json`, over HTTP.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{Request, State};
use axum::http::Uri;
use schemars::JsonSchema;
use serde::Deserialize;

use super::problem::{Field, Problem};
use super::request::{body, parameters};
use super::service::Open;
use crate::corpus::{Article, ReadOptions};
use crate::error::{Error, SearchError};
use crate::index::{ArticleNo, Index};
use crate::search::{
    Answers, Filter, Late, Mode, Names, PreferLanguage, Query, SimilarArticles, Status, Subject,
    find_article, query, similar, similar_with, status,
};
use crate::serve::answers::{Answer, NoQuery};
use crate::serve::doors::Doors;
use crate::serve::fields::{day, length, number, number_of_items, text, whole};
use crate::serve::limits::{
    MOST_BYTES, MOST_COMPARED, MOST_CONTEXT, MOST_ITEMS, MOST_LATE, MOST_NAME, MOST_QUESTION,
    MOST_RESULTS, MOST_SUBJECT,
};

/// A question.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QueryRequest {
    /// The question, in any language. Strings in double quotes must occur.
    #[schemars(length(max = MOST_QUESTION), regex(pattern = r"\S"))]
    pub query: String,
    /// Passages at most.
    #[schemars(range(min = 1, max = MOST_RESULTS))]
    #[serde(default, deserialize_with = "whole")]
    pub limit: Option<usize>,
    /// By vectors and words, by vectors, or by words.
    pub mode: Option<Mode>,
    /// Only articles whose id or file name matches this name or glob.
    #[schemars(length(max = MOST_NAME))]
    pub article: Option<String>,
    /// Only articles in these languages (ISO 639-1).
    #[schemars(length(max = MOST_ITEMS), inner(length(max = MOST_NAME)))]
    pub lang: Option<Vec<String>>,
    /// Only articles whose source URL contains this.
    #[schemars(length(max = MOST_NAME))]
    pub source: Option<String>,
    /// Only articles published on this day or later.
    #[schemars(extend("format" = "date"))]
    pub since: Option<String>,
    /// Only articles published on this day or earlier.
    #[schemars(extend("format" = "date"))]
    pub until: Option<String>,
    /// At most so many passages of one article.
    #[schemars(range(min = 1, max = MOST_RESULTS))]
    #[serde(default, deserialize_with = "whole")]
    pub per_article: Option<usize>,
    /// No passages with these words or phrases.
    #[schemars(length(max = MOST_ITEMS), inner(length(max = MOST_NAME)))]
    pub not: Option<Vec<String>>,
    /// Only passages at least so likely to answer.
    #[schemars(range(min = 0, max = 1))]
    pub min_confidence: Option<f64>,
    /// Which language comes first where passages say the same.
    pub prefer_language: Option<PreferLanguage>,
    /// So many of the best passages are compared with the question once more, token by token; 0 for none.
    #[schemars(range(max = MOST_LATE))]
    #[serde(default, deserialize_with = "whole")]
    pub late: Option<usize>,
    /// Say what every score is made of.
    pub explain: Option<bool>,
    /// Sentences to add before and after each passage.
    #[schemars(range(max = MOST_CONTEXT))]
    #[serde(default, deserialize_with = "whole")]
    pub context: Option<usize>,
}

/// An article to compare: one of the index, or a text.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("oneOf" = [
    {"required": ["article"], "properties": {"article": {"type": "string"}, "text": {"type": "null"}}},
    {"required": ["text"], "properties": {"text": {"type": "string"}, "article": {"type": "null"}}},
]))]
pub struct SimilarRequest {
    /// Id of an article of the index.
    #[schemars(length(max = MOST_NAME))]
    pub article: Option<String>,
    /// A text that is not indexed.
    #[schemars(length(max = MOST_SUBJECT), regex(pattern = r"\S"))]
    pub text: Option<String>,
    /// Id of the only article that it is compared with; with the nearest ones where it is not given.
    #[schemars(length(max = MOST_NAME))]
    pub with: Option<String>,
    /// Articles at most.
    #[schemars(range(min = 1, max = MOST_RESULTS))]
    #[serde(default, deserialize_with = "whole")]
    pub limit: Option<usize>,
    /// Pairs of passages for each article; 3 where it is not given.
    #[schemars(range(max = MOST_RESULTS))]
    #[serde(default, deserialize_with = "whole")]
    pub pairs: Option<usize>,
}

/// `POST /api/v1/query`
pub async fn post_query(State(doors): State<Arc<Doors>>, request: Request) -> Answer {
    let started = Instant::now();
    let asked: QueryRequest = body(request, MOST_BYTES).await?;
    let asked = asked.checked(&doors)?;
    doors
        .answer(move |open, _| answers(open, &asked, started))
        .await
}

/// Asks a question.
///
/// # Errors
/// What the library returns.
pub fn answers(open: &Open, asked: &Query, started: Instant) -> Result<Answers, Problem> {
    query(&open.index, &open.embedder, asked, started).map_err(|error| {
        let field = match error {
            Error::Search(SearchError::EmptyQuestion) => "/query",
            _ => "/article",
        };
        Problem::of(&error, Field::Body(field))
    })
}

impl QueryRequest {
    /// What the library is asked.
    fn checked(self, doors: &Doors) -> Result<Query, Problem> {
        text(Field::Body("/query"), &self.query, MOST_QUESTION)?;
        let limit = self.limit.unwrap_or(doors.limit.min(MOST_RESULTS));
        number(Field::Body("/limit"), limit, 1, MOST_RESULTS)?;
        let context = self.context.unwrap_or(0);
        number(Field::Body("/context"), context, 0, MOST_CONTEXT)?;
        if let Some(rows) = self.late {
            number(Field::Body("/late"), rows, 0, MOST_LATE)?;
        }
        if let Some(per_article) = self.per_article {
            number(Field::Body("/per_article"), per_article, 1, MOST_RESULTS)?;
        }
        if let Some(confidence) = self.min_confidence
            && !(0.0..=1.0).contains(&confidence)
        {
            let detail = format!("expected a number from 0 to 1, received {confidence}");
            return Err(Problem::bad(Field::Body("/min_confidence"), detail));
        }
        let not = self.not.unwrap_or_default();
        number_of_items("/not", not.len())?;
        for (at, word) in not.iter().enumerate() {
            length(Field::Body(&format!("/not/{at}")), word, MOST_NAME)?;
        }
        let filters = Filters {
            article: self.article,
            lang: self.lang.unwrap_or_default(),
            source: self.source,
            since: self.since,
            until: self.until,
        };
        Ok(Query {
            text: self.query,
            mode: self.mode.unwrap_or(doors.mode),
            limit,
            per_article: self.per_article,
            min_confidence: self.min_confidence.map(|confidence| confidence as f32),
            prefer_language: self.prefer_language.unwrap_or_default(),
            late: match self.late {
                None => Late::Auto,
                Some(0) => Late::Off,
                Some(rows) => Late::Best(rows),
            },
            not,
            explain: self.explain.unwrap_or_default(),
            context,
            filter: filters.checked(|name| format!("/{name}"))?,
        })
    }
}

/// `POST /api/v1/similar`
pub async fn post_similar(State(doors): State<Arc<Doors>>, request: Request) -> Answer {
    let asked: SimilarRequest = body(request, MOST_BYTES).await?;
    let limit = asked.limit.unwrap_or(doors.limit.min(MOST_RESULTS));
    let pairs = asked.pairs.unwrap_or(3);
    number(Field::Body("/limit"), limit, 1, MOST_RESULTS)?;
    number(Field::Body("/pairs"), pairs, 0, MOST_RESULTS)?;
    let given = match (asked.article, asked.text) {
        (Some(article), None) => {
            length(Field::Body("/article"), &article, MOST_NAME)?;
            Given::Article(article)
        }
        (None, Some(given)) => {
            text(Field::Body("/text"), &given, MOST_SUBJECT)?;
            Given::Text(given)
        }
        _ => {
            let detail = "expected either `article` or `text`";
            return Err(Problem::bad(Field::Body(""), detail));
        }
    };
    length(
        Field::Body("/with"),
        asked.with.as_deref().unwrap_or_default(),
        MOST_NAME,
    )?;
    let with = asked.with;
    doors
        .answer(move |open, _| match with {
            None => similar_to(open, &given, limit, pairs, "/article"),
            Some(other) => compared(open, &given, &other, pairs),
        })
        .await
}

/// What is compared with the articles.
pub enum Given {
    /// An id.
    Article(String),
    Text(String),
}

/// Finds similar articles.
///
/// # Errors
/// 404 for an unknown article, and what the library returns.
pub fn similar_to(
    open: &Open,
    given: &Given,
    limit: usize,
    pairs: usize,
    field: &str,
) -> Result<SimilarArticles, Problem> {
    let found = similar(&open.index, &subject(open, given, field)?, limit, pairs);
    found.map_err(|error| Problem::of(&error, Field::Body(field)))
}

/// Compares with one article.
fn compared(
    open: &Open,
    given: &Given,
    other: &str,
    pairs: usize,
) -> Result<SimilarArticles, Problem> {
    let number = find_article(&open.index, other, Names::AsCited)
        .map_err(|error| Problem::of(&error, Field::Body("/with")))?;
    few_enough(&open.index, number, Field::Body("/with"))?;
    let subject = subject(open, given, "/article")?;
    similar_with(&open.index, &subject, number, pairs)
        .map_err(|error| Problem::of(&error, Field::Body("/with")))
}

/// Refuses an article of so many passages that comparing them would take minutes, or all memory.
fn few_enough(index: &Index, number: ArticleNo, field: Field<'_>) -> Result<(), Problem> {
    let passages = index.rows_of(number).len();
    if passages > MOST_COMPARED {
        let detail = format!(
            "the article has {passages} passages; a server compares at most {MOST_COMPARED}, `tane similar` any number"
        );
        return Err(Problem::bad(field, detail));
    }
    Ok(())
}

/// What is compared; `field` is where its id stands in the request.
fn subject(open: &Open, given: &Given, field: &str) -> Result<Subject, Problem> {
    let field = match given {
        Given::Article(_) => Field::Body(field),
        Given::Text(_) => Field::Body("/text"),
    };
    let to_problem = |error: Error| Problem::of(&error, field);
    let (index, embedder) = (&open.index, &open.embedder);
    let subject = match given {
        Given::Article(id) => {
            let number = find_article(index, id, Names::AsCited).map_err(to_problem)?;
            few_enough(index, number, field)?;
            Subject::indexed(index, number, embedder.alignment())
        }
        Given::Text(text) => Subject::embedded(&plain(text), "text", embedder),
    };
    subject.map_err(to_problem)
}

/// A text as an article, in whatever form it is. What would be no text in a file, or several, is plain text here.
pub fn plain(text: &str) -> Article {
    let name = std::path::Path::new("text.txt");
    let read = Article::from_text(text, name, &ReadOptions::default());
    let mut articles = read.unwrap_or_default();
    match articles.pop() {
        Some(article) if articles.is_empty() => article,
        _ => Article::of_text(text),
    }
}

/// `GET /api/v1/status`
pub async fn get_status(State(doors): State<Arc<Doors>>, uri: Uri) -> Answer {
    let NoQuery {} = parameters(&uri)?;
    doors
        .answer(|open, _| -> Result<Status, Problem> {
            let late = open.embedder.token_codes().map(|codes| codes.id.as_str());
            status(&open.index, false, late).map_err(|error| Problem::of(&error, Field::Body("")))
        })
        .await
}

/// Which articles may answer, as every door asks it.
pub struct Filters {
    pub article: Option<String>,
    pub lang: Vec<String>,
    pub source: Option<String>,
    pub since: Option<String>,
    pub until: Option<String>,
}

impl Filters {
    /// Checks them; `field` makes a field of a name.
    ///
    /// # Errors
    /// 400 for what is too long, too many, or no day.
    pub fn checked(self, field: impl Fn(&str) -> String) -> Result<Filter, Problem> {
        number_of_items(&field("lang"), self.lang.len())?;
        for (name, given) in [("article", &self.article), ("source", &self.source)] {
            let given = given.as_deref().unwrap_or_default();
            length(Field::Body(&field(name)), given, MOST_NAME)?;
        }
        for given in &self.lang {
            length(Field::Body(&field("lang")), given, MOST_NAME)?;
        }
        let since = day(Field::Body(&field("since")), self.since)?;
        let until = day(Field::Body(&field("until")), self.until)?;
        let article = self
            .article
            .as_deref()
            .filter(|article| !article.is_empty());
        Ok(Filter::new(article, self.lang, self.source)
            .published(since, until)
            .naming(Names::AsCited))
    }
}
