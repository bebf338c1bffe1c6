//! `tane eval`.

use super::args;
use super::index::open;
use super::output::Output;
use super::progress::Bar;
use super::settings::{Settings, user_cache};
use crate::cli::outcome::Outcome;
use crate::eval::{
    Comparison, Evaluation, NoAnswer, PairScores, Ranking, RetrievalOptions, Scores, SelfCheck,
    VectorCache, against, evaluate, load_old, self_check,
};
use crate::search::Mode;

pub fn run(args: &args::Eval, settings: &Settings, out: &mut Output) -> anyhow::Result<Outcome> {
    let old = args.against.as_deref().map(load_old).transpose()?;
    let embedder = settings.embedder(&args.engine, None)?;
    let dir = user_cache()
        .filter(|_| !args.no_cache)
        .map(|dir| dir.join("vectors"));
    let bar = Bar::new(settings.quiet);
    let progress = Box::new(move |done, total| bar.count("embedding", "texts", done, total));
    let mut cache = VectorCache::open(dir.as_deref(), &embedder, progress)?;
    if args.self_check {
        let check = self_check(&open(settings)?, &embedder, &mut cache)?;
        if args.json {
            out.json(&check)?;
        } else {
            print_self_check(out, &check)?;
        }
        return Ok(Outcome::Something);
    }
    let options = RetrievalOptions {
        modes: args.mode.iter().map(|mode| Mode::from(*mode)).collect(),
        no_chunk: args.no_chunk,
        prefer_language: args.prefer_language.map(Into::into).unwrap_or_default(),
        titles: args.titles,
        corpus: args.corpus.clone(),
        lang: args.lang.clone(),
        late: args.late.unwrap_or_default(),
        no_answer: args.no_answer,
        per_query: args.per_query || old.is_some(),
    };
    let mut attempts = Vec::new();
    for set in &args.sets {
        let mut evaluation = evaluate(set, &embedder, &mut cache, &options, || open(settings))?;
        if let (Some(path), Some(old), Some(results)) = (&args.against, &old, &evaluation.per_query)
        {
            evaluation.against = Some(against(path, old, &evaluation.set, results)?);
        }
        if !args.per_query {
            evaluation.per_query = None;
        }
        if args.json {
            out.json(&evaluation)?;
        } else {
            print(out, &evaluation)?;
        }
        out.flush()?;
        attempts.extend(
            evaluation
                .no_answer
                .into_iter()
                .flat_map(|found| found.attempts),
        );
    }
    if args.no_answer && args.sets.len() > 1 && !args.json {
        out.line("all sets together")?;
        print_no_answer(out, &NoAnswer::new(attempts))?;
    }
    Ok(Outcome::Something)
}

fn percent(value: f64) -> String {
    format!("{:.2}", 100.0 * value)
}

fn print(out: &mut Output, evaluation: &Evaluation) -> std::io::Result<()> {
    let Evaluation {
        set,
        model,
        passages,
        queries,
        scores,
        ..
    } = evaluation;
    out.line(&format!(
        "{set}: {queries} queries, {passages} passages, {model}"
    ))?;
    match scores {
        Scores::Retrieval { modes } => {
            for (mode, scores) in modes {
                let [low, high] = scores.interval;
                let interval = format!("  MRR@10 95 %: {} to {}", percent(low), percent(high));
                out.line(&format!("{}{interval}", ranking(mode, &scores.mean)))?;
            }
            for (mode, scores) in modes {
                for (lang, mean) in scores.languages.iter().flatten() {
                    out.line(&ranking(&format!("{mode} {lang}"), mean))?;
                }
            }
        }
        Scores::Questions { modes } => {
            for (mode, q) in modes {
                out.line(&format!(
                    "  {mode:<8} hit@1 {}  hit@3 {}  hit@5 {}  MRR@10 {}  best_hit@1 {}  passages: median {} characters, longest {}",
                    percent(q.hit_1),
                    percent(q.hit_3),
                    percent(q.hit_5),
                    percent(q.mrr_10),
                    percent(q.best_hit_1),
                    q.median_passage_chars,
                    q.longest_passage_chars,
                ))?;
            }
        }
        Scores::Pairs(PairScores::Similarity { spearman }) => {
            out.line(&format!("  Spearman {}", percent(*spearman)))?;
        }
        Scores::Pairs(PairScores::Translation {
            accuracy_forward,
            accuracy_backward,
        }) => {
            out.line(&format!(
                "  accuracy forward {}  backward {}",
                percent(*accuracy_forward),
                percent(*accuracy_backward)
            ))?;
        }
    }
    if let Some(no_answer) = &evaluation.no_answer {
        print_no_answer(out, no_answer)?;
    }
    for comparison in evaluation.against.iter().flatten() {
        print_comparison(out, comparison)?;
    }
    Ok(())
}

fn ranking(name: &str, mean: &Ranking) -> String {
    format!(
        "  {name:<11} nDCG@10 {}  MRR@10 {}  recall@1 {}  @5 {}  @10 {}",
        percent(mean.ndcg_10),
        percent(mean.mrr_10),
        percent(mean.recall_1),
        percent(mean.recall_5),
        percent(mean.recall_10),
    )
}

fn print_no_answer(out: &mut Output, no_answer: &NoAnswer) -> std::io::Result<()> {
    out.line(&format!(
        "  with and without the answer: AUROC {:.3}",
        no_answer.auroc
    ))?;
    for bin in &no_answer.reliability {
        out.line(&format!(
            "    confidence {:.1} to {:.1}: mean {:.2}, right {:.2} of {} answers",
            bin.from,
            bin.from + 0.1,
            bin.confidence,
            bin.right,
            bin.answers,
        ))?;
    }
    Ok(())
}

fn print_comparison(out: &mut Output, comparison: &Comparison) -> std::io::Result<()> {
    /// Changed queries that are named.
    const NAMED: usize = 5;
    let [low, high] = comparison.interval;
    out.line(&format!(
        "  {:<8} against the old run: MRR@10 {:+.2} (95 %: {:+.2} to {:+.2}), {} queries better, {} worse, of {}",
        comparison.mode,
        100.0 * comparison.difference,
        100.0 * low,
        100.0 * high,
        comparison.better.len(),
        comparison.worse.len(),
        comparison.queries,
    ))?;
    for (what, changes) in [("better", &comparison.better), ("worse", &comparison.worse)] {
        for change in changes.iter().take(NAMED) {
            let shown =
                |rank: Option<usize>| rank.map_or("none".to_owned(), |rank| rank.to_string());
            out.line(&format!(
                "    {what}: {}, rank {} to {}",
                change.query,
                shown(change.old_rank),
                shown(change.rank)
            ))?;
        }
    }
    Ok(())
}

fn print_self_check(out: &mut Output, check: &SelfCheck) -> std::io::Result<()> {
    out.line(&format!(
        "{} articles, {} passages, {}",
        check.articles, check.passages, check.model
    ))?;
    out.line(&format!(
        "{} titles asked for the bodies of their articles",
        check.titles
    ))?;
    if check.titles > 0 {
        for (mode, mean) in &check.modes {
            out.line(&ranking(mode, mean))?;
        }
    }
    out.line(&match check.graph_recall {
        Some(recall) => format!("graph: recall@10 {} against the scan", percent(recall)),
        None => "no graph: every passage is compared".to_owned(),
    })?;
    out.line(&format!(
        "duplicates: {} identical, {} near",
        check.identical_duplicates, check.near_duplicates
    ))
}
