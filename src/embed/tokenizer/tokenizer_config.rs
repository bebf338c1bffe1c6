//! What a model's other files say of its tokenizer. `tokenizer.json` is what is computed; `tokenizer_config.json` and
//! sentence-transformers may fold letters otherwise, as transformers does where the two differ.

use std::path::Path;

use serde_json::{Value, json};

use crate::embed::config::Config;
use crate::embed::model::{Family, Model};
use crate::embed::tokenizer::hugging_face::HfTokenizer;
use crate::embed::tokenizer::vocabulary::Specials;
use crate::error::Result;

/// Keys of transformers' tokenizer of BERT, which wins over `tokenizer.json`; what they are called there, and what they
/// are where nothing is said.
const OF_BERT: [(&str, &str, Value); 3] = [
    ("do_lower_case", "lowercase", Value::Bool(true)),
    ("strip_accents", "strip_accents", Value::Null),
    (
        "tokenize_chinese_chars",
        "handle_chinese_chars",
        Value::Bool(true),
    ),
];

/// Makes a tokenizer do what the files beside it say. `lower_case` is the file that wants small letters, whatever the
/// tokenizer does. Returns what was changed, in words that two different changes do not share.
///
/// # Errors
/// [`crate::EmbedError::NotComputed`], [`crate::Error::Io`], [`crate::Error::Config`],
/// [`crate::EmbedError::Tokenizer`].
pub fn settle(
    model: &Model,
    folder: &Path,
    whole: &mut HfTokenizer,
    specials: &Specials,
    lower_case: bool,
) -> Result<Option<String>> {
    let path = folder.join("tokenizer_config.json");
    let config = Config::read_optional(&model.name, &path)?;
    if config.is_none() && !lower_case {
        return Ok(None);
    }
    let found = whole.normalizer();
    let mut wanted = found.clone();
    if let Some(config) = &config {
        for (key, there) in [
            ("add_bos_token", !specials.before.is_empty()),
            ("add_eos_token", !specials.after.is_empty()),
        ] {
            if config.flag(key, false)? && !there {
                return Err(config.refuse(key, "false, or a tokenizer.json that adds one"));
            }
        }
        let class = config.get("tokenizer_class").and_then(Value::as_str);
        let of_bert = match class {
            Some(class) => ["BertTokenizer", "BertTokenizerFast"].contains(&class),
            None => model.family == Family::Bert,
        };
        if of_bert {
            as_bert(config, &mut wanted)?;
        }
    }
    if lower_case && !folds(&wanted) {
        let inner: Vec<Value> = [json!({"type": "Lowercase"}), wanted]
            .into_iter()
            .filter(|one| !one.is_null())
            .collect();
        wanted = json!({"type": "Sequence", "normalizers": inner});
    }
    if wanted == found {
        return Ok(None);
    }
    let changed = wanted.to_string();
    whole.set_normalizer(wanted)?;
    Ok(Some(changed))
}

/// Sets what transformers' tokenizer of BERT sets in every normaliser of that kind.
fn as_bert(config: &Config, normalizer: &mut Value) -> Result<()> {
    if let Some(inner) = normalizer["normalizers"].as_array_mut() {
        return inner.iter_mut().try_for_each(|one| as_bert(config, one));
    }
    if normalizer["type"] != "BertNormalizer" {
        return Ok(());
    }
    for (key, name, usual) in OF_BERT {
        let value = config.get(key).cloned().unwrap_or(usual);
        if !value.is_boolean() && !value.is_null() {
            return Err(config.refuse(key, "true, false"));
        }
        normalizer[name] = value;
    }
    Ok(())
}

fn folds(normalizer: &Value) -> bool {
    match normalizer["normalizers"].as_array() {
        Some(inner) => inner.iter().any(folds),
        None => normalizer["type"] == "Lowercase" || normalizer["lowercase"] == true,
    }
}
