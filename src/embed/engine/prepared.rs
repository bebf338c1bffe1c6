//! A BERT model prepared for the CPU engine: what a `Pack` holds of it.

use std::path::Path;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::embed::cache_file::{Pack, Section};
use crate::embed::compute::Precision;
use crate::embed::config::activation::Activation;
use crate::embed::config::shape::Shape;
use crate::embed::model::Model;
use crate::embed::tokenizer::unigram::{self, Unigram};
use crate::embed::tokenizer::vocabulary::{self, Specials, Vocabulary};
use crate::embed::weights::bytes::Bytes;
use crate::embed::weights::gguf::Gguf;
use crate::embed::weights::token_table::Table;
use crate::embed::weights::{NORM, Weights, floats, positions, token_embeddings};
use crate::error::Result;
use crate::kernel::linear::{self, bf16, f32, int8};

/// Version of everything in the pack; part of its file name.
const LAYOUT: u32 = 5;

#[derive(Serialize, Deserialize)]
struct Header {
    shape: Shape,
    /// Where there is a vocabulary.
    specials: Option<Specials>,
    /// In the model's file, or a section of its own.
    table: Table,
    table_is_apart: bool,
}

/// The model, mapped.
pub struct PackedBert {
    pub precision: Precision,
    pub shape: Shape,
    table: Table,
    /// The embedding table, where it could not be left in the model's file.
    words: Option<Section>,
    /// `[positions, hidden]`, the embedding of token type 0 added.
    pub positions: Section,
    /// Weight and bias of the embedding norm.
    pub norm: Section,
    pub layers: Vec<PackedLayer>,
    specials: Option<Specials>,
    vocabulary: [Section; 4],
}

/// One encoder layer.
pub struct PackedLayer {
    pub qkv: PackedLinear,
    pub output: PackedLinear,
    /// Weight and bias of the norm after attention.
    pub attention_norm: Section,
    pub up: PackedLinear,
    pub down: PackedLinear,
    /// Weight and bias of the norm after the feed-forward.
    pub output_norm: Section,
}

/// One linear layer. Scales and sums are empty but for int8.
pub struct PackedLinear {
    pub inputs: usize,
    pub outputs: usize,
    weights: Section,
    scales: Section,
    sums: Section,
    bias: Section,
}

impl PackedLinear {
    pub fn int8(&self) -> int8::Layer<'_> {
        int8::Layer {
            inputs: self.inputs,
            outputs: self.outputs,
            weights: self.weights.cast(),
            scales: self.scales.cast(),
            sums: self.sums.cast(),
            bias: self.bias.cast(),
        }
    }

    pub fn bf16(&self) -> bf16::Layer<'_> {
        bf16::Layer {
            inputs: self.inputs,
            outputs: self.outputs,
            weights: self.weights.cast(),
            bias: self.bias.cast(),
        }
    }

    pub fn f32(&self) -> f32::Layer<'_> {
        f32::Layer {
            inputs: self.inputs,
            outputs: self.outputs,
            weights: self.weights.cast(),
            bias: self.bias.cast(),
        }
    }
}

impl PackedBert {
    /// Opens the model in `cache` that was prepared of what has the checksum `sha256`, or prepares it of `source`.
    ///
    /// # Errors
    /// [`crate::EmbedError::BadModel`], [`crate::EmbedError::Compute`], [`crate::EmbedError::Tokenizer`] where the
    /// source is no such model.
    pub fn open(
        sha256: &str,
        precision: Precision,
        cache: Option<&Path>,
        source: impl FnOnce() -> Result<BertSource>,
    ) -> Result<Self> {
        let weights = &sha256[..16.min(sha256.len())];
        let path = cache.map(|dir| dir.join(format!("{weights}-{precision}-{LAYOUT}.pack")));
        let pack = Pack::open_or_build(path.as_deref(), || prepare(&source()?, precision))?;
        let Header {
            shape,
            specials,
            table,
            table_is_apart,
        } = &pack.header;
        let (hidden, ffn) = (shape.hidden, shape.ffn);
        let layers = (0..shape.layers).map(|number| {
            let section = |name: &str| pack.section(&format!("{number}.{name}"));
            let linear = |name: &str, inputs, outputs| PackedLinear {
                inputs,
                outputs,
                weights: section(&format!("{name}.weights")),
                scales: section(&format!("{name}.scales")),
                sums: section(&format!("{name}.sums")),
                bias: section(&format!("{name}.bias")),
            };
            PackedLayer {
                qkv: linear("qkv", hidden, 3 * hidden),
                output: linear("output", hidden, hidden),
                attention_norm: section("attention_norm"),
                up: linear("up", hidden, ffn),
                down: linear("down", ffn, hidden),
                output_norm: section("output_norm"),
            }
        });
        Ok(Self {
            layers: layers.collect(),
            precision,
            shape: shape.clone(),
            specials: specials.clone(),
            table: table.clone(),
            words: table_is_apart.then(|| pack.section("words")),
            positions: pack.section("positions"),
            norm: pack.section("norm"),
            vocabulary: ["pieces", "scores", "weights", "charsmap"].map(|name| pack.section(name)),
        })
    }

    /// The vocabulary, where the model was prepared with one.
    ///
    /// # Errors
    /// [`crate::EmbedError::Tokenizer`].
    pub fn unigram(&self) -> Result<Option<(Unigram, Specials)>> {
        let Some(specials) = self.specials.clone() else {
            return Ok(None);
        };
        let unigram = Unigram::new(self.vocabulary.clone(), specials.unknown)?;
        Ok(Some((unigram, specials)))
    }

    /// Writes the embedding of a token into `out`; `file` is the model's. `None` past the end of the table.
    pub fn embedding(&self, file: &[u8], id: u32, out: &mut [f32]) -> Option<()> {
        let file = self.words.as_deref().unwrap_or(file);
        self.table.expand(file, id, out)
    }

    /// Rows of the embedding table.
    pub fn vocabulary_size(&self) -> usize {
        self.table.rows
    }
}

/// What a model is prepared of.
pub struct BertSource {
    pub weights: Box<dyn Weights>,
    pub shape: Shape,
    /// Of SentencePiece Unigram.
    pub vocabulary: Option<Vocabulary>,
}

impl BertSource {
    /// # Errors
    /// [`crate::EmbedError::BadModel`], [`crate::EmbedError::Compute`].
    pub fn of_gguf(model: &Model, bytes: Bytes) -> Result<Self> {
        let gguf = Gguf::open(&model.name, bytes)?;
        let unigram = !vocabulary::is_word_piece(&gguf)?;
        Ok(Self {
            shape: gguf.shape(model)?,
            vocabulary: unigram.then(|| Vocabulary::from_gguf(&gguf)).transpose()?,
            weights: Box::new(gguf),
        })
    }
}

/// Whether the kernels compute a BERT of this shape.
pub fn fits(shape: &Shape) -> bool {
    shape.activation == Activation::Gelu
        && [shape.hidden, shape.ffn]
            .iter()
            .all(|size| size.is_multiple_of(linear::MULTIPLE))
}

type Sections = Vec<(String, Vec<u8>)>;

/// Packs what is in the file.
fn prepare(source: &BertSource, precision: Precision) -> Result<(Header, Sections)> {
    let (weights, shape) = (&*source.weights, &source.shape);
    if !fits(shape) {
        let expected = format!("a multiple of {}", linear::MULTIPLE);
        let sizes = format!("{} and {}", shape.hidden, shape.ffn);
        return Err(weights.fault("sizes of its layers".to_owned(), &expected, &sizes));
    }
    // The vocabulary takes as long as all the layers.
    let (vocabulary, layers) = rayon::join(
        || source.vocabulary.as_ref().map(pack_vocabulary).transpose(),
        || -> Result<Vec<Sections>> {
            (0..shape.layers)
                .into_par_iter()
                .map(|number| pack_layer(weights, number, shape, precision))
                .collect()
        },
    );
    let mut sections = vocabulary?.unwrap_or_default();
    sections.extend(layers?.into_iter().flatten());
    let hidden = shape.hidden;
    let norm = floats(weights, &NORM, 2 * hidden)?;
    sections.push((
        "positions".to_owned(),
        bytes_of(&positions(weights, shape)?),
    ));
    sections.push(("norm".to_owned(), bytes_of(&norm)));
    let (table, words) = token_embeddings(weights, hidden)?;
    let header = Header {
        table,
        table_is_apart: words.is_some(),
        specials: source.vocabulary.as_ref().map(|v| v.specials.clone()),
        shape: shape.clone(),
    };
    sections.extend(words.map(|words| ("words".to_owned(), words)));
    Ok((header, sections))
}

fn pack_vocabulary(vocabulary: &Vocabulary) -> Result<Sections> {
    Ok(vec![
        ("pieces".to_owned(), unigram::compile(&vocabulary.pieces)?),
        ("scores".to_owned(), bytes_of(&vocabulary.scores)),
        ("weights".to_owned(), bytes_of(&vocabulary.weights())),
        ("charsmap".to_owned(), vocabulary.charsmap.clone()),
    ])
}

fn pack_layer(
    weights: &dyn Weights,
    number: usize,
    shape: &Shape,
    precision: Precision,
) -> Result<Sections> {
    let mut sections = Sections::new();
    let mut push = |name: String, bytes| sections.push((format!("{number}.{name}"), bytes));
    let (hidden, ffn) = (shape.hidden, shape.ffn);
    for (name, inputs, outputs, parts) in [
        (
            "qkv",
            hidden,
            3 * hidden,
            &[
                "attention.self.query",
                "attention.self.key",
                "attention.self.value",
            ][..],
        ),
        ("output", hidden, hidden, &["attention.output.dense"]),
        ("up", hidden, ffn, &["intermediate.dense"]),
        ("down", ffn, hidden, &["output.dense"]),
    ] {
        let tensors = |kind: &str| -> Vec<String> {
            parts
                .iter()
                .map(|part| format!("encoder.layer.{number}.{part}.{kind}"))
                .collect()
        };
        let numbers = floats(weights, &tensors("weight"), inputs * outputs)?;
        let packed = match precision {
            Precision::Int8 => {
                let packed = int8::pack(&numbers, inputs);
                push(format!("{name}.scales"), bytes_of(&packed.scales));
                push(format!("{name}.sums"), bytes_of(&packed.sums));
                bytes_of(&packed.weights)
            }
            Precision::Bf16 => bytes_of(&bf16::pack(&numbers, inputs)),
            Precision::F32 | Precision::F16 => bytes_of(&f32::pack(&numbers, inputs)),
        };
        push(format!("{name}.weights"), packed);
        push(
            format!("{name}.bias"),
            bytes_of(&floats(weights, &tensors("bias"), outputs)?),
        );
    }
    for (name, part) in [
        ("attention_norm", "attention.output.LayerNorm"),
        ("output_norm", "output.LayerNorm"),
    ] {
        let tensors =
            ["weight", "bias"].map(|kind| format!("encoder.layer.{number}.{part}.{kind}"));
        push(
            name.to_owned(),
            bytes_of(&floats(weights, &tensors, 2 * hidden)?),
        );
    }
    Ok(sections)
}

fn bytes_of<T: bytemuck::Pod>(numbers: &[T]) -> Vec<u8> {
    bytemuck::cast_slice(numbers).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::embed::models::bundled;
    use crate::embed::models::registry::{DEFAULT_MODEL, Registry};

    /// Opens a copy of the bundled file that `change` has changed; what is wrong with it.
    fn fault(change: impl FnOnce(&mut Vec<u8>)) -> String {
        let registry = Registry::load(None).unwrap();
        let model = registry.get(DEFAULT_MODEL).unwrap();
        let mut bytes = bundled::GGUF.unwrap().to_vec();
        change(&mut bytes);
        // Models live as long as the program.
        let bytes = Bytes::Static(bytes.leak());
        let source = || BertSource::of_gguf(model, bytes);
        match PackedBert::open("0", Precision::Int8, None, source) {
            Ok(_) => "nothing".to_owned(),
            Err(error) => error.to_string(),
        }
    }

    /// Where `text` stands first.
    fn find(bytes: &[u8], text: &str) -> usize {
        let found = bytes.windows(text.len()).position(|w| w == text.as_bytes());
        found.unwrap_or_else(|| panic!("no {text}"))
    }

    /// Sets a u32 of the metadata.
    fn set(bytes: &mut [u8], key: &str, value: u32) {
        let at = find(bytes, key) + key.len() + 4;
        bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
    }

    #[test]
    fn faulty_files_are_named_not_run() {
        assert_eq!(fault(|_| ()), "nothing");
        for length in [0, 3, 4, 100, 5_000_000, 20_000_000] {
            let fault = fault(|bytes| bytes.truncate(length));
            assert!(fault.contains("cannot read"), "{length}: {fault}");
        }
        let fewer = fault(|bytes| bytes.truncate(bytes.len() - 1));
        assert!(fewer != "nothing", "{fewer}");
        for (key, value, expected) in [
            ("bert.embedding_length", 400, "expected 384, received 400"),
            ("bert.feed_forward_length", 1500, "a multiple of 64"),
            ("bert.feed_forward_length", 1472, "expected 565248 numbers"),
            ("bert.attention.head_count", 7, "a divisor of 384"),
            ("bert.attention.head_count", 0, "a divisor of 384"),
            ("bert.context_length", 100, "at least 512"),
            ("bert.block_count", 13, "blk.12"),
            ("tokenizer.ggml.bos_token_id", 300_000, "under 250002"),
        ] {
            let fault = fault(|bytes| set(bytes, key, value));
            assert!(fault.contains(expected), "{key}: {fault}");
        }
    }

    #[test]
    fn weights_that_are_no_numbers_are_refused() {
        let registry = Registry::load(None).unwrap();
        let model = registry.get(DEFAULT_MODEL).unwrap();
        let bytes = Bytes::Static(bundled::GGUF.unwrap());
        let gguf = Gguf::open(&model.name, bytes).unwrap();
        for (name, bits) in [
            ("blk.3.ffn_up.weight", &0x7e00u16.to_le_bytes()[..]),
            ("blk.3.ffn_up.bias", &f32::NAN.to_le_bytes()),
            ("token_embd_norm.weight", &f32::INFINITY.to_le_bytes()),
        ] {
            let start = gguf.data_start(name).unwrap();
            let fault = fault(|bytes| bytes[start..start + bits.len()].copy_from_slice(bits));
            let said = fault.contains(name) && fault.contains("finite numbers");
            assert!(said, "{name}: {fault}");
        }
    }
}
