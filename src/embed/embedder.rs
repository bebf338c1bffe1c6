//! A model ready for use: text in, normalised vectors out.

use std::ops::Range;
use std::path::Path;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::alignment::Alignment;
use super::bert::Bert;
use super::bundled;
use super::compute::{Compute, Engine, Precision};
use super::encoder::{Encoder, Sequence};
use super::folder::{self, Folder};
use super::fused::Fused;
use super::gguf::Gguf;
use super::packed::PackedBert;
use super::pooling::normalize;
use super::reference::Reference;
use super::registry::{Model, Source};
use super::space::Space;
use super::tokenizer::Tokenizer;
use super::vocabulary::Vocabulary;
use crate::error::{Error, Result};
use crate::passage::TokenCount;
use crate::words;

/// Tokens of one batch on the CPU; more would leave the caches.
const BATCH_TOKENS: usize = 512;

/// What a text is to the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// A question: the query prefix goes before it.
    Query,
    /// An answer: the passage prefix goes before it.
    Passage,
    /// What the reference implementation would be given: no prefix, not composed (NFC), and special
    /// tokens in the text are special.
    Raw,
}

/// A tokenized text: one window, or several where it is over the model's limit.
#[derive(Debug, Clone)]
pub struct Input {
    /// All ids of the text with prefix and special tokens, as if there were no limit.
    pub ids: Vec<u32>,
    windows: Vec<Window>,
    /// Parts of the text with vectors of their own.
    parts: Vec<Part>,
}

#[derive(Debug, Clone)]
struct Window {
    ids: Vec<u32>,
    /// Tokens of the text in this window: its weight in the mean.
    weight: usize,
}

/// A token range of one window.
#[derive(Debug, Clone)]
struct Part {
    window: usize,
    range: Range<usize>,
}

impl Input {
    /// Keeps the first window only.
    pub fn truncate(&mut self) {
        self.windows.truncate(1);
        if let Some(window) = self.windows.first() {
            self.ids.clone_from(&window.ids);
        }
        self.parts.retain(|part| part.window == 0);
    }

    /// What decides the vectors: ids of every window and the pooled ranges.
    pub fn hash_into(&self, hasher: &mut blake3::Hasher) {
        let mut number = |n: usize| {
            hasher.update(&(n as u64).to_le_bytes());
        };
        number(self.windows.len());
        for window in &self.windows {
            number(window.ids.len());
            window.ids.iter().for_each(|id| number(*id as usize));
        }
        number(self.parts.len());
        for part in &self.parts {
            number(part.window);
            number(part.range.start);
            number(part.range.end);
        }
    }
}

/// What became of a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Embedding {
    /// `[dimension]` f32, of length 1.
    pub vector: Vec<f32>,
    /// One vector a part, in the order given, of length 1. They come from the same pass as `vector`
    /// and are comparable with queries inside one text.
    pub parts: Vec<Vec<f32>>,
    /// Windows it took.
    pub windows: usize,
}

/// Tokenizer and encoder of one model.
pub struct Embedder {
    tokenizer: Tokenizer,
    encoder: Box<dyn Encoder>,
    space: Space,
    alignment: Alignment,
    precision: Precision,
    max_tokens: usize,
}

impl Embedder {
    /// Loads a model. `cache` is where a prepared model may be kept between runs.
    ///
    /// # Errors
    /// [`Error::ModelNotRunnable`], [`Error::BadModel`], [`Error::Precision`], [`Error::Device`],
    /// [`Error::Compute`].
    pub fn load(model: &Model, compute: Compute, cache: Option<&Path>) -> Result<Self> {
        let not_runnable = |reason| Error::ModelNotRunnable {
            name: model.name.clone(),
            reason,
        };
        if let Some(reason) = model.not_runnable() {
            return Err(not_runnable(reason));
        }
        if let Source::Folder(path) = &model.source {
            return Self::of_folder(model, path, compute);
        }
        let (Some(bytes), Some(sha256)) = (bundled::GGUF, &model.sha256) else {
            return Err(not_runnable(
                "its weights have no recorded checksum".to_owned(),
            ));
        };
        let precision = compute.resolve()?;
        let device = compute.device.open()?;
        let (tokenizer, encoder): (_, Box<dyn Encoder>) = match compute.engine {
            Engine::Auto => {
                let packed = PackedBert::open(model, sha256, bytes, precision, cache)?;
                let tokenizer =
                    Tokenizer::new(Box::new(packed.unigram()?), packed.specials.clone());
                (
                    tokenizer,
                    Box::new(Fused::new(packed, bytes, model.pooling)),
                )
            }
            Engine::Candle => {
                let gguf = Gguf::open(&model.name, bytes)?;
                let vocabulary = Vocabulary::from_gguf(&gguf)?;
                let reference = Reference::new(&vocabulary)?;
                let tokenizer = Tokenizer::new(Box::new(reference), vocabulary.specials);
                (tokenizer, Box::new(Bert::load(gguf, model, &device)?))
            }
        };
        let alignment = Alignment::read(&model.name, bundled::ALIGNMENT, model.dimension)?;
        Ok(Self {
            tokenizer,
            encoder,
            space: Space::new(model, sha256, alignment.id.clone()),
            alignment,
            precision,
            max_tokens: model.max_tokens,
        })
    }

    /// A model in a folder; candle's stock ops run it, and its languages are compared as they are.
    fn of_folder(model: &Model, path: &Path, compute: Compute) -> Result<Self> {
        folder::check(model, &folder::describe(&model.name, path)?)?;
        let stock = Compute {
            engine: Engine::Candle,
            ..compute
        };
        let precision = stock.resolve()?;
        let device = compute.device.open()?;
        let folder = Folder::read(path)?;
        let checksum = folder.checksum();
        if let Some(expected) = model.sha256.as_ref().filter(|known| **known != checksum) {
            return Err(Error::BadModel {
                model: model.name.clone(),
                what: "SHA-256 of model.safetensors and tokenizer.json".to_owned(),
                expected: expected.clone(),
                received: checksum,
            });
        }
        Ok(Self {
            tokenizer: folder.tokenizer()?,
            encoder: Box::new(folder.encoder(model, &device)?),
            space: Space::new(model, &checksum, None),
            alignment: Alignment::none(model.dimension),
            precision,
            max_tokens: model.max_tokens,
        })
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

    /// Tokenizes a text.
    ///
    /// # Errors
    /// [`Error::Tokenizer`].
    pub fn input(&self, text: &str, role: Role) -> Result<Input> {
        self.input_with_parts(text, role, &[])
    }

    /// Tokenizes a text of which `parts` (byte ranges, in order) get vectors of their own.
    ///
    /// # Errors
    /// [`Error::Tokenizer`].
    pub fn input_with_parts(
        &self,
        text: &str,
        role: Role,
        parts: &[Range<usize>],
    ) -> Result<Input> {
        let prefix = match role {
            Role::Query => self.space.query_prefix.as_str(),
            Role::Passage => self.space.passage_prefix.as_str(),
            Role::Raw => "",
        };
        // A question has no parts that would have to move.
        let joined = (role == Role::Query).then(|| words::joined(text));
        let text = joined.as_deref().unwrap_or(text);
        let encode = |text: &str| match role {
            Role::Raw => self.tokenizer.encode_raw(text),
            Role::Query | Role::Passage => self.tokenizer.encode(text),
        };
        let content = encode(&format!("{prefix}{text}"))?;
        // Every window begins with the prefix. Its last space may be part of the text's first token.
        let prefix_ids = encode(prefix.trim_end())?;
        let prefix_len = if content.starts_with(&prefix_ids) {
            prefix_ids.len()
        } else {
            0
        };
        let capacity = self.max_tokens - 2 - prefix_len;
        let (prefix_ids, body) = content.split_at(prefix_len);
        let mut windows: Vec<Window> = body
            .chunks(capacity)
            .map(|chunk| self.window(prefix_ids, chunk))
            .collect();
        if windows.is_empty() {
            windows.push(self.window(prefix_ids, &[]));
        }
        // Tokens up to a byte of the text; pieces rarely cross the end of a sentence.
        let tokens_before = |byte: usize| -> Result<usize> {
            let upto = encode(&format!("{prefix}{}", &text[..byte]))?;
            Ok(upto.len().saturating_sub(prefix_len).min(body.len()))
        };
        let parts = if parts.len() == 1 && windows.len() == 1 {
            vec![Part {
                window: 0,
                range: 0..windows[0].ids.len(),
            }]
        } else {
            let part = |part: &Range<usize>| -> Result<Part> {
                let (start, end) = (tokens_before(part.start)?, tokens_before(part.end)?);
                let window = (start / capacity).min(windows.len() - 1);
                let offset = 1 + prefix_len;
                let start =
                    (start - window * capacity).min(windows[window].weight.saturating_sub(1));
                let end = (end - window * capacity)
                    .clamp(start + 1, windows[window].weight.max(start + 1));
                Ok(Part {
                    window,
                    range: offset + start..offset + end,
                })
            };
            parts.iter().map(part).collect::<Result<_>>()?
        };
        let ids = [
            &[self.tokenizer.bos()],
            content.as_slice(),
            &[self.tokenizer.eos()],
        ]
        .concat();
        Ok(Input {
            ids,
            windows,
            parts,
        })
    }

    fn window(&self, prefix: &[u32], chunk: &[u32]) -> Window {
        Window {
            ids: [
                &[self.tokenizer.bos()],
                prefix,
                chunk,
                &[self.tokenizer.eos()],
            ]
            .concat(),
            weight: chunk.len(),
        }
    }

    /// Embeds tokenized texts; results in the order given.
    ///
    /// # Errors
    /// [`Error::Compute`], or [`Error::BadModel`] where a vector is not finite.
    pub fn embed(&self, inputs: &[Input]) -> Result<Vec<Embedding>> {
        let mut jobs: Vec<Job<'_>> = inputs.iter().enumerate().flat_map(jobs_of).collect();
        // Longest first: neighbours of one length need no padding, and the last batch is a small one.
        jobs.sort_by_key(|job| std::cmp::Reverse(job.ids.len()));
        let batches: Vec<&[Job<'_>]> = batches(&jobs, self.encoder.pads()).collect();
        let pooled: Vec<Vec<Vec<Vec<f32>>>> = batches
            .par_iter()
            .map(|batch| {
                let sequences: Vec<Sequence<'_>> = batch.iter().map(Job::sequence).collect();
                self.encoder.encode(&sequences)
            })
            .collect::<Result<_>>()?;
        let mut gathered: Vec<Vec<(usize, Vec<Vec<f32>>)>> = vec![Vec::new(); inputs.len()];
        for (job, vectors) in jobs.iter().zip(pooled.into_iter().flatten()) {
            gathered[job.input].push((job.window, vectors));
        }
        inputs
            .iter()
            .zip(gathered)
            .map(|(input, windows)| self.assemble(input, windows))
            .collect()
    }

    /// Embeds one text.
    ///
    /// # Errors
    /// As [`Embedder::embed`], and [`Error::Tokenizer`].
    pub fn embed_one(&self, text: &str, role: Role) -> Result<Vec<f32>> {
        let mut embeddings = self.embed(&[self.input(text, role)?])?;
        Ok(embeddings.swap_remove(0).vector)
    }

    /// The token-weighted mean of the windows, and the parts in their order.
    fn assemble(
        &self,
        input: &Input,
        mut windows: Vec<(usize, Vec<Vec<f32>>)>,
    ) -> Result<Embedding> {
        windows.sort_by_key(|(window, _)| *window);
        let mut vector = vec![0f32; self.space.dimension];
        for (number, pools) in &windows {
            let weight = input.windows[*number].weight.max(1) as f32;
            let mut own = pools[0].clone();
            if windows.len() > 1 {
                normalize(&mut own);
            }
            for (sum, value) in vector.iter_mut().zip(own) {
                *sum += weight * value;
            }
        }
        normalize(&mut vector);
        let mut next = vec![1usize; windows.len()];
        let mut parts = Vec::with_capacity(input.parts.len());
        for part in &input.parts {
            let mut own = windows[part.window].1[next[part.window]].clone();
            next[part.window] += 1;
            normalize(&mut own);
            parts.push(own);
        }
        if !vector
            .iter()
            .chain(parts.iter().flatten())
            .all(|v| v.is_finite())
        {
            return Err(Error::BadModel {
                model: self.space.model.clone(),
                what: "embedding".to_owned(),
                expected: "finite numbers".to_owned(),
                received: "NaN or infinity; the weights are damaged".to_owned(),
            });
        }
        Ok(Embedding {
            vector,
            parts,
            windows: windows.len(),
        })
    }
}

/// One window of one input.
struct Job<'a> {
    input: usize,
    window: usize,
    ids: &'a [u32],
    /// The whole window first, then the parts that lie in it.
    pools: Vec<Range<usize>>,
}

impl Job<'_> {
    fn sequence(&self) -> Sequence<'_> {
        Sequence {
            ids: self.ids,
            pools: &self.pools,
        }
    }
}

fn jobs_of((number, input): (usize, &Input)) -> impl Iterator<Item = Job<'_>> {
    input.windows.iter().enumerate().map(move |(window, w)| {
        let parts = input.parts.iter().filter(move |part| part.window == window);
        let whole = 0..w.ids.len();
        Job {
            input: number,
            window,
            ids: &w.ids,
            pools: std::iter::once(whole)
                .chain(parts.map(|p| p.range.clone()))
                .collect(),
        }
    })
}

/// Cuts jobs that are sorted by length, longest first, in batches; where those are padded, by at most a
/// sixteenth.
fn batches<'a, 'b>(jobs: &'b [Job<'a>], pads: bool) -> impl Iterator<Item = &'b [Job<'a>]> {
    let mut rest = jobs;
    std::iter::from_fn(move || {
        let longest = rest.first()?.ids.len();
        let mut tokens = 0;
        let fits = |job: &Job<'_>| {
            tokens += if pads { longest } else { job.ids.len() };
            tokens <= BATCH_TOKENS.max(longest)
                && (!pads || (longest - job.ids.len()) * 16 <= longest)
        };
        let count = rest
            .iter()
            .map(fits)
            .take_while(|fits| *fits)
            .count()
            .max(1);
        let (batch, others) = rest.split_at(count);
        rest = others;
        Some(batch)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_hold_neighbouring_lengths() {
        let ids = vec![0u32; 512];
        let lengths = [512, 300, 290, 100, 99, 98, 97, 96, 5];
        let jobs: Vec<Job<'_>> = lengths
            .iter()
            .map(|&n| Job {
                input: 0,
                window: 0,
                ids: &ids[..n],
                pools: Vec::new(),
            })
            .collect();
        let sizes: Vec<usize> = batches(&jobs, true).map(<[_]>::len).collect();
        assert_eq!(sizes, [1, 1, 1, 5, 1]);
        assert_eq!(batches(&[], true).count(), 0);
    }
}
