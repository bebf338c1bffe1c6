//! The registry of models: `models.toml`, compiled in, and the user's own file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::hub::Hub;
use super::integrity::{is_commit, is_plain};
use super::lockfile::Lock;
use super::{bundled, files};
use crate::embed::model::{Family, Model, Pooling, Source};
use crate::embed::models::files::USUAL_WEIGHTS;
use crate::error::{EmbedError, Error, Reason, Remedy, Result};

/// What is used where nothing else is named.
pub const DEFAULT_MODEL: &str = "multilingual-e5-small";

/// An input takes this many with its special tokens, or texts cannot be windowed.
pub(in crate::embed) const LEAST_TOKENS: usize = 8;

const COMPILED_IN: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/models.toml"));

impl Model {
    /// The files of the weights in the hub's repository.
    pub fn weight_files(&self) -> Vec<String> {
        files::parts(self.weights.as_deref().unwrap_or(USUAL_WEIGHTS))
    }

    /// Why this program cannot run the model; `None` where it can.
    pub fn not_runnable(&self) -> Option<Reason> {
        match &self.source {
            Source::Bundled if bundled::GGUF.is_some() => None,
            Source::Bundled => Some(
                "this program was built without the bundled model; \
                 build it with feature `bundled-model`"
                    .into(),
            ),
            Source::Hub(_) if self.local.is_some() => None,
            Source::Hub(id) => Some(Reason::with(
                Remedy::Pull(self.name.clone()),
                format!("its files are not on this machine; the hub has them ({id})"),
            )),
            Source::Gguf(path) if path.is_file() => None,
            Source::Gguf(path) => Some(format!("no file {}", path.display()).into()),
            Source::Folder(path) if path.join("config.json").is_file() => None,
            Source::Folder(path) => {
                Some(format!("no config.json in its folder, {}", path.display()).into())
            }
        }
    }
}

/// An entry as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    #[serde(default)]
    bundled: bool,
    hub: Option<String>,
    folder: Option<PathBuf>,
    gguf: Option<PathBuf>,
    family: Family,
    dimension: usize,
    max_tokens: usize,
    pooling: Pooling,
    query_prefix: String,
    passage_prefix: String,
    normalize: bool,
    licence: String,
    sha256: Option<String>,
    revision: Option<String>,
    weights: Option<String>,
    late_layer: Option<usize>,
    late_map: Option<PathBuf>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    model: Vec<Entry>,
}

/// All known models by name.
#[derive(Debug, Clone)]
pub struct Registry {
    models: BTreeMap<String, Model>,
}

impl Registry {
    /// The models compiled in, and those of the user's own file, which may replace them.
    ///
    /// # Errors
    /// [`Error::Config`] where the file is not a registry, [`Error::Io`] where it cannot be read.
    pub fn load(user: Option<&Path>) -> Result<Self> {
        let mut registry = Self {
            models: BTreeMap::new(),
        };
        registry.add(COMPILED_IN, Path::new("models.toml"), true)?;
        if let Some(path) = user {
            let text = std::fs::read_to_string(path).map_err(Error::io("read", path))?;
            registry.add(&text, path, false)?;
        }
        Ok(registry)
    }

    /// # Errors
    /// [`EmbedError::UnknownModel`], with the known names.
    pub fn get(&self, name: &str) -> Result<&Model> {
        self.models.get(name).ok_or_else(|| {
            Error::Embed(EmbedError::UnknownModel {
                name: name.to_owned(),
                known: self.models.keys().cloned().collect::<Vec<_>>().join(", "),
            })
        })
    }

    /// All models, by name.
    pub fn models(&self) -> impl Iterator<Item = &Model> {
        self.models.values()
    }

    /// Finds the models of the hub that are on this machine.
    pub fn locate(&mut self, hub: &Hub, lock: &Lock) {
        for model in self.models.values_mut() {
            let Source::Hub(id) = &model.source else {
                continue;
            };
            let locked = lock.of(&model.name, id);
            let pinned = model.revision.as_deref();
            let wanted = pinned.or(locked.map(|locked| locked.revision.as_str()));
            let files = model.weight_files();
            let Some((folder, revision)) = hub.find(id, wanted, &files) else {
                continue;
            };
            // What was pulled is what was checked.
            let locked = locked.filter(|locked| locked.revision == revision);
            let parts = locked.and_then(|locked| {
                let parts = files
                    .iter()
                    .map(|file| Some(locked.file(file)?.sha256.clone()));
                parts.collect::<Option<Vec<String>>>()
            });
            let sha256 = parts.map(|parts| files::checksum_of_parts(&parts));
            model.sha256 = model.sha256.take().or(sha256);
            model.revision = Some(revision);
            model.local = Some(folder);
        }
    }

    fn add(&mut self, text: &str, path: &Path, may_bundle: bool) -> Result<()> {
        let config = |message: String| Error::Config {
            path: path.to_path_buf(),
            message,
        };
        let file: File = toml::from_str(text).map_err(|e| config(e.to_string()))?;
        for entry in file.model {
            let name = entry.name.clone();
            let model = entry
                .resolve(may_bundle)
                .map_err(|why| config(format!("model `{name}`: {why}")))?;
            self.models.insert(name, model);
        }
        Ok(())
    }
}

impl Entry {
    fn resolve(self, may_bundle: bool) -> Result<Model, String> {
        let source = match (self.bundled, self.hub, self.folder, self.gguf) {
            (true, None, None, None) if may_bundle => Source::Bundled,
            (true, None, None, None) => {
                return Err("only the program itself can bundle a model".into());
            }
            (false, Some(id), None, None) => Source::Hub(id),
            (false, None, Some(path), None) => Source::Folder(path),
            (false, None, None, Some(path)) => Source::Gguf(path),
            _ => return Err("give exactly one of `hub`, `folder` and `gguf`".into()),
        };
        if self.dimension == 0 || self.max_tokens < LEAST_TOKENS {
            return Err(format!(
                "dimension {} and max_tokens {}: at least 1 and {LEAST_TOKENS} are needed",
                self.dimension, self.max_tokens
            ));
        }
        if let Some(revision) = self.revision.as_ref().filter(|name| !is_commit(name)) {
            return Err(format!(
                "revision `{revision}`: give a commit, 40 hex digits"
            ));
        }
        let is_weights = |name: &String| {
            is_plain(name) && (name.ends_with(".safetensors") || name.ends_with(".bin"))
        };
        if let Some(weights) = self.weights.as_ref().filter(|name| !is_weights(name)) {
            return Err(format!(
                "weights `{weights}`: give the name of a .safetensors or .bin file"
            ));
        }
        if self.weights.is_some() && !matches!(source, Source::Hub(_) | Source::Folder(_)) {
            return Err("`weights` goes with `hub` or `folder`".to_owned());
        }
        if self.late_layer.is_some() && !matches!(self.family, Family::Bert | Family::XlmRoberta) {
            return Err("`late_layer` goes with family `bert` or `xlm-roberta`".to_owned());
        }
        if self.late_layer.is_none() && self.late_map.is_some() {
            return Err("`late_map` needs `late_layer`".to_owned());
        }
        Ok(Model {
            name: self.name,
            source,
            family: self.family,
            dimension: self.dimension,
            max_tokens: self.max_tokens,
            pooling: self.pooling,
            query_prefix: self.query_prefix,
            passage_prefix: self.passage_prefix,
            normalize: self.normalize,
            licence: self.licence,
            sha256: self.sha256,
            revision: self.revision,
            weights: self.weights,
            local: None,
            late_layer: self.late_layer,
            late_map: self.late_map,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bundled_model_is_the_one_whose_checksum_is_recorded() {
        let registry = Registry::load(None).unwrap();
        let model = registry.get(DEFAULT_MODEL).unwrap();
        let received = crate::sha256::of(&[bundled::GGUF.unwrap()]);
        assert_eq!(model.sha256.as_deref(), Some(received.as_str()));
        assert_eq!(model.not_runnable(), None);
        assert_eq!(
            registry
                .models()
                .filter(|m| m.not_runnable().is_none())
                .count(),
            1
        );
    }

    #[test]
    fn a_users_file_adds_models_and_its_faults_are_named() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("models.toml");
        let entry = "[[model]]\nname = 'mine'\nfolder = '/m'\nfamily = 'bert'\ndimension = 8\n\
                     max_tokens = 64\npooling = 'mean'\nquery_prefix = ''\npassage_prefix = ''\n\
                     normalize = true\nlicence = 'MIT'\n";
        std::fs::write(&path, entry).unwrap();
        let registry = Registry::load(Some(&path)).unwrap();
        assert!(
            registry
                .get("mine")
                .unwrap()
                .not_runnable()
                .unwrap()
                .text
                .contains("/m")
        );
        let unknown = registry.get("other").unwrap_err().to_string();
        assert!(unknown.contains("unknown model `other`") && unknown.contains("mine"));

        for (fault, expected) in [
            ("colour = 1\n", "colour"),
            ("hub = 'a/b'\n", "exactly one"),
            ("bundled = true\n", "exactly one"),
            ("revision = 'main'\n", "40 hex digits"),
            ("weights = '../model.bin'\n", "give the name"),
        ] {
            std::fs::write(&path, format!("{entry}{fault}")).unwrap();
            let error = Registry::load(Some(&path)).unwrap_err().to_string();
            assert!(
                error.contains(expected) && error.contains("models.toml"),
                "{error}"
            );
        }
    }
}
