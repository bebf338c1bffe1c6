//! `tane index`.

use std::time::Instant;

use serde::Serialize;

use super::Found;
use super::args;
use super::output::{self, Output};
use super::progress::{Bar, catch_interrupts};
use super::settings::Settings;
use super::watch;
use crate::embed::Embedder;
use crate::index::{Index, MadeBy, Manifest, Report, Update, update};
use crate::search::{JSON_VERSION, as_stored};

#[derive(Serialize)]
struct Json<'a> {
    version: u32,
    index: String,
    model: &'a str,
    dry_run: bool,
    took_ms: f64,
    #[serde(flatten)]
    report: &'a Report,
}

pub fn run(args: &args::Index, settings: &Settings, out: &mut Output) -> anyhow::Result<Found> {
    let started = Instant::now();
    catch_interrupts();
    let recorded = manifest(settings).map(|manifest| manifest.space.model);
    let embedder = settings.embedder(&args.engine, recorded.as_deref())?;
    let as_recorded = Update {
        shard: args.shard,
        dry_run: args.dry_run,
        language: settings.language.clone(),
        ..Update::default()
    };
    let asked = Update {
        add: args.paths.iter().map(|path| as_stored(path)).collect(),
        remove: args.remove.clone(),
        exclude: args.exclude.clone(),
        read: args.read.options(),
        rebuild: args.rebuild,
        check: args.check,
        compact: args.compact,
        ..as_recorded.clone()
    };
    let mut tell = |report: &Report, started: Instant| -> anyhow::Result<()> {
        let took = started.elapsed().as_secs_f64();
        if args.json {
            out.json(&Json {
                version: JSON_VERSION,
                index: settings.index.display().to_string(),
                model: &embedder.space().model,
                dry_run: args.dry_run,
                took_ms: took * 1000.0,
                report,
            })?;
        } else if !settings.quiet {
            out.line(&summary(report, args.dry_run, took))?;
        }
        Ok(out.flush()?)
    };
    let asked = with_project_corpus(asked, settings);
    let report = refresh(settings, &embedder, &asked)?;
    complain(&report, settings);
    tell(&report, started)?;
    if args.watch {
        if !settings.quiet {
            output::remark("watching for changes; Ctrl-C ends it");
        }
        return keep_fresh(settings, &embedder, &as_recorded, report, &mut tell);
    }
    let failed = args.strict && !report.failed.is_empty();
    Ok(if failed || !report.missing_roots.is_empty() {
        Found::Faults
    } else {
        Found::Something
    })
}

/// Refreshes whenever something changes, until Ctrl-C; `tell` gets what changed.
pub fn keep_fresh(
    settings: &Settings,
    embedder: &Embedder,
    as_recorded: &Update,
    mut report: Report,
    tell: &mut dyn FnMut(&Report, Instant) -> anyhow::Result<()>,
) -> anyhow::Result<Found> {
    watch::run(&settings.index, || {
        let started = Instant::now();
        let before = generation(settings);
        let new = refresh(settings, embedder, as_recorded)?;
        let last = std::mem::replace(&mut report, new);
        if (&last.failed, &last.skipped) != (&report.failed, &report.skipped) {
            complain(&report, settings);
        }
        if generation(settings) != before {
            tell(&report, started)?;
        }
        Ok(())
    })
}

/// Runs an update, with its progress.
fn refresh(
    settings: &Settings,
    embedder: &Embedder,
    asked: &Update,
) -> crate::error::Result<Report> {
    let bar = Bar::new(settings.quiet);
    update(&settings.index, embedder, asked, &bar)
}

/// Builds the project's corpus where there is no index yet; otherwise opens the index.
pub fn open_or_build(
    settings: &Settings,
    engine: &args::Engine,
) -> anyhow::Result<(Index, Embedder)> {
    if let Some(built) = build_if_absent(settings, engine)? {
        return Ok(built);
    }
    let index = open(settings)?;
    let embedder = settings.embedder(engine, Some(&index.manifest.space.model))?;
    Ok((index, embedder))
}

/// Builds the project's corpus where there is no index yet.
pub fn build_if_absent(
    settings: &Settings,
    engine: &args::Engine,
) -> anyhow::Result<Option<(Index, Embedder)>> {
    let has_corpus = settings
        .project
        .as_ref()
        .is_some_and(|project| !project.corpus.is_empty());
    if !has_corpus || Manifest::read(&settings.index)?.is_some() {
        return Ok(None);
    }
    catch_interrupts();
    let embedder = settings.embedder(engine, None)?;
    if !settings.quiet {
        output::remark(&format!(
            "no index yet: building {}",
            settings.index.display()
        ));
    }
    let asked = with_project_corpus(
        Update {
            language: settings.language.clone(),
            ..Update::default()
        },
        settings,
    );
    complain(&refresh(settings, &embedder, &asked)?, settings);
    Ok(Some((Index::open(&settings.index)?, embedder)))
}

/// Opens the index, with a warning where its graph cannot be used or another version made it.
pub fn open(settings: &Settings) -> crate::error::Result<Index> {
    let index = Index::open(&settings.index)?;
    let older = match index.made_by() {
        MadeBy::This => None,
        MadeBy::Older => Some("an older tane made this index; `tane index` brings it up to date"),
        MadeBy::Newer => Some("a newer tane made this index, and finds more in it"),
    };
    if let Some(older) = older.filter(|_| !settings.quiet) {
        output::remark(older);
    }
    if let Some(fault) = &index.graph_fault {
        output::complain(&format!(
            "warning: {fault}; every passage is compared instead"
        ));
    }
    Ok(index)
}

/// What the index holds; `None` where there is none that can be read.
fn manifest(settings: &Settings) -> Option<Manifest> {
    Manifest::read(&settings.index).ok()?
}

/// How often the index was written.
fn generation(settings: &Settings) -> Option<u64> {
    Some(manifest(settings)?.generation)
}

/// A new index without paths takes the corpus that tane.toml names.
fn with_project_corpus(mut update: Update, settings: &Settings) -> Update {
    let new = Manifest::read_roots(&settings.index).is_empty();
    if let Some(project) = &settings.project
        && new
        && update.add.is_empty()
        && update.remove.is_empty()
    {
        update.add.clone_from(&project.corpus);
        update.exclude.extend(project.exclude.iter().cloned());
    }
    update
}

/// Files and folders that were not read, on standard error: all that failed, a few that hold no text.
fn complain(report: &Report, settings: &Settings) {
    const SKIPPED_SHOWN: usize = 5;
    for file in &report.failed {
        output::complain(&format!("failed: {}: {}", shown(&file.path), file.reason));
    }
    if settings.quiet {
        return;
    }
    for note in report.notes.iter().filter(|_| settings.verbose) {
        output::remark(&format!("note: {}: {}", shown(&note.path), note.reason));
    }
    let most = if settings.verbose {
        usize::MAX
    } else {
        SKIPPED_SHOWN
    };
    for file in report.skipped.iter().take(most) {
        output::remark(&format!("skipped: {}: {}", shown(&file.path), file.reason));
    }
    if report.skipped.len() > most {
        output::remark(&format!(
            "skipped: {} more (-v shows them)",
            report.skipped.len() - most
        ));
    }
}

fn shown(path: &std::path::Path) -> String {
    super::render::clean(&path.to_string_lossy())
}

pub fn summary(report: &Report, dry_run: bool, seconds: f64) -> String {
    let mut line = format!(
        "{}{} articles, {} passages: {} embedded, {} reused",
        if dry_run { "would hold " } else { "" },
        report.articles,
        report.passages,
        report.embedded,
        report.reused,
    );
    for (count, what) in [
        (report.removed, "articles removed"),
        (report.repaired, "articles repaired"),
        (report.renewed, "articles brought up to date"),
        (report.kept, "articles kept unseen"),
        (report.skipped.len(), "files skipped"),
        (report.failed.len(), "files or folders failed"),
    ] {
        if count > 0 {
            line.push_str(&format!(", {count} {what}"));
        }
    }
    format!("{line} ({seconds:.1} s)")
}
