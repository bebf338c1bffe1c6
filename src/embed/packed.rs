//! A BERT model prepared for the CPU engine: what a `Pack` holds of it.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::device::cpu;
use super::gguf::{Gguf, Q4Table};
use super::pack::{Pack, Section};
use super::registry::Model;
use super::unigram::{self, Unigram};
use super::vocabulary::{Specials, Vocabulary};
use crate::error::{Error, Result};
use crate::kernel::linear::{self, Layer};

/// Version of everything in the pack; part of its file name.
const LAYOUT: u32 = 1;

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

/// One linear layer.
pub struct PackedLinear {
    inputs: usize,
    outputs: usize,
    weights: Section,
    scales: Section,
    sums: Section,
    bias: Section,
}

impl PackedLinear {
    pub fn layer(&self) -> Layer<'_> {
        Layer {
            inputs: self.inputs,
            outputs: self.outputs,
            weights: self.weights.cast(),
            scales: self.scales.cast(),
            sums: self.sums.cast(),
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
        cache: Option<&Path>,
    ) -> Result<Self> {
        let path =
            cache.map(|dir| dir.join(format!("{}-{LAYOUT}.pack", &sha256[..16.min(sha256.len())])));
        let pack = Pack::open_or_build(path.as_deref(), || prepare(model, gguf))?;
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
            shape: shape.clone(),
            specials: specials.clone(),
            table: table.clone(),
            positions: pack.section("positions"),
            norm: pack.section("norm"),
            vocabulary: ["trie", "scores", "charsmap"].map(|name| pack.section(name)),
        })
    }

    /// The vocabulary.
    ///
    /// # Errors
    /// [`Error::Tokenizer`].
    pub fn unigram(&self) -> Result<Unigram> {
        let [trie, scores, charsmap] = self.vocabulary.clone();
        Unigram::new(trie, scores, charsmap, self.specials.unknown)
    }
}

type Sections = Vec<(String, Vec<u8>)>;

/// Reads the GGUF file and packs what is in it.
fn prepare(model: &Model, bytes: &'static [u8]) -> Result<(Header, Sections)> {
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
    let vocabulary = Vocabulary::from_gguf(&gguf)?;
    let mut sections: Sections = vec![
        ("trie".to_owned(), unigram::compile(&vocabulary.pieces)?),
        (
            "scores".to_owned(),
            bytemuck::cast_slice(&vocabulary.scores).to_vec(),
        ),
        ("charsmap".to_owned(), vocabulary.charsmap.clone()),
    ];
    let positions = floats(&gguf, &["position_embd.weight"])?;
    let types = floats(&gguf, &["token_types.weight"])?;
    let type_0 = types.iter().take(shape.hidden).cycle();
    let positions: Vec<f32> = positions.iter().zip(type_0).map(|(p, t)| p + t).collect();
    sections.push((
        "positions".to_owned(),
        bytemuck::cast_slice(&positions).to_vec(),
    ));
    let norm = floats(&gguf, &["token_embd_norm.weight", "token_embd_norm.bias"])?;
    sections.push(("norm".to_owned(), bytemuck::cast_slice(&norm).to_vec()));
    for number in 0..shape.layers {
        pack_layer(&gguf, number, &shape, &mut sections)?;
    }
    let header = Header {
        table: gguf.table("token_embd.weight", shape.hidden)?,
        specials: vocabulary.specials,
        shape,
    };
    Ok((header, sections))
}

fn pack_layer(gguf: &Gguf, number: usize, shape: &Shape, sections: &mut Sections) -> Result<()> {
    let mut push =
        |name: &str, bytes: &[u8]| sections.push((format!("{number}.{name}"), bytes.to_vec()));
    for (name, inputs, parts) in [
        ("qkv", shape.hidden, &["attn_q", "attn_k", "attn_v"][..]),
        ("output", shape.hidden, &["attn_output"]),
        ("up", shape.hidden, &["ffn_up"]),
        ("down", shape.ffn, &["ffn_down"]),
    ] {
        let tensors = |kind: &str| -> Vec<String> {
            parts
                .iter()
                .map(|part| format!("blk.{number}.{part}.{kind}"))
                .collect()
        };
        let weights = floats(gguf, &tensors("weight"))?;
        if let Some(bad) = weights.iter().find(|w| !w.is_finite()) {
            return Err(gguf.fault(
                format!("weights of blk.{number}.{name}"),
                "finite numbers",
                bad,
            ));
        }
        let packed = linear::pack(&weights, inputs);
        push(
            &format!("{name}.weights"),
            bytemuck::cast_slice(&packed.weights),
        );
        push(
            &format!("{name}.scales"),
            bytemuck::cast_slice(&packed.scales),
        );
        push(&format!("{name}.sums"), bytemuck::cast_slice(&packed.sums));
        push(
            &format!("{name}.bias"),
            bytemuck::cast_slice(&floats(gguf, &tensors("bias"))?),
        );
    }
    for (name, part) in [
        ("attention_norm", "attn_output_norm"),
        ("output_norm", "layer_output_norm"),
    ] {
        let tensors = ["weight", "bias"].map(|kind| format!("blk.{number}.{part}.{kind}"));
        push(name, bytemuck::cast_slice(&floats(gguf, &tensors)?));
    }
    Ok(())
}

/// Tensors as f32, one after another.
fn floats<S: AsRef<str>>(gguf: &Gguf, names: &[S]) -> Result<Vec<f32>> {
    let mut all = Vec::new();
    for name in names {
        let tensor = gguf.tensor(name.as_ref(), &cpu())?;
        let values = tensor.flatten_all().and_then(|flat| flat.to_vec1::<f32>());
        all.extend(values.map_err(Error::compute("cannot read a tensor of the model"))?);
    }
    Ok(all)
}
