//! `tane passages`: how a file is cut.

use serde::Serialize;

use super::args;
use super::output::Output;
use super::render::Page;
use super::settings::Settings;
use super::similar::article_view;
use super::{Found, read_stdin};
use crate::corpus::{Article, Omission};
use crate::passage::{LineIndex, Passage, passages};
use crate::search::{ArticleView, JSON_VERSION};

#[derive(Serialize)]
struct Json<'a> {
    version: u32,
    article: ArticleView,
    passages: Vec<PassageJson<'a>>,
    omitted: Vec<OmittedJson<'a>>,
}

#[derive(Serialize)]
struct PassageJson<'a> {
    number: usize,
    text: &'a str,
    start_byte: usize,
    end_byte: usize,
    start_line: usize,
    end_line: usize,
    tokens: usize,
    /// Start and end byte of each.
    sentences: Vec<(usize, usize)>,
}

#[derive(Serialize)]
struct OmittedJson<'a> {
    reason: Omission,
    text: &'a str,
    start_byte: usize,
    end_byte: usize,
    start_line: usize,
    end_line: usize,
}

pub fn run(args: &args::Passages, settings: &Settings, out: &mut Output) -> anyhow::Result<Found> {
    let name = args.file.to_string_lossy();
    let article = if name == "-" {
        Article::from_bytes(read_stdin()?, &args.file)?
    } else {
        Article::read(&args.file)?
    };
    let embedder = settings.embedder(&args.engine, None)?;
    let cut = passages(&article, embedder.counter());
    let found = if cut.is_empty() {
        Found::Nothing
    } else {
        Found::Something
    };
    if args.json {
        out.json(&json(&article, &name, &cut))?;
    } else {
        print(&mut Page::new(out), &article, &cut)?;
    }
    Ok(found)
}

fn json<'a>(article: &'a Article, name: &str, cut: &[Passage]) -> Json<'a> {
    let lines = LineIndex::new(&article.text);
    let passage = |(passage, number): (&Passage, usize)| PassageJson {
        number,
        text: &article.text[passage.span.clone()],
        start_byte: passage.span.start,
        end_byte: passage.span.end,
        start_line: passage.lines.0,
        end_line: passage.lines.1,
        tokens: passage.tokens,
        sentences: passage.sentences.iter().map(|s| (s.start, s.end)).collect(),
    };
    Json {
        version: JSON_VERSION,
        article: article_view(article, name),
        passages: cut.iter().zip(1..).map(passage).collect(),
        omitted: article
            .omitted
            .iter()
            .map(|omitted| OmittedJson {
                reason: omitted.reason,
                text: &article.text[omitted.span.clone()],
                start_byte: omitted.span.start,
                end_byte: omitted.span.end,
                start_line: lines.line(omitted.span.start),
                end_line: lines.line(omitted.span.end - 1),
            })
            .collect(),
    }
}

fn print(page: &mut Page<'_>, article: &Article, cut: &[Passage]) -> std::io::Result<()> {
    let lines = LineIndex::new(&article.text);
    let unknown = || "unknown".to_owned();
    page.line(&format!(
        "title: {}",
        article.title.clone().unwrap_or_else(unknown)
    ))?;
    page.line(&format!(
        "source: {}",
        article.source_url.clone().unwrap_or_else(unknown)
    ))?;
    page.line(&format!(
        "language: {}",
        article.lang.clone().unwrap_or_else(unknown)
    ))?;
    let mut omitted = article.omitted.iter().peekable();
    let leave_out = |page: &mut Page<'_>, omitted: &crate::corpus::Omitted| {
        page.line("")?;
        let line = lines.line(omitted.span.start);
        page.line(&format!(
            "line {line}, left out: {}",
            omitted.reason.reason()
        ))?;
        page.dimmed(&article.text[omitted.span.clone()])
    };
    for (passage, number) in cut.iter().zip(1..) {
        while let Some(gap) = omitted.next_if(|gap| gap.span.start < passage.span.start) {
            leave_out(page, gap)?;
        }
        page.line("")?;
        let (first, last) = passage.lines;
        let at = if first == last {
            format!("line {first}")
        } else {
            format!("lines {first}-{last}")
        };
        let span = &passage.span;
        let chars = article.text[span.clone()].chars().count();
        page.line(&format!(
            "#{number}, {at}, bytes {}..{}, {chars} characters, {} tokens, {} sentences",
            span.start,
            span.end,
            passage.tokens,
            passage.sentences.len(),
        ))?;
        page.text(&passage.readable(&article.text).0)?;
    }
    omitted.try_for_each(|gap| leave_out(page, gap))
}
