//! A BERT model prepared for the CPU engine: what a `Pack` holds of it.

use std::path::Path;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::compute::Precision;
use super::device::cpu;
use super::gguf::{Gguf, Q4Table};
use super::pack::{Pack, Section};
use super::registry::Model;
use super::unigram::{self, Unigram};
use super::vocabulary::{Specials, Vocabulary};
use crate::error::{Error, Result};
use crate::kernel::linear::{self, bf16, f32, int8};

/// Version of everything in the pack; part of its file name.
const LAYOUT: u32 = 3;

/// The numbers of the model.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Shape {
    pub layers: usize,
    pub hidden: usize,
    pub heads: usize,
    pub ffn: usize,
    pub epsilon: f32,
}

#[derive(Serialize, Deserialize)]
struct Header {
    shape: Shape,
    specials: Specials,
    table: Q4Table,
}

/// The model, mapped.
pub struct PackedBert {
    pub precision: Precision,
    pub shape: Shape,
    pub specials: Specials,
    pub table: Q4Table,
    /// `[positions, hidden]`, the embedding of token type 0 added.
    pub positions: Section,
    /// Weight and bias of the embedding norm.
    pub norm: Section,
    pub layers: Vec<PackedLayer>,
    vocabulary: [Section; 3],
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
    /// Opens the prepared model in `cache`, or prepares it.
    ///
    /// # Errors
    /// [`Error::BadModel`], [`Error::Compute`], [`Error::Tokenizer`] where the GGUF file is not such a
    /// model.
    pub fn open(
        model: &Model,
        sha256: &str,
        gguf: &'static [u8],
        precision: Precision,
        cache: Option<&Path>,
    ) -> Result<Self> {
        let weights = &sha256[..16.min(sha256.len())];
        let path = cache.map(|dir| dir.join(format!("{weights}-{precision}-{LAYOUT}.pack")));
        let pack = Pack::open_or_build(path.as_deref(), || prepare(model, gguf, precision))?;
        let Header {
            shape,
            specials,
            table,
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
            positions: pack.section("positions"),
            norm: pack.section("norm"),
            vocabulary: ["pieces", "scores", "charsmap"].map(|name| pack.section(name)),
        })
    }

    /// The vocabulary.
    ///
    /// # Errors
    /// [`Error::Tokenizer`].
    pub fn unigram(&self) -> Result<Unigram> {
        let [pieces, scores, charsmap] = self.vocabulary.clone();
        Unigram::new(pieces, scores, charsmap, self.specials.unknown)
    }
}

type Sections = Vec<(String, Vec<u8>)>;

/// Reads the GGUF file and packs what is in it.
fn prepare(
    model: &Model,
    bytes: &'static [u8],
    precision: Precision,
) -> Result<(Header, Sections)> {
    let gguf = Gguf::open(&model.name, bytes)?;
    let config = gguf.bert_config(model)?;
    let shape = Shape {
        layers: config.num_hidden_layers,
        hidden: config.hidden_size,
        heads: config.num_attention_heads,
        ffn: config.intermediate_size,
        epsilon: config.layer_norm_eps as f32,
    };
    for (what, size) in [
        ("bert.embedding_length", shape.hidden),
        ("bert.feed_forward_length", shape.ffn),
    ] {
        if !size.is_multiple_of(linear::MULTIPLE) {
            return Err(gguf.fault(what, format!("a multiple of {}", linear::MULTIPLE), size));
        }
    }
    // The vocabulary takes as long as all the layers.
    let (vocabulary, layers) = rayon::join(
        || pack_vocabulary(&gguf),
        || -> Result<Vec<Sections>> {
            (0..shape.layers)
                .into_par_iter()
                .map(|number| pack_layer(&gguf, number, &shape, precision))
                .collect()
        },
    );
    let (specials, mut sections) = vocabulary?;
    sections.extend(layers?.into_iter().flatten());
    let hidden = shape.hidden;
    let positions = gguf.number("bert.context_length")? * hidden;
    let positions = floats(&gguf, &["position_embd.weight"], positions)?;
    let types = gguf.number("tokenizer.ggml.token_type_count")? * hidden;
    let types = floats(&gguf, &["token_types.weight"], types)?;
    let type_0 = types.iter().take(hidden).cycle();
    let positions: Vec<f32> = positions.iter().zip(type_0).map(|(p, t)| p + t).collect();
    let norm = ["token_embd_norm.weight", "token_embd_norm.bias"];
    let norm = floats(&gguf, &norm, 2 * hidden)?;
    sections.push(("positions".to_owned(), bytes_of(&positions)));
    sections.push(("norm".to_owned(), bytes_of(&norm)));
    let header = Header {
        table: gguf.table("token_embd.weight", shape.hidden)?,
        specials,
        shape,
    };
    Ok((header, sections))
}

fn pack_vocabulary(gguf: &Gguf) -> Result<(Specials, Sections)> {
    let vocabulary = Vocabulary::from_gguf(gguf)?;
    let sections = vec![
        ("pieces".to_owned(), unigram::compile(&vocabulary.pieces)?),
        ("scores".to_owned(), bytes_of(&vocabulary.scores)),
        ("charsmap".to_owned(), vocabulary.charsmap),
    ];
    Ok((vocabulary.specials, sections))
}

fn pack_layer(gguf: &Gguf, number: usize, shape: &Shape, precision: Precision) -> Result<Sections> {
    let mut sections = Sections::new();
    let mut push = |name: String, bytes| sections.push((format!("{number}.{name}"), bytes));
    let (hidden, ffn) = (shape.hidden, shape.ffn);
    for (name, inputs, outputs, parts) in [
        (
            "qkv",
            hidden,
            3 * hidden,
            &["attn_q", "attn_k", "attn_v"][..],
        ),
        ("output", hidden, hidden, &["attn_output"]),
        ("up", hidden, ffn, &["ffn_up"]),
        ("down", ffn, hidden, &["ffn_down"]),
    ] {
        let tensors = |kind: &str| -> Vec<String> {
            parts
                .iter()
                .map(|part| format!("blk.{number}.{part}.{kind}"))
                .collect()
        };
        let weights = floats(gguf, &tensors("weight"), inputs * outputs)?;
        let packed = match precision {
            Precision::Int8 => {
                let packed = int8::pack(&weights, inputs);
                push(format!("{name}.scales"), bytes_of(&packed.scales));
                push(format!("{name}.sums"), bytes_of(&packed.sums));
                bytes_of(&packed.weights)
            }
            Precision::Bf16 => bytes_of(&bf16::pack(&weights, inputs)),
            Precision::F32 => bytes_of(&f32::pack(&weights, inputs)),
        };
        push(format!("{name}.weights"), packed);
        push(
            format!("{name}.bias"),
            bytes_of(&floats(gguf, &tensors("bias"), outputs)?),
        );
    }
    for (name, part) in [
        ("attention_norm", "attn_output_norm"),
        ("output_norm", "layer_output_norm"),
    ] {
        let tensors = ["weight", "bias"].map(|kind| format!("blk.{number}.{part}.{kind}"));
        push(
            name.to_owned(),
            bytes_of(&floats(gguf, &tensors, 2 * hidden)?),
        );
    }
    Ok(sections)
}

fn bytes_of<T: bytemuck::Pod>(numbers: &[T]) -> Vec<u8> {
    bytemuck::cast_slice(numbers).to_vec()
}

/// Tensors as f32, one after another: `expected` numbers in all.
fn floats<S: AsRef<str>>(gguf: &Gguf, names: &[S], expected: usize) -> Result<Vec<f32>> {
    let mut all = Vec::new();
    for name in names {
        let tensor = gguf.tensor(name.as_ref(), &cpu())?;
        let values = tensor.flatten_all().and_then(|flat| flat.to_vec1::<f32>());
        all.extend(values.map_err(Error::compute("cannot read a tensor of the model"))?);
    }
    let what = || {
        names
            .iter()
            .map(AsRef::as_ref)
            .collect::<Vec<_>>()
            .join(", ")
    };
    if all.len() != expected {
        return Err(gguf.fault(what(), format!("{expected} numbers"), all.len()));
    }
    if let Some(bad) = all.iter().find(|value| !value.is_finite()) {
        return Err(gguf.fault(what(), "finite numbers", bad));
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::super::bundled;
    use super::super::registry::{DEFAULT_MODEL, Registry};
    use super::*;

    /// Opens a copy of the bundled file that `change` has changed; what is wrong with it.
    fn fault(change: impl FnOnce(&mut Vec<u8>)) -> String {
        let registry = Registry::load(None).unwrap();
        let model = registry.get(DEFAULT_MODEL).unwrap();
        let mut bytes = bundled::GGUF.unwrap().to_vec();
        change(&mut bytes);
        // Models live as long as the program.
        let bytes: &'static [u8] = bytes.leak();
        match PackedBert::open(model, "0", bytes, Precision::Int8, None) {
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
        let gguf = Gguf::open(&model.name, bundled::GGUF.unwrap()).unwrap();
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
