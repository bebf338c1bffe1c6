//! `tane passages`: how a file is cut.

use std::path::Path;

use serde::Serialize;

use super::args;
use super::output::{self, Output};
use super::progress::{catch_interrupts, interrupted};
use super::render::Page;
use super::settings::Settings;
use crate::advice::told_reason;
use crate::cli::input::read_stdin;
use crate::cli::outcome::Outcome;
use crate::cli::reader::readers;
use crate::corpus::{
    Article, KnownBy, Omission, Omitted, ReadOptions, Span, TimeLimit, end_locator, locator,
    shown_locators,
};
use crate::passage::{LineIndex, Passage, passages};
use crate::search::{ArticleView, JSON_VERSION, RepeatedView, article_view, as_stored};

#[derive(Serialize)]
struct Json<'a> {
    version: u32,
    article: ArticleView,
    /// What it was read as.
    format: &'static str,
    encoding_known_by: KnownBy,
    /// What was decided while reading.
    notes: Vec<String>,
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
    locator: Option<&'a str>,
    end_locator: Option<&'a str>,
    repeated: Vec<RepeatedView>,
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

/// The articles of a file. Ctrl-C ends a program that recognises letters together with this one.
fn read(path: &Path, options: &ReadOptions) -> crate::error::Result<Vec<Article>> {
    if options.ocr.is_none() {
        return Article::read(path, options);
    }
    catch_interrupts();
    let limit = TimeLimit::new(options, &interrupted);
    let read = Article::read_in_time(path, options, None, &limit)?;
    Ok(read.unwrap_or_default())
}

pub fn run(
    args: &args::Passages,
    settings: &Settings,
    out: &mut Output,
) -> anyhow::Result<Outcome> {
    let name = args.file.to_string_lossy();
    let options = ReadOptions {
        readers: Some(readers()),
        ocr: settings.ocr(args.read.ocr.as_deref())?,
        ..args.read.options().unwrap_or_default()
    };
    let articles = if name == "-" {
        Article::from_bytes(read_stdin()?, &args.file, &options)?
    } else {
        read(&as_stored(&args.file), &options)?
    };
    let embedder = settings.embedder(&args.engine, None)?;
    let mut found = Outcome::Nothing;
    for (article, number) in articles.iter().zip(1..) {
        let all = passages(article, embedder.counter());
        let pages = args.page.map(|page| stretches_of(page, article));
        let is_asked = |passage: &Passage| {
            pages
                .as_ref()
                .is_none_or(|pages| pages.iter().any(|page| meet(page, &passage.span)))
        };
        let cut: Vec<(usize, Passage)> = (1..)
            .zip(all)
            .filter(|(_, passage)| is_asked(passage))
            .collect();
        if !cut.is_empty() {
            found = Outcome::Something;
        }
        if args.json {
            out.json(&json(article, &name, &cut, args.page.is_none()))?;
        } else {
            let mut page = Page::new(out);
            if number > 1 {
                page.line("")?;
            }
            print(&mut page, article, &cut, args.page.is_none())?;
        }
    }
    if let (Some(page), Outcome::Nothing) = (args.page, &found) {
        output::complain(&format!("{name}: no passage on page {page}"));
    }
    Ok(found)
}

/// Where the text of a page stands. What was left out stands behind the text, and on no page.
fn stretches_of(page: usize, article: &Article) -> Vec<Span> {
    let locator = format!("page {page}");
    let starts = article.locators.iter();
    let next = article.locators.iter().skip(1).map(|(start, _)| *start);
    let ends = next.chain([article.text.len()]);
    starts
        .zip(ends)
        .filter(|((_, found), _)| *found == locator)
        .map(|((start, _), end)| *start..end)
        .collect()
}

fn meet(a: &Span, b: &Span) -> bool {
    a.start < b.end && b.start < a.end
}

fn json<'a>(
    article: &'a Article,
    name: &str,
    cut: &[(usize, Passage)],
    with_omitted: bool,
) -> Json<'a> {
    let lines = LineIndex::new(&article.text);
    let omitted = match with_omitted {
        true => article.omitted.as_slice(),
        false => &[],
    };
    let passage = |(number, passage): &(usize, Passage)| PassageJson {
        number: *number,
        text: &article.text[passage.span.clone()],
        start_byte: passage.span.start,
        end_byte: passage.span.end,
        start_line: passage.lines.0,
        end_line: passage.lines.1,
        tokens: passage.tokens,
        locator: locator(&article.locators, passage.span.start),
        end_locator: end_locator(&article.locators, &passage.span),
        repeated: RepeatedView::of(&article.text, passage.repeated.clone()),
        sentences: passage.sentences.iter().map(|s| (s.start, s.end)).collect(),
    };
    Json {
        version: JSON_VERSION,
        article: article_view(article, name),
        format: article.format,
        encoding_known_by: article.known_by,
        notes: article.notes.iter().map(told_reason).collect(),
        passages: cut.iter().map(passage).collect(),
        omitted: omitted
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

/// What is known about the article.
fn print_head(page: &mut Page<'_>, article: &Article) -> std::io::Result<()> {
    let unknown = || "unknown".to_owned();
    if let Some(row) = &article.row {
        page.line(&format!("row: {row}"))?;
    }
    let known_by = match article.known_by {
        KnownBy::Option => "as you said",
        KnownBy::Mark => "by its byte order mark",
        KnownBy::Valid => "every byte fits",
        KnownBy::Declaration => "as it declares",
        KnownBy::Guess => "by its letters",
        KnownBy::Form => "",
    };
    page.line(&match known_by {
        "" => format!("format: {}", article.format),
        _ => format!(
            "format: {}, {} ({known_by})",
            article.format, article.encoding
        ),
    })?;
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
    for (what, value) in [
        ("author", &article.author),
        ("published", &article.published),
    ] {
        if let Some(value) = value {
            page.line(&format!("{what}: {value}"))?;
        }
    }
    for note in &article.notes {
        page.line(&format!("note: {}", told_reason(note)))?;
    }
    Ok(())
}

fn print(
    page: &mut Page<'_>,
    article: &Article,
    cut: &[(usize, Passage)],
    with_omitted: bool,
) -> std::io::Result<()> {
    print_head(page, article)?;
    let lines = LineIndex::new(&article.text);
    // A mark alone is in the JSON; here it would only be in the way.
    let has_words = |gap: &&Omitted| article.text[gap.span.clone()].contains(char::is_alphanumeric);
    let omitted = article
        .omitted
        .iter()
        .filter(|_| with_omitted)
        .filter(has_words);
    let mut omitted = omitted.peekable();
    let leave_out = |page: &mut Page<'_>, omitted: &Omitted| {
        page.line("")?;
        let line = lines.line(omitted.span.start);
        page.line(&format!(
            "line {line}, left out: {}",
            omitted.reason.reason()
        ))?;
        page.dimmed(&article.text[omitted.span.clone()])
    };
    for (number, passage) in cut {
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
        if let Some(begins) = locator(&article.locators, span.start) {
            page.dimmed(&shown_locators(
                begins,
                end_locator(&article.locators, span),
            ))?;
        }
        page.text(&passage.readable(&article.text).0)?;
    }
    omitted.try_for_each(|gap| leave_out(page, gap))
}
