//! Cosines of a question and texts, without an index: `cargo run --release --example embed -- QUESTION TEXT...`.
#![allow(clippy::print_stdout, reason = "an example prints its results")]

use tane::embed::{Compute, DEFAULT_MODEL, Embedder, Registry, Role};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let question = arguments.next().ok_or("usage: embed QUESTION TEXT...")?;
    let texts: Vec<String> = arguments.collect();
    let registry = Registry::load(None)?;
    let embedder = Embedder::load(registry.get(DEFAULT_MODEL)?, Compute::default(), None)?;

    let question = embedder.embed_one(&question, Role::Query)?;
    let mut inputs = Vec::new();
    for text in &texts {
        inputs.push(embedder.input(text, Role::Passage)?);
    }
    for (text, embedding) in texts.iter().zip(embedder.embed(&inputs)?) {
        // Vectors have length 1: the dot product is the cosine.
        let cosine: f32 = question
            .iter()
            .zip(&embedding.vector)
            .map(|(a, b)| a * b)
            .sum();
        println!("{cosine:.3}  {text}");
    }
    Ok(())
}
