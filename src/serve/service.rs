//! An index and its model, opened once for many questions and opened anew when the index has changed.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::SystemTime;

use crate::embed::Embedder;
use crate::error::Result;
use crate::index::{ArticleNo, Index, Manifest};

/// Loads the model of that name.
pub type LoadModel = dyn Fn(&str) -> Result<Embedder> + Send + Sync;

/// One index on disk, for any number of questions.
pub struct Service {
    dir: PathBuf,
    load: Box<LoadModel>,
    open: Mutex<Option<Arc<Open>>>,
    /// Held while the index is opened, so that it is opened once.
    opening: Mutex<()>,
}

/// One generation of the index. Whoever holds it is answered from it, whatever is written meanwhile.
pub struct Open {
    pub index: Index,
    pub embedder: Arc<Embedder>,
    /// What it holds, in a sentence.
    corpus: String,
    /// Numbers of the articles in the order of their ids.
    by_id: OnceLock<Vec<ArticleNo>>,
    /// `None` where the file system does not tell one manifest from the next: then every question opens the index.
    stamp: Option<Stamp>,
}

/// What tells one manifest from the next: every commit renames a new file into its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    modified: SystemTime,
    bytes: u64,
    inode: u64,
}

impl Stamp {
    fn of(dir: &Path) -> Option<Self> {
        let metadata = Manifest::metadata(dir).ok()?;
        #[cfg(unix)]
        let inode = std::os::unix::fs::MetadataExt::ino(&metadata);
        #[cfg(not(unix))]
        let inode = 0;
        Some(Self {
            modified: metadata.modified().ok()?,
            bytes: metadata.len(),
            inode,
        })
    }
}

impl Open {
    /// Numbers of the articles in the order of their ids; sorted once for all pages of a list.
    ///
    /// # Errors
    /// [`crate::IndexError::Corrupt`].
    pub fn by_id(&self) -> Result<&[ArticleNo]> {
        if let Some(numbers) = self.by_id.get() {
            return Ok(numbers);
        }
        let numbers = self.index.articles();
        let named = numbers.map(|number| Ok((self.index.article(number)?.id(), number)));
        let mut named = named.collect::<Result<Vec<(String, ArticleNo)>>>()?;
        named.sort();
        let numbers = named.into_iter().map(|(_, number)| number).collect();
        Ok(self.by_id.get_or_init(|| numbers))
    }
}

impl Service {
    /// Opens nothing yet.
    pub fn new(dir: PathBuf, load: Box<LoadModel>) -> Self {
        Self {
            dir,
            load,
            open: Mutex::new(None),
            opening: Mutex::new(()),
        }
    }

    /// What the index holds, in a sentence: as it was last opened, so that no file is read for it again and again.
    pub fn corpus(&self) -> String {
        if let Some(open) = lock(&self.open).as_ref() {
            return open.corpus.clone();
        }
        match Manifest::read(&self.dir) {
            Ok(Some(manifest)) => corpus(&manifest),
            _ => "There is no index yet: every tool says how to build one.".to_owned(),
        }
    }

    /// The current generation. Asks the file system whether there is a newer one, and opens that.
    ///
    /// # Errors
    /// As [`Index::open`] and [`Index::check_space`], and what loading a model returns.
    pub fn current(&self) -> Result<Arc<Open>> {
        let stamp = Stamp::of(&self.dir);
        let is_current = |open: &&Arc<Open>| stamp.is_some() && open.stamp == stamp;
        if let Some(open) = lock(&self.open).as_ref().filter(is_current) {
            return Ok(open.clone());
        }
        let _opening = lock(&self.opening);
        // Taken before the manifest is read: a commit in between makes the next question look again.
        let stamp = Stamp::of(&self.dir);
        let last = lock(&self.open).clone();
        if let Some(open) = last
            .as_ref()
            .filter(|open| stamp.is_some() && open.stamp == stamp)
        {
            return Ok(open.clone());
        }
        let index = Index::open(&self.dir)?;
        index.expect_many_questions();
        let same_model = last.filter(|last| index.check_space(last.embedder.space()).is_ok());
        let embedder = match same_model {
            Some(last) => last.embedder.clone(),
            None => Arc::new((self.load)(&index.manifest.space.model)?),
        };
        index.check_space(embedder.space())?;
        let open = Arc::new(Open {
            corpus: corpus(&index.manifest),
            index,
            embedder,
            by_id: OnceLock::new(),
            stamp,
        });
        *lock(&self.open) = Some(open.clone());
        Ok(open)
    }
}

/// What an index holds, in a sentence.
fn corpus(manifest: &Manifest) -> String {
    let mut languages: Vec<(String, usize)> = Vec::new();
    let (mut articles, mut passages) = (0, 0);
    for segment in &manifest.segments {
        articles += segment.articles;
        passages += segment.live();
        for language in &segment.languages {
            match languages
                .iter_mut()
                .find(|(name, _)| *name == language.name)
            {
                Some((_, count)) => *count += language.passages,
                None => languages.push((language.name.clone(), language.passages)),
            }
        }
    }
    languages.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    let languages: Vec<String> = languages
        .iter()
        .filter(|(_, count)| *count > 0)
        .take(8)
        .map(|(name, count)| format!("{name} {count}"))
        .collect();
    let roots: Vec<&str> = manifest
        .roots
        .iter()
        .map(|root| root.label.as_str())
        .take(8)
        .collect();
    format!(
        "It holds about {articles} articles from {}, {passages} passages (by language: {}).",
        roots.join(", "),
        languages.join(", ")
    )
}

/// Nothing is left half done where a holder panicked: each lock guards one value.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
