//! The reference tokenizer: Hugging Face `tokenizers`, built from the same vocabulary. Used with
//! `--engine candle`, and the oracle of our own.

use std::collections::BTreeMap;

use tokenizers::models::ModelWrapper;
use tokenizers::models::unigram::Unigram;
use tokenizers::models::wordpiece::WordPiece;
use tokenizers::normalizers::replace::ReplacePattern;
use tokenizers::normalizers::{BertNormalizer, NormalizerWrapper, Precompiled, Replace, Sequence};
use tokenizers::pre_tokenizers::bert::BertPreTokenizer;
use tokenizers::pre_tokenizers::metaspace::{Metaspace, PrependScheme};

use super::vocabulary::{Specials, Vocabulary, WordPieces, tells};
use super::{Pieces, TokenSpan};
use crate::error::{EmbedError, Error, Result};

/// `tokenizers`, set up as XLM-R's tokenizer.json does.
pub struct Reference {
    tokenizer: tokenizers::Tokenizer,
    weights: Vec<f32>,
}

impl Reference {
    /// # Errors
    /// [`EmbedError::Tokenizer`] where the vocabulary or the charsmap is refused.
    pub fn new(vocabulary: &Vocabulary) -> Result<Self> {
        // A special piece must not be found in a text. Its stand-in cannot be: the charsmap deletes
        // control characters.
        let pieces = vocabulary.pieces.iter().zip(&vocabulary.scores).zip(0..);
        let pieces = pieces.map(|((piece, score), id): ((_, _), u32)| {
            let piece = piece.clone().unwrap_or_else(|| format!("\u{1}{id}"));
            (piece, f64::from(*score))
        });
        let unknown = vocabulary.specials.unknown as usize;
        let unigram = Unigram::from(pieces.collect(), Some(unknown), false)
            .map_err(|error| failure("build the vocabulary", &error))?;
        let charsmap = Precompiled::from(&vocabulary.charsmap)
            .map_err(|error| failure("read the charsmap", &error))?;
        let spaces = Replace::new(ReplacePattern::Regex(" {2,}".to_owned()), " ")
            .map_err(|error| failure("build the normaliser", &error))?;
        let mut tokenizer = tokenizers::Tokenizer::new(unigram);
        tokenizer
            .with_normalizer(Some(Sequence::new(vec![charsmap.into(), spaces.into()])))
            .map_err(|error| failure("build the tokenizer", &error))?
            .with_pre_tokenizer(Some(Metaspace::new('▁', PrependScheme::Always, true)));
        Ok(Self {
            tokenizer,
            weights: vocabulary.weights(),
        })
    }
}

/// The tokenizer of a `tokenizer.json`, or of a GGUF file's WordPiece vocabulary.
pub struct HfTokenizer(tokenizers::Tokenizer);

impl HfTokenizer {
    /// With what it puts around a text.
    ///
    /// # Errors
    /// [`EmbedError::Tokenizer`] where it is no such file, or what it puts around a text cannot be told.
    pub fn new(json: &[u8]) -> Result<(Self, Specials)> {
        let mut tokenizer = tokenizers::Tokenizer::from_bytes(json)
            .map_err(|error| failure("read tokenizer.json", &error))?;
        tokenizer.with_padding(None);
        tokenizer
            .with_truncation(None)
            .map_err(|error| failure("set up the tokenizer", &error))?;
        if let ModelWrapper::BPE(model) = tokenizer.get_model()
            && let Some(dropout) = model.dropout.filter(|share| *share != 0.0)
        {
            let what = format!(
                "`model.dropout` is {dropout}: each time it makes other tokens; set it to null"
            );
            return Err(failure("use tokenizer.json", &what));
        }
        let ids = |special| {
            let encoded = tokenizer.encode_fast("a", special);
            let encoded = encoded.map_err(|error| failure("tokenize a text", &error))?;
            Ok(encoded.get_ids().to_vec())
        };
        let (bare, whole): (Vec<u32>, Vec<u32>) = (ids(false)?, ids(true)?);
        let at = (0..whole.len()).find(|at| !bare.is_empty() && whole[*at..].starts_with(&bare));
        let Some(at) = at else {
            let found = format!("it makes {whole:?} of `a`, and without special tokens {bare:?}");
            return Err(failure("use tokenizer.json", &found));
        };
        let added = tokenizer.get_added_tokens_decoder();
        let special = added.iter().filter(|(_, token)| token.special);
        let pieces: Vec<(String, u32)> = special
            .map(|(id, token)| (token.content.clone(), *id))
            .collect();
        let id_of = |names: [&str; 2]| {
            let found = pieces
                .iter()
                .find(|(piece, _)| names.contains(&piece.as_str()));
            found.map_or(u32::MAX, |(_, id)| *id)
        };
        let specials = Specials {
            before: whole[..at].to_vec(),
            after: whole[at + bare.len()..].to_vec(),
            unknown: id_of(["<unk>", "[UNK]"]),
            mask: id_of(["<mask>", "[MASK]"]),
            pieces,
        };
        // What looks like a special token in a text stays text.
        tokenizer.set_encode_special_tokens(true);
        Ok((Self(tokenizer), specials))
    }

    /// How it normalises a text, as `tokenizer.json` says it; `null` where it does not.
    pub fn normalizer(&self) -> serde_json::Value {
        let normalizer = self.0.get_normalizer().map(serde_json::to_value);
        normalizer.and_then(Result::ok).unwrap_or_default()
    }

    /// # Errors
    /// [`EmbedError::Tokenizer`] where it is none.
    pub fn set_normalizer(&mut self, normalizer: serde_json::Value) -> Result<()> {
        let normalizer: NormalizerWrapper = serde_json::from_value(normalizer)
            .map_err(|error| failure("build the normaliser", &error))?;
        let set = self.0.with_normalizer(Some(normalizer));
        set.map(|_| ())
            .map_err(|error| failure("build the tokenizer", &error))
    }

    /// WordPiece as BERT's own tokenizer does it; a vocabulary without capitals is of folded words.
    ///
    /// # Errors
    /// [`EmbedError::Tokenizer`] where the vocabulary is refused.
    pub fn word_pieces(vocabulary: WordPieces) -> Result<(Self, Specials)> {
        let WordPieces { pieces, specials } = vocabulary;
        let special = |piece: &String| specials.pieces.iter().any(|(name, _)| name == piece);
        let folded = !pieces
            .iter()
            .any(|piece| !special(piece) && piece.contains(char::is_uppercase));
        let unknown = pieces.get(specials.unknown as usize).cloned();
        // As in a tokenizer.json: the builder takes a kind of map that is not named here.
        let vocabulary: BTreeMap<String, u32> = pieces.into_iter().zip(0..).collect();
        let model = serde_json::json!({
            "type": "WordPiece",
            "unk_token": unknown.unwrap_or_default(),
            "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100,
            "vocab": vocabulary,
        });
        let model: WordPiece = serde_json::from_str(&model.to_string())
            .map_err(|error| failure("build the vocabulary", &error))?;
        let mut tokenizer = tokenizers::Tokenizer::new(model);
        tokenizer
            .with_normalizer(Some(BertNormalizer::new(true, true, Some(folded), folded)))
            .map_err(|error| failure("build the tokenizer", &error))?
            .with_pre_tokenizer(Some(BertPreTokenizer));
        Ok((Self(tokenizer), specials))
    }
}

impl Pieces for HfTokenizer {
    fn encode(&self, text: &str, ids: &mut Vec<u32>) -> Result<()> {
        encode(&self.0, text, ids)
    }

    fn spans(&self, text: &str) -> Result<Vec<TokenSpan>> {
        spans(&self.0, text)
    }

    /// How rare a piece is is not known.
    fn weight(&self, id: u32) -> f32 {
        let piece = self.0.id_to_token(id);
        f32::from(u8::from(piece.is_some_and(|piece| tells(&piece))))
    }

    fn knows_frequencies(&self) -> bool {
        false
    }
}

impl Pieces for Reference {
    fn encode(&self, text: &str, ids: &mut Vec<u32>) -> Result<()> {
        encode(&self.tokenizer, text, ids)
    }

    fn spans(&self, text: &str) -> Result<Vec<TokenSpan>> {
        spans(&self.tokenizer, text)
    }

    fn weight(&self, id: u32) -> f32 {
        self.weights.get(id as usize).copied().unwrap_or(0.0)
    }

    fn knows_frequencies(&self) -> bool {
        true
    }
}

fn encode(tokenizer: &tokenizers::Tokenizer, text: &str, ids: &mut Vec<u32>) -> Result<()> {
    let encoding = tokenizer
        .encode_fast(text, false)
        .map_err(|error| failure("tokenize a text", &error))?;
    ids.extend(encoding.get_ids());
    Ok(())
}

fn spans(tokenizer: &tokenizers::Tokenizer, text: &str) -> Result<Vec<TokenSpan>> {
    let encoding = tokenizer
        .encode(text, false)
        .map_err(|error| failure("tokenize a text", &error))?;
    let ids = encoding.get_ids().iter().copied();
    let places = encoding
        .get_offsets()
        .iter()
        .map(|(start, end)| *start..*end);
    Ok(ids.zip(places).collect())
}

fn failure(action: &'static str, error: &dyn std::fmt::Display) -> Error {
    Error::Embed(EmbedError::Tokenizer {
        action,
        message: error.to_string(),
    })
}
