//! `tane map`, and the matrix of `tane similar --all --out`.

use std::path::Path;

use anyhow::{Context as _, bail};

use super::args;
use super::index::open_or_build;
use super::output::{self, Output};
use super::render::Page;
use super::settings::{Settings, maps_cache};
use crate::cli::outcome::Outcome;
use crate::embed::Embedder;
use crate::index::Index;
use crate::map::{CorpusMap, Form, map_of, map_picture, matrix_of, matrix_picture};

/// Titles that are listed below a cluster.
const TITLES: usize = 3;

pub fn run(args: &args::Map, settings: &Settings, out: &mut Output) -> anyhow::Result<Outcome> {
    let form = args.out.as_deref().map(form_of).transpose()?;
    let (index, embedder) = open_or_build(settings, &args.engine)?;
    index.check_space(embedder.space())?;
    let map = map_of(&index, &embedder, args.of, maps_cache().as_deref())?;
    let text = match (form, args.json) {
        (Some(Written::Picture(form)), _) => map_picture(&map, args.by, form)?,
        (Some(Written::Json), _) => serde_json::to_string(&map)?,
        (None, true) => {
            out.json(&map)?;
            return Ok(Outcome::Something);
        }
        (None, false) => {
            print(&mut Page::new(out), &map)?;
            return Ok(Outcome::Something);
        }
    };
    if let Some(file) = &args.out {
        written(file, &text, settings)?;
    }
    Ok(Outcome::Something)
}

/// Writes how much all articles resemble each other.
pub fn matrix(
    file: &Path,
    index: &Index,
    embedder: &Embedder,
    settings: &Settings,
) -> anyhow::Result<Outcome> {
    let as_picture = match ending(file).as_str() {
        "svg" => true,
        "json" => false,
        _ => bail!(
            "{}: a matrix is written as .svg or .json; `tane serve` shows it as a page",
            file.display()
        ),
    };
    let similarities = matrix_of(index, embedder, maps_cache().as_deref())?;
    let text = match as_picture {
        true => matrix_picture(&similarities),
        false => serde_json::to_string(&similarities)?,
    };
    written(file, &text, settings)?;
    Ok(Outcome::Something)
}

/// What a file is written as.
enum Written {
    Picture(Form),
    Json,
}

fn form_of(file: &Path) -> anyhow::Result<Written> {
    match ending(file).as_str() {
        "svg" => Ok(Written::Picture(Form::Svg)),
        "html" | "htm" => Ok(Written::Picture(Form::Html)),
        "json" => Ok(Written::Json),
        _ => bail!(
            "{}: expected a name that ends in .svg, .html or .json",
            file.display()
        ),
    }
}

/// The ending of a file's name, lower case.
fn ending(file: &Path) -> String {
    let ending = file.extension().unwrap_or_default();
    ending.to_string_lossy().to_lowercase()
}

fn written(file: &Path, text: &str, settings: &Settings) -> anyhow::Result<()> {
    std::fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))?;
    if !settings.quiet {
        output::remark(&format!("wrote {}", file.display()));
    }
    Ok(())
}

/// The clusters in words.
fn print(page: &mut Page<'_>, map: &CorpusMap) -> std::io::Result<()> {
    let sample = match map.shown < map.total {
        true => format!(" (a sample of {} of them)", map.shown),
        false => String::new(),
    };
    let clusters = match map.clusters.len() {
        1 => "1 cluster".to_owned(),
        count => format!("{count} clusters"),
    };
    page.line(&format!("{} {}{sample} in {clusters}", map.total, map.of))?;
    for (number, cluster) in map.clusters.iter().enumerate() {
        page.line("")?;
        let name = match cluster.words.is_empty() {
            true => format!("cluster {}", number + 1),
            false => cluster.words.join(", "),
        };
        page.line(&format!("{:>6}  {name}", cluster.size))?;
        for title in titles(map, number) {
            page.dimmed(&format!("     {title}"))?;
        }
    }
    let apart = map.points.cluster.iter().filter(|cluster| **cluster < 0);
    let apart = apart.count();
    if apart > 0 {
        page.line("")?;
        page.line(&format!("{apart:>6}  in no cluster"))?;
    }
    Ok(())
}

/// Titles of the articles nearest to the middle of a cluster.
fn titles(map: &CorpusMap, number: usize) -> Vec<&str> {
    let points = &map.points;
    let cluster = &map.clusters[number];
    let mut members: Vec<(f32, usize)> = (0..points.cluster.len())
        .filter(|at| points.cluster[*at] == number as i32)
        .map(|at| {
            let (x, y) = (points.x[at] - cluster.x, points.y[at] - cluster.y);
            (x * x + y * y, points.article[at])
        })
        .collect();
    members.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let mut titles: Vec<&str> = Vec::new();
    for (_, article) in members {
        let article = &map.articles[article];
        let title = article.title.as_deref().unwrap_or(&article.id);
        if titles.len() < TITLES && !titles.contains(&title) {
            titles.push(title);
        }
    }
    titles
}
