//! `tane similar`.

use std::path::Path;

use serde::Serialize;

use super::args;
use super::index::open_or_build;
use super::output::Output;
use super::render::Page;
use super::settings::Settings;
use crate::cli::input::read_stdin;
use crate::cli::map::matrix;
use crate::cli::outcome::Outcome;
use crate::cli::reader::readers;
use crate::corpus::{Article, ReadOptions};
use crate::embed::Embedder;
use crate::error::{Error, Result};
use crate::index::Index;
use crate::search::{
    Duplicate, JSON_VERSION, Names, SimilarArticles, Subject, as_stored, duplicates, find_article,
    find_named_article, resemblance, similar,
};

pub fn run(args: &args::Similar, settings: &Settings, out: &mut Output) -> anyhow::Result<Outcome> {
    if args.out.is_some() && !args.all {
        anyhow::bail!(
            "--out writes how much all articles resemble each other: give --all in place of an article"
        );
    }
    let (index, embedder) = open_or_build(settings, &args.engine)?;
    index.check_space(embedder.space())?;
    let limit = args.limit.unwrap_or(settings.limit);
    let Some(given) = &args.article else {
        return match &args.out {
            Some(file) => matrix(file, &index, &embedder, settings),
            None => all(args, &index, &embedder, out),
        };
    };
    let subject = subject(given, &index, &embedder)?;
    let found = similar(&index, &subject, limit, args.pairs)?;
    if args.json {
        out.json(&found)?;
    } else {
        print(&mut Page::new(out), &found)?;
    }
    Ok(if found.results.is_empty() {
        Outcome::Nothing
    } else {
        Outcome::Something
    })
}

/// An indexed article; else the file of that name, read and embedded now.
fn subject(given: &str, index: &Index, embedder: &Embedder) -> Result<Subject> {
    let options = ReadOptions {
        readers: Some(readers()),
        ..ReadOptions::default()
    };
    if given == "-" {
        let articles = Article::from_bytes(read_stdin()?, Path::new("-"), &options)?;
        return Subject::embedded(&only(articles, given)?, "-", embedder);
    }
    let path = as_stored(Path::new(given));
    // A file of that very name comes before an article that has it in its id.
    let number = match path.is_file() {
        true => find_named_article(index, given, Names::IdsAndPaths)?,
        false => Some(find_article(index, given, Names::IdsAndPaths).map_err(nor_a_file)?),
    };
    if let Some(number) = number {
        return Subject::indexed(index, number, embedder.alignment());
    }
    let articles = Article::read(&path, &options)?;
    Subject::embedded(&only(articles, given)?, given, embedder)
}

/// What names no article may have been meant as a file.
fn nor_a_file(error: Error) -> Error {
    match error {
        Error::Unknown { kind, given, hint } => Error::Unknown {
            kind,
            given,
            hint: format!(", and no file of that name{hint}"),
        },
        other => other,
    }
}

/// The article of a file that is not indexed.
fn only(mut articles: Vec<Article>, given: &str) -> Result<Article> {
    let count = articles.len();
    match articles.pop() {
        Some(article) if count == 1 => Ok(article),
        _ => Err(Error::Unreadable {
            path: given.into(),
            reason: format!("it holds {count} articles; index it and name one of them"),
        }),
    }
}

fn print(page: &mut Page<'_>, found: &SimilarArticles) -> std::io::Result<()> {
    for result in &found.results {
        let article = &result.article;
        page.gap()?;
        page.heading(
            result.rank,
            &format!("{:.3}", result.score),
            article.title.as_deref().unwrap_or(&article.id),
        )?;
        page.citation(&article.path, &article.path)?;
        if let Some(duplicate) = result.duplicate {
            page.line(&format!("   {duplicate} duplicate"))?;
        }
        if let Some(url) = &article.source_url {
            page.url(url)?;
        }
        for pair in &result.pairs {
            let from = pair.from.citation(&found.article);
            let to = pair.to.citation(article);
            page.line(&format!("   {:.3}  {from}  ~  {to}", pair.score))?;
            page.dimmed(&pair.from.text)?;
            page.passage(&pair.to)?;
        }
    }
    Ok(())
}

#[derive(Serialize)]
struct Matrix {
    version: u32,
    articles: Vec<String>,
    /// For each article its score with each, in the order of `articles`; 1 with itself.
    scores: Vec<Vec<f32>>,
    /// Articles that hold the same text, or most of the shorter one.
    duplicates: Vec<DuplicatePair>,
}

#[derive(Serialize)]
struct DuplicatePair {
    duplicate: Duplicate,
    articles: [String; 2],
}

fn all(
    args: &args::Similar,
    index: &Index,
    embedder: &Embedder,
    out: &mut Output,
) -> anyhow::Result<Outcome> {
    let mut numbers: Vec<(String, usize)> = Vec::new();
    for number in index.articles() {
        numbers.push((index.article(number)?.id(), number));
    }
    numbers.sort();
    let count = numbers.len();
    let mut articles = Vec::with_capacity(count);
    let mut scores = vec![vec![1.0f32; count]; count];
    for ((id, number), row) in numbers.iter().zip(&mut scores) {
        let subject = Subject::indexed(index, *number, embedder.alignment())?;
        for ((_, other), score) in numbers.iter().zip(row) {
            if other != number {
                *score = resemblance(index, &subject, *other);
            }
        }
        articles.push(id.clone());
    }
    let mut pairs: Vec<DuplicatePair> = Vec::new();
    for (a, b, duplicate) in duplicates(index)? {
        let mut articles = [index.article(a)?.id(), index.article(b)?.id()];
        articles.sort();
        pairs.push(DuplicatePair {
            duplicate,
            articles,
        });
    }
    pairs.sort_by(|a, b| a.articles.cmp(&b.articles));
    let duplicates = pairs;
    if args.json {
        out.json(&Matrix {
            version: JSON_VERSION,
            articles,
            scores,
            duplicates,
        })?;
        return Ok(Outcome::Something);
    }
    let mut page = Page::new(out);
    for (number, id) in articles.iter().enumerate() {
        page.line(&format!("{:<3} {id}", number + 1))?;
    }
    page.line("")?;
    let cells = |row: &[String]| {
        row.iter()
            .map(|cell| format!("{cell:>6}"))
            .collect::<String>()
    };
    let numbers: Vec<String> = (1..=count).map(|n| n.to_string()).collect();
    page.line(&format!("   {}", cells(&numbers)))?;
    for (number, row) in scores.iter().enumerate() {
        let row: Vec<String> = row.iter().map(|score| format!("{score:.3}")).collect();
        page.line(&format!("{:<3}{}", number + 1, cells(&row)))?;
    }
    for DuplicatePair {
        duplicate,
        articles: [a, b],
    } in duplicates
    {
        page.line(&format!("{duplicate} duplicates: {a}, {b}"))?;
    }
    Ok(Outcome::Something)
}
