//! `tane verify`.

use serde::Serialize;

use super::args;
use super::output::{self, Output};
use super::render::Page;
use super::settings::Settings;
use crate::advice::told;
use crate::cli::outcome::Outcome;
use crate::cli::output::{clean, naming_index};
use crate::embed::Embedder;
use crate::error::{EmbedError, Error};
use crate::index::{Manifest, Verified, verify};
use crate::search::JSON_VERSION;

#[derive(Serialize)]
struct Json<'a> {
    version: u32,
    index: String,
    #[serde(flatten)]
    verified: &'a Verified,
}

pub fn run(args: &args::Verify, settings: &Settings, out: &mut Output) -> anyhow::Result<Outcome> {
    let embedder = embedder(args, settings)?;
    let verified = verify(&settings.index, embedder.as_ref())?;
    if args.json {
        out.json(&Json {
            version: JSON_VERSION,
            index: settings.index.display().to_string(),
            verified: &verified,
        })?;
    } else {
        print(&mut Page::new(out), &verified)?;
    }
    Ok(if verified.sound {
        Outcome::Something
    } else {
        Outcome::Nothing
    })
}

/// The model the index was built with; `None`, and a remark, where it cannot be run here.
fn embedder(args: &args::Verify, settings: &Settings) -> anyhow::Result<Option<Embedder>> {
    let recorded = Manifest::read(&settings.index)?.map(|manifest| manifest.space.model);
    match settings.embedder(&args.engine, recorded.as_deref()) {
        Ok(embedder) => Ok(Some(embedder)),
        Err(
            error @ Error::Embed(
                EmbedError::ModelNotRunnable { .. } | EmbedError::UnknownModel { .. },
            ),
        ) => {
            output::remark(&format!("the vectors are not checked: {}", told(&error)));
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

fn print(page: &mut Page<'_>, verified: &Verified) -> std::io::Result<()> {
    page.line(&format!(
        "files       {:.1} MB, generation {}",
        verified.bytes as f64 / 1e6,
        verified.generation
    ))?;
    page.line(&format!(
        "articles    {}, {} passages",
        verified.articles, verified.passages
    ))?;
    let sources = &verified.sources;
    page.line(&format!(
        "sources     {} unchanged, {} changed, {} not here (not checked)",
        sources.same,
        sources.changed.len(),
        sources.absent
    ))?;
    for graph in &verified.graphs {
        let recall = graph.recall.map_or_else(
            || "not tested".to_owned(),
            |recall| format!("finds {recall:.3} of the nearest"),
        );
        page.line(&format!(
            "graph       {}: {} passages, {} unreachable, {recall}",
            graph.file, graph.rows, graph.unreachable
        ))?;
    }
    for (what, cosines) in [
        ("canaries", &verified.canaries),
        ("sample", &verified.sample),
    ] {
        let count = cosines.len();
        page.line(&match cosines.iter().copied().reduce(f32::min) {
            Some(least) => format!("{what:<12}{count} embedded again, least cosine {least:.5}"),
            None => format!("{what:<12}not checked"),
        })?;
    }
    for fault in &verified.faults {
        let place = clean(&fault.place);
        let advice = match fault.kind {
            "graph" => "; `tane index --rebuild` makes another",
            "source" => {
                "; refresh with `tane index`, or with `tane index --check` where that finds nothing new"
            }
            _ => "",
        };
        page.line(&format!(
            "wrong       {} {place}: {}",
            fault.kind,
            clean(&naming_index(&format!("{}{advice}", fault.message)))
        ))?;
    }
    page.line(&naming_index(if verified.sound {
        "all is well"
    } else {
        "not all is well; `tane index` repairs what is damaged and refreshes what has changed; `tane index --check` also finds \
         changes that leave size and times as they were"
    }))
}
