//! Text to token ids, as XLM-R models take it.

pub(super) mod charsmap;
pub(super) mod hugging_face;
pub(super) mod tokenizer_config;
pub(super) mod unigram;
pub(super) mod vocabulary;

use std::ops::Range;

use self::vocabulary::Specials;
use crate::error::Result;
use crate::passage::TokenCount;
use unicode_normalization::{UnicodeNormalization, is_nfc};

/// The id of a token and the bytes of the text that it stands for.
pub type TokenSpan = (u32, Range<usize>);

/// Segments a text into pieces of a vocabulary; knows nothing of special tokens.
pub trait Pieces: Send + Sync {
    /// Appends the ids of a text.
    ///
    /// # Errors
    /// [`crate::EmbedError::Tokenizer`].
    fn encode(&self, text: &str, ids: &mut Vec<u32>) -> Result<()>;

    /// The ids of a text and the bytes that each stands for.
    ///
    /// # Errors
    /// [`crate::EmbedError::Tokenizer`].
    fn spans(&self, text: &str) -> Result<Vec<TokenSpan>>;

    /// How much a token tells of what a text is about; 0 where it tells nothing, as punctuation does.
    fn weight(&self, id: u32) -> f32;

    /// Whether weights say how rare a token is, or only whether it tells anything.
    fn knows_frequencies(&self) -> bool;
}

/// Pieces and special tokens.
pub struct Tokenizer {
    pieces: Box<dyn Pieces>,
    specials: Specials,
}

impl Tokenizer {
    pub fn new(pieces: Box<dyn Pieces>, specials: Specials) -> Self {
        Self { pieces, specials }
    }

    /// How much a token tells of what a text is about: the rarer it is, the more. 0 for special tokens, and for those
    /// without a letter or digit.
    pub fn weight(&self, id: u32) -> f32 {
        match id == self.specials.unknown {
            true => 0.0,
            false => self.pieces.weight(id),
        }
    }

    /// Whether [`Tokenizer::weight`] says how rare a token is.
    pub fn knows_frequencies(&self) -> bool {
        self.pieces.knows_frequencies()
    }

    /// Whether a token tells anything.
    pub fn tells(&self, id: u32) -> bool {
        self.weight(id) > 0.0
    }

    /// Goes before every input.
    pub fn before(&self) -> &[u32] {
        &self.specials.before
    }

    /// Goes after every input.
    pub fn after(&self) -> &[u32] {
        &self.specials.after
    }

    /// The ids of a text, as [`Tokenizer::encode`] gives them, with the bytes that each stands for; `None` for a text
    /// that has to be composed first: its bytes are others then.
    ///
    /// # Errors
    /// [`crate::EmbedError::Tokenizer`].
    pub fn spans(&self, text: &str) -> Result<Option<Vec<TokenSpan>>> {
        let as_it_is = is_nfc(text) && !text.contains(is_half_width);
        as_it_is.then(|| self.pieces.spans(text)).transpose()
    }

    /// Ids of a text, without special tokens. The text is composed first (NFC, and half-width katakana with
    /// their voicing marks, which the charsmap does not join), and what looks like a special token in it
    /// stays text.
    ///
    /// # Errors
    /// [`crate::EmbedError::Tokenizer`].
    pub fn encode(&self, text: &str) -> Result<Vec<u32>> {
        let mut ids = Vec::new();
        if is_nfc(text) && !text.contains(is_half_width) {
            self.pieces.encode(text, &mut ids)?;
        } else {
            let widened: String = text.split_inclusive(|c| !is_half_width(c)).fold(
                String::with_capacity(text.len()),
                |mut widened, part| {
                    // The half-width characters, and the one after them that is not.
                    let end = part.rfind(is_half_width).map_or(0, |last| last + 3);
                    widened.extend(part[..end].nfkc());
                    widened + &part[end..]
                },
            );
            self.pieces
                .encode(&widened.nfc().collect::<String>(), &mut ids)?;
        }
        Ok(ids)
    }

    /// Ids of a text exactly as the reference implementation gives them: not composed, and special
    /// tokens in the text are special (`<mask>` takes the white space before it along).
    ///
    /// # Errors
    /// [`crate::EmbedError::Tokenizer`].
    pub fn encode_raw(&self, text: &str) -> Result<Vec<u32>> {
        let mut ids = Vec::new();
        let mut rest = text;
        loop {
            let special = self.specials.pieces.iter();
            let found = special
                .filter_map(|(piece, id)| Some((rest.find(piece.as_str())?, piece, *id)))
                .min_by_key(|(at, ..)| *at);
            let Some((at, piece, id)) = found else {
                self.pieces.encode(rest, &mut ids)?;
                return Ok(ids);
            };
            let before = &rest[..at];
            let before = if id == self.specials.mask {
                before.trim_end()
            } else {
                before
            };
            self.pieces.encode(before, &mut ids)?;
            ids.push(id);
            rest = &rest[at + piece.len()..];
        }
    }
}

impl TokenCount for Tokenizer {
    fn count(&self, text: &str) -> usize {
        // A text that cannot be tokenized is refused when it is embedded; until then it is short.
        self.encode(text).map_or(0, |ids| ids.len())
    }
}

/// Half-width katakana and their marks; three bytes each.
fn is_half_width(c: char) -> bool {
    matches!(c, '\u{ff61}'..='\u{ff9f}')
}

#[cfg(test)]
mod tests {
    use std::io::BufRead;
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::hugging_face::Reference;
    use super::vocabulary::Vocabulary;
    use super::*;
    use crate::embed::Compute;
    use crate::embed::Embedder;
    use crate::embed::Role;
    use crate::embed::models::bundled;
    use crate::embed::models::registry::{DEFAULT_MODEL, Registry};
    use crate::embed::weights::bytes::Bytes;
    use crate::embed::weights::gguf::Gguf;

    static OURS: LazyLock<Embedder> = LazyLock::new(|| {
        let registry = Registry::load(None).unwrap();
        let model = registry.get(DEFAULT_MODEL).unwrap();
        Embedder::load(model, Compute::default(), None).unwrap()
    });

    /// The same model through Hugging Face tokenizers.
    static ORACLE: LazyLock<Tokenizer> = LazyLock::new(|| {
        let bytes = Bytes::Static(bundled::GGUF.unwrap());
        let gguf = Gguf::open(DEFAULT_MODEL, bytes).unwrap();
        let vocabulary = Vocabulary::from_gguf(&gguf).unwrap();
        let reference = Reference::new(&vocabulary).unwrap();
        Tokenizer::new(Box::new(reference), vocabulary.specials)
    });

    fn differs(text: &str) -> bool {
        let inner = |role| {
            let ids = OURS.input(text, role).unwrap().ids;
            ids[1..ids.len() - 1].to_vec()
        };
        let passage = format!("passage: {text}");
        let spans = |tokenizer: &Tokenizer| tokenizer.spans(&passage).unwrap();
        if let Some(spans) = spans(OURS.tokenizer()) {
            let covers = |(_, span): &(u32, Range<usize>)| passage.get(span.clone()).is_some();
            let ids: Vec<u32> = spans.iter().map(|(id, _)| *id).collect();
            let sorted = spans.is_sorted_by_key(|(_, span)| span.start);
            if ids != ORACLE.encode(&passage).unwrap() || !spans.iter().all(covers) || !sorted {
                return true;
            }
        }
        inner(Role::Raw) != ORACLE.encode_raw(text).unwrap()
            || inner(Role::Passage) != ORACLE.encode(&passage).unwrap()
    }

    /// What normalisers, segmenters and special tokens stumble over.
    const TRICKY: [&str; 40] = [
        " ",
        "  ",
        "\u{3000}",
        "\u{a0}",
        "\t",
        "\n",
        "\r\n",
        "\0",
        "\u{1}",
        "\u{200b}",
        "\u{feff}",
        "▁",
        "▁▁",
        "<s>",
        "</s>",
        "<mask>",
        " <mask> ",
        "<unk>",
        "<pad>",
        "か\u{3099}",
        "ｶﾞ",
        "ﾊﾟ",
        "e\u{301}",
        "\u{301}",
        "ệ",
        "ﷺ",
        "㍿",
        "①",
        "ﬁ",
        "Å",
        "각",
        "각",
        "กำ",
        "👨‍👩‍👧",
        "🇯🇵",
        "\u{10ffff}",
        "ß",
        "東京",
        "ー",
        "。",
    ];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]
        #[test]
        fn ids_are_the_oracles_on_any_text(
            any in "\\PC{0,40}", parts in prop::collection::vec(prop::sample::select(TRICKY.to_vec()), 0..12),
            raw in prop::collection::vec(any::<char>(), 0..12)
        ) {
            let raw: String = raw.into_iter().collect();
            for text in [any.clone(), parts.concat(), raw.clone(), format!("{any}{}{raw}", parts.join("a"))] {
                prop_assert!(!differs(&text), "{text:?}");
            }
        }
    }

    /// `TANE_TEXTS` names files, separated by `:`; every line is a text.
    #[test]
    #[ignore = "reads the files that TANE_TEXTS names"]
    fn ids_are_the_oracles_on_files() {
        use rayon::prelude::*;
        let files = std::env::var("TANE_TEXTS").expect("TANE_TEXTS");
        for path in files.split(':') {
            let lines = std::io::BufReader::new(std::fs::File::open(path).unwrap()).lines();
            let lines: Vec<String> = lines.map(Result::unwrap).collect();
            let different: Vec<&String> = lines.par_iter().filter(|line| differs(line)).collect();
            assert!(
                different.is_empty(),
                "{path}: {} lines, first {:?}",
                different.len(),
                different[0]
            );
        }
    }
}
