//! A question being answered.

use std::cell::OnceCell;
use std::ops::Range;

use crate::embed::Embedder;
use crate::index::Index;
use crate::search::filter::Passing;
use crate::search::question::Query;
use crate::search::rank::Asked;
use crate::search::view::Viewer;

/// A question being answered.
pub struct Search<'a> {
    pub index: &'a Index,
    pub embedder: &'a Embedder,
    pub query: &'a Query,
    pub asked: Asked<'a>,
    pub vector: Option<Vec<f32>>,
    /// The question without quotation marks.
    pub text: String,
    /// What the filter lets through; `None` where that is everything.
    pub passing: Option<Passing>,
    pub viewer: Viewer<'a>,
    /// The bytes of its tokens, once they are wanted; `None` where they cannot be told.
    pub question_spans: OnceCell<Option<Vec<Range<usize>>>>,
}
