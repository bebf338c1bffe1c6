//! Local semantic search with citations: one binary, a multilingual model inside. This is its library.
//!
//! Index a folder, ask a question in any language, and print what answers it with its citation:
//!
//! ```
//! use std::time::Instant;
//!
//! use tane::embed::{Compute, DEFAULT_MODEL, Embedder, Registry};
//! use tane::index::{Index, Update, update};
//! use tane::search::{Query, query};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let (articles, index) = (folder.path().join("articles"), folder.path().join("index"));
//! # std::fs::create_dir(&articles)?;
//! std::fs::write(articles.join("mill.txt"), "北の製粉所は1872年に建てられた。\n")?;
//!
//! let registry = Registry::load(None)?;
//! let embedder = Embedder::load(registry.get(DEFAULT_MODEL)?, Compute::default(), None)?;
//! let add = Update { add: vec![articles], ..Update::default() };
//! update(&index, &embedder, &add, &())?;
//!
//! let index = Index::open(&index)?;
//! let question = Query {
//!     text: "When was the northern mill built?".to_owned(),
//!     limit: 3,
//!     ..Query::default()
//! };
//! let answers = query(&index, &embedder, &question, Instant::now())?;
//! for answer in &answers.results {
//!     println!("{}\n{}", answer.citation, answer.passage.text);
//! }
//! assert!(answers.results[0].citation.ends_with("mill.txt:1"));
//! # Ok(())
//! # }
//! ```
//!
//! `examples/` has three small programs: `search`, `similar` and `embed`.
//!
//! # Modules
//!
//! Data flows one way; a module uses only those before it:
//!
//! - [`kernel`]: SIMD, chosen at run time. [`corpus`]: files to articles.
//! - [`words`]: the terms of a text in any script. [`passage`]: articles to passages.
//! - [`embed`]: texts to vectors. [`index`]: what lies on disk, its one writer and its readers.
//! - [`search`]: questions to cited answers, and articles to articles that are like them.
//! - [`eval`]: quality on labelled sets. [`serve`]: answers over HTTP and MCP. [`cli`]: the program.
//!
//! The command line, its JSON and the files of an index are stable; they have version numbers. The functions of this library
//! are not yet: they change with the program.

#![warn(missing_docs)]
#![cfg_attr(test, allow(clippy::too_many_lines, reason = "a test tells one story"))]

#[cfg(target_endian = "big")]
compile_error!("the files of an index are little-endian and are read without conversion");

mod advice;
pub mod cli;
pub mod corpus;
pub mod embed;
pub mod error;
pub mod eval;
pub mod index;
pub mod kernel;
pub mod map;
mod mmap;
pub mod passage;
pub mod search;
pub mod serve;
mod sha256;
pub mod words;

pub use error::{CorpusError, EmbedError, Error, IndexError, Result, SearchError};
