//! `tane status`.

use std::collections::BTreeSet;

use serde::Serialize;

use super::Found;
use super::args;
use super::index::open;
use super::output::Output;
use super::render::Page;
use super::settings::Settings;
use crate::embed::Precision;
use crate::index::{Index, Manifest, SegmentEntry};
use crate::search::{ArticleView, JSON_VERSION, Viewer};

#[derive(Serialize)]
struct Json {
    version: u32,
    index: String,
    format: u32,
    generation: u64,
    model: String,
    space: String,
    dimension: usize,
    /// The numbers its vectors were computed in.
    precisions: BTreeSet<Precision>,
    articles: usize,
    passages: usize,
    bytes: u64,
    /// `graph` where one leads through a segment, else `scan`.
    search: &'static str,
    segments: Vec<SegmentJson>,
    roots: Vec<RootJson>,
    article_list: Option<Vec<ArticleJson>>,
}

#[derive(Serialize)]
struct RootJson {
    label: String,
    path: String,
    exclude: Vec<String>,
    articles: usize,
    /// Its file or folder exists on this machine.
    present: bool,
}

#[derive(Serialize)]
struct SegmentJson {
    file: String,
    articles: usize,
    passages: usize,
    /// Still in the file, never found.
    removed_passages: usize,
    bytes: u64,
    search: &'static str,
}

#[derive(Serialize)]
struct ArticleJson {
    #[serde(flatten)]
    article: ArticleView,
    passages: usize,
}

pub fn run(args: &args::Status, settings: &Settings, out: &mut Output) -> anyhow::Result<Found> {
    let index = open(settings)?;
    let json = describe(&index, args.articles)?;
    if args.json {
        out.json(&json)?;
    } else {
        print(&mut Page::new(out), &json)?;
    }
    Ok(Found::Something)
}

fn describe(index: &Index, list: bool) -> crate::error::Result<Json> {
    let viewer = Viewer::new(index);
    let mut by_root: std::collections::HashMap<String, usize> = std::collections::HashMap::new();
    let mut articles = Vec::new();
    for number in index.articles() {
        *by_root.entry(index.article(number)?.root).or_default() += 1;
        if list {
            articles.push(ArticleJson {
                article: viewer.article(number)?,
                passages: index.rows_of(number).len(),
            });
        }
    }
    articles.sort_by(|a, b| a.article.id.cmp(&b.article.id));
    let segment = |(entry, removed, graph): (&SegmentEntry, usize, bool)| SegmentJson {
        file: entry.file.name.clone(),
        articles: entry.articles - removed,
        passages: entry.live(),
        removed_passages: entry.passages - entry.live(),
        bytes: entry.file.bytes + entry.graph.as_ref().map_or(0, |graph| graph.bytes),
        search: if graph { "graph" } else { "scan" },
    };
    let Manifest {
        format,
        generation,
        space,
        roots,
        segments,
        ..
    } = &index.manifest;
    Ok(Json {
        version: JSON_VERSION,
        index: index.dir().display().to_string(),
        format: *format,
        generation: *generation,
        model: space.model.clone(),
        space: space.id.clone(),
        dimension: space.dimension,
        precisions: segments.iter().flat_map(|s| s.precisions.clone()).collect(),
        articles: index.articles().count(),
        passages: index.rows().live(),
        bytes: index.manifest.files().map(|file| file.bytes).sum(),
        search: if index.has_graph() { "graph" } else { "scan" },
        segments: index.segments().map(segment).collect(),
        roots: roots
            .iter()
            .map(|root| RootJson {
                label: root.label.clone(),
                path: root.path.display().to_string(),
                exclude: root.exclude.clone(),
                articles: by_root.get(&root.label).copied().unwrap_or(0),
                present: root.path.exists(),
            })
            .collect(),
        article_list: list.then_some(articles),
    })
}

fn print(page: &mut Page<'_>, json: &Json) -> std::io::Result<()> {
    let megabytes = json.bytes as f64 / 1e6;
    let precisions: Vec<String> = json.precisions.iter().map(ToString::to_string).collect();
    page.line(&format!("index       {}", json.index))?;
    page.line(&format!(
        "generation  {} (format {})",
        json.generation, json.format
    ))?;
    page.line(&format!(
        "model       {} ({} dimensions, {}, space {})",
        json.model,
        json.dimension,
        precisions.join(" and "),
        json.space
    ))?;
    page.line(&format!("articles    {}", json.articles))?;
    page.line(&format!("passages    {}", json.passages))?;
    page.line(&format!("size        {megabytes:.1} MB"))?;
    page.line(&format!("search      {}", json.search))?;
    // One segment without removed passages is what the lines above say.
    if json.segments.len() > 1 || json.segments.iter().any(|s| s.removed_passages > 0) {
        for segment in &json.segments {
            page.line(&format!(
                "segment     {}: {} articles, {} passages ({} more removed), {:.1} MB, {}",
                segment.file,
                segment.articles,
                segment.passages,
                segment.removed_passages,
                segment.bytes as f64 / 1e6,
                segment.search,
            ))?;
        }
    }
    for root in &json.roots {
        let missing = if root.present { "" } else { " (missing)" };
        page.line(&format!(
            "root        {}: {}, {} articles{missing}",
            root.label, root.path, root.articles
        ))?;
    }
    for entry in json.article_list.iter().flatten() {
        let lang = entry.article.lang.as_deref().unwrap_or("-");
        let title = entry.article.title.as_deref().unwrap_or("");
        page.line(&format!(
            "{:>6}  {lang}  {}  {title}",
            entry.passages, entry.article.id
        ))?;
    }
    Ok(())
}
