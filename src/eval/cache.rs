//! Vectors of evaluation texts and of their tokens, kept between runs by content key.

use std::collections::HashMap;
use std::path::Path;

use rayon::prelude::*;

use crate::embed::{Embedder, Role};
use crate::error::{Error, IndexError, Result};
use crate::index::{Journal, Key, Vectors, input_key};

/// Texts embedded between two writes to the journal.
const CHUNK: usize = 512;

/// Embeds texts, each input once ever.
pub struct VectorCache {
    journal: Option<Journal>,
    memory: HashMap<Key, Vectors>,
    /// Told how many texts of how many are done.
    progress: Box<dyn Fn(usize, usize)>,
}

impl VectorCache {
    /// With a folder, vectors are kept there.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn open(
        dir: Option<&Path>,
        embedder: &Embedder,
        progress: Box<dyn Fn(usize, usize)>,
    ) -> Result<Self> {
        let space = embedder.space();
        let journal = match dir {
            Some(dir) => {
                std::fs::create_dir_all(dir).map_err(Error::io("create", dir))?;
                let precision = embedder.precision();
                let path = dir.join(format!("{}-{precision}.journal", space.id));
                let tokens = embedder.token_codes().map(|codes| codes.id.as_str());
                Some(Journal::open(&path, space.dimension, precision, tokens)?)
            }
            None => None,
        };
        Ok(Self {
            journal,
            memory: HashMap::new(),
            progress,
        })
    }

    /// One vector a text, in order.
    ///
    /// # Errors
    /// [`Error::Io`] and what the embedder returns.
    pub fn embed(
        &mut self,
        embedder: &Embedder,
        texts: &[&str],
        role: Role,
    ) -> Result<Vec<Vec<f32>>> {
        let vectors = self.stored(embedder, texts, role)?;
        Ok(vectors.into_iter().map(|vectors| vectors.vector).collect())
    }

    /// What an index would store of each text, in order.
    ///
    /// # Errors
    /// As [`VectorCache::embed`].
    pub fn stored(
        &mut self,
        embedder: &Embedder,
        texts: &[&str],
        role: Role,
    ) -> Result<Vec<Vectors>> {
        let mut keys = Vec::with_capacity(texts.len());
        for chunk in texts.chunks(CHUNK) {
            (self.progress)(keys.len(), texts.len());
            let inputs: Vec<_> = chunk
                .par_iter()
                .map(|text| {
                    let mut input = embedder.input(text, role)?;
                    if role == Role::Passage {
                        embedder.keep_tokens(&mut input);
                    }
                    Ok((input_key(embedder.space(), &input), input))
                })
                .collect::<Result<_>>()?;
            keys.extend(inputs.iter().map(|(key, _)| *key));
            let mut missing = inputs;
            missing.sort_by_key(|(key, _)| *key);
            missing.dedup_by_key(|(key, _)| *key);
            missing.retain(|(key, _)| !self.knows(key));
            let (missing, inputs): (Vec<_>, Vec<_>) = missing.into_iter().unzip();
            for (key, embedding) in missing.into_iter().zip(embedder.embed(&inputs)?) {
                let vectors = Vectors::of(&embedding, embedder.token_codes());
                match &mut self.journal {
                    Some(journal) => journal.append(key, &vectors)?,
                    None => {
                        self.memory.insert(key, vectors);
                    }
                }
            }
            if let Some(journal) = &mut self.journal {
                journal.flush()?;
            }
        }
        (self.progress)(texts.len(), texts.len());
        let reader = self.journal.as_mut().map(Journal::reader).transpose()?;
        let vectors = keys.iter().map(|key| match &reader {
            Some(reader) => reader.get(key),
            None => self.memory.get(key).cloned(),
        });
        let vectors: Option<Vec<_>> = vectors.collect();
        vectors.ok_or_else(|| {
            Error::Index(IndexError::Corrupt {
                path: "the cache of vectors".into(),
                what: "vectors of a text",
                expected: "written a moment ago".to_owned(),
                received: "nothing".to_owned(),
            })
        })
    }

    fn knows(&self, key: &Key) -> bool {
        self.journal
            .as_ref()
            .is_some_and(|journal| journal.contains(key))
            || self.memory.contains_key(key)
    }
}
