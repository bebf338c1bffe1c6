//! `tane show`.

use serde::Serialize;

use super::Found;
use super::args;
use super::index::open;
use super::output::Output;
use super::render::Page;
use super::settings::Settings;
use crate::search::{ArticleView, Context, JSON_VERSION, PassageView, Viewer, find};

#[derive(Serialize)]
struct Json {
    version: u32,
    article: ArticleView,
    citation: String,
    /// Where a passage was asked for.
    passage: Option<PassageView>,
    context: Option<Context>,
    /// Where an article was asked for.
    text: Option<String>,
}

pub fn run(args: &args::Show, settings: &Settings, out: &mut Output) -> anyhow::Result<Found> {
    let index = open(settings)?;
    let viewer = Viewer::new(&index);
    let (number, rows) = find(&index, &args.id)?;
    let text = index.text(number)?;
    if args.text {
        out.raw(text.as_bytes())?;
        return Ok(Found::Something);
    }
    let article = viewer.article(number)?;
    let passage = rows
        .clone()
        .map(|rows| viewer.passage(rows, None))
        .transpose()?;
    let json = Json {
        version: JSON_VERSION,
        citation: passage
            .as_ref()
            .map_or_else(|| article.path.clone(), |p| p.citation(&article)),
        text: rows.is_none().then(|| text.to_owned()),
        context: rows
            .map(|rows| viewer.context(rows, args.context))
            .transpose()?,
        passage,
        article,
    };
    if args.json {
        out.json(&json)?;
    } else {
        print(&mut Page::new(out), &json)?;
    }
    Ok(Found::Something)
}

fn print(page: &mut Page<'_>, json: &Json) -> std::io::Result<()> {
    let article = &json.article;
    page.line(article.title.as_deref().unwrap_or(&article.id))?;
    page.citation(&json.citation, &article.path)?;
    if let Some(url) = &article.source_url {
        page.url(url)?;
    }
    if let Some(context) = &json.context {
        page.dimmed(&context.before)?;
    }
    if let Some(passage) = &json.passage {
        page.passage(passage)?;
    }
    if let Some(context) = &json.context {
        page.dimmed(&context.after)?;
    }
    if let Some(text) = &json.text {
        page.text(text)?;
    }
    Ok(())
}
