//! The map and the matrix of an index: computed once, then kept. Both have the same clusters.

use std::path::Path;

use super::corpus::CorpusMap;
use super::kept::kept;
use super::points::Of;
use super::similarities::Similarities;
use crate::embed::Embedder;
use crate::error::Result;
use crate::index::Index;

/// The map of an index, from the cache where it is there.
///
/// # Errors
/// [`crate::IndexError::Corrupt`].
pub fn map_of(
    index: &Index,
    embedder: &Embedder,
    of: Of,
    cache: Option<&Path>,
) -> Result<CorpusMap> {
    let make = || CorpusMap::new(index, embedder, of);
    kept(cache, index, &of.to_string(), CorpusMap::is_sound, make)
}

/// The similarities of an index, from the cache where they are there. The map of articles is made, if it is not there,
/// because its clusters are those of the matrix.
///
/// # Errors
/// [`crate::IndexError::Corrupt`].
pub fn matrix_of(index: &Index, embedder: &Embedder, cache: Option<&Path>) -> Result<Similarities> {
    let make = || {
        let map = map_of(index, embedder, Of::Articles, cache)?;
        Similarities::new(index, embedder.alignment(), &map)
    };
    kept(cache, index, "matrix", Similarities::is_sound, make)
}
