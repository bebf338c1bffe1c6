//! Flags, environment, the project's `tane.toml` and the user's configuration, resolved.

use std::path::{Component, Path, PathBuf};

use anyhow::Context;
use etcetera::BaseStrategy;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::args::{Engine, Global, ModeName, When};
use super::output;
use super::shell::quoted;
use crate::corpus::Ocr;
use crate::embed::{DEFAULT_MODEL, Embedder, Hub, Lock, Model, Registry, Source, describe_path};
use crate::error::Error;
use crate::index::{ProjectGlobs, ProjectSettings};
use crate::search::Mode;

/// `tane.toml`: what a project may decide. Nothing in it can name a model, an endpoint or a token.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ProjectFile {
    /// Files and folders to index, relative to the file.
    #[serde(default)]
    corpus: Vec<PathBuf>,
    /// Globs in gitignore syntax.
    #[serde(default)]
    exclude: Vec<String>,
    limit: Option<usize>,
    mode: Option<ModeName>,
    /// The language of articles whose language cannot be told.
    language: Option<String>,
    /// Folder of the index, inside the project.
    index: Option<PathBuf>,
}

/// `config.toml` of the user.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct UserFile {
    index: Option<PathBuf>,
    model: Option<String>,
    limit: Option<usize>,
    mode: Option<ModeName>,
    threads: Option<u16>,
    color: Option<When>,
    /// The program that recognises letters on pages without text.
    ocr: Option<String>,
}

/// A project: the nearest `tane.toml` upwards.
#[derive(Debug)]
pub struct Project {
    /// What it leaves out, its folder, and its roots, absolute.
    pub globs: ProjectGlobs,
    /// What else it says.
    pub said: ProjectSettings,
}

/// What every command needs to know.
#[derive(Debug)]
pub struct Settings {
    pub index: PathBuf,
    /// It is the one that the project has where nothing else is said.
    is_of_project: bool,
    /// The index as the command line named it; `None` where it need not be named again.
    given_index: Option<PathBuf>,
    pub project: Option<Project>,
    pub language: Option<String>,
    /// Results shown where no `--limit` is given.
    pub limit: usize,
    /// How to search where no `--mode` is given.
    pub mode: Mode,
    pub color: Option<bool>,
    pub quiet: bool,
    pub verbose: bool,
    /// The network must not be used.
    offline: bool,
    model: Option<String>,
    models: Option<PathBuf>,
    lock: Option<PathBuf>,
    /// The program that recognises letters, as the environment or the user's configuration names it.
    ocr: Option<String>,
}

impl Settings {
    pub fn resolve(global: &Global) -> anyhow::Result<Self> {
        let user_dir = etcetera::choose_base_strategy()
            .ok()
            .map(|dirs| dirs.config_dir().join("tane"));
        let in_user_dir = |name: &str| {
            user_dir
                .as_ref()
                .map(|d| d.join(name))
                .filter(|p| p.exists())
        };
        let config = global.config.clone().or_else(|| in_user_dir("config.toml"));
        let user: UserFile = config.as_deref().map(read).transpose()?.unwrap_or_default();
        let here = std::env::current_dir().context("cannot find the working folder")?;
        let found = here
            .ancestors()
            .map(|dir| dir.join("tane.toml"))
            .find(|path| path.is_file());
        let file: ProjectFile = found.as_deref().map(read).transpose()?.unwrap_or_default();
        let dir = found.as_deref().and_then(Path::parent);
        let project_index = match (dir, &file.index, &found) {
            (Some(dir), Some(index), Some(path)) => Some(dir.join(inside(index, path)?)),
            (Some(dir), None, _) => Some(dir.join("index")),
            _ => None,
        };
        let threads = global.threads.or(user.threads);
        if let Some(threads) = threads {
            // Fails only where the pool was started already, which nothing did.
            let _ = rayon::ThreadPoolBuilder::new()
                .num_threads(threads.into())
                .build_global();
        }
        let given = global.index.as_deref().map(std::path::absolute);
        let given = given.transpose().context("cannot find the index")?;
        Ok(Self {
            is_of_project: project_index.is_some() && (given.is_none() || given == project_index),
            index: global
                .index
                .clone()
                .or(project_index)
                .or(user.index)
                .unwrap_or_else(|| here.join("index")),
            given_index: global.index.clone().filter(|dir| {
                std::env::var_os("TANE_INDEX").is_none_or(|named| named != dir.as_os_str())
            }),
            project: dir.map(|dir| Project {
                globs: ProjectGlobs {
                    base: dir.to_path_buf(),
                    corpus: file.corpus.iter().map(|path| dir.join(path)).collect(),
                    globs: file.exclude.clone(),
                },
                said: ProjectSettings {
                    exclude: file.exclude,
                    limit: file.limit,
                    mode: file.mode.map(|mode| Mode::from(mode).name().to_owned()),
                    language: file.language.clone(),
                },
            }),
            language: file.language,
            limit: file.limit.or(user.limit).unwrap_or(5),
            mode: file.mode.or(user.mode).map(Mode::from).unwrap_or_default(),
            color: match global.color.or(user.color) {
                Some(When::Always) => Some(true),
                Some(When::Never) => Some(false),
                Some(When::Auto) | None => None,
            },
            quiet: global.quiet,
            verbose: global.verbose,
            model: user.model,
            ocr: std::env::var("TANE_OCR").ok().or(user.ocr),
            offline: global.offline,
            lock: match &global.models {
                Some(models) => Some(models.with_extension("lock")),
                None => user_dir.as_ref().map(|dir| dir.join("models.lock")),
            },
            models: global.models.clone().or_else(|| in_user_dir("models.toml")),
        })
    }

    /// The corpus of the project that an index is built of where there is none yet: only in its own place, for nobody
    /// wants a new index who named another one and made a slip.
    pub fn corpus_to_build(&self) -> Option<&[PathBuf]> {
        let project = self.project.as_ref().filter(|_| self.is_of_project)?;
        let corpus = project.globs.corpus.as_slice();
        (!corpus.is_empty()).then_some(corpus)
    }

    /// What the next command line needs to find this index: ` --index DIR`, or nothing.
    pub fn index_option(&self) -> String {
        let given = self.given_index.as_ref();
        given.map_or_else(String::new, |dir| {
            format!(" --index {}", quoted(dir.as_os_str()))
        })
    }

    /// What recognises letters on pages without text: the command that was given, else the user's; an empty one is none.
    pub fn ocr(&self, given: Option<&str>) -> anyhow::Result<Option<Ocr>> {
        let command = given.or(self.ocr.as_deref()).unwrap_or_default();
        if command.trim().is_empty() {
            return Ok(None);
        }
        let ocr = Ocr::parse(command);
        ocr.map(Some)
            .map_err(|reason| anyhow::anyhow!("ocr = `{command}`: {reason}"))
    }

    /// The known models; those of the hub where they are on this machine, which is looked for.
    pub fn registry(&self) -> crate::error::Result<Registry> {
        let mut registry = self.entries()?;
        if let (Some(hub), Some(lock)) = (Hub::from_env(self.offline), &self.lock) {
            registry.locate(&hub, &Lock::open(lock.clone())?);
        }
        Ok(registry)
    }

    /// The known models, as they are written down.
    pub fn entries(&self) -> crate::error::Result<Registry> {
        Registry::load(self.models.as_deref())
    }

    /// The hub, as the environment describes it.
    pub fn hub(&self) -> crate::error::Result<Hub> {
        Hub::from_env(self.offline).ok_or(Error::NoPlace {
            what: "models of the hub",
            instead: "there is no home folder; set HF_HOME",
        })
    }

    /// What was taken of the hub; its file lies beside the user's `models.toml`.
    pub fn lock(&self) -> crate::error::Result<Lock> {
        let path = self.lock.clone().ok_or(Error::NoPlace {
            what: "models.lock",
            instead: "there is no home folder; give a file with --models",
        });
        Lock::open(path?)
    }

    /// The model that was asked for, else `recorded` (what an index was built with), else the
    /// user's, else the default.
    pub fn embedder(
        &self,
        engine: &Engine,
        recorded: Option<&str>,
    ) -> crate::error::Result<Embedder> {
        let name = engine
            .model
            .as_deref()
            .or(recorded)
            .or(self.model.as_deref())
            .unwrap_or(DEFAULT_MODEL);
        let registry = Registry::load(self.models.as_deref())?;
        let path = Path::new(name);
        match registry.get(name) {
            // Only these need the hub's cache and the lock.
            Ok(model) if matches!(model.source, Source::Hub(_)) => {
                self.load(self.registry()?.get(name)?, engine)
            }
            Ok(model) => self.load(model, engine),
            // A path names a model too, unless the registry knows it by that name.
            Err(_) if path.join("config.json").is_file() || path.is_file() => {
                let path = dunce::canonicalize(path).map_err(Error::io("open", path))?;
                self.load(&describe_path(&path.to_string_lossy(), &path)?, engine)
            }
            Err(unknown) => Err(unknown),
        }
    }

    fn load(&self, model: &Model, engine: &Engine) -> crate::error::Result<Embedder> {
        let cache = user_cache().map(|dir| dir.join("models"));
        let embedder = Embedder::load(model, engine.compute(), cache.as_deref())?;
        if let Some(why) = embedder.instead_of_gpu()
            && !self.quiet
        {
            output::remark(&format!("computing on the CPU: {why}"));
        }
        if self.verbose {
            let (device, precision) = (embedder.device(), embedder.precision());
            output::remark(&format!("{} on {device} in {precision}", model.name));
        }
        Ok(embedder)
    }
}

/// Where this program keeps what it can make again.
pub fn user_cache() -> Option<PathBuf> {
    let dirs = etcetera::choose_base_strategy().ok()?;
    Some(dirs.cache_dir().join("tane"))
}

/// Where maps are kept.
pub fn maps_cache() -> Option<PathBuf> {
    user_cache().map(|dir| dir.join("maps"))
}

fn read<T: DeserializeOwned>(path: &Path) -> crate::error::Result<T> {
    let text = std::fs::read_to_string(path).map_err(Error::io("read", path))?;
    toml::from_str(&text).map_err(|error| Error::Config {
        path: path.to_path_buf(),
        message: error.to_string(),
    })
}

/// A relative path that does not climb out of its folder.
fn inside<'a>(index: &'a Path, file: &Path) -> crate::error::Result<&'a Path> {
    let stays = index
        .components()
        .all(|c| matches!(c, Component::Normal(_) | Component::CurDir));
    if stays {
        return Ok(index);
    }
    Err(Error::Config {
        path: file.to_path_buf(),
        message: format!(
            "index = \"{}\" is outside the project; give a folder inside it, or use --index",
            index.display()
        ),
    })
}
