//! From an article to passages: sentences, then contiguous spans of them.

#[cfg(test)]
mod accounted;
mod chunk;
mod lines;
mod ordinal;
mod sentence;
mod without;

pub use chunk::{Limits, Passage, RECIPE, Repeats, Unfinished, inside, passages, passages_within};
pub use lines::LineIndex;
pub use without::Readable;

/// Counts tokens as the model does. What embeds implements it; how is not this module's business.
pub trait TokenCount {
    /// Tokens of a text, without special tokens and prefixes.
    fn count(&self, text: &str) -> usize;
}
