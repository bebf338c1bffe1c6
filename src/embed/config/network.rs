//! What a `config.json` asks for, by family, with the defaults that the configuration classes of transformers have.

use candle_transformers::models::qwen3;

use super::activation::Activation;
use super::keys::Keys;
use super::{Config, modernbert};
use crate::embed::config::shape::Shape;
use crate::embed::model::Family;
use crate::error::Result;

/// Positions where no file says how many.
const POSITIONS: usize = 512;

/// For which memory is taken before the weights show whether they are there.
const MOST_LAYERS: usize = 1 << 12;
const MOST_POSITIONS: usize = 1 << 20;

/// A network that is computed here.
pub enum Network {
    /// BERT or XLM-R.
    Bert(Shape),
    ModernBert(modernbert::Shape),
    Qwen3(qwen3::Config),
}

impl Network {
    /// # Errors
    /// [`crate::EmbedError::NotComputed`] with the key that asks for something else.
    pub fn of(config: &Config, family: Family) -> Result<Self> {
        config.check(family.keys())?;
        Ok(match family {
            Family::Bert | Family::XlmRoberta => Self::Bert(bert(config, family)?),
            Family::Modernbert => Self::ModernBert(modern_bert(config)?),
            Family::Qwen3 => Self::Qwen3(qwen3(config)?),
        })
    }

    /// Length of its vectors.
    pub fn dimension(&self) -> usize {
        match self {
            Self::Bert(shape) => shape.hidden,
            Self::ModernBert(shape) => shape.hidden,
            Self::Qwen3(config) => config.hidden_size,
        }
    }

    /// The longest input in tokens.
    pub fn positions(&self) -> usize {
        match self {
            Self::Bert(shape) => shape.positions,
            Self::ModernBert(shape) => shape.positions,
            Self::Qwen3(config) => config.max_position_embeddings,
        }
    }
}

fn bert(config: &Config, family: Family) -> Result<Shape> {
    const POSSIBLE: [Activation; 3] = [Activation::Gelu, Activation::GeluTanh, Activation::Relu];
    // XLM-R counts positions from the one after its padding's.
    let first_position = match family {
        Family::XlmRoberta if config.has("pad_token_id") => {
            let pad = config
                .get("pad_token_id")
                .and_then(serde_json::Value::as_u64);
            let pad = pad.filter(|pad| *pad < MOST_POSITIONS as u64);
            pad.ok_or_else(|| config.refuse("pad_token_id", "the id of a token"))? as usize + 1
        }
        Family::XlmRoberta => 2,
        Family::Bert | Family::Modernbert | Family::Qwen3 => 0,
    };
    let rows = config.size_to("max_position_embeddings", MOST_POSITIONS)?;
    let positions = rows
        .checked_sub(first_position)
        .filter(|positions| *positions > 0);
    let least = || format!("more than {first_position}, the first position of a token");
    let positions = positions.ok_or_else(|| config.refuse("max_position_embeddings", least()))?;
    let hidden = config.size("hidden_size")?;
    config.same("embedding_size", hidden)?;
    Ok(Shape {
        layers: config.size_to("num_hidden_layers", MOST_LAYERS)?,
        hidden,
        heads: heads(config, hidden)?,
        ffn: config.size("intermediate_size")?,
        epsilon: config.positive("layer_norm_eps", 1e-12)? as f32,
        positions,
        first_position,
        types: config.size_or("type_vocab_size", 2)?,
        activation: config.activation("hidden_act", Activation::Gelu, &POSSIBLE)?,
    })
}

/// Heads, among which the hidden size is shared out.
fn heads(config: &Config, hidden: usize) -> Result<usize> {
    let heads = config.size("num_attention_heads")?;
    match hidden.is_multiple_of(heads) {
        true => Ok(heads),
        false => Err(config.refuse("num_attention_heads", format!("a divisor of {hidden}"))),
    }
}

/// How many rotary positions there are.
fn positions(config: &Config) -> Result<usize> {
    match config.get("max_position_embeddings") {
        None => Ok(POSITIONS),
        Some(_) => config.size_to("max_position_embeddings", MOST_POSITIONS),
    }
}

const ALL: [Activation; 4] = [
    Activation::Gelu,
    Activation::GeluTanh,
    Activation::Relu,
    Activation::Silu,
];

fn modern_bert(config: &Config) -> Result<modernbert::Shape> {
    const LAYERS: Keys = Keys {
        read: &["full_attention", "sliding_attention"],
        fixed: &[],
        harmless: &[],
    };
    let hidden = config.size("hidden_size")?;
    let heads = heads(config, hidden)?;
    even(config, "num_attention_heads", hidden / heads)?;
    config.same("head_dim", hidden / heads)?;
    let activation = config.activation("hidden_activation", Activation::Gelu, &ALL)?;
    if config.get("hidden_act").is_some() {
        config.activation("hidden_act", activation, &[activation])?;
    }
    let epsilon = config.positive("norm_eps", 1e-5)?;
    // Published files have it too, and transformers does not read it.
    config.same("layer_norm_eps", epsilon)?;
    let local = config.size_or("local_attention", 128)?;
    config.same("sliding_window", local / 2)?;
    config.object("rope_parameters")?.check(&LAYERS)?;
    let full = config.rope_theta(Some("full_attention"), "global_rope_theta", 160_000.0)?;
    // `null` says that both kinds of layers have one base.
    let of_sliding = match config.has("local_rope_theta") {
        true => full,
        false => 10_000.0,
    };
    let sliding = config.rope_theta(Some("sliding_attention"), "local_rope_theta", of_sliding)?;
    Ok(modernbert::Shape {
        vocabulary: config.size("vocab_size")?,
        hidden,
        heads,
        ffn: config.size("intermediate_size")?,
        positions: positions(config)?,
        slides: sliding_layers(config)?,
        window: local / 2,
        rope: modernbert::Rope { full, sliding },
        epsilon,
        activation,
        norm_bias: config.flag("norm_bias", false)?,
        attention_bias: config.flag("attention_bias", false)?,
        mlp_bias: config.flag("mlp_bias", false)?,
    })
}

/// Which layers of a ModernBERT look at their neighbours only. Earlier versions of transformers write how often one
/// does not.
fn sliding_layers(config: &Config) -> Result<Vec<bool>> {
    let layers = config.size_to("num_hidden_layers", MOST_LAYERS)?;
    let every = config.size_or("global_attn_every_n_layers", 3)?;
    let by_number: Vec<bool> = (0..layers).map(|layer| layer % every != 0).collect();
    let Some(listed) = config.sliding_layers(layers)? else {
        return Ok(by_number);
    };
    if config.has("global_attn_every_n_layers") && listed != by_number {
        let possible =
            format!("what global_attn_every_n_layers says, {every}, or either key alone");
        return Err(config.refuse("layer_types", possible));
    }
    Ok(listed)
}

/// Rotary positions turn pairs of numbers.
fn even(config: &Config, key: &str, head: usize) -> Result<()> {
    match head.is_multiple_of(2) {
        true => Ok(()),
        false => Err(config.refuse(key, format!("heads of an even size, not {head}"))),
    }
}

fn qwen3(config: &Config) -> Result<qwen3::Config> {
    let heads = config.size("num_attention_heads")?;
    // `null` says that each head has its own.
    let key_value_heads = match config.has("num_key_value_heads") {
        true => config.size_or("num_key_value_heads", heads)?,
        false => 32,
    };
    if !heads.is_multiple_of(key_value_heads) {
        let possible = format!("a divisor of {heads}");
        return Err(config.refuse("num_key_value_heads", possible));
    }
    let head = config.size_or("head_dim", 128)?;
    even(config, "head_dim", head)?;
    let layers = config.size_to("num_hidden_layers", MOST_LAYERS)?;
    no_window(config, layers)?;
    Ok(qwen3::Config {
        vocab_size: config.size("vocab_size")?,
        hidden_size: config.size("hidden_size")?,
        intermediate_size: config.size("intermediate_size")?,
        num_hidden_layers: layers,
        num_attention_heads: heads,
        head_dim: head,
        attention_bias: config.flag("attention_bias", false)?,
        num_key_value_heads: key_value_heads,
        max_position_embeddings: positions(config)?,
        sliding_window: None,
        max_window_layers: layers,
        // Of the head that predicts words.
        tie_word_embeddings: true,
        rope_theta: config.rope_theta(None, "rope_theta", 10_000.0)?,
        rms_norm_eps: config.positive("rms_norm_eps", 1e-6)?,
        use_sliding_window: false,
        hidden_act: config
            .activation("hidden_act", Activation::Silu, &ALL)?
            .stock(),
    })
}

/// Refuses a Qwen3 of which a layer does not see all that was before.
fn no_window(config: &Config, layers: usize) -> Result<()> {
    if let Some(listed) = config.sliding_layers(layers)? {
        return match listed.contains(&true) {
            true => Err(config.refuse("layer_types", "\"full_attention\" for every layer")),
            false => Ok(()),
        };
    }
    // With no layer in it, or of no length, a window is none.
    let first = match config.get("max_window_layers") {
        None => 28,
        Some(first) if *first == 0 => 0,
        Some(_) => config.size("max_window_layers")?,
    };
    let none = config.has("sliding_window") && config.get("sliding_window").is_none();
    if config.flag("use_sliding_window", false)? && !none && first < layers {
        return Err(config.refuse("use_sliding_window", "false"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use serde_json::{Map, Value, json};

    use super::*;
    use crate::embed::config::{self, shown};
    use crate::error::Error;

    fn fixtures() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/models")
    }

    fn lines(file: &str) -> Vec<Value> {
        let text = std::fs::read_to_string(fixtures().join(file)).unwrap();
        let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
        lines.collect()
    }

    /// The configuration of a fixture, changed; what is `"-"` there is taken out.
    fn changed(fixture: &str, changes: &Value) -> Map<String, Value> {
        let path = fixtures().join(fixture).join("config.json");
        let mut values = config::json(&path).unwrap().as_object().unwrap().clone();
        for (key, value) in changes.as_object().unwrap() {
            values.remove(key);
            if value != "-" {
                values.insert(key.clone(), value.clone());
            }
        }
        values
    }

    fn network(values: Map<String, Value>) -> Result<Network> {
        let config = Config::new("m", Path::new("m/config.json"), values);
        let family = config.family()?;
        Network::of(&config, family)
    }

    /// Where the list has a cosine, transformers computes something else with the key than without.
    #[test]
    fn what_is_refused_is_named() {
        let all = lines("refused.jsonl");
        assert!(all.len() >= 50, "{}", all.len());
        for line in all {
            let changed = changed(line["model"].as_str().unwrap(), &line["config"]);
            let error = match network(changed) {
                Ok(_) => panic!("{line}"),
                Err(error) => error.to_string(),
            };
            let key = line["key"].as_str().unwrap();
            let named = format!("m/config.json: `{key}` is {}", shown(&line["value"]));
            assert!(
                error.contains(&named) && error.contains("; possible: "),
                "{named}: {error}"
            );
        }
    }

    #[test]
    fn what_the_configuration_classes_write_is_taken() {
        let all = lines("defaults.jsonl");
        let newest = all.iter().any(|line| line["transformers"] == "5.24.0");
        assert!(newest && all.len() >= 15, "{}", all.len());
        for line in all {
            let values = line["config"].as_object().unwrap().clone();
            let found = network(values).map(|network| network.dimension());
            assert!(found.is_ok(), "{found:?} of {}", line["transformers"]);
        }
    }

    /// What stands in published files beside what the classes write.
    #[test]
    fn what_models_are_published_with_is_taken() {
        for (fixture, keys) in [
            (
                "bert",
                json!({"_name_or_path": "old_models/LaBSE/0_Transformer", "directionality": "bidi",
                "gradient_checkpointing": false, "pooler_fc_size": 768, "pooler_num_attention_heads": 12,
                "pooler_num_fc_layers": 3, "pooler_size_per_head": 128, "pooler_type": "first_token_transform",
                "position_embedding_type": "absolute", "tokenizer_class": "XLMRobertaTokenizer",
                "id2label": {"0": "LABEL_0"}, "label2id": {"LABEL_0": 0}, "torch_dtype": "float16"}),
            ),
            (
                "xlm-roberta",
                json!({"output_past": true, "position_embedding_type": "absolute",
                "language": "english", "name": "XLMRoberta", "gradient_checkpointing": false}),
            ),
            // Without the keys that came later, and without the norm's.
            (
                "modernbert",
                json!({"rope_parameters": "-", "layer_types": "-", "global_rope_theta": 160000.0,
                "local_rope_theta": 160000.0, "layer_norm_eps": 1e-05, "norm_eps": "-", "mask_token_id": 4,
                "position_embedding_type": "sans_pos", "causal_mask": false, "is_causal": false,
                "reference_compile": false, "repad_logits_with_grad": false, "unk_token_id": 3}),
            ),
            (
                "modernbert",
                json!({"layer_norm_eps": 1e-05, "position_embedding_type": "rope"}),
            ),
            (
                "qwen3",
                json!({"rope_parameters": "-", "rope_theta": 1000000, "rope_scaling": null,
                "sliding_window": null, "use_sliding_window": false, "layer_types": "-",
                "max_window_layers": 28, "torch_dtype": "bfloat16"}),
            ),
            (
                "qwen3",
                json!({"sliding_window": 4096, "use_sliding_window": false, "layer_types": "-",
                "max_window_layers": 0}),
            ),
            (
                "bert",
                json!({"auto_map": {"AutoModelForTokenClassification": "x.Y"}, "residual_multiplier": null}),
            ),
        ] {
            let found = network(changed(fixture, &keys)).map(|network| network.dimension());
            assert!(found.is_ok(), "{found:?} of {fixture} with {keys}");
        }
    }

    #[test]
    fn numbers_are_read_from_where_either_version_writes_them() {
        let modern = |changes: Value| match network(changed("modernbert-other", &changes)) {
            Ok(Network::ModernBert(shape)) => shape,
            _ => panic!("{changes}"),
        };
        let now = modern(json!({}));
        let expected = (now.window, now.epsilon, now.activation, now.slides.clone());
        assert_eq!(
            expected,
            (3, 0.02, Activation::Silu, vec![false, true, false])
        );
        assert_eq!((now.rope.full, now.rope.sliding), (300.0, 20.0));
        assert!(now.norm_bias && now.attention_bias && now.mlp_bias);
        let earlier = json!({"rope_parameters": "-", "layer_types": "-", "global_rope_theta": 300, "local_rope_theta": 20});
        assert_eq!(modern(earlier), now);
        let one = modern(
            json!({"rope_parameters": "-", "global_rope_theta": 300, "local_rope_theta": null}),
        );
        assert_eq!((one.rope.full, one.rope.sliding), (300.0, 300.0));
        let none = modern(
            json!({"rope_parameters": "-", "layer_types": "-", "global_attn_every_n_layers": "-"}),
        );
        assert_eq!((none.rope.full, none.rope.sliding), (160_000.0, 10_000.0));
        assert_eq!(none.slides, [false, true, true]);

        let qwen3 = |changes: Value| match network(changed("qwen3-other", &changes)) {
            Ok(Network::Qwen3(config)) => config,
            _ => panic!("{changes}"),
        };
        let now = qwen3(json!({}));
        assert_eq!(
            (now.rope_theta, now.head_dim, now.num_key_value_heads),
            (30.0, 12, 1)
        );
        assert!(now.attention_bias && !now.use_sliding_window);
        assert_eq!(
            qwen3(json!({"rope_parameters": "-", "rope_theta": 30})).rope_theta,
            30.0
        );
        assert_eq!(qwen3(json!({"rope_parameters": "-"})).rope_theta, 10_000.0);
        assert_eq!(
            qwen3(json!({"num_key_value_heads": null})).num_key_value_heads,
            2
        );

        let bert = |fixture: &str, changes: Value| match network(changed(fixture, &changes)) {
            Ok(Network::Bert(shape)) => shape,
            _ => panic!("{changes}"),
        };
        let shape = bert("xlm-roberta-other", json!({}));
        assert_eq!(
            (shape.first_position, shape.positions, shape.epsilon),
            (5, 128, 0.5)
        );
        let shape = bert(
            "xlm-roberta",
            json!({"pad_token_id": "-", "hidden_act": "-"}),
        );
        assert_eq!((shape.first_position, shape.positions), (2, 128));
        assert_eq!(shape.activation, Activation::Gelu);
        let shape = bert(
            "bert",
            json!({"hidden_act": "gelu_fast", "layer_norm_eps": "-"}),
        );
        assert_eq!(
            (shape.activation, shape.epsilon),
            (Activation::GeluTanh, 1e-12)
        );
    }

    #[test]
    fn families_that_are_not_computed_are_named() {
        for (kind, shown) in [
            (json!("nomic_bert"), "\"nomic_bert\""),
            (json!(3), "3"),
            (json!("-"), "absent"),
        ] {
            let error = network(changed("bert", &json!({"model_type": kind})));
            let error = error.err().map(|error: Error| error.to_string());
            let named = format!("`model_type` is {shown}, which is not computed here");
            assert!(
                error.as_ref().is_some_and(|e| e.contains(&named)),
                "{error:?}"
            );
        }
    }
}
