//! SentencePiece Unigram: the best segmentation of a text, over an automaton that needs no building.
//!
//! Gives the ids of Hugging Face tokenizers' `Unigram` (the oracle in the tests): f64 sums, the first of
//! equal paths kept, unknown characters at the lowest score minus 10, runs of them one token.
//!
//! Source: Kudo 2018, <https://arxiv.org/abs/1804.10959>.

use std::ops::Range;

use fst::Map;
use fst::raw::Output;
use unicode_segmentation::UnicodeSegmentation;

use super::charsmap::Charsmap;
use super::{Pieces, TokenSpan};
use crate::embed::cache_file::Section;
use crate::error::{EmbedError, Error, Result};

/// Stands for a space.
const SPACE: char = '▁';
const UNKNOWN_PENALTY: f64 = 10.0;

/// The automaton of a vocabulary, as bytes for [`Unigram::new`]. The value of a piece is its position in
/// `pieces`; `None` is no piece (special tokens).
///
/// # Errors
/// [`EmbedError::Tokenizer`] where two pieces are equal.
pub fn compile(pieces: &[Option<String>]) -> Result<Vec<u8>> {
    let mut keys: Vec<(&[u8], u64)> = pieces
        .iter()
        .zip(0..)
        .filter_map(|(piece, id)| Some((piece.as_ref()?.as_bytes(), id)))
        .collect();
    keys.sort_unstable();
    let map = Map::from_iter(keys).map_err(|error| {
        Error::Embed(EmbedError::Tokenizer {
            action: "compile the vocabulary",
            message: error.to_string(),
        })
    })?;
    Ok(map.into_fst().into_inner())
}

/// A vocabulary over bytes that lie elsewhere.
pub struct Unigram {
    pieces: Map<Section>,
    /// f32, one a piece.
    scores: Section,
    /// f32, one a piece.
    weights: Section,
    charsmap: Charsmap<Section>,
    unknown: u32,
    unknown_score: f64,
}

impl Pieces for Unigram {
    fn encode(&self, text: &str, ids: &mut Vec<u32>) -> Result<()> {
        self.segment(text, ids);
        Ok(())
    }

    fn spans(&self, text: &str) -> Result<Vec<TokenSpan>> {
        Ok(self.segment_with_spans(text))
    }

    fn weight(&self, id: u32) -> f32 {
        let weights = self.weights.cast::<f32>();
        weights.get(id as usize).copied().unwrap_or(0.0)
    }

    fn knows_frequencies(&self) -> bool {
        true
    }
}

/// The words of a normal text: each goes from one space to the next.
fn words(spaced: &str) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    let starts = spaced.match_indices(SPACE).map(|(at, _)| at);
    let ends = starts.filter(|at| *at > 0);
    let all = ends.chain((!spaced.is_empty()).then_some(spaced.len()));
    all.map(move |end| std::mem::replace(&mut start, end)..end)
}

/// The best path to a byte of a word.
#[derive(Clone, Copy, Default)]
struct Node {
    score: f64,
    /// Bytes of the last piece; 0 where no path leads here.
    length: u32,
    id: u32,
}

impl Unigram {
    /// `vocabulary` holds the compiled pieces, their scores, their weights, and the charsmap.
    ///
    /// # Errors
    /// [`EmbedError::Tokenizer`] where pieces or charsmap are damaged.
    pub fn new(vocabulary: [Section; 4], unknown: u32) -> Result<Self> {
        let [pieces, scores, weights, charsmap] = vocabulary;
        let lowest = |low: f64, score: &f32| low.min(f64::from(*score));
        Ok(Self {
            unknown_score: scores.cast::<f32>().iter().fold(f64::INFINITY, lowest)
                - UNKNOWN_PENALTY,
            pieces: Map::new(pieces).map_err(|error| {
                Error::Embed(EmbedError::Tokenizer {
                    action: "read the vocabulary",
                    message: error.to_string(),
                })
            })?,
            scores,
            weights,
            charsmap: Charsmap::new(charsmap)?,
            unknown,
        })
    }

    fn segment(&self, text: &str, ids: &mut Vec<u32>) {
        let mut normal = String::with_capacity(text.len() + 8);
        self.charsmap.normalize(text, &mut normal);
        let mut spaced = String::with_capacity(normal.len() + 16);
        let mut previous = None;
        for c in normal.chars() {
            let run = c == ' ' && previous == Some(' ');
            if !run {
                spaced.push(if c == ' ' { SPACE } else { c });
            }
            previous = Some(c);
        }
        if spaced.is_empty() {
            return;
        }
        if !spaced.starts_with(SPACE) {
            spaced.insert(0, SPACE);
        }
        let mut nodes = Vec::new();
        for word in words(&spaced) {
            self.word(&spaced[word], &mut nodes, ids);
        }
    }

    /// The same, with the bytes of the text that each token stands for.
    fn segment_with_spans(&self, text: &str) -> Vec<TokenSpan> {
        let mut spaced = String::with_capacity(text.len() + 16);
        // For each byte of it those of the text that it was made of.
        let mut origins: Vec<Range<usize>> = Vec::with_capacity(text.len() + 16);
        let mut push = |c: char, origin: Range<usize>| {
            spaced.push(c);
            origins.resize(spaced.len(), origin);
        };
        let mut previous = None;
        for (at, grapheme) in text.grapheme_indices(true) {
            let mut normal = String::new();
            self.charsmap.normalize(grapheme, &mut normal);
            for c in normal.chars() {
                if previous.is_none() && c != ' ' && c != SPACE {
                    push(SPACE, at..at);
                }
                if !(c == ' ' && previous == Some(' ')) {
                    push(if c == ' ' { SPACE } else { c }, at..at + grapheme.len());
                }
                previous = Some(c);
            }
        }
        let (mut nodes, mut spans) = (Vec::new(), Vec::new());
        for word in words(&spaced) {
            self.word(&spaced[word.clone()], &mut nodes, &mut Vec::new());
            let (first, mut end) = (spans.len(), word.len());
            while end > 0 {
                let node = nodes[end];
                let start = end - node.length as usize;
                let from = origins[word.start + start].start;
                let last = origins[word.start + end - 1].end;
                match spans[first..].last_mut() {
                    Some((id, span)) if *id == self.unknown && node.id == self.unknown => {
                        let span: &mut Range<usize> = span;
                        span.start = from;
                    }
                    _ => spans.push((node.id, from..last)),
                }
                end = start;
            }
            spans[first..].reverse();
        }
        spans
    }

    fn word(&self, word: &str, nodes: &mut Vec<Node>, ids: &mut Vec<u32>) {
        let scores = self.scores.cast::<f32>();
        nodes.clear();
        nodes.resize(word.len() + 1, Node::default());
        for (start, c) in word.char_indices() {
            let here = nodes[start].score;
            let mut improve = |length: usize, score: f64, id: u32| {
                let node = &mut nodes[start + length];
                if node.length == 0 || here + score > node.score {
                    *node = Node {
                        score: here + score,
                        length: length as u32,
                        id,
                    };
                }
            };
            let mut single = false;
            let fst = self.pieces.as_fst();
            let (mut node, mut value) = (fst.root(), Output::zero());
            for (byte, length) in word.as_bytes()[start..].iter().zip(1..) {
                let Some(transition) = node.find_input(*byte).map(|i| node.transition(i)) else {
                    break;
                };
                node = fst.node(transition.addr);
                value = value.cat(transition.out);
                if !node.is_final() {
                    continue;
                }
                let id = value.cat(node.final_output()).value();
                if let Some(score) = scores.get(id as usize) {
                    improve(length, f64::from(*score), id as u32);
                    single |= length == c.len_utf8();
                }
            }
            if !single {
                improve(c.len_utf8(), self.unknown_score, self.unknown);
            }
        }
        let first = ids.len();
        let mut end = word.len();
        while end > 0 {
            let node = nodes[end];
            let run =
                node.id == self.unknown && ids.len() > first && ids.last() == Some(&self.unknown);
            if !run {
                ids.push(node.id);
            }
            end -= node.length as usize;
        }
        ids[first..].reverse();
    }
}
