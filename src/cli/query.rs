//! `tane query`.

use std::time::Instant;

use super::args;
use super::index::open_or_build;
use super::output::Output;
use super::render::Page;
use super::settings::Settings;
use super::{Found, read_stdin};
use crate::error::Error;
use crate::search::{Answer, Filter, Mode, Query, query};

pub fn run(args: &args::Query, settings: &Settings, out: &mut Output) -> anyhow::Result<Found> {
    let started = Instant::now();
    let text = match args.question.as_slice() {
        [dash] if dash == "-" => String::from_utf8_lossy(&read_stdin()?).into_owned(),
        words => words.join(" "),
    };
    if text.trim().is_empty() {
        return Err(Error::EmptyQuestion.into());
    }
    let asked = Query {
        text,
        mode: args.mode.map_or(settings.mode, Mode::from),
        limit: args.limit.unwrap_or(settings.limit),
        per_article: args.per_article,
        context: args.context,
        filter: Filter::new(
            args.article.as_deref(),
            args.lang.clone(),
            args.source.clone(),
        )?,
    };
    asked.mode.check_built()?;
    let (index, embedder) = open_or_build(settings, &args.engine)?;
    let answers = query(&index, &embedder, &asked, started)?;
    if args.json {
        out.json(&answers)?;
    } else if args.jsonl {
        for answer in &answers.results {
            out.json(answer)?;
        }
    } else {
        let mut page = Page::new(out);
        for answer in &answers.results {
            print(&mut page, answer)?;
        }
        if answers.results.is_empty() {
            super::output::remark("nothing found");
        }
    }
    Ok(if answers.results.is_empty() {
        Found::Nothing
    } else {
        Found::Something
    })
}

fn print(page: &mut Page<'_>, answer: &Answer) -> std::io::Result<()> {
    let article = &answer.article;
    page.gap()?;
    page.heading(
        answer.rank,
        answer.score,
        article.title.as_deref().unwrap_or(&article.id),
    )?;
    page.citation(&answer.citation, &article.path)?;
    if let Some(url) = &article.source_url {
        page.url(url)?;
    }
    if let Some(context) = &answer.context {
        page.dimmed(&context.before)?;
    }
    page.passage(&answer.passage)?;
    if let Some(context) = &answer.context {
        page.dimmed(&context.after)?;
    }
    Ok(())
}
