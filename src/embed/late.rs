//! Late interaction: what the tokens of a text say, each by itself.
//!
//! A model that was trained for one vector a text still knows more of each token in an inner layer than it keeps in the
//! end. Question and passage are compared token by token (MaxSim; Khattab and Zaharia, "ColBERT", SIGIR 2020):
//!
//! ```text
//! t       = normalize(components (normalize(state) - mean_role))
//! M(q, d) = sum_i w_i max_j t_i . t_j       w_i: how much the token tells, sum w = 1
//! ```
//!
//! `models/late.py` learns the means and the components from neutral text and says how. Tokens without a letter or a digit
//! take no part.

use candle_core::safetensors::SliceSafetensors;

use crate::embed::device::cpu;
use crate::embed::input::Role;
use crate::embed::unit::normalize;
use crate::error::{EmbedError, Error, Result};
use crate::kernel::Isa;
use crate::kernel::linear::{self, f32};

/// From the states of a layer to token vectors.
pub struct LateMap {
    hidden: usize,
    /// `[dimension, hidden]`, packed.
    components: Vec<f32>,
    /// Minus the mapped means of questions and passages, `[dimension]`.
    query_bias: Vec<f32>,
    passage_bias: Vec<f32>,
    /// How token vectors are stored.
    pub codes: TokenCodes,
}

/// What decides how a token vector is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct TokenCodes {
    /// Standard deviation of each number of a token vector, `[dimension]`: the unit in which it is rounded.
    pub spreads: Vec<f32>,
    /// Hash of the model's layer and of the file of the map, 16 hex digits: codes of one id may be compared.
    pub id: String,
}

/// A question's tokens.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct QuestionTokens {
    /// `[tokens, dimension]` row-major, each of length 1.
    pub vectors: Vec<f32>,
    /// How much each tells; their sum is 1.
    pub weights: Vec<f32>,
}

/// [`TokenCodes::id`] of a layer and the file of a map.
pub fn id(layer: usize, map: &[u8]) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&(layer as u64).to_le_bytes()).update(map);
    hasher.finalize().to_hex()[..16].to_owned()
}

impl LateMap {
    /// Reads `components`, `query_mean`, `passage_mean` and `spreads` of a safetensors file.
    ///
    /// # Errors
    /// [`EmbedError::Compute`] for no such file, [`EmbedError::BadModel`] where it fits no states of `hidden` numbers.
    pub fn read(model: &str, bytes: &[u8], hidden: usize, layer: usize) -> Result<Self> {
        let read = |name: &str| {
            SliceSafetensors::new(bytes)?
                .load(name, &cpu())?
                .flatten_all()?
                .to_vec1::<f32>()
        };
        let read = |name: &str| {
            read(name).map_err(Error::compute("cannot read the map of late interaction"))
        };
        let fits = |what: String, expected: String, received: usize, fits: bool| match fits {
            true => Ok(()),
            false => Err(Error::Embed(EmbedError::BadModel {
                model: model.to_owned(),
                what,
                expected,
                received: received.to_string(),
            })),
        };
        let spreads = read("spreads")?;
        let dimension = spreads.len();
        for (what, size) in [("its states", hidden), ("its token vectors", dimension)] {
            let multiple = size > 0 && size.is_multiple_of(linear::MULTIPLE);
            let expected = format!("a multiple of {}", linear::MULTIPLE);
            fits(format!("numbers of {what}"), expected, size, multiple)?;
        }
        let tensor = |name: &str, expected: usize| {
            let numbers = read(name)?;
            let what = format!("numbers in tensor `{name}` of its map of late interaction");
            let received = numbers.len();
            fits(what, expected.to_string(), received, received == expected)?;
            Ok(numbers)
        };
        let components = tensor("components", dimension * hidden)?;
        let bias = |mean: Vec<f32>| -> Vec<f32> {
            let rows = components.chunks_exact(hidden);
            rows.map(|row| -crate::kernel::dot::dot(row, &mean))
                .collect()
        };
        Ok(Self {
            hidden,
            query_bias: bias(tensor("query_mean", hidden)?),
            passage_bias: bias(tensor("passage_mean", hidden)?),
            components: f32::pack(&components, hidden),
            codes: TokenCodes {
                spreads,
                id: id(layer, bytes),
            },
        })
    }

    /// Token vectors of states, `[tokens, hidden]` to `[tokens, dimension]`, row-major, each of length 1.
    pub fn vectors(&self, mut states: Vec<f32>, role: Role) -> Vec<f32> {
        let dimension = self.codes.spreads.len();
        states.chunks_exact_mut(self.hidden).for_each(normalize);
        let layer = f32::Layer {
            inputs: self.hidden,
            outputs: dimension,
            weights: &self.components,
            bias: match role {
                Role::Query => &self.query_bias,
                Role::Passage | Role::Raw => &self.passage_bias,
            },
        };
        let mut vectors = vec![0.0; states.len() / self.hidden * dimension];
        if !vectors.is_empty() {
            let isa = Isa::current();
            f32::linear::<false>(isa, &states, &layer, &mut vectors, &mut Vec::new());
        }
        vectors.chunks_exact_mut(dimension).for_each(normalize);
        vectors
    }
}
