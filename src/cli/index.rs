//! `tane index`.

use std::path::Path;
use std::time::Instant;

use serde::Serialize;

use super::output::{self, Output};
use super::progress::{Bar, catch_interrupts};
use super::settings::Settings;
use super::{args, watch};
use crate::advice::{tell_what_to_do, told};
use crate::cli::outcome::Outcome;
use crate::cli::reader::readers;
use crate::embed::Embedder;
use crate::index::{
    Index, MadeBy, Manifest, Report, Unfinished, Unread, Update, is_written, update,
};
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

pub fn run(args: &args::Index, settings: &Settings, out: &mut Output) -> anyhow::Result<Outcome> {
    let started = Instant::now();
    catch_interrupts();
    let recorded = manifest(settings).map(|manifest| manifest.space.model);
    let unfinished = Unfinished::read(&settings.index).filter(|_| args.paths.is_empty());
    let begun = unfinished
        .as_ref()
        .map(|unfinished| unfinished.model.as_str());
    let embedder = settings.embedder(&args.engine, recorded.as_deref().or(begun))?;
    let as_recorded = Update {
        shard: args.shard,
        dry_run: args.dry_run,
        ocr: settings.ocr(args.read.ocr.as_deref())?,
        ..as_recorded(settings)?
    };
    let asked = Update {
        add: args.paths.iter().map(|path| as_stored(path)).collect(),
        remove: args.remove.clone(),
        exclude: args.exclude.clone(),
        read: args.read.options(),
        rebuild: args.rebuild,
        check: args.check,
        compact: args.compact,
        late: match (args.late, args.no_late) {
            (true, _) => Some(true),
            (_, true) => Some(false),
            _ => None,
        },
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
    let is_first = recorded.is_none() && !args.dry_run && !args.watch && args.shard.is_none();
    if is_first && !args.json && !settings.quiet {
        output::remark(&format!(
            "ask: tane{} query \"...\"",
            settings.index_option()
        ));
    }
    if args.watch {
        if !settings.quiet {
            output::remark("watching for changes; press Ctrl-C to stop");
        }
        return keep_fresh(settings, &embedder, &as_recorded, report, &mut tell);
    }
    let failed = args.strict && !report.failed.is_empty();
    Ok(if failed || !report.missing_roots.is_empty() {
        Outcome::Faults
    } else {
        Outcome::Something
    })
}

/// Refreshes whenever something changes, until Ctrl-C; `tell` gets what changed.
pub fn keep_fresh(
    settings: &Settings,
    embedder: &Embedder,
    as_recorded: &Update,
    mut report: Report,
    tell: &mut dyn FnMut(&Report, Instant) -> anyhow::Result<()>,
) -> anyhow::Result<Outcome> {
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
    let mut report = update(&settings.index, embedder, asked, &bar)?;
    tell_what_to_do(&mut report);
    Ok(report)
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

/// Builds the project's corpus where there is no index yet, and nobody else builds it.
pub fn build_if_absent(
    settings: &Settings,
    engine: &args::Engine,
) -> anyhow::Result<Option<(Index, Embedder)>> {
    if settings.corpus_to_build().is_none()
        || Manifest::read(&settings.index)?.is_some()
        || is_written(&settings.index)
    {
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
    let asked = with_project_corpus(as_recorded(settings)?, settings);
    complain(&refresh(settings, &embedder, &asked)?, settings);
    Ok(Some((Index::open(&settings.index)?, embedder)))
}

/// Opens the index, with a warning where its graph cannot be used or another version made it.
pub fn open(settings: &Settings) -> crate::error::Result<Index> {
    let index = Index::open(&settings.index)?;
    warn(&index, settings);
    Ok(index)
}

/// Warns where an index cannot be used in full.
pub fn warn(index: &Index, settings: &Settings) {
    let older = match index.made_by() {
        MadeBy::This => None,
        MadeBy::Older => Some("an older tane made this index; `tane index` brings it up to date"),
        MadeBy::Newer => Some("a newer tane made this index; it may find more than this one"),
    };
    if let Some(older) = older.filter(|_| !settings.quiet) {
        output::remark(older);
    }
    if let Some(fault) = &index.graph_fault {
        output::complain(&format!(
            "warning: {}; tane compares every passage instead, which is slower",
            told(fault)
        ));
    }
}

/// What an update does where nothing else is asked for.
pub fn as_recorded(settings: &Settings) -> anyhow::Result<Update> {
    Ok(Update {
        language: settings.language.clone(),
        project: settings
            .project
            .as_ref()
            .map(|project| project.globs.clone()),
        readers: Some(readers()),
        ocr: settings.ocr(None)?,
        ..Update::default()
    })
}

/// What the index holds; `None` where there is none that can be read.
fn manifest(settings: &Settings) -> Option<Manifest> {
    Manifest::read(&settings.index).ok()?
}

/// How often the index was written.
fn generation(settings: &Settings) -> Option<u64> {
    Some(manifest(settings)?.generation)
}

/// A new index without paths takes the corpus that tane.toml names, unless a run that was interrupted had others.
fn with_project_corpus(mut update: Update, settings: &Settings) -> Update {
    let new = Manifest::read_roots(&settings.index).is_empty()
        && Unfinished::read(&settings.index).is_none();
    if let Some(project) = &settings.project
        && new
        && update.add.is_empty()
        && update.remove.is_empty()
    {
        update.add.clone_from(&project.globs.corpus);
    }
    update
}

/// What was not read, on standard error: every failure, and what was left out on purpose as a table of reasons.
fn complain(report: &Report, settings: &Settings) {
    if report.without_tokens > 0 && !settings.quiet {
        output::complain(&format!(
            "{} of {} passages get no second look; run `tane index --late` to compute what it needs",
            report.without_tokens, report.passages
        ));
    }
    for file in &report.failed {
        output::complain(&format!("failed: {}: {}", shown(&file.path), file.reason));
    }
    if settings.quiet {
        return;
    }
    if settings.verbose {
        for note in &report.notes {
            output::remark(&format!("note: {}: {}", shown(&note.path), note.reason));
        }
        for file in &report.skipped {
            output::remark(&format!("skipped: {}: {}", shown(&file.path), file.reason));
        }
    } else if !report.skipped.is_empty() {
        output::remark(&skipped_by_reason(&report.skipped));
    }
}

/// A line for each reason: how many files, the reason, one of the files. The most frequent comes first.
fn skipped_by_reason(skipped: &[Unread]) -> String {
    let mut reasons: Vec<(String, usize, &Unread)> = Vec::new();
    for file in skipped {
        let reason = without_details(&file.reason.text);
        match reasons.iter_mut().find(|(known, ..)| *known == reason) {
            Some((_, count, _)) => *count += 1,
            None => reasons.push((reason, 1, file)),
        }
    }
    reasons.sort_by_key(|(_, count, _)| std::cmp::Reverse(*count));
    let width = |text: &String| text.chars().count();
    let widest = reasons.iter().map(|(reason, ..)| width(reason)).max();
    let widest = widest.unwrap_or_default();
    let lines = reasons.iter().map(|(reason, count, example)| {
        let example = shown_from_here(&example.path);
        format!("\n{count:>7}  {reason:<widest$}  {example}")
    });
    let more = match reasons.len() < skipped.len() {
        true => " (-v lists every file)",
        false => "",
    };
    format!("skipped{more}:{}", lines.collect::<String>())
}

/// A reason without what is true of one file only.
fn without_details(reason: &str) -> String {
    if reason.starts_with("a link back to ") {
        return "a link back to a folder above it".to_owned();
    }
    let reason = reason.split_once(": ").map_or(reason, |(kind, _)| kind);
    reason.to_owned()
}

fn shown(path: &Path) -> String {
    output::clean(&path.to_string_lossy())
}

/// A path as it is shortest: relative to the working folder where it lies below it.
fn shown_from_here(path: &Path) -> String {
    let here = std::env::current_dir().and_then(dunce::canonicalize);
    let relative = here
        .as_ref()
        .ok()
        .and_then(|here| path.strip_prefix(here).ok());
    shown(relative.unwrap_or(path))
}

pub fn summary(report: &Report, dry_run: bool, seconds: f64) -> String {
    let counted = |count: usize, one: &str, many: &str| match count {
        1 => format!("1 {one}"),
        _ => format!("{count} {many}"),
    };
    let mut line = format!(
        "{}{}, {}: {} embedded, {} reused",
        if dry_run { "would hold " } else { "" },
        counted(report.articles, "article", "articles"),
        counted(report.passages, "passage", "passages"),
        report.embedded,
        report.reused,
    );
    for (count, one, many) in [
        (report.removed, "article removed", "articles removed"),
        (report.repaired, "article repaired", "articles repaired"),
        (
            report.renewed,
            "article brought up to date",
            "articles brought up to date",
        ),
        (report.kept, "article kept unseen", "articles kept unseen"),
        (report.skipped.len(), "file skipped", "files skipped"),
        (
            report.failed.len(),
            "file or folder failed",
            "files or folders failed",
        ),
    ] {
        if count > 0 {
            line.push_str(&format!(", {}", counted(count, one, many)));
        }
    }
    format!("{line} ({seconds:.1} s)")
}
