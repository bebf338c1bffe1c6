//! `tane query`.

use std::time::Instant;

use super::args;
use super::index::open_or_build;
use super::output::{self, Output};
use super::render::Page;
use super::settings::Settings;
use crate::cli::input::read_stdin;
use crate::cli::outcome::Outcome;
use crate::error::{Error, SearchError};
use crate::search::{Answer, Answers, CONVINCING, Explanation, Filter, Mode, Query, query};

/// A doubtful answer is weak where its odds are under this share of the best one's: docs/QUALITY.md says what that saves
/// and what it hides.
const WEAK: f32 = 1.0 / 50.0;
/// Words of an answer are underlined that met a word of the question this well.
const TOLD: f32 = 0.6;

pub fn run(args: &args::Query, settings: &Settings, out: &mut Output) -> anyhow::Result<Outcome> {
    let started = Instant::now();
    let text = match args.question.as_slice() {
        [dash] if dash == "-" => String::from_utf8_lossy(&read_stdin()?).into_owned(),
        words => words.join(" "),
    };
    if text.trim().is_empty() {
        return Err(Error::Search(SearchError::EmptyQuestion).into());
    }
    let asked = Query {
        text,
        mode: args.mode.map_or(settings.mode, Mode::from),
        limit: args.limit.unwrap_or(settings.limit),
        per_article: args.per_article,
        min_confidence: args.min_confidence,
        prefer_language: args.prefer_language.map(Into::into).unwrap_or_default(),
        late: args.late.unwrap_or_default(),
        not: args.not.clone(),
        explain: args.explain,
        context: args.context,
        filter: Filter::new(
            args.article.as_deref(),
            args.lang.clone(),
            args.source.clone(),
        )
        .published(args.since.clone(), args.until.clone()),
    };
    let (index, embedder) = open_or_build(settings, &args.engine)?;
    let answers = query(&index, &embedder, &asked, started)?;
    if args.json {
        out.json(&answers)?;
    } else if args.jsonl {
        for answer in &answers.results {
            out.json(answer)?;
        }
    } else {
        let mut page = Page::new(out);
        let best = answers.results.first().and_then(|answer| answer.confidence);
        if best.is_some_and(|confidence| confidence < CONVINCING) {
            page.line("Nothing here is likely to answer this. The closest passages:")?;
            page.line("")?;
        }
        // Whoever named a least confidence has said what is weak.
        let shown = match args.all || args.min_confidence.is_some() {
            true => answers.results.len(),
            false => strong(&answers.results),
        };
        let (shown, weak) = answers.results.split_at(shown);
        for answer in shown {
            print(&mut page, answer)?;
        }
        if let Some(most) = weak.first().and_then(|answer| answer.confidence) {
            page.gap()?;
            page.faint(&format!(
                "{} more under {:.0} %, --all shows {}",
                weak.len(),
                (100.0 * most).round() + 1.0,
                if weak.len() == 1 { "it" } else { "them" },
            ))?;
        }
    }
    if !settings.quiet {
        remark(&answers, asked.min_confidence.is_some());
    }
    Ok(if answers.results.is_empty() {
        Outcome::Nothing
    } else {
        Outcome::Something
    })
}

/// How many answers are printed: those before the first weak one. Confidence falls from answer to answer.
fn strong(answers: &[Answer]) -> usize {
    let odds = |confidence: f32| confidence / (1.0 - confidence);
    let Some(best) = answers.first().and_then(|best| best.confidence) else {
        return answers.len();
    };
    let is_weak = |answer: &Answer| {
        answer.confidence.is_some_and(|confidence| {
            confidence < CONVINCING && odds(confidence) < WEAK * odds(best)
        })
    };
    let first_weak = answers.iter().position(is_weak);
    first_weak.unwrap_or(answers.len())
}

/// Says on standard error why nothing was found, or how the question was changed so that something was.
fn remark(answers: &Answers, filtered: bool) {
    let notes = answers.notes.join("; ");
    output::remark(&match (answers.results.is_empty(), notes.as_str()) {
        (false, "") => return,
        (false, notes) => notes.to_owned(),
        (true, "") if filtered => {
            "no answer is likely enough; ask in other words, or lower --min-confidence".to_owned()
        }
        (true, "") => "nothing found".to_owned(),
        (true, notes) => format!("nothing found: {notes}"),
    });
}

fn print(page: &mut Page<'_>, answer: &Answer) -> std::io::Result<()> {
    let article = &answer.article;
    page.gap()?;
    page.heading(
        answer.rank,
        &answer.confidence.map_or_else(
            || format!("{:.3}", answer.score),
            |confidence| format!("{:>3.0}%", 100.0 * confidence),
        ),
        article.metadata.title.as_deref().unwrap_or(&article.id),
    )?;
    page.citation(&answer.citation, &article.path)?;
    if let Some(url) = &article.metadata.source_url {
        page.url(url)?;
    }
    if let Some(locators) = answer.passage.shown_locators() {
        page.dimmed(&locators)?;
    }
    if let Some(context) = &answer.context {
        page.dimmed(&context.before)?;
    }
    let met = answer.met.iter().filter(|met| met.similarity >= TOLD);
    let met = met.map(|met| met.start_byte..met.end_byte);
    page.answer(&answer.passage, &met.collect::<Vec<_>>())?;
    if let Some(context) = &answer.context {
        page.dimmed(&context.after)?;
    }
    for citation in &answer.duplicates {
        page.line(&format!("   also {citation}"))?;
    }
    if let Some(explanation) = &answer.explanation {
        explain(page, explanation, answer.scores.late)?;
        for met in &answer.met {
            page.line(&format!(
                "   \u{2248} {} met {}  similarity {:.2}, weight {:.3}",
                met.question, met.text, met.similarity, met.weight,
            ))?;
        }
    }
    Ok(())
}

/// What a score is made of.
fn explain(
    page: &mut Page<'_>,
    explanation: &Explanation,
    late: Option<f32>,
) -> std::io::Result<()> {
    let parts = &explanation.parts;
    if let Some(dense) = parts.dense {
        page.line(&format!(
            "   dense {dense:.3}: {:.2} spreads above the mean of {:.3} (spread {:.3}); {:.2} is chance",
            parts.z, parts.background_mean, parts.background_spread, parts.z_chance,
        ))?;
    }
    if let Some(work) = explanation.work {
        let gave_up = explanation.search == "scan" && work.graph_is_less();
        let here = if gave_up { ", here more" } else { "" };
        let graph = work.graph.map_or_else(
            || "no graph".to_owned(),
            |graph| format!("through the graph as much work as {graph}{here}"),
        );
        page.line(&format!(
            "   searched by {}: {} of {} passages to compare, {graph}",
            explanation.search, work.scan, explanation.passages,
        ))?;
    }
    page.line(&format!(
        "   words: coverage {:.3}, beyond chance {:+.3}, worth {:+.3}",
        parts.coverage, parts.excess, parts.keyword_part,
    ))?;
    for term in &explanation.terms {
        let mark = if term.occurs { '+' } else { '-' };
        page.line(&format!(
            "   {mark} {}  weight {:.3}, in {} passages",
            term.term, term.weight, term.passages,
        ))?;
    }
    if let Some(late) = late {
        page.line(&format!(
            "   second look: {late:.3}, worth {:+.3}",
            explanation.late_part
        ))?;
    }
    Ok(())
}
