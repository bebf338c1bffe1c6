//! `tane models`.

use std::path::Path;

use anyhow::Context;
use serde::Serialize;

use super::args::{self, ModelsCommand};
use super::output::Output;
use super::progress::Bar;
use super::render::Page;
use super::settings::Settings;
use crate::advice::told_reason;
use crate::cli::outcome::Outcome;
use crate::embed::{DEFAULT_MODEL, LockedFile, Model, Source, Wanted};
use crate::search::JSON_VERSION;

/// What the marks and words of a list mean.
const LEGEND: [&str; 8] = [
    "*             the model that tane uses where none is named",
    "~             only small models with random weights of its family were compared with others' results",
    "dims          numbers in a vector",
    "tokens        longest text that the model reads at once; a longer one is read in parts",
    "pinned        its revision or checksum is recorded; of an unpinned model, the newest revision is downloaded",
    "runs          it can be used now: --model NAME",
    "to be pulled  `tane models pull NAME` downloads it",
    "not runnable  `tane models show NAME` says why",
];

#[derive(Serialize)]
struct ModelJson<'a> {
    #[serde(flatten)]
    model: &'a Model,
    default: bool,
    runnable: bool,
    /// Why it cannot be run.
    reason: Option<String>,
    /// Its weights or revision are recorded.
    pinned: bool,
    /// Real weights of its family were compared with what other programs compute.
    proven: bool,
}

#[derive(Serialize)]
struct ListJson<'a> {
    version: u32,
    models: Vec<ModelJson<'a>>,
}

#[derive(Serialize)]
struct ShowJson<'a> {
    version: u32,
    model: ModelJson<'a>,
}

pub fn run(args: &args::Models, settings: &Settings, out: &mut Output) -> anyhow::Result<Outcome> {
    let registry = match &args.command {
        // Whatever is on this machine, what to pull is for the entry and the lock to say.
        ModelsCommand::Pull {
            print_files: false, ..
        } => settings.entries()?,
        _ => settings.registry()?,
    };
    match &args.command {
        ModelsCommand::List { json: true } => {
            let models = registry.models().map(describe).collect();
            out.json(&ListJson {
                version: JSON_VERSION,
                models,
            })?;
        }
        ModelsCommand::List { json: false } => {
            let mut page = Page::new(out);
            for model in registry.models() {
                print_row(&mut page, &describe(model))?;
            }
            page.line("")?;
            for line in LEGEND {
                page.line(line)?;
            }
        }
        ModelsCommand::Pull {
            name,
            print_files: true,
            json,
            ..
        } => print_files(registry.get(name)?, *json, settings, out)?,
        ModelsCommand::Pull {
            name,
            upgrade,
            json,
            ..
        } => pull(registry.get(name)?, *upgrade, *json, settings, out)?,
        ModelsCommand::Show { name, json: true } => {
            let model = describe(registry.get(name)?);
            out.json(&ShowJson {
                version: JSON_VERSION,
                model,
            })?;
        }
        ModelsCommand::Show { name, json: false } => {
            print_all(&mut Page::new(out), &describe(registry.get(name)?))?;
        }
    }
    Ok(Outcome::Something)
}

#[derive(Serialize)]
struct FilesJson<'a> {
    version: u32,
    model: &'a str,
    files: Vec<Wanted>,
}

#[derive(Serialize)]
struct PulledJson<'a> {
    version: u32,
    model: &'a str,
    hub: &'a str,
    revision: &'a str,
    folder: &'a Path,
    lock: &'a Path,
    files: &'a [LockedFile],
}

/// The repository of a model of the hub.
fn hub_id(model: &Model) -> anyhow::Result<&str> {
    match &model.source {
        Source::Hub(id) => Ok(id),
        _ => anyhow::bail!(
            "`{}` is not a model of the hub, so there is nothing to download",
            model.name
        ),
    }
}

fn print_files(
    model: &Model,
    json: bool,
    settings: &Settings,
    out: &mut Output,
) -> anyhow::Result<()> {
    let id = hub_id(model)?;
    let files = settings
        .hub()?
        .wanted(id, model.revision.as_deref(), &model.weight_files());
    if json {
        out.json(&FilesJson {
            version: JSON_VERSION,
            model: &model.name,
            files,
        })?;
        return Ok(());
    }
    for file in files {
        let needed = if file.required {
            "required"
        } else {
            "optional"
        };
        out.line(&format!("{needed}\t{}\t{}", file.url, file.path.display()))?;
    }
    Ok(())
}

fn pull(
    model: &Model,
    upgrade: bool,
    json: bool,
    settings: &Settings,
    out: &mut Output,
) -> anyhow::Result<()> {
    let id = hub_id(model)?;
    let mut lock = settings.lock()?;
    let bar = Bar::new(settings.quiet);
    let folder = settings.hub()?.pull(model, &mut lock, upgrade, &bar)?;
    drop(bar);
    let locked = lock.of(&model.name, id);
    let locked = locked.context("the model was downloaded, but it is not in models.lock")?;
    if json {
        out.json(&PulledJson {
            version: JSON_VERSION,
            model: &model.name,
            hub: id,
            revision: &locked.revision,
            folder: &folder,
            lock: lock.path(),
            files: &locked.file,
        })?;
        return Ok(());
    }
    out.line(&format!("{} is {id} at {}", model.name, locked.revision))?;
    for file in &locked.file {
        out.line(&format!(
            "  {}  {:>12}  {}",
            file.sha256, file.bytes, file.path
        ))?;
    }
    out.line(&format!("recorded in {}", lock.path().display()))?;
    Ok(())
}

fn describe(model: &Model) -> ModelJson<'_> {
    let reason = model.not_runnable();
    ModelJson {
        default: model.name == DEFAULT_MODEL,
        runnable: reason.is_none(),
        reason: reason.as_ref().map(told_reason),
        pinned: model.sha256.is_some() || model.revision.is_some(),
        proven: model.family.proven(),
        model,
    }
}

fn source(model: &Model) -> String {
    match &model.source {
        Source::Bundled => "bundled".to_owned(),
        Source::Hub(id) => format!("hub:{id}"),
        Source::Folder(path) | Source::Gguf(path) => path.display().to_string(),
    }
}

fn print_row(page: &mut Page<'_>, json: &ModelJson<'_>) -> std::io::Result<()> {
    let model = json.model;
    page.line(&format!(
        "{} {:<38} {:>4} dims {:>5} tokens  {:<11} {:<9} {:<13} {}",
        match (json.default, json.proven) {
            (true, _) => "*",
            (false, true) => " ",
            (false, false) => "~",
        },
        model.name,
        model.dimension,
        model.max_tokens,
        model.licence,
        if json.pinned { "pinned" } else { "unpinned" },
        match (&model.source, json.runnable) {
            (_, true) => "runs",
            (Source::Hub(_), false) => "to be pulled",
            (_, false) => "not runnable",
        },
        source(model),
    ))
}

fn print_all(page: &mut Page<'_>, json: &ModelJson<'_>) -> std::io::Result<()> {
    let model = json.model;
    let unpinned = || "unpinned".to_owned();
    let lower = |value: &dyn std::fmt::Debug| format!("{value:?}").to_lowercase();
    for (what, value) in [
        ("name", model.name.clone()),
        ("source", source(model)),
        ("family", lower(&model.family)),
        ("dimension", model.dimension.to_string()),
        ("max tokens", model.max_tokens.to_string()),
        ("pooling", lower(&model.pooling)),
        ("query prefix", format!("{:?}", model.query_prefix)),
        ("passage prefix", format!("{:?}", model.passage_prefix)),
        ("normalized", model.normalize.to_string()),
        ("licence", model.licence.clone()),
        (
            "tested",
            match json.proven {
                true => "on real weights of its family",
                false => "on small models with random weights of its family only",
            }
            .to_owned(),
        ),
        ("sha256", model.sha256.clone().unwrap_or_else(unpinned)),
        ("revision", model.revision.clone().unwrap_or_else(unpinned)),
        (
            "runs",
            json.reason
                .clone()
                .map_or_else(|| "yes".to_owned(), |why| format!("no: {why}")),
        ),
    ] {
        page.line(&format!("{what:<15} {value}"))?;
    }
    Ok(())
}
