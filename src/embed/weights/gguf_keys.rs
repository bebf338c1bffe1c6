//! Metadata of a GGUF file of a BERT: what is computed, what changes no vector, and what is refused by its name.
//!
//! Source: ggml's `docs/gguf.md`; llama.cpp's `gguf-py/gguf/constants.py` and converter; Ollama's converter.

use std::path::Path;

use candle_core::quantized::gguf_file::Value;

use super::Weights;
use super::gguf::Gguf;
use crate::embed::model::{Family, Model, Pooling, Source};
use crate::error::Result;

/// The one architecture that is read; keys of a model begin with it.
const ARCHITECTURE: &str = "bert";

/// How the value of a known key is to be.
enum Rule {
    /// Read and computed, or of no vector's concern.
    Any,
    Only(&'static str),
    /// As another key that is read says it.
    Heads,
    HeadSize,
}

/// Below `bert.`.
const OF_MODEL: &[(&str, Rule)] = &[
    ("attention.causal", Rule::Only("false")),
    ("attention.clamp_kqv", Rule::Only("0")),
    ("attention.head_count", Rule::Any),
    ("attention.head_count_kv", Rule::Heads),
    ("attention.key_length", Rule::HeadSize),
    ("attention.layer_norm_epsilon", Rule::Any),
    ("attention.max_alibi_bias", Rule::Only("0")),
    ("attention.value_length", Rule::HeadSize),
    ("block_count", Rule::Any),
    ("classifier.output_labels", Rule::Any),
    ("context_length", Rule::Any),
    ("embedding_length", Rule::Any),
    ("expert_count", Rule::Only("0")),
    ("expert_used_count", Rule::Only("0")),
    ("feed_forward_length", Rule::Any),
    ("normalize_embeddings", Rule::Any),
    ("pooling_type", Rule::Any),
    ("vocab_size", Rule::Any),
];

/// Below `tokenizer.ggml.`; ids of special tokens beside these are those of generating text.
const OF_TOKENIZER: &[(&str, Rule)] = &[
    ("add_bos_token", Rule::Only("true")),
    ("add_eos_token", Rule::Only("true")),
    // Between two texts.
    ("add_sep_token", Rule::Any),
    ("add_space_prefix", Rule::Only("true")),
    ("merges", Rule::Any),
    ("model", Rule::Any),
    // Of byte pairs.
    ("pre", Rule::Any),
    ("precompiled_charsmap", Rule::Any),
    // The converter writes what it finds in `clean_up_tokenization_spaces`, which says something else.
    ("remove_extra_whitespaces", Rule::Any),
    ("scores", Rule::Any),
    ("token_type", Rule::Any),
    ("token_type_count", Rule::Any),
    ("tokens", Rule::Any),
];

impl Gguf {
    /// The model, as far as the file tells; prefixes it does not.
    ///
    /// # Errors
    /// As [`Gguf::value`]; [`crate::EmbedError::BadModel`] for what is not computed.
    pub fn describe(&self, path: &Path) -> Result<Model> {
        check(self)?;
        Ok(Model {
            name: self.model().to_owned(),
            source: Source::Gguf(path.to_path_buf()),
            family: Family::Bert,
            dimension: self.number("bert.embedding_length")?,
            max_tokens: self.number("bert.context_length")?,
            pooling: pooling(self, None)?,
            query_prefix: String::new(),
            passage_prefix: String::new(),
            normalize: normalizes(self)?.unwrap_or(true),
            licence: "unknown".to_owned(),
            sha256: None,
            revision: None,
            weights: None,
            local: None,
            late_layer: None,
            late_map: None,
        })
    }

    /// Refuses a file that asks for what is not computed, and an entry of `models.toml` that contradicts it.
    ///
    /// # Errors
    /// [`crate::EmbedError::BadModel`] with both values.
    pub fn check(&self, model: &Model) -> Result<()> {
        check(self)?;
        let shown = |value: &dyn std::fmt::Debug| format!("{value:?}").to_lowercase();
        let pooling = pooling(self, Some(model.pooling))?;
        let normalize = normalizes(self)?.unwrap_or(model.normalize);
        for (what, found, said) in [
            ("pooling", shown(&pooling), shown(&model.pooling)),
            ("normalize", shown(&normalize), shown(&model.normalize)),
        ] {
            if found != said {
                let what = format!("{what} of `{}` in models.toml and in the file", model.name);
                return Err(self.fault(what, &found, &said));
            }
        }
        Ok(())
    }
}

/// Refuses another architecture, and keys and tensors that nobody knows.
///
/// # Errors
/// [`crate::EmbedError::BadModel`] with the key.
pub fn check(gguf: &Gguf) -> Result<()> {
    let key = "general.architecture";
    let architecture = gguf.value(key, "string", |v| v.to_string())?;
    if architecture != ARCHITECTURE {
        return Err(gguf.fault(format!("metadata `{key}`"), &ARCHITECTURE, architecture));
    }
    for (key, value) in gguf.metadata() {
        let expected = match rule(key) {
            Some(Rule::Any) => continue,
            Some(Rule::Only(only)) => (*only).to_owned(),
            Some(Rule::Heads) => gguf.number("bert.attention.head_count")?.to_string(),
            Some(Rule::HeadSize) => {
                let heads = gguf.number("bert.attention.head_count")?.max(1);
                (gguf.number("bert.embedding_length")? / heads).to_string()
            }
            None => "no such key, because nobody knows what it does".to_owned(),
        };
        let received = shown(value);
        if received != expected {
            return Err(gguf.fault(format!("metadata `{key}`"), &expected, &received));
        }
    }
    match gguf.tensors().filter(|name| !is_known_tensor(name)).min() {
        None => Ok(()),
        Some(name) => Err(gguf.fault("tensors".to_owned(), &"those of a BERT", name)),
    }
}

/// llama.cpp's `llama_pooling_type`; `otherwise` where the file leaves it open.
///
/// # Errors
/// [`crate::EmbedError::BadModel`] for one that is not computed.
pub fn pooling(gguf: &Gguf, otherwise: Option<Pooling>) -> Result<Pooling> {
    const KEY: &str = "bert.pooling_type";
    if !gguf.has(KEY) {
        // It was made of a bare network.
        return Ok(otherwise.unwrap_or(Pooling::Mean));
    }
    match gguf
        .value(KEY, "a number", |value| Ok(shown(value)))?
        .as_str()
    {
        "1" => Ok(Pooling::Mean),
        "2" => Ok(Pooling::Cls),
        "3" => Ok(Pooling::Last),
        other => match otherwise.filter(|_| other == "0") {
            Some(pooling) => Ok(pooling),
            None => {
                let possible =
                    "1 (mean), 2 (first token), 3 (last token), or with 0 an entry in models.toml";
                Err(gguf.fault(format!("metadata `{KEY}`"), &possible, &other))
            }
        },
    }
}

/// Whether vectors are scaled to length 1, where the file says it, as Ollama writes it.
///
/// # Errors
/// [`crate::EmbedError::BadModel`] where it is neither true nor false.
pub fn normalizes(gguf: &Gguf) -> Result<Option<bool>> {
    const KEY: &str = "bert.normalize_embeddings";
    let there = gguf.has(KEY);
    there
        .then(|| gguf.value(KEY, "true or false", Value::to_bool))
        .transpose()
}

/// The rule for a key of the metadata; `None` for one that nobody knows.
fn rule(key: &str) -> Option<&'static Rule> {
    let found = |list: &'static [(&str, Rule)], key: &str| {
        let found = list.iter().find(|(known, _)| *known == key);
        found.map(|(_, rule)| rule)
    };
    if let Some(key) = key.strip_prefix("bert.") {
        return found(OF_MODEL, key);
    }
    if let Some(key) = key.strip_prefix("tokenizer.ggml.") {
        let is_id = key.ends_with("_token_id") || key.ends_with("_token_ids");
        return found(OF_TOKENIZER, key).or(is_id.then_some(&Rule::Any));
    }
    match key {
        "general.type" => Some(&Rule::Only("model")),
        "split.count" => Some(&Rule::Only("1")),
        _ if key.starts_with("adapter.") => None,
        // What a file is called, who made it and how: of other programs, each below a name of its own.
        _ => Some(&Rule::Any),
    }
}

/// A value as a rule says it and a message shows it.
fn shown(value: &Value) -> String {
    match value {
        Value::U8(n) => n.to_string(),
        Value::I8(n) => n.to_string(),
        Value::U16(n) => n.to_string(),
        Value::I16(n) => n.to_string(),
        Value::U32(n) => n.to_string(),
        Value::I32(n) => n.to_string(),
        Value::U64(n) => n.to_string(),
        Value::I64(n) => n.to_string(),
        Value::F32(n) => n.to_string(),
        Value::F64(n) => n.to_string(),
        Value::Bool(truth) => truth.to_string(),
        Value::String(text) => text.clone(),
        Value::Array(values) => format!("a list of {}", values.len()),
    }
}

/// Whether a tensor is one that is read, or of a head that is not.
fn is_known_tensor(name: &str) -> bool {
    const OUTSIDE: [&str; 6] = [
        "token_embd.weight",
        "position_embd.weight",
        "token_types.weight",
        "token_embd_norm.weight",
        "token_embd_norm.bias",
        "position_ids",
    ];
    const IN_LAYER: [&str; 8] = [
        "attn_q",
        "attn_k",
        "attn_v",
        "attn_output",
        "attn_output_norm",
        "ffn_up",
        "ffn_down",
        "layer_output_norm",
    ];
    let in_layer = || {
        let (_, part) = name.strip_prefix("blk.")?.split_once('.')?;
        let part = part
            .strip_suffix(".weight")
            .or(part.strip_suffix(".bias"))?;
        Some(IN_LAYER.contains(&part))
    };
    OUTSIDE.contains(&name)
        || name.starts_with("cls.")
        || name.starts_with("pooler.")
        || in_layer() == Some(true)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;
    use std::path::Path;

    use candle_core::quantized::gguf_file::{Content, write};

    use super::super::bytes::Bytes;
    use super::*;
    use crate::embed::models::bundled;
    use crate::embed::models::registry::{DEFAULT_MODEL, Registry};

    /// The bundled file without its tensors and its vocabulary, with these keys besides.
    fn file(keys: &[(&str, Value)]) -> Gguf {
        let bundled = Content::read(&mut Cursor::new(bundled::GGUF.unwrap())).unwrap();
        let mut metadata = bundled.metadata;
        metadata.retain(|_, value| !matches!(value, Value::Array(_)));
        for (key, value) in keys {
            metadata.insert((*key).to_owned(), value.clone());
        }
        let metadata: Vec<(&str, &Value)> = metadata.iter().map(|(k, v)| (k.as_str(), v)).collect();
        let mut bytes = Cursor::new(Vec::new());
        write(&mut bytes, &metadata, &[]).unwrap();
        Gguf::open("m.gguf", Bytes::Static(bytes.into_inner().leak())).unwrap()
    }

    fn text(text: &str) -> Value {
        Value::String(text.to_owned())
    }

    #[test]
    fn what_is_not_computed_is_named_and_the_bundled_file_is() {
        let bytes = Bytes::Static(bundled::GGUF.unwrap());
        check(&Gguf::open("bundled", bytes).unwrap()).unwrap();
        for (key, value, received) in [
            ("general.architecture", text("nomic-bert"), "nomic-bert"),
            ("general.type", text("adapter"), "adapter"),
            ("bert.attention.causal", Value::Bool(true), "true"),
            ("bert.attention.head_count_kv", Value::U32(4), "4"),
            ("bert.attention.key_length", Value::U32(64), "64"),
            ("bert.attention.max_alibi_bias", Value::F32(8.0), "8"),
            ("bert.attention.sliding_window", Value::U32(64), "64"),
            ("bert.expert_count", Value::U32(8), "8"),
            ("bert.rope.freq_base", Value::F32(1000.0), "1000"),
            ("bert.rope.scaling.type", text("yarn"), "yarn"),
            ("bert.dense_2_feat_out", Value::U32(64), "64"),
            ("bert.pooling_type", Value::U32(4), "4"),
            ("bert.pooling_type", Value::U32(0), "0"),
            ("tokenizer.ggml.add_eos_token", Value::Bool(false), "false"),
            (
                "tokenizer.ggml.add_space_prefix",
                Value::Bool(false),
                "false",
            ),
            ("tokenizer.ggml.case", text("lower"), "lower"),
            ("split.count", Value::U16(2), "2"),
            ("adapter.lora.alpha", Value::F32(16.0), "16"),
        ] {
            let error = file(&[(key, value)]).describe(Path::new("m.gguf"));
            let error = error.unwrap_err().to_string();
            let named = error.contains(&format!("metadata `{key}`"));
            assert!(
                named && error.ends_with(&format!("received {received}")),
                "{error}"
            );
        }
        let usual = [
            ("general.type", text("model")),
            ("bert.attention.head_count_kv", Value::U32(12)),
            ("bert.attention.key_length", Value::U32(32)),
            ("bert.vocab_size", Value::U32(7)),
            ("tokenizer.ggml.eot_token_id", Value::U32(7)),
            (
                "tokenizer.ggml.remove_extra_whitespaces",
                Value::Bool(false),
            ),
            ("quantize.imatrix.entries_count", Value::I32(7)),
            ("someone.quantize_version", text("2")),
            ("bert.normalize_embeddings", Value::Bool(false)),
        ];
        let described = file(&usual).describe(Path::new("m.gguf")).unwrap();
        assert!(!described.normalize);
    }

    #[test]
    fn an_entry_says_what_the_file_leaves_open_and_contradicts_nothing_else() {
        let registry = Registry::load(None).unwrap();
        let mut entry = registry.get(DEFAULT_MODEL).unwrap().clone();
        entry.pooling = Pooling::Cls;
        let error = file(&[]).check(&entry).unwrap_err().to_string();
        assert!(
            error.contains("pooling") && error.contains("expected mean, received cls"),
            "{error}"
        );
        file(&[("bert.pooling_type", Value::U32(0))])
            .check(&entry)
            .unwrap();
        file(&[("bert.pooling_type", Value::U8(2))])
            .check(&entry)
            .unwrap();
        let error = file(&[
            ("bert.pooling_type", Value::U32(2)),
            ("bert.normalize_embeddings", Value::Bool(false)),
        ]);
        let error = error.check(&entry).unwrap_err().to_string();
        assert!(
            error.contains("normalize") && error.contains("expected false, received true"),
            "{error}"
        );
    }

    #[test]
    fn tensors_of_another_network_are_named() {
        for name in [
            "blk.0.attn_q.weight",
            "blk.11.layer_output_norm.bias",
            "cls.output.weight",
        ] {
            assert!(is_known_tensor(name), "{name}");
        }
        for name in [
            "blk.0.attn_q_norm.weight",
            "blk.0.ffn_gate.weight",
            "rope_freqs.weight",
            "dense_2.weight",
        ] {
            assert!(!is_known_tensor(name), "{name}");
        }
    }
}
