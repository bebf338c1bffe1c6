//! `tane eval`.

use super::Found;
use super::args;
use super::index::open;
use super::output::Output;
use super::progress::Bar;
use super::settings::{Settings, user_cache};
use crate::eval::{Evaluation, PairScores, RetrievalOptions, Scores, VectorCache, evaluate};
use crate::search::Mode;

pub fn run(args: &args::Eval, settings: &Settings, out: &mut Output) -> anyhow::Result<Found> {
    args.mode.map_or(Mode::Dense, Mode::from).check_built()?;
    let embedder = settings.embedder(&args.engine, None)?;
    let dir = user_cache()
        .filter(|_| !args.no_cache)
        .map(|dir| dir.join("vectors"));
    let bar = Bar::new(settings.quiet);
    let progress = Box::new(move |done, total| bar.count("embedding", "texts", done, total));
    let mut cache = VectorCache::open(dir.as_deref(), &embedder, progress)?;
    let options = RetrievalOptions {
        no_chunk: args.no_chunk,
        corpus: args.corpus.clone(),
        lang: args.lang.clone(),
    };
    for set in &args.sets {
        let evaluation = evaluate(set, &embedder, &mut cache, &options, || open(settings))?;
        if args.json {
            out.json(&evaluation)?;
        } else {
            print(out, &evaluation)?;
        }
        out.flush()?;
    }
    Ok(Found::Something)
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
    let percent = |value: f64| format!("{:.2}", 100.0 * value);
    out.line(&format!(
        "{set}: {queries} queries, {passages} passages, {model}"
    ))?;
    match scores {
        Scores::Retrieval { modes } => {
            for (mode, r) in modes {
                out.line(&format!(
                    "  {mode:<8} nDCG@10 {}  MRR@10 {}  recall@1 {}  @5 {}  @10 {}",
                    percent(r.ndcg_10),
                    percent(r.mrr_10),
                    percent(r.recall_1),
                    percent(r.recall_5),
                    percent(r.recall_10),
                ))?;
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
    Ok(())
}
