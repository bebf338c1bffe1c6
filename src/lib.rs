//! Local semantic search with citations.
pub mod corpus;
pub mod error;
pub mod kernel;
pub mod passage;
