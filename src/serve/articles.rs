//! Articles and passages as they stand in the index.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, Uri};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::index::ArticleNo;
use crate::search::{
    ArticleStatus, ArticleView, Filter, HeadingView, JSON_VERSION, Names, OmittedView, PassageView,
    Shown, Viewer, find, find_article, outline, show,
};
use crate::serve::answers::Answer;
use crate::serve::api::Filters;
use crate::serve::doors::Doors;
use crate::serve::fields::{length, number};
use crate::serve::limits::{MOST_CONTEXT, MOST_LISTED, MOST_NAME, MOST_OFFSET};
use crate::serve::problem::{Field, Problem};
use crate::serve::request::parameters;
use crate::serve::service::Open;

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
    /// Headings, in the order of the text; empty where none are known.
    pub outline: Vec<HeadingView>,
    /// All stretches of the text that are not read, in the order of the text.
    pub omitted: Vec<OmittedView>,
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
    let passes = |number: ArticleNo| {
        let passing = passing.as_ref();
        passing.is_none_or(|passing| passing.articles[number.get()])
    };
    let all = open.by_id()?.iter();
    let found: Vec<ArticleNo> = all.copied().filter(|number| passes(*number)).collect();
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

pub fn article(open: &Open, id: &str) -> crate::error::Result<ArticleAnswer> {
    let index = &open.index;
    let number = find_article(index, id, Names::AsCited)?;
    let viewer = Viewer::new(index);
    let record = index.article(number)?;
    Ok(ArticleAnswer {
        version: JSON_VERSION,
        article: viewer.article(number)?,
        text: index.text(number)?.to_owned(),
        passages: viewer.passages(number)?,
        outline: outline(index, number)?,
        omitted: record.omitted.iter().map(OmittedView::of).collect(),
    })
}

/// `GET /api/v1/passage?id=`
pub async fn get_passage(State(doors): State<Arc<Doors>>, uri: Uri) -> Answer {
    let asked: PassageQuery = parameters(&uri)?;
    length(Field::Parameter("id"), &asked.id, MOST_NAME)?;
    number(Field::Parameter("context"), asked.context, 0, MOST_CONTEXT)?;
    doors.answer(move |open, _| passage(open, &asked)).await
}

pub fn passage(open: &Open, asked: &PassageQuery) -> Result<Shown, Problem> {
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
