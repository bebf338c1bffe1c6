//! The articles of an index that are like one of them: `cargo run --release --example similar -- INDEX ARTICLE`.
#![allow(clippy::print_stdout, reason = "an example prints its results")]

use std::path::Path;

use tane::embed::{Compute, DEFAULT_MODEL, Embedder, Registry};
use tane::index::Index;
use tane::search::{Names, Subject, find_article, similar};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let [index, article] = std::env::args()
        .skip(1)
        .collect::<Vec<_>>()
        .try_into()
        .map_err(|_| "usage: similar INDEX ARTICLE")?;
    let index = Index::open(Path::new(&index))?;
    let registry = Registry::load(None)?;
    let embedder = Embedder::load(registry.get(DEFAULT_MODEL)?, Compute::default(), None)?;
    index.check_space(embedder.space())?;

    // Its vectors are in the index; the model only says how languages are brought together.
    let number = find_article(&index, &article, Names::IdsAndPaths)?;
    let subject = Subject::indexed(&index, number, embedder.alignment())?;
    for found in similar(&index, &subject, 5, 1)?.results {
        println!("{:.3}  {}", found.score, found.article.id);
        for pair in found.pairs {
            println!("       {}\n       {}", pair.from.text, pair.to.text);
        }
    }
    Ok(())
}
