//! `tane similar`.

use std::path::Path;

use super::alike::all;
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
use crate::error::{CorpusError, Error, Named, Result, SearchError};
use crate::index::Index;
use crate::search::{
    Names, SimilarArticles, Subject, as_stored, find_article, find_named_article, similar,
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
        Error::Search(SearchError::Unknown { given, near, .. }) => {
            Error::Search(SearchError::Unknown {
                kind: Named::ArticleOrFile,
                given,
                near,
            })
        }
        other => other,
    }
}

/// The article of a file that is not indexed.
fn only(mut articles: Vec<Article>, given: &str) -> Result<Article> {
    let count = articles.len();
    match articles.pop() {
        Some(article) if count == 1 => Ok(article),
        _ => Err(Error::Corpus(CorpusError::Unreadable {
            path: given.into(),
            reason: format!("it holds {count} articles; index it and name one of them").into(),
        })),
    }
}

fn print(page: &mut Page<'_>, found: &SimilarArticles) -> std::io::Result<()> {
    for result in &found.results {
        let article = &result.article;
        page.gap()?;
        page.heading(
            result.rank,
            &format!("{:.3}", result.score),
            article.metadata.title.as_deref().unwrap_or(&article.id),
        )?;
        page.citation(&article.path, &article.path)?;
        if let Some(duplicate) = result.duplicate {
            page.line(&format!("   {duplicate} duplicate"))?;
        }
        if let Some(url) = &article.metadata.source_url {
            page.url(url)?;
        }
        for (pair, number) in result.pairs.iter().zip(0..) {
            if number > 0 {
                page.line("")?;
            }
            // Each passage below its own place.
            let from = pair.from.citation(&found.article);
            page.line(&format!("   {:.3}  {from}", pair.score))?;
            page.dimmed(&pair.from.text)?;
            let to = pair.to.citation(article);
            page.line(&format!("       ~  {to}"))?;
            page.passage(&pair.to)?;
        }
    }
    Ok(())
}
