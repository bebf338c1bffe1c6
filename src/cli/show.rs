//! `tane show`.

use super::Found;
use super::args;
use super::index::open;
use super::output::Output;
use super::render::Page;
use super::settings::Settings;
use crate::search::{Names, Shown, find, show};

pub fn run(args: &args::Show, settings: &Settings, out: &mut Output) -> anyhow::Result<Found> {
    let index = open(settings)?;
    if args.text {
        let (number, _) = find(&index, &args.id, Names::IdsAndPaths)?;
        out.raw(index.text(number)?.as_bytes())?;
        return Ok(Found::Something);
    }
    let json = show(&index, &args.id, Names::IdsAndPaths, args.context)?;
    if args.json {
        out.json(&json)?;
    } else {
        print(&mut Page::new(out), &json)?;
    }
    Ok(Found::Something)
}

fn print(page: &mut Page<'_>, json: &Shown) -> std::io::Result<()> {
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
