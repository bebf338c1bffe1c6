//! The tool that finds passages.

use std::fmt::Write;
use std::time::Instant;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::corpus::shown_locators;
use crate::search::{Answer, CONVINCING, Mode, Query};
use crate::serve::api::{Filters, answers};
use crate::serve::fields::{length, number, whole};
use crate::serve::limits::MOST_QUESTION;
use crate::serve::problem::{Field, Problem};
use crate::serve::service::Open;
use crate::serve::tools::called::{
    Budget, Called, LEAST_CHARS, MOST_CHARS, TITLE_CHARS, URL_CHARS, chars_asked, counted,
    shortened, value_of,
};
use crate::serve::tools::schema::{count, one_or_more};

/// Characters of a passage that is shown; a longer one is cut around its best sentence.
const PASSAGE_CHARS: usize = 1200;

const ALSO: usize = 5;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SearchInput {
    /// The question, in any language. Strings in double quotes must occur.
    query: String,
    /// Passages at most, 1 to 20.
    #[serde(default = "five", deserialize_with = "count")]
    #[schemars(range(min = 1, max = 20))]
    limit: usize,
    /// hybrid (by meaning and words), dense (by meaning), keyword (by words).
    #[serde(default)]
    #[schemars(extend("enum" = ["hybrid", "dense", "keyword"]), with = "String")]
    mode: Mode,
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
    /// Characters of the answer at most, 500 to 40000; 6000 where it is not given.
    #[serde(default, deserialize_with = "whole")]
    #[schemars(with = "usize", range(min = LEAST_CHARS, max = MOST_CHARS))]
    max_chars: Option<usize>,
}

pub fn five() -> usize {
    5
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct SearchOutput {
    query: String,
    /// What to make of the results, where they need it.
    hint: Option<String>,
    results: Vec<Passage>,
    /// Results that did not fit.
    left_out: usize,
}

/// A passage with its citation.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Passage {
    rank: usize,
    /// How likely it answers, 0 to 1; null where only words were searched.
    confidence: Option<f32>,
    /// `path:lines`
    citation: String,
    /// Of the passage, for `read`.
    id: String,
    article: String,
    title: Option<String>,
    source_url: Option<String>,
    published: Option<String>,
    lang: Option<String>,
    start_line: usize,
    end_line: usize,
    /// Of the passage in the article's text.
    start_byte: usize,
    end_byte: usize,
    /// Page, row or heading path where it begins, where lines mean nothing.
    locator: Option<String>,
    /// Page, row or heading path where it ends, if that is another one.
    end_locator: Option<String>,
    text: String,
    /// The text is a part of the passage; `read` gives the whole.
    cut: bool,
    /// Where the same is said.
    also: Vec<String>,
}

pub fn search(open: &Open, input: SearchInput) -> Result<Called, Problem> {
    let most = chars_asked(input.max_chars)?;
    number(Field::Body("/limit"), input.limit, 1, 20)?;
    length(Field::Body("/query"), &input.query, MOST_QUESTION)?;
    let filters = Filters {
        article: input.article,
        lang: input.lang,
        source: input.source,
        since: input.since,
        until: input.until,
    };
    let asked = Query {
        text: input.query,
        mode: input.mode,
        limit: input.limit,
        filter: filters.checked(|name| format!("/{name}"))?,
        ..Query::default()
    };
    let found = answers(open, &asked, Instant::now())?;
    let best = found.results.first().and_then(|answer| answer.confidence);
    let mut hints = found.notes.clone();
    if found.results.is_empty() {
        hints.push("nothing found; ask in other words or with fewer filters".to_owned());
    } else if best.is_some_and(|best| best < CONVINCING) {
        hints.push(
            "nothing here is likely to answer this: say that it is not in the articles, or ask in other words"
                .to_owned(),
        );
    }
    let hint = (!hints.is_empty()).then(|| hints.join("; "));
    let mut budget = Budget::new(most);
    let count = counted(found.results.len(), "passage");
    budget.add(&format!("{count} for: {}\n", shortened(&found.query, 200)));
    if let Some(hint) = &hint {
        budget.add(&format!("Note: {hint}\n"));
    }
    // Room for the line that says what was left out.
    budget.left = budget.left.saturating_sub(120);
    let total = found.results.len();
    let mut results = Vec::new();
    for answer in found.results {
        let passage = passage_of(answer, budget.left.min(PASSAGE_CHARS));
        if !budget.add_item(&told(&passage), results.is_empty()) {
            break;
        }
        results.push(passage);
    }
    let left_out = total - results.len();
    if left_out > 0 {
        let _ = write!(
            budget.text,
            "\n{} left out: ask with a larger max_chars or a smaller limit.\n",
            counted(left_out, "more passage")
        );
    }
    Ok(Called {
        text: budget.text,
        structured: value_of(&SearchOutput {
            query: found.query,
            hint,
            results,
            left_out,
        }),
    })
}

fn passage_of(answer: Answer, most: usize) -> Passage {
    let Answer {
        rank,
        confidence,
        citation,
        passage,
        article,
        duplicates,
        ..
    } = answer;
    let brief = |locator: String| shortened(&locator, TITLE_CHARS);
    // What frames the text takes some of the room.
    let most = most.saturating_sub(300).max(200);
    let whole = passage.text.chars().count() <= most;
    let text = if whole {
        passage.text.clone()
    } else {
        let best = passage
            .best
            .as_ref()
            .map_or(passage.text.as_str(), |best| &best.text);
        shortened(best, most)
    };
    Passage {
        rank,
        confidence,
        citation,
        id: passage.id,
        article: article.id,
        title: article
            .metadata
            .title
            .map(|title| shortened(&title, TITLE_CHARS)),
        source_url: article
            .metadata
            .source_url
            .map(|url| shortened(&url, URL_CHARS)),
        published: article.metadata.published,
        lang: article.metadata.lang,
        start_line: passage.start_line,
        end_line: passage.end_line,
        start_byte: passage.start_byte,
        end_byte: passage.end_byte,
        locator: passage.locator.map(brief),
        end_locator: passage.end_locator.map(brief),
        text,
        cut: !whole,
        also: duplicates.into_iter().take(ALSO).collect(),
    }
}

pub fn told(passage: &Passage) -> String {
    let mut told = format!("\n[{}] ", passage.rank);
    if let Some(confidence) = passage.confidence {
        let _ = write!(told, "{:.0} % · ", 100.0 * confidence);
    }
    told.push_str(&passage.citation);
    if let Some(title) = &passage.title {
        let _ = write!(told, " · {title}");
    }
    let locators = passage.locator.as_deref();
    let locators = locators.map(|begins| shown_locators(begins, passage.end_locator.as_deref()));
    let about = [&passage.lang, &passage.published, &locators];
    for fact in about.into_iter().flatten() {
        let _ = write!(told, " · {fact}");
    }
    let _ = write!(
        told,
        "\nid: {} (bytes {}-{})\n",
        passage.id, passage.start_byte, passage.end_byte
    );
    if let Some(url) = &passage.source_url {
        let _ = writeln!(told, "source: {url}");
    }
    if !passage.also.is_empty() {
        let _ = writeln!(told, "also in: {}", passage.also.join(", "));
    }
    for line in passage.text.lines() {
        let _ = writeln!(told, "> {line}");
    }
    if passage.cut {
        let _ = writeln!(
            told,
            "(cut: read(\"{}\") gives the whole passage)",
            passage.id
        );
    }
    told
}
