//! The JSON API: what the command line answers with `--json`, over HTTP.

use std::sync::Arc;
use std::time::Instant;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::pool::Cancelled;
use super::problem::{Field, Problem};
use super::request::{body, parameters};
use super::service::Open;
use crate::corpus::{Article, ReadOptions, parse_date};
use crate::embed::{Embedding, Input, Role};
use crate::error::Error;
use crate::search::{
    Answers, ArticleStatus, ArticleView, Filter, JSON_VERSION, Mode, Names, PassageView,
    PreferLanguage, Query, Shown, SimilarArticles, Status, Subject, Viewer, find, find_article,
    query, show, similar, status,
};
use crate::serve::doors::Doors;
use crate::serve::limits::{
    MOST_BYTES, MOST_COMPARED, MOST_CONTEXT, MOST_EMBED_BYTES, MOST_ITEMS, MOST_LISTED, MOST_NAME,
    MOST_OFFSET, MOST_QUESTION, MOST_RESULTS, MOST_SUBJECT, MOST_TEXTS, MOST_TOKENS,
};

/// Texts that are embedded before it is asked whether anybody still waits.
const TOGETHER: usize = 64;

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
    /// Articles at most.
    #[schemars(range(min = 1, max = MOST_RESULTS))]
    #[serde(default, deserialize_with = "whole")]
    pub limit: Option<usize>,
    /// Pairs of passages for each article; 3 where it is not given.
    #[schemars(range(max = MOST_RESULTS))]
    #[serde(default, deserialize_with = "whole")]
    pub pairs: Option<usize>,
}

/// What a text is to the model.
#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RoleName {
    #[default]
    Passage,
    Query,
    /// As the reference implementation takes it: no prefix, not composed, special tokens recognised.
    Raw,
}

/// Texts to embed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EmbedRequest {
    /// The texts; at most 300,000 tokens together.
    #[schemars(length(min = 1, max = MOST_TEXTS))]
    pub texts: Vec<String>,
    /// What they are to the model.
    #[serde(default, rename = "as")]
    pub role: RoleName,
    /// Give the token ids, too.
    #[serde(default)]
    pub ids: bool,
    /// Embed only the first window of a text over the model's limit.
    #[serde(default)]
    pub truncate: bool,
}

/// Vectors of texts, in the order of the texts.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Embedded {
    pub version: u32,
    pub model: String,
    pub dimension: usize,
    pub embeddings: Vec<EmbeddedText>,
}

/// A text's vector.
#[derive(Debug, Serialize, JsonSchema)]
pub struct EmbeddedText {
    pub tokens: usize,
    /// A text over the model's limit has several; its vector is their mean, weighted by tokens.
    pub windows: usize,
    /// Where they were asked for.
    pub ids: Option<Vec<u32>>,
    /// Of length 1.
    pub embedding: Vec<f32>,
}

/// Which articles are listed.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ArticlesQuery {
    pub limit: Option<usize>,
    pub offset: usize,
    pub article: Option<String>,
    /// Separated by commas.
    pub lang: Option<String>,
    pub source: Option<String>,
    pub since: Option<String>,
    pub until: Option<String>,
}

/// A page of the list of articles, in the order of their ids.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Articles {
    pub version: u32,
    /// Articles that the filters let through.
    pub total: usize,
    pub offset: usize,
    pub articles: Vec<ArticleStatus>,
}

/// An article with its text and how it was cut.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ArticleAnswer {
    pub version: u32,
    pub article: ArticleView,
    pub text: String,
    pub passages: Vec<PassageView>,
}

/// Names an article or a passage.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdQuery {
    pub id: String,
}

/// Names a passage, and says how much around it is wanted.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PassageQuery {
    pub id: String,
    #[serde(default)]
    pub context: usize,
}

/// Nothing can be said but this.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoQuery {}

type Answer = Result<Response, Problem>;

impl Doors {
    /// Asks the library for something, on a thread of the pool, and gives it as JSON.
    async fn answer<T: Serialize + 'static>(
        &self,
        work: impl FnOnce(&Open, &Cancelled) -> Result<T, Problem> + Send + 'static,
    ) -> Answer {
        let json = self
            .library
            .ask(move |open, cancelled| json_of(&work(open, cancelled)?));
        Ok(json_response(json.await?))
    }
}

/// Serializes an answer.
///
/// # Errors
/// 500; no type here fails.
pub fn json_of(value: &impl Serialize) -> Result<Vec<u8>, Problem> {
    serde_json::to_vec(value)
        .map_err(|error| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))
}

pub fn json_response(json: Vec<u8>) -> Response {
    (
        [(header::CONTENT_TYPE, "application/json")],
        Body::from(json),
    )
        .into_response()
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
            Error::EmptyQuestion => "/query",
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
    doors
        .answer(move |open, _| similar_to(open, &given, limit, pairs, "/article"))
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
    let field = match given {
        Given::Article(_) => Field::Body(field),
        Given::Text(_) => Field::Body("/text"),
    };
    let to_problem = |error: Error| Problem::of(&error, field);
    let (index, embedder) = (&open.index, &open.embedder);
    let subject = match given {
        Given::Article(id) => {
            let number = find_article(index, id, Names::AsCited).map_err(to_problem)?;
            let passages = index.rows_of(number).len();
            if passages > MOST_COMPARED {
                let detail = format!(
                    "the article has {passages} passages; a server compares at most {MOST_COMPARED}, `tane similar` any number"
                );
                return Err(Problem::bad(field, detail));
            }
            Subject::indexed(index, number, embedder.alignment())
        }
        Given::Text(text) => {
            plain(text).and_then(|article| Subject::embedded(&article, "text", embedder))
        }
    };
    let found = subject.and_then(|subject| similar(index, &subject, limit, pairs));
    found.map_err(to_problem)
}

/// A text as an article.
///
/// # Errors
/// [`Error::NotText`] where it holds none.
pub fn plain(text: &str) -> crate::error::Result<Article> {
    let name = std::path::Path::new("text.txt");
    let articles = Article::from_bytes(text.as_bytes().to_vec(), name, &ReadOptions::default())?;
    articles.into_iter().next().ok_or_else(|| Error::NotText {
        path: name.to_path_buf(),
        reason: "it holds no text".to_owned(),
    })
}

/// `POST /api/v1/embed`
pub async fn post_embed(State(doors): State<Arc<Doors>>, request: Request) -> Answer {
    let asked: EmbedRequest = body(request, MOST_EMBED_BYTES).await?;
    number(Field::Body("/texts"), asked.texts.len(), 1, MOST_TEXTS)?;
    let role = match asked.role {
        RoleName::Passage => Role::Passage,
        RoleName::Query => Role::Query,
        RoleName::Raw => Role::Raw,
    };
    doors
        .answer(move |open, cancelled| {
            let texts = Texts {
                texts: &asked.texts,
                role,
                truncate: asked.truncate,
                ids: asked.ids,
            };
            let space = open.embedder.space();
            Ok(Embedded {
                version: JSON_VERSION,
                model: space.model.clone(),
                dimension: space.dimension,
                embeddings: embed(open, &texts, cancelled, Field::Body("/texts"))?,
            })
        })
        .await
}

/// Texts to embed, and how.
pub struct Texts<'a> {
    pub texts: &'a [String],
    pub role: Role,
    /// Only the first window.
    pub truncate: bool,
    /// With token ids.
    pub ids: bool,
}

/// Embeds texts.
///
/// # Errors
/// As [`tokenized`] and [`embedded`].
pub fn embed(
    open: &Open,
    given: &Texts<'_>,
    cancelled: &Cancelled,
    field: Field<'_>,
) -> Result<Vec<EmbeddedText>, Problem> {
    let texts = given.texts.iter().map(String::as_str);
    let inputs = tokenized(open, texts, given.role, given.truncate, field)?;
    let embeddings = embedded(open, &inputs, cancelled, field)?;
    let text = |(input, embedding): (Input, Embedding)| EmbeddedText {
        tokens: input.ids.len(),
        windows: embedding.windows,
        ids: given.ids.then_some(input.ids),
        embedding: embedding.vector,
    };
    Ok(inputs.into_iter().zip(embeddings).map(text).collect())
}

/// Tokenizes the texts of one request; with `truncate` only the first window of each.
///
/// # Errors
/// 400 where they have too many tokens, and what the tokenizer returns.
pub fn tokenized<'a>(
    open: &Open,
    texts: impl Iterator<Item = &'a str>,
    role: Role,
    truncate: bool,
    field: Field<'_>,
) -> Result<Vec<Input>, Problem> {
    let mut inputs = Vec::new();
    let mut tokens = 0;
    for text in texts {
        let input = open.embedder.input(text, role);
        let mut input = input.map_err(|error| Problem::of(&error, field))?;
        if truncate {
            input.truncate();
        }
        tokens += input.ids.len();
        if tokens > MOST_TOKENS {
            let detail = format!(
                "one request has at most {MOST_TOKENS} tokens, and this one has more; send several"
            );
            return Err(Problem::bad(field, detail));
        }
        inputs.push(input);
    }
    Ok(inputs)
}

/// Embeds tokenized texts, some at a time; ends early where nobody waits any more.
///
/// # Errors
/// What the embedder returns.
pub fn embedded(
    open: &Open,
    inputs: &[Input],
    cancelled: &Cancelled,
    field: Field<'_>,
) -> Result<Vec<Embedding>, Problem> {
    let mut embeddings = Vec::with_capacity(inputs.len());
    for inputs in inputs.chunks(TOGETHER) {
        if cancelled.is_set() {
            return Err(Problem::busy());
        }
        let some = open.embedder.embed(inputs);
        embeddings.extend(some.map_err(|error| Problem::of(&error, field))?);
    }
    Ok(embeddings)
}

/// `GET /api/v1/articles`
pub async fn get_articles(State(doors): State<Arc<Doors>>, uri: Uri) -> Answer {
    let asked: ArticlesQuery = parameters(&uri)?;
    let limit = asked.limit.unwrap_or(50);
    number(Field::Parameter("limit"), limit, 1, MOST_LISTED)?;
    number(Field::Parameter("offset"), asked.offset, 0, MOST_OFFSET)?;
    let langs = asked.lang.as_deref().unwrap_or_default().split(',');
    let langs = langs.filter(|lang| !lang.trim().is_empty());
    let filters = Filters {
        lang: langs.map(str::to_owned).collect(),
        article: asked.article,
        source: asked.source,
        since: asked.since,
        until: asked.until,
    };
    let filter = filters.checked(str::to_owned);
    let filter = filter.map_err(Problem::in_query_string)?;
    doors
        .answer(move |open, _| {
            list(open, &filter, asked.offset, limit)
                .map_err(|error| Problem::of(&error, Field::Parameter("article")))
        })
        .await
}

/// A page of the articles that a filter lets through.
///
/// # Errors
/// As [`Filter::accepted`].
pub fn list(
    open: &Open,
    filter: &Filter,
    offset: usize,
    limit: usize,
) -> crate::error::Result<Articles> {
    let index = &open.index;
    let passing = filter.accepted(index)?;
    let passes = |number: usize| {
        let passing = passing.as_ref();
        passing.is_none_or(|passing| passing.articles[number])
    };
    let all = open.by_id()?.iter();
    let found: Vec<usize> = all.copied().filter(|number| passes(*number)).collect();
    let viewer = Viewer::new(index);
    let page = found.iter().skip(offset).take(limit);
    let page = page.map(|number| {
        Ok(ArticleStatus {
            article: viewer.article(*number)?,
            passages: index.rows_of(*number).len(),
        })
    });
    Ok(Articles {
        version: JSON_VERSION,
        total: found.len(),
        offset,
        articles: page.collect::<crate::error::Result<_>>()?,
    })
}

/// `GET /api/v1/article?id=`
pub async fn get_article(State(doors): State<Arc<Doors>>, uri: Uri) -> Answer {
    let asked: IdQuery = parameters(&uri)?;
    length(Field::Parameter("id"), &asked.id, MOST_NAME)?;
    doors
        .answer(move |open, _| {
            article(open, &asked.id).map_err(|error| Problem::of(&error, Field::Parameter("id")))
        })
        .await
}

fn article(open: &Open, id: &str) -> crate::error::Result<ArticleAnswer> {
    let index = &open.index;
    let number = find_article(index, id, Names::AsCited)?;
    let viewer = Viewer::new(index);
    let rows = index.rows_of(number);
    Ok(ArticleAnswer {
        version: JSON_VERSION,
        article: viewer.article(number)?,
        text: index.text(number)?.to_owned(),
        passages: rows
            .map(|row| viewer.passage(row..row + 1, None))
            .collect::<crate::error::Result<_>>()?,
    })
}

/// `GET /api/v1/passage?id=`
pub async fn get_passage(State(doors): State<Arc<Doors>>, uri: Uri) -> Answer {
    let asked: PassageQuery = parameters(&uri)?;
    length(Field::Parameter("id"), &asked.id, MOST_NAME)?;
    number(Field::Parameter("context"), asked.context, 0, MOST_CONTEXT)?;
    doors.answer(move |open, _| passage(open, &asked)).await
}

fn passage(open: &Open, asked: &PassageQuery) -> Result<Shown, Problem> {
    let to_problem = |error: Error| Problem::of(&error, Field::Parameter("id"));
    let (number, rows) = find(&open.index, &asked.id, Names::AsCited).map_err(to_problem)?;
    if rows.is_none() {
        let detail = format!(
            "`{}` is an article; a passage is named ARTICLE#N, as in an answer",
            asked.id
        );
        return Err(Problem::new(StatusCode::NOT_FOUND, detail).at(Field::Parameter("id")));
    }
    show(&open.index, number, rows, asked.context).map_err(to_problem)
}

/// `GET /api/v1/status`
pub async fn get_status(State(doors): State<Arc<Doors>>, uri: Uri) -> Answer {
    let NoQuery {} = parameters(&uri)?;
    doors
        .answer(|open, _| -> Result<Status, Problem> {
            status(&open.index, false).map_err(|error| Problem::of(&error, Field::Body("")))
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

/// Refuses a text without letters, or one that is too long.
pub fn text(field: Field<'_>, given: &str, most: usize) -> Result<(), Problem> {
    if given.trim().is_empty() {
        return Err(Problem::bad(
            field,
            "expected a text, received an empty one",
        ));
    }
    length(field, given, most)
}

pub fn length(field: Field<'_>, given: &str, most: usize) -> Result<(), Problem> {
    // Characters are counted only where there can be too many.
    if given.len() <= most || given.chars().count() <= most {
        return Ok(());
    }
    let received = given.chars().count();
    let detail = format!("expected at most {most} characters, received {received}");
    Err(Problem::bad(field, detail))
}

pub fn number(field: Field<'_>, given: usize, least: usize, most: usize) -> Result<(), Problem> {
    if (least..=most).contains(&given) {
        return Ok(());
    }
    let detail = format!("expected {least} to {most}, received {given}");
    Err(Problem::bad(field, detail))
}

fn number_of_items(pointer: &str, count: usize) -> Result<(), Problem> {
    if count <= MOST_ITEMS {
        return Ok(());
    }
    let detail = format!("expected at most {MOST_ITEMS} items, received {count}");
    Err(Problem::bad(Field::Body(pointer), detail))
}

/// A day, `YYYY-MM-DD`.
pub fn day(field: Field<'_>, given: Option<String>) -> Result<Option<String>, Problem> {
    given
        .map(|given| {
            // Any year will do: no article was published before those that are known as dates.
            let is_day = chrono::NaiveDate::parse_from_str(&given, "%Y-%m-%d").is_ok();
            let day = (is_day && given.len() == 10).then(|| given.clone());
            day.or_else(|| parse_date(&given)).ok_or_else(|| {
                let shown: String = given.chars().take(40).collect();
                Problem::bad(
                    field,
                    format!("expected a day (YYYY-MM-DD), received `{shown}`"),
                )
            })
        })
        .transpose()
}

/// A whole number, or `null`. JSON knows one kind of number: 5.0 is 5.
pub fn whole<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<usize>, D::Error> {
    use serde::de::{Error, Unexpected};
    let given: Option<serde_json::Number> = Option::deserialize(deserializer)?;
    let Some(given) = given else {
        return Ok(None);
    };
    let integer = given
        .as_u64()
        .and_then(|number| usize::try_from(number).ok());
    let integral = || {
        let float = given.as_f64()?;
        // Floats count by ones up to here.
        let counts = float.fract() == 0.0 && (0.0..=9_007_199_254_740_992.0).contains(&float);
        counts.then_some(float as usize)
    };
    let number = integer.or_else(integral);
    number.map(Some).ok_or_else(|| {
        let received = given
            .as_f64()
            .map_or(Unexpected::Other("a number"), Unexpected::Float);
        D::Error::invalid_value(received, &"a whole number")
    })
}
