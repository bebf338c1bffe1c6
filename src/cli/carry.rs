//! `tane pack`, `tane unpack`, `tane merge`.

use serde::Serialize;

use super::args;
use super::output::{self, Output};
use super::settings::Settings;
use crate::advice::told;
use crate::cli::outcome::Outcome;
use crate::corpus::ReadOptions;
use crate::embed::Embedder;
use crate::error::{EmbedError, Error, Result};
use crate::index::{Carried, Corpus, Manifest, Root, leave_out, merge, pack, unpack};
use crate::search::JSON_VERSION;

#[derive(Serialize)]
struct Json<'a> {
    version: u32,
    #[serde(flatten)]
    carried: &'a Carried,
}

pub fn pack_up(
    args: &args::Pack,
    settings: &Settings,
    out: &mut Output,
) -> anyhow::Result<Outcome> {
    let recorded = Manifest::read(&settings.index)?.map(|manifest| manifest.space.model);
    let embedder = settings.embedder(&args.engine, recorded.as_deref())?;
    let corpus = args.corpus.then(|| corpus(settings)).transpose()?;
    let carried = pack(&settings.index, corpus.as_ref(), &embedder, &args.file)?;
    print(out, &carried, args.json, settings, "packed")
}

/// The files that a project names, as `tane index` would take them, and what else it says.
fn corpus(settings: &Settings) -> Result<Corpus> {
    let Some(project) = &settings.project else {
        return Ok(Corpus::default());
    };
    let root = |path: &std::path::PathBuf| {
        let path = dunce::canonicalize(path).map_err(Error::io("open", path))?;
        let name = path.file_name().unwrap_or_default();
        Ok(Root {
            label: name.to_string_lossy().into_owned(),
            exclude: Vec::new(),
            project: None,
            read: ReadOptions::default(),
            mounts: Vec::new(),
            path,
        })
    };
    let roots: Result<Vec<Root>> = project.globs.corpus.iter().map(root).collect();
    let mut roots = roots?;
    leave_out(&mut roots, &project.globs);
    Ok(Corpus {
        roots,
        project: Some(project.said.clone()),
    })
}

pub fn take_in(
    args: &args::Unpack,
    settings: &Settings,
    out: &mut Output,
) -> anyhow::Result<Outcome> {
    let embedder = embedder(&args.engine, settings)?;
    let into = args.folder.as_deref();
    let carried = unpack(&args.file, &settings.index, into, embedder.as_ref())?;
    print(out, &carried, args.json, settings, "unpacked")
}

pub fn join(args: &args::Merge, settings: &Settings, out: &mut Output) -> anyhow::Result<Outcome> {
    let embedder = embedder(&args.engine, settings)?;
    let index = merge(&args.shards, &settings.index, embedder.as_ref())?;
    let carried = Carried {
        articles: index.articles().count(),
        passages: index.rows().live(),
        bytes: index.manifest.files().map(|file| file.bytes).sum(),
        ..Carried::default()
    };
    print(out, &carried, args.json, settings, "merged")
}

/// What compares canaries; `None`, and a remark, where the model cannot be run here.
fn embedder(engine: &args::Engine, settings: &Settings) -> anyhow::Result<Option<Embedder>> {
    match settings.embedder(engine, None) {
        Ok(embedder) => Ok(Some(embedder)),
        Err(error @ Error::Embed(EmbedError::ModelNotRunnable { .. })) => {
            output::remark(&format!("the vectors are not checked: {}", told(&error)));
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

fn print(
    out: &mut Output,
    carried: &Carried,
    json: bool,
    settings: &Settings,
    what: &str,
) -> anyhow::Result<Outcome> {
    if json {
        out.json(&Json {
            version: JSON_VERSION,
            carried,
        })?;
    } else if !settings.quiet {
        let files = if carried.corpus {
            format!(", {} files of the corpus", carried.files)
        } else {
            String::new()
        };
        out.line(&format!(
            "{what} {} articles, {} passages{files} ({:.1} MB)",
            carried.articles,
            carried.passages,
            carried.bytes as f64 / 1e6
        ))?;
    }
    Ok(Outcome::Something)
}
