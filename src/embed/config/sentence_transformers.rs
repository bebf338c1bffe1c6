//! What sentence-transformers writes beside a model: `modules.json`, which says what follows the network, and a file
//! for each of those; `sentence_bert_config.json`, of the tokenizer; `config_sentence_transformers.json`, of prefixes.

use std::path::Path;

use serde_json::Value;

use super::keys::Keys;
use crate::embed::config::{Config, json};
use crate::embed::model::{Family, Pooling};
use crate::embed::models::files::POOLING;
use crate::error::Result;

/// The files of which sentence-transformers reads the first that is there.
const LENGTHS: [&str; 7] = [
    "sentence_bert_config.json",
    "sentence_roberta_config.json",
    "sentence_distilbert_config.json",
    "sentence_camembert_config.json",
    "sentence_albert_config.json",
    "sentence_xlm-roberta_config.json",
    "sentence_xlnet_config.json",
];

/// How the states of a network become a vector, and what is put before a text.
pub struct Sentence {
    pub pooling: Pooling,
    pub normalize: bool,
    /// Tokens of an input, where a file says how many.
    pub longest: Option<usize>,
    pub query_prefix: String,
    pub passage_prefix: String,
    /// Texts are folded to small letters before they are tokenized.
    pub lower_case: bool,
}

impl Sentence {
    /// # Errors
    /// [`crate::EmbedError::NotComputed`] for what is not computed, [`Error::Io`] and [`Error::Config`] for files
    /// that cannot be read.
    pub fn read(model: &str, folder: &Path, family: Family) -> Result<Self> {
        let (pooling, normalize) = modules(model, folder)?;
        let pooling = match pooling {
            Some(pooling) => pooling,
            None if family == Family::Qwen3 => Pooling::Last,
            None => Pooling::Mean,
        };
        let (longest, lower_case) = lengths(model, folder)?;
        let (query_prefix, passage_prefix) = prompts(model, folder)?;
        Ok(Self {
            pooling,
            normalize,
            longest,
            query_prefix,
            passage_prefix,
            lower_case,
        })
    }
}

/// How states are pooled, where a file says it, and whether vectors are normalised: a folder without `modules.json` is
/// a bare network, whose users normalise.
fn modules(model: &str, folder: &Path) -> Result<(Option<Pooling>, bool)> {
    let path = folder.join("modules.json");
    if !path.is_file() {
        let config = Config::read_optional(model, &folder.join(POOLING))?;
        return Ok((config.map(|config| pooling(&config)).transpose()?, true));
    }
    let (mut pooled, mut normalize) = (None, false);
    let list = json(&path)?;
    let Value::Array(list) = list else {
        let values = [("modules".to_owned(), list)].into_iter().collect();
        return Err(Config::new(model, &path, values).refuse("modules", "a list"));
    };
    for (number, module) in list.into_iter().enumerate() {
        let values = [(number.to_string(), module)].into_iter().collect();
        let module = Config::new(model, &path, values).object(&number.to_string())?;
        let kind = module.get("type").and_then(Value::as_str).unwrap_or("");
        let own = kind.strip_prefix("sentence_transformers.");
        let inside = match module.get("path") {
            None => "",
            Some(path) => path.as_str().unwrap_or("/"),
        };
        let relative = inside
            .split('/')
            .all(|part| part != ".." && !part.contains('\\'));
        if !relative || inside.starts_with('/') {
            return Err(module.refuse("path", "a folder inside the model's"));
        }
        match own.and_then(|kind| kind.rsplit('.').next()) {
            Some("Transformer") if number == 0 => match inside {
                "" | "." => {}
                _ => return Err(module.refuse("path", "\"\", the model's own folder")),
            },
            Some("Pooling") if number == 1 => {
                let path = folder.join(inside).join("config.json");
                pooled = Some(pooling(&Config::read(model, &path)?)?);
            }
            Some("Normalize") if number > 1 => {
                let path = folder.join(inside).join("config.json");
                if let Some(config) =
                    Config::read_optional(model, &path)?.filter(|_| !inside.is_empty())
                {
                    config.check(&NORMALIZE)?;
                }
                normalize = true;
            }
            // Left out in training only.
            Some("Dropout") if number > 1 => {}
            _ => {
                let possible =
                    "Transformer, Pooling and Normalize of sentence-transformers, in this order";
                return Err(module.refuse("type", possible));
            }
        }
    }
    if pooled.is_none() {
        let values = serde_json::Map::new();
        let possible = "a module Pooling after the Transformer";
        return Err(Config::new(model, &path, values).refuse("1", possible));
    }
    Ok((pooled, normalize))
}

const NORMALIZE: Keys = Keys {
    read: &[],
    fixed: &[
        ("module_input_name", &["\"sentence_embedding\""]),
        ("module_output_name", &["\"sentence_embedding\""]),
    ],
    harmless: &[],
};

/// The one way to pool that a file asks for.
fn pooling(config: &Config) -> Result<Pooling> {
    const KEYS: Keys = Keys {
        read: &[
            "pooling_mode",
            "pooling_mode_cls_token",
            "pooling_mode_lasttoken",
            "pooling_mode_mean_tokens",
        ],
        // INSTRUCTOR leaves the prefix out of the mean.
        fixed: &[
            ("include_prompt", &["true"]),
            ("pooling_mode_max_tokens", &["false"]),
            ("pooling_mode_mean_sqrt_len_tokens", &["false"]),
            ("pooling_mode_weightedmean_tokens", &["false"]),
        ],
        harmless: &[&["embedding_dimension", "word_embedding_dimension"]],
    };
    const POSSIBLE: &str = "mean, cls or lasttoken pooling, and one of them alone";
    let is = |key: &str| config.get(key).is_some_and(|value| *value == true);
    for key in KEYS.fixed.iter().map(|(key, _)| *key) {
        if key.starts_with("pooling_mode") && is(key) {
            return Err(config.refuse(key, POSSIBLE));
        }
    }
    config.check(&KEYS)?;
    if let Some(mode) = config.get("pooling_mode") {
        let alone = mode.as_array().filter(|modes| modes.len() == 1);
        let mode = alone.map_or(mode, |modes| &modes[0]);
        return match mode.as_str() {
            Some("mean") => Ok(Pooling::Mean),
            Some("cls") => Ok(Pooling::Cls),
            Some("lasttoken") => Ok(Pooling::Last),
            _ => Err(config.refuse("pooling_mode", POSSIBLE)),
        };
    }
    let modes = ["mean_tokens", "cls_token", "lasttoken"];
    match modes.map(|mode| is(&format!("pooling_mode_{mode}"))) {
        // What it is where nothing says it.
        [true, false, false] | [false, false, false] => Ok(Pooling::Mean),
        [false, true, false] => Ok(Pooling::Cls),
        [false, false, true] => Ok(Pooling::Last),
        [_, cls, _] => {
            let key = if cls { modes[1] } else { modes[2] };
            Err(config.refuse(&format!("pooling_mode_{key}"), POSSIBLE))
        }
    }
}

/// The longest input, and whether texts are folded to small letters.
fn lengths(model: &str, folder: &Path) -> Result<(Option<usize>, bool)> {
    const KEYS: Keys = Keys {
        read: &[
            "do_lower_case",
            "max_seq_length",
            "modality_config",
            "model_args",
            "model_kwargs",
            "processor_kwargs",
            "tokenizer_args",
        ],
        fixed: &[
            ("config_args", &["{}"]),
            ("config_kwargs", &["{}"]),
            ("document_length", &[]),
            ("module_output_name", &["\"token_embeddings\""]),
            ("processing_kwargs", &["{}"]),
            ("query_expansion", &[]),
            ("query_length", &[]),
            ("tokenizer_name_or_path", &[]),
            ("transformer_task", &["\"feature-extraction\""]),
        ],
        harmless: &[&["unpad_inputs"]],
    };
    /// Where and in which numbers another program computes.
    const ARGUMENTS: Keys = Keys {
        read: &[],
        fixed: &[],
        harmless: &[&[
            "attn_implementation",
            "device_map",
            "dtype",
            "padding_side",
            "torch_dtype",
            "trust_remote_code",
        ]],
    };
    const STATES: Keys = Keys {
        read: &[],
        fixed: &[
            ("method", &["\"forward\""]),
            ("method_output_name", &["\"last_hidden_state\""]),
        ],
        harmless: &[],
    };
    let mut found = LENGTHS.iter().map(|file| folder.join(file));
    let Some(path) = found.find(|path| path.is_file()) else {
        return Ok((None, false));
    };
    let config = Config::read(model, &path)?;
    config.check(&KEYS)?;
    let text = config.object("modality_config")?.object("text")?;
    text.check(&STATES)?;
    for key in [
        "model_args",
        "model_kwargs",
        "processor_kwargs",
        "tokenizer_args",
    ] {
        config.object(key)?.check(&ARGUMENTS)?;
    }
    let longest = match config.get("max_seq_length") {
        Some(_) => Some(config.size("max_seq_length")?),
        // Later versions leave it to the tokenizer's file, where a number that is none means no limit.
        None => {
            let tokenizer = Config::read_optional(model, &folder.join("tokenizer_config.json"))?;
            let length = tokenizer.and_then(|config| config.get("model_max_length")?.as_u64());
            length
                .filter(|length| *length > 0)
                .map(|length| length as usize)
        }
    };
    Ok((longest, config.flag("do_lower_case", false)?))
}

/// What goes before a question and before a passage.
fn prompts(model: &str, folder: &Path) -> Result<(String, String)> {
    const KEYS: Keys = Keys {
        read: &["default_prompt_name", "prompts"],
        fixed: &[
            ("model_type", &["\"SentenceTransformer\""]),
            ("truncate_dim", &[]),
        ],
        // How two vectors are compared.
        harmless: &[&["__version__", "similarity_fn_name"]],
    };
    let path = folder.join("config_sentence_transformers.json");
    let Some(config) = Config::read_optional(model, &path)? else {
        return Ok(Default::default());
    };
    config.check(&KEYS)?;
    let prompts = config.object("prompts")?;
    let usual = config.get("default_prompt_name").and_then(Value::as_str);
    let prompt = |names: &[&str]| {
        let mut names = names.iter().copied().chain(usual);
        let found = names.find_map(|name| prompts.get(name)?.as_str());
        found.unwrap_or_default().to_owned()
    };
    let query = prompt(&["query", "search_query"]);
    Ok((query, prompt(&["passage", "document", "corpus"])))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: &str = r#"{"path": "", "type": "sentence_transformers.models.Transformer"}"#;
    const SECOND: &str = r#"{"path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}"#;
    const MEAN: &str = r#"{"word_embedding_dimension": 8, "pooling_mode_cls_token": false, "pooling_mode_mean_tokens": true,
        "pooling_mode_max_tokens": false, "pooling_mode_mean_sqrt_len_tokens": false,
        "pooling_mode_weightedmean_tokens": false, "pooling_mode_lasttoken": false, "include_prompt": true}"#;

    /// What files say, each with its name.
    fn read(files: &[(&str, &str)]) -> Result<Sentence> {
        let dir = tempfile::tempdir().unwrap();
        for (file, text) in files {
            let path = dir.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        Sentence::read("m", dir.path(), Family::Bert)
    }

    fn refused(files: &[(&str, &str)]) -> String {
        match read(files) {
            Ok(_) => panic!("{files:?}"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn modules_are_pooling_and_normalisation_or_refused() {
        let normalize = |path: &str| {
            let kind = "sentence_transformers.base.modules.normalize.Normalize";
            format!("[{FIRST}, {SECOND}, {{\"path\": \"{path}\", \"type\": \"{kind}\"}}]")
        };
        let pooling = ("1_Pooling/config.json", MEAN);
        let bare = read(&[]).unwrap();
        assert!(bare.normalize && bare.pooling == Pooling::Mean);
        let modules = format!("[{FIRST}, {SECOND}]");
        let without = read(&[("modules.json", &modules), pooling]).unwrap();
        assert!(!without.normalize && without.pooling == Pooling::Mean);
        let with = normalize("2_Normalize");
        assert!(read(&[("modules.json", &with), pooling]).unwrap().normalize);
        // What pools lies where modules.json says.
        let elsewhere = modules.replace("1_Pooling", "pool");
        let cls = MEAN.replace("mean_tokens\": true", "mean_tokens\": false");
        let cls = cls.replace("cls_token\": false", "cls_token\": true");
        let files = [
            ("modules.json", elsewhere.as_str()),
            pooling,
            ("pool/config.json", &cls),
        ];
        assert_eq!(read(&files).unwrap().pooling, Pooling::Cls);

        let third = |kind: &str| {
            modules.replace(
                "]",
                &format!(", {{\"path\": \"2_X\", \"type\": \"{kind}\"}}]"),
            )
        };
        for (modules, named) in [
            (
                third("sentence_transformers.models.Dense"),
                "`2.type` is \"sentence_transformers.models.Dense\"",
            ),
            (
                third("sentence_transformers.models.LayerNorm"),
                "`2.type` is",
            ),
            (third("mine.Normalize"), "`2.type` is \"mine.Normalize\""),
            (
                modules.replace("models.Pooling", "models.WeightedLayerPooling"),
                "`1.type` is",
            ),
            (
                modules.replace("sentence_transformers.models.T", "custom_st.T"),
                "`0.type` is \"custom_st.Transformer\"",
            ),
            (
                modules.replace("\"path\": \"\"", "\"path\": \"0_Transformer\""),
                "`0.path` is \"0_Transformer\"",
            ),
            (modules.replace("1_Pooling", "../1_Pooling"), "`1.path` is"),
            (format!("[{FIRST}]"), "`1` is absent"),
            ("{}".to_owned(), "`modules` is {}"),
            (format!("[{FIRST}, 3]"), "`1` is 3"),
        ] {
            let error = refused(&[("modules.json", &modules), pooling]);
            assert!(
                error.contains("modules.json: ") && error.contains(named),
                "{modules}: {error}"
            );
        }
        // A copy without its folders is no model of mean pooling.
        let error = refused(&[("modules.json", &modules)]);
        assert!(error.contains("1_Pooling"), "{error}");
        let tokens = r#"{"module_input_name": "token_embeddings"}"#;
        let error = refused(&[
            ("modules.json", &with),
            pooling,
            ("2_Normalize/config.json", tokens),
        ]);
        assert!(
            error.contains("`module_input_name` is \"token_embeddings\""),
            "{error}"
        );
    }

    #[test]
    fn one_way_to_pool_is_taken_and_others_are_named() {
        let one = |text: &str| read(&[(POOLING, text)]).map(|sentence| sentence.pooling);
        for (text, expected) in [
            (
                r#"{"pooling_mode": "cls", "include_prompt": true, "embedding_dimension": 8}"#,
                Pooling::Cls,
            ),
            (r#"{"pooling_mode": ["lasttoken"]}"#, Pooling::Last),
            (
                r#"{"pooling_mode_cls_token": false, "pooling_mode_mean_tokens": false, "pooling_mode_lasttoken": true}"#,
                Pooling::Last,
            ),
            (MEAN, Pooling::Mean),
        ] {
            assert_eq!(one(text).unwrap(), expected, "{text}");
        }
        for (text, named) in [
            (r#"{"pooling_mode": "max"}"#, "`pooling_mode` is \"max\""),
            (
                r#"{"pooling_mode": ["mean", "cls"]}"#,
                "`pooling_mode` is [\"mean\",\"cls\"]",
            ),
            (
                r#"{"pooling_mode_weightedmean_tokens": true}"#,
                "`pooling_mode_weightedmean_tokens` is true",
            ),
            (
                r#"{"pooling_mode_mean_tokens": true, "pooling_mode_cls_token": true}"#,
                "`pooling_mode_cls_token` is true",
            ),
            (
                r#"{"pooling_mode_mean_tokens": true, "include_prompt": false}"#,
                "`include_prompt` is false",
            ),
            (
                r#"{"pooling_mode_attention": true}"#,
                "`pooling_mode_attention` is true",
            ),
        ] {
            let error = one(text).unwrap_err().to_string();
            assert!(error.contains(named), "{text}: {error}");
        }
    }

    #[test]
    fn lengths_prefixes_and_what_goes_with_them() {
        let said = read(&[
            ("sentence_xlm-roberta_config.json", r#"{"max_seq_length": 128, "do_lower_case": true}"#),
            ("config_sentence_transformers.json", r#"{"__version__": {}, "prompts": {"query": "q: ", "all": "x: "},
              "default_prompt_name": "all", "similarity_fn_name": "cosine", "model_type": "SentenceTransformer"}"#),
        ])
        .unwrap();
        assert_eq!((said.longest, said.lower_case), (Some(128), true));
        assert_eq!(
            (said.query_prefix.as_str(), said.passage_prefix.as_str()),
            ("q: ", "x: ")
        );
        let now = r#"{"transformer_task": "feature-extraction", "module_output_name": "token_embeddings",
            "modality_config": {"text": {"method": "forward", "method_output_name": "last_hidden_state"}}}"#;
        let lengths = |length: &str| {
            let tokenizer = format!("{{\"model_max_length\": {length}}}");
            let files = [
                ("sentence_bert_config.json", now),
                ("tokenizer_config.json", &tokenizer),
            ];
            read(&files).unwrap().longest
        };
        assert_eq!(lengths("256"), Some(256));
        assert_eq!(lengths("1000000000000000019884624838656"), None);
        for (file, text, named) in [
            (
                "sentence_bert_config.json",
                r#"{"transformer_task": "fill-mask"}"#,
                "`transformer_task` is \"fill-mask\"",
            ),
            (
                "sentence_bert_config.json",
                r#"{"config_args": {"hidden_act": "relu"}}"#,
                "`config_args` is",
            ),
            (
                "sentence_bert_config.json",
                r#"{"model_args": {"dtype": "auto", "pooling": 1}}"#,
                "`model_args.pooling` is 1",
            ),
            (
                "sentence_bert_config.json",
                r#"{"modality_config": {"text": {"method": "encode"}}}"#,
                "`modality_config.text.method` is \"encode\"",
            ),
            (
                "config_sentence_transformers.json",
                r#"{"model_type": "SparseEncoder"}"#,
                "`model_type` is \"SparseEncoder\"",
            ),
            (
                "config_sentence_transformers.json",
                r#"{"truncate_dim": 4}"#,
                "`truncate_dim` is 4",
            ),
            (
                "config_sentence_transformers.json",
                r#"{"adapter": "x"}"#,
                "`adapter` is \"x\"",
            ),
        ] {
            let error = refused(&[(file, text)]);
            assert!(
                error.contains(file) && error.contains(named),
                "{text}: {error}"
            );
        }
    }
}
