//! The tool that lists articles.

use std::fmt::Write;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::serve::api::Filters;
use crate::serve::articles::list;
use crate::serve::fields::number;
use crate::serve::problem::{Field, Problem};
use crate::serve::service::Open;
use crate::serve::tools::called::{
    Budget, CHARS, Called, TITLE_CHARS, URL_CHARS, counted, shortened, value_of,
};
use crate::serve::tools::schema::{count, one_or_more};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListInput {
    /// Only articles whose id or file name matches this name or glob.
    #[serde(default)]
    #[schemars(with = "String")]
    article: Option<String>,
    /// Only articles in these languages, as ISO 639-1 codes: ja, en, vi.
    #[serde(default, deserialize_with = "one_or_more")]
    lang: Vec<String>,
    /// Only articles whose source URL contains this.
    #[serde(default)]
    #[schemars(with = "String")]
    source: Option<String>,
    /// Only articles published on this day or later (YYYY-MM-DD).
    #[serde(default)]
    #[schemars(with = "String")]
    since: Option<String>,
    /// Only articles published on this day or earlier (YYYY-MM-DD).
    #[serde(default)]
    #[schemars(with = "String")]
    until: Option<String>,
    /// Articles to skip; an answer that was cut says how many.
    #[serde(default, deserialize_with = "count")]
    offset: usize,
    /// Articles at most, 1 to 100.
    #[serde(default = "twenty", deserialize_with = "count")]
    #[schemars(range(min = 1, max = 100))]
    limit: usize,
}

pub fn twenty() -> usize {
    20
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct ListOutput {
    /// Articles that the filters let through.
    total: usize,
    offset: usize,
    /// Where to go on; absent at the end.
    next_offset: Option<usize>,
    articles: Vec<ListedArticle>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct ListedArticle {
    id: String,
    title: Option<String>,
    lang: Option<String>,
    published: Option<String>,
    source_url: Option<String>,
    passages: usize,
}

pub fn list_articles(open: &Open, input: ListInput) -> Result<Called, Problem> {
    number(Field::Body("/limit"), input.limit, 1, 100)?;
    let filters = Filters {
        article: input.article,
        lang: input.lang,
        source: input.source,
        since: input.since,
        until: input.until,
    };
    let filter = filters.checked(|name| format!("/{name}"))?;
    let found = list(open, &filter, input.offset, input.limit);
    let found = found.map_err(|error| Problem::of(&error, Field::Body("/article")))?;
    let mut budget = Budget::new(CHARS - 200);
    let mut articles = Vec::new();
    for status in found.articles {
        let article = ListedArticle {
            id: status.article.id,
            title: status
                .article
                .metadata
                .title
                .map(|title| shortened(&title, TITLE_CHARS)),
            lang: status.article.metadata.lang,
            published: status.article.metadata.published,
            source_url: status
                .article
                .metadata
                .source_url
                .map(|url| shortened(&url, URL_CHARS)),
            passages: status.passages,
        };
        let mut told = article.id.clone();
        let about = [&article.title, &article.lang, &article.published];
        for fact in about.into_iter().flatten() {
            let _ = write!(told, " · {fact}");
        }
        let _ = writeln!(told, " · {}", counted(article.passages, "passage"));
        if let Some(url) = &article.source_url {
            let _ = writeln!(told, "  {url}");
        }
        if !budget.add_item(&told, articles.is_empty()) {
            break;
        }
        articles.push(article);
    }
    let next = input.offset + articles.len();
    let next_offset = (!articles.is_empty() && next < found.total).then_some(next);
    let first = if articles.is_empty() {
        0
    } else {
        input.offset + 1
    };
    let mut told = format!(
        "Articles {first}-{next} of {}\n\n{}",
        found.total, budget.text
    );
    if articles.is_empty() {
        told = format!("No articles here; {} in all.\n", found.total);
    }
    if let Some(next) = next_offset {
        let _ = write!(told, "\n(goes on: list(offset={next}))");
    }
    Ok(Called {
        text: told,
        structured: value_of(&ListOutput {
            total: found.total,
            offset: input.offset,
            next_offset,
            articles,
        }),
    })
}
