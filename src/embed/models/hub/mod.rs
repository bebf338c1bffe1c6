//! Models of the Hugging Face hub: downloaded by hf-hub into the cache that all of its libraries share, checked, and
//! recorded in a lock file.
//!
//! hf-hub knows the hub's interface and the layout of the cache. This file adds what hf-hub leaves to its caller. hf-hub
//! has no time limit, checks neither length nor checksum of a download, panics on some answers, and trusts the names that
//! the server sends. So it runs in a thread that is watched, and a download that is not what the hub promised is removed.

mod fault;

use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

use hf_hub::api::sync::{Api, ApiBuilder, ApiError};
use hf_hub::{Cache, Repo, RepoType};

use self::fault::Fault;
use super::files;
use super::integrity::{Promise, is_commit, is_plain};
use super::lockfile::{Lock, Locked, LockedFile};
use crate::embed::model::{Model, Source};
use crate::embed::models::files::{OPTIONAL, REQUIRED};
use crate::error::{EmbedError, Error, Result};
use crate::sha256;

/// How often something that may pass is tried.
const ATTEMPTS: u32 = 3;
/// Seconds without a byte after which a server is given up; `HF_HUB_DOWNLOAD_TIMEOUT` names others.
const PATIENCE: u64 = 30;
/// Name of the threads in which hf-hub works; a panic in one is the answer of a strange server, and becomes an error.
pub const THREAD: &str = "hub";
/// The revision where nothing names one.
const MAIN: &str = "main";

/// The hub as the user's environment describes it. Nothing of it is ever taken from a project's folder.
pub struct Hub {
    cache: Cache,
    endpoint: Option<String>,
    token: Option<String>,
    offline: bool,
    patience: Duration,
}

/// Told how a download goes on.
pub trait Watch {
    /// A file of so many bytes begins.
    fn begins(&self, file: &str, bytes: usize);
    /// So many bytes more have come.
    fn comes(&self, bytes: usize);
}

/// A file of a model: where it comes from and where it goes.
#[derive(Debug, serde::Serialize)]
pub struct Wanted {
    /// Path in the repository.
    pub file: String,
    /// Without it there is no model; others are taken where the repository has them.
    pub required: bool,
    /// Where it is downloaded from.
    pub url: String,
    /// Where it is looked for on this machine.
    pub path: PathBuf,
}

/// What a download has to tell.
enum Event<T> {
    Begins(String, usize),
    Comes(usize),
    Ends(Result<T, ApiError>),
}

/// Passes on what hf-hub reports.
struct Reporter<T>(Sender<Event<T>>);

impl<T> hf_hub::api::Progress for Reporter<T> {
    // Nobody listens any more where the download was given up.
    fn init(&mut self, size: usize, filename: &str) {
        let _ = self.0.send(Event::Begins(filename.to_owned(), size));
    }

    fn update(&mut self, size: usize) {
        let _ = self.0.send(Event::Comes(size));
    }

    fn finish(&mut self) {}
}

impl Hub {
    /// From `HF_HOME`, `HF_ENDPOINT`, `HF_TOKEN` (or the token file of `HF_HOME`), `HF_HUB_OFFLINE` and
    /// `HF_HUB_DOWNLOAD_TIMEOUT`; `None` where there is no home folder.
    pub fn from_env(offline: bool) -> Option<Self> {
        let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let home = set("HF_HOME").map(PathBuf::from).or_else(|| {
            let home = etcetera::home_dir().ok()?;
            Some(home.join(".cache").join("huggingface"))
        })?;
        let cache = Cache::new(home.join("hub"));
        let yes =
            |value: String| !["0", "false", "no", "off"].contains(&value.to_lowercase().as_str());
        let patience = set("HF_HUB_DOWNLOAD_TIMEOUT").and_then(|seconds| seconds.parse().ok());
        Some(Self {
            endpoint: set("HF_ENDPOINT").map(|endpoint| endpoint.trim_end_matches('/').to_owned()),
            token: set("HF_TOKEN").or_else(|| cache.token()),
            offline: offline || set("HF_HUB_OFFLINE").is_some_and(yes),
            patience: Duration::from_secs(patience.unwrap_or(PATIENCE)),
            cache,
        })
    }

    /// The folder with the files of a model, where all that are needed are there, and its revision.
    pub fn find(
        &self,
        id: &str,
        revision: Option<&str>,
        weights: &[String],
    ) -> Option<(PathBuf, String)> {
        // What another library of the hub downloaded is as good.
        let revision = revision.map(str::to_owned).or_else(|| {
            let head = self.folder(id).join("refs").join(MAIN);
            let head = std::fs::read_to_string(head).unwrap_or_else(|_| MAIN.to_owned());
            Some(head.trim().to_owned()).filter(|head| is_plain(head))
        })?;
        let snapshot = self.snapshot(id, &revision);
        let complete = required(weights).all(|file| snapshot.join(file).is_file());
        complete.then_some((snapshot, revision))
    }

    /// The files of a model, for whoever brings them here by hand.
    pub fn wanted(&self, id: &str, revision: Option<&str>, weights: &[String]) -> Vec<Wanted> {
        let revision = revision.unwrap_or(MAIN);
        let endpoint = self.endpoint.as_deref().unwrap_or("https://huggingface.co");
        let snapshot = self.snapshot(id, revision);
        let files = required(weights).map(|file| (file, true));
        let files = files.chain(OPTIONAL.iter().map(|file| (*file, false)));
        files
            .map(|(file, required)| Wanted {
                file: file.to_owned(),
                required,
                url: format!("{endpoint}/{id}/resolve/{revision}/{file}"),
                path: snapshot.join(file),
            })
            .collect()
    }

    /// Downloads what is missing of a model, checks all of it, and records it in the lock; `upgrade` takes the newest
    /// revision, not the recorded one.
    ///
    /// # Errors
    /// [`EmbedError::Hub`] where the hub has no such model, refuses, does not answer or sends something else than it
    /// promised; [`Error::Io`] where the lock cannot be written.
    pub fn pull(
        &self,
        model: &Model,
        lock: &mut Lock,
        upgrade: bool,
        watch: &dyn Watch,
    ) -> Result<PathBuf> {
        let Source::Hub(id) = &model.source else {
            return Err(fault(model, "it is no model of the hub"));
        };
        if self.offline {
            return Err(Error::Embed(EmbedError::Offline {
                model: model.name.clone(),
            }));
        }
        let known = lock.of(&model.name, id).filter(|_| !upgrade).cloned();
        let recorded = known.as_ref().map(|known| known.revision.clone());
        let asked = model.revision.clone().or(recorded);
        let asked = asked.unwrap_or_else(|| MAIN.to_owned());
        let place = repo(id, &asked);
        let info = self.repeated(model, watch, &|| (), move |api, _| {
            api.repo(place.clone()).info()
        })?;
        let revision = info.sha;
        if !is_commit(&revision) || (asked != MAIN && asked != revision) {
            let what = format!("revision {asked} was asked for, the hub names `{revision}`");
            return Err(fault(model, &what));
        }
        let has = |file: &&str| {
            info.siblings
                .iter()
                .any(|sibling| sibling.rfilename == **file)
        };
        let weights = model.weight_files();
        if let Some(missing) = required(&weights).find(|file| !has(file)) {
            let mut what = format!("{id} at {revision} has no {missing}");
            let names = info.siblings.iter().map(|sibling| &sibling.rfilename);
            if let Some(other) = files::first_weights(names.cloned().collect())
                && weights.iter().any(|file| file == missing)
            {
                what += &format!(
                    "; if its weights are {other}, its entry in models.toml needs `weights = \"{other}\"`"
                );
            }
            return Err(fault(model, &what));
        }
        let known = known.filter(|known| known.revision == revision);
        let mut files = Vec::new();
        for file in required(&weights).chain(OPTIONAL).filter(|file| has(file)) {
            let recorded = known.as_ref().and_then(|known| known.file(file));
            files.push(self.file(model, &repo(id, &revision), file, recorded, watch)?);
        }
        if asked == MAIN {
            let head = self.cache.repo(repo(id, MAIN)).create_ref(&revision);
            head.map_err(Error::io("write", self.folder(id)))?;
        }
        lock.set(Locked {
            name: model.name.clone(),
            hub: id.clone(),
            revision: revision.clone(),
            file: files,
        })?;
        Ok(self.snapshot(id, &revision))
    }

    /// One file, checked: what is here already, else what the hub sends.
    fn file(
        &self,
        model: &Model,
        repo: &Repo,
        file: &str,
        recorded: Option<&LockedFile>,
        watch: &dyn Watch,
    ) -> Result<LockedFile> {
        let cache = self.cache.repo(repo.clone());
        let path = cache.pointer_path(repo.revision()).join(file);
        let weights = model.weight_files();
        let is_weights = weights.iter().any(|name| name == file);
        // An entry's checksum of several files is none of theirs; it is compared where they are loaded.
        let whole = model.sha256.as_ref().filter(|_| weights == [file]);
        let expected = recorded.map(|file| &file.sha256).or(whole);
        if let (Some(expected), true) = (expected, path.is_file())
            && sha256::of_file(&path)? == *expected
        {
            return described(file, &path, expected.clone());
        }
        let place = (repo.clone(), file.to_owned());
        let (there, name) = place.clone();
        let metadata = self.repeated(model, watch, &|| (), move |api, _| {
            api.metadata(&api.repo(there.clone()).url(&name))
        })?;
        let commit = metadata.commit_hash();
        let promised = Promise {
            bytes: metadata.size(),
            etag: metadata.etag().to_owned(),
        };
        // These name files.
        if commit != repo.revision() || !is_plain(&promised.etag) {
            let what = format!(
                "{file}: the hub promises revision `{commit}` and tag `{}`, revision {} was asked for",
                promised.etag,
                repo.revision()
            );
            return Err(fault(model, &what));
        }
        // Of the weights something must say what they should be.
        if is_weights && !promised.is_sha256() && expected.is_none() {
            let what =
                format!("the hub gives no checksum of {file}; record its `sha256` in models.toml");
            return Err(fault(model, &what));
        }
        let blob = cache.blob_path(&promised.etag);
        let forget = || {
            for path in [&blob, &path, &blob.with_extension("part")] {
                let _ = std::fs::remove_file(path);
            }
        };
        let fetch = || {
            let (there, name) = place.clone();
            self.repeated(model, watch, &forget, move |api, report| {
                api.repo(there.clone())
                    .download_with_progress(&name, report)
            })
        };
        // A name without its file, or one that failed a check: hf-hub would keep it.
        let _ = std::fs::remove_file(&path);
        let check = |path: PathBuf| promised.check(&path, expected);
        let mut checked = check(fetch()?);
        if checked.is_err() {
            // Once more from the beginning: the first part may have been of another file.
            forget();
            checked = check(fetch()?);
        }
        let sha256 = checked.map_err(|what| {
            forget();
            fault(model, &format!("{file}: {what}; it was removed again"))
        })?;
        described(file, &path, sha256)
    }

    fn folder(&self, id: &str) -> PathBuf {
        self.cache.path().join(repo(id, MAIN).folder_name())
    }

    fn snapshot(&self, id: &str, revision: &str) -> PathBuf {
        self.cache.repo(repo(id, revision)).pointer_path(revision)
    }

    fn api(&self) -> Result<Api, ApiError> {
        let mut builder = ApiBuilder::from_cache(self.cache.clone())
            .with_token(self.token.clone())
            .with_user_agent("tane", env!("CARGO_PKG_VERSION"))
            .with_progress(false);
        if let Some(endpoint) = &self.endpoint {
            builder = builder.with_endpoint(endpoint.clone());
        }
        builder.build()
    }

    /// What the hub answers to `ask`; asked again where a fault may pass, and after `mend` where what is left of an
    /// earlier download is in the way.
    fn repeated<T: Send + 'static>(
        &self,
        model: &Model,
        watch: &dyn Watch,
        mend: &dyn Fn(),
        ask: impl Fn(&Api, Reporter<T>) -> Result<T, ApiError> + Clone + Send + 'static,
    ) -> Result<T> {
        let mut attempt = 1;
        loop {
            let what = match self.watched(watch, ask.clone()) {
                Ok(answer) => return Ok(answer),
                Err(Fault::Lasting(what)) => return Err(fault(model, &what)),
                Err(Fault::Remnant) => {
                    mend();
                    "what is left of an earlier download cannot be gone on with".to_owned()
                }
                Err(Fault::Passing(what)) => {
                    std::thread::sleep(Duration::from_millis(250) * 2u32.pow(attempt));
                    what
                }
            };
            attempt += 1;
            if attempt > ATTEMPTS {
                let what =
                    format!("{what} ({ATTEMPTS} times); what has come is kept, run it again");
                return Err(fault(model, &what));
            }
        }
    }

    /// Runs `ask` in a thread, which is left alone where nothing is heard of it for too long.
    fn watched<T: Send + 'static>(
        &self,
        watch: &dyn Watch,
        ask: impl Fn(&Api, Reporter<T>) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, Fault> {
        let api = self.api().map_err(|error| Fault::of(&error))?;
        let (sender, receiver) = channel();
        let work = move || {
            let answer = ask(&api, Reporter(sender.clone()));
            let _ = sender.send(Event::Ends(answer));
        };
        let thread = std::thread::Builder::new().name(THREAD.to_owned());
        thread
            .spawn(work)
            .map_err(|error| Fault::Lasting(format!("cannot start a thread: {error}")))?;
        loop {
            match receiver.recv_timeout(self.patience) {
                Ok(Event::Begins(file, bytes)) => watch.begins(&file, bytes),
                Ok(Event::Comes(bytes)) => watch.comes(bytes),
                Ok(Event::Ends(answer)) => return answer.map_err(|error| Fault::of(&error)),
                Err(RecvTimeoutError::Timeout) => {
                    let seconds = self.patience.as_secs();
                    let what = format!("the hub has not answered for {seconds} seconds");
                    return Err(Fault::Passing(what));
                }
                Err(RecvTimeoutError::Disconnected) => {
                    let what = "the hub's answer makes no sense to hf-hub";
                    return Err(Fault::Lasting(what.to_owned()));
                }
            }
        }
    }
}

fn described(file: &str, path: &Path, sha256: String) -> Result<LockedFile> {
    let bytes = std::fs::metadata(path)
        .map_err(Error::io("read", path))?
        .len();
    Ok(LockedFile {
        path: file.to_owned(),
        bytes,
        sha256,
    })
}

/// The files without which there is no model.
fn required(weights: &[String]) -> impl Iterator<Item = &str> {
    REQUIRED
        .into_iter()
        .chain(weights.iter().map(String::as_str))
}

fn repo(id: &str, revision: &str) -> Repo {
    Repo::with_revision(id.to_owned(), RepoType::Model, revision.to_owned())
}

fn fault(model: &Model, what: &str) -> Error {
    Error::Embed(EmbedError::Hub {
        model: model.name.clone(),
        what: what.to_owned(),
    })
}
