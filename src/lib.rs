//! Local semantic search with citations.
pub mod cli;
pub mod corpus;
pub mod embed;
pub mod error;
pub mod eval;
pub mod index;
pub mod kernel;
pub mod passage;
pub mod search;
