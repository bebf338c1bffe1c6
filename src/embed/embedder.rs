//! A model ready for use: text in, normalised vectors out.

use std::ops::Range;
use std::path::Path;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

use rayon::prelude::*;

use crate::embed::alignment::Alignment;
use crate::embed::compute::{Compute, Precision};
use crate::embed::engine::batch::{Job, batches, jobs_of};
use crate::embed::engine::pooling::pool;
use crate::embed::engine::{Encoder, Sequence};
use crate::embed::input::{Embedding, Encoded, Frame, Input, Role, prefix_length};
use crate::embed::late::{LateMap, QuestionTokens, TokenCodes};
use crate::embed::loading::Loaded;
use crate::embed::model::{Model, Pooling};
use crate::embed::space::Space;
use crate::embed::tokenizer::Tokenizer;
use crate::embed::unit::normalize;
use crate::error::{EmbedError, Error, Result};
use crate::passage::TokenCount;
use crate::words;

/// The id of a token and its state after an inner layer, `[hidden]`.
pub type TokenState = (u32, Vec<f32>);

/// The vector of a question, `[dimension]`, and those of its tokens, where the model has any.
pub type EmbeddedQuestion = (Vec<f32>, Option<QuestionTokens>);

/// Tokenizer and encoder of one model.
pub struct Embedder {
    tokenizer: Tokenizer,
    encoder: Box<dyn Encoder>,
    space: Space,
    alignment: Alignment,
    precision: Precision,
    max_tokens: usize,
    late: Option<LateMap>,
    device: String,
    instead: Option<String>,
    /// Tokens of a batch: as many as the device has had memory for.
    batch_tokens: AtomicUsize,
}

impl Embedder {
    /// Loads a model. `cache` is where a prepared model may be kept between runs.
    ///
    /// # Errors
    /// [`EmbedError::ModelNotRunnable`], [`EmbedError::BadModel`], [`EmbedError::Precision`], [`EmbedError::Device`],
    /// [`EmbedError::Compute`].
    pub fn load(model: &Model, compute: Compute, cache: Option<&Path>) -> Result<Self> {
        let loaded = Loaded::of(model, compute, cache)?;
        let alignment = match loaded.alignment {
            Some(bytes) => Alignment::read(&model.name, bytes, model.dimension)?,
            None => Alignment::none(model.dimension),
        };
        Ok(Self {
            space: Space::new(model, &loaded.checksums, alignment.id.clone()),
            batch_tokens: AtomicUsize::new(loaded.encoder.batches().tokens),
            tokenizer: loaded.tokenizer,
            encoder: loaded.encoder,
            alignment,
            precision: loaded.precision,
            max_tokens: model.max_tokens,
            late: match (model.late_layer, &loaded.late) {
                (Some(layer), Some(bytes)) => {
                    let name = &model.name;
                    Some(LateMap::read(name, bytes, model.dimension, layer)?)
                }
                _ => None,
            },
            device: loaded.device,
            instead: loaded.instead,
        })
    }

    /// Where it computes: `cpu`, `cuda:0`, `metal`.
    pub fn device(&self) -> &str {
        &self.device
    }

    /// Why it does not compute on the GPU that this program was built for.
    pub fn instead_of_gpu(&self) -> Option<&str> {
        self.instead.as_deref()
    }

    /// Whether the device takes one large batch after another.
    pub fn wants_large_batches(&self) -> bool {
        !self.encoder.batches().at_once
    }

    /// How vectors of different languages are compared.
    pub fn alignment(&self) -> &Alignment {
        &self.alignment
    }

    /// Where the vectors lie.
    pub fn space(&self) -> &Space {
        &self.space
    }

    /// The numbers it computes in.
    pub fn precision(&self) -> Precision {
        self.precision
    }

    /// Counts tokens as this model does.
    pub fn counter(&self) -> &impl TokenCount {
        &self.tokenizer
    }

    /// How rare a word is in texts of all languages: about 0 for the most frequent of them, and one more where it is
    /// rarer by a factor of e. `None` where the vocabulary of the model does not tell.
    pub fn rarity(&self, word: &str) -> Option<f32> {
        let ids = self.tokenizer.encode(word).ok()?;
        self.tokenizer
            .knows_frequencies()
            .then(|| ids.iter().map(|id| self.tokenizer.weight(*id)).sum())
    }

    /// Tokenizes a text.
    ///
    /// # Errors
    /// [`EmbedError::Tokenizer`].
    pub fn input(&self, text: &str, role: Role) -> Result<Input> {
        self.input_with_parts(text, role, &[])
    }

    /// Tokenizes a text of which `parts` (byte ranges, in order) get vectors of their own.
    ///
    /// # Errors
    /// [`EmbedError::Tokenizer`].
    pub fn input_with_parts(
        &self,
        text: &str,
        role: Role,
        parts: &[Range<usize>],
    ) -> Result<Input> {
        // A question has no parts that would have to move.
        let unvowelled = (role == Role::Query).then(|| words::unvowelled(text));
        let joined = unvowelled.as_deref().map(words::joined);
        let frame = Frame {
            tokenizer: &self.tokenizer,
            prefix: self.prefix(role),
            role,
            max_tokens: self.max_tokens,
        };
        Input::new(joined.as_deref().unwrap_or(text), parts, &frame)
    }

    /// Asks for the vectors of an input's tokens too, where the model has any.
    pub fn keep_tokens(&self, input: &mut Input) {
        if self.late.is_some() {
            input.keep_tokens(|id| self.tokenizer.tells(id));
        }
    }

    /// Embeds tokenized texts; results in the order given.
    ///
    /// # Errors
    /// [`EmbedError::Compute`], or [`EmbedError::BadModel`] where a vector is not finite.
    pub fn embed(&self, inputs: &[Input]) -> Result<Vec<Embedding>> {
        let embeddings = self.embed_states(inputs)?;
        let Some(late) = &self.late else {
            return Ok(embeddings);
        };
        let mapped = embeddings.into_par_iter().zip(inputs);
        let mapped = mapped.map(|(mut embedding, input)| {
            let states = std::mem::take(&mut embedding.states);
            let wanted = input.keeps_tokens.then_some(states);
            embedding.tokens = wanted.map(|states| late.vectors(states, input.role));
            embedding
        });
        Ok(mapped.collect())
    }

    /// Embeddings with the states of tokens, not yet mapped.
    fn embed_states(&self, inputs: &[Input]) -> Result<Vec<Embedding>> {
        let mut jobs: Vec<Job<'_>> = inputs.iter().enumerate().flat_map(jobs_of).collect();
        // Longest first: neighbours of one length need no padding, and the last batch is a small one.
        jobs.sort_by_key(|job| std::cmp::Reverse(job.ids.len()));
        let pads = self.encoder.pads();
        let most = || self.batch_tokens.load(Relaxed);
        let encoded: Vec<Vec<Encoded>> = if self.encoder.batches().at_once {
            let batches: Vec<&[Job<'_>]> = batches(&jobs, pads, most()).collect();
            let encode = |batch: &&[Job<'_>]| self.encode(batch);
            batches.par_iter().map(encode).collect::<Result<_>>()?
        } else {
            let mut encoded = Vec::new();
            let mut rest = jobs.as_slice();
            while let Some(batch) = batches(rest, pads, most()).next() {
                encoded.push(self.encode_or_halve(batch)?);
                rest = &rest[batch.len()..];
            }
            encoded
        };
        let mut gathered: Vec<Vec<(usize, Encoded)>> = vec![Vec::new(); inputs.len()];
        for (job, encoded) in jobs.iter().zip(encoded.into_iter().flatten()) {
            gathered[job.input].push((job.window, encoded));
        }
        inputs
            .iter()
            .zip(gathered)
            .map(|(input, windows)| self.checked(input.assemble(windows, self.space.dimension)))
            .collect()
    }

    /// An embedding, if its numbers are.
    fn checked(&self, embedding: Embedding) -> Result<Embedding> {
        let mut numbers = embedding
            .vector
            .iter()
            .chain(embedding.parts.iter().flatten())
            .chain(&embedding.states);
        if numbers.all(|number| number.is_finite()) {
            return Ok(embedding);
        }
        Err(Error::Embed(EmbedError::BadModel {
            model: self.space.model.clone(),
            what: "embedding".to_owned(),
            expected: "finite numbers".to_owned(),
            received: "NaN or infinity; the weights are damaged".to_owned(),
        }))
    }

    fn encode(&self, batch: &[Job<'_>]) -> Result<Vec<Encoded>> {
        let sequences: Vec<Sequence<'_>> = batch.iter().map(Job::sequence).collect();
        self.encoder.encode(&sequences)
    }

    /// Encodes a batch; where the device has no memory for it, each half by itself, and later batches are smaller.
    fn encode_or_halve(&self, batch: &[Job<'_>]) -> Result<Vec<Encoded>> {
        match self.encode(batch) {
            Err(error) if batch.len() > 1 && is_out_of_memory(&error) => {
                let longest = batch.iter().map(|job| job.ids.len()).max().unwrap_or(0);
                let fewer = (longest * batch.len() / 2).max(1);
                self.batch_tokens.fetch_min(fewer, Relaxed);
                let (first, second) = batch.split_at(batch.len() / 2);
                let mut all = self.encode_or_halve(first)?;
                all.extend(self.encode_or_halve(second)?);
                Ok(all)
            }
            other => other,
        }
    }

    /// The vectors that a text of one window has by each way to pool, of length 1; nothing for a longer one.
    ///
    /// # Errors
    /// As [`Embedder::embed`].
    pub(super) fn by_each_pooling(&self, input: &Input) -> Result<Vec<(Pooling, Vec<f32>)>> {
        let [window] = input.windows.as_slice() else {
            return Ok(Vec::new());
        };
        // One token's state is that token pooled by itself, whatever the model's pooling.
        let pools: Vec<_> = (0..window.ids.len()).map(|at| at..at + 1).collect();
        let sequence = Sequence {
            ids: &window.ids,
            pools: &pools,
            kept: &[],
        };
        let encoded = self.encoder.encode(&[sequence])?.into_iter();
        let states = encoded
            .flat_map(|one| one.pooled)
            .collect::<Vec<_>>()
            .concat();
        let pooled = [Pooling::Mean, Pooling::Cls, Pooling::Last].map(|kind| {
            let mut vector = pool(kind, &states, self.space.dimension, 0..window.ids.len());
            normalize(&mut vector);
            (kind, vector)
        });
        Ok(pooled.into())
    }

    /// How the vectors of tokens are stored; `None` where the model has none.
    pub fn token_codes(&self) -> Option<&TokenCodes> {
        self.late.as_ref().map(|late| &late.codes)
    }

    /// How the vectors of tokens are stored.
    ///
    /// # Errors
    /// [`EmbedError::NoLateLayer`] where the model has none.
    pub fn need_token_codes(&self) -> Result<&TokenCodes> {
        self.token_codes().ok_or_else(|| {
            Error::Embed(EmbedError::NoLateLayer {
                model: self.space.model.clone(),
            })
        })
    }

    /// The vector of a question and those of its tokens.
    ///
    /// # Errors
    /// As [`Embedder::embed_one`].
    pub fn question(&self, text: &str) -> Result<EmbeddedQuestion> {
        Ok(self.questions(&[text])?.swap_remove(0))
    }

    /// The same of many.
    ///
    /// # Errors
    /// As [`Embedder::embed_one`].
    pub fn questions(&self, texts: &[&str]) -> Result<Vec<EmbeddedQuestion>> {
        let inputs = texts.iter().map(|text| {
            let mut input = self.input(text, Role::Query)?;
            self.keep_tokens(&mut input);
            Ok(input)
        });
        let inputs = inputs.collect::<Result<Vec<Input>>>()?;
        let embedded = self.embed(&inputs)?.into_iter().zip(&inputs);
        let questions = embedded.map(|(embedding, input)| {
            let tokens = embedding.tokens.filter(|vectors| !vectors.is_empty());
            let tokens = tokens.map(|vectors| QuestionTokens {
                weights: self.weights(input),
                vectors,
            });
            (embedding.vector, tokens)
        });
        Ok(questions.collect())
    }

    /// The bytes of the tokens of a text whose vectors late interaction compares, in their order; `None` where they cannot
    /// be told.
    ///
    /// # Errors
    /// [`EmbedError::Tokenizer`].
    pub fn token_spans(&self, text: &str, role: Role) -> Result<Option<Vec<Range<usize>>>> {
        let prefix = self.prefix(role);
        let prefix_ids = self.tokenizer.encode(prefix.trim_end())?;
        let Some(spans) = self.tokenizer.spans(&format!("{prefix}{text}"))? else {
            return Ok(None);
        };
        let ids: Vec<u32> = spans.iter().map(|(id, _)| *id).collect();
        let kept = spans[prefix_length(&ids, &prefix_ids)..].iter();
        let kept = kept.filter(|(id, _)| self.tokenizer.tells(*id));
        let inside = |at: usize| at.saturating_sub(prefix.len());
        Ok(Some(
            kept.map(|(_, span)| inside(span.start)..inside(span.end))
                .collect(),
        ))
    }

    /// What goes before a text.
    fn prefix(&self, role: Role) -> &str {
        match role {
            Role::Query => &self.space.query_prefix,
            Role::Passage => &self.space.passage_prefix,
            Role::Raw => "",
        }
    }

    /// For tests beside the oracle.
    #[cfg(test)]
    pub(super) fn tokenizer(&self) -> &Tokenizer {
        &self.tokenizer
    }

    /// How much each of the tokens that are kept tells; their sum is 1.
    fn weights(&self, input: &Input) -> Vec<f32> {
        let weights = input.kept_ids().map(|id| self.tokenizer.weight(id));
        let mut weights: Vec<f32> = weights.collect();
        let sum: f32 = weights.iter().sum();
        weights.iter_mut().for_each(|weight| *weight /= sum);
        weights
    }

    /// The tokens of a text that tell something, and their states after the layer of late interaction: what
    /// `models/late.py` learns from.
    ///
    /// # Errors
    /// As [`Embedder::embed`].
    pub fn token_states(&self, inputs: &mut [Input]) -> Result<Vec<Vec<TokenState>>> {
        for input in inputs.iter_mut() {
            input.keep_tokens(|id| self.tokenizer.tells(id));
        }
        let embeddings = self.embed_states(inputs)?;
        let states = embeddings.iter().zip(inputs).map(|(embedding, input)| {
            let states = embedding.states.chunks_exact(self.space.dimension);
            let states = states.map(<[f32]>::to_vec);
            input.kept_ids().zip(states).collect()
        });
        Ok(states.collect())
    }

    /// Embeds one text.
    ///
    /// # Errors
    /// As [`Embedder::embed`], and [`EmbedError::Tokenizer`].
    pub fn embed_one(&self, text: &str, role: Role) -> Result<Vec<f32>> {
        let mut embeddings = self.embed(&[self.input(text, role)?])?;
        Ok(embeddings.swap_remove(0).vector)
    }
}

/// What CUDA, cuBLAS and Metal say when an allocation fails; candle passes it on as text.
fn is_out_of_memory(error: &Error) -> bool {
    let message = error.to_string();
    ["OUT_OF_MEMORY", "ALLOC_FAILED", "create metal resource"]
        .iter()
        .any(|said| message.contains(said))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::embed::engine::Batches;

    /// A device that has memory for so many tokens; a vector is a sequence's length and its first id.
    struct Small(usize, AtomicUsize);

    impl Encoder for Small {
        fn pads(&self) -> bool {
            true
        }

        fn batches(&self) -> Batches {
            Batches::GPU
        }

        fn encode(&self, batch: &[Sequence<'_>]) -> Result<Vec<Encoded>> {
            let longest = batch.iter().map(|s| s.ids.len()).max().unwrap_or(0);
            if longest * batch.len() > self.0 {
                self.1.fetch_add(1, Relaxed);
                let source = candle_core::Error::Msg("CUDA_ERROR_OUT_OF_MEMORY".to_owned());
                return Err(Error::compute("the model failed")(source));
            }
            let vector = |s: &Sequence<'_>| {
                let mut vector = vec![0.0; 384];
                vector[..2].copy_from_slice(&[s.ids.len() as f32, s.ids[1] as f32]);
                Encoded {
                    pooled: vec![vector; s.pools.len()],
                    states: Vec::new(),
                }
            };
            Ok(batch.iter().map(vector).collect())
        }
    }

    #[test]
    fn a_device_without_memory_gets_smaller_batches() {
        let registry = crate::embed::Registry::load(None).unwrap();
        let model = registry.get(crate::embed::DEFAULT_MODEL).unwrap();
        let mut embedder = Embedder::load(model, Compute::default(), None).unwrap();
        let texts: Vec<String> = (0..60)
            .map(|n| "word ".repeat(1 + n % 7) + &n.to_string())
            .collect();
        let inputs: Vec<Input> = texts
            .iter()
            .map(|text| embedder.input(text, Role::Raw).unwrap())
            .collect();
        embedder.encoder = Box::new(Small(40, AtomicUsize::new(0)));
        embedder.batch_tokens = AtomicUsize::new(Batches::GPU.tokens);
        for (input, embedding) in inputs.iter().zip(embedder.embed(&inputs).unwrap()) {
            let expected = [input.ids.len() as f32, input.ids[1] as f32];
            let length = (expected[0].powi(2) + expected[1].powi(2)).sqrt();
            assert!((embedding.vector[0] * length - expected[0]).abs() < 1e-3);
            assert!((embedding.vector[1] * length - expected[1]).abs() < 0.1);
        }
        assert!(embedder.batch_tokens.load(Relaxed) <= 40);
        // What does not fit by itself is an error.
        embedder.encoder = Box::new(Small(2, AtomicUsize::new(0)));
        let error = embedder.embed(&inputs).unwrap_err().to_string();
        assert!(error.contains("OUT_OF_MEMORY"), "{error}");
    }
}
