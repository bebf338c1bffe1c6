//! `tane show`.

use super::args;
use super::index::open;
use super::output::Output;
use super::render::Page;
use super::settings::Settings;
use crate::cli::outcome::Outcome;
use crate::index::{Row, Run};
use crate::search::{Names, PassageView, Shown, find, show};

pub fn run(args: &args::Show, settings: &Settings, out: &mut Output) -> anyhow::Result<Outcome> {
    let index = open(settings)?;
    let (number, rows) = find(&index, &args.id, Names::IdsAndPaths)?;
    if args.text {
        out.raw(index.text(number)?.as_bytes())?;
        return Ok(Outcome::Something);
    }
    let json = show(&index, number, rows, args.context)?;
    if args.json {
        out.json(&json)?;
    } else {
        let place = rows.map(|rows| place(rows, index.rows_of(number)));
        print(&mut Page::new(out).spaced(), &json, place.as_deref())?;
    }
    Ok(Outcome::Something)
}

/// Which of the article's passages these are.
fn place(rows: Run<Row>, all: Run<Row>) -> String {
    let (first, last) = (rows.start - all.start + 1, rows.end - all.start);
    let count = all.len();
    if first == last {
        format!("passage {first} of {count}")
    } else {
        format!("passages {first}-{last} of {count}")
    }
}

fn print(page: &mut Page<'_>, json: &Shown, place: Option<&str>) -> std::io::Result<()> {
    let article = &json.article;
    page.line(article.metadata.title.as_deref().unwrap_or(&article.id))?;
    page.citation(&json.citation, &article.path)?;
    if let Some(url) = &article.metadata.source_url {
        page.url(url)?;
    }
    let passage = json.passage.as_ref();
    if let Some(locators) = passage.and_then(PassageView::shown_locators) {
        page.dimmed(&locators)?;
    }
    if let Some(place) = place {
        page.dimmed(place)?;
    }
    page.line("")?;
    if let Some(context) = &json.context {
        page.dimmed(&context.before)?;
    }
    if let Some(passage) = &json.passage {
        page.marked(passage)?;
    }
    if let Some(context) = &json.context {
        page.dimmed(&context.after)?;
    }
    if let Some(text) = &json.text {
        page.text(text)?;
    }
    Ok(())
}
