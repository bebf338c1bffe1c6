//! The tool that shows the text of an article.

use std::fmt::Write;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::passage::LineIndex;
use crate::search::{Names, find};
use crate::serve::fields::{length, whole};
use crate::serve::limits::MOST_NAME;
use crate::serve::problem::{Field, Problem};
use crate::serve::service::Open;
use crate::serve::tools::called::{
    Called, LEAST_CHARS, MOST_CHARS, TITLE_CHARS, URL_CHARS, article_of, chars_asked, shortened,
    value_of,
};

/// Lines shown before a passage.
const LINES_BEFORE: usize = 5;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadInput {
    /// Id of an article or of a passage (`article#3`), or a citation (`path:7-9`).
    id: String,
    /// Character of the article's text to begin at; an answer that was cut says which is next.
    #[serde(default, deserialize_with = "whole")]
    #[schemars(with = "usize")]
    offset: Option<usize>,
    /// Characters of the answer at most, 500 to 40000; 6000 where it is not given.
    #[serde(default, deserialize_with = "whole")]
    #[schemars(with = "usize", range(min = LEAST_CHARS, max = MOST_CHARS))]
    max_chars: Option<usize>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct ReadOutput {
    article: String,
    title: Option<String>,
    source_url: Option<String>,
    /// Of the first character here.
    start_line: usize,
    end_line: usize,
    /// First character, counted in the whole text.
    offset: usize,
    /// Characters of the whole text.
    total_chars: usize,
    /// Where to go on; absent at the end.
    next_offset: Option<usize>,
    text: String,
}

pub fn read(open: &Open, input: &ReadInput) -> Result<Called, Problem> {
    let most = chars_asked(input.max_chars)?;
    length(Field::Body("/id"), &input.id, MOST_NAME)?;
    let to_problem = |error: Error| Problem::of(&error, Field::Body("/id"));
    let index = &open.index;
    let (number, rows) = find(index, &input.id, Names::AsCited).map_err(to_problem)?;
    let text = index.text(number).map_err(to_problem)?;
    let mut article = article_of(index, number).map_err(to_problem)?;
    article.metadata.title = article
        .metadata
        .title
        .map(|title| shortened(&title, TITLE_CHARS));
    article.metadata.source_url = article
        .metadata
        .source_url
        .map(|url| shortened(&url, URL_CHARS));
    let lines = LineIndex::new(text);
    let total = text.chars().count();
    let start = match (input.offset, rows) {
        (Some(offset), _) if offset > total => {
            let detail = format!("the article has {total} characters, received {offset}");
            return Err(Problem::bad(Field::Body("/offset"), detail));
        }
        (Some(offset), _) => text
            .char_indices()
            .nth(offset)
            .map_or(text.len(), |(at, _)| at),
        (None, Some(rows)) => {
            let span = index.span(rows).map_err(to_problem)?;
            before(text, &lines, span.start, most / 4)
        }
        (None, None) => 0,
    };
    let offset = text[..start].chars().count();
    let mut head = format!(
        "{}\n",
        article.metadata.title.as_deref().unwrap_or(&article.id)
    );
    let _ = writeln!(head, "id: {}", article.id);
    if let Some(url) = &article.metadata.source_url {
        let _ = writeln!(head, "source: {url}");
    }
    let room = most.saturating_sub(head.chars().count() + 220).max(200);
    let rest = &text[start..];
    let part = lines_within(rest, room);
    let end = start + part.len();
    let next = offset + part.chars().count();
    let start_line = lines.line(start);
    let end_line = lines.line(end.saturating_sub(1).max(start));
    let next_offset = (end < text.len()).then_some(next);
    let mut told = head;
    let _ = writeln!(
        told,
        "lines {start_line}-{end_line}, characters {offset}-{next} of {total}\n"
    );
    told.push_str(part);
    if let Some(next) = next_offset {
        let _ = write!(
            told,
            "\n\n(goes on: read(\"{}\", offset={next}))",
            article.id
        );
    }
    Ok(Called {
        text: told,
        structured: value_of(&ReadOutput {
            article: article.id,
            title: article.metadata.title,
            source_url: article.metadata.source_url,
            start_line,
            end_line,
            offset,
            total_chars: total,
            next_offset,
            text: part.to_owned(),
        }),
    })
}

/// Where to begin so that a few lines before a place are read too. Long lines would fill the answer before the place, so
/// no more than `most` characters before it.
fn before(text: &str, lines: &LineIndex, place: usize, most: usize) -> usize {
    let first = lines.line(place).saturating_sub(LINES_BEFORE).max(1);
    let nearest = text[..place].char_indices().rev().take(most).last();
    lines.start(first).max(nearest.map_or(0, |(at, _)| at))
}

/// The beginning of a text, in characters; to the end of a line where one is near, so that lines are whole.
fn lines_within(text: &str, most: usize) -> &str {
    let Some((end, _)) = text.char_indices().nth(most) else {
        return text;
    };
    let part = &text[..end];
    match part.rfind('\n') {
        Some(line_end) if line_end > end / 2 => &part[..=line_end],
        _ => part,
    }
}
