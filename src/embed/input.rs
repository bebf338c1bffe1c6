//! What a model is given for a text, and what it makes of it: windows where the text is over the model's limit.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::embed::tokenizer::Tokenizer;
use crate::embed::unit::normalize;
use crate::error::Result;

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
    pub(super) windows: Vec<Window>,
    /// Parts of the text with vectors of their own.
    pub(super) parts: Vec<SentenceRange>,
    pub(super) role: Role,
    pub(super) keeps_tokens: bool,
}

/// As many tokens as the model takes, with prefix and special tokens.
#[derive(Debug, Clone)]
pub(super) struct Window {
    pub ids: Vec<u32>,
    /// Its tokens that are the text's; they are its weight in the mean.
    pub content: Range<usize>,
    /// Those of them whose states are wanted, ascending; none where nobody wants states.
    pub kept: Vec<usize>,
}

/// A token range of one window.
#[derive(Debug, Clone)]
pub(super) struct SentenceRange {
    pub window: usize,
    pub range: Range<usize>,
}

/// What goes around a text.
pub(super) struct Frame<'a> {
    pub tokenizer: &'a Tokenizer,
    pub prefix: &'a str,
    /// See [`Role::Raw`].
    pub role: Role,
    /// Tokens of a window at most.
    pub max_tokens: usize,
}

impl Frame<'_> {
    fn encode(&self, text: &str) -> Result<Vec<u32>> {
        if self.role == Role::Raw {
            self.tokenizer.encode_raw(text)
        } else {
            self.tokenizer.encode(text)
        }
    }

    fn window(&self, prefix: &[u32], chunk: &[u32]) -> Window {
        let (before, after) = (self.tokenizer.before(), self.tokenizer.after());
        let start = before.len() + prefix.len();
        Window {
            ids: [before, prefix, chunk, after].concat(),
            content: start..start + chunk.len(),
            kept: Vec::new(),
        }
    }
}

/// How many of the tokens of a text with its prefix are the prefix's; none where the two were joined.
pub(super) fn prefix_length(content: &[u32], prefix: &[u32]) -> usize {
    if content.starts_with(prefix) {
        prefix.len()
    } else {
        0
    }
}

impl Input {
    /// Tokenizes a text of which `parts` (byte ranges, in order) get vectors of their own.
    ///
    /// # Errors
    /// [`crate::EmbedError::Tokenizer`].
    pub(super) fn new(text: &str, parts: &[Range<usize>], frame: &Frame<'_>) -> Result<Self> {
        let prefix = frame.prefix;
        let content = frame.encode(&format!("{prefix}{text}"))?;
        // Every window begins with the prefix. Its last space may be part of the text's first token.
        let prefix_ids = frame.encode(prefix.trim_end())?;
        let prefix_len = prefix_length(&content, &prefix_ids);
        let (before, after) = (frame.tokenizer.before(), frame.tokenizer.after());
        let around = before.len() + after.len() + prefix_len;
        let capacity = frame.max_tokens.saturating_sub(around).max(1);
        let (prefix_ids, body) = content.split_at(prefix_len);
        let mut windows: Vec<Window> = body
            .chunks(capacity)
            .map(|chunk| frame.window(prefix_ids, chunk))
            .collect();
        if windows.is_empty() {
            windows.push(frame.window(prefix_ids, &[]));
        }
        // Tokens up to a byte of the text; pieces rarely cross the end of a sentence.
        let tokens_before = |byte: usize| -> Result<usize> {
            let upto = frame.encode(&format!("{prefix}{}", &text[..byte]))?;
            Ok(upto.len().saturating_sub(prefix_len).min(body.len()))
        };
        let parts = if parts.len() == 1 && windows.len() == 1 {
            vec![SentenceRange {
                window: 0,
                range: 0..windows[0].ids.len(),
            }]
        } else {
            let part = |part: &Range<usize>| -> Result<SentenceRange> {
                let (start, end) = (tokens_before(part.start)?, tokens_before(part.end)?);
                let window = (start / capacity).min(windows.len() - 1);
                let offset = before.len() + prefix_len;
                let start = (start - window * capacity)
                    .min(windows[window].content.len().saturating_sub(1));
                let end = (end - window * capacity)
                    .clamp(start + 1, windows[window].content.len().max(start + 1));
                Ok(SentenceRange {
                    window,
                    range: offset + start..offset + end,
                })
            };
            parts.iter().map(part).collect::<Result<_>>()?
        };
        let ids = [before, content.as_slice(), after].concat();
        Ok(Self {
            ids,
            windows,
            parts,
            role: frame.role,
            keeps_tokens: false,
        })
    }

    /// Asks for the states of the tokens that `tells` something by their ids.
    pub(super) fn keep_tokens(&mut self, tells: impl Fn(u32) -> bool) {
        self.keeps_tokens = true;
        for window in &mut self.windows {
            let content = window.content.clone();
            window.kept = content.filter(|at| tells(window.ids[*at])).collect();
        }
    }

    /// Ids of the tokens whose states are wanted, in order.
    pub fn kept_ids(&self) -> impl Iterator<Item = u32> {
        let windows = self.windows.iter();
        windows.flat_map(|window| window.kept.iter().map(|at| window.ids[*at]))
    }

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

    /// The token-weighted mean of the windows, and the parts in their order.
    /// `windows` is what each gave by its number, in any order: of its pooled vectors the whole window's is the first, its
    /// parts' follow.
    pub(super) fn assemble(
        &self,
        mut windows: Vec<(usize, Encoded)>,
        dimension: usize,
    ) -> Embedding {
        windows.sort_by_key(|(window, _)| *window);
        let mut vector = vec![0f32; dimension];
        for (number, encoded) in &windows {
            let weight = self.windows[*number].content.len().max(1) as f32;
            let mut own = encoded.pooled[0].clone();
            if windows.len() > 1 {
                normalize(&mut own);
            }
            for (sum, value) in vector.iter_mut().zip(own) {
                *sum += weight * value;
            }
        }
        normalize(&mut vector);
        let mut next = vec![1usize; windows.len()];
        let mut parts = Vec::with_capacity(self.parts.len());
        for part in &self.parts {
            let mut own = windows[part.window].1.pooled[next[part.window]].clone();
            next[part.window] += 1;
            normalize(&mut own);
            parts.push(own);
        }
        Embedding {
            vector,
            parts,
            windows: windows.len(),
            states: windows.into_iter().flat_map(|(_, w)| w.states).collect(),
            tokens: None,
        }
    }
}

/// What an encoder gives for a sequence.
#[derive(Debug, Clone, PartialEq)]
pub struct Encoded {
    /// One vector a pool, `[dimension]` f32, not normalised.
    pub pooled: Vec<Vec<f32>>,
    /// `[kept, hidden]` f32, row-major: states after the inner layer.
    pub states: Vec<f32>,
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
    /// States of the tokens that tell something, in order, `[tokens, hidden]` row-major; no longer there once they were
    /// mapped.
    pub(super) states: Vec<f32>,
    /// Their vectors for late interaction, `[tokens, dimension]` row-major, each of length 1; `None` where the model has
    /// none, or nobody wanted them.
    pub tokens: Option<Vec<f32>>,
}
