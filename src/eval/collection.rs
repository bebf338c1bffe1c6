//! Texts as an index holds them, in memory.

use rayon::prelude::*;

use super::cache::VectorCache;
use crate::corpus::Article;
use crate::embed::{Embedder, Role};
use crate::error::Result;
use crate::index::{
    Key, Keyword, KeywordWriter, LanguageNo, LanguageRows, Row, RowRecord, Rows, SegmentRows,
    TokenRows, token_end,
};
use crate::passage::passages;

/// A text to be found.
pub struct Document<'a> {
    pub text: &'a str,
    /// Its words count for every passage, as an article's title does.
    pub title: &'a str,
    /// Its language, where it is known; else it is detected.
    pub lang: Option<&'a str>,
}

/// Passages with their vectors and words.
pub struct Collection {
    dimension: usize,
    vectors: Vec<f32>,
    records: Vec<RowRecord>,
    terms: Vec<u8>,
    postings: Vec<u8>,
    /// Of the texts, in place of content keys.
    keys: Vec<Key>,
    order: Vec<u32>,
    languages: Vec<String>,
    /// Token codes and what they were made with, as in a segment.
    tokens: Vec<u8>,
    token_ends: Vec<u64>,
    token_id: Option<String>,
    /// For each row the number of its document.
    pub owners: Vec<usize>,
}

impl Collection {
    /// Cuts, embeds and indexes documents; with `no_chunk` each is one passage.
    ///
    /// # Errors
    /// What cutting and embedding return.
    pub fn new(
        documents: &[Document<'_>],
        no_chunk: bool,
        embedder: &Embedder,
        cache: &mut VectorCache,
    ) -> Result<Self> {
        let cut: Vec<(Vec<String>, String)> = documents
            .par_iter()
            .map(|document| cut(document, no_chunk, embedder))
            .collect::<Result<_>>()?;
        let texts: Vec<&str> = cut
            .iter()
            .flat_map(|(texts, _)| texts)
            .map(String::as_str)
            .collect();
        let vectors = cache.stored(embedder, &texts, Role::Passage)?;
        let mut collection = Self {
            dimension: embedder.space().dimension,
            vectors: vectors.iter().flat_map(|v| &v.vector).copied().collect(),
            records: Vec::with_capacity(texts.len()),
            terms: Vec::new(),
            postings: Vec::new(),
            keys: texts.iter().map(|text| text_key(text)).collect(),
            order: (0..texts.len() as u32).collect(),
            languages: Vec::new(),
            tokens: Vec::new(),
            token_ends: Vec::with_capacity(texts.len()),
            token_id: embedder.token_codes().map(|codes| codes.id.clone()),
            owners: Vec::with_capacity(texts.len()),
        };
        let mut keyword = KeywordWriter::default();
        let mut vectors = vectors.iter();
        for (owner, (document, (texts, lang))) in documents.iter().zip(&cut).enumerate() {
            let known = collection.languages.iter().position(|known| known == lang);
            let language = known.unwrap_or(collection.languages.len());
            if known.is_none() {
                collection.languages.push(lang.clone());
            }
            for (text, vector) in texts.iter().zip(&mut vectors) {
                let codes = vector.tokens.as_deref();
                collection.tokens.extend(codes.unwrap_or_default());
                let end = collection.tokens.len() as u64;
                collection.token_ends.push(token_end(end, codes.is_some()));
                collection.owners.push(owner);
                collection.records.push(RowRecord {
                    inverse_length: embedder.alignment().inverse_length(&vector.vector),
                    terms: keyword.row(&format!("{}\n{text}", document.title)),
                    language: language as u32,
                });
            }
        }
        (collection.terms, collection.postings) = keyword.finish();
        let keys = &collection.keys;
        collection
            .order
            .sort_unstable_by_key(|row| keys[*row as usize]);
        Ok(collection)
    }

    fn rows_of_languages(&self) -> Vec<LanguageRows> {
        let mut languages = vec![LanguageRows::default(); self.languages.len()];
        for record in &self.records {
            let language = &mut languages[record.language as usize];
            language.rows += 1;
            language.terms += u64::from(record.terms);
        }
        languages
    }

    pub fn rows(&self) -> Rows<'_> {
        let part = SegmentRows {
            vectors: &self.vectors,
            codes: &[],
            code_error: 0.0,
            records: &self.records,
            keyword: Keyword::new(&self.terms, &self.postings, self.records.len()),
            keys: &self.keys,
            order: &self.order,
            languages: (0..self.languages.len()).map(LanguageNo::new).collect(),
            dead: None,
            files: None,
            tokens: TokenRows {
                id: self.token_id.as_deref(),
                ends: &self.token_ends,
                bytes: &self.tokens,
                file: None,
            },
            first: Row::new(0),
        };
        Rows::new(self.dimension, vec![part], self.rows_of_languages(), false)
    }
}

fn text_key(text: &str) -> Key {
    let mut key = Key::default();
    key.copy_from_slice(&blake3::hash(text.as_bytes()).as_bytes()[..16]);
    key
}

/// The passages of a document and its language. One of which nothing would be read stays whole.
fn cut(
    document: &Document<'_>,
    no_chunk: bool,
    embedder: &Embedder,
) -> Result<(Vec<String>, String)> {
    let article = Article::of_text(document.text);
    let lang = document
        .lang
        .map(str::to_owned)
        .or_else(|| article.lang.clone());
    let mut texts: Vec<String> = Vec::new();
    if !no_chunk {
        let cut = passages(&article, embedder.counter());
        texts.extend(cut.iter().map(|passage| passage.readable(&article.text).0));
    }
    if texts.is_empty() {
        texts.push(document.text.to_owned());
    }
    Ok((texts, lang.unwrap_or_default()))
}
