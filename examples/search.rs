//! Indexes a folder and answers a question: `cargo run --release --example search -- FOLDER QUESTION`.
#![allow(clippy::print_stdout, reason = "an example prints its results")]

use std::time::Instant;

use tane::embed::{Compute, DEFAULT_MODEL, Embedder, Registry};
use tane::index::{Index, Update, update};
use tane::search::{Query, query};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let [folder, question] = std::env::args()
        .skip(1)
        .collect::<Vec<_>>()
        .try_into()
        .map_err(|_| "usage: search FOLDER QUESTION")?;
    let registry = Registry::load(None)?;
    let embedder = Embedder::load(registry.get(DEFAULT_MODEL)?, Compute::default(), None)?;

    // A real program would keep the index: the next update embeds only what is new.
    let place = tempfile::tempdir()?;
    let add = Update {
        add: vec![folder.into()],
        ..Update::default()
    };
    let report = update(place.path(), &embedder, &add, &())?;
    println!("{} articles, {} passages", report.articles, report.passages);

    let index = Index::open(place.path())?;
    let asked = Query {
        text: question,
        limit: 3,
        ..Query::default()
    };
    for answer in query(&index, &embedder, &asked, Instant::now())?.results {
        let likely = answer.confidence.unwrap_or_default() * 100.0;
        println!(
            "\n{likely:.0}%  {}\n{}",
            answer.citation, answer.passage.text
        );
    }
    Ok(())
}
