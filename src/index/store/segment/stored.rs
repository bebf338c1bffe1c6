//! What a segment gives back: a passage, and a sentence of it.

use crate::corpus::Span;
use crate::index::store::position::{ArticleNo, LocalArticle};

/// A passage as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPassage<A = ArticleNo> {
    /// Its article, in the index or in the segment.
    pub article: A,
    /// Bytes of the article's text, the end exclusive.
    pub span: Span,
    /// Lines of the first and the last byte, counted from 1.
    pub lines: (usize, usize),
    /// Tokens of its sentences.
    pub tokens: usize,
    pub(super) first_sentence: usize,
    pub(super) sentence_count: usize,
}

impl StoredPassage<LocalArticle> {
    /// The same, with its article in the index.
    pub(in crate::index) fn of_index(self, article: ArticleNo) -> StoredPassage {
        StoredPassage {
            article,
            span: self.span,
            lines: self.lines,
            tokens: self.tokens,
            first_sentence: self.first_sentence,
            sentence_count: self.sentence_count,
        }
    }
}

/// A sentence of a passage with its vector.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredSentence {
    /// Bytes of the article's text, the end exclusive.
    pub span: Span,
    /// `[dimension]`, read back from eight bits.
    pub vector: Vec<f32>,
    pub(super) scale: f32,
    pub(super) values: Vec<i8>,
}
