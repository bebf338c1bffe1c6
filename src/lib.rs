//! Local semantic search with citations: one binary, a multilingual model inside.
//!
//! Data flows one way through the modules: [`kernel`] (SIMD), [`corpus`] (files to articles),
//! [`words`] (terms of a text), [`passage`] (articles to passages), [`embed`] (text to vectors), [`index`] (what lies on disk),
//! [`search`] (questions to cited answers), [`cli`]. [`eval`] measures quality beside the command
//! line, [`serve`] answers programs. A module uses only those before it.

#![warn(missing_docs)]

pub mod cli;
pub mod corpus;
pub mod embed;
pub mod error;
pub mod eval;
pub mod index;
pub mod kernel;
mod mmap;
pub mod passage;
pub mod search;
pub mod serve;
mod sha256;
pub mod words;

pub use error::{Error, Result};
