//! The generation before an update.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::Path;

use crate::embed::{Embedder, Precision, TokenCodes};
use crate::error::{Error, IndexError, Result};
use crate::index::reader::Index;
use crate::index::same_space::{check_canaries, check_space};
use crate::index::store::damage::Damage;
use crate::index::store::format::{ArticleRecord, file_id};
use crate::index::store::key::Key;
use crate::index::store::manifest::{Manifest, Root, Shard};
use crate::index::store::position::{ArticleNo, Row};
use crate::passage::RECIPE;
use crate::words;

/// Number and id of an article that stays as it is.
pub(in crate::index) type Unchanged = (ArticleNo, String);

pub(in crate::index) fn kept((number, record): &(ArticleNo, ArticleRecord)) -> Unchanged {
    (*number, record.id())
}

/// The generation before this update; empty where there is none.
pub(in crate::index) struct Previous {
    pub(in crate::index) index: Option<Index>,
    pub(in crate::index) roots: Vec<Root>,
    pub(in crate::index) generation: u64,
    /// By the id of their file: numbers and records. Damaged ones are left out, as if they had never been read.
    articles: HashMap<String, Vec<(ArticleNo, ArticleRecord)>>,
    pub(in crate::index) precisions: BTreeSet<Precision>,
    /// Its articles are cut as they would be now.
    pub(in crate::index) same_recipe: bool,
    /// Its rows are what they would be now: aligned the same way, with the same words.
    pub(in crate::index) same_rows: bool,
    /// An older version of the program made it, and it is brought up to date.
    pub(in crate::index) is_outdated: bool,
    /// For each segment whether something in its files is not what was written.
    pub(in crate::index) damaged: Vec<bool>,
    /// Something could not be read at all, or was damaged.
    pub(in crate::index) faulty: bool,
    /// Articles that cannot be relied on.
    pub(in crate::index) lost: usize,
    /// Numbers of articles whose token codes cannot be relied on. They are read again where that can be done.
    damaged_tokens: HashSet<ArticleNo>,
    /// Its passages were not to get token codes.
    pub(in crate::index) no_late: bool,
    /// What the token codes are to be made with that all passages are to have; `None` where those that are there are right.
    wanted_tokens: Option<String>,
    /// For each segment whether it is to be written again because it has token codes that are not wanted.
    pub(in crate::index) other_tokens: Vec<bool>,
}

impl Previous {
    /// `late` is whether token codes are wanted for all passages, or for none; `None` where those that are there are right.
    pub(in crate::index) fn open(
        dir: &Path,
        embedder: &Embedder,
        rebuild: bool,
        late: Option<bool>,
    ) -> Result<Self> {
        let Some((index, faults)) = opened(dir, embedder, rebuild)? else {
            return Ok(Self::none(dir));
        };
        check_space(dir, &index.manifest.space, embedder.space())?;
        if !rebuild {
            index.check_is_not_newer()?;
        }
        let known = Manifest::read(dir)?.map_or(0, |manifest| articles_of(&manifest));
        let mut damaged = Vec::new();
        let mut lost = HashSet::new();
        let mut damaged_tokens = HashSet::new();
        for part in index.parts() {
            let damage = Damage::of(&part.segment);
            damaged.push(!damage.is_none() || !part.graph_is_sound(dir)?);
            let own = damage.articles.into_iter();
            lost.extend(own.map(|article| part.article(article)));
            let own = damage.token_articles.into_iter();
            damaged_tokens.extend(own.map(|article| part.article(article)));
        }
        let mut articles = HashMap::new();
        for number in index.articles().filter(|number| !lost.contains(number)) {
            let record = index.article(number)?;
            let file = file_id(&record.root, &record.relative);
            articles
                .entry(file)
                .or_insert_with(Vec::new)
                .push((number, record));
        }
        let manifest = &index.manifest;
        let precisions = manifest.segments.iter().flat_map(|s| &s.precisions);
        let format = embedder.token_codes();
        let segments = manifest.segments.iter();
        // Articles that lack wanted ones are read again, and leave their segment.
        let other_tokens = segments.map(|entry| late == Some(false) && entry.late.is_some());
        let same_recipe = manifest.recipe == RECIPE && !rebuild;
        let same_rows = manifest.words == words::VERSION
            && manifest.space.alignment == embedder.space().alignment
            && !rebuild;
        Ok(Self {
            roots: manifest.roots.clone(),
            generation: manifest.generation,
            precisions: precisions.copied().collect(),
            same_recipe,
            same_rows,
            is_outdated: !(rebuild || same_recipe && same_rows),
            articles,
            faulty: !faults.is_empty() || damaged.contains(&true),
            lost: lost.union(&damaged_tokens).count() + known - articles_of(manifest),
            damaged_tokens,
            damaged,
            no_late: manifest.no_late,
            wanted_tokens: format
                .filter(|_| late == Some(true))
                .map(|format| format.id.clone()),
            other_tokens: other_tokens.collect(),
            index: Some(index),
        })
    }

    /// Which part of the files it holds; `None` where it holds all.
    pub(in crate::index) fn shard(&self) -> Option<&Shard> {
        self.index.as_ref()?.manifest.shard.as_ref()
    }

    /// No generation, or one of which only the roots are of use.
    fn none(dir: &Path) -> Self {
        Self {
            index: None,
            roots: Manifest::read_roots(dir),
            generation: next_free_generation(dir),
            articles: HashMap::new(),
            precisions: BTreeSet::new(),
            same_recipe: false,
            same_rows: false,
            is_outdated: false,
            damaged: Vec::new(),
            faulty: false,
            lost: 0,
            damaged_tokens: HashSet::new(),
            no_late: Manifest::read(dir).is_ok_and(|manifest| manifest.is_some_and(|m| m.no_late)),
            wanted_tokens: None,
            other_tokens: Vec::new(),
        }
    }

    /// The row of a content key, where its vectors can be relied on.
    pub(in crate::index) fn find_key(&self, key: &Key) -> Option<Row> {
        let index = self.index.as_ref()?;
        let row = index.find_key(key)?;
        (!self.faulty || index.stored_vectors(row).is_ok()).then_some(row)
    }

    /// Whether all that is wanted of a content key is known: its vectors, and its token codes where there is a `late`.
    pub(in crate::index) fn knows(&self, key: &Key, late: Option<&TokenCodes>) -> bool {
        let (Some(index), Some(row)) = (&self.index, self.find_key(key)) else {
            return false;
        };
        // Those that lack token codes get them where that was asked for.
        late.is_none_or(|late| {
            let known = index.has_tokens(row, &late.id) || self.wanted_tokens.is_none();
            known && !(self.faulty && index.check_tokens(row).is_err())
        })
    }

    /// Numbers and records of the articles of a file.
    pub(in crate::index) fn of_file(
        &self,
        root: &Root,
        relative: &str,
    ) -> impl Iterator<Item = &(ArticleNo, ArticleRecord)> {
        let found = self.articles.get(&file_id(&root.label, relative));
        found.into_iter().flatten()
    }

    /// The same where they are cut as they would be now; else none.
    pub(in crate::index) fn as_now(
        &self,
        root: &Root,
        relative: &str,
    ) -> Vec<&(ArticleNo, ArticleRecord)> {
        let known: Vec<_> = self.of_file(root, relative).collect();
        let as_now = |number: ArticleNo, record: &ArticleRecord| {
            record.recipe.is_none_or(|recipe| recipe == RECIPE) && !self.lacks_tokens(number)
        };
        let all = self.same_recipe && known.iter().all(|(number, record)| as_now(*number, record));
        if all { known } else { Vec::new() }
    }

    /// Whether an article is to be read again because some of its passages lack token codes.
    pub(in crate::index) fn lacks_tokens(&self, article: ArticleNo) -> bool {
        let lack = |(index, id): (&Index, &String)| {
            index
                .rows_of(article)
                .iter()
                .any(|row| !index.has_tokens(row, id))
        };
        let wanted = self.index.as_ref().zip(self.wanted_tokens.as_ref());
        self.damaged_tokens.contains(&article) || wanted.is_some_and(lack)
    }

    /// Whether all passages are to have token codes, also those whose files are gone.
    pub(in crate::index) fn wants_tokens(&self) -> bool {
        self.wanted_tokens.is_some()
    }

    /// The rows of an article that are to get token codes, although it is not read again.
    pub(in crate::index) fn rows_without_tokens(&self, article: ArticleNo) -> Vec<Row> {
        let Some(index) = &self.index else {
            return Vec::new();
        };
        let missing = |row: Row| {
            let wanted = self.wanted_tokens.as_ref();
            wanted.is_some_and(|id| !index.has_tokens(row, id))
        };
        let damaged =
            |row: Row| self.damaged_tokens.contains(&article) && index.check_tokens(row).is_err();
        let rows = index.rows_of(article).iter();
        rows.filter(|row| missing(*row) || damaged(*row)).collect()
    }

    /// The files of a root by their relative paths, sorted, with their articles.
    pub(in crate::index) fn files_of(
        &self,
        root: &Root,
    ) -> Vec<(&str, &[(ArticleNo, ArticleRecord)])> {
        let files = self.articles.values().filter_map(|articles| {
            let (_, first) = articles.first()?;
            (first.root == root.label).then_some((first.relative.as_str(), articles.as_slice()))
        });
        let mut files: Vec<_> = files.collect();
        files.sort_unstable_by_key(|(relative, _)| *relative);
        files
    }

    /// How many articles a root has.
    pub(in crate::index) fn count_of(&self, root: &Root) -> usize {
        let articles = self.articles.values().flatten();
        articles
            .filter(|(_, record)| record.root == root.label)
            .count()
    }

    /// How many of its articles have none of these ids.
    pub(in crate::index) fn missing_from(&self, now: &HashSet<&str>) -> usize {
        let articles = self.articles.values().flatten();
        let gone = articles.filter(|(_, record)| !now.contains(record.id().as_str()));
        gone.count()
    }
}

/// What can be opened of a generation, and what cannot; `None` where there is none, or none of use.
fn opened(dir: &Path, embedder: &Embedder, rebuild: bool) -> Result<Option<(Index, Vec<Error>)>> {
    match Index::open_damaged(dir) {
        // Vectors of another space, whatever its name says, are of no use.
        Ok((index, _)) if rebuild && !same_space(dir, &index, embedder)? => Ok(None),
        Ok(opened) => Ok(Some(opened)),
        // The process that builds it is this one.
        Err(Error::Index(IndexError::NoIndex { .. } | IndexError::BeingBuilt { .. })) => Ok(None),
        // What cannot be opened can still be built anew from its roots.
        Err(
            Error::Index(IndexError::IndexFormat { .. } | IndexError::Corrupt { .. })
            | Error::Io { .. },
        ) if rebuild => Ok(None),
        Err(error) => Err(error),
    }
}

/// Articles in the files of all segments.
fn articles_of(manifest: &Manifest) -> usize {
    manifest.segments.iter().map(|s| s.articles).sum()
}

/// Whether an index holds vectors of the embedder's space, by name and by its canaries.
fn same_space(dir: &Path, index: &Index, embedder: &Embedder) -> Result<bool> {
    match check_canaries(dir, &index.manifest, embedder) {
        Ok(()) => Ok(true),
        Err(Error::Index(IndexError::SpaceMismatch { .. } | IndexError::Canary { .. })) => {
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

/// A generation above every file that lies in the folder.
fn next_free_generation(dir: &Path) -> u64 {
    let names = std::fs::read_dir(dir).into_iter().flatten().flatten();
    names
        .filter_map(|entry| entry.file_name().to_str()?.split('.').next()?.parse().ok())
        .max()
        .unwrap_or(0)
}
