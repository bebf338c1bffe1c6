//! Whether two indexes, or an index and a machine, have vectors that may be compared.

use std::path::Path;

use crate::embed::{Embedder, LEAST_COSINE, Space, cosines, explain};
use crate::error::{Error, IndexError, Result};
use crate::index::store::manifest::Manifest;

/// Refuses vectors of another space.
pub fn check_space(dir: &Path, received: &Space, expected: &Space) -> Result<()> {
    if received.id == expected.id {
        return Ok(());
    }
    Err(Error::Index(IndexError::SpaceMismatch {
        path: dir.to_path_buf(),
        expected: expected.model.clone(),
        received: received.model.clone(),
        differences: received.differences(expected).join(", "),
    }))
}

/// Refuses vectors that are not of the embedder's space.
pub fn check_canaries(dir: &Path, manifest: &Manifest, embedder: &Embedder) -> Result<()> {
    check_space(dir, &manifest.space, embedder.space())?;
    let least = cosines(embedder, &manifest.canaries)?;
    let least = least.into_iter().fold(1.0, f32::min);
    if least < LEAST_COSINE {
        return Err(Error::Index(IndexError::Canary {
            path: dir.to_path_buf(),
            expected: LEAST_COSINE,
            received: least,
            why: explain(embedder, &manifest.canaries)?,
        }));
    }
    Ok(())
}
