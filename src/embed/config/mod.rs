//! JSON files that say how a model is computed, `config.json` before all. Every key is understood, known to change
//! nothing, or refused by its name: a network that computes something else than the file says gives vectors that are
//! wrong, and nothing shows it.

pub(super) mod activation;
pub(super) mod keys;
pub(super) mod modernbert;
pub(super) mod network;
pub(super) mod sentence_transformers;
pub(super) mod shape;

use std::path::{Path, PathBuf};

use self::activation::Activation;
use self::keys::Keys;
use crate::embed::model::Family;
use crate::error::{EmbedError, Error, Result};
use serde_json::{Map, Value};

/// Larger sizes are nobody's.
const MOST: usize = 1 << 24;

/// Letters of a value that a message shows.
const SHOWN: usize = 160;

/// For a key that is on no list.
const UNKNOWN: &str = "no such key, because nobody knows what it does (take it out of the file if it changes no vector)";

/// An object in a file.
#[derive(Debug, Clone)]
pub struct Config {
    model: String,
    path: PathBuf,
    /// Where in the file it stands, as its keys begin in messages: `rope_parameters.`, or nothing.
    below: String,
    values: Map<String, Value>,
}

impl Config {
    /// # Errors
    /// [`Error::Io`], [`Error::Config`] where the file holds no object.
    pub fn read(model: &str, path: &Path) -> Result<Self> {
        match json(path)? {
            Value::Object(values) => Ok(Self::new(model, path, values)),
            other => Err(Error::Config {
                path: path.to_path_buf(),
                message: format!("expected an object, found {}", shown(&other)),
            }),
        }
    }

    /// As [`Config::read`], where there is such a file.
    ///
    /// # Errors
    /// As [`Config::read`].
    pub fn read_optional(model: &str, path: &Path) -> Result<Option<Self>> {
        let there = path.is_file();
        there.then(|| Self::read(model, path)).transpose()
    }

    pub fn new(model: &str, path: &Path, values: Map<String, Value>) -> Self {
        Self {
            model: model.to_owned(),
            path: path.to_path_buf(),
            below: String::new(),
            values,
        }
    }

    /// What stands under a key; nothing and `null` are one.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.values.get(key).filter(|value| !value.is_null())
    }

    /// Whether the key stands there, be it with `null`.
    pub fn has(&self, key: &str) -> bool {
        self.values.contains_key(key)
    }

    /// The object under a key, an empty one where there is none.
    ///
    /// # Errors
    /// [`EmbedError::NotComputed`] where something else stands there.
    pub fn object(&self, key: &str) -> Result<Self> {
        let values = match self.get(key) {
            None => Map::new(),
            Some(Value::Object(inner)) => inner.clone(),
            Some(_) => return Err(self.refuse(key, "an object, null")),
        };
        Ok(Self {
            below: format!("{}{key}.", self.below),
            values,
            ..Self::new(&self.model, &self.path, Map::new())
        })
    }

    /// That what stands under a key is not computed.
    pub fn refuse(&self, key: &str, possible: impl Into<String>) -> Error {
        let value = self.values.get(key);
        Error::Embed(EmbedError::NotComputed {
            model: self.model.clone(),
            path: self.path.as_path().into(),
            key: format!("{}{key}", self.below),
            value: value.map_or_else(|| "absent".to_owned(), shown),
            possible: possible.into(),
        })
    }

    /// Refuses a key that is not known, or has a value that must not be.
    ///
    /// # Errors
    /// [`EmbedError::NotComputed`].
    pub fn check(&self, keys: &Keys) -> Result<()> {
        for (key, value) in &self.values {
            let key = key.as_str();
            if value.is_null() || keys.read.contains(&key) {
                continue;
            }
            if keys.harmless.iter().any(|list| list.contains(&key)) {
                continue;
            }
            let Some((_, allowed)) = keys.fixed.iter().find(|(known, _)| *known == key) else {
                return Err(self.refuse(key, UNKNOWN));
            };
            if !allowed.contains(&value.to_string().as_str()) {
                let nothing = ["null"];
                let allowed = if allowed.is_empty() {
                    &nothing
                } else {
                    *allowed
                };
                return Err(self.refuse(key, allowed.join(", ")));
            }
        }
        // Code of its own may compute anything.
        let own = |class: &&str| {
            self.get("auto_map")
                .is_some_and(|map| !map[*class].is_null())
        };
        if ["AutoModel", "AutoConfig"].iter().any(own) {
            return Err(self.refuse(
                "auto_map",
                "a model that is computed without code of its own",
            ));
        }
        Ok(())
    }

    /// A size, at least 1.
    ///
    /// # Errors
    /// [`EmbedError::NotComputed`] where it is none or absent.
    pub fn size(&self, key: &str) -> Result<usize> {
        self.size_to(key, MOST)
    }

    /// A size from 1 to `most`.
    ///
    /// # Errors
    /// As [`Config::size`].
    pub fn size_to(&self, key: &str, most: usize) -> Result<usize> {
        let number = self.get(key).and_then(Value::as_u64);
        let number = number.and_then(|number| usize::try_from(number).ok());
        let number = number.filter(|number| (1..=most).contains(number));
        number.ok_or_else(|| self.refuse(key, format!("a number from 1 to {most}")))
    }

    /// # Errors
    /// As [`Config::size`].
    pub fn size_or(&self, key: &str, default: usize) -> Result<usize> {
        self.get(key).map_or(Ok(default), |_| self.size(key))
    }

    /// # Errors
    /// [`EmbedError::NotComputed`] where it is neither true nor false.
    pub fn flag(&self, key: &str, default: bool) -> Result<bool> {
        match self.get(key) {
            None => Ok(default),
            Some(value) => value
                .as_bool()
                .ok_or_else(|| self.refuse(key, "true, false")),
        }
    }

    /// A number above 0.
    ///
    /// # Errors
    /// [`EmbedError::NotComputed`].
    pub fn positive(&self, key: &str, default: f64) -> Result<f64> {
        let Some(value) = self.get(key) else {
            return Ok(default);
        };
        let number = value.as_f64();
        let number = number.filter(|number| (f64::MIN_POSITIVE..f64::MAX).contains(number));
        number.ok_or_else(|| self.refuse(key, "a number above 0"))
    }

    /// # Errors
    /// [`EmbedError::NotComputed`] for one that is not among `possible`.
    pub fn activation(
        &self,
        key: &str,
        default: Activation,
        possible: &[Activation],
    ) -> Result<Activation> {
        let Some(value) = self.get(key) else {
            return Ok(default);
        };
        let named = value.as_str().and_then(Activation::named);
        let named = named.filter(|named| possible.contains(named));
        named.ok_or_else(|| self.refuse(key, Activation::names(possible)))
    }

    /// Refuses a value of a key, where there is one, that is not `expected`: the key says again what is computed.
    ///
    /// # Errors
    /// [`EmbedError::NotComputed`].
    pub fn same<T>(&self, key: &str, expected: T) -> Result<()>
    where
        T: std::fmt::Display,
        Value: PartialEq<T>,
    {
        match self.get(key) {
            Some(value) if *value != expected => Err(self.refuse(key, expected.to_string())),
            _ => Ok(()),
        }
    }

    /// # Errors
    /// [`EmbedError::NotComputed`] for one that is not computed.
    pub fn family(&self) -> Result<Family> {
        const FAMILIES: [(&str, Family); 4] = [
            ("bert", Family::Bert),
            ("xlm-roberta", Family::XlmRoberta),
            ("modernbert", Family::Modernbert),
            ("qwen3", Family::Qwen3),
        ];
        let name = self.get("model_type").and_then(Value::as_str);
        let family = FAMILIES.iter().find(|(known, _)| Some(*known) == name);
        let known = FAMILIES.map(|(known, _)| format!("{known:?}")).join(", ");
        let family = family.map(|(_, family)| *family);
        family.ok_or_else(|| self.refuse("model_type", known))
    }

    /// The base of the rotary positions: in `rope_parameters`, below `layers` where kinds of layers have their own, or
    /// under the key that earlier versions of transformers wrote.
    ///
    /// # Errors
    /// [`EmbedError::NotComputed`] for positions that are scaled, and for two bases.
    pub fn rope_theta(&self, layers: Option<&str>, earlier: &str, default: f64) -> Result<f64> {
        const KEYS: Keys = Keys {
            read: &["rope_theta"],
            fixed: &[
                ("attention_factor", &["1.0", "1"]),
                ("factor", &["1.0", "1"]),
                ("partial_rotary_factor", &["1.0", "1"]),
                ("rope_type", &["\"default\""]),
                ("type", &["\"default\""]),
            ],
            // The length of training, for kinds that scale.
            harmless: &[&["original_max_position_embeddings"]],
        };
        let mut found = vec![(self.clone(), earlier)];
        for key in ["rope_parameters", "rope_scaling"] {
            let mut rope = self.object(key)?;
            if let (Some(layers), "rope_parameters") = (layers, key) {
                rope = rope.object(layers)?;
            }
            rope.check(&KEYS)?;
            found.push((rope, "rope_theta"));
        }
        let mut theta: Option<(String, f64)> = None;
        for (config, key) in &found {
            if config.get(key).is_none() {
                continue;
            }
            let this = config.positive(key, default)?;
            if let Some((other, value)) = theta.filter(|(_, value)| *value != this) {
                return Err(config.refuse(key, format!("{value}, which `{other}` says")));
            }
            theta = Some((format!("{}{key}", config.below), this));
        }
        Ok(theta.map_or(default, |(_, theta)| theta))
    }

    /// Which layers look at their neighbours only, as `layer_types` says; `None` where it does not.
    ///
    /// # Errors
    /// [`EmbedError::NotComputed`] for other kinds of layers and for another number of them.
    pub fn sliding_layers(&self, layers: usize) -> Result<Option<Vec<bool>>> {
        let key = "layer_types";
        let Some(value) = self.get(key) else {
            return Ok(None);
        };
        let possible = || {
            let kinds = "\"full_attention\" or \"sliding_attention\"";
            self.refuse(key, format!("{kinds} for each of {layers} layers"))
        };
        let kinds = value.as_array().filter(|kinds| kinds.len() == layers);
        let slides = |kind: &Value| match kind.as_str() {
            Some("full_attention") => Ok(false),
            Some("sliding_attention") => Ok(true),
            _ => Err(possible()),
        };
        let kinds = kinds.ok_or_else(possible)?;
        kinds.iter().map(slides).collect::<Result<_>>().map(Some)
    }
}

/// A value as a message shows it.
pub fn shown(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
    }
}

/// # Errors
/// [`Error::Io`], [`Error::Config`].
pub fn json(path: &Path) -> Result<Value> {
    let text = std::fs::read(path).map_err(Error::io("read", path))?;
    serde_json::from_slice(&text).map_err(|error| Error::Config {
        path: path.to_path_buf(),
        message: error.to_string(),
    })
}
