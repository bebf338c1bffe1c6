//! `tane status`.

use super::args;
use super::index::open;
use super::output::Output;
use super::render::Page;
use super::settings::Settings;
use crate::cli::outcome::Outcome;
use crate::embed::late_id;
use crate::search::{Status, status};

pub fn run(args: &args::Status, settings: &Settings, out: &mut Output) -> anyhow::Result<Outcome> {
    let index = open(settings)?;
    let model = settings.entries()?;
    let model = model.get(&index.manifest.space.model).ok();
    let late = model.and_then(late_id);
    let json = status(&index, args.articles, late.as_deref())?;
    if args.json {
        out.json(&json)?;
    } else {
        print(&mut Page::new(out), &json)?;
    }
    Ok(Outcome::Something)
}

fn print(page: &mut Page<'_>, json: &Status) -> std::io::Result<()> {
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
    page.line(&format!(
        "second look {} of {} passages",
        json.late_passages, json.passages
    ))?;
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
    if let Some(shard) = &json.shard {
        page.line(&format!(
            "shard       {shard} of the files; `tane merge` joins the shards"
        ))?;
    }
    for entry in json.article_list.iter().flatten() {
        let lang = entry.article.metadata.lang.as_deref().unwrap_or("-");
        let title = entry.article.metadata.title.as_deref().unwrap_or("");
        page.line(&format!(
            "{:>6}  {lang}  {}  {title}",
            entry.passages, entry.article.id
        ))?;
    }
    Ok(())
}
